"""Questions about notices, and about calendar feeds: whose is the secret in an address."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils import timezone

from kinkeeper.access.gate import Actor, actor_for, seen
from kinkeeper.notices.models import CalendarFeed, Notice


def notices_for(actor: Actor) -> QuerySet[Notice]:
    """All notices for the actor, newest first."""
    return seen(actor, Notice)


def unread_for(actor: Actor) -> QuerySet[Notice]:
    """The notices that the actor has not put away yet, newest first."""
    return seen(actor, Notice).filter(read_at__isnull=True)


def open_feed_of(actor: Actor) -> CalendarFeed | None:
    """The calendar feed that the actor has open, if it has not run out."""
    return seen(actor, CalendarFeed).filter(closed_at=None, expires_at__gt=timezone.now()).first()


def feeds_of(actor: Actor) -> QuerySet[CalendarFeed]:
    """Every calendar feed the actor ever opened."""
    return seen(actor, CalendarFeed)


def behind_the_feed(actor: Actor, token: str) -> Actor | None:
    """The owner behind the secret of a calendar, whoever fetches it; None where it is closed, run out or unknown."""
    feeds = CalendarFeed.objects.filter(token_hash=CalendarFeed.hash_of(token), closed_at=None)
    found = feeds.filter(expires_at__gt=timezone.now(), owner__is_active=True).select_related("owner").first()
    return actor_for(found.owner) if found else None
