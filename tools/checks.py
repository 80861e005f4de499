"""Everything `make test` proves, in one order with one summary.

python -m tools.checks [--only NAME,…] [--keep-going] [-- arguments for pytest]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPORTS = ROOT / "build" / "test"
PROGRAMS = Path(sys.executable).parent
WORKERS = str(min(os.cpu_count() or 1, 8))

Command = list[str]


@dataclass(frozen=True)
class Check:
    """One line of the summary: a command, or a function that makes one, or None when there is nothing to check yet."""

    name: str
    proves: str
    command: Callable[[list[str]], Command | None]
    needs_postgres: bool = False


@dataclass
class Outcome:
    """What came of a check."""

    check: Check
    seconds: float = 0.0
    state: str = "not run"
    tests: dict[str, int] = field(default_factory=dict)

    def line(self) -> str:
        """The check's line of the summary."""
        counts = ", ".join(f"{number} {word}" for word, number in self.tests.items())
        return f"  {self.state:<8} {self.check.name:<13} {self.seconds:6.1f} s  {counts or self.check.proves}"


def program(name: str, *arguments: str) -> Callable[[list[str]], Command]:
    """A command of this environment."""
    return lambda _extra: [str(PROGRAMS / name), *arguments]


def module(name: str, *arguments: str) -> Callable[[list[str]], Command | None]:
    """`python -m name`; nothing if it is a tool that does not exist."""

    def command(_extra: list[str]) -> Command | None:
        if name.startswith("tools.") and not (ROOT / f"{name.replace('.', '/')}.py").exists():
            return None
        return [sys.executable, "-m", name, *arguments]

    return command


def pytest(name: str, marked: str, *arguments: str) -> Callable[[list[str]], Command]:
    """A run of the test suite that leaves a report to count from."""

    def command(extra: list[str]) -> Command:
        report = f"--junit-xml={REPORTS / name}.xml"
        quiet = ["-q", "--hypothesis-profile=same"]
        return [sys.executable, "-m", "pytest", *quiet, "-m", marked, report, *arguments, *extra]

    return command


CHECKS = [
    Check("style", "ruff finds no fault", program("ruff", "check", "--quiet", ".")),
    Check("format", "code is formatted", program("ruff", "format", "--check", "--quiet", ".")),
    Check("templates", "templates are formatted", module("tools.templates")),
    Check("types", "mypy, strict", program("mypy", "--no-error-summary")),
    Check("floors", "calls go down the house", program("lint-imports", "--no-logo")),
    Check("migrations", "models and migrations agree", module("django", "makemigrations", "--check", "--dry-run")),
    Check("translations", "catalogues are complete", module("tools.translations", "check")),
    Check("docs", "the reference is what the code says", module("tools.docs", "--check")),
    Check("sqlite", "the suite on SQLite", pytest("sqlite", "not journey and not long", "-n", WORKERS)),
    Check(
        "postgresql", "the suite on PostgreSQL", pytest("postgresql", "not journey and not long", "-n", WORKERS), True
    ),
    Check("journeys", "browser stories", pytest("journeys", "journey", "-n", WORKERS)),
]


def environment(data: str, check: Check) -> dict[str, str]:
    """The settings of a check: a data folder of its own, and a server's address only where one is meant."""
    settings = {key: value for key, value in os.environ.items() if not key.startswith("KINKEEPER_")}
    settings |= {"DJANGO_SETTINGS_MODULE": "kinkeeper.site.settings", "KINKEEPER_DATA": data}
    if check.needs_postgres:
        settings["KINKEEPER_DATABASE_URL"] = postgres("start")
    return settings


def postgres(command: str) -> str:
    """Ask the checkout's own server for something."""
    done = subprocess.run([ROOT / "tools" / "postgres.sh", command], check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def postgres_runs() -> bool:
    """Whether somebody else uses the server already, so that it is not ours to stop."""
    done = subprocess.run([ROOT / "tools" / "postgres.sh", "status"], check=False, capture_output=True)
    return done.returncode == 0


def count_tests(name: str) -> dict[str, int]:
    """Passed, failed and skipped, from a run's report."""
    report = REPORTS / f"{name}.xml"
    if not report.exists():
        return {}
    suites = ET.parse(report).getroot().iter("testsuite")  # noqa: S314 (pytest wrote it a moment ago)
    total = failed = skipped = 0
    for suite in suites:
        total += int(suite.get("tests", 0))
        failed += int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped += int(suite.get("skipped", 0))
    return {"passed": total - failed - skipped, "failed": failed, "skipped": skipped}


def run(check: Check, data: str, extra: list[str]) -> Outcome:
    """Run one check to its end; its output goes straight to the terminal."""
    outcome = Outcome(check)
    command = check.command(extra)
    if command is None:
        outcome.state = "absent"
        return outcome
    print(f"\n── {check.name}: {check.proves}", flush=True)
    (REPORTS / f"{check.name}.xml").unlink(missing_ok=True)
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, env=environment(data, check), check=False)
    outcome.seconds = time.monotonic() - started
    outcome.tests = count_tests(check.name)
    outcome.state = "ok" if done.returncode == 0 else "FAILED"
    return outcome


def main() -> int:
    """Run the checks in order until one fails, then say what was proved."""
    parser = argparse.ArgumentParser(prog="python -m tools.checks", description=__doc__)
    parser.add_argument("--only", help="names, with commas: " + ", ".join(check.name for check in CHECKS))
    parser.add_argument("--keep-going", action="store_true", help="run the rest after a failure")
    parser.add_argument("pytest", nargs="*", help="arguments for pytest, after --")
    options = parser.parse_args()
    names = options.only.split(",") if options.only else [check.name for check in CHECKS]
    if unknown := set(names) - {check.name for check in CHECKS}:
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    outcomes = [Outcome(check) for check in CHECKS if check.name in names]
    REPORTS.mkdir(parents=True, exist_ok=True)
    ours_to_stop = not postgres_runs() if "postgresql" in names else False
    try:
        with tempfile.TemporaryDirectory(prefix="kinkeeper-checks-") as data:
            for index, outcome in enumerate(outcomes):
                outcomes[index] = run(outcome.check, data, options.pytest)
                if outcomes[index].state == "FAILED" and not options.keep_going:
                    break
    finally:
        if ours_to_stop:
            postgres("stop")
    print("\nSummary")
    print("\n".join(outcome.line() for outcome in outcomes))
    return 1 if any(outcome.state == "FAILED" for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main())
