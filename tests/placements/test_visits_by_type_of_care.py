"""A pack may ask for visits and reviews by the type of care or the legal status; they count from when that began."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from kinkeeper.access.models import Association
from kinkeeper.cases.actions import record_contact
from kinkeeper.cases.models import Case
from kinkeeper.homes.models import Home
from kinkeeper.lib import packs
from kinkeeper.people.models import LegalStatus
from kinkeeper.placements import actions, duties
from kinkeeper.placements.models import PeriodOfCare
from tests.conftest import Colleague
from tests.placements.conftest import JUNE, MAY

LAKES = """
[schedules.visits_village]
label = "Visits to a family of a village"
about = "visit"
for_care = ["SOS_FAM"]
mode = "grid"
steps = [{ within = "10 days", times = 1 }, { within = "1 month" }]
source = "a law of the lakes"
verified = true

[schedules.reviews_village]
label = "Reviews in a village"
about = "review"
for_care = ["SOS_FAM"]
steps = [{ within = "5 weeks" }]
source = "a law of the lakes"
verified = true

[schedules.reviews_ordered]
label = "Reviews under an order"
about = "review"
for_statuses = ["FULL_CARE_ORDER"]
steps = [{ within = "2 months" }]
source = "a law of the lakes"
verified = true
"""


@pytest.fixture(autouse=True)
def lakes(association: Association, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A country whose pack has schedules for a type of care and a legal status."""
    text = (packs.FOLDER / "un.toml").read_text(encoding="utf-8").replace('code = "un"', 'code = "lakes"')
    (tmp_path / "lakes.toml").write_text(text + LAKES, encoding="utf-8")
    monkeypatch.setattr(packs, "FOLDER", tmp_path)
    Association.objects.update(pack="lakes")


@pytest.fixture
def in_the_village(amina: Colleague, in_care: PeriodOfCare, house_three: Home) -> PeriodOfCare:
    """Noor moved into a family of the village in June."""
    actions.move_child(amina.actor, in_care, home=house_three, moved_on=JUNE, care_type="SOS_FAM", leave_reason="PLAN")
    return in_care


def test_visits_by_the_type_of_care_count_from_the_move(
    amina: Colleague, noors_case: Case, in_the_village: PeriodOfCare
) -> None:
    first = duties.first_visits_due(amina.actor)[0]
    assert (first.due_on - JUNE).days == 7
    record_contact(amina.actor, noors_case, kind="visit", happened_on=JUNE, seen="alone")
    duty = duties.first_visits_due(amina.actor)[0]
    assert (duty.due_on, duty.last_on, duty.source) == (_month_after(JUNE), JUNE, "a law of the lakes")
    record_contact(amina.actor, noors_case, kind="visit", happened_on=duty.due_on, seen="not_seen")
    assert duties.first_visits_due(amina.actor)[0].due_on == duty.due_on


def test_another_type_of_care_is_visited_once(amina: Colleague, noors_case: Case, in_care: PeriodOfCare) -> None:
    record_contact(amina.actor, noors_case, kind="visit", happened_on=MAY, seen="alone")
    assert duties.first_visits_due(amina.actor) == []


def test_reviews_by_the_type_of_care_count_from_the_move(amina: Colleague, in_the_village: PeriodOfCare) -> None:
    duty = duties.reviews_due(amina.actor)[0]
    assert ((duty.due_on - JUNE).days, duty.source) == (35, "a law of the lakes")


def test_reviews_by_the_legal_status_count_from_its_beginning(amina: Colleague, in_care: PeriodOfCare) -> None:
    assert duties.reviews_due(amina.actor)[0].due_on > _month_after(_month_after(MAY))
    LegalStatus.objects.update(status="FULL_CARE_ORDER")
    assert duties.reviews_due(amina.actor)[0].due_on == _month_after(_month_after(MAY))


def _month_after(day: date) -> date:
    return date(day.year, day.month + 1, day.day)
