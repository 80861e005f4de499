"""The pages of the deeds: drawn for whoever may, with the reason for whoever may not, and refused when stale."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from kinkeeper.access.models import Role, Unit
from kinkeeper.people import actions
from kinkeeper.people.models import Document, Identifier, LegalStatus, Name, Person
from tests.conftest import Colleague, hire
from tests.people.conftest import enter
from tests.people.test_add_document import face, upload

DEEDS: dict[str, dict[str, Any]] = {
    "describe": {"birth": "~2016", "birth_by": "visual", "sex": "F"},
    "culture": {"religion": "Islam", "diet": "halal"},
    "name": {"given": "Nora", "use": "alias"},
    "language": {"tag": "uz-Latn", "mother_tongue": "on"},
    "number": {"scheme": "passport", "value": "AB12"},
    "contact-point": {"kind": "phone", "value": "+998"},
    "legal-status": {"status": "INTERIM", "starts_on": "2024-01-01"},
}


@pytest.mark.parametrize("deed", [*DEEDS, "add-document", "set-photo"])
@pytest.mark.usefixtures("photos_agreed")
def test_the_page_of_a_deed_asks(deed: str, amina: Colleague, noor: Person) -> None:
    response = amina.browser.get(f"/people/{noor.code}/{deed}/")
    assert response.status_code == 200
    assert 'name="version" value="1"' in response.content.decode()
    assert "Noor Saleh" in response.content.decode()


@pytest.mark.parametrize(("deed", "said"), DEEDS.items())
def test_what_is_said_is_done_and_one_is_back_at_the_person(
    deed: str, said: dict[str, Any], amina: Colleague, noor: Person
) -> None:
    response = amina.browser.post(f"/people/{noor.code}/{deed}/", {"version": "1", **said})
    assert (response.status_code, response["Location"]) == (302, noor.get_absolute_url())


@pytest.mark.parametrize(("deed", "said"), DEEDS.items())
def test_a_stale_page_is_refused_and_keeps_what_was_typed(
    deed: str, said: dict[str, Any], amina: Colleague, noor: Person
) -> None:
    Person.objects.filter(pk=noor.pk).update(version=2)
    response = amina.browser.post(f"/people/{noor.code}/{deed}/", {"version": "1", **said})
    assert response.status_code == 409
    assert "Someone else changed this record" in response.content.decode()
    assert (Name.objects.count(), Identifier.objects.count(), LegalStatus.objects.count()) == (1, 0, 0)


@pytest.mark.parametrize("deed", [*DEEDS, "add-document", "set-photo"])
def test_others_do_not_find_the_page_or_read_why_not(deed: str, bruno: Colleague, noor: Person, village: Unit) -> None:
    director = hire("Petra Director", (Role.DIRECTOR, village.programme))
    assert bruno.browser.get(f"/people/{noor.code}/{deed}/").status_code == 404
    page = director.browser.get(f"/people/{noor.code}/{deed}/").content.decode()
    assert "Only workers of this person’s unit can change this record." in page
    assert "deed-form" not in page


def test_a_refusal_stands_beside_its_field(amina: Colleague, noor: Person) -> None:
    said = {"version": "1", "birth": "2999", "sex": "F"}
    page = amina.browser.post(f"/people/{noor.code}/describe/", said).content.decode()
    assert "Date of birth: This day is still to come." in page
    page = amina.browser.post(f"/people/{noor.code}/describe/", {**said, "birth": "17.5.2014"}).content.decode()
    assert "Write a year (2014)" in page


def test_who_may_not_read_the_origin_does_not_change_it(village: Unit, noor: Person) -> None:
    from tests.conftest import open_case

    yara = hire("Yara Youth", (Role.YOUTH_WORKER, village))
    young = enter(hire("Sara Super", (Role.SUPERVISOR, village)), "Young", "Person", ethnicity="QQ1")
    open_case(young, yara)
    address = f"/people/{young.code}/describe/"
    assert "QQ1" not in yara.browser.get(address).content.decode()
    yara.browser.post(address, {"version": "1", "birth": "2008", "sex": "F", "ethnicity": "QQ2"})
    young.refresh_from_db()
    assert (young.birth, young.ethnicity) == ("2008", "QQ1")


def test_a_person_is_registered_on_the_page(dalia: Colleague, village: Unit) -> None:
    address = f"/units/{village.code}/register-person/"
    assert "I have compared" not in dalia.browser.get(address).content.decode()
    said = {"version": "1", "given": "Ivan", "family": "Petrov", "birth": "~2012", "birth_by": "visual", "sex": "M"}
    response = dalia.browser.post(address, said)
    person = Person.objects.get()
    assert (response.status_code, response["Location"]) == (302, person.get_absolute_url())
    assert (person.name, person.birth, person.unit) == ("Ivan Petrov", "~2012", village)
    page = dalia.browser.post(address, {**said, "given": "Иван", "family": "Петров"}).content.decode()
    assert "has nearly this name and birth" in page
    assert "I have compared" in page
    dalia.browser.post(address, {**said, "given": "Иван", "family": "Петров", "surely_new": "on"})
    assert Person.objects.count() == 2


def test_a_caseworker_who_does_not_see_the_new_person_goes_to_the_first_page(amina: Colleague, village: Unit) -> None:
    said = {"version": "1", "given": "Ivan", "family": "Petrov", "sex": "M"}
    response = amina.browser.post(f"/units/{village.code}/register-person/", said)
    assert (response.status_code, response["Location"]) == (302, "/")


def test_nobody_registers_in_a_unit_out_of_sight(bruno: Colleague, rosa: Colleague, village: Unit) -> None:
    address = f"/units/{village.code}/register-person/"
    assert bruno.browser.get(address).status_code == 404
    assert "Only workers of this unit can register people" in rosa.browser.get(address).content.decode()


def test_a_name_and_a_status_end_on_their_pages(amina: Colleague, noor: Person) -> None:
    name = actions.name_person(amina.actor, noor, given="Nora", use="alias")
    status = actions.record_legal_status(amina.actor, noor, status="INTERIM", starts_on=date(2024, 1, 1))
    for address in (f"/names/{name.code}/end/", f"/legal-statuses/{status.code}/end/"):
        assert amina.browser.get(address).status_code == 200
        response = amina.browser.post(address, {"version": "1", "ended_on": "2024-06-01"})
        assert (response.status_code, response["Location"]) == (302, noor.get_absolute_url())
    name.refresh_from_db()
    status.refresh_from_db()
    assert (name.ends_on, status.ends_on) == (date(2024, 6, 1), date(2024, 6, 1))


@pytest.mark.usefixtures("photos_agreed")
def test_a_paper_is_withdrawn_and_a_photo_set_on_their_pages(amina: Colleague, noor: Person) -> None:
    paper = actions.add_document(amina.actor, noor, kind="photo", title="Mistake", upload=face())
    address = f"/documents/{paper.code}/withdraw/"
    assert "“Mistake” will no longer be shown" in amina.browser.get(address).content.decode()
    assert amina.browser.post(address, {"version": "1"}).status_code == 302
    assert Document.objects.get().withdrawn_on is not None
    photo = {"version": "1", "upload": upload("face.jpg", face().content)}
    assert amina.browser.post(f"/people/{noor.code}/set-photo/", photo).status_code == 302
    assert Person.objects.get(pk=noor.pk).photo is not None


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_languages_have_names_in_the_language_of_the_reader(language: str, amina: Colleague, noor: Person) -> None:
    browser = amina.browser
    browser.cookies["kinkeeper-language"] = language
    page = browser.get(f"/people/{noor.code}/language/").content.decode()
    assert {"ru": "Узбекский", "en": "Uzbek"}[language].casefold() in page.casefold()
