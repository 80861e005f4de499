"""Who keeps families and ties, seat by seat. No table is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q

from kinkeeper.access.gate import Verdict
from kinkeeper.access.models import Role, Unit
from kinkeeper.families import policy
from kinkeeper.families.models import Family, Kinship, Support
from kinkeeper.people.models import Person
from tests.seats import ELSEWHERE, HERE, OVERSEERS, SUPERVISOR, TODAY, WORKERS, has_seats, refused, seated, system

PERSON, FAMILY = Person(unit_id=HERE), Family(unit_id=HERE)
STRANGER = Person(unit_id=ELSEWHERE)
DEEDS: list[tuple[Callable[[Any, Any], Verdict], Any]] = [
    (policy.may_found_family, Unit(pk=HERE)),
    (policy.may_add_member, FAMILY),
    (policy.may_add_relative, PERSON),
    (policy.may_tie_kin, PERSON),
    (policy.may_add_support, PERSON),
    (policy.may_end_support, Support(child=PERSON)),
    (policy.may_set_up_household, FAMILY),
    (policy.may_end_tie, Kinship(person=PERSON, relative=PERSON)),
    (policy.may_set_contact_rule, Kinship(person=PERSON, relative=PERSON)),
]


@pytest.mark.parametrize("place", range(len(DEEDS)))
def test_families_are_kept_by_the_workers_of_the_unit(place: int) -> None:
    judge, subject = DEEDS[place]
    has_seats(lambda actor: judge(actor, subject), WORKERS, "Only workers of this unit")


def test_many_families_are_brought_in_by_those_who_oversee() -> None:
    has_seats(lambda actor: policy.may_bring_in_families(actor, Unit(pk=HERE)), OVERSEERS, "many records at once")


@pytest.mark.parametrize(("person", "relative"), [(PERSON, STRANGER), (STRANGER, PERSON)])
def test_a_tie_is_ended_from_either_side_once(person: Person, relative: Person) -> None:
    tie = Kinship(person=person, relative=relative)
    assert policy.may_end_tie(SUPERVISOR, tie)
    assert not policy.may_end_tie(seated(Role.SUPERVISOR, 3), tie)
    ended = Kinship(person=person, relative=relative, ends_on=TODAY)
    for judge in (policy.may_end_tie, policy.may_set_contact_rule):
        assert "already ended" in refused(judge(SUPERVISOR, ended))[1]


def test_responsibility_ends_where_there_is_some() -> None:
    assert "no legal responsibility" in refused(
        policy.may_end_legal_responsibility(SUPERVISOR, Kinship(person=PERSON, relative=PERSON))
    )[1]  # fmt: skip
    tie = Kinship(person=PERSON, relative=PERSON, legally_responsible=True, kind="parent")
    assert policy.may_end_legal_responsibility(SUPERVISOR, tie)
    assert not policy.may_end_legal_responsibility(seated(Role.DIRECTOR), tie)


def test_who_no_longer_matters_is_ended_once() -> None:
    assert "already ended" in refused(policy.may_end_support(SUPERVISOR, Support(child=PERSON, ends_on=TODAY)))[1]


def test_a_family_is_moved_by_the_system_alone() -> None:
    assert policy.may_move_family_to_unit(system(Role.SUPERVISOR), FAMILY)
    for actor in (SUPERVISOR, system(), system(Role.DIRECTOR)):
        assert "transfer of the case" in refused(policy.may_move_family_to_unit(actor, FAMILY))[1]


@pytest.mark.parametrize("role", Role.values)
def test_families_are_seen_by_those_who_oversee_their_unit(role: str) -> None:
    units = frozenset({HERE}) if role in OVERSEERS else frozenset()
    assert policy.families(seated(role)) == Q(unit_id__in=units)
