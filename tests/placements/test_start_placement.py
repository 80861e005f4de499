"""Care begins: a period, a stay and an episode in one deed, with every guard on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.people.models import LegalStatus, Person
from kinkeeper.placements import actions
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement
from tests.conftest import Colleague
from tests.placements.conftest import JULY, JUNE, MAY, TODAY, decide_much, story


@pytest.fixture
def noor(noor: Person) -> Person:
    """Noor, for whom several forms of care are decided."""
    decide_much(noor)
    return noor


def begin(colleague: Colleague, child: Person, home: Home, **changes: Any) -> PeriodOfCare:
    particulars: dict[str, Any] = {
        "home": home,
        "started_on": MAY,
        "care_type": "FOSTER_ST",
        "legal_status_code": "VOLUNTARY",
    }
    return actions.start_placement(colleague.actor, child, **(particulars | changes))


def test_care_begins_with_a_period_a_stay_and_an_episode(amina: Colleague, noor: Person, okafors: Home) -> None:
    period = begin(amina, noor, okafors, need="NEGLECT", order_number="12/2024")
    assert (period.child, period.started_on, period.ended_on, period.need, period.exit) == (
        noor,
        MAY,
        None,
        "NEGLECT",
        "",
    )
    assert story(noor) == [("S", MAY, None, "The Okafors", "FOSTER_ST", "VOLUNTARY")]
    status = LegalStatus.objects.get(person=noor)
    assert (status.starts_on, status.ends_on, status.order_number) == (MAY, None, "12/2024")


def test_the_journal_remembers_codes_and_days_not_texts(amina: Colleague, noor: Person, okafors: Home) -> None:
    period = begin(amina, noor, okafors, authority="District court of Riverside")
    entry = Entry.objects.get(act="placements.start_placement")
    assert (entry.user, entry.subject_code, entry.unit_id) == (amina.user, period.code, noor.unit_id)
    assert entry.facts == {"subject": noor.code, "home": okafors.code, "started_on": "2024-05-06"}


def test_a_legal_status_that_holds_already_is_kept(amina: Colleague, noor: Person, okafors: Home) -> None:
    order = LegalStatus.objects.create(person=noor, status="INTERIM", starts_on=MAY - timedelta(days=3))
    begin(amina, noor, okafors, legal_status_code="INTERIM")
    assert Episode.objects.get().legal_status == order
    assert LegalStatus.objects.count() == 1


@pytest.mark.parametrize(
    "changes, guard, field, words",
    [
        ({"started_on": TODAY + timedelta(days=1)}, "G-TIME", "started_on", "still to come"),
        ({"started_on": MAY - timedelta(days=9 * 366)}, "G-TIME", "started_on", "before the birth"),
        ({"care_type": "CASTLE"}, "G-CODE", "care_type", "no code “CASTLE”"),
        ({"care_type": "TRANSIT"}, "G-STEP", "care_type", "temporary stay cannot begin care"),
        ({"care_type": "SIL"}, "G-AGE", "care_type", "from the age of 16"),
        ({"legal_status_code": "MAGIC"}, "G-CODE", "legal_status_code", "no code “MAGIC”"),
        ({"need": "NONE AT ALL"}, "G-CODE", "need", "no code"),
    ],
)
def test_a_refusal_names_guard_field_and_reason(
    amina: Colleague, noor: Person, okafors: Home, changes: dict[str, Any], guard: str, field: str, words: str
) -> None:
    with pytest.raises(Refused) as refusal:
        begin(amina, noor, okafors, **changes)
    assert (refusal.value.guard, refusal.value.field) == (guard, field)
    assert words in str(refusal.value)
    assert not PeriodOfCare.objects.exists()
    assert not Placement.objects.exists()
    assert not LegalStatus.objects.exists()
    assert not Entry.objects.exists()


@pytest.mark.guard("G-OVERLAP", "fires")
def test_a_child_is_in_care_once(amina: Colleague, noor: Person, in_care: PeriodOfCare, house_three: Home) -> None:
    with pytest.raises(Refused, match="in care at that time already") as refusal:
        begin(amina, noor, house_three, started_on=JUNE)
    assert refusal.value.guard == "G-OVERLAP"
    with pytest.raises(Refused, match="in care at that time already"):
        begin(amina, noor, house_three, started_on=MAY - timedelta(days=30))
    assert PeriodOfCare.objects.get() == in_care


@pytest.mark.guard("G-OVERLAP", "passes")
def test_who_returns_begins_a_new_period(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, house_three: Home
) -> None:
    actions.end_placement(amina.actor, in_care, ended_on=JUNE, exit="REUNIFIED")
    begin(amina, noor, house_three, started_on=JUNE, care_type="SOS_FAM")
    assert story(noor) == [
        ("S", MAY, JUNE, "The Okafors", "FOSTER_ST", "VOLUNTARY"),
        ("S", JUNE, None, "House Three", "SOS_FAM", "VOLUNTARY"),
    ]


def test_after_a_final_exit_care_does_not_begin_again(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, house_three: Home
) -> None:
    actions.end_placement(amina.actor, in_care, ended_on=JUNE, exit="ADOPTED")
    with pytest.raises(Refused, match="Care ended for good: “Adopted”"):
        begin(amina, noor, house_three, started_on=JULY)


def test_a_full_home_takes_nobody_else(amina: Colleague, noor: Person, samir: Person, house_three: Home) -> None:
    begin(amina, noor, house_three, care_type="SOS_FAM")
    with pytest.raises(Refused) as refusal:
        begin(amina, samir, house_three, started_on=JUNE, care_type="SOS_FAM")
    assert (refusal.value.guard, refusal.value.field) == ("G-CAP", "home")
    assert str(refusal.value) == "2 children would live in House Three; 1 are allowed (places of the home)."
    assert story(samir) == []


def test_a_place_taken_later_counts_as_well(amina: Colleague, noor: Person, samir: Person, house_three: Home) -> None:
    begin(amina, noor, house_three, started_on=JULY, care_type="SOS_FAM")
    with pytest.raises(Refused, match="2 children would live in House Three"):
        begin(amina, samir, house_three, started_on=MAY, care_type="SOS_FAM")


def test_a_place_is_free_from_the_day_it_is_left(
    amina: Colleague, noor: Person, samir: Person, okafors: Home, house_three: Home
) -> None:
    period = begin(amina, noor, house_three, care_type="SOS_FAM")
    actions.move_child(amina.actor, period, home=okafors, moved_on=JUNE, care_type="FOSTER_ST", leave_reason="PLAN")
    begin(amina, samir, house_three, started_on=JUNE, care_type="SOS_FAM")
    assert story(samir)[0][1:4] == (JUNE, None, "House Three")


def test_a_home_without_a_limit_takes_everybody(
    amina: Colleague, noor: Person, samir: Person, house_three: Home
) -> None:
    write(house_three, capacity=None)
    begin(amina, noor, house_three, care_type="SOS_FAM")
    begin(amina, samir, house_three, care_type="SOS_FAM")
    assert Placement.objects.filter(home=house_three).count() == 2


@pytest.mark.parametrize(
    "changes, guard, words",
    [
        ({"closed_on": JULY}, "G-CAP", "closed on 1 July 2024"),
        ({"opened_on": JUNE}, "G-CAP", "opened only on 3 June 2024"),
        ({"age_to": 3}, "G-CAP", "takes children of another age"),
        ({"age_from": 14}, "G-CAP", "takes children of another age"),
    ],
)
def test_the_home_must_suit(
    amina: Colleague, noor: Person, okafors: Home, changes: dict[str, Any], guard: str, words: str
) -> None:
    write(okafors, **changes)
    with pytest.raises(Refused, match=words) as refusal:
        begin(amina, noor, okafors)
    assert refusal.value.guard == guard


def test_a_child_under_three_lives_in_a_family(amina: Colleague, noor: Person, okafors: Home) -> None:
    write(noor, born_from=MAY - timedelta(days=700))
    with pytest.raises(Refused, match="A child under 3 lives in a family") as refusal:
        begin(amina, noor, okafors, care_type="SGH")
    assert refusal.value.guard == "G-U3"
    begin(amina, noor, okafors, care_type="FOSTER_ST")


def test_nobody_is_placed_after_death(amina: Colleague, noor: Person, okafors: Home) -> None:
    write(noor, died_on=MAY)
    with pytest.raises(Refused, match="This child has died"):
        begin(amina, noor, okafors)


def test_strangers_and_readers_cannot_begin_care(bruno: Colleague, eve: Colleague, noor: Person, okafors: Home) -> None:
    for stranger in (bruno, eve):
        with pytest.raises(Unseen):
            begin(stranger, noor, okafors)
    assert not PeriodOfCare.objects.exists()


def test_a_home_beyond_ones_scope_does_not_exist(
    amina: Colleague, noor: Person, okafors: Home, other_unit: Any
) -> None:
    write(okafors, unit=other_unit)
    with pytest.raises(Unseen):
        begin(amina, noor, okafors)
