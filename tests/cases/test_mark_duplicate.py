"""Of two cases of one child the supervisor keeps one; the other ends as a duplicate and stays readable."""

from __future__ import annotations

from datetime import date

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.cases.actions import mark_duplicate, reopen_case
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.cases.policy import may_mark_duplicate
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from kinkeeper.placements.actions import start_placement
from tests.conftest import Colleague, decide, open_case, register

TODAY = date.today()
JUNE = date(2024, 6, 3)


@pytest.fixture
def other(amina: Colleague, village: Unit) -> Case:
    """The second record of Noor, written with another name."""
    return open_case(register(village, "Nour", "Salih"), amina)


def test_a_duplicate_ends_and_names_the_case_that_is_kept(dalia: Colleague, noors_case: Case, other: Case) -> None:
    mark_duplicate(dalia.actor, other, surviving=noors_case)
    stored = Case.objects.get(pk=other.pk)
    assert (stored.state, stored.closed_on, stored.surviving, stored.close_reason) == (
        "duplicate",
        TODAY,
        noors_case,
        "duplicate",
    )
    assert Assignment.objects.get(case=other).ends_on == TODAY
    assert Assignment.objects.get(case=noors_case).ends_on is None
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code, entry.facts) == (
        "cases.mark_duplicate",
        other.code,
        {"surviving": noors_case.code},
    )
    with pytest.raises(Refused, match="Open the case that was kept"):
        reopen_case(dalia.actor, stored, reopened_on=TODAY)


def test_a_closed_case_keeps_its_day(dalia: Colleague, noors_case: Case, other: Case) -> None:
    Case.objects.filter(pk=other.pk).update(state="closed", closed_on=JUNE, close_reason="moved")
    mark_duplicate(dalia.actor, Case.objects.get(pk=other.pk), surviving=noors_case)
    stored = Case.objects.get(pk=other.pk)
    assert (stored.state, stored.closed_on, stored.close_reason) == ("duplicate", JUNE, "moved")


@pytest.mark.parametrize(
    "state, words, guard",
    [("duplicate", "is a duplicate, too", "G-DUP"), ("closed", "That case is closed", "G-STEP")],
)
def test_what_is_kept_must_go_on(
    dalia: Colleague, noors_case: Case, other: Case, state: str, words: str, guard: str
) -> None:
    Case.objects.filter(pk=noors_case.pk).update(state=state, closed_on=JUNE)
    with pytest.raises(Refused, match=words) as refusal:
        mark_duplicate(dalia.actor, other, surviving=Case.objects.get(pk=noors_case.pk))
    assert (refusal.value.guard, refusal.value.field) == (guard, "surviving")
    assert Case.objects.get(pk=other.pk).state == "active"


def test_a_case_is_no_duplicate_of_itself(dalia: Colleague, noors_case: Case) -> None:
    with pytest.raises(Refused, match="of itself") as refusal:
        mark_duplicate(dalia.actor, noors_case, surviving=noors_case)
    assert (refusal.value.guard, Case.objects.get().state) == ("G-DUP", "active")


def test_a_case_of_another_unit_is_not_kept_by_its_caseworker(
    dalia: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    elsewhere = open_case(register(other_unit, "Nour", "Salih"), dalia)
    with pytest.raises(Refused, match="do not supervise") as refusal:
        mark_duplicate(dalia.actor, noors_case, surviving=elsewhere)
    assert refusal.value.field == "surviving"
    assert Case.objects.get(pk=noors_case.pk).state == "active"


def test_a_case_out_of_sight_is_not_named(
    dalia: Colleague, bruno: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    hidden = open_case(register(other_unit, "Nour", "Salih"), bruno)
    with pytest.raises(Unseen):
        mark_duplicate(dalia.actor, noors_case, surviving=hidden)
    address = f"/cases/{noors_case.code}/mark-duplicate/"
    page = dalia.browser.post(address, {"version": noors_case.version, "surviving": hidden.code}).content.decode()
    assert "You see no case with this code." in page


def test_a_child_in_care_is_moved_first(
    amina: Colleague, dalia: Colleague, noor: Person, noors_case: Case, other: Case, okafors: Home
) -> None:
    decide(noor, "FOSTER_ST")
    start_placement(
        amina.actor, noor, home=okafors, started_on=JUNE, care_type="FOSTER_ST", legal_status_code="VOLUNTARY"
    )
    # The button says so as well.
    assert may_mark_duplicate(dalia.actor, noors_case).sentence.startswith("This child is in care")
    with pytest.raises(Refused, match="This child is in care") as refusal:
        mark_duplicate(dalia.actor, noors_case, surviving=other)
    assert (refusal.value.guard, Case.objects.get(pk=noors_case.pk).state) == ("G-CLOSE", "active")


def test_only_the_supervisor_of_the_unit_says_so(
    amina: Colleague, bruno: Colleague, tess: Colleague, noors_case: Case, other: Case
) -> None:
    for who in (amina, tess):
        with pytest.raises(Refused, match="Only a supervisor of this unit"):
            mark_duplicate(who.actor, other, surviving=noors_case)
    with pytest.raises(Unseen):
        mark_duplicate(bruno.actor, other, surviving=noors_case)
    assert Case.objects.get(pk=other.pk).state == "active"


def test_the_page_marks_it_and_leads_to_the_case_that_is_kept(dalia: Colleague, noors_case: Case, other: Case) -> None:
    address, browser = f"/cases/{other.code}/mark-duplicate/", dalia.browser
    assert browser.get(address).status_code == 200
    refused = browser.post(address, {"version": other.version, "surviving": other.code})
    assert (refused.status_code, "Rule: G-DUP" in refused.content.decode()) == (409, True)
    assert browser.post(address, {"version": other.version, "surviving": noors_case.code}).status_code == 302
    page = browser.get(other.get_absolute_url()).content.decode()
    assert "This case is a duplicate" in page
    assert noors_case.get_absolute_url() in page
