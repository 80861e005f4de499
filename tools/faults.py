"""Kill what serves while people write, and compare what they were told with what is stored.

python -m tools.faults kill --engine sqlite|postgresql [--kills 20] [--forgetful] [--seed 1] [--json FILE]

Six writers hand in forms over HTTP. At random moments the pages, the worker or the database (or several) are killed with
signal 9 and started again. An answer that said “done” is a promise: at the end each of them must be stored, whole, with
its line in the journal. `--forgetful` takes a PostgreSQL server with synchronous_commit off: there promises must be lost,
which shows that this harness can see a loss. It touches no installation but the one it makes.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import ExitStack, closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

from tools.envelopes import for_installation

ROOT = Path(__file__).resolve().parent.parent
WRITERS = 6
READY_WITHIN = 60.0

SIGN_IN = """
import django; django.setup()
from django.test import Client
from kinkeeper.access.models import Programme, User
client = Client(); client.force_login(User.objects.get())
print(*[f"{name}={morsel.value}" for name, morsel in client.cookies.items()], sep="; ")
print(Programme.objects.get().code)
"""
STORED = """
import django, json; django.setup()
from kinkeeper.access.models import Unit
from kinkeeper.journal.models import Entry
kept = Entry.objects.filter(act="access.open_unit").values_list("subject_id", flat=True)
print(json.dumps({"units": list(Unit.objects.values_list("name", flat=True)),
    "remembered": list(Unit.objects.filter(pk__in=list(kept)).values_list("name", flat=True))}))
"""


class NotRedirected(urllib.request.HTTPRedirectHandler):
    """A redirect is the answer “done”; it is not followed."""

    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        """Do not go there."""


@dataclass
class Office:
    """One installation with its pages, its worker and, on PostgreSQL, its server."""

    engine: str
    forgetful: bool
    data: Path
    port: int
    name: str = field(default_factory=lambda: f"faults_{uuid4().hex[:12]}")
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    url: str = ""

    @property
    def kind(self) -> list[str]:
        """Which server of this checkout: the durable one, or the one that may forget."""
        return [] if self.forgetful else ["--durable"]

    @property
    def environment(self) -> dict[str, str]:
        """The settings of the installation."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("KINKEEPER_")}
        known = {"KINKEEPER_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "kinkeeper.site.settings"}
        known |= {"PYTHONPATH": str(ROOT / "src"), "KINKEEPER_LOG_LEVEL": "error"}
        # Writers sign in without a second factor; where one is demanded they would never reach the form.
        known["KINKEEPER_SECOND_FACTOR"] = "offered"
        if self.engine == "postgresql":
            known["KINKEEPER_DATABASE_URL"] = self.url
        return kept | known | ({"KINKEEPER_MAY_FORGET": "yes"} if self.forgetful else {})

    def postgres(self, *command: str) -> str:
        """Ask the checkout’s own server for something."""
        done = subprocess.run(
            [ROOT / "tools" / "postgres.sh", *command, *self.kind], check=True, capture_output=True, text=True
        )
        return done.stdout.strip()

    def command(self, *arguments: str) -> list[str]:
        """A command of the installation."""
        return [sys.executable, "-m", "kinkeeper.site.cli", *arguments]

    def found(self) -> None:
        """Set it up."""
        if self.engine == "postgresql":
            self.url = self.postgres("url", self.name)
        password = self.data.parent / "password"
        password.write_text("kind horses walk at night")
        who = ("--admin-name", "Rosa", "--admin-email", "rosa@example.org", "--password-file", str(password))
        what = ("setup", "--name", "Faults", "--country", "uz", "--pack", "un", "--unit", "family_care:village:First")
        for_installation(self.environment)
        subprocess.run(self.command(*what, *who), env=self.environment, check=True, stdout=subprocess.DEVNULL)

    def ask(self, program: str) -> str:
        """What a program inside the installation prints."""
        done = subprocess.run(
            [sys.executable, "-c", program], env=self.environment, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout

    def start(self, what: str) -> None:
        """Start a part, each in a group of its own, so that it is killed whole and alone."""
        if what == "database":
            self._start_server()
            return
        arguments = ["serve", "--no-worker", "--port", str(self.port)] if what == "web" else ["worker"]
        self.running[what] = subprocess.Popen(
            self.command(*arguments),
            env=self.environment,
            start_new_session=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self, what: str) -> None:
        """Signal 9 to a part and all its processes."""
        if what == "database":
            numbers = self._processes_of_server()
            for pid in numbers:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            while any(_lives(pid) for pid in numbers):
                time.sleep(0.02)
            return
        process = self.running.pop(what)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _start_server(self) -> None:
        """As a service manager does: again and again, because leftovers of a killed server can be in the way."""
        began = time.monotonic()
        while True:
            try:
                self.postgres("start")
                return
            except subprocess.CalledProcessError:
                if time.monotonic() - began > READY_WITHIN:
                    raise
                time.sleep(0.5)

    def _processes_of_server(self) -> list[int]:
        """The server of this checkout and its children, by the file that names its number."""
        folder = ROOT / ".postgres" / ("tests" if self.forgetful else "durable")
        if not folder.exists():
            address = urllib.parse.parse_qs(urllib.parse.urlsplit(self.postgres("url")).query)["host"][0]
            folder = Path(address).parent / "data"
        head = int((folder / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{head}/task/{head}/children").read_text().split()
        return [head, *map(int, children)]

    def wait_until_ready(self) -> float:
        """Seconds until the pages say that they are ready."""
        began = time.monotonic()
        while time.monotonic() - began < READY_WITHIN:
            with suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/ready", timeout=2)
                return time.monotonic() - began
            time.sleep(0.05)
        raise SystemExit(f"It was not ready again within {READY_WITHIN:g} seconds.")

    def end(self) -> None:
        """Stop everything, and remove the database."""
        for what in list(self.running):
            self.kill(what)
        if self.engine == "postgresql":
            import psycopg  # noqa: PLC0415 (only here, and only for PostgreSQL)

            with psycopg.connect(self.postgres("url"), autocommit=True) as server:
                server.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")


class Writer(threading.Thread):
    """Somebody who hands in one form after the other, and remembers which were confirmed."""

    def __init__(self, name: str, office: Office, cookies: str, programme: str, stopped: threading.Event) -> None:
        super().__init__(daemon=True)
        self.title, self.office, self.cookies, self.stopped = name, office, cookies, stopped
        self.address = f"http://127.0.0.1:{office.port}/administration/programmes/{programme}/open-unit/"
        self.opener = urllib.request.build_opener(NotRedirected)
        self.confirmed: list[str] = []
        self.unheard: list[str] = []
        self.statuses: dict[str, int] = {}

    def run(self) -> None:
        """Go on until everything is over."""
        number = 0
        while not self.stopped.is_set():
            number += 1
            self._hand_in(f"{self.title}-{number}")

    def _hand_in(self, unit: str) -> None:
        try:
            with closing(self._open(None)) as page:
                text = page.read().decode()
                given = page.headers.get_all("Set-Cookie") or []
            token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text)
            version = re.search(r'name="version" value="(\d+)"', text)
            cookie = next((one.split(";")[0] for one in given if "csrf" in one), "")
            fields = {"name": unit, "kind": "village", "place": ""}
            fields |= {"csrfmiddlewaretoken": token[1] if token else "", "version": version[1] if version else ""}
            status = self._status(urllib.parse.urlencode(fields).encode(), cookie)
        except (OSError, urllib.error.HTTPError) as error:
            self._count(str(getattr(error, "code", type(error).__name__)))
            self.unheard.append(unit)
            time.sleep(0.05)
            return
        self._count(str(status))
        (self.confirmed if status == 302 else self.unheard).append(unit)

    def _count(self, status: str) -> None:
        self.statuses[status] = self.statuses.get(status, 0) + 1

    def _status(self, body: bytes, cookie: str) -> int:
        try:
            with closing(self._open(body, cookie)) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def _open(self, body: bytes | None, cookie: str = "") -> Any:
        sent = {"Cookie": "; ".join(filter(None, (self.cookies, cookie)))}
        return self.opener.open(urllib.request.Request(self.address, body, sent), timeout=30)  # noqa: S310 (our own)


def _lives(pid: int) -> bool:
    """Whether a process still runs; one that is dead and not yet fetched does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def targets(engine: str) -> list[tuple[str, ...]]:
    """What is killed at once, each as often as the others."""
    without = [("web",), ("worker",), ("web", "worker")]
    return without if engine == "sqlite" else [*without, ("database",), ("database",), ("web", "database")]


def torment(
    office: Office, kills: int, minutes: float, chance: random.Random
) -> tuple[list[Writer], dict[str, int], list[float]]:
    """Let the writers write and kill at random; returns the writers, what was killed, and seconds until it was ready."""
    cookies, programme = office.ask(SIGN_IN).split("\n")[:2]
    stopped = threading.Event()
    writers = [Writer(f"W{number}", office, cookies, programme, stopped) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    killed: dict[str, int] = {}
    back: list[float] = []
    until = time.monotonic() + minutes * 60
    for turn in range(kills):
        if time.monotonic() > until:
            break
        time.sleep(chance.uniform(1.0, 3.5))
        chosen = chance.choice(targets(office.engine))
        for what in chosen:
            office.kill(what)
        for what in sorted(chosen):  # the database first
            office.start(what)
        try:
            back.append(office.wait_until_ready())
        except SystemExit as never:
            # What was promised until now is judged all the same.
            print(f"\n{never}", file=sys.stderr)
            back.append(READY_WITHIN)
            break
        killed[" + ".join(chosen)] = killed.get(" + ".join(chosen), 0) + 1
        print(f"\r{turn + 1} of {kills} kills", end="", file=sys.stderr, flush=True)
    time.sleep(1)
    stopped.set()
    for writer in writers:
        writer.join(60)
    print(file=sys.stderr)
    return writers, killed, back


def judge(office: Office, writers: list[Writer]) -> dict[str, Any]:
    """What the writers were told beside what is stored, and what `kinkeeper check` says."""
    found = json.loads(office.ask(STORED))
    stored, remembered = set(found["units"]), set(found["remembered"])
    confirmed = [unit for writer in writers for unit in writer.confirmed]
    unheard = [unit for writer in writers for unit in writer.unheard]
    checked = subprocess.run(office.command("check", "--json"), env=office.environment, capture_output=True, text=True)  # noqa: PLW1510
    troubles = [one for one in json.loads(checked.stdout)["findings"] if one["level"] == "trouble"]
    statuses: dict[str, int] = {}
    for writer in writers:
        for status, count in writer.statuses.items():
            statuses[status] = statuses.get(status, 0) + count
    return {
        "confirmed": len(confirmed),
        "lost": sorted(set(confirmed) - stored),
        "without a line in the journal": sorted((set(confirmed) & stored) - remembered),
        "stored unheard": len(set(unheard) & stored),
        "twice": len(found["units"]) - len(stored),
        "answers": statuses,
        "troubles": [f"{one['what']}: {one['sentence']}" for one in troubles if one["what"] != "keys"],
    }


def table(rows: list[tuple[str, object]]) -> str:
    """Figures as aligned lines."""
    width = max(len(name) for name, _value in rows)
    return "\n".join(f"  {name:<{width}}  {value}" for name, value in rows)


def tell(engine: str, forgetful: bool, result: dict[str, Any], killed: dict[str, int], back: list[float]) -> None:
    """The figures."""
    print(f"{engine}{', synchronous_commit off' if forgetful else ''}, {os.cpu_count()} cores, {WRITERS} writers")
    print(
        table(
            [
                (
                    "kills",
                    f"{sum(killed.values())} ({', '.join(f'{n} × {what}' for what, n in sorted(killed.items()))})",
                ),
                ("confirmed", result["confirmed"]),
                ("of these lost", len(result["lost"])),
                ("of these without a line in the journal", len(result["without a line in the journal"])),
                ("stored twice", result["twice"]),
                ("stored although nobody heard the answer", result["stored unheard"]),
                ("answers", ", ".join(f"{n} × {status}" for status, n in sorted(result["answers"].items()))),
                ("ready again, seconds", f"mean {statistics.mean(back):.1f}, longest {max(back):.1f}"),
                ("kinkeeper check", "; ".join(result["troubles"]) or "no trouble"),
            ]
        )
    )


def kill(options: argparse.Namespace) -> int:
    """One run; 0 when every promise was kept, or with `--forgetful` when a broken one was seen."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kinkeeper-faults-", dir=options.folder)))
        office = Office(options.engine, options.forgetful, folder / "data", free_port())
        if options.engine == "postgresql":
            office.postgres("start")
        stack.callback(office.end)
        office.found()
        for what in ("web", "worker"):
            office.start(what)
        office.wait_until_ready()
        writers, killed, back = torment(office, options.kills, options.minutes, random.Random(options.seed))  # noqa: S311 (moments)
        result = judge(office, writers)
    tell(options.engine, options.forgetful, result, killed, back)
    if options.json:
        options.json.write_text(json.dumps({**result, "killed": killed, "back": back}, indent=2))
    if max(back, default=0) >= READY_WITHIN:
        return 1
    if not result["confirmed"]:
        print("Nothing was confirmed, so nothing was proved.", file=sys.stderr)
        return 1
    broken = bool(result["lost"] or result["without a line in the journal"] or result["twice"])
    return int(broken != options.forgetful)


def main() -> int:
    """Run what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m tools.faults", description=(__doc__ or "").split("\n")[0])
    one = parser.add_subparsers(dest="fault", required=True).add_parser("kill", help="kill -9 at random moments")
    one.add_argument("--engine", choices=("sqlite", "postgresql"), required=True)
    one.add_argument("--kills", type=int, default=20)
    one.add_argument(
        "--minutes", type=float, default=math.inf, help="kill no more after so many; the figures say how many"
    )
    one.add_argument("--forgetful", action="store_true", help="a PostgreSQL server that forgets: losses must be seen")
    one.add_argument("--seed", type=int, default=1, help="the same seed kills at the same moments (1)")
    one.add_argument("--folder", type=Path, help="where the data folder is made; a disk, not memory")
    one.add_argument("--json", type=Path, metavar="FILE", help="write the figures")
    options = parser.parse_args()
    if options.forgetful and options.engine == "sqlite":
        parser.error("SQLite forgets only with the power, not when a process is killed; use --engine postgresql.")
    # Asked to stop, it still ends what it started.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit("Stopped."))
    return kill(options)


if __name__ == "__main__":
    sys.exit(main())
