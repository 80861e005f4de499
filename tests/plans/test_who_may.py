"""Who drafts, approves and reviews, seat by seat and step by step. No table is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kinkeeper.access.gate import Verdict
from kinkeeper.access.models import Role, Unit
from kinkeeper.cases.models import Case
from kinkeeper.people.models import Person
from kinkeeper.plans import policy
from kinkeeper.plans.models import Goal, GoalAction, Plan, PlannedContact, Review
from tests.seats import (
    ELSEWHERE,
    HERE,
    ME,
    OVERSEERS,
    SOMEBODY_ELSE,
    SUPERVISOR,
    TODAY,
    WORKERS,
    assert_step,
    case,
    has_seats,
    refused,
    seated,
)

State, Written = Case.State, Plan.State
WORKS_ON = "Only the worker of this case or a supervisor"
PLANNED = {State.PLANNING, *Case.AT_WORK}


def plan(state: str = Written.DRAFT, of: Case | None = None) -> Plan:
    """A plan of a case."""
    return Plan(case=of or case(), state=state)


EDITS: list[tuple[Callable[[Any, Any], Verdict], Callable[[Plan], Any]]] = [
    (policy.may_describe_plan, lambda plan: plan),
    (policy.may_add_goal, lambda plan: plan),
    (policy.may_change_goal, lambda plan: Goal(plan=plan)),
    (policy.may_drop_goal, lambda plan: Goal(plan=plan)),
    (policy.may_add_action, lambda plan: Goal(plan=plan)),
    (policy.may_drop_action, lambda plan: GoalAction(goal=Goal(plan=plan))),
    (policy.may_plan_contact, lambda plan: plan),
    (policy.may_drop_contact, lambda plan: PlannedContact(plan=plan)),
    (policy.may_drop_plan, lambda plan: plan),
]


@pytest.mark.parametrize("place", range(len(EDITS)))
def test_a_draft_is_written_by_the_worker_of_the_case(place: int) -> None:
    judge, about = EDITS[place]
    has_seats(lambda actor: judge(actor, about(plan())), WORKERS, WORKS_ON)
    others = plan(of=case(worker=SOMEBODY_ELSE))
    has_seats(lambda actor: judge(actor, about(others)), {Role.SUPERVISOR}, WORKS_ON)
    for state in set(Written.values) - {Written.DRAFT}:
        assert_step(judge(SUPERVISOR, about(plan(state))), "is never changed")


def test_an_action_of_the_plan_in_force_is_finished_once() -> None:
    def action(state: str = Written.APPROVED, worker: int = ME, **known: Any) -> GoalAction:
        return GoalAction(goal=Goal(plan=plan(state, case(worker=worker))), **known)

    has_seats(lambda actor: policy.may_finish_action(actor, action()), WORKERS, WORKS_ON)
    has_seats(lambda actor: policy.may_finish_action(actor, action(worker=SOMEBODY_ELSE)), {Role.SUPERVISOR}, WORKS_ON)
    for state in set(Written.values) - {Written.APPROVED}:
        assert_step(policy.may_finish_action(SUPERVISOR, action(state)), "of a plan in force")
    assert_step(policy.may_finish_action(SUPERVISOR, action(done_on=TODAY)), "done already")


def test_a_plan_is_approved_by_the_supervisor_at_its_step() -> None:
    for actor in (seated(Role.DIRECTOR), seated(Role.CASEWORKER), seated(Role.SUPERVISOR, ELSEWHERE)):
        assert "can approve a plan" in refused(policy.may_approve_plan(actor, plan()))[1]
    for state in set(Written.values) - {Written.DRAFT}:
        assert_step(policy.may_approve_plan(SUPERVISOR, plan(state)), "not a draft any more")
    for step in set(State.values) - PLANNED:
        assert_step(policy.may_approve_plan(SUPERVISOR, plan(of=case(step))), "at another step")


def test_drafting_replacing_and_opening_begin_with_the_seat_and_the_step() -> None:
    for actor in (seated(Role.DIRECTOR), seated(Role.CASEWORKER, ELSEWHERE)):
        for verdict in (
            policy.may_draft_plan(actor, case()),
            policy.may_replace_plan(actor, plan(Written.APPROVED)),
            policy.may_open_review(actor, case()),
        ):
            assert WORKS_ON in refused(verdict)[1]
    for state in set(Written.values) - {Written.APPROVED}:
        assert_step(policy.may_replace_plan(SUPERVISOR, plan(state)), "Only a plan in force")
    for step in set(State.values) - PLANNED:
        assert_step(policy.may_draft_plan(SUPERVISOR, case(step)), "has been decided what this child needs")
        assert_step(policy.may_replace_plan(SUPERVISOR, plan(Written.APPROVED, case(step))), "at another step")
    for step in set(State.values) - set(Case.AT_WORK):
        assert_step(policy.may_open_review(SUPERVISOR, case(step)), "a plan is carried out")


@pytest.mark.parametrize("judge", [policy.may_postpone_review, policy.may_hold_review])
def test_a_review_is_held_by_the_worker_of_the_case_once(judge: Callable[[Any, Any], Verdict]) -> None:
    has_seats(lambda actor: judge(actor, Review(case=case())), WORKERS, WORKS_ON)
    others = Review(case=case(worker=SOMEBODY_ELSE))
    has_seats(lambda actor: judge(actor, others), {Role.SUPERVISOR}, WORKS_ON)
    assert WORKS_ON in refused(judge(SUPERVISOR, Review(case=None)))[1]
    assert_step(judge(SUPERVISOR, Review(case=case(), held_on=TODAY)), "has been held")
    for step in set(State.values) - set(Case.AT_WORK):
        assert_step(judge(SUPERVISOR, Review(case=case(step))), "at another step")


def test_the_short_way_begins_with_the_seat() -> None:
    for actor in (seated(Role.DIRECTOR), seated(Role.MONITOR), seated(Role.SUPERVISOR, ELSEWHERE)):
        assert "can record a review" in refused(policy.may_record_review(actor, Person(unit_id=HERE)))[1]


@pytest.mark.django_db
def test_the_short_way_is_open_to_everybody_at_work_with_children() -> None:
    has_seats(
        lambda actor: policy.may_record_review(actor, Person(pk=1, unit_id=HERE)),
        {*WORKERS, Role.SUPERVISOR},
        "can record a",
    )


def test_reviews_are_brought_in_by_those_who_oversee() -> None:
    has_seats(lambda actor: policy.may_bring_in_reviews(actor, Unit(pk=HERE)), OVERSEERS, "many records at once")
