"""Deeds on families: founding one, adding members and relatives, tying kin, households. Each tie is stored once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Unit
from kinkeeper.families.models import Family, Household, HouseholdMember, Kinship, Membership, Support
from kinkeeper.families.policy import (
    may_add_member,
    may_add_relative,
    may_add_support,
    may_bring_in_families,
    may_end_legal_responsibility,
    may_end_support,
    may_end_tie,
    may_found_family,
    may_move_family_to_unit,
    may_set_contact_rule,
    may_set_up_household,
    may_tie_kin,
)
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.keys.fields import with_keys
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.guards import insist_on_a_lifetime, insist_on_choice, insist_on_order, insist_on_the_past
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import Row, write
from kinkeeper.people import actions as people
from kinkeeper.people.models import Person, Sex

Kind = Kinship.Kind

# Two people are kin by blood in one way; a grandmother may be the guardian as well, but not the sister.
BY_BLOOD = frozenset({Kind.PARENT, Kind.GRANDPARENT, Kind.AUNT_OR_UNCLE, Kind.SIBLING, Kind.HALF_SIBLING, Kind.COUSIN})
ANCESTORS = frozenset({Kind.PARENT, Kind.ADOPTIVE_PARENT, Kind.GRANDPARENT})
# As far up as anybody alive can have recorded ancestors.
MOST_GENERATIONS = 12


@act(may_found_family)
def found_family(
    actor: Actor, unit: Unit, *, name: str, person: Person | None = None, starts_on: date | None = None
) -> Family:
    """Begin the record of a family, with its first member where one is known."""
    family = Family.objects.create(unit=unit, name=" ".join(name.split()))
    if person:
        _join(actor, family, person, starts_on)
    return family


@act(may_add_member)
def add_member(actor: Actor, family: Family, *, person: Person, starts_on: date | None = None) -> Membership:
    """Add somebody whose record is here already to a family."""
    return _join(actor, family, person, starts_on)


def _join(actor: Actor, family: Family, person: Person, starts_on: date | None) -> Membership:
    if starts_on:
        insist_on_the_past(starts_on, actor.today, "starts_on")
        insist_on_a_lifetime(starts_on, person.born_from, person.died_on, "starts_on")
    if Membership.objects.filter(family=family, person=person, ends_on__isnull=True).exists():
        raise Refused(_("This person belongs to the family already."), guard="G-DUP", field="person")
    return Membership.objects.create(family=family, person=person, starts_on=starts_on)


# ---- kin -------------------------------------------------------------------------------------------------------------


@act(may_add_relative)
def add_relative(
    actor: Actor,
    person: Person,
    *,
    kind: str,
    given: str = "",
    middle: str = "",
    family: str = "",
    birth: PartialDate | None = None,
    birth_by: str = "",
    sex: str = Sex.UNKNOWN,
    legally_responsible: bool = False,
    contact: str = "",
    refuse_likeness: bool = False,
) -> Person:
    """Register the `kind` of a person (“mother of Noor”), tie the two and put both into one family, in one deed."""
    relative = people.register_person(
        actor, person.unit, given=given, middle=middle, family=family, birth=birth, birth_by=birth_by,
        sex=sex, refuse_likeness=refuse_likeness,
    )  # fmt: skip
    _tie(actor, person, relative, kind, None, legally_responsible, contact)
    _join(actor, _family_or_new(actor, person), relative, None)
    return relative


def _family_or_new(actor: Actor, person: Person) -> Family:
    """The first family the person belongs to; where there is none, a new one under the family name."""
    belongs = Membership.objects.filter(person=person, ends_on__isnull=True).select_related("family")
    first = belongs.order_by("pk").first()
    if first:
        return first.family
    called = [name.family or name.given for name in person.names.order_by("pk") if name.holds_on(actor.today)]
    family = Family.objects.create(unit=person.unit, name=(called or [person.name])[0])
    _join(actor, family, person, None)
    return family


@act(may_tie_kin)
def tie_kin(
    actor: Actor,
    person: Person,
    *,
    relative: Person,
    kind: str,
    starts_on: date | None = None,
    legally_responsible: bool = False,
    contact: str = "",
) -> Kinship:
    """Write down that `relative` is the `kind` of `person`; said from either side, the tie is stored once."""
    return _tie(actor, person, relative, kind, starts_on, legally_responsible, contact)


def _tie(
    actor: Actor,
    person: Person,
    relative: Person,
    kind: str,
    starts_on: date | None,
    legally_responsible: bool,
    contact: str,
) -> Kinship:
    insist_on_choice([*Kind.values, *Kinship.Inverse.values], kind, "kind")
    insist_on_choice(Kinship.Contact.values, contact, "contact")
    tie = _written(person, relative, kind)
    if legally_responsible and tie.kind in Kinship.SYMMETRIC:
        raise Refused(
            _("Record who is legally responsible as guardian as well: this tie does not say which of the two it is."),
            guard="G-KIN",
            field="legally_responsible",
        )
    if starts_on:
        insist_on_the_past(starts_on, actor.today, "starts_on")
        for one in (person, relative):
            insist_on_a_lifetime(starts_on, one.born_from, one.died_on, "starts_on")
    _refuse_nonsense(tie)
    tie.starts_on, tie.legally_responsible, tie.contact = starts_on, legally_responsible, contact
    tie.save(force_insert=True)
    return tie


def _written(person: Person, relative: Person, kind: str) -> Kinship:
    """The one way in which “`relative` is the `kind` of `person`” is written down."""
    if kind in Kinship.Inverse.values:
        direct = next(one for one, inverse in Kinship.INVERSES.items() if inverse == kind)
        return Kinship(person=person, kind=direct, relative=relative)
    if kind in Kinship.SYMMETRIC and person.pk < relative.pk:
        return Kinship(person=person, kind=kind, relative=relative)
    return Kinship(person=relative, kind=kind, relative=person)


def _refuse_nonsense(tie: Kinship) -> None:
    elder, younger = tie.person, tie.relative
    if elder.pk == younger.pk:
        raise Refused(_("Nobody is kin to themselves. Choose another person."), guard="G-KIN", field="relative")
    for other in _ties_between(elder, younger):
        if other.kind == tie.kind or {other.kind, tie.kind} <= BY_BLOOD:
            raise Refused(
                _("These two are recorded as kin already (%(kind)s). End that tie first, if it is wrong.")
                % {"kind": other.get_kind_display()},
                guard="G-KIN",
                field="kind",
            )
    if tie.kind in ANCESTORS:
        if elder.born and younger.born and elder.born.earliest >= younger.born.latest:
            raise Refused(
                _("%(elder)s is not older than %(younger)s. Check both births, and who is whose.")
                % {"elder": elder.name, "younger": younger.name},
                guard="G-TIME",
                field="kind",
            )
        _refuse_circle(elder, younger)


def _ties_between(one: Person, other: Person) -> list[Kinship]:
    there = Q(person=one, relative=other) | Q(person=other, relative=one)
    return list(Kinship.objects.filter(there, ends_on__isnull=True))


def _refuse_circle(elder: Person, younger: Person) -> None:
    """Walk up from the elder: whoever is found there cannot be the younger."""
    found: set[int] = {elder.pk}
    for _generation in range(MOST_GENERATIONS):
        above = Kinship.objects.filter(relative__in=found, kind__in=ANCESTORS, ends_on__isnull=True)
        reached = found | set(above.values_list("person_id", flat=True))
        if younger.pk in reached:
            raise Refused(_("Then somebody would be their own ancestor."), guard="G-KIN", field="kind")
        if reached == found:
            return
        found = reached


@act(may_end_tie)
def end_tie(actor: Actor, tie: Kinship, *, ended_on: date) -> Kinship:
    """Say that a tie no longer holds: a guardianship ended, partners parted, or it was recorded by mistake."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    if tie.starts_on:
        insist_on_order(ended_on, tie.starts_on, _("This tie began on %(day)s; it cannot end before."), "ended_on")
    return write(tie, ends_on=ended_on)


@act(may_end_legal_responsibility)
def end_legal_responsibility(actor: Actor, tie: Kinship, *, ended_on: date) -> Kinship:
    """Say from which day somebody no longer has legal responsibility: a court ended or suspended it. The tie stays."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    if tie.starts_on:
        insist_on_order(ended_on, tie.starts_on, _("This tie began on %(day)s; it cannot end before."), "ended_on")
    insist_on_a_lifetime(ended_on, tie.relative.born_from, None, "ended_on")
    return write(tie, responsible_until=ended_on)


@act(may_set_contact_rule)
def set_contact_rule(actor: Actor, tie: Kinship, *, contact: str, court_ref: str = "") -> Kinship:
    """Write down which contact is allowed between two people, and the decision that says so."""
    insist_on_choice(Kinship.Contact.values, contact, "contact")
    return write(tie, contact=contact, court_ref=" ".join(court_ref.split()))


# ---- people who matter -----------------------------------------------------------------------------------------------


@act(may_add_support)
def add_support(
    actor: Actor,
    child: Person,
    *,
    kind: str,
    person: Person | None = None,
    name: str = "",
    relation: str = "",
    strength: int = 0,
    trusted: bool = False,
    helps_with: str = "",
    starts_on: date | None = None,
) -> Support:
    """Write down somebody who matters to a child: a person on record here, or anybody by name."""
    insist_on_choice(Support.Kind.values, kind, "kind")
    if strength not in Support.Strength.values:
        raise Refused(_("Choose one from the list."), guard="G-CODE", field="strength")
    if starts_on:
        insist_on_the_past(starts_on, actor.today, "starts_on")
        insist_on_a_lifetime(starts_on, child.born_from, child.died_on, "starts_on")
    name = "" if person else " ".join(name.split())
    _refuse_nobody(child, person, name)
    return Support.objects.create(
        child=child, person=person, name=name, relation=" ".join(relation.split()), kind=kind, strength=strength,
        trusted=trusted, helps_with=helps_with.strip(), starts_on=starts_on,
    )  # fmt: skip


def _refuse_nobody(child: Person, person: Person | None, name: str) -> None:
    if person is None and not name:
        raise Refused(_("Say who it is: choose a person, or write a name."), guard="G-KIN", field="name")
    if person == child:
        raise Refused(_("Nobody is their own support. Choose another person."), guard="G-KIN", field="person")
    if person and Support.objects.filter(child=child, person=person, ends_on__isnull=True).exists():
        raise Refused(_("This person is written down already. End that first."), guard="G-DUP", field="person")


@act(may_end_support)
def end_support(actor: Actor, support: Support, *, ended_on: date) -> Support:
    """Say that somebody no longer matters so to the child, or that it was written down by mistake."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    if support.starts_on:
        insist_on_order(ended_on, support.starts_on, _("This began on %(day)s; it cannot end before."), "ended_on")
    return write(support, ends_on=ended_on)


# ---- households ------------------------------------------------------------------------------------------------------


@act(may_set_up_household)
def set_up_household(
    actor: Actor,
    family: Family,
    *,
    name: str,
    address: str = "",
    postcode: str = "",
    members: Sequence[Person] = (),
    starts_on: date | None = None,
) -> Household:
    """Describe who of a family eats and sleeps together, and where; they leave its other households that day."""
    if starts_on:
        insist_on_the_past(starts_on, actor.today, "starts_on")
    belong = set(family.memberships.filter(ends_on__isnull=True).values_list("person_id", flat=True))
    if not {person.pk for person in members} <= belong:
        raise Refused(_("Only members of the family live in its households."), guard="G-KIN", field="members")
    household = Household.objects.create(
        family=family, name=" ".join(name.split()), address=address.strip(), postcode=postcode.strip()
    )
    left_on = starts_on or actor.today
    there = HouseholdMember.objects.filter(household__family=family, person__in=list(members), ends_on__isnull=True)
    for stay in there:
        write(stay, ends_on=max(left_on, stay.starts_on or left_on))
    HouseholdMember.objects.bulk_create(
        [HouseholdMember(household=household, person=person, starts_on=starts_on) for person in members]
    )
    return household


# ---- many at once ----------------------------------------------------------------------------------------------------


@bulk_act(may_bring_in_families)
def bring_in_families(
    actor: Actor,
    unit: Unit,
    *,
    families: Sequence[Family],
    memberships: Sequence[Membership] = (),
    ties: Sequence[Kinship] = (),
    households: Sequence[Household] = (),
    members: Sequence[HouseholdMember] = (),
    supports: Sequence[Support] = (),
    changes: Sequence[tuple[Row, Mapping[str, Any]]] = (),
) -> list[Row]:
    """Bring in many families of one unit: who belongs to them, who is kin to whom, who lives together, who matters.

    `changes` are to rows that are here already. Ties were judged by whoever brings them in.
    """
    if any(row.unit_id != unit.pk for row in (*families, *(row for row, _values in changes))):  # type: ignore[attr-defined]
        raise Refused(_("All families of one import belong to its unit."), guard="G-UNIT")
    for row, values in changes:
        write(row, **values)
    Family.objects.bulk_create(families)
    Membership.objects.bulk_create(memberships)
    Kinship.objects.bulk_create(with_keys(ties))
    Household.objects.bulk_create(with_keys(households))
    HouseholdMember.objects.bulk_create(members)
    Support.objects.bulk_create(with_keys(supports))
    return [*families, *(row for row, _values in changes)]


@act(may_move_family_to_unit)
def move_family_to_unit(actor: Actor, family: Family, *, unit: Unit) -> Family:
    """Let another unit keep the record of a family from now on, with its members and households."""
    return write(family, unit=unit)
