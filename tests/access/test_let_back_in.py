"""Letting back in: a link for a colleague who lost the password; it works once, for a day, and ends what was open."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from kinkeeper.access import actions
from kinkeeper.access.gate import Actor, Unseen, guest, machine
from kinkeeper.access.models import Association, Invitation, Role, Seat, Unit, User
from kinkeeper.access.queries import behind_the_link
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from tests.conftest import PASSWORD, Colleague

NOBODY = Actor(name="nobody")
TOKEN = "a-way-back-that-nobody-guesses"
LOST = "the password that was lost"


@pytest.fixture
def link(rosa: Colleague, amina: Colleague) -> Invitation:
    """Amina lost her password and Rosa lets her back in."""
    amina.user.set_password(LOST)
    amina.user.save()
    return actions.let_back_in(rosa.actor, amina.user, token=TOKEN)


def stored(colleague: Colleague) -> User:
    return User.objects.get(pk=colleague.user.pk)


def is_open(token: str) -> bool:
    return behind_the_link(NOBODY, token, way_back=True) is not None


def test_a_link_holds_for_a_day_and_the_journal_keeps_nothing_secret(
    rosa: Colleague, amina: Colleague, link: Invitation
) -> None:
    link.refresh_from_db()
    assert (link.renews, link.email, link.role, link.unit) == (amina.user, "amina@example.org", "", None)
    assert link.token_hash == Invitation.hash_of(TOKEN) != TOKEN
    assert timedelta(hours=23) < link.expires_at - timezone.now() <= timedelta(hours=24)
    entry = Entry.objects.get(act="access.let_back_in")
    assert (entry.user, entry.subject_code) == (rosa.user, link.code)
    assert entry.facts == {"subject": amina.user.code}
    assert stored(amina).check_password(LOST)


def test_who_may_not_let_whom_back_in(rosa: Colleague, dalia: Colleague, amina: Colleague, bruno: Colleague) -> None:
    closed = actions.suspend_user(rosa.actor, bruno.user)
    with pytest.raises(Refused, match="Nobody lets themselves back in"):
        actions.let_back_in(rosa.actor, rosa.user, token=TOKEN)
    with pytest.raises(Refused, match="This account is closed"):
        actions.let_back_in(rosa.actor, closed, token=TOKEN)
    with pytest.raises(Refused, match="Only an administrator"):
        actions.let_back_in(dalia.actor, amina.user, token=TOKEN)
    assert not Invitation.objects.exists()
    assert not Entry.objects.filter(act="access.let_back_in").exists()


def test_a_new_password_takes_the_place_of_the_lost_one_once(amina: Colleague, link: Invitation) -> None:
    seats = list(Seat.objects.values())
    found = behind_the_link(NOBODY, TOKEN, way_back=True)
    assert found is not None
    actor, mine = found
    user = actions.choose_new_password(actor, mine, password=PASSWORD)
    assert user == stored(amina)
    assert stored(amina).check_password(PASSWORD)
    assert (list(Seat.objects.values()), is_open(TOKEN)) == (seats, False)
    entry = Entry.objects.get(act="access.choose_new_password")
    assert (entry.actor, entry.subject_code) == (f"guest:{link.code}", amina.user.code)
    assert entry.facts == {"subject": link.code}
    with pytest.raises(Unseen):
        actions.choose_new_password(actor, Invitation.objects.get(), password="yet another password")
    assert stored(amina).check_password(PASSWORD)


@pytest.mark.asvs("6.4.6")
def test_nobody_else_chooses_the_password(rosa: Colleague, eve: Colleague, amina: Colleague, link: Invitation) -> None:
    for actor in (eve.actor, amina.actor, machine("walk"), NOBODY):
        with pytest.raises(Unseen):
            actions.choose_new_password(actor, link, password=PASSWORD)
    with pytest.raises(Refused, match="Only the person who holds the link"):
        actions.choose_new_password(rosa.actor, link, password=PASSWORD)
    assert stored(amina).check_password(LOST)
    assert is_open(TOKEN)


@pytest.mark.asvs("6.4.1", "6.4.3")
def test_a_link_ends_after_a_day(amina: Colleague, link: Invitation) -> None:
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        assert not is_open(TOKEN)
        assert Client().get(f"/new-password/{TOKEN}/").status_code == 404
        with pytest.raises(Refused, match="no longer open"):
            actions.choose_new_password(guest(link), link, password=PASSWORD)
    assert stored(amina).check_password(LOST)


def test_an_earlier_link_is_withdrawn_and_those_of_others_stay(
    rosa: Colleague, amina: Colleague, bruno: Colleague, link: Invitation
) -> None:
    actions.let_back_in(rosa.actor, bruno.user, token="for-bruno")
    actions.let_back_in(rosa.actor, amina.user, token="the-second")
    assert (is_open(TOKEN), is_open("the-second"), is_open("for-bruno")) == (False, True, True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=link.pk).update(withdrawn_at=None)


def test_an_administrator_withdraws_a_link(rosa: Colleague, link: Invitation) -> None:
    assert "none: a new password" in rosa.browser.get("/administration/invitations/").content.decode()
    actions.withdraw_invitation(rosa.actor, link)
    assert not is_open(TOKEN)


def test_closing_the_account_or_a_changed_password_ends_the_link(
    rosa: Colleague, amina: Colleague, link: Invitation
) -> None:
    changed = actions.change_password(amina.actor, stored(amina), password=PASSWORD)
    assert not is_open(TOKEN)
    again = actions.let_back_in(rosa.actor, changed, token="the-second")
    closed = actions.suspend_user(rosa.actor, changed)
    assert not is_open("the-second")
    actions.restore_user(rosa.actor, closed)
    assert not is_open("the-second")
    with pytest.raises(Unseen):
        actions.choose_new_password(guest(again), again, password="yet another password")
    assert stored(amina).check_password(PASSWORD)


def test_a_way_back_makes_no_account_and_an_invitation_changes_no_password(
    rosa: Colleague, link: Invitation, association: Association, village: Unit
) -> None:
    invitation = actions.invite(
        rosa.actor, association, email="t@example.org", name="T", role=Role.CASEWORKER, unit=village, token="welcome"
    )
    people = User.objects.count()
    assert behind_the_link(NOBODY, TOKEN) is None
    assert not is_open("welcome")
    with pytest.raises(Refused, match="It makes no account"):
        actions.accept_invitation(guest(link), link, name="E", password=PASSWORD, language="en")
    with pytest.raises(Refused, match="This link is an invitation"):
        actions.choose_new_password(guest(invitation), invitation, password=PASSWORD)
    assert (User.objects.count(), is_open(TOKEN)) == (people, True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invitation.objects.filter(pk=link.pk).update(role=Role.ADMINISTRATOR)


def test_the_pages_lead_from_the_button_to_the_new_password(rosa: Colleague, amina: Colleague) -> None:
    phone, address = amina.browser, f"/administration/users/{amina.user.code}/"
    assert f'href="{address}let-back-in/"' in rosa.browser.get(address).content.decode()
    assert "Make the link" in rosa.browser.get(f"{address}let-back-in/").content.decode()
    page = rosa.browser.post(f"{address}let-back-in/", {"version": "1"}).content.decode()
    link = re.search(r"http://testserver(/new-password/[\w-]+/)", page)
    assert link is not None
    browser = Client()
    assert "amina@example.org" in browser.get(link[1]).content.decode()
    weak = browser.post(link[1], {"password": "password1234", "version": "1"})
    assert "too common" in weak.content.decode()
    done = browser.post(link[1], {"password": PASSWORD, "version": "1"})
    assert (done.status_code, done["Location"]) == (302, "/")
    assert browser.get("/password/").status_code == 200
    assert phone.get("/password/").status_code == 302
    assert "This link is no longer open" in browser.get(link[1]).content.decode()
    assert browser.post(link[1], {"password": LOST, "version": "1"}).status_code == 404
    assert stored(amina).check_password(PASSWORD)


def test_after_too_many_wrong_passwords_nobody_has_to_wait(amina: Colleague, link: Invitation) -> None:
    who = {"email": "amina@example.org"}
    for _time in range(5):
        Client().post("/sign-in/", {**who, "password": "wrong"})
    Client().post(f"/new-password/{TOKEN}/", {"password": PASSWORD, "version": "1"})
    assert Client().post("/sign-in/", {**who, "password": PASSWORD}).status_code == 302


def test_the_page_says_why_not(rosa: Colleague, dalia: Colleague, bruno: Colleague, amina: Colleague) -> None:
    actions.suspend_user(rosa.actor, bruno.user)
    for colleague, words in ((rosa, "Nobody lets themselves back in."), (bruno, "This account is closed. Open it")):
        page = rosa.browser.get(f"/administration/users/{colleague.user.code}/").content.decode()
        assert words in page
        assert "/let-back-in/" not in page
    assert dalia.browser.get(f"/administration/users/{amina.user.code}/let-back-in/").status_code == 404


def test_a_stale_page_makes_no_link(rosa: Colleague, amina: Colleague) -> None:
    actions.choose_language(amina.actor, amina.user, language="ru")
    page = rosa.browser.post(f"/administration/users/{amina.user.code}/let-back-in/", {"version": "1"})
    assert "/new-password/" not in page.content.decode()
    assert not Invitation.objects.exists()
