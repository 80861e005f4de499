"""The kin of one person as data: relatives, brothers and sisters and where they live, and all whom a picture shows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Q

from kinkeeper.access.gate import Actor, seen
from kinkeeper.families.models import HouseholdMember, Kinship
from kinkeeper.families.queries import inverse_of, kin_around, kin_word, siblings_of
from kinkeeper.people.models import Document, LegalStatus, Name, Person
from kinkeeper.placements.queries import Residence, where_lives

PartT = TypeVar("PartT", Name, LegalStatus, Document)
TOGETHER, APART, AT_HOME, DIED, UNKNOWN = "together", "apart", "at_home", "died", "unknown"


@dataclass(frozen=True)
class Relative:
    """Someone of the family: the tie, its word as seen from the child, and where they live if they are in care."""

    person: Person
    tie: Kinship
    word: str
    lives: Residence | None
    responsible: bool = False


@dataclass(frozen=True)
class Brother:
    """A brother or sister, recorded or known through a parent, and where they are as the child sees it (`where`)."""

    person: Person
    tie: Kinship | None
    word: str
    lives: Residence | None
    where: str


@dataclass(frozen=True)
class House:
    """Brothers and sisters under one roof; `here` where the child itself lives."""

    lives: Residence | None
    members: list[Brother]
    here: bool


def kin_of(actor: Actor, person: Person) -> tuple[list[Relative], Residence | None]:
    """The family of a person as far as the actor sees it, and where the person lives; nobody beyond scope is mentioned."""
    rows = seen(actor, Kinship).filter(Q(person=person) | Q(relative=person), ends_on__isnull=True)
    ties = list(rows)
    others = {tie.relative_id if tie.person_id == person.pk else tie.person_id for tie in ties}
    known = {other.pk: other for other in seen(actor, Person).filter(pk__in=others).select_related("unit")}
    homes = where_lives(actor, [person, *known.values()])
    found = []
    for tie in ties:
        other = known.get(tie.relative_id if tie.person_id == person.pk else tie.person_id)
        if other is not None:
            tie.person, tie.relative = (person, other) if tie.person_id == person.pk else (other, person)
            found.append(_relative(actor, other, tie, person, homes.get(other.pk)))
    found.sort(key=lambda relative: (relative.person.born_from or date.max, relative.person.sort_name))
    return found, homes.get(person.pk)


def _relative(actor: Actor, other: Person, tie: Kinship, seen_from: Person, lives: Residence | None) -> Relative:
    # Who has responsibility for the child, not whom the child, grown up, has it for.
    responsible = tie.person_id == other.pk and tie.is_responsible_on(actor.today)
    return Relative(other, tie, _word(tie, seen_from), lives, responsible)


def _word(tie: Kinship, seen_from: Person) -> str:
    if tie.person_id == seen_from.pk and tie.kind in Kinship.INVERSES:
        return str(Kinship.Inverse(Kinship.INVERSES[tie.kind]).label)
    return str(tie.get_kind_display())


def _roof(lives: Residence | None) -> int | None:
    return lives.episode.placement.home_id if lives else None


def houses_of(mine: Residence | None, siblings: Sequence[Brother]) -> list[House]:
    """Brothers and sisters under the roofs they live under, the child’s own first."""
    roofs: dict[int | None, list[Brother]] = defaultdict(list)
    for sibling in (sibling for sibling in siblings if sibling.where != DIED):
        roofs[_roof(sibling.lives)].append(sibling)
    here = _roof(mine)
    found = [
        House(members[0].lives, members, here=roof is not None and roof == here) for roof, members in roofs.items()
    ]
    return sorted(found, key=lambda house: not house.here)


# ---- brothers and sisters --------------------------------------------------------------------------------------------


def brothers_of(actor: Actor, child: Person) -> list[Brother]:
    """All brothers and sisters of a child in sight, the eldest first, each with where they live. Eight questions."""
    found = [(sibling, sibling.person) for sibling in siblings_of(actor, child) if sibling.person]
    everybody = [child, *(person for _sibling, person in found)]
    homes = where_lives(actor, everybody)
    stays = seen(actor, HouseholdMember).filter(person__in=everybody, ends_on__isnull=True)
    households = dict(stays.values_list("person_id", "household_id"))
    return [
        Brother(person, sibling.tie, sibling.word, homes.get(person.pk), _where(child, person, homes, households))
        for sibling, person in found
    ]


def _where(child: Person, person: Person, homes: dict[int, Residence], households: dict[int, int]) -> str:
    if person.died_on:
        return DIED
    mine, theirs = homes.get(child.pk), homes.get(person.pk)
    if theirs:
        return TOGETHER if mine and _roof(mine) == _roof(theirs) is not None else APART
    if person.pk not in households:
        return UNKNOWN
    return TOGETHER if not mine and households.get(child.pk) == households[person.pk] else AT_HOME


# ---- the picture of a family -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Around:
    """Who stands around a person in a picture of the family; somebody out of sight who joins others is None."""

    about: int
    ties: list[Kinship]
    people: dict[int, Person | None]
    given: dict[int, str]
    words: dict[int, str]
    lives: dict[int, Residence]
    responsible: set[int]


def around(actor: Actor, person: Person) -> Around:
    """The family around a person; out of sight is only a parent of two or more in sight, who stays unnamed."""
    ties, known = kin_around(actor, person)
    joined: dict[int, set[int]] = defaultdict(set)
    for tie in ties:
        if tie.kind in Kinship.PARENTS and tie.person_id not in known and tie.relative_id in known:
            joined[tie.person_id].add(tie.relative_id)
    people: dict[int, Person | None] = {**known, **{pk: None for pk, young in joined.items() if len(young) > 1}}
    names = seen(actor, Name).filter(person__in=known, use=Name.Use.USED, ends_on__isnull=True).order_by("-pk")
    return Around(
        about=person.pk,
        ties=[tie for tie in ties if tie.person_id in people and tie.relative_id in people],
        people=people,
        given={pk: given or family for pk, given, family in names.values_list("person_id", "given", "family")},
        words=_words(ties, person, known),
        lives=where_lives(actor, known.values()),
        responsible={
            tie.person_id for tie in ties if tie.relative_id == person.pk and tie.is_responsible_on(actor.today)
        },
    )


def _words(ties: Sequence[Kinship], person: Person, known: dict[int, Person]) -> dict[int, str]:
    """What each relative is to the person, where a tie says it; the first said counts."""
    found: dict[int, str] = {}
    for tie in ties:
        if tie.ends_on is None and person.pk in (tie.person_id, tie.relative_id):
            forward = tie.relative_id == person.pk
            other = known.get(tie.person_id if forward else tie.relative_id)
            if other:
                found.setdefault(other.pk, kin_word(str(tie.kind) if forward else inverse_of(tie.kind), other.sex))
    return found


def parts_of_person(person: Person, rows: Iterable[PartT]) -> list[PartT]:
    """These parts of a person, each with the person in hand, so that a judge need not ask for them again."""
    for row in (found := list(rows)):
        row.person = person
    return found
