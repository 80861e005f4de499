"""The caseload: whose cases it lists, finding, filtering, sorting, paging, download, and what it costs."""

from __future__ import annotations

import csv
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.models import Association, Role, Unit
from kinkeeper.cases import actions
from kinkeeper.cases.models import Case
from kinkeeper.desk import queries
from kinkeeper.desk.actions import download_caseload
from kinkeeper.families.models import Kinship
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.people.models import Consent, Person
from kinkeeper.placements.models import PeriodOfCare
from tests.conftest import Colleague, hire, register
from tests.desk.conftest import TODAY, child_of, place

AT_WORK = (Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR, Role.DIRECTOR)


def names(colleague: Colleague, **wishes: str) -> list[str]:
    """The children that the list names, in its order."""
    page = queries.caseload(colleague.actor, wishes)
    return [line.case.child.name.split()[0] for line in page.object_list]


@pytest.mark.parametrize(
    "name, expected",
    [
        ("amina", ["Noor"]),
        ("dalia", ["Noor"]),
        ("tess", ["Noor"]),
        ("bruno", []),
        ("eve", []),
        ("rosa", []),
        ("mona", []),
    ],
)
def test_whose_cases_are_listed(
    name: str, expected: list[str], request: pytest.FixtureRequest, noor: Person, other_unit: Unit
) -> None:
    colleague: Colleague = request.getfixturevalue(name)
    assert names(colleague) == expected
    response = colleague.browser.get(reverse("caseload"))
    assert response.status_code == 200
    assert ("Noor Saleh" in response.content.decode()) == bool(expected)


def test_a_line_says_what_a_worker_needs(amina: Colleague, noor: Person, in_care: PeriodOfCare, okafors: Home) -> None:
    line = queries.caseload(amina.actor, {}).object_list[0]
    assert line.age == 8
    assert line.lives is not None
    assert (line.lives.home, line.lives.since) == (okafors, in_care.started_on)
    assert line.last_visit_on is None
    assert line.due is not None
    assert line.due.days_left(TODAY) < 0
    assert not line.apart


def test_siblings_in_two_homes_are_marked(
    amina: Colleague, village: Unit, noor: Person, in_care: PeriodOfCare, okafors: Home
) -> None:
    brother = child_of(amina, village, "Samir").child
    Kinship.objects.create(person=noor, kind=Kinship.Kind.SIBLING, relative=brother)
    stay = place(amina, brother, okafors)
    assert [line.apart for line in queries.caseload(amina.actor, {}).object_list] == [False, False]
    other = Home.objects.create(unit=village, name="House Three", kind=Home.Kind.VILLAGE_FAMILY)
    stay.placements.update(home=other)
    assert [line.apart for line in queries.caseload(amina.actor, {}).object_list] == [True, True]


def test_a_child_is_found_in_another_script(amina: Colleague, village: Unit, noor: Person) -> None:
    actions.take_in_child(amina.actor, village, given="Мадина", family="Каримова", opened_on=TODAY, kind=Case.Kind.CARE)
    assert names(amina, q="Madina Karimova") == ["Мадина"]


def test_a_case_is_found_by_its_code(amina: Colleague, village: Unit, noors_case: Case) -> None:
    child_of(amina, village, "Omar")
    assert names(amina, q=noors_case.code.lower()) == ["Noor"]


@pytest.fixture
def three(amina: Colleague, village: Unit) -> list[Case]:
    """Three children: one overdue, one due within a week, one later; with three risks."""
    soon = TODAY - timedelta(days=27)
    found = [
        child_of(amina, village, "Ana", years=4),
        child_of(amina, village, "Bea", years=9, visited=soon),
        child_of(amina, village, "Cem", years=14, visited=TODAY),
    ]
    for case, risk in zip(found, (Case.Risk.LOW, Case.Risk.HIGH, Case.Risk.MEDIUM), strict=True):
        Case.objects.filter(pk=case.pk).update(risk=risk)
    return found


@pytest.mark.parametrize(
    "wishes, expected",
    [
        ({"risk": "high"}, ["Bea"]),
        ({"due": "overdue"}, ["Ana"]),
        ({"due": "week"}, ["Bea"]),
        ({"due": "later"}, ["Cem"]),
        ({"kind": "youth"}, []),
        ({"state": "closed"}, []),
        ({"state": "all"}, ["Ana", "Bea", "Cem"]),
        ({"sort": "-name"}, ["Cem", "Bea", "Ana"]),
        ({"sort": "age"}, ["Ana", "Bea", "Cem"]),
        ({"sort": "-age"}, ["Cem", "Bea", "Ana"]),
        ({"sort": "visit"}, ["Bea", "Cem", "Ana"]),
        ({"sort": "due"}, ["Ana", "Bea", "Cem"]),
        ({"sort": "-due"}, ["Cem", "Bea", "Ana"]),
        ({"sort": "risk"}, ["Bea", "Cem", "Ana"]),
        ({"sort": "since"}, ["Ana", "Bea", "Cem"]),
        ({"sort": "worker"}, ["Ana", "Bea", "Cem"]),
        ({"sort": "unit"}, ["Ana", "Bea", "Cem"]),
    ],
)
def test_filters_and_sorting(amina: Colleague, three: list[Case], wishes: dict[str, str], expected: list[str]) -> None:
    assert names(amina, **wishes) == expected


def test_a_supervisor_filters_by_worker(amina: Colleague, dalia: Colleague, noor: Person, village: Unit) -> None:
    child_of(dalia, village, "Omar")
    assert names(dalia, worker=amina.user.code) == ["Noor"]
    assert "Worker" in dalia.browser.get(reverse("caseload")).content.decode()


def test_an_unknown_wish_is_ignored(amina: Colleague, noor: Person) -> None:
    response = amina.browser.get(reverse("caseload"), {"sort": "password", "risk": "x", "page": "999"})
    assert response.status_code == 200
    assert "Noor Saleh" in response.content.decode()


def test_fifty_to_a_page(amina: Colleague, village: Unit) -> None:
    for number in range(51):
        child_of(amina, village, f"Child{number:02}")
    assert len(queries.caseload(amina.actor, {}).object_list) == 50
    assert len(queries.caseload(amina.actor, {}, 2).object_list) == 1


def take_out(colleague: Colleague, purpose: str = "AUTHORITY", recipient: str = "") -> Any:
    """The answer to the form that takes the list out."""
    return colleague.browser.post(reverse("download_caseload"), {"purpose": purpose, "recipient": recipient})


def test_the_download_holds_the_same_rows_and_no_formula(amina: Colleague, noor: Person) -> None:
    Person.objects.filter(pk=noor.pk).update(name="=HYPERLINK(1)")
    response = take_out(amina)
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(response.content.decode("utf-8-sig").splitlines()))
    assert len(rows) == 2
    assert rows[0][:3] == ["Case", "Child", "Age"]
    assert rows[1][1] == "'=HYPERLINK(1)"


def test_the_download_of_a_stranger_is_empty(bruno: Colleague, noor: Person) -> None:
    assert len(take_out(bruno).content.decode().splitlines()) == 1


@pytest.mark.parametrize("role", [*AT_WORK, Role.MONITOR, Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_works_with_cases_takes_a_list_of_them_out_and_nobody_else(
    association: Association, village: Unit, role: str
) -> None:
    colleague = hire("Kit Keen", (role, village if role in AT_WORK else None))
    assert bool(download_caseload.verdict(colleague.actor, association)) is (role in AT_WORK)


def test_who_downloaded_for_which_purpose_is_remembered(
    amina: Colleague, noor: Person, association: Association
) -> None:
    assert "Purpose" in amina.browser.get(reverse("download_caseload")).content.decode()
    assert not Entry.objects.exists()
    take_out(amina)
    entry = Entry.objects.get()
    assert (entry.act, entry.user, entry.subject_code) == ("desk.download_caseload", amina.user, association.code)
    assert entry.facts == {"purpose": "AUTHORITY"}


def test_nothing_is_downloaded_without_a_purpose(amina: Colleague, noor: Person) -> None:
    answer = take_out(amina, "")
    assert answer.status_code == 409
    assert "Say for which purpose the data are taken out" in answer.content.decode()
    assert "G-SHARE" in answer.content.decode()
    assert "nothing that is known of a child is taken out" in take_out(amina, "FUNDRAISING", "Us").content.decode()
    assert not Entry.objects.exists()


def test_a_purpose_that_rests_on_consent_leaves_nobody_exposed(amina: Colleague, village: Unit, noor: Person) -> None:
    assert "Say who receives the data" in take_out(amina, "SCHOOL").content.decode()
    answer = take_out(amina, "SCHOOL", "River School")
    assert answer.status_code == 409
    assert "1 record lacks the consent that “School” needs" in answer.content.decode()
    assert "G-CONSENT" in answer.content.decode()
    assert "Noor" not in answer.content.decode()
    parent = register(village, "Layla", "Saleh")
    Consent.objects.create(
        person=noor, given_by=parent, by_child=False, purpose="SHARING", recipient="River School",
        answer=Consent.Answer.GIVEN, explained="Told", given_on=TODAY,
    )  # fmt: skip
    assert take_out(amina, "SCHOOL", "River School").headers["Content-Type"] == "text/csv; charset=utf-8"


def test_who_works_with_no_cases_takes_nothing_out(rosa: Colleague, noor: Person) -> None:
    answer = take_out(rosa)
    assert "Only those who work with cases" in answer.content.decode()
    assert not Entry.objects.exists()


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("sort, questions", [("name", 55), ("due", 54), ("since", 55), ("visit", 55)])
def test_the_list_asks_the_same_number_of_questions(
    amina: Colleague, village: Unit, okafors: Home, rows: int, sort: str, questions: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        case = child_of(amina, village, f"Child{number}", visited=TODAY)
        home = Home.objects.create(unit=village, name=f"House {number}", kind=Home.Kind.VILLAGE_FAMILY)
        place(amina, case.child, home)
        sibling = child_of(amina, village, f"Sibling{number}").child
        place(amina, sibling, okafors if number < 2 else home)
        Kinship.objects.create(person=case.child, kind=Kinship.Kind.SIBLING, relative=sibling)
    browser = amina.browser
    browser.get(reverse("caseload"))
    with django_assert_num_queries(questions):
        browser.get(reverse("caseload"), {"sort": sort})
