"""Who sees notices: the one they are for; and a calendar feed: its owner."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import NOTHING, YES, Actor, Verdict, scope
from kinkeeper.access.models import User
from kinkeeper.notices.models import CalendarFeed, Notice


@scope(Notice)
def notices(actor: Actor) -> Q:
    """Only the one a notice is for sees it."""
    return Q(to_id=actor.user_id) if actor.user_id else NOTHING


@scope(CalendarFeed)
def calendar_feeds(actor: Actor) -> Q:
    """A calendar feed is seen by its owner."""
    return Q(owner_id=actor.user_id) if actor.user_id else NOTHING


def may_open_calendar_feed(actor: Actor, user: User) -> Verdict:
    """Everyone opens a calendar feed for themselves alone."""
    if user.pk != actor.user_id:
        return Verdict(_("Only the person themselves opens a calendar feed."))
    return YES


def may_close_calendar_feed(actor: Actor, feed: CalendarFeed) -> Verdict:
    """A calendar feed is closed by its owner, at any time."""
    if feed.owner_id != actor.user_id:
        return Verdict(_("Only its owner can close a calendar feed."))
    if feed.closed_at:
        return Verdict(_("This calendar feed is closed already."))
    return YES


def may_tell(actor: Actor, subject: object = None) -> Verdict:
    """Notices are written by the machines that react to deeds, never by people."""
    if actor.user_id is not None:
        return Verdict(_("Notices are written by the system when something has happened."))
    return YES


def may_put_notice_away(actor: Actor, notice: Notice) -> Verdict:
    """A notice is put away by the one it is for."""
    if notice.to_id != actor.user_id:
        return Verdict(_("Only the person a notice is for can put it away."))
    return YES
