"""Who sees how the installation runs, and who writes down what was backed up. No table is asked."""

from __future__ import annotations

import pytest

from kinkeeper.access.gate import EVERYTHING, NOTHING, Actor
from kinkeeper.access.models import Role
from kinkeeper.upkeep import policy
from kinkeeper.upkeep.models import Backup

KEEPER = Actor("machine:backup")


@pytest.mark.parametrize("role", Role.values)
def test_the_administrator_of_the_association_sees_it_and_nobody_else(role: str) -> None:
    actor = Actor("user:X", 7, over_all=frozenset({role}))
    administers = role == Role.ADMINISTRATOR
    for scope in (policy.backups, policy.workers, policy.chores):
        assert scope(actor) == (EVERYTHING if administers else NOTHING)
        assert scope(Actor("user:X", 7, seats=frozenset({(role, 1)}))) == NOTHING
    assert bool(policy.may_keep_running(actor)) is administers


def test_the_command_that_backs_up_sees_backups_and_no_more() -> None:
    assert policy.backups(KEEPER) == EVERYTHING
    assert policy.workers(KEEPER) == policy.chores(KEEPER) == NOTHING
    assert not policy.may_keep_running(KEEPER)


def test_only_that_command_writes_down_a_backup_and_its_proof() -> None:
    rosa = Actor("user:X", 7, over_all=frozenset({Role.ADMINISTRATOR}))
    assert policy.may_note_backup(KEEPER)
    assert policy.may_note_verification(KEEPER, Backup())
    for other in (rosa, Actor("machine:worker")):
        assert not policy.may_note_backup(other)
        assert not policy.may_note_verification(other, Backup())
        assert policy.backups(Actor("machine:worker")) == NOTHING
