"""What is due around decisions: exact days with their sources, gone once it is done, in a constant number of questions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.models import Association, Unit
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case
from kinkeeper.decisions import actions, duties
from kinkeeper.decisions.models import Separation
from kinkeeper.lib.packs import load_pack
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from tests.conftest import Colleague, open_case, register
from tests.decisions.conftest import DAY, agree, at, best, care, decision, found_needed, kin

APRIL = date(2026, 4, 1)


def due(found: list[Any]) -> list[tuple[str, date, str, str]]:
    return [(duty.code, duty.due_on, duty.deed, str(duty.words)) for duty in found]


def test_what_is_best_is_weighed_after_the_assessment(amina: Colleague, noors_case: Case) -> None:
    case = at(noors_case, Case.State.BEST_INTEREST)
    Assessment.objects.create(case=case, assessed_on=DAY, seen="alone", risk="low")
    found = duties.best_interests_due(amina.actor)
    assert due(found) == [(case.code, DAY + timedelta(days=14), "record_best_interest", "Weigh what is best")]
    assert found[0].source == load_pack("un").limit("plan").source
    assert duties.best_interests_due(amina.actor, DAY) == []
    assert duties.best_interests_due(amina.actor, among=[]) == []
    at(case, Case.State.GATEKEEPING)
    assert duties.best_interests_due(amina.actor) == []


def test_after_an_emergency_it_is_weighed_within_72_hours(amina: Colleague, noors_case: Case) -> None:
    decision(noors_case, kind="emergency", care_type="FOSTER_EMG")
    found = duties.retrospective_due(amina.actor)
    words = "Weigh what is best after the emergency"
    assert due(found) == [(noors_case.code, DAY + timedelta(days=3), "record_best_interest", words)]
    weighed = best(noors_case)
    assert duties.retrospective_due(amina.actor)
    weighed.afterwards = True
    weighed.save()
    assert duties.retrospective_due(amina.actor) == []


def test_scenario_3_a_guardian_is_decided_in_a_month_or_in_three_days(amina: Colleague, noors_case: Case) -> None:
    Association.objects.update(pack="uzbekistan")
    Case.objects.update(opened_on=APRIL, state=Case.State.GATEKEEPING)
    limits = load_pack("uzbekistan")
    found = duties.decisions_due(amina.actor)
    assert due(found) == [(noors_case.code, date(2026, 5, 1), "decisions", "Decide who cares for the child")]
    assert found[0].source == limits.limit("guardian_decision").source
    found_needed(noors_case, emergency=True, emergency_words="Nobody is left.")
    found = duties.decisions_due(amina.actor)
    assert due(found) == [(noors_case.code, date(2026, 4, 4), "decisions", "Decide at once who cares for the child")]
    assert found[0].source == limits.limit("preliminary_guardianship").source
    decision(noors_case, kind="emergency", decided_on=APRIL)
    assert [duty.due_on for duty in duties.decisions_due(amina.actor)] == [date(2026, 5, 1)]
    decision(noors_case)
    assert duties.decisions_due(amina.actor) == []


def test_only_children_who_may_need_care_wait_for_a_decision(amina: Colleague, noors_case: Case) -> None:
    Case.objects.update(state=Case.State.GATEKEEPING, kind=Case.Kind.FAMILY_STRENGTHENING)
    assert duties.decisions_due(amina.actor) == []
    Case.objects.update(state=Case.State.ACTIVE, kind=Case.Kind.CARE)
    assert duties.decisions_due(amina.actor) == []


def test_scenario_3_consents_siblings_and_ages(amina: Colleague, dalia: Colleague, village: Unit) -> None:
    Association.objects.update(pack="uzbekistan")
    born = {"Aziza": date(2015, 3, 20), "Bekzod": date(2016, 4, 2), "Dilnoza": date(2021, 9, 9)}
    three = [register(village, name, "Karimova", born=day) for name, day in born.items()]
    aziza, bekzod, dilnoza = three
    kin(aziza, bekzod)
    kin(aziza, dilnoza)
    kin(bekzod, dilnoza)
    cases = {}
    for child in three:
        cases[child] = open_case(child, amina, state=Case.State.GATEKEEPING)
        found_needed(cases[child], grounds=["DEATH"], tested_on=APRIL)
        best(cases[child], *OPTIONS, done_on=APRIL)

    def decide(child: Person, on: date, *together: Person) -> str:
        said = care(care_type="SOS_FAM", decided_on=on, starts_on=on, together=list(together))
        try:
            actions.decide_alternative_care(dalia.actor, cases[child], **said)
        except Refused as refusal:
            return refusal.guard
        return "decided"

    assert decide(dilnoza, APRIL) == "G-SIB"
    assert decide(aziza, APRIL, bekzod, dilnoza) == "G-CONSENT"
    agree(aziza, APRIL)
    assert decide(aziza, APRIL, bekzod, dilnoza) == "decided"
    assert decide(bekzod, DAY, aziza, dilnoza) == "G-CONSENT"
    assert decide(bekzod, APRIL, aziza, dilnoza) == "decided"
    assert decide(dilnoza, DAY, aziza, bekzod) == "decided"


OPTIONS = (
    {"care_type": "SOS_FAM", "short_term": "x", "long_term": "x", "chosen": True},
    {"care_type": "KIN_FOR", "short_term": "x", "long_term": "x"},
)


def test_siblings_apart_are_looked_at_again(amina: Colleague, noor: Person, village: Unit) -> None:
    brother = register(village, "Sami", "Saleh")
    row = Separation.objects.create(
        child=noor, sibling=brother, reason="NEEDS", decided_on=DAY, review_on=date(2026, 7, 3), contact="Sundays"
    )
    found = duties.separations_due(amina.actor)
    words = "Look again at brothers and sisters who live apart"
    assert due(found) == [(row.code, date(2026, 7, 3), "review_separation", words)]
    assert found[0].child == noor
    Separation.objects.update(ended_on=DAY)
    assert duties.separations_due(amina.actor) == []


def test_a_decision_is_looked_at_again_on_its_day(amina: Colleague, noors_case: Case) -> None:
    decision(noors_case, review_on=DAY + timedelta(days=200))
    found = duties.decision_reviews_due(amina.actor)
    day = DAY + timedelta(days=200)
    assert due(found) == [(noors_case.code, day, "record_best_interest", "Look again at the decision")]
    best(noors_case, done_on=DAY + timedelta(days=109))
    assert duties.decision_reviews_due(amina.actor)
    best(noors_case, done_on=DAY + timedelta(days=110))
    assert duties.decision_reviews_due(amina.actor) == []


@pytest.mark.parametrize("care_type", ["FOSTER_EMG", "TRANSIT"])
def test_emergency_care_ends(amina: Colleague, noors_case: Case, care_type: str) -> None:
    last = DAY + timedelta(days=14)
    decision(noors_case, kind="emergency", care_type=care_type, ends_on=last)
    found = duties.emergency_care_ending(amina.actor)
    assert due(found) == [(noors_case.code, last, "decisions", "Decide what follows the emergency care")]
    limit = "transit" if care_type == "TRANSIT" else "emergency_care"
    assert found[0].source == load_pack("un").limit(limit).source
    decision(noors_case, starts_on=last)
    assert duties.emergency_care_ending(amina.actor) == []


EVERY = [
    duties.best_interests_due,
    duties.retrospective_due,
    duties.decisions_due,
    duties.separations_due,
    duties.decision_reviews_due,
    duties.emergency_care_ending,
]


@pytest.mark.parametrize("ask", EVERY)
def test_the_questions_do_not_grow(
    amina: Colleague,
    bruno: Colleague,
    village: Unit,
    ask: Callable[..., list[Any]],
    django_assert_num_queries: Any,
) -> None:
    state = Case.State.BEST_INTEREST if ask in EVERY[:3:2] else Case.State.ACTIVE

    def one_more(number: int) -> None:
        child, other = register(village, f"Child {number}", "X"), register(village, f"Other {number}", "X")
        case = open_case(child, amina, state=state)
        if state == Case.State.ACTIVE:
            decision(case, kind="emergency", ends_on=DAY, review_on=DAY)
        Separation.objects.create(child=child, sibling=other, reason="NEEDS", decided_on=DAY, review_on=DAY)

    one_more(1)
    actor = amina.actor
    with django_assert_num_queries(_count(ask)):
        assert len(ask(actor)) == 1
    one_more(2)
    one_more(3)
    with django_assert_num_queries(_count(ask)):
        assert len(ask(actor)) == 3
    assert ask(bruno.actor) == []


def _count(ask: Callable[..., Any]) -> int:
    return {"separations_due": 3}.get(ask.__name__, 2)
