"""What the tests of sharing have in common: a consent, a partner, a fresh best-interest assessment, the other side."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.models import Role, Unit
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import BestInterest
from kinkeeper.families.models import Kinship
from kinkeeper.people.models import Consent, Person
from kinkeeper.sharing.actions import offer_transfer, refer_to_partner, share
from kinkeeper.sharing.models import Partner, PartnerReferral, Share, Transfer
from tests.conftest import Colleague, hire, register

TODAY = date.today()
DAY = timedelta(days=1)


@pytest.fixture
def mother(village: Unit, noor: Person) -> Person:
    """Noor’s mother, who answers for her."""
    leila = register(village, "Leila", "Saleh", born=date(1990, 2, 3))
    Kinship.objects.create(person=leila, kind=Kinship.Kind.PARENT, relative=noor, legally_responsible=True)
    return leila


@pytest.fixture
def clinic(village: Unit) -> Partner:
    """The clinic with which the village works."""
    return Partner.objects.create(unit=village, name="River Clinic", kind=Partner.Kind.HEALTH, offers="speech therapy")


@pytest.fixture
def sofia(other_unit: Unit) -> Colleague:
    """Supervisor of the other unit."""
    return hire("Sofia Elsewhere", (Role.SUPERVISOR, other_unit))


@pytest.fixture
def weighed(noors_case: Case) -> BestInterest:
    """What is best for Noor was weighed ten days ago."""
    return weigh(noors_case, TODAY - 10 * DAY)


def weigh(case: Case, done_on: date) -> BestInterest:
    """A best-interest assessment of that day."""
    words = dict.fromkeys(
        (
            "child_view",
            "identity",
            "family_environment",
            "safety",
            "vulnerability",
            "health",
            "education",
            "continuity",
            "conclusion",
        ),
        "looked at",
    )
    kind, advice = BestInterest.Kind.ASSESSMENT, BestInterest.Recommends.CHANGE
    return BestInterest.objects.create(case=case, kind=kind, done_on=done_on, recommendation=advice, **words)


def agree(child: Person, mother: Person, *, recipient: str = "", purpose: str = "SHARING") -> Consent:
    """The child and the mother agree; answers the mother’s consent."""
    told = {"person": child, "purpose": purpose, "recipient": recipient, "explained": "talked", "given_on": TODAY - DAY}
    Consent.objects.create(**told, answer=Consent.Answer.GIVEN, by_child=True)
    return Consent.objects.create(**told, answer=Consent.Answer.GIVEN, by_child=False, given_by=mother)


def hand_over(colleague: Colleague, case: Case, **changes: Any) -> Share:
    """Something needed goes to the court, by law."""
    particulars: dict[str, Any] = {
        "purpose": "AUTHORITY",
        "basis": "legal_duty",
        "items": ["code", "risk"],
        "recipient": "Court of Riverside",
        "channel": "letter",
        "shared_on": TODAY,
    }
    return share(colleague.actor, case, **(particulars | changes))


def refer(colleague: Colleague, case: Case, partner: Partner, **changes: Any) -> PartnerReferral:
    """Noor is sent to a partner for speech therapy, to protect her life."""
    particulars: dict[str, Any] = {
        "service": "speech therapy",
        "sent_on": TODAY,
        "purpose": "HEALTH",
        "basis": "vital_interest",
        "items": ["code", "needs"],
        "channel": "letter",
    }
    return refer_to_partner(colleague.actor, case, partner=partner, **(particulars | changes))


def offer(colleague: Colleague, case: Case, unit: Unit | None = None, **changes: Any) -> Transfer:
    """The case is offered by law: to a unit, or to the town’s children’s office."""
    to = {"unit_to": unit.code} if unit else {"organisation": "Children’s Office of Hilltown"}
    particulars: dict[str, Any] = {
        "reason": "The mother moved to Hilltown.",
        "basis": "legal_duty",
        "items": ["code", "risk"],
        **to,
    }
    return offer_transfer(colleague.actor, case, **(particulars | changes))
