"""What a worker finds to do: my day, and for a supervisor what is overdue in the unit and with whom."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from kinkeeper.access.duties import openings_to_review
from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import Role, Unit, User
from kinkeeper.access.policy import OVERSEERS
from kinkeeper.book import queries as book
from kinkeeper.book.duties import due_of, unusual_reading_to_look_at
from kinkeeper.cases.models import Case
from kinkeeper.desk.queries import WORKERS, Figures, counts_units_of, figures, units
from kinkeeper.homes.duties import home_facts_due
from kinkeeper.intake.duties import screenings_due
from kinkeeper.lib.duties import Duty
from kinkeeper.notices.models import Notice
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Absence, Episode
from kinkeeper.placements.queries import Residence, where_lives
from kinkeeper.retention.duties import access_requests_due, erasures_waiting
from kinkeeper.sharing.duties import transfers_due

WEEK = 7


@dataclass(frozen=True)
class Task:
    """What is due for one child, soonest first: one row on the desk, however many deeds."""

    case: Case
    due: list[Duty]


@dataclass(frozen=True)
class Share:
    """What one worker of a unit carries: children, and what is overdue or due within a week."""

    worker: User | None
    children: int
    overdue: int
    week: int


@dataclass(frozen=True)
class Team:
    """A unit as its supervisor sees it: who carries how much, and the deeds that are most overdue."""

    unit: Unit
    shares: list[Share]
    overdue: list[Task]

    @property
    def children(self) -> int:
        """Children with an open case in the unit."""
        return sum(share.children for share in self.shares)

    @property
    def overdue_count(self) -> int:
        """Visits and reviews that are overdue in the unit."""
        return sum(share.overdue for share in self.shares)

    @property
    def most(self) -> int:
        """The largest share of children, against which the bars are drawn."""
        return max((share.children for share in self.shares), default=0)


def own_duties(actor: Actor) -> list[Duty]:
    """What is due in the actor’s own running cases, soonest first."""
    mine = list(book.cases(actor).filter(worker_id=actor.user_id, closed_on=None))
    due = due_of(actor, mine)
    return sorted((duty for duties in due.values() for duty in duties), key=lambda duty: (duty.due_on, duty.code))


def unit_duties(actor: Actor) -> list[Duty]:
    """What waits in the actor’s units and belongs to no case: referrals, transfers, homes, opened records, files, erasures."""
    last = actor.today + timedelta(days=4 * WEEK)
    due = [*openings_to_review(actor, last), *access_requests_due(actor), *erasures_waiting(actor)]
    if actor.units(*WORKERS, Role.SUPERVISOR):
        due += [*screenings_due(actor, last), *transfers_due(actor, last), *home_facts_due(actor, last)]
    return sorted(due, key=lambda duty: (duty.due_on, duty.code))


def teams(actor: Actor, keys: frozenset[int] | None = None) -> list[Team]:
    """The units the actor supervises (or those of `keys` among them), each with the shares of its workers."""
    mine = actor.units(*OVERSEERS) if keys is not None else actor.units(Role.SUPERVISOR)
    chosen = mine & keys if keys is not None else mine
    if not chosen:
        return []
    running = list(book.cases(actor).filter(unit_id__in=chosen, closed_on=None))
    due = due_of(actor, running)
    by_unit: dict[int, list[Case]] = defaultdict(list)
    for case in running:
        by_unit[case.unit_id].append(case)
    return [_team(unit, by_unit[unit.pk], due, actor.today) for unit in units(actor).filter(pk__in=chosen)]


def team_of(actor: Actor, unit: Unit) -> Team | None:
    """One unit as its supervisor or director sees it; None for everybody else."""
    return next(iter(teams(actor, frozenset({unit.pk}))), None)


def _team(unit: Unit, running: list[Case], due: dict[int, list[Duty]], today: date) -> Team:
    held: dict[int | None, list[Case]] = defaultdict(list)
    for case in running:
        held[case.worker_id].append(case)
    shares = [_share(own, due, today) for own in held.values()]
    shares.sort(key=lambda share: (-share.overdue, -share.children, str(share.worker)))
    return Team(unit, shares, _tasks(running, due, today, None, -1))


def _tasks(cases: list[Case], due: dict[int, list[Duty]], today: date, first: int | None, last: int) -> list[Task]:
    """The rows of the cases in which something is due between `first` and `last` days from today, soonest first."""
    chosen = [
        Task(
            case,
            [
                d
                for d in due.get(case.pk, [])
                if (first is None or d.days_left(today) >= first) and d.days_left(today) <= last
            ],
        )
        for case in cases
    ]
    return sorted((task for task in chosen if task.due), key=lambda task: task.due[0].due_on)


def _share(own: list[Case], due: dict[int, list[Duty]], today: date) -> Share:
    left = [duty.days_left(today) for case in own for duty in due.get(case.pk, [])]
    return Share(own[0].worker, len(own), sum(days < 0 for days in left), sum(0 <= days <= WEEK for days in left))


@dataclass(frozen=True)
class News:
    """A child of ours moved, went missing or came back in the last two weeks, or is missing still."""

    child: Person
    kind: str
    on: date
    lives: Residence | None


@dataclass(frozen=True)
class Day:
    """What a worker finds on the desk in the morning; each part is empty where the seat has no use for it."""

    overdue: list[Task]
    week: list[Task]
    coming: list[Task]
    unit: list[Duty]
    children: list[Case]
    news: list[News]
    notices: list[Notice]
    teams: list[Team]
    figures: list[Figures]
    unusual_reading: int
    administers: bool
    has_seat: bool
    works: bool


def my_day(actor: Actor) -> Day:
    """The worker’s own work first, then the units they answer for."""
    own: list[Case] = []
    if actor.units(*WORKERS, Role.SUPERVISOR):
        mine = book.cases(actor).filter(worker_id=actor.user_id, closed_on=None)
        own = list(mine.order_by("child__sort_name", "pk"))
    due = due_of(actor, own)
    supervised = actor.units(Role.SUPERVISOR)
    return Day(
        overdue=_tasks(own, due, actor.today, None, -1),
        week=_tasks(own, due, actor.today, 0, WEEK),
        coming=_tasks(own, due, actor.today, WEEK + 1, 4 * WEEK),
        unit=unit_duties(actor),
        children=own,
        news=_news(actor, own, supervised),
        notices=list(seen(actor, Notice).filter(read_at=None)[:10]),
        teams=teams(actor),
        figures=figures(actor) if counts_units_of(actor) - supervised else [],
        unusual_reading=unusual_reading_to_look_at(actor),
        administers=actor.oversees_all(Role.ADMINISTRATOR),
        has_seat=bool(actor.seats or actor.over_all),
        works=bool(actor.units(*WORKERS, Role.SUPERVISOR)),
    )


def _news(actor: Actor, own: list[Case], supervised: frozenset[int]) -> list[News]:
    if not own and not supervised:
        return []
    since = actor.today - timedelta(days=2 * WEEK)
    ours = Q(pk__in=[case.child_id for case in own])
    if supervised:
        ours |= Q(pk__in=book.cases(actor).filter(unit_id__in=supervised, closed_on=None).values("child_id"))
    children = seen(actor, Person).filter(ours)
    gone = seen(actor, Absence).filter(kind__in=Absence.GONE)
    gone = gone.filter(Q(started_on__gte=since) | Q(ended_on=None) | Q(ended_on__gte=since))
    moves = seen(actor, Episode).filter(started_on__range=(since, actor.today)).exclude(reason=Episode.Reason.LEGAL)
    absences = list(gone.filter(child__in=children).select_related("child").order_by("-started_on"))
    moved = list(moves.filter(period__child__in=children).select_related("period__child").order_by("-started_on")[:20])
    lives = where_lives(actor, [row.period.child for row in moved])
    found = [_absence_news(row) for row in absences]
    found += [News(row.period.child, "moved", row.started_on, lives.get(row.period.child_id)) for row in moved]
    return sorted(found, key=lambda news: (news.kind not in {"missing", "away"}, -news.on.toordinal()))


def _absence_news(row: Absence) -> News:
    if row.ended_on:
        return News(row.child, "returned", row.ended_on, None)
    return News(row.child, "missing" if row.kind == Absence.Kind.MISSING else "away", row.started_on, None)
