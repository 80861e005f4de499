"""Notices and calendar feeds are their owner’s alone. No table is asked."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from kinkeeper.access.gate import NOTHING, Actor
from kinkeeper.access.models import Role, User
from kinkeeper.notices import policy
from kinkeeper.notices.models import CalendarFeed, Notice

OWNER = Actor("user:X", 7, seats=frozenset({(Role.CASEWORKER, 1)}))
OTHER = Actor("user:Y", 8, seats=frozenset({(Role.SUPERVISOR, 1)}))
MACHINE = Actor("machine:worker")


def test_they_are_seen_by_whom_they_are_for() -> None:
    assert policy.notices(OWNER) == Q(to_id=7)
    assert policy.calendar_feeds(OWNER) == Q(owner_id=7)
    assert policy.notices(MACHINE) == policy.calendar_feeds(MACHINE) == NOTHING


def test_feeds_are_opened_and_closed_by_their_owner() -> None:
    assert policy.may_open_calendar_feed(OWNER, User(pk=7))
    assert not policy.may_open_calendar_feed(OTHER, User(pk=7))
    feed = CalendarFeed(owner_id=7)
    assert policy.may_close_calendar_feed(OWNER, feed)
    assert "Only its owner" in policy.may_close_calendar_feed(OTHER, feed).sentence
    closed = CalendarFeed(owner_id=7, closed_at=timezone.now())
    assert "closed already" in policy.may_close_calendar_feed(OWNER, closed).sentence


def test_machines_tell_and_readers_put_away() -> None:
    assert policy.may_tell(MACHINE)
    assert not policy.may_tell(OWNER)
    assert policy.may_put_notice_away(OWNER, Notice(to_id=7))
    assert not policy.may_put_notice_away(OTHER, Notice(to_id=7))
