"""A referral is not taken on by decision of the supervisor; a child in danger is left to an authority, never alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kinkeeper.access.gate import Unseen
from kinkeeper.intake.actions import give_feedback, screen_out, tell_authority
from kinkeeper.intake.models import Referral
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague
from tests.intake.conftest import fresh

OUT = {"out_reason": "not_our_task", "onward": "Social services of the town"}


@pytest.fixture
def in_danger(volkovas: Referral) -> Referral:
    """The Volkovas, and somebody says that the children are in danger now."""
    Referral.objects.update(immediate_danger=True)
    return fresh(volkovas)


def test_it_is_not_taken_on_with_reason_and_way_onward(dalia: Colleague, volkovas: Referral) -> None:
    screen_out(dalia.actor, volkovas, **OUT, out_words="They have a worker there.", feedback="We told the commission.")
    stored = fresh(volkovas)
    assert (stored.state, stored.out_reason, stored.onward) == ("screened_out", "not_our_task", OUT["onward"])
    assert (stored.screened_on, stored.screened_by) == (dalia.actor.today, dalia.user)
    assert (stored.feedback, stored.feedback_on) == ("We told the commission.", dalia.actor.today)
    entry = Entry.objects.get(act="intake.screen_out")
    assert (entry.subject_code, entry.facts) == (volkovas.code, {})


def test_only_the_supervisor_decides(amina: Colleague, bruno: Colleague, volkovas: Referral) -> None:
    with pytest.raises(Refused, match="Only a supervisor"):
        screen_out(amina.actor, volkovas, **OUT)
    with pytest.raises(Unseen):
        screen_out(bruno.actor, volkovas, **OUT)
    assert fresh(volkovas).state == "received"


def test_another_service_is_named(dalia: Colleague, volkovas: Referral) -> None:
    with pytest.raises(Refused, match="to whom the referral was sent on") as refused:
        screen_out(dalia.actor, volkovas, out_reason="outside_area")
    assert (refused.value.guard, refused.value.field) == ("G-REASON", "onward")
    screen_out(dalia.actor, volkovas, out_reason="no_need")
    assert fresh(volkovas).out_reason == "no_need"


@pytest.mark.guard("G-NOTDANGER", "fires", "passes")
def test_danger_without_an_authority_is_refused(dalia: Colleague, amina: Colleague, in_danger: Referral) -> None:
    with pytest.raises(Refused, match="Tell the authority first") as refused:
        screen_out(dalia.actor, in_danger, **OUT)
    assert (refused.value.guard, fresh(in_danger).state) == ("G-NOTDANGER", "received")
    told = tell_authority(amina.actor, in_danger, authority="Police, duty officer Sokolov")
    screen_out(dalia.actor, told, **OUT)
    assert fresh(in_danger).state == "screened_out"


@pytest.mark.guard("G-NOTDANGER", "answers_409")
def test_the_page_is_blocked_with_its_code(dalia: Colleague, in_danger: Referral) -> None:
    address = reverse("screen_out", args=[in_danger.code])
    assert "Rule: G-NOTDANGER" in dalia.browser.get(address).content.decode()
    answer = dalia.browser.post(address, {"version": in_danger.version, **OUT})
    assert (answer.status_code, fresh(in_danger).state) == (409, "received")
    assert "Rule: G-NOTDANGER" in answer.content.decode()
    assert "No authority was told yet" in dalia.browser.get(in_danger.get_absolute_url()).content.decode()


def test_the_page_decides(dalia: Colleague, volkovas: Referral) -> None:
    address = reverse("screen_out", args=[volkovas.code])
    assert dalia.browser.get(address).status_code == 200
    assert dalia.browser.post(address, {"version": 1, **OUT}).status_code == 302
    page = dalia.browser.get(volkovas.get_absolute_url()).content.decode()
    assert "Why it was not taken on" in page
    assert OUT["onward"] in page


def test_an_authority_is_told_and_remembered(amina: Colleague, in_danger: Referral) -> None:
    at = timezone.now() - timedelta(minutes=5)
    tell_authority(amina.actor, in_danger, authority=" Police ", told_at=at)
    stored = fresh(in_danger)
    assert (stored.authority_told, stored.authority_told_at) == ("Police", at)
    assert Entry.objects.get(act="intake.tell_authority").facts == {"told_at": at.isoformat()}


def test_nobody_and_the_future_are_refused(amina: Colleague, bruno: Colleague, in_danger: Referral) -> None:
    with pytest.raises(Refused, match="which authority") as nobody:
        tell_authority(amina.actor, in_danger, authority=" ")
    with pytest.raises(Refused, match="still to come") as future:
        tell_authority(amina.actor, in_danger, authority="Police", told_at=timezone.now() + timedelta(hours=1))
    assert (nobody.value.guard, future.value.guard) == ("G-REASON", "G-TIME")
    with pytest.raises(Unseen):
        tell_authority(bruno.actor, in_danger, authority="Police")
    assert fresh(in_danger).authority_told == ""


def test_the_referrer_is_told(amina: Colleague, volkovas: Referral) -> None:
    give_feedback(amina.actor, volkovas, feedback="We visit them this week.")
    stored = fresh(volkovas)
    assert (stored.feedback, stored.feedback_on) == ("We visit them this week.", amina.actor.today)
    assert Entry.objects.get(act="intake.give_feedback").subject_code == volkovas.code
    for day, words in (
        (amina.actor.today + timedelta(days=1), "still to come"),
        ((stored.received_at - timedelta(days=2)).date(), "was received on"),
    ):
        with pytest.raises(Refused, match=words) as refused:
            give_feedback(amina.actor, stored, feedback="Again", feedback_on=day)
        assert refused.value.guard == "G-TIME"
    with pytest.raises(Refused, match="what the referrer was told"):
        give_feedback(amina.actor, stored, feedback=" ")
    assert fresh(volkovas).feedback == "We visit them this week."


def test_the_pages_write_it_down(amina: Colleague, bruno: Colleague, in_danger: Referral) -> None:
    version = in_danger.version
    steps = [
        ("tell_authority", {"authority": "Police", "told_at": "2026-01-12T10:00"}),
        ("give_feedback", {"feedback": "Thank you.", "feedback_on": amina.actor.today.isoformat()}),
    ]
    for name, typed in steps:
        address = reverse(name, args=[in_danger.code])
        assert bruno.browser.get(address).status_code == 404
        assert amina.browser.get(address).status_code == 200
        answer = amina.browser.post(address, {"version": version, **typed})
        assert answer.status_code == 302, name
        version += 1
    stored = fresh(in_danger)
    assert (stored.authority_told, stored.feedback) == ("Police", "Thank you.")
