"""The pages of a child's family picture, of a relative or carer, and of a family, as data."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from kinkeeper.access.gate import Actor, one, seen
from kinkeeper.book import queries
from kinkeeper.book.kin import Around, Brother, Relative, around, brothers_of, kin_of, parts_of_person
from kinkeeper.book.queries import Deed, Reader, cases, deeds, readers_of
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Family, Household, HouseholdMember, Membership
from kinkeeper.families.queries import Supporter, supports_of
from kinkeeper.homes.models import Carer
from kinkeeper.people import queries as people
from kinkeeper.people.models import ContactPoint, Document, Name, Person
from kinkeeper.placements.queries import Residence, where_lives

ABOUT_A_FAMILY_PICTURE = ("add_relative", "tie_kin", "add_support")


@dataclass(frozen=True)
class FamilyPicture:
    """What the page of a child’s family picture says."""

    child: Person
    brothers: list[Brother]
    around: Around
    supports: list[Supporter]
    deeds: list[Deed]


def family_picture(actor: Actor, child: Person) -> FamilyPicture:
    """The family around a child and the people who matter to it, as far as the actor sees them."""
    return FamilyPicture(
        child=child,
        brothers=brothers_of(actor, child),
        around=around(actor, child),
        supports=supports_of(actor, child),
        deeds=deeds(actor, [(f"families.{name}", child.code, child) for name in ABOUT_A_FAMILY_PICTURE]),
    )


ABOUT_A_PERSON = (
    "people.record_contact_point",
    "people.name_person",
    "people.record_language",
    "people.record_identifier",
    "people.describe_person",
    "people.add_document",
    "families.add_relative",
    "families.tie_kin",
    "cases.open_case",
)


@dataclass(frozen=True)
class Portrait:
    """What the page of a relative or carer says."""

    person: Person
    relatives: list[Relative]
    lives: Residence | None
    cares_in: list[Carer]
    families: list[Family]
    documents: list[Document]
    other_names: list[Name]
    contact_points: list[ContactPoint]
    deeds: list[Deed]


def portrait_of(actor: Actor, person: Person) -> Portrait:
    """A relative or carer as far as the actor sees them."""
    relatives, lives = kin_of(actor, person)
    return Portrait(
        person=person,
        relatives=relatives,
        lives=lives,
        cares_in=list(seen(actor, Carer).filter(person=person).select_related("home").order_by("-starts_on")),
        families=queries.families_of(actor, person),
        documents=parts_of_person(person, people.documents_of(actor, person)),
        other_names=[
            name for name in parts_of_person(person, people.names_of(actor, person)) if str(name) != person.name
        ],
        contact_points=list(people.contact_points_of(actor, person)),
        deeds=deeds(actor, [(name, person.code, person) for name in ABOUT_A_PERSON]),
    )


@dataclass(frozen=True)
class Member:
    """Someone who belongs to a family now: where they live if in care, and the case if they are a child of ours."""

    person: Person
    lives: Residence | None
    case: Case | None


@dataclass(frozen=True)
class FamilyPage:
    """What the page of a family says."""

    family: Family
    members: list[Member]
    households: list[tuple[Household, list[Person]]]
    deeds: list[Deed]
    readers: list[Reader]


def family_page(actor: Actor, code: str) -> FamilyPage:
    """A family, those of its members whom the actor sees, and its households."""
    family = one(seen(actor, Family).select_related("unit"), code=code)
    inside = seen(actor, Membership).filter(family=family, ends_on=None).values("person_id")
    kin = list(seen(actor, Person).filter(pk__in=inside).order_by("born_from", "sort_name").select_related("unit"))
    lives = where_lives(actor, kin)
    own = {case.child_id: case for case in cases(actor).filter(child__in=kin, closed_on=None)}
    households = list(seen(actor, Household).filter(family=family).select_related("family"))
    together: dict[int, list[Person]] = defaultdict(list)
    known = {person.pk: person for person in kin}
    for member in seen(actor, HouseholdMember).filter(household__in=households, ends_on=None, person__in=kin):
        together[member.household_id].append(known[member.person_id])
    return FamilyPage(
        family=family,
        members=[Member(person, lives.get(person.pk), own.get(person.pk)) for person in kin],
        households=[(household, together[household.pk]) for household in households],
        deeds=deeds(actor, [(f"families.{name}", code, family) for name in ("add_member", "set_up_household")]),
        readers=readers_of(actor, family),
    )
