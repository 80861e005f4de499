"""Kin: a tie is stored once, said from either side, and nonsense is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import pairwise

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.families import actions, queries
from kinkeeper.families.models import Family, Kinship
from kinkeeper.families.queries import inverse_of, kin_word
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.people.models import Person, Sex
from tests.conftest import Colleague, hire, register

TODAY = date.today()
EVERY_KIND = [*Kinship.Kind.values, *Kinship.Inverse.values]


def words(colleague: Colleague, person: Person) -> list[tuple[str, str]]:
    """The kin of a person as (word, name)."""
    relatives = queries.relatives_of(colleague.actor, person)
    return [(relative.word, relative.person.name if relative.person else "?") for relative in relatives]


def test_a_tie_is_read_from_both_sides(amina: Colleague, noor: Person, layla: Person, salehs: Family) -> None:
    tie = actions.tie_kin(amina.actor, noor, relative=layla, kind="parent", legally_responsible=True, contact="free")
    assert (tie.person, tie.kind, tie.relative) == (layla, "parent", noor)
    assert (tie.legally_responsible, tie.contact) == (True, "free")
    assert words(amina, noor) == [("mother", "Layla Saleh")]
    assert words(amina, layla) == [("daughter", "Noor Saleh")]
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code) == ("families.tie_kin", tie.code)
    assert entry.facts == {"subject": noor.code, "relative": layla.code, "legally_responsible": True}


@pytest.mark.parametrize("kind", EVERY_KIND)
def test_the_inverse_of_the_inverse_is_the_kind_itself(kind: str) -> None:
    assert inverse_of(inverse_of(kind)) == kind
    assert all(kin_word(kind, sex) for sex in Sex.values)


@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(kind=st.sampled_from(EVERY_KIND), again=st.sampled_from(EVERY_KIND), turned=st.booleans())
def test_a_tie_is_never_stored_twice(kind: str, again: str, turned: bool, dalia: Colleague, village: Unit) -> None:
    Kinship.objects.all().delete()
    one, other = register(village, "Ana", "One"), register(village, "Eva", "Other")
    actions.tie_kin(dalia.actor, one, relative=other, kind=kind)
    same = inverse_of(kind) if turned else kind
    first, second = (other, one) if turned else (one, other)
    with pytest.raises(Refused) as refusal:
        actions.tie_kin(dalia.actor, first, relative=second, kind=same)
    assert refusal.value.guard == "G-KIN"
    assert Kinship.objects.count() == 1
    # Whatever else is said of the two, what was said first is read the same from both sides.
    try:
        actions.tie_kin(dalia.actor, first, relative=second, kind=again)
    except Refused:
        assert Kinship.objects.count() == 1
    seen_from_one = [relative.kind for relative in queries.relatives_of(dalia.actor, one)]
    seen_from_other = [relative.kind for relative in queries.relatives_of(dalia.actor, other)]
    assert kind in seen_from_one
    assert sorted(seen_from_other) == sorted(inverse_of(each) for each in seen_from_one)


@pytest.mark.parametrize("kind", sorted(Kinship.SYMMETRIC))
def test_an_equal_tie_is_written_from_the_lower_key(kind: str, dalia: Colleague, noor: Person, omar: Person) -> None:
    low, high = sorted([noor, omar], key=lambda person: person.pk)
    tie = actions.tie_kin(dalia.actor, high, relative=low, kind=kind)
    assert (tie.person, tie.relative) == (low, high)
    with pytest.raises(IntegrityError), transaction.atomic():
        Kinship.objects.create(person=high, relative=low, kind=kind)


def test_a_grandmother_may_be_the_guardian(dalia: Colleague, noor: Person, village: Unit) -> None:
    mina = register(village, "Mina", "Saleh", born=date(1960, 1, 1), sex=Sex.FEMALE)
    actions.tie_kin(dalia.actor, noor, relative=mina, kind="grandparent")
    actions.tie_kin(dalia.actor, noor, relative=mina, kind="guardian", starts_on=TODAY)
    assert words(dalia, noor) == [("grandmother", "Mina Saleh"), ("guardian", "Mina Saleh")]
    assert words(dalia, mina) == [("granddaughter", "Noor Saleh"), ("ward", "Noor Saleh")]


Tie = Callable[[Colleague, Person, Person, Person], object]
NONSENSE: dict[str, tuple[Tie, str]] = {
    "one’s own parent": (
        lambda who, noor, layla, omar: actions.tie_kin(who.actor, noor, relative=noor, kind="parent"),
        "Nobody is kin to themselves",
    ),
    "a parent younger than the child": (
        lambda who, noor, layla, omar: actions.tie_kin(who.actor, layla, relative=noor, kind="parent"),
        "Noor Saleh is not older than Layla Saleh",
    ),
    "a grandchild older than the grandparent": (
        lambda who, noor, layla, omar: actions.tie_kin(who.actor, noor, relative=layla, kind="grandchild"),
        "Noor Saleh is not older than Layla Saleh",
    ),
    "a kind that does not exist": (
        lambda who, noor, layla, omar: actions.tie_kin(who.actor, noor, relative=layla, kind="boss"),
        "Choose one from the list",
    ),
    "a contact that does not exist": (
        lambda who, noor, layla, omar: actions.tie_kin(who.actor, noor, relative=layla, kind="parent", contact="x"),
        "Choose one from the list",
    ),
    "a tie to come": (
        lambda who, noor, layla, omar: actions.tie_kin(
            who.actor, noor, relative=layla, kind="guardian", starts_on=TODAY + timedelta(days=1)
        ),
        "still to come",
    ),
    "a tie before the birth": (
        lambda who, noor, layla, omar: actions.tie_kin(
            who.actor, noor, relative=layla, kind="guardian", starts_on=date(2001, 1, 1)
        ),
        "before the birth",
    ),
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_refused(what: str, dalia: Colleague, noor: Person, layla: Person, omar: Person) -> None:
    say, sentence = NONSENSE[what]
    with pytest.raises(Refused, match=sentence):
        say(dalia, noor, layla, omar)
    assert (Kinship.objects.count(), Entry.objects.count()) == (0, 0)


def test_a_mother_is_not_the_sister_as_well(dalia: Colleague, noor: Person, layla: Person) -> None:
    actions.tie_kin(dalia.actor, noor, relative=layla, kind="parent")
    with pytest.raises(Refused, match=r"recorded as kin already \(parent"):
        actions.tie_kin(dalia.actor, layla, relative=noor, kind="sibling")


def test_nobody_is_their_own_ancestor(dalia: Colleague, village: Unit) -> None:
    line = [register(village, f"Person {n}", "Line") for n in range(4)]
    for child, parent in pairwise(line):
        actions.tie_kin(dalia.actor, child, relative=parent, kind="parent")
    with pytest.raises(Refused, match="their own ancestor"):
        actions.tie_kin(dalia.actor, line[3], relative=line[0], kind="parent")
    with pytest.raises(Refused, match="their own ancestor"):
        actions.tie_kin(dalia.actor, line[0], relative=line[2], kind="grandchild")
    actions.tie_kin(dalia.actor, line[0], relative=line[3], kind="grandparent")
    assert Kinship.objects.count() == 4


def test_a_birth_known_to_the_year_alone_is_not_held_against_anybody(dalia: Colleague, village: Unit) -> None:
    child, mother = register(village, "Ana", "One"), register(village, "Eva", "One")
    for person, birth, first in ((child, "2010-05-05", date(2010, 5, 5)), (mother, "1990", date(1990, 1, 1))):
        Person.objects.filter(pk=person.pk).update(birth=birth, born_from=first)
        person.refresh_from_db()
    actions.tie_kin(dalia.actor, child, relative=mother, kind="parent")
    assert Kinship.objects.count() == 1


def test_who_is_out_of_sight_stays_unnamed(amina: Colleague, noor: Person, other_unit: Unit) -> None:
    far = register(other_unit, "Far", "Away", sex=Sex.FEMALE)
    Kinship.objects.create(person=far, kind="aunt_or_uncle", relative=noor)
    assert words(amina, noor) == [("aunt or uncle", "?")]


def test_others_tie_nobody(
    amina: Colleague, bruno: Colleague, noor: Person, layla: Person, salehs: Family, other_unit: Unit
) -> None:
    with pytest.raises(Unseen):
        actions.tie_kin(bruno.actor, noor, relative=layla, kind="parent")
    far = register(other_unit, "Far", "Away")
    with pytest.raises(Unseen):
        actions.tie_kin(amina.actor, noor, relative=far, kind="partner")
    director = hire("Petra Director", ("director", noor.unit.programme))
    with pytest.raises(Refused, match="Only workers of this unit"):
        actions.tie_kin(director.actor, noor, relative=layla, kind="parent")
    assert (Kinship.objects.count(), Entry.objects.count()) == (0, 0)


def test_a_stale_page_ties_nobody(dalia: Colleague, noor: Person, layla: Person) -> None:
    Person.objects.filter(pk=layla.pk).update(version=7)
    with pytest.raises(Stale):
        actions.tie_kin(dalia.actor, noor, relative=layla, kind="parent")


def test_a_tie_ends(amina: Colleague, noor: Person, layla: Person, salehs: Family) -> None:
    begun = TODAY - timedelta(days=100)
    tie = actions.tie_kin(amina.actor, noor, relative=layla, kind="guardian", starts_on=begun)
    assert queries.tie(amina.actor, tie.code) == tie
    for day in (TODAY + timedelta(days=1), begun - timedelta(days=1)):
        with pytest.raises(Refused):
            actions.end_tie(amina.actor, tie, ended_on=day)
    tie = actions.end_tie(amina.actor, tie, ended_on=TODAY)
    assert Kinship.objects.get().ends_on == TODAY
    assert words(amina, noor) == []
    with pytest.raises(Refused, match="already ended"):
        actions.end_tie(amina.actor, tie, ended_on=TODAY)
    again = actions.tie_kin(amina.actor, noor, relative=layla, kind="guardian", starts_on=TODAY)
    assert Kinship.objects.count() == 2
    assert Entry.objects.filter(act="families.end_tie").count() == 1
    assert words(amina, noor) == [("guardian", "Layla Saleh")]
    assert again.ends_on is None


def test_others_end_no_tie(amina: Colleague, bruno: Colleague, noor: Person, layla: Person, salehs: Family) -> None:
    tie = actions.tie_kin(amina.actor, noor, relative=layla, kind="parent")
    with pytest.raises(Unseen):
        actions.end_tie(bruno.actor, tie, ended_on=TODAY)
    with pytest.raises(Unseen):
        queries.tie(bruno.actor, tie.code)


def test_the_family_is_read_in_two_questions(
    amina: Colleague, noor: Person, layla: Person, omar: Person, salehs: Family, django_assert_num_queries
) -> None:
    actor = amina.actor
    actions.tie_kin(amina.actor, noor, relative=layla, kind="parent")
    with django_assert_num_queries(2):
        assert len(queries.relatives_of(actor, noor)) == 1
    actions.tie_kin(amina.actor, noor, relative=omar, kind="sibling")
    actions.tie_kin(amina.actor, noor, relative=omar, kind="guardian")
    with django_assert_num_queries(2):
        assert len(queries.relatives_of(actor, noor)) == 3
