"""The page of a case at its end: what can be done next, and the way to its plan, its closing and its after-care."""

from __future__ import annotations

from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case
from kinkeeper.leaving.models import Aftercare, Closing
from kinkeeper.plans.models import Plan
from tests.conftest import Colleague
from tests.leaving.conftest import DAY, TODAY, assess


def page(colleague: Colleague, case: Case) -> str:
    """What the colleague reads on the page of the case."""
    response = colleague.browser.get(case.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def test_a_case_that_closes_offers_the_hand_over(amina: Colleague, decided: Closing) -> None:
    read = page(amina, decided.case)
    assert f"/cases/{decided.case.code}/hand-over/" in read
    assert decided.get_absolute_url() in read


def test_a_supervisor_may_take_the_closing_back(dalia: Colleague, decided: Closing) -> None:
    assert f"/cases/{decided.case.code}/withdraw-closing/" in page(dalia, decided.case)


def test_a_case_in_aftercare_offers_the_follow_up(amina: Colleague, dalia: Colleague, at_home: Aftercare) -> None:
    read = page(amina, at_home.case)
    assert f"/cases/{at_home.case.code}/record-followup/" in read
    assert at_home.get_absolute_url() in read
    assert f"/cases/{at_home.case.code}/end-aftercare/" in page(dalia, at_home.case)


def test_the_plan_of_the_family_stands_with_every_child(amina: Colleague, volkovas: list[Case]) -> None:
    dasha, _kirill, sonya = volkovas
    plan = Plan.objects.create(
        case=dasha,
        family=dasha.family,
        kind="family",
        state="approved",
        approved_on=TODAY,
        drafted_on=TODAY,
        review_on=TODAY + DAY,
    )
    read = page(amina, sonya)
    assert plan.get_absolute_url() in read
    assert "no record" not in read.split("Planning")[1].split("Active")[0]


def test_a_later_assessment_does_not_move_the_day_of_the_first(amina: Colleague, volkovas: list[Case]) -> None:
    assess(volkovas[0], TODAY - 90 * DAY)
    assess(volkovas[0], TODAY, kind=Assessment.Kind.LATER)
    step = page(amina, volkovas[0]).split("journey-label")[2]
    assert (TODAY - 90 * DAY).isoformat() in step
    assert TODAY.isoformat() not in step
