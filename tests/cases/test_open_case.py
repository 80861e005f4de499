"""A case is opened for somebody who is known already, closed, and opened again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Seat, Unit
from kinkeeper.cases import actions
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.people.models import Person
from kinkeeper.placements.actions import start_placement
from tests.conftest import Colleague, decide, register

MAY, JUNE = date(2024, 5, 6), date(2024, 6, 3)
TOMORROW = date.today() + timedelta(days=1)


@pytest.fixture
def noors_case(noor: Person) -> Case:
    """Noor’s case before a plan is in force, when it may still be closed without a review."""
    Case.objects.filter(child=noor).update(state=Case.State.PLANNING)
    return Case.objects.get(child=noor)


def test_a_supervisor_opens_a_case(dalia: Colleague, village: Unit) -> None:
    child = register(village, "Layla", "Nasser", born=date(2016, 1, 1))
    case = actions.open_case(dalia.actor, child, opened_on=MAY, kind="youth")
    assert Case.objects.get() == case
    assert (case.kind, case.worker, case.unit) == ("youth", None, village)
    with pytest.raises(Refused, match="open case already") as refusal:
        actions.open_case(dalia.actor, child, opened_on=MAY)
    assert refusal.value.guard == "G-OVERLAP"


def test_a_case_closes_with_its_day_and_reason(dalia: Colleague, amina: Colleague, noors_case: Case) -> None:
    closed = actions.close_case(dalia.actor, noors_case, closed_on=JUNE, close_reason="moved away")
    stored = Case.objects.get()
    assert (stored.state, stored.closed_on, stored.close_reason) == ("closed", JUNE, "moved away")
    assert Assignment.objects.get().ends_on == JUNE
    entry = Entry.objects.get(act="cases.close_case")
    assert entry.facts == {"closed_on": "2024-06-03"}
    with pytest.raises(Refused, match="already closed"):
        actions.close_case(dalia.actor, closed, closed_on=JUNE, close_reason="again")
    with pytest.raises(Stale):
        actions.close_case(dalia.actor, noors_case, closed_on=JUNE, close_reason="stale page")


def test_a_child_in_care_keeps_its_case(
    dalia: Colleague, amina: Colleague, noor: Person, noors_case: Case, okafors: Home
) -> None:
    decide(noor, "FOSTER_ST", kind="emergency", decided_on=date.today())
    start_placement(
        amina.actor, noor, home=okafors, started_on=MAY, care_type="FOSTER_ST", legal_status_code="VOLUNTARY"
    )
    verdict = actions.close_case.verdict(dalia.actor, noors_case)
    assert str(verdict.sentence) == "This child is in care. Record first how care ended."
    assert verdict.guard == "G-CLOSE"
    with pytest.raises(Refused, match="This child is in care"):
        actions.close_case(dalia.actor, noors_case, closed_on=JUNE, close_reason="moved away")
    assert Case.objects.get().state == "planning"


@pytest.mark.parametrize(
    "closed_on, reason, words",
    [(TOMORROW, "x", "still to come"), (date(2023, 1, 1), "x", "was opened on 15 January"), (JUNE, " ", "Say why")],
)
def test_a_refusal_changes_nothing(
    dalia: Colleague, noors_case: Case, closed_on: date, reason: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        actions.close_case(dalia.actor, noors_case, closed_on=closed_on, close_reason=reason)
    assert Case.objects.get().state == "planning"
    assert Assignment.objects.get().ends_on is None


@pytest.mark.parametrize("state", ["active", "review", "closing", "aftercare"])
def test_work_that_has_begun_is_closed_by_a_review(dalia: Colleague, noors_case: Case, state: str) -> None:
    Case.objects.filter(pk=noors_case.pk).update(state=state)
    with pytest.raises(Refused, match="Hold a review") as refusal:
        actions.close_case(dalia.actor, noors_case, closed_on=JUNE, close_reason="moved away")
    assert refusal.value.guard == "G-STEP"
    assert Case.objects.get().state == state


def test_a_duplicate_is_not_opened_again(dalia: Colleague, amina: Colleague, noors_case: Case) -> None:
    Case.objects.filter(pk=noors_case.pk).update(state="duplicate", closed_on=JUNE)
    with pytest.raises(Refused, match="Open the case that was kept") as refusal:
        actions.reopen_case(dalia.actor, noors_case, reopened_on=JUNE)
    assert refusal.value.guard == "G-STEP"


def test_only_the_supervisor_closes(amina: Colleague, bruno: Colleague, noors_case: Case) -> None:
    with pytest.raises(Refused, match="Ask your supervisor"):
        actions.close_case(amina.actor, noors_case, closed_on=JUNE, close_reason="x")
    with pytest.raises(Unseen):
        actions.close_case(bruno.actor, noors_case, closed_on=JUNE, close_reason="x")


def test_a_case_opens_again_with_its_worker(dalia: Colleague, amina: Colleague, noors_case: Case) -> None:
    closed = actions.close_case(dalia.actor, noors_case, closed_on=MAY, close_reason="moved away")
    opened = actions.reopen_case(dalia.actor, closed, reopened_on=JUNE)
    assert (opened.state, opened.closed_on, opened.close_reason, opened.worker) == ("assessment", None, "", amina.user)
    spans = Assignment.objects.order_by("pk").values_list("starts_on", "ends_on")
    assert list(spans) == [(date(2024, 1, 15), MAY), (JUNE, None)]


def test_a_worker_who_left_is_not_responsible_again(dalia: Colleague, amina: Colleague, noors_case: Case) -> None:
    closed = actions.close_case(dalia.actor, noors_case, closed_on=MAY, close_reason="moved away")
    Seat.objects.filter(user=amina.user).update(ends_on=JUNE)
    assert actions.reopen_case(dalia.actor, closed, reopened_on=JUNE).worker is None


def test_a_case_does_not_open_beside_another(dalia: Colleague, noor: Person, noors_case: Case) -> None:
    closed = actions.close_case(dalia.actor, noors_case, closed_on=MAY, close_reason="moved away")
    actions.open_case(dalia.actor, noor, opened_on=JUNE)
    with pytest.raises(Refused, match="another open case"):
        actions.reopen_case(dalia.actor, closed, reopened_on=JUNE)
    with pytest.raises(Refused, match="was closed on 6 May 2024"):
        actions.reopen_case(dalia.actor, closed, reopened_on=date(2024, 5, 5))
