"""Prove that nothing is lost on the way: generate, export, import into an empty installation, export again, compare.

python -m tools.check_round_trip [--children 200,10000] [--seed 7] [--keep FOLDER] [--json FILE]

Three collection years (2022/23 to 2024/25) are generated. The second export must be the first, byte for byte; every row
must land, and importing once more must change nothing. `--keep` leaves the exports there, for the validator. Installations
are made in temporary folders; KINKEEPER_DATABASE_URL is not used. Exits 1 when something differs.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

KINKEEPER = Path(sys.executable).parent / "kinkeeper"
YEARS = (2022, 2023, 2024)
METER = (
    "import resource, subprocess, sys;"
    "code = subprocess.call(sys.argv[2:]);"
    "open(sys.argv[1], 'w').write(str(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss));"
    "sys.exit(code)"
)

Figures = dict[str, Any]


def called(data: Path, *arguments: object) -> tuple[str, float, int]:
    """Run `kinkeeper` on a data folder; returns its answer, seconds and peak memory in MB."""
    env = {**os.environ, "KINKEEPER_DATA": str(data)}
    env.pop("KINKEEPER_DATABASE_URL", None)
    began = time.perf_counter()
    with tempfile.NamedTemporaryFile("r") as peak:
        command = [sys.executable, "-c", METER, peak.name, str(KINKEEPER), *map(str, arguments)]
        done = subprocess.run(command, env=env, text=True, stdout=subprocess.PIPE, check=False)
        if done.returncode:
            raise SystemExit(f"kinkeeper {' '.join(map(str, arguments))} ended with {done.returncode}.")
        return done.stdout, time.perf_counter() - began, int(peak.read() or 0) // 1024


def exported(data: Path, target: Path) -> float:
    """Write the returns of all years, each into a folder named after it; returns the seconds it took."""
    seconds = 0.0
    for year in YEARS:
        folder = target / f"{year}_{(year + 1) % 100}"
        seconds += called(data, "export", "ssda903", folder, "--year", year, "--json")[1]
    return seconds


def differences(one: Path, two: Path) -> list[str]:
    """Files that are not the same in both folders."""
    names = {path.relative_to(base) for base in (one, two) for path in base.rglob("*.csv")}
    return sorted(
        str(name)
        for name in names
        if not (one / name).is_file()
        or not (two / name).is_file()
        or (one / name).read_bytes() != (two / name).read_bytes()
    )


def round_trip(children: int, seed: int, keep: Path | None) -> Figures:
    """One round trip of so many children; its figures, and what is wrong under `wrong`."""
    with tempfile.TemporaryDirectory(prefix="kinkeeper-round-trip-") as place:
        base = Path(place)
        ask = ("generate", "--children", children, "--seed", seed, "--years", len(YEARS), "--until", "2025-03-31")
        _out, filling, _peak = called(base / "source", *ask)
        exporting = exported(base / "source", base / "first")
        said, seconds, peak = called(base / "target", "import", "ssda903", base / "first", "--json")
        first = json.loads(said)
        again, seconds_again, _peak = called(base / "target", "import", "ssda903", base / "first", "--json")
        second = json.loads(again)
        exported(base / "target", base / "second")
        differ = differences(base / "first", base / "second")
        if keep:
            shutil.rmtree(keep, ignore_errors=True)
            shutil.copytree(base / "first", keep)
    read = first["read"]
    wrong = [f"{name} differs" for name in differ]
    if (first["landed"], first["quarantined"]) != (read, []):
        wrong.append(f"{first['landed']} of {read} rows landed, {len(first['quarantined'])} are in quarantine")
    if (second["landed"], second["unchanged"], second["quarantined"]) != (0, read, []):
        wrong.append(f"the second import landed {second['landed']} rows")
    return {
        "children": children,
        "rows": read,
        "generate_s": round(filling, 1),
        "export_s": round(exporting, 1),
        "import_s": round(seconds, 1),
        "import_rows_per_s": round(read / seconds),
        "import_peak_mb": peak,
        "import_again_s": round(seconds_again, 1),
        "wrong": wrong,
    }


def main() -> int:
    """Run every size that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--children", default="200,10000", help="sizes, separated by commas (200,10000)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--keep", type=Path, help="folder that gets the exports of the last size")
    parser.add_argument("--json", type=Path, help="file that gets the figures")
    asked = parser.parse_args()
    figures = []
    for size in asked.children.split(","):
        found = round_trip(int(size), asked.seed, asked.keep)
        figures.append(found)
        print(json.dumps(found), flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 1 if any(found["wrong"] for found in figures) else 0


if __name__ == "__main__":
    sys.exit(main())
