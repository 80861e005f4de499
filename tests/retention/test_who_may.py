"""Who keeps, erases and hands over, seat by seat and step by step. No table is asked: rows that were never stored do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Q

from kinkeeper.access.gate import NOTHING, Actor, Verdict
from kinkeeper.access.models import Association, Role
from kinkeeper.people.models import Person
from kinkeeper.retention import policy
from kinkeeper.retention.models import AccessRequest, Disposal, Hold, Redaction

HERE, ELSEWHERE = 1, 2
TODAY = date(2026, 11, 27)
OVERSEERS = {Role.SUPERVISOR, Role.DIRECTOR}
RECEIVERS = {Role.CASEWORKER, Role.YOUTH_WORKER, *OVERSEERS}
State = AccessRequest.State


def seated(role: str, unit: int = HERE) -> Actor:
    """Somebody with this role in a unit."""
    return Actor("user:X", 7, seats=frozenset({(role, unit)}), today=TODAY)


def hold(**known: Any) -> Hold:
    """A hold on somebody of the unit."""
    return Hold(person=Person(unit_id=HERE), **known)


def asked(state: str = State.RECEIVED, **known: Any) -> AccessRequest:
    """A request for the file of somebody of the unit."""
    return AccessRequest(person=Person(unit_id=HERE), state=state, **{"due_on": TODAY, **known})


def disposal(**known: Any) -> Disposal:
    """An erasure of somebody of the unit that another one confirmed."""
    return Disposal(person=Person(unit_id=HERE), **{"first_by_id": 8, **known})


def thing(state: str = State.PROVEN) -> Redaction:
    """Something to weigh."""
    return Redaction(request=asked(state))


DEEDS: list[tuple[Callable[[Actor], Verdict], set[Role], str]] = [
    (lambda actor: policy.may_set_hold(actor, Person(unit_id=HERE)), OVERSEERS, "supervisor or director"),
    (lambda actor: policy.may_lift_hold(actor, hold()), OVERSEERS, "supervisor or director"),
    (lambda actor: policy.may_decline_erasure(actor, disposal()), OVERSEERS, "supervisor or director"),
    (lambda actor: policy.may_refuse_request(actor, asked()), OVERSEERS, "supervisor or director"),
    (lambda actor: policy.may_refuse_request(actor, asked(State.PROVEN)), OVERSEERS, "supervisor or director"),
    (lambda actor: policy.may_extend_answer(actor, asked()), OVERSEERS, "supervisor or director"),
    (lambda actor: policy.may_extend_answer(actor, asked(State.PROVEN)), OVERSEERS, "supervisor or director"),
    (lambda actor: policy.may_receive_request(actor, Person(unit_id=HERE)), RECEIVERS, "Only workers of this person"),
    (lambda actor: policy.may_prove_identity(actor, asked()), RECEIVERS, "Only workers of this person"),
    (lambda actor: policy.may_collect(actor, asked(State.PROVEN)), {Role.SUPERVISOR}, "Only a supervisor of"),
    (lambda actor: policy.may_decide_redaction(actor, thing()), {Role.SUPERVISOR}, "Only a supervisor of"),
    (lambda actor: policy.may_decide_alike(actor, thing()), {Role.SUPERVISOR}, "Only a supervisor of"),
    (
        lambda actor: policy.may_download_file(actor, asked(State.RELEASED, expires_on=TODAY)),
        {Role.SUPERVISOR},
        "Only a supervisor of",
    ),
]


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("place", range(len(DEEDS)))
def test_each_deed_has_its_seats_in_the_unit(place: int, role: str) -> None:
    judge, roles, words = DEEDS[place]
    verdict = judge(seated(role))
    assert bool(verdict) is (role in roles)
    assert verdict or words in verdict.sentence
    assert not judge(seated(role, ELSEWHERE))
    assert not judge(Actor("machine:x", seats=frozenset({(role, HERE)}), today=TODAY))


@pytest.mark.parametrize("role", sorted(set(Role.values) - OVERSEERS))
def test_proposing_confirming_and_releasing_begin_with_the_seat(role: str) -> None:
    for verdict in (
        policy.may_propose_erasure(seated(role), Person(unit_id=HERE)),
        policy.may_confirm_erasure(seated(role), disposal()),
        policy.may_release_file(seated(role), asked(State.PROVEN)),
    ):
        assert "supervisor or director" in verdict.sentence


@pytest.mark.parametrize("role", Role.values)
def test_what_is_seen(role: str) -> None:
    oversees = frozenset({HERE}) if role in OVERSEERS else frozenset()
    assert policy.disposals(seated(role)) == Q(person__unit_id__in=oversees)
    supervises = frozenset({HERE}) if role == Role.SUPERVISOR else frozenset()
    assert policy.redactions(seated(role)) == Q(request__person__unit_id__in=supervises)
    assert policy.ledger_lines(seated(role)) == NOTHING


def refused(verdict: Verdict) -> tuple[str, str]:
    """The guard and the sentence of a no."""
    assert not verdict
    return verdict.guard, str(verdict.sentence)


SUPERVISOR = seated(Role.SUPERVISOR)


def test_a_hold_is_lifted_once() -> None:
    assert refused(policy.may_lift_hold(SUPERVISOR, hold(lifted_on=TODAY))) == (
        "G-STEP", "This hold has been lifted already.",
    )  # fmt: skip


@pytest.mark.parametrize("state", [Disposal.State.DECLINED, Disposal.State.DONE])
def test_an_erasure_is_answered_once_and_by_somebody_else(state: str) -> None:
    for judge in (policy.may_confirm_erasure, policy.may_decline_erasure):
        assert refused(judge(SUPERVISOR, disposal(state=state))) == ("G-STEP", "This has been answered already.")
    assert refused(policy.may_confirm_erasure(SUPERVISOR, disposal(first_by_id=7)))[0] == "G-TWO"
    assert policy.may_decline_erasure(SUPERVISOR, disposal(first_by_id=7))


def test_only_restoring_erases_again() -> None:
    assert policy.may_replay_erasures(Actor("machine:restore"), Association())
    for other in (Actor("machine:worker"), Actor("machine:restore", 7), SUPERVISOR):
        assert "Only restoring" in refused(policy.may_replay_erasures(other, Association()))[1]


STEPS: list[tuple[Callable[[Actor, Any], Verdict], set[str], str]] = [
    (policy.may_prove_identity, {State.RECEIVED}, "This request is past that step."),
    (policy.may_collect, {State.PROVEN}, "First it has to be proven who asks."),
    (policy.may_refuse_request, {State.RECEIVED, State.PROVEN}, "This request has been answered already."),
    (policy.may_extend_answer, {State.RECEIVED, State.PROVEN}, "This request has been answered already."),
    (policy.may_download_file, {State.RELEASED}, "This file has not been released."),
]


@pytest.mark.parametrize("state", State.values)
def test_each_deed_on_a_request_has_its_steps(state: str) -> None:
    for judge, states, sentence in STEPS:
        verdict = judge(SUPERVISOR, asked(state, expires_on=TODAY))
        assert verdict if state in states else refused(verdict) == ("G-STEP", sentence)
    weighed = policy.may_decide_redaction(SUPERVISOR, thing(state))
    said = ("G-STEP", "This request has been answered already.")
    assert weighed if state == State.PROVEN else refused(weighed) == said
    if state != State.PROVEN:
        assert refused(policy.may_release_file(SUPERVISOR, asked(state))) == (
            "G-STEP", "This request is not at that step.",
        )  # fmt: skip


def test_an_answer_is_put_off_once_and_in_time() -> None:
    again = refused(policy.may_extend_answer(SUPERVISOR, asked(extended_on=TODAY)))
    assert again == ("G-STEP", "This answer has been put off already. It cannot be put off twice.")
    assert policy.may_extend_answer(SUPERVISOR, asked(due_on=TODAY + timedelta(days=1)))
    late = refused(policy.may_extend_answer(SUPERVISOR, asked(due_on=TODAY - timedelta(days=1))))
    assert late[0] == "G-TIME"


@pytest.mark.parametrize("expires_on", [None, TODAY - timedelta(days=1)])
def test_a_file_is_fetched_until_its_last_day(expires_on: date | None) -> None:
    assert policy.may_download_file(SUPERVISOR, asked(State.RELEASED, expires_on=TODAY + timedelta(days=1)))
    over = refused(policy.may_download_file(SUPERVISOR, asked(State.RELEASED, expires_on=expires_on)))
    assert over[0] == "G-TIME"
