"""The world of the walks: one row of every table around one child, each sensitive word of it a canary."""

from __future__ import annotations

from datetime import date, timedelta
from io import BytesIO
from itertools import count
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image

from kinkeeper.access import factors
from kinkeeper.access.models import Emergency, Invitation, Opening, Programme, Role, Seat, Unit, User
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.drafts.models import Draft
from kinkeeper.entrance.queries import my_factors
from kinkeeper.exchange.models import Import, LikelyDuplicate, QuarantinedRow, ReportedFact, SheetSource, SourceRow
from kinkeeper.families.models import Family, Household, HouseholdMember, Kinship, Membership, Support
from kinkeeper.files.vault import accept, store
from kinkeeper.homes.models import Approval, BackgroundCheck, Carer, Home, HouseMember, Training
from kinkeeper.intake.models import Comparison, Mentioned, Referral
from kinkeeper.interface.models import Token
from kinkeeper.journal.models import Entry
from kinkeeper.lib.rows import Row
from kinkeeper.notices.models import CalendarFeed, Notice
from kinkeeper.people.models import (
    ContactPoint,
    Document,
    Identifier,
    LegalStatus,
    Name,
    NameKey,
    Person,
    SpokenLanguage,
)
from kinkeeper.placements.models import Absence, Episode, PeriodOfCare, Placement
from kinkeeper.plans.models import Review
from kinkeeper.sharing.models import Partner
from tests.conftest import Colleague, hire
from tests.walk import Address, World, collect, doors, fill, marks_of

GUESTS_DOORS = {"accept_invitation", "choose_new_password", "calendar_feed"}

DAY = timedelta(days=1)
YESTERDAY = date.today() - timedelta(days=1)


class Canaries:
    """Fills sensitive fields with words that occur nowhere else."""

    def __init__(self, first: int = 0xA11CE0) -> None:
        self.numbers = count(first)

    def __call__(self) -> str:
        return f"QZ{next(self.numbers):06X}ZQ"


def person(unit: Unit, sing: Canaries, **facts: object) -> Person:
    """A person whose every sensitive fact is a canary."""
    name = sing()
    born = date(2015, 5, 17)
    someone = Person.objects.create(
        unit=unit,
        name=name,
        sort_name=name.casefold(),
        birth=born.isoformat(),
        born_from=born,
        **{"ethnicity": "MOTH", **facts},
    )
    Name.objects.create(person=someone, given=name, family=sing())
    NameKey.objects.create(person=someone, key="e:canary")
    Identifier.objects.create(person=someone, scheme="national", value=sing())
    SpokenLanguage.objects.create(person=someone, tag="uz-Latn", mother_tongue=True)
    ContactPoint.objects.create(person=someone, kind=ContactPoint.Kind.ADDRESS, value=sing())
    return someone


@pytest.fixture(name="world")
def the_world(village: Unit, amina: Colleague, dalia: Colleague) -> World:
    """Noor’s world: one row of every table, sensitive fields full of canaries."""
    sing = Canaries()
    noor = person(village, sing)
    mother = person(village, sing)
    family = Family.objects.create(unit=village, name=sing())
    for member in (noor, mother):
        Membership.objects.create(family=family, person=member)
    Kinship.objects.create(
        person=mother, kind=Kinship.Kind.PARENT, relative=noor, legally_responsible=True, court_ref=sing()
    )
    Support.objects.create(
        child=noor, name=sing(), relation=sing(), kind=Support.Kind.FRIEND, strength=2, helps_with=sing()
    )
    household = Household.objects.create(family=family, name=sing(), address=sing(), postcode="AB1 2CD")
    HouseholdMember.objects.create(household=household, person=mother)
    case = Case.objects.create(
        child=noor, family=family, unit=village, worker=amina.user, opened_on=YESTERDAY, risk=Case.Risk.HIGH
    )
    Assignment.objects.create(case=case, worker=amina.user, starts_on=YESTERDAY)
    Contact.objects.create(
        case=case,
        happened_on=YESTERDAY,
        seen=Contact.Seen.ALONE,
        place=sing(),
        present=sing(),
        note=sing(),
        child_said=sing(),
        by=amina.user,
    )
    _live_somewhere(village, noor, sing)
    _leave_papers(noor, amina, sing)
    _bring_in(village, noor, dalia, sing)
    now = timezone.now()
    Invitation.objects.create(
        email=f"{sing()}@example.org", name=sing(), role=Role.AUDITOR, token_hash="0" * 64, expires_at=now + DAY
    )
    back = "only-who-lost-the-password-knows-it"
    Invitation.objects.create(
        email=f"{sing()}@example.org",
        name=sing(),
        renews=dalia.user,
        token_hash=Invitation.hash_of(back),
        expires_at=now + DAY,
    )
    Opening.objects.create(
        user=amina.user,
        subject_type="people.person",
        subject_id=noor.pk,
        subject_code=noor.code,
        unit=village,
        reason=sing(),
        opened_at=now,
        until=now + timedelta(hours=1),
    )
    Entry.objects.create(
        actor="user:x", user=amina.user, act="x.y", subject_type="people.person", subject_id=noor.pk, unit=village
    )
    token = "only-the-guest-knows-it"
    Invitation.objects.filter(token_hash="0" * 64).update(token_hash=Invitation.hash_of(token))
    feed = "only-the-calendar-of-its-owner-knows-it"
    CalendarFeed.objects.create(
        owner=amina.user, token_hash=CalendarFeed.hash_of(feed), expires_at=now + timedelta(days=30)
    )
    Draft.objects.create(owner=amina.user, deed="record_contact", subject_code=case.code, content={"note": [sing()]})
    carer = Carer.objects.get().person
    fill(
        sing,
        {
            "decisions.separation": {"child": noor, "sibling": mother},
            "homes.housemember": {"person": carer},
            "homes.backgroundcheck": {"person": carer},
            "homes.training": {"person": carer},
            "intake.referral": {"unit": village},
            "intake.mentioned": {"birth": "2014"},
            "leaving.extendedsupport": {"until": YESTERDAY + 100 * DAY},
            "people.consent": {"given_by": mother},
            "sharing.partner": {"unit": village},
            "sharing.share": {"basis": "legal_duty"},
            "sharing.transfer": {"unit_to": village, "organisation": ""},
        },
    )
    drawer = {"deed": ["record_contact"], "subject": [case.code]}
    world = collect(World(extra={"token": [token, back, feed], "among": ["record"], **drawer}))
    world.codes["access.unit"] = [village.code]
    world.codes["access.programme"] = [village.programme.code]
    return world


def _live_somewhere(unit: Unit, child: Person, sing: Canaries) -> None:
    home = Home.objects.create(
        unit=unit, name=sing(), kind=Home.Kind.FOSTER, capacity=3, address=sing(), telephone=sing()
    )
    Carer.objects.create(home=home, person=person(unit, sing), is_main=True, starts_on=YESTERDAY)
    period = PeriodOfCare.objects.create(child=child, started_on=YESTERDAY, need="N1")
    status = LegalStatus.objects.create(
        person=child, status="FULL_CARE_ORDER", starts_on=YESTERDAY, authority=sing(), order_number=sing()
    )
    placement = Placement.objects.create(period=period, home=home, care_type="FOSTER_ST")
    Episode.objects.create(period=period, started_on=YESTERDAY, reason="S", legal_status=status, placement=placement)
    Absence.objects.create(child=child, kind=Absence.Kind.MISSING, started_on=YESTERDAY)
    case = Case.objects.get(child=child)
    Review.objects.create(child=child, case=case, held_on=YESTERDAY, participation="PN1", summary=sing())


def _leave_papers(child: Person, worker: Colleague, sing: Canaries) -> None:
    stored = store(accept(f"Dear child, {sing()}".encode(), f"{sing()}.txt"))
    picture = BytesIO()
    Image.new("RGB", (64, 64), "teal").save(picture, "PNG")
    Person.objects.filter(pk=child.pk).update(photo=store(accept(picture.getvalue(), "photo.png")))
    Document.objects.create(person=child, kind=Document.Kind.LETTER, title=sing(), file=stored, added_by=worker.user)
    Notice.objects.create(to=worker.user, kind=Notice.Kind.CASE_ASSIGNED, subject_code=child.code)


def _bring_in(unit: Unit, child: Person, supervisor: Colleague, sing: Canaries) -> None:
    brought = Import.objects.create(unit=unit, folder="x", digest="x", by=supervisor.user)
    QuarantinedRow.objects.create(
        of=brought, file="Episodes.csv", line=3, table="Episodes", reason=sing(), values={"CHILD": sing()}
    )
    ReportedFact.objects.create(person=child, table="OC2", year=2023, values={"SDQ_SCORE": sing()})
    source = SheetSource.objects.create(unit=unit, name=sing())
    sheets = Import(unit=unit, format=Import.Format.SHEETS, source=source, folder="y", digest="y", by=supervisor.user)
    sheets.summary = {"sheets": [], "asks": 0, "reasons": []}
    sheets.save()
    said = {"name": sing(), "other": "", "birth": "", "sex": "", "place": ""}
    LikelyDuplicate.objects.create(of=sheets, key=sing(), said=said, person=child)
    SourceRow.objects.create(source=source, table="persons", key=sing(), values={"given": sing()}, person=child)


@pytest.fixture(name="insider")
def the_insider(village: Unit, association: object) -> Colleague:
    """Somebody with every seat there is in the village, who can open every door of it."""
    return hire(
        "Ilse Insider",
        (Role.CASEWORKER, village),
        (Role.SUPERVISOR, village),
        (Role.DIRECTOR, None),
        (Role.ADMINISTRATOR, None),
        (Role.MONITOR, None),
        (Role.AUDITOR, None),
    )


def known_by_seat() -> dict[str, set[str]]:
    """What an outsider’s own seat opens: homes and carers of one’s unit, what waits at its door, the partners, accounts."""
    carers = Carer.objects.values("person_id")
    unit = marks_of(Unit.objects.all()) | marks_of(User.objects.all())
    homes = marks_of(Home.objects.all()) | marks_of(Carer.objects.all())
    held: tuple[type[Row], ...] = (Approval, BackgroundCheck, HouseMember, Training)
    for table in held:
        homes |= marks_of(table._base_manager.all())
    people = marks_of(Person.objects.filter(pk__in=carers))
    parts: tuple[Any, ...] = (Name, Identifier, ContactPoint, SpokenLanguage)
    for part in parts:
        people |= marks_of(part._base_manager.filter(person_id__in=carers))
    waiting = marks_of(Referral.objects.all()) | marks_of(Mentioned.objects.all()) | marks_of(Comparison.objects.all())
    waiting |= marks_of(Partner.objects.all())
    offices = unit | marks_of(Programme.objects.all())
    declared = marks_of(Emergency.objects.all())
    accounts = (
        offices | marks_of(Seat.objects.all()) | marks_of(Invitation.objects.all()) | marks_of(Token.objects.all())
    )
    return {
        "a colleague of the same unit": unit | homes | people | waiting,
        "a youth worker of the same unit": unit | homes | people | waiting,
        "the director of another programme": declared,
        "a monitoring officer": offices,
        "an administrator": accounts | declared,
        "an auditor": offices,
    }


@pytest.fixture(name="paths")
def the_paths(insider: Colleague, world: World) -> list[tuple[Address, str]]:
    """Every door of the house that leads somewhere in Noor’s world, and those of the insider’s own."""
    factors.keep_app(insider.user, factors.new_app_secret())
    world.extra["factor"] = [one.code for one in my_factors(insider.actor)]
    return doors(insider.browser, world)
