"""Who keeps partners, shares, refers and transfers, seat by seat and step by step. No table is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q

from kinkeeper.access import gate
from kinkeeper.access.gate import Verdict
from kinkeeper.access.models import Role, Unit
from kinkeeper.cases.models import Case
from kinkeeper.sharing import policy
from kinkeeper.sharing.models import Partner, PartnerReferral, Share, Transfer
from tests.seats import (
    ELSEWHERE,
    HERE,
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
)

State, Sent = Case.State, PartnerReferral.State
WORKS_ON = "Only the worker of this case or a supervisor"
PARTNER = Partner(unit_id=HERE)


PARTNERS: list[tuple[Callable[[Any, Any], Verdict], Any]] = [
    (policy.may_add_partner, Unit(pk=HERE)),
    (policy.may_describe_partner, PARTNER),
    (policy.may_close_partner, PARTNER),
]
WORK: list[tuple[Callable[[Any, Any], Verdict], Callable[[Case], Any]]] = [
    (policy.may_preview_sheet, lambda case: case),
    (policy.may_share, lambda case: case),
    (policy.may_refer_to_partner, lambda case: case),
    (policy.may_acknowledge_share, lambda case: Share(case=case)),
    (policy.may_revoke_share, lambda case: Share(case=case)),
    (policy.may_answer_referral, lambda case: PartnerReferral(case=case, state=Sent.SENT)),
    (policy.may_record_attendance, lambda case: PartnerReferral(case=case, state=Sent.ACCEPTED)),
    (policy.may_record_feedback, lambda case: PartnerReferral(case=case, state=Sent.ACCEPTED)),
]


@pytest.mark.parametrize("place", range(len(PARTNERS)))
def test_partners_are_kept_by_the_supervisor(place: int) -> None:
    judge, subject = PARTNERS[place]
    has_seats(lambda actor: judge(actor, subject), {Role.SUPERVISOR}, "can change its partners")


@pytest.mark.parametrize("place", range(len(WORK)))
def test_things_are_handed_over_by_the_worker_of_the_case(place: int) -> None:
    judge, about = WORK[place]
    has_seats(lambda actor: judge(actor, about(case())), WORKERS, WORKS_ON)
    for worker in (SOMEBODY_ELSE, None):
        has_seats(lambda actor, worker=worker: judge(actor, about(case(worker=worker))), {Role.SUPERVISOR}, WORKS_ON)


def test_what_is_over_is_over() -> None:
    gone = Partner(unit_id=HERE, closed_on=TODAY)
    for judge in (policy.may_describe_partner, policy.may_close_partner):
        assert_step(judge(SUPERVISOR, gone), "no longer work with")
    for over in (policy.may_preview_sheet, policy.may_share, policy.may_refer_to_partner):
        assert_step(over(SUPERVISOR, case(closed_on=TODAY)), "This case is closed")
    assert_step(
        policy.may_acknowledge_share(SUPERVISOR, Share(case=case(), acknowledged_on=TODAY)), "confirmed already"
    )
    revoked = Share(case=case(), revoked_on=TODAY)
    assert_step(policy.may_acknowledge_share(SUPERVISOR, revoked), "has been revoked")
    assert_step(policy.may_revoke_share(SUPERVISOR, revoked), "revoked already")
    assert policy.may_revoke_share(SUPERVISOR, Share(case=case(closed_on=TODAY)))


@pytest.mark.parametrize("state", Sent.values)
def test_a_referral_has_its_steps(state: str) -> None:
    sent = PartnerReferral(case=case(), state=state)
    answers, went = policy.may_answer_referral(SUPERVISOR, sent), policy.may_record_attendance(SUPERVISOR, sent)
    came = policy.may_record_feedback(SUPERVISOR, sent)
    assert bool(answers) is (state == Sent.SENT)
    assert bool(went) is (state in {Sent.ACCEPTED, Sent.MISSED})
    assert bool(came) is (state not in {Sent.REJECTED, Sent.CLOSED})
    for verdict in (answers, went, came):
        assert verdict or verdict.guard == STEP
    if not came:
        assert ("partner declined" in came.sentence) is (state == Sent.REJECTED)


@pytest.mark.parametrize("state", State.values)
def test_a_case_is_offered_by_its_supervisor_while_it_is_at_work(state: str) -> None:
    if state == State.TRANSFER_PENDING:
        assert_step(policy.may_offer_transfer(SUPERVISOR, case(state)), "offered already")
    elif state not in Case.AT_WORK:
        assert_step(policy.may_offer_transfer(SUPERVISOR, case(state)), "a plan is carried out")
    else:
        for actor in (seated(Role.DIRECTOR), seated(Role.CASEWORKER), seated(Role.SUPERVISOR, ELSEWHERE)):
            assert "offer a case to others" in refused(policy.may_offer_transfer(actor, case(state)))[1]


def offer(
    state: str = Transfer.State.OFFERED, unit_to: int | None = None, step: str = State.TRANSFER_PENDING
) -> Transfer:
    """A transfer of a case of the unit, to another organisation unless a unit is named."""
    return Transfer(case=case(step), state=state, unit_to_id=unit_to)


@pytest.mark.parametrize("judge", [policy.may_accept_transfer, policy.may_decline_transfer])
def test_an_offer_is_answered_by_the_supervisor_who_receives_it(judge: Callable[[Any, Any], Verdict]) -> None:
    for role in Role.values:
        receiving = judge(seated(role, ELSEWHERE), offer(unit_to=ELSEWHERE))
        assert bool(receiving) is (role == Role.SUPERVISOR)
        assert receiving or "to which the case is offered" in receiving.sentence
        assert not judge(seated(role), offer(unit_to=ELSEWHERE))
    has_seats(lambda actor: judge(actor, offer()), {Role.SUPERVISOR}, "answer of another organisation")


def test_an_offer_is_withdrawn_by_the_supervisor_who_sent_it() -> None:
    has_seats(lambda actor: policy.may_withdraw_transfer(actor, offer()), {Role.SUPERVISOR}, "withdraw the offer")


@pytest.mark.parametrize("state", sorted(set(Transfer.State.values) - {Transfer.State.OFFERED}))
def test_an_offer_is_answered_or_withdrawn_once(state: str) -> None:
    for judge in (policy.may_accept_transfer, policy.may_decline_transfer, policy.may_withdraw_transfer):
        assert_step(judge(SUPERVISOR, offer(state)), "answered or withdrawn already")
    assert_step(
        policy.may_accept_transfer(SUPERVISOR, offer(state, step=State.CLOSED)), "answered or withdrawn already"
    )


def test_a_case_that_ended_meanwhile_is_not_taken_over() -> None:
    assert_step(policy.may_accept_transfer(SUPERVISOR, offer(step=State.CLOSED)), "has ended meanwhile")
    assert policy.may_decline_transfer(SUPERVISOR, offer(step=State.CLOSED))


@pytest.mark.parametrize("role", Role.values)
def test_partners_are_seen_in_their_unit_and_offers_where_they_arrive(role: str) -> None:
    reads = role in {*WORKERS, Role.DIRECTOR}
    assert policy.partners(seated(role)) == Q(unit_id__in=frozenset({HERE}) if reads else frozenset())
    mine = frozenset({HERE}) if role == Role.SUPERVISOR else frozenset()
    states = [Transfer.State.OFFERED, Transfer.State.ACCEPTED]
    assert policy.transfers(seated(role)) == gate.through(seated(role), Case, "case") | Q(
        unit_to_id__in=mine, state__in=states
    )  # fmt: skip
