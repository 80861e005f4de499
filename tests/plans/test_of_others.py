"""What is planned for another child, or is over, stands in nobody’s way."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Family
from kinkeeper.people.models import Person
from kinkeeper.plans import policy
from kinkeeper.plans.models import Goal, Plan, Review
from tests.conftest import Colleague, open_case, register
from tests.plans.conftest import SOON, TODAY, at

FAMILY, CHILD = Plan.Kind.FAMILY, Plan.Kind.CHILD


def plan_of(case: Case, state: str, **facts: Any) -> Plan:
    """A plan of this case with a goal that is open."""
    if state == Plan.State.APPROVED:
        facts = {"approved_on": TODAY, "review_on": SOON, **facts}
    plan = Plan.objects.create(case=case, state=state, drafted_on=TODAY, drafted_by=case.worker, **facts)
    Goal.objects.create(plan=plan, domain="PLAY", words="Swim", state="open", target_on=SOON)
    return plan


@pytest.fixture
def timurs_case(village: Unit, amina: Colleague) -> Case:
    """Another child of Amina’s, with a plan in force and a review that is open."""
    case = at(open_case(register(village, "Timur", "Aliyev", born=date(2013, 1, 1)), amina), Case.State.ACTIVE)
    plan_of(case, Plan.State.APPROVED)
    Review.objects.create(child=case.child, case=case, participation="")
    return case


def test_a_plan_is_drafted_whatever_others_have(amina: Colleague, timurs_case: Case, planning: Case) -> None:
    assert policy.may_draft_plan(amina.actor, planning)
    plan_of(planning, Plan.State.APPROVED)
    assert "A plan is in force" in policy.may_draft_plan(amina.actor, planning).sentence


def test_a_review_is_opened_whatever_others_have_and_whatever_was_held(
    amina: Colleague, timurs_case: Case, noors_case: Case
) -> None:
    Review.objects.create(child=noors_case.child, case=noors_case, held_on=TODAY, participation="SPOKE")
    assert policy.may_open_review(amina.actor, noors_case)
    assert "open already" in policy.may_open_review(amina.actor, timurs_case).sentence


def test_the_short_way_asks_for_the_running_case_of_this_child(
    dalia: Colleague, timurs_case: Case, noors_case: Case
) -> None:
    """Asked by the supervisor, who sees a case that is closed as well."""
    plan_of(noors_case, Plan.State.APPROVED)
    child = Person.objects.get(pk=noors_case.child_id)
    assert "open goals" in policy.may_record_review(dalia.actor, child).sentence
    Case.objects.filter(pk=noors_case.pk).update(state=Case.State.CLOSED, closed_on=TODAY)
    assert policy.may_record_review(dalia.actor, child)


def test_the_next_version_waits_for_a_draft_of_the_same_family_alone(
    amina: Colleague, village: Unit, timurs_case: Case, noors_case: Case
) -> None:
    ours, theirs = (Family.objects.create(unit=village, name=name) for name in ("Saleh", "Aliyev"))
    mine = plan_of(noors_case, Plan.State.APPROVED, kind=FAMILY, family=ours)
    plan_of(timurs_case, Plan.State.DRAFT, kind=FAMILY, family=theirs)
    assert policy.may_replace_plan(amina.actor, mine)
    # A plan of one child may name the family it lives in.
    Plan.objects.filter(state=Plan.State.DRAFT).update(kind=CHILD, family=ours)
    assert policy.may_replace_plan(amina.actor, mine)
    Plan.objects.filter(state=Plan.State.DRAFT).update(kind=FAMILY)
    assert "being drafted" in policy.may_replace_plan(amina.actor, mine).sentence
