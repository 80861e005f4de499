"""Who sees drafts: whoever writes them, and nobody else, whatever their seat."""

from __future__ import annotations

from django.db.models import Q

from kinkeeper.access.gate import NOTHING, Actor, scope
from kinkeeper.drafts.models import Draft


@scope(Draft)
def drafts(actor: Actor) -> Q:
    """Only the one who writes a draft sees it: no supervisor, no administrator, no auditor."""
    return Q(owner_id=actor.user_id) if actor.user_id else NOTHING
