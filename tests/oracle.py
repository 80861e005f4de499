"""An oracle of who sees what, written from docs/reference/roles.md and scopes.md, for tests that compare it with the gate.

It reads whole tables and decides in plain Python, row by row. It imports models and nothing that decides access: no
policy, no gate, no queries. Where the two differ, one of them is wrong, and the words of the reference say which.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Model

from kinkeeper.access.models import Opening, Seat, Unit, User
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.families.models import Family, Kinship, Membership
from kinkeeper.homes.models import Carer, Home, HouseMember
from kinkeeper.intake.models import Mentioned, Referral
from kinkeeper.notices.models import Notice
from kinkeeper.people.models import Name, Person
from kinkeeper.placements.models import PeriodOfCare, Placement
from kinkeeper.plans.models import Review

TABLES: tuple[type[Model], ...] = (
    Person,
    Name,
    Case,
    Assignment,
    Contact,
    Family,
    Membership,
    Kinship,
    Home,
    Carer,
    HouseMember,
    PeriodOfCare,
    Placement,
    Review,
    Referral,
    Mentioned,
    Notice,
    Opening,
    Seat,
)

CASEWORKER, YOUTH_WORKER = "caseworker", "youth_worker"
SUPERVISOR, DIRECTOR, ADMINISTRATOR = "supervisor", "director", "administrator"
WORK_WITH_CHILDREN = {CASEWORKER, YOUTH_WORKER}
OVERSEE = {SUPERVISOR, DIRECTOR}
OPEN_IN_AN_EMERGENCY = {CASEWORKER, SUPERVISOR}
EVERYWHERE = "everywhere"


@dataclass(frozen=True)
class Asker:
    """Whoever asks, on a day and at a moment; without `user` a device with the `held` seats (role, unit, programme)."""

    day: date
    now: datetime
    user: User | None = None
    held: tuple[tuple[str, int | None, int | None], ...] = ()
    # A program that speaks for a worker sees no record opened in an emergency.
    is_program: bool = False


class Tables:
    """All rows of the world, read once."""

    def __init__(self) -> None:
        self.rows: dict[type[Model], list[Any]] = {table: list(table._base_manager.all()) for table in TABLES}
        self.programme_of = dict(Unit.objects.values_list("pk", "programme_id"))

    def of(self, table: type[Model]) -> list[Any]:
        """The rows of a table."""
        return self.rows[table]


def seats_of(asker: Asker, tables: Tables) -> set[tuple[str, int | str]]:
    """(role, unit) for each seat that counts on the day, a programme spread over its units; and (role, EVERYWHERE)."""
    held = list(asker.held)
    if asker.user is not None and asker.user.is_active:
        for seat in tables.of(Seat):
            begun, lasts = seat.starts_on <= asker.day, seat.ends_on is None or asker.day <= seat.ends_on
            if seat.user_id == asker.user.pk and begun and lasts:
                held.append((seat.role, seat.unit_id, seat.programme_id))
    found: set[tuple[str, int | str]] = set()
    for role, unit, programme in held:
        if unit is not None:
            found.add((role, unit))
            continue
        found |= {(role, each) for each, of in tables.programme_of.items() if programme in {None, of}}
        if programme is None:
            found.add((role, EVERYWHERE))
    return found


def sees(asker: Asker, tables: Tables) -> dict[type[Model], set[int]]:
    """The keys of the rows of each table that this asker sees."""
    seats = seats_of(asker, tables)
    user = asker.user.pk if asker.user else None

    def sits(unit: int, roles: Iterable[str]) -> bool:
        return any((role, unit) in seats for role in roles)

    def keys(table: type[Model], is_seen: Any) -> set[int]:
        return {row.pk for row in tables.of(table) if is_seen(row)}

    # “A case is seen by its worker while it is open, and by the supervisors and directors of its unit.”
    mine = [
        case
        for case in tables.of(Case)
        if user is not None
        and case.worker_id == user
        and case.closed_on is None
        and sits(case.unit_id, WORK_WITH_CHILDREN)
    ]
    cases = {case.pk for case in mine} | keys(Case, lambda case: sits(case.unit_id, OVERSEE))
    people, families = _people(asker, tables, seats, mine)
    # “A home is seen by the workers, supervisors and directors of its unit.”
    homes = keys(Home, lambda home: sits(home.unit_id, WORK_WITH_CHILDREN | OVERSEE))
    periods = keys(PeriodOfCare, lambda period: period.child_id in people)
    referrals = _referrals(user, tables, seats, mine)
    keeps_accounts = (ADMINISTRATOR, EVERYWHERE) in seats
    units = {unit for _role, unit in seats}
    return {
        Person: people,
        Name: keys(Name, lambda name: name.person_id in people),
        Case: cases,
        Assignment: keys(Assignment, lambda each: each.case_id in cases),
        Contact: keys(Contact, lambda contact: contact.case_id in cases),
        Family: families,
        Membership: keys(Membership, lambda each: each.family_id in families),
        Kinship: keys(Kinship, lambda tie: tie.person_id in people or tie.relative_id in people),
        Home: homes,
        Carer: keys(Carer, lambda carer: carer.home_id in homes),
        HouseMember: keys(HouseMember, lambda member: member.home_id in homes),
        PeriodOfCare: periods,
        Placement: keys(Placement, lambda stay: stay.period_id in periods),
        Review: keys(Review, lambda review: review.child_id in people),
        Referral: referrals,
        Mentioned: keys(Mentioned, lambda somebody: somebody.referral_id in referrals),
        Notice: keys(Notice, lambda notice: user is not None and notice.to_id == user),
        # “An opening is seen by who made it and by the supervisors of the record’s unit.”
        Opening: keys(Opening, lambda each: (user is not None and each.user_id == user) or sits(each.unit_id, OVERSEE)),
        # “Seats are seen in one’s own units; the administrator sees all.”
        Seat: keys(
            Seat, lambda seat: keeps_accounts or (user is not None and seat.user_id == user) or seat.unit_id in units
        ),
    }


def _referrals(user: int | None, tables: Tables, seats: set[tuple[str, int | str]], mine: list[Case]) -> set[int]:
    """The referrals that this user sees.

    “Until it is screened a referral is seen by everybody at work in its unit; then by those who need it. Those are the supervisors and directors, whoever received or screened it, and the workers of the cases it led to.”
    """
    of_mine = {case.pk for case in mine}
    led_to = {somebody.referral_id for somebody in tables.of(Mentioned) if somebody.case_id in of_mine}
    found = set()
    for row in tables.of(Referral):
        oversees = any((role, row.unit_id) in seats for role in OVERSEE)
        works = any((role, row.unit_id) in seats for role in WORK_WITH_CHILDREN)
        handled = user is not None and user in {row.received_by_id, row.screened_by_id}
        if oversees or (works and (row.state == "received" or handled)) or row.pk in led_to:
            found.add(row.pk)
    return found


def _people(
    asker: Asker, tables: Tables, seats: set[tuple[str, int | str]], mine: list[Case]
) -> tuple[set[int], set[int]]:
    """The people and the families that this asker sees."""
    oversees = {unit for role, unit in seats if role in OVERSEE}
    at_work = {unit for role, unit in seats if role in WORK_WITH_CHILDREN | OVERSEE}
    # “People are seen by the supervisors and directors of their unit”; so are families.
    people = {person.pk for person in tables.of(Person) if person.unit_id in oversees}
    families = {family.pk for family in tables.of(Family) if family.unit_id in oversees}
    # “A caseworker sees the children of their open cases and the members of those children’s families.”
    children = {case.child_id for case in mine}
    now_in = [member for member in tables.of(Membership) if member.ends_on is None]
    of_children = {member.family_id for member in now_in if member.person_id in children}
    people |= children | {member.person_id for member in now_in if member.family_id in of_children}
    families |= of_children
    # “Carers, and who else lives in a home, are known to everyone who works in the unit of the home. Whoever has or had a
    # case of their own stays with those who work on it, also when they live in a carer’s house.”
    have_a_case = {case.child_id for case in tables.of(Case)}
    unit_of = {home.pk: home.unit_id for home in tables.of(Home)}
    adults = [*tables.of(Carer), *tables.of(HouseMember)]
    people |= {
        one.person_id
        for one in adults
        if one.ends_on is None and unit_of[one.home_id] in at_work and one.person_id not in have_a_case
    }
    return people | _opened(asker, tables, seats), families


def _opened(asker: Asker, tables: Tables, seats: set[tuple[str, int | str]]) -> set[int]:
    """“Break-glass: one person reads one record outside their scope for at most two hours”; caseworkers and supervisors."""
    if asker.user is None or asker.is_program or not any(role in OPEN_IN_AN_EMERGENCY for role, _unit in seats):
        return set()
    return {
        each.subject_id
        for each in tables.of(Opening)
        if each.user_id == asker.user.pk
        and each.subject_type == "people.person"
        and each.closed_at is None
        and each.opened_at <= asker.now < each.until
    }
