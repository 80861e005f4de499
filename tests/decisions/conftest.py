"""What decisions need: a director, a second worker, and Noor’s case at the gate with care needed and options compared."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.models import Association, Emergency, Role, Unit
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import BestInterest, Decision, Necessity, Option
from kinkeeper.families.models import Kinship
from kinkeeper.people.models import Consent, Person
from tests.conftest import Colleague, hire

DAY = date(2026, 4, 3)
TODAY = date.today()
WORDS = (
    "child_view",
    "identity",
    "family_environment",
    "safety",
    "vulnerability",
    "health",
    "education",
    "continuity",
    "conclusion",
)


@pytest.fixture
def dario(village: Unit) -> Colleague:
    """Director of Noor’s programme."""
    return hire("Dario Rossi", (Role.DIRECTOR, village))


@pytest.fixture
def carla(village: Unit) -> Colleague:
    """Another caseworker of Noor’s unit, who weighs together with Amina."""
    return hire("Carla Mendes", (Role.CASEWORKER, village))


def option(care_type: str = "FOSTER_ST", **changes: Any) -> dict[str, Any]:
    """One option as a form gives it."""
    return {"care_type": care_type, "short_term": "Safe.", "long_term": "A home.", "licensed": True, **changes}


def weighed(**changes: Any) -> dict[str, Any]:
    """The particulars of a best-interest procedure as a form gives them."""
    said: dict[str, Any] = {name: f"About {name}." for name in WORDS}
    said |= {"done_on": DAY, "child_view_by": "talk", "recommendation": "alternative_care"}
    return {**said, "options": [option(chosen=True), option("KIN_INF")], **changes}


def panel(*more: dict[str, str]) -> list[dict[str, str]]:
    """Three members nobody can object to, and more."""
    return [{"name": "Judge Lim"}, {"name": "Doctor Amir"}, {"name": "Teacher Sona"}, *more]


def decided(**changes: Any) -> dict[str, Any]:
    """The particulars that every decision needs."""
    return {"decided_on": DAY, "decided_by": "panel", "authority": "Panel of Riverside", "reasons": "Safe.", **changes}


def care(**changes: Any) -> dict[str, Any]:
    """The particulars of a decision for care outside the family."""
    said = {
        "care_type": "FOSTER_ST",
        "starts_on": DAY,
        "child_view": "I want Sami.",
        "child_view_weighed": "It counted.",
    }
    return decided(**{**said, **changes})


def found_needed(case: Case, *, needed: bool = True, **changes: Any) -> Necessity:
    """A necessity test as the tables keep one."""
    facts: dict[str, Any] = {"grounds": ["VIOLENCE"], "tested_on": DAY, "conclusion": "Needed.", "needed": needed}
    return Necessity.objects.create(case=case, **{**facts, **changes})


def best(case: Case, *options: dict[str, Any], kind: str = "assessment", done_on: date = DAY) -> BestInterest:
    """A best-interest procedure as the tables keep one."""
    words = dict.fromkeys(WORDS, "x")
    row = BestInterest.objects.create(
        case=case, kind=kind, done_on=done_on, child_view_by="talk", recommendation="alternative_care", **words
    )
    for one in options or (option(chosen=True), option("KIN_INF", tried=True)):
        Option.objects.create(best_interest=row, **one)
    return row


def decision(case: Case, **changes: Any) -> Decision:
    """A decision as the tables keep one."""
    facts = {"kind": "alternative_care", "care_type": "FOSTER_ST", "decided_on": DAY, "starts_on": DAY}
    facts |= {"decided_by": "panel", "authority": "Panel", "reasons": "Safe."}
    return Decision.objects.create(case=case, **{**facts, **changes})


def at(case: Case, state: str) -> Case:
    """The case taken to a step past every deed."""
    Case.objects.filter(pk=case.pk).update(state=state)
    case.refresh_from_db()
    return case


def agree(child: Person, on: date = DAY) -> Consent:
    """The child’s own agreement to a placement."""
    return Consent.objects.create(person=child, purpose="PLACEMENT", answer="given", by_child=True, given_on=on)


def kin(one: Person, other: Person) -> None:
    """Make two children siblings."""
    Kinship.objects.create(person=one, kind=Kinship.Kind.SIBLING, relative=other)


def born(years: float) -> date:
    """The birth of a child of that age on the day of the tests."""
    return DAY - timedelta(days=round(years * 365.25))


@pytest.fixture
def gate(noors_case: Case) -> Case:
    """Noor’s case at the gate: care is needed, a foster family and kin were compared; she is seven, her own consent is not asked."""
    Person.objects.filter(pk=noors_case.child_id).update(birth=born(7).isoformat(), born_from=born(7))
    found_needed(noors_case)
    best(noors_case)
    case = at(noors_case, Case.State.GATEKEEPING)
    case.child.refresh_from_db()
    return case


@pytest.fixture
def for_good(gate: Case) -> Case:
    """Noor at the gate, where a panel compared adoption and kafalah with a foster family."""
    best(gate, option(chosen=True), option("ADOPT_PRE"), option("KAFALAH"), kind="determination")
    return gate


@pytest.fixture
def flood(association: Association) -> Emergency:
    """An emergency that lasts on the day of the tests."""
    return Emergency.objects.create(association=association, name="Flood", declared_by="State", declared_on=DAY)
