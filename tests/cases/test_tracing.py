"""The family of a child is looked for, until the search ends with an outcome."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.cases import queries
from kinkeeper.cases.actions import end_tracing, open_tracing
from kinkeeper.cases.models import Case, Tracing
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague

MAY, JUNE = date(2024, 5, 6), date(2024, 6, 3)
TOMORROW = date.today() + timedelta(days=1)


def search(
    worker: Colleague, case: Case, looks_for: str = "Her mother, last seen in the camp", on: date = MAY
) -> Tracing:
    return open_tracing(worker.actor, case, looks_for=looks_for, opened_on=on)


def test_a_search_is_opened_and_remembered_without_names(amina: Colleague, noors_case: Case) -> None:
    row = search(amina, noors_case)
    stored = Tracing.objects.get()
    assert (stored.case, stored.looks_for, stored.opened_on) == (noors_case, "Her mother, last seen in the camp", MAY)
    assert (stored.ended_on, stored.outcome) == (None, "")
    entry = Entry.objects.get()
    assert (entry.subject_code, entry.facts) == (row.code, {"subject": noors_case.code, "opened_on": "2024-05-06"})
    assert list(queries.tracings(amina.actor).filter(case=noors_case, ended_on=None)) == [row]


@pytest.mark.parametrize(
    "looks_for, on, guard, field",
    [
        (" ", MAY, "G-REASON", "looks_for"),
        ("X", TOMORROW, "G-TIME", "opened_on"),
        ("X", date(2001, 1, 1), "G-TIME", "opened_on"),
    ],
)
def test_a_refused_search_is_not_opened(
    amina: Colleague, noors_case: Case, looks_for: str, on: date, guard: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        search(amina, noors_case, looks_for, on)
    assert (refusal.value.guard, refusal.value.field, Tracing.objects.count()) == (guard, field, 0)


def test_a_search_ends_once_with_an_outcome(amina: Colleague, noors_case: Case) -> None:
    row = search(amina, noors_case)
    for outcome, day, guard in (
        ("perhaps", JUNE, "G-CODE"),
        ("found", TOMORROW, "G-TIME"),
        ("found", date(2024, 5, 5), "G-TIME"),
    ):
        with pytest.raises(Refused) as refusal:
            end_tracing(amina.actor, row, ended_on=day, outcome=outcome)
        assert (refusal.value.guard, Tracing.objects.get().ended_on) == (guard, None)
    ended = end_tracing(amina.actor, row, ended_on=JUNE, outcome="exhausted")
    assert (ended.ended_on, ended.outcome) == (JUNE, "exhausted")
    assert list(queries.tracings(amina.actor).filter(case=noors_case, ended_on=None)) == []
    with pytest.raises(Refused, match="ended already") as refusal:
        end_tracing(amina.actor, ended, ended_on=JUNE, outcome="found")
    assert refusal.value.guard == "G-STEP"


def test_strangers_and_directors_look_for_nobody(
    amina: Colleague, bruno: Colleague, tess: Colleague, noors_case: Case
) -> None:
    row = search(amina, noors_case)
    with pytest.raises(Unseen):
        end_tracing(bruno.actor, row, ended_on=JUNE, outcome="found")
    with pytest.raises(Refused, match="Only the worker of this case"):
        end_tracing(tess.actor, row, ended_on=JUNE, outcome="found")
    with pytest.raises(Unseen):
        search(bruno, noors_case)
    assert Tracing.objects.get().ended_on is None


def test_the_pages_open_and_end_a_search(amina: Colleague, noors_case: Case) -> None:
    address, browser = f"/cases/{noors_case.code}/open-tracing/", amina.browser
    typed = {"version": noors_case.version, "looks_for": "Her aunt", "opened_on": "2024-05-06"}
    refused = browser.post(address, {**typed, "opened_on": TOMORROW.isoformat()})
    assert (refused.status_code, "Rule: G-TIME" in refused.content.decode()) == (409, True)
    assert browser.post(address, typed).status_code == 302
    row = Tracing.objects.get()
    assert f"/tracings/{row.code}/end/" in browser.get(noors_case.get_absolute_url()).content.decode()
    assert "Her aunt" in browser.get(f"/tracings/{row.code}/end/").content.decode()
    ended = {"version": row.version, "ended_on": "2024-06-03", "outcome": "found"}
    assert browser.post(f"/tracings/{row.code}/end/", ended).status_code == 302
    assert Tracing.objects.get().outcome == "found"
