"""Who may change how somebody comes in: each person for themselves, and the directory for its accounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict
from kinkeeper.access.models import Association, SignedInDevice, User


def _oneself(actor: Actor, user: User) -> Verdict:
    if user.pk != actor.user_id:
        return Verdict(_("Only the person themselves changes how they sign in."))
    return YES


def may_add_passkey(actor: Actor, user: User) -> Verdict:
    """Everyone sets up passkeys for themselves alone."""
    return _oneself(actor, user)


def may_add_app(actor: Actor, user: User) -> Verdict:
    """Everyone sets up an app for themselves alone."""
    return _oneself(actor, user)


def may_renew_recovery_codes(actor: Actor, user: User) -> Verdict:
    """Everyone makes new recovery codes for themselves alone."""
    return _oneself(actor, user)


def may_remove_factor(actor: Actor, user: User) -> Verdict:
    """Everyone takes away factors of their own; for a colleague who lost one an administrator does it."""
    return _oneself(actor, user)


def may_end_session(actor: Actor, device: SignedInDevice) -> Verdict:
    """A session is ended by the one whose it is."""
    if device.user_id != actor.user_id:
        return Verdict(_("Only the person themselves ends a session."))
    return YES


def may_end_other_sessions(actor: Actor, user: User) -> Verdict:
    """All other sessions are ended by the one whose they are."""
    return _oneself(actor, user)


MACHINE = "machine:directory"


def _directory_only(actor: Actor) -> Verdict:
    if actor.name != MACHINE:
        return Verdict(_("Only the association’s directory does this."))
    return YES


def may_tie_to_directory(actor: Actor, user: User) -> Verdict:
    """An open account is tied once to a person of the directory, by the directory."""
    if user.external_id is not None or not user.is_active:
        return Verdict(_("This account belongs to somebody else in the directory, or is closed."))
    return _directory_only(actor)


def may_provision_user(actor: Actor, association: Association) -> Verdict:
    """Accounts without a seat are made by the directory; everybody else invites."""
    return _directory_only(actor)


def may_describe_user(actor: Actor, user: User) -> Verdict:
    """Name and address of an account it knows are kept up to date by the directory."""
    return _directory_only(actor)
