"""Who sees families: supervisors and directors those of their units; a caseworker’s own come from `cases`."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict, part_of, scope, through
from kinkeeper.access.models import Role, Unit
from kinkeeper.access.policy import OVERSEERS, may_bring_in
from kinkeeper.families.models import Family, Household, HouseholdMember, Kinship, Membership, Support
from kinkeeper.lib.objections import objects_to
from kinkeeper.people.models import Person

KEEPERS = (Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR)


@scope(Family)
def families(actor: Actor) -> Q:
    """Families are seen by the supervisors and directors of their unit."""
    return Q(unit_id__in=actor.units(*OVERSEERS))


part_of(Membership, Family, "family")
part_of(Household, Family, "family")
part_of(HouseholdMember, Household, "household")
part_of(Support, Person, "child")


@scope(Kinship)
def ties(actor: Actor) -> Q:
    """A tie is seen by whoever sees one of the two people; the other may stay unnamed."""
    return through(actor, Person, "person") | through(actor, Person, "relative")


def _keeps(actor: Actor, unit_id: int) -> Verdict:
    if not actor.sits_any(KEEPERS, unit_id):
        return Verdict(_("Only workers of this unit can change this record."))
    return YES


def may_found_family(actor: Actor, unit: Unit) -> Verdict:
    """A family record is begun by the workers of a unit."""
    return _keeps(actor, unit.pk)


def may_add_member(actor: Actor, family: Family) -> Verdict:
    """Members are added by the workers of the family’s unit."""
    return _keeps(actor, family.unit_id)


def may_add_relative(actor: Actor, person: Person) -> Verdict:
    """Relatives are added by the workers of the person’s unit."""
    return _keeps(actor, person.unit_id)


def may_tie_kin(actor: Actor, person: Person) -> Verdict:
    """A tie between two known people is written by the workers of the unit."""
    return _keeps(actor, person.unit_id)


def may_end_tie(actor: Actor, tie: Kinship) -> Verdict:
    """A tie that no longer holds is ended by the workers of either person’s unit."""
    if tie.ends_on:
        return Verdict(_("This tie has already ended."))
    return _keeps(actor, tie.person.unit_id) or _keeps(actor, tie.relative.unit_id)


def may_end_legal_responsibility(actor: Actor, tie: Kinship) -> Verdict:
    """Legal responsibility that a court ended or suspended is ended by the workers of either person’s unit."""
    if not tie.is_responsible_on(actor.today):
        return Verdict(_("This tie carries no legal responsibility."))
    return may_end_tie(actor, tie)


def may_set_contact_rule(actor: Actor, tie: Kinship) -> Verdict:
    """Which contact is allowed, and by which decision, is written by the workers of either person’s unit."""
    return may_end_tie(actor, tie)


def may_add_support(actor: Actor, child: Person) -> Verdict:
    """Who matters to a child is written by the workers of the child’s unit."""
    return _keeps(actor, child.unit_id)


def may_end_support(actor: Actor, support: Support) -> Verdict:
    """Somebody who no longer matters so is ended by the workers of the child’s unit."""
    if support.ends_on:
        return Verdict(_("This has already ended."))
    return _keeps(actor, support.child.unit_id)


def may_set_up_household(actor: Actor, family: Family) -> Verdict:
    """A household is described by the workers of the family’s unit."""
    return _keeps(actor, family.unit_id)


def may_bring_in_families(actor: Actor, unit: Unit) -> Verdict:
    """Many families at once are brought in by those who oversee the unit."""
    return may_bring_in(actor, unit)


@objects_to("rely_on_consent")
def _somebody_was_not_asked(standing: Any) -> str:
    """Where everybody with legal responsibility must agree, each of them did, or was looked for and not reached.

    Asked by the room below about a consent as it stands: its person, purpose in words, sides and day.
    """
    child = standing.person
    ties = Kinship.objects.filter(Kinship.responsible_on(standing.on), relative=child, person__died_on__isnull=True)
    settled = [
        side.answer.given_by_id
        for side in standing.sides
        if side.answer and side.answer.given_by_id and side.is_settled
    ]
    people = Person.objects.filter(pk__in=ties.values("person")).exclude(pk__in=settled)
    # Nobody learns here who is kept by another unit.
    left = sorted({one.name if one.unit_id == child.unit_id else gettext("somebody you do not see") for one in people})
    if not left:
        return ""
    words = {"names": ", ".join(left), "child": child.name, "purpose": standing.label}
    return (
        gettext(
            "Everybody with legal responsibility for %(child)s must agree to “%(purpose)s”: no answer of %(names)s counts "
            "today. Ask, and record the answer, or how they were looked for and not reached."
        )
        % words
    )


@objects_to("record_consent")
def _consent_without_responsibility(consent: Any) -> str:
    """Consent is given by the child, or by somebody with legal responsibility on the day on which it was given.

    Asked by the room below about a consent that is not stored yet: its person, given_by, by_child and given_on.
    """
    giver, child = consent.given_by, consent.person
    if consent.by_child or (giver is not None and giver.pk == child.pk):
        return ""
    if giver is None:
        return gettext("Say who gave this consent: the child, or somebody with legal responsibility.")
    ties = Kinship.objects.filter(person_id=giver.pk, relative_id=child.pk)
    if ties.filter(Kinship.responsible_on(consent.given_on)).exists():
        return ""
    named = {"name": giver.name, "child": child.name}
    if ties.filter(legally_responsible=True).exclude(starts_on__gt=consent.given_on).exists():
        return (
            gettext("%(name)s no longer has legal responsibility for %(child)s. Ask the child, or whoever has it now.")
            % named
        )
    return (
        gettext(
            "%(name)s has no legal responsibility for %(child)s on record for this day. Ask the child, or whoever has it."
        )
        % named
    )


def may_move_family_to_unit(actor: Actor, family: Family) -> Verdict:
    """A family goes to another unit by the system, when the transfer of the last child’s case is accepted."""
    if actor.user_id is not None or not actor.sits(Role.SUPERVISOR, family.unit_id):
        return Verdict(_("A record goes to another unit when a transfer of the case is accepted."))
    return YES
