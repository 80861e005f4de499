"""The Salehs: Noor, her mother Layla and her brother Omar, all kept by the village."""

from __future__ import annotations

from datetime import date

import pytest

from kinkeeper.access.models import Unit
from kinkeeper.families.models import Family, Membership
from kinkeeper.people.models import Person, Sex
from tests.conftest import register


@pytest.fixture
def salehs(noor: Person, layla: Person, omar: Person) -> Family:
    """Noor’s family."""
    family = Family.objects.create(unit=noor.unit, name="Saleh")
    for person in (noor, layla, omar):
        Membership.objects.create(family=family, person=person)
    return family


@pytest.fixture
def layla(village: Unit) -> Person:
    """Noor’s mother."""
    return register(village, "Layla", "Saleh", born=date(1990, 2, 3), sex=Sex.FEMALE)


@pytest.fixture
def omar(village: Unit) -> Person:
    """Noor’s brother."""
    return register(village, "Omar", "Saleh", born=date(2012, 6, 1), sex=Sex.MALE)
