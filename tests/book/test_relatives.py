"""The pages of a relative or carer, of a family and of a case."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Family, Household, HouseholdMember, Membership
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Look
from kinkeeper.people.models import ContactPoint, Person
from kinkeeper.placements.models import PeriodOfCare
from tests.book.conftest import MAY, visited
from tests.conftest import Colleague, register

CAST = [("amina", 200), ("dalia", 200), ("tess", 200), ("bruno", 404), ("eve", 404), ("rosa", 404)]


@pytest.fixture
def family(noor: Person) -> Family:
    """The Salehs: Noor and her mother Hana, who live together."""
    family = Family.objects.create(unit=noor.unit, name="The Salehs")
    household = Household.objects.create(family=family, name="At Hana’s", address="Mill Lane 4")
    for person in (noor, register(noor.unit, "Hana", "Saleh")):
        Membership.objects.create(family=family, person=person)
        HouseholdMember.objects.create(household=household, person=person)
    return family


@pytest.fixture
def hana(family: Family) -> Person:
    """Noor’s mother."""
    return Person.objects.get(name="Hana Saleh")


@pytest.mark.parametrize("name, status", CAST)
@pytest.mark.parametrize("what", ["person", "family", "case"])
def test_who_sees_the_page(
    name: str, status: int, what: str, request: pytest.FixtureRequest, family: Family, hana: Person, noors_case: Case
) -> None:
    code = {"person": hana.code, "family": family.code, "case": noors_case.code}[what]
    colleague: Colleague = request.getfixturevalue(name)
    assert colleague.browser.get(reverse(what, args=[code])).status_code == status


def test_the_look_is_written_down(
    amina: Colleague, hana: Person, family: Family, noors_case: Case, noor: Person
) -> None:
    for what, code in (("person", hana.code), ("family", family.code), ("case", noors_case.code)):
        amina.browser.get(reverse(what, args=[code]))
    assert list(Look.objects.order_by("pk").values_list("page", "subject_type", "subject_id")) == [
        ("person", "people.person", hana.pk),
        ("family", "families.family", family.pk),
        ("case", "people.person", noor.pk),
    ]


def test_a_telephone_is_shown_to_those_who_may_read_addresses(amina: Colleague, tess: Colleague, hana: Person) -> None:
    ContactPoint.objects.create(person=hana, kind=ContactPoint.Kind.PHONE, value="+383 44 000 111")
    address = reverse("person", args=[hana.code])
    assert "+383 44 000 111" in amina.browser.get(address).content.decode()
    assert "+383 44 000 111" not in tess.browser.get(address).content.decode()


def test_the_address_of_a_household_is_shown_to_few(amina: Colleague, tess: Colleague, family: Family) -> None:
    address = reverse("family", args=[family.code])
    assert "Mill Lane 4" in amina.browser.get(address).content.decode()
    assert "Mill Lane 4" not in tess.browser.get(address).content.decode()


def test_a_carer_is_shown_with_the_home(amina: Colleague, okafors: Home) -> None:
    grace = Person.objects.get(name="Grace Okafor")
    assert "cares at The Okafors" in amina.browser.get(reverse("person", args=[grace.code])).content.decode()


def test_a_member_beyond_scope_is_neither_named_nor_counted(dalia: Colleague, family: Family, other_unit: Unit) -> None:
    Membership.objects.create(family=family, person=register(other_unit, "Hidden", "Saleh"))
    text = dalia.browser.get(reverse("family", args=[family.code])).content.decode()
    assert "2 people of this family are known to you" in text
    assert "Hidden" not in text


def test_the_case_says_who_was_responsible_and_what_happened(
    amina: Colleague, noors_case: Case, in_care: PeriodOfCare
) -> None:
    visited(noors_case, MAY, note="We talked about school.")
    text = amina.browser.get(reverse("case", args=[noors_case.code])).content.decode()
    for words in ("The case of Noor Saleh", "Amina Haddad", "We talked about school.", "The Okafors"):
        assert words in text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_case_asks_the_same_number_of_questions(
    amina: Colleague, noors_case: Case, in_care: PeriodOfCare, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        visited(noors_case, MAY, note="We talked.", child_said="Hello.")
    browser, address = amina.browser, reverse("case", args=[noors_case.code])
    browser.get(address)
    with django_assert_num_queries(82):
        browser.get(address)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_family_asks_the_same_number_of_questions(
    amina: Colleague, family: Family, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        person = register(family.unit, f"Kin{number}", "Saleh")
        Membership.objects.create(family=family, person=person)
        household = Household.objects.create(family=family, name=f"House {number}")
        HouseholdMember.objects.create(household=household, person=person)
    browser, address = amina.browser, reverse("family", args=[family.code])
    browser.get(address)
    with django_assert_num_queries(16):
        browser.get(address)
