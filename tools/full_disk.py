"""Fill the disk while people write, make room again, and compare what they were told with what is stored.

python -m tools.full_disk [--times 5] [--json FILE]

An installation on SQLite lies in a small file system in memory (mounted for this; it needs the right to mount). Six writers
open units. Again and again another file takes all the room there is, stays for a while and goes. What was confirmed must be
there, and afterwards writing must go on without anybody’s help.
"""

from __future__ import annotations

import argparse
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from tools.promises import broken, enter, founded, judged, start_writers, stop, told_in


@contextmanager
def small_disk(place: Path) -> Iterator[None]:
    """A file system of 64 MB."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m,mode=700", "none", str(place)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def fill(ballast: Path) -> None:
    """Take all the room."""
    with ballast.open("wb", buffering=0) as file:
        while True:
            try:
                file.write(b"x" * 4096)
            except OSError as error:
                if error.errno == errno.ENOSPC:
                    return
                raise


def torment(place: Path, told: Path, times: int) -> dict[str, Any]:
    """Fill and free it; returns what was told and what is stored."""
    writers = start_writers("0", told, "FULL")
    stopped, went_on = 0, []
    try:
        time.sleep(5)
        for _turn in range(times):
            fill(place / "ballast")
            time.sleep(1)
            before = len(told_in(told))
            time.sleep(4)
            fill(place / "ballast-2")
            stopped += len(told_in(told)) == before
            before = len(told_in(told))
            for name in ("ballast", "ballast-2"):
                (place / name).unlink()
            began = time.monotonic()
            while len(told_in(told)) == before and time.monotonic() - began < 60:
                time.sleep(0.05)
            went_on.append(round(time.monotonic() - began, 1))
            time.sleep(2)
    finally:
        stop(writers)
    return {"times full": times, "times nobody could write": stopped, "wrote again after seconds": went_on}


def main() -> int:
    """One run; 0 when every promise was kept, the disk was really full, and writing went on."""
    parser = argparse.ArgumentParser(prog="python -m tools.full_disk", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--founded", type=Path, help="copy this data folder instead of setting one up")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit("Stopped."))
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kinkeeper-full-")))
        for name in ("kept", "told"):
            (place / name).mkdir()
        stack.enter_context(small_disk(place / "kept"))
        office = founded(place / "kept" / "data", options.founded)
        shutil.rmtree(place / "kept" / "data" / "static", ignore_errors=True)
        enter(office)
        result = torment(place / "kept", place / "told", options.times)
        result |= judged(office, place / "told")
        # That it lies in a small memory is how this was made.
        result["troubles"] = [one for one in result["troubles"] if not one.startswith(("ground:", "disk:"))]
    print(f"SQLite, {os.cpu_count()} cores: {json.dumps(result, indent=2)}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))
    stuck = max(result["wrote again after seconds"]) > 10 or not result["times nobody could write"]
    return int(broken(result) or bool(stuck))


if __name__ == "__main__":
    sys.exit(main())
