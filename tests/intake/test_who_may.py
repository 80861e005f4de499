"""Who receives, compares, screens and registers, seat by seat and step by step, as far as no table is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q

from kinkeeper.access.gate import Verdict
from kinkeeper.access.models import Role, Unit
from kinkeeper.cases.models import Case
from kinkeeper.intake import policy
from kinkeeper.intake.models import Mentioned, Referral
from tests.seats import HERE, ME, OVERSEERS, SOMEBODY_ELSE, STEP, SUPERVISOR, WORKERS, has_seats, refused, seated

State = Referral.State
DOOR = "Only workers and supervisors of the unit that received"


def referral(state: str = State.RECEIVED, **known: Any) -> Referral:
    """A referral to the unit."""
    return Referral(unit_id=HERE, state=state, **known)


WAITING: list[tuple[Callable[[Any, Any], Verdict], Callable[[Referral], Any]]] = [
    (policy.may_mention_person, lambda referral: referral),
    (policy.may_correct_mentioned, lambda referral: Mentioned(referral=referral)),
    (policy.may_compare_person, lambda referral: Mentioned(referral=referral)),
    (policy.may_compare_unseen_record, lambda referral: Mentioned(referral=referral)),
]


@pytest.mark.parametrize("place", range(len(WAITING)))
def test_at_the_door_the_workers_of_the_unit_act(place: int) -> None:
    judge, about = WAITING[place]
    has_seats(lambda actor: judge(actor, about(referral())), WORKERS, DOOR)
    for state in set(State.values) - {State.RECEIVED}:
        assert refused(judge(SUPERVISOR, about(referral(state))))[0] == STEP


def test_screening_in_begins_with_the_step_and_the_seat() -> None:
    for state in set(State.values) - {State.RECEIVED}:
        assert refused(policy.may_screen_in(SUPERVISOR, referral(state)))[0] == STEP
    for role in set(Role.values) - WORKERS:
        assert DOOR in refused(policy.may_screen_in(seated(role), referral()))[1]


def test_referrals_are_received_by_the_workers_of_the_unit() -> None:
    has_seats(lambda actor: policy.may_receive_referral(actor, Unit(pk=HERE)), WORKERS, "can receive referrals")


@pytest.mark.parametrize("state", State.values)
def test_authority_and_referrer_are_told_at_any_step(state: str) -> None:
    for judge in (policy.may_tell_authority, policy.may_give_feedback):
        has_seats(lambda actor, judge=judge: judge(actor, referral(state)), WORKERS, DOOR)


def test_a_referral_is_screened_out_by_the_supervisor_and_never_in_danger() -> None:
    has_seats(lambda actor: policy.may_screen_out(actor, referral()), {Role.SUPERVISOR}, "not to take a referral on")
    for state in set(State.values) - {State.RECEIVED}:
        assert refused(policy.may_screen_out(SUPERVISOR, referral(state)))[0] == STEP
    danger = referral(immediate_danger=True, authority_told="")
    assert refused(policy.may_screen_out(SUPERVISOR, danger))[0] == "G-NOTDANGER"
    assert policy.may_screen_out(SUPERVISOR, referral(immediate_danger=False, authority_told=""))


def test_a_case_is_registered_by_its_worker_at_intake() -> None:
    def case(state: str = Case.State.INTAKE, worker: int = ME) -> Case:
        return Case(unit_id=HERE, worker_id=worker, state=state)

    words = "can register it"
    has_seats(lambda actor: policy.may_register_case(actor, case()), WORKERS, words)
    others = case(worker=SOMEBODY_ELSE)
    has_seats(lambda actor: policy.may_register_case(actor, others), {Role.SUPERVISOR}, words)
    for state in set(Case.State.values) - {Case.State.INTAKE}:
        assert refused(policy.may_register_case(SUPERVISOR, case(state)))[0] == STEP


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.CASEWORKER, Role.YOUTH_WORKER}))
def test_those_who_oversee_see_every_referral_of_the_unit(role: str) -> None:
    units = frozenset({HERE}) if role in OVERSEERS else frozenset()
    assert policy.referrals(seated(role)) == Q(unit_id__in=units)
