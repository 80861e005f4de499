"""Scenarios 2 and 5 of the field: a ward of a guardian under the law of Russia; an infant left in hospital in Kosovo."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kinkeeper.access.models import Association, Unit
from kinkeeper.cases.actions import record_contact
from kinkeeper.cases.duties import visits_due
from kinkeeper.cases.models import Case
from kinkeeper.homes.models import Home
from kinkeeper.lib.packs import load_pack
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.timers import due_dates, lateness
from kinkeeper.people.models import LegalStatus, Person
from kinkeeper.placements import actions, duties, queries
from kinkeeper.placements.models import Absence, PeriodOfCare
from tests.conftest import Colleague, approve, decide, open_case, register

GUARDIANSHIP = date(2026, 2, 10)
EXPECTED = [
    date(2026, 3, 10), date(2026, 5, 10), date(2026, 8, 10), date(2026, 11, 10),
    date(2027, 2, 10), date(2027, 8, 10), date(2028, 2, 10),
]  # fmt: skip


def home_of(unit: Unit, name: str, kind: str, *care_types: str, capacity: int = 2) -> Home:
    home = Home.objects.create(unit=unit, name=name, kind=kind, capacity=capacity)
    approve(home, *care_types)
    return home


@pytest.fixture
def maxim(association: Association, village: Unit, amina: Colleague) -> Person:
    """Maxim, nine, the ward of his aunt since 10 February 2026."""
    Association.objects.update(pack="russia")
    child = register(village, "Maxim", "Volkov", born=date(2016, 6, 1))
    open_case(child, amina)
    decide(child, "KIN_FOR")
    aunt = home_of(village, "The aunt", Home.Kind.RELATIVES, "KIN_FOR")
    pack = load_pack("russia")
    law = next(code for code, one in pack.legal_statuses.items() if one.neutral == "GUARDIANSHIP")
    actions.start_placement(
        amina.actor, child, home=aunt, started_on=GUARDIANSHIP, care_type="KIN_FOR", legal_status_code=law
    )
    return child


def test_the_visits_to_a_ward_stand_on_a_grid(amina: Colleague, maxim: Person) -> None:
    case, found = Case.objects.get(child=maxim), []
    actor = amina.actor
    for visit in (date(2026, 3, 9), date(2026, 5, 10), date(2026, 8, 14)):
        found.append(visits_due(actor)[0].due_on)
        assert duties.first_visits_due(actor) == []
        record_contact(actor, case, kind="visit", happened_on=visit, seen="alone")
    found.append(visits_due(actor)[0].due_on)
    assert found == EXPECTED[:4]
    pack = load_pack("russia")
    schedule = pack.schedules["visits_guardianship"]
    assert due_dates(schedule, GUARDIANSHIP, 7, pack.calendar) == EXPECTED
    done = [date(2026, 3, 9), date(2026, 5, 10), date(2026, 8, 14)]
    late = [(answer - due).days for due, answer in lateness(schedule, GUARDIANSHIP, done, pack.calendar) if answer]
    assert [days for days in late if days > 0] == [4]


def test_boarding_school_during_the_week_is_no_move(amina: Colleague, maxim: Person) -> None:
    absence = actions.report_absence(amina.actor, maxim, kind="S", started_on=date(2026, 9, 1))
    assert queries.moves_of(amina.actor, maxim) == 0
    assert len(queries.stays_of(amina.actor, maxim)) == 1
    assert Absence.objects.get() == absence
    page = amina.browser.get(f"/children/{maxim.code}/").content.decode()
    assert "at boarding school during the week since 1 September 2026" in page
    assert "missing since" not in page
    gone = actions.report_absence(amina.actor, maxim, kind="M", started_on=date(2026, 9, 10))
    with pytest.raises(Refused, match="Record the return first"):
        actions.report_absence(amina.actor, maxim, kind="H", started_on=date(2026, 9, 12))
    assert "missing since 10 September 2026" in amina.browser.get(f"/children/{maxim.code}/").content.decode()
    assert actions.record_return(amina.actor, gone, ended_on=date(2026, 9, 11)).ended_on == date(2026, 9, 11)


@pytest.fixture
def infant(association: Association, village: Unit, amina: Colleague) -> Person:
    """A.N., three days old, left in hospital on 2 March 2026."""
    Association.objects.update(pack="kosovo")
    child = register(village, "A.", "N.", born=date(2026, 2, 27))
    open_case(child, amina, state=Case.State.GATEKEEPING)
    return child


def test_an_infant_comes_to_a_family_and_moves_once(amina: Colleague, village: Unit, infant: Person) -> None:
    actor = amina.actor
    law = next(iter(load_pack("kosovo").legal_statuses))
    big = home_of(village, "The institute", Home.Kind.RESIDENTIAL, "RES", capacity=30)
    foster = home_of(village, "The Berishas", Home.Kind.FOSTER, "FOSTER_EMG")
    start = date(2026, 3, 3)
    decide(infant, "RES", kind="emergency", decided_on=actor.today)
    with pytest.raises(Refused) as refusal:
        actions.start_placement(actor, infant, home=big, started_on=start, care_type="RES", legal_status_code=law)
    assert (refusal.value.guard, PeriodOfCare.objects.count()) == ("G-U3", 0)
    decide(infant, "FOSTER_EMG", kind="emergency", decided_on=actor.today)
    period = actions.start_placement(
        actor, infant, home=foster, started_on=start, care_type="FOSTER_EMG", legal_status_code=law
    )
    assert queries.occupancy(actor, foster, start) == 1
    assert duties.reviews_due(actor)[0].due_on <= date(2026, 6, 3)
    ending = duties.stays_due(actor)
    assert [(duty.child, duty.due_on, duty.deed) for duty in ending] == [
        (infant, start + timedelta(days=30), "move_child")
    ]
    assert duties.stays_due(actor, start) == []
    Case.objects.update(state=Case.State.ACTIVE)
    decide(infant, "KIN_FOR")
    grandmother = home_of(village, "The grandmother", Home.Kind.RELATIVES, "KIN_FOR")
    actions.move_child(
        actor, period, home=grandmother, moved_on=date(2026, 8, 17), care_type="KIN_FOR", leave_reason="PLAN"
    )
    assert queries.moves_of(actor, infant) == 1
    assert duties.stays_due(actor) == []
    assert LegalStatus.objects.filter(person=infant).count() == 1


def test_short_stays_and_other_care_in_the_same_home_are_no_moves(
    amina: Colleague, village: Unit, maxim: Person
) -> None:
    actor = amina.actor
    lodge = home_of(village, "The lodge", Home.Kind.FOSTER, "RESPITE")
    aunt = Home.objects.get(name="The aunt")
    period = PeriodOfCare.objects.get()
    march, april = date(2026, 3, 1), date(2026, 4, 1)
    period = actions.move_child(actor, period, home=lodge, moved_on=march, care_type="RESPITE")
    period = actions.move_child(
        actor, period, home=aunt, moved_on=march + timedelta(days=9), care_type="KIN_FOR", leave_reason=""
    )
    approve(aunt, "FOSTER_LT")
    decide(maxim, "FOSTER_LT")
    actions.move_child(
        actor, period, home=aunt, moved_on=april, care_type="FOSTER_LT", leave_reason="STATUS", same_carer=True
    )
    assert len(queries.stays_of(actor, maxim)) == 4
    assert queries.moves_of(actor, maxim) == 0
