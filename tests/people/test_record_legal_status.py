"""Legal statuses: one at a time, the new one ending the old one on the same day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from kinkeeper.access.gate import Unseen
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.people import actions, queries
from kinkeeper.people.models import LegalStatus, Person
from tests.conftest import Colleague

TODAY = date.today()
NEW_YEAR, SPRING, SUMMER = date(2024, 1, 1), date(2024, 4, 1), date(2024, 7, 1)


def held(noor: Person) -> list[tuple[str, date, date | None]]:
    return list(
        LegalStatus.objects.filter(person=noor).order_by("starts_on").values_list("status", "starts_on", "ends_on")
    )


def test_a_new_status_ends_the_one_before_on_the_same_day(amina: Colleague, noor: Person) -> None:
    actions.record_legal_status(amina.actor, noor, status="EMERGENCY", starts_on=NEW_YEAR)
    status = actions.record_legal_status(
        amina.actor, noor, status="INTERIM", starts_on=SPRING, authority=" District court ", order_number="12/24"
    )
    assert held(noor) == [("EMERGENCY", NEW_YEAR, SPRING), ("INTERIM", SPRING, None)]
    assert (status.authority, status.order_number) == ("District court", "12/24")
    assert [row.status for row in queries.legal_statuses_of(amina.actor, noor)] == ["EMERGENCY", "INTERIM"]
    entry = Entry.objects.first()
    assert entry is not None
    assert (entry.act, entry.facts) == (
        "people.record_legal_status", {"subject": noor.code, "starts_on": "2024-04-01"},
    )  # fmt: skip


@pytest.mark.guard("G-OVERLAP", "passes")
def test_a_former_status_can_be_added_where_there_is_room(amina: Colleague, noor: Person) -> None:
    actions.record_legal_status(amina.actor, noor, status="INTERIM", starts_on=SUMMER)
    actions.record_legal_status(amina.actor, noor, status="EMERGENCY", starts_on=NEW_YEAR, ends_on=SUMMER)
    assert held(noor) == [("EMERGENCY", NEW_YEAR, SUMMER), ("INTERIM", SUMMER, None)]


@pytest.mark.guard("G-OVERLAP", "fires")
@pytest.mark.parametrize(
    ("starts_on", "ends_on", "guard"),
    [
        (SPRING, None, "G-OVERLAP"),
        (NEW_YEAR, None, "G-OVERLAP"),
        (NEW_YEAR, SPRING + timedelta(days=1), "G-OVERLAP"),
        (SUMMER - timedelta(days=1), None, "G-OVERLAP"),
        (SUMMER, SUMMER, "G-TIME"),
        (SUMMER, SPRING, "G-TIME"),
        (TODAY + timedelta(days=1), None, "G-TIME"),
        (date(2000, 1, 1), None, "G-TIME"),
    ],
)
def test_an_overlap_or_an_impossible_day_is_refused(
    starts_on: date, ends_on: date | None, guard: str, amina: Colleague, noor: Person
) -> None:
    actions.record_legal_status(amina.actor, noor, status="EMERGENCY", starts_on=SPRING, ends_on=SUMMER)
    with pytest.raises(Refused) as refusal:
        actions.record_legal_status(amina.actor, noor, status="INTERIM", starts_on=starts_on, ends_on=ends_on)
    assert refusal.value.guard == guard
    assert held(noor) == [("EMERGENCY", SPRING, SUMMER)]


def test_a_status_that_the_jurisdiction_does_not_know_is_refused(amina: Colleague, noor: Person) -> None:
    with pytest.raises(Refused, match="has no code") as refusal:
        actions.record_legal_status(amina.actor, noor, status="C2", starts_on=SPRING)
    assert (refusal.value.guard, refusal.value.field) == ("G-CODE", "status")


def test_a_status_ends(amina: Colleague, noor: Person) -> None:
    status = actions.record_legal_status(amina.actor, noor, status="INTERIM", starts_on=SPRING)
    for day in (SPRING, NEW_YEAR, TODAY + timedelta(days=1)):
        with pytest.raises(Refused):
            actions.end_legal_status(amina.actor, status, ended_on=day)
    status = actions.end_legal_status(amina.actor, status, ended_on=SUMMER)
    assert held(noor) == [("INTERIM", SPRING, SUMMER)]
    with pytest.raises(Refused, match="already ended"):
        actions.end_legal_status(amina.actor, status, ended_on=SUMMER)
    assert Entry.objects.filter(act="people.end_legal_status").count() == 1


def test_others_end_nothing(amina: Colleague, bruno: Colleague, noor: Person) -> None:
    status = actions.record_legal_status(amina.actor, noor, status="INTERIM", starts_on=SPRING)
    with pytest.raises(Unseen):
        actions.end_legal_status(bruno.actor, status, ended_on=SUMMER)
    assert held(noor) == [("INTERIM", SPRING, None)]


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(told=st.lists(st.tuples(st.integers(0, 60), st.none() | st.integers(1, 30)), max_size=8))
def test_however_they_are_recorded_no_two_overlap(
    told: list[tuple[int, int | None]], amina: Colleague, noor: Person
) -> None:
    LegalStatus.objects.all().delete()
    actor = amina.actor
    for start, length in told:
        begins = NEW_YEAR + timedelta(days=start)
        try:
            actions.record_legal_status(
                actor, noor, status="INTERIM", starts_on=begins,
                ends_on=begins + timedelta(days=length) if length else None,
            )  # fmt: skip
        except Refused:
            continue
    rows = held(noor)
    assert all(end is not None and end <= rows[place + 1][1] for place, (_s, _b, end) in enumerate(rows[:-1]))


def test_many_are_brought_in_and_remembered(dalia: Colleague, noor: Person, bruno: Colleague) -> None:
    from kinkeeper.people.models import Identifier

    actions.bring_in_legal_statuses(
        dalia.actor,
        noor.unit,
        statuses=[LegalStatus(person=noor, status="INTERIM", starts_on=SPRING)],
        identifiers=[Identifier(person=noor, scheme="school", value="A1")],
        changes=[(noor, {"ethnicity": "WBRI"})],
    )
    assert held(noor) == [("INTERIM", SPRING, None)]
    assert Person.objects.get(pk=noor.pk).ethnicity == "WBRI"
    assert list(Entry.objects.values_list("act", "subject_code")) == [("people.bring_in_legal_statuses", noor.code)]
    far_away = Person(pk=999, unit_id=noor.unit_id + 1, name="Far away")
    with pytest.raises(Refused, match="belong to its unit"):
        actions.bring_in_legal_statuses(
            dalia.actor, noor.unit, statuses=[LegalStatus(person=far_away, status="INTERIM", starts_on=SPRING)]
        )
