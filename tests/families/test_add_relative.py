"""Families: founded, joined, extended by a new relative in one deed, and described as households."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kinkeeper.access.gate import Unseen, may_read
from kinkeeper.access.models import Unit
from kinkeeper.families import actions, queries
from kinkeeper.families.models import Family, Household, HouseholdMember, Kinship, Membership
from kinkeeper.journal.models import Entry
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Name, Person
from tests.conftest import Colleague, hire, register

TODAY = date.today()


def test_a_relative_is_registered_tied_and_put_into_the_family(amina: Colleague, noor: Person) -> None:
    mother = actions.add_relative(
        amina.actor, noor, kind="parent", given="Layla", family="Haddad", sex="F",
        birth=PartialDate.parse("~1990"), birth_by="parent", legally_responsible=True,
    )  # fmt: skip
    assert (mother.unit, mother.name, mother.birth) == (noor.unit, "Layla Haddad", "~1990")
    tie = Kinship.objects.get()
    assert (tie.person, tie.kind, tie.relative, tie.legally_responsible) == (mother, "parent", noor, True)
    family = Family.objects.get()
    assert (family.name, family.unit) == ("Saleh", noor.unit)
    assert [person for _row, person in queries.members_of(amina.actor, family)] == [mother, noor]
    assert list(Entry.objects.order_by("pk").values_list("act", "subject_code")) == [
        ("people.register_person", mother.code), ("families.add_relative", mother.code),
    ]  # fmt: skip


def test_the_next_relative_joins_the_same_family(amina: Colleague, noor: Person, salehs: Family) -> None:
    brother = actions.add_relative(amina.actor, noor, kind="sibling", given="Sami", family="Saleh")
    assert queries.family_of(amina.actor, brother) == queries.family_of(amina.actor, noor) == salehs
    assert Family.objects.count() == 1
    assert [sibling.person for sibling in queries.siblings_of(amina.actor, brother)] == [noor]


def test_a_relative_that_cannot_be_leaves_nothing_behind(amina: Colleague, noor: Person) -> None:
    before = Person.objects.count()
    with pytest.raises(Refused, match="is not older than"):
        actions.add_relative(amina.actor, noor, kind="parent", given="X", birth=PartialDate.of(TODAY))
    assert (Person.objects.count(), Name.objects.count()) == (before, before)
    assert (Family.objects.count(), Kinship.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_others_add_no_relative(bruno: Colleague, noor: Person) -> None:
    with pytest.raises(Unseen):
        actions.add_relative(bruno.actor, noor, kind="parent", given="X")
    director = hire("Petra Director", ("director", noor.unit.programme))
    with pytest.raises(Refused, match="Only workers of this unit"):
        actions.add_relative(director.actor, noor, kind="parent", given="X")
    assert Family.objects.count() == 0


def test_a_family_is_founded_with_its_first_member(amina: Colleague, noor: Person) -> None:
    family = actions.found_family(amina.actor, noor.unit, name=" The  Salehs ", person=noor, starts_on=TODAY)
    assert (family.name, queries.family_of(amina.actor, noor)) == ("The Salehs", family)
    assert list(queries.families(amina.actor)) == [family]
    assert Entry.objects.get().facts == {"subject": noor.unit.code, "person": noor.code, "starts_on": TODAY.isoformat()}


def test_others_found_no_family(amina: Colleague, bruno: Colleague, rosa: Colleague, noor: Person) -> None:
    with pytest.raises(Unseen):
        actions.found_family(bruno.actor, noor.unit, name="X")
    with pytest.raises(Refused, match="Only workers"):
        actions.found_family(rosa.actor, noor.unit, name="X")
    assert Family.objects.count() == 0


def test_a_member_is_added_once(
    amina: Colleague, dalia: Colleague, salehs: Family, noor: Person, village: Unit
) -> None:
    aunt = register(village, "Aya", "Saleh", born=date(1995, 1, 1))
    row = actions.add_member(dalia.actor, salehs, person=aunt)
    assert (row.family, row.person, row.ends_on) == (salehs, aunt, None)
    with pytest.raises(Refused, match="belongs to the family already"):
        actions.add_member(dalia.actor, salehs, person=aunt)
    other = register(village, "Too", "Early")
    with pytest.raises(Refused, match="still to come"):
        actions.add_member(dalia.actor, salehs, person=other, starts_on=TODAY + timedelta(days=1))
    with pytest.raises(Unseen):
        actions.add_member(amina.actor, salehs, person=other)
    assert Membership.objects.count() == 4


def test_others_add_no_member(bruno: Colleague, salehs: Family, noor: Person, other_unit: Unit) -> None:
    stranger = register(other_unit, "Stranger", "Here")
    with pytest.raises(Unseen):
        actions.add_member(bruno.actor, salehs, person=stranger)
    assert queries.members_of(bruno.actor, salehs) == []
    assert queries.family_of(bruno.actor, noor) is None


def test_a_household_is_set_up_and_its_address_known_to_few(
    amina: Colleague, salehs: Family, noor: Person, layla: Person, omar: Person
) -> None:
    first = actions.set_up_household(
        amina.actor, salehs, name="By the river", address="1 River Lane", postcode="R1", members=[noor, layla, omar]
    )
    second = actions.set_up_household(amina.actor, salehs, name="At grandmother’s", members=[omar], starts_on=TODAY)
    assert queries.households_of(amina.actor, salehs) == [(second, [omar]), (first, [noor, layla])]
    assert HouseholdMember.objects.get(person=omar, household=first).ends_on == TODAY
    director = hire("Petra Director", ("director", noor.unit.programme))
    assert may_read(amina.actor, first, "address")
    assert not may_read(director.actor, first, "address")
    assert "River" not in str(list(Entry.objects.values_list("facts", flat=True)))


def test_only_members_live_in_a_household(amina: Colleague, dalia: Colleague, salehs: Family, village: Unit) -> None:
    stranger = register(village, "Stranger", "Here")
    with pytest.raises(Refused, match="Only members of the family"):
        actions.set_up_household(dalia.actor, salehs, name="X", members=[stranger])
    with pytest.raises(Refused, match="still to come"):
        actions.set_up_household(dalia.actor, salehs, name="X", starts_on=TODAY + timedelta(days=1))
    assert Household.objects.count() == 0


def test_others_set_up_no_household(bruno: Colleague, salehs: Family) -> None:
    with pytest.raises(Unseen):
        actions.set_up_household(bruno.actor, salehs, name="X")
    assert queries.households_of(bruno.actor, salehs) == []


def test_many_families_are_brought_in(amina: Colleague, dalia: Colleague, noor: Person, layla: Person) -> None:
    family = Family(unit=noor.unit, name="Saleh")
    actions.bring_in_families(
        dalia.actor,
        noor.unit,
        families=[family],
        memberships=[Membership(family=family, person=noor), Membership(family=family, person=layla)],
        ties=[Kinship(person=layla, kind="parent", relative=noor)],
    )
    assert [relative.word for relative in queries.relatives_of(amina.actor, noor)] == ["mother"]
    assert Entry.objects.get().act == "families.bring_in_families"
    with pytest.raises(Refused, match="Only a supervisor or director"):
        actions.bring_in_families(amina.actor, noor.unit, families=[Family(unit=noor.unit, name="X")])
