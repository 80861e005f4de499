"""Somebody leaves with papers, belongings and people to turn to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Association
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.decisions.models import BestInterest
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.leaving import actions, queries
from kinkeeper.leaving.models import Aftercare, Closing, HandedPaper
from kinkeeper.lib.refusals import Refused
from kinkeeper.placements.models import Absence, PeriodOfCare
from tests.conftest import Colleague
from tests.leaving.conftest import DAY, GOING, PAPERS, RETURN, TODAY, weigh
from tests.leaving.test_decide_closing import in_care
from tests.walk import state_of_the_house


def refused(colleague: Colleague, case: Case, **changes: Any) -> Refused:
    before = state_of_the_house()
    with pytest.raises(Refused) as refusal:
        actions.hand_over(colleague.actor, case, **(GOING | changes))
    assert state_of_the_house() == before
    return refusal.value


def test_a_child_goes_home(amina: Colleague, decided: Closing) -> None:
    begun = actions.hand_over(amina.actor, decided.case, **(GOING | {"left_on": TODAY - DAY, "savings": "200"}))
    stored, case = Closing.objects.get(), Case.objects.get(pk=decided.case_id)
    assert (case.state, case.closed_on, case.worker) == ("aftercare", None, amina.user)
    assert (stored.left_on, stored.done_on, stored.to_whom) == (TODAY - DAY, TODAY - DAY, "Her mother")
    assert (begun.kind, begun.starts_on, begun.ends_on, begun.savings) == ("reunified", TODAY - DAY, None, "200")
    assert {row.paper: row.handed_on for row in HandedPaper.objects.all()} == dict.fromkeys(PAPERS, TODAY)
    assert Assignment.objects.get().ends_on is None
    assert queries.aftercare_of(amina.actor, case) == begun
    facts = Entry.objects.get(act="leaving.hand_over").facts
    assert facts == {"subject": case.code, "left_on": (TODAY - DAY).isoformat(), "child_told_on": TODAY.isoformat()}


@pytest.mark.guard("G-DOCS", "fires")
@pytest.mark.parametrize("code", PAPERS)
def test_every_required_paper_goes_along(amina: Colleague, decided: Closing, code: str) -> None:
    refusal = refused(amina, decided.case, papers={**GOING["papers"], code: (None, " ")})
    assert (refusal.guard, refusal.field) == ("G-DOCS", f"paper_{code}")
    assert {"IDENTITY": "Identity document", "BIRTH": "Birth certificate"}.get(code, "“") in str(refusal)


@pytest.mark.guard("G-DOCS", "passes")
def test_a_missing_paper_is_explained(amina: Colleague, decided: Closing) -> None:
    papers = {**GOING["papers"], "BIRTH": (None, "The registry sends it to the mother.")}
    actions.hand_over(amina.actor, decided.case, **(GOING | {"papers": papers}))
    told = HandedPaper.objects.get(paper="BIRTH")
    assert (told.handed_on, told.why_not) == (None, "The registry sends it to the mother.")


def test_a_paper_is_not_handed_over_tomorrow_nor_unknown(amina: Colleague, decided: Closing) -> None:
    assert refused(amina, decided.case, papers={**GOING["papers"], "BIRTH": (TODAY + DAY, "")}).guard == "G-TIME"
    assert refused(amina, decided.case, papers={**GOING["papers"], "TICKET": (TODAY, "")}).guard == "G-CODE"


@pytest.mark.parametrize("field", ["to_whom", "belongings", "contacts", "benefits"])
def test_nobody_leaves_with_nothing(amina: Colleague, decided: Closing, field: str) -> None:
    refusal = refused(amina, decided.case, **{field: " "})
    assert (refusal.guard, refusal.field) == ("G-DOCS", field)


def test_the_stay_ends_first(amina: Colleague, decided: Closing, okafors: Home) -> None:
    period = in_care(decided.case.child, okafors, TODAY - 60 * DAY)
    refusal = refused(amina, decided.case)
    assert (refusal.guard, "Record first how and when the stay ended" in str(refusal)) == ("G-CLOSE", True)
    PeriodOfCare.objects.filter(pk=period.pk).update(ended_on=TODAY - DAY, exit="REUNIFIED")
    assert refused(amina, decided.case, left_on=TODAY - 2 * DAY).guard == "G-TIME"
    assert actions.hand_over(amina.actor, decided.case, **(GOING | {"left_on": TODAY - DAY})).kind == "reunified"


def test_a_child_who_went_missing_is_not_handed_over(amina: Colleague, decided: Closing) -> None:
    Absence.objects.create(child=decided.case.child, kind="M", started_on=TODAY)
    assert refused(amina, decided.case).guard == "G-CLOSE"


def test_a_return_stands_on_a_fresh_assessment_still(amina: Colleague, decided: Closing) -> None:
    BestInterest.objects.update(done_on=TODAY - timedelta(days=91))
    assert refused(amina, decided.case).guard == "G-BIAFRESH"


def test_a_young_person_who_lives_alone_has_a_mentor(dalia: Colleague, amina: Colleague, jasurs_case: Case) -> None:
    Association.objects.update(pack="uzbekistan")
    weigh(jasurs_case)
    Case.objects.filter(pk=jasurs_case.pk).update(state=Case.State.REVIEW)
    ending = {"exit": "independent", "readiness": 62, "readiness_override": "A mentor stays."}
    told = actions.decide_closing(dalia.actor, Case.objects.get(pk=jasurs_case.pk), **(RETURN | ending))
    assert refused(amina, told.case).field == "mentor"
    begun = actions.hand_over(amina.actor, told.case, **GOING, mentor="Rustam", savings="Account with 1 000 000")
    assert (begun.kind, begun.mentor) == ("independent", "Rustam")


def test_only_whoever_works_on_it_and_only_what_was_decided(
    amina: Colleague, bruno: Colleague, reviewed: Case, decided: Closing
) -> None:
    with pytest.raises(Unseen):
        actions.hand_over(bruno.actor, decided.case, **GOING)
    actions.hand_over(amina.actor, decided.case, **GOING)
    again = Case.objects.get(pk=reviewed.pk)
    assert refused(amina, again).guard == "G-STEP"
    assert Aftercare.objects.count() == 1


def test_an_ending_without_hand_over_is_closed_instead(dalia: Colleague, amina: Colleague, reviewed: Case) -> None:
    told = actions.decide_closing(dalia.actor, reviewed, **(RETURN | {"exit": "moved"}))
    assert refused(amina, told.case).guard == "G-STEP"


@pytest.mark.guard("G-DOCS", "answers_409")
def test_the_page_hands_over(amina: Colleague, decided: Closing) -> None:
    address, browser = reverse("hand_over", args=[decided.case.code]), amina.browser
    page = browser.get(address).content.decode()
    assert "Identity document handed over on" in page
    typed = {key: value for key, value in GOING.items() if key != "papers"}
    typed |= {"version": decided.case.version, "left_on": TODAY.isoformat(), "child_told_on": TODAY.isoformat()}
    typed |= {f"paper_{code}": TODAY.isoformat() for code in PAPERS[1:]}
    before = state_of_the_house()
    answer = browser.post(address, typed)
    assert (answer.status_code, state_of_the_house()) == (409, before)
    assert "Rule: G-DOCS" in answer.content.decode()
    assert "paper_IDENTITY" in answer.context["form"].errors
    done = browser.post(address, {**typed, "why_not_IDENTITY": "It was stolen; the police gave a paper."})
    assert (done.status_code, HandedPaper.objects.count()) == (302, 4)
    page = browser.get(decided.get_absolute_url()).content.decode()
    assert "It was stolen" in page
    assert "carried out" in page


def test_the_page_says_why_not(dalia: Colleague, reviewed: Case) -> None:
    assert "First a review decides" in dalia.browser.get(reverse("hand_over", args=[reviewed.code])).content.decode()
