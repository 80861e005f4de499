"""Who changes how somebody comes in: each for themselves, and the directory for its accounts. No table is asked."""

from __future__ import annotations

import pytest

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Association, Role, SignedInDevice, User
from kinkeeper.entrance import policy
from tests.seats import ME, SOMEBODY_ELSE, over_all, refused

ROSA = over_all(Role.ADMINISTRATOR)
DIRECTORY = Actor("machine:directory")
ONESELF = [
    policy.may_add_passkey,
    policy.may_add_app,
    policy.may_renew_recovery_codes,
    policy.may_remove_factor,
    policy.may_end_other_sessions,
]


@pytest.mark.parametrize("judge", ONESELF)
def test_everybody_changes_their_own_way_in_and_no_other(judge) -> None:
    assert judge(ROSA, User(pk=ME))
    assert "Only the person themselves" in refused(judge(ROSA, User(pk=SOMEBODY_ELSE)))[1]


def test_a_session_is_ended_by_the_one_whose_it_is() -> None:
    assert policy.may_end_session(ROSA, SignedInDevice(user_id=ME))
    assert "ends a session" in refused(policy.may_end_session(ROSA, SignedInDevice(user_id=SOMEBODY_ELSE)))[1]


def test_the_directory_alone_keeps_its_accounts() -> None:
    known = User(pk=ME, is_active=True)
    for actor, answer in ((DIRECTORY, True), (ROSA, False), (Actor("machine:worker"), False)):
        assert bool(policy.may_tie_to_directory(actor, known)) is answer
        assert bool(policy.may_provision_user(actor, Association())) is answer
        assert bool(policy.may_describe_user(actor, known)) is answer
    assert "directory does this" in refused(policy.may_provision_user(ROSA, Association()))[1]


def test_an_account_is_tied_once_and_while_it_is_open() -> None:
    for taken in (User(pk=ME, is_active=True, external_id="x"), User(pk=ME, is_active=False)):
        assert "belongs to somebody else" in refused(policy.may_tie_to_directory(DIRECTORY, taken))[1]
