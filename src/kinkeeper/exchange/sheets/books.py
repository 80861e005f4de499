"""The sheets of a file and their rows as text, one after another: XLSX and OpenDocument workbooks, and CSV files."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

import python_calamine
from django.utils.translation import gettext as _

from kinkeeper.exchange.sheets.cells import text_of, tidy
from kinkeeper.exchange.sheets.guarding import (
    MOST_BYTES,
    MOST_CELLS,
    MOST_COLUMNS,
    MOST_ROWS,
    BadBook,
    insist_on_a_plain_workbook,
)
from kinkeeper.exchange.sheets.matching import known_headings

WORKBOOKS = frozenset({".xlsx", ".ods"})
PLAIN = frozenset({".csv", ".txt", ".tsv"})
SUFFIXES = WORKBOOKS | PLAIN
DELIMITERS = ";,\t"
# The code pages of Windows that lists of the region were written in; Cyrillic, western, central European, Arabic, Greek.
CODE_PAGES = ("cp1251", "cp1252", "cp1250", "cp1256", "cp1254", "cp1253")
SAMPLE = 64 * 1024
# Three hundred columns of long notes.
LONGEST_ROW = 1_000_000
# As much of a file is looked at to tell its code page and its separator.
FIRST_SIGNS, FIRST_LINES = 4096, 20
_WORDS = re.compile(r"[^\W\d_]+")

Line = tuple[int, list[str]]


@dataclass
class Sheet:
    """One sheet: its headings and, once only, the rows below them as (number in the file, cells)."""

    file: str
    title: str
    headings: list[str]
    lines: Iterator[Line]
    remarks: list[str] = field(default_factory=list)

    @property
    def place(self) -> str:
        """Where a person finds a row: “staff.xlsx / Persons”; a CSV file is its own sheet."""
        return f"{self.file} / {self.title}" if self.title else self.file


def sheets_of(path: Path) -> Iterator[Sheet]:
    """Every sheet of a file that has a heading row, one after the other. BadBook with a sentence where it is not read."""
    suffix = path.suffix.lower()
    if path.stat().st_size > MOST_BYTES:
        raise BadBook(
            _("“%(name)s” is larger than %(most)s MB. Divide it into several files.")
            % {"name": path.name, "most": MOST_BYTES // 1024 // 1024}
        )
    if suffix in WORKBOOKS:
        yield from _of_workbook(path)
    elif suffix in PLAIN:
        yield _of_csv(path)
    else:
        raise BadBook(
            _("“%(name)s” is no XLSX, ODS or CSV file. Save it as one of these, then bring it in again.")
            % {"name": path.name}
        )


# ---- workbooks -------------------------------------------------------------------------------------------------------


def _of_workbook(path: Path) -> Iterator[Sheet]:
    formulas = insist_on_a_plain_workbook(path)
    try:
        with python_calamine.CalamineWorkbook.from_path(path) as book:
            for about in book.sheets_metadata:
                if about.typ == python_calamine.SheetTypeEnum.WorkSheet:
                    sheet = _of_sheet(path, book, about.name)
                    if sheet is not None:
                        if formulas:
                            sheet.remarks.append(_formulas(formulas))
                            formulas = 0
                        yield sheet
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        if isinstance(error, BadBook):
            raise
        raise BadBook(
            _("“%(name)s” is damaged, locked with a password, or no workbook. Save it again, without a password.")
            % {"name": path.name}
        ) from error


def _formulas(found: int) -> str:
    return _("%(found)s cells hold formulas. The values last computed were read; nothing was computed here.") % {
        "found": found
    }


def _of_sheet(path: Path, book: python_calamine.CalamineWorkbook, title: str) -> Sheet | None:
    sheet = book.get_sheet_by_name(title)
    start = sheet.start
    if start is None:
        return None
    rows = ([text_of(cell) for cell in row] for row in sheet.iter_rows())
    return _with_headings(path.name, title, enumerate(rows, start[0] + 1))


def _with_headings(file: str, title: str, rows: Iterator[tuple[int, list[str]]]) -> Sheet | None:
    """The first row with a word in it holds the headings."""
    for _number, cells in rows:
        if any(cells):
            return Sheet(file, title, cells, ((number, cells) for number, cells in rows if any(cells)))
    return None


# ---- CSV -------------------------------------------------------------------------------------------------------------


def _of_csv(path: Path) -> Sheet:
    encoding, remarks = _encoding(path)
    lines = _records(path, encoding, _delimiter(path, encoding))
    sheet = _with_headings(path.name, "", lines)
    if sheet is None:
        raise BadBook(_("“%(name)s” is empty.") % {"name": path.name})
    sheet.remarks += remarks
    return sheet


def _lines(handle: TextIO, of_this_row: list[int]) -> Iterator[str]:
    """The lines of a file; csv.Error where one row grows beyond any list, before there is room for all of it."""
    while line := handle.readline(LONGEST_ROW + 1):
        of_this_row[0] += len(line)
        if of_this_row[0] > LONGEST_ROW:
            raise csv.Error("A row is too long.")
        yield line


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[Line]:
    cells_read = rows_read = 0
    with path.open(encoding=encoding, newline="") as handle:
        of_this_row = [0]
        reader = csv.reader(_lines(handle, of_this_row), delimiter=delimiter)
        line = 1
        try:
            for cells in reader:
                rows_read, cells_read, of_this_row[0] = rows_read + 1, cells_read + len(cells), 0
                if len(cells) > MOST_COLUMNS or rows_read > MOST_ROWS or cells_read > MOST_CELLS:
                    raise BadBook(
                        _("“%(name)s” has more than %(columns)s columns, %(rows)s rows or %(cells)s cells. Divide it.")
                        % {"name": path.name, "columns": MOST_COLUMNS, "rows": MOST_ROWS, "cells": MOST_CELLS}
                    )
                yield line, [tidy(cell) for cell in cells]
                line = reader.line_num + 1
        except (csv.Error, UnicodeDecodeError) as error:
            raise BadBook(
                _("Line %(line)s of “%(name)s” cannot be read. Look for a quotation mark that is not closed.")
                % {"line": line, "name": path.name}
            ) from error


def _encoding(path: Path) -> tuple[str, list[str]]:
    """UTF-8 if the file is that throughout; else the code page in which most headings are known."""
    with path.open("rb") as handle:
        start = handle.read(SAMPLE)
    if start.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise BadBook(_("“%(name)s” is not what its name says. Save it again as CSV.") % {"name": path.name})
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16", []
    if b"\0" in start:
        raise BadBook(_("“%(name)s” is not plain text. Save it again as CSV.") % {"name": path.name})
    try:
        with path.open(encoding="utf-8-sig") as handle:
            while handle.read(1 << 20):
                pass
    except UnicodeDecodeError:
        page = max(CODE_PAGES, key=lambda page: (_known_in(start, page), -CODE_PAGES.index(page)))
        return page, [_("“%(name)s” is not in UTF-8. It was read as %(page)s.") % {"name": path.name, "page": page}]
    return "utf-8-sig", []


def _known_in(start: bytes, page: str) -> int:
    """How well a page fits: known headings first, then letters; words of two scripts at once were never written."""
    try:
        text = start[:FIRST_SIGNS].decode(page)
    except UnicodeDecodeError:
        return -1
    mixed = sum(
        not word.isascii() and any(map(str.isascii, word)) and _scripts(word) > 1 for word in _WORDS.findall(text)
    )
    return _best(text.splitlines()) * 10_000 + sum(sign.isalpha() for sign in text) - 20 * mixed


def _scripts(word: str) -> int:
    return len({unicodedata.name(sign, "?").split()[0] for sign in word})


def _best(lines: Sequence[str]) -> int:
    rows = (line.split(delimiter)[:MOST_COLUMNS] for line in lines[:FIRST_LINES] for delimiter in DELIMITERS)
    return max((known_headings([cell.strip('" ') for cell in row]) for row in rows), default=0)


def _delimiter(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline="") as handle:
        lines = [line for line in (handle.readline(SAMPLE) for _line in range(FIRST_LINES)) if line.strip()]

    def worth(delimiter: str) -> tuple[int, int]:
        # A row of more cells than may be is refused later; here it must not be looked at cell by cell.
        try:
            rows = [row[:MOST_COLUMNS] for row in csv.reader(lines, delimiter=delimiter)]
        except csv.Error:  # a cell without end; whoever reads the rows says in which line
            return 0, 0
        return max(map(known_headings, rows), default=0), max(map(len, rows), default=0)

    return max(DELIMITERS, key=worth)
