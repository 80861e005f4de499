"""What is recorded of another child, or is over, stands in nobody’s way; what does stand there is met at each door."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case
from kinkeeper.homes.models import Home
from kinkeeper.leaving import actions
from kinkeeper.leaving.models import Closing, UnplannedReturn
from kinkeeper.lib import objections
from kinkeeper.lib.refusals import Refused
from kinkeeper.placements.models import Absence, PeriodOfCare
from kinkeeper.plans.models import Goal, Plan
from tests.conftest import Colleague, open_case, register
from tests.leaving.conftest import DAY, GOING, RETURN, TODAY, weigh
from tests.leaving.test_close_for_good import ENDING
from tests.leaving.test_decide_closing import in_care

MONTHS_AGO = TODAY - 60 * DAY


def dangerous_goal(case: Case, worker: Colleague, state: str = Plan.State.APPROVED) -> None:
    plan = Plan.objects.create(case=case, state=Plan.State.DRAFT, drafted_on=TODAY, drafted_by=worker.user)
    Goal.objects.create(plan=plan, domain="PROTECTION", words="Safe", high_risk=True, state="open", target_on=TODAY)
    if state == Plan.State.APPROVED:
        Plan.objects.filter(pk=plan.pk).update(state=state, approved_on=TODAY, review_on=TODAY)


@pytest.fixture
def timurs_case(village: Unit, amina: Colleague, dalia: Colleague, okafors: Home) -> Case:
    """Another child of Amina’s, and all that can stand in the way: missing, in care, in danger, about to leave, run home."""
    timur = register(village, "Timur", "Aliyev", born=date(2013, 1, 1))
    case = open_case(timur, amina)
    Case.objects.filter(pk=case.pk).update(state=Case.State.REVIEW)
    weigh(case)
    actions.decide_closing(dalia.actor, Case.objects.get(pk=case.pk), **(RETURN | {"exit": "moved"}))
    dangerous_goal(case, amina)
    in_care(timur, okafors, MONTHS_AGO)
    Absence.objects.create(child=timur, kind=Absence.Kind.MISSING, started_on=TODAY)
    UnplannedReturn.objects.create(case=case, returned_on=TODAY, to_whom="His uncle")
    return case


def test_another_child_stands_in_nobodys_way(
    amina: Colleague, dalia: Colleague, timurs_case: Case, reviewed: Case
) -> None:
    # Noor’s own: a draft nobody approved, and a stay that is over.
    dangerous_goal(reviewed, amina, Plan.State.DRAFT)
    PeriodOfCare.objects.create(child=reviewed.child, started_on=MONTHS_AGO, ended_on=TODAY - DAY, exit="REUNIFIED")
    told = actions.decide_closing(dalia.actor, reviewed, **RETURN)
    Closing.objects.filter(case=timurs_case).update(decided_on=TODAY + DAY)
    assert actions.hand_over(amina.actor, told.case, **GOING).case == reviewed


@pytest.mark.parametrize("over", ["done_on", "withdrawn_on"])
def test_an_earlier_closing_is_not_this_one(amina: Colleague, dalia: Colleague, reviewed: Case, over: str) -> None:
    earlier = actions.decide_closing(dalia.actor, reviewed, **(RETURN | {"exit": "moved"}))
    # The newest comes first; whatever is over is passed by although its day is later.
    Closing.objects.filter(pk=earlier.pk).update(**{over: TODAY, "decided_on": TODAY + DAY})
    Case.objects.filter(pk=reviewed.pk).update(state=Case.State.REVIEW)
    told = actions.decide_closing(dalia.actor, Case.objects.get(pk=reviewed.pk), **RETURN)
    assert actions.hand_over(amina.actor, told.case, **GOING).kind == "reunified"


def test_a_case_is_not_closed_while_the_child_is_in_care_or_somebody_objects(
    dalia: Colleague, reviewed: Case, okafors: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = actions.decide_closing(dalia.actor, reviewed, **(RETURN | {"exit": "moved"})).case
    period = in_care(case.child, okafors, MONTHS_AGO)
    with pytest.raises(Refused, match="This child is in care"):
        actions.close_for_good(dalia.actor, case, **ENDING)
    PeriodOfCare.objects.filter(pk=period.pk).update(ended_on=TODAY - DAY, exit="REUNIFIED")
    with monkeypatch.context() as patch:
        patch.setattr(objections, "_objections", {"close_case": [lambda case: "A concern about this child is open."]})
        with pytest.raises(Refused, match="A concern") as refusal:
            actions.close_for_good(dalia.actor, case, **ENDING)
        assert refusal.value.guard == "G-CLOSE"
    assert actions.close_for_good(dalia.actor, case, **ENDING).state == "closed"


def test_only_a_child_who_is_in_care_now_runs_home(
    amina: Colleague, dalia: Colleague, timurs_case: Case, noors_case: Case, okafors: Home
) -> None:
    period = in_care(noors_case.child, okafors, MONTHS_AGO)
    gone = actions.record_unplanned_return(amina.actor, noors_case, returned_on=TODAY, to_whom="Her mother")
    with pytest.raises(Refused) as refusal:
        actions.record_unplanned_return(amina.actor, noors_case, returned_on=TODAY, to_whom="Her mother")
    assert refusal.value.guard == "G-OVERLAP"
    known = actions.assess_unplanned_return(
        amina.actor, gone, assessed_on=TODAY, risk="low", risk_words="The aunt sleeps there."
    )
    decided: dict[str, Any] = {
        "decided_on": TODAY,
        "decision": "back",
        "authority": "The centre",
        "reasons": "It is not safe.",
    }
    actions.decide_unplanned_return(dalia.actor, known, **decided)
    assert actions.record_unplanned_return(amina.actor, noors_case, returned_on=TODAY, to_whom="Her aunt").pk
    UnplannedReturn.objects.filter(case=noors_case).delete()
    PeriodOfCare.objects.filter(pk=period.pk).update(ended_on=TODAY - DAY, exit="REUNIFIED")
    with pytest.raises(Refused, match="This child is not in care"):
        actions.record_unplanned_return(amina.actor, noors_case, returned_on=TODAY, to_whom="Her mother")
