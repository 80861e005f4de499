"""What is due because somebody leaves or has left."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case, Contact
from kinkeeper.homes.models import Home
from kinkeeper.leaving import actions, duties
from kinkeeper.leaving.models import Aftercare, Closing, FollowUp, UnplannedReturn
from kinkeeper.lib.duties import Duty
from kinkeeper.people.models import Person
from kinkeeper.plans.models import Plan
from tests.conftest import Colleague, open_case, register
from tests.leaving.conftest import DAY, RETURN, TODAY, follow
from tests.leaving.test_decide_closing import in_care

LEFT = date(2026, 1, 10)


def after(case: Case, kind: str, day: date = LEFT) -> Aftercare:
    """After-care as the tables keep it."""
    Case.objects.filter(pk=case.pk).update(state=Case.State.AFTERCARE)
    return Aftercare.objects.create(case=case, kind=kind, starts_on=day)


def days(found: list[Duty]) -> list[tuple[date, date | None]]:
    return [(duty.due_on, duty.last_on) for duty in found]


def test_a_return_is_followed_on_fixed_days(amina: Colleague, noors_case: Case) -> None:
    after(noors_case, "reunified")
    for done, due in (
        (None, date(2026, 1, 17)),
        (date(2026, 1, 20), date(2026, 2, 10)),
        (date(2026, 2, 10), date(2026, 4, 10)),
    ):
        if done:
            follow(noors_case, done)
        assert days(duties.followups_due(amina.actor)) == [(due, done)]
    [duty] = duties.followups_due(amina.actor)
    assert (duty.kind, duty.deed, duty.code) == ("followup", "record_followup", noors_case.code)
    assert reverse(duty.deed, args=[duty.code])
    assert duties.followups_due(amina.actor, date(2026, 4, 9)) == []
    assert duties.followups_due(amina.actor, among=[]) == []


def test_an_attempt_in_vain_leaves_it_due(amina: Colleague, noors_case: Case) -> None:
    after(noors_case, "reunified")
    follow(noors_case, date(2026, 1, 16), in_touch=False)
    assert days(duties.followups_due(amina.actor)) == [(date(2026, 1, 17), None)]


@pytest.mark.parametrize(
    "done, due", [(None, date(2026, 4, 10)), (date(2026, 4, 10), date(2026, 7, 10)), (date(2027, 1, 10), None)]
)
def test_a_family_is_followed_after_three_six_and_twelve_months(
    amina: Colleague, noors_case: Case, done: date | None, due: date | None
) -> None:
    Case.objects.filter(pk=noors_case.pk).update(kind=Case.Kind.FAMILY_STRENGTHENING)
    after(noors_case, "self_reliant")
    if done:
        follow(noors_case, done)
    assert [duty.due_on for duty in duties.followups_due(amina.actor)] == ([due] if due else [])


def test_a_young_adult_is_contacted_every_eight_weeks(amina: Colleague, noors_case: Case) -> None:
    after(noors_case, "of_age")
    assert days(duties.aftercare_contacts_due(amina.actor)) == [(date(2026, 3, 7), None)]
    Contact.objects.create(case=noors_case, kind="call", happened_on=date(2026, 2, 1), seen="not_seen", child_said="Hi")
    Contact.objects.create(case=noors_case, kind="call", happened_on=date(2026, 2, 20), seen="not_seen")
    assert days(duties.aftercare_contacts_due(amina.actor)) == [(date(2026, 3, 29), date(2026, 2, 1))]
    assert duties.followups_due(amina.actor) == []


def test_nothing_is_due_when_it_has_ended(amina: Colleague, noors_case: Case) -> None:
    begun = after(noors_case, "of_age")
    Aftercare.objects.filter(pk=begun.pk).update(ends_on=TODAY)
    assert duties.aftercare_contacts_due(amina.actor) == []


def test_at_fifteen_a_plan_for_leaving_is_due(amina: Colleague, noors_case: Case, jasurs_case: Case) -> None:
    [duty] = duties.leaving_plans_due(amina.actor)
    # The case began only after his fifteenth birthday.
    assert (duty.code, duty.due_on, duty.last_on) == (jasurs_case.code, date(2024, 1, 15), None)
    Plan.objects.create(case=jasurs_case, kind="child", drafted_on=TODAY)
    assert len(duties.leaving_plans_due(amina.actor)) == 1
    Plan.objects.update(kind="youth")
    assert duties.leaving_plans_due(amina.actor) == []


@pytest.mark.parametrize("ending, deed", [("reunified", "hand_over"), ("moved", "close_for_good")])
def test_what_was_decided_is_carried_out(
    amina: Colleague, dalia: Colleague, reviewed: Case, ending: str, deed: str
) -> None:
    actions.decide_closing(dalia.actor, reviewed, **(RETURN | {"exit": ending}))
    [duty] = duties.closings_due(amina.actor)
    assert (duty.due_on, duty.deed, duty.code) == (TODAY + 14 * DAY, deed, reviewed.code)
    Closing.objects.update(withdrawn_on=TODAY)
    assert duties.closings_due(amina.actor) == []


def test_after_a_child_ran_home_the_risk_and_then_the_decision_is_due(
    amina: Colleague, noors_case: Case, okafors: Home
) -> None:
    in_care(noors_case.child, okafors, date(2026, 1, 5))
    thursday = date(2026, 11, 19)
    gone = actions.record_unplanned_return(amina.actor, noors_case, returned_on=thursday, to_whom="Mother")
    [duty] = duties.unplanned_return_due(amina.actor)
    assert (duty.due_on, duty.deed, duty.code) == (date(2026, 11, 20), "assess_unplanned_return", gone.code)
    actions.assess_unplanned_return(amina.actor, gone, assessed_on=thursday, risk="low", risk_words="Safe")
    [duty] = duties.unplanned_return_due(amina.actor)
    assert (duty.due_on, duty.deed) == (date(2026, 11, 26), "decide_unplanned_return")
    assert duties.unplanned_return_due(amina.actor, date(2026, 11, 25)) == []


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(
    "ask, kind, queries",
    [
        (duties.followups_due, "reunified", 3),
        (duties.aftercare_contacts_due, "of_age", 4),
        (duties.leaving_plans_due, "", 2),
        (duties.closings_due, "", 2),
        (duties.unplanned_return_due, "", 2),
    ],
)
def test_many_are_asked_for_as_often_as_one(
    amina: Colleague, village: Unit, rows: int, ask: Any, kind: str, queries: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        child: Person = register(village, f"Child {number}", "X", born=date(2010, 1, 1))
        case = open_case(child, amina)
        if kind:
            after(case, kind)
            FollowUp.objects.create(case=case, happened_on=LEFT, lives="family")
        elif ask is duties.closings_due:
            Case.objects.filter(pk=case.pk).update(state=Case.State.CLOSING)
            Closing.objects.create(case=case, exit="moved", decided_on=LEFT)
        else:
            UnplannedReturn.objects.create(case=case, returned_on=LEFT)
    actor = amina.actor
    with django_assert_num_queries(queries):
        assert len(ask(actor)) == rows
