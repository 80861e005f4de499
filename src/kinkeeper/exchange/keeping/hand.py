"""What rows of a spreadsheet are judged against: what has landed, what is still to come in the same files, what waits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import Any

from django.utils.translation import gettext as _

from kinkeeper.access.gate import Actor
from kinkeeper.exchange import queries
from kinkeeper.exchange.models import Import, ReportedFact, SheetSource, SourceRow, mark_of_key
from kinkeeper.exchange.sheets import spool
from kinkeeper.exchange.sheets.columns import TABLES
from kinkeeper.exchange.sheets.telling import Told
from kinkeeper.exchange.ssda903.ledger import WAITS
from kinkeeper.exchange.ssda903.rows import Fault
from kinkeeper.homes.models import Home
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.covers import Spool
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person

# The columns whose cells a reason never quotes: numbers, addresses, and what was said (S3).
UNQUOTED = frozenset({"national", "phone", "telephone", "address", "postcode", "place", "present", "note"})


class Outcome(Enum):
    """What becomes of a row."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    BAD = "bad"


@dataclass
class Judged:
    """A row with what becomes of it. `kept` is what landed under its key before, `plan` what its table makes of it."""

    told: Told
    outcome: Outcome = Outcome.BAD
    kept: SourceRow | None = None
    faults: list[Fault] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    plan: Any = None
    again: bool = False

    @property
    def is_bad(self) -> bool:
        return self.outcome is Outcome.BAD

    def refuse(self, column: str, reason: str, code: str) -> Judged:
        """Keep the row back."""
        self.outcome = Outcome.BAD
        self.faults.append(self.told.fault(column, str(reason), code))
        return self

    def wait(self, place: str) -> Judged:
        """Keep the row back until another one has landed."""
        file, _colon, line = place.rpartition(":")
        reason = _("This row waits for {file}, line {line}, which is in quarantine. Mend that row first.")
        return self.refuse("", reason.format(file=file, line=line), WAITS)

    def weigh(self) -> Judged:
        """New where nothing landed under the key; else changed or the same, as far as the cells tell."""
        if self.again:
            self.outcome = Outcome.SAME
        elif not self.faults:
            same = self.kept is not None and (self.kept.values, self.kept.rest) == (self.told.values, self.told.rest)
            self.outcome = Outcome.NEW if self.kept is None else Outcome.SAME if same else Outcome.CHANGED
        return self


@dataclass
class Who:
    """A person by the number of the association: kept here, or still to come in the same files (`person` is None)."""

    person: Person | None
    born: PartialDate | None
    died_on: date | None
    case_from: date | None = None
    name: str = ""


@dataclass
class Hand:
    """Everything that judging asks for. `looking`: nothing is written, so rows named by others are still to come.

    `save` remembers what has landed, so that what lands next knows it.
    """

    actor: Actor
    brought: Import
    place: Spool
    looking: bool
    save: Callable[[Any], None] = lambda _landed: None

    @property
    def source(self) -> SheetSource:
        assert self.brought.source is not None
        return self.brought.source

    def begin(self, table: str, groups: Iterable[Sequence[Told]]) -> list[Judged]:
        """Every row with what landed under its key before; bad where the row itself is, or a row before has its key."""
        rows = [row for group in groups for row in group]
        kept = queries.landed_rows(self.actor, self.source, table, {row.key for row in rows if row.key})
        judged, first = [], dict[str, Told]()
        for row in rows:
            one = Judged(row, kept=kept.get(row.key), faults=list(row.faults))
            before = first.setdefault(row.key, row) if row.key else row
            if before is not row and not row.faults:
                self._twice(one, before)
            judged.append(one)
        return judged

    def _twice(self, one: Judged, before: Told) -> None:
        number = TABLES[one.told.table].number
        if (before.values, before.rest) == (one.told.values, one.told.rest):
            one.again = True
            return
        reason = _("Line %(line)s of %(file)s has the same number. Give each row its own, or remove one.")
        one.refuse(number, reason % {"line": before.line, "file": before.file}, "G-DUP")

    def people(self, judged: Iterable[Judged], columns: Sequence[str]) -> dict[str, Who]:
        """Everybody whom these rows name in some columns; a row that names nobody, or somebody who waits, is kept back."""
        judged = [one for one in judged if not one.faults]
        numbers = {one.told[column] for one in judged for column in columns if one.told[column]}
        found = self._people(numbers)
        self._name("persons", judged, columns, found, numbers)
        return found

    def homes(self, judged: Iterable[Judged], column: str) -> dict[str, Home | None]:
        """The homes that these rows name, None where one is still to come."""
        judged = [one for one in judged if not one.faults]
        numbers = {one.told[column] for one in judged if one.told[column]}
        kept = queries.landed_rows(self.actor, self.source, "homes", numbers)
        found: dict[str, Home | None] = {number: row.home for number, row in kept.items() if row.home}
        if self.looking:
            coming = spool.named(self.place, "homes", numbers - found.keys())
            found |= {number: None for number, (_row, state) in coming.items() if state != Outcome.BAD.value}
        self._name("homes", judged, (column,), found, numbers)
        return found

    def _people(self, numbers: Collection[str]) -> dict[str, Who]:
        kept = queries.landed_rows(self.actor, self.source, "persons", numbers)
        found = {
            number: Who(row.person, row.person.born, row.person.died_on, name=row.person.name)
            for number, row in kept.items()
            if row.person
        }
        if self.looking:
            coming = spool.named(self.place, "persons", set(numbers) - found.keys())
            found |= {number: _who(row) for number, (row, state) in coming.items() if state != Outcome.BAD.value}
        return found

    def _name(
        self, table: str, judged: list[Judged], columns: Sequence[str], found: Collection[str], numbers: set[str]
    ) -> None:
        missing = numbers - set(found)
        if not missing:
            return
        if self.looking:
            waits = {number: row.place for number, (row, _state) in spool.named(self.place, table, missing).items()}
        else:
            rows = queries.waiting_for(self.actor, self.brought, table, missing)
            waits = {number: f"{row.file}:{row.line}" for number, row in rows.items()}
        reason = _("No row of the sheet “%(sheet)s” has the number “%(number)s”. Correct the number, or add that row.")
        for one in judged:
            for column in columns:
                number = one.told[column]
                if number in waits:
                    one.wait(waits[number])
                elif number in missing:
                    words = {"sheet": TABLES[table].title, "number": number}
                    one.refuse(column, reason % words, "READ-LINK")

    # ---- what was landed, word for word ----

    def remember(self, judged: Sequence[Judged]) -> list[SourceRow]:
        """New rows to keep of what was told; known ones are brought up to date by whoever calls."""
        return [
            SourceRow(
                source=self.source,
                table=one.told.table,
                key=one.told.key,
                values=one.told.values,
                rest=one.told.rest,
            )
            for one in judged
        ]

    def facts(
        self, judged: Sequence[tuple[Judged, Person]]
    ) -> tuple[list[ReportedFact], list[tuple[ReportedFact, Any]]]:
        """The columns that nobody matched, as facts about people: new ones, and those that now say something else."""
        spoken = [(one, person) for one, person in judged if one.told.rest or one.kept]
        if not spoken:
            return [], []
        table = _fact_table(spoken[0][0].told.table)
        keys = {one.told.key for one, _person in spoken}
        known = queries.facts_about(self.actor, table, keys, {person.pk for _one, person in spoken})
        fresh, changed = [], []
        for one, person in spoken:
            row = known.get((person.pk, one.told.key))
            if row is None and one.told.rest:
                key = mark_of_key(one.told.key)
                fresh.append(ReportedFact(person=person, table=table, key=key, values=one.told.rest))
            elif row is not None and row.values != one.told.rest:
                changed.append((row, {"values": one.told.rest}))
        return fresh, changed


def _fact_table(key: str) -> str:
    return {"persons": "Persons", "families": "Families", "stays": "Placements", "contacts": "Contacts"}.get(key, key)


def _who(row: Told) -> Who:
    values = row.values
    birth = PartialDate.parse(values["birth"]) if values.get("birth") else None
    name = f"{values.get('given', '')} {values.get('family', '')}".strip()
    return Who(None, birth, as_day(values.get("died_on")), as_day(values.get("case_opened_on")), name)


def as_day(text: str | None) -> date | None:
    """A day as a row tells it, or None."""
    return date.fromisoformat(text) if text else None


def as_number(text: str | None) -> int | None:
    """A number as a row tells it, or None."""
    return int(text) if text else None


def insist(one: Judged, column: str, ask: Any, *asked: Any) -> bool:
    """Ask a rule of the house about a row; what it refuses keeps the row back with its sentence."""
    try:
        ask(*asked, column)
    except Refused as refusal:
        one.refuse(column, str(refusal), refusal.guard)
        return False
    return True


def _conflict(column: str, kept: str, told: str) -> str:
    """Why a correction waits. Directors read this, so what only those who work on a case may read is not quoted."""
    if column in UNQUOTED:
        return _("The record here says something else than the file. Correct the record on its page, or the file.")
    reason = _(
        "The record here says “%(kept)s”, the file says “%(told)s”. Correct the record on its page, or the file."
    )
    return reason % {"kept": kept, "told": told or _("nothing")}


def corrected(one: Judged, columns: Iterable[str], now: Any) -> dict[str, str]:
    """Which columns a corrected file changes. `now` tells what a record says under a column.

    A column that somebody changed here since it landed is not overwritten: the row is kept back and says so.
    """
    before = one.kept.values if one.kept else {}
    changed: dict[str, str] = {}
    for column in columns:
        was, told, kept = before.get(column, ""), one.told[column], now(column)
        if told in (was, kept):
            continue
        if kept not in ("", was):
            one.refuse(column, _conflict(column, kept, told), "G-CONFLICT")
        changed[column] = told
    return changed
