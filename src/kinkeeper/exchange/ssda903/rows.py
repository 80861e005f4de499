"""Rows of the return's files, the faults found in them, and how cells are made safe for spreadsheets and read back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from kinkeeper.exchange.ssda903.tables import TABLES, Table
from kinkeeper.exchange.ssda903.years import parse_date
from kinkeeper.lib.spreadsheets import plain_text


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a row cannot land, or a warning about a row that can. `reason` says what to do; `code` is stable.

    `rule` is the number of the DfE rule that says the same, or empty. `field` is a column, or empty for the whole row.
    """

    file: str
    line: int
    field: str
    reason: str
    code: str
    rule: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.field}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row whose cells are usable. `values` has every column of the table, trimmed, upper case, unescaped.

    `line` is where the row begins in its file; the header is line 1. `year` is the collection year of the file.
    """

    file: str
    line: int
    table: str
    year: int | None
    values: Mapping[str, str]

    @property
    def child(self) -> str:
        return self.values["CHILD"]

    @property
    def kind(self) -> Table:
        return TABLES[self.table]

    @property
    def place(self) -> str:
        """“Episodes.csv, line 7”: where a person finds the row."""
        return f"{self.file}:{self.line}"

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def on(self, column: str) -> date | None:
        """The date in a column, or None where it is empty."""
        return parse_date(self.values[column])

    def day(self, column: str) -> date:
        """The date in a column that is never empty."""
        found = self.on(column)
        assert found is not None, f"{self.place} {column}"
        return found

    def fault(self, field: str, reason: str, code: str, rule: str = "") -> Fault:
        """A fault of this row."""
        return Fault(self.file, self.line, field, reason, code, rule)


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that goes to quarantine with its faults, the first of them the one to mend first.

    `cells` keeps what the file had. `table` is empty when the file is none of the return; `child` may be unknown.
    """

    file: str
    line: int
    table: str
    year: int | None
    cells: Mapping[str, str]
    faults: tuple[Fault, ...] = field(default=())

    @property
    def child(self) -> str:
        return clean(self.cells.get("CHILD", ""))

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"


def clean(text: str) -> str:
    """A cell as the rules see it: without a safety apostrophe, trimmed, in upper case."""
    return plain_text(text.strip()).strip().upper()
