"""Which rows are in quarantine while a child is judged, and why; a row is listed once, with its own faults or what it waits for."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from kinkeeper.exchange.ssda903.merging import Fact
from kinkeeper.exchange.ssda903.rows import BadRow, Fault, Row

WAITS = "WAITS"


class Ledger:
    """Faults by the row they belong to."""

    def __init__(self) -> None:
        self._faults: dict[str, list[Fault]] = {}

    def add(self, faults: Iterable[Fault]) -> None:
        """Note faults of rows. A row keeps each sentence once."""
        for fault in faults:
            known = self._faults.setdefault(f"{fault.file}:{fault.line}", [])
            if fault not in known:
                known.append(fault)

    def holds(self, fact: Fact) -> bool:
        """Whether any row of a fact is in quarantine."""
        return any(row.place in self._faults for row in fact.rows)

    def first(self, fact: Fact) -> str:
        """The row of a fact to mend first: one with a fault of its own, if there is one."""
        held = [row.place for row in fact.rows if row.place in self._faults]
        return next(filter(self.is_faulty, held), held[0])

    def is_faulty(self, place: str) -> bool:
        """Whether a row has a fault of its own, rather than waiting for another."""
        return any(fault.code != WAITS for fault in self._faults[place])

    def wait(self, fact: Fact, place: str) -> None:
        """Let every row of a fact that is in order itself wait for a row in quarantine."""
        for row in fact.rows:
            if row.place not in self._faults:
                self.add([_waiting(row.fault("", "", WAITS), place)])

    def wait_for(self, fault: Fault, place: str) -> None:
        """Let the row of a fault wait for another row, which may well be the cause."""
        self.add([_waiting(fault, place)])

    def bad_row(self, row: Row) -> BadRow:
        """A row of the ledger as quarantine keeps it, its own faults before what it waits for."""
        faults = sorted(self._faults[row.place], key=lambda fault: fault.code == WAITS)
        return BadRow(row.file, row.line, row.table, row.year, row.values, tuple(faults))


def _waiting(fault: Fault, place: str) -> Fault:
    file, _colon, line = place.rpartition(":")
    reason = _("This row waits for {file}, line {line}, which is in quarantine. Mend that row first.")
    return Fault(fault.file, fault.line, "", reason.format(file=file, line=line), WAITS)
