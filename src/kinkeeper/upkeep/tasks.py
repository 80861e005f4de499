"""The clock and the roll of workers: chores are done when they are due, and what a dead worker held goes to the next.

A chore is taken by compare-and-swap on the moment it is due, so of two workers one does it. A worker says that it lives
every few seconds; of one that was not heard of for a while the job in hand and the chore are due again at once.
"""

from __future__ import annotations

import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from secrets import token_hex
from threading import Event, Thread

from django.db import DatabaseError, connection
from django.utils import timezone

from kinkeeper.journal.models import Job
from kinkeeper.lib.chores import Declared, chores
from kinkeeper.upkeep.models import Chore, Worker

log = logging.getLogger("kinkeeper.worker")

HEARTBEAT = timedelta(seconds=10)
# So many beats may be missed, because a busy disk makes one late.
DEAD_AFTER = timedelta(seconds=60)
# A chore that failed is not left for a day.
TRY_AGAIN = timedelta(minutes=15)
# Daily chores are done when hardly anybody works.
NIGHT_HOUR = 2


# ---- who is at work --------------------------------------------------------------------------------------------------


@contextmanager
def at_work() -> Iterator[str]:
    """Be on the roll of workers under a name, heard of every few seconds, until the block ends."""
    name = f"{socket.gethostname()[:50]}:{os.getpid()}:{token_hex(4)}"
    Worker.objects.create(name=name)
    stopped = Event()
    beat = Thread(target=_beat, args=(name, stopped), daemon=True)
    beat.start()
    try:
        yield name
    finally:
        stopped.set()
        beat.join(HEARTBEAT.total_seconds())
        Worker.objects.filter(name=name).delete()


def _beat(name: str, stopped: Event) -> None:
    """In a thread of its own, so that a long job does not make its worker look dead."""
    while not stopped.wait(HEARTBEAT.total_seconds()):
        try:
            _say_alive(name)
        except DatabaseError:
            log.warning("The worker could not say that it lives; it will try again.")
        finally:
            connection.close()
    connection.close()


def _say_alive(name: str) -> None:
    """A worker that was taken for dead is on the roll again; what it held may be done twice, which does no harm."""
    if not Worker.objects.filter(name=name).update(seen_at=timezone.now()):
        Worker.objects.create(name=name)


def take_up(name: str, job: int | None) -> None:
    """Write down which job this worker has in hand, or none."""
    Worker.objects.filter(name=name).update(job=job, seen_at=timezone.now())


def bury_the_dead() -> int:
    """Strike workers off the roll that were not heard of, and make due at once what they held; returns how many."""
    buried = 0
    for worker in Worker.objects.filter(seen_at__lt=timezone.now() - DEAD_AFTER):
        gone, _tables = Worker.objects.filter(pk=worker.pk, seen_at=worker.seen_at).delete()
        if not gone:
            continue
        buried += 1
        if worker.job_id:
            Job.objects.filter(pk=worker.job_id, state=Job.State.READY).update(due_at=timezone.now())
        _let_go_of_chores()
        log.warning("Worker %s was not heard of for a minute; what it held goes to the next.", worker.name)
    return buried


def _let_go_of_chores() -> None:
    """Chores in the hands of somebody who is not on the roll are due at once."""
    held = Chore.objects.exclude(worker="").exclude(worker__in=Worker.objects.values("name"))
    held.update(worker="", due_at=timezone.now())


# ---- what the clock brings -------------------------------------------------------------------------------------------


def next_due(declared: Declared, after: datetime) -> datetime:
    """When a chore is due again: the next night, or as long after as it says."""
    if not declared.daily:
        return after + declared.every
    local = timezone.localtime(after)
    night = local.replace(hour=NIGHT_HOUR, minute=0, second=0, microsecond=0)
    return night if night > local else night + timedelta(days=1)


def enrol_chores() -> None:
    """One row for each chore that is declared, due now when it is new; chores that are no longer declared are forgotten."""
    known = set(Chore.objects.values_list("name", flat=True))
    Chore.objects.bulk_create([Chore(name=name) for name in chores if name not in known], ignore_conflicts=True)
    Chore.objects.exclude(name__in=list(chores)).delete()
    _let_go_of_chores()


def bring_forward_the_nightly_ones() -> None:
    """Make the daily chores due now: a worker that starts may have slept for days."""
    nightly = [declared.name for declared in chores.values() if declared.daily]
    Chore.objects.filter(name__in=nightly, worker="").update(due_at=timezone.now())


def run_due_chores(name: str) -> int:
    """Do the chores that are due, as the worker of this name; returns how many. The dead are buried before."""
    bury_the_dead()
    done = 0
    for row in Chore.objects.filter(due_at__lte=timezone.now(), worker="").order_by("due_at", "name"):
        declared = chores.get(row.name)
        if declared is not None and _take(row, declared, name):
            done += 1
            _do(row, declared, name)
    return done


def _take(row: Chore, declared: Declared, name: str) -> bool:
    ours = Chore.objects.filter(pk=row.pk, due_at=row.due_at, worker="")
    now = timezone.now()
    return ours.update(worker=name, began_at=now, due_at=next_due(declared, now)) == 1


def _do(row: Chore, declared: Declared, name: str) -> None:
    began, trouble = time.monotonic(), ""
    try:
        declared.do()
    except Exception as error:
        # One failing chore must not stop the others.
        log.exception("Chore %s failed; it will be tried again.", row.name)
        trouble = type(error).__name__
    now = timezone.now()
    again = min(next_due(declared, now), now + TRY_AGAIN) if trouble else next_due(declared, now)
    Chore.objects.filter(pk=row.pk, worker=name).update(
        worker="",
        ended_at=now,
        took_ms=round((time.monotonic() - began) * 1000),
        runs=row.runs + 1,
        trouble=trouble,
        due_at=again,
    )
