"""The cast, the same in every test: Amina, Dalia, Bruno, Eve and Rosa who work here; Noor, a child; the Okafors, her carers."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.management.commands.flush import Command as Flush
from django.db import connections
from django.db.models import Model
from django.test import Client

from kinkeeper.access.gate import Actor, actor_for
from kinkeeper.access.models import Association, Programme, Role, Seat, Unit, User
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.decisions.models import Decision
from kinkeeper.homes.models import Approval, BackgroundCheck, Carer, Home
from kinkeeper.interface import api
from kinkeeper.journal import history
from kinkeeper.lib.standing import passing
from kinkeeper.people.models import LegalStatus, Name, Person, Sex
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement
from kinkeeper.site import middleware


def pytest_collection_finish() -> None:
    """Look for garbage seldom, and never again among what was loaded once: building questions makes much and keeps little."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_configure() -> None:
    """Serve static files as they lie in the tree, and do not spend the suite’s time on slow password hashes."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    # Only the tests of second factors ask for one; everybody else of the cast comes in without.
    settings.SECOND_FACTOR = "offered"
    # In CI the same examples every time, so that chance blocks nobody’s work; `make check-long` looks for new ones.
    hypothesis.settings.register_profile("same", derandomize=True)
    # A database in memory, or a server that does not wait for the disk: nothing here is meant to stay.
    settings.MAY_FORGET = True
    # A line for each request would be written to a stream that a test has closed.
    lines: dict[str, Any] = settings.LOGGING
    lines["loggers"]["kinkeeper"]["level"] = "WARNING"
    logging.getLogger("kinkeeper").setLevel("WARNING")
    settings.PASSWORD_HASHERS.insert(0, "django.contrib.auth.hashers.MD5PasswordHasher")
    # Nobody empties a database that remembers, save the suite between two tests that need real transactions.
    Flush.handle = emptied(Flush.handle)  # type: ignore[method-assign]


def emptied(flush: Callable[..., None]) -> Callable[..., None]:
    """Django’s `flush`, with the triggers that would refuse it out of the way."""

    def handle(self: Flush, **options: Any) -> None:
        using = connections[options["database"]]
        history.step_aside(using)
        flush(self, **options)
        history.install(using)

    return handle


@pytest.fixture
def one_wall(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first wall: PostgreSQL’s own would stop what a planted bug lets through, and nobody would see the bug."""
    monkeypatch.setattr(middleware, "standing", lambda actor: passing("one wall"))
    monkeypatch.setattr(api, "turn_to", lambda actor: None)


LONG_AGO = date(2020, 1, 1)
PASSWORD = "a long enough password"


@dataclass(frozen=True)
class Colleague:
    """Someone who works here, as a user, as an actor and as a browser."""

    user: User

    @property
    def actor(self) -> Actor:
        """The actor behind the user, with today’s seats."""
        return actor_for(User.objects.get(pk=self.user.pk))

    @property
    def browser(self) -> Client:
        """A signed-in browser."""
        client = Client()
        client.force_login(self.user)
        return client


@pytest.fixture
def association(db: None) -> Association:
    """The association everybody works for."""
    return Association.objects.create(name="Kin of the Rivers", country="XK", pack="un")


@pytest.fixture
def village(association: Association) -> Unit:
    """The unit that looks after Noor."""
    programme = Programme.objects.create(
        association=association, name="Family-based care", kind=Programme.Kind.FAMILY_CARE
    )
    return Unit.objects.create(programme=programme, name="Riverside", kind=Unit.Kind.VILLAGE)


@pytest.fixture
def other_unit(association: Association) -> Unit:
    """A unit of another programme, which has nothing to do with Noor."""
    programme = Programme.objects.create(
        association=association, name="Family strengthening", kind=Programme.Kind.FAMILY_STRENGTHENING
    )
    return Unit.objects.create(programme=programme, name="Hilltown", kind=Unit.Kind.SOCIAL_CENTRE)


def hire(name: str, *seats: tuple[str, Unit | Programme | None]) -> Colleague:
    """A user with these seats, held since long ago."""
    user = User(email=f"{name.split()[0].lower()}@example.org", name=name)
    user.set_unusable_password()
    user.save()
    for role, place in seats:
        Seat.objects.create(
            user=user,
            role=role,
            unit=place if isinstance(place, Unit) else None,
            programme=place if isinstance(place, Programme) else None,
            starts_on=LONG_AGO,
        )
    return Colleague(user)


@pytest.fixture
def amina(village: Unit) -> Colleague:
    """Noor’s caseworker."""
    return hire("Amina Haddad", (Role.CASEWORKER, village))


@pytest.fixture
def dalia(village: Unit, other_unit: Unit) -> Colleague:
    """Supervisor here, caseworker elsewhere."""
    return hire("Dalia Marku", (Role.SUPERVISOR, village), (Role.CASEWORKER, other_unit))


@pytest.fixture
def bruno(other_unit: Unit) -> Colleague:
    """Caseworker of another unit."""
    return hire("Bruno Peeters", (Role.CASEWORKER, other_unit))


@pytest.fixture
def eve(association: Association) -> Colleague:
    """Signed in, seated nowhere."""
    return hire("Eve Nobody")


@pytest.fixture
def rosa(association: Association) -> Colleague:
    """Administrator of the association: accounts and units, no case content."""
    return hire("Rosa Admin", (Role.ADMINISTRATOR, None))


@pytest.fixture
def noor(village: Unit, amina: Colleague) -> Person:
    """A girl of about eight in Amina’s caseload, not yet in care."""
    child = register(village, "Noor", "Saleh", born=date.today() - timedelta(days=8 * 366), sex=Sex.FEMALE)
    open_case(child, amina)
    return child


@pytest.fixture
def noors_case(noor: Person) -> Case:
    """The open case of Noor."""
    return Case.objects.get(child=noor, closed_on=None)


@pytest.fixture
def okafors(village: Unit) -> Home:
    """The foster family that can take Noor: two places, approved for foster care, Grace, checked, is the main carer."""
    home = Home.objects.create(unit=village, name="The Okafors", kind=Home.Kind.FOSTER, capacity=2)
    grace = register(village, "Grace", "Okafor", born=date(1980, 3, 1), sex=Sex.FEMALE)
    Carer.objects.create(home=home, person=grace, is_main=True, starts_on=LONG_AGO)
    approve(home, "FOSTER_EMG", "FOSTER_ST", "FOSTER_LT", "RESPITE")
    return home


def register(unit: Unit, given: str, family: str, *, born: date | None = None, sex: str = Sex.UNKNOWN) -> Person:
    """A person as the tables keep one, without going through a deed."""
    person = Person.objects.create(
        unit=unit,
        name=f"{given} {family}",
        sort_name=f"{family} {given}".casefold(),
        birth=born.isoformat() if born else "",
        born_from=born,
        sex=sex,
    )
    Name.objects.create(person=person, given=given, family=family)
    return person


def put(row: Model, **texts: str) -> None:
    """Put texts into a row as the tables keep them, sealed where they are, without going through a deed."""
    for name, text in texts.items():
        setattr(row, name, text)
    row.save(update_fields=list(texts))


def open_case(child: Person, worker: Colleague, *, state: str = Case.State.ACTIVE) -> Case:
    """A running case of this child with this worker, at a step of the journey, without going through a deed."""
    case = Case.objects.create(
        child=child, unit=child.unit, worker=worker.user, opened_on=date(2024, 1, 15), state=state
    )
    Assignment.objects.create(case=case, worker=worker.user, starts_on=case.opened_on)
    return case


def approve(home: Home, *care_types: str, capacity: int | None = None, since: date = LONG_AGO) -> Approval:
    """Approve a home for these forms of care, and check everybody who cares there, without going through a deed."""
    people = Carer.objects.filter(home=home, ends_on=None).values_list("person_id", flat=True)
    checked = BackgroundCheck.objects.filter(home=home).values_list("person_id", flat=True)
    for person in set(people) - set(checked):
        BackgroundCheck.objects.create(
            home=home, person_id=person, issuer="Police", issued_on=since, ends_on=date(2099, 1, 1), result="clear"
        )
    return Approval.objects.create(
        home=home, care_types=list(care_types), starts_on=since, authority="Board of Riverside", capacity=capacity
    )


def decide(child: Person, care_type: str, **particulars: Any) -> Decision:
    """A decision on care for this child’s running case, in force since long ago, without going through a deed."""
    case = Case.objects.get(child=child, closed_on=None)
    known: dict[str, Any] = {
        "kind": Decision.Kind.ALTERNATIVE_CARE,
        "decided_on": LONG_AGO,
        "starts_on": LONG_AGO,
        "decided_by": Decision.By.PANEL,
        "authority": "Panel of Riverside",
        "reasons": "The family cannot care for her now.",
    }
    return Decision.objects.create(case=case, care_type=care_type, **(known | particulars))


def live_in(home: Home, child: Person, *, since: date, care_type: str = "FOSTER_ST") -> PeriodOfCare:
    """A child in care lives in a home, as a history that was brought in says: nobody asked what a deed would ask."""
    status = LegalStatus.objects.create(person=child, status="VOLUNTARY", starts_on=since)
    period = PeriodOfCare.objects.create(child=child, started_on=since, need="NEGLECT")
    stay = Placement.objects.create(period=period, home=home, care_type=care_type)
    Episode.objects.create(period=period, started_on=since, reason="S", placement=stay, legal_status=status)
    return period
