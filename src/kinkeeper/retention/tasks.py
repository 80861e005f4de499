"""The ledger of erasures is brought up to date outside the database, should a crash have come between."""

from __future__ import annotations

from datetime import timedelta

from kinkeeper.access.gate import machine
from kinkeeper.lib.chores import chore
from kinkeeper.retention import ledger, queries


@chore(every=timedelta(days=1))
def write_the_ledger() -> int:
    """Write every line that the files do not hold yet; returns how many lines there are."""
    lines = [
        {"mark": row.mark, "rule": row.rule, "erased_on": row.erased_on.isoformat()}
        for row in queries.ledger(machine("ledger"))
    ]
    ledger.add(lines)
    return len(lines)
