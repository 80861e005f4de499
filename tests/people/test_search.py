"""Search: who may be meant, across scripts, slips and word order, within what the actor sees."""

from __future__ import annotations

import pytest

from kinkeeper.access.models import Role, Unit
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.codes import show_code
from kinkeeper.people import actions, queries
from kinkeeper.people.models import Person
from tests.conftest import Colleague, hire, open_case
from tests.people.conftest import enter


@pytest.fixture
def crowd(dalia: Colleague) -> dict[str, Person]:
    """People with names in three scripts."""
    spelled = [
        ("Мария", "Иванова"), ("Мухаммад", "Каримов"), ("محمد", "الأحمد"), ("Юлия", "Шевченко"),
        ("Agnès", "Lefèvre"), ("Zoë", "van den Berg"), ("John", "O’Brien"), ("Dilnoza", "Oʻrinboyeva"),
        ("Maria", "Santos"), ("Ivan", "Petrov"), ("Иван", "Петров"),
    ]  # fmt: skip
    return {f"{given} {family}": enter(dalia, given, family) for given, family in spelled}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Мария Иванова", "Мария Иванова"),
        ("иванова мария", "Мария Иванова"),
        ("Maria Ivanova", "Мария Иванова"),
        ("Mariya Ivanova", "Мария Иванова"),
        ("Ivanva", "Мария Иванова"),
        ("Mohammed Karimov", "Мухаммад Каримов"),
        ("Muhammad al-Ahmad", "محمد الأحمد"),
        ("Yulia Shevchenko", "Юлия Шевченко"),
        ("lefevre", "Agnès Lefèvre"),
        ("Agnes Lefebre", "Agnès Lefèvre"),
        ("berg zoe", "Zoë van den Berg"),
        ("obrien", "John O’Brien"),
        ("Orinboyeva", "Dilnoza Oʻrinboyeva"),
        ("Santos", "Maria Santos"),
    ],
)
def test_the_one_who_is_meant_comes_first(text: str, meant: str, dalia: Colleague, crowd: dict[str, Person]) -> None:
    assert queries.search(dalia.actor, text)[0] == crowd[meant]


def test_the_same_script_comes_before_another(dalia: Colleague, crowd: dict[str, Person]) -> None:
    assert queries.search(dalia.actor, "Ivan Petrov")[:2] == [crowd["Ivan Petrov"], crowd["Иван Петров"]]
    assert queries.search(dalia.actor, "Иван Петров")[:2] == [crowd["Иван Петров"], crowd["Ivan Petrov"]]


@pytest.mark.parametrize("text", ["", "   ", "?!", "Xqzw Vvvk", "…"])
def test_nobody_is_found_where_nobody_is_meant(text: str, dalia: Colleague, crowd: dict[str, Person]) -> None:
    assert queries.search(dalia.actor, text) == []


def test_a_limit_holds(dalia: Colleague, crowd: dict[str, Person]) -> None:
    assert len(queries.search(dalia.actor, "Ivan", limit=1)) == 1


def test_a_public_code_finds_as_people_write_it(dalia: Colleague, crowd: dict[str, Person]) -> None:
    ivan = crowd["Ivan Petrov"]
    assert queries.search(dalia.actor, show_code(ivan.code).lower()) == [ivan]
    assert queries.search(dalia.actor, ivan.code) == [ivan]


def test_a_public_code_without_a_digit_finds_too(dalia: Colleague, crowd: dict[str, Person]) -> None:
    ivan = crowd["Ivan Petrov"]
    Person.objects.filter(pk=ivan.pk).update(code="CDFGHJKMNPCP")
    assert queries.search(dalia.actor, "cdfg-hjkm-npcp") == [ivan]


def test_a_number_finds_when_it_is_typed_in_full(dalia: Colleague, crowd: dict[str, Person]) -> None:
    ivan = crowd["Ivan Petrov"]
    actions.record_identifier(dalia.actor, ivan, scheme="passport", value="AB 1234567")
    assert queries.search(dalia.actor, "ab 1234567") == [ivan]
    assert queries.search(dalia.actor, "AB 123456") == []


def test_who_may_not_read_numbers_does_not_find_by_them(dalia: Colleague, village: Unit) -> None:
    ivan = enter(dalia, "Ivan", "Petrov")
    actions.record_identifier(dalia.actor, ivan, scheme="passport", value="AB1234567")
    director = hire("Petra Director", (Role.DIRECTOR, village.programme))
    assert queries.search(director.actor, "Petrov") == [ivan]
    assert queries.search(director.actor, "AB1234567") == []


def test_search_stays_in_sight(
    amina: Colleague, bruno: Colleague, eve: Colleague, rosa: Colleague, dalia: Colleague, crowd: dict[str, Person]
) -> None:
    ivan = crowd["Ivan Petrov"]
    actions.record_identifier(dalia.actor, ivan, scheme="passport", value="AB1234567")
    for text in ("Petrov", ivan.code, "AB1234567"):
        for colleague in (amina, bruno, eve, rosa):
            assert queries.search(colleague.actor, text) == []
    open_case(ivan, amina)
    assert queries.search(amina.actor, "Петров") == [ivan]


def test_search_asks_as_often_for_three_as_for_one(dalia: Colleague, django_assert_num_queries) -> None:
    actor = dalia.actor
    for n in range(3):
        enter(dalia, "Ivan", "Petrov", birth=PartialDate(2010 + n))
        with django_assert_num_queries(10):
            assert len(queries.search(actor, "Ivan Petrov")) == n + 1


@pytest.mark.parametrize("most", [0, 1, 1_000])
def test_sight_is_the_same_however_many_bear_the_name(
    most: int, amina: Colleague, dalia: Colleague, bruno: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "MOST_BEARERS", most)
    found = [enter(dalia, "Ivan", "Petrov", birth=PartialDate(2010 + n)) for n in range(3)]
    open_case(found[1], amina)

    assert queries.search(dalia.actor, "Ivan Petrov") == found
    assert queries.search(amina.actor, "Ivan Petrv") == [found[1]]
    assert queries.search(bruno.actor, "Ivan Petrov") == []


def test_likely_duplicates_look_at_the_birth(dalia: Colleague) -> None:
    ivan = enter(dalia, "Ivan", "Petrov", birth=PartialDate.parse("2014-05"))
    ask = dalia.actor
    for birth in ("2014-05-17", "2014", "~2015", "~2013-10-01"):
        assert queries.likely_duplicates(ask, ["Иван Петров"], PartialDate.parse(birth)) == [ivan], birth
    for birth in ("2014-06-01", "2013", "~2017"):
        assert queries.likely_duplicates(ask, ["Иван Петров"], PartialDate.parse(birth)) == [], birth
    assert queries.likely_duplicates(ask, ["Ivan Petrov"], None) == [ivan]
    assert queries.likely_duplicates(ask, ["Ivan Ivanov"], None) == []
