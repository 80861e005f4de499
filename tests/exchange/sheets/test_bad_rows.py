"""Every kind of row that cannot land says why and what to do, and loses nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.exchange.models import QuarantinedRow
from kinkeeper.families.models import Kinship
from kinkeeper.people.models import LegalStatus, Person
from kinkeeper.placements.models import Episode
from tests.exchange.sheets.conftest import (
    CARER,
    CHILD_OF,
    EVERYTHING,
    HOME,
    KIN,
    MINA,
    MOTHER,
    SECOND,
    STAY,
    VISIT,
    Preview,
    changed,
    counts,
    why,
)

TOMORROW = (date.today() + timedelta(days=1)).isoformat()
LATER = "This day is still to come. Record it when it has happened."

PERSON_ROWS = [
    ({"number": ""}, "Number", "This must be filled in."),
    ({"given": "", "family": ""}, "Given name", "Give at least a given name or a family name."),
    ({"birth": "yesterday"}, "Date of birth", "“yesterday” is no date. Write a day (2014-05-17), a month (2014-05) or a year (2014)."),
    ({"birth": TOMORROW}, "Date of birth", LATER),
    ({"birth": "1850"}, "Date of birth", "This birth is too long ago. Check the year."),
    ({"birth": "~2014", "birth_by": ""}, "How the birth is known", "The date of birth is an estimate. Say how it is known, so that nobody takes it for more than it is."),
    ({"sex": "hedgehog"}, "Sex", "“hedgehog” is none of the permitted values. Say what it means, or choose one from the list."),
    ({"died_on": "2010-01-01"}, "Date of death", "This is before the birth (17 May 2014)."),
    ({"died_on": "2014"}, "Date of death", "“2014” is no day. Write it as 2019-12-31 or 31.12.2019."),
    ({"case_opened_on": TOMORROW}, "Case opened on", LATER),
    ({"case_opened_on": "", "case_kind": "care"}, "Case opened on", "Say since when the case is open, or empty its kind and its worker."),
    ({"worker": "nobody@example.org"}, "E-mail of the worker", "Nobody with an account here has this e-mail address. Correct it, or empty it."),
    ({"given": "x" * 201}, "Given name", "This is longer than 200 characters. Shorten it."),
    ({"birth": "03/04/2015"}, "Date of birth", "“03/04/2015” may be two days. Say for this file which number is the month, or write 2019-12-31."),
]  # fmt: skip


@pytest.mark.parametrize(
    "change, field, reason", PERSON_ROWS, ids=lambda value: "-".join(value) if isinstance(value, dict) else ""
)
def test_a_person(land_sheets: Preview, change: Mapping[str, Any], field: str, reason: str) -> None:
    bad = {**MINA, "number": "9", "given": "Bad", "family": "Row", **change}
    brought = land_sheets({"persons": [MINA, bad]})
    assert why(brought) == [("persons", field, reason)]
    row = QuarantinedRow.objects.get()
    assert (row.file, row.line) == ("lists.xlsx / Persons", 3)
    assert {key: value for key, value in row.values.items() if value} == {
        key: value for key, value in bad.items() if value
    }
    assert (Person.objects.count(), counts(brought)) == (1, (2, 1, 0, 1))


def test_two_rows_with_one_number(land_sheets: Preview) -> None:
    brought = land_sheets({"persons": [MINA, {**MINA, "given": "Sara"}, MINA]})
    reason = "Line 2 of lists.xlsx / Persons has the same number. Give each row its own, or remove one."
    assert why(brought) == [("persons", "Number", reason)]
    # The third row says the same as the first.
    assert counts(brought) == (3, 1, 1, 1)


FAMILY_ROWS = [
    ({"person": "77"}, "Number of the person", "No row of the sheet “Persons” has the number “77”. Correct the number, or add that row."),
    ({"family": "F9", "family_name": ""}, "Name of the family", "Give the family a name in one of its rows."),
    ({"household": ""}, "Household", "Give the household a name, for example “Home”."),
    ({"relative": ""}, "Of (number of the relative)", "A tie needs both: what the person is, and the number of the relative."),
    ({"relative": "2"}, "Of (number of the relative)", "Nobody is kin to themselves. Choose another person."),
    ({"person": "1", "relative": "2", "since": ""}, "Is the", "Mina Karimova is not older than Zarina Karimova. Check both births, and who is whose."),
    ({"since": "2020-01-01", "until": "2019-01-01"}, "Lived there until", "This began on 1 January 2020; it cannot end before."),
    ({"since": TOMORROW}, "Lives there since", LATER),
    ({"kin": "sibling"}, "Has legal responsibility", "Record who is legally responsible as guardian as well: this tie does not say which of the two it is."),
]  # fmt: skip


@pytest.mark.parametrize(
    "change, field, reason", FAMILY_ROWS, ids=lambda value: "-".join(value) if isinstance(value, dict) else ""
)
def test_a_row_of_a_family(land_sheets: Preview, change: Mapping[str, Any], field: str, reason: str) -> None:
    brought = land_sheets({"persons": [MINA, MOTHER], "families": [{**KIN, **change}]})
    assert why(brought) == [("families", field, reason)]
    assert Kinship.objects.count() == 0


def test_two_ties_by_blood(land_sheets: Preview) -> None:
    brought = land_sheets({"persons": [MINA, MOTHER], "families": [KIN, {**KIN, "kin": "aunt_or_uncle"}]})
    reason = "These two are recorded as kin already (parent). End that tie first, if it is wrong."
    assert [row[1:] for row in why(brought)] in (
        [("Is the", reason)],
        [("Is the", reason.replace("parent", "aunt or uncle"))],
    )
    assert Kinship.objects.count() == 1


def test_somebody_who_would_be_their_own_ancestor(land_sheets: Preview) -> None:
    people = [{"number": str(number), "given": f"P{number}", "family": f"Q{number}"} for number in (1, 2, 3)]
    ties = [
        {"family": "F", "family_name": "Q", "person": one, "kin": "parent", "relative": other}
        for one, other in (("1", "2"), ("2", "3"), ("3", "1"))
    ]
    brought = land_sheets({"persons": people, "families": ties})
    assert [row[2] for row in why(brought)] == ["Then somebody would be their own ancestor."]


HOME_ROWS = [
    ({"name": ""}, "Name", "This must be filled in."),
    ({"capacity": "two"}, "Places", "“two” is no whole number. Write digits alone."),
    ({"age_from": "10", "age_to": "3"}, "Oldest age", "The oldest age is below the youngest."),
    ({"opened_on": TOMORROW}, "Open since", LATER),
    ({"carer": "77"}, "Number of the main carer", "No row of the sheet “Persons” has the number “77”. Correct the number, or add that row."),
    ({"carer_since": ""}, "Carer since", "Say since when this person cares here."),
    ({"carer_since": "1970-01-01"}, "Carer since", "This is before the birth (2 March 1975)."),
]  # fmt: skip


@pytest.mark.parametrize(
    "change, field, reason", HOME_ROWS, ids=lambda value: "-".join(value) if isinstance(value, dict) else ""
)
def test_a_home(land_sheets: Preview, change: Mapping[str, Any], field: str, reason: str) -> None:
    brought = land_sheets({"persons": [CARER], "homes": [{**HOME, **change}]})
    assert why(brought) == [("homes", field, reason)]


STAY_ROWS = [
    ([{**STAY, "home": "77"}], "Number of the home", "No row of the sheet “Homes” has the number “77”. Correct the number, or add that row."),
    ([{**STAY, "started_on": "2010-01-01"}], "From", "This is before the birth (17 May 2014)."),
    ([{**STAY, "started_on": TOMORROW}], "From", LATER),
    ([{**STAY, "care_type": "CASTLE"}], "Type of care", "“CASTLE” is none of the permitted values. Say what it means, or choose one from the list."),
    ([{**STAY, "ended_on": "2023-02-01", "exit": "REUNIFIED"}], "Until", "A stay ends after the day it begins."),
    ([{**STAY, "exit": "REUNIFIED"}], "Until", "Care ended: say on which day the child left."),
    ([{**STAY, "ended_on": "2023-03-01"}], "Why care ended", "No stay follows at once: say why care ended."),
    ([{**STAY, "ended_on": "2023-03-01", "exit": "REUNIFIED", "leave_reason": "PLAN"}], "Reason for the move", "No stay follows at once. Say instead why care ended."),
]  # fmt: skip


@pytest.mark.parametrize("rows, field, reason", STAY_ROWS)
def test_a_stay(land_sheets: Preview, rows: list[Mapping[str, Any]], field: str, reason: str) -> None:
    brought = land_sheets(changed(EVERYTHING, stays=rows, contacts=[]))
    assert why(brought) == [("stays", field, reason)]
    assert Episode.objects.count() == 0


def test_stays_that_overlap_wait_together(land_sheets: Preview) -> None:
    rows = [
        {**STAY, "ended_on": "2024-01-01", "leave_reason": "PLAN"},
        {**STAY, "home": "H2", "started_on": "2023-12-01"},
    ]
    brought = land_sheets(changed(EVERYTHING, stays=rows))
    assert why(brought) == [
        (
            "stays",
            "",
            "This row waits for lists.xlsx / Placements, line 3, which is in quarantine. Mend that row first.",
        ),
        ("stays", "From", "The stay before (from 1 February 2023) lasts longer than this day. Correct one of the two."),
    ]
    assert Episode.objects.count() == 0


def test_care_that_ended_and_went_on(land_sheets: Preview) -> None:
    rows = [{**STAY, "ended_on": "2023-12-01", "exit": "REUNIFIED"}, {**STAY, "home": "H2", "started_on": "2023-12-01"}]
    brought = land_sheets(changed(EVERYTHING, stays=rows))
    assert (
        "stays",
        "Why care ended",
        "Another stay begins when this one ends, so care did not end. Empty this, or correct the days.",
    ) in why(brought)


def test_two_stays_that_begin_on_one_day(land_sheets: Preview) -> None:
    rows = [{**STAY, "number": "A"}, {**STAY, "number": "B", "home": "H2"}]
    brought = land_sheets(changed(EVERYTHING, stays=rows))
    assert "Two stays begin on this day. Remove or correct one." in [row[2] for row in why(brought)]


def test_care_that_was_recorded_here_is_not_rewritten(land_sheets: Preview) -> None:
    land_sheets(EVERYTHING)
    LegalStatus.objects.update(status="EMERGENCY")
    brought = land_sheets(changed(EVERYTHING, stays=[{**STAY, "ended_on": "2024-01-01", "exit": "REUNIFIED"}]))
    reason = "The care of this child was recorded or changed here by other ways. Record the rest on the child’s page."
    assert why(brought) == [("stays", "From", reason)]


CONTACT_ROWS = [
    ({"child": "77"}, "Number of the child", "No row of the sheet “Persons” has the number “77”. Correct the number, or add that row."),
    ({"child": "2"}, "Date", "No case of this child was open on that day. Fill in “Case opened on” on the sheet Persons."),
    ({"happened_on": "2022-01-01"}, "Date", "No case of this child was open on that day. Fill in “Case opened on” on the sheet Persons."),
    ({"happened_on": TOMORROW}, "Date", LATER),
    ({"kind": ""}, "Kind of contact", "This must be filled in."),
]  # fmt: skip


@pytest.mark.parametrize(
    "change, field, reason", CONTACT_ROWS, ids=lambda value: "-".join(value) if isinstance(value, dict) else ""
)
def test_a_contact(land_sheets: Preview, change: Mapping[str, Any], field: str, reason: str) -> None:
    brought = land_sheets({"persons": [MINA, MOTHER], "contacts": [{**VISIT, **change}]})
    assert why(brought) == [("contacts", field, reason)]


def test_the_preview_says_the_same_as_the_landing(preview: Preview, land_sheets: Preview) -> None:
    sheets = {
        "persons": [{**MINA, "birth": "x"}, MOTHER, CARER],
        "families": [KIN, CHILD_OF],
        "homes": [HOME, {**SECOND, "kind": "castle"}],
        "stays": [STAY],
        "contacts": [VISIT],
    }
    summary = preview(sheets).summary
    said = sorted((fault["file"], fault["line"], fault["reason"]) for fault in summary["faults"])
    brought = land_sheets(sheets)
    assert said == sorted((row.file, row.line, row.reason) for row in brought.quarantine.all())
    assert (summary["would_land"], summary["would_stay"]) == counts(brought)[1:3]
