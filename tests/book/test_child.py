"""The page of a child: who sees it, what it says, that the look is written down, and what it costs."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kinkeeper.access.models import Opening, Role, Unit
from kinkeeper.cases.models import Case
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Look
from kinkeeper.people.models import Name, Person, SpokenLanguage
from kinkeeper.placements.models import Absence, PeriodOfCare
from kinkeeper.plans.models import Review
from tests.book.conftest import MAY, TODAY, place, sibling_of, visited
from tests.conftest import Colleague, hire, register


def page(colleague: Colleague, child: Person, **asked: str) -> str:
    """What the colleague reads on the page of the child."""
    response = colleague.browser.get(reverse("child", args=[child.code]), asked)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    "name, status", [("amina", 200), ("dalia", 200), ("tess", 200), ("bruno", 404), ("eve", 404), ("rosa", 404)]
)
def test_who_sees_the_page(
    name: str, status: int, request: pytest.FixtureRequest, in_care: PeriodOfCare, noor: Person
) -> None:
    colleague: Colleague = request.getfixturevalue(name)
    assert colleague.browser.get(reverse("child", args=[noor.code])).status_code == status


def test_nobody_reads_it_without_signing_in(noor: Person) -> None:
    answer = Client().get(reverse("child", args=[noor.code]))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("sign_in"))


def test_it_says_who_where_and_since_when(amina: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    Name.objects.create(person=noor, given="نور", family="صالح", script="Arab")
    SpokenLanguage.objects.create(person=noor, tag="ar", mother_tongue=True, needs_interpreter=True)
    text = page(amina, noor)
    for words in ("Noor Saleh", "نور صالح", "8 years", "The Okafors", "Voluntary agreement with the parents", "Arabic"):
        assert words in text
    assert '<svg class="life-drawing"' in text


def test_the_look_is_written_down_and_shown(amina: Colleague, dalia: Colleague, noor: Person) -> None:
    page(amina, noor)
    text = page(dalia, noor)
    looks = list(Look.objects.order_by("pk").values_list("user__name", "subject_type", "subject_id", "page"))
    assert looks == [
        ("Amina Haddad", "people.person", noor.pk, "child"),
        ("Dalia Marku", "people.person", noor.pk, "child"),
    ]
    assert "Amina Haddad" in text.split('id="readers"')[1]


def test_a_stranger_leaves_no_look(bruno: Colleague, noor: Person) -> None:
    bruno.browser.get(reverse("child", args=[noor.code]))
    assert not Look.objects.exists()


def test_a_relative_has_a_page_of_their_own(amina: Colleague, noor: Person, okafors: Home) -> None:
    grace = Person.objects.get(name="Grace Okafor")
    assert amina.browser.get(reverse("child", args=[grace.code])).headers["Location"] == reverse(
        "person", args=[grace.code]
    )
    assert amina.browser.get(reverse("person", args=[noor.code])).headers["Location"] == reverse(
        "child", args=[noor.code]
    )


def test_brothers_and_sisters_are_shown_under_their_roofs(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, okafors: Home, village: Unit
) -> None:
    other = Home.objects.create(unit=village, name="House Three", kind=Home.Kind.VILLAGE_FAMILY)
    place(amina, sibling_of(noor, "Samir", amina), okafors)
    place(amina, sibling_of(noor, "Yara", amina), other)
    text = page(amina, noor)
    assert "I live together with Samir Saleh." in text
    assert "I live apart from Yara Saleh." in text


def test_a_sibling_beyond_scope_is_not_mentioned(
    amina: Colleague, noor: Person, other_unit: Unit, in_care: PeriodOfCare
) -> None:
    sibling_of(noor, "Hidden", unit=other_unit)
    text = page(amina, noor)
    assert "Hidden" not in text
    assert "brother or sister" not in text


def test_a_home_beyond_scope_is_not_named(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, okafors: Home, other_unit: Unit
) -> None:
    Home.objects.filter(pk=okafors.pk).update(unit=other_unit)
    text = page(amina, noor)
    assert "The Okafors" not in text
    assert "Short-term foster care" in text


def test_the_story_is_dated_filtered_and_paged(
    amina: Colleague, noor: Person, noors_case: Case, in_care: PeriodOfCare
) -> None:
    for day in range(30):
        visited(noors_case, MAY + timedelta(days=day), note=f"Note number {day}.")
    everything = page(amina, noor)
    assert everything.index("Note number 29.") < everything.index("Note number 28.")
    assert "Note number 0." not in everything
    assert "Note number 0." in page(amina, noor, page="2")
    homes = page(amina, noor, kind="homes")
    assert "A new home: The Okafors" in homes
    assert "Note number" not in homes


def test_a_director_reads_no_narrative_and_no_legal_status(
    tess: Colleague, noor: Person, noors_case: Case, in_care: PeriodOfCare
) -> None:
    visited(noors_case, MAY, note="She cried.", child_said="I miss my mother.")
    Review.objects.create(child=noor, held_on=MAY, participation="SPOKE", summary="Nobody but the team knows.")
    text = page(tess, noor)
    for secret in ("She cried.", "I miss my mother.", "Nobody but the team knows.", "Voluntary agreement"):
        assert secret not in text
    assert "not shown to your role" in text


def test_a_refused_deed_says_why(tess: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    assert "Only a worker of the child’s unit can change where the child lives." in page(tess, noor)


@pytest.mark.parametrize("reason, words", [("self_reliant", "The family stands on its own feet"), ("Umzug", "Umzug")])
def test_the_end_of_our_work_is_told_in_words(dalia: Colleague, noor: Person, reason: str, words: str) -> None:
    days = {"opened_on": date(2020, 1, 1), "closed_on": date(2021, 1, 1)}
    Case.objects.create(child=noor, unit=noor.unit, state="closed", close_reason=reason, **days)
    told = page(dalia, noor).split("Our work together ended")[1].split("</li>")[0]
    assert words in told


@pytest.mark.parametrize("kind, alarms", [("M", True), ("A", True), ("S", False), ("H", False), ("V", False)])
def test_only_an_absence_that_nobody_agreed_to_alarms(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, kind: str, alarms: bool
) -> None:
    Absence.objects.create(child=noor, kind=kind, started_on=TODAY - timedelta(days=2))
    assert ("story-event tone-bad" in page(amina, noor)) == alarms


def test_a_missing_child_is_marked(amina: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    Absence.objects.create(child=noor, kind=Absence.Kind.MISSING, started_on=TODAY - timedelta(days=2))
    assert "missing since" in page(amina, noor)


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_number_of_questions(
    amina: Colleague,
    noor: Person,
    noors_case: Case,
    in_care: PeriodOfCare,
    okafors: Home,
    rows: int,
    django_assert_num_queries: Any,
) -> None:
    for number in range(rows):
        day = MAY + timedelta(days=10 * number)
        visited(noors_case, day, note="We talked.")
        Review.objects.create(child=noor, held_on=day, participation="SPOKE")
        Absence.objects.create(child=noor, kind=Absence.Kind.AWAY, started_on=day, ended_on=day)
        sibling = sibling_of(noor, f"Sibling{number}", amina)
        home = Home.objects.create(unit=noor.unit, name=f"House {number}", kind=Home.Kind.VILLAGE_FAMILY)
        place(amina, sibling, home)
        Look.objects.create(user=amina.user, subject_type="people.person", subject_id=noor.pk, page="child")
    browser = amina.browser
    address = reverse("child", args=[noor.code])
    browser.get(address)
    with django_assert_num_queries(81):
        browser.get(address)


def test_a_child_with_a_closed_case_stays_readable_for_the_supervisor(
    amina: Colleague, dalia: Colleague, noor: Person, noors_case: Case
) -> None:
    Case.objects.filter(pk=noors_case.pk).update(state=Case.State.CLOSED, closed_on=date.today())
    assert "case closed" in page(dalia, noor)
    assert amina.browser.get(reverse("child", args=[noor.code])).status_code == 404


def test_a_colleague_of_the_unit_without_the_case_does_not_see_the_child(village: Unit, noor: Person) -> None:
    karim = hire("Karim Colleague", (Role.CASEWORKER, village))
    assert karim.browser.get(reverse("child", args=[noor.code])).status_code == 404


def test_a_person_without_a_birth_is_shown(amina: Colleague, village: Unit, noor: Person) -> None:
    Person.objects.filter(pk=noor.pk).update(birth="", born_from=None)
    register(village, "Nobody", "Else")
    assert "age not known" in page(amina, noor)


def test_an_opened_record_is_read_as_a_book_and_the_look_says_so(
    bruno: Colleague, noor: Person, noors_case: Case, in_care: PeriodOfCare
) -> None:
    visited(noors_case, MAY, note="She cried.")
    now = timezone.now()
    Opening.objects.create(
        user=bruno.user, subject_type="people.person", subject_id=noor.pk, subject_code=noor.code, unit=noor.unit,
        reason="Found alone at the station.", opened_at=now, until=now + timedelta(hours=1),
    )  # fmt: skip
    text = page(bruno, noor)
    assert "in an emergency" in text
    assert "She cried." not in text
    assert Look.objects.get().through_opening


def test_a_director_of_another_programme_sees_nothing(other_unit: Unit, noor: Person) -> None:
    director = hire("Otto Other", (Role.DIRECTOR, other_unit.programme))
    assert director.browser.get(reverse("child", args=[noor.code])).status_code == 404
