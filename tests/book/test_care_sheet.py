"""The sheet for daily life: all that daily life asks for, nothing about why, and not a word of care."""

from __future__ import annotations

from typing import Any

import pytest

from kinkeeper.access.models import Role, Unit
from kinkeeper.families.models import Family, Kinship, Membership, Support
from kinkeeper.journal.models import Look
from kinkeeper.people.models import ContactPoint, Name, Person, SpokenLanguage
from tests.conftest import Colleague, hire, put, register


@pytest.fixture
def around_noor(village: Unit, noor: Person) -> None:
    """A mother who may visit, a father who must not come, a doctor, and what daily life needs to know."""
    put(noor, religion="Islam", practice="Prays on Fridays", diet="halal")
    SpokenLanguage.objects.create(person=noor, tag="uz-Latn", mother_tongue=True, needs_interpreter=True)
    Name.objects.create(person=noor, given="Нур", family="Салех", script="Cyrl")
    family = Family.objects.create(unit=village, name="Saleh")
    Membership.objects.create(family=family, person=noor)
    for given, contact, responsible in (("Layla", "supervised", True), ("Karim", "none", False)):
        relative = register(village, given, "Saleh")
        Membership.objects.create(family=family, person=relative)
        Kinship.objects.create(
            person=relative, kind="parent", relative=noor, contact=contact, legally_responsible=responsible
        )
        ContactPoint.objects.create(person=relative, kind="phone", value=f"+32 {given}")
    Support.objects.create(child=noor, name="Doctor Vos", kind="professional", helps_with="DIAGNOSIS")


def page(colleague: Colleague, child: Person) -> str:
    """The sheet as this colleague reads it."""
    return colleague.browser.get(f"/children/{child.code}/care-sheet/").content.decode()


@pytest.mark.usefixtures("around_noor")
def test_the_sheet_says_what_daily_life_asks_for(amina: Colleague, noor: Person) -> None:
    sheet = page(amina, noor)
    for words in (
        "Noor Saleh", "Нур Салех", "Uzbek (Latin script)", "needed for Uzbek (Latin script)", "Islam", "Prays on Fridays", "halal",
        "Layla Saleh", "+32 Layla", "Karim Saleh", "Doctor Vos", "Amina Haddad", "amina@example.org",
    ):  # fmt: skip
        assert words in sheet
    assert sheet.index("With somebody present") < sheet.index("Layla Saleh") < sheet.index("Not at all")
    assert "+32 Karim" not in sheet


@pytest.mark.usefixtures("around_noor")
def test_no_reason_no_diagnosis_and_no_word_of_care(amina: Colleague, noor: Person) -> None:
    sheet = page(amina, noor)
    content = sheet[sheet.index("<main") : sheet.index("</main>")]
    assert "DIAGNOSIS" not in sheet
    assert "care" not in content.replace("care-sheet", "").lower()


@pytest.mark.usefixtures("around_noor")
def test_who_must_not_come_stands_there_even_out_of_sight(amina: Colleague, noor: Person, village: Unit) -> None:
    stranger = register(village, "Hidden", "Uncle")
    Kinship.objects.create(person=stranger, kind="aunt_or_uncle", relative=noor, contact="none")
    sheet = page(amina, noor)
    assert "Hidden Uncle" not in sheet
    assert "ask us before any contact" in sheet


@pytest.mark.usefixtures("around_noor")
def test_a_look_is_remembered_and_the_childs_page_leads_there(amina: Colleague, bruno: Colleague, noor: Person) -> None:
    assert bruno.browser.get(f"/children/{noor.code}/care-sheet/").status_code == 404
    assert f"/children/{noor.code}/care-sheet/" in amina.browser.get(f"/children/{noor.code}/").content.decode()
    page(amina, noor)
    assert Look.objects.filter(page="care_sheet", subject_id=noor.pk, user=amina.user).count() == 1


@pytest.mark.usefixtures("around_noor")
def test_the_sheet_keeps_special_facts_from_who_may_not_read_them(noor: Person, village: Unit) -> None:
    sheet = page(hire("Tess Director", (Role.DIRECTOR, village.programme)), noor)
    for words in ("Islam", "Prays on Fridays", "halal", "+32 Layla"):
        assert words not in sheet


@pytest.mark.usefixtures("around_noor")
@pytest.mark.parametrize("more", [0, 2])
def test_it_asks_the_same_number_of_questions(
    more: int, amina: Colleague, village: Unit, noor: Person, django_assert_num_queries: Any
) -> None:
    for number in range(more):
        relative = register(village, f"Aunt {number}", "Saleh")
        Membership.objects.create(family=Family.objects.get(), person=relative)
        Kinship.objects.create(person=relative, kind="aunt_or_uncle", relative=noor, contact="free")
        ContactPoint.objects.create(person=relative, kind="phone", value="+33")
    browser, address = amina.browser, f"/children/{noor.code}/care-sheet/"
    browser.get(address)
    with django_assert_num_queries(18):
        browser.get(address)
