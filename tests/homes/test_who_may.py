"""Who keeps homes, carers and approvals, seat by seat and step by step. No table is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q

from kinkeeper.access.gate import NOTHING, Verdict
from kinkeeper.access.models import Role, Unit
from kinkeeper.homes import policy
from kinkeeper.homes.models import Approval, Carer, Home, HouseMember
from tests.seats import HERE, OVERSEERS, STEP, SUPERVISOR, TODAY, WORKERS, has_seats, refused, seated

HOME, CLOSED = Home(unit_id=HERE), Home(unit_id=HERE, closed_on=TODAY)
ON_HOLD = Approval(home=HOME, suspended_on=TODAY)
DEEDS: list[tuple[Callable[[Any, Any], Verdict], Any]] = [
    (policy.may_open_home, Unit(pk=HERE)),
    (policy.may_describe_home, HOME),
    (policy.may_appoint_carer, HOME),
    (policy.may_end_carer, Carer(home=HOME)),
    (policy.may_approve_home, HOME),
    (policy.may_suspend_approval, Approval(home=HOME)),
    (policy.may_lift_suspension, ON_HOLD),
    (policy.may_end_approval, Approval(home=HOME)),
    (policy.may_add_house_member, HOME),
    (policy.may_end_house_member, HouseMember(home=HOME)),
    (policy.may_record_background_check, HOME),
    (policy.may_record_training, HOME),
]


@pytest.mark.parametrize("place", range(len(DEEDS)))
def test_homes_are_kept_by_the_supervisor_of_the_unit(place: int) -> None:
    judge, subject = DEEDS[place]
    has_seats(lambda actor: judge(actor, subject), {Role.SUPERVISOR}, "Only a supervisor of this unit")


def test_homes_are_brought_in_by_those_who_oversee() -> None:
    has_seats(lambda actor: policy.may_bring_in_homes(actor, Unit(pk=HERE)), OVERSEERS, "many records at once")


def test_a_closed_home_stays_as_it_is() -> None:
    assert "already closed" in refused(policy.may_close_home(SUPERVISOR, CLOSED))[1]
    assert "Only a supervisor" in refused(policy.may_close_home(seated(Role.DIRECTOR), HOME))[1]
    for judge in (
        policy.may_approve_home,
        policy.may_add_house_member,
        policy.may_record_background_check,
        policy.may_record_training,
    ):
        assert refused(judge(SUPERVISOR, CLOSED)) == (STEP, "This home is closed.")


def test_what_has_ended_does_not_end_again() -> None:
    assert "no longer cares" in refused(policy.may_end_carer(SUPERVISOR, Carer(home=HOME, ends_on=TODAY)))[1]
    assert (
        "no longer lives" in refused(policy.may_end_house_member(SUPERVISOR, HouseMember(home=HOME, ends_on=TODAY)))[1]
    )


def test_an_approval_is_put_on_hold_and_in_force_again() -> None:
    assert refused(policy.may_suspend_approval(SUPERVISOR, ON_HOLD)) == (STEP, "This approval is on hold already.")
    not_held = refused(policy.may_lift_suspension(SUPERVISOR, Approval(home=HOME)))
    assert not_held == (STEP, "This approval is not on hold.")


def test_an_approval_that_ended_is_left_alone() -> None:
    tomorrow = TODAY + timedelta(days=1)
    for judge, held in (
        (policy.may_suspend_approval, None),
        (policy.may_lift_suspension, TODAY),
        (policy.may_end_approval, None),
    ):
        over = Approval(home=HOME, suspended_on=held, ends_on=TODAY)
        assert refused(judge(SUPERVISOR, over)) == (STEP, "This approval has ended. Record a new one.")
        assert judge(SUPERVISOR, Approval(home=HOME, suspended_on=held, ends_on=tomorrow))


@pytest.mark.parametrize("role", Role.values)
def test_homes_are_seen_by_who_works_in_their_unit(role: str) -> None:
    reads = role in {*WORKERS, Role.DIRECTOR}
    assert policy.homes(seated(role)) == Q(unit_id__in=frozenset({HERE}) if reads else frozenset())
    assert (policy.adults_of_my_homes(seated(role)) == NOTHING) is not reads
