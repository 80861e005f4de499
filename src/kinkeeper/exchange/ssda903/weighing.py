"""Weigh what files say of a child against what is kept already: what is new, what is known, what contradicts.

What is kept is turned into rows again and judged together with the rows of the files, by the same rules. Nothing that
is kept is overwritten silently: a row that contradicts it goes to quarantine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kinkeeper.exchange.ssda903.judging import Judgement, judge
from kinkeeper.exchange.ssda903.records import ChildRecord, HeaderYear
from kinkeeper.exchange.ssda903.rows import BadRow, Fault, Row
from kinkeeper.exchange.ssda903.tables import TABLES
from kinkeeper.exchange.ssda903.writing import rows_ever

Key = tuple[str, date | int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one child’s rows. `record` is what to keep from now on, or None when nothing changes."""

    record: ChildRecord | None
    landed: int
    unchanged: int
    quarantined: tuple[BadRow, ...]
    warnings: tuple[Fault, ...]


def weigh(rows: Sequence[Row], bad: Sequence[BadRow], kept: ChildRecord | None, today: date) -> Outcome:
    """Judge a child’s rows against what is kept of the child."""
    alone = judge(rows, bad, today=today)
    if kept is None:
        return Outcome(alone.record, len(alone.landed), 0, (*bad, *alone.quarantined), alone.warnings)
    if not alone.quarantined and all(map(_Known(alone.record, kept), rows)):
        return Outcome(None, 0, len(rows), tuple(bad), alone.warnings)
    again = rows_kept(kept)
    both = judge([*again, *rows], bad, today=today)
    ours = {row.file for row in again}
    contradicted = next((row for row in both.quarantined if row.file in ours), None)
    if contradicted:
        return _refuse(rows, bad, alone, both, kept, contradicted)
    landing = [row for row in both.landed if row.file not in ours]
    unchanged = sum(map(_Known(both.record, kept), landing))
    return Outcome(
        both.record if unchanged < len(landing) else None,
        len(landing) - unchanged,
        unchanged,
        (*bad, *both.quarantined),
        tuple(fault for fault in both.warnings if fault.file not in ours),
    )


def rows_kept(record: ChildRecord) -> list[Row]:
    """What is kept of a child, each fact as one row. Its dated rows are of no year, so that a file of any year may end them."""
    file = str(_("records kept here"))
    return [
        Row(file, line, table, year, dict(zip(TABLES[table].header, cells, strict=True)))
        for line, (table, year, cells) in enumerate(rows_ever(record), 1)
    ]


def facts_in(record: ChildRecord) -> Iterator[tuple[Key, object]]:
    """Everything a record says but its headers, by table and the day or year that tells facts of a table apart."""
    for period in record.periods:
        for episode in period.episodes:
            yield ("Episodes", episode.started_on), (period.need, episode)
    for table, dated in (
        ("Reviews", [(review.held_on, review) for review in record.reviews]),
        ("Missing", [(away.started_on, away) for away in record.missing]),
        ("SWEpisodes", [(worker.started_on, worker) for worker in record.workers]),
        ("PlacedAdoption", [(decision.decided_on, decision) for decision in record.decisions]),
        ("DoLo", [(order.started_on, order) for order in record.liberty]),
    ):
        for day, said in dated:
            yield (table, day), said
    for table, yearly in (
        ("UASC", record.asylum),
        ("OC2", record.health),
        ("OC3", record.leaving),
        ("AD1", record.adoptions),
        ("PrevPerm", record.permanence),
    ):
        for fact in yearly:
            yield (table, fact.year), fact


def said_in(record: ChildRecord, year: int) -> HeaderYear | None:
    """What Header says of a child in a year, or None before the first year known."""
    known = [header for header in record.headers if header.year <= year]
    return known[-1] if known else None


class _Known:
    """Which rows say what is kept already, in the very words that are kept from now on."""

    def __init__(self, target: ChildRecord | None, kept: ChildRecord) -> None:
        self.target = target
        self.kept = kept
        self.wanted = dict(facts_in(target)) if target else {}
        self.there = dict(facts_in(kept))

    def __call__(self, row: Row) -> bool:
        if self.target is None:
            return False
        if row.table == "Header":
            year = row.year or 0
            return said_in(self.kept, year) is not None and _who(self.target, year) == _who(self.kept, year)
        key: Key = (row.table, (row.year or 0) if row.kind.yearly else row.day(row.kind.key[0]))
        return key in self.there and self.there[key] == self.wanted.get(key)


def _who(record: ChildRecord, year: int) -> tuple[object, ...]:
    said = said_in(record, year)
    words = (said.ethnic, said.upn, said.mother, said.mothers_child_born_on) if said else ()
    return (record.sex, record.born_on, *words)


def _refuse(
    rows: Sequence[Row],
    bad: Sequence[BadRow],
    alone: Judgement,
    both: Judgement,
    kept: ChildRecord,
    contradicted: BadRow,
) -> Outcome:
    """Quarantine what is new of a child whose files contradict what is kept; what is known already stays known."""
    reasons = {row.place: row for row in both.quarantined}
    why = _("This does not fit what is kept here of the child: {reason}").format(reason=contradicted.faults[0].reason)
    refused, unchanged = [], 0
    known = _Known(alone.record, kept)
    good = {row.place for row in alone.landed}
    for row in rows:
        if row.place in good and known(row):
            unchanged += 1
        else:
            field = contradicted.faults[0].field if contradicted.faults[0].field in row.values else ""
            own = BadRow(row.file, row.line, row.table, row.year, row.values, (row.fault(field, why, "G-CONFLICT"),))
            refused.append(reasons.get(row.place, own))
    return Outcome(None, 0, unchanged, (*bad, *refused), ())
