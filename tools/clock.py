"""Let the clock jump while people write, and compare what they were told with what is stored.

python -m tools.clock [--founded FOLDER] [--json FILE]

Six writers open units in processes under libfaketime, whose clock is set on by 400 days, back to three hours ago, back by a
year and right again while they write. What was confirmed must be stored, the chain of the journal whole.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tools.faults import ROOT
from tools.promises import broken, founded, judged, told_in

JUMPS = ("+0", "+400d", "-3h", "-1y", "+0")

WRITE = """
import sys, time, signal
import django; django.setup()
from pathlib import Path
from tools.promises import start_writers
start_writers("0", Path(sys.argv[1]), "FULL")
signal.pause()
"""


def torment(place: Path, env: dict[str, str]) -> dict[str, Any]:
    """Jump, and count what each clock let people write."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    clock = place / "clock"
    clock.write_text(JUMPS[0])
    faked = {"LD_PRELOAD": str(library), "FAKETIME_TIMESTAMP_FILE": str(clock), "FAKETIME_NO_CACHE": "1"}
    faked |= {"FAKETIME_DONT_FAKE_MONOTONIC": "1", "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    command = [sys.executable, "-c", WRITE, str(place / "told")]
    writers = subprocess.Popen(command, env=env | faked, cwd=ROOT, start_new_session=True)
    counts: list[int] = []
    try:
        began = time.monotonic()
        while not told_in(place / "told"):
            if time.monotonic() - began > 180:
                raise SystemExit("Nobody wrote.")
            time.sleep(0.2)
        for jump in JUMPS:
            before = len(told_in(place / "told"))
            clock.write_text(jump)
            time.sleep(8)
            counts.append(len(told_in(place / "told")) - before)
    finally:
        os.killpg(writers.pid, signal.SIGKILL)
        writers.wait()
    return {"written under": [f"{jump}: {count}" for jump, count in zip(JUMPS, counts, strict=True)]}


def main() -> int:
    """One run; 0 when every promise was kept under every clock."""
    parser = argparse.ArgumentParser(prog="python -m tools.clock", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--founded", type=Path, help="copy this data folder instead of setting one up")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit("Stopped."))
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kinkeeper-clock-")))
        for name in ("kept", "told"):
            (place / name).mkdir()
        office = founded(place / "kept" / "data", options.founded)
        result = torment(place, office.environment)
        result |= judged(office, place / "told")
    print(f"SQLite, {os.cpu_count()} cores: {json.dumps(result, indent=2)}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))
    stuck = any(line.endswith(": 0") for line in result["written under"])
    return int(broken(result) or stuck)


if __name__ == "__main__":
    sys.exit(main())
