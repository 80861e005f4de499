"""The pages of decisions: forms with rows that work without a script, 409 with the rule, the chain, and what a seat reads."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kinkeeper.access.models import Emergency
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import BestInterest, Decision, Necessity, Option, PanelMember, Requirement, Separation
from kinkeeper.journal.models import Refusal
from kinkeeper.people.models import Person
from tests.conftest import Colleague, register
from tests.decisions.conftest import DAY, WORDS, at, best, born, decision, found_needed, kin
from tests.walk import state_of_the_house

ON = DAY.isoformat()


def rows(name: str, *filled: dict[str, Any], count: int = 4) -> dict[str, Any]:
    """Rows of a form as a browser posts them: as many as the page shows, the last ones empty."""
    posted = {f"{name}-TOTAL_FORMS": count, f"{name}-INITIAL_FORMS": 0}
    for number, row in enumerate(filled):
        posted |= {f"{name}-{number}-{field}": value for field, value in row.items()}
    return posted


def options(*more: dict[str, Any]) -> dict[str, Any]:
    first = {"care_type": "FOSTER_ST", "short_term": "Safe", "long_term": "Home", "chosen": "on", "licensed": "on"}
    other = {"care_type": "KIN_INF", "short_term": "Known", "long_term": "Unsure", "with_siblings": "yes"}
    return rows("options", first, other, *more)


def weighed(case: Case, **changes: Any) -> dict[str, Any]:
    said = {name: f"About {name}" for name in WORDS}
    said |= {"done_on": ON, "child_view_by": "talk", "recommendation": "alternative_care"}
    return {**said, **options(), "version": case.version, **changes}


def post(colleague: Colleague, path: str, filled: dict[str, Any], status: int, browser: Client | None = None) -> str:
    answer = (browser or colleague.browser).post(path, filled)
    page = answer.content.decode()
    assert answer.status_code == status, page
    return page


def refused(colleague: Colleague, path: str, filled: dict[str, Any], guard: str) -> str:
    """The page answers 409 with the code, keeps the refusal, and nothing changed."""
    browser = colleague.browser
    before = state_of_the_house()
    page = post(colleague, path, filled, 409, browser)
    assert f"Rule: {guard}" in page
    assert state_of_the_house() == before
    assert Refusal.objects.filter(guard=guard).exists()
    return page


@pytest.mark.guard("G-BIA", "answers_409")
def test_the_form_of_an_assessment(amina: Colleague, carla: Colleague, noors_case: Case) -> None:
    case = at(noors_case, Case.State.BEST_INTEREST)
    path = f"/cases/{case.code}/record-best-interest/"
    page = amina.browser.get(path).content.decode()
    assert 'name="options-3-care_type"' in page
    assert "data-draft" in page
    refused(amina, path, weighed(case, second=carla.user.code, child_view=""), "G-BIA")
    refused(amina, path, weighed(case), "G-BIA")
    post(amina, path, weighed(case, second=carla.user.code, child_agrees="yes"), 302)
    assert [(row.care_type, row.chosen, row.with_siblings) for row in Option.objects.all()] == [
        ("FOSTER_ST", True, None),
        ("KIN_INF", False, True),
    ]
    assert BestInterest.objects.get().child_agrees is True


def test_a_half_filled_row_is_shown_with_what_is_missing(amina: Colleague, carla: Colleague, noors_case: Case) -> None:
    case = at(noors_case, Case.State.BEST_INTEREST)
    filled = weighed(case, second=carla.user.code, **options({"place": "Aunt"}))
    page = post(amina, f"/cases/{case.code}/record-best-interest/", filled, 200)
    assert "Something is missing in the rows" in page
    assert (page.count("This field is required."), BestInterest.objects.count()) == (3, 0)


@pytest.mark.guard("G-BIDPANEL", "answers_409")
def test_the_form_of_a_determination(dalia: Colleague, noors_case: Case) -> None:
    case = at(noors_case, Case.State.BEST_INTEREST)
    path = f"/cases/{case.code}/record-determination/"
    members = [{"name": name} for name in ("Ana", "Ben", "Cem", "Dua")]
    filled = weighed(case, review_on=(DAY + timedelta(days=80)).isoformat())
    conflict = rows("panel", *members[:3], {"name": "Dua", "conflict": "sister of the doctor"}, count=5)
    assert "Replace Dua" in refused(dalia, path, {**filled, **conflict}, "G-BIDPANEL")
    post(dalia, path, {**filled, **rows("panel", *members, count=5)}, 302)
    assert [member.name for member in PanelMember.objects.all()] == ["Ana", "Ben", "Cem", "Dua"]


@pytest.mark.guard("G-POV", "answers_409")
def test_poverty_alone_is_refused_and_the_way_out_is_offered(amina: Colleague, dalia: Colleague, gate: Case) -> None:
    filled = {"version": gate.version, "tested_on": ON, "grounds": ["LOW_INCOME"], "needed": "yes", "conclusion": "x"}
    filled |= {**rows("supports", {"what": "Food"}, count=3), **rows("kin", {"who": "Aunt", "outcome": "no"})}
    path = f"/cases/{gate.code}/record-necessity/"
    page = refused(amina, path, filled, "G-POV")
    assert "Support the family instead" in page
    post(amina, path, {**filled, "needed": "no"}, 302)
    assert Necessity.objects.first().poverty_only  # type: ignore[union-attr]
    care_path = f"/cases/{gate.code}/decide-alternative-care/"
    page = refused(dalia, care_path, {}, "G-POV")
    assert "Poverty alone cannot justify care; choose family support." in page
    assert f'href="/cases/{gate.code}/decide-family-support/"' in page
    assert "Rule: G-POV" in dalia.browser.get(care_path).content.decode()


@pytest.mark.guard("G-SUIT", "answers_409")
def test_the_form_of_a_decision_for_care(dalia: Colleague, gate: Case) -> None:
    path = f"/cases/{gate.code}/decide-alternative-care/"
    filled = {"version": gate.version, "decided_on": ON, "starts_on": ON, "care_type": "SGH", "decided_by": "panel"}
    filled |= {"authority": "Panel", "reasons": "Safe", "child_view": "Yes", "child_view_weighed": "It counted"}
    refused(dalia, path, filled, "G-SUIT")
    post(dalia, path, {**filled, "care_type": "FOSTER_ST"}, 302)
    assert Decision.objects.get().care_type == "FOSTER_ST"


@pytest.mark.guard("G-NEC", "answers_409")
def test_the_page_asks_first_what_was_tried(amina: Colleague, gate: Case) -> None:
    path = f"/cases/{gate.code}/record-necessity/"
    filled = {"version": gate.version, "tested_on": ON, "grounds": ["VIOLENCE"], "needed": "yes", "conclusion": "x"}
    nobody, asked = rows("kin"), rows("kin", {"who": "Aunt", "outcome": "no"})
    tried = {**filled, **rows("supports", {"what": "Counselling"}, count=3)}
    refused(amina, path, {**filled, **rows("supports", count=3), **asked}, "G-NEC")
    refused(amina, path, {**tried, **nobody}, "G-NEC")
    post(amina, path, {**tried, **asked}, 302)


def for_care(case: Case, **changes: Any) -> dict[str, Any]:
    """The form of a decision for care as a browser posts it."""
    said = {"version": case.version, "decided_on": ON, "starts_on": ON, "care_type": "FOSTER_ST", "decided_by": "panel"}
    said |= {"authority": "Panel", "reasons": "Safe", "child_view": "Yes", "child_view_weighed": "It counted"}
    return {**said, **changes}


@pytest.mark.guard("G-EMER-ADOPT", "answers_409")
def test_the_page_does_not_give_a_child_away_in_an_emergency(
    dalia: Colleague, for_good: Case, flood: Emergency
) -> None:
    path = f"/cases/{for_good.code}/decide-alternative-care/"
    for care_type in ("ADOPT_PRE", "KAFALAH"):
        refused(dalia, path, for_care(for_good, care_type=care_type), "G-EMER-ADOPT")
    post(dalia, path, for_care(for_good), 302)


@pytest.mark.guard("G-XBORDER", "answers_409")
def test_the_page_lets_nobody_abroad_in_an_emergency_for_good(
    dalia: Colleague, for_good: Case, flood: Emergency
) -> None:
    path, abroad = f"/cases/{for_good.code}/decide-alternative-care/", {"abroad": "on", "abroad_reason": "Surgery"}
    refused(dalia, path, for_care(for_good, **abroad), "G-XBORDER")
    back = (DAY + timedelta(days=30)).isoformat()
    refused(dalia, path, for_care(for_good, abroad="on", return_on=back), "G-XBORDER")
    post(dalia, path, for_care(for_good, **abroad, return_on=back), 302)
    assert Decision.objects.get().abroad


def test_the_other_forms(dalia: Colleague, dario: Colleague, gate: Case) -> None:
    at_gate, base = f"/cases/{gate.code}", {"version": gate.version, "decided_on": ON}
    post(dalia, f"{at_gate}/require-determination/", {"version": gate.version, "trigger": "abroad"}, 302)
    assert "A determination by a panel is required" in dalia.browser.get(f"{at_gate}/decisions/").content.decode()
    refused(dalia, f"{at_gate}/decide-no-service/", base, "G-BIA")
    Requirement.objects.update(met_on=DAY)
    emergency = {**base, "care_type": "FOSTER_EMG", "decided_by": "director", "authority": "", "reasons": "Danger"}
    refused(dario, f"{at_gate}/authorise-emergency/", emergency, "G-EMERGENCY")
    post(dario, f"{at_gate}/authorise-emergency/", {**emergency, "authority": "Dario"}, 302)
    row = Decision.objects.get()
    withdraw = {"version": row.version, "withdrawn_on": ON, "withdrawn_because": ""}
    refused(dario, f"/decisions/{row.code}/withdraw/", withdraw, "G-DECISION")
    post(dario, f"/decisions/{row.code}/withdraw/", {**withdraw, "withdrawn_because": "Safe at home"}, 302)
    found_needed(gate, needed=False, tested_on=DAY + timedelta(days=1))
    said = {**base, "decided_by": "panel", "authority": "Panel", "reasons": "Safe"}
    post(dalia, f"{at_gate}/decide-family-support/", said, 302)
    gate.refresh_from_db()
    at(gate, Case.State.GATEKEEPING)
    post(dalia, f"{at_gate}/decide-no-service/", {**said, "version": gate.version, "onward": "School"}, 302)
    assert Case.objects.get(pk=gate.pk).state == "closing"


@pytest.fixture
def sami(noor: Person) -> Person:
    """Noor’s brother."""
    brother = register(noor.unit, "Sami", "Saleh", born=born(9))
    kin(noor, brother)
    return brother


def test_the_forms_of_a_separation(dalia: Colleague, noor: Person, noors_case: Case, sami: Person) -> None:
    path = f"/people/{noor.code}/separate-siblings/"
    filled = {
        "version": noor.version,
        "sibling": sami.code,
        "reason": "NEEDS",
        "words": "Clinic",
        "decided_by": "Panel",
    }
    filled |= {"decided_on": ON, "contact": "", "review_on": (DAY + timedelta(days=60)).isoformat()}
    assert "Sami Saleh" in dalia.browser.get(path).content.decode()
    refused(dalia, path, filled, "G-SIB")
    post(dalia, path, {**filled, "contact": "Sundays"}, 302)
    row = Separation.objects.get()
    assert "Sundays" in dalia.browser.get(f"/separations/{row.code}/review/").content.decode()
    again = {"version": row.version, "reviewed_on": ON, "words": "Still", "contact": "Daily", "review_on": "2026-09-09"}
    refused(dalia, f"/separations/{row.code}/review/", again, "G-SIB")
    post(dalia, f"/separations/{row.code}/review/", {**again, "review_on": "2026-07-03"}, 302)
    row.refresh_from_db()
    assert row.contact == "Daily"
    page = dalia.browser.get(f"/cases/{noors_case.code}/decisions/").content.decode()
    assert "Daily" in page
    assert f"/separations/{row.code}/end/" in page
    post(dalia, f"/separations/{row.code}/end/", {"version": row.version, "ended_on": ON}, 302)
    assert Separation.objects.get().ended_on == DAY


def test_a_director_reads_what_was_decided_but_not_why(dario: Colleague, amina: Colleague, gate: Case) -> None:
    row = decision(gate, reasons="Deep secret", dissent="The aunt", best_interest=BestInterest.objects.get())
    for path in (
        f"/cases/{gate.code}/decisions/",
        f"/decisions/{row.code}/",
        f"/best-interests/{BestInterest.objects.get().code}/",
    ):
        page = dario.browser.get(path).content.decode()
        assert "not shown to your role" in page
        assert "Deep secret" not in page
    assert "Deep secret" in amina.browser.get(f"/decisions/{row.code}/").content.decode()
    assert "Print" in amina.browser.get(f"/decisions/{row.code}/").content.decode()


def test_the_chain_stands_on_one_page(amina: Colleague, gate: Case) -> None:
    decision(gate, dissent="The aunt thinks otherwise")
    page = amina.browser.get(f"/cases/{gate.code}/decisions/").content.decode()
    for words in ("Violence or abuse", "Short-term foster care", "Informal kinship care", "The aunt thinks otherwise"):
        assert words in page
    assert page.count("<th scope=") >= 11
    assert "Only a supervisor or director of this unit can do this." in page


PAGES = [
    "/cases/{case}/decisions/",
    "/cases/{case}/record-best-interest/",
    "/cases/{case}/decide-alternative-care/",
    "/decisions/{decision}/",
    "/decisions/{decision}/withdraw/",
    "/best-interests/{best}/",
]


@pytest.mark.parametrize("path", PAGES)
def test_a_stranger_finds_nothing(bruno: Colleague, gate: Case, path: str) -> None:
    codes = {"case": gate.code, "decision": decision(gate).code, "best": BestInterest.objects.get().code}
    assert bruno.browser.get(path.format(**codes)).status_code == 404


def _counts(dalia: Colleague, case: Case) -> Iterator[int]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = dalia.browser
    browser.get(f"/cases/{case.code}/decisions/")
    for _number in range(2):
        with CaptureQueriesContext(connection) as counted:
            browser.get(f"/cases/{case.code}/decisions/")
        yield len(counted)
        for _again in range(2):
            best(case)
            found_needed(case)
            decision(case)


def test_the_chain_asks_the_same_number_of_questions(dalia: Colleague, gate: Case) -> None:
    decision(gate)
    one, three = _counts(dalia, gate)
    assert one == three
