"""Deeds of upkeep: writing down that a backup was made, and that one was proved."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from kinkeeper.access.gate import Actor
from kinkeeper.journal.acts import act
from kinkeeper.lib.rows import write
from kinkeeper.upkeep import policy
from kinkeeper.upkeep.models import Backup


@act(policy.may_note_backup)
def note_backup(
    actor: Actor, *, name: str, sha256: str, made_at: datetime, size_bytes: int, documents: int, missing: int = 0
) -> Backup:
    """Write down that a backup was made."""
    return Backup.objects.create(
        name=name, sha256=sha256, made_at=made_at, size_bytes=size_bytes, documents=documents, missing=missing
    )


@act(policy.may_note_verification)
def note_verification(actor: Actor, backup: Backup) -> Backup:
    """Write down that a backup was opened with its key and found whole."""
    return write(backup, verified_at=timezone.now())
