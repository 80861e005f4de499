"""What a row of a spreadsheet tells, column by column, in one form: days, codes, numbers; or what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from kinkeeper.exchange.sheets import cells
from kinkeeper.exchange.sheets.columns import TABLES, Column, Kind, Table, example_words, plain
from kinkeeper.exchange.sheets.matching import codes_of, is_coded
from kinkeeper.exchange.ssda903.rows import Fault
from kinkeeper.lib.packs import Pack

# Before the heading of a column that nobody matched, where its cell stands beside those of known columns.
OWN = "+ "
# The tables whose rows make sense only together, with the column that says which.
_TOGETHER = {"stays": "child", "families": "family"}

Remembered = Mapping[str, Mapping[str, str]]


@dataclass
class Told:
    """One row. `typed` is what stood there by column, `values` the same in one form, `rest` what nobody matched, by heading."""

    table: str
    file: str
    line: int
    typed: dict[str, str]
    rest: dict[str, str]
    values: dict[str, str] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    @property
    def key(self) -> str:
        """What tells this row from the others of its table and source."""
        table = TABLES[self.table]
        own = self[table.number] if table.number else ""
        return own or " · ".join(self[column] for column in table.composed).rstrip(" ·")

    @property
    def about(self) -> str:
        """The number of the person that the row is about, if there is one."""
        table = TABLES[self.table]
        return self[table.about] if table.about else ""

    @property
    def group(self) -> str:
        """Rows of one group are judged and land together: stays of a child, rows of a family; else each row for itself."""
        return self[_TOGETHER[self.table]] if self.table in _TOGETHER else self.key

    @property
    def place(self) -> str:
        """Where a person finds the row."""
        return f"{self.file}:{self.line}"

    @property
    def cells(self) -> dict[str, str]:
        """Everything that stood in the row, as quarantine keeps it."""
        return {**self.typed, **{OWN + heading: text for heading, text in self.rest.items()}}

    def fault(self, column: str, reason: str, code: str) -> Fault:
        """A fault of this row, in a column by its heading."""
        title = TABLES[self.table].column(column).title if column else ""
        return Fault(self.file, self.line, title, reason, code)

    def refuse(self, column: str, reason: str, code: str) -> None:
        """Note a fault of this row."""
        self.faults.append(self.fault(column, reason, code))


class Reader:
    """Reads rows with the codes of a pack, and what people chose before for the values of a source."""

    def __init__(self, pack: Pack, remembered: Remembered, orders: Mapping[str, str]) -> None:
        self.pack = pack
        self.remembered = remembered
        self.orders = orders
        self.unknown: dict[tuple[str, str], dict[str, int]] = {}
        self._codes: dict[str, dict[str, str]] = {}
        self._examples = example_words()

    def is_example(self, table: Table, typed: Mapping[str, str]) -> bool:
        """Whether a row is the example of the template."""
        first = plain(typed.get(table.columns[0].key, ""))
        return any(
            first == word or (first.startswith(word) and not first[len(word)].isalpha()) for word in self._examples
        )

    def told(self, table: str, file: str, line: int, typed: dict[str, str], rest: dict[str, str]) -> Told:
        """What a row tells."""
        row = Told(table, file, line, typed, {heading: text for heading, text in rest.items() if text})
        for column in TABLES[table].columns:
            text = typed.get(column.key, "")
            if text:
                self._read(row, column, text)
            elif column.required:
                row.refuse(column.key, _("This must be filled in."), "READ-EMPTY")
        return row

    def _read(self, row: Told, column: Column, text: str) -> None:
        if is_coded(column):
            self._coded(row, column, text)
        elif column.kind in {Kind.DAY, Kind.PARTIAL}:
            self._dated(row, column, text)
        elif column.kind is Kind.NUMBER:
            try:
                row.values[column.key] = str(cells.number_in(text))
            except ValueError:
                reason = _("“%(text)s” is no whole number. Write digits alone.") % {"text": text[:60]}
                row.refuse(column.key, reason, "READ-NUMBER")
        else:
            line = text if column.longest > 1000 else " ".join(text.split())
            row.values[column.key] = line
            if len(line) > column.longest:
                reason = _("This is longer than %(most)s characters. Shorten it.") % {"most": column.longest}
                row.refuse(column.key, reason, "READ-LENGTH")

    def _coded(self, row: Told, column: Column, text: str) -> None:
        asked = " ".join(text.split())
        code = cells.code_in(asked, self._codes_of(row.table, column))
        if code is not None:
            row.values[column.key] = code
            return
        found = self.unknown.setdefault((row.table, column.key), {})
        if asked in found or len(found) < 300:
            found[asked] = found.get(asked, 0) + 1
        reason = _("“%(text)s” is none of the permitted values. Say what it means, or choose one from the list.")
        row.refuse(column.key, reason % {"text": text[:60]}, "READ-CODE")

    def _codes_of(self, table: str, column: Column) -> dict[str, str]:
        name = f"{table}.{column.key}"
        if name not in self._codes:
            self._codes[name] = codes_of(column, self.pack, self.remembered.get(name, {}))
        return self._codes[name]

    def _dated(self, row: Told, column: Column, text: str) -> None:
        order = self.orders.get(row.file.partition(" / ")[0], "")
        read: Callable[[str, str], Any] = cells.partial if column.kind is Kind.PARTIAL else cells.day
        try:
            row.values[column.key] = str(read(text, order))
        except cells.Ambiguous:
            reason = _("“%(text)s” may be two days. Say for this file which number is the month, or write 2019-12-31.")
            row.refuse(column.key, reason % {"text": text[:60]}, "READ-DATE")
        except cells.NoDay:
            if column.kind is Kind.PARTIAL:
                reason = _("“%(text)s” is no date. Write a day (2014-05-17), a month (2014-05) or a year (2014).")
            else:
                reason = _("“%(text)s” is no day. Write it as 2019-12-31 or 31.12.2019.")
            row.refuse(column.key, reason % {"text": text[:60]}, "READ-DATE")


def divided(kept: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """A row as quarantine keeps it, as cells of known columns and the rest by heading."""
    typed = {name: text for name, text in kept.items() if not name.startswith(OWN)}
    return typed, {name.removeprefix(OWN): text for name, text in kept.items() if name.startswith(OWN)}


def under_headings(
    line: Sequence[str], headings: Sequence[str], columns: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The cells of a line as those of known columns, and the rest by heading; what stands under none has its place."""
    typed: dict[str, str] = {}
    rest: dict[str, str] = {}
    for place, cell in enumerate(line):
        heading = headings[place] if place < len(headings) else ""
        column = columns.get(heading, "")
        if column and column not in typed:
            typed[column] = cell
        elif cell:
            name = heading or _("column %(place)s") % {"place": place + 1}
            rest[f"{name} ({place + 1})" if name in rest else name] = cell
    return typed, rest
