"""Who sees notices: the one they are for."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import NOTHING, YES, Actor, Verdict, scope
from kinkeeper.notices.models import Notice


@scope(Notice)
def notices(actor: Actor) -> Q:
    """Only the one a notice is for sees it."""
    return Q(to_id=actor.user_id) if actor.user_id else NOTHING


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
