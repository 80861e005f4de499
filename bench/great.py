"""The great bench: a million persons with ten million contacts, one and sixteen people over HTTP, on both databases.

python -m bench.great [--persons 10000,100000,1000000] [--contacts-per-person 10] [--engines sqlite,postgresql]
                      [--rounds 40] [--clients 1,16] [--seconds 60] [--sheet-rows 10000,100000,1000000] [--data FOLDER]

The rows come by bulk inserts, not through acts (`bench/masses.py` says what they are and what they lack); pages and deeds
are the house’s own. With `--data` everything filled and measured stays in that folder, and is taken again the next time
instead of being made anew: remove what shall be measured again. What is asked for with nothing is not measured.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bench.run import KINKEEPER, Figures, database, run
from tools.envelopes import for_installation


def log(text: str) -> None:
    """Say on the way what is being done: it takes hours."""
    print(text, file=sys.stderr, flush=True)


def kept(path: Path, make: Callable[[], Figures]) -> Figures:
    """The figures in this file; measured now where they are not there."""
    if not path.exists():
        path.write_text(json.dumps(make(), indent=1))
    figures: Figures = json.loads(path.read_text())
    return figures


def fill(env: dict[str, str], persons: int, contacts: int) -> Figures:
    """Set up an installation and fill it."""
    for_installation(env)
    setup = [str(KINKEEPER), "setup", "--name", "Measured", "--country", "UN", "--admin-name", "Rosa"]
    run([*setup, "--admin-email", "rosa@example.org", "--unit", "family_strengthening:social_centre:Harbour"], env)
    asked = ["--persons", str(persons), "--contacts-per-person", str(contacts)]
    out, _seconds, _peak = run([sys.executable, "-m", "bench.masses", *asked], env)
    figures: Figures = json.loads(out)
    return figures


def measure(engine: str, persons: int, folder: Path, args: argparse.Namespace) -> Figures:
    """Fill and measure one size on one engine."""
    env = database(engine, folder, f"great{persons}")
    env["KINKEEPER_ADMIN_PASSWORD"] = "kind horses walk at night"  # noqa: S105  # of an installation that is thrown away
    env["KINKEEPER_LOG_LEVEL"] = "WARNING"
    log(f"{engine}: {persons} persons")
    filled = kept(folder / "filled.json", lambda: fill(env, persons, args.contacts_per_person))
    return {"engine": engine, "asked": persons, "filled": filled}


def main() -> None:
    """Measure what is asked and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--persons", default="10000,100000,1000000")
    parser.add_argument("--contacts-per-person", type=int, default=10)
    parser.add_argument("--engines", default="sqlite,postgresql")
    parser.add_argument("--data", type=Path)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kinkeeper-great-") as scratch:
        data = args.data or Path(scratch)
        for engine in args.engines.split(","):
            for persons in (int(text) for text in args.persons.split(",") if text):
                measure(engine, persons, data / f"{engine}-{persons}", args)


if __name__ == "__main__":
    main()
