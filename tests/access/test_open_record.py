"""Opening a record in an emergency: with a reason, for two hours, for reading only, seen by others, closed with a comment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from kinkeeper.access import actions
from kinkeeper.access.duties import openings_to_review
from kinkeeper.access.gate import seen
from kinkeeper.access.models import Opening, Role, Seat, Unit
from kinkeeper.journal.models import Entry, Job
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.lib.refusals import Refused
from kinkeeper.notices.models import Notice
from kinkeeper.people.models import Person
from tests.conftest import Colleague, hire, register

REASON = "The hospital called, she is there alone."


def test_the_record_is_open_for_two_hours(bruno: Colleague, noor: Person, village: Unit) -> None:
    assert not seen(bruno.actor, Person).filter(pk=noor.pk).exists()
    opening = actions.open_record(bruno.actor, record=noor.code.lower(), reason=REASON)
    assert (opening.user, opening.subject_code, opening.unit) == (bruno.user, noor.code, village)
    assert opening.until - opening.opened_at == timedelta(hours=2)
    assert seen(bruno.actor, Person).get(pk=noor.pk) == noor
    with time_machine.travel(timezone.now() + timedelta(hours=2, seconds=1)):
        assert not seen(bruno.actor, Person).filter(pk=noor.pk).exists()
    entry = Entry.objects.get(act="access.open_record")
    assert (entry.unit, entry.user, "hospital" in str(entry.facts)) == (village, bruno.user, False)


def test_closing_ends_the_reading_and_asks_what_was_done(bruno: Colleague, noor: Person) -> None:
    opening = actions.open_record(bruno.actor, record=noor.code, reason=REASON)
    with pytest.raises(Refused, match="what you did with what you read"):
        actions.close_opening(bruno.actor, opening, comment="done")
    closed = actions.close_opening(bruno.actor, opening, comment="I told the doctor of her allergy.")
    assert closed.closed_at is not None
    assert not seen(bruno.actor, Person).filter(pk=noor.pk).exists()
    with pytest.raises(Refused, match="already closed"):
        actions.close_opening(bruno.actor, closed, comment="I told the doctor of her allergy.")


def test_without_a_reason_nobody_learns_whether_a_code_exists(bruno: Colleague, noor: Person) -> None:
    said = set()
    for code in (noor.code, "NOSUCH00"):
        with pytest.raises(Refused) as refusal:
            actions.open_record(bruno.actor, record=code, reason="   because   ")
        said.add(str(refusal.value))
    assert len(said) == 1
    with pytest.raises(Refused, match="No record with this code"):
        actions.open_record(bruno.actor, record="NOSUCH00", reason=REASON)
    assert not Opening.objects.exists()


def test_who_may_not(bruno: Colleague, amina: Colleague, rosa: Colleague, eve: Colleague, noor: Person) -> None:
    for colleague in (rosa, eve):
        with pytest.raises(Refused, match="Only caseworkers and supervisors"):
            actions.open_record(colleague.actor, record=noor.code, reason=REASON)
    with pytest.raises(Refused, match="You can already read this record"):
        actions.open_record(amina.actor, record=noor.code, reason=REASON)
    actions.open_record(bruno.actor, record=noor.code, reason=REASON)
    with pytest.raises(Refused, match="Close the record you opened before"):
        actions.open_record(bruno.actor, record=noor.code, reason=REASON)
    assert Opening.objects.count() == 1


def test_what_a_colleague_has_open_does_not_keep_anybody_out(
    bruno: Colleague, noor: Person, village: Unit, other_unit: Unit
) -> None:
    colleague = hire("Boris Beside", (Role.CASEWORKER, other_unit))
    for who in (colleague, bruno):
        assert actions.open_record(who.actor, record=noor.code, reason=REASON).closed_at is None
    assert Opening.objects.filter(closed_at=None).count() == 2


def test_the_supervisor_of_the_unit_reads_about_it_and_others_do_not(
    bruno: Colleague, dalia: Colleague, eve: Colleague, noor: Person
) -> None:
    opening = actions.open_record(bruno.actor, record=noor.code, reason=REASON)
    assert REASON in dalia.browser.get("/openings/").content.decode()
    assert REASON not in eve.browser.get("/openings/").content.decode()
    with pytest.raises(Refused, match="Only the person who opened"):
        actions.close_opening(dalia.actor, opening, comment="I told the doctor of her allergy.")


def test_the_pages_open_show_the_banner_and_close(bruno: Colleague, noor: Person) -> None:
    browser = bruno.browser
    short = browser.post("/openings/new/", {"record": noor.code, "reason": "because"}).content.decode()
    assert "at least 20 letters" in short
    response = browser.post("/openings/new/", {"record": noor.code, "reason": REASON})
    assert (response.status_code, response["Location"]) == (302, f"/people/{noor.code}/")
    opening = Opening.objects.get()
    page = browser.get("/openings/").content.decode()
    assert f"Record {noor.code} is open to you in an emergency." in page
    done = {"comment": "I told the doctor of her allergy.", "version": "1"}
    assert browser.post(f"/openings/{opening.code}/close/", done).status_code == 302
    assert "is open to you in an emergency" not in browser.get("/openings/").content.decode()


# ---- told, reviewed, locked ------------------------------------------------------------------------------------------

DONE = "I told the doctor of her allergy."
FOUND = "The hospital confirmed the call to me."


def opened_and_closed(bruno: Colleague, record: Person) -> Opening:
    """A record that Bruno opened in an emergency and closed again."""
    opening = actions.open_record(bruno.actor, record=record.code, reason=REASON)
    return actions.close_opening(bruno.actor, opening, comment=DONE)


def test_the_worker_and_those_who_oversee_are_told_in_the_same_transaction(
    bruno: Colleague, amina: Colleague, dalia: Colleague, eve: Colleague, noor: Person
) -> None:
    farida = hire("Farida Director", (Role.DIRECTOR, None))
    actions.open_record(bruno.actor, record=noor.code, reason=REASON)
    stored = set(Job.objects.values_list("reaction", flat=True))
    assert {"notices.tell_that_a_record_was_opened", "cases.tell_the_childs_worker"} <= stored
    run_due_jobs()
    told = set(Notice.objects.values_list("to__name", "kind"))
    assert told == {
        ("Amina Haddad", "my_record_opened"),
        ("Dalia Marku", "record_opened"),
        (farida.user.name, "record_opened"),
    }


def test_a_supervisor_gives_a_verdict_and_the_colleague_is_told(
    bruno: Colleague, dalia: Colleague, noor: Person
) -> None:
    opening = opened_and_closed(bruno, noor)
    reviewed = actions.review_opening(dalia.actor, opening, finding=Opening.Finding.JUSTIFIED, review=FOUND)
    stored = Opening.objects.get()
    assert (stored.reviewed_by, stored.finding, stored.review) == (dalia.user, "justified", FOUND)
    entry = Entry.objects.get(act="access.review_opening")
    assert (entry.user, entry.facts) == (dalia.user, {"finding": "justified"})
    run_due_jobs()
    assert Notice.objects.filter(to=bruno.user, kind=Notice.Kind.OPENING_REVIEWED).count() == 1
    with pytest.raises(Refused, match="reviewed already"):
        actions.review_opening(dalia.actor, reviewed, finding=Opening.Finding.AVOIDABLE, review=FOUND)


def test_who_may_not_review(bruno: Colleague, amina: Colleague, dalia: Colleague, noor: Person, village: Unit) -> None:
    opening = actions.open_record(bruno.actor, record=noor.code, reason=REASON)
    verdict: dict[str, Any] = {"finding": Opening.Finding.JUSTIFIED, "review": FOUND}
    with pytest.raises(Refused, match="still open"):
        actions.review_opening(dalia.actor, opening, **verdict)
    opening = actions.close_opening(bruno.actor, opening, comment=DONE)
    with pytest.raises(Refused, match="Nobody reviews their own"):
        actions.review_opening(bruno.actor, opening, **verdict)
    with pytest.raises(Refused, match="what your verdict rests on"):
        actions.review_opening(dalia.actor, opening, finding=Opening.Finding.JUSTIFIED, review="fine")
    assert not actions.review_opening.verdict(amina.actor, opening)
    assert Opening.objects.get().reviewed_at is None


def test_an_opening_that_ran_out_is_reviewed_even_though_nobody_closed_it(
    bruno: Colleague, dalia: Colleague, noor: Person
) -> None:
    opening = actions.open_record(bruno.actor, record=noor.code, reason=REASON)
    with time_machine.travel(timezone.now() + timedelta(hours=2, seconds=1)):
        actions.review_opening(dalia.actor, opening, finding=Opening.Finding.AVOIDABLE, review=FOUND)
    assert Opening.objects.get().finding == "avoidable"


def test_two_children_who_arrive_at_night_can_both_be_read(bruno: Colleague, noor: Person, village: Unit) -> None:
    opened_and_closed(bruno, noor)
    other = register(village, "Sami", "Saleh")
    assert actions.open_record(bruno.actor, record=other.code, reason=REASON).subject_code == other.code


def test_an_opening_without_a_verdict_after_three_days_blocks_the_next(
    bruno: Colleague, dalia: Colleague, noor: Person, village: Unit
) -> None:
    opening = opened_and_closed(bruno, noor)
    other = register(village, "Sami", "Saleh")
    with time_machine.travel(opening.opened_at + timedelta(hours=72)):
        with pytest.raises(Refused, match="three days ago is not reviewed yet"):
            actions.open_record(bruno.actor, record=other.code, reason=REASON)
        assert Opening.objects.count() == 1
        actions.review_opening(dalia.actor, opening, finding=Opening.Finding.JUSTIFIED, review=FOUND)
        assert actions.open_record(bruno.actor, record=other.code, reason=REASON).subject_code == other.code


def test_an_hour_before_it_does_not(bruno: Colleague, noor: Person, village: Unit) -> None:
    opening = opened_and_closed(bruno, noor)
    other = register(village, "Sami", "Saleh")
    with time_machine.travel(opening.opened_at + timedelta(hours=71)):
        assert actions.open_record(bruno.actor, record=other.code, reason=REASON).subject_code == other.code


@pytest.mark.asvs("2.4.1")
def test_three_in_a_day_lock_the_fourth_and_the_administrator_is_told(
    bruno: Colleague, dalia: Colleague, rosa: Colleague, noor: Person, village: Unit
) -> None:
    children = [register(village, f"Child{number}", "Saleh") for number in range(4)]
    for number, child in enumerate(children[:3], 1):
        opening = opened_and_closed(bruno, child)
        actions.review_opening(dalia.actor, opening, finding=Opening.Finding.JUSTIFIED, review=FOUND)
        run_due_jobs()
        assert Notice.objects.filter(to=rosa.user, kind=Notice.Kind.OPENINGS_LOCKED).exists() is (number == 3)
    with pytest.raises(Refused, match="three records within a day"):
        actions.open_record(bruno.actor, record=children[3].code, reason=REASON)
    with time_machine.travel(timezone.now() + timedelta(hours=24, minutes=1)):
        actions.open_record(bruno.actor, record=children[3].code, reason=REASON)


def test_the_review_is_a_duty_of_three_days_until_there_is_a_verdict(
    bruno: Colleague, dalia: Colleague, amina: Colleague, noor: Person
) -> None:
    opening = opened_and_closed(bruno, noor)
    duty = openings_to_review(dalia.actor)[0]
    assert (duty.code, duty.deed, duty.due_on) == (
        opening.code,
        "review_opening",
        timezone.localdate(opening.opened_at + timedelta(hours=72)),
    )
    assert "Review an opened record" in dalia.browser.get("/").content.decode()
    assert openings_to_review(bruno.actor) == openings_to_review(amina.actor) == []
    actions.review_opening(dalia.actor, opening, finding=Opening.Finding.JUSTIFIED, review=FOUND)
    assert openings_to_review(dalia.actor) == []


def test_the_page_of_the_review_gives_the_verdict(
    bruno: Colleague, dalia: Colleague, amina: Colleague, noor: Person
) -> None:
    opening = opened_and_closed(bruno, noor)
    address = f"/openings/{opening.code}/review/"
    assert amina.browser.get(address).status_code == 404
    browser = dalia.browser
    assert REASON in browser.get(address).content.decode()
    given = {"finding": "unjustified", "review": FOUND, "version": str(opening.version)}
    assert browser.post(address, given).status_code == 302
    page = bruno.browser.get("/openings/").content.decode()
    assert "There was no emergency" in page
    assert FOUND in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_questions(
    bruno: Colleague, dalia: Colleague, village: Unit, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        opening = opened_and_closed(bruno, register(village, f"Child{number}", "Saleh"))
        actions.review_opening(dalia.actor, opening, finding=Opening.Finding.JUSTIFIED, review=FOUND)
    browser = dalia.browser
    with django_assert_num_queries(12):
        browser.get("/openings/")


def test_an_opening_lasts_no_longer_than_the_seat(bruno: Colleague, noor: Person) -> None:
    actions.open_record(bruno.actor, record=noor.code, reason=REASON)
    assert seen(bruno.actor, Person).filter(pk=noor.pk).exists()
    yesterday = timezone.localdate() - timedelta(days=1)
    bruno.user.seats.update(ends_on=yesterday)
    assert not seen(bruno.actor, Person).filter(pk=noor.pk).exists()
    Seat.objects.create(user=bruno.user, role=Role.AUDITOR, starts_on=yesterday)
    assert not seen(bruno.actor, Person).filter(pk=noor.pk).exists()
