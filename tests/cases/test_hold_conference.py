"""A case conference is recorded: who sat together, what was discussed, what was agreed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.cases.actions import hold_conference
from kinkeeper.cases.models import Case, Conference
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague

MAY = date(2024, 5, 6)


def conference(worker: Colleague, case: Case, **changes: Any) -> Conference:
    words = {"present": "School, clinic.", "discussed": "Her cough.", "agreed": "Amina calls the clinic."}
    return hold_conference(worker.actor, Case.objects.get(pk=case.pk), **({"held_on": MAY} | words | changes))


def test_a_conference_is_kept_and_remembered_without_words(amina: Colleague, noors_case: Case) -> None:
    row = conference(amina, noors_case, child_present=True, agreed=" Call the clinic. ")
    stored = Conference.objects.get()
    assert (stored.case, stored.held_on, stored.child_present, stored.by) == (noors_case, MAY, True, amina.user)
    assert (stored.present, stored.discussed, stored.agreed) == ("School, clinic.", "Her cough.", "Call the clinic.")
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code) == ("cases.hold_conference", row.code)
    assert entry.facts == {"subject": noors_case.code, "held_on": "2024-05-06", "child_present": True}


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"held_on": date.today() + timedelta(days=1)}, "G-TIME", "held_on"),
        ({"held_on": date(2001, 1, 1)}, "G-TIME", "held_on"),
        ({"agreed": " "}, "G-REASON", "agreed"),
        ({"present": ""}, "G-REASON", "present"),
    ],
)
def test_a_refusal_changes_nothing(
    amina: Colleague, noors_case: Case, changes: dict[str, Any], guard: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        conference(amina, noors_case, **changes)
    assert (refusal.value.guard, refusal.value.field) == (guard, field)
    assert not Conference.objects.exists()


def test_only_those_who_work_on_a_running_case_record_it(
    bruno: Colleague, tess: Colleague, dalia: Colleague, noors_case: Case
) -> None:
    with pytest.raises(Unseen):
        conference(bruno, noors_case)
    with pytest.raises(Refused, match="Only the worker of this case"):
        conference(tess, noors_case)
    Case.objects.update(state="closed", closed_on=MAY)
    with pytest.raises(Refused, match="Open it again") as refusal:
        conference(dalia, noors_case)
    assert refusal.value.guard == "G-STEP"
    assert not Conference.objects.exists()


def test_the_page_records_it_and_the_case_shows_it(amina: Colleague, noors_case: Case) -> None:
    address, browser = f"/cases/{noors_case.code}/hold-conference/", amina.browser
    assert "data-draft=" in browser.get(address).content.decode()
    typed = {"version": noors_case.version, "held_on": "2024-05-06", "present": "School"}
    typed |= {"discussed": "Her cough.", "agreed": "Call the clinic."}
    assert browser.post(address, typed).status_code == 302
    assert "Call the clinic." in browser.get(noors_case.get_absolute_url()).content.decode()
    refused = browser.post(address, {**typed, "held_on": "2001-01-01"})
    assert (refused.status_code, "Rule: G-TIME" in refused.content.decode()) == (409, True)
    assert Conference.objects.count() == 1
