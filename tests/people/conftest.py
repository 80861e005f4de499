"""A vault of the test’s own, and people as the deeds register them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kinkeeper.access.models import Unit
from kinkeeper.families.models import Family, Kinship, Membership
from kinkeeper.people import actions
from kinkeeper.people.models import Consent, Person
from tests.conftest import LONG_AGO, Colleague, register


@pytest.fixture(autouse=True)
def own_vault(tmp_path: Path, settings) -> Path:
    """Stored bytes of a test lie in its own folder."""
    settings.DATA = tmp_path
    return tmp_path / "files"


def enter(who: Colleague, given: str, family: str, **particulars: Any) -> Person:
    """A person registered through the deed, in the first unit where the colleague sits."""
    from kinkeeper.access.models import Seat

    seat = Seat.objects.filter(user=who.user).order_by("pk").first()
    assert seat is not None
    assert seat.unit is not None
    return actions.register_person(who.actor, seat.unit, given=given, family=family, **particulars)


@pytest.fixture
def layla(village: Unit, noor: Person) -> Person:
    """Noor’s mother, who is responsible for her and belongs to her family."""
    mother = register(village, "Layla", "Saleh", born=date(1990, 1, 1))
    Kinship.objects.create(
        person=mother, kind=Kinship.Kind.PARENT, relative=noor, legally_responsible=True, starts_on=LONG_AGO
    )
    family = Family.objects.create(unit=village, name="Saleh")
    for member in (noor, mother):
        Membership.objects.create(family=family, person=member)
    return mother


@pytest.fixture
def photos_agreed(noor: Person, layla: Person) -> Consent:
    """Layla agreed to photographs of Noor."""
    return Consent.objects.create(
        person=noor, given_by=layla, by_child=False, purpose="PHOTO", answer=Consent.Answer.GIVEN,
        explained="With pictures.", given_on=date(2024, 1, 1),
    )  # fmt: skip
