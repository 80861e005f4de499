"""Every address, opened by those who may no longer enter: closed accounts, ended sessions, ended seats, ended openings."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from kinkeeper.access.actions import suspend_user
from kinkeeper.access.models import Opening, Role, Seat, SignedInDevice, Unit
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.people.models import Person
from tests.conftest import LONG_AGO, Colleague, hire
from tests.walk import CANARY, Address, World, knock, marks_of
from tests.world import GUESTS_DOORS, known_by_seat, the_insider, the_paths, the_world  # noqa: F401  # fixtures

YESTERDAY = date.today() - timedelta(days=1)
MINUTE = timedelta(minutes=1)
# Whoever is let in nowhere, and the browser they still have open.
State = Callable[[Unit, Unit], tuple[Client, set[str]]]


def every_seat_in(unit: Unit, name: str) -> Colleague:
    """Somebody who would see all that there is in this unit."""
    wide = [(role, None) for role in (Role.DIRECTOR, Role.MONITOR, Role.ADMINISTRATOR, Role.AUDITOR)]
    return hire(name, (Role.CASEWORKER, unit), (Role.SUPERVISOR, unit), *wide)


def a_closed_account_with_a_living_session(village: Unit, other: Unit) -> tuple[Client, set[str]]:
    """The account was closed in the table; nobody ended the session."""
    cleo = every_seat_in(village, "Cleo Closed")
    browser = cleo.browser
    assert browser.get("/").status_code == 200
    cleo.user.is_active = False
    cleo.user.save()
    return browser, set()


def an_account_closed_by_an_administrator(village: Unit, other: Unit) -> tuple[Client, set[str]]:
    """The account was closed as accounts are closed."""
    sam, rolf = every_seat_in(village, "Sam Suspended"), hire("Rolf Rooms", (Role.ADMINISTRATOR, None))
    browser = sam.browser
    assert browser.get("/").status_code == 200
    suspend_user(rolf.actor, sam.user)
    return browser, set()


def a_session_ended_from_the_list_of_devices(village: Unit, other: Unit) -> tuple[Client, set[str]]:
    """The session of a lost laptop, ended from another."""
    lena = every_seat_in(village, "Lena Laptop")
    lost, here = lena.browser, lena.browser
    assert lost.get("/").status_code == 200
    device = SignedInDevice.objects.get(session_key=lost.cookies[settings.SESSION_COOKIE_NAME].value)
    here.post(reverse("end_session", args=[device.code]))
    assert not SignedInDevice.objects.filter(pk=device.pk).exists()
    return lost, set()


def seats_that_ended_yesterday(village: Unit, other: Unit) -> tuple[Client, set[str]]:
    """Every seat there is, until yesterday."""
    paul = every_seat_in(village, "Paul Past")
    browser = paul.browser
    Seat.objects.filter(user=paul.user).update(ends_on=YESTERDAY)
    return browser, marks_of(Seat.objects.filter(user=paul.user))


def seats_that_begin_tomorrow(village: Unit, other: Unit) -> tuple[Client, set[str]]:
    """Every seat there is, from tomorrow."""
    fay = every_seat_in(village, "Fay Future")
    browser = fay.browser
    Seat.objects.filter(user=fay.user).update(starts_on=date.today() + timedelta(days=1))
    return browser, marks_of(Seat.objects.filter(user=fay.user))


def a_stand_in_whose_time_is_over(village: Unit, other: Unit) -> tuple[Client, set[str]]:
    """A worker of another unit who sat here for a week, for a colleague who was ill."""
    ben = hire("Ben Between", (Role.CASEWORKER, other), (Role.SUPERVISOR, other))
    Seat.objects.create(user=ben.user, role=Role.CASEWORKER, unit=village, starts_on=LONG_AGO, ends_on=YESTERDAY)
    _worked_on_noors_case(ben)
    return ben.browser, set()


def a_worker_whose_case_was_handed_over(village: Unit, other: Unit) -> tuple[Client, set[str]]:
    """A worker of the unit who was responsible for Noor until yesterday."""
    gus = hire("Gus Gone", (Role.CASEWORKER, village))
    _worked_on_noors_case(gus)
    return gus.browser, known_by_seat()["a colleague of the same unit"]


def _worked_on_noors_case(colleague: Colleague) -> None:
    Assignment.objects.create(
        case=Case.objects.get(), worker=colleague.user, starts_on=YESTERDAY - timedelta(days=9), ends_on=YESTERDAY
    )


def _opened(unit: Unit, name: str, **changes: object) -> tuple[Client, set[str]]:
    """A worker of another unit who opened Noor’s record in an emergency; what they wrote themselves is their own."""
    who, noor, now = hire(name, (Role.CASEWORKER, unit)), Case.objects.get().child, timezone.now()
    facts = {"opened_at": now - 30 * MINUTE, "until": now + 30 * MINUTE, **changes}
    Opening.objects.create(
        user=who.user,
        subject_type="people.person",
        subject_id=noor.pk,
        subject_code=noor.code,
        unit=noor.unit,
        reason="A child was found on the road.",
        **facts,
    )
    return who.browser, marks_of(Opening.objects.filter(user=who.user))


def an_opening_that_was_closed(village: Unit, other: Unit) -> tuple[Client, set[str]]:
    """Closed by whoever opened it, within its time."""
    return _opened(other, "Olga Opened", closed_at=timezone.now() - MINUTE, comment="I called the police.")


def an_opening_whose_time_is_over(village: Unit, other: Unit) -> tuple[Client, set[str]]:
    """Its two hours are over, and nobody closed it."""
    now = timezone.now()
    return _opened(other, "Omar Overdue", opened_at=now - 121 * MINUTE, until=now - MINUTE)


STATES: list[State] = [
    a_closed_account_with_a_living_session,
    an_account_closed_by_an_administrator,
    a_session_ended_from_the_list_of_devices,
    seats_that_ended_yesterday,
    seats_that_begin_tomorrow,
    a_stand_in_whose_time_is_over,
    a_worker_whose_case_was_handed_over,
    an_opening_that_was_closed,
    an_opening_whose_time_is_over,
]


def test_no_door_opens_for_whoever_may_no_longer_enter(
    village: Unit, other_unit: Unit, world: World, paths: list[tuple[Address, str]]
) -> None:
    private = [door for door in paths if door[0].name not in GUESTS_DOORS]
    found: list[str] = []
    for state in STATES:
        browser, known = state(village, other_unit)
        world.known[state.__name__] = known
        found += knock(state.__name__, browser, private, world, ("get",))
    assert not found, "\n".join(found[:40])


@pytest.mark.parametrize("is_open", [True, False])
def test_the_walk_hears_an_opening_that_lasts(village: Unit, other_unit: Unit, world: World, is_open: bool) -> None:
    """While it lasts the record is read, or the walk above would say nothing."""
    browser, _known = _opened(
        other_unit, "Oda Open", **({} if is_open else {"closed_at": timezone.now(), "comment": "Done."})
    )
    noor = Case.objects.get().child
    door = (Address("child", "children/<str:code>/", ("code",)), reverse("child", args=[noor.code]))
    found = list(knock("Oda", browser, [door], world, ("get",)))
    heard = {canary for line in found for canary in CANARY.findall(line)}
    assert (noor.name in heard) is is_open
    assert bool(heard & marks_of(Person.objects.all())) is is_open
