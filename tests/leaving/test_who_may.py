"""Who closes, hands over and follows up, seat by seat and step by step. No table is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kinkeeper.access.gate import Verdict
from kinkeeper.access.models import Role
from kinkeeper.cases.models import Case
from kinkeeper.leaving import policy
from kinkeeper.leaving.models import Aftercare, UnplannedReturn
from tests.seats import (
    ELSEWHERE,
    ME,
    OVERSEERS,
    SOMEBODY_ELSE,
    STEP,
    SUPERVISOR,
    TODAY,
    WORKERS,
    assert_step,
    case,
    has_seats,
    refused,
    seated,
    system,
)

State, Kind = Case.State, Case.Kind
SUPERVISES, WORKS_ON = "Only a supervisor of this unit decides", "Only the worker of this case or a supervisor"


SUPERVISED: list[tuple[Callable[[Any, Any], Verdict], Any]] = [
    (policy.may_start_aftercare, case()),
    (policy.may_extend_support, case()),
    (policy.may_allow_emergency_stay, Aftercare(case=case(State.AFTERCARE))),
]
WORKED: list[tuple[Callable[[Any, Any], Verdict], Callable[[int], Any]]] = [
    (policy.may_record_followup, lambda worker: case(State.AFTERCARE, worker)),
    (policy.may_assess_unplanned_return, lambda worker: UnplannedReturn(case=case(worker=worker))),
]


@pytest.mark.parametrize("place", range(len(SUPERVISED)))
def test_these_are_decided_by_the_supervisor(place: int) -> None:
    judge, subject = SUPERVISED[place]
    has_seats(lambda actor: judge(actor, subject), {Role.SUPERVISOR}, SUPERVISES)


@pytest.mark.parametrize("place", range(len(WORKED)))
def test_these_are_done_by_the_worker_of_the_case(place: int) -> None:
    judge, about = WORKED[place]
    has_seats(lambda actor: judge(actor, about(ME)), WORKERS, WORKS_ON)
    has_seats(lambda actor: judge(actor, about(SOMEBODY_ELSE)), {Role.SUPERVISOR}, WORKS_ON)


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.SUPERVISOR}))
def test_closing_begins_with_the_seat(role: str) -> None:
    for judge, state in (
        (policy.may_decide_closing, State.REVIEW),
        (policy.may_withdraw_closing, State.CLOSING),
        (policy.may_close_for_good, State.CLOSING),
        (policy.may_end_aftercare, State.AFTERCARE),
    ):
        assert SUPERVISES in refused(judge(seated(role), case(state)))[1]
        assert SUPERVISES in refused(judge(seated(Role.SUPERVISOR, ELSEWHERE), case(state)))[1]
    for judge in (policy.may_hand_over, policy.may_record_unplanned_return):
        assert WORKS_ON in refused(judge(seated(role), case(State.ACTIVE, SOMEBODY_ELSE)))[1]


@pytest.mark.parametrize("state", State.values)
def test_each_deed_has_its_steps(state: str) -> None:
    if state != State.REVIEW:
        assert_step(policy.may_decide_closing(SUPERVISOR, case(state)), "Open a review first")
    if state != State.CLOSING:
        assert_step(policy.may_withdraw_closing(SUPERVISOR, case(state)), "No closing of this case")
        assert_step(policy.may_close_for_good(SUPERVISOR, case(state)), "First a review decides")
        assert_step(policy.may_hand_over(SUPERVISOR, case(state)), "First a review decides")
    if state != State.AFTERCARE:
        assert_step(policy.may_end_aftercare(SUPERVISOR, case(state)), "No after-care is going on")
        assert_step(policy.may_record_followup(SUPERVISOR, case(state)), "Follow-ups belong to after-care")
    if state not in Case.AT_WORK:
        assert_step(policy.may_record_unplanned_return(SUPERVISOR, case(state)), "Only a child in care")
    begun = policy.may_start_aftercare(SUPERVISOR, case(state))
    assert bool(begun) is (state in {*Case.AT_WORK, State.CLOSED})
    assert begun or ("goes on already" in begun.sentence) is (state == State.AFTERCARE)
    assert begun or begun.guard == STEP


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("kind", Kind.values)
def test_coming_of_age_and_going_on_belong_to_care(state: str, kind: str) -> None:
    goes_on = kind in {Kind.CARE, Kind.YOUTH} and state in Case.AT_WORK
    extended = policy.may_extend_support(SUPERVISOR, case(state, kind=kind))
    of_age = policy.may_come_of_age(system(Role.SUPERVISOR), case(state, kind=kind))
    assert bool(extended) is bool(of_age) is goes_on
    assert goes_on or extended.guard == of_age.guard == STEP


def test_coming_of_age_happens_by_itself() -> None:
    assert "by itself on the birthday" in refused(policy.may_come_of_age(SUPERVISOR, case()))[1]
    assert SUPERVISES in refused(policy.may_come_of_age(system(), case()))[1]


def test_a_short_stay_needs_aftercare_that_goes_on() -> None:
    over = Aftercare(case=case(State.AFTERCARE), ends_on=TODAY)
    assert_step(policy.may_allow_emergency_stay(SUPERVISOR, over), "After-care has ended")


def test_a_return_is_judged_once_and_then_decided_once() -> None:
    judged = UnplannedReturn(case=case(), assessed_on=TODAY)
    assert_step(policy.may_assess_unplanned_return(SUPERVISOR, judged), "judged already")
    has_seats(lambda actor: policy.may_decide_unplanned_return(actor, judged), OVERSEERS, "records this decision")
    assert_step(policy.may_decide_unplanned_return(SUPERVISOR, UnplannedReturn(case=case())), "Judge the risk first")
    decided = UnplannedReturn(case=case(), assessed_on=TODAY, decided_on=TODAY)
    assert_step(policy.may_decide_unplanned_return(SUPERVISOR, decided), "decided already")
