"""Opening a record in an emergency: with a reason, for two hours, for reading only, seen by others, closed with a comment."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from kinkeeper.access import actions
from kinkeeper.access.gate import seen
from kinkeeper.access.models import Opening, Unit
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from tests.conftest import Colleague

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
