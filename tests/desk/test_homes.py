"""Homes: which are listed, how full they are, who lives there as far as one may know, and the address for few."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.models import Unit
from kinkeeper.desk.homes import home_page, list_of_homes
from kinkeeper.homes.models import Carer, Home
from kinkeeper.journal.models import Look
from kinkeeper.people.models import Person
from kinkeeper.placements.models import PeriodOfCare
from tests.conftest import Colleague, approve, decide, hire, put, register
from tests.desk.conftest import MAY, child_of, place

CAST = [("amina", 200), ("dalia", 200), ("tess", 200), ("bruno", 404), ("eve", 404), ("rosa", 404), ("mona", 404)]


@pytest.mark.parametrize("name, status", CAST)
def test_who_sees_a_home(name: str, status: int, request: pytest.FixtureRequest, okafors: Home) -> None:
    colleague: Colleague = request.getfixturevalue(name)
    assert colleague.browser.get(reverse("home", args=[okafors.code])).status_code == status
    listed = [line.home for line in list_of_homes(colleague.actor, {}).object_list]
    assert listed == ([okafors] if status == 200 else [])
    assert colleague.browser.get(reverse("homes")).status_code == 200


def test_the_list_says_how_many_places_are_free(amina: Colleague, okafors: Home, in_care: PeriodOfCare) -> None:
    line = list_of_homes(amina.actor, {}).object_list[0]
    assert (line.taken, line.free) == (1, 1)
    assert "1 place free" in amina.browser.get(reverse("homes")).content.decode()


def test_only_homes_with_a_free_place(amina: Colleague, village: Unit, okafors: Home, in_care: PeriodOfCare) -> None:
    full = Home.objects.create(unit=village, name="House Three", kind=Home.Kind.VILLAGE_FAMILY, capacity=1)
    place(amina, child_of(amina, village, "Omar").child, full)
    assert [line.home for line in list_of_homes(amina.actor, {"free": "True"}).object_list] == [okafors]
    assert [line.home for line in list_of_homes(amina.actor, {"kind": "village_family"}).object_list] == [full]
    assert [line.home for line in list_of_homes(amina.actor, {"q": "okaf"}).object_list] == [okafors]


def test_children_beyond_scope_are_not_named(
    amina: Colleague, village: Unit, okafors: Home, in_care: PeriodOfCare
) -> None:
    karim = hire("Karim Colleague", ("caseworker", village))
    text = karim.browser.get(reverse("home", args=[okafors.code])).content.decode()
    assert "Noor" not in text
    assert "None of the children who live here is in your care." in text
    assert "Noor Saleh" in amina.browser.get(reverse("home", args=[okafors.code])).content.decode()


def test_who_lived_there_before_is_remembered(
    amina: Colleague, village: Unit, okafors: Home, in_care: PeriodOfCare
) -> None:
    from kinkeeper.placements import actions

    other = Home.objects.create(unit=village, name="House Three", kind=Home.Kind.VILLAGE_FAMILY, capacity=4)
    approve(other, "SOS_FAM")
    decide(in_care.child, "SOS_FAM")
    june = MAY.replace(month=6)
    actions.move_child(amina.actor, in_care, home=other, moved_on=june, care_type="SOS_FAM", leave_reason="PLAN")
    page = home_page(amina.actor, okafors.code)
    assert page.here == []
    assert [(stay.child.name, stay.started_on, stay.ended_on) for stay in page.before] == [("Noor Saleh", MAY, june)]
    assert [row.episode.period.child.name for row in home_page(amina.actor, other.code).here] == ["Noor Saleh"]


def test_the_address_is_shown_to_few(amina: Colleague, tess: Colleague, okafors: Home) -> None:
    put(okafors, address="Mill Lane 4")
    address = reverse("home", args=[okafors.code])
    assert "Mill Lane 4" in amina.browser.get(address).content.decode()
    assert "Mill Lane 4" not in tess.browser.get(address).content.decode()


def test_the_look_is_written_down(amina: Colleague, okafors: Home) -> None:
    amina.browser.get(reverse("home", args=[okafors.code]))
    assert list(Look.objects.values_list("page", "subject_type", "subject_id")) == [("home", "homes.home", okafors.pk)]


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name, questions", [("homes", 11), ("home", 21)])
def test_the_pages_ask_the_same_number_of_questions(
    amina: Colleague, village: Unit, noor: Person, rows: int, name: str, questions: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        home = Home.objects.create(unit=village, name=f"House {number}", kind=Home.Kind.VILLAGE_FAMILY, capacity=9)
        for other in range(rows):
            carer = register(village, f"Carer{number}{other}", "Lind")
            Carer.objects.create(home=home, person=carer, starts_on=MAY)
            place(amina, child_of(amina, village, f"Child{number}{other}").child, home)
    browser = amina.browser
    address = reverse("homes") if name == "homes" else reverse("home", args=[home.code])
    browser.get(address)
    with django_assert_num_queries(questions):
        browser.get(address)
