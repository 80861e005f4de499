"""Sessions: listed to their owner alone, ended by idleness, by age, by their owner, and with the account or the last seat."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from kinkeeper.access import actions as people
from kinkeeper.access.models import Role, Seat, SignedInDevice, Unit
from kinkeeper.access.sessions import device_in_words
from kinkeeper.entrance import actions
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from tests.conftest import PASSWORD, Colleague
from tests.entrance.conftest import with_password

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
CHROME = "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1"


def comes_in(colleague: Colleague, agent: str = FIREFOX) -> Client:
    """A browser of this kind that signs in through the page."""
    client = Client(headers={"user-agent": agent})
    assert client.post("/sign-in/", {"email": colleague.user.email, "password": PASSWORD}).status_code == 302
    return client


def is_inside(client: Client) -> bool:
    return client.get("/my-devices/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (CHROME, "Chrome on Android"),
        (EDGE, "Edge on Windows"),
        (SAFARI, "Safari on iPhone"),
        ("curl/8", "A browser that does not say what it is"),
    ],
)
def test_a_device_is_named_in_words(agent: str, words: str) -> None:
    assert device_in_words(agent) == words


@pytest.mark.asvs("7.5.2")
def test_the_page_lists_ones_own_sessions_and_no_others(amina: Colleague, bruno: Colleague) -> None:
    with_password(amina)
    with_password(bruno)
    here, _there = comes_in(amina), comes_in(amina, CHROME)
    comes_in(bruno, SAFARI)
    page = here.get("/my-devices/").content.decode()
    assert page.index("Firefox on Linux") < page.index("this one") < page.index("Chrome on Android")
    assert "Safari on iPhone" not in page


@pytest.mark.parametrize("sessions", [1, 3])
def test_the_page_asks_the_same_number_of_questions(
    amina: Colleague, sessions: int, django_assert_num_queries: Any
) -> None:
    with_password(amina)
    browsers = [comes_in(amina) for _number in range(sessions)]
    with django_assert_num_queries(8):
        page = browsers[0].get("/my-devices/").content.decode()
    assert page.count("Firefox on Linux") == sessions


@pytest.mark.asvs("7.2.1", "7.5.2")
def test_one_session_is_ended_from_another_at_once(amina: Colleague, bruno: Colleague) -> None:
    with_password(amina)
    here, there = comes_in(amina), comes_in(amina, CHROME)
    device = SignedInDevice.objects.get(agent=CHROME)
    assert bruno.browser.post(f"/my-devices/{device.code}/end/").status_code == 404
    assert is_inside(there)
    assert here.post(f"/my-devices/{device.code}/end/")["Location"] == "/my-devices/"
    assert (is_inside(here), is_inside(there)) == (True, False)
    entry = Entry.objects.get(act="entrance.end_session")
    assert (entry.user, entry.facts) == (amina.user, {"subject": device.code})


def test_ending_this_one_is_signing_out(amina: Colleague) -> None:
    with_password(amina)
    here = comes_in(amina)
    answer = here.post(f"/my-devices/{SignedInDevice.objects.get().code}/end/")
    assert (answer["Location"], answer["Clear-Site-Data"]) == ("/sign-in/", '"cache", "storage"')


@pytest.mark.asvs("7.4.3", "7.5.2")
def test_all_others_are_ended_and_this_one_stays(amina: Colleague) -> None:
    with_password(amina)
    here, *others = [comes_in(amina) for _number in range(3)]
    here.post("/my-devices/end-others/")
    assert [is_inside(client) for client in (here, *others)] == [True, False, False]
    assert (SignedInDevice.objects.count(), Entry.objects.filter(act="entrance.end_other_sessions").count()) == (1, 1)


def test_nobody_ends_the_sessions_of_a_colleague(amina: Colleague, dalia: Colleague) -> None:
    with pytest.raises(Refused, match="Only the person themselves"):
        actions.end_other_sessions(dalia.actor, amina.user, staying="")


@pytest.mark.asvs("7.3.1")
def test_half_an_hour_without_a_page_ends_it(amina: Colleague) -> None:
    with_password(amina)
    start = timezone.now()
    here = comes_in(amina)
    for minutes, inside in ((29, True), (58, True), (89, False)):
        with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
            assert is_inside(here) is inside
    assert not is_inside(here)


@pytest.mark.asvs("7.3.2")
def test_ten_hours_end_it_however_busy_it_is(amina: Colleague) -> None:
    with_password(amina)
    start = timezone.now()
    here = comes_in(amina)
    answers = []
    for number in range(1, 32):
        with time_machine.travel(start + timedelta(minutes=20 * number), tick=False):
            answers.append(is_inside(here))
    assert answers == [True] * 30 + [False]


@pytest.mark.asvs("7.2.1")
def test_a_session_without_times_is_over(amina: Colleague) -> None:
    browser = amina.browser
    session = browser.session
    del session["seen"]
    session.save()
    assert not is_inside(browser)


def test_being_seen_is_written_once_in_a_minute_at_most(amina: Colleague, django_assert_num_queries: Any) -> None:
    with_password(amina)
    start = timezone.now()
    here = comes_in(amina)
    with time_machine.travel(start + timedelta(seconds=61), tick=False):
        here.get("/my-devices/")
        with django_assert_num_queries(8):
            here.get("/my-devices/")


@pytest.mark.asvs("7.2.2", "7.2.4")
def test_signing_in_changes_the_key_and_lists_the_device(amina: Colleague) -> None:
    with_password(amina)
    client = Client()
    client.get("/sign-in/second-factor/")
    session = client.session
    session["something"] = 1
    session.save()
    before = session.session_key
    client.cookies["kinkeeper"] = str(before)
    client.post("/sign-in/", {"email": amina.user.email, "password": PASSWORD})
    assert client.session.session_key != before
    assert SignedInDevice.objects.get().session_key == client.session.session_key
    assert not Session.objects.filter(pk=before).exists()


@pytest.mark.asvs("7.4.2", "7.4.5")
def test_closing_an_account_ends_its_sessions_at_once(amina: Colleague, rosa: Colleague) -> None:
    with_password(amina)
    here = comes_in(amina)
    people.suspend_user(rosa.actor, amina.user)
    assert not SignedInDevice.objects.filter(user=amina.user).exists()
    assert not Session.objects.filter(pk=here.cookies["kinkeeper"].value).exists()
    assert not is_inside(here)


def test_the_last_seat_takes_the_sessions_along_and_an_earlier_one_does_not(
    amina: Colleague, rosa: Colleague, other_unit: Unit
) -> None:
    with_password(amina)
    first = Seat.objects.get(user=amina.user)
    second = Seat.objects.create(user=amina.user, role=Role.CASEWORKER, unit=other_unit, starts_on=date(2020, 1, 1))
    here = comes_in(amina)
    people.end_seat(rosa.actor, second, ends_on=date.today() + timedelta(days=7))
    people.end_seat(rosa.actor, first, ends_on=date.today())
    assert is_inside(here)
    second.refresh_from_db()
    people.end_seat(rosa.actor, second, ends_on=date.today())
    assert not is_inside(here)


@pytest.mark.asvs("6.2.2", "7.4.3")
def test_a_new_password_ends_the_others_and_goes_on_here(amina: Colleague) -> None:
    with_password(amina)
    here, there = comes_in(amina), comes_in(amina, CHROME)
    new = {"old": PASSWORD, "password": "quite another password", "version": str(amina.user.version)}
    assert here.post("/password/", new).status_code == 302
    assert (is_inside(here), is_inside(there)) == (True, False)
    assert list(SignedInDevice.objects.values_list("agent", flat=True)) == [FIREFOX]


@pytest.mark.asvs("7.2.3")
def test_the_key_of_a_session_is_long_and_drawn_each_time(amina: Colleague) -> None:
    """32 of 36 signs are 165 bits."""
    with_password(amina)
    keys = [comes_in(amina).session.session_key for _number in range(5)]
    assert len(set(keys)) == 5
    assert all(key is not None and len(key) == 32 and key.isalnum() for key in keys)


@pytest.mark.asvs("7.4.1")
def test_a_session_that_was_ended_is_not_taken_up_again(amina: Colleague) -> None:
    with_password(amina)
    here = comes_in(amina)
    key = here.cookies["kinkeeper"].value
    here.post("/sign-out/")
    thief = Client()
    thief.cookies["kinkeeper"] = key
    assert not is_inside(thief)
    assert not Session.objects.filter(pk=key).exists()
