"""Brothers and sisters come to live in one home on one day: all of them, or none. Scenario 3, Uzbekistan."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.models import Association, Unit
from kinkeeper.families.models import Kinship
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.lib.refusals import Refused
from kinkeeper.notices.models import Notice
from kinkeeper.people.models import Person
from kinkeeper.placements import actions, duties, queries
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement
from tests.conftest import Colleague, approve, decide, live_in, open_case, register
from tests.placements.conftest import story

APRIL = date(2026, 4, 1)


@pytest.fixture
def siblings(association: Association, village: Unit, amina: Colleague) -> list[Person]:
    """Aziza, Bekzod and Dilnoza, who lost parental care, and for whom a family of the village is decided."""
    Association.objects.update(pack="uzbekistan")
    born = {"Aziza": date(2015, 3, 20), "Bekzod": date(2016, 4, 2), "Dilnoza": date(2021, 9, 9)}
    children = [register(village, given, "Karimov", born=day) for given, day in born.items()]
    for child in children:
        open_case(child, amina)
        decide(child, "SOS_FAM")
    for number, child in enumerate(children[1:]):
        Kinship.objects.create(person=children[number], kind=Kinship.Kind.SIBLING, relative=child)
    Kinship.objects.create(person=children[0], kind=Kinship.Kind.SIBLING, relative=children[2])
    return children


def house(unit: Unit, name: str, present: int) -> Home:
    """A house of seven places in which so many children live."""
    home = Home.objects.create(unit=unit, name=name, kind=Home.Kind.VILLAGE_FAMILY, capacity=7)
    approve(home, "SOS_FAM", capacity=7)
    for number in range(present):
        child = register(unit, f"Child{number}", name, born=date(2017, 1, 1))
        live_in(home, child, since=date(2024, 1, 1), care_type="SOS_FAM")
    return home


def place(colleague: Colleague, siblings: list[Person], home: Home, **changes: Any) -> list[PeriodOfCare]:
    particulars: dict[str, Any] = {
        "siblings": siblings[1:],
        "home": home,
        "started_on": APRIL,
        "care_type": "SOS_FAM",
        "legal_status_code": "EMERGENCY",
    }
    return actions.place_siblings(colleague.actor, siblings[0], **(particulars | changes))


@pytest.fixture
def law() -> str:
    """A legal status of the pack."""
    from kinkeeper.lib.packs import load_pack

    return next(iter(load_pack("uzbekistan").legal_statuses))


def test_three_into_five_of_seven_do_not_go(amina: Colleague, village: Unit, siblings: list[Person], law: str) -> None:
    chinor, nilufar = house(village, "Chinor-4", 5), house(village, "Nilufar-2", 4)
    before = PeriodOfCare.objects.count(), Placement.objects.count()
    with pytest.raises(Refused) as refusal:
        place(amina, siblings, chinor, legal_status_code=law)
    assert refusal.value.guard == "G-CAP"
    assert "8 children would live in Chinor-4; 7 are allowed" in str(refusal.value)
    assert (PeriodOfCare.objects.count(), Placement.objects.count()) == before
    assert not Entry.objects.filter(act="placements.place_siblings").exists()
    place(amina, siblings, nilufar, legal_status_code=law)
    assert [story(child)[0][1:5] for child in siblings] == [(APRIL, None, "Nilufar-2", "SOS_FAM")] * 3
    assert Episode.objects.in_force(APRIL).filter(placement__home=nilufar).count() == 7
    assert Entry.objects.filter(act="placements.place_siblings").count() == 3


def test_with_an_exemption_that_is_looked_at_again_they_may(
    amina: Colleague, village: Unit, siblings: list[Person], law: str
) -> None:
    chinor = house(village, "Chinor-4", 5)
    review_on = date(2026, 7, 1)
    with pytest.raises(Refused, match="by 1 July 2026 at the latest"):
        place(amina, siblings, chinor, legal_status_code=law, exemption_review_on=review_on + timedelta(days=1))
    place(amina, siblings, chinor, legal_status_code=law, exemption_review_on=review_on)
    found = duties.stays_due(amina.actor)
    assert {(duty.child.name, duty.due_on, duty.deed) for duty in found} == {
        (child.name, review_on, "review_exemption") for child in siblings
    }
    assert duties.stays_due(amina.actor, review_on - timedelta(days=1)) == []


def test_the_smallest_is_not_placed_alone(amina: Colleague, village: Unit, siblings: list[Person], law: str) -> None:
    other = house(village, "Archa-1", 0)
    with pytest.raises(Refused) as refusal:
        actions.start_placement(
            amina.actor, siblings[2], home=other, started_on=APRIL, care_type="SOS_FAM", legal_status_code=law
        )
    assert refusal.value.guard == "G-SIB"
    with pytest.raises(Refused) as refusal:
        place(amina, siblings[:2], other, legal_status_code=law)
    assert refusal.value.guard == "G-SIB"
    assert not Episode.objects.exists()


def test_one_without_a_decision_keeps_all_from_moving(
    amina: Colleague, village: Unit, siblings: list[Person], law: str
) -> None:
    from kinkeeper.decisions.models import Decision

    Decision.objects.filter(case__child=siblings[2]).delete()
    home = house(village, "Nilufar-2", 4)
    with pytest.raises(Refused, match="allows Dilnoza Karimov") as refusal:
        place(amina, siblings, home, legal_status_code=law)
    assert refusal.value.guard == "G-DECISION"
    assert not PeriodOfCare.objects.filter(child__in=siblings).exists()


def test_who_is_in_care_already_moves_along(amina: Colleague, village: Unit, siblings: list[Person], law: str) -> None:
    archa, nilufar = house(village, "Archa-1", 0), house(village, "Nilufar-2", 4)
    live_in(archa, siblings[1], since=date(2026, 1, 5), care_type="SOS_FAM")
    with pytest.raises(Refused, match="Say why the child moves"):
        place(amina, siblings, nilufar, legal_status_code=law)
    place(amina, siblings, nilufar, legal_status_code=law, leave_reason="SIBLINGS")
    assert [len(story(child)) for child in siblings] == [1, 2, 1]
    assert queries.moves_of(amina.actor, siblings[1]) == 1
    assert queries.moves_of(amina.actor, siblings[0]) == 0


def test_only_brothers_and_sisters_are_placed_so(
    amina: Colleague, village: Unit, siblings: list[Person], samir: Person, law: str
) -> None:
    home = house(village, "Nilufar-2", 4)
    for others in ([samir], []):
        with pytest.raises(Refused) as refusal:
            place(amina, [siblings[0], *others], home, legal_status_code=law)
        assert (refusal.value.guard, refusal.value.field) == ("G-SIB", "siblings")


def test_strangers_and_readers_place_nobody(bruno: Colleague, village: Unit, siblings: list[Person], law: str) -> None:
    from kinkeeper.access.gate import Unseen

    home = house(village, "Nilufar-2", 4)
    with pytest.raises(Unseen):
        place(bruno, siblings, home, legal_status_code=law)


def test_the_page_places_them_together(
    amina: Colleague, dalia: Colleague, village: Unit, siblings: list[Person], law: str
) -> None:
    chinor, nilufar = house(village, "Chinor-4", 5), house(village, "Nilufar-2", 4)
    address, browser = reverse("place_siblings", args=[siblings[0].code]), amina.browser
    text = browser.get(address).content.decode()
    assert "Bekzod Karimov · not in care" in text
    typed = {
        "version": siblings[0].version,
        "siblings": [one.code for one in siblings[1:]],
        "home": chinor.code,
        "started_on": APRIL.isoformat(),
        "care_type": "SOS_FAM",
        "legal_status_code": law,
    }
    part = browser.post(address, typed, headers={"HX-Request": "true"}).content.decode()
    assert "8 children would live in Chinor-4" in part
    refused = browser.post(address, typed)
    assert refused.status_code == 409
    assert "Rule: G-CAP" in refused.content.decode()
    assert browser.post(address, typed | {"home": nilufar.code}).status_code == 302
    assert [story(child)[0][3] for child in siblings] == ["Nilufar-2"] * 3
    run_due_jobs()
    assert Notice.objects.filter(kind="care_started", to=dalia.user).count() == 3
    assert browser.get(reverse("child", args=[siblings[0].code])).status_code == 200


def test_without_brothers_and_sisters_the_page_says_so(amina: Colleague, noor: Person) -> None:
    page = amina.browser.get(reverse("place_siblings", args=[noor.code])).content.decode()
    assert "No brothers and sisters in sight" in page
