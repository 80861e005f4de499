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
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from tools.faults import ROOT, Office, free_port
from tools.promises import WRITERS, check, enter, found_in, founded, start_writers, stop, told_in

MOMENT = (0.8, 2.5)  # seconds of writing before each cut


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


def cut(place: Path, turn: int, options: argparse.Namespace, chance: random.Random) -> None:
    """Write for a moment, then lose the power."""
    with mounted(place, chance.randrange(10**6)) as disk:
        writers = start_writers(f"{options.seed}-{turn}", place / "told", options.synchronous)
        try:
            time.sleep(chance.uniform(*MOMENT))
            disk.send_signal(signal.SIGUSR1 if turn % 2 else signal.SIGKILL)
            disk.wait(60)
        finally:
            disk.kill()
            stop(writers)


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
        confirmed = told_in(place / "told")
        verdict, units, remembered = found_in(place / "kept" / "data")
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
        office = founded(place / "kept" / "data", options.founded)
        with mounted(place, options.seed):
            enter(Office("sqlite", False, place / "disk" / "data", free_port()))
        result = torment(place, options)
        result["troubles"] = check(office)
    print(f"SQLite, synchronous={options.synchronous}, {os.cpu_count()} cores, {WRITERS} writers")
    print(json.dumps(result, indent=2))
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))
    broken = bool(result["lost"] or result["without a line in the journal"] or set(result["integrity"]) != {"ok"})
    broken = broken or (options.synchronous == "FULL" and bool(result["troubles"]))
    return int(broken != (options.synchronous != "FULL"))


if __name__ == "__main__":
    sys.exit(main())
