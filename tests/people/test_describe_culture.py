"""Religion, practice and diet are kept as the child says them, for those whose seat reaches them."""

from __future__ import annotations

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Role, Unit
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.people import actions
from kinkeeper.people.models import UNDISCLOSED, Person
from tests.conftest import Colleague, hire, open_case, put, register


def test_culture_is_described_and_remembered_without_its_words(amina: Colleague, noor: Person) -> None:
    actions.describe_culture(amina.actor, noor, religion=" Islam ", practice="Prays on Fridays", diet="halal")
    noor.refresh_from_db()
    assert (noor.religion, noor.practice, noor.diet) == ("Islam", "Prays on Fridays", "halal")
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code, entry.facts) == (
        "people.describe_culture", noor.code, {},
    )  # fmt: skip


def test_somebody_may_prefer_not_to_say(amina: Colleague, noor: Person) -> None:
    actions.describe_culture(amina.actor, noor, undisclosed=True)
    noor.refresh_from_db()
    assert (noor.religion, noor.religion_in_words) == (UNDISCLOSED, "prefers not to say")
    with pytest.raises(Refused, match="untick the box"):
        actions.describe_culture(amina.actor, noor, religion="Islam", undisclosed=True)
    noor.refresh_from_db()
    assert noor.religion == UNDISCLOSED
    page = amina.browser.get(f"/people/{noor.code}/culture/").content.decode()
    assert 'value="undisclosed"' not in page
    assert "checked" in page


def test_others_describe_nothing(bruno: Colleague, village: Unit, noor: Person) -> None:
    yara = hire("Yara Youth", (Role.YOUTH_WORKER, village))
    young = register(village, "Young", "Person")
    open_case(young, yara)
    put(young, religion="SECRET")
    with pytest.raises(Unseen):
        actions.describe_culture(bruno.actor, noor, diet="X")
    with pytest.raises(Refused, match="Your role does not reach"):
        actions.describe_culture(yara.actor, Person.objects.get(pk=young.pk), diet="X")
    page = yara.browser.get(f"/people/{young.code}/culture/").content.decode()
    assert "Your role does not reach" in page
    assert "SECRET" not in page
    assert "SECRET" not in yara.browser.get(f"/children/{young.code}/").content.decode()
    assert {person.diet for person in Person.objects.all()} == {""}


def test_it_stands_on_the_childs_page(amina: Colleague, noor: Person) -> None:
    said = {"version": "1", "religion": "Islam", "practice": "Fasts in Ramadan", "diet": "halal"}
    assert amina.browser.post(f"/people/{noor.code}/culture/", said).status_code == 302
    page = amina.browser.get(f"/children/{noor.code}/").content.decode()
    for words in ("Islam", "Fasts in Ramadan", "halal"):
        assert words in page


def test_names_in_two_scripts_stand_side_by_side(amina: Colleague, village: Unit) -> None:
    child = register(village, "Aziza", "Karimova")
    open_case(child, amina)
    actions.name_person(amina.actor, child, given="Азиза", family="Каримова")
    page = amina.browser.get(f"/children/{child.code}/").content.decode()
    assert "Aziza Karimova" in page
    assert "Азиза Каримова" in page
