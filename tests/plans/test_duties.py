"""What is due for plans: the plan, its review, its actions; a day that is named holds when it is the earlier one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.models import Unit
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Family
from kinkeeper.homes.models import Home
from kinkeeper.keys.ring import keyring
from kinkeeper.people.models import Person
from kinkeeper.placements.actions import start_placement
from kinkeeper.placements.duties import reviews_due
from kinkeeper.plans import actions, duties
from kinkeeper.plans.models import GoalAction, Plan, Review
from kinkeeper.plans.queries import named_day
from tests.conftest import Colleague, open_case, register
from tests.plans.conftest import SOON, TODAY, hold, into_care, minutes

DAY = timedelta(days=1)


def assess(case: Case, day: date) -> Assessment:
    return Assessment.objects.create(
        case=case, assessed_on=day, seen="alone", sources="x", risks="x", strengths="x", family_strengths="x",
        risk="low", conclusion="x",
    )  # fmt: skip


def test_a_plan_is_due_after_what_was_learned_or_decided_last(
    amina: Colleague, bruno: Colleague, planning: Case
) -> None:
    assess(planning, TODAY - 10 * DAY)
    (duty,) = duties.plans_due(amina.actor)
    assert (duty.deed, duty.code, duty.due_on) == ("draft_plan", planning.code, TODAY + 4 * DAY)
    into_care(planning)
    (duty,) = duties.plans_due(amina.actor)
    assert duty.due_on == TODAY + 11 * DAY
    assert duties.plans_due(amina.actor, TODAY) == []
    assert duties.plans_due(amina.actor, among=[]) == []
    assert duties.plans_due(bruno.actor) == []
    draft = actions.draft_plan(amina.actor, planning)
    (duty,) = duties.plans_due(amina.actor)
    assert (duty.deed, duty.code) == ("plan", draft.code)


def test_the_draft_for_the_family_of_the_case_is_the_one_that_waits(
    amina: Colleague, planning: Case, village: Unit
) -> None:
    family = Family.objects.create(unit=village, name="Saleh")
    other = open_case(register(village, "Omar", "Saleh"), amina)
    Case.objects.filter(pk=planning.pk).update(family=family)
    draft = Plan.objects.create(case=other, kind="family", family=family, drafted_on=TODAY)
    (duty,) = duties.plans_due(amina.actor, among=[planning])
    assert (duty.deed, duty.code) == ("plan", draft.code)


def test_no_plan_is_due_when_one_is_in_force(amina: Colleague, in_force: Plan) -> None:
    assert duties.plans_due(amina.actor) == []


def test_the_review_of_a_plan_is_due_on_its_day(amina: Colleague, in_force: Plan) -> None:
    case = Case.objects.get()
    (duty,) = duties.plan_reviews_due(amina.actor)
    assert (duty.deed, duty.code, duty.due_on, duty.last_on) == ("open_review", case.code, SOON, None)
    review = actions.open_review(amina.actor, case, kind="scheduled", opened_on=TODAY)
    (duty,) = duties.plan_reviews_due(amina.actor)
    assert (duty.deed, duty.code, duty.due_on) == ("hold_review", review.code, SOON)
    actions.postpone_review(amina.actor, review, postponed_to=SOON + DAY, reason="x", by_child=True)
    assert duties.plan_reviews_due(amina.actor)[0].due_on == SOON + DAY
    hold(amina, review, minutes(in_force), next_on=SOON + 7 * DAY)
    (duty,) = duties.plan_reviews_due(amina.actor)
    assert (duty.deed, duty.due_on, duty.last_on) == ("open_review", SOON, TODAY)
    Plan.objects.update(approved_on=TODAY - DAY)
    assert duties.plan_reviews_due(amina.actor)[0].due_on == SOON + 7 * DAY


@pytest.mark.parametrize(
    "approved, review, held, following, named",
    [
        (None, None, None, None, None),
        (1, 50, None, None, 50),
        (1, 50, 20, 40, 40),
        (1, 50, 20, None, None),
        (30, 50, 20, 40, 40),
        (30, 50, 20, 60, 50),
        (20, 50, 20, 60, 50),
    ],
)
def test_the_earlier_named_day_holds_and_a_later_review_answers_the_plan(
    approved: int | None, review: int | None, held: int | None, following: int | None, named: int | None
) -> None:
    days = [None if number is None else TODAY + number * DAY for number in (approved, review, held, following)]
    assert named_day(*days) == (None if named is None else TODAY + named * DAY)


def test_in_care_an_earlier_named_day_holds(amina: Colleague, okafors: Home, in_force: Plan) -> None:
    case = Case.objects.get()
    into_care(case)
    start_placement(
        amina.actor, Person.objects.get(pk=case.child_id), home=okafors, care_type="FOSTER_ST", started_on=TODAY,
        legal_status_code="VOLUNTARY", need="NEGLECT",
    )  # fmt: skip
    (duty,) = reviews_due(amina.actor)
    assert (duty.due_on, duty.deed, duty.code) == (SOON, "open_review", case.code)
    review = actions.open_review(amina.actor, Case.objects.get(), kind="early", opened_on=TODAY)
    (duty,) = reviews_due(amina.actor)
    assert (duty.due_on, duty.deed, duty.code) == (SOON, "hold_review", review.code)
    Plan.objects.update(review_on=TODAY + 200 * DAY)
    assert reviews_due(amina.actor)[0].due_on < TODAY + 100 * DAY


def test_a_child_in_care_with_a_plan_has_one_review_to_hold(amina: Colleague, okafors: Home, in_force: Plan) -> None:
    from kinkeeper.book.duties import due_of

    case = Case.objects.get()
    into_care(case)
    start_placement(
        amina.actor, Person.objects.get(pk=case.child_id), home=okafors, care_type="FOSTER_ST", started_on=TODAY,
        legal_status_code="VOLUNTARY", need="NEGLECT",
    )  # fmt: skip
    Plan.objects.update(review_on=TODAY + 200 * DAY)
    found = [duty for duty in due_of(amina.actor, [case])[case.pk] if duty.kind == "review"]
    assert [(duty.deed, duty.due_on < TODAY + 100 * DAY) for duty in found] == [("open_review", True)]


def test_actions_are_due_until_they_are_done(amina: Colleague, bruno: Colleague, in_force: Plan) -> None:
    action = GoalAction.objects.get()
    (duty,) = duties.actions_due(amina.actor)
    assert (duty.deed, duty.code, duty.due_on, duty.words) == ("finish_action", action.code, SOON, action.what)
    assert duties.actions_due(bruno.actor) == []
    assert duties.actions_due(amina.actor, TODAY) == []
    actions.finish_action(amina.actor, action, done_on=TODAY)
    assert duties.actions_due(amina.actor) == []


def test_actions_of_a_draft_are_not_due(amina: Colleague, draft: Plan) -> None:
    from tests.plans.conftest import add_goal

    add_goal(amina, draft)
    assert duties.actions_due(amina.actor) == []


@pytest.mark.parametrize("number", [1, 3])
def test_duties_ask_the_same_however_many_cases(
    amina: Colleague, village: Unit, number: int, django_assert_num_queries: Any
) -> None:
    for place in range(number):
        case = open_case(register(village, f"Child{place}", "Saleh"), amina)
        plan = Plan.objects.create(case=case, state="approved", approved_on=TODAY, review_on=SOON, drafted_on=TODAY)
        goal = plan.goals.create(domain="PLAY", words="x", target_on=SOON)
        goal.actions.create(what="x", owner="y", due_on=SOON)
        open_case(register(village, f"Other{place}", "Saleh"), amina, state="planning")
    actor = amina.actor
    with django_assert_num_queries(3):
        assert len(duties.plans_due(actor)) == number
    with django_assert_num_queries(1):
        assert len(duties.plan_reviews_due(actor)) == number
    with keyring(), django_assert_num_queries(2):
        assert len(duties.actions_due(actor)) == number
    assert Review.objects.count() == 0
