"""Noor in care with the Okafors, her brother and sister, and what was written down about her."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kinkeeper.access.models import Role, Unit
from kinkeeper.cases.models import Case, Contact
from kinkeeper.families.models import Kinship
from kinkeeper.homes.models import Home
from kinkeeper.people.models import Person
from kinkeeper.placements.models import PeriodOfCare
from tests.conftest import Colleague, hire, live_in, open_case, register

TODAY = date.today()
MAY = date(2024, 5, 6)


@pytest.fixture
def tess(village: Unit) -> Colleague:
    """The director of the programme to which Noor’s unit belongs."""
    return hire("Tess Director", (Role.DIRECTOR, village.programme))


@pytest.fixture
def in_care(amina: Colleague, noor: Person, okafors: Home) -> PeriodOfCare:
    """Noor lives with the Okafors since May 2024."""
    return place(amina, noor, okafors)


def place(worker: Colleague, child: Person, home: Home, started_on: date = MAY) -> PeriodOfCare:
    """A child lives in a home, whatever a deed would ask: the pages are what is tested here."""
    return live_in(home, child, since=started_on)


def sibling_of(noor: Person, given: str, worker: Colleague | None = None, unit: Unit | None = None) -> Person:
    """A brother or sister of Noor; with a worker, one of our children."""
    child = register(unit or noor.unit, given, "Saleh", born=TODAY - timedelta(days=6 * 366))
    Kinship.objects.create(person=noor, kind=Kinship.Kind.SIBLING, relative=child)
    if worker:
        open_case(child, worker)
    return child


def visited(case: Case, on: date, **facts: str) -> Contact:
    """A visit that was written down."""
    return Contact.objects.create(case=case, happened_on=on, seen=Contact.Seen.ALONE, by=case.worker, **facts)
