"""Who read what: the readers of one record, and reading that is unusual, by rules that can be explained in a sentence.

Nothing here judges anybody. Each line says what was counted and against which number of the settings
(KINKEEPER_UNUSUAL_READING); a supervisor looks at the looks themselves and asks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from statistics import median
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from kinkeeper.access.gate import Actor, Unseen, seen
from kinkeeper.access.models import Role, Seat, Unit, User
from kinkeeper.access.policy import OVERSEERS
from kinkeeper.cases.models import Assignment
from kinkeeper.journal.models import Look
from kinkeeper.journal.queries import last_look_of, looks_on_my_units
from kinkeeper.lib.standing import passing
from kinkeeper.people.models import Person

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

PAGE, LOOKS = "unusual_reading", "looks_of_a_reader"
WORKERS = (Role.CASEWORKER, Role.YOUTH_WORKER)
PERSON = Person._meta.label_lower
ROWS, LINES = 50, 25

Record = tuple[str, int]


@dataclass(frozen=True)
class Glance:
    """One look, as the rules need it."""

    user: int
    at: datetime
    record: Record
    through_opening: bool

    @property
    def on(self) -> date:
        """The day, as the association’s clocks had it."""
        return self.at.date()


@dataclass(frozen=True)
class Line:
    """Something unusual: who, by which rule, how often, on which day last, and why it is said."""

    reader: User
    rule: str
    count: int
    last: datetime
    why: str | _StrPromise


@dataclass(frozen=True)
class Rules:
    """The numbers that make reading unusual, from the settings."""

    told: Mapping[str, int]

    def __getattr__(self, name: str) -> int:
        try:
            return self.told[name]
        except KeyError:
            raise AttributeError(name) from None


def rules() -> Rules:
    """The rules in force."""
    return Rules(settings.UNUSUAL_READING)


# ---- the rules -------------------------------------------------------------------------------------------------------


def _records(glances: Iterable[Glance]) -> set[Record]:
    return {one.record for one in glances}


class Reader:
    """One person’s looks in the window, oldest first, and what the rules say about them."""

    def __init__(self, user: User, glances: list[Glance], rules: Rules) -> None:
        self.user, self.glances, self.rules = user, glances, rules

    @cached_property
    def days(self) -> dict[date, set[Record]]:
        """The different records of each day on which anything was read."""
        found: dict[date, set[Record]] = defaultdict(set)
        for one in self.glances:
            found[one.on].add(one.record)
        return found

    def _line(self, rule: str, count: int, found: list[Glance], why: str | _StrPromise) -> Line:
        return Line(self.user, rule, count, found[-1].at, why)

    def through_openings(self) -> Iterator[Line]:
        """Anything that was read through an opening."""
        found = [one for one in self.glances if one.through_opening]
        if found:
            count = len(_records(found))
            why = ngettext_lazy(
                "Read %(n)s record through an opening.", "Read %(n)s records through openings.", count
            ) % {"n": count}
            yield self._line("opening", count, found, why)

    def more_than_usual(self) -> Iterator[Line]:
        """A day with far more records than the reader’s other days."""
        for on, records in self.days.items():
            others = [len(found) for day, found in self.days.items() if day != on]
            usual = median(others) if others else 0
            if len(records) < self.rules.records_a_day or len(records) < self.rules.times_usual * usual:
                continue
            why = _("Read %(n)s different records in one day; on other days about %(usual)s.") % {
                "n": len(records),
                "usual": round(usual),
            }
            yield self._line("day", len(records), [one for one in self.glances if one.on == on], why)

    def at_night(self) -> Iterator[Line]:
        """Reading at night."""
        begins, ends = time(self.rules.night_from), time(self.rules.night_until)
        found = [one for one in self.glances if one.at.time() >= begins or one.at.time() < ends]
        count = len(_records(found))
        if count >= self.rules.records_at_night:
            why = _("Read %(n)s different records between %(begins)s:00 and %(ends)s:00.") % {
                "n": count,
                "begins": self.rules.night_from,
                "ends": self.rules.night_until,
            }
            yield self._line("night", count, found, why)

    def one_after_another(self) -> Iterator[Line]:
        """Many different records within a few minutes."""
        most: list[Glance] = []
        first, within = 0, timedelta(minutes=self.rules.run_minutes)
        held: Counter[Record] = Counter()
        best = 0
        for last, one in enumerate(self.glances):
            held[one.record] += 1
            while one.at - self.glances[first].at > within:
                held[self.glances[first].record] -= 1
                held += Counter()
                first += 1
            if len(held) > best:
                best, most = len(held), self.glances[first : last + 1]
        if best >= self.rules.run_records:
            why = _("Read %(n)s different records within %(minutes)s minutes.") % {
                "n": best,
                "minutes": self.rules.run_minutes,
            }
            yield self._line("run", best, most, why)

    def outside_the_caseload(
        self, own: Mapping[int, list[tuple[date, date | None]]], theirs: set[int]
    ) -> Iterator[Line]:
        """Children whose case somebody else had on that day. `own` are the reader’s times by child, `theirs` all children."""
        found = [
            one
            for one in self.glances
            if one.record[0] == PERSON and one.record[1] in theirs and not _had(own.get(one.record[1], []), one.on)
        ]
        count = len(_records(found))
        if count >= self.rules.records_outside:
            why = ngettext_lazy(
                "Read the record of %(n)s child whose case somebody else had.",
                "Read the records of %(n)s children whose cases somebody else had.",
                count,
            ) % {"n": count}
            yield self._line("outside", count, found, why)

    def more_than_colleagues(self, colleagues: list[int]) -> Iterator[Line]:
        """Far more records in the whole window than colleagues in the same role. `colleagues` are their counts."""
        mine = len(_records(self.glances))
        if len(colleagues) < self.rules.least_colleagues:
            return
        usual = median(colleagues)
        if mine >= self.rules.records_a_window and mine >= self.rules.times_colleagues * usual:
            why = _("Read %(n)s different records in %(days)s days; colleagues in the same role about %(usual)s.") % {
                "n": mine,
                "days": self.rules.days,
                "usual": round(usual),
            }
            yield self._line("colleagues", mine, self.glances, why)


def _had(times: list[tuple[date, date | None]], on: date) -> bool:
    return any(begins <= on and (ends is None or on <= ends) for begins, ends in times)


# ---- asking ----------------------------------------------------------------------------------------------------------


def supervised(actor: Actor) -> frozenset[int]:
    """The units whose readers the actor answers for."""
    return actor.units(*OVERSEERS)


def insist_on_supervising(actor: Actor) -> None:
    """Whoever supervises no unit has no such page."""
    if not supervised(actor):
        raise Unseen


def _glances(actor: Actor) -> tuple[dict[int, User], dict[int, list[Glance]]]:
    """The looks of the window at or from the actor’s units, by reader, oldest first. Two questions."""
    since = timezone.now() - timedelta(days=rules().days)
    by: dict[int, list[Glance]] = defaultdict(list)
    for user, at, table, row, opened in looks_on_my_units(actor, supervised(actor), since):
        by[user].append(Glance(user, timezone.localtime(at), (table, row), opened))
    return {user.pk: user for user in User.objects.filter(pk__in=by)}, by


@passing("unusual reading")
def unusual(actor: Actor) -> list[Line]:
    """Every unusual reading in the units the actor supervises, newest first. Five questions, however much was read."""
    insist_on_supervising(actor)
    users, by = _glances(actor)
    seats = Seat.objects.filter(Seat.held_on(actor.today), unit_id__in=supervised(actor), role__in=WORKERS)
    roles: dict[str, set[int]] = defaultdict(set)
    for user, role in seats.values_list("user_id", "role"):
        roles[role].add(user)
    cases, theirs = _caseloads(set().union(*roles.values()) if roles else set(), by)
    counts = {user: len(_records(glances)) for user, glances in by.items()}
    found: list[Line] = []
    for pk, glances in by.items():
        reader = Reader(users[pk], glances, rules())
        found += [
            *reader.through_openings(),
            *reader.more_than_usual(),
            *reader.at_night(),
            *reader.one_after_another(),
        ]
        for members in roles.values():
            if pk in members:
                found += reader.more_than_colleagues([counts.get(one, 0) for one in members if one != pk])
        if any(pk in members for members in roles.values()):
            found += reader.outside_the_caseload(cases[pk], theirs)
    return sorted(found, key=lambda line: (-line.last.timestamp(), line.reader.name, line.rule))


_Times = dict[int, dict[int, list[tuple[date, date | None]]]]


def _caseloads(workers: set[int], by: Mapping[int, list[Glance]]) -> tuple[_Times, set[int]]:
    """When each of these workers had the case of each child that was read about; and which of those have a case at all."""
    read = {one.record[1] for pk in workers for one in by.get(pk, []) if one.record[0] == PERSON}
    rows = Assignment.objects.filter(case__child__in=read).values_list("case__child", "worker", "starts_on", "ends_on")
    own: _Times = defaultdict(lambda: defaultdict(list))
    theirs: set[int] = set()
    for child, worker, begins, ends in rows:
        theirs.add(child)
        if worker is not None:
            own[worker][child].append((begins, ends))
    return own, theirs


def news_of_reading(actor: Actor) -> int:
    """How many unusual readings are newer than the actor’s last visit to their page; for supervisors alone."""
    if not actor.units(Role.SUPERVISOR):
        return 0
    last = last_look_of(actor, PAGE)
    return sum(last is None or line.last > last for line in unusual(actor))


def unusual_page(actor: Actor, page: str | int | None) -> Page[Line]:
    """One page of the unusual readings."""
    return Paginator(unusual(actor), LINES).get_page(page)


@dataclass(frozen=True)
class Seen:
    """One look in the list: when, which page, and the record as far as the actor sees it."""

    look: Look
    record: Any


@dataclass(frozen=True)
class Looks:
    """The looks of one reader in the window."""

    reader: User
    page: Page[Look]
    rows: list[Seen]
    days: int


@passing("unusual reading")
def looks_of(actor: Actor, code: str, page: str | int | None) -> Looks:
    """What one reader of the actor’s units, or of their records, read in the window; newest first."""
    insist_on_supervising(actor)
    reader = User.objects.filter(code=code).first()
    since = timezone.now() - timedelta(days=rules().days)
    if reader is None:
        raise Unseen
    found = looks_on_my_units(actor, supervised(actor), since, rows=True).filter(user=reader).order_by("-at", "-pk")
    told = Paginator(found, ROWS).get_page(page)
    if not told.object_list:
        raise Unseen
    people = {look.subject_id for look in told if look.subject_type == PERSON}
    known = {(PERSON, row.pk): row for row in seen(actor, Person).filter(pk__in=people)}
    rows = [Seen(look, known.get((look.subject_type, look.subject_id))) for look in told]
    return Looks(reader, told, rows, rules().days)


def units_of(actor: Actor) -> list[Unit]:
    """The units the actor supervises: the page is about them."""
    return list(seen(actor, Unit).filter(pk__in=supervised(actor)))
