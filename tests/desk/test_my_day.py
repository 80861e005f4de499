"""My day: what each of the cast finds on the desk in the morning."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case
from kinkeeper.notices.models import Notice
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Absence, PeriodOfCare
from tests.conftest import Colleague
from tests.desk.conftest import TODAY, child_of


def my_day(colleague: Colleague) -> str:
    """What the colleague reads on the first page."""
    response = colleague.browser.get(reverse("my_day"))
    assert response.status_code == 200
    return response.content.decode()


def test_a_caseworker_finds_what_is_overdue(amina: Colleague, noor: Person) -> None:
    text = my_day(amina)
    assert "Amina" in text
    assert "Something is overdue for 1 child." in text
    assert "First visit" in text
    assert reverse("child", args=[noor.code]) in text


def test_what_is_due_later_is_not_called_overdue(amina: Colleague, village: Unit) -> None:
    child_of(amina, village, "Visited", visited=TODAY)
    text = my_day(amina)
    assert "Nothing is overdue and nothing is due this week." in text
    assert "Visited" in text


def test_another_workers_children_are_not_there(bruno: Colleague, noor: Person) -> None:
    text = my_day(bruno)
    assert "Noor" not in text
    assert "No child is in your care yet" in text


def test_a_missing_child_comes_first_in_the_news(amina: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    Absence.objects.create(child=noor, kind=Absence.Kind.MISSING, started_on=TODAY - timedelta(days=60))
    news = my_day(amina).split("Moved or missing")[1]
    assert "Noor Saleh" in news
    assert "missing" in news


def test_an_old_absence_that_ended_is_no_news(amina: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    long_ago = TODAY - timedelta(days=60)
    Absence.objects.create(child=noor, kind=Absence.Kind.MISSING, started_on=long_ago, ended_on=long_ago)
    assert "Nobody has moved or gone missing" in my_day(amina)


def test_unread_notices_are_shown_to_the_one_they_are_for(amina: Colleague, dalia: Colleague, noors_case: Case) -> None:
    Notice.objects.create(to=amina.user, kind=Notice.Kind.CASE_ASSIGNED, subject_code=noors_case.code)
    sentence = f"Case {noors_case.code} is now yours."
    assert sentence in my_day(amina)
    assert sentence not in my_day(dalia)


def test_a_supervisor_sees_who_carries_what(amina: Colleague, dalia: Colleague, noor: Person, village: Unit) -> None:
    child_of(amina, village, "Omar")
    text = my_day(dalia)
    assert "2 children with an open case" in text
    assert "2 duties are overdue" in text
    assert "Amina Haddad" in text


def test_a_director_sees_figures_and_no_names(tess: Colleague, amina: Colleague, noor: Person) -> None:
    text = my_day(tess)
    assert "Riverside" in text
    assert "Noor" not in text


def test_a_monitor_is_not_told_small_counts(mona: Colleague, amina: Colleague, noor: Person) -> None:
    text = my_day(mona)
    assert "fewer than 5" in text
    assert "Noor" not in text


def test_an_administrator_is_led_to_the_administration(rosa: Colleague, noor: Person) -> None:
    text = my_day(rosa)
    assert reverse("administration") in text
    assert "Noor" not in text


def test_someone_without_a_seat_is_told_kindly(eve: Colleague, noor: Person) -> None:
    text = my_day(eve)
    assert "You do not have a seat in a unit yet" in text
    assert "Noor" not in text


def test_nobody_reads_it_without_signing_in(db: None) -> None:
    assert Client().get(reverse("my_day")).status_code == 302


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_number_of_questions(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, village: Unit, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        case = child_of(amina, village, f"Child{number}")
        Absence.objects.create(child=case.child, kind=Absence.Kind.AWAY, started_on=TODAY)
        Notice.objects.create(to=amina.user, kind=Notice.Kind.CASE_ASSIGNED, subject_code=case.code)
    browser = amina.browser
    browser.get(reverse("my_day"))
    with django_assert_num_queries(51):
        browser.get(reverse("my_day"))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_supervisors_page_asks_the_same_number_of_questions(
    amina: Colleague, dalia: Colleague, noor: Person, village: Unit, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        child_of(amina, village, f"Child{number}")
    browser = dalia.browser
    browser.get(reverse("my_day"))
    with django_assert_num_queries(56):
        browser.get(reverse("my_day"))
