"""Actors of one seat, for the tables of who may: no user, no database, only what the gate asks of an actor."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from kinkeeper.access.gate import Actor, Verdict
from kinkeeper.access.models import Role
from kinkeeper.cases.models import Case

HERE, ELSEWHERE = 1, 2
ME, SOMEBODY_ELSE = 7, 8
TODAY = date(2026, 11, 27)
WORKERS = {Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR}
OVERSEERS = {Role.SUPERVISOR, Role.DIRECTOR}
STEP = "G-STEP"


def seated(role: str, unit: int = HERE) -> Actor:
    """Somebody with this role in one unit."""
    return Actor("user:ME", ME, seats=frozenset({(role, unit)}), today=TODAY)


def over_all(role: str) -> Actor:
    """Somebody with this role for the whole association, in no unit."""
    return Actor("user:ME", ME, over_all=frozenset({role}), today=TODAY)


def system(*roles: str) -> Actor:
    """A machine with these roles in the unit."""
    return Actor("machine:system", seats=frozenset((role, HERE) for role in roles), today=TODAY)


SUPERVISOR = seated(Role.SUPERVISOR)


def has_seats(judge: Callable[..., Verdict], roles: Collection[str], words: str) -> None:
    """Insist that a deed has exactly these roles in the unit, none elsewhere, and says why not."""
    for role in Role.values:
        verdict = judge(seated(role))
        assert bool(verdict) is (role in roles), f"{role}: {verdict}"
        assert verdict or words in verdict.sentence, f"{role}: {verdict.sentence}"
        assert not judge(seated(role, ELSEWHERE)), f"{role} of another unit"


def refused(verdict: Verdict) -> tuple[str, str]:
    """The guard and the sentence of a no."""
    assert not verdict
    return verdict.guard, str(verdict.sentence)


def assert_step(verdict: Verdict, words: str) -> None:
    """Insist on a no because of the step."""
    guard, sentence = refused(verdict)
    assert (guard, words in sentence) == (STEP, True), sentence


def case(state: str = Case.State.ACTIVE, worker: int | None = ME, **known: Any) -> Case:
    """A case of the unit at a step."""
    return Case(unit_id=HERE, worker_id=worker, state=state, **known)
