"""The outbox: hands each stored entry to the reactions that wait for it, each exactly once in effect.

A job is claimed by compare-and-swap on its attempt counter and finished in the transaction of the reaction itself, so a
worker that dies leaves the job ready for the next one, and two workers cannot both finish it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from django.db import connection
from django.utils import timezone

from kinkeeper.journal.acts import reaction_called
from kinkeeper.journal.anchors import anchor
from kinkeeper.journal.chain import remembered
from kinkeeper.journal.models import Job
from kinkeeper.keys.ring import keyring
from kinkeeper.lib.chores import chore
from kinkeeper.lib.refusals import Refused, Stale

log = logging.getLogger("kinkeeper.worker")

MOST_ATTEMPTS = 8
# A claim hides the job for this long; a worker that died in between is thereby forgotten.
CLAIM = timedelta(minutes=2)

TakeUp = Callable[[int | None], None]


def run_due_jobs(limit: int = 100, take_up: TakeUp | None = None) -> int:
    """Run up to `limit` jobs that are due; returns how many were tried. `take_up` is told the job in hand, then None."""
    due = Job.objects.filter(state=Job.State.READY, due_at__lte=timezone.now()).order_by("due_at", "pk")
    tried = 0
    for pk, attempts in list(due.values_list("pk", "attempts")[:limit]):
        if _claim(pk, attempts):
            tried += 1
            if take_up:
                take_up(pk)
            _run(Job.objects.select_related("entry").get(pk=pk))
    if tried and take_up:
        take_up(None)
    return tried


def put_forward() -> list[Job]:
    """Make every job that failed for good ready again, and return them. Call it in a transaction."""
    failed = Job.objects.filter(state=Job.State.FAILED)
    if connection.features.has_select_for_update:
        failed = failed.select_for_update()
    jobs = list(failed)
    for job in jobs:
        Job.objects.filter(pk=job.pk).update(
            state=Job.State.READY, attempts=0, due_at=timezone.now(), done_at=None, trouble=""
        )
    return jobs


def _claim(pk: int, attempts: int) -> bool:
    ours = Job.objects.filter(pk=pk, state=Job.State.READY, attempts=attempts)
    return ours.update(attempts=attempts + 1, due_at=timezone.now() + CLAIM) == 1


def _run(job: Job) -> None:
    try:
        with keyring(), remembered("machine:worker", job.reaction):
            finished = Job.objects.filter(pk=job.pk, state=Job.State.READY, attempts=job.attempts)
            if finished.update(state=Job.State.DONE, done_at=timezone.now(), trouble="") != 1:
                raise Stale
            react = reaction_called(job.reaction)
            if react is None:
                raise LookupError(f"There is no reaction {job.reaction} any more.")
            react(job.entry)
    except Stale:
        log.info("Job %s was taken over by another worker.", job.pk)
    except Exception as error:  # noqa: BLE001 — one failing reaction must not stop the others
        _put_back(job, error)


def _put_back(job: Job, error: Exception) -> None:
    """Try again later, each time after a longer pause; after the last attempt leave it for a person to see."""
    log.error("Reaction %s failed (attempt %s).", job.reaction, job.attempts)
    over = job.attempts >= MOST_ATTEMPTS
    Job.objects.filter(pk=job.pk, attempts=job.attempts).update(
        state=Job.State.FAILED if over else Job.State.READY,
        due_at=timezone.now() + timedelta(seconds=5 * 2**job.attempts),
        # The class alone: messages of exceptions may quote what people wrote.
        trouble=type(error).__name__,
    )


@chore(every=timedelta(minutes=1))
def carry_the_head_outside() -> None:
    """Anchor the journal’s chain outside the database, when there is news."""
    try:
        anchor()
    except Refused as refusal:
        log.critical("%s", refusal)
        raise
