"""The Volkovas, as a commission told us about them: mother Olga, Dasha, Kirill and Sonya; and a record of Dasha."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kinkeeper.access.models import Unit
from kinkeeper.intake.actions import Said, receive_referral
from kinkeeper.intake.models import Mentioned, Referral
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.names import index_keys
from kinkeeper.people.models import NameKey, Person
from tests.conftest import Colleague, register

OLGA = Said(part="parent", given="Olga", family="Volkova", birth=PartialDate(1994), sex="F", row="p1_")
DASHA = Said(given="Dasha", family="Volkova", birth=PartialDate(2014), sex="F", row="p2_")
KIRILL = Said(given="Kirill", family="Volkov", birth=PartialDate(2018, 5), sex="M", row="p3_")
SONYA = Said(given="Sonya", family="Volkova", birth=PartialDate(2023), sex="F", row="p4_")
TOLD: dict[str, Any] = {
    "channel": "letter",
    "source": "authority",
    "known": "No money for heating, the father has left.",
    "immediate_danger": False,
    "causes": ["POVERTY"],
    "spoken_of": (OLGA, DASHA, KIRILL, SONYA),
}
TAKEN: dict[str, Any] = {"urgency": "medium", "eligibility": "A family in our town", "kind": "family_strengthening"}


@pytest.fixture
def volkovas(amina: Colleague, village: Unit) -> Referral:
    """The referral of the Volkovas, received by Amina and not screened yet."""
    return receive_referral(amina.actor, village, **TOLD)


@pytest.fixture
def dasha(volkovas: Referral) -> Mentioned:
    """Dasha, as the commission spoke of her."""
    return Mentioned.objects.get(referral=volkovas, given="Dasha")


def recorded(unit: Unit, given: str, family: str, born: date | None) -> Person:
    """A person who is found by name, as registering one leaves it."""
    person = register(unit, given, family, born=born)
    NameKey.objects.bulk_create([NameKey(person=person, key=key) for key in index_keys(f"{given} {family}")])
    return person


@pytest.fixture
def recorded_dasha(village: Unit) -> Person:
    """The record of a Dasha Volkova, born in 2014, in Cyrillic; nobody’s case."""
    return recorded(village, "Даша", "Волкова", date(2014, 3, 2))


def fresh(referral: Referral) -> Referral:
    """The referral as it is stored now."""
    return Referral.objects.get(pk=referral.pk)
