"""The pages of the deeds on homes."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kinkeeper.access.models import Unit
from kinkeeper.homes.models import Carer, Home
from kinkeeper.people.actions import register_person
from kinkeeper.people.models import Person
from tests.conftest import Colleague, put


def test_a_home_opens_is_described_and_closes(dalia: Colleague, village: Unit) -> None:
    browser, address = dalia.browser, reverse("open_home", args=[village.code])
    assert browser.get(address).status_code == 200
    typed = {"name": "House Nine", "kind": "village_family"}
    done = browser.post(address, {"version": village.version, **typed, "opened_on": "2024-05-06", "capacity": "6"})
    home = Home.objects.get()
    assert (done["Location"], home.capacity) == (reverse("home", args=[home.code]), 6)
    address = reverse("describe_home", args=[home.code])
    assert 'value="House Nine"' in browser.get(address).content.decode()
    browser.post(address, {"version": home.version, **typed, "capacity": ""})
    home.refresh_from_db()
    assert home.capacity is None
    address = reverse("close_home", args=[home.code])
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"version": home.version, "closed_on": "2024-06-03"}).status_code == 302
    assert "already closed" in browser.get(address).content.decode()


def test_a_carer_is_found_appointed_and_ended(dalia: Colleague, village: Unit, okafors: Home, noor: Person) -> None:
    emeka = register_person(dalia.actor, village, given="Emeka", family="Okafor")
    browser, address = dalia.browser, reverse("appoint_carer", args=[okafors.code])
    assert "Emeka" not in browser.get(address).content.decode()
    assert "Emeka Okafor" in browser.get(address, {"q": "emeka"}).content.decode()
    assert "Nobody was found" in browser.get(address, {"q": "zzzz"}).content.decode()
    typed = {"version": okafors.version, "person": emeka.code, "starts_on": "2024-05-06"}
    assert browser.post(f"{address}?q=emeka", typed).status_code == 302
    carer = Carer.objects.get(person=emeka)
    address = reverse("end_carer", args=[carer.code])
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"version": carer.version, "ended_on": "2024-06-03"}).status_code == 302
    carer.refresh_from_db()
    assert carer.ends_on is not None


@pytest.mark.parametrize("name", ["describe_home", "close_home", "appoint_carer"])
def test_the_pages_do_not_exist_for_strangers(
    bruno: Colleague, eve: Colleague, rosa: Colleague, okafors: Home, name: str
) -> None:
    for stranger in (bruno, eve, rosa):
        assert stranger.browser.get(reverse(name, args=[okafors.code])).status_code == 404


def test_a_caseworker_is_told_who_keeps_homes_and_sees_no_address(amina: Colleague, okafors: Home) -> None:
    put(okafors, address="Long Lane 9")
    page = amina.browser.get(reverse("describe_home", args=[okafors.code])).content.decode()
    assert "Only a supervisor of this unit can change its homes." in page
    assert "Long Lane 9" not in page
