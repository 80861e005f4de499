"""Deeds on persons: registering, naming, describing, their numbers, languages, legal statuses, papers and photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.files import vault
from kinkeeper.files.vault import Accepted
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.keys.fields import with_keys
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.guards import (
    in_words,
    insist_on_a_lifetime,
    insist_on_order,
    insist_on_the_past,
    known,
)
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import Row, write
from kinkeeper.people import policy, queries
from kinkeeper.people.consenting import insist_on_an_answer
from kinkeeper.people.models import (
    UNDISCLOSED,
    Consent,
    ContactPoint,
    Document,
    Identifier,
    LegalStatus,
    Name,
    Person,
    Sex,
    SpokenLanguage,
)
from kinkeeper.people.naming import end_of_name, index_names, show_name_in_use
from kinkeeper.people.newcomers import (
    LONGEST_AGO,
    NameParts,
    Newcomer,
    born,
    insist_on_a_life,
    insist_on_a_method,
    insist_on_somebody_new,
    shown,
    unsaved,
)

# Other rooms register people through this one.
__all__ = ["LONGEST_AGO", "NameParts", "Newcomer", "shown"]

# ---- registering -----------------------------------------------------------------------------------------------------


@act(policy.may_register_person)
def register_person(
    actor: Actor,
    unit: Unit,
    *,
    given: str = "",
    middle: str = "",
    family: str = "",
    birth: PartialDate | None = None,
    sex: str = Sex.UNKNOWN,
    ethnicity: str = "",
    died_on: date | None = None,
    birth_by: str = "",
    refuse_likeness: bool = False,
) -> Person:
    """Begin the record of a person in a unit; with `refuse_likeness`, not of someone who seems to be recorded already."""
    newcomer = Newcomer([NameParts(given, middle, family)], birth, sex, ethnicity, died_on, birth_by=birth_by)
    person, names = unsaved(actor, unit, newcomer)
    if refuse_likeness:
        insist_on_somebody_new(actor, names[0], birth)
    person.save(force_insert=True)
    Name.objects.bulk_create(names)
    index_names([person], names)
    return person


@bulk_act(policy.may_register_people)
def register_people(actor: Actor, unit: Unit, *, newcomers: Sequence[Newcomer]) -> list[Person]:
    """Begin the records of many people at once, in the order given; one that cannot be refuses all."""
    made = [unsaved(actor, unit, newcomer) for newcomer in newcomers]
    people = Person.objects.bulk_create(with_keys([person for person, _names in made]), batch_size=500)
    names = Name.objects.bulk_create([name for _person, names in made for name in names], batch_size=500)
    Identifier.objects.bulk_create(
        with_keys(
            [
                Identifier(person=person, scheme=scheme, value=value, starts_on=since, ends_on=until)
                for person, newcomer in zip(people, newcomers, strict=True)
                for scheme, value, since, until in newcomer.identifiers
            ]
        ),
        batch_size=500,
    )
    SpokenLanguage.objects.bulk_create(
        [
            SpokenLanguage(person=person, tag=tag, mother_tongue=place == 0)
            for person, newcomer in zip(people, newcomers, strict=True)
            for place, tag in enumerate(newcomer.languages)
        ],
        batch_size=500,
    )
    index_names(people, names)
    return people


# ---- describing ------------------------------------------------------------------------------------------------------


@act(policy.may_describe_person)
def describe_person(
    actor: Actor,
    person: Person,
    *,
    birth: PartialDate | None,
    sex: str,
    ethnicity: str | None = None,
    died_on: date | None = None,
    birth_by: str | None = None,
) -> Person:
    """Correct or complete birth, sex, origin and death. An estimated birth stays marked as estimated.

    Without `ethnicity` the recorded origin stays, for it may be hidden from who corrects the rest; so does `birth_by`.
    """
    birth_by = person.birth_by if birth_by is None else birth_by
    insist_on_a_method(birth, birth_by)
    insist_on_a_life(actor, birth, died_on)
    first = LegalStatus.objects.filter(person=person).order_by("starts_on").first()
    if birth and first and first.starts_on < birth.earliest:
        raise Refused(
            _("A legal status began on %(day)s, before this birth. Check both.") % {"day": in_words(first.starts_on)},
            guard="G-TIME",
            field="birth",
        )
    origin = {} if ethnicity is None else {"ethnicity": ethnicity}
    return write(person, sex=sex, died_on=died_on, **origin, **born(birth, birth_by))


@act(policy.may_describe_culture)
def describe_culture(
    actor: Actor, person: Person, *, religion: str = "", practice: str = "", diet: str = "", undisclosed: bool = False
) -> Person:
    """Record religion, wishes about practice and diet, as the person says; `undisclosed`: prefers not to say which."""
    religion = religion.strip()
    if undisclosed and religion:
        raise Refused(
            _("Whoever prefers not to say their religion has none written down. Empty the field, or untick the box."),
            guard="G-CODE",
            field="religion",
        )
    said = UNDISCLOSED if undisclosed else religion
    return write(person, religion=said, practice=practice.strip(), diet=diet.strip())


@act(policy.may_note_death)
def note_death(actor: Actor, person: Person, *, died_on: date) -> Person:
    """Note on which day a person died."""
    insist_on_a_life(actor, person.born, died_on)
    return write(person, died_on=died_on)


@act(policy.may_name_person)
def name_person(
    actor: Actor,
    person: Person,
    *,
    given: str = "",
    middle: str = "",
    family: str = "",
    use: str = Name.Use.USED,
    starts_on: date | None = None,
) -> Name:
    """Add a name. A new name in use takes the place of the one in use in the same script, which ends that day."""
    name = NameParts(given, middle, family, use, starts_on).of(person)
    if starts_on:
        insist_on_the_past(starts_on, actor.today, "starts_on")
        insist_on_a_lifetime(starts_on, person.born_from, person.died_on, "starts_on")
    borne = [other for other in person.names.all() if other.holds_on(actor.today)]
    if any((str(other), other.use) == (str(name), use) for other in borne):
        raise Refused(_("This name is already recorded."), guard="G-DUP", field="given")
    if use == Name.Use.USED:
        for other in borne:
            if other.use == use and other.script == name.script:
                end_of_name(other, starts_on or actor.today, "starts_on")
    name.save(force_insert=True)
    index_names([person], [name])
    show_name_in_use(actor, person)
    return name


@act(policy.may_end_name)
def end_name(actor: Actor, name: Name, *, ended_on: date) -> Name:
    """Say that a name is no longer borne; it stays findable. The last name of a person cannot end."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    # Two people ending the last two names at once would leave a person without any.
    person = Person.objects.select_for_update().get(pk=name.person_id)
    if not name.holds_on(actor.today):
        raise Refused(_("This name has already ended."), guard="G-TIME")
    if not any(other.pk != name.pk and other.holds_on(actor.today) for other in person.names.all()):
        raise Refused(_("This is the only name of this person. Record the new name first."), guard="G-NAME")
    end_of_name(name, ended_on, "ended_on")
    show_name_in_use(actor, person)
    return name


@act(policy.may_record_language)
def record_language(
    actor: Actor, person: Person, *, tag: str, mother_tongue: bool = False, needs_interpreter: bool = False
) -> SpokenLanguage:
    """Record a language of a person, or change what was recorded of it."""
    known_already = SpokenLanguage.objects.filter(person=person, tag=tag).first()
    if known_already:
        return write(known_already, mother_tongue=mother_tongue, needs_interpreter=needs_interpreter)
    return SpokenLanguage.objects.create(
        person=person, tag=tag, mother_tongue=mother_tongue, needs_interpreter=needs_interpreter
    )


@act(policy.may_record_identifier)
def record_identifier(
    actor: Actor, person: Person, *, scheme: str, value: str, starts_on: date | None = None, ends_on: date | None = None
) -> Identifier:
    """Record a number by which an authority knows a person; the same number of somebody else in sight is refused."""
    value = " ".join(value.split())
    if starts_on and ends_on:
        insist_on_order(ends_on, starts_on, _("This number holds from %(day)s; it cannot end before."), "ends_on")
    if Identifier.objects.filter(person=person, scheme=scheme, value_mark=value).exists():
        raise Refused(_("This number is already recorded."), guard="G-DUP", field="value")
    other = queries.person_with_number(actor, scheme, value)
    if other:
        raise Refused(
            _("%(name)s (%(code)s) has this number. Compare the two records first.")
            % {"name": other.name, "code": other.code},
            guard="G-DUP",
            field="value",
        )
    return Identifier.objects.create(person=person, scheme=scheme, value=value, starts_on=starts_on, ends_on=ends_on)


@act(policy.may_record_contact_point)
def record_contact_point(
    actor: Actor, person: Person, *, kind: str, value: str, safe_to_use: bool = True
) -> ContactPoint:
    """Record how to reach a person and whether it is safe to."""
    return ContactPoint.objects.create(person=person, kind=kind, value=value.strip(), safe_to_use=safe_to_use)


# ---- legal status ----------------------------------------------------------------------------------------------------


@act(policy.may_record_legal_status)
def record_legal_status(
    actor: Actor,
    person: Person,
    *,
    status: str,
    starts_on: date,
    ends_on: date | None = None,
    authority: str = "",
    order_number: str = "",
    appeal_until: date | None = None,
) -> LegalStatus:
    """Record the law under which a child is cared for; the status that was open ends the same day, none overlap."""
    known(pack_in_force().legal_statuses, status, "status")
    insist_on_the_past(starts_on, actor.today, "starts_on")
    insist_on_a_lifetime(starts_on, person.born_from, person.died_on, "starts_on")
    if ends_on and ends_on <= starts_on:
        raise Refused(_("A legal status ends after the day it begins."), guard="G-TIME", field="ends_on")
    for other in _in_the_way(person, starts_on, ends_on):
        if other.ends_on is None and other.starts_on < starts_on:
            write(other, ends_on=starts_on)
        else:
            raise Refused(
                _("Another legal status holds from %(day)s. End this one by then, or correct that one first.")
                % {"day": in_words(other.starts_on)},
                guard="G-OVERLAP",
                field="starts_on" if other.starts_on <= starts_on else "ends_on",
            )
    return LegalStatus.objects.create(
        person=person, status=status, starts_on=starts_on, ends_on=ends_on,
        authority=authority.strip(), order_number=order_number.strip(),
        appeal_until=appeal_until,
    )  # fmt: skip


def _in_the_way(person: Person, starts_on: date, ends_on: date | None) -> list[LegalStatus]:
    """Statuses that share a day with [starts_on, ends_on)."""
    lasts = Q(ends_on__isnull=True) | Q(ends_on__gt=starts_on)
    before = Q(starts_on__lt=ends_on) if ends_on else Q()
    return list(LegalStatus.objects.filter(lasts & before, person=person).order_by("starts_on"))


@act(policy.may_end_legal_status)
def end_legal_status(actor: Actor, status: LegalStatus, *, ended_on: date) -> LegalStatus:
    """End a legal status that nothing follows."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    if ended_on <= status.starts_on:
        raise Refused(_("A legal status ends after the day it begins."), guard="G-TIME", field="ended_on")
    return write(status, ends_on=ended_on)


# ---- papers and pictures ---------------------------------------------------------------------------------------------


@act(policy.may_add_document)
def add_document(
    actor: Actor, person: Person, *, kind: str, title: str, upload: Accepted, issued_on: date | None = None
) -> Document:
    """Keep a paper or picture about a person, encrypted; `upload` comes from `files.vault.accept()`."""
    if issued_on:
        insist_on_the_past(issued_on, actor.today, "issued_on")
    if kind == Document.Kind.PHOTO and (missing := queries.missing_for(actor, person, "photo")):
        raise Refused(missing, guard="G-CONSENT", field="kind")
    return Document.objects.create(
        person=person, kind=kind, title=title.strip(), issued_on=issued_on,
        file=vault.store(upload), added_by_id=actor.user_id,
    )  # fmt: skip


@act(policy.may_withdraw_document)
def withdraw_document(actor: Actor, document: Document) -> Document:
    """Take back a paper that was added by mistake: it is no longer shown, and the journal says who took it back."""
    return write(document, withdrawn_on=actor.today)


@act(policy.may_set_photo)
def set_photo(actor: Actor, person: Person, *, upload: Accepted) -> Person:
    """Set the face beside the name, as a small square; the former photo is destroyed."""
    former = person.photo
    write(person, photo=vault.store(vault.square(upload)))
    if former:
        vault.forget(former)
    return person


# ---- consent ---------------------------------------------------------------------------------------------------------


@act(policy.may_record_consent)
def record_consent(
    actor: Actor,
    person: Person,
    *,
    purpose: str,
    answer: str,
    given_by: Person | None,
    given_on: date,
    explained: str,
    recipient: str = "",
    data_scope: str = "",
    language: str = "",
    capacity_note: str = "",
    until: date | None = None,
) -> Consent:
    """Record an answer to a question of consent: the person’s own where `given_by` is None, else an adult’s for a child.

    A yes counts until a day, at most as long as the pack allows; a no stands until there is a new answer.
    """
    consent = Consent(
        person=person, purpose=purpose, answer=answer, by_child=given_by is None, given_by=given_by,
        given_on=given_on, until=until, recipient=" ".join(recipient.split()), data_scope=data_scope.strip(),
        language=language, explained=explained.strip(), capacity_note=capacity_note.strip(), by_id=actor.user_id,
    )  # fmt: skip
    insist_on_an_answer(pack_in_force(), consent, actor.today)
    consent.save(force_insert=True)
    return consent


@act(policy.may_withdraw_consent)
def withdraw_consent(actor: Actor, consent: Consent, *, withdrawn_on: date) -> Consent:
    """Take back a consent from a day on: nothing that needs it is done after that."""
    insist_on_the_past(withdrawn_on, actor.today, "withdrawn_on")
    insist_on_order(
        withdrawn_on, consent.given_on, _("It was given on %(day)s; it cannot be withdrawn before."), "withdrawn_on"
    )
    return write(consent, withdrawn_on=withdrawn_on)


# ---- bringing in -----------------------------------------------------------------------------------------------------


@bulk_act(policy.may_bring_in_legal_statuses)
def bring_in_legal_statuses(
    actor: Actor,
    unit: Unit,
    *,
    statuses: Sequence[LegalStatus] = (),
    identifiers: Sequence[Identifier] = (),
    names: Sequence[Name] = (),
    languages: Sequence[SpokenLanguage] = (),
    contact_points: Sequence[ContactPoint] = (),
    changes: Sequence[tuple[Row, Mapping[str, Any]]] = (),
) -> list[Person]:
    """Bring in what is known of many people of one unit beyond their first record, and changes to it (row, values)."""
    known = [row if isinstance(row, Person) else row.person for row, _values in changes]  # type: ignore[attr-defined]
    added: list[Any] = [*statuses, *identifiers, *names, *languages, *contact_points]
    known += [row.person for row in added]
    about = {person.pk: person for person in known}
    if any(person.unit_id != unit.pk for person in about.values()):
        raise Refused(_("All people of one import belong to its unit."), guard="G-UNIT")
    for row, values in changes:
        write(row, **values)
    Identifier.objects.bulk_create(with_keys(identifiers))
    LegalStatus.objects.bulk_create(with_keys(statuses))
    SpokenLanguage.objects.bulk_create(languages)
    ContactPoint.objects.bulk_create(with_keys(contact_points))
    renamed = [*Name.objects.bulk_create(names), *(row for row, _values in changes if isinstance(row, Name))]
    if renamed:
        index_names([name.person for name in renamed], renamed)
    return list(about.values())


@act(policy.may_move_person_to_unit)
def move_person_to_unit(actor: Actor, person: Person, *, unit: Unit) -> Person:
    """Let another unit keep a person from now on, with the names, papers and everything that hangs on the person."""
    return write(person, unit=unit)
