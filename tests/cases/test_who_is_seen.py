"""Whom a caseworker sees: the children of the open cases, and who belongs to their families now."""

from __future__ import annotations

from datetime import date

from kinkeeper.access.gate import seen
from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Family, Membership
from kinkeeper.people.models import Person
from tests.conftest import Colleague, register

TODAY = date.today()


def test_whoever_left_the_family_is_not_seen_nor_the_family_that_the_child_left(
    amina: Colleague, noors_case: Case, village: Unit
) -> None:
    noor = noors_case.child
    mother, uncle, stepfather = (register(village, name, "Saleh") for name in ("Layla", "Samir", "Karim"))
    ours, before = (Family.objects.create(unit=village, name=name) for name in ("Saleh", "Before"))
    for family, person, ends_on in (
        (ours, noor, None), (ours, mother, None), (ours, uncle, TODAY), (before, noor, TODAY), (before, stepfather, None),
    ):  # fmt: skip
        Membership.objects.create(family=family, person=person, ends_on=ends_on)
    assert set(seen(amina.actor, Person)) == {noor, mother}
    assert set(seen(amina.actor, Family)) == {ours}
