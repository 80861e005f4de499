"""Questions about notices: what the actor has not read yet."""

from __future__ import annotations

from django.db.models import QuerySet

from kinkeeper.access.gate import Actor, seen
from kinkeeper.notices.models import Notice


def notices_for(actor: Actor) -> QuerySet[Notice]:
    """All notices for the actor, newest first."""
    return seen(actor, Notice)


def unread_for(actor: Actor) -> QuerySet[Notice]:
    """The notices that the actor has not put away yet, newest first."""
    return seen(actor, Notice).filter(read_at__isnull=True)
