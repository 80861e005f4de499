"""Stream the rows of a folder of return files: typed rows, rows for quarantine, and remarks, in constant memory.

The folder holds CSV files of one or several years together, or one folder per collection year. The year of a row is
what the file's or folder's name states; a name with a single year, or none, is settled by the dates inside the folder.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TextIO

from django.utils.translation import gettext as _

from kinkeeper.exchange.ssda903.cells import faults_of_cells
from kinkeeper.exchange.ssda903.rows import BadRow, Fault, Row, clean
from kinkeeper.exchange.ssda903.tables import Recognised, Table, recognise
from kinkeeper.exchange.ssda903.years import parse_date, year_in, year_of, years_hinted
from kinkeeper.lib.spreadsheets import plain_text

DELIMITERS = ",;\t|"
SUFFIXES = frozenset({".csv", ".txt", ".tsv"})


@dataclass(frozen=True, slots=True)
class Source:
    """One file of the folder: what it is and which year it speaks of. `year` is None when nothing tells."""

    path: Path
    name: str
    encoding: str
    delimiter: str
    found: Recognised
    year: int | None = None
    latest: date | None = None

    @property
    def table(self) -> Table | None:
        return self.found.table


def sources(folder: Path) -> list[Source]:
    """Look at every CSV file below a folder: its table, its encoding and its collection year."""
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())
    looked = [_look_at(path, path.relative_to(folder).as_posix()) for path in files]
    return [replace(source, year=_year_of(source, looked, folder.name)) for source in looked]


def read_folder(folder: Path) -> Iterator[Row | BadRow | Fault]:
    """Every row of a folder once, as Row or BadRow; a Fault by itself is a remark about a file, not about a row."""
    for source in sources(folder):
        yield from read_source(source)


def read_source(source: Source) -> Iterator[Row | BadRow | Fault]:
    """The rows of one file, as `read_folder` yields them."""
    if source.table is None and not source.found.columns:
        yield Fault(source.name, 1, "", _("This file is empty."), "READ-FILE")
        return
    with source.path.open(encoding=source.encoding, errors="replace", newline=None) as handle:
        for line, cells in _records(handle, source.delimiter):
            yield _unreadable(source, line) if cells is None else _row(source, line, cells)


def row_from_cells(file: str, line: int, table: Table, year: int | None, cells: dict[str, str]) -> Row | BadRow:
    """Judge the cells of one row of a known table: also for a row that somebody mended in quarantine."""
    values = {name: clean(cells.get(name, "")) for name in table.header}
    row = Row(file, line, table.name, year, values)
    faults = faults_of_cells(row)
    if year is None and table.yearly:
        reason = _("Nothing tells which collection year this row is about. Name the folder after the year: 2023_24.")
        faults.append(row.fault("", reason, "READ-YEAR"))
    return BadRow(file, line, table.name, year, dict(cells), tuple(faults)) if faults else row


def _row(source: Source, line: int, cells: Sequence[str]) -> Row | BadRow:
    columns, table = source.found.columns, source.table
    end = len(cells)
    while end > len(columns) and not cells[end - 1].strip():
        end -= 1
    cells = cells[:end]
    named = {name: plain_text(cell.strip()) for name, cell in zip(columns, cells, strict=False)}
    if table is None:
        fault = Fault(source.name, line, "", source.found.sentence, "READ-FILE")
        return BadRow(source.name, line, "", source.year, named, (fault,))
    if len(cells) != len(columns):
        reason = _("This row has {found} cells, but the header has {wanted}. Look for a missing or an extra separator.")
        named |= {f"+{number}": cell for number, cell in enumerate(cells[len(columns) :], 1)}
        sentence = reason.format(found=len(cells), wanted=len(columns))
        fault = Fault(source.name, line, "", sentence, "READ-CELLS")
        return BadRow(source.name, line, table.name, source.year, named, (fault,))
    return row_from_cells(source.name, line, table, source.year, named)


def _unreadable(source: Source, line: int) -> BadRow:
    reason = _("A quotation mark in this line is not closed, so its cells cannot be told apart. Close or remove it.")
    table = source.table.name if source.table else ""
    fault = Fault(source.name, line, "", reason, "READ-CELLS")
    return BadRow(source.name, line, table, source.year, {}, (fault,))


def _records(handle: TextIO, delimiter: str) -> Iterator[tuple[int, list[str] | None]]:
    """(line, cells) of each row after the header; cells are None where a quotation mark is not closed.

    Cells of the return never hold a line break, so a line is a row: a stray quotation mark costs one row, not the rest.
    """
    header_seen = False
    for number, line in enumerate(handle, 1):
        text = line.rstrip("\r\n")
        if not text.strip("\ufeff\t " + delimiter) or _is_separator_note(number, text):
            continue
        if header_seen:
            yield number, _split(text, delimiter)
        header_seen = True


def _split(text: str, delimiter: str) -> list[str] | None:
    if '"' not in text:
        return text.split(delimiter)
    try:
        return next(csv.reader([text], delimiter=delimiter, strict=True))
    except csv.Error:
        return None


def _is_separator_note(number: int, text: str) -> bool:
    """Whether this is the “sep=;” that spreadsheets put before the header."""
    return number == 1 and text.strip("\ufeff ").lower().startswith("sep=")


def _look_at(path: Path, name: str) -> Source:
    encoding = _encoding(path)
    header = _first_line(path, encoding)
    best = Recognised(None, ())
    delimiter = ","
    for candidate in DELIMITERS:
        cells = next(csv.reader([header], delimiter=candidate), [])
        found = recognise(cells, name) if any(cells) else Recognised(None, ())
        if found.table or len(found.columns) > len(best.columns):
            best, delimiter = found, candidate
        if found.table:
            break
    source = Source(path, name, encoding, delimiter, best)
    return replace(source, latest=_latest(source))


def _first_line(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace", newline=None) as handle:
        for line in handle:
            if line.strip("\ufeff\t\r\n ,;|") and not line.strip("\ufeff ").lower().startswith("sep="):
                return line
    return ""


def _encoding(path: Path) -> str:
    """The encoding of a file: what its byte order mark says, UTF-8 if it is that throughout, else cp1252."""
    with path.open("rb") as handle:
        start = handle.read(4096)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if start.count(b"\0") > len(start) // 4:
        return "utf-16-le" if start[1:2] == b"\0" else "utf-16-be"
    try:
        with path.open(encoding="utf-8-sig") as handle:
            while handle.read(1 << 20):
                pass
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"


def _latest(source: Source) -> date | None:
    """The last date in a file that is neither a birthday nor still to come, to tell its year by."""
    if source.table is None:
        return None
    places = [source.found.columns.index(n) for n in source.table.own_dates if n in source.found.columns]
    latest = None
    today = date.today()  # noqa: DTZ011  # the return has calendar days of England and no clock
    with source.path.open(encoding=source.encoding, errors="replace", newline=None) as handle:
        for _line, cells in _records(handle, source.delimiter):
            for place in places:
                day = parse_date(clean(cells[place])) if cells and place < len(cells) else None
                if day and day <= today and (latest is None or day > latest):
                    latest = day
    return latest


def _year_of(source: Source, looked: Sequence[Source], folder: str) -> int | None:
    parts = [*reversed(Path(source.name).parts), folder]
    stated = [year for part in parts if (year := year_in(part)) is not None]
    if stated:
        return stated[0]
    here = Path(source.name).parent
    days = [other.latest for other in looked if other.latest and Path(other.name).parent == here]
    inferred = year_of(max(days)) if days else None
    for part in parts:
        hinted = years_hinted(part)
        if hinted:
            return inferred if inferred in hinted else hinted[1]
    return inferred
