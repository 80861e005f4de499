"""Deeds on tokens: made for oneself or for a device, revoked at once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Association, Programme, Role, Unit, User
from kinkeeper.interface import policy
from kinkeeper.interface.models import DeviceSeat, Token
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.lib.guards import insist_on_choice
from kinkeeper.lib.periods import add_months
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write

# Roles that a device may hold: those of the work with families, and of counting and auditing. None that keeps accounts.
OF_DEVICES = (Role.CASEWORKER, Role.SUPERVISOR, Role.DIRECTOR, Role.MONITOR, Role.AUDITOR)
IN_UNITS = (Role.CASEWORKER, Role.SUPERVISOR)
LONGEST_MONTHS = 12

Place = Unit | Programme | None


@act(policy.may_make_token)
def make_token(actor: Actor, user: User, *, name: str, may_write: bool, ends_on: date, token: str) -> Token:
    """Make a token that speaks for oneself until a day; of its secret only a hash is kept."""
    _insist_on_a_term(actor, ends_on)
    return Token.objects.create(owner=user, **_made(actor, name, may_write, ends_on, token))


@act(policy.may_make_device_token)
def make_device_token(
    actor: Actor,
    association: Association,
    *,
    name: str,
    role: str,
    places: Sequence[Place],
    may_write: bool,
    ends_on: date,
    token: str,
) -> Token:
    """Let a device in, with one role in one or several places, until a day; `None` is the whole association."""
    _insist_on_a_term(actor, ends_on)
    insist_on_choice(OF_DEVICES, role, "role")
    if not places:
        raise Refused(_("Choose at least one place."), guard="G-SEAT", field="places")
    if role in IN_UNITS and not all(isinstance(place, Unit) for place in places):
        raise Refused(_("This role is held in one unit. Choose the unit."), guard="G-SEAT", field="places")
    if Token.objects.filter(owner=None, revoked_at=None, name__iexact=" ".join(name.split())).exists():
        raise Refused(
            _("A device with this name has a token. Revoke that one first, or choose another name."),
            guard="G-DOUBLE",
            field="name",
        )
    made = Token.objects.create(**_made(actor, name, may_write, ends_on, token))
    for place in places:
        unit = place if isinstance(place, Unit) else None
        programme = place if isinstance(place, Programme) else None
        DeviceSeat.objects.create(token=made, role=role, unit=unit, programme=programme)
    return made


@act(policy.may_revoke_token)
def revoke_token(actor: Actor, token: Token) -> Token:
    """Revoke a token: whoever holds it is a stranger from the next call on."""
    return write(token, revoked_at=timezone.now())


@bulk_act(policy.may_revoke_tokens_of)
def revoke_tokens_of(actor: Actor, user: User) -> list[Token]:
    """Revoke every token of an account that was closed, so that none comes back with the account."""
    return [write(token, revoked_at=timezone.now()) for token in Token.objects.filter(owner=user, revoked_at=None)]


def _made(actor: Actor, name: str, may_write: bool, ends_on: date, token: str) -> dict[str, object]:
    name = " ".join(name.split())
    if not name:
        raise Refused(_("Name the program that gets the token."), guard="G-NAME", field="name")
    kept = {"token_hash": Token.hash_of(token), "made_by_id": actor.user_id}
    return {"name": name, "may_write": may_write, "ends_on": ends_on, **kept}


def _insist_on_a_term(actor: Actor, ends_on: date) -> None:
    if ends_on < actor.today:
        raise Refused(_("This day has passed. Choose today or a day to come."), guard="G-TIME", field="ends_on")
    if ends_on > add_months(actor.today, LONGEST_MONTHS):
        raise Refused(
            _("A token runs for a year at most. Choose an earlier day, and make a new one then."),
            guard="G-TIME",
            field="ends_on",
        )
