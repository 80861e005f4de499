"""Drafts are their writer’s alone."""

from __future__ import annotations

from django.db.models import Q

from kinkeeper.access.gate import NOTHING, Actor
from kinkeeper.access.models import Role
from kinkeeper.drafts import policy


def test_only_the_writer_sees_a_draft() -> None:
    seats = frozenset((role, 1) for role in Role.values)
    assert policy.drafts(Actor("user:X", 7, seats=seats, over_all=frozenset(Role.values))) == Q(owner_id=7)
    assert policy.drafts(Actor("machine:worker", seats=seats)) == NOTHING
