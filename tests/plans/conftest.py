"""A plan of Noor, draft or in force; a decision that brought her into care; the minutes of a review."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import Decision
from kinkeeper.plans import actions
from kinkeeper.plans.models import Goal, Plan, Review
from tests.conftest import Colleague

TODAY = date.today()
SOON = TODAY + timedelta(days=60)


def at(case: Case, state: str) -> Case:
    """The case at another step, as the tables keep it."""
    Case.objects.filter(pk=case.pk).update(state=state)
    return Case.objects.get(pk=case.pk)


def into_care(case: Case, kind: str = Decision.Kind.ALTERNATIVE_CARE) -> Decision:
    """A decision that brought the child of this case into care."""
    day = TODAY - timedelta(days=3)
    return Decision.objects.create(
        case=case, kind=kind, decided_on=day, starts_on=day, care_type="FOSTER_ST", decided_by="panel", reasons="…"
    )


def add_goal(colleague: Colleague, plan: Plan, domain: str = "PLAY", **changes: Any) -> Goal:
    """A goal with one action."""
    facts: dict[str, Any] = {"domain": domain, "words": "I want to swim.", "target_on": SOON}
    goal = actions.add_goal(colleague.actor, Plan.objects.get(pk=plan.pk), **(facts | changes))
    actions.add_action(colleague.actor, goal, what="Find a swimming course", owner="Amina", due_on=SOON)
    return Goal.objects.get(pk=goal.pk)


def complete(colleague: Colleague, plan: Plan, **changes: Any) -> Plan:
    """A draft that lacks nothing."""
    add_goal(colleague, plan)
    facts: dict[str, Any] = {
        "about_me": "I like water.",
        "child_consulted": "Two talks, one drawing",
        "parent_consulted": "Mother came along",
        "review_on": SOON,
    }
    return actions.describe_plan(colleague.actor, Plan.objects.get(pk=plan.pk), **(facts | changes))


def approve(supervisor: Colleague, plan: Plan, **changes: Any) -> Plan:
    """The plan in force since today."""
    facts: dict[str, Any] = {"approved_on": TODAY, "copy_given_on": TODAY}
    return actions.approve_plan(supervisor.actor, Plan.objects.get(pk=plan.pk), **(facts | changes))


def minutes(plan: Plan | None = None, **changes: Any) -> actions.Minutes:
    """The minutes of a review in which nothing is missing."""
    goals = Goal.objects.filter(plan=plan) if plan else Goal.objects.none()
    facts: dict[str, Any] = {
        "participation": "SPOKE",
        "attendance": "Noor, Grace, Amina, Dalia",
        "chair": "Dalia Marku",
        "child_words": "I want to stay.",
        "summary": "Noor stays.",
        "still_needed": True,
        "still_suits": True,
        "progress": {goal.code: actions.Judged(1) for goal in goals},
    }
    return actions.Minutes(**(facts | changes))


def hold(colleague: Colleague, review: Review, said: actions.Minutes, **changes: Any) -> Review:
    """Hold a review today."""
    facts: dict[str, Any] = {"held_on": TODAY, "outcome": Review.Outcome.CONTINUES, "next_on": SOON}
    fresh = Review.objects.get(pk=review.pk)
    return actions.hold_review(colleague.actor, fresh, minutes=said, **(facts | changes))


@pytest.fixture
def planning(noors_case: Case) -> Case:
    """Noor’s case, waiting for a plan."""
    return at(noors_case, Case.State.PLANNING)


@pytest.fixture
def draft(planning: Case, amina: Colleague) -> Plan:
    """An empty draft of a plan for Noor."""
    return actions.draft_plan(amina.actor, planning)


@pytest.fixture
def in_force(draft: Plan, amina: Colleague, dalia: Colleague) -> Plan:
    """A plan of Noor in force, with one goal."""
    return approve(dalia, complete(amina, draft))


@pytest.fixture
def opened(in_force: Plan, amina: Colleague) -> Review:
    """A review of Noor’s case that is open."""
    case = Case.objects.get(pk=in_force.case_id)
    return actions.open_review(amina.actor, case, kind=Review.Kind.SCHEDULED, opened_on=TODAY)
