"""Deeds on notices: one is written for somebody, and put away by them."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone

from kinkeeper.access.gate import Actor
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.lib.rows import write
from kinkeeper.notices.models import Notice
from kinkeeper.notices.policy import may_put_notice_away, may_tell


@bulk_act(may_tell)
def tell(
    actor: Actor, *, users: Iterable[int], kind: str, subject_code: str, link: str = "", entry_id: int | None = None
) -> list[Notice]:
    """Write a notice for each of these users (by key); the same entry is told once to each, however often it is tried."""
    told = set(Notice.objects.filter(kind=kind, entry_id=entry_id).values_list("to_id", flat=True))
    fresh = [
        Notice(to_id=user, kind=kind, subject_code=subject_code, link=link, entry_id=entry_id)
        for user in sorted(set(users) - (told if entry_id is not None else set()))
    ]
    return Notice.objects.bulk_create(fresh)


@act(may_put_notice_away)
def put_notice_away(actor: Actor, notice: Notice) -> Notice:
    """Put a notice away as read."""
    return write(notice, read_at=timezone.now())
