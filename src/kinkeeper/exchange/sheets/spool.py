"""Keep the rows of an import in one file, twice: as they stood, and as they are told once their columns are matched.

Whatever the files' size, memory holds a few hundred rows. The second half is made anew whenever an answer changes.
What people wrote lies sealed in the file, and numbers lie as marks: a file that somebody carries away says nothing.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from itertools import groupby, islice
from pathlib import Path
from typing import Any

from kinkeeper.exchange.sheets import cells
from kinkeeper.exchange.sheets.books import SUFFIXES, Sheet, sheets_of
from kinkeeper.exchange.sheets.columns import ORDER, TABLES
from kinkeeper.exchange.sheets.telling import Reader, Told, under_headings
from kinkeeper.exchange.ssda903.rows import Fault
from kinkeeper.lib.covers import Cover, Spool

BATCH = 1000


@dataclass(frozen=True)
class Held:
    """A sheet as it was spooled."""

    key: int
    file: str
    place: str
    title: str
    headings: list[str]
    rows: int


@dataclass
class Filled:
    """What was found: sheets, remarks as (file, sentence), and for each file what its slashed days look like."""

    remarks: list[tuple[str, str]] = field(default_factory=list)
    days: dict[str, dict[str, int]] = field(default_factory=dict)


def fill(at: Spool, folder: Path) -> Filled:
    """Write every row of every file below a folder into a new spool, as it stands. BadBook where a file is not read."""
    part = at.path.with_suffix(".part")
    part.unlink(missing_ok=True)
    filled = Filled()
    files = sorted(one for one in folder.rglob("*") if one.is_file() and one.suffix.lower() in SUFFIXES)
    with closing(sqlite3.connect(part)) as spool:
        spool.execute("PRAGMA synchronous=OFF")
        spool.execute("CREATE TABLE sheet (key INTEGER PRIMARY KEY, file, place, title, headings, rows)")
        spool.execute("CREATE TABLE line (sheet INTEGER, number INTEGER, cells TEXT)")
        for file in files:
            for sheet in sheets_of(file):
                _keep(spool, at.cover, sheet, filled)
        spool.execute("CREATE INDEX line_by_sheet ON line (sheet, number)")
        spool.commit()
    part.replace(at.path)
    return filled


def _keep(spool: sqlite3.Connection, cover: Cover, sheet: Sheet, filled: Filled) -> None:
    days = filled.days.setdefault(sheet.file, {"ambiguous": 0, cells.DAY_FIRST: 0, cells.MONTH_FIRST: 0})
    key = spool.execute(
        "INSERT INTO sheet (file, place, title, headings, rows) VALUES (?, ?, ?, ?, 0)",
        (sheet.file, sheet.place, sheet.title, json.dumps(sheet.headings, ensure_ascii=False)),
    ).lastrowid
    rows = 0
    while lines := list(islice(sheet.lines, BATCH)):
        rows += len(lines)
        for _number, texts in lines:
            for text in texts:
                _look_at_day(text, days)
        spool.executemany(
            "INSERT INTO line VALUES (?, ?, ?)",
            (
                (key, number, cover.seal(json.dumps(texts, ensure_ascii=False), f"{key}:{number}"))
                for number, texts in lines
            ),
        )
    spool.execute("UPDATE sheet SET rows = ? WHERE key = ?", (rows, key))
    filled.remarks += [(sheet.file, remark) for remark in sheet.remarks]


def _look_at_day(text: str, days: dict[str, int]) -> None:
    if not 8 <= len(text) <= 11 or text.isalpha():
        return
    found = cells.slashed(text)
    if found is None:
        return
    first, second = found
    if first > 12 >= second:
        days[cells.DAY_FIRST] += 1
    elif second > 12 >= first:
        days[cells.MONTH_FIRST] += 1
    elif first != second and max(first, second) <= 12:
        days["ambiguous"] += 1


def held(at: Spool) -> list[Held]:
    """The sheets of a spool, in the order in which they were read."""
    with _reading(at.path) as spool:
        rows = spool.execute("SELECT key, file, place, title, headings, rows FROM sheet ORDER BY key").fetchall()
    return [Held(key, file, place, title, json.loads(heads), count) for key, file, place, title, heads, count in rows]


# ---- as told ---------------------------------------------------------------------------------------------------------


def arrange(at: Spool, reader: Reader, tables: Mapping[str, str], columns: Mapping[str, Mapping[str, str]]) -> int:
    """Tell every row of the sheets that are tables of ours; answers how many groups there are to judge.

    `tables` and `columns` go by the place of a sheet: which table it is, and which column each heading means.
    """
    with closing(sqlite3.connect(at.path)) as spool:
        spool.execute("PRAGMA synchronous=OFF")
        spool.execute("DROP TABLE IF EXISTS told")
        spool.execute(
            "CREATE TABLE told (key INTEGER PRIMARY KEY, step INTEGER, grouped TEXT, portion INTEGER, file TEXT, "
            "line INTEGER, body TEXT, own TEXT, state TEXT DEFAULT '')"
        )
        for sheet in held(at):
            table = tables.get(sheet.place, "")
            if table:
                rows = _told(spool, at.cover, sheet, reader, table, columns.get(sheet.place, {}))
                while batch := list(islice(rows, BATCH)):
                    spool.executemany(
                        "INSERT INTO told (step, grouped, file, line, body, own) VALUES (?, ?, ?, ?, ?, ?)", batch
                    )
        spool.execute("CREATE INDEX told_in_order ON told (step, grouped, key)")
        total = _number_groups(spool)
        spool.execute("CREATE INDEX told_by_portion ON told (portion)")
        spool.execute("CREATE INDEX told_by_own ON told (step, own)")
        spool.commit()
    return total


def _told(
    spool: sqlite3.Connection,
    cover: Cover,
    sheet: Held,
    reader: Reader,
    table: str,
    columns: Mapping[str, str],
) -> Iterator[tuple[Any, ...]]:
    lines = spool.execute("SELECT number, cells FROM line WHERE sheet = ? ORDER BY number", (sheet.key,))
    for number, texts in lines:
        typed, rest = under_headings(json.loads(cover.unseal(texts, f"{sheet.key}:{number}")), sheet.headings, columns)
        if reader.is_example(TABLES[table], typed):
            continue
        row = reader.told(table, sheet.place, number, typed, rest)
        body = cover.seal(_packed(row), row.place)
        yield ORDER.index(table), cover.mark(row.group), row.file, row.line, body, cover.mark(row.key)


def _number_groups(spool: sqlite3.Connection) -> int:
    numbered: list[tuple[int, int]] = []
    before, portion = None, 0
    # Groups in the order in which their first rows stand in the files.
    first = "CASE grouped WHEN '' THEN key ELSE min(key) OVER (PARTITION BY step, grouped) END"
    for key, step, group in spool.execute(f"SELECT key, step, grouped FROM told ORDER BY step, {first}, key"):  # noqa: S608
        # Rows without a number are no group: each stands for itself.
        if (step, group) != before or not group:
            portion += 1
        before = (step, group)
        numbered.append((portion, key))
    spool.executemany("UPDATE told SET portion = ? WHERE key = ?", numbered)
    return portion


def portions(at: Spool, after: int, limit: int) -> list[list[Told]]:
    """The next groups after one, of one table alone, at most `limit` of them."""
    with _reading(at.path) as spool:
        step = spool.execute("SELECT step FROM told WHERE portion = ?", (after + 1,)).fetchone()
        if step is None:
            return []
        rows = spool.execute(
            "SELECT portion, file, line, body FROM told WHERE portion > ? AND portion <= ? AND step = ? "
            "ORDER BY portion, key",
            (after, after + limit, step[0]),
        ).fetchall()
    groups = groupby(rows, key=lambda row: row[0])
    return [[_unpacked(at.cover, file, line, body) for _p, file, line, body in group] for _portion, group in groups]


def mark(at: Spool, states: Iterable[tuple[str, str, int]]) -> None:
    """Note what became of rows: (state, file, line); states are good or bad."""
    with closing(sqlite3.connect(at.path)) as spool:
        spool.execute("CREATE INDEX IF NOT EXISTS told_by_place ON told (file, line)")
        spool.executemany("UPDATE told SET state = ? WHERE file = ? AND line = ?", states)
        spool.commit()


def named(at: Spool, table: str, numbers: Collection[str]) -> dict[str, tuple[Told, str]]:
    """The rows of a table with these numbers, each with what became of it; none where the files are gone."""
    found: dict[str, tuple[Told, str]] = {}
    asked = {at.cover.mark(number): number for number in numbers}
    if not at.path.exists():
        return found
    with _reading(at.path) as spool:
        for start in range(0, len(asked), BATCH // 2):
            some = list(asked)[start : start + BATCH // 2]
            marks = ", ".join("?" * len(some))
            rows = spool.execute(
                f"SELECT own, file, line, body, state FROM told WHERE step = ? AND own IN ({marks}) ORDER BY key DESC",  # noqa: S608
                (ORDER.index(table), *some),
            )
            found.update(
                {asked[own]: (_unpacked(at.cover, file, line, body), state) for own, file, line, body, state in rows}
            )
    return found


def counts(at: Spool) -> dict[str, int]:
    """How many rows of each sheet are told."""
    with _reading(at.path) as spool:
        return dict(spool.execute("SELECT file, count(*) FROM told GROUP BY file"))


def _reading(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True))


def _packed(row: Told) -> str:
    faults = [[fault.field, fault.reason, fault.code] for fault in row.faults]
    return json.dumps([row.table, row.typed, row.rest, row.values, faults], ensure_ascii=False)


def _unpacked(cover: Cover, file: str, line: int, body: str) -> Told:
    table, typed, rest, values, faults = json.loads(cover.unseal(body, f"{file}:{line}"))
    return Told(table, file, line, typed, rest, values, [Fault(file, line, *fault) for fault in faults])
