"""Every address and every deed, knocked on by people who must find nothing there; and planted bugs, each found."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from itertools import count
from typing import Any, get_type_hints

import pytest
from django.db import transaction
from django.db.models import Q
from django.http import HttpResponse, StreamingHttpResponse
from django.test import Client
from django.urls import clear_url_caches
from django.urls import path as django_path
from django.utils import timezone
from PIL import Image

from kinkeeper.access import factors, gate
from kinkeeper.access.gate import YES, Actor, Unseen
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
from kinkeeper.journal import acts as book
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
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
from kinkeeper.site import urls
from tests.conftest import Colleague, hire
from tests.walk import Address, World, addresses, collect, doors, fill, knock, leaks, marks_of, rows_seen_by

DAY = timedelta(days=1)
YESTERDAY = date.today() - timedelta(days=1)


class Canaries:
    """Fills sensitive fields with words that occur nowhere else."""

    def __init__(self) -> None:
        self.numbers = count(0xA11CE0)

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


@pytest.fixture
def world(village: Unit, amina: Colleague, dalia: Colleague) -> World:
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
    world = collect(World(extra={"token": [token, back, feed], **drawer}))
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


@pytest.fixture
def insider(village: Unit, association: object) -> Colleague:
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


@pytest.fixture
def outsiders(village: Unit, other_unit: Unit, bruno: Colleague, eve: Colleague) -> dict[str, Colleague]:
    """People of every role who have nothing to do with Noor."""
    return {
        "a stranger of another unit": bruno,
        "someone with no seat": eve,
        "a colleague of the same unit": hire("Carl Colleague", (Role.CASEWORKER, village)),
        "a youth worker of the same unit": hire("Yara Youth", (Role.YOUTH_WORKER, village)),
        "the supervisor of another unit": hire("Sofia Elsewhere", (Role.SUPERVISOR, other_unit)),
        "the director of another programme": hire("Olaf Director", (Role.DIRECTOR, other_unit.programme)),
        "a monitoring officer": hire("Mila Monitor", (Role.MONITOR, None)),
        "an administrator": hire("Rolf Rooms", (Role.ADMINISTRATOR, None)),
        "an auditor": hire("Aldo Auditor", (Role.AUDITOR, None)),
    }


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


@pytest.fixture
def paths(insider: Colleague, world: World) -> list[tuple[Address, str]]:
    """Every door of the house that leads somewhere in Noor’s world, and those of the insider’s own."""
    factors.keep_app(insider.user, factors.new_app_secret())
    world.extra["factor"] = [one.code for one in my_factors(insider.actor)]
    return doors(insider.browser, world)


def test_every_address_with_a_code_leads_somewhere(paths: list[tuple[Address, str]]) -> None:
    # The directory’s door opens with the directory’s token alone: tests/entrance/test_provisioning.py.
    reached = {address.name for address, _path in paths} | {"scim_user"}
    assert [address.name for address in addresses() if address.keys and address.name not in reached] == []


GUESTS_DOORS = {"accept_invitation", "choose_new_password", "calendar_feed"}


def walk_through(outsiders: dict[str, Colleague], paths: list[tuple[Address, str]], world: World) -> Iterator[str]:
    """Everybody knocks everywhere."""
    world.known = known_by_seat()
    everybody = {"a passer-by": Client(), **{who: colleague.browser for who, colleague in outsiders.items()}}
    for who, browser in everybody.items():
        # A guest’s door opens with the token alone, for whoever holds it.
        yield from knock(who, browser, [door for door in paths if door[0].name not in GUESTS_DOORS], world)


def test_no_door_opens_for_an_outsider(
    outsiders: dict[str, Colleague], paths: list[tuple[Address, str]], world: World
) -> None:
    found = list(walk_through(outsiders, paths, world))
    assert not found, "\n".join(found[:40])


CARE_FREE = {"a monitoring officer", "an administrator", "an auditor", "someone with no seat"}
STRANGERS = CARE_FREE | {
    "a stranger of another unit",
    "the supervisor of another unit",
    "the director of another programme",
}


# How the installation is kept running says nothing of a child, and its administrator sees it.
NOT_CARE = {"an administrator": ("upkeep.",)}


def test_no_table_shows_a_row_to_a_stranger(outsiders: dict[str, Colleague], world: World) -> None:
    for who in STRANGERS:
        allowed = ("journal.Entry", *NOT_CARE.get(who, ()))
        seen = [line for line in rows_seen_by(outsiders[who]) if not any(table in line for table in allowed)]
        assert seen == [], who


# ---- deeds -----------------------------------------------------------------------------------------------------------


def subjects(world: World) -> dict[str, list[object]]:
    """One row of each kind in Noor’s world."""
    from kinkeeper.site.checks import tables_of_the_house

    return {
        model._meta.label_lower: [row]
        for model in tables_of_the_house()
        if (row := model._base_manager.filter(code__in=world.every_code()).first() if _coded(model) else None)
    }


def _coded(model: type) -> bool:
    return hasattr(model, "code")


def _subject_of(act: book.Act[..., Any]) -> type:
    """The table whose rows a deed is about, as its second parameter says; every table where it does not say."""
    hints = get_type_hints(act.do)
    names = list(inspect.signature(act.do).parameters)
    subject = hints.get(names[1], object) if len(names) > 1 else object
    return subject if isinstance(subject, type) else object


def try_every_deed(who: str, actor: Actor, rows: dict[str, list[object]]) -> Iterator[str]:
    """Ask every act about every row: it must refuse before it looks at the particulars."""
    for act in book.acts.values():
        for label, (row,) in rows.items():
            if not isinstance(row, _subject_of(act)):
                continue
            if label.startswith("access.") or label == "interface.token" or getattr(row, "to_id", 0) == actor.user_id:
                continue
            try:
                with transaction.atomic():
                    act(actor, row)
            except (Unseen, Refused):
                continue
            except Exception as error:  # noqa: BLE001 — whatever it trips over next, it was past the gate
                if "missing" in str(error) and "argument" in str(error):
                    yield f"{who} was let through to {act.name} on {label}."


def test_no_deed_is_done_by_a_stranger(outsiders: dict[str, Colleague], world: World) -> None:
    rows = subjects(world)
    assert len(rows) > 15
    for who in STRANGERS:
        assert list(try_every_deed(who, outsiders[who].actor, rows)) == []


# ---- planted bugs ----------------------------------------------------------------------------------------------------


SCOPES: dict[Any, Any] = gate._scopes
WIDER: dict[Any, Any] = gate._wider
Plant = Callable[[pytest.MonkeyPatch, World], None]


def a_scope_that_shows_everything(patch: pytest.MonkeyPatch, world: World) -> None:
    patch.setitem(SCOPES, Person, lambda actor: gate.EVERYTHING)


def a_scope_that_forgets_the_role(patch: pytest.MonkeyPatch, world: World) -> None:
    patch.setitem(SCOPES, Case, lambda actor: Q(unit_id__in=Unit.objects.values("pk")))


def a_part_seen_without_its_whole(patch: pytest.MonkeyPatch, world: World) -> None:
    patch.setitem(SCOPES, Name, lambda actor: gate.EVERYTHING)


def a_widening_for_everyone(patch: pytest.MonkeyPatch, world: World) -> None:
    patch.setitem(WIDER, Person, [lambda actor: gate.EVERYTHING])


def an_opening_that_never_ends(patch: pytest.MonkeyPatch, world: World) -> None:
    keys = frozenset(("people.person", pk) for pk in Person.objects.values_list("pk", flat=True))
    patch.setattr(gate, "_opened", lambda user: keys)


def seats_that_count_after_their_end(patch: pytest.MonkeyPatch, world: World) -> None:
    bruno = Seat.objects.filter(user__name="Bruno Peeters").first()
    assert bruno is not None
    village = Case.objects.get().unit
    Seat.objects.create(
        user=bruno.user, role=Role.SUPERVISOR, unit=village, starts_on=date(2020, 1, 1), ends_on=date(2021, 1, 1)
    )
    patch.setattr(Seat, "held_on", staticmethod(lambda day: Q()))


def a_view_that_asks_the_table(patch: pytest.MonkeyPatch, world: World) -> None:
    def everybody(request: object) -> HttpResponse:
        return HttpResponse(", ".join(Person.objects.values_list("name", flat=True)))

    patch.setattr(urls, "urlpatterns", [*urls.urlpatterns, django_path("planted/", everybody, name="planted")])


def a_page_that_counts_what_is_hidden(patch: pytest.MonkeyPatch, world: World) -> None:
    """A page by code that answers 403 instead of 404 tells that the row exists."""

    def forbidden(request: object, code: str) -> HttpResponse:
        return HttpResponse(status=403 if Person.objects.filter(code=code).exists() else 404)

    pattern = django_path("planted/<str:code>/", forbidden, name="planted")
    patch.setattr(urls, "urlpatterns", [*urls.urlpatterns, pattern])


def a_file_given_by_its_code_alone(patch: pytest.MonkeyPatch, world: World) -> None:
    """Whoever knows a code is handed the paper’s title in the name of the file."""

    def hand_out(request: object) -> HttpResponse:
        title = Document.objects.all()[0].title
        return HttpResponse(b"", headers={"Content-Disposition": f'attachment; filename="{title}.txt"'})

    patch.setattr(urls, "urlpatterns", [*urls.urlpatterns, django_path("planted/", hand_out, name="planted")])


def an_export_of_every_case_in_pieces(patch: pytest.MonkeyPatch, world: World) -> None:
    def rows(request: object) -> StreamingHttpResponse:
        return StreamingHttpResponse(f"{contact.note};" for contact in Contact.objects.all())

    patch.setattr(urls, "urlpatterns", [*urls.urlpatterns, django_path("planted/", rows, name="planted")])


def a_write_that_is_refused_too_late(patch: pytest.MonkeyPatch, world: World) -> None:
    """A page that says 404 after it has changed the row."""

    def change(request: object, code: str) -> HttpResponse:
        Case.objects.update(risk=Case.Risk.LOW)
        return HttpResponse(status=404)

    patch.setattr(urls, "urlpatterns", [*urls.urlpatterns, django_path("planted/<str:code>/", change, name="planted")])


PLANTED_IN_PAGES: list[Plant] = [
    a_file_given_by_its_code_alone,
    an_export_of_every_case_in_pieces,
    a_write_that_is_refused_too_late,
    a_scope_that_shows_everything,
    a_scope_that_forgets_the_role,
    a_part_seen_without_its_whole,
    a_widening_for_everyone,
    an_opening_that_never_ends,
    seats_that_count_after_their_end,
    a_view_that_asks_the_table,
    a_page_that_counts_what_is_hidden,
]


def test_planted_bugs_are_found_by_walking(
    monkeypatch: pytest.MonkeyPatch, bruno: Colleague, world: World, paths: list[tuple[Address, str]]
) -> None:
    browser = bruno.browser
    private = [door for door in paths if door[0].name not in GUESTS_DOORS]
    assert list(knock("a stranger", browser, private, world)) == []
    planted = [Address("planted", "planted/", ()), Address("planted", "planted/<str:code>/", ("code",))]
    for plant in PLANTED_IN_PAGES:
        with monkeypatch.context() as patch:
            plant(patch, world)
            clear_url_caches()
            more = [(address, address.at({"code": Person.objects.all()[0].code})) for address in planted]
            found = next(knock("a stranger", browser, [*more, *private], world), "")
        clear_url_caches()
        assert found, f"Nobody noticed {plant.__name__}."


def a_judge_that_says_yes(patch: pytest.MonkeyPatch, act: book.Act[..., object]) -> None:
    patch.setattr(act, "judge", lambda actor, row: YES)
    patch.setattr(book, "_fresh", lambda actor, args, kwargs: (list(args), kwargs))


def test_deeds_without_gate_and_judge_are_found(
    monkeypatch: pytest.MonkeyPatch, bruno: Colleague, world: World
) -> None:
    act = book.acts["cases.record_contact"]
    assert list(try_every_deed("a stranger", bruno.actor, subjects(world))) == []
    a_judge_that_says_yes(monkeypatch, act)
    assert list(try_every_deed("a stranger", bruno.actor, subjects(world)))


def test_a_canary_is_heard() -> None:
    world = World(canaries={"QZA11CE0ZQ"})
    assert leaks("<b>QZA11CE0ZQ</b>", world) == {"QZA11CE0ZQ"}
    assert not leaks("<b>QZA11CE1ZQ</b>", world)


def test_the_world_has_a_row_of_every_table(world: World) -> None:
    from kinkeeper.site.checks import tables_of_the_house

    missing = [
        model._meta.label for model in tables_of_the_house() if _coded(model) and not model._base_manager.exists()
    ]
    assert missing == []
