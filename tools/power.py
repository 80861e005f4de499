"""Cut the power while people write, and compare what they were told with what the disk really kept.

python -m tools.power [--cuts 200] [--synchronous FULL|NORMAL|OFF] [--minutes N] [--seed 1] [--json FILE]

An installation on SQLite lies on a disk that keeps content only when it was asked to (`tools/forgetful_disk.py`). Six
writers open units through the ordinary act and note each outside that disk when it is committed. Then disk and writers die
at once, every second time with a random half of what was not asked for kept as well. What was noted must be there, with its
line in the journal, in a database without fault. With NORMAL or OFF losses must be seen, so this check can fail.
It needs /dev/fuse, libfuse2, the package mfusepy, and the right to mount.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from tools.faults import ROOT, Office, free_port

WRITERS = 6
MOMENT = (0.8, 2.5)  # seconds of writing before each cut
DATABASE = "kinkeeper.sqlite3"


@contextmanager
def mounted(place: Path, seed: int) -> Iterator[subprocess.Popen[bytes]]:
    """The forgetful disk under `place`/disk, from what was kept; always gone afterwards."""
    disk = place / "disk"
    command = [sys.executable, "-m", "tools.forgetful_disk", str(disk), str(place / "kept"), str(place / "live")]
    process = subprocess.Popen([*command, "--seed", str(seed)], cwd=ROOT, stderr=subprocess.DEVNULL)
    try:
        began = time.monotonic()
        while not os.path.ismount(disk):
            if process.poll() is not None or time.monotonic() - began > 60:
                raise SystemExit("The forgetful disk could not be mounted.")
            time.sleep(0.02)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()
        subprocess.run(["umount", "-l", str(disk)], check=False, stderr=subprocess.DEVNULL)


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


def cut(place: Path, turn: int, options: argparse.Namespace, chance: random.Random) -> None:
    """Write for a moment, then lose the power."""
    with mounted(place, chance.randrange(10**6)) as disk:
        writers = start_writers(f"{options.seed}-{turn}", place / "told", options.synchronous)
        try:
            time.sleep(chance.uniform(*MOMENT))
            disk.send_signal(signal.SIGUSR1 if turn % 2 else signal.SIGKILL)
            disk.wait(60)
        finally:
            for pid in writers:
                os.kill(pid, signal.SIGKILL)
            disk.kill()
            for pid in writers:
                os.waitpid(pid, 0)


def faults_of(place: Path) -> tuple[str, set[str], set[str]]:
    """What a fresh start finds: the verdict of SQLite, the units, and those of them that the journal remembers."""
    from django.db.backends.sqlite3._functions import register  # noqa: PLC0415 (the rules of the tables call them)

    data = place / "kept" / "data"
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


def torment(place: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Cut again and again; ends early at the first database that cannot be read any more."""
    chance = random.Random(options.seed)  # noqa: S311 (moments)
    until = time.monotonic() + options.minutes * 60
    verdicts: dict[str, int] = {}
    lost: set[str] = set()
    forgotten: set[str] = set()
    confirmed: set[str] = set()
    cuts = 0
    while cuts < options.cuts and time.monotonic() < until:
        cuts += 1
        cut(place, cuts, options, chance)
        confirmed = {line for file in (place / "told").iterdir() for line in file.read_text().split("\n")[:-1]}
        verdict, units, remembered = faults_of(place)
        verdicts[verdict] = verdicts.get(verdict, 0) + 1
        lost |= confirmed - units
        forgotten |= (confirmed & units) - remembered
        print(f"\r{cuts} of {options.cuts} cuts, {len(confirmed)} told, {len(lost)} lost", end="", file=sys.stderr)
        if not units:
            break
    print(file=sys.stderr)
    return {
        "cuts": cuts,
        "confirmed": len(confirmed),
        "lost": len(lost),
        "without a line in the journal": len(forgotten),
        "integrity": verdicts,
    }


def check(office: Office) -> list[str]:
    """What `kinkeeper check` finds, the chain and every record among it."""
    done = subprocess.run(office.command("check", "--json"), env=office.environment, capture_output=True, text=True)  # noqa: PLW1510
    if not done.stdout.startswith("{"):
        return [f"kinkeeper check could not run: {done.stderr[-200:]}"]
    found = json.loads(done.stdout)["findings"]
    return [f"{one['what']}: {one['sentence']}" for one in found if one["level"] == "trouble" and one["what"] != "keys"]


def main() -> int:
    """One run; 0 when every promise was kept, or with a lower `--synchronous` when a broken one was seen."""
    parser = argparse.ArgumentParser(prog="python -m tools.power", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--synchronous", choices=("FULL", "NORMAL", "OFF"), default="FULL")
    parser.add_argument("--minutes", type=float, default=math.inf, help="cut no more after so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where all of it is made; a disk, not memory")
    parser.add_argument("--founded", type=Path, help="copy this data folder instead of setting one up")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit("Stopped."))
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kinkeeper-power-", dir=options.folder)))
        for name in ("disk", "kept", "live", "told"):
            (place / name).mkdir()
        founded = Office("sqlite", False, place / "kept" / "data", free_port())
        if options.founded:
            shutil.copytree(options.founded, founded.data)
        else:
            founded.found()
        on_disk = Office("sqlite", False, place / "disk" / "data", free_port())
        os.environ.update({name: value for name, value in on_disk.environment.items() if name != "PYTHONPATH"})
        sys.path.insert(0, str(ROOT / "src"))
        import django  # noqa: PLC0415 (the installation is known only now)

        with mounted(place, options.seed):
            django.setup()
        result = torment(place, options)
        result["troubles"] = check(founded)
    print(f"SQLite, synchronous={options.synchronous}, {os.cpu_count()} cores, {WRITERS} writers")
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))
    broken = bool(result["lost"] or result["without a line in the journal"] or set(result["integrity"]) != {"ok"})
    broken = broken or (options.synchronous == "FULL" and bool(result["troubles"]))
    return int(broken != (options.synchronous != "FULL"))


if __name__ == "__main__":
    sys.exit(main())
