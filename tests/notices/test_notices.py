"""Those who answer for a child are told of what others did, once, without names, and put the notice away."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse
from django.utils import timezone

from kinkeeper.access.actions import open_record
from kinkeeper.access.gate import Unseen, machine
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Job
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.lib.refusals import Refused
from kinkeeper.notices import queries
from kinkeeper.notices.actions import put_notice_away, tell
from kinkeeper.notices.models import Notice
from kinkeeper.people.models import Person
from kinkeeper.placements import actions
from tests.conftest import Colleague, approve, decide

MAY, JUNE, JULY = date(2024, 5, 6), date(2024, 6, 3), date(2024, 7, 1)


def test_supervisor_and_worker_are_told_of_what_others_did(
    amina: Colleague, dalia: Colleague, bruno: Colleague, village: object, noor: Person, okafors: Home
) -> None:
    other = Home.objects.create(unit=okafors.unit, name="House Three", kind="village_family")
    approve(other, "SOS_FAM")
    decide(noor, "FOSTER_ST")
    decide(noor, "SOS_FAM")
    period = actions.start_placement(
        amina.actor, noor, home=okafors, started_on=MAY, care_type="FOSTER_ST", legal_status_code="VOLUNTARY"
    )
    period = actions.move_child(
        dalia.actor, period, home=other, moved_on=JUNE, care_type="SOS_FAM", leave_reason="PLAN"
    )
    actions.end_placement(amina.actor, period, ended_on=JULY, exit="REUNIFIED")
    run_due_jobs()
    told = Notice.objects.order_by("pk").values_list("to", "kind", "subject_code")
    assert list(told) == [
        (dalia.user.pk, "care_started", noor.code),
        (amina.user.pk, "child_moved", noor.code),
        (dalia.user.pk, "care_ended", noor.code),
    ]
    assert noor.name.split()[0] not in " ".join(notice.sentence() for notice in Notice.objects.all())


def test_a_job_that_runs_twice_tells_once(amina: Colleague, dalia: Colleague, noor: Person, okafors: Home) -> None:
    decide(noor, "FOSTER_ST")
    actions.start_placement(
        amina.actor, noor, home=okafors, started_on=MAY, care_type="FOSTER_ST", legal_status_code="VOLUNTARY"
    )
    run_due_jobs()
    Job.objects.update(state=Job.State.READY, due_at=timezone.now())
    run_due_jobs()
    assert Job.objects.get().state == Job.State.DONE
    assert Notice.objects.count() == 1


def test_supervisors_are_told_of_an_emergency_opening(
    dalia: Colleague, bruno: Colleague, amina: Colleague, noor: Person
) -> None:
    open_record(bruno.actor, record=noor.code, reason="Noor is at our door, hurt, and asks for her carers.")
    run_due_jobs()
    notice = Notice.objects.get(kind=Notice.Kind.RECORD_OPENED)
    assert (notice.to, notice.kind, notice.subject_code) == (dalia.user, "record_opened", noor.code)
    assert notice.link == reverse("openings")


def told(colleague: Colleague) -> Notice:
    tell(machine("test"), users=[colleague.user.pk], kind="child_moved", subject_code="ABC", entry_id=1)
    return Notice.objects.get(to=colleague.user)


def test_a_notice_is_put_away_by_the_one_it_is_for(amina: Colleague, dalia: Colleague) -> None:
    notice = told(amina)
    assert list(queries.unread_for(amina.actor)) == [notice]
    assert list(queries.unread_for(dalia.actor)) == []
    with pytest.raises(Unseen):
        put_notice_away(dalia.actor, notice)
    # The judge holds without the wall before it.
    assert "Only the person a notice is for" in put_notice_away.verdict(dalia.actor, notice).sentence
    put_notice_away(amina.actor, notice)
    assert list(queries.unread_for(amina.actor)) == []
    assert list(queries.notices_for(amina.actor)) == [notice]


def test_people_do_not_write_notices(amina: Colleague) -> None:
    with pytest.raises(Refused, match="written by the system"):
        tell(amina.actor, users=[amina.user.pk], kind="child_moved", subject_code="ABC")
    assert not Notice.objects.exists()


def test_the_page_shows_ones_own_and_puts_them_away(amina: Colleague, dalia: Colleague) -> None:
    notice = told(amina)
    browser = amina.browser
    assert "Child ABC has moved to another home." in browser.get(reverse("notices")).content.decode()
    assert "Child ABC" not in dalia.browser.get(reverse("notices")).content.decode()
    address = reverse("put_notice_away", args=[notice.code])
    assert browser.get(address).status_code == 405
    assert dalia.browser.post(address).status_code == 404
    assert browser.post(address)["Location"] == reverse("notices")
    notice.refresh_from_db()
    assert notice.read_at is not None
