"""Kill the worker while it has a job in hand, and see that each job took effect once.

python -m tools.jobs --engine sqlite|postgresql [--jobs 150] [--kills 30] [--minutes N] [--json FILE]

A reaction to the act “open a unit” adds a line to a table, without looking whether it is there, and takes its time. Beside
that it writes each beginning into a file that no transaction takes back: this control shows how many jobs were begun more
than once, and a run in which no kill met a job proves nothing and fails.
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
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tools.faults import ROOT, Office, free_port

WITHIN = 400.0

ENROL = """
import django, sys; django.setup()
from django.db import connection
from kinkeeper.access.actions import open_unit
from kinkeeper.access.gate import machine
from kinkeeper.access.models import Programme, Role
from tools.jobs import register
register()
with connection.cursor() as cursor: cursor.execute("CREATE TABLE effects (entry bigint)")
for number in range(JOBS):
    open_unit(machine("writer", Role.ADMINISTRATOR), Programme.objects.get(), name=f"Unit {number}", kind="village")
"""
COUNT = """
import django, json; django.setup()
from django.db import connection
from kinkeeper.journal.models import Job
with connection.cursor() as cursor:
    cursor.execute("SELECT entry FROM effects")
    effects = [row[0] for row in cursor.fetchall()]
of_jobs = list(Job.objects.filter(reaction="tools.take_effect").values_list("entry_id", "state"))
print(json.dumps({"effects": effects, "jobs": of_jobs}))
"""


def take_effect(entry: Any) -> None:
    """Add a line, slowly; it is not idempotent on purpose."""
    from django.db import connection  # noqa: PLC0415 (in a process of the installation)

    with Path(os.environ["BEGUN"]).open("a") as begun:
        begun.write(f"{entry.pk}\n")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO effects (entry) VALUES (%s)", [entry.pk])
    time.sleep(0.3)


def register() -> None:
    """Let the reaction answer each unit that is opened."""
    from kinkeeper.access.actions import open_unit  # noqa: PLC0415 (in a process of the installation)
    from kinkeeper.journal.acts import reactions  # noqa: PLC0415

    reactions.setdefault(open_unit.name, []).append(("tools.take_effect", take_effect))


def work() -> int:
    """The ordinary worker, with this reaction."""
    import django  # noqa: PLC0415 (in a process of the installation)

    django.setup()
    from kinkeeper.site import cli  # noqa: PLC0415

    register()
    return int(cli.main(["worker"]) or 0)


def torment(office: Office, env: dict[str, str], options: argparse.Namespace) -> dict[str, Any]:
    """Kill the worker again and again, then let it end what is left."""
    program = "import sys; from tools.jobs import work; sys.exit(work())"
    chance, kills = random.Random(options.seed), 0  # noqa: S311 (moments)
    until = time.monotonic() + options.minutes * 60
    subprocess.run([sys.executable, "-c", ENROL.replace("JOBS", str(options.jobs))], env=env, cwd=ROOT, check=True)
    while kills < options.kills and time.monotonic() < until:
        worker = subprocess.Popen([sys.executable, "-c", program], env=env, cwd=ROOT)
        before = len(Path(env["BEGUN"]).read_text())
        began = time.monotonic()
        # Wait until it has begun something, then kill it within the next jobs.
        while len(Path(env["BEGUN"]).read_text()) == before and time.monotonic() - began < 30:
            time.sleep(0.01)
        time.sleep(chance.uniform(0, 0.7))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        kills += 1
        print(f"\r{kills} of {options.kills} kills", end="", file=sys.stderr)
    worker = subprocess.Popen([sys.executable, "-c", program], env=env, cwd=ROOT)
    try:
        began = time.monotonic()
        while time.monotonic() - began < WITHIN:
            found = json.loads(office.ask(COUNT))
            if all(state == "done" for _entry, state in found["jobs"]):
                break
            time.sleep(2)
    finally:
        worker.kill()
        worker.wait()
    effects = Counter(found["effects"])
    begun = Counter(Path(env["BEGUN"]).read_text().split())
    return {
        "jobs": len(found["jobs"]),
        "kills": kills,
        "lost or not done": sum(1 for entry, state in found["jobs"] if state != "done" or not effects[entry]),
        "twice with effect": sum(1 for times in effects.values() if times > 1),
        "begun more than once": sum(1 for times in begun.values() if times > 1),
    }


def main() -> int:
    """One run; 0 when each job took effect once and kills met jobs."""
    parser = argparse.ArgumentParser(prog="python -m tools.jobs", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--engine", choices=("sqlite", "postgresql"), required=True)
    parser.add_argument("--jobs", type=int, default=150)
    parser.add_argument("--kills", type=int, default=30)
    parser.add_argument("--minutes", type=float, default=math.inf, help="kill no more after so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit("Stopped."))
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kinkeeper-jobs-")))
        office = Office(options.engine, False, folder / "data", free_port())
        if options.engine == "postgresql":
            office.postgres("start")
        stack.callback(office.end)
        office.found()
        begun = folder / "begun"
        begun.touch()
        env = office.environment | {"BEGUN": str(begun), "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
        result = torment(office, env, options)
    print(f"{options.engine}, {os.cpu_count()} cores: {json.dumps(result, indent=2)}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=2))
    return int(bool(result["lost or not done"] or result["twice with effect"] or not result["begun more than once"]))


if __name__ == "__main__":
    sys.exit(main())
