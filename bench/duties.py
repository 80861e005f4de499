"""My day of a worker with 40 cases, and what is overdue in a unit of 400, as an association grows by units.

python -m bench.duties --cases 10000 --rounds 20 → fills the empty installation that KINKEEPER_DATA and
KINKEEPER_DATABASE_URL name, measures it, and prints one JSON object. A filled one of that size is taken as it is.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from django.db.models import Model

    from kinkeeper.access.models import Unit, User
    from kinkeeper.homes.models import Home

UNIT, WORKER = 400, 40  # cases of a unit, cases of a worker
BATCH = 2_000  # cases written at a time
# The step a case is in, by its place among twenty: most are at work, some at every other step.
STEPS = ["intake", "assessment", "assessment", "best_interest", "gatekeeping", "planning", "planning", "review",
    "aftercare", "closing", *["active"] * 10]  # fmt: skip
DAY = timedelta(days=1)


@dataclass
class Sheaf:
    """The rows of some cases by table, in the order in which they must be written."""

    rows: dict[str, list[Model]] = field(default_factory=dict)

    def add(self, row: Any) -> Any:
        """Keep a row to be written with the others of its table."""
        self.rows.setdefault(row._meta.label, []).append(row)
        return row

    def store(self) -> None:
        """Write everything, table by table."""
        for rows in self.rows.values():
            type(rows[0])._base_manager.bulk_create(rows, batch_size=500)


@dataclass
class Office:
    """A unit with its ten workers and sixty approved homes."""

    unit: Unit
    workers: list[User]
    homes: list[Home]


def fill(cases: int, today: date) -> None:
    """An association of this many running cases, in units of 400 with ten workers and a supervisor each."""
    from django.db import transaction

    numbers = iter(range(cases))
    office: Office | None = None
    while chunk := list(islice(numbers, BATCH)):
        with transaction.atomic():
            sheaf = Sheaf()
            for number in chunk:
                if number % UNIT == 0:
                    office = office_of(number // UNIT, today)
                assert office is not None
                _case(sheaf, number, office, today)
            sheaf.store()


def office_of(number: int, today: date) -> Office:
    """A new unit with its workers and homes."""
    from kinkeeper.access.models import Association, Programme, Role, Seat, Unit, User
    from kinkeeper.homes.models import Approval, Home

    association = Association._base_manager.first()
    programme, _made = Programme._base_manager.get_or_create(
        association=association, name="Measured", kind=Programme.Kind.FAMILY_CARE
    )
    unit = Unit._base_manager.create(programme=programme, name=f"Unit {number}", kind=Unit.Kind.SOCIAL_CENTRE)
    people = [User(email=f"w{number}-{one}@example.org", name=f"Worker {number}-{one}") for one in range(11)]
    User._base_manager.bulk_create(people)
    roles = [Role.SUPERVISOR, *[Role.CASEWORKER] * 10]
    since = today - 1000 * DAY
    Seat._base_manager.bulk_create(
        [Seat(user=user, role=role, unit=unit, starts_on=since) for user, role in zip(people, roles, strict=True)]
    )
    homes = Home._base_manager.bulk_create(
        [Home(unit=unit, name=f"Home {number}-{one}", kind=Home.Kind.FOSTER, capacity=5) for one in range(60)]
    )
    Approval._base_manager.bulk_create(
        [Approval(home=home, care_types=["FOSTER_ST"], starts_on=since, authority="Panel") for home in homes]
    )
    return Office(unit, people[1:], homes)


def office_again(unit: Unit) -> Office:
    """A unit that `office_of` made, with its workers and homes."""
    from kinkeeper.access.models import Role, Seat
    from kinkeeper.homes.models import Home

    seats = Seat._base_manager.filter(unit=unit, role=Role.CASEWORKER).select_related("user").order_by("pk")
    homes = Home._base_manager.filter(unit=unit, name__startswith="Home ").order_by("pk")
    return Office(unit, [seat.user for seat in seats], list(homes))


@dataclass(frozen=True)
class Place:
    """The keys of a unit, its ten workers and its homes."""

    unit: int
    workers: list[int]
    homes: list[int]

    @classmethod
    def of(cls, number: int, today: date) -> Place:
        """The unit with this number; made, whole or not at all, where it is not there yet."""
        from django.db import transaction

        from kinkeeper.access.models import Unit

        with transaction.atomic():
            known = Unit._base_manager.filter(name=f"Unit {number}").first()
            office = office_again(known) if known else office_of(number, today)
        return cls(office.unit.pk, [worker.pk for worker in office.workers], [home.pk for home in office.homes])


def _case(sheaf: Sheaf, number: int, office: Office, today: date) -> None:
    """One child with a running case: known, visited, assessed, planned for, and in care, as far as its step goes."""
    from kinkeeper.cases.models import Assignment, Case, Contact
    from kinkeeper.people.models import Name, Person

    step, place = STEPS[number % 20], number % 17
    unit, worker = office.unit, office.workers[number % UNIT // WORKER]
    opened = today - (30 + number % 900) * DAY
    name = f"Child {number}"
    born = date(today.year - 1 - place, 1 + number % 12, 1 + number % 28)
    child = sheaf.add(
        Person(
            unit=unit, name=name, sort_name=name.casefold(), birth=born.isoformat(), born_from=born, is_invented=True
        )
    )
    sheaf.add(Name(person=child, given=name))
    case = sheaf.add(Case(child=child, unit=unit, worker=worker, state=step, risk="medium", opened_on=opened))
    sheaf.add(Assignment(case=case, worker=worker, starts_on=opened))
    for visit in range(1 + number % 3):
        on = today - (visit * 30 + number % 60) * DAY
        if on >= opened:
            sheaf.add(Contact(case=case, happened_on=on, seen=Contact.Seen.ALONE, by=worker))
    if step in {"active", "review", "closing", "aftercare"}:
        _at_work(sheaf, number, case, office.homes[number % len(office.homes)], today)


def _at_work(sheaf: Sheaf, number: int, case: Any, home: Home, today: date) -> None:
    from kinkeeper.cases.models import Task
    from kinkeeper.leaving.models import Aftercare
    from kinkeeper.plans.models import Goal, Plan, Review

    approved = max(case.opened_on + 20 * DAY, today - (number % 150) * DAY)
    plan = sheaf.add(
        Plan(
            case=case,
            state="approved",
            drafted_on=approved,
            approved_on=approved,
            approved_by=case.worker,
            child_consulted="yes",
            review_on=approved + 90 * DAY,
        )
    )
    sheaf.add(Goal(plan=plan, domain="SCHOOL", words="I read every evening.", target_on=approved + 120 * DAY))
    sheaf.add(Task(case=case, title="Write to the school", due_on=today + (number % 40 - 20) * DAY, owner=case.worker))
    if number % 2:
        held = today - (number % 200) * DAY
        if held > case.opened_on:
            sheaf.add(
                Review(
                    child=case.child,
                    case=case,
                    held_on=held,
                    participation="SPOKE",
                    still_needed=True,
                    outcome="continues",
                )
            )
    if case.state == "aftercare":
        sheaf.add(Aftercare(case=case, kind="reunified", starts_on=today - (number % 300) * DAY))
    elif number % 3:
        _in_care(sheaf, number, case, home, today)


def _in_care(sheaf: Sheaf, number: int, case: Any, home: Home, today: date) -> None:
    from kinkeeper.decisions.models import Decision
    from kinkeeper.people.models import LegalStatus
    from kinkeeper.placements.models import Episode, PeriodOfCare, Placement

    started = min(case.opened_on + 10 * DAY, today)
    sheaf.add(
        Decision(
            case=case,
            kind="alternative_care",
            decided_on=started,
            starts_on=started,
            care_type="FOSTER_ST",
            decided_by="panel",
            authority="Panel",
            reasons="Measured.",
            review_on=today + (number % 90 - 20) * DAY,
        )
    )
    period = sheaf.add(PeriodOfCare(child=case.child, started_on=started))
    status = sheaf.add(LegalStatus(person=case.child, status="VOLUNTARY", starts_on=started))
    placement = sheaf.add(Placement(period=period, home=home, care_type="FOSTER_ST"))
    sheaf.add(Episode(period=period, started_on=started, reason="S", legal_status=status, placement=placement))


def measure(rounds: int) -> Iterator[dict[str, Any]]:
    """The pages of one worker and one supervisor of the first unit, in whole requests."""
    from django.test import Client

    from bench.measure import timed
    from kinkeeper.access.gate import actor_for
    from kinkeeper.access.models import Role, Seat, Unit
    from kinkeeper.desk.duties import team_of

    unit = Unit._base_manager.get(name="Unit 0")
    held = Seat._base_manager.filter(unit=unit).select_related("user").order_by("pk")
    worker = next(seat.user for seat in held if seat.role == Role.CASEWORKER)
    supervisor = next(seat.user for seat in held if seat.role == Role.SUPERVISOR)

    def opens(user: Any, path: str) -> Any:
        client = Client()
        client.force_login(user)

        def look(_number: int) -> None:
            answer = client.get(path)
            if answer.status_code != 200:
                raise SystemExit(f"{path} answered {answer.status_code}.")

        return look

    team = team_of(actor_for(supervisor), unit)
    overdue = team.overdue_count if team else 0
    yield timed("my day, a worker with 40 cases", opens(worker, "/"), rounds)
    yield timed(f"unit of 400 cases, {overdue} duties overdue", opens(supervisor, f"/units/{unit.code}/"), rounds)


def main() -> None:
    """Fill, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=20)
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinkeeper.site.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.utils import timezone

    from kinkeeper.cases.models import Case

    settings.ALLOWED_HOSTS.append("testserver")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    started = time.perf_counter()
    if not Case._base_manager.exists():
        fill(args.cases, timezone.localdate())
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")
    filled = time.perf_counter() - started
    answer = {
        "engine": connection.vendor,
        "cases": Case._base_manager.count(),
        "fill_s": round(filled, 1),
        "figures": list(measure(args.rounds)),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
