"""An import of own spreadsheets, portion by portion: looked through without writing, landed, and mended row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import pack_in_force
from kinkeeper.exchange import queries
from kinkeeper.exchange.keeping.folders import covered_spool_of, emptied
from kinkeeper.exchange.keeping.hand import Hand, Judged, Outcome
from kinkeeper.exchange.keeping.households import Families
from kinkeeper.exchange.keeping.meetings import Contacts
from kinkeeper.exchange.keeping.persons import Persons
from kinkeeper.exchange.keeping.places import Homes
from kinkeeper.exchange.keeping.quarantine import Preview
from kinkeeper.exchange.keeping.stays import Stays
from kinkeeper.exchange.models import Import, LikelyDuplicate, QuarantinedRow, ReportedFact, SheetSource, SourceRow
from kinkeeper.exchange.sheets import cells, matching, spool
from kinkeeper.exchange.sheets.columns import TABLES
from kinkeeper.exchange.sheets.guarding import BadBook
from kinkeeper.exchange.sheets.telling import Reader, Told
from kinkeeper.exchange.ssda903.rows import BadRow, Fault
from kinkeeper.exchange.ssda903.weighing import Outcome as Tally
from kinkeeper.lib.covers import Spool
from kinkeeper.lib.refusals import Refused

JUDGES: dict[str, Callable[[Hand], Any]] = {
    "persons": Persons,
    "families": Families,
    "homes": Homes,
    "stays": Stays,
    "contacts": Contacts,
}
Groups = Sequence[Sequence[Told]]


@dataclass
class Landed:
    """What came of some rows: how many, what to quarantine; and what is to be remembered of the source, until it is."""

    landed: int = 0
    unchanged: int = 0
    bad: list[BadRow] = field(default_factory=list)
    warnings: list[Fault] = field(default_factory=list)
    fresh: list[SourceRow] = field(default_factory=list)
    renewed: list[tuple[SourceRow, dict[str, Any]]] = field(default_factory=list)
    facts: list[ReportedFact] = field(default_factory=list)
    changed_facts: list[tuple[ReportedFact, dict[str, Any]]] = field(default_factory=list)

    def add(self, other: Landed) -> None:
        """Count more rows."""
        self.landed += other.landed
        self.unchanged += other.unchanged
        self.bad += other.bad
        self.warnings += other.warnings


# ---- what the columns mean -------------------------------------------------------------------------------------------


def questions(place: Spool, brought: Import, answers: Mapping[str, Any]) -> dict[str, Any]:
    """What each sheet and heading means, and what has to be asked; `answers` are what people said for these files."""
    source = brought.source
    assert source is not None
    sheets, asks = [], False
    for sheet in spool.held(place):
        chosen = answers.get("tables", {}).get(sheet.place)
        table = (
            matching.table_of(sheet.title, sheet.file, sheet.headings, _flat(source, "tables"))
            if chosen is None
            else chosen
        )
        remembered = source.remembered("columns").get(table, {}) if table else {}
        found = matching.matches(table, sheet.headings, remembered) if table else []
        asks = asks or any(not match.sure for match in found)
        headings = [{"heading": m.heading, "column": m.column, "sure": m.sure} for m in found if m.heading]
        sheets.append(
            {"place": sheet.place, "title": sheet.title, "table": table, "rows": sheet.rows, "headings": headings}
        )
    return {"sheets": sheets, "asks": asks}


def arrange(place: Spool, brought: Import) -> dict[str, Any]:
    """Tell every row by what its columns mean; answers totals and the values and days that have to be asked about."""
    summary = brought.summary
    tables = {sheet["place"]: sheet["table"] for sheet in summary["sheets"]}
    columns = {
        sheet["place"]: {heading["heading"]: heading["column"] for heading in sheet["headings"]}
        for sheet in summary["sheets"]
    }
    reader = reader_of(brought)
    groups = spool.arrange(place, reader, tables, columns)
    counted = spool.counts(place)
    sheets = [{**sheet, "told": counted.get(sheet["place"], 0)} for sheet in summary["sheets"]]
    return {
        "sheets": sheets,
        "unknown": _unknown(reader),
        "tables": _by_table(sheets),
        "groups": groups,
        "rows": sum(counted.values()),
    }


def reader_of(brought: Import) -> Reader:
    """A reader with what people chose for this source and these files."""
    assert brought.source is not None
    return Reader(pack_in_force(), brought.source.remembered("values"), orders_of(brought.summary))


def orders_of(summary: Mapping[str, Any]) -> dict[str, str]:
    """For each file which number of 03/04/2019 is the month: as its other days tell, or as somebody said."""
    found = {}
    for file, days in summary.get("days", {}).items():
        order = settled_order(days) or summary.get("answers", {}).get("orders", {}).get(file, "")
        if order:
            found[file] = order
    return found


def settled_order(days: Mapping[str, int]) -> str:
    """The order of day and month that the days of a file tell by themselves; empty where they do not."""
    first, month = days[cells.DAY_FIRST], days[cells.MONTH_FIRST]
    if first and not month:
        return cells.DAY_FIRST
    return cells.MONTH_FIRST if month and not first else ""


def _flat(source: SheetSource, what: str) -> dict[str, str]:
    found: Any = source.remembered(what)
    return dict(found)


def _unknown(reader: Reader) -> list[dict[str, Any]]:
    found = []
    for (table, key), texts in reader.unknown.items():
        column = TABLES[table].column(key)
        for text, rows in texts.items():
            likely = matching.likely_code(text, column, reader.pack)
            found.append({"table": table, "column": key, "text": text, "rows": rows, "likely": likely})
    return found


def _by_table(sheets: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for sheet in sheets:
        found[sheet["table"]] = found.get(sheet["table"], 0) + (sheet["told"] if sheet["table"] else sheet["rows"])
    return found


def spooled(brought: Import, folder: Path) -> dict[str, Any]:
    """Read the files of a folder into the spool of an import; answers what the import keeps of that."""
    try:
        place = emptied(brought)
        filled = spool.fill(covered_spool_of(brought), folder)
    except BadBook as error:
        raise Refused(str(error), guard="G-FILES", field="uploads") from error
    remarks = [{"file": file, "line": 0, "field": "", "reason": remark} for file, remark in filled.remarks]
    answers = brought.summary.get("answers", {})
    return {"folder": str(place), "summary": {"remarks": remarks, "days": filled.days, "answers": answers}}


def asked_and_looked_through(
    actor: Actor, brought: Import, place: Spool, at_once: int
) -> tuple[dict[str, Any], list[LikelyDuplicate]]:
    """What the import keeps of its questions and of what would become of its rows; and who may be recorded already."""
    summary = {**brought.summary, **questions(place, brought, brought.summary.get("answers", {}))}
    brought.summary = summary
    told = arrange(place, brought)
    brought.summary = summary = {**summary, **told}
    would, asks = look_through(actor, brought, place, at_once)
    changes = {"rows_read": told["rows"], "children_total": told["groups"], "summary": {**summary, **would}}
    return changes, asks


# ---- looked through --------------------------------------------------------------------------------------------------


def look_through(
    actor: Actor, brought: Import, place: Spool, at_once: int
) -> tuple[dict[str, Any], list[LikelyDuplicate]]:
    """What would become of every row; and who may be recorded already, as far as nobody has decided."""
    hand = Hand(actor, brought, place, looking=True)
    would, after = Preview(), 0
    by_sheet: dict[str, dict[str, int]] = {}
    asks: list[LikelyDuplicate] = []
    settled = queries.settled_rows(actor, brought)
    would.add([], sum(row.state == QuarantinedRow.State.MENDED for row in settled.values()))
    while groups := spool.portions(place, after, at_once):
        after += len(groups)
        groups = unsettled(groups, settled)
        if not groups:
            continue
        judge = JUDGES[groups[0][0].table](hand)
        judged = judge.judge(groups)
        asks += getattr(judge, "asks", [])
        spool.mark(place, ((one.outcome.value, one.told.file, one.told.line) for one in judged))
        for one in judged:
            counted = by_sheet.setdefault(one.told.file, {outcome.value: 0 for outcome in Outcome})
            counted[one.outcome.value] += 1
        would.add([_tally(judged)], 0)
    summary = would.summary()
    reasons = [{**reason, "table": TABLES[reason["table"]].title} for reason in summary["reasons"]]
    return {**summary, "reasons": reasons, "by_sheet": by_sheet}, asks


def unsettled(groups: Groups, settled: Mapping[tuple[str, int], QuarantinedRow]) -> list[list[Told]]:
    """The groups without the rows that somebody mended or set aside after an earlier landing."""
    left = [[row for row in group if (row.file, row.line) not in settled] for group in groups]
    return [group for group in left if group]


def _tally(judged: Sequence[Judged]) -> Tally:
    landing = sum(one.outcome in {Outcome.NEW, Outcome.CHANGED} for one in judged)
    unchanged = sum(one.outcome is Outcome.SAME for one in judged)
    warnings = tuple(fault for one in judged for fault in one.warnings)
    return Tally(None, landing, unchanged, tuple(bad_row(one) for one in judged if one.is_bad), warnings)


def bad_row(one: Judged) -> BadRow:
    """A row as quarantine keeps it: under the number by which other rows name it, or that of the person it is about."""
    told = one.told
    return SheetRow(told.file, told.line, told.table, None, told.cells, tuple(one.faults), number_of(told))


def number_of(told: Told) -> str:
    """The number under which a row waits: its own, where others name it, else that of the person it is about."""
    return told.key if told.table in {"persons", "homes"} else told.about


@dataclass(frozen=True, slots=True)
class SheetRow(BadRow):
    """A row of an own spreadsheet that goes to quarantine."""

    number: str = ""

    @property
    def child(self) -> str:
        return self.number


# ---- landed ----------------------------------------------------------------------------------------------------------


def land(hand: Hand, groups: Groups) -> Landed:
    """Judge and write some groups of one table. Where the house refuses them together, each lands or waits by itself."""
    try:
        with transaction.atomic():
            return _land(hand, groups)
    except (Refused, IntegrityError) as error:
        if len(groups) == 1:
            return _kept_back(groups[0], error)
    done = Landed()
    for group in groups:
        done.add(land(hand, [group]))
    return done


def _land(hand: Hand, groups: Groups) -> Landed:
    judge = JUDGES[groups[0][0].table](hand)
    judged: list[Judged] = judge.judge(groups)
    done = Landed(warnings=[fault for one in judged for fault in one.warnings])
    done.bad = [bad_row(one) for one in judged if one.is_bad]
    done.unchanged = sum(one.outcome is Outcome.SAME for one in judged)
    landing = [one for one in judged if one.outcome in {Outcome.NEW, Outcome.CHANGED}]
    done.landed = len(landing)
    if not landing:
        return done
    rows = judge.keep(landing)
    for one, row in zip(landing, rows, strict=False):
        if one.kept is None:
            done.fresh.append(row)
        else:
            names = ("values", "rest", "person", "family", "home", "contact")
            done.renewed.append((one.kept, {name: getattr(row, name) for name in names}))
    done.fresh += rows[len(landing) :]
    spoken = [(one, row.person) for one, row in zip(landing, rows, strict=False) if row.person]
    done.facts, done.changed_facts = hand.facts(spoken)
    hand.save(done)
    return done


def _kept_back(group: Sequence[Told], error: Exception) -> Landed:
    if isinstance(error, Refused):
        reason, guard = str(error), error.guard
    else:
        reason, guard = (
            _("Something that is recorded here contradicts this row. Look at the record, then correct one of the two."),
            "G-CONFLICT",
        )
    done = Landed()
    for row in group:
        one = Judged(row)
        done.bad.append(bad_row(one.refuse("", reason, guard)))
    return done
