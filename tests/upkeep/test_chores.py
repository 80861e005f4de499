"""What the clock brings is done once, by a worker that lives; what a dead one held goes to the next."""

from __future__ import annotations

from datetime import datetime, timedelta
from importlib import import_module
from importlib.util import find_spec
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from kinkeeper.journal.models import Entry, Job
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.lib import chores as declared_chores
from kinkeeper.lib.chores import Declared, chore, chores
from kinkeeper.upkeep import tasks
from kinkeeper.upkeep.models import Chore, Worker
from tests.conftest import Colleague
from tests.site.conftest import Call, kinkeeper

__all__ = ["kinkeeper"]
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=ZoneInfo("UTC"))


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch, db: None) -> list[str]:
    """Two chores, one for the night and one for the minute, and what was done of them."""
    done: list[str] = []
    made = {
        "people.nightly": Declared("people.nightly", timedelta(days=1), lambda: done.append("nightly")),
        "people.minutely": Declared("people.minutely", timedelta(minutes=1), lambda: done.append("minutely")),
    }
    for known in (declared_chores, tasks):
        monkeypatch.setattr(known, "chores", made)
    tasks.enrol_chores()
    return done


def test_the_rooms_declare_their_chores() -> None:
    assert sorted(chores) == [
        "drafts.forget_old_drafts",
        "files.remove_orphaned_bytes",
        "journal.carry_the_head_outside",
        "leaving.come_of_age",
        "retention.write_the_ledger",
    ]
    rooms = {name.split(".")[0] for name in chores}
    assert all(find_spec(f"kinkeeper.{room}.tasks") for room in rooms)
    assert rooms <= set(settings.ROOMS)
    assert all(
        getattr(import_module(f"kinkeeper.{one.name.split('.')[0]}.tasks"), one.name.split(".")[1])
        for one in chores.values()
    )


def test_two_chores_of_one_name_are_refused() -> None:
    with pytest.raises(RuntimeError, match="Two chores"):
        chore(every=timedelta(days=1))(chores["drafts.forget_old_drafts"].do)


def test_a_chore_is_done_when_it_is_due_and_not_before(done: list[str]) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        Chore.objects.update(due_at=timezone.now())
        assert tasks.run_due_chores("one") == 2
        assert tasks.run_due_chores("one") == 0
        clock.shift(timedelta(seconds=61))
        assert tasks.run_due_chores("one") == 1
        clock.move_to(datetime(2026, 3, 5, 1, 59, tzinfo=ZoneInfo("UTC")))
        Chore.objects.filter(name="people.minutely").update(due_at=NOW + timedelta(days=9))
        assert tasks.run_due_chores("one") == 0
        clock.move_to(datetime(2026, 3, 5, 2, 0, tzinfo=ZoneInfo("UTC")))
        assert tasks.run_due_chores("one") == 1
    assert done.count("nightly") == 2
    row = Chore.objects.get(name="people.nightly")
    assert (row.runs, row.worker, row.trouble) == (2, "", "")
    assert row.due_at == datetime(2026, 3, 6, 2, 0, tzinfo=ZoneInfo("UTC"))


def test_of_two_workers_one_does_it(done: list[str]) -> None:
    row = Chore.objects.get(name="people.nightly")
    # Both have read the same row; the second comes too late.
    assert tasks._take(row, declared_chores.chores["people.nightly"], "one")
    assert not tasks._take(row, declared_chores.chores["people.nightly"], "two")
    assert Chore.objects.get(pk=row.pk).worker == "one"


def test_a_chore_that_fails_says_so_and_is_tried_before_the_next_night(
    done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ValueError("Noor was born on a Tuesday.")

    monkeypatch.setitem(declared_chores.chores, "people.nightly", Declared("people.nightly", timedelta(days=1), fail))
    assert tasks.run_due_chores("one") == 2
    row = Chore.objects.get(name="people.nightly")
    assert (row.trouble, row.worker) == ("ValueError", "")
    assert row.due_at <= timezone.now() + tasks.TRY_AGAIN
    assert done == ["minutely"]


def test_chores_that_nobody_declares_any_more_are_forgotten(done: list[str]) -> None:
    Chore.objects.create(name="people.sing")
    tasks.enrol_chores()
    assert sorted(Chore.objects.values_list("name", flat=True)) == ["people.minutely", "people.nightly"]


# ---- the dead --------------------------------------------------------------------------------------------------------


def held_by(name: str, seen: timedelta) -> Job:
    entry = Entry.objects.create(actor="machine:test", act="x.y", subject_type="access.unit", subject_id=1)
    job = Job.objects.create(
        entry=entry, reaction=f"cases.{name}", attempts=1, due_at=timezone.now() + timedelta(minutes=2)
    )
    Worker.objects.create(name=name, job=job, seen_at=timezone.now() - seen)
    return job


def test_what_a_dead_worker_held_is_due_at_once(done: list[str]) -> None:
    dead, living = held_by("dead", timedelta(seconds=61)), held_by("living", timedelta(seconds=30))
    Chore.objects.filter(name="people.nightly").update(worker="dead", due_at=timezone.now() + timedelta(days=1))
    Chore.objects.filter(name="people.minutely").update(worker="living", due_at=timezone.now() + timedelta(days=1))
    Worker.objects.create(name="living too")
    assert tasks.bury_the_dead() == 1
    assert list(Worker.objects.values_list("name", flat=True)) == ["living", "living too"]
    due = dict(Job.objects.filter(due_at__lte=timezone.now()).values_list("pk", "reaction"))
    assert due == {dead.pk: "cases.dead"}
    assert living.pk not in due
    assert tasks.run_due_chores("two") == 1
    assert done == ["nightly"]
    assert tasks.bury_the_dead() == 0


def test_a_job_that_is_done_stays_done(done: list[str]) -> None:
    job = held_by("dead", timedelta(seconds=61))
    Job.objects.filter(pk=job.pk).update(state=Job.State.DONE)
    tasks.bury_the_dead()
    job.refresh_from_db()
    assert (job.state, job.due_at > timezone.now()) == (Job.State.DONE, True)


def test_a_worker_that_was_taken_for_dead_is_on_the_roll_again(done: list[str]) -> None:
    held_by("slow", timedelta(seconds=61))
    tasks.bury_the_dead()
    tasks._say_alive("slow")
    assert Worker.objects.get().name == "slow"


def test_a_worker_writes_down_what_it_has_in_hand(done: list[str]) -> None:
    job = held_by("one", timedelta(0))
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now(), attempts=0)
    Worker.objects.update(job=None)
    heard: list[int | None] = []

    def take_up(pk: int | None) -> None:
        tasks.take_up("one", pk)
        heard.append(Worker.objects.get().job_id)

    run_due_jobs(take_up=take_up)
    assert heard == [job.pk, None]
    assert Worker.objects.get().job_id is None


def test_the_command_does_everything_once(kinkeeper: Call, rosa: Colleague) -> None:
    assert kinkeeper("worker", "--once").code == 0
    assert sorted(Chore.objects.filter(runs=1, trouble="").values_list("name", flat=True)) == sorted(chores)
    assert not Worker.objects.exists()
    # Started again, the nightly ones are done again: the machine may have slept for days.
    assert kinkeeper("worker", "--once").code == 0
    assert Chore.objects.get(name="leaving.come_of_age").runs == 2
