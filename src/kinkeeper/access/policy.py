"""Who sees the association, its units and its staff, and who may change them."""

from __future__ import annotations

from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import EVERYTHING, GUEST, NOTHING, OPENERS, YES, Actor, Verdict, guest, scope
from kinkeeper.access.models import (
    Association,
    Emergency,
    Invitation,
    Opening,
    Programme,
    Role,
    Seat,
    SignedInDevice,
    SignInFailure,
    Unit,
    User,
)
from kinkeeper.keys.models import DataKey

OVERSEERS = (Role.SUPERVISOR, Role.DIRECTOR)
MOST_OPENINGS_IN_A_DAY = 3
A_DAY = timedelta(hours=24)
REVIEWED_WITHIN = timedelta(hours=72)
# Who reaches far: administers, oversees, takes records out (supervisors, directors) or opens them in an emergency.
PRIVILEGED = tuple({Role.ADMINISTRATOR: 1, **dict.fromkeys(OVERSEERS), **dict.fromkeys(OPENERS)})
SETUP = "machine:setup"


def reaches_far(actor: Actor) -> bool:
    """Whether the actor’s seats ask for a second factor."""
    return bool(actor.units(*PRIVILEGED)) or any(actor.oversees_all(role) for role in PRIVILEGED)


def may_bring_in(actor: Actor, unit: Unit) -> Verdict:
    """Many records at once are brought into a unit by those who oversee it; what the rooms’ own judges ask."""
    if not actor.sits_any(OVERSEERS, unit.pk):
        return Verdict(_("Only a supervisor or director of this unit can bring in many records at once."))
    return YES


def administers(actor: Actor) -> bool:
    """Whether the actor keeps the accounts and units of the whole association."""
    return actor.oversees_all(Role.ADMINISTRATOR)


@scope(DataKey)
def data_keys(actor: Actor) -> Q:
    """A key is seen by nobody: it opens what somebody may read, and is no record."""
    return NOTHING


@scope(Association)
def associations(actor: Actor) -> Q:
    """Everyone who holds a seat sees the association they work for."""
    return EVERYTHING if actor.seats or actor.over_all else NOTHING


@scope(Programme)
def programmes(actor: Actor) -> Q:
    """A programme is seen by whoever holds a seat in it; the administrator sees all."""
    return EVERYTHING if administers(actor) else Q(pk__in=Unit.objects.filter(_mine(actor)).values("programme_id"))


@scope(Emergency)
def emergencies(actor: Actor) -> Q:
    """That an emergency was declared is known to everyone who works here."""
    return EVERYTHING if actor.seats or actor.over_all else NOTHING


@scope(Unit)
def units(actor: Actor) -> Q:
    """A unit is seen by whoever holds a seat in it; the administrator sees all."""
    return EVERYTHING if administers(actor) else _mine(actor)


@scope(User)
def users(actor: Actor) -> Q:
    """Colleagues are seen by those who share a unit with them; the administrator sees everyone."""
    if administers(actor):
        return EVERYTHING
    return Q(pk=actor.user_id) | Q(pk__in=Seat.objects.filter(unit_id__in=actor.units()).values("user_id"))


@scope(Seat)
def seats(actor: Actor) -> Q:
    """Seats are seen in one’s own units; the administrator sees all."""
    return EVERYTHING if administers(actor) else Q(unit_id__in=actor.units()) | Q(user_id=actor.user_id)


@scope(Invitation)
def invitations(actor: Actor) -> Q:
    """Invitations are the administrator’s business; whoever holds the link of one sees that one while it is open."""
    if administers(actor):
        return EVERYTHING
    if not actor.name.startswith(GUEST):
        return NOTHING
    return Q(code=actor.name.removeprefix(GUEST), accepted_at=None, withdrawn_at=None)


@scope(Opening)
def openings(actor: Actor) -> Q:
    """An opening is seen by who made it and by the supervisors of the record’s unit."""
    return Q(user_id=actor.user_id) | Q(unit_id__in=actor.units(*OVERSEERS))


@scope(SignInFailure)
def sign_in_failures(actor: Actor) -> Q:
    """Nobody reads failed sign-ins; the sign-in page counts them."""
    return NOTHING


@scope(SignedInDevice)
def signed_in_devices(actor: Actor) -> Q:
    """Where somebody is signed in is seen by that person alone."""
    return Q(user_id=actor.user_id) if actor.user_id else NOTHING


@scope(Authenticator)
def second_factors(actor: Actor) -> Q:
    """One’s own second factors; the administrator sees that there are some, never their secrets."""
    if administers(actor):
        return EVERYTHING
    return Q(user_id=actor.user_id) if actor.user_id else NOTHING


def _mine(actor: Actor) -> Q:
    return Q(pk__in=actor.units())


def _administrator_only(actor: Actor) -> Verdict:
    if not administers(actor):
        return Verdict(_("Only an administrator of the association can do this."))
    return YES


def may_open_programme(actor: Actor, association: Association) -> Verdict:
    """Programmes are opened by the administrator."""
    return _administrator_only(actor)


def may_choose_pack(actor: Actor, association: Association) -> Verdict:
    """The jurisdiction pack is chosen by the administrator."""
    return _administrator_only(actor)


def may_open_unit(actor: Actor, programme: Programme) -> Verdict:
    """Units are opened by the administrator."""
    return _administrator_only(actor)


def may_invite(actor: Actor, association: Association) -> Verdict:
    """People are invited by the administrator; nobody signs up by themselves."""
    return _administrator_only(actor)


def may_withdraw_invitation(actor: Actor, invitation: Invitation) -> Verdict:
    """An invitation that nobody has accepted can be taken back."""
    if invitation.accepted_at or invitation.withdrawn_at:
        return Verdict(_("This invitation is no longer open."))
    return _administrator_only(actor)


def may_give_seat(actor: Actor, user: User) -> Verdict:
    """Seats are given by the administrator, never to oneself."""
    if user.pk == actor.user_id:
        return Verdict(_("Nobody gives a seat to themselves. Ask another administrator."))
    return _administrator_only(actor)


def may_end_seat(actor: Actor, seat: Seat) -> Verdict:
    """Seats are ended by the administrator, from a day on."""
    if seat.ends_on and seat.ends_on < actor.today:
        return Verdict(_("This seat has already ended."))
    if seat.user_id == actor.user_id and seat.role == Role.ADMINISTRATOR:
        return Verdict(_("Nobody ends their own administrator’s seat. Ask another administrator."))
    return _administrator_only(actor)


def may_suspend_user(actor: Actor, user: User) -> Verdict:
    """An account is closed by the administrator; its sessions end at once."""
    if user.pk == actor.user_id:
        return Verdict(_("You cannot close your own account."))
    if not user.is_active:
        return Verdict(_("This account is already closed."))
    return _administrator_only(actor)


def may_restore_user(actor: Actor, user: User) -> Verdict:
    """A closed account can be opened again by the administrator."""
    if user.is_active:
        return Verdict(_("This account is open."))
    return _administrator_only(actor)


def may_let_back_in(actor: Actor, user: User) -> Verdict:
    """A colleague who lost the password is let back in by an administrator, never by themselves."""
    if user.pk == actor.user_id:
        return Verdict(_("Nobody lets themselves back in. Change your password, or ask another administrator."))
    if not user.is_active:
        return Verdict(_("This account is closed. Open it again first."))
    return _administrator_only(actor)


def may_take_factors_away(actor: Actor, user: User) -> Verdict:
    """The second factors of a colleague who lost a device are taken away by an administrator, never one’s own."""
    if user.pk == actor.user_id:
        return Verdict(_("Nobody takes their own factors away like this. Ask another administrator."))
    if not administers(actor):
        return _administrator_only(actor)
    if not Authenticator.objects.filter(user=user).exists():
        return Verdict(_("This account has no second factor."))
    return YES


def may_choose_new_password(actor: Actor, invitation: Invitation) -> Verdict:
    """A new password is chosen once, within a day, by whoever holds the link, while the account is open."""
    if invitation.accepted_at or invitation.withdrawn_at or invitation.expires_at <= timezone.now():
        return Verdict(_("This link is no longer open. Ask your administrator for a new one."))
    if invitation.renews is None:
        return Verdict(_("This link is an invitation. It makes a new account."))
    if not invitation.renews.is_active:
        return Verdict(_("This account is closed."))
    if actor.name != guest(invitation).name:
        return Verdict(_("Only the person who holds the link can choose a new password."))
    return YES


def may_choose_language(actor: Actor, user: User) -> Verdict:
    """Everyone chooses the language of their own pages."""
    if user.pk != actor.user_id:
        return Verdict(_("Only the person themselves chooses the language."))
    return YES


def may_sign_in(actor: Actor, user: User) -> Verdict:
    """People sign in as themselves, while their account is open."""
    if user.pk != actor.user_id or not user.is_active:
        return Verdict(_("This account is closed."))
    return YES


def may_change_password(actor: Actor, user: User) -> Verdict:
    """Everyone changes their own password; an administrator never knows anybody’s."""
    if user.pk != actor.user_id:
        return Verdict(_("Only the person themselves changes the password."))
    return YES


def may_accept_invitation(actor: Actor, invitation: Invitation) -> Verdict:
    """An invitation is accepted once, within its two weeks, by whoever holds its link."""
    if invitation.accepted_at or invitation.withdrawn_at or invitation.expires_at <= timezone.now():
        return Verdict(_("This invitation is no longer open. Ask your administrator for a new one."))
    if invitation.renews_id:
        return Verdict(_("This link is for choosing a new password. It makes no account."))
    if actor.name != guest(invitation).name:
        return Verdict(_("Only the person who holds the link can accept an invitation."))
    return YES


def may_open_record(actor: Actor, subject: None = None) -> Verdict:
    """In an emergency caseworkers and supervisors may read a record they do not see, once the last one is closed; after
    three in a day no more, nor while one of theirs waits for its verdict for more than three days.
    """
    if not actor.units(*OPENERS):
        return Verdict(_("Only caseworkers and supervisors can open a record in an emergency."))
    if actor.user_id is None or Opening.objects.filter(user_id=actor.user_id, closed_at=None).exists():
        return Verdict(_("Close the record you opened before, and say what you did with what you read."))
    lately = Opening.objects.filter(user_id=actor.user_id)
    if lately.filter(reviewed_at=None, opened_at__lte=timezone.now() - REVIEWED_WITHIN).exists():
        return Verdict(
            _("A record you opened three days ago is not reviewed yet. Ask a supervisor of its unit to do it now.")
        )
    if lately.filter(opened_at__gt=timezone.now() - A_DAY).count() >= MOST_OPENINGS_IN_A_DAY:
        return Verdict(_("You opened three records within a day. More are locked; the administrator knows."))
    return YES


def may_review_opening(actor: Actor, opening: Opening) -> Verdict:
    """An opening is reviewed by a supervisor or director of the record’s unit, never by whoever made it."""
    if opening.reviewed_at:
        return Verdict(_("This opening is reviewed already."))
    if opening.user_id == actor.user_id:
        return Verdict(_("Nobody reviews their own opening. Another supervisor or a director does it."))
    if not actor.sits_any(OVERSEERS, opening.unit_id):
        return Verdict(_("Only a supervisor or director of the record’s unit reviews an opening."))
    if opening.closed_at is None and opening.until > timezone.now():
        return Verdict(_("The record is still open. Review it when it is closed or its time has run out."))
    return YES


def may_close_opening(actor: Actor, opening: Opening) -> Verdict:
    """Whoever opened a record closes it, with a comment, even when its time has run out."""
    if opening.closed_at:
        return Verdict(_("This opening is already closed."))
    if opening.user_id != actor.user_id:
        return Verdict(_("Only the person who opened the record closes it."))
    return YES


def may_found_association(actor: Actor, subject: None = None) -> Verdict:
    """An association is founded once, by the command `kinkeeper setup`."""
    if actor.name != SETUP:
        return Verdict(_("An association is founded by the command kinkeeper setup."))
    if Association.objects.exists():
        return Verdict(_("This installation already has its association."))
    return YES


def may_appoint_first_administrator(actor: Actor, association: Association) -> Verdict:
    """The first administrator is appointed by `kinkeeper setup`; every other one is invited by an administrator."""
    if actor.name != SETUP:
        return Verdict(_("The first administrator is appointed by the command kinkeeper setup."))
    if Seat.objects.filter(role=Role.ADMINISTRATOR, unit=None, programme=None, user__is_active=True).exists():
        return Verdict(_("There is already an administrator. Ask them for an invitation."))
    return YES


def declares(actor: Actor) -> bool:
    """Whether the actor declares and ends emergencies for the whole association: a director or an administrator."""
    return administers(actor) or bool(actor.units(Role.DIRECTOR))


def _declares(actor: Actor) -> Verdict:
    if not declares(actor):
        return Verdict(_("Only a director or an administrator can do this."))
    return YES


def may_declare_emergency(actor: Actor, association: Association) -> Verdict:
    """A disaster or conflict is declared for the whole association by a director or an administrator."""
    return _declares(actor)


def may_end_emergency(actor: Actor, emergency: Emergency) -> Verdict:
    """A declared emergency is ended by a director or an administrator."""
    if emergency.ended_on is not None:
        return Verdict(_("This emergency has ended already."), guard="G-STEP")
    return _declares(actor)
