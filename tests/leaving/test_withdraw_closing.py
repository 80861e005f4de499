"""A closing is taken back before it is carried out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen
from kinkeeper.cases.models import Case
from kinkeeper.journal.models import Entry
from kinkeeper.leaving import actions, queries
from kinkeeper.leaving.models import Closing
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague
from tests.leaving.conftest import TODAY
from tests.walk import state_of_the_house


def test_the_plan_goes_on(dalia: Colleague, decided: Closing) -> None:
    case = actions.withdraw_closing(dalia.actor, decided.case, withdrawn_on=TODAY, why="The flat was lost.")
    stored = Closing.objects.get()
    assert (case.state, stored.withdrawn_on, stored.withdrawn_why) == ("active", TODAY, "The flat was lost.")
    assert queries.closing_of(dalia.actor, case) is None
    assert Entry.objects.get(act="leaving.withdraw_closing").facts == {"withdrawn_on": TODAY.isoformat()}


@pytest.mark.parametrize(
    "changes, guard",
    [({"why": " "}, "G-REASON"), ({"withdrawn_on": TODAY - timedelta(days=1)}, "G-TIME"),
     ({"withdrawn_on": TODAY + timedelta(days=1)}, "G-TIME")],
)  # fmt: skip
def test_a_refusal_changes_nothing(dalia: Colleague, decided: Closing, changes: dict[str, object], guard: str) -> None:
    before = state_of_the_house()
    with pytest.raises(Refused) as refusal:
        actions.withdraw_closing(dalia.actor, decided.case, **({"withdrawn_on": TODAY, "why": "x"} | changes))  # type: ignore[arg-type]
    assert (refusal.value.guard, state_of_the_house()) == (guard, before)


def test_who_may_not_is_told(amina: Colleague, bruno: Colleague, dalia: Colleague, decided: Closing) -> None:
    with pytest.raises(Refused) as refusal:
        actions.withdraw_closing(amina.actor, decided.case, withdrawn_on=TODAY, why="x")
    assert refusal.value.guard == "G-MAY"
    with pytest.raises(Unseen):
        actions.withdraw_closing(bruno.actor, decided.case, withdrawn_on=TODAY, why="x")


def test_a_decision_that_no_service_is_needed_is_not_withdrawn(dalia: Colleague, noors_case: Case) -> None:
    Case.objects.filter(pk=noors_case.pk).update(state=Case.State.CLOSING)
    assert actions.withdraw_closing.verdict(dalia.actor, Case.objects.get(pk=noors_case.pk)).guard == "G-STEP"


def test_it_is_withdrawn_on_the_page(dalia: Colleague, decided: Closing) -> None:
    address = reverse("withdraw_closing", args=[decided.case.code])
    typed = {"version": decided.case.version, "withdrawn_on": "2020-01-01", "why": "The flat was lost."}
    refused = dalia.browser.post(address, typed)
    assert (refused.status_code, "Rule: G-TIME" in refused.content.decode()) == (409, True)
    assert dalia.browser.post(address, {**typed, "withdrawn_on": TODAY.isoformat()}).status_code == 302
    assert "No closing of this case is waiting" in dalia.browser.get(address).content.decode()
