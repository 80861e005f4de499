"""Who sees people and their papers: supervisors and directors those of their units; cases and homes open more."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict, may_read, openable, part_of, scope, shows
from kinkeeper.access.models import Role, Unit
from kinkeeper.access.policy import OVERSEERS, may_bring_in
from kinkeeper.people import queries
from kinkeeper.people.models import (
    Consent,
    ContactPoint,
    Document,
    Identifier,
    LegalStatus,
    Name,
    NameKey,
    Person,
    SpokenLanguage,
)

KEEPERS = (Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR)


@scope(Person)
def people(actor: Actor) -> Q:
    """People are seen by the supervisors and directors of their unit; a caseworker’s own come from `cases`."""
    return Q(unit_id__in=actor.units(*OVERSEERS))


openable(Person)
part_of(Name, Person, "person")
part_of(NameKey, Person, "person")
part_of(Identifier, Person, "person")
part_of(SpokenLanguage, Person, "person")
part_of(LegalStatus, Person, "person")
part_of(Document, Person, "person")
part_of(ContactPoint, Person, "person")
part_of(Consent, Person, "person")
shows(Consent, "given_by")
shows(Document, "file")
shows(Person, "photo")


def _keeps(actor: Actor, person: Person) -> Verdict:
    if not actor.sits_any(KEEPERS, person.unit_id):
        return Verdict(_("Only workers of this person’s unit can change this record."))
    return YES


def may_register_person(actor: Actor, unit: Unit) -> Verdict:
    """People are registered by the workers of a unit."""
    if not actor.sits_any(KEEPERS, unit.pk):
        return Verdict(_("Only workers of this unit can register people in it."))
    return YES


def may_register_people(actor: Actor, unit: Unit) -> Verdict:
    """Many people at once are brought in by those who oversee the unit."""
    return may_bring_in(actor, unit)


def may_describe_person(actor: Actor, person: Person) -> Verdict:
    """Birth, sex, origin and death are kept by the workers of the unit."""
    return _keeps(actor, person)


def may_note_death(actor: Actor, person: Person) -> Verdict:
    """A death is noted by the workers and the director of the unit, once."""
    if person.died_on:
        return Verdict(
            _("The death of this person is noted already. Correct the day with birth and sex."), guard="G-STEP"
        )
    if actor.sits(Role.DIRECTOR, person.unit_id):
        return YES
    return _keeps(actor, person)


def may_name_person(actor: Actor, person: Person) -> Verdict:
    """Names are added by the workers of the unit."""
    return _keeps(actor, person)


def may_end_name(actor: Actor, name: Name) -> Verdict:
    """A name that is no longer used is ended, never deleted."""
    return _keeps(actor, name.person)


def may_record_language(actor: Actor, person: Person) -> Verdict:
    """Languages are recorded by the workers of the unit."""
    return _keeps(actor, person)


def may_record_identifier(actor: Actor, person: Person) -> Verdict:
    """Identity numbers are recorded by the workers of the unit."""
    return _keeps(actor, person)


def may_record_contact_point(actor: Actor, person: Person) -> Verdict:
    """Telephone numbers and addresses are recorded by the workers of the unit."""
    return _keeps(actor, person)


def may_record_legal_status(actor: Actor, person: Person) -> Verdict:
    """A legal status is recorded by the workers of the unit, with its order."""
    return _keeps(actor, person)


def may_end_legal_status(actor: Actor, status: LegalStatus) -> Verdict:
    """A legal status is ended by the workers of the unit."""
    if status.ends_on:
        return Verdict(_("This legal status has already ended."))
    return _keeps(actor, status.person)


def may_add_document(actor: Actor, person: Person) -> Verdict:
    """Documents are added by the workers of the unit."""
    return _keeps(actor, person)


def may_withdraw_document(actor: Actor, document: Document) -> Verdict:
    """A document added by mistake is withdrawn by the workers of the unit; it stays in the journal."""
    if document.withdrawn_on:
        return Verdict(_("This document has already been withdrawn."))
    return _keeps(actor, document.person)


def may_set_photo(actor: Actor, person: Person) -> Verdict:
    """The photo is set by the workers of the unit, with the consent that the pack asks for."""
    if not (kept := _keeps(actor, person)):
        return kept
    return Verdict(queries.missing_for(actor, person, "photo"), guard="G-CONSENT")


def may_record_consent(actor: Actor, person: Person) -> Verdict:
    """Answers to questions of consent are recorded by the workers of the unit."""
    return _keeps(actor, person)


def may_withdraw_consent(actor: Actor, consent: Consent) -> Verdict:
    """A consent that was given is withdrawn, on the wish of whoever gave it, by the workers of the unit."""
    if consent.withdrawn_on:
        return Verdict(_("This consent has already been withdrawn."), guard="G-CONSENT")
    if consent.answer != Consent.Answer.GIVEN:
        return Verdict(_("This answer was no. Record the new answer instead."), guard="G-CONSENT")
    return _keeps(actor, consent.person)


def may_describe_culture(actor: Actor, person: Person) -> Verdict:
    """Religion, practice and diet are kept by those workers of the unit who may read them."""
    if not (kept := _keeps(actor, person)):
        return kept
    if not may_read(actor, person, "religion"):
        return Verdict(_("Your role does not reach what is recorded of religion and customs. Ask the caseworker."))
    return YES


def may_bring_in_legal_statuses(actor: Actor, unit: Unit) -> Verdict:
    """Legal statuses and numbers of many people at once are brought in by those who oversee the unit."""
    return may_register_people(actor, unit)


def may_move_person_to_unit(actor: Actor, person: Person) -> Verdict:
    """A person goes to another unit by the system, when the transfer of the case is accepted; never by hand."""
    if actor.user_id is not None or not actor.sits(Role.SUPERVISOR, person.unit_id):
        return Verdict(_("A record goes to another unit when a transfer of the case is accepted."))
    return YES
