"""Keep the rows of an import in one file, by child: whatever the files' size, memory holds one child at a time.

The file lies in the folder of the import. It is made once, when the files are read, and only read after that, so an
import that was stopped goes on where it was. Rows lie sealed in it, and children by a mark of their number: a file that
somebody carries away says nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby

from kinkeeper.exchange.ssda903.rows import BadRow, Fault, Row
from kinkeeper.lib.covers import Cover, Spool

BATCH = 5000
# PostgreSQL has no room for the character zero, which damaged files are full of.
UNREADABLE = "\ufffd"


@dataclass(frozen=True, slots=True)
class Sheaf:
    """All rows of one child, from all files: usable ones, and ones that reading has put into quarantine.

    `mark` is where the child stands in the order of the spool.
    """

    child: str
    mark: str
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


def fill(at: Spool, found: Iterable[Row | BadRow | Fault]) -> Spooled:
    """Write every row that reading yields into a new spool. A file that a stopped run left is replaced."""
    part = at.path.with_suffix(".part")
    part.unlink(missing_ok=True)
    rows: dict[str, int] = {}
    remarks: list[Fault] = []
    with closing(sqlite3.connect(part)) as spool:
        spool.execute("PRAGMA synchronous=OFF")
        spool.execute("CREATE TABLE line (key INTEGER PRIMARY KEY, child TEXT NOT NULL, body TEXT NOT NULL)")
        batch: list[tuple[int, str, str]] = []
        for item in found:
            if isinstance(item, Fault):
                remarks.append(item)
                continue
            rows[item.table] = rows.get(item.table, 0) + 1
            key = sum(rows.values())
            batch.append((key, at.cover.mark(_readable(item.child)), at.cover.seal(_packed(item), _place(key))))
            if len(batch) >= BATCH:
                spool.executemany("INSERT INTO line VALUES (?, ?, ?)", batch)
                batch.clear()
        spool.executemany("INSERT INTO line VALUES (?, ?, ?)", batch)
        spool.execute("CREATE INDEX line_by_child ON line (child)")
        children = spool.execute("SELECT count(DISTINCT child) FROM line WHERE child > ''").fetchone()[0]
        spool.commit()
    part.replace(at.path)
    return Spooled(rows, children, tuple(remarks))


def sheaves(at: Spool, after: str = "", limit: int = -1) -> Iterator[Sheaf]:
    """The children after the mark `after`, in the order of the spool, at most `limit` of them (-1: all)."""
    chosen = "SELECT DISTINCT child FROM line WHERE child > ? ORDER BY child LIMIT ?"
    with _reading(at) as spool:
        lines = spool.execute(
            f"SELECT child, key, body FROM line WHERE child IN ({chosen}) ORDER BY child, key",  # noqa: S608
            (after, limit),
        )
        for mark, group in groupby(lines, key=lambda line: line[0]):
            yield _sheaf(mark, [_opened(at.cover, key, body) for _mark, key, body in group])


def rows_of_no_child(at: Spool) -> Sheaf:
    """The rows that name no child."""
    with _reading(at) as spool:
        lines = spool.execute("SELECT key, body FROM line WHERE child = '' ORDER BY key").fetchall()
    return _sheaf("", [_opened(at.cover, key, body) for key, body in lines])


def _reading(at: Spool) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"file:{at.path}?mode=ro", uri=True))


def _sheaf(mark: str, found: list[Row | BadRow]) -> Sheaf:
    return Sheaf(
        _readable(found[0].child) if mark else "",
        mark,
        tuple(row for row in found if isinstance(row, Row)),
        tuple(row for row in found if isinstance(row, BadRow)),
    )


def _place(key: int) -> str:
    return f"line:{key}"


def _opened(cover: Cover, key: int, body: str) -> Row | BadRow:
    return _unpacked(cover.unseal(body, _place(key)))


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
