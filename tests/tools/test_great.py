"""The great bench measures true rows: sealed for their own holder, found by name, whole; and an installation can grow."""

from __future__ import annotations

from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from bench.masses import NOTES, SAID, TABLES, fill
from kinkeeper.access.gate import actor_for
from kinkeeper.access.models import Association, Role, Seat
from kinkeeper.cases.models import Case, Contact
from kinkeeper.families.models import Household
from kinkeeper.journal.history import missing_triggers
from kinkeeper.keys.models import DataKey
from kinkeeper.keys.ring import keyring
from kinkeeper.lib.codes import is_code
from kinkeeper.lib.names import index_keys
from kinkeeper.people import queries
from kinkeeper.people.models import ContactPoint, Name, NameKey, Person
from kinkeeper.placements.models import Episode

TODAY = date(2026, 11, 28)


@pytest.fixture
def masses(association: Association) -> None:
    """Ten families of four persons and more, filled in two steps."""
    fill(80, 2, TODAY)
    fill(160, 2, TODAY)


def names_in_the_database() -> set[str]:
    """Every index and constraint of the tables that are filled."""
    found: set[str] = set()
    with connection.cursor() as cursor:
        for room, models in TABLES.items():
            for name in models.split():
                table = apps.get_model(room, name)._meta.db_table
                found |= set(connection.introspection.get_constraints(cursor, table))
    return found


def test_every_sealed_text_opens_where_it_lies(masses: None) -> None:
    with keyring():
        contacts = list(Contact.objects.all())
        assert {contact.note for contact in contacts} == {note.decode() for note in NOTES[:4]}
        assert {contact.child_said for contact in contacts} == {"", SAID.decode()}
        assert all(point.value.startswith("+00 ") for point in ContactPoint.objects.all())
        assert {row.address.split(" ", 1)[-1] for row in Household.objects.exclude(address="")} == {"Harbour Street"}


def test_every_child_has_a_key_of_its_own(masses: None) -> None:
    children = set(Case.objects.values_list("child__code", flat=True))

    assert len(children) == 80
    assert children <= set(DataKey.objects.filter(holder_type="people.person").values_list("holder_code", flat=True))


def test_it_is_as_large_as_asked(masses: None) -> None:
    assert Person.objects.count() == 160
    assert Contact.objects.count() == 320
    assert Case.objects.filter(closed_on=None).count() == 40
    assert Episode.objects.exists()
    assert all(is_code(code) for code in Person.objects.values_list("code", flat=True))


def test_everybody_is_found_by_every_name(masses: None) -> None:
    for person in Person.objects.all():
        wanted = {key for name in Name.objects.filter(person=person) for key in index_keys(str(name))}
        assert set(NameKey.objects.filter(person=person).values_list("key", flat=True)) == wanted


def test_a_supervisor_finds_and_opens_a_child(masses: None) -> None:
    supervisor = Seat.objects.filter(role=Role.SUPERVISOR)[0].user
    child = Case.objects.filter(closed_on=None, state="active")[0].child
    client = Client()
    client.force_login(supervisor)

    assert child in queries.search(actor_for(supervisor), child.name)
    assert client.get(f"/children/{child.code}/").status_code == 200


def test_the_database_is_whole_afterwards(association: Association) -> None:
    before = names_in_the_database()

    fill(80, 2, TODAY)

    assert names_in_the_database() == before
    connection.check_constraints()
    assert not missing_triggers()


def test_people_can_be_added_afterwards(masses: None, association: Association) -> None:
    unit = Person.objects.all()[0].unit

    assert Person.objects.create(unit=unit, name="Noor Saleh", sort_name="saleh noor").code
