"""The family picture: drawn and said as a list, remembered, closed to others; brothers and sisters on every page."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.template import Context
from django.urls import reverse
from django.utils.translation import override

from kinkeeper.access.models import Unit
from kinkeeper.book.kin import brothers_of
from kinkeeper.book.relatives import family_picture
from kinkeeper.book.templatetags.pictures import genogram
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Family, Household, HouseholdMember, Kinship, Support
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Look
from kinkeeper.people.models import Person, Sex
from kinkeeper.placements.models import PeriodOfCare
from tests.book.conftest import place, sibling_of
from tests.conftest import Colleague, register


def page(colleague: Colleague, child: Person, name: str = "family_picture") -> str:
    """What the colleague reads."""
    response = colleague.browser.get(reverse(name, args=[child.code]))
    assert response.status_code == 200
    return response.content.decode()


def mother_of(*children: Person) -> Person:
    mother = register(children[0].unit, "Layla", "Saleh", born=date(1990, 2, 3), sex=Sex.FEMALE)
    for child in children:
        Kinship.objects.create(person=mother, kind="parent", relative=child, legally_responsible=True, contact="none")
    return mother


@pytest.mark.parametrize(
    "name, status", [("amina", 200), ("dalia", 200), ("tess", 200), ("bruno", 404), ("eve", 404), ("rosa", 404)]
)
def test_who_sees_the_picture(name: str, status: int, request: pytest.FixtureRequest, noor: Person) -> None:
    colleague: Colleague = request.getfixturevalue(name)
    assert colleague.browser.get(reverse("family_picture", args=[noor.code])).status_code == status


def test_a_relative_has_no_picture_of_their_own(amina: Colleague, noor: Person, okafors: Home) -> None:
    grace = Person.objects.get(name="Grace Okafor")
    answer = amina.browser.get(reverse("family_picture", args=[grace.code]))
    assert answer.headers["Location"] == reverse("person", args=[grace.code])


def test_the_family_is_an_image_with_a_sentence_and_the_same_as_a_list(dalia: Colleague, noor: Person) -> None:
    mother = mother_of(noor)
    Person.objects.filter(pk=mother.pk).update(died_on=date(2025, 1, 1))
    text = page(dalia, noor)
    assert re.search(r'<svg class="genogram"[^>]* role="img" aria-labelledby="genogram-title genogram-desc"', text)
    assert "Noor Saleh with 1 relative, the elders above. The same is written in the list below." in text
    drawing, rest = text.split('<svg class="genogram"')[1].split("</svg>", 1)
    assert (drawing.count('class="sign"'), drawing.count("sign-cross"), drawing.count("kinsman-focus")) == (2, 1, 1)
    for words in ("Layla", "mother", "1990–2025", "me"):
        assert words in drawing
    assert "<a " not in drawing
    said = " ".join(rest.split())
    assert "mother of Noor Saleh (no contact allowed)" in said
    assert "legally responsible for the child" in said
    for deed in ("set_contact_rule", "end_legal_responsibility", "end_tie"):
        assert reverse(deed, args=[Kinship.objects.get().code]) in rest


def test_who_is_out_of_sight_is_unnamed_and_only_where_they_join_others(
    amina: Colleague, noor: Person, other_unit: Unit
) -> None:
    hidden = register(other_unit, "Hidden", "Mother")
    Kinship.objects.create(person=hidden, kind="parent", relative=noor)
    assert "Hidden" not in page(amina, noor)
    assert 'class="sign-inside" y="5">?<' not in page(amina, noor)
    omar = sibling_of(noor, "Omar", amina)
    Kinship.objects.create(person=hidden, kind="parent", relative=omar)
    text = page(amina, noor)
    assert "Hidden" not in text
    assert 'class="sign-inside" y="5">?<' in text
    assert "somebody you do not see" in text


def test_who_matters_is_drawn_and_listed(amina: Colleague, noor: Person) -> None:
    assert "Nobody is written down yet" in page(amina, noor)
    Support.objects.create(
        child=noor, name="Mira", relation="best friend", kind="friend", strength=2, trusted=True, helps_with="laughing"
    )
    Support.objects.create(child=noor, name="Mr. Okoye", kind="school", strength=-2)
    text = page(amina, noor)
    assert "Noor Saleh in the middle, 2 people around, the closest innermost." in text
    drawing, rest = text.split('<svg class="network"')[1].split("</svg>", 1)
    for words in ("Mira", "best friend", "bond-strong", "bond-conflict", "bond-cross", "friend-trusted", "school"):
        assert words in drawing
    for words in ("helps with: laughing", "in conflict", "trusted person"):
        assert words in rest


def test_a_director_is_not_told_how_close_or_what_for(tess: Colleague, noor: Person) -> None:
    Support.objects.create(child=noor, name="Mira", kind="friend", strength=-2, helps_with="bad dreams")
    mother_of(noor)
    text = page(tess, noor)
    assert "Mira" in text
    drawing, rest = text.split('<svg class="network"')[1].split("</svg>", 1)
    assert "bond-conflict" not in drawing
    assert "bad dreams" not in text
    assert "no contact allowed" not in text
    assert '<ul class="kin-facts soft"><li>friend</li></ul>' in "".join(part.strip() for part in rest.splitlines())


def test_it_is_drawn_from_the_right_in_arabic(amina: Colleague, noor: Person) -> None:
    for given in ("Aya", "Badr", "Cem"):
        sibling_of(noor, given, amina)
    context = Context({"actor": amina.actor})
    places: dict[str, list[float]] = {}
    for language in ("en", "ar"):
        with override(language):
            drawing = genogram(context, family_picture(amina.actor, noor))
        places[language] = [float(x) for x in re.findall(r'class="kinsman-name" x="([\d.]+)"', drawing)]
    width = max(places["en"]) + min(places["en"])
    assert len(places["en"]) == 4
    assert places["ar"] == pytest.approx([width - x for x in places["en"]])


def test_the_look_is_written_down(amina: Colleague, bruno: Colleague, noor: Person) -> None:
    bruno.browser.get(reverse("family_picture", args=[noor.code]))
    assert not Look.objects.exists()
    page(amina, noor)
    assert list(Look.objects.values_list("user__name", "subject_id", "page")) == [
        ("Amina Haddad", noor.pk, "family_picture")
    ]


def test_the_deeds_stand_on_the_page_and_the_chapter_leads_here(amina: Colleague, noor: Person) -> None:
    text = page(amina, noor)
    for deed in ("add_relative", "tie_kin", "add_support"):
        assert reverse(deed, args=[noor.code]) in text
    assert reverse("family_picture", args=[noor.code]) in page(amina, noor, "child")


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_the_same_number_of_questions(
    rows: int, amina: Colleague, noor: Person, in_care: PeriodOfCare, django_assert_num_queries: Any
) -> None:
    mother = mother_of(noor)
    for number in range(rows):
        child = sibling_of(noor, f"Sibling{number}", amina)
        Kinship.objects.create(person=mother, kind="parent", relative=child)
        home = Home.objects.create(unit=noor.unit, name=f"House {number}", kind=Home.Kind.VILLAGE_FAMILY)
        place(amina, child, home)
        Support.objects.create(child=noor, name=f"Friend {number}", kind="friend")
        Support.objects.create(child=noor, person=child, kind="family")
    browser, address = amina.browser, reverse("family_picture", args=[noor.code])
    browser.get(address)
    with django_assert_num_queries(28):
        browser.get(address)


# ---- brothers and sisters --------------------------------------------------------------------------------------------


def where(colleague: Colleague, child: Person) -> dict[str, str]:
    """Where each brother and sister is, by given name."""
    return {brother.person.name.split()[0]: brother.where for brother in brothers_of(colleague.actor, child)}


def test_brothers_and_sisters_are_together_apart_at_home_or_nobody_knows(
    amina: Colleague, dalia: Colleague, noor: Person, in_care: PeriodOfCare, okafors: Home, village: Unit
) -> None:
    place(amina, sibling_of(noor, "Samir", amina), okafors)
    place(
        amina, sibling_of(noor, "Yara", amina), Home.objects.create(unit=village, name="Three", kind=Home.Kind.FOSTER)
    )
    at_home, gone = sibling_of(noor, "Omar"), sibling_of(noor, "Gone")
    Person.objects.filter(pk=gone.pk).update(died_on=date(2025, 1, 1))
    sibling_of(noor, "Lost")
    family = Family.objects.create(unit=village, name="Saleh")
    household = Household.objects.create(family=family, name="Home")
    HouseholdMember.objects.create(household=household, person=at_home)
    assert where(dalia, noor) == {
        "Samir": "together", "Yara": "apart", "Omar": "at_home", "Gone": "died", "Lost": "unknown",
    }  # fmt: skip


def test_a_child_at_home_is_together_with_whom_it_shares_a_household(
    dalia: Colleague, noor: Person, village: Unit
) -> None:
    one, other = sibling_of(noor, "Near"), sibling_of(noor, "Far")
    family = Family.objects.create(unit=village, name="Saleh")
    for name, people in (("Here", (noor, one)), ("There", (other,))):
        household = Household.objects.create(family=family, name=name)
        for person in people:
            HouseholdMember.objects.create(household=household, person=person)
    assert where(dalia, noor) == {"Near": "together", "Far": "at_home"}


def test_who_shares_a_parent_is_a_sibling_without_a_tie(dalia: Colleague, noor: Person, village: Unit) -> None:
    half = register(village, "Half", "Other", sex=Sex.MALE)
    mother_of(noor, half)
    assert [(brother.person, brother.tie, brother.word) for brother in brothers_of(dalia.actor, noor)] == [
        (half, None, "brother")
    ]


def test_they_stand_at_the_top_of_the_child_and_of_the_case(
    amina: Colleague, noor: Person, noors_case: Case, in_care: PeriodOfCare, okafors: Home
) -> None:
    assert "none recorded" in page(amina, noor, "child")
    place(amina, sibling_of(noor, "Samir", amina), okafors)
    for text in (
        page(amina, noor, "child"),
        page(amina, noor),
        amina.browser.get(noors_case.get_absolute_url()).content.decode(),
    ):
        strip = re.search(r'<p class="brothers">.*?</p>', text, re.DOTALL)
        assert strip
        assert re.search(r"together with.*Samir Saleh", strip.group(), re.DOTALL)
