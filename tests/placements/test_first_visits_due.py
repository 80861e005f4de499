"""A child who came to a new home is visited within the first days there."""

from __future__ import annotations

from datetime import timedelta

from kinkeeper.cases.actions import record_contact
from kinkeeper.cases.models import Case
from kinkeeper.homes.models import Home
from kinkeeper.people.models import Person
from kinkeeper.placements import actions, duties
from kinkeeper.placements.models import PeriodOfCare
from tests.conftest import Colleague
from tests.placements.conftest import JUNE, MAY


def test_a_new_home_asks_for_a_visit_until_the_child_was_seen_there(
    amina: Colleague, bruno: Colleague, noor: Person, noors_case: Case, in_care: PeriodOfCare, house_three: Home
) -> None:
    duty = duties.first_visits_due(amina.actor)[0]
    assert (duty.child, duty.due_on, duty.deed, duty.code) == (
        noor,
        MAY + timedelta(days=7),
        "record_contact",
        noors_case.code,
    )
    record_contact(amina.actor, noors_case, kind="visit", happened_on=MAY, seen="not_seen")
    assert len(duties.first_visits_due(amina.actor)) == 1
    record_contact(amina.actor, noors_case, kind="visit", happened_on=MAY, seen="with_others")
    assert duties.first_visits_due(amina.actor) == []
    actions.move_child(amina.actor, in_care, home=house_three, moved_on=JUNE, care_type="SOS_FAM", leave_reason="PLAN")
    assert [duty.due_on for duty in duties.first_visits_due(amina.actor)] == [JUNE + timedelta(days=7)]
    assert duties.first_visits_due(amina.actor, JUNE) == []
    assert duties.first_visits_due(bruno.actor) == []
