"""The pages of the deeds: what they say, what they do, and to whom they do not exist."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.homes.models import Home
from kinkeeper.people.models import Person
from kinkeeper.placements import actions
from kinkeeper.placements.models import Absence, PeriodOfCare
from tests.conftest import Colleague
from tests.placements.conftest import JUNE, MAY, decide_much, story
from tests.walk import state_of_the_house


def test_care_begins_from_the_page(amina: Colleague, noor: Person, okafors: Home) -> None:
    decide_much(noor)
    address, browser = reverse("start_placement", args=[noor.code]), amina.browser
    page = browser.get(address)
    assert page.status_code == 200
    assert "The Okafors · 0 of 2 places taken" in page.content.decode()
    done = browser.post(
        address,
        {
            "version": noor.version,
            "home": okafors.code,
            "started_on": "2024-05-06",
            "care_type": "FOSTER_ST",
            "legal_status_code": "VOLUNTARY",
        },
    )
    assert done.status_code == 302, done.context["form"].errors
    assert done["Location"] == reverse("child", args=[noor.code])
    assert story(noor) == [("S", MAY, None, "The Okafors", "FOSTER_ST", "VOLUNTARY")]


def the_move(period: PeriodOfCare, home: Home, **changes: Any) -> dict[str, Any]:
    return {
        "version": period.version,
        "home": home.code,
        "moved_on": "2024-06-03",
        "care_type": "SOS_FAM",
        "leave_reason": "PLAN",
        **changes,
    }


def test_a_move_is_read_once_more_and_confirmed(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, house_three: Home
) -> None:
    address, browser = reverse("move_child", args=[noor.code]), amina.browser
    asked = browser.get(address).content.decode()
    assert "Noor Saleh has lived in The Okafors since 6 May 2024." in asked
    assert "House Three · 0 of 1 places taken" in asked
    summary = browser.post(address, the_move(in_care, house_three)).content.decode()
    assert "Noor Saleh moves from The Okafors to House Three on 3 June 2024." in summary
    assert len(story(noor)) == 1
    done = browser.post(address, the_move(in_care, house_three, confirmed="yes"))
    assert done.status_code == 302
    assert story(noor)[-1] == ("P", JUNE, None, "House Three", "SOS_FAM", "VOLUNTARY")


def test_while_one_fills_in_the_move_is_put_into_words(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, house_three: Home
) -> None:
    address = reverse("move_child", args=[noor.code])
    part = amina.browser.post(address, the_move(in_care, house_three), headers={"HX-Request": "true"}).content.decode()
    assert "moves from The Okafors to House Three" in part
    assert "<html" not in part
    assert len(story(noor)) == 1


def test_another_form_of_care_in_the_same_home_is_no_move_in_words(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, okafors: Home
) -> None:
    address = reverse("move_child", args=[noor.code])
    data = the_move(in_care, okafors, care_type="FOSTER_LT")
    part = amina.browser.post(address, data, headers={"HX-Request": "true"}).content.decode()
    assert "Noor Saleh stays with The Okafors; the form of care changes on 3 June 2024." in part
    assert "moves from" not in part


def test_a_refusal_stands_beside_its_field(
    amina: Colleague, noor: Person, samir: Person, in_care: PeriodOfCare, house_three: Home
) -> None:
    actions.start_placement(
        amina.actor, samir, home=house_three, started_on=MAY, care_type="SOS_FAM", legal_status_code="VOLUNTARY"
    )
    address = reverse("move_child", args=[noor.code])
    page = amina.browser.post(address, the_move(in_care, house_three, confirmed="yes"))
    assert page.status_code == 409
    assert "2 children would live in House Three" in page.context["form"].errors["home"][0]
    assert "full: 1 of 1 places taken" in page.content.decode()


@pytest.mark.guard("G-OVERLAP", "answers_409")
def test_care_does_not_begin_twice_from_the_page(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, okafors: Home
) -> None:
    typed = {"version": noor.version, "home": okafors.code, "started_on": "2024-06-03", "care_type": "FOSTER_LT"}
    browser, before = amina.browser, state_of_the_house()
    page = browser.post(reverse("start_placement", args=[noor.code]), {**typed, "legal_status_code": "VOLUNTARY"})
    assert (page.status_code, "Rule: G-OVERLAP" in page.content.decode()) == (409, True)
    assert "This child is in care at that time already." in page.content.decode()
    assert state_of_the_house() == before


def test_a_stale_page_is_told_and_keeps_what_was_typed(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, house_three: Home
) -> None:
    stale = the_move(in_care, house_three, confirmed="yes")
    actions.change_legal_status(amina.actor, in_care, legal_status_code="INTERIM", changed_on=JUNE)
    page = amina.browser.post(reverse("move_child", args=[noor.code]), stale)
    assert page.status_code == 409
    assert "Someone else changed this record" in page.content.decode()
    assert 'value="2024-06-03"' in page.content.decode()
    assert len(story(noor)) == 2


@pytest.mark.parametrize(
    "name, particulars, act",
    [
        ("change_legal_status", {"legal_status_code": "INTERIM", "changed_on": "2024-06-03"}, "L"),
        ("end_placement", {"ended_on": "2024-06-03", "exit": "REUNIFIED"}, "S"),
    ],
)
def test_the_law_changes_and_care_ends_from_the_page(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, name: str, particulars: dict[str, str], act: str
) -> None:
    address, browser = reverse(name, args=[noor.code]), amina.browser
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"version": in_care.version, **particulars}).status_code == 302
    assert story(noor)[-1][0] == act
    in_care.refresh_from_db()
    assert (in_care.ended_on == JUNE) == (name == "end_placement")


def test_a_child_goes_missing_and_returns_from_the_page(amina: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    browser, address = amina.browser, reverse("report_absence", args=[noor.code])
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"version": noor.version, "kind": "M", "started_on": "2024-06-03"}).status_code == 302
    absence = Absence.objects.get()
    address = reverse("record_return", args=[absence.code])
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"version": absence.version, "ended_on": "2024-06-05"}).status_code == 302
    assert Absence.objects.get().ended_on is not None
    assert "already back" in browser.get(address).content.decode()


@pytest.mark.parametrize(
    "name", ["start_placement", "move_child", "change_legal_status", "end_placement", "report_absence"]
)
def test_the_pages_do_not_exist_for_strangers(
    bruno: Colleague, eve: Colleague, rosa: Colleague, noor: Person, in_care: PeriodOfCare, name: str
) -> None:
    for stranger in (bruno, eve, rosa):
        assert stranger.browser.get(reverse(name, args=[noor.code])).status_code == 404


def test_who_may_not_is_told_why(dalia: Colleague, noor: Person, in_care: PeriodOfCare, village: Any) -> None:
    from kinkeeper.access.models import Role
    from tests.conftest import hire

    director = hire("Irene Director", (Role.DIRECTOR, village))
    page = director.browser.get(reverse("move_child", args=[noor.code])).content.decode()
    assert "Only a worker of the child’s unit can change where the child lives." in page
    assert '<form method="post" class="deed-form"' not in page
