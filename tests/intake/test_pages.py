"""The list of referrals and the page of one: filters, words, pages, what is missing, and who sees it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.models import Role, Unit
from kinkeeper.intake.actions import Said, receive_referral, screen_in, screen_out
from kinkeeper.intake.models import Referral
from kinkeeper.journal.models import Look
from tests.conftest import Colleague, hire
from tests.intake.conftest import TAKEN, TOLD

LIST = "/referrals/"


def codes(who: Colleague, query: str = "") -> set[str]:
    """The codes of the referrals that the list shows."""
    return {row.code for row in who.browser.get(LIST + query).context["page"].object_list}


def test_the_list_is_filtered_and_searched(amina: Colleague, dalia: Colleague, village: Unit) -> None:
    waits, high, out = [receive_referral(amina.actor, village, **TOLD) for _number in range(3)]
    other = receive_referral(
        amina.actor, village, **{**TOLD, "urgency": "high", "spoken_of": (Said(given="Мария", family="Орлова"),)}
    )
    screen_out(dalia.actor, out, out_reason="no_need")
    assert codes(amina) == {waits.code, high.code, other.code}
    assert codes(amina, "?state=screened_out") == {out.code}
    assert codes(amina, "?state=all&urgency=high") == {other.code}
    assert codes(amina, "?urgency=none") == {waits.code, high.code}
    assert codes(amina, "?q=орлова") == {other.code}
    assert codes(amina, f"?q={waits.code}") == {waits.code}
    assert codes(amina, "?state=nonsense&urgency=x") == {waits.code, high.code, other.code}
    page = amina.browser.get(f"{LIST}?q=zzz").content.decode()
    assert "No referral answers that" in page


def test_an_empty_list_says_what_comes_here(amina: Colleague, bruno: Colleague, volkovas: Referral) -> None:
    page = bruno.browser.get(LIST).content.decode()
    assert "No referral waits" in page
    assert volkovas.code not in page
    page = amina.browser.get(LIST).content.decode()
    assert "Dasha Volkova" in page
    assert reverse("receive_referral", args=[volkovas.unit.code]) in page


def test_a_long_list_has_pages(amina: Colleague, village: Unit) -> None:
    told = {"unit": village, "channel": "phone", "source": "child", "known": "x", "immediate_danger": False}
    Referral.objects.bulk_create([Referral(**told) for _number in range(53)])
    assert len(codes(amina)) == 50
    assert len(codes(amina, "?page=2")) == 3


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_many_questions_for_many(
    amina: Colleague, village: Unit, rows: int, django_assert_num_queries: Any
) -> None:
    for _number in range(rows):
        receive_referral(amina.actor, village, **TOLD)
    browser = amina.browser
    browser.get(LIST)
    with django_assert_num_queries(10):
        assert len(browser.get(LIST).context["page"].object_list) == rows


def test_the_page_says_how_far_it_is_and_who_looked(amina: Colleague, volkovas: Referral) -> None:
    page = amina.browser.get(volkovas.get_absolute_url()).content.decode()
    for words in (
        "No money for heating",
        "Dasha Volkova",
        "Nobody is left to compare",
        "It can be decided now",
        "Poverty",
    ):
        assert words in page
    assert Look.objects.get().page == "referral"
    screen_in(amina.actor, volkovas, **TAKEN)
    page = amina.browser.get(volkovas.get_absolute_url()).content.decode()
    assert "Register the case" in page
    assert "It can be decided now" not in page


def test_special_facts_stay_with_those_who_reach_them(village: Unit, volkovas: Referral) -> None:
    director = hire("Dina Director", (Role.DIRECTOR, village))
    page = director.browser.get(volkovas.get_absolute_url()).content.decode()
    assert "not shown to your role" in page
    assert "heating" not in page
    assert "Poverty" not in page


@pytest.mark.parametrize("who", ["bruno", "eve", "rosa"])
def test_strangers_find_no_referral(request: pytest.FixtureRequest, volkovas: Referral, who: str) -> None:
    browser = request.getfixturevalue(who).browser
    assert browser.get(volkovas.get_absolute_url()).status_code == 404
    assert volkovas.code not in browser.get(LIST).content.decode()


def test_the_navigation_leads_there_for_those_at_work(amina: Colleague, rosa: Colleague) -> None:
    assert f'href="{LIST}"' in amina.browser.get("/").content.decode()
    assert f'href="{LIST}"' not in rosa.browser.get("/administration/").content.decode()
