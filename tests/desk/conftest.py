"""More children than Noor, in care and visited or not, for the lists."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kinkeeper.access.models import Role, Unit
from kinkeeper.cases.models import Case, Contact
from kinkeeper.homes.models import Home
from kinkeeper.people.models import Person
from kinkeeper.placements.models import PeriodOfCare
from tests.conftest import Colleague, hire, live_in, open_case, register

TODAY = date.today()
MAY = date(2024, 5, 6)


@pytest.fixture
def tess(village: Unit) -> Colleague:
    """The director of the programme to which the village belongs."""
    return hire("Tess Director", (Role.DIRECTOR, village.programme))


@pytest.fixture
def mona(village: Unit, other_unit: Unit) -> Colleague:
    """Monitors the whole association: counts, no records."""
    return hire("Mona Monitor", (Role.MONITOR, None))


@pytest.fixture
def in_care(amina: Colleague, noor: Person, okafors: Home) -> PeriodOfCare:
    """Noor lives with the Okafors since May 2024."""
    return place(amina, noor, okafors)


def place(worker: Colleague, child: Person, home: Home, started_on: date = MAY) -> PeriodOfCare:
    """A child lives in a home, whatever a deed would ask: the pages are what is tested here."""
    return live_in(home, child, since=started_on)


def child_of(worker: Colleague, unit: Unit, given: str, *, years: int = 6, visited: date | None = None) -> Case:
    """One more child in the caseload of a worker, visited on a day or never."""
    case = open_case(register(unit, given, "Zaman", born=TODAY - timedelta(days=years * 366)), worker)
    if visited:
        Contact.objects.create(case=case, happened_on=visited, seen=Contact.Seen.ALONE, by=worker.user)
    return case
