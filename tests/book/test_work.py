"""The page of a case shows the work on it: assessments, tasks, papers, and to supervisors what was refused."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.actions import add_task, assess_risk
from kinkeeper.cases.models import Case, Conference, Task, Tracing
from kinkeeper.decisions.models import BestInterest, Decision
from kinkeeper.files.vault import accept, store
from kinkeeper.leaving.models import ExtendedSupport
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Document
from kinkeeper.plans.models import Plan
from tests.book.conftest import MAY, TODAY
from tests.conftest import Colleague


def page(colleague: Colleague, case: Case) -> str:
    """What the colleague reads on the page of the case."""
    response = colleague.browser.get(case.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def written(case: Case, number: int = 1) -> None:
    """So many of everything that stands on the page."""
    for place in range(number):
        on = MAY + timedelta(days=place)
        Assessment.objects.create(
            case=case, assessed_on=on, seen="alone", seen_on=on, risk="low", causes=["POVERTY"], by=case.worker
        )
        Conference.objects.create(case=case, held_on=on, present="School", discussed="Cough", agreed="Clinic")
        Task.objects.create(case=case, title=f"Task {place}", due_on=TODAY)
        Task.objects.create(case=case, title=f"Done {place}", due_on=TODAY, done_on=TODAY)
        Tracing.objects.create(case=case, looks_for=f"Aunt {place}", opened_on=on)
        stored = store(accept(f"Paper {place}".encode(), "paper.txt"))
        Document.objects.create(person=case.child, kind=Document.Kind.LETTER, title=f"Letter {place}", file=stored)


def test_the_work_stands_on_the_page(amina: Colleague, noors_case: Case) -> None:
    written(noors_case)
    text = page(amina, noors_case)
    for words in ("Full assessment", "Case conferences", "Task 0", "Done 0", "Aunt 0", "Letter 0", "Add a paper"):
        assert words in text
    assert Assessment.objects.get().get_absolute_url() in text


def test_a_director_reads_no_words_of_it(tess: Colleague, noors_case: Case) -> None:
    written(noors_case)
    text = page(tess, noors_case)
    assert "Full assessment" in text
    for words in ("Task 0", "Done 0", "Aunt 0", "Clinic", "Cough"):
        assert words not in text


def test_the_assessment_comes_first_where_the_case_waits_for_it(amina: Colleague, noors_case: Case) -> None:
    assert "complete-assessment" not in page(amina, noors_case)
    Case.objects.update(state="assessment")
    text = page(amina, noors_case)
    assert text.index("complete-assessment") < text.index("record-contact")


def test_what_was_refused_is_shown_to_supervisors_alone(
    amina: Colleague, dalia: Colleague, tess: Colleague, noors_case: Case
) -> None:
    assert "What was refused" not in page(dalia, noors_case)
    with pytest.raises(Refused):
        add_task(amina.actor, noors_case, title="Too late", due_on=date(2024, 1, 1))
    with pytest.raises(Refused):
        assess_risk(tess.actor, noors_case, risk="high")
    text = page(dalia, noors_case).split("What was refused")[1]
    assert text.index("Judge the risk") < text.index("Add a task")
    for words in ("Amina Haddad", "Tess Director", "Rule: G-TIME", "Rule: G-MAY"):
        assert words in text
    for other in (amina, tess):
        assert "What was refused" not in page(other, noors_case)


@pytest.mark.parametrize("number", [1, 3])
def test_questions_do_not_grow_with_the_work(
    dalia: Colleague, noors_case: Case, number: int, django_assert_num_queries: Any
) -> None:
    written(noors_case, number)
    browser = dalia.browser
    browser.get(noors_case.get_absolute_url())
    with django_assert_num_queries(77):
        browser.get(noors_case.get_absolute_url())


def test_the_case_leads_to_its_decisions_and_plans(amina: Colleague, noors_case: Case) -> None:
    text = page(amina, noors_case)
    assert reverse("decisions", args=[noors_case.code]) in text
    plan = Plan.objects.create(case=noors_case, state="approved", drafted_on=MAY, approved_on=MAY, review_on=TODAY)
    text = page(amina, noors_case)
    assert plan.get_absolute_url() in text
    assert "Plan of a child · Version 1" in text


def test_where_a_plan_is_in_force_its_next_version_comes_next(amina: Colleague, noors_case: Case) -> None:
    Case.objects.update(state="planning")
    assert reverse("draft_plan", args=[noors_case.code]) in page(amina, noors_case)
    plan = Plan.objects.create(case=noors_case, state="approved", drafted_on=MAY, approved_on=MAY, review_on=TODAY)
    text = page(amina, noors_case)
    assert reverse("replace_plan", args=[plan.code]) in text
    assert "A plan is in force." not in text


def test_every_step_of_the_journey_leads_to_its_record(amina: Colleague, noors_case: Case) -> None:
    written(noors_case)
    plan = Plan.objects.create(
        case=noors_case, state="approved", drafted_on=MAY, approved_on=MAY, review_on=TODAY + timedelta(days=30)
    )
    best = BestInterest.objects.create(case=noors_case, kind="assessment", done_on=MAY, recommendation="leave")
    Decision.objects.create(
        case=noors_case, kind="family_support", decided_on=MAY, starts_on=MAY, decided_by="panel", authority="Panel"
    )
    text = page(amina, noors_case)
    chain = f"/cases/{noors_case.code}/decisions/"
    for address in (
        Assessment.objects.get().get_absolute_url(),
        best.get_absolute_url(),
        chain,
        plan.get_absolute_url(),
    ):
        assert f'<a href="{address}">' in text, address


def test_a_plan_that_is_being_drafted_is_found_again_from_its_case(amina: Colleague, noors_case: Case) -> None:
    draft = Plan.objects.create(case=noors_case, drafted_on=MAY)
    Case.objects.update(state="planning")
    assert f'<a href="{draft.get_absolute_url()}">' in page(amina, noors_case)


def test_it_says_until_when_care_goes_on_at_the_young_persons_wish(amina: Colleague, noors_case: Case) -> None:
    child, until = noors_case.child, TODAY + timedelta(days=400)
    born = TODAY - timedelta(days=18 * 366)
    child.birth, child.born_from = born.isoformat(), born
    child.save()
    assert "Care goes on until" not in page(amina, noors_case)
    ExtendedSupport.objects.create(case=noors_case, asked_on=TODAY, until=until, wish="To finish school.")
    assert "Care goes on until" in page(amina, noors_case)
