"""The gate, the oracle and the second wall agree, row by row, in worlds drawn at random; and planted bugs set them apart."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import Model, Q
from django.utils import timezone

from kinkeeper.access import gate, wall
from kinkeeper.access.gate import Actor, actor_for, device, seen, shown_with, through_token
from kinkeeper.access.models import Association, Opening, Programme, Role, Seat, Unit, User
from kinkeeper.cases import policy as cases_policy
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.cases.queries import WORKERS
from kinkeeper.families.models import Family, Kinship, Membership
from kinkeeper.homes.models import Carer, Home, HouseMember
from kinkeeper.intake.models import Mentioned, Referral
from kinkeeper.notices.models import Notice
from kinkeeper.people.models import LegalStatus, Name, Person
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement
from kinkeeper.plans.models import Review
from tests import oracle
from tests.access.test_wall import behind_the_wall
from tests.oracle import Asker, Tables, sees

DAY = timedelta(days=1)
WORLDS = range(12)
MORE_WORLDS = range(40)
IN_A_UNIT = (Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR)
WIDE = (Role.DIRECTOR, Role.MONITOR, Role.ADMINISTRATOR, Role.AUDITOR)


@dataclass
class Drawn:
    """A world of two programmes, drawn at random: who sits where and since when, whose cases, who lives with whom."""

    random: Random
    today: date = field(default_factory=timezone.localdate)
    now: datetime = field(default_factory=timezone.now)

    def __post_init__(self) -> None:
        association = Association.objects.create(name="Kin", country="XK", pack="un")
        programmes = [
            Programme.objects.create(association=association, name=name, kind=kind)
            for name, kind in (("Care", Programme.Kind.FAMILY_CARE), ("Youth", Programme.Kind.YOUTH))
        ]
        self.programmes = programmes
        self.units = [
            Unit.objects.create(programme=programmes[number % 2], name=f"Unit {number}", kind=Unit.Kind.VILLAGE)
            for number in range(4)
        ]
        self.users = [self.user(number) for number in range(7)]
        for user in self.users:
            for _each in range(self.random.randint(0, 3)):
                self.seat(user)
        self.people = [self.person(number) for number in range(14)]
        self.families = [Family.objects.create(unit=self.any(self.units), name=f"F{n}") for n in range(5)]
        self.tie_everybody()
        self.homes = [
            Home.objects.create(unit=self.any(self.units), name=f"H{n}", kind=Home.Kind.FOSTER, capacity=3)
            for n in range(4)
        ]
        self.house_everybody()
        for child in self.random.sample(self.people, 8):
            self.case(child)
        for child in self.random.sample(self.people, 5):
            self.care(child)
        for _each in range(6):
            self.opening()
            self.referral()
        for user in self.users:
            Notice.objects.create(to=user, kind=Notice.Kind.CASE_ASSIGNED, subject_code="X")

    def any(self, among: Any) -> Any:
        """One of these."""
        return self.random.choice(list(among))

    def user(self, number: int) -> User:
        """Somebody who works here; now and then a closed account."""
        user = User(email=f"u{number}@example.org", name=f"User {number}", is_active=self.random.random() > 0.15)
        user.set_unusable_password()
        user.save()
        return user

    def seat(self, user: User) -> None:
        """A seat of any role, which begins and ends around today, or long lasts."""
        wide = self.random.random() < 0.4
        role = self.any(WIDE if wide else IN_A_UNIT)
        place = self.any(["unit", "programme", ""]) if wide else "unit"
        starts = self.today + DAY * self.any([-400, -400, -1, 0, 1])
        ends = self.any([None, None, starts, starts + DAY, starts + 2 * DAY, starts + 399 * DAY])
        Seat.objects.create(
            user=user,
            role=role,
            unit=self.any(self.units) if place == "unit" else None,
            programme=self.any(self.programmes) if place == "programme" else None,
            starts_on=starts,
            ends_on=ends,
        )

    def person(self, number: int) -> Person:
        """Somebody, with a name."""
        person = Person.objects.create(unit=self.any(self.units), name=f"P{number}", sort_name=f"p{number}")
        Name.objects.create(person=person, given=f"P{number}", family="X")
        return person

    def ended(self) -> date | None:
        """The end of a belonging: none, or a day that has come."""
        day: date | None = self.any([None, None, None, self.today - 90 * DAY, self.today])
        return day

    def tie_everybody(self) -> None:
        """Families and kin, also over the borders of units."""
        for person in self.people:
            for family in self.random.sample(self.families, self.any([0, 1, 1, 2])):
                Membership.objects.create(family=family, person=person, ends_on=self.ended())
        for _each in range(6):
            one, other = self.random.sample(self.people, 2)
            kind = Kinship.Kind.PARENT
            if not Kinship.objects.filter(person=one, relative=other).exists():
                Kinship.objects.create(person=one, relative=other, kind=kind, ends_on=self.ended())

    def house_everybody(self) -> None:
        """Carers and who else lives in the homes, some of them long gone."""
        for home in self.homes:
            inside = self.random.sample(self.people, 3)
            for person in inside[:2]:
                Carer.objects.create(
                    home=home, person=person, starts_on=self.today - 100 * DAY, ends_on=self.ended(), is_main=False
                )
            HouseMember.objects.create(
                home=home, person=inside[2], starts_on=self.today - 100 * DAY, ends_on=self.ended()
            )

    def case(self, child: Person) -> None:
        """A case of a child, open or closed, handed over now and then; its unit need not be the child’s."""
        closed = self.random.random() < 0.3
        worker = self.any([*self.users, None])
        unit = child.unit if self.random.random() < 0.7 else self.any(self.units)
        case = Case.objects.create(
            child=child,
            unit=unit,
            worker=worker,
            opened_on=self.today - 200 * DAY,
            state=Case.State.CLOSED if closed else Case.State.ACTIVE,
            closed_on=self.any([self.today, self.today - DAY]) if closed else None,
        )
        before = self.any([*self.users, None])
        if before:
            Assignment.objects.create(case=case, worker=before, starts_on=case.opened_on, ends_on=self.today - DAY)
        Assignment.objects.create(case=case, worker=worker, starts_on=self.today - DAY)
        Contact.objects.create(case=case, happened_on=self.today, seen=Contact.Seen.ALONE)
        Review.objects.create(child=child, case=case, held_on=self.today, participation="PN1")

    def care(self, child: Person) -> None:
        """A child lives in a home, of any unit."""
        since = self.today - 50 * DAY
        period = PeriodOfCare.objects.create(child=child, started_on=since, need="N1")
        status = LegalStatus.objects.create(person=child, status="VOLUNTARY", starts_on=since)
        stay = Placement.objects.create(period=period, home=self.any(self.homes), care_type="FOSTER_ST")
        Episode.objects.create(period=period, started_on=since, reason="S", placement=stay, legal_status=status)

    def opening(self) -> None:
        """A record opened in an emergency: just now, over for a moment, closed, or in the future."""
        person = self.any(self.people)
        begun, until = self.any([(-60, 60), (-60, 60), (-120, 0), (-90, -1), (1, 60)])
        minute, closed = timedelta(minutes=1), begun < -1 and self.random.random() < 0.25
        Opening.objects.create(
            user=self.any(self.users),
            subject_type="people.person",
            subject_id=person.pk,
            subject_code=person.code,
            unit=person.unit,
            reason="An emergency.",
            opened_at=self.now + begun * minute,
            until=self.now + until * minute,
            **({"closed_at": self.now - minute, "comment": "Done."} if closed else {}),
        )

    def referral(self) -> None:
        """Somebody told us of a child: not screened yet, or led to a case, or to none; by a worker or through a device."""
        state = self.any(Referral.State.values)
        row = Referral.objects.create(
            unit=self.any(self.units),
            state=state,
            received_by=self.any([*self.users, None]),
            channel=Referral.Channel.PHONE,
            source=Referral.Source.values[0],
            known="X",
            immediate_danger=False,
            screened_on=None if state == Referral.State.RECEIVED else self.today,
            screened_by=None if state == Referral.State.RECEIVED else self.any([*self.users, None]),
            **({"out_reason": Referral.OutReason.values[0]} if state == Referral.State.SCREENED_OUT else {}),
        )
        case = self.any(Case.objects.order_by("pk")) if state == Referral.State.SCREENED_IN else None
        Mentioned.objects.create(referral=row, given="X", family="Y", case=case)

    def askers(self) -> Iterator[tuple[str, Asker, Actor]]:
        """Everybody, as they ask: on three days, through a program, as a device; each for the oracle and for the gate."""
        for user in self.users:
            for day in (self.today - DAY, self.today, self.today + DAY):
                yield f"{user} on {day}", Asker(day, timezone.now(), user), actor_for(user, day)
            program = Asker(self.today, timezone.now(), user, is_program=True)
            yield f"a program of {user}", program, through_token(actor_for(user), "X", may_write=False)
        village = self.units[0].pk
        for held in (
            (str(Role.SUPERVISOR), village, None),
            (str(Role.CASEWORKER), village, None),
            (str(Role.DIRECTOR), None, self.programmes[0].pk),
        ):
            yield f"a device {held}", Asker(self.today, timezone.now(), held=(held,)), device("X", [held])


def differences(drawn: Drawn, tables: Tables) -> Iterator[str]:
    """Where the gate and the oracle see different rows, as sentences."""
    for who, asker, actor in drawn.askers():
        told = sees(asker, tables)
        for table in oracle.TABLES:
            found = set(seen(actor, table).values_list("pk", flat=True))
            yield from _apart(f"{who} sees", table, found, told[table])


def differences_of_the_wall(drawn: Drawn, tables: Tables) -> Iterator[str]:
    """Where PostgreSQL by itself shows other rows than the oracle names, as sentences.

    It shows what is declared to be shown with a row in sight as well (`shown_with`), and tells everybody of a few tables.
    """
    for who, asker, actor in drawn.askers():
        told = sees(asker, tables)
        for table in (table for table in oracle.TABLES if table not in wall.KNOWN_TO_ALL):
            with_others = set(told[table])
            for other, by in shown_with(table):
                known = other._base_manager.filter(pk__in=told[other]) if other in told else seen(actor, other)
                with_others |= set(known.values_list(by, flat=True))
            yield from _apart(f"The wall shows {who}", table, behind_the_wall(actor, table), with_others - {None})


def _apart(who: str, table: type[Model], found: set[int], told: set[int]) -> Iterator[str]:
    for word, keys in (("too much", found - told), ("too little", told - found)):
        if keys:
            yield f"{who} {word} of {table._meta.label}: {sorted(keys)}."


@pytest.mark.parametrize("seed", WORLDS)
def test_the_gate_the_oracle_and_the_wall_agree(db: None, seed: int) -> None:
    drawn = Drawn(Random(seed))
    tables = Tables()
    assert list(differences(drawn, tables)) == []
    if connection.vendor == "postgresql":
        assert list(differences_of_the_wall(drawn, tables)) == []


def test_the_worlds_are_not_empty(db: None) -> None:
    """Each table is seen by somebody and hidden from somebody, or agreement would say nothing."""
    seen_by, hidden_from = dict.fromkeys(oracle.TABLES, 0), dict.fromkeys(oracle.TABLES, 0)
    for seed in range(4):
        with transaction.atomic():
            drawn, tables = Drawn(Random(seed)), Tables()
            for _who, asker, _actor in drawn.askers():
                for table, keys in sees(asker, tables).items():
                    seen_by[table] += bool(keys)
                    hidden_from[table] += len(keys) < len(tables.of(table))
            transaction.set_rollback(True)
    assert all(seen_by.values()), seen_by
    assert all(hidden_from.values()), hidden_from


# ---- planted bugs ----------------------------------------------------------------------------------------------------


def own_cases_stay_own_after_closing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        cases_policy,
        "_own",
        lambda actor: Q(worker_id=actor.user_id or 0, unit_id__in=actor.units(*WORKERS)),
    )


def own_cases_stay_own_without_a_seat(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cases_policy, "_own", lambda actor: Q(worker_id=actor.user_id or 0, closed_on=None))


def seats_count_before_they_begin(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Seat, "held_on", staticmethod(lambda day: Q(ends_on__isnull=True) | Q(ends_on__gte=day)))


def seats_count_a_day_too_long(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        Seat,
        "held_on",
        staticmethod(lambda day: Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day - DAY))),
    )


def a_closed_opening_stays_open(patch: pytest.MonkeyPatch) -> None:
    def opened(user: User) -> frozenset[tuple[str, int]]:
        live = Opening.objects.filter(user=user, opened_at__lte=timezone.now(), until__gt=timezone.now())
        return frozenset(live.values_list("subject_type", "subject_id"))

    patch.setattr(gate, "_opened", opened)


def roles_and_units_are_asked_apart(patch: pytest.MonkeyPatch) -> None:
    def units(actor: Actor, *roles: str) -> frozenset[int]:
        some = not roles or any(role in roles for role, _unit in actor.seats)
        return frozenset(unit for _role, unit in actor.seats) if some else frozenset()

    patch.setattr(Actor, "units", units)


def a_programme_spreads_over_the_others(patch: pytest.MonkeyPatch) -> None:
    spread = gate._spread
    patch.setattr(gate, "_spread", lambda held, units: spread([(r, u, None) for r, u, _p in held], units))


def who_left_a_family_stays_in_it(patch: pytest.MonkeyPatch) -> None:
    def everybody(actor: Actor) -> Q:
        children = Case.objects.filter(cases_policy._own(actor)).values("child_id")
        families = Membership.objects.filter(person_id__in=children).values("family_id")
        return Q(pk__in=Membership.objects.filter(family_id__in=families).values("person_id"))

    wider: dict[Any, Any] = gate._wider
    patch.setitem(wider, Person, [*wider[Person], everybody])


def members_of_a_house_are_known_although_they_have_a_case(patch: pytest.MonkeyPatch) -> None:
    def adults(actor: Actor) -> Q:
        members = HouseMember.objects.filter(home__unit_id__in=actor.units(Role.CASEWORKER), ends_on__isnull=True)
        return Q(pk__in=members.values("person_id"))

    wider: dict[Any, Any] = gate._wider
    patch.setitem(wider, Person, [*wider[Person], adults])


def a_program_keeps_what_its_worker_opened(patch: pytest.MonkeyPatch) -> None:
    patch.setattr("tests.test_oracle.through_token", lambda actor, token, may_write: actor)


def a_device_still_sees_what_was_screened(patch: pytest.MonkeyPatch) -> None:
    scopes: dict[Any, Any] = gate._scopes
    declared: gate.Scope = scopes[Referral]

    def referrals(actor: Actor) -> Q:
        everything = Q(unit_id__in=actor.units(Role.CASEWORKER))
        return declared(actor) | everything if actor.user_id is None else declared(actor)

    patch.setitem(scopes, Referral, referrals)


PLANTED: list[Callable[[pytest.MonkeyPatch], None]] = [
    own_cases_stay_own_after_closing,
    own_cases_stay_own_without_a_seat,
    seats_count_before_they_begin,
    seats_count_a_day_too_long,
    a_closed_opening_stays_open,
    roles_and_units_are_asked_apart,
    a_programme_spreads_over_the_others,
    who_left_a_family_stays_in_it,
    members_of_a_house_are_known_although_they_have_a_case,
    a_program_keeps_what_its_worker_opened,
    a_device_still_sees_what_was_screened,
]


def test_planted_bugs_set_them_apart(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    left = set(PLANTED)
    for seed in MORE_WORLDS:
        with transaction.atomic():
            drawn, tables = Drawn(Random(seed)), Tables()
            for plant in sorted(left, key=lambda each: each.__name__):
                with monkeypatch.context() as patch:
                    plant(patch)
                    if next(differences(drawn, tables), ""):
                        left.discard(plant)
            transaction.set_rollback(True)
        if not left:
            break
    assert not [plant.__name__ for plant in left]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no row-level security: no second wall.")
@pytest.mark.parametrize("table", [table for table in oracle.TABLES if table not in wall.KNOWN_TO_ALL])
def test_a_wall_that_lets_everybody_through_is_noticed(db: None, table: type[Model]) -> None:
    drawn = Drawn(Random(1))
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER POLICY kinkeeper_sees ON {table._meta.db_table} USING (true)")
    assert "too much" in next(differences_of_the_wall(drawn, Tables()))


def test_the_oracle_asks_nobody_who_decides() -> None:
    tree = ast.parse(Path(oracle.__file__).read_text())
    asked = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    asked |= {each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names}
    assert {name for name in asked if name.startswith("kinkeeper")} == {
        name for name in asked if name.startswith("kinkeeper.") and name.endswith(".models")
    }
