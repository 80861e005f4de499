"""Noor in care with the Okafors, and the homes and children around her."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kinkeeper.access.models import Unit
from kinkeeper.homes.models import Home
from kinkeeper.people.models import Person
from kinkeeper.placements import actions
from kinkeeper.placements.models import Episode, PeriodOfCare
from tests.conftest import Colleague, approve, decide, open_case, register

TODAY = date.today()
MAY = date(2024, 5, 6)
JUNE = date(2024, 6, 3)
JULY = date(2024, 7, 1)


@pytest.fixture
def in_care(amina: Colleague, noor: Person, okafors: Home) -> PeriodOfCare:
    """Noor’s period of care: with the Okafors since May, on a voluntary agreement; it is decided that she may live so."""
    decide_much(noor)
    return actions.start_placement(
        amina.actor,
        noor,
        home=okafors,
        started_on=MAY,
        care_type="FOSTER_ST",
        legal_status_code="VOLUNTARY",
        need="NEGLECT",
    )


@pytest.fixture
def house_three(village: Unit) -> Home:
    """A family of the village with room for one child more, approved."""
    home = Home.objects.create(unit=village, name="House Three", kind=Home.Kind.VILLAGE_FAMILY, capacity=1)
    approve(home, "SOS_FAM", "RESPITE")
    return home


@pytest.fixture
def samir(village: Unit, amina: Colleague) -> Person:
    """Another child of Amina’s, ten years old."""
    child = register(village, "Samir", "Saleh", born=TODAY - timedelta(days=10 * 366))
    open_case(child, amina)
    decide_much(child)
    return child


def decide_much(child: Person) -> None:
    """Several forms of care are decided for a child, so that a test may speak of something else."""
    for care_type in ("FOSTER_ST", "FOSTER_LT", "SOS_FAM"):
        decide(child, care_type)


def story(child: Person) -> list[tuple[object, ...]]:
    """The episodes of a child as the tables keep them: reason, days, home, care type, legal status."""
    rows = Episode.objects.filter(period__child=child).with_ends().order_by("started_on")
    return [
        (
            e.reason,
            e.started_on,
            e.ended_on,  # type: ignore[attr-defined]
            e.placement.home.name,
            e.placement.care_type,
            e.legal_status.status,
        )
        for e in rows.select_related("placement__home", "legal_status", "period")
    ]
