"""Questions about drafts: what the actor was writing, and the key that locks it on the actor’s own device."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils import timezone

from kinkeeper.access.gate import Actor, seen
from kinkeeper.drafts.models import KEPT_FOR, Draft


def draft(actor: Actor, deed: str, subject_code: str) -> Draft | None:
    """What the actor was writing for this deed on this record, if it is not older than thirty days."""
    young = seen(actor, Draft).filter(saved_at__gt=timezone.now() - KEPT_FOR)
    return young.filter(deed=deed, subject_code=subject_code).first()


def device_key(actor: Actor) -> str:
    """The key (AES-256, base64) under which the actor’s browser locks what it cannot send; the same at every sign-in.

    It is derived, so that nothing about it is stored; it is handed to its signed-in owner alone.
    """
    derive = HKDF(SHA256(), 32, salt=None, info=b"kinkeeper drafts 1 " + actor.name.encode()).derive
    return b64encode(derive(settings.SECRET_KEY.encode())).decode()


def drawer(actor: Actor, deed: str, subject_code: str) -> dict[str, Any]:
    """What the script of a form is told: what is kept, the key for this device, and the time here, to compare copies."""
    kept = draft(actor, deed, subject_code)
    return {
        "owner": actor.name,
        "key": device_key(actor),
        "now": timezone.now().isoformat(),
        "content": kept.content if kept else None,
        "saved_at": kept.saved_at.isoformat() if kept else None,
    }
