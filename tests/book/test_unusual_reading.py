"""Unusual reading: each rule says what was counted, and is silent just below its number."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Role, Unit
from kinkeeper.book import reading
from kinkeeper.book.duties import unusual_reading_to_look_at
from kinkeeper.journal.models import Look
from kinkeeper.people.models import Person
from tests.conftest import Colleague, hire, open_case, register

NUMBERS = {
    "days": 28,
    "records_a_day": 5,
    "times_usual": 3,
    "records_a_window": 6,
    "times_colleagues": 3,
    "least_colleagues": 3,
    "records_outside": 2,
    "night_from": 22,
    "night_until": 6,
    "records_at_night": 2,
    "run_records": 4,
    "run_minutes": 10,
}


@pytest.fixture(autouse=True)
def _numbers(settings: Any) -> None:
    settings.UNUSUAL_READING = NUMBERS


@pytest.fixture
def people(village: Unit) -> list[Person]:
    """Ten people of the village without a case."""
    return [register(village, f"Person{number}", "Reader") for number in range(10)]


def noon(days_ago: int = 1) -> datetime:
    return timezone.localtime().replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=days_ago)


def read(who: Colleague, rows: list[Person], at: datetime, *, step: int = 30, opened: bool = False) -> None:
    """These records were read one after another, `step` minutes apart."""
    for number, row in enumerate(rows):
        Look.objects.create(
            user=who.user,
            subject_type="people.person",
            subject_id=row.pk,
            page="person",
            at=at + timedelta(minutes=step * number),
            through_opening=opened,
        )


def told(who: Colleague) -> list[tuple[str, str]]:
    return [(line.rule, str(line.why)) for line in reading.unusual(who.actor)]


def test_more_in_one_day_than_on_other_days(amina: Colleague, dalia: Colleague, people: list[Person]) -> None:
    read(amina, people[:2], noon(3))
    read(amina, people[:4], noon(2))
    assert told(dalia) == []
    Look.objects.create(
        user=amina.user, subject_type="people.person", subject_id=people[4].pk, page="person", at=noon(2)
    )
    read(amina, people[5:6], noon(2))
    assert told(dalia) == [("day", "Read 6 different records in one day; on other days about 2.")]


def test_the_same_record_often_is_no_more_than_one(amina: Colleague, dalia: Colleague, people: list[Person]) -> None:
    read(amina, people[:1] * 20, noon(), step=1)
    assert told(dalia) == []


def test_far_more_than_colleagues_in_the_same_role(
    amina: Colleague, dalia: Colleague, village: Unit, people: list[Person]
) -> None:
    for number in range(3):
        read(hire(f"Colleague{number} X", (Role.CASEWORKER, village)), people[:2], noon(number + 1))
    for number in range(5):
        read(amina, people[number : number + 1], noon(number + 1))
    assert told(dalia) == []
    read(amina, people[6:7], noon(7))
    assert told(dalia) == [("colleagues", "Read 6 different records in 28 days; colleagues in the same role about 2.")]


def test_two_colleagues_are_no_measure(amina: Colleague, dalia: Colleague, village: Unit, people: list[Person]) -> None:
    for number in range(2):
        read(hire(f"Colleague{number} X", (Role.CASEWORKER, village)), people[:1], noon(number + 1))
    for number in range(8):
        read(amina, people[number : number + 1], noon(number + 1))
    assert told(dalia) == []


def test_children_whose_case_somebody_else_has(
    amina: Colleague, dalia: Colleague, noor: Person, village: Unit, people: list[Person]
) -> None:
    karim = hire("Karim Colleague", (Role.CASEWORKER, village))
    for child in people[:2]:
        open_case(child, karim)
    # Her own child, one of his, and two people without a case.
    read(amina, [noor, people[0], people[5], people[6]], noon())
    assert told(dalia) == []
    read(amina, [people[1]], noon(2))
    assert told(dalia) == [("outside", "Read the records of 2 children whose cases somebody else had.")]
    read(dalia, people[:2], noon())
    assert len(told(dalia)) == 1, "a supervisor answers for every case of the unit"


def test_at_night(amina: Colleague, dalia: Colleague, people: list[Person]) -> None:
    read(amina, people[:1], noon() + timedelta(hours=10))
    read(amina, people[1:2], noon() + timedelta(hours=18))
    assert told(dalia) == []
    read(amina, people[2:3], noon() + timedelta(hours=17, minutes=59))
    assert told(dalia) == [("night", "Read 2 different records between 22:00 and 6:00.")]


def test_many_one_after_another(amina: Colleague, dalia: Colleague, people: list[Person]) -> None:
    read(amina, people[:3], noon(), step=3)
    read(amina, people[3:4], noon() + timedelta(minutes=11))
    assert told(dalia) == []
    read(amina, people[4:5], noon() + timedelta(minutes=9))
    assert ("run", "Read 4 different records within 10 minutes.") in told(dalia)


def test_through_an_opening(bruno: Colleague, dalia: Colleague, people: list[Person]) -> None:
    read(bruno, people[:1], noon(), opened=True)
    assert told(dalia) == [("opening", "Read 1 record through an opening.")]


# ---- whose reading ---------------------------------------------------------------------------------------------------


def test_only_ones_own_units_count(bruno: Colleague, dalia: Colleague, other_unit: Unit, people: list[Person]) -> None:
    far = [register(other_unit, f"Far{number}", "Away") for number in range(9)]
    read(bruno, far, noon(), step=1)
    assert told(dalia) == [], "neither the reader nor the records are of the units she supervises"
    read(bruno, people[:4], noon(2), step=1)
    assert [rule for rule, _why in told(dalia)] == ["run"], "these records are"


def test_who_supervises_nothing_has_no_such_page(amina: Colleague, eve: Colleague, rosa: Colleague) -> None:
    for who in (amina, eve, rosa):
        with pytest.raises(Unseen):
            reading.unusual(who.actor)
        assert who.browser.get(reverse("unusual_reading")).status_code == 404
        assert unusual_reading_to_look_at(who.actor) == 0


def test_reading_about_reading_is_a_look_and_ends_the_news(
    bruno: Colleague, dalia: Colleague, village: Unit, people: list[Person]
) -> None:
    read(bruno, people[:1], timezone.now() - timedelta(hours=1), opened=True)
    browser = dalia.browser
    assert unusual_reading_to_look_at(dalia.actor) == 1
    assert "differs from what is usual. Look at it." in browser.get(reverse("my_day")).content.decode()
    text = browser.get(reverse("unusual_reading")).content.decode()
    assert "Read 1 record through an opening." in text
    assert reverse("looks_of_a_reader", args=[bruno.user.code]) in text
    look = Look.objects.get(page="unusual_reading")
    assert (look.user, look.subject_type, look.subject_id) == (dalia.user, "access.unit", village.pk)
    assert unusual_reading_to_look_at(dalia.actor) == 0
    assert "differs from what is usual" not in browser.get(reverse("my_day")).content.decode()


def test_the_looks_of_a_reader_are_shown_as_far_as_one_sees_the_records(
    bruno: Colleague, dalia: Colleague, other_unit: Unit, people: list[Person]
) -> None:
    far = register(other_unit, "Faraway", "Secret")
    hidden = hire("Amal Both", (Role.CASEWORKER, people[0].unit), (Role.YOUTH_WORKER, other_unit))
    read(hidden, [people[0], far], noon())
    address = reverse("looks_of_a_reader", args=[hidden.user.code])
    text = dalia.browser.get(address).content.decode()
    assert people[0].name in text
    assert "Faraway" not in text
    assert "a record that you do not see" in text
    assert Look.objects.get(page="looks_of_a_reader").subject_id == hidden.user.pk
    assert bruno.browser.get(address).status_code == 404
    assert dalia.browser.get(reverse("looks_of_a_reader", args=[bruno.user.code])).status_code == 404


def test_an_empty_page_says_so(dalia: Colleague) -> None:
    assert "Nothing unusual was read" in dalia.browser.get(reverse("unusual_reading")).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("name, questions", [("unusual_reading", 12), ("looks_of_a_reader", 11)])
def test_the_pages_ask_the_same_number_of_questions(
    dalia: Colleague, village: Unit, people: list[Person], rows: int, name: str, questions: int,
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    readers = [hire(f"Reader{number} X", (Role.CASEWORKER, village)) for number in range(rows)]
    for reader in readers:
        open_case(people[0], dalia) if reader is readers[0] else None
        read(reader, people[:6], noon(), step=1)
    browser = dalia.browser
    address = reverse(name, args=[readers[0].user.code] if name == "looks_of_a_reader" else [])
    browser.get(address)
    with django_assert_num_queries(questions):
        assert readers[0].user.name in browser.get(address).content.decode()


def test_numbers_of_the_settings_are_read_with_care(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.core.exceptions import ImproperlyConfigured

    from kinkeeper.site import environment

    monkeypatch.setenv("KINKEEPER_UNUSUAL_READING", "records_a_day=20, night_from = 21")
    found = environment.unusual_reading()
    assert (found["records_a_day"], found["night_from"], found["days"]) == (20, 21, 28)
    for nonsense in ("records=3", "days=many", "days=0", "night_from=24", "days"):
        monkeypatch.setenv("KINKEEPER_UNUSUAL_READING", nonsense)
        with pytest.raises(ImproperlyConfigured, match="Write NAME=NUMBER"):
            environment.unusual_reading()
