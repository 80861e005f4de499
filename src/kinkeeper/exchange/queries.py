"""Imports, their quarantine, and what is kept of children as the return asks for it; all as far as the actor sees."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Case as Choice
from django.db.models import Count, Model, QuerySet, When

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import Unit, User
from kinkeeper.access.policy import OVERSEERS
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.exchange.keeping.homes import HomeKey, key_of_home
from kinkeeper.exchange.keeping.shelf import CHILD_NUMBER, Shelf
from kinkeeper.exchange.models import Import, QuarantinedRow, ReportedFact
from kinkeeper.exchange.ssda903.ledger import WAITS
from kinkeeper.exchange.ssda903.records import ChildRecord
from kinkeeper.homes.models import Home
from kinkeeper.keys.fields import marks_of
from kinkeeper.people.models import Identifier, LegalStatus, Person
from kinkeeper.placements.models import Absence, Episode, PeriodOfCare, Placement
from kinkeeper.plans.models import Review

RowT = TypeVar("RowT", bound=Model)

CHUNK = 250


def imports(actor: Actor) -> QuerySet[Import]:
    """Imports of the actor’s units, newest first."""
    return seen(actor, Import).select_related("unit", "by")


def import_like(actor: Actor, unit: Unit, digest: str) -> Import | None:
    """The import of exactly these files into this unit, if there was one that nobody abandoned."""
    same = seen(actor, Import).filter(unit=unit, digest=digest)
    return same.exclude(state=Import.State.ABANDONED).first()


def rows_in_quarantine(actor: Actor) -> QuerySet[QuarantinedRow]:
    """Rows in quarantine: those with faults of their own first, each in the order of its file."""
    waits_for_another = When(guard=WAITS, then=1)
    rows = seen(actor, QuarantinedRow).select_related("of", "of__unit")
    return rows.order_by(Choice(waits_for_another, default=0), "file", "line")


def waiting_by(actor: Actor, brought: Import, column: str) -> list[dict[str, Any]]:
    """How many rows of an import wait in quarantine, by file or by rule, most first."""
    rows = seen(actor, QuarantinedRow).filter(of=brought, state=QuarantinedRow.State.WAITING)
    return list(rows.order_by().values(column).annotate(rows=Count("pk")).order_by("-rows", column))


def tables_of_import(actor: Actor, brought: Import) -> list[dict[str, Any]]:
    """How many rows of each table an import read, and how many of them wait in quarantine or would."""
    rows = seen(actor, QuarantinedRow).filter(of=brought, state=QuarantinedRow.State.WAITING)
    waiting = dict(rows.order_by().values_list("table").annotate(Count("pk")))
    if brought.state == Import.State.PREVIEWED:
        reasons = brought.summary.get("reasons", [])
        waiting = {
            name: sum(one["rows"] for one in reasons if one["table"] == name) for name in (r["table"] for r in reasons)
        }
    tables = brought.summary.get("tables", {})
    return [{"name": name, "rows": count, "waiting": waiting.get(name, 0)} for name, count in tables.items()]


def units_to_import_into(actor: Actor) -> QuerySet[Unit]:
    """Units whose data the actor may bring in or take out, as far as their seats tell."""
    return seen(actor, Unit).filter(pk__in=actor.units(*OVERSEERS)).select_related("programme")


def numbers_of_children(actor: Actor, units: Iterable[Unit]) -> list[tuple[str, int]]:
    """Children of these units that the return speaks of, as (CHILD, key), in the order of CHILD."""
    inside = [unit.pk for unit in units]
    known = seen(actor, Identifier).filter(scheme=CHILD_NUMBER, ends_on=None, person__unit_id__in=inside)
    numbers = {row.person_id: row.value for row in known}
    cared = seen(actor, PeriodOfCare).filter(child__unit_id__in=inside)
    for key, code in cared.values_list("child_id", "child__code").distinct():
        numbers.setdefault(key, code)
    return sorted((number, key) for key, number in numbers.items())


def records_of_children(actor: Actor, units: Iterable[Unit]) -> Iterator[ChildRecord]:
    """What the return says of every child of these units, in the order of CHILD; memory holds a few hundred children."""
    numbers = iter(numbers_of_children(actor, units))
    while chunk := list(islice(numbers, CHUNK)):
        shelves = shelves_of(actor, [key for _number, key in chunk])
        for _number, key in chunk:
            record = shelves[key].record()
            if record is not None:
                yield record


def children_of_return(actor: Actor, units: Iterable[Unit]) -> Iterator[Person]:
    """The children in sight of whom the return of these units speaks; asked for only when somebody looks at them."""
    keys = [key for _number, key in numbers_of_children(actor, units)]
    yield from seen(actor, Person).filter(pk__in=keys)


def shelves_by_number(actor: Actor, unit: Unit, numbers: Sequence[str]) -> dict[str, Shelf]:
    """What is kept of the children of this unit with these numbers."""
    known = seen(actor, Identifier).filter(
        scheme=CHILD_NUMBER, value_mark__in=numbers, ends_on=None, person__unit_id=unit.pk
    )
    by_mark = marks_of(Identifier, "value_mark", numbers)
    keys = {by_mark[mark]: key for mark, key in known.values_list("value_mark", "person_id")}
    shelves = shelves_of(actor, list(keys.values()))
    return {number: shelves[key] for number, key in keys.items()}


def numbers_kept_elsewhere(actor: Actor, unit: Unit, numbers: Sequence[str]) -> frozenset[str]:
    """Which of these numbers another unit keeps. Not gated: a number must not become two children."""
    others = Identifier.objects.filter(scheme=CHILD_NUMBER, value_mark__in=numbers, ends_on=None)
    by_mark = marks_of(Identifier, "value_mark", numbers)
    return frozenset(
        by_mark[mark] for mark in others.exclude(person__unit_id=unit.pk).values_list("value_mark", flat=True)
    )


def homes_by_key(actor: Actor, unit: Unit, keys: Iterable[HomeKey]) -> dict[HomeKey, Home]:
    """The homes of this unit that the return would name so; of several the first."""
    wanted = set(keys)
    postcodes = {key.postcode for key in wanted}
    found: dict[HomeKey, Home] = {}
    for home in seen(actor, Home).filter(unit=unit, postcode_mark__in=postcodes).order_by("pk"):
        key = key_of_home(home)
        if key in wanted:
            found.setdefault(key, home)
    return found


def workers_by_reference(actor: Actor, references: Iterable[str]) -> dict[str, User]:
    """Colleagues whose account carries the number by which another system knows them."""
    known = seen(actor, User).filter(external_id__in=set(references))
    return {user.external_id: user for user in known if user.external_id}


def shelves_of(actor: Actor, keys: Sequence[int]) -> dict[int, Shelf]:
    """Everything the return asks of these people, in ten queries whatever their number."""
    shelves = {person.pk: Shelf(person) for person in seen(actor, Person).filter(pk__in=keys).select_related("unit")}
    mine = list(shelves)
    for row in _rows(actor, Identifier, "pk", person__in=mine):
        row.person = shelves[row.person_id].person
        shelves[row.person_id].identifiers.append(row)
    _add_cases(actor, shelves)
    for period in _rows(actor, PeriodOfCare, "started_on", child__in=mine):
        period.child = shelves[period.child_id].person
        shelves[period.child_id].periods.append(period)
    _add_episodes(actor, shelves)
    for absence in _rows(actor, Absence, "started_on", child__in=mine):
        absence.child = shelves[absence.child_id].person
        shelves[absence.child_id].absences.append(absence)
    for review in _rows(actor, Review, "held_on", child__in=mine, held_on__isnull=False):
        shelves[review.child_id].reviews.append(review)
    for fact in seen(actor, ReportedFact).filter(person__in=mine).order_by("table", "year", "key"):
        shelves[fact.person_id].facts.append(fact)
    return shelves


def _rows(actor: Actor, model: type[RowT], order: str, **lookup: Any) -> QuerySet[RowT]:
    return seen(actor, model).filter(**lookup).order_by(order, "pk")


def _add_cases(actor: Actor, shelves: dict[int, Shelf]) -> None:
    """The open case of each child, or the last one, and everybody who was ever responsible."""
    for case in _rows(actor, Case, "opened_on", child__in=list(shelves)):
        shelf = shelves[case.child_id]
        if shelf.case is None or not shelf.case.is_running:
            shelf.case = case
    rows = _rows(actor, Assignment, "starts_on", case__child__in=list(shelves))
    for assignment in rows.select_related("case", "worker"):
        shelves[assignment.case.child_id].assignments.append(assignment)


def _add_episodes(actor: Actor, shelves: dict[int, Shelf]) -> None:
    """Episodes with placement, home and legal status; rows in hand are put in place, so that nothing asks again."""
    periods = {period.pk: period for shelf in shelves.values() for period in shelf.periods}
    rows = _rows(actor, Episode, "started_on", period__in=list(periods))
    statuses: dict[int, LegalStatus] = {}
    placements: dict[int, Placement] = {}
    for episode in rows.select_related("legal_status", "placement__home"):
        period = periods[episode.period_id]
        episode.period = period
        episode.legal_status = statuses.setdefault(episode.legal_status_id, episode.legal_status)
        episode.placement = placements.setdefault(episode.placement_id, episode.placement)
        episode.legal_status.person = period.child
        episode.placement.period = period
        shelves[period.child_id].episodes.append(episode)


def reported_facts_of(actor: Actor, person: Person) -> QuerySet[ReportedFact]:
    """What statutory returns say of a person beyond what the rooms below hold, newest year first."""
    return seen(actor, ReportedFact).filter(person=person).exclude(table="Header").order_by("-year", "table", "key")
