"""What is due at the door: screening, the first contact by the risk from the moment of receiving, the registration."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case, Contact
from kinkeeper.intake.actions import receive_referral, screen_in
from kinkeeper.intake.duties import first_contacts_due, registrations_due, screenings_due
from kinkeeper.intake.models import Mentioned, Referral
from tests.conftest import Colleague
from tests.intake.conftest import DASHA, KIRILL, SONYA, TAKEN, TOLD

DAY = timedelta(days=1)


def received(amina: Colleague, unit: Unit, days_ago: int, **more: Any) -> Referral:
    """A referral that was received just after midnight some days ago, so that at every hour of today it is past."""
    zone = timezone.get_current_timezone()
    assert isinstance(zone, ZoneInfo)
    at = datetime.combine(amina.actor.today - days_ago * DAY, datetime.min.time(), zone) + timedelta(seconds=1)
    return receive_referral(amina.actor, unit, **{**TOLD, "spoken_of": (DASHA,), **more}, received_at=at)


@pytest.mark.parametrize(
    ("told", "days"),
    [
        ({"immediate_danger": True}, 1),
        ({"immediate_danger": False}, 7),
        ({"urgency": "medium"}, 3),
        ({"urgency": "high"}, 1),
        ({"urgency": "low", "immediate_danger": True}, 7),
    ],
)
def test_a_screening_is_due_by_the_risk_or_the_danger(
    amina: Colleague, village: Unit, told: dict[str, Any], days: int
) -> None:
    row = received(amina, village, 2, **told)
    (duty,) = screenings_due(amina.actor)
    assert (duty.kind, duty.deed, duty.code, duty.child.pk) == ("screening", "referral", row.code, row.pk)
    assert duty.due_on == amina.actor.today - 2 * DAY + days * DAY
    assert duty.source.startswith("Common triage practice")
    assert "Dasha" not in duty.child.name


def test_what_is_screened_or_out_of_sight_is_not_due(amina: Colleague, bruno: Colleague, volkovas: Referral) -> None:
    assert len(screenings_due(amina.actor)) == 1
    assert screenings_due(amina.actor, amina.actor.today) == []
    assert screenings_due(bruno.actor) == []
    screen_in(amina.actor, volkovas, **TAKEN)
    assert screenings_due(amina.actor) == []


@pytest.mark.parametrize(("urgency", "days"), [("high", 1), ("medium", 3), ("low", 7)])
def test_the_first_contact_is_counted_from_the_receiving(
    amina: Colleague, village: Unit, urgency: str, days: int
) -> None:
    row = received(amina, village, 4)
    screen_in(amina.actor, row, **{**TAKEN, "urgency": urgency}, first_action="Called")
    (duty,) = first_contacts_due(amina.actor)
    case = Case.objects.get()
    assert (duty.kind, duty.deed, duty.code, duty.child) == ("first_contact", "record_contact", case.code, case.child)
    assert duty.due_on == amina.actor.today - 4 * DAY + days * DAY
    assert first_contacts_due(amina.actor, duty.due_on) == [duty]
    assert first_contacts_due(amina.actor, duty.due_on - DAY) == []


@pytest.mark.parametrize(
    ("kind", "seen", "days_ago", "met"),
    [
        ("visit", "alone", 0, True),
        ("call", "with_others", 4, True),
        ("visit", "not_seen", 0, False),
        ("message", "alone", 0, False),
        ("visit", "alone", 5, False),
    ],
)
def test_only_a_contact_with_the_child_after_the_receiving_answers(
    amina: Colleague, village: Unit, kind: str, seen: str, days_ago: int, met: bool
) -> None:
    screen_in(amina.actor, received(amina, village, 4), **TAKEN)
    day = amina.actor.today - days_ago * DAY
    Contact.objects.create(case=Case.objects.get(), kind=kind, seen=seen, happened_on=day)
    assert (first_contacts_due(amina.actor) == []) is met


def test_a_case_without_a_referral_has_no_first_contact_by_it(amina: Colleague, noors_case: Case) -> None:
    assert first_contacts_due(amina.actor) == []
    assert registrations_due(amina.actor) == []


@pytest.mark.parametrize(("risk", "days"), [("high", 1), ("medium", 3), ("", 7)])
def test_a_registration_is_due_after_the_opening(amina: Colleague, noors_case: Case, risk: str, days: int) -> None:
    Case.objects.update(state="intake", risk=risk)
    (duty,) = registrations_due(amina.actor)
    assert (duty.kind, duty.deed, duty.code) == ("registration", "register_case", noors_case.code)
    assert duty.due_on == date(2024, 1, 15) + days * DAY
    assert registrations_due(amina.actor, among=[]) == []
    Case.objects.update(state="assessment")
    assert registrations_due(amina.actor) == []


def test_a_country_sets_its_own_limits(amina: Colleague, village: Unit) -> None:
    from kinkeeper.access.models import Association, pack_in_force

    Association.objects.update(pack="england")
    received(amina, village, 0, immediate_danger=True)
    limit = pack_in_force().limit("response_high")
    assert screenings_due(amina.actor)[0].source == limit.source


@pytest.mark.parametrize("rows", [1, 3])
def test_the_questions_stay_as_many(amina: Colleague, village: Unit, rows: int, django_assert_num_queries: Any) -> None:
    received(amina, village, 0, spoken_of=(DASHA, KIRILL, SONYA)[:rows])
    actor: Actor = amina.actor
    screen_in(actor, Referral.objects.get(), **TAKEN)
    for number in range(rows):
        received(amina, village, number, spoken_of=())
    with django_assert_num_queries(2):
        assert len(screenings_due(actor)) == rows
    with django_assert_num_queries(4):
        assert len(first_contacts_due(actor)) == rows
    with django_assert_num_queries(2):
        assert len(registrations_due(actor)) == rows
    assert Mentioned.objects.filter(case__isnull=False).count() == rows
