"""Who sees, makes and revokes tokens. No table is asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db.models import Q
from django.utils import timezone

from kinkeeper.access.gate import EVERYTHING, NOTHING, Actor
from kinkeeper.access.models import Association, Role, User
from kinkeeper.interface import policy
from kinkeeper.interface.models import Token

WORKER = Actor("user:X", 7, seats=frozenset({(Role.CASEWORKER, 1)}))
ROSA = Actor("user:R", 9, over_all=frozenset({Role.ADMINISTRATOR}))
NOBODY = Actor("user:N", 8)
MACHINE = Actor("machine:setup", over_all=frozenset({Role.ADMINISTRATOR}))


def test_a_token_is_seen_by_its_worker_and_the_administrator() -> None:
    assert policy.tokens(WORKER) == Q(owner_id=7)
    assert policy.tokens(ROSA) == EVERYTHING
    assert policy.tokens(Actor("machine:worker")) == NOTHING
    assert policy.kept_answers(ROSA) == policy.kept_answers(WORKER) == NOTHING


def test_a_token_is_made_by_the_person_themselves_who_has_a_seat() -> None:
    assert policy.may_make_token(WORKER, User(pk=7))
    assert policy.may_make_token(ROSA, User(pk=9))
    assert "themselves" in policy.may_make_token(WORKER, User(pk=8)).sentence
    assert "themselves" in policy.may_make_token(replace(WORKER, token="T"), User(pk=7)).sentence
    assert "Without a seat" in policy.may_make_token(NOBODY, User(pk=8)).sentence


@pytest.mark.parametrize("role", Role.values)
def test_a_device_is_let_in_by_the_administrator(role: str) -> None:
    actor = Actor("user:X", 7, over_all=frozenset({role}))
    assert bool(policy.may_make_device_token(actor, Association())) is (role == Role.ADMINISTRATOR)
    assert not policy.may_make_device_token(replace(actor, token="T"), Association())


def test_a_token_is_revoked_by_its_owner_or_the_administrator_once() -> None:
    own, device = Token(owner_id=7), Token(owner_id=None)
    assert policy.may_revoke_token(WORKER, own)
    assert policy.may_revoke_token(ROSA, own)
    assert policy.may_revoke_token(ROSA, device)
    for actor, token in ((NOBODY, own), (WORKER, device), (Actor("machine:worker"), device)):
        assert "Only its owner or an administrator" in policy.may_revoke_token(actor, token).sentence
    assert "revoked already" in policy.may_revoke_token(WORKER, Token(owner_id=7, revoked_at=timezone.now())).sentence


def test_all_tokens_of_an_account_are_revoked_by_the_system() -> None:
    assert policy.may_revoke_tokens_of(MACHINE, User(pk=7))
    assert not policy.may_revoke_tokens_of(ROSA, User(pk=7))
    assert not policy.may_revoke_tokens_of(Actor("machine:worker"), User(pk=7))
    assert not policy.may_revoke_tokens_of(WORKER, User(pk=7))
