"""The erasure ledger outside the database: marks of whom was erased, beside the backups, so that restoring goes by it.

A line names nobody: it holds a keyed mark of a record’s code, the rule and the day. The file only grows.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

from kinkeeper.keys.ring import mark

NAME = "erasures.jsonl"


def mark_of(code: str) -> str:
    """The keyed mark of a person’s code."""
    return mark(code, "erasure")


def places() -> list[Path]:
    """Where the ledger lies: with the data, and with the backups that are taken elsewhere."""
    return list(dict.fromkeys(Path(folder) / NAME for folder in (settings.DATA, settings.BACKUPS)))


def read(files: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """The lines of these files by their mark; a last line that was cut off is passed over."""
    found: dict[str, dict[str, Any]] = {}
    for file in files:
        if not file.is_file():
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            try:
                said = json.loads(line)
            except ValueError:
                continue
            found[said["mark"]] = said
    return found


def add(lines: Iterable[dict[str, Any]]) -> None:
    """Append what the files do not hold yet; it is on the disk when this returns."""
    lines = list(lines)
    for file in places():
        known = read([file])
        fresh = [line for line in lines if line["mark"] not in known]
        if not fresh:
            continue
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "a", encoding="utf-8") as out:
            # A line of its own after one that was cut off.
            out.write("".join(f"\n{json.dumps(line)}\n" for line in fresh))
            out.flush()
            os.fsync(out.fileno())
