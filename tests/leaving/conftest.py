"""Noor at the end of our work: under review, with a fresh best-interest assessment; Jasur, a young man; the Volkovas."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Unit
from kinkeeper.assessments.models import Assessment, Finding
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import BestInterest
from kinkeeper.families.models import Family, Membership
from kinkeeper.leaving import actions
from kinkeeper.leaving.models import Aftercare, Closing, FollowUp
from kinkeeper.people.models import Person
from tests.conftest import Colleague, open_case, register

TODAY = date.today()
DAY = timedelta(days=1)
PAPERS = ("IDENTITY", "BIRTH", "HEALTH_CARD", "SCHOOL")
CRITICAL = ("CARE", "FOOD", "HOME", "HEALTH", "PROTECTION", "EDUCATION")

RETURN: dict[str, Any] = {
    "exit": "reunified",
    "decided_on": TODAY,
    "reasons": "The mother has work and a flat.",
    "child_view": "I want to sleep at home.",
    "causes_resolved": "The flat is rented for two years.",
    "safety_plan": "Noor calls her aunt.",
    "aftercare_plan": "Amina visits in a week.",
}
GOING: dict[str, Any] = {
    "left_on": TODAY,
    "to_whom": "Her mother",
    "belongings": "Bear, bicycle, photographs",
    "contacts": "Amina, and the helpline",
    "benefits": "Child benefit is applied for",
    "child_told_on": TODAY,
    "papers": dict.fromkeys(PAPERS, (TODAY, "")),
}


def on(actor: Actor, day: date) -> Actor:
    """The same actor on another day."""
    return replace(actor, today=day)


def weigh(case: Case, day: date = TODAY) -> BestInterest:
    """A best-interest assessment of that day."""
    return BestInterest.objects.create(
        case=case, kind="assessment", done_on=day, recommendation="return", child_view="I want to go home."
    )


def assess(case: Case, day: date, rating: int = 2, **changes: Any) -> Assessment:
    """An assessment with the same rating in every critical domain."""
    facts: dict[str, Any] = {"income_covers_basics": True, "caregiver_able": True, "seen": "alone", "risk": "low"}
    told = Assessment.objects.create(case=case, assessed_on=day, **(facts | changes))
    for domain in CRITICAL:
        Finding.objects.create(assessment=told, domain=domain, rating=rating)
    return told


@pytest.fixture
def reviewed(noors_case: Case) -> Case:
    """Noor’s case under review, with a best-interest assessment of today."""
    Case.objects.filter(pk=noors_case.pk).update(state=Case.State.REVIEW)
    noors_case.refresh_from_db()
    weigh(noors_case)
    return noors_case


@pytest.fixture
def decided(dalia: Colleague, reviewed: Case) -> Closing:
    """It is decided that Noor goes home."""
    return actions.decide_closing(dalia.actor, reviewed, **RETURN)


@pytest.fixture
def at_home(amina: Colleague, decided: Closing) -> Aftercare:
    """Noor has gone home today."""
    return actions.hand_over(amina.actor, decided.case, **GOING)


@pytest.fixture
def jasur(village: Unit, amina: Colleague) -> Person:
    """A young man of the village, eighteen since 1 September 2026."""
    child = register(village, "Jasur", "Karimov", born=date(2008, 9, 1), sex="M")
    case = open_case(child, amina)
    Case.objects.filter(pk=case.pk).update(kind=Case.Kind.YOUTH)
    return child


@pytest.fixture
def jasurs_case(jasur: Person) -> Case:
    """The case of Jasur."""
    return Case.objects.get(child=jasur)


@pytest.fixture
def volkovas(village: Unit, amina: Colleague) -> list[Case]:
    """Dasha, Kirill and Sonya of a family that is being strengthened, all under review."""
    family = Family.objects.create(unit=village, name="Volkova")
    found = []
    for given, born in (("Dasha", date(2014, 3, 1)), ("Kirill", date(2018, 5, 2)), ("Sonya", date(2023, 8, 3))):
        child = register(village, given, "Volkova", born=born)
        Membership.objects.create(family=family, person=child)
        case = open_case(child, amina, state=Case.State.REVIEW)
        Case.objects.filter(pk=case.pk).update(kind=Case.Kind.FAMILY_STRENGTHENING, family=family)
        case.refresh_from_db()
        found.append(case)
    return found


def follow(case: Case, day: date, **changes: Any) -> FollowUp:
    """A follow-up as the tables keep one: there was contact, and the child lives with the family."""
    return FollowUp.objects.create(case=case, happened_on=day, **({"lives": "family", "wellbeing": "Well."} | changes))
