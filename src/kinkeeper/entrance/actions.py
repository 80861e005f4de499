"""Deeds about how somebody comes in: setting factors up, taking them away, ending sessions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kinkeeper.access import factors, sessions
from kinkeeper.access.gate import Actor
from kinkeeper.access.models import SignedInDevice, User
from kinkeeper.access.policy import reaches_far
from kinkeeper.entrance import policy
from kinkeeper.journal.acts import act
from kinkeeper.lib.refusals import Refused


@act(policy.may_add_passkey)
def add_passkey(actor: Actor, user: User, *, name: str, credential: Mapping[str, Any]) -> User:
    """Keep a passkey that one’s device has just made; with the first factor come recovery codes."""
    factors.keep_passkey(user, " ".join(name.split()), credential)
    factors.recovery_codes(user)
    return user


@act(policy.may_add_app)
def add_app(actor: Actor, user: User, *, secret: str, code: str) -> User:
    """Keep the app whose first code is right; with the first factor come recovery codes."""
    factors.insist_on_the_code(secret, code)
    factors.keep_app(user, secret)
    factors.recovery_codes(user)
    return user


@act(policy.may_renew_recovery_codes)
def renew_recovery_codes(actor: Actor, user: User) -> User:
    """Make new recovery codes; those of until now are worthless."""
    if not factors.has_factor(user):
        raise Refused(_("Set up a passkey or an app first. Recovery codes stand in for them."), guard="G-FACTOR")
    factors.forget_recovery_codes(user)
    factors.recovery_codes(user)
    return user


@act(policy.may_remove_factor)
def remove_factor(actor: Actor, user: User, *, factor: Authenticator) -> User:
    """Take one of one’s own factors away; the last one stays where the seat asks for one."""
    others = Authenticator.objects.filter(user=user, type__in=(factors.PASSKEY, factors.APP)).exclude(pk=factor.pk)
    if settings.SECOND_FACTOR == "required" and reaches_far(actor) and not others.exists():
        raise Refused(
            _("Your seat asks for a second factor. Set up another one first, then take this one away."),
            guard="G-FACTOR",
        )
    factors.remove(factor)
    return user


@act(policy.may_end_session)
def end_session(actor: Actor, device: SignedInDevice) -> User:
    """End one of one’s own sessions at once."""
    user = device.user
    sessions.end(SignedInDevice.objects.filter(pk=device.pk))
    return user


@act(policy.may_end_other_sessions)
def end_other_sessions(actor: Actor, user: User, *, staying: str) -> User:
    """End all of one’s own sessions but the one that asks."""
    sessions.end_all(user, but=staying)
    return user
