"""Who stands around a person in a picture: kin of kin, partners who parted; not the families of foster parents."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kinkeeper.access.models import Unit
from kinkeeper.families import queries
from kinkeeper.families.models import Kinship
from kinkeeper.people.models import Person
from tests.conftest import Colleague, register


def around(colleague: Colleague, person: Person) -> set[str]:
    """The given names around a person."""
    return {other.name.split()[0] for other in queries.kin_around(colleague.actor, person)[1].values()}


def test_kin_of_kin_and_who_parted_but_not_what_ended(
    dalia: Colleague, noor: Person, layla: Person, village: Unit
) -> None:
    gran, ex, former = (register(village, given, "Saleh") for given in ("Gran", "Ex", "Former"))
    Kinship.objects.create(person=layla, kind="parent", relative=noor)
    Kinship.objects.create(person=gran, kind="parent", relative=layla)
    Kinship.objects.create(person=layla, kind="partner", relative=ex, ends_on=date(2020, 1, 1))
    Kinship.objects.create(person=former, kind="guardian", relative=noor, ends_on=date(2020, 1, 1))
    assert around(dalia, noor) == {"Noor", "Layla", "Gran", "Ex"}


def test_foster_parents_bring_each_other_but_not_their_family(dalia: Colleague, noor: Person, village: Unit) -> None:
    grace, paul, other = (register(village, given, "Okafor") for given in ("Grace", "Paul", "Other"))
    for carer in (grace, paul):
        Kinship.objects.create(person=carer, kind="foster_parent", relative=noor)
    Kinship.objects.create(person=grace, kind="partner", relative=paul)
    Kinship.objects.create(person=grace, kind="parent", relative=other)
    assert around(dalia, noor) == {"Noor", "Grace", "Paul"}
    assert {tie.kind for tie in queries.kin_around(dalia.actor, noor)[0]} == {"foster_parent", "partner"}


def test_a_picture_has_an_end(dalia: Colleague, noor: Person, village: Unit) -> None:
    for number in range(queries.MOST_AROUND + 5):
        Kinship.objects.create(person=noor, kind="cousin", relative=register(village, f"Cousin{number}", "Saleh"))
    assert len(queries.kin_around(dalia.actor, noor)[1]) == queries.MOST_AROUND


@pytest.mark.parametrize("rows", [1, 3])
def test_the_picture_is_read_in_four_questions(
    rows: int, dalia: Colleague, noor: Person, village: Unit, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        Kinship.objects.create(person=noor, kind="sibling", relative=register(village, f"S{number}", "Saleh"))
    actor = dalia.actor
    with django_assert_num_queries(4):
        assert len(queries.kin_around(actor, noor)[0]) == rows
