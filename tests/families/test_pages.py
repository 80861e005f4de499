"""The pages of the deeds on families."""

from __future__ import annotations

from datetime import date

import pytest

from kinkeeper.access.models import Role, Unit
from kinkeeper.families import actions, queries
from kinkeeper.families.models import Family, Household, HouseholdMember, Kinship, Membership
from kinkeeper.lib.ages import PartialDate
from kinkeeper.people.actions import register_person
from kinkeeper.people.models import Person
from tests.conftest import Colleague, hire, register


def test_a_relative_is_added_on_the_page(amina: Colleague, noor: Person) -> None:
    address = f"/people/{noor.code}/add-relative/"
    assert "Say what the new person is of Noor Saleh" in amina.browser.get(address).content.decode()
    said = {"version": "1", "kind": "parent", "given": "Layla", "family": "Saleh", "sex": "F", "birth": "1990"}
    response = amina.browser.post(address, {**said, "contact": "supervised"})
    assert (response.status_code, response["Location"]) == (302, noor.get_absolute_url())
    [mother] = queries.relatives_of(amina.actor, noor)
    assert (mother.word, mother.tie.contact) == ("mother", "supervised")
    again = amina.browser.post(address, {**said, "given": "Layla"}).content.decode()
    assert "has nearly this name and birth" in again
    assert (
        "Give at least a given name"
        in amina.browser.post(address, {"version": "1", "kind": "parent", "sex": "F"}).content.decode()
    )


def test_kin_are_found_among_the_family_or_by_name(
    dalia: Colleague, noor: Person, layla: Person, salehs: Family, village: Unit
) -> None:
    address = f"/people/{noor.code}/tie-kin/"
    page = dalia.browser.get(address).content.decode()
    assert "Layla Saleh" in page
    assert f'value="{noor.code}"' not in page
    aunt = register_person(dalia.actor, village, given="Ayşe", family="Demir", birth=PartialDate(1995))
    assert "Ayşe Demir" in dalia.browser.get(address, {"who": "ayse"}).content.decode()
    assert "Nobody found" in dalia.browser.get(address, {"who": "Xqzw"}).content.decode()
    said = {"version": "1", "relative": aunt.code, "kind": "aunt_or_uncle"}
    # Only somebody who was offered can be chosen.
    assert dalia.browser.post(address, said).status_code == 200
    response = dalia.browser.post(f"{address}?who=ayse", said)
    assert (response.status_code, response["Location"]) == (302, noor.get_absolute_url())
    assert Kinship.objects.get().person == aunt


def test_a_refusal_stands_on_the_page(dalia: Colleague, noor: Person, layla: Person, salehs: Family) -> None:
    said = {"version": "1", "relative": layla.code, "kind": "child"}
    page = dalia.browser.post(f"/people/{noor.code}/tie-kin/", said).content.decode()
    assert "Noor Saleh is not older than Layla Saleh" in page
    assert Kinship.objects.count() == 0


def test_a_tie_ends_on_its_page(amina: Colleague, noor: Person, layla: Person, salehs: Family) -> None:
    tie = actions.tie_kin(amina.actor, noor, relative=layla, kind="guardian")
    address = f"/ties/{tie.code}/end/"
    assert "Layla Saleh: guardian of Noor Saleh" in amina.browser.get(address).content.decode()
    response = amina.browser.post(address, {"version": "1", "ended_on": "2024-06-01"})
    assert (response.status_code, response["Location"]) == (302, noor.get_absolute_url())
    assert Kinship.objects.get().ends_on == date(2024, 6, 1)


def test_the_page_of_a_tie_does_not_name_who_is_out_of_sight(amina: Colleague, noor: Person, other_unit: Unit) -> None:
    far = register(other_unit, "Far", "Away")
    tie = Kinship.objects.create(person=far, kind="guardian", relative=noor)
    page = amina.browser.get(f"/ties/{tie.code}/end/").content.decode()
    assert "somebody you do not see: guardian of Noor Saleh" in page
    assert "Far" not in page
    assert amina.browser.post(f"/ties/{tie.code}/end/", {"version": "1", "ended_on": "2024-06-01"}).status_code == 302


def test_a_family_is_founded_on_the_page(dalia: Colleague, village: Unit) -> None:
    address = f"/units/{village.code}/found-family/"
    assert dalia.browser.get(address).status_code == 200
    assert dalia.browser.post(address, {"version": "1", "name": "Saleh"}).status_code == 302
    assert Family.objects.get().name == "Saleh"


def test_a_member_is_found_and_added(dalia: Colleague, salehs: Family, village: Unit) -> None:
    aunt = register_person(dalia.actor, village, given="Ayşe", family="Demir", birth=PartialDate(1995))
    address = f"/families/{salehs.code}/add-member/"
    assert 'name="person"' not in dalia.browser.get(address).content.decode()
    response = dalia.browser.post(f"{address}?who=Demir", {"version": "1", "person": aunt.code})
    assert (response.status_code, response["Location"]) == (302, salehs.get_absolute_url())
    assert Membership.objects.filter(person=aunt, family=salehs).exists()


def test_a_household_is_described_on_the_page(amina: Colleague, salehs: Family, noor: Person, omar: Person) -> None:
    address = f"/families/{salehs.code}/set-up-household/"
    assert "Omar Saleh" in amina.browser.get(address).content.decode()
    said = {"version": "1", "name": "River", "members": [noor.code, omar.code], "address": "1 River Lane"}
    assert amina.browser.post(address, said).status_code == 302
    assert (Household.objects.get().name, HouseholdMember.objects.count()) == ("River", 2)


PAGES = (
    "/people/{person}/add-relative/", "/people/{person}/tie-kin/", "/ties/{tie}/end/",
    "/families/{family}/add-member/", "/families/{family}/set-up-household/", "/units/{unit}/found-family/",
)  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_others_do_not_find_the_page_or_read_why_not(
    page: str, dalia: Colleague, bruno: Colleague, noor: Person, layla: Person, salehs: Family
) -> None:
    tie = actions.tie_kin(dalia.actor, noor, relative=layla, kind="parent")
    address = page.format(person=noor.code, tie=tie.code, family=salehs.code, unit=noor.unit.code)
    director = hire("Petra Director", (Role.DIRECTOR, noor.unit.programme))
    assert bruno.browser.get(address).status_code == 404
    shown = director.browser.get(address).content.decode()
    assert "Only workers of this unit" in shown
    assert "deed-form" not in shown


@pytest.mark.parametrize(
    ("page", "said"),
    [
        ("/people/{person}/add-relative/", {"kind": "parent", "given": "X"}),
        ("/families/{family}/set-up-household/", {"name": "X"}),
    ],
)
def test_a_stale_page_is_refused(
    page: str, said: dict[str, str], amina: Colleague, noor: Person, salehs: Family
) -> None:
    Person.objects.filter(pk=noor.pk).update(version=2)
    Family.objects.update(version=2)
    address = page.format(person=noor.code, family=salehs.code)
    shown = amina.browser.post(address, {"version": "1", **said}).content.decode()
    assert "Someone else changed this record" in shown
    assert (Household.objects.count(), Kinship.objects.count()) == (0, 0)
