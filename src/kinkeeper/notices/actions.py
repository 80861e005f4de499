"""Deeds on notices (written for somebody, put away by them) and on one’s own calendar feed (opened, closed)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import User
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.lib.rows import write
from kinkeeper.notices.models import CalendarFeed, Notice
from kinkeeper.notices.policy import (
    may_close_calendar_feed,
    may_open_calendar_feed,
    may_put_notice_away,
    may_tell,
)

FEED_LASTS = timedelta(days=180)


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


@act(may_open_calendar_feed)
def open_calendar_feed(actor: Actor, user: User, *, token: str) -> CalendarFeed:
    """Open a calendar feed for half a year; one that was open before is closed. Of the secret only a hash is kept."""
    now = timezone.now()
    CalendarFeed.objects.filter(owner=user, closed_at=None).update(closed_at=now)
    return CalendarFeed.objects.create(owner=user, token_hash=CalendarFeed.hash_of(token), expires_at=now + FEED_LASTS)


@act(may_close_calendar_feed)
def close_calendar_feed(actor: Actor, feed: CalendarFeed) -> CalendarFeed:
    """Close a calendar feed: its address answers nobody any more."""
    return write(feed, closed_at=timezone.now())
