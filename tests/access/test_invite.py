"""Inviting: a link for one person, shown once, kept as a hash; accepting it makes the account with its seat."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from kinkeeper.access import actions
from kinkeeper.access.gate import Actor, Unseen, actor_for, guest, machine
from kinkeeper.access.models import Association, Invitation, Role, Seat, Unit, User
from kinkeeper.access.queries import behind_the_link
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from tests.conftest import PASSWORD, Colleague

NOBODY = Actor(name="nobody")
TOKEN = "a-token-that-nobody-guesses"


def send(colleague: Colleague, association: Association, unit: Unit | None, **changes: Any) -> Invitation:
    particulars: dict[str, Any] = {
        "email": "Tomas@Example.org",
        "name": "Tomas Verhoeven",
        "role": Role.CASEWORKER,
        "unit": unit,
        "token": TOKEN,
    }
    return actions.invite(colleague.actor, association, **(particulars | changes))


@pytest.fixture
def invitation(rosa: Colleague, association: Association, village: Unit) -> Invitation:
    """Tomas is invited to be a caseworker of the village."""
    return send(rosa, association, village)


@pytest.mark.asvs("6.4.1")
def test_an_invitation_keeps_the_hash_and_the_journal_keeps_nothing_secret(
    rosa: Colleague, invitation: Invitation, village: Unit
) -> None:
    invitation.refresh_from_db()
    assert (invitation.email, invitation.role, invitation.unit) == ("tomas@example.org", Role.CASEWORKER, village)
    assert invitation.token_hash == Invitation.hash_of(TOKEN) != TOKEN
    assert timedelta(days=13) < invitation.expires_at - timezone.now() <= timedelta(days=14)
    entry = Entry.objects.get(act="access.invite")
    assert entry.user == rosa.user
    assert TOKEN not in str(entry.facts)
    assert "tomas" not in str(entry.facts).lower()


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"email": "rosa@example.org"}, "already has an account"),
        ({"email": "tomas@example.org"}, "already an open invitation"),
        ({"email": "new@example.org", "unit": None}, "Choose the unit"),
        ({"email": "new@example.org", "role": Role.ADMINISTRATOR}, "whole association"),
    ],
)
def test_a_refused_invitation_changes_nothing(
    rosa: Colleague,
    association: Association,
    village: Unit,
    invitation: Invitation,
    changes: dict[str, Any],
    words: str,
) -> None:
    with pytest.raises(Refused, match=words):
        send(rosa, association, **({"unit": village, "token": "another"} | changes))  # type: ignore[arg-type]
    assert list(Invitation.objects.all()) == [invitation]


def test_only_the_administrator_invites(dalia: Colleague, association: Association, village: Unit) -> None:
    with pytest.raises(Refused, match="Only an administrator"):
        send(dalia, association, village)
    assert not Invitation.objects.exists()


def test_accepting_makes_the_account_with_its_seat(invitation: Invitation, village: Unit, rosa: Colleague) -> None:
    found = behind_the_link(NOBODY, TOKEN)
    assert found is not None
    actor, mine = found
    user = actions.accept_invitation(actor, mine, name="Tomas V.", password=PASSWORD, language="ru")
    assert (user.email, user.name, user.language) == ("tomas@example.org", "Tomas V.", "ru")
    assert user.check_password(PASSWORD)
    seat = Seat.objects.get(user=user)
    assert (seat.role, seat.unit, seat.given_by) == (Role.CASEWORKER, village, rosa.user)
    assert actor_for(user).sits(Role.CASEWORKER, village.pk)
    assert behind_the_link(NOBODY, TOKEN) is None
    entry = Entry.objects.get(act="access.accept_invitation")
    assert (entry.actor, entry.subject_code) == (f"guest:{invitation.code}", user.code)


def test_nobody_else_accepts_it(invitation: Invitation, eve: Colleague, rosa: Colleague) -> None:
    for actor, refusal in ((eve.actor, Unseen), (machine("walk"), Unseen), (NOBODY, Unseen)):
        with pytest.raises(refusal):
            actions.accept_invitation(actor, invitation, name="E", password=PASSWORD, language="en")
    with pytest.raises(Refused, match="Only the person who holds the link"):
        actions.accept_invitation(rosa.actor, invitation, name="E", password=PASSWORD, language="en")
    assert not User.objects.filter(email="tomas@example.org").exists()


def test_the_holder_of_a_link_sees_that_invitation_and_nothing_else(
    invitation: Invitation, rosa: Colleague, association: Association, village: Unit
) -> None:
    other = send(rosa, association, village, email="ana@example.org", token="other")
    with pytest.raises(Unseen):
        actions.accept_invitation(guest(invitation), other, name="E", password=PASSWORD, language="en")


@pytest.mark.asvs("6.4.1")
def test_a_link_ends_after_two_weeks_or_when_it_is_withdrawn(rosa: Colleague, invitation: Invitation) -> None:
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert behind_the_link(NOBODY, TOKEN) is None
        assert Client().get(f"/welcome/{TOKEN}/").status_code == 404
    actions.withdraw_invitation(rosa.actor, invitation)
    assert behind_the_link(NOBODY, TOKEN) is None
    with pytest.raises(Refused, match="no longer open"):
        actions.withdraw_invitation(rosa.actor, Invitation.objects.get())


def test_the_pages_lead_from_the_link_to_the_first_day(rosa: Colleague, village: Unit) -> None:
    association = Association.objects.get()
    response = rosa.browser.post(
        "/administration/invitations/new/",
        {
            "email": "tomas@example.org",
            "name": "Tomas",
            "role": "caseworker",
            "place": f"unit-{village.code}",
            "version": association.version,
        },
    )
    link = re.search(r"http://testserver(/welcome/[\w-]+/)", response.content.decode())
    assert link is not None
    guest_browser = Client()
    page = guest_browser.get(link[1])
    assert "Caseworker, Riverside" in page.content.decode()
    weak = {"name": "Tomas", "language": "en", "password": "password1234", "version": 1}
    assert "too common" in guest_browser.post(link[1], weak).content.decode()
    done = guest_browser.post(link[1], {**weak, "password": PASSWORD})
    assert (done.status_code, done["Location"]) == (302, "/")
    assert guest_browser.get("/password/").status_code == 200
    assert guest_browser.get(link[1]).status_code == 404


def test_a_place_is_asked_for_in_words(rosa: Colleague, association: Association) -> None:
    response = rosa.browser.post(
        "/administration/invitations/new/",
        {"email": "t@example.org", "name": "T", "role": "caseworker", "place": "association", "version": 1},
    )
    assert "This role is held in one unit. Choose the unit." in response.content.decode()
    assert not Invitation.objects.exists()
