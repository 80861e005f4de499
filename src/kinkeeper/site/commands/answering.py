"""How commands answer: sentences for people, JSON for machines, one line of progress while something takes long."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable
from typing import Any, TextIO

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kinkeeper.lib.refusals import Refused


def say(*lines: str) -> None:
    """What people read, on standard output."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def answer(value: dict[str, Any] | list[Any]) -> None:
    """What machines read, on standard output."""
    json.dump(value, sys.stdout, ensure_ascii=False, indent=2)
    sys.stdout.write("\n")


class Progress:
    """One line on standard error that is drawn anew on a terminal, or a plain line now and then where nobody watches."""

    def __init__(self, what: str, stream: TextIO | None = None, after: float = 0.0) -> None:
        self.what = what
        # What is done sooner needs no line.
        self.after = after
        self.stream = stream or sys.stderr
        self.watched = self.stream.isatty()
        self.began = self.told = time.monotonic()

    def __call__(self, done: int, of: int) -> None:
        """Tell how far it is."""
        now = time.monotonic()
        if now - self.began < self.after or now - self.told < (0.1 if self.watched else 5):
            return
        self.told = now
        left = (now - self.began) / max(done, 1) * (of - done)
        line = f"{self.what}: {done:,} of {of:,}, about {left:,.0f} s left"
        self.stream.write(f"\r{line}\x1b[K" if self.watched else f"{line}\n")
        self.stream.flush()

    def end(self) -> None:
        """Clear the line."""
        if self.watched:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


def insist_on_tables() -> None:
    """Make the tables of a new database; refuse one that another version made, until somebody says `migrate`."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return
    if executor.loader.applied_migrations:
        raise Refused("The tables are not those of this version. Run: kinkeeper upgrade")
    sys.stderr.write("Making the tables of a new database.\n")
    call_command("migrate", verbosity=0, interactive=False)


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    """Rows as aligned lines."""
    cells = [list(heads), *(list(row) for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(cells[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in cells]
