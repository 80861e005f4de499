"""Who sees tokens, and who makes and revokes them: workers their own, administrators those of devices."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import EVERYTHING, NOTHING, YES, Actor, Verdict, part_of, scope
from kinkeeper.access.models import Association, User
from kinkeeper.access.policy import administers
from kinkeeper.interface.models import DeviceSeat, KeptAnswer, Token


@scope(Token)
def tokens(actor: Actor) -> Q:
    """A token is seen by the worker it speaks for; the administrator sees that each of them exists."""
    if administers(actor):
        return EVERYTHING
    return Q(owner_id=actor.user_id) if actor.user_id else NOTHING


part_of(DeviceSeat, Token, "token")


@scope(KeptAnswer)
def kept_answers(actor: Actor) -> Q:
    """Nobody reads kept answers; the interface gives each back to the token that asked."""
    return NOTHING


def may_make_token(actor: Actor, user: User) -> Verdict:
    """Everyone makes tokens for themselves alone; a token makes none."""
    if actor.token or user.pk != actor.user_id:
        return Verdict(_("Only the person themselves makes a token."))
    if not actor.seats and not actor.over_all:
        return Verdict(
            _("Without a seat you see nothing, and neither would a token. Ask your administrator for a seat.")
        )
    return YES


def may_make_device_token(actor: Actor, association: Association) -> Verdict:
    """Devices are let in by the administrator."""
    if actor.token or not administers(actor):
        return Verdict(_("Only an administrator of the association can do this."))
    return YES


def may_revoke_token(actor: Actor, token: Token) -> Verdict:
    """A token is revoked by its owner or an administrator, at any time."""
    if token.revoked_at:
        return Verdict(_("This token is revoked already."), guard="G-STEP")
    if token.owner_id is not None and token.owner_id == actor.user_id:
        return YES
    if not administers(actor):
        return Verdict(_("Only its owner or an administrator can revoke a token."))
    return YES


def may_revoke_tokens_of(actor: Actor, user: User) -> Verdict:
    """All tokens of an account are revoked by the system when the account is closed."""
    if actor.user_id is not None or not administers(actor):
        return Verdict(_("The tokens of an account end when the account is closed."))
    return YES
