"""Who sees reviews (whoever sees the child) and who records them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict, part_of
from kinkeeper.access.models import Role, Unit
from kinkeeper.access.policy import may_bring_in
from kinkeeper.cases.models import Case
from kinkeeper.people.models import Person
from kinkeeper.plans.models import Goal, GoalAction, Plan, PlannedContact, Progress, Review, Wish

part_of(Review, Person, "child")
part_of(Progress, Review, "review")
part_of(Wish, Review, "review")
part_of(Plan, Case, "case")
part_of(Goal, Plan, "plan")
part_of(GoalAction, Goal, "goal")
part_of(PlannedContact, Plan, "plan")

RECORDERS = (Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR)


def may_record_review(actor: Actor, child: Person) -> Verdict:
    """Reviews are recorded by the workers of the child’s unit."""
    if not actor.sits_any(RECORDERS, child.unit_id):
        return Verdict(_("Only workers of the child’s unit can record a review."))
    return YES


def may_bring_in_reviews(actor: Actor, unit: Unit) -> Verdict:
    """Reviews are brought in from another system by those who oversee the unit."""
    return may_bring_in(actor, unit)
