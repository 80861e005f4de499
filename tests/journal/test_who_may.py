"""Who reads the journal, seat by seat. No table is asked: a scope says by itself which rows it lets through."""

from __future__ import annotations

import pytest
from django.db.models import Q

from kinkeeper.access.gate import EVERYTHING, NOTHING, Actor
from kinkeeper.access.models import Role
from kinkeeper.journal import policy

HERE = 1


def seated(role: str) -> Actor:
    """Somebody with this role in one unit."""
    return Actor("user:X", 7, seats=frozenset({(role, HERE)}))


def over_all(role: str) -> Actor:
    """Somebody with this role for the whole association, without a unit."""
    return Actor("user:X", 7, over_all=frozenset({role}))


@pytest.mark.parametrize("role", Role.values)
def test_entries_and_refusals_are_read_by_those_who_oversee_and_audit_a_unit(role: str) -> None:
    reads = frozenset({HERE}) if role in {Role.SUPERVISOR, Role.DIRECTOR, Role.AUDITOR} else frozenset()
    assert policy.entries(seated(role)) == Q(unit_id__in=reads)
    assert policy.refusals(seated(role)) == Q(unit_id__in=reads)


@pytest.mark.parametrize("role", Role.values)
def test_former_states_and_erasures_are_no_list_for_anybody(role: str) -> None:
    for actor in (seated(role), over_all(role)):
        assert policy.history(actor) == NOTHING
        assert policy.erasures(actor) == NOTHING


@pytest.mark.parametrize("role", Role.values)
def test_the_chain_is_the_auditors_and_jobs_are_the_administrators(role: str) -> None:
    assert policy.links(over_all(role)) == (EVERYTHING if role == Role.AUDITOR else NOTHING)
    assert policy.jobs(over_all(role)) == (EVERYTHING if role == Role.ADMINISTRATOR else NOTHING)
    assert bool(policy.may_try_jobs_again(over_all(role))) is (role == Role.ADMINISTRATOR)
    assert policy.links(seated(role)) == policy.jobs(seated(role)) == NOTHING
    assert not policy.may_try_jobs_again(seated(role))


def test_looks_are_read_by_their_reader() -> None:
    assert policy.looks(seated(Role.SUPERVISOR)) == Q(user_id=7)
    assert policy.looks(Actor("machine:x")) == NOTHING
