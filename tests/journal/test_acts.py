"""A deed is permitted, whole and remembered; its news is stored with it and delivered once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Unseen, Verdict
from kinkeeper.access.models import Role
from kinkeeper.journal import acts as book
from kinkeeper.journal.acts import after, reactions
from kinkeeper.journal.models import Entry, Job
from kinkeeper.journal.tasks import MOST_ATTEMPTS, run_due_jobs
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.lib.rows import write
from kinkeeper.people.models import Person, Sex
from tests.conftest import Colleague


def may_mark(actor: Actor, person: Person) -> Verdict:
    return YES if actor.sits(Role.CASEWORKER, person.unit_id) else Verdict(_("Only a caseworker can mark a child."))


def mark(actor: Actor, person: Person, *, sex: Sex, note: str = "", fails: bool = False) -> Person:
    """Mark a child."""
    write(person, sex=sex)
    if fails:
        raise Refused(_("Not like this."))
    return person


@pytest.fixture
def marking() -> Iterator[book.Act[..., Person]]:
    """A deed of the test’s own, forgotten afterwards."""
    deed = book.Act(mark, may_mark)
    yield deed
    book.acts.pop(deed.name)
    reactions.pop(deed.name, None)


@pytest.mark.asvs("16.2.1")
def test_a_deed_changes_and_remembers(amina: Colleague, noor: Person, marking: book.Act[..., Person]) -> None:
    marking(amina.actor, noor, sex=Sex.OTHER, note="Not for the journal.")
    noor.refresh_from_db()
    assert (noor.sex, noor.version) == (Sex.OTHER, 2)
    entry = Entry.objects.get()
    assert (entry.user, entry.act, entry.subject_code, entry.unit_id) == (
        amina.user,
        "journal.mark",
        noor.code,
        noor.unit_id,
    )
    assert entry.facts == {"sex": "X"}


def test_a_refused_deed_changes_nothing_and_says_why(
    dalia: Colleague, noor: Person, marking: book.Act[..., Person]
) -> None:
    with pytest.raises(Refused, match="Only a caseworker can mark a child"):
        marking(dalia.actor, noor, sex=Sex.OTHER)
    noor.refresh_from_db()
    assert (noor.sex, Entry.objects.count()) == (Sex.FEMALE, 0)


@pytest.mark.asvs("2.3.3", "16.5.3")
def test_a_deed_that_fails_half_way_leaves_nothing(
    amina: Colleague, noor: Person, marking: book.Act[..., Person]
) -> None:
    with pytest.raises(Refused, match="Not like this"):
        marking(amina.actor, noor, sex=Sex.OTHER, fails=True)
    noor.refresh_from_db()
    assert (noor.sex, noor.version, Entry.objects.count(), Job.objects.count()) == (Sex.FEMALE, 1, 0, 0)


@pytest.mark.asvs("8.2.2", "8.3.1")
def test_a_row_out_of_sight_is_not_found(bruno: Colleague, noor: Person, marking: book.Act[..., Person]) -> None:
    with pytest.raises(Unseen):
        marking(bruno.actor, noor, sex=Sex.OTHER)


def test_a_stale_row_is_refused(amina: Colleague, noor: Person, marking: book.Act[..., Person]) -> None:
    page = Person.objects.get(pk=noor.pk)
    marking(amina.actor, noor, sex=Sex.OTHER)
    with pytest.raises(Stale, match="Someone else changed this record"):
        marking(amina.actor, page, sex=Sex.MALE)
    assert Entry.objects.count() == 1


def test_the_verdict_draws_the_button(amina: Colleague, dalia: Colleague, noor: Person) -> None:
    assert may_mark(amina.actor, noor)
    assert str(may_mark(dalia.actor, noor).sentence) == "Only a caseworker can mark a child."


# ---- the outbox ------------------------------------------------------------------------------------------------------


def test_news_goes_up_once(amina: Colleague, noor: Person, marking: book.Act[..., Person]) -> None:
    heard: list[str] = []

    @after(marking)
    def listen(entry: Entry) -> None:
        heard.append(entry.subject_code)

    marking(amina.actor, noor, sex=Sex.OTHER)
    assert heard == []
    assert run_due_jobs() == 1
    assert run_due_jobs() == 0
    assert heard == [noor.code]
    assert Job.objects.get().state == Job.State.DONE


def test_a_reaction_that_fails_leaves_no_trace_and_is_tried_again(
    amina: Colleague, noor: Person, marking: book.Act[..., Person]
) -> None:
    trouble = [True]

    @after(marking)
    def stumble(entry: Entry) -> None:
        Person.objects.filter(pk=entry.subject_id).update(ethnicity="X")
        if trouble:
            raise ValueError("Noor said a secret thing")

    marking(amina.actor, noor, sex=Sex.OTHER)
    run_due_jobs()
    job = Job.objects.get()
    noor.refresh_from_db()
    assert (job.state, job.attempts, job.trouble, noor.ethnicity) == (Job.State.READY, 1, "ValueError", "")
    assert run_due_jobs() == 0, "it waits before it is tried again"
    trouble.clear()
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    run_due_jobs()
    noor.refresh_from_db()
    assert (Job.objects.get().state, noor.ethnicity) == (Job.State.DONE, "X")


def test_a_worker_that_died_leaves_the_job_to_the_next(
    amina: Colleague, noor: Person, marking: book.Act[..., Person]
) -> None:
    heard: list[int] = []

    @after(marking)
    def listen_again(entry: Entry) -> None:
        heard.append(entry.pk)

    marking(amina.actor, noor, sex=Sex.OTHER)
    # What a worker leaves behind that claimed the job and was killed.
    Job.objects.update(attempts=1, due_at=timezone.now() + timedelta(minutes=2))
    assert run_due_jobs() == 0
    Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert run_due_jobs() == 1
    assert len(heard) == 1


def test_a_hopeless_job_is_left_for_a_person(amina: Colleague, noor: Person, marking: book.Act[..., Person]) -> None:
    @after(marking)
    def never(entry: Entry) -> None:
        raise ValueError

    marking(amina.actor, noor, sex=Sex.OTHER)
    for _attempt in range(MOST_ATTEMPTS):
        Job.objects.update(due_at=timezone.now() - timedelta(seconds=1))
        run_due_jobs()
    assert Job.objects.get().state == Job.State.FAILED
    assert run_due_jobs() == 0
