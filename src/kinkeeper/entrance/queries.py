"""Questions about how somebody comes in: their factors, their recovery codes, where they are signed in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.mfa.models import Authenticator
from django.utils.crypto import salted_hmac

from kinkeeper.access import factors, sessions
from kinkeeper.access.gate import Actor, Unseen, seen
from kinkeeper.access.models import SignedInDevice, User
from kinkeeper.access.queries import devices, factors_of, oneself
from kinkeeper.entrance.door import DIRECTORY


@dataclass(frozen=True)
class Factor:
    """One factor as its owner reads it."""

    row: Authenticator
    code: str
    name: str
    kind: str

    @property
    def is_passkey(self) -> bool:
        """Whether it is a passkey; otherwise it is an app."""
        return bool(self.kind == factors.PASSKEY)


@dataclass(frozen=True)
class Device:
    """One place where somebody is signed in."""

    row: SignedInDevice
    words: str
    seen_at: datetime
    is_this_one: bool


def my_factors(actor: Actor) -> list[Factor]:
    """The passkeys and the app of whoever is asking, the oldest first."""
    rows = [row for row in factors_of(actor, oneself(actor)) if row.type in (factors.PASSKEY, factors.APP)]
    return [
        Factor(row, _code_of(row), row.data["name"] if row.type == factors.PASSKEY else "", row.type) for row in rows
    ]


def my_factor(actor: Actor, code: str) -> Factor:
    """One of one’s own factors; for everything else the page does not exist."""
    found = next((factor for factor in my_factors(actor) if factor.code == code), None)
    if found is None:
        raise Unseen
    return found


def my_recovery_codes(actor: Actor) -> list[str]:
    """The recovery codes that whoever is asking has not used; none where no factor is set up."""
    me = oneself(actor)
    return factors.recovery_codes(me) if factors.RECOVERY in factors.kinds_of(me) else []


def _code_of(row: Authenticator) -> str:
    """A public code of a row that has none; it tells nothing of the key."""
    return salted_hmac("kinkeeper.factor", str(row.pk), algorithm="sha256").hexdigest()[:12]


def user_of_directory(actor: Actor, *, subject: str, email: str) -> User | None:
    """The open account of a person of the directory: by its own key, else by a verified address that is not tied yet."""
    open_ones = seen(actor, User).filter(is_active=True)
    tied = open_ones.filter(external_source=DIRECTORY, external_id=subject).first()
    if tied is not None or not email:
        return tied
    return open_ones.filter(email=email.strip().casefold(), external_id=None).first()


def my_devices(actor: Actor, session_key: str | None) -> list[Device]:
    """Where whoever is asking is signed in now, this one first."""
    rows = list(devices(actor))
    seen = sessions.last_seen(rows)
    found = list(_as_devices([row for row in rows if row.pk in seen], seen, session_key))
    return sorted(found, key=lambda device: (not device.is_this_one, -device.seen_at.timestamp()))


def _as_devices(rows: list[SignedInDevice], seen: dict[int, int], session_key: str | None) -> Iterator[Device]:
    for row in rows:
        at = datetime.fromtimestamp(seen[row.pk], UTC)
        yield Device(row, sessions.device_in_words(row.agent), at, row.session_key == session_key)
