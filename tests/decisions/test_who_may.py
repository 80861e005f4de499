"""Who decides, seat by seat and step by step, as far as no table is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kinkeeper.access.gate import Verdict
from kinkeeper.access.models import Role
from kinkeeper.cases.models import Case
from kinkeeper.decisions import policy
from kinkeeper.decisions.models import Decision, Separation
from kinkeeper.people.models import Person
from tests.seats import (
    ELSEWHERE,
    HERE,
    OVERSEERS,
    SOMEBODY_ELSE,
    STEP,
    SUPERVISOR,
    TODAY,
    WORKERS,
    case,
    has_seats,
    refused,
    seated,
)

State = Case.State
GATE = "Only a supervisor or director of this unit"
WORKS_ON = "Only the worker of this case or a supervisor"
WEIGHED = {
    State.BEST_INTEREST, State.GATEKEEPING, State.PLANNING, State.ACTIVE, State.REVIEW, State.TRANSFER_PENDING,
    State.CLOSING,
}  # fmt: skip


@pytest.mark.parametrize("state", sorted(WEIGHED))
def test_what_is_best_is_weighed_from_its_step_on(state: str) -> None:
    words = "Only a supervisor of this unit can require"
    has_seats(lambda actor: policy.may_require_determination(actor, case(state)), {Role.SUPERVISOR}, words)
    has_seats(lambda actor: policy.may_record_best_interest(actor, case(state)), WORKERS, WORKS_ON)
    others = case(state, SOMEBODY_ELSE)
    has_seats(lambda actor: policy.may_record_best_interest(actor, others), {Role.SUPERVISOR}, WORKS_ON)
    has_seats(lambda actor: policy.may_record_determination(actor, case(state)), OVERSEERS, GATE)


@pytest.mark.parametrize("state", State.values)
def test_whether_care_is_needed_is_tested_once_the_child_is_registered(state: str) -> None:
    verdict = policy.may_record_necessity(SUPERVISOR, case(state))
    assert bool(verdict) is (state not in {State.INTAKE, State.AFTERCARE})
    assert verdict or refused(verdict)[0] == STEP


def test_care_is_tested_by_the_worker_of_the_case() -> None:
    has_seats(lambda actor: policy.may_record_necessity(actor, case()), WORKERS, WORKS_ON)
    others = case(worker=SOMEBODY_ELSE)
    has_seats(lambda actor: policy.may_record_necessity(actor, others), {Role.SUPERVISOR}, WORKS_ON)


CLOSED: list[Callable[[Any, Any], Verdict]] = [
    policy.may_require_determination,
    policy.may_record_best_interest,
    policy.may_record_determination,
    policy.may_record_necessity,
    policy.may_decide_family_support,
    policy.may_decide_alternative_care,
    policy.may_decide_no_service,
    policy.may_authorise_emergency,
]


@pytest.mark.parametrize("judge", CLOSED)
def test_nothing_is_decided_in_a_closed_case(judge: Callable[[Any, Any], Verdict]) -> None:
    for state in (State.GATEKEEPING, State.ACTIVE):
        guard, words = refused(judge(SUPERVISOR, case(state, closed_on=TODAY)))
        assert (guard, "This case is closed" in words) == (STEP, True)


@pytest.mark.parametrize("judge", CLOSED[4:])
def test_decisions_begin_with_the_seat(judge: Callable[[Any, Any], Verdict]) -> None:
    for role in set(Role.values) - OVERSEERS:
        assert GATE in refused(judge(seated(role), case(State.GATEKEEPING)))[1]
    assert GATE in refused(judge(seated(Role.SUPERVISOR, ELSEWHERE), case(State.GATEKEEPING)))[1]


@pytest.mark.parametrize("judge", CLOSED[4:7])
def test_decisions_are_taken_at_the_gate(judge: Callable[[Any, Any], Verdict]) -> None:
    for state in set(State.values) - {State.GATEKEEPING}:
        guard, words = refused(judge(SUPERVISOR, case(state)))
        assert (guard, "at the step “gatekeeping”" in words) == (STEP, True)


def test_a_decision_is_withdrawn_once() -> None:
    has_seats(lambda actor: policy.may_withdraw_decision(actor, Decision(case=case())), OVERSEERS, GATE)
    again = refused(policy.may_withdraw_decision(SUPERVISOR, Decision(case=case(), withdrawn_on=TODAY)))
    assert (again[0], "withdrawn already" in again[1]) == (STEP, True)
    over = refused(policy.may_withdraw_decision(SUPERVISOR, Decision(case=case(closed_on=TODAY))))
    assert "This case is closed" in over[1]


def test_siblings_are_kept_apart_by_those_who_oversee_either_unit() -> None:
    child, sibling = Person(unit_id=HERE), Person(unit_id=ELSEWHERE)
    has_seats(lambda actor: policy.may_separate_siblings(actor, child), OVERSEERS, GATE)
    for judge in (policy.may_review_separation, policy.may_end_separation):
        for role in Role.values:
            for unit in (HERE, ELSEWHERE):
                verdict = judge(seated(role, unit), Separation(child=child, sibling=sibling))
                assert bool(verdict) is (role in OVERSEERS)
                assert verdict or "of a sibling’s unit" in verdict.sentence
        assert not judge(seated(Role.SUPERVISOR, 3), Separation(child=child, sibling=sibling))
        over = refused(judge(SUPERVISOR, Separation(child=child, sibling=sibling, ended_on=TODAY)))
        assert (over[0], "ended already" in over[1]) == (STEP, True)
