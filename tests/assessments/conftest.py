"""Noor’s case at the step of the assessment, and everything one learned about her."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.models import Role, Unit, pack_in_force
from kinkeeper.assessments.actions import complete_assessment, reassess
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Kinship
from kinkeeper.people.models import Person
from tests.conftest import Colleague, hire, open_case, register

TODAY = date.today()
MAY = date(2024, 5, 6)


def learned(**changes: Any) -> dict[str, Any]:
    """Everything that an assessment needs, with changes."""
    domains = [domain.code for domain in pack_in_force().domains.values() if domain.assessed]
    full: dict[str, Any] = {
        "assessed_on": MAY,
        "seen": "alone",
        "seen_on": MAY,
        "sources": "Noor, her aunt, the school.",
        "findings": {code: (2, f"Found in {code}.") for code in domains},
        "risks": "Nobody cooks in the evening.",
        "strengths": "She asks for help.",
        "family_strengths": "An aunt next door.",
        "causes": ["POVERTY"],
        "risk": "medium",
        "child_view": "I want to stay with my aunt.",
        "child_view_by": "talk",
        "conclusion": "Support at home first.",
    }
    return full | changes


def rated(**ratings: int) -> dict[str, tuple[int, str]]:
    """Findings of all domains, well but for these."""
    findings: dict[str, tuple[int, str]] = learned()["findings"]
    return findings | {code: (rating, f"Seen in {code}.") for code, rating in ratings.items()}


def typed(case: Case, **changes: str) -> dict[str, str | list[str]]:
    """The same as somebody types it into the form."""
    given = learned()
    found: dict[str, Any] = {"version": str(case.version)}
    for code, (rating, note) in given.pop("findings").items():
        found |= {f"rating_{code}": str(rating), f"note_{code}": note}
    return found | {name: value if isinstance(value, list) else str(value) for name, value in given.items()} | changes


def completed(worker: Colleague, case: Case, **changes: Any) -> Assessment:
    """The first assessment of a case."""
    return complete_assessment(worker.actor, Case.objects.get(pk=case.pk), **learned(**changes))


def again(worker: Colleague, case: Case, **changes: Any) -> Assessment:
    """A later assessment of a case."""
    return reassess(worker.actor, Case.objects.get(pk=case.pk), **learned(**changes))


@pytest.fixture
def tess(village: Unit) -> Colleague:
    """The director of the programme to which the village belongs."""
    return hire("Tess Director", (Role.DIRECTOR, village.programme))


@pytest.fixture
def noors_case(noor: Person) -> Case:
    """Noor’s case, registered and not assessed yet."""
    Case.objects.filter(child=noor).update(state=Case.State.ASSESSMENT)
    return Case.objects.get(child=noor)


@pytest.fixture
def samirs_case(noor: Person, amina: Colleague) -> Case:
    """The case of Noor’s brother, registered and not assessed yet."""
    samir = register(noor.unit, "Samir", "Saleh", born=TODAY - timedelta(days=5 * 366))
    Kinship.objects.create(person=noor, kind=Kinship.Kind.SIBLING, relative=samir)
    return open_case(samir, amina, state=Case.State.ASSESSMENT)
