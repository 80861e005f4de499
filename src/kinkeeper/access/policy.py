"""Who sees the association, its units and its staff, and who may change them."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import EVERYTHING, NOTHING, YES, Actor, Verdict, scope
from kinkeeper.access.models import (
    Association,
    Invitation,
    Opening,
    Programme,
    Role,
    Seat,
    SignInFailure,
    Unit,
    User,
)

OVERSEERS = (Role.SUPERVISOR, Role.DIRECTOR)


def administers(actor: Actor) -> bool:
    """Whether the actor keeps the accounts and units of the whole association."""
    return actor.oversees_all(Role.ADMINISTRATOR)


@scope(Association)
def associations(actor: Actor) -> Q:
    """Everyone who holds a seat sees the association they work for."""
    return EVERYTHING if actor.seats or actor.over_all else NOTHING


@scope(Programme)
def programmes(actor: Actor) -> Q:
    """A programme is seen by whoever holds a seat in it; the administrator sees all."""
    return EVERYTHING if administers(actor) else Q(pk__in=Unit.objects.filter(_mine(actor)).values("programme_id"))


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
    """Open invitations are the administrator’s business."""
    return EVERYTHING if administers(actor) else NOTHING


@scope(Opening)
def openings(actor: Actor) -> Q:
    """An opening is seen by who made it and by the supervisors of the record’s unit."""
    return Q(user_id=actor.user_id) | Q(unit_id__in=actor.units(*OVERSEERS))


@scope(SignInFailure)
def sign_in_failures(actor: Actor) -> Q:
    """Nobody reads failed sign-ins; the sign-in page counts them."""
    return NOTHING


def _mine(actor: Actor) -> Q:
    return Q(pk__in=actor.units())


def _administrator_only(actor: Actor) -> Verdict:
    if not administers(actor):
        return Verdict(_("Only an administrator of the association can do this."))
    return YES


def may_open_programme(actor: Actor, association: Association) -> Verdict:
    """Programmes are opened by the administrator."""
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


def may_choose_language(actor: Actor, user: User) -> Verdict:
    """Everyone chooses the language of their own pages."""
    if user.pk != actor.user_id:
        return Verdict(_("Only the person themselves chooses the language."))
    return YES
