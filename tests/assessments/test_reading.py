"""Assessments are read, compared and asked: what changed, what is poor, what holds long enough."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.models import pack_in_force
from kinkeeper.assessments import queries
from kinkeeper.assessments.duties import assessments_due
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case
from kinkeeper.intake.models import Registration
from kinkeeper.journal.models import Look
from tests.assessments.conftest import MAY, TODAY, again, completed, rated
from tests.conftest import Colleague, open_case, register

AUGUST = date(2024, 8, 6)


@pytest.fixture
def two(amina: Colleague, noors_case: Case) -> tuple[Assessment, Assessment]:
    """Two assessments three months apart: food got better, the home worse."""
    first = completed(amina, noors_case, findings=rated(FOOD=4))
    return first, again(amina, noors_case, assessed_on=AUGUST, findings=rated(HOME=3), conclusion="Go on.")


def test_the_latest_and_the_one_before(amina: Colleague, noors_case: Case, two: tuple[Assessment, Assessment]) -> None:
    first, second = two
    actor = amina.actor
    assert list(queries.assessments_of(actor, noors_case)) == [second, first]
    assert queries.latest_assessment(actor, noors_case) == second
    assert queries.latest_assessment(actor, noors_case, MAY) == first
    assert (queries.assessment_before(actor, second), queries.assessment_before(actor, first)) == (first, None)
    assert queries.findings_of(actor, second)["HOME"] == 3


def test_what_is_poor_counts_in_critical_domains(
    amina: Colleague, noors_case: Case, two: tuple[Assessment, Assessment]
) -> None:
    first, second = two
    pack = pack_in_force()
    assert (second.poor_in(pack), first.poor_in(pack)) == (["HOME"], ["FOOD"])
    assert "CARE" in Assessment(case=noors_case, pk=0).poor_in(pack)
    third = again(amina, noors_case, assessed_on=TODAY, findings=rated(LIVELIHOOD=4, EMOTIONAL=3))
    assert third.poor_in(pack) == []


def test_the_page_says_all_with_the_change(
    amina: Colleague, noors_case: Case, two: tuple[Assessment, Assessment]
) -> None:
    first, second = two
    page = amina.browser.get(second.get_absolute_url()).content.decode()
    for words in ("Seen in HOME.", "better by 2 steps", "worse by 1 step", "as before", "Poverty", "Go on."):
        assert words in page
    assert "I want to stay with my aunt." in page
    assert "better by" not in amina.browser.get(first.get_absolute_url()).content.decode()
    looks = Look.objects.filter(page="assessment").values_list("subject_id", flat=True)
    assert set(looks) == {noors_case.child_id}


def test_two_rounds_stand_side_by_side(amina: Colleague, noors_case: Case, two: tuple[Assessment, Assessment]) -> None:
    second = two[1]
    address = f"/assessments/{second.code}/compare/"
    page = amina.browser.get(address).content.decode()
    assert page.index("Seen in FOOD.") < page.index("Found in FOOD.")
    assert "Support at home first." in page
    assert page.index("Support at home first.") < page.index("Go on.")
    third = again(amina, noors_case, assessed_on=TODAY, conclusion="All is well.")
    chosen = amina.browser.get(address, {"with": third.code}).content.decode()
    assert "All is well." in chosen
    assert "Support at home first." not in chosen


def test_a_single_assessment_says_that_there_is_nothing_to_compare(amina: Colleague, noors_case: Case) -> None:
    row = completed(amina, noors_case)
    assert "nothing to compare yet" in amina.browser.get(f"/assessments/{row.code}/compare/").content.decode()


def test_a_director_reads_ratings_and_no_words(tess: Colleague, two: tuple[Assessment, Assessment]) -> None:
    for address in (two[1].get_absolute_url(), f"/assessments/{two[1].code}/compare/"):
        page = tess.browser.get(address).content.decode()
        assert "rather poorly" in page
        assert "not shown to your role" in page
        for words in ("Seen in HOME.", "I want to stay", "Go on.", "An aunt next door", "Poverty", "Nobody cooks"):
            assert words not in page


def test_strangers_find_nothing(bruno: Colleague, eve: Colleague, two: tuple[Assessment, Assessment]) -> None:
    for colleague in (bruno, eve):
        assert colleague.browser.get(two[0].get_absolute_url()).status_code == 404
        assert colleague.browser.get(f"/assessments/{two[0].code}/compare/").status_code == 404


def test_it_says_which_brothers_and_sisters_wait(amina: Colleague, noors_case: Case, samirs_case: Case) -> None:
    row = completed(amina, noors_case)
    page = amina.browser.get(row.get_absolute_url()).content.decode()
    assert f"/cases/{samirs_case.code}/complete-assessment/" in page
    completed(amina, samirs_case)
    page = amina.browser.get(row.get_absolute_url()).content.decode()
    assert f"/cases/{samirs_case.code}/complete-assessment/" not in page


def pages_cost(colleague: Colleague, address: str, number: int, asserting: Any) -> None:
    browser = colleague.browser
    browser.get(address)
    with asserting(number):
        browser.get(address)


@pytest.mark.parametrize("rounds", [2, 4])
def test_questions_do_not_grow_with_assessments(
    amina: Colleague, noors_case: Case, two: tuple[Assessment, Assessment], rounds: int, django_assert_num_queries: Any
) -> None:
    for _round in range(rounds - 2):
        again(amina, noors_case, assessed_on=TODAY)
    pages_cost(amina, f"/assessments/{two[1].code}/compare/", 13, django_assert_num_queries)


# ---- what is due -----------------------------------------------------------------------------------------------------


def registered(case: Case, on: date) -> None:
    """A registration of this case, without going through a deed."""
    Registration.objects.create(case=case, basis="legal_duty", guardian="none", location="x", registered_on=on)


@pytest.mark.parametrize(
    "risk, due_on", [("", date(2024, 5, 20)), ("low", date(2024, 5, 20)), ("high", date(2024, 5, 9))]
)
def test_an_assessment_is_due_after_the_registration(
    amina: Colleague, noors_case: Case, risk: str, due_on: date
) -> None:
    Case.objects.update(risk=risk)
    registered(noors_case, MAY)
    [duty] = assessments_due(amina.actor)
    assert (duty.kind, duty.child, duty.due_on, duty.last_on) == ("assessment", noors_case.child, due_on, None)
    assert (duty.deed, duty.code, str(duty.words)) == ("complete_assessment", noors_case.code, "Assessment")
    assert assessments_due(amina.actor, due_on - timedelta(days=1)) == []
    assert len(assessments_due(amina.actor, due_on)) == 1


def test_without_a_registration_it_counts_from_the_opening(amina: Colleague, noors_case: Case) -> None:
    assert [duty.due_on for duty in assessments_due(amina.actor)] == [date(2024, 1, 29)]


def test_nothing_is_due_before_registration_or_when_it_is_done(amina: Colleague, noors_case: Case) -> None:
    for state in ("intake", "best_interest", "active"):
        Case.objects.update(state=state)
        assert assessments_due(amina.actor) == []


def test_strangers_owe_nothing_here(bruno: Colleague, noors_case: Case) -> None:
    assert assessments_due(bruno.actor) == []


@pytest.mark.parametrize("number", [1, 3])
def test_questions_do_not_grow_with_cases(
    amina: Colleague, noors_case: Case, number: int, django_assert_num_queries: Any
) -> None:
    for place in range(number - 1):
        child = register(noors_case.unit, f"Child {place}", "Many")
        registered(open_case(child, amina, state=Case.State.ASSESSMENT), MAY)
    actor = amina.actor
    with django_assert_num_queries(3):
        assert len(assessments_due(actor)) == number
