"""Bring together what several files say about the same thing: one fact per key, or a conflict that names both rows.

A row of one year's file that is still open and the same row closed in a later year's file are one fact seen twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kinkeeper.exchange.ssda903.codes import SUCCESSORS, same_place, sex_of
from kinkeeper.exchange.ssda903.rows import Fault, Row
from kinkeeper.exchange.ssda903.years import year_end

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """What rows of one key say. `row` knows most of it; `faults` are conflicts between the rows, if any."""

    row: Row
    rows: tuple[Row, ...]
    faults: tuple[Fault, ...] = ()

    @property
    def table(self) -> str:
        return self.row.table

    def __getitem__(self, column: str) -> str:
        return self.row.values[column]


@dataclass(frozen=True, slots=True)
class Merged:
    """All facts of one child by table, and rows that only repeat another row of their own file."""

    facts: dict[str, list[Fact]]
    repeated: tuple[Fault, ...]


def merge(rows: Iterable[Row]) -> Merged:
    """Group the rows of one child into facts, each table's in the order of its key."""
    groups: dict[tuple[str, Key], list[Row]] = defaultdict(list)
    for row in rows:
        groups[row.table, _key(row)].append(row)
    facts: dict[str, list[Fact]] = defaultdict(list)
    repeated: list[Fault] = []
    for (table, _key_of), group in sorted(groups.items(), key=lambda item: item[0]):
        fact, again = _fact(group)
        facts[table].append(fact)
        repeated += again
    return Merged(dict(facts), tuple(repeated))


def _key(row: Row) -> Key:
    days = tuple(row.day(column).isoformat() for column in row.kind.key)
    return (f"{row.year or 0:04d}", *days) if row.kind.yearly else days


def _fact(group: Sequence[Row]) -> tuple[Fact, list[Fault]]:
    ordered = sorted(group, key=lambda row: (row.year or 0, row.file, row.line))
    seen: list[Row] = [ordered[0]]
    repeated, conflicts = [], []
    for row in ordered[1:]:
        twin = next((other for other in seen if other.file == row.file and other.values == row.values), None)
        if twin:
            repeated.append(_repeats(row, twin))
            continue
        best = _fullest(seen)
        field = _difference(best, row)
        if field:
            conflicts.append(_conflict(best, row, field))
        seen.append(row)
    return Fact(_fullest(seen), tuple(seen), tuple(conflicts)), repeated


def _fullest(rows: Sequence[Row]) -> Row:
    """The row that speaks for all: one that knows the end, then one with the newest code of its place, then the latest."""
    closing = rows[0].kind.closing
    places = {row.values.get("PLACE", "") for row in rows}

    def weight(row: Row) -> tuple[bool, bool, int, str, int]:
        newest = any(row.values.get("PLACE", "") in SUCCESSORS.get(place, ()) for place in places)
        return any(row[column] for column in closing), newest, row.year or 0, row.file, row.line

    return max(rows, key=weight)


def _difference(earlier: Row, later: Row) -> str:
    """The first column in which two rows of one key contradict each other, or an empty string."""
    closing = earlier.kind.closing
    for column in earlier.kind.header:
        if column in closing or column == "DOB":
            continue
        if not _says_same(column, earlier, later):
            return column
    one = tuple(earlier[column] for column in closing)
    two = tuple(later[column] for column in closing)
    if one == two or (earlier.file != later.file and _may_close(earlier, later)):
        return ""
    return next(column for column, a, b in zip(closing, one, two, strict=True) if a != b)


def _says_same(column: str, earlier: Row, later: Row) -> bool:
    if column == "SEX":
        return sex_of(earlier[column]) == sex_of(later[column])
    if column == "PLACE":
        same = {earlier.year, later.year}
        if len(same) > 1:
            first, second = sorted((earlier, later), key=lambda row: row.year or 0)
            return same_place(first[column], second[column]) or (
                None in same and same_place(second[column], first[column])
            )
    return earlier[column] == later[column]


def _may_close(one: Row, two: Row) -> bool:
    """Whether one of two rows was simply written before the end was known: a later year may not reopen what had ended."""
    closing = one.kind.closing
    still_open, ended = sorted((one, two), key=lambda row: any(row[column] for column in closing))
    if any(still_open[column] for column in closing):
        return False
    end = ended.on(closing[0])
    if still_open.year is None or ended.year is None or end is None or still_open.year <= ended.year:
        return True
    return end > year_end(still_open.year)


def _repeats(row: Row, twin: Row) -> Fault:
    reason = _("This row says again what line {line} of the same file says. Remove one of them.").format(line=twin.line)
    return row.fault("", reason, "G-DUP")


def _conflict(one: Row, two: Row, field: str) -> Fault:
    reason = _(
        "{table} has “{mine}” in {field} here, but “{other}” in {file}, line {line}, for the same child and day. "
        "Find out which is right and correct the other."
    ).format(table=two.table, field=field, mine=two[field], other=one[field], file=one.file, line=one.line)
    return two.fault(field, reason, "G-CONFLICT")
