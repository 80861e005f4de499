"""The pages of the deeds on cases and reviews."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.models import Role, Unit
from kinkeeper.cases.models import Case, Contact
from kinkeeper.people.models import Person
from kinkeeper.plans.models import Review
from tests.conftest import Colleague, hire


def test_a_child_is_taken_in_from_the_page(amina: Colleague, village: Unit) -> None:
    address, browser = reverse("take_in_child", args=[village.code]), amina.browser
    assert browser.get(address).status_code == 200
    typed = {"version": village.version, "given": "Layla", "family": "Nasser", "birth": "2016-05", "sex": "F"}
    done = browser.post(address, {**typed, "kind": "care", "opened_on": "2024-05-06"})
    case = Case.objects.select_related("child").get()
    assert done["Location"] == reverse("child", args=[case.child.code])
    assert (case.child.name, case.worker) == ("Layla Nasser", amina.user)


def test_somebody_alike_is_shown_before_a_second_record(amina: Colleague, village: Unit) -> None:
    address, browser = reverse("take_in_child", args=[village.code]), amina.browser
    typed = {"version": village.version, "given": "Layla", "family": "Nasser", "birth": "2016-05", "sex": "F"}
    typed |= {"kind": "care", "opened_on": "2024-05-06"}
    browser.post(address, typed)
    again = browser.post(address, typed)
    assert "has nearly this name and birth" in again.content.decode()
    assert Case.objects.count() == 1
    assert browser.post(address, {**typed, "refuse_likeness": "on"}).status_code == 302
    assert Case.objects.count() == 2


def test_a_visit_is_recorded_from_the_page(amina: Colleague, noor: Person, noors_case: Case) -> None:
    address, browser = reverse("record_contact", args=[noors_case.code]), amina.browser
    assert browser.get(address).status_code == 200
    typed = {"version": noors_case.version, "kind": "visit", "happened_on": "2024-05-06"}
    assert browser.post(address, typed).context["form"].errors.keys() == {"seen"}
    done = browser.post(address, {**typed, "seen": "alone", "note": "We talked."})
    assert done["Location"] == reverse("child", args=[noor.code])
    assert Contact.objects.get().note == "We talked."


def test_a_review_is_recorded_from_the_page(amina: Colleague, noor: Person) -> None:
    address, browser = reverse("record_review", args=[noor.code]), amina.browser
    assert "Took part and spoke for themselves" in browser.get(address).content.decode()
    typed = {"version": noor.version, "held_on": "2024-05-06", "participation": "SPOKE"}
    assert browser.post(address, typed).status_code == 302
    assert Review.objects.get().participation == "SPOKE"


def test_the_supervisor_assigns_judges_closes_and_opens(dalia: Colleague, village: Unit, noors_case: Case) -> None:
    Case.objects.filter(pk=noors_case.pk).update(state=Case.State.PLANNING)
    tomas = hire("Tomas Verhoeven", (Role.CASEWORKER, village))
    browser = dalia.browser
    steps: list[tuple[str, dict[str, str], dict[str, Any]]] = [
        ("assign_worker", {"worker": tomas.user.code, "starts_on": "2024-05-06"}, {"worker": tomas.user}),
        ("assess_risk", {"risk": "high"}, {"risk": "high"}),
        ("close_case", {"closed_on": "2024-06-03", "close_reason": "moved"}, {"state": "closed"}),
        ("reopen_case", {"reopened_on": "2024-07-01"}, {"state": "assessment", "worker": tomas.user}),
    ]
    for name, typed, wanted in steps:
        address = reverse(name, args=[noors_case.code])
        assert browser.get(address).status_code == 200
        noors_case.refresh_from_db()
        assert browser.post(address, {"version": noors_case.version, **typed}).status_code == 302, name
        noors_case.refresh_from_db()
        assert {key: getattr(noors_case, key) for key in wanted} == wanted


def test_workers_are_offered_with_their_caseload(dalia: Colleague, amina: Colleague, noors_case: Case) -> None:
    page = dalia.browser.get(reverse("assign_worker", args=[noors_case.code])).content.decode()
    assert "Amina Haddad · 1 child" in page
    assert "Dalia Marku ·" not in page


def test_a_case_is_opened_from_the_page(dalia: Colleague, noor: Person, noors_case: Case) -> None:
    browser, address = dalia.browser, reverse("open_case", args=[noor.code])
    assert browser.get(address).status_code == 200
    typed = {"version": noor.version, "kind": "care", "opened_on": "2024-05-06"}
    assert "has an open case already" in browser.post(address, typed).content.decode()


@pytest.mark.parametrize("name", ["assign_worker", "record_contact", "assess_risk", "close_case", "reopen_case"])
def test_the_pages_do_not_exist_for_strangers(
    bruno: Colleague, eve: Colleague, rosa: Colleague, noors_case: Case, name: str
) -> None:
    for stranger in (bruno, eve, rosa):
        assert stranger.browser.get(reverse(name, args=[noors_case.code])).status_code == 404


def test_who_may_not_is_told_why(amina: Colleague, noors_case: Case) -> None:
    page = amina.browser.get(reverse("close_case", args=[noors_case.code])).content.decode()
    assert "Only a supervisor of this unit can close a case. Ask your supervisor." in page
