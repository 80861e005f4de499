"""The answer to a request is put off once, in time, with a reason that whoever asked was told."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from kinkeeper.access.gate import Unseen
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.periods import add_months
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.people.models import Person
from kinkeeper.retention.actions import extend_answer, receive_request, refuse_request
from kinkeeper.retention.models import AccessRequest
from tests.conftest import Colleague

TODAY = timezone.localdate()
WHY = "The file has three thousand pages."


@pytest.fixture
def asked(dalia: Colleague, omar: Person) -> AccessRequest:
    """Omar asked for his file ten days ago."""
    return receive_request(dalia.actor, omar, asked_on=TODAY - timedelta(days=10), asker="self")


def test_the_answer_is_put_off_by_two_months(dalia: Colleague, asked: AccessRequest) -> None:
    first = asked.due_on
    row = extend_answer(dalia.actor, asked, why_extended=f" {WHY} ", told_on=TODAY)
    stored = AccessRequest.objects.get()
    assert (stored.due_on, stored.extended_on, stored.extended_by, stored.why_extended, stored.told_on) == (
        add_months(first, 2), TODAY, dalia.user, WHY, TODAY,
    )  # fmt: skip
    assert (row.state, row.version) == ("received", asked.version + 1)
    entry = Entry.objects.get(act="retention.extend_answer")
    assert (entry.subject_code, entry.facts) == (asked.code, {"told_on": TODAY.isoformat()})


def test_it_is_not_put_off_twice(dalia: Colleague, karim: Colleague, asked: AccessRequest) -> None:
    row = extend_answer(dalia.actor, asked, why_extended=WHY, told_on=TODAY)
    for colleague in (dalia, karim):
        with pytest.raises(Refused, match="cannot be put off twice") as refused:
            extend_answer(colleague.actor, row, why_extended=WHY, told_on=TODAY)
        assert refused.value.guard == "G-STEP"
    assert AccessRequest.objects.get().due_on == row.due_on
    assert Refusal.objects.filter(act="retention.extend_answer", guard="G-STEP").count() == 2


def test_it_is_put_off_on_the_last_day_and_not_after(dalia: Colleague, asked: AccessRequest) -> None:
    late = write(asked, due_on=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="overdue") as refused:
        extend_answer(dalia.actor, late, why_extended=WHY, told_on=TODAY)
    assert (refused.value.guard, AccessRequest.objects.get().extended_on) == ("G-TIME", None)
    row = extend_answer(dalia.actor, write(late, due_on=TODAY), why_extended=WHY, told_on=TODAY)
    assert row.due_on == add_months(TODAY, 2)


@pytest.mark.parametrize(
    ("told_on", "why", "words"),
    [
        (TODAY + timedelta(days=1), WHY, "still to come"),
        (TODAY - timedelta(days=11), WHY, "before they asked"),
        (TODAY, "  ", "Say why"),
    ],
)
def test_it_needs_a_reason_and_a_day(
    dalia: Colleague, asked: AccessRequest, told_on: date, why: str, words: str
) -> None:
    with pytest.raises(Refused, match=words):
        extend_answer(dalia.actor, asked, why_extended=why, told_on=told_on)
    assert AccessRequest.objects.get() == asked
    assert AccessRequest.objects.get().version == asked.version


def test_told_on_the_very_day_of_asking(dalia: Colleague, asked: AccessRequest) -> None:
    assert extend_answer(dalia.actor, asked, why_extended=WHY, told_on=asked.asked_on).told_on == asked.asked_on


def test_only_those_who_oversee_the_unit_put_it_off(
    amina: Colleague, bruno: Colleague, eve: Colleague, dalia: Colleague, asked: AccessRequest, noor: Person
) -> None:
    for stranger in (amina, bruno, eve):
        with pytest.raises(Unseen):
            extend_answer(stranger.actor, asked, why_extended=WHY, told_on=TODAY)
    of_noor = receive_request(amina.actor, noor, asked_on=TODAY, asker="self")
    with pytest.raises(Refused, match="Only a supervisor or director"):
        extend_answer(amina.actor, of_noor, why_extended=WHY, told_on=TODAY)
    answered = refuse_request(dalia.actor, asked, why_refused="Nobody proved who asks.")
    with pytest.raises(Refused, match="answered already"):
        extend_answer(dalia.actor, answered, why_extended=WHY, told_on=TODAY)


def test_the_page(dalia: Colleague, asked: AccessRequest) -> None:
    browser, address = dalia.browser, f"/retention/requests/{asked.code}/put-off/"
    assert "Tell whoever asked first" in browser.get(address).content.decode()
    answer = browser.post(address, {"why_extended": WHY, "told_on": TODAY.isoformat(), "version": asked.version})
    assert (answer.status_code, AccessRequest.objects.get().extended_on) == (302, TODAY)
    page = browser.get(asked.get_absolute_url()).content.decode()
    assert "put off once on" in page
    assert WHY in page
    again = browser.post(address, {"why_extended": WHY, "told_on": TODAY.isoformat(), "version": asked.version + 1})
    assert again.status_code == 409
