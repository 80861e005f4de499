"""Search: people in any script, homes, cases; only what the actor sees; whole page or only the list while typing."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.models import Unit
from kinkeeper.cases import actions
from kinkeeper.cases.models import Case
from kinkeeper.homes.models import Home
from tests.conftest import Colleague
from tests.desk.conftest import TODAY

CAST = [
    ("amina", True),
    ("dalia", True),
    ("tess", True),
    ("bruno", False),
    ("eve", False),
    ("rosa", False),
    ("mona", False),
]


@pytest.fixture
def madina(amina: Colleague, village: Unit) -> Case:
    """A girl taken in by Amina under a name in Cyrillic."""
    return actions.take_in_child(
        amina.actor, village, given="Мадина", family="Каримова", opened_on=TODAY, kind=Case.Kind.CARE
    )


@pytest.mark.parametrize("words", ["Madina", "Мадина Каримова", "karimova madina", "Madinna"])
@pytest.mark.parametrize("name, finds", CAST)
def test_a_person_is_found_in_scope_only(
    name: str, finds: bool, words: str, request: pytest.FixtureRequest, madina: Case, other_unit: Unit
) -> None:
    colleague: Colleague = request.getfixturevalue(name)
    text = colleague.browser.get(reverse("search"), {"q": words}).content.decode()
    assert ("Мадина Каримова</b>" in text) == finds
    assert ("Nothing found" in text) != finds


@pytest.mark.parametrize("name, finds", CAST)
def test_homes_and_cases_are_found_in_scope_only(
    name: str, finds: bool, request: pytest.FixtureRequest, madina: Case, okafors: Home, other_unit: Unit
) -> None:
    browser = request.getfixturevalue(name).browser
    assert (
        reverse("home", args=[okafors.code]) in browser.get(reverse("search"), {"q": "okafors"}).content.decode()
    ) == finds
    assert (madina.get_absolute_url() in browser.get(reverse("search"), {"q": madina.code}).content.decode()) == finds


def test_while_typing_only_the_list_is_sent(amina: Colleague, madina: Case) -> None:
    text = amina.browser.get(reverse("search"), {"q": "Mad"}, headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in text
    assert "Мадина Каримова" in text


def test_without_words_nothing_is_listed(amina: Colleague, madina: Case) -> None:
    text = amina.browser.get(reverse("search")).content.decode()
    assert "Мадина" not in text
    assert "Nothing found" not in text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_search_asks_the_same_number_of_questions(
    amina: Colleague, village: Unit, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        actions.take_in_child(
            amina.actor, village, given=f"Leyla{'xyz'[number]}", family="Aliyeva", opened_on=TODAY, kind=Case.Kind.CARE
        )
        Home.objects.create(unit=village, name=f"Aliyeva {number}", kind=Home.Kind.RELATIVES)
    browser = amina.browser
    browser.get(reverse("search"))
    with django_assert_num_queries(19):
        browser.get(reverse("search"), {"q": "Aliyeva"})
