"""Imports, their quarantine, and what is kept of children as the return asks for it; all as far as the actor sees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
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
from kinkeeper.exchange.models import (
    Import,
    LikelyDuplicate,
    QuarantinedRow,
    ReportedFact,
    SheetSource,
    SourceRow,
    mark_of_key,
)
from kinkeeper.exchange.sheets.columns import TABLES
from kinkeeper.exchange.ssda903.ledger import WAITS
from kinkeeper.exchange.ssda903.records import ChildRecord
from kinkeeper.families.models import Household, HouseholdMember, Kinship, Membership
from kinkeeper.homes.models import Carer, Home
from kinkeeper.keys.fields import marks_of
from kinkeeper.lib.standing import passing
from kinkeeper.people.models import ContactPoint, Identifier, LegalStatus, Name, Person, SpokenLanguage
from kinkeeper.placements.models import Absence, Episode, PeriodOfCare, Placement
from kinkeeper.plans.models import Review

RowT = TypeVar("RowT", bound=Model)

CHUNK = 250


def imports(actor: Actor) -> QuerySet[Import]:
    """Imports of the actor’s units, newest first."""
    return seen(actor, Import).select_related("unit", "by", "source")


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


def sheets_of_import(actor: Actor, brought: Import) -> list[dict[str, Any]]:
    """The sheets of an import: what each is, what would become of its rows, and the columns kept word for word."""
    by_sheet = brought.summary.get("by_sheet", {})
    titles = {table.key: table.title for table in TABLES.values()}
    return [
        {
            **sheet,
            "title": titles.get(sheet["table"], ""),
            "counted": by_sheet.get(sheet["place"], {}),
            "kept": [heading["heading"] for heading in sheet["headings"] if not heading["column"]],
        }
        for sheet in brought.summary.get("sheets", [])
    ]


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


@passing("numbers kept elsewhere")
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


# ---- own spreadsheets ------------------------------------------------------------------------------------------------


@dataclass
class Known:
    """What is kept of a person that a spreadsheet may speak of; `case` is the running one."""

    person: Person
    names: list[Name] = field(default_factory=list)
    identifiers: list[Identifier] = field(default_factory=list)
    languages: list[SpokenLanguage] = field(default_factory=list)
    contact_points: list[ContactPoint] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)

    @property
    def case(self) -> Case | None:
        return next((case for case in self.cases if case.is_running), None)


def sources(actor: Actor) -> QuerySet[SheetSource]:
    """Sources of spreadsheets of the actor’s units."""
    return seen(actor, SheetSource).select_related("unit")


def landed_rows(actor: Actor, source: SheetSource, table: str, keys: Collection[str]) -> dict[str, SourceRow]:
    """What has landed of a source under these keys, with the records it became."""
    rows = seen(actor, SourceRow).filter(source=source, table=table, key_mark__in=keys)
    return {row.key: row for row in rows.select_related("person", "family", "home", "contact__case")}


def landed_about(actor: Actor, source: SheetSource, table: str, people: Collection[Person]) -> list[SourceRow]:
    """What has landed of a source about these people, in the order of its keys."""
    rows = seen(actor, SourceRow).filter(source=source, table=table, person__in=people)
    return sorted(rows.select_related("person", "home"), key=lambda row: (row.key, row.pk))


def people_of_source(actor: Actor, source: SheetSource) -> frozenset[int]:
    """Everybody that a source has brought in."""
    rows = seen(actor, SourceRow).filter(source=source, table="persons", person__isnull=False)
    return frozenset(rows.values_list("person_id", flat=True))


def waiting_for(actor: Actor, brought: Import, table: str, keys: Collection[str]) -> dict[str, QuarantinedRow]:
    """The rows of an import that wait in quarantine under these numbers."""
    rows = seen(actor, QuarantinedRow).filter(of=brought, table=table, state=QuarantinedRow.State.WAITING)
    return {row.child_reference: row for row in rows.filter(child_mark__in=keys)}


def waiting_rows(actor: Actor, brought: Import) -> list[QuarantinedRow]:
    """Everything of an import that waits for another row."""
    rows = seen(actor, QuarantinedRow).filter(of=brought, state=QuarantinedRow.State.WAITING, guard=WAITS)
    return list(rows.order_by("pk")[: CHUNK * 8])


def waiting_of(actor: Actor, brought: Import, table: str, numbers: Collection[str]) -> QuerySet[QuarantinedRow]:
    """The rows of one table of an import that wait under these numbers."""
    rows = seen(actor, QuarantinedRow).filter(of=brought, table=table, state=QuarantinedRow.State.WAITING)
    return rows.filter(child_mark__in=numbers).order_by("pk")


def settled_rows(actor: Actor, brought: Import) -> dict[tuple[str, int], QuarantinedRow]:
    """Rows of an import that somebody mended or set aside after an earlier landing."""
    rows = seen(actor, QuarantinedRow).filter(of=brought).exclude(state=QuarantinedRow.State.WAITING)
    return {(row.file, row.line): row for row in rows}


def likely_duplicates(actor: Actor, brought: Import) -> QuerySet[LikelyDuplicate]:
    """Who of an import may be recorded already, undecided ones first."""
    rows = seen(actor, LikelyDuplicate).filter(of=brought).select_related("person", "person__unit", "of__unit")
    return rows.order_by("answer", "pk")


def people_in_sight(actor: Actor, keys: Collection[int]) -> dict[int, Person]:
    """Those of these people whom the actor sees, by key."""
    return {row.pk: row for row in seen(actor, Person).filter(pk__in=keys).select_related("unit")}


def undecided(actor: Actor, brought: Import) -> int:
    """How many likely duplicates of an import nobody has decided about."""
    return likely_duplicates(actor, brought).filter(answer="").count()


def known_people(actor: Actor, people: Iterable[Person]) -> dict[int, Known]:
    """What is kept of these people, in five questions."""
    known = {person.pk: Known(person) for person in people}
    parts: list[tuple[Any, str]] = [
        (Name, "names"),
        (Identifier, "identifiers"),
        (SpokenLanguage, "languages"),
        (ContactPoint, "contact_points"),
    ]
    for model, part in parts:
        for row in seen(actor, model).filter(person__in=list(known)).order_by("pk"):
            row.person = known[row.person_id].person
            getattr(known[row.person_id], part).append(row)
    for case in seen(actor, Case).filter(child__in=list(known)).order_by("opened_on", "pk"):
        case.child = known[case.child_id].person
        known[case.child_id].cases.append(case)
    return known


def workers_by_email(actor: Actor, addresses: Iterable[str]) -> dict[str, User]:
    """Colleagues by their e-mail address."""
    found = seen(actor, User).filter(email__in={address.casefold() for address in addresses}, is_active=True)
    return {user.email.casefold(): user for user in found}


@dataclass
class KinAtHand:
    """Families, households and ties as far as some rows of a spreadsheet speak of them."""

    memberships: set[tuple[int, int]] = field(default_factory=set)
    households: dict[tuple[int, str], Household] = field(default_factory=dict)
    members: dict[tuple[int, int], HouseholdMember] = field(default_factory=dict)
    ties: list[Kinship] = field(default_factory=list)
    above: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))


def kin_at_hand(actor: Actor, families: Collection[int], people: Collection[int]) -> KinAtHand:
    """What is kept of these families and of the ties of these people, with everybody above them. Not gated by tie:
    a tie of somebody out of sight must not be contradicted either.
    """
    found = KinAtHand()
    belong = seen(actor, Membership).filter(family__in=families, ends_on__isnull=True)
    found.memberships = set(belong.values_list("family_id", "person_id"))
    for household in seen(actor, Household).filter(family__in=families).select_related("family").order_by("-pk"):
        found.households[household.family_id, household.name] = household
    members = seen(actor, HouseholdMember).filter(household__family__in=families, person__in=people)
    for member in members.select_related("household__family").order_by("pk"):
        found.members[member.household_id, member.person_id] = member
    ties = Kinship.objects.filter(person__in=people, relative__in=people, ends_on__isnull=True)
    found.ties = list(ties.select_related("person", "relative"))
    reached, front = set(people), set(people)
    for _generation in range(12):
        above = Kinship.objects.filter(relative__in=front, kind__in=("parent", "adoptive_parent", "grandparent"))
        front = set()
        for elder, younger in above.filter(ends_on__isnull=True).values_list("person_id", "relative_id"):
            found.above[younger].add(elder)
            front |= {elder} - reached
        reached |= front
        if not front:
            break
    return found


def carers_of(actor: Actor, homes: Collection[int]) -> dict[int, list[Carer]]:
    """Who cares in these homes now."""
    found: dict[int, list[Carer]] = defaultdict(list)
    for carer in seen(actor, Carer).filter(home__in=homes, ends_on__isnull=True):
        found[carer.home_id].append(carer)
    return found


def facts_about(
    actor: Actor, table: str, keys: Collection[str], people: Collection[int]
) -> dict[tuple[int, str], ReportedFact]:
    """What is kept word for word of rows of own tables."""
    by_mark = {mark_of_key(key): key for key in keys}
    rows = seen(actor, ReportedFact).filter(table=table, key__in=list(by_mark), person__in=people)
    return {(row.person_id, by_mark[row.key]): row for row in rows.select_related("person")}
