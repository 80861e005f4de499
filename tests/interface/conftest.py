"""Programs with tokens: Amina’s, Dalia’s and a device’s; a small world in which Noor has a family, a home and a story."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Unit
from kinkeeper.cases import actions as cases
from kinkeeper.cases.models import Case, Contact
from kinkeeper.families.models import Family, Household, HouseholdMember, Membership
from kinkeeper.homes.models import Home
from kinkeeper.interface.actions import make_token
from kinkeeper.interface.models import Token
from kinkeeper.people.models import ContactPoint, LegalStatus, Person
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement
from tests.conftest import Colleague, live_in, register

ROOT = "/api/v1"
TODAY = date.today()
IN_A_MONTH = TODAY + timedelta(days=30)


@dataclass(frozen=True)
class Program:
    """A program that calls with a token, as another machine would: without a session."""

    secret: str

    def get(self, path: str, **headers: str) -> HttpResponse:
        """Read."""
        return self.send("GET", path, **headers)

    def send(self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str) -> HttpResponse:
        """Send a call; a change gets a key of its own, unless one is given."""
        told = {
            "Authorization": f"Bearer {self.secret}",
            **{name.replace("_", "-"): each for name, each in headers.items()},
        }
        if method != "GET":
            told["Idempotency-Key"] = key if key is not None else str(uuid4())
        text = "" if body is None else json.dumps(body)
        call = Client(raise_request_exception=True).generic
        answer: HttpResponse = call(method, f"{ROOT}{path}", text, "application/json", headers=told)  # type: ignore[assignment]
        return answer

    def post(self, path: str, body: Any, **more: str) -> HttpResponse:
        """Do a deed."""
        return self.send("POST", path, body, **more)

    def read(self, path: str) -> Any:
        """What is answered, read as JSON."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.content
        return json.loads(answer.content)


def told(answer: HttpResponse) -> Any:
    """The JSON of an answer."""
    return json.loads(answer.content)


def program_of(colleague: Colleague, *, may_write: bool = True, ends_on: date = IN_A_MONTH) -> Program:
    """A program with a token that this colleague made."""
    secret = secrets.token_urlsafe(32)
    make_token(colleague.actor, colleague.user, name="A program", may_write=may_write, ends_on=ends_on, token=secret)
    return Program(secret)


def token_behind(program: Program) -> Token:
    """The token of a program."""
    return Token.objects.get(token_hash=Token.hash_of(program.secret))


@pytest.fixture
def aminas(amina: Colleague) -> Program:
    """A program that may do what Amina may."""
    return program_of(amina)


@pytest.fixture
def dalias(dalia: Colleague) -> Program:
    """A program that may do what Dalia may: she supervises the village."""
    return program_of(dalia)


@dataclass(frozen=True)
class Story:
    """What there is to read in Noor’s world."""

    case: Case
    family: Family
    home: Home
    period: PeriodOfCare
    placement: Placement
    contact: Contact

    @property
    def child(self) -> Person:
        """Noor."""
        return self.case.child

    def codes(self) -> dict[str, str]:
        """The codes that examples name."""
        rows = {"child": self.child, "case": self.case, "family": self.family, "home": self.home, "period": self.period}
        rows |= {"placement": self.placement, "contact": self.contact}
        return {"unit": self.case.unit.code, **{name: row.code for name, row in rows.items()}}


def settle(child: Person, home: Home, actor: Actor, unit: Unit) -> Story:
    """Give a child a family, a home, a way to be reached and a visit."""
    family = Family.objects.create(unit=unit, name="Saleh")
    mother = register(unit, "Mona", "Saleh")
    household = Household.objects.create(family=family, name="At the river", address="Mill Lane 5")
    for person in (child, mother):
        Membership.objects.create(family=family, person=person)
    HouseholdMember.objects.create(household=household, person=mother)
    ContactPoint.objects.create(person=child, kind=ContactPoint.Kind.PHONE, value="+383 44 000 111")
    period = live_in(home, child, since=TODAY - timedelta(days=100))
    Case.objects.filter(child=child).update(family=family)
    case = Case.objects.get(child=child)
    contact = cases.record_contact(
        actor, case, kind="visit", happened_on=TODAY, seen="alone", note="She laughed.", child_said="I like it here."
    )
    return Story(case, family, home, period, Placement.objects.get(period=period), contact)


@pytest.fixture
def story(noor: Person, okafors: Home, amina: Colleague, village: Unit) -> Story:
    """Noor lives with the Okafors since a hundred days."""
    return settle(noor, okafors, amina.actor, village)


def another_child(story: Story, worker: Colleague, name: str) -> Story:
    """One more child with a whole world of their own."""
    from tests.conftest import open_case

    child = register(story.case.unit, name, "Saleh", born=date(2016, 3, 4))
    open_case(child, worker)
    home = Home.objects.create(unit=story.case.unit, name=f"Home of {name}", kind=Home.Kind.FOSTER, capacity=2)
    return settle(child, home, worker.actor, story.case.unit)


def law_of(period: PeriodOfCare) -> LegalStatus:
    """The legal status of the last episode of a period."""
    return Episode.objects.filter(period=period).latest("started_on").legal_status
