"""A child ran home: it is recorded, the risk is judged, and it is decided whether the child stays."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen
from kinkeeper.cases.models import Case
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.leaving import actions
from kinkeeper.leaving.models import UnplannedReturn
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague
from tests.leaving.conftest import DAY, TODAY
from tests.leaving.test_decide_closing import in_care
from tests.walk import state_of_the_house


@pytest.fixture
def gone(amina: Colleague, noors_case: Case, okafors: Home) -> UnplannedReturn:
    """Noor ran home two days ago."""
    in_care(noors_case.child, okafors, TODAY - 60 * DAY)
    return actions.record_unplanned_return(
        amina.actor, noors_case, returned_on=TODAY - 2 * DAY, to_whom="Her mother", child_words="I missed her."
    )


def judged(amina: Colleague, gone: UnplannedReturn) -> UnplannedReturn:
    return actions.assess_unplanned_return(
        amina.actor, gone, assessed_on=TODAY - DAY, risk="medium", risk_words="The aunt sleeps there."
    )


def refused(deed: Any, *args: Any, **particulars: Any) -> Refused:
    before = state_of_the_house()
    with pytest.raises(Refused) as refusal:
        deed(*args, **particulars)
    assert state_of_the_house() == before
    return refusal.value


def test_it_is_recorded_judged_and_decided(amina: Colleague, dalia: Colleague, gone: UnplannedReturn) -> None:
    assert (gone.to_whom, gone.assessed_on, gone.by) == ("Her mother", None, amina.user)
    known = judged(amina, gone)
    assert (known.assessed_on, known.risk) == (TODAY - DAY, "medium")
    told = actions.decide_unplanned_return(
        dalia.actor, known, decided_on=TODAY, decision="stays", authority="The centre", reasons="It is safe."
    )
    assert (told.decided_on, told.decision, told.authority) == (TODAY, "stays", "The centre")
    acts = [name.split(".")[1] for name in Entry.objects.order_by("pk").values_list("act", flat=True)]
    assert acts == ["record_unplanned_return", "assess_unplanned_return", "decide_unplanned_return"]


def test_only_a_child_in_care_can_run_home(amina: Colleague, noors_case: Case) -> None:
    deed = actions.record_unplanned_return
    assert refused(deed, amina.actor, noors_case, returned_on=TODAY, to_whom="x").guard == "G-STEP"


def test_the_first_return_is_decided_before_the_next(amina: Colleague, gone: UnplannedReturn) -> None:
    deed = actions.record_unplanned_return
    assert refused(deed, amina.actor, gone.case, returned_on=TODAY, to_whom="x").guard == "G-OVERLAP"


@pytest.mark.parametrize(
    "changes, guard", [({"assessed_on": TODAY - 3 * DAY}, "G-TIME"), ({"risk": "none"}, "G-CODE"),
                       ({"risk_words": " "}, "G-REASON"), ({"assessed_on": TODAY + DAY}, "G-TIME")],
)  # fmt: skip
def test_the_risk_is_judged_in_words(
    amina: Colleague, gone: UnplannedReturn, changes: dict[str, Any], guard: str
) -> None:
    said: dict[str, Any] = {"assessed_on": TODAY, "risk": "low", "risk_words": "None"} | changes
    assert refused(actions.assess_unplanned_return, amina.actor, gone, **said).guard == guard


@pytest.mark.parametrize(
    "changes, guard", [({"decided_on": TODAY - 2 * DAY}, "G-TIME"), ({"decision": "perhaps"}, "G-CODE"),
                       ({"authority": ""}, "G-REASON"), ({"reasons": " "}, "G-REASON")],
)  # fmt: skip
def test_the_decision_has_an_author_and_reasons(
    amina: Colleague, dalia: Colleague, gone: UnplannedReturn, changes: dict[str, Any], guard: str
) -> None:
    said: dict[str, Any] = {"decided_on": TODAY, "decision": "back", "authority": "a", "reasons": "b"}
    assert refused(actions.decide_unplanned_return, dalia.actor, gone, **said).guard == "G-STEP"
    known = judged(amina, gone)
    assert refused(actions.decide_unplanned_return, dalia.actor, known, **(said | changes)).guard == guard
    assert refused(actions.decide_unplanned_return, amina.actor, known, **said).guard == "G-MAY"


def test_strangers_find_nothing(bruno: Colleague, gone: UnplannedReturn) -> None:
    with pytest.raises(Unseen):
        actions.record_unplanned_return(bruno.actor, gone.case, returned_on=TODAY, to_whom="x")
    with pytest.raises(Unseen):
        judged(bruno, gone)
    assert bruno.browser.get(reverse("assess_unplanned_return", args=[gone.code])).status_code == 404


def test_the_pages(amina: Colleague, dalia: Colleague, noors_case: Case, okafors: Home) -> None:
    in_care(noors_case.child, okafors, TODAY - 60 * DAY)
    address = reverse("record_unplanned_return", args=[noors_case.code])
    typed = {"version": 1, "returned_on": (TODAY + DAY).isoformat(), "to_whom": "Mother"}
    answer = amina.browser.post(address, typed)
    assert (answer.status_code, "Rule: G-TIME" in answer.content.decode()) == (409, True)
    assert amina.browser.post(address, {**typed, "returned_on": TODAY.isoformat()}).status_code == 302
    gone = UnplannedReturn.objects.get()
    address = reverse("assess_unplanned_return", args=[gone.code])
    assert "Mother" in amina.browser.get(address).content.decode()
    typed = {"version": 1, "assessed_on": TODAY.isoformat(), "risk": "low", "risk_words": "The aunt is there."}
    assert amina.browser.post(address, {**typed, "assessed_on": "2020-01-01"}).status_code == 409
    assert amina.browser.post(address, typed).status_code == 302
    address = reverse("decide_unplanned_return", args=[gone.code])
    assert "Only a supervisor or the director" in amina.browser.get(address).content.decode()
    typed = {"version": 2, "decided_on": TODAY.isoformat(), "decision": "stays", "authority": "x", "reasons": "y"}
    assert dalia.browser.post(address, typed).status_code == 302
    assert UnplannedReturn.objects.get().decision == "stays"
