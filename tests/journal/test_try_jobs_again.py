"""Jobs that failed for good are tried again when an administrator says so, and it is remembered."""

from __future__ import annotations

import pytest

from kinkeeper.journal.actions import try_jobs_again
from kinkeeper.journal.models import Entry, Job, Refusal
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague


@pytest.fixture
def entry(rosa: Colleague) -> Entry:
    """A deed that two rooms should have heard of."""
    return Entry.objects.create(
        actor="machine:test", act="access.open_unit", subject_type="access.unit", subject_id=1, subject_code="K7QF"
    )


def failed_job(entry: Entry, reaction: str) -> Job:
    return Job.objects.create(entry=entry, reaction=reaction, state=Job.State.FAILED, attempts=8, trouble="KeyError")


def test_every_failed_job_is_ready_again_and_each_is_remembered(rosa: Colleague, entry: Entry) -> None:
    jobs = [failed_job(entry, "cases.one"), failed_job(entry, "cases.two")]
    done = Job.objects.create(entry=entry, reaction="cases.three", state=Job.State.DONE, attempts=1)
    try_jobs_again(rosa.actor)
    told = list(Job.objects.order_by("pk").values_list("pk", "state", "attempts", "trouble"))
    assert told == [(jobs[0].pk, "ready", 0, ""), (jobs[1].pk, "ready", 0, ""), (done.pk, "done", 1, "")]
    remembered = Entry.objects.filter(act="journal.try_jobs_again").order_by("subject_id")
    assert list(remembered.values_list("actor", "subject_type", "subject_id")) == [
        (rosa.actor.name, "journal.job", job.pk) for job in jobs
    ]


def test_nobody_else_may_and_nothing_changes(amina: Colleague, dalia: Colleague, entry: Entry) -> None:
    job = failed_job(entry, "cases.one")
    for colleague in (amina, dalia):
        with pytest.raises(Refused, match="Only an administrator"):
            try_jobs_again(colleague.actor)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.FAILED, 8)
    assert Refusal.objects.filter(act="journal.try_jobs_again", guard="G-MAY").count() == 2


def test_where_nothing_failed_nothing_is_done(rosa: Colleague) -> None:
    with pytest.raises(Refused, match="No job has failed") as refusal:
        try_jobs_again(rosa.actor)
    assert refusal.value.guard == "G-STEP"
