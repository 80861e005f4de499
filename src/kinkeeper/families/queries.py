"""Questions about families: who is kin to whom in words, brothers and sisters, who belongs together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from kinkeeper.access.gate import Actor, one, seen
from kinkeeper.families.models import Family, Household, HouseholdMember, Kinship, Membership, Support
from kinkeeper.lib.standing import passing
from kinkeeper.people import queries as people
from kinkeeper.people.models import Consent, Person, Sex

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Kind, Inverse = Kinship.Kind, Kinship.Inverse

# Whoever, a woman or girl, a man or boy: languages differ in where these words differ.
WORDS: Mapping[str, tuple[_StrPromise, _StrPromise, _StrPromise]] = {
    Kind.PARENT: (
        pgettext_lazy("kin, whoever", "parent"),
        pgettext_lazy("kin, a woman or girl", "mother"),
        pgettext_lazy("kin, a man or boy", "father"),
    ),
    Kind.STEP_PARENT: (
        pgettext_lazy("kin, whoever", "step-parent"),
        pgettext_lazy("kin, a woman or girl", "stepmother"),
        pgettext_lazy("kin, a man or boy", "stepfather"),
    ),
    Kind.ADOPTIVE_PARENT: (
        pgettext_lazy("kin, whoever", "adoptive parent"),
        pgettext_lazy("kin, a woman or girl", "adoptive mother"),
        pgettext_lazy("kin, a man or boy", "adoptive father"),
    ),
    Kind.FOSTER_PARENT: (
        pgettext_lazy("kin, whoever", "foster parent"),
        pgettext_lazy("kin, a woman or girl", "foster mother"),
        pgettext_lazy("kin, a man or boy", "foster father"),
    ),
    Kind.GUARDIAN: (
        pgettext_lazy("kin, whoever", "guardian"),
        pgettext_lazy("kin, a woman or girl", "guardian"),
        pgettext_lazy("kin, a man or boy", "guardian"),
    ),
    Kind.GRANDPARENT: (
        pgettext_lazy("kin, whoever", "grandparent"),
        pgettext_lazy("kin, a woman or girl", "grandmother"),
        pgettext_lazy("kin, a man or boy", "grandfather"),
    ),
    Kind.AUNT_OR_UNCLE: (
        pgettext_lazy("kin, whoever", "aunt or uncle"),
        pgettext_lazy("kin, a woman or girl", "aunt"),
        pgettext_lazy("kin, a man or boy", "uncle"),
    ),
    Kind.GODPARENT: (
        pgettext_lazy("kin, whoever", "godparent"),
        pgettext_lazy("kin, a woman or girl", "godmother"),
        pgettext_lazy("kin, a man or boy", "godfather"),
    ),
    Kind.SIBLING: (
        pgettext_lazy("kin, whoever", "brother or sister"),
        pgettext_lazy("kin, a woman or girl", "sister"),
        pgettext_lazy("kin, a man or boy", "brother"),
    ),
    Kind.HALF_SIBLING: (
        pgettext_lazy("kin, whoever", "half-brother or half-sister"),
        pgettext_lazy("kin, a woman or girl", "half-sister"),
        pgettext_lazy("kin, a man or boy", "half-brother"),
    ),
    Kind.RAISED_AS_SIBLING: (
        pgettext_lazy("kin, whoever", "raised as brother or sister"),
        pgettext_lazy("kin, a woman or girl", "raised as a sister"),
        pgettext_lazy("kin, a man or boy", "raised as a brother"),
    ),
    Kind.COUSIN: (
        pgettext_lazy("kin, whoever", "cousin"),
        pgettext_lazy("kin, a woman or girl", "cousin"),
        pgettext_lazy("kin, a man or boy", "cousin"),
    ),
    Kind.PARTNER: (
        pgettext_lazy("kin, whoever", "partner"),
        pgettext_lazy("kin, a woman or girl", "partner"),
        pgettext_lazy("kin, a man or boy", "partner"),
    ),
    Inverse.CHILD: (
        pgettext_lazy("kin, whoever", "child"),
        pgettext_lazy("kin, a woman or girl", "daughter"),
        pgettext_lazy("kin, a man or boy", "son"),
    ),
    Inverse.STEP_CHILD: (
        pgettext_lazy("kin, whoever", "stepchild"),
        pgettext_lazy("kin, a woman or girl", "stepdaughter"),
        pgettext_lazy("kin, a man or boy", "stepson"),
    ),
    Inverse.ADOPTED_CHILD: (
        pgettext_lazy("kin, whoever", "adopted child"),
        pgettext_lazy("kin, a woman or girl", "adopted daughter"),
        pgettext_lazy("kin, a man or boy", "adopted son"),
    ),
    Inverse.FOSTER_CHILD: (
        pgettext_lazy("kin, whoever", "foster child"),
        pgettext_lazy("kin, a woman or girl", "foster daughter"),
        pgettext_lazy("kin, a man or boy", "foster son"),
    ),
    Inverse.WARD: (
        pgettext_lazy("kin, whoever", "ward"),
        pgettext_lazy("kin, a woman or girl", "ward"),
        pgettext_lazy("kin, a man or boy", "ward"),
    ),
    Inverse.GRANDCHILD: (
        pgettext_lazy("kin, whoever", "grandchild"),
        pgettext_lazy("kin, a woman or girl", "granddaughter"),
        pgettext_lazy("kin, a man or boy", "grandson"),
    ),
    Inverse.NIECE_OR_NEPHEW: (
        pgettext_lazy("kin, whoever", "niece or nephew"),
        pgettext_lazy("kin, a woman or girl", "niece"),
        pgettext_lazy("kin, a man or boy", "nephew"),
    ),
    Inverse.GODCHILD: (
        pgettext_lazy("kin, whoever", "godchild"),
        pgettext_lazy("kin, a woman or girl", "goddaughter"),
        pgettext_lazy("kin, a man or boy", "godson"),
    ),
}


@dataclass(frozen=True)
class Relative:
    """Somebody's kin as seen from one person: `person` is None where the actor does not see who it is.

    `kind` is a `Kinship.Kind` or `Kinship.Inverse`: what this relative is of the one who was asked about.
    """

    tie: Kinship
    person: Person | None
    kind: str

    @property
    def word(self) -> str:
        """What this relative is, in one word of the reader's language."""
        return kin_word(self.kind, self.person.sex if self.person else Sex.UNKNOWN)


@dataclass(frozen=True)
class Sibling:
    """A brother or sister: recorded as such (`tie`), or known through shared parents (`tie` is None)."""

    person: Person | None
    kind: str
    tie: Kinship | None = None

    @property
    def word(self) -> str:
        """Sister, half-brother …, in the reader's language."""
        return kin_word(self.kind, self.person.sex if self.person else Sex.UNKNOWN)


def kin_word(kind: str, sex: str) -> str:
    """Pure: the word for a relative of this kind and sex."""
    whoever, woman, man = WORDS[kind]
    return str({Sex.FEMALE: woman, Sex.MALE: man}.get(Sex(sex), whoever))


def inverse_of(kind: str) -> str:
    """Pure: what the other side of a tie is called; the inverse of the inverse is the kind itself."""
    if kind in Kinship.SYMMETRIC:
        return kind
    if kind in Kinship.INVERSES:
        return Kinship.INVERSES[kind]
    return next(direct for direct, inverse in Kinship.INVERSES.items() if inverse == kind)


# ---- kin -------------------------------------------------------------------------------------------------------------


@passing("ties out of sight")
def relatives_of(actor: Actor, person: Person) -> list[Relative]:
    """The kin of a person by ties that hold today, the eldest first; who is out of sight stays unnamed. Two questions."""
    ties = list(_holding(actor).filter(Q(person=person) | Q(relative=person)))
    known = _known(actor, [_other(tie, person.pk) for tie in ties])
    found = [
        Relative(
            tie,
            known.get(_other(tie, person.pk)),
            str(tie.kind) if tie.relative_id == person.pk else inverse_of(tie.kind),
        )
        for tie in ties
    ]
    return sorted(found, key=lambda relative: _eldest_first(relative.person))


def siblings_of(actor: Actor, person: Person) -> list[Sibling]:
    """The brothers and sisters of a person, the eldest first: recorded ones and those who share a parent."""
    return siblings_of_each(actor, [person])[person.pk]


@passing("ties out of sight")
def siblings_of_each(actor: Actor, persons: Iterable[Person]) -> dict[int, list[Sibling]]:
    """The brothers and sisters of each of these people, by their keys. Four questions, however many people."""
    asked = [person.pk for person in persons]
    near = _holding(actor).filter(kind__in=Kinship.SIBLINGS)
    recorded = list(near.filter(Q(person__in=asked) | Q(relative__in=asked)))
    parents, children = _parents_and_children(actor, asked)
    found: dict[int, dict[int, tuple[str, Kinship | None]]] = {pk: {} for pk in asked}
    for pk in asked:
        for parent in parents[pk]:
            for child in children[parent] - {pk}:
                found[pk][child] = _through_parents(parents[pk], parents[child]), None
    for tie in recorded:
        for pk in {tie.person_id, tie.relative_id} & found.keys():
            found[pk][_other(tie, pk)] = str(tie.kind), tie
    known = _known(actor, {other for others in found.values() for other in others})
    return {
        pk: sorted(
            (Sibling(known.get(other), kind, tie) for other, (kind, tie) in others.items()),
            key=lambda sibling: _eldest_first(sibling.person),
        )
        for pk, others in found.items()
    }


def _parents_and_children(actor: Actor, asked: Collection[int]) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """The parents of these people and of the parents' other children, and the children of each parent."""
    up = _holding(actor).filter(kind__in=Kinship.PARENTS)
    pairs = set(up.filter(relative__in=asked).values_list("person_id", "relative_id"))
    pairs |= set(up.filter(person__in={parent for parent, _child in pairs}).values_list("person_id", "relative_id"))
    pairs |= set(up.filter(relative__in={child for _parent, child in pairs}).values_list("person_id", "relative_id"))
    parents: dict[int, set[int]] = defaultdict(set)
    children: dict[int, set[int]] = defaultdict(set)
    for parent, child in pairs:
        parents[child].add(parent)
        children[parent].add(child)
    return parents, children


def _through_parents(one_side: set[int], other_side: set[int]) -> str:
    """Half where each has two known parents and they share one; a parent nobody recorded may be shared, too."""
    shared = len(one_side & other_side)
    return Kind.HALF_SIBLING if shared == 1 and min(len(one_side), len(other_side)) > 1 else Kind.SIBLING


def _holding(actor: Actor) -> QuerySet[Kinship]:
    """Ties in sight that hold today."""
    return seen(actor, Kinship).filter(Q(ends_on__isnull=True) | Q(ends_on__gt=actor.today)).select_related("person")


def _other(tie: Kinship, pk: int) -> int:
    return tie.relative_id if tie.person_id == pk else tie.person_id


def _known(actor: Actor, keys: Collection[int]) -> dict[int, Person]:
    return {person.pk: person for person in seen(actor, Person).filter(pk__in=keys).select_related("unit")}


def _eldest_first(person: Person | None) -> tuple[bool, str, str]:
    if person is None:
        return True, "", ""
    return False, person.born_from.isoformat() if person.born_from else "9999", person.sort_name


def legally_responsible_for(actor: Actor, child: Person, on: date) -> list[Person]:
    """Who in sight has legal responsibility for a child on a day, the eldest first."""
    ties = seen(actor, Kinship).filter(Kinship.responsible_on(on), relative=child)
    found = seen(actor, Person).filter(pk__in=ties.values("person_id")).select_related("unit")
    return sorted(found, key=_eldest_first)


def ever_responsible_for(actor: Actor, child: Person) -> list[Person]:
    """Who in sight has or had legal responsibility for a child, the eldest first."""
    ties = seen(actor, Kinship).filter(relative=child, legally_responsible=True, kind__in=list(Kinship.INVERSES))
    found = seen(actor, Person).filter(pk__in=ties.values("person_id")).select_related("unit")
    return sorted(found, key=_eldest_first)


def givers_of_consents(actor: Actor, child: Person) -> dict[int, str]:
    """The names of those in sight who answered for a child, by key."""
    givers = seen(actor, Consent).filter(person=child).exclude(given_by=None).values("given_by")
    return dict(seen(actor, Person).filter(pk__in=givers).values_list("pk", "name"))


# How far a picture of the family reaches, in steps from tie to tie, and how many people it holds.
REACH = 3
MOST_AROUND = 40
# Whoever is near by these ties alone has a family of their own, which is not part of this one.
NOT_THROUGH = frozenset({Kind.FOSTER_PARENT, Kind.GUARDIAN, Kind.GODPARENT, Kind.STEP_PARENT})


@passing("ties out of sight")
def kin_around(actor: Actor, person: Person) -> tuple[list[Kinship], dict[int, Person]]:
    """The ties around a person, partnerships that ended too, and the people in sight whom they join. Four questions."""
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gt=actor.today) | Q(kind=Kind.PARTNER)
    reach, found = {person.pk}, {person.pk}
    ties: dict[int, Kinship] = {}
    for _step in range(REACH):
        touching = Q(person__in=reach) | Q(relative__in=reach) | Q(person__in=found, relative__in=found)
        for tie in seen(actor, Kinship).filter(touching, lasting).order_by("pk"):
            ends = {tie.person_id, tie.relative_id}
            if len(found | ends) <= MOST_AROUND:
                found |= ends
                ties[tie.pk] = tie
        ways = [{tie.person_id, tie.relative_id} for tie in ties.values() if tie.kind not in NOT_THROUGH]
        reach = reach.union(*(ends for ends in ways if ends & reach))
    return list(ties.values()), _known(actor, found)


# ---- people who matter -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Supporter:
    """Somebody who matters to a child: what is written down, and the record where there is one in sight."""

    support: Support
    person: Person | None
    name: str


def supports_of(actor: Actor, child: Person) -> list[Supporter]:
    """Who matters to a child today, the closest first; who is on record but out of sight stays unnamed. Two questions."""
    lasting = Q(ends_on__isnull=True) | Q(ends_on__gt=actor.today)
    rows = list(seen(actor, Support).filter(lasting, child=child).select_related("child"))
    known = _known(actor, [row.person_id or 0 for row in rows])
    return [Supporter(row, known.get(row.person_id or 0), _called(row, known)) for row in rows]


def support(actor: Actor, code: str) -> Support:
    """One person who matters, in sight."""
    return one(seen(actor, Support).select_related("child"), code=code)


def supporter_name(actor: Actor, support: Support) -> str:
    """What somebody who matters is called; who is on record but out of sight stays unnamed."""
    return _called(support, _known(actor, [support.person_id or 0]))


def _called(row: Support, known: Mapping[int, Person]) -> str:
    person = known.get(row.person_id or 0)
    return row.name or (person.name if person else _("somebody you do not see"))


# ---- families and households -----------------------------------------------------------------------------------------


def families(actor: Actor) -> QuerySet[Family]:
    """Every family the actor sees, by name."""
    return seen(actor, Family).select_related("unit")


def family_of(actor: Actor, person: Person) -> Family | None:
    """The family a person belongs to now, as far as the actor sees it; the first where there are several."""
    current = Membership.objects.filter(person=person, ends_on__isnull=True)
    return families(actor).filter(memberships__in=current).order_by("memberships__pk").first()


def members_of(actor: Actor, family: Family) -> list[tuple[Membership, Person | None]]:
    """Who belongs to a family now, the eldest first; somebody out of sight stays unnamed."""
    rows = list(seen(actor, Membership).filter(family=family, ends_on__isnull=True).select_related("family"))
    known = _known(actor, [row.person_id for row in rows])
    found = [(row, known.get(row.person_id)) for row in rows]
    return sorted(found, key=lambda pair: _eldest_first(pair[1]))


def households_of(actor: Actor, family: Family) -> list[tuple[Household, list[Person | None]]]:
    """The households of a family with who lives in each now."""
    homes = list(seen(actor, Household).filter(family=family).select_related("family"))
    stays = list(seen(actor, HouseholdMember).filter(household__in=homes, ends_on__isnull=True))
    known = _known(actor, [stay.person_id for stay in stays])
    return [(home, [known.get(stay.person_id) for stay in stays if stay.household_id == home.pk]) for home in homes]


def perhaps_kin(actor: Actor, person: Person, text: str) -> list[Person]:
    """Who may be meant as kin of a person: those found by the text, or the other members of the family."""
    if text.strip():
        return [found for found in people.search(actor, text, limit=10) if found != person]
    family = family_of(actor, person)
    members = members_of(actor, family) if family else []
    return [member for _row, member in members if member and member != person]


@passing("a tie")
def tie(actor: Actor, code: str) -> Kinship:
    """One tie in sight."""
    return one(seen(actor, Kinship).select_related("person", "relative"), code=code)


def tie_in_words(actor: Actor, tie: Kinship) -> str:
    """A tie as one says it: “Layla Saleh: mother of Noor Saleh”; who is out of sight stays unnamed."""
    known = _known(actor, [tie.person_id, tie.relative_id])
    person, relative = known.get(tie.person_id), known.get(tie.relative_id)
    return _("%(person)s: %(kin)s of %(relative)s") % {
        "person": person.name if person else _("somebody you do not see"),
        "kin": kin_word(tie.kind, person.sex if person else Sex.UNKNOWN),
        "relative": relative.name if relative else _("somebody you do not see"),
    }
