"""A case is given to a worker; who had it before stays in the history, and the new one is told."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Role, Unit
from kinkeeper.cases import actions
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.journal.models import Entry
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.notices.models import Notice
from tests.conftest import Colleague, hire, open_case, register

MAY = date(2024, 5, 6)


@pytest.fixture
def tomas(village: Unit) -> Colleague:
    """A second caseworker of the village."""
    return hire("Tomas Verhoeven", (Role.CASEWORKER, village))


def give(colleague: Colleague, case: Case, worker: Colleague, **changes: Any) -> Case:
    particulars: dict[str, Any] = {"worker": worker.user, "starts_on": MAY}
    return actions.assign_worker(colleague.actor, case, **(particulars | changes))


def test_the_case_changes_hands(dalia: Colleague, amina: Colleague, tomas: Colleague, noors_case: Case) -> None:
    given = give(dalia, noors_case, tomas, reason="LEFTRL")
    assert (given.worker, given.version) == (tomas.user, noors_case.version + 1)
    history = Assignment.objects.order_by("pk").values_list("worker", "starts_on", "ends_on", "reason")
    assert list(history) == [
        (amina.user.pk, date(2024, 1, 15), MAY, ""),
        (tomas.user.pk, MAY, None, "LEFTRL"),
    ]
    entry = Entry.objects.get(act="cases.assign_worker")
    assert (entry.subject_code, entry.facts) == (
        noors_case.code,
        {"worker": tomas.user.code, "starts_on": "2024-05-06"},
    )


def test_the_new_worker_is_told_once(dalia: Colleague, tomas: Colleague, noors_case: Case) -> None:
    give(dalia, noors_case, tomas)
    run_due_jobs()
    run_due_jobs()
    notice = Notice.objects.get()
    assert (notice.to, notice.kind, notice.subject_code) == (tomas.user, "case_assigned", noors_case.code)
    assert notice.sentence() == f"Case {noors_case.code} is now yours."


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"starts_on": date.today() + timedelta(days=1)}, "still to come"),
        ({"starts_on": date(2024, 1, 14)}, "was opened on 15 January 2024"),
    ],
)
def test_a_refusal_changes_nothing(
    dalia: Colleague, amina: Colleague, tomas: Colleague, noors_case: Case, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        give(dalia, noors_case, tomas, **changes)
    assert Case.objects.get().worker == amina.user
    assert Assignment.objects.count() == 1


def test_only_a_caseworker_of_the_unit_gets_a_case(dalia: Colleague, amina: Colleague, noors_case: Case) -> None:
    with pytest.raises(Refused, match="not a caseworker of the unit"):
        give(dalia, noors_case, dalia)
    with pytest.raises(Refused, match="responsible already"):
        give(dalia, noors_case, amina)


def test_a_full_caseload_is_named(dalia: Colleague, tomas: Colleague, village: Unit, noors_case: Case) -> None:
    for number in range(25):
        open_case(register(village, f"Child {number}", "Many"), tomas)
    with pytest.raises(Refused, match="Tomas Verhoeven is responsible for 25 children") as refusal:
        give(dalia, noors_case, tomas)
    assert (refusal.value.guard, refusal.value.field) == ("G-CASELOAD", "worker")


def test_only_the_supervisor_assigns(amina: Colleague, bruno: Colleague, tomas: Colleague, noors_case: Case) -> None:
    with pytest.raises(Refused, match="Only a supervisor"):
        give(amina, noors_case, tomas)
    with pytest.raises(Unseen):
        give(bruno, noors_case, tomas)


def test_a_stale_page_is_told(dalia: Colleague, tomas: Colleague, noors_case: Case) -> None:
    give(dalia, noors_case, tomas)
    with pytest.raises(Stale):
        give(dalia, noors_case, tomas)
