"""A calendar feed is opened by its owner, tells codes alone, and answers nobody once it is closed."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from icalendar import Calendar

from kinkeeper.access.models import User
from kinkeeper.cases.models import Case
from kinkeeper.journal.models import Entry
from kinkeeper.lib.codes import show_code
from kinkeeper.lib.refusals import Refused
from kinkeeper.notices import actions
from kinkeeper.notices.models import CalendarFeed
from tests.conftest import PASSWORD, Colleague
from tests.entrance.conftest import with_password


def address_of(page: str) -> str:
    found = re.search(r"http://testserver(/calendar/[\w-]+\.ics)", page)
    assert found is not None
    return found[1]


def opened(colleague: Colleague) -> str:
    return address_of(colleague.browser.post("/calendar/open/").content.decode())


def test_the_owner_opens_a_feed_and_sees_its_address_once(amina: Colleague) -> None:
    address = opened(amina)
    feed = CalendarFeed.objects.get()
    assert (feed.owner, feed.closed_at) == (amina.user, None)
    token = address.removeprefix("/calendar/").removesuffix(".ics")
    assert feed.token_hash == CalendarFeed.hash_of(token)
    assert token not in str(Entry.objects.values_list())
    assert token not in amina.browser.get("/calendar/").content.decode()


def test_opening_a_feed_asks_once_more_who_is_there(amina: Colleague) -> None:
    browser = with_password(amina).browser
    with time_machine.travel(timezone.now() + timedelta(minutes=6)):
        page = browser.post("/calendar/open/").content.decode()
        assert not CalendarFeed.objects.exists()
        assert "confirming-password" in page
        browser.post("/calendar/open/", {"confirming-password": PASSWORD, "confirming-method": "POST"})
        assert CalendarFeed.objects.get().owner == amina.user


def test_the_feed_tells_what_is_due_in_codes_alone(amina: Colleague, noors_case: Case) -> None:
    answer = Client().get(opened(amina))
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    events = [part for part in Calendar.from_ical(answer.content).walk() if part.name == "VEVENT"]
    assert [str(event["SUMMARY"]) for event in events] == [f"First visit {show_code(noors_case.code)}"]
    assert isinstance(events[0].decoded("DTSTART"), date)
    text = answer.content.decode()
    assert "Noor" not in text
    assert "Saleh" not in text
    assert b"\r\n" in answer.content


def test_an_event_keeps_its_identity(amina: Colleague, noors_case: Case) -> None:
    address = opened(amina)
    first, second = (
        [str(part["UID"]) for part in Calendar.from_ical(Client().get(address).content).walk() if part.name == "VEVENT"]
        for _time in range(2)
    )
    assert first == second != []


def test_a_closed_feed_answers_nobody(amina: Colleague, noors_case: Case) -> None:
    address = opened(amina)
    feed = CalendarFeed.objects.get()
    assert amina.browser.post(f"/calendar/{feed.code}/close/").status_code == 302
    assert Client().get(address).status_code == 404


def test_a_feed_is_closed_once(amina: Colleague) -> None:
    opened(amina)
    feed = actions.close_calendar_feed(amina.actor, CalendarFeed.objects.get())
    assert CalendarFeed.objects.get().closed_at is not None
    with pytest.raises(Refused, match="closed already"):
        actions.close_calendar_feed(amina.actor, feed)


def test_a_new_feed_closes_the_old_one(amina: Colleague) -> None:
    old, new = opened(amina), opened(amina)
    assert (Client().get(old).status_code, Client().get(new).status_code) == (404, 200)


def test_a_feed_ends_by_itself(amina: Colleague) -> None:
    address = opened(amina)
    CalendarFeed.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(address).status_code == 404


def test_whoever_left_is_told_nothing(amina: Colleague, noors_case: Case) -> None:
    address = opened(amina)
    User.objects.filter(pk=amina.user.pk).update(is_active=False)
    assert Client().get(address).status_code == 404


def test_nobody_opens_or_closes_the_feed_of_another(amina: Colleague, bruno: Colleague, dalia: Colleague) -> None:
    with pytest.raises(Refused, match="Only the person themselves"):
        actions.open_calendar_feed(dalia.actor, amina.user, token="x")
    opened(amina)
    feed = CalendarFeed.objects.get()
    assert bruno.browser.post(f"/calendar/{feed.code}/close/").status_code == 404
    # The judge holds without the wall before it.
    assert "Only its owner can close" in actions.close_calendar_feed.verdict(bruno.actor, feed).sentence
    assert CalendarFeed.objects.get().closed_at is None


def test_a_wrong_secret_finds_nothing(db: None) -> None:
    assert Client().get("/calendar/not-a-secret.ics").status_code == 404
