"""Keep the rows of an import in one file, by child: whatever the files' size, memory holds one child at a time.

The file lies in the folder of the import. It is made once, when the files are read, and only read after that, so an
import that was stopped goes on where it was.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from kinkeeper.exchange.ssda903.rows import BadRow, Fault, Row

BATCH = 5000
# PostgreSQL has no room for the character zero, which damaged files are full of.
UNREADABLE = "\ufffd"


@dataclass(frozen=True, slots=True)
class Sheaf:
    """All rows of one child, from all files: usable ones, and ones that reading has put into quarantine."""

    child: str
    rows: tuple[Row, ...]
    bad: tuple[BadRow, ...]


@dataclass(frozen=True, slots=True)
class Spooled:
    """What a spool holds: rows by table (“” for files that are no table of the return), children, remarks on files."""

    rows: dict[str, int]
    children: int
    remarks: tuple[Fault, ...]

    @property
    def total(self) -> int:
        return sum(self.rows.values())


def fill(path: Path, found: Iterable[Row | BadRow | Fault]) -> Spooled:
    """Write every row that reading yields into a new spool. A file that a stopped run left is replaced."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    rows: dict[str, int] = {}
    remarks: list[Fault] = []
    with closing(sqlite3.connect(part)) as spool:
        spool.execute("PRAGMA synchronous=OFF")
        spool.execute("CREATE TABLE line (child TEXT NOT NULL, body TEXT NOT NULL)")
        batch: list[tuple[str, str]] = []
        for item in found:
            if isinstance(item, Fault):
                remarks.append(item)
                continue
            rows[item.table] = rows.get(item.table, 0) + 1
            batch.append((_readable(item.child), _packed(item)))
            if len(batch) >= BATCH:
                spool.executemany("INSERT INTO line VALUES (?, ?)", batch)
                batch.clear()
        spool.executemany("INSERT INTO line VALUES (?, ?)", batch)
        spool.execute("CREATE INDEX line_by_child ON line (child)")
        children = spool.execute("SELECT count(DISTINCT child) FROM line WHERE child > ''").fetchone()[0]
        spool.commit()
    part.replace(path)
    return Spooled(rows, children, tuple(remarks))


def sheaves(path: Path, after: str = "", limit: int = -1) -> Iterator[Sheaf]:
    """The children after `after` in the order of CHILD, at most `limit` of them (-1: all)."""
    chosen = "SELECT DISTINCT child FROM line WHERE child > ? ORDER BY child LIMIT ?"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as spool:
        lines = spool.execute(
            f"SELECT child, body FROM line WHERE child IN ({chosen}) ORDER BY child, rowid",  # noqa: S608
            (after, limit),
        )
        for child, group in groupby(lines, key=lambda line: line[0]):
            yield _sheaf(child, [_unpacked(body) for _child, body in group])


def sheaf_of(path: Path, child: str) -> Sheaf:
    """All rows of one child; those that name no child lie under the empty name."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as spool:
        lines = spool.execute("SELECT body FROM line WHERE child = ? ORDER BY rowid", (child,)).fetchall()
    return _sheaf(child, [_unpacked(body) for (body,) in lines])


def _sheaf(child: str, found: list[Row | BadRow]) -> Sheaf:
    return Sheaf(
        child,
        tuple(row for row in found if isinstance(row, Row)),
        tuple(row for row in found if isinstance(row, BadRow)),
    )


def _packed(row: Row | BadRow) -> str:
    cells = row.values if isinstance(row, Row) else row.cells
    body: list[object] = [row.file, row.line, row.table, row.year]
    body.append({_readable(name): _readable(cell) for name, cell in cells.items()})
    if isinstance(row, BadRow):
        body.append([[fault.field, _readable(fault.reason), fault.code, fault.rule] for fault in row.faults])
    return json.dumps(body, ensure_ascii=False)


def _readable(text: str) -> str:
    return text.replace("\0", UNREADABLE)


def _unpacked(body: str) -> Row | BadRow:
    file, line, table, year, values, *faults = json.loads(body)
    if not faults:
        return Row(file, line, table, year, values)
    return BadRow(file, line, table, year, values, tuple(Fault(file, line, *fault) for fault in faults[0]))
