"""People at work over HTTP: the real web server, signed-in browsers that read pages and record visits, and what it all took.

python -m bench.crowd --clients 16 --seconds 60 → one JSON object on standard output. The installation is the one that
KINKEEPER_DATA and KINKEEPER_DATABASE_URL name, filled by `bench/masses.py`. Each client is a caseworker of another unit
with a session of its own (begun without the page of sign-in) and asks for the next page as soon as the last has come, over
a connection that stays open. Client and server share the machine, so the server has less of it than it would in earnest.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import django

from bench.measure import slip

WARM_UP_SECONDS = 5
# What people do, by how often: of twenty requests, two are the form and the recording of a visit.
MIX = {"my day": 4, "caseload": 4, "child’s page": 7, "name search": 3, "record a visit": 1}
# What a form carries that nobody typed: the token against forgery, and the version of the row that the page showed.
HIDDEN = re.compile(r'<input type="hidden" name="(csrfmiddlewaretoken|version)" value="([^"]+)"')


@dataclass
class Worker:
    """Whom a client is: the cookie of a session, the worker’s own children and cases, names of the unit."""

    cookie: str
    children: list[str]
    cases: list[str]
    names: list[str]


@dataclass
class Told:
    """What the clients saw: milliseconds by kind, and what went wrong."""

    spent: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    errors: Counter[str] = field(default_factory=Counter)


class Browser(threading.Thread):
    """One client: takes what people do in random order until the time is over."""

    def __init__(self, worker: Worker, port: int, number: int, begins: float, ends: float) -> None:
        super().__init__(daemon=True)
        self.worker, self.random = worker, Random(number)
        self.begins, self.ends = begins, ends
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies = {"kinkeeper": worker.cookie}
        self.told = Told()

    def run(self) -> None:
        """Work until the end."""
        kinds = list(MIX)
        while time.perf_counter() < self.ends:
            kind = self.random.choices(kinds, list(MIX.values()))[0]
            try:
                getattr(self, DEEDS[kind])(kind)
            except (OSError, http.client.HTTPException) as error:
                self.told.errors[f"{kind}: {type(error).__name__}"] += 1
                self.connection.close()

    def my_day(self, kind: str) -> None:
        """The page of the day."""
        self.ask(kind, "/")

    def caseload(self, kind: str) -> None:
        """The list of one’s cases."""
        self.ask(kind, "/caseload/")

    def child(self, kind: str) -> None:
        """The page of one of one’s children."""
        self.ask(kind, f"/children/{self.random.choice(self.worker.children)}/")

    def search(self, kind: str) -> None:
        """A search for somebody of the unit, every second time with a slip."""
        name = self.random.choice(self.worker.names)
        self.ask(kind, f"/search/?q={quote(slip(name) if self.random.random() < 0.5 else name)}")

    def visit(self, kind: str) -> None:
        """The form of a visit, and its recording."""
        path = f"/cases/{self.random.choice(self.worker.cases)}/record-contact/"
        hidden = dict(HIDDEN.findall(self.ask("form of a visit", path)))
        words = {"kind": "visit", "seen": "alone", "note": "We read a book and walked to the river."}
        sent = {**words, **hidden, "happened_on": datetime.now(tz=UTC).date().isoformat()}
        self.ask(kind, path, urlencode(sent), wanted=302)

    def ask(self, kind: str, path: str, sent: str | None = None, wanted: int = 200) -> str:
        """One request, timed until its last byte."""
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookie, "User-Agent": "bench"}
        if sent is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        self.connection.request("GET" if sent is None else "POST", path, sent, headers)
        answer = self.connection.getresponse()
        body = answer.read().decode()
        if start >= self.begins:
            self.told.spent[kind].append((time.perf_counter() - start) * 1000)
            if answer.status != wanted:
                self.told.errors[f"{kind}: {answer.status}"] += 1
        for line in answer.headers.get_all("Set-Cookie") or []:
            name, _is, value = line.split(";")[0].partition("=")
            self.cookies[name] = value
        return body


DEEDS = {"my day": "my_day", "caseload": "caseload", "child’s page": "child", "name search": "search",
    "record a visit": "visit"}  # fmt: skip


def workers(count: int) -> list[Worker]:
    """Caseworkers of so many units (or of the same ones again where there are fewer), signed in."""
    from django.conf import settings
    from django.test import Client

    from kinkeeper.access.models import Role, Seat
    from kinkeeper.cases.models import Case
    from kinkeeper.people.models import Name

    settings.ALLOWED_HOSTS.append("testserver")
    units = list(Seat._base_manager.filter(role=Role.SUPERVISOR).order_by("pk").values_list("unit_id", flat=True))
    step = max(1, len(units) // count)
    found = []
    for number in range(count):
        unit = units[number * step % len(units)]
        seats = Seat._base_manager.filter(role=Role.CASEWORKER, unit_id=unit).order_by("pk")
        user = seats[number * step // len(units) % len(seats)].user
        client = Client()
        client.force_login(user)
        cases = list(Case._base_manager.filter(worker=user, closed_on=None).values_list("code", "child__code"))
        names = Name._base_manager.filter(person__unit_id=unit).order_by("pk").values_list("given", "family")[:200]
        cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
        found.append(Worker(cookie, [child for _case, child in cases], [case for case, _child in cases],
            [f"{given} {family}" for given, family in names]))  # fmt: skip
    return found


@contextmanager
def server(port: int, processes: int) -> Iterator[int]:
    """`kinkeeper serve` as it is installed, until the end; gives its process id."""
    command = [str(Path(sys.executable).parent / "kinkeeper"), "serve", "--port", str(port)]
    env = {name: value for name, value in os.environ.items() if name != "KINKEEPER_LOG_LEVEL"}
    with open(Path(env["KINKEEPER_DATA"]) / "serve.log", "w") as lines:  # noqa: PTH123
        started = subprocess.Popen(
            [*command, "--workers", str(processes)], env=env, stdout=lines, stderr=subprocess.STDOUT
        )
        try:
            _wait_for(port, started)
            yield started.pid
        finally:
            started.terminate()
            started.wait(30)


def _wait_for(port: int, started: subprocess.Popen[bytes]) -> None:
    for _try in range(240):
        if started.poll() is not None:
            raise SystemExit("The server did not start.")
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
            connection.request("GET", "/sign-in/")
            connection.getresponse().read()
        except OSError:
            time.sleep(0.5)
        else:
            return
    raise SystemExit("The server did not answer.")


def worked(pid: int) -> float:
    """Seconds of a processor that the processes that answer have used so far."""
    ticks = 0
    for child in _below(pid):
        if not _is_beside(child):
            after_name = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
            ticks += int(after_name[11]) + int(after_name[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _is_beside(pid: int) -> bool:
    return Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").endswith(b"worker")


def memory(pid: int) -> dict[str, list[int]]:
    """The most memory that each process below this one ever held, in MB: those that answer, and the worker beside them."""
    found: dict[str, list[int]] = {"answering": [], "beside": []}
    for child in _below(pid):
        status = Path(f"/proc/{child}/status").read_text()
        peak = re.search(r"VmHWM:\s+(\d+)", status)
        if peak:
            found["beside" if _is_beside(child) else "answering"].append(round(int(peak.group(1)) / 1024))
    return found


def _below(pid: int) -> list[int]:
    children = [int(one) for path in Path(f"/proc/{pid}/task").glob("*/children") for one in path.read_text().split()]
    return [*children, *(one for child in children for one in _below(child))]


def crowd(clients: int, seconds: float, processes: int, port: int) -> dict[str, Any]:
    """Let so many people work for so long."""
    people = workers(clients)
    with server(port, processes) as pid:
        begins = time.perf_counter() + WARM_UP_SECONDS
        browsers = [Browser(one, port, number, begins, begins + seconds) for number, one in enumerate(people)]
        for browser in browsers:
            browser.start()
        time.sleep(WARM_UP_SECONDS)
        before = worked(pid)
        for browser in browsers:
            browser.join(seconds + 120)
        spent = time.perf_counter() - begins
        used, peaks = worked(pid) - before, memory(pid)
    told = Told()
    for browser in browsers:
        told.errors.update(browser.told.errors)
        for kind, times in browser.told.spent.items():
            told.spent[kind] += times
    asked = sum(len(times) for times in told.spent.values())
    return {
        "clients": clients, "processes": processes, "seconds": round(spent, 1), "requests": asked,
        "per_second": round(asked / spent, 1), "processor_ms": round(used / max(asked, 1) * 1000, 1), "errors": dict(told.errors), "memory_mb": peaks,
        "kinds": {kind: _quantiles(told.spent[kind]) for kind in sorted(told.spent)},
    }  # fmt: skip


def _quantiles(times: list[float]) -> dict[str, float]:
    p95 = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return {"count": len(times), "p50_ms": round(statistics.median(times), 1), "p95_ms": round(p95, 1)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--port", type=int, default=8907)
    args = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinkeeper.site.settings")
    django.setup()
    json.dump(crowd(args.clients, args.seconds, args.processes, args.port), sys.stdout)


if __name__ == "__main__":
    main()
