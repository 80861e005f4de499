"""A child is assessed again at any later step; what was found before stays."""

from __future__ import annotations

from datetime import date

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.assessments.actions import reassess
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from tests.assessments.conftest import again, completed, rated, typed
from tests.conftest import Colleague

JUNE, JULY = date(2024, 6, 3), date(2024, 7, 1)


@pytest.mark.parametrize("state", ["best_interest", "planning", "active", "review", "closing", "aftercare"])
def test_a_child_is_assessed_again_and_the_step_stays(amina: Colleague, noors_case: Case, state: str) -> None:
    completed(amina, noors_case)
    Case.objects.update(state=state)
    row = again(amina, noors_case, assessed_on=JUNE, risk="low")
    case = Case.objects.get()
    assert (row.kind, case.state, case.risk, Assessment.objects.count()) == ("later", state, "low", 2)
    entry = Entry.objects.get(act="assessments.reassess")
    assert (entry.subject_code, entry.facts["assessed_on"]) == (row.code, "2024-06-03")


def test_the_risk_of_an_older_day_does_not_overrule_a_later_one(amina: Colleague, noors_case: Case) -> None:
    completed(amina, noors_case)
    again(amina, noors_case, assessed_on=JULY, risk="low")
    again(amina, noors_case, assessed_on=JUNE, risk="high")
    assert Case.objects.get().risk == "low"


@pytest.mark.parametrize("state", ["intake", "assessment"])
def test_the_first_assessment_comes_first(amina: Colleague, noors_case: Case, state: str) -> None:
    Case.objects.update(state=state)
    with pytest.raises(Refused, match="Complete the first assessment") as refusal:
        again(amina, noors_case)
    assert refusal.value.guard == "G-STEP"
    assert not Assessment.objects.exists()


def test_a_closed_case_is_not_assessed(dalia: Colleague, noors_case: Case) -> None:
    Case.objects.update(state="closed", closed_on=JUNE)
    assert "Open it again" in str(reassess.verdict(dalia.actor, Case.objects.get()).sentence)
    with pytest.raises(Refused):
        again(dalia, noors_case)


def test_a_stranger_assesses_nobody(bruno: Colleague, noors_case: Case) -> None:
    Case.objects.update(state="active")
    with pytest.raises(Unseen):
        again(bruno, noors_case)


def test_the_page_shows_the_last_ratings_and_records(amina: Colleague, noors_case: Case) -> None:
    completed(amina, noors_case, findings=rated(FOOD=4))
    case = Case.objects.get()
    address = f"/cases/{case.code}/reassess/"
    assert "Last time: poorly." in amina.browser.get(address).content.decode()
    assert amina.browser.post(address, typed(case, assessed_on="2024-06-03")).status_code == 302
    assert Assessment.objects.filter(kind="later").count() == 1
    refused = amina.browser.post(address, typed(Case.objects.get(), child_view="", child_view_by=""))
    assert (refused.status_code, "Rule: G-VIEW" in refused.content.decode()) == (409, True)
