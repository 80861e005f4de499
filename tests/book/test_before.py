"""What a record was before: who changed what, with the old and the new values as far as the reader may see them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Role, Unit
from kinkeeper.book import before
from kinkeeper.cases.models import Case, Contact
from kinkeeper.journal.chain import erase, remembered
from kinkeeper.journal.models import History, Look
from kinkeeper.people.actions import describe_person
from kinkeeper.people.models import Name, Person
from tests.conftest import Colleague, hire, put


def changes(who: Colleague, model: Any, code: str) -> list[tuple[Any, ...]]:
    page = before.what_it_was(who.actor, model, code, 1).page
    return [
        (change.what, change.entry and change.entry.act, [(one.label, one.old, one.new) for one in change.fields])
        for change in page
    ]


@pytest.fixture
def changed(amina: Colleague, noor: Person) -> Person:
    """Noor’s record was corrected twice."""
    for sex, origin in (("X", "riverfolk"), ("M", "hillfolk")):
        row = Person.objects.get(pk=noor.pk)
        describe_person(amina.actor, row, birth=None, sex=sex, ethnicity=origin)
    return noor


def test_each_change_says_who_what_and_with_which_deed(dalia: Colleague, amina: Colleague, changed: Person) -> None:
    newest, oldest = before.what_it_was(dalia.actor, Person, changed.code, 1).page
    assert newest.entry is not None
    assert (newest.entry.user, newest.entry.act) == (amina.user, "people.describe_person")
    assert {(one.label, one.old, one.new) for one in newest.fields} == {
        ("sex", "other or indeterminate", "male"),
        ("ethnic origin", "riverfolk", "hillfolk"),
    }
    found = {one.label: (one.old, one.new) for one in oldest.fields}
    assert found["sex"] == ("female", "other or indeterminate")
    assert found["ethnic origin"] == ("", "riverfolk")


def test_a_field_that_the_seat_does_not_reach_is_hidden(changed: Person, village: Unit) -> None:
    director = hire("Dora Director", (Role.DIRECTOR, village.programme))
    newest = before.what_it_was(director.actor, Person, changed.code, 1).page[0]
    assert {(one.label, one.old, one.new, one.hidden) for one in newest.fields} == {
        ("sex", "other or indeterminate", "male", False),
        ("ethnic origin", "", "", True),
    }
    text = director.browser.get(reverse("person_before", args=[changed.code])).content.decode()
    assert "riverfolk" not in text
    assert "not shown to your role" in text


def test_what_belongs_to_the_record_is_told_with_it(dalia: Colleague, noor: Person) -> None:
    with remembered("machine:test", "site.test"):
        Name.objects.filter(person=noor).update(given="Nur")
    assert changes(dalia, Person, noor.code) == [("name", "site.test", [("given name", "Noor", "Nur")])]


def test_a_change_past_the_house_is_marked(dalia: Colleague, noor: Person) -> None:
    Person.objects.filter(pk=noor.pk).update(name="Somebody Else")
    assert changes(dalia, Person, noor.code)[0][1] is None
    text = dalia.browser.get(reverse("person_before", args=[noor.code])).content.decode()
    assert "past Kinkeeper" in text
    assert "Somebody Else" in text


def test_an_erased_content_says_so(dalia: Colleague, changed: Person) -> None:
    with remembered("machine:test", "site.test"):
        erase(dalia.actor, History.objects.filter(table="people_person"), rule="retention")
    page = before.what_it_was(dalia.actor, Person, changed.code, 1).page
    assert [(change.erased, change.fields) for change in page] == [(True, []), (True, [])]
    text = dalia.browser.get(reverse("person_before", args=[changed.code])).content.decode()
    assert "The content was erased because a rule says so." in text


def test_a_case_and_its_contacts(dalia: Colleague, amina: Colleague, noors_case: Case) -> None:
    contact = Contact.objects.create(case=noors_case, happened_on=date(2026, 1, 2), note="First note.", by=amina.user)
    with remembered("machine:test", "site.test"):
        put(contact, note="Second note.")
        Case.objects.filter(pk=noors_case.pk).update(worker=dalia.user)
    told = changes(dalia, Case, noors_case.code)
    assert told[0][2] == [("worker", "Amina Haddad", "Dalia Marku")]
    assert told[1][2] == [("what happened and what was said", "First note.", "Second note.")]
    text = dalia.browser.get(reverse("case_before", args=[noors_case.code])).content.decode()
    assert "First note." in text
    assert Look.objects.get(page="case_before").subject_id == noors_case.child_id


def test_only_those_who_supervise_the_unit_read_it(amina: Colleague, bruno: Colleague, changed: Person) -> None:
    for who in (amina, bruno):
        with pytest.raises(Unseen):
            before.what_it_was(who.actor, Person, changed.code, 1)
        assert who.browser.get(reverse("person_before", args=[changed.code])).status_code == 404
    assert "/before/" not in amina.browser.get(reverse("child", args=[changed.code])).content.decode()


def test_the_pages_lead_to_it(dalia: Colleague, noors_case: Case, noor: Person) -> None:
    browser = dalia.browser
    assert (
        reverse("person_before", args=[noor.code]) in browser.get(reverse("child", args=[noor.code])).content.decode()
    )
    assert reverse("case_before", args=[noors_case.code]) in browser.get(noors_case.get_absolute_url()).content.decode()


def test_a_record_that_never_changed_says_so(dalia: Colleague, noor: Person) -> None:
    text = dalia.browser.get(reverse("person_before", args=[noor.code])).content.decode()
    assert "This record is as it was first written." in text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_number_of_questions(
    dalia: Colleague, amina: Colleague, noor: Person, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        describe_person(
            amina.actor, Person.objects.get(pk=noor.pk), birth=None, sex="XM"[number % 2], ethnicity=f"{number}"
        )
    browser = dalia.browser
    address = reverse("person_before", args=[noor.code])
    browser.get(address)
    with django_assert_num_queries(18):
        browser.get(address)
