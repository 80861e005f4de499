"""Figures for a monitoring system: requests by page and outcome, how long they took, and how the installation stands.

Each process counts for itself and puts its counts beside those of the others every second; whoever is asked adds them up.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from kinkeeper.journal.models import Job
from kinkeeper.site.backup.database import size_bytes
from kinkeeper.upkeep.models import Backup, Chore, Worker

# Upper edges in seconds: a page should answer within half of one.
EDGES = (0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
FLUSH_SECONDS = 1.0

Counts = dict[str, dict[str, float]]


class Counter:
    """What this process has answered since it began."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.counts: Counts = {"requests": {}, "seconds": {}}
        self.flushed = 0.0

    def note(self, view: str, status: int, seconds: float) -> None:
        """Count one answer."""
        edge = next((str(edge) for edge in EDGES if seconds <= edge), "+Inf")
        with self.lock:
            requests, times = self.counts["requests"], self.counts["seconds"]
            requests[f"{view} {status}"] = requests.get(f"{view} {status}", 0) + 1
            times[edge] = times.get(edge, 0) + 1
            times["sum"] = times.get("sum", 0.0) + seconds
        if time.monotonic() - self.flushed > FLUSH_SECONDS:
            self.flush()

    def flush(self) -> None:
        """Put the counts beside those of the other processes, where this installation is served at all."""
        self.flushed = time.monotonic()
        folder = run_folder()
        if not folder.is_dir():
            return
        with self.lock:
            text = json.dumps(self.counts)
        unfinished = folder / f".{os.getpid()}.part"
        with suppress(OSError):  # figures are no reason to fail a page
            unfinished.write_text(text)
            unfinished.rename(folder / f"{os.getpid()}.json")


counter = Counter()


def run_folder() -> Path:
    """Where the processes of one run put their counts."""
    return Path(settings.DATA) / "run"


def begin_anew() -> None:
    """Forget the counts of the last run; `serve` does this once, before its processes start."""
    folder = run_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    for old in folder.glob("*.json"):
        old.unlink(missing_ok=True)


def _of_everybody() -> Counts:
    counter.flush()
    total: Counts = {"requests": {}, "seconds": {}}
    files = list(run_folder().glob("*.json"))
    parts = [json.loads(path.read_text()) for path in files] if files else [counter.counts]
    for part in parts:
        for name, values in part.items():
            for key, value in values.items():
                total[name][key] = total[name].get(key, 0) + value
    return total


def exposition() -> str:
    """All figures in the text format of Prometheus."""
    return "\n".join([*_of_requests(_of_everybody()), *_of_the_installation(), ""])


def _head(name: str, kind: str, what: str) -> list[str]:
    return [f"# HELP kinkeeper_{name} {what}", f"# TYPE kinkeeper_{name} {kind}"]


def _of_requests(counts: Counts) -> Iterator[str]:
    yield from _head("requests_total", "counter", "Answers by page and status.")
    for key, count in sorted(counts["requests"].items()):
        view, status = key.rsplit(" ", 1)
        yield f'kinkeeper_requests_total{{view="{view}",status="{status}"}} {count:g}'
    yield from _head("request_seconds", "histogram", "How long answers took.")
    below = 0.0
    for edge in (*map(str, EDGES), "+Inf"):
        below += counts["seconds"].get(edge, 0)
        yield f'kinkeeper_request_seconds_bucket{{le="{edge}"}} {below:g}'
    yield f"kinkeeper_request_seconds_sum {counts['seconds'].get('sum', 0.0):.6f}"
    yield f"kinkeeper_request_seconds_count {below:g}"


def _of_the_installation() -> Iterator[str]:
    """How the installation stands. No actor: these are counts of machinery, and no row is shown."""
    jobs = dict(Job.objects.exclude(state=Job.State.DONE).order_by().values_list("state").annotate(n=Count("pk")))
    newest = Backup.objects.first()
    gauges: list[tuple[str, str, Any]] = [
        ("jobs_waiting", "Jobs that wait for a worker.", jobs.get(Job.State.READY, 0)),
        ("jobs_failed", "Jobs that failed for good.", jobs.get(Job.State.FAILED, 0)),
        (
            "workers",
            "Workers that were heard of within a minute.",
            Worker.objects.filter(seen_at__gt=_a_minute_ago()).count(),
        ),
        ("chores_in_trouble", "Scheduled tasks whose last run failed.", Chore.objects.exclude(trouble="").count()),
        ("database_bytes", "Size of the database.", size_bytes()),
    ]
    if newest:
        gauges.append(
            ("backup_age_seconds", "Age of the newest backup.", int((timezone.now() - newest.made_at).total_seconds()))
        )
    for name, what, value in gauges:
        yield from _head(name, "gauge", what)
        yield f"kinkeeper_{name} {value}"


def _a_minute_ago() -> Any:
    return timezone.now() - timedelta(minutes=1)
