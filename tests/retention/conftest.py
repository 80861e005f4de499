"""Karim, the director and second pair of eyes; Omar, whose record is past its time."""

from __future__ import annotations

from datetime import date

import pytest

from kinkeeper.access.models import Role, Unit
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.people.models import Identifier, Person
from kinkeeper.retention import ledger
from tests.conftest import Colleague, hire, put, register


@pytest.fixture
def karim(village: Unit) -> Colleague:
    """Director of the programme of Noor’s unit."""
    return hire("Karim Director", (Role.DIRECTOR, village.programme))


@pytest.fixture
def omar(village: Unit, amina: Colleague) -> Person:
    """A boy who was helped at home long ago; the years for which that is kept are over."""
    person = register(village, "Omar", "Haddock", born=date(1970, 5, 17), sex="M")
    put(person, religion="Sunni")
    case = Case.objects.create(
        child=person, unit=village, worker=amina.user, opened_on=date(1980, 1, 1), closed_on=date(1990, 2, 3),
        state=Case.State.CLOSED,
    )  # fmt: skip
    Assignment.objects.create(case=case, worker=amina.user, starts_on=case.opened_on, ends_on=case.closed_on)
    Contact.objects.create(
        case=case, happened_on=date(1985, 4, 4), seen="alone", note="His uncle Samir hit him.", by=amina.user
    )  # fmt: skip
    Identifier.objects.create(person=person, scheme="national", value="AB 123")
    return person


@pytest.fixture(autouse=True)
def own_ledger(tmp_path, settings) -> None:
    """A ledger of its own for every test."""
    settings.DATA = tmp_path / "data"
    settings.BACKUPS = tmp_path / "backups"
    assert ledger.read(ledger.places()) == {}
