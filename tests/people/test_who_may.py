"""Who keeps what is recorded of a person, seat by seat. No table is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q

from kinkeeper.access.gate import Verdict
from kinkeeper.access.models import Role, Unit
from kinkeeper.people import policy
from kinkeeper.people.models import Consent, Document, LegalStatus, Name, Person
from tests.seats import ELSEWHERE, HERE, OVERSEERS, SUPERVISOR, TODAY, WORKERS, has_seats, refused, seated, system

PERSON = Person(unit_id=HERE)
OF_THE_UNIT = "Only workers of this person’s unit"
YES_GIVEN = Consent(person=PERSON, answer=Consent.Answer.GIVEN)
DEEDS: list[tuple[Callable[[Any, Any], Verdict], Any]] = [
    (policy.may_describe_person, PERSON),
    (policy.may_name_person, PERSON),
    (policy.may_end_name, Name(person=PERSON)),
    (policy.may_record_language, PERSON),
    (policy.may_record_identifier, PERSON),
    (policy.may_record_contact_point, PERSON),
    (policy.may_record_legal_status, PERSON),
    (policy.may_end_legal_status, LegalStatus(person=PERSON)),
    (policy.may_add_document, PERSON),
    (policy.may_withdraw_document, Document(person=PERSON)),
    (policy.may_record_consent, PERSON),
    (policy.may_withdraw_consent, YES_GIVEN),
]


@pytest.mark.parametrize("place", range(len(DEEDS)))
def test_a_record_is_kept_by_the_workers_of_its_unit(place: int) -> None:
    judge, subject = DEEDS[place]
    has_seats(lambda actor: judge(actor, subject), WORKERS, OF_THE_UNIT)


def test_people_are_registered_by_workers_and_many_by_those_who_oversee() -> None:
    has_seats(lambda actor: policy.may_register_person(actor, Unit(pk=HERE)), WORKERS, "can register people in it")
    for judge in (policy.may_register_people, policy.may_bring_in_legal_statuses):
        has_seats(lambda actor, judge=judge: judge(actor, Unit(pk=HERE)), OVERSEERS, "many records at once")


def test_a_photo_begins_with_the_seat() -> None:
    assert OF_THE_UNIT in refused(policy.may_set_photo(seated(Role.DIRECTOR), PERSON))[1]
    assert OF_THE_UNIT in refused(policy.may_set_photo(seated(Role.SUPERVISOR, ELSEWHERE), PERSON))[1]


def test_a_death_is_noted_once_by_workers_and_director() -> None:
    has_seats(lambda actor: policy.may_note_death(actor, PERSON), {*WORKERS, Role.DIRECTOR}, OF_THE_UNIT)
    assert refused(policy.may_note_death(SUPERVISOR, Person(unit_id=HERE, died_on=TODAY)))[0] == "G-STEP"


def test_religion_is_kept_by_whoever_reads_it() -> None:
    for role in (Role.CASEWORKER, Role.SUPERVISOR):
        assert policy.may_describe_culture(seated(role), PERSON)
    assert "does not reach" in refused(policy.may_describe_culture(seated(Role.YOUTH_WORKER), PERSON))[1]
    assert OF_THE_UNIT in refused(policy.may_describe_culture(seated(Role.DIRECTOR), PERSON))[1]


def test_what_has_ended_does_not_end_again() -> None:
    ended = LegalStatus(person=PERSON, ends_on=TODAY)
    assert "already ended" in refused(policy.may_end_legal_status(SUPERVISOR, ended))[1]
    gone = Document(person=PERSON, withdrawn_on=TODAY)
    assert "already been withdrawn" in refused(policy.may_withdraw_document(SUPERVISOR, gone))[1]
    taken_back = Consent(person=PERSON, answer=Consent.Answer.GIVEN, withdrawn_on=TODAY)
    assert "already been withdrawn" in refused(policy.may_withdraw_consent(SUPERVISOR, taken_back))[1]
    no = Consent(person=PERSON, answer=next(one for one in Consent.Answer.values if one != Consent.Answer.GIVEN))
    assert "This answer was no" in refused(policy.may_withdraw_consent(SUPERVISOR, no))[1]


def test_a_record_is_moved_by_the_system_alone() -> None:
    assert policy.may_move_person_to_unit(system(Role.SUPERVISOR), PERSON)
    for actor in (SUPERVISOR, system(), system(Role.DIRECTOR)):
        assert "transfer of the case" in refused(policy.may_move_person_to_unit(actor, PERSON))[1]


@pytest.mark.parametrize("role", Role.values)
def test_people_are_seen_by_those_who_oversee_their_unit(role: str) -> None:
    units = frozenset({HERE}) if role in OVERSEERS else frozenset()
    assert policy.people(seated(role)) == Q(unit_id__in=units)
