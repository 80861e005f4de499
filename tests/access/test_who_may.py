"""Who keeps accounts, seats and units, and who opens records in an emergency. No table is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.utils import timezone

from kinkeeper.access import policy
from kinkeeper.access.gate import EVERYTHING, GUEST, NOTHING, Actor, Verdict, guest
from kinkeeper.access.models import (
    Association,
    Emergency,
    Invitation,
    Opening,
    Programme,
    Role,
    Seat,
    Unit,
    User,
)
from tests.seats import ELSEWHERE, HERE, ME, OVERSEERS, SOMEBODY_ELSE, TODAY, has_seats, over_all, refused, seated

ROSA = over_all(Role.ADMINISTRATOR)
AMINA = seated(Role.CASEWORKER)
OPEN, CLOSED = User(pk=SOMEBODY_ELSE, is_active=True), User(pk=SOMEBODY_ELSE, is_active=False)
NOW = timezone.now()
LATER = NOW + timedelta(days=1)
ADMINISTRATION: list[tuple[Callable[[Any, Any], Verdict], Any]] = [
    (policy.may_open_programme, Association()),
    (policy.may_choose_pack, Association()),
    (policy.may_open_unit, Programme()),
    (policy.may_invite, Association()),
    (policy.may_withdraw_invitation, Invitation()),
    (policy.may_give_seat, OPEN),
    (policy.may_end_seat, Seat(user_id=SOMEBODY_ELSE, role=Role.CASEWORKER)),
    (policy.may_suspend_user, OPEN),
    (policy.may_restore_user, CLOSED),
    (policy.may_let_back_in, OPEN),
]


@pytest.mark.parametrize("place", range(len(ADMINISTRATION)))
def test_accounts_seats_and_units_are_the_administrators(place: int) -> None:
    judge, subject = ADMINISTRATION[place]
    for role in Role.values:
        assert bool(judge(over_all(role), subject)) is (role == Role.ADMINISTRATOR)
        assert "Only an administrator" in refused(judge(seated(role), subject))[1]


@pytest.mark.parametrize(
    ("judge", "words"),
    [
        (policy.may_give_seat, "Nobody gives a seat to themselves"),
        (policy.may_suspend_user, "cannot close your own"),
        (policy.may_let_back_in, "Nobody lets themselves back in"),
        (policy.may_take_factors_away, "Nobody takes their own"),
    ],
)
def test_nobody_does_it_to_themselves(judge: Callable[[Any, Any], Verdict], words: str) -> None:
    assert words in refused(judge(ROSA, User(pk=ME, is_active=True)))[1]


def test_factors_of_others_are_taken_away_by_the_administrator() -> None:
    assert "Only an administrator" in refused(policy.may_take_factors_away(AMINA, OPEN))[1]


def test_an_account_is_closed_and_opened_once() -> None:
    assert "already closed" in refused(policy.may_suspend_user(ROSA, CLOSED))[1]
    assert "is open" in refused(policy.may_restore_user(ROSA, OPEN))[1]
    assert "is closed" in refused(policy.may_let_back_in(ROSA, CLOSED))[1]


def test_a_seat_ends_once_and_an_administrator_keeps_theirs() -> None:
    def ends(**known: Any) -> Verdict:
        return policy.may_end_seat(ROSA, Seat(**{"user_id": SOMEBODY_ELSE, "role": Role.ADMINISTRATOR, **known}))

    assert "already ended" in refused(ends(ends_on=TODAY - timedelta(days=1)))[1]
    assert ends(ends_on=TODAY)
    assert "their own administrator" in refused(ends(user_id=ME))[1]
    assert ends(user_id=ME, role=Role.CASEWORKER)
    assert ends()


@pytest.mark.parametrize("known", [{"accepted_at": NOW}, {"withdrawn_at": NOW}])
def test_an_invitation_that_is_over_is_over(known: dict[str, Any]) -> None:
    assert "no longer open" in refused(policy.may_withdraw_invitation(ROSA, Invitation(**known)))[1]
    link = Invitation(code="L", expires_at=LATER, **known)
    for judge in (policy.may_choose_new_password, policy.may_accept_invitation):
        assert "no longer open" in refused(judge(guest(link), link))[1]


def test_a_link_of_an_invitation_makes_an_account_in_its_time() -> None:
    link = Invitation(code="L", expires_at=LATER)
    assert policy.may_accept_invitation(guest(link), link)
    assert "who holds the link" in refused(policy.may_accept_invitation(ROSA, link))[1]
    assert "It makes a new account" in refused(policy.may_choose_new_password(guest(link), link))[1]
    late = Invitation(code="L", expires_at=NOW - timedelta(seconds=1))
    assert "no longer open" in refused(policy.may_accept_invitation(guest(late), late))[1]
    assert "no longer open" in refused(policy.may_choose_new_password(guest(late), late))[1]


def test_a_link_for_a_password_changes_one_while_the_account_is_open() -> None:
    link = Invitation(code="L", expires_at=LATER, renews=OPEN)
    assert policy.may_choose_new_password(guest(link), link)
    assert "who holds the link" in refused(policy.may_choose_new_password(ROSA, link))[1]
    assert "makes no account" in refused(policy.may_accept_invitation(guest(link), link))[1]
    gone = Invitation(code="L", expires_at=LATER, renews=CLOSED)
    assert "account is closed" in refused(policy.may_choose_new_password(guest(gone), gone))[1]


def test_everybody_signs_in_and_chooses_for_themselves() -> None:
    me, other = User(pk=ME, is_active=True), OPEN
    for judge in (policy.may_choose_language, policy.may_sign_in, policy.may_change_password):
        assert judge(AMINA, me)
        assert not judge(AMINA, other)
    assert not policy.may_sign_in(AMINA, User(pk=ME, is_active=False))


def opening(**known: Any) -> Opening:
    """A record of the unit that somebody else opened and closed."""
    return Opening(**{"user_id": SOMEBODY_ELSE, "unit_id": HERE, "closed_at": NOW, "until": LATER, **known})


def test_an_opening_is_reviewed_by_others_who_oversee_the_unit() -> None:
    has_seats(lambda actor: policy.may_review_opening(actor, opening()), OVERSEERS, "of the record’s unit")
    supervisor = seated(Role.SUPERVISOR)
    assert "reviewed already" in refused(policy.may_review_opening(supervisor, opening(reviewed_at=NOW)))[1]
    assert "their own opening" in refused(policy.may_review_opening(supervisor, opening(user_id=ME)))[1]
    assert "still open" in refused(policy.may_review_opening(supervisor, opening(closed_at=None)))[1]
    assert policy.may_review_opening(supervisor, opening(closed_at=None, until=NOW - timedelta(hours=1)))


def test_an_opening_is_closed_by_whoever_made_it_once() -> None:
    mine = opening(user_id=ME, closed_at=None)
    assert policy.may_close_opening(AMINA, mine)
    assert "who opened the record" in refused(policy.may_close_opening(AMINA, opening(closed_at=None)))[1]
    assert "already closed" in refused(policy.may_close_opening(AMINA, opening(user_id=ME)))[1]


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.CASEWORKER, Role.SUPERVISOR}))
def test_records_are_opened_by_caseworkers_and_supervisors_alone(role: str) -> None:
    assert "Only caseworkers and supervisors" in refused(policy.may_open_record(seated(role)))[1]


@pytest.mark.parametrize("role", [Role.CASEWORKER, Role.SUPERVISOR])
def test_no_machine_opens_a_record(role: str) -> None:
    machine = Actor("machine:x", seats=frozenset({(role, HERE)}))
    assert "Close the record" in refused(policy.may_open_record(machine))[1]


def test_only_the_setup_founds_and_appoints() -> None:
    assert "kinkeeper setup" in refused(policy.may_found_association(ROSA))[1]
    assert "kinkeeper setup" in refused(policy.may_appoint_first_administrator(ROSA, Association()))[1]


@pytest.mark.parametrize("role", Role.values)
def test_an_emergency_is_declared_and_ended_by_director_or_administrator(role: str) -> None:
    for actor, answer in (
        (over_all(role), role == Role.ADMINISTRATOR),
        (seated(role), role == Role.DIRECTOR),
    ):
        assert policy.declares(actor) is answer
        assert bool(policy.may_declare_emergency(actor, Association())) is answer
        assert bool(policy.may_end_emergency(actor, Emergency())) is answer
    assert refused(policy.may_end_emergency(ROSA, Emergency(ended_on=TODAY)))[0] == "G-STEP"


@pytest.mark.parametrize("role", Role.values)
def test_who_reaches_far_needs_a_second_factor(role: str) -> None:
    far = role in {Role.ADMINISTRATOR, Role.CASEWORKER, *OVERSEERS}
    assert policy.reaches_far(seated(role)) is policy.reaches_far(over_all(role)) is far


def test_many_records_are_brought_in_by_those_who_oversee_the_unit() -> None:
    has_seats(lambda actor: policy.may_bring_in(actor, Unit(pk=HERE)), OVERSEERS, "many records at once")


@pytest.mark.parametrize("role", Role.values)
def test_what_everybody_and_what_the_administrator_sees(role: str) -> None:
    here, wide = seated(role), over_all(role)
    administers = role == Role.ADMINISTRATOR
    for scope in (policy.associations, policy.emergencies):
        assert scope(here) == scope(wide) == EVERYTHING
        assert scope(Actor("user:ME", ME)) == NOTHING
    for scope in (
        policy.programmes,
        policy.units,
        policy.users,
        policy.seats,
        policy.invitations,
        policy.second_factors,
    ):
        assert (scope(wide) == EVERYTHING) is administers
        assert scope(here) != EVERYTHING
    assert policy.units(here) == Q(pk__in=frozenset({HERE}))
    assert policy.seats(here) == Q(unit_id__in=frozenset({HERE})) | Q(user_id=ME)
    assert policy.second_factors(here) == policy.signed_in_devices(here) == Q(user_id=ME)
    assert policy.second_factors(Actor("x")) == policy.signed_in_devices(Actor("x")) == NOTHING
    overseen = frozenset({HERE}) if role in OVERSEERS else frozenset()
    assert policy.openings(here) == Q(user_id=ME) | Q(unit_id__in=overseen)
    assert policy.sign_in_failures(wide) == policy.data_keys(wide) == NOTHING
    assert policy.invitations(here) == NOTHING
    held = Q(code="L", accepted_at=None, withdrawn_at=None)
    assert policy.invitations(Actor(f"{GUEST}L")) == held
    assert ELSEWHERE not in here.units()


def test_records_are_opened_three_times_a_day_and_reviewed_within_three_days() -> None:
    limits = [policy.MOST_OPENINGS_IN_A_DAY, policy.A_DAY, policy.REVIEWED_WITHIN]
    assert limits == [3, timedelta(hours=24), timedelta(hours=72)]


@pytest.mark.parametrize("role", sorted(set(Role.values) - {Role.ADMINISTRATOR}))
def test_everybody_sees_themselves_and_those_of_their_units(role: str) -> None:
    for actor in (seated(role), over_all(role)):
        seen = policy.users(actor)
        assert (seen.connector, seen.children[0]) == (Q.OR, ("pk", ME))
