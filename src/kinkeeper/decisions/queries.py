"""Questions about decisions: which one is in force for a child, and whether two siblings are apart by decision."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from kinkeeper.access.gate import Actor, seen
from kinkeeper.decisions.models import Decision, Separation
from kinkeeper.people.models import Person

ON_CARE = (Decision.Kind.ALTERNATIVE_CARE, Decision.Kind.EMERGENCY)


def in_force(on: date) -> Q:
    """Pure: the decisions that hold on a day: begun, neither ended nor withdrawn by then, of a case that still runs."""
    lasts = Q(ends_on__isnull=True) | Q(ends_on__gt=on)
    stands = Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=on)
    return lasts & stands & Q(starts_on__lte=on, case__closed_on__isnull=True)


def decision_in_force(actor: Actor, child: Person, care_type: str, on: date) -> Decision | None:
    """The newest decision that allows this child this form of care on a day; an ordinary one before an emergency one."""
    rows = seen(actor, Decision).filter(in_force(on), case__child=child, care_type=care_type, kind__in=ON_CARE)
    found = list(rows.select_related("case", "best_interest"))
    return min(found, key=lambda decision: decision.kind == Decision.Kind.EMERGENCY, default=None)


def separation_between(actor: Actor, child: Person, sibling: Person, on: date) -> Separation | None:
    """The decision by which these two live apart on a day, whichever of them it was written from."""
    one, other = sorted((child.pk, sibling.pk))
    lasts = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    rows = seen(actor, Separation).filter(lasts, child_id=one, sibling_id=other, decided_on__lte=on)
    return rows.first()
