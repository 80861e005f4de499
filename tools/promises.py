"""What people were told and what is stored: six writers, what they noted, and what a fresh start finds of it.

The checks of power, full disks and jumping clocks share this; each does its own harm between writing and judging.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from tools.faults import ROOT, Office, free_port

WRITERS = 6
DATABASE = "kinkeeper.sqlite3"


def founded(data: Path, model: Path | None) -> Office:
    """An installation on SQLite in this data folder: set up, or copied from one that was."""
    office = Office("sqlite", False, data, free_port())
    if model:
        shutil.copytree(model, data)
    else:
        office.found()
    return office


def enter(office: Office) -> None:
    """Let this process and its children work in the installation."""
    os.environ.update({name: value for name, value in office.environment.items() if name != "PYTHONPATH"})
    sys.path.insert(0, str(ROOT / "src"))
    import django  # noqa: PLC0415 (the installation is known only now)

    django.setup()


def write(title: str, told: Path, synchronous: str) -> None:
    """Open units until the end; note each outside the disk when it is committed. Runs in a child of its own."""
    from django.db import connection  # noqa: PLC0415 (after the installation is known)
    from django.db.backends.signals import connection_created  # noqa: PLC0415

    from kinkeeper.access.actions import open_unit  # noqa: PLC0415
    from kinkeeper.access.gate import machine  # noqa: PLC0415
    from kinkeeper.access.models import Programme, Role  # noqa: PLC0415

    def lower(**_known: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA synchronous={synchronous}")

    connection_created.connect(lower)
    programme, number = Programme.objects.get(), 0
    with told.open("a") as note:
        while True:
            number += 1
            try:
                open_unit(machine("writer", Role.ADMINISTRATOR), programme, name=f"{title}-{number}", kind="village")
            except Exception:  # noqa: BLE001 — what was not confirmed was not promised; the next one is tried
                connection.close()
                time.sleep(0.05)
                continue
            note.write(f"{title}-{number}\n")
            note.flush()


def start_writers(turn: str, told: Path, synchronous: str) -> list[int]:
    """Six children of this process, which has no connection of its own."""
    pids = []
    for number in range(WRITERS):
        pid = os.fork()
        if not pid:
            with suppress(BaseException):
                os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
                write(f"T{turn}W{number}", told / f"{turn}-{number}", synchronous)
            os._exit(1)
        pids.append(pid)
    return pids


def stop(writers: list[int]) -> None:
    """End them at once."""
    for pid in writers:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    for pid in writers:
        os.waitpid(pid, 0)


def told_in(folder: Path) -> set[str]:
    """What the writers noted."""
    return {line for file in folder.iterdir() for line in file.read_text().split("\n")[:-1]}


def found_in(data: Path) -> tuple[str, set[str], set[str]]:
    """What a fresh start finds: the verdict of SQLite, the units, and those of them that the journal remembers."""
    from django.db.backends.sqlite3._functions import register  # noqa: PLC0415 (the rules of the tables call them)

    try:
        with closing(sqlite3.connect(data / DATABASE)) as opened:
            register(opened)
            verdict = str(opened.execute("PRAGMA integrity_check").fetchone()[0])
            units = {int(pk): str(name) for pk, name in opened.execute("SELECT id, name FROM access_unit")}
            entries = "SELECT subject_id FROM journal_entry WHERE act = 'access.open_unit'"
            kept = {int(pk) for (pk,) in opened.execute(entries)}
    except sqlite3.DatabaseError as error:
        return str(error), set(), set()
    return verdict, set(units.values()), {name for pk, name in units.items() if pk in kept}


def check(office: Office) -> list[str]:
    """What `kinkeeper check` finds, the chain and every record among it."""
    done = subprocess.run(office.command("check", "--json"), env=office.environment, capture_output=True, text=True)  # noqa: PLW1510
    if not done.stdout.startswith("{"):
        return [f"kinkeeper check could not run: {done.stderr[-200:]}"]
    found = json.loads(done.stdout)["findings"]
    return [f"{one['what']}: {one['sentence']}" for one in found if one["level"] == "trouble" and one["what"] != "keys"]


def judged(office: Office, notes: Path) -> dict[str, Any]:
    """What was confirmed against what is stored, and what the database and `kinkeeper check` say."""
    verdict, units, remembered = found_in(office.data)
    told = told_in(notes)
    return {
        "confirmed": len(told),
        "lost": len(told - units),
        "without a line in the journal": len((told & units) - remembered),
        "integrity": verdict,
        "troubles": check(office),
    }


def broken(result: dict[str, Any]) -> bool:
    """Whether a promise was."""
    faults = result["lost"] or result["without a line in the journal"] or result["troubles"]
    return bool(faults or result["integrity"] != "ok")
