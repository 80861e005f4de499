"""How a row that cannot land is written down, and which rows of a child are judged again when somebody mended one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from kinkeeper.exchange.models import Import, QuarantinedRow
from kinkeeper.exchange.ssda903.reading import row_from_cells
from kinkeeper.exchange.ssda903.rows import BadRow, Fault, Row
from kinkeeper.exchange.ssda903.spool import Sheaf
from kinkeeper.exchange.ssda903.tables import TABLES
from kinkeeper.exchange.ssda903.weighing import Outcome

WARNINGS_KEPT = 1000


def fault_in_words(fault: Fault) -> dict[str, Any]:
    """A fault as machines read it."""
    return {"file": fault.file, "line": fault.line, "field": fault.field, "reason": fault.reason}


def why(bad: BadRow) -> dict[str, Any]:
    """Field, rule and reasons of a row: the first fault names the field, all of them are told."""
    fault = bad.faults[0]
    reasons = dict.fromkeys(fault.reason for fault in bad.faults)
    return {"field": fault.field[:60], "guard": fault.code[:20], "reason": " ".join(reasons)}


def quarantined(brought: Import, bad: BadRow) -> QuarantinedRow:
    """A row that cannot land, whole, as it is kept until somebody mends it."""
    return QuarantinedRow(
        of=brought,
        file=bad.file[:300],
        line=bad.line,
        table=bad.table,
        year=bad.year,
        child_reference=bad.child[:80],
        values=dict(bad.cells),
        **why(bad),
    )


def refused(sheaf: Sheaf, field: str, reason: str, code: str) -> tuple[BadRow, ...]:
    """All rows of a child as quarantine keeps them, the sound ones with one reason."""
    return (
        *sheaf.bad,
        *(
            BadRow(
                row.file,
                row.line,
                row.table,
                row.year,
                row.values,
                (row.fault(field if field in row.values else "", reason, code),),
            )
            for row in sheaf.rows
        ),
    )


def without(sheaf: Sheaf, settled: Mapping[tuple[str, int], QuarantinedRow]) -> tuple[Sheaf, int]:
    """The rows that are left to judge, and how many of the others were mended: what those said is kept by now.

    Rows that were set aside stay in quarantine, and are told to the judge as such.
    """
    rows: list[Row] = []
    bad: list[BadRow] = []
    mended = 0
    both: list[Row | BadRow] = [*sheaf.rows, *sheaf.bad]
    for row in both:
        known = settled.get((row.file, row.line))
        if known and known.state == QuarantinedRow.State.MENDED:
            mended += 1
        elif known:
            fault = Fault(row.file, row.line, known.field, known.reason, known.guard)
            cells = row.values if isinstance(row, Row) else row.cells
            bad.append(BadRow(row.file, row.line, row.table, row.year, cells, (fault,)))
        elif isinstance(row, Row):
            rows.append(row)
        else:
            bad.append(row)
    return Sheaf(sheaf.child, sheaf.mark, tuple(rows), tuple(bad)), mended


def once_more(mended: Row, waiting: Iterable[QuarantinedRow]) -> Sheaf:
    """A mended row with the rows of its child that wait in quarantine, as judged anew."""
    rows: list[Row] = [mended]
    bad: list[BadRow] = []
    for other in waiting:
        table = TABLES.get(other.table)
        if table is None:
            fault = Fault(other.file, other.line, other.field, other.reason, other.guard)
            bad.append(BadRow(other.file, other.line, other.table, other.year, other.values, (fault,)))
            continue
        again = row_from_cells(other.file, other.line, table, other.year, dict(other.values))
        if isinstance(again, Row):
            rows.append(again)
        else:
            bad.append(again)
    return Sheaf(mended.child, "", tuple(rows), tuple(bad))


class Preview:
    """Counts what would become of the rows of an import, and groups what is wrong with them by reason."""

    def __init__(self) -> None:
        self.landed = self.unchanged = 0
        self.faults: list[dict[str, Any]] = []
        self.warnings: list[Fault] = []
        self.reasons: dict[tuple[str, str, str], dict[str, Any]] = {}

    def add(self, outcomes: Iterable[Outcome], mended: int) -> None:
        """Count some children."""
        self.unchanged += mended
        for one in outcomes:
            self.landed += one.landed
            self.unchanged += one.unchanged
            self.add_bad(one.quarantined)
            self.warnings += one.warnings

    def add_bad(self, rows: Iterable[BadRow]) -> None:
        """Count rows that would go to quarantine."""
        for bad in rows:
            fault = bad.faults[0]
            self.faults.append({**fault_in_words(fault), "reason": why(bad)["reason"]})
            key = (bad.table, fault.field, fault.code)
            known = self.reasons.setdefault(key, {**fault_in_words(fault), "table": bad.table, "rows": 0})
            known["rows"] += 1

    def summary(self) -> dict[str, Any]:
        """The counts as an import keeps them."""
        ordered = sorted(self.reasons.values(), key=lambda reason: -int(reason["rows"]))
        counts = {"would_land": self.landed, "would_stay": self.unchanged, "would_wait": len(self.faults)}
        return with_warnings({**counts, "faults": self.faults, "reasons": ordered, "warnings": 0}, self.warnings)


def with_warnings(summary: Mapping[str, Any], warned: Sequence[Fault]) -> dict[str, Any]:
    """The summary of an import with further warnings counted, and the first of them kept in words."""
    kept = [*summary.get("warned", []), *map(fault_in_words, warned)][:WARNINGS_KEPT]
    return {**summary, "warnings": summary.get("warnings", 0) + len(warned), "warned": kept}
