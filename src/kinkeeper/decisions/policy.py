"""Who sees decisions and what led to them: whoever sees the case; separations are seen with either sibling."""

from __future__ import annotations

from django.db.models import Q

from kinkeeper.access.gate import Actor, part_of, scope, through
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import (
    BestInterest,
    Decision,
    KinSearched,
    Necessity,
    Option,
    PanelMember,
    Requirement,
    Separation,
    SupportTried,
)
from kinkeeper.people.models import Person

part_of(Requirement, Case, "case")
part_of(BestInterest, Case, "case")
part_of(Option, BestInterest, "best_interest")
part_of(PanelMember, BestInterest, "best_interest")
part_of(Necessity, Case, "case")
part_of(SupportTried, Necessity, "necessity")
part_of(KinSearched, Necessity, "necessity")
part_of(Decision, Case, "case")


@scope(Separation)
def separations(actor: Actor) -> Q:
    """That two siblings live apart is known to whoever sees one of them."""
    return through(actor, Person, "child") | through(actor, Person, "sibling")
