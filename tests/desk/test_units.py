"""Units: their people, their homes, and figures that point at nobody."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case
from kinkeeper.desk import queries
from kinkeeper.homes.models import Home
from kinkeeper.people.models import Person
from tests.conftest import Colleague
from tests.desk.conftest import child_of, place

CAST = [("amina", 200), ("dalia", 200), ("tess", 200), ("mona", 200), ("rosa", 200), ("bruno", 404), ("eve", 404)]


@pytest.mark.parametrize("name, status", CAST)
def test_who_sees_a_unit(
    name: str, status: int, request: pytest.FixtureRequest, village: Unit, other_unit: Unit
) -> None:
    colleague: Colleague = request.getfixturevalue(name)
    assert colleague.browser.get(reverse("unit", args=[village.code])).status_code == status


def test_one_unit_is_opened_at_once(amina: Colleague, village: Unit, other_unit: Unit, rosa: Colleague) -> None:
    assert amina.browser.get(reverse("units")).headers["Location"] == reverse("unit", args=[village.code])
    assert "Hilltown" in rosa.browser.get(reverse("units")).content.decode()


def children(amina: Colleague, unit: Unit, number: int) -> list[Case]:
    """So many children with an open case."""
    return [child_of(amina, unit, f"Child{place}") for place in range(number)]


@pytest.mark.parametrize(
    "in_unit, in_care, shown",
    [
        (0, 0, (None, None, False)),
        (4, 4, (None, None, False)),
        (5, 0, (5, None, False)),
        (5, 5, (5, 5, False)),
        (9, 4, (9, None, False)),
        (9, 5, (9, None, True)),
        (10, 5, (10, 5, False)),
    ],
)
def test_a_monitor_is_told_no_count_that_points_at_somebody(
    mona: Colleague, amina: Colleague, village: Unit, in_unit: int, in_care: int, shown: tuple[Any, ...]
) -> None:
    home = Home.objects.create(unit=village, name="House", kind=Home.Kind.VILLAGE_FAMILY, capacity=20)
    for case in children(amina, village, in_unit)[:in_care]:
        place(amina, case.child, home)
    row = next(row for row in queries.figures(mona.actor) if row.unit == village)
    assert (row.children, row.in_care, row.nearly_all) == shown
    text = mona.browser.get(reverse("unit", args=[village.code])).content.decode()
    assert ("fewer than 5" in text) == (row.children is None or (row.in_care is None and not row.nearly_all))
    assert "Figures only" in text


def test_a_supervisor_is_told_every_count(dalia: Colleague, amina: Colleague, noor: Person, village: Unit) -> None:
    row = next(row for row in queries.figures(dalia.actor) if row.unit == village)
    assert (row.children, row.in_care, row.nearly_all) == (1, 0, False)
    text = dalia.browser.get(reverse("unit", args=[village.code])).content.decode()
    assert "Noor Saleh" in text
    assert "fewer than 5" not in text


def test_figures_cover_the_units_of_the_seat_only(
    dalia: Colleague,
    tess: Colleague,
    mona: Colleague,
    amina: Colleague,
    bruno: Colleague,
    eve: Colleague,
    rosa: Colleague,
) -> None:
    def counted(colleague: Colleague) -> list[str]:
        return [row.unit.name for row in queries.figures(colleague.actor)]

    assert counted(dalia) == ["Riverside"]
    assert counted(tess) == ["Riverside"]
    assert counted(mona) == ["Hilltown", "Riverside"]
    assert [counted(who) for who in (amina, bruno, eve, rosa)] == [[], [], [], []]


def test_a_caseworker_sees_no_figures_of_colleagues(
    amina: Colleague, dalia: Colleague, noor: Person, village: Unit
) -> None:
    child_of(dalia, village, "Omar")
    text = amina.browser.get(reverse("unit", args=[village.code])).content.decode()
    assert "You have 1 open case in this unit." in text
    assert "children with an open case" not in text
    assert "Omar" not in text


def test_a_monitor_reads_no_name_of_a_home(mona: Colleague, okafors: Home, village: Unit) -> None:
    assert "The Okafors" not in mona.browser.get(reverse("unit", args=[village.code])).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name, questions", [("dalia", 57), ("mona", 12), ("amina", 12)])
def test_the_page_asks_the_same_number_of_questions(
    request: pytest.FixtureRequest, amina: Colleague, village: Unit, other_unit: Unit,
    rows: int, name: str, questions: int, django_assert_num_queries: Any,
) -> None:  # fmt: skip
    for case in children(amina, village, rows):
        home = Home.objects.create(unit=village, name=f"House {case.pk}", kind=Home.Kind.VILLAGE_FAMILY, capacity=2)
        place(amina, case.child, home)
    colleague: Colleague = request.getfixturevalue(name)
    browser, address = colleague.browser, reverse("unit", args=[village.code])
    browser.get(address)
    with django_assert_num_queries(questions):
        browser.get(address)
