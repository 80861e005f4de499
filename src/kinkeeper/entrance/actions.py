"""Deeds about how somebody comes in: setting factors up, taking them away, ending sessions, what the directory keeps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access import factors, sessions
from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Association, SignedInDevice, User
from kinkeeper.entrance import policy
from kinkeeper.entrance.door import DIRECTORY, asks_for_a_factor
from kinkeeper.journal.acts import act
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write


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
    if asks_for_a_factor(actor) and not others.exists():
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


@act(policy.may_tie_to_directory)
def tie_to_directory(actor: Actor, user: User, *, subject: str) -> User:
    """Tie an account to the person of the directory who has shown its verified address; from then on only that key counts."""
    return write(user, external_source=DIRECTORY, external_id=subject)


@act(policy.may_provision_user)
def provision_user(
    actor: Actor, association: Association, *, email: str, name: str, external_id: str | None = None
) -> User:
    """Make an account without password and without seat for somebody whom the directory knows."""
    email = email.strip().casefold()
    _insist_on_a_new_address(email, external_id)
    user = User(email=email, name=name, external_source=DIRECTORY if external_id else "", external_id=external_id)
    user.set_unusable_password()
    user.save(force_insert=True)
    return user


@act(policy.may_describe_user)
def describe_user(actor: Actor, user: User, *, email: str, name: str, external_id: str | None = None) -> User:
    """Keep name, address and key of an account as the directory has them."""
    email = email.strip().casefold()
    _insist_on_a_new_address(email, external_id, but=user)
    tied = {"external_source": DIRECTORY, "external_id": external_id} if external_id else {}
    return write(user, email=email, name=name, **tied)


def _insist_on_a_new_address(email: str, external_id: str | None, but: User | None = None) -> None:
    others = User.objects.exclude(pk=but.pk if but else 0)
    tied = Q(external_source=DIRECTORY, external_id=external_id) if external_id else Q(pk__in=[])
    if others.filter(Q(email=email) | tied).exists():
        raise Refused(_("There is already an account with this address or this key."), guard="G-DOUBLE")
