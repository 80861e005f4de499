"""What is due for each child, as the rooms below count it: one list for a case, soonest first, of each kind the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from django.utils.translation import gettext as _

from kinkeeper.access.gate import Actor
from kinkeeper.assessments.duties import assessments_due
from kinkeeper.book.reading import news_of_reading
from kinkeeper.cases.duties import tasks_due, visits_due
from kinkeeper.cases.models import Case
from kinkeeper.decisions.duties import (
    best_interests_due,
    decision_reviews_due,
    decisions_due,
    emergency_care_ending,
    retrospective_due,
    separations_due,
)
from kinkeeper.intake.duties import FIRST_CONTACT, first_contacts_due, registrations_due
from kinkeeper.leaving.duties import (
    aftercare_contacts_due,
    closings_due,
    followups_due,
    leaving_plans_due,
    unplanned_return_due,
)
from kinkeeper.lib.duties import VISIT, Duty
from kinkeeper.people.duties import consents_expiring
from kinkeeper.people.models import Person
from kinkeeper.placements.duties import first_visits_due, reviews_due, stays_due
from kinkeeper.plans.duties import actions_due, plan_reviews_due, plans_due
from kinkeeper.sharing.duties import feedback_due, shares_ending

# Beyond this many, asking for everything in sight is cheaper than naming each one.
NAMED = 5_000

OF_CASES: tuple[Callable[..., list[Duty]], ...] = (
    first_contacts_due,
    registrations_due,
    assessments_due,
    best_interests_due,
    retrospective_due,
    decisions_due,
    decision_reviews_due,
    emergency_care_ending,
    separations_due,
    plans_due,
    plan_reviews_due,
    actions_due,
    visits_due,
    tasks_due,
    stays_due,
    closings_due,
    followups_due,
    aftercare_contacts_due,
    leaving_plans_due,
    unplanned_return_due,
    feedback_due,
    shares_ending,
)
OF_CHILDREN: tuple[Callable[..., list[Duty]], ...] = (first_visits_due, reviews_due)


def due_of(actor: Actor, cases: Sequence[Case]) -> dict[int, list[Duty]]:
    """What is due in each of these cases, soonest first; of one kind the most urgent. Closed cases owe nothing.

    A constant number of questions, however many cases.
    """
    running = [case for case in cases if case.is_running]
    if not running:
        return {}
    children: list[Person] = [case.child for case in running]
    few = len(running) <= NAMED
    due = [duty for ask in OF_CASES for duty in ask(actor, among=running if few else None)]
    due += [duty for ask in OF_CHILDREN for duty in ask(actor, among=children if few else None)]
    due += consents_expiring(actor, among=children)
    found = _soonest(_said_once(due))
    return {case.pk: found.get(case.child_id, []) for case in running}


def _said_once(due: Sequence[Duty]) -> list[Duty]:
    """Without the first visit of a child whose first contact is due: they are the same walk to the same door."""
    expected = {duty.child.pk for duty in due if duty.kind == FIRST_CONTACT}
    return [duty for duty in due if duty.kind != VISIT or duty.last_on or duty.child.pk not in expected]


def _soonest(due: Iterable[Duty]) -> dict[int, list[Duty]]:
    by_child: dict[int, dict[tuple[str, str], Duty]] = defaultdict(dict)
    for duty in sorted(due, key=lambda duty: duty.due_on):
        by_child[duty.child.pk].setdefault((duty.kind, duty.deed), duty)
    return {child: list(kinds.values()) for child, kinds in by_child.items()}


def duty_words(duty: Duty) -> str:
    """Pure: what is due, as one says it: in the words of its room, or the first visit and the first review as such."""
    if duty.words:
        return str(duty.words)
    if duty.kind == VISIT:
        return _("Visit") if duty.last_on else _("First visit")
    return _("Review") if duty.last_on else _("First review")


def unusual_reading_to_look_at(actor: Actor) -> int:
    """How many unusual readings a supervisor has not looked at yet; nothing for everybody else."""
    return news_of_reading(actor)
