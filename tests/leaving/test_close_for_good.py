"""A case closes where nobody is handed over; a family that leaves is followed up."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.leaving import actions
from kinkeeper.leaving.models import Aftercare, Closing
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague
from tests.leaving.conftest import DAY, RETURN, TODAY, assess, on
from tests.leaving.test_decide_closing import in_care
from tests.walk import state_of_the_house

ENDING: dict[str, Any] = {
    "closed_on": TODAY,
    "outcome": "The family lives near relatives now.",
    "exit_survey": "You came when it mattered.",
    "child_told_on": TODAY,
}


@pytest.fixture
def moving(dalia: Colleague, reviewed: Case) -> Case:
    """It is decided that our work with Noor ends because the family moves away."""
    return actions.decide_closing(dalia.actor, reviewed, **(RETURN | {"exit": "moved"})).case


def refused(colleague: Colleague, case: Case, **changes: Any) -> Refused:
    before = state_of_the_house()
    with pytest.raises(Refused) as refusal:
        actions.close_for_good(colleague.actor, case, **(ENDING | changes))
    assert state_of_the_house() == before
    return refusal.value


def test_a_case_closes(dalia: Colleague, moving: Case) -> None:
    case = actions.close_for_good(dalia.actor, moving, **ENDING)
    stored, told = Case.objects.get(pk=case.pk), Closing.objects.get()
    assert (stored.state, stored.closed_on, stored.close_reason) == ("closed", TODAY, "moved")
    assert (told.done_on, told.outcome, told.exit_survey, told.child_told_on) == (
        TODAY, ENDING["outcome"], ENDING["exit_survey"], TODAY,
    )  # fmt: skip
    assert (Assignment.objects.get().ends_on, Aftercare.objects.count()) == (TODAY, 0)
    assert Entry.objects.get(act="leaving.close_for_good").subject_code == case.code


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"outcome": " "}, "G-EXIT", "outcome"),
        ({"exit_survey": ""}, "G-EXIT", "exit_survey"),
        ({"child_told_on": None}, "G-EXIT", "child_told_on"),
        ({"child_told_on": TODAY + DAY}, "G-TIME", "child_told_on"),
        ({"closed_on": TODAY + DAY}, "G-TIME", "closed_on"),
        ({"closed_on": TODAY - DAY}, "G-TIME", "closed_on"),
    ],
)
def test_a_farewell_is_whole(dalia: Colleague, moving: Case, changes: dict[str, Any], guard: str, field: str) -> None:
    refusal = refused(dalia, moving, **changes)
    assert (refusal.guard, refusal.field) == (guard, field)


def test_whoever_is_lost_cannot_be_asked(dalia: Colleague, reviewed: Case) -> None:
    for way in ("call", "visit", "message"):
        Contact.objects.create(case=reviewed, kind=way, happened_on=TODAY, seen="not_seen")
    told = actions.decide_closing(dalia.actor, reviewed, **(RETURN | {"exit": "lost"}))
    closed = actions.close_for_good(dalia.actor, told.case, closed_on=TODAY, outcome="We found nobody.")
    assert (closed.state, closed.close_reason) == ("closed", "lost")


def test_a_child_in_care_keeps_its_case(dalia: Colleague, moving: Case, okafors: Home) -> None:
    in_care(moving.child, okafors, TODAY - DAY)
    assert refused(dalia, moving).guard == "G-CLOSE"


def test_a_hand_over_comes_first(dalia: Colleague, decided: Closing) -> None:
    assert refused(dalia, decided.case).guard == "G-STEP"


def test_the_supervisor_closes(amina: Colleague, bruno: Colleague, moving: Case) -> None:
    assert refused(amina, moving).guard == "G-MAY"
    with pytest.raises(Unseen):
        actions.close_for_good(bruno.actor, moving, **ENDING)


def test_where_no_service_is_needed_no_review_decides(dalia: Colleague, noors_case: Case) -> None:
    Case.objects.filter(pk=noors_case.pk).update(state=Case.State.CLOSING)
    case = Case.objects.get(pk=noors_case.pk)
    assert refused(dalia, case, reason="reunified").guard == "G-CODE"
    closed = actions.close_for_good(dalia.actor, case, closed_on=TODAY, outcome="The aunt helps.")
    assert (closed.state, closed.close_reason) == ("closed", "no_service")
    assert Closing.objects.get().reasons == "The aunt helps."


def self_reliant(dalia: Colleague, volkovas: list[Case]) -> Case:
    for case in volkovas:
        assess(case, date(2026, 7, 30))
        assess(case, date(2026, 11, 5))
    day = date(2026, 11, 6)
    told = actions.decide_closing(
        on(dalia.actor, day), volkovas[0], exit="self_reliant", decided_on=day, reasons="x", child_view="y"
    )
    return told.case


def test_a_family_that_leaves_is_followed_up(dalia: Colleague, volkovas: list[Case], amina: Colleague) -> None:
    case = self_reliant(dalia, volkovas)
    day = {"closed_on": date(2026, 11, 6), "child_told_on": date(2026, 11, 6)}
    left = actions.close_for_good(on(dalia.actor, date(2026, 11, 6)), case, **(ENDING | day))
    begun = Aftercare.objects.get()
    assert (left.state, left.closed_on, left.worker) == ("aftercare", None, amina.user)
    assert (begun.kind, begun.starts_on) == ("self_reliant", date(2026, 11, 6))


def test_a_family_that_fell_back_does_not_leave(dalia: Colleague, volkovas: list[Case]) -> None:
    case = self_reliant(dalia, volkovas)
    assess(case, date(2026, 11, 10), rating=4)
    refusal = refused(dalia, case, closed_on=date(2026, 11, 10))
    assert (refusal.guard, refusal.field) == ("G-EXIT", "closed_on")


@pytest.mark.guard("G-EXIT", "answers_409")
def test_the_page_closes(dalia: Colleague, moving: Case) -> None:
    address = reverse("close_for_good", args=[moving.code])
    assert dalia.browser.get(address).status_code == 200
    typed = {**ENDING, "version": moving.version, "closed_on": TODAY.isoformat(), "child_told_on": ""}
    refusal = dalia.browser.post(address, typed)
    assert (refusal.status_code, "Rule: G-EXIT" in refusal.content.decode()) == (409, True)
    assert Closing.objects.get().done_on is None
    assert dalia.browser.post(address, {**typed, "child_told_on": TODAY.isoformat()}).status_code == 302
    assert Closing.objects.get().done_on == TODAY
    assert "First a review decides" in dalia.browser.get(address).content.decode()


def test_the_page_asks_why_where_no_review_decided(dalia: Colleague, noors_case: Case) -> None:
    Case.objects.filter(pk=noors_case.pk).update(state=Case.State.CLOSING)
    page = dalia.browser.get(reverse("close_for_good", args=[noors_case.code])).content.decode()
    assert 'name="reason"' in page
