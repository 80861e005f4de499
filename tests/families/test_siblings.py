"""Brothers and sisters: recorded, or known through the parents they share."""

from __future__ import annotations

from datetime import date

import pytest

from kinkeeper.access.models import Unit
from kinkeeper.families import queries
from kinkeeper.families.models import Kinship
from kinkeeper.people.models import Person, Sex
from tests.conftest import Colleague, register


@pytest.fixture
def tree(village: Unit) -> dict[str, Person]:
    """Two mothers, two fathers and four children; only some parents are recorded."""
    born = {"Ana": 2010, "Ben": 2012, "Cleo": 2014, "Dan": 2016}
    people = {
        name: register(
            village, name, "Tree", born=date(year, 1, 1), sex=Sex.FEMALE if name in {"Ana", "Cleo"} else Sex.MALE
        )
        for name, year in born.items()
    } | {name: register(village, name, "Tree", born=date(1980, 1, 1)) for name in ("Mother", "Father", "Other father")}
    parents = {
        "Ana": ["Mother", "Father"],
        "Ben": ["Mother", "Father"],
        "Cleo": ["Mother", "Other father"],
        "Dan": ["Mother"],
    }
    for child, both in parents.items():
        for parent in both:
            Kinship.objects.create(person=people[parent], kind="parent", relative=people[child])
    return people


def words(colleague: Colleague, person: Person) -> list[tuple[str, str]]:
    found = queries.siblings_of(colleague.actor, person)
    return [(sibling.word, sibling.person.name.split()[0] if sibling.person else "?") for sibling in found]


def test_shared_parents_make_brothers_and_sisters(dalia: Colleague, tree: dict[str, Person]) -> None:
    assert words(dalia, tree["Ana"]) == [("brother", "Ben"), ("half-sister", "Cleo"), ("brother", "Dan")]
    assert words(dalia, tree["Cleo"]) == [("half-sister", "Ana"), ("half-brother", "Ben"), ("brother", "Dan")]
    assert words(dalia, tree["Dan"]) == [("sister", "Ana"), ("brother", "Ben"), ("sister", "Cleo")]
    assert words(dalia, tree["Mother"]) == []


def test_what_was_recorded_comes_before_what_follows(dalia: Colleague, tree: dict[str, Person], village: Unit) -> None:
    friend = register(village, "Finn", "Else", born=date(2011, 1, 1), sex=Sex.MALE)
    Kinship.objects.create(person=tree["Ana"], kind="raised_as_sibling", relative=friend)
    Kinship.objects.create(person=tree["Ana"], kind="half_sibling", relative=tree["Dan"])
    found = queries.siblings_of(dalia.actor, tree["Ana"])
    assert [(sibling.kind, bool(sibling.tie)) for sibling in found] == [
        ("raised_as_sibling", True), ("sibling", False), ("half_sibling", False), ("half_sibling", True),
    ]  # fmt: skip
    assert words(dalia, friend) == [("raised as a sister", "Ana")]


def test_a_tie_that_ended_makes_no_siblings(dalia: Colleague, tree: dict[str, Person]) -> None:
    Kinship.objects.filter(person=tree["Mother"]).update(ends_on=date(2020, 1, 1))
    assert words(dalia, tree["Ana"]) == [("brother", "Ben")]
    assert words(dalia, tree["Dan"]) == []


def test_a_sibling_out_of_sight_stays_unnamed(dalia: Colleague, tree: dict[str, Person], other_unit: Unit) -> None:
    Person.objects.filter(pk=tree["Ben"].pk).update(unit=other_unit)
    assert words(dalia, tree["Ana"]) == [("half-sister", "Cleo"), ("brother", "Dan"), ("brother or sister", "?")]


def test_others_learn_of_no_siblings(bruno: Colleague, tree: dict[str, Person]) -> None:
    assert queries.siblings_of(bruno.actor, tree["Ana"]) == []
    assert queries.relatives_of(bruno.actor, tree["Ana"]) == []


def test_the_siblings_of_many_cost_as_much_as_of_one(
    dalia: Colleague, tree: dict[str, Person], django_assert_num_queries
) -> None:
    actor = dalia.actor
    for people in ([tree["Ana"]], [tree["Ana"], tree["Ben"], tree["Cleo"]]):
        with django_assert_num_queries(5):
            assert len(queries.siblings_of_each(actor, people)) == len(people)
