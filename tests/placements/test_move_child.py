"""A child moves: a new episode the same day, never a gap, and one winner where several try."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.people.models import Person
from kinkeeper.placements import actions
from kinkeeper.placements.models import PeriodOfCare, Placement
from tests.conftest import Colleague
from tests.placements.conftest import JULY, JUNE, MAY, TODAY, story


def move(colleague: Colleague, period: PeriodOfCare, home: Home, **changes: Any) -> PeriodOfCare:
    particulars: dict[str, Any] = {"home": home, "moved_on": JUNE, "care_type": "SOS_FAM", "leave_reason": "PLAN"}
    return actions.move_child(colleague.actor, period, **(particulars | changes))


def test_a_move_ends_one_stay_and_begins_the_next_the_same_day(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, house_three: Home
) -> None:
    moved = move(amina, in_care, house_three)
    assert moved.version == in_care.version + 1
    assert story(noor) == [
        ("S", MAY, JUNE, "The Okafors", "FOSTER_ST", "VOLUNTARY"),
        ("P", JUNE, None, "House Three", "SOS_FAM", "VOLUNTARY"),
    ]
    assert list(Placement.objects.values_list("leave_reason", flat=True)) == ["PLAN", ""]


def test_the_journal_has_one_entry(amina: Colleague, in_care: PeriodOfCare, house_three: Home) -> None:
    move(amina, in_care, house_three)
    entry = Entry.objects.get(act="placements.move_child")
    assert entry.subject_code == in_care.code
    assert entry.facts == {"home": house_three.code, "moved_on": "2024-06-03"}


@pytest.mark.parametrize(
    "changes, reason",
    [
        ({}, "P"),
        ({"same_carer": True}, "T"),
        ({"legal_status_code": "INTERIM"}, "B"),
        ({"legal_status_code": "INTERIM", "same_carer": True}, "U"),
        ({"legal_status_code": "VOLUNTARY"}, "P"),
    ],
)
def test_the_reason_says_what_changed(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, house_three: Home, changes: dict[str, Any], reason: str
) -> None:
    move(amina, in_care, house_three, **changes)
    assert story(noor)[-1][0] == reason
    assert story(noor)[-1][-1] == changes.get("legal_status_code", "VOLUNTARY")


@pytest.mark.parametrize(
    "changes, guard, field, words",
    [
        ({"moved_on": TODAY + timedelta(days=1)}, "G-TIME", "moved_on", "still to come"),
        ({"moved_on": MAY}, "G-TIME", "moved_on", "after the last change, which was on 6 May 2024"),
        ({"moved_on": MAY - timedelta(days=1)}, "G-TIME", "moved_on", "after the last change"),
        ({"leave_reason": ""}, "G-REASON", "leave_reason", "Say why"),
        ({"leave_reason": "WHIM"}, "G-CODE", "leave_reason", "no code “WHIM”"),
        ({"care_type": "CASTLE"}, "G-CODE", "care_type", "no code “CASTLE”"),
        ({"legal_status_code": "MAGIC"}, "G-CODE", "legal_status_code", "no code “MAGIC”"),
    ],
)
def test_a_refusal_changes_nothing(
    amina: Colleague,
    noor: Person,
    in_care: PeriodOfCare,
    house_three: Home,
    changes: dict[str, Any],
    guard: str,
    field: str,
    words: str,
) -> None:
    before = story(noor)
    with pytest.raises(Refused) as refusal:
        move(amina, in_care, house_three, **changes)
    assert (refusal.value.guard, refusal.value.field) == (guard, field)
    assert words in str(refusal.value)
    assert story(noor) == before
    assert list(Placement.objects.values_list("leave_reason", flat=True)) == [""]
    assert not Entry.objects.filter(act="placements.move_child").exists()


def test_nobody_moves_to_where_they_live(amina: Colleague, in_care: PeriodOfCare, okafors: Home) -> None:
    with pytest.raises(Refused, match="lives in this home already"):
        move(amina, in_care, okafors, care_type="FOSTER_ST")
    with pytest.raises(Refused, match="In the same home the carer stays"):
        move(amina, in_care, okafors, care_type="FOSTER_LT")


def test_the_type_of_care_may_change_in_the_same_home(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, okafors: Home
) -> None:
    move(amina, in_care, okafors, care_type="FOSTER_LT", same_carer=True, leave_reason="STATUS")
    assert story(noor)[-1][0] == "T"
    assert story(noor)[-1][4] == "FOSTER_LT"


def test_a_temporary_stay_needs_no_reason_there_or_back(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, house_three: Home, okafors: Home
) -> None:
    away = move(amina, in_care, house_three, care_type="RESPITE", leave_reason="")
    move(amina, away, okafors, care_type="FOSTER_ST", leave_reason="", moved_on=JULY)
    assert [row[3] for row in story(noor)] == ["The Okafors", "House Three", "The Okafors"]


def test_a_full_home_refuses_a_move(
    amina: Colleague, noor: Person, samir: Person, in_care: PeriodOfCare, house_three: Home
) -> None:
    actions.start_placement(
        amina.actor, samir, home=house_three, started_on=MAY, care_type="SOS_FAM", legal_status_code="VOLUNTARY"
    )
    with pytest.raises(Refused) as refusal:
        move(amina, in_care, house_three)
    assert refusal.value.guard == "G-CAP"
    assert len(story(noor)) == 1


def test_a_stale_page_is_told(
    amina: Colleague, dalia: Colleague, noor: Person, in_care: PeriodOfCare, house_three: Home
) -> None:
    on_dalias_screen = PeriodOfCare.objects.get(pk=in_care.pk)
    move(amina, in_care, house_three)
    with pytest.raises(Stale, match="Someone else changed this record"):
        move(dalia, on_dalias_screen, house_three, moved_on=JULY)
    assert len(story(noor)) == 2


def test_care_that_ended_cannot_go_on(amina: Colleague, in_care: PeriodOfCare, house_three: Home) -> None:
    ended = actions.end_placement(amina.actor, in_care, ended_on=JUNE, exit="REUNIFIED")
    with pytest.raises(Refused, match="This period of care has ended"):
        move(amina, ended, house_three, moved_on=JULY)


def test_strangers_cannot_move_a_child(
    bruno: Colleague, eve: Colleague, noor: Person, in_care: PeriodOfCare, house_three: Home
) -> None:
    for stranger in (bruno, eve):
        with pytest.raises(Unseen):
            move(stranger, in_care, house_three)
    assert len(story(noor)) == 1
