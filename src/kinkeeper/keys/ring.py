"""The keyring of one request: it loads the keys of all that was read with one question, and is gone with the request.

`seal` and `unseal` turn a text into `kk1:KEY:…` and back. The cipher is AES-256-GCM under a key for this holder and column, and
bound to table, column, holder and row: a value that was moved to another place does not open, and says so loudly.
A memory that outlives the request would open texts whose key was destroyed meanwhile, so there is none.
"""

from __future__ import annotations

import hmac
import os
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.keys import master
from kinkeeper.keys.models import DataKey
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.standing import passing

FORMAT = "kk1"
NONCE = 12
# One question names at most so many keys: far below what either database takes in one.
MOST_AT_ONCE = 5_000
MOST_MADE = 1_000


class CannotOpen(Exception):
    """A sealed value does not open where it lies: moved, changed, or its key is gone without an erasure."""


@dataclass(frozen=True)
class Holder:
    """Whose key: a row of this table with this public code."""

    type: str
    code: str


# The installation as a holder: for the keyed marks by which numbers are compared.
ASSOCIATION = Holder("association", "")


@dataclass(frozen=True)
class Place:
    """Where a value lies; what it is bound to beside its holder."""

    table: str
    column: str
    row: str


@dataclass(frozen=True)
class Key:
    """A data key in hand; without `secret` where it was erased."""

    code: str
    holder: Holder
    secret: bytes | None


class Ring:
    """The keys of one request, by what is asked for."""

    def __init__(self) -> None:
        self.wanted: set[str] = set()
        self.keys: dict[str, Key] = {}
        self.ciphers: dict[tuple[str, str], AESGCM] = {}
        self.marks: dict[tuple[str, str], bytes] = {}
        self.holders: dict[Holder, tuple[Key, object]] = {}
        self.codes: dict[tuple[str, int, str], str] = {}

    def key(self, code: str) -> Key:
        """The key with this code; whatever else was read so far is fetched with it."""
        if code not in self.keys:
            self.wanted.add(code)
            self._load(sorted(self.wanted - self.keys.keys()))
        if code not in self.keys:
            raise CannotOpen(f"There is no key {code}. Restore the database from a backup.")
        return self.keys[code]

    @passing("keys")
    def _load(self, codes: Sequence[str]) -> None:
        known = master.masters()
        for start in range(0, len(codes), MOST_AT_ONCE):
            for row in DataKey.objects.filter(code__in=codes[start : start + MOST_AT_ONCE]):
                self._keep(row, known)

    def _keep(self, row: DataKey, known: dict[str, master.Master]) -> Key:
        holder = Holder(row.holder_type, row.holder_code)
        key = Key(row.code, holder, None if row.erased_at else master.unlock(row, known))
        self.keys[row.code] = key
        return key

    def key_of(self, holder: Holder) -> Key:
        """The key of a holder, to seal with; made where there is none.

        It is asked for again after every commit and rollback, because a key that was undone with its deed must never
        seal anything: `run_on_commit` is a new list each time, which is how we know.
        """
        kept = self.holders.get(holder)
        if kept and kept[1] is connection.run_on_commit:
            return kept[0]
        self.prepare([holder])
        return self.holders[holder][0]

    def prepare(self, holders: Iterable[Holder]) -> None:
        """Have the keys of all these holders at hand, in three questions for each table and thousand."""
        by_type: dict[str, set[str]] = {}
        for holder in holders:
            kept = self.holders.get(holder)
            if kept is None or kept[1] is not connection.run_on_commit:
                by_type.setdefault(holder.type, set()).add(holder.code)
        for kind, codes in by_type.items():
            for start in range(0, len(codes), MOST_MADE):
                self._prepare(kind, sorted(codes)[start : start + MOST_MADE])

    @passing("keys")
    def _prepare(self, kind: str, codes: Sequence[str]) -> None:
        rows = DataKey.objects.filter(holder_type=kind, holder_code__in=codes)
        there = {row.holder_code: row for row in rows}
        missing = [Holder(kind, code) for code in codes if code not in there]
        if missing:
            _make_keys(missing)
            there = {row.holder_code: row for row in rows.all()}
        known = master.masters()
        for code, row in there.items():
            self.holders[Holder(kind, code)] = (self._keep(row, known), connection.run_on_commit)

    def cipher(self, key: Key, place: Place) -> AESGCM:
        """What seals and opens this column of this holder."""
        column = f"{place.table}.{place.column}"
        cipher = self.ciphers.get((key.code, column))
        if cipher is None:
            assert key.secret is not None
            cipher = AESGCM(derived(key.secret, f"field {column}"))
            self.ciphers[key.code, column] = cipher
        return cipher

    def forget(self) -> None:
        """Know nothing any more: a key was destroyed."""
        self.keys.clear()
        self.ciphers.clear()
        self.marks.clear()
        self.holders.clear()


_ring: ContextVar[Ring | None] = ContextVar("ring", default=None)


@contextmanager
def keyring() -> Iterator[Ring]:
    """Load keys together while this lasts; without it, every value asks for its own."""
    ring = Ring()
    token = _ring.set(ring)
    try:
        yield ring
    finally:
        _ring.reset(token)


def same_keyring() -> AbstractContextManager[object]:
    """The keyring that is in hand already, or a new one where there is none: for a deed, wherever it is done."""
    return nullcontext() if _ring.get() else keyring()


def at_hand() -> Ring:
    """The keyring of this request, or one for this single question."""
    return _ring.get() or Ring()


def meet(text: str) -> None:
    """Note that a sealed value was read, so that its key comes with the first one that is opened."""
    ring = _ring.get()
    if ring is not None:
        ring.wanted.add(text[4 : text.find(":", 4)])


def forget_keys() -> None:
    """Drop what the keyring of this request holds."""
    ring = _ring.get()
    if ring is not None:
        ring.forget()


def derived(secret: bytes, purpose: str) -> bytes:
    """A key of 32 bytes for one purpose."""
    return HKDF(SHA256(), 32, salt=None, info=b"kinkeeper 1 " + purpose.encode()).derive(secret)


def _make_keys(holders: Sequence[Holder]) -> None:
    """New keys for holders without one; where somebody else made one at the same moment, theirs stays."""
    now = master.current()
    rows = [DataKey(holder_type=holder.type, holder_code=holder.code) for holder in holders]
    secrets = {row.code: os.urandom(32) for row in rows}
    for row in rows:
        master.lock(row, secrets[row.code], now)
    with transaction.atomic(savepoint=False):
        DataKey.objects.bulk_create(rows, ignore_conflicts=True)
        after = master.current()
        if after.id != now.id:
            # The master key was changed while we waited for the table.
            for row in DataKey.objects.filter(code__in=list(secrets)):
                master.lock(row, secrets[row.code], after)
                row.save(update_fields=["wrapped", "master"])


def _bound(place: Place, holder: Holder) -> bytes:
    return f"{place.table}|{place.column}|{holder.type}|{holder.code}|{place.row}".encode()


def seal(text: str, place: Place, holder: Holder) -> str:
    """The text as it may lie in the database."""
    ring = at_hand()
    key = ring.key_of(holder)
    if key.secret is None:
        raise Refused(_("What was written here has been erased. Nothing can be added to it."), guard="G-ERASED")
    nonce = os.urandom(NONCE)
    sealed = ring.cipher(key, place).encrypt(nonce, text.encode(), _bound(place, holder))
    return f"{FORMAT}:{key.code}:{b64encode(nonce + sealed).decode()}"


def unseal(sealed: str, place: Place) -> str | None:
    """The text behind a sealed value, or None where its key was erased. `CannotOpen` otherwise; never anything else."""
    form, _colon, rest = sealed.partition(":")
    code, _colon, body = rest.partition(":")
    if form != FORMAT or not body:
        raise CannotOpen(f"A value in {place.table}.{place.column} was never sealed. It came from outside Kinkeeper.")
    ring = at_hand()
    key = ring.key(code)
    if key.secret is None:
        return None
    try:
        raw = b64decode(body, validate=True)
        opened = ring.cipher(key, place).decrypt(raw[:NONCE], raw[NONCE:], _bound(place, key.holder))
    except (InvalidTag, Error, ValueError):
        raise CannotOpen(
            f"A value in {place.table}.{place.column} of {place.row} does not open there: it was changed or moved."
        ) from None
    return opened.decode()


def mark(value: str, purpose: str) -> str:
    """A keyed mark by which two equal values can be found equal without being read. Empty stays empty."""
    if not value:
        return ""
    ring = at_hand()
    key = ring.key_of(ASSOCIATION)
    secret = ring.marks.get((key.code, purpose))
    if secret is None:
        assert key.secret is not None
        secret = ring.marks[key.code, purpose] = derived(key.secret, f"mark {purpose}")
    return hmac.new(secret, value.encode(), sha256).hexdigest()[:32]


def be_able_to_mark() -> None:
    """Make the key of marks where there is none yet.

    Marks that lie outside the database, such as the ledger of erasures, are told again only by the key that made them: it
    must be in the first backup already, not made anew by whoever restores that backup.
    """
    at_hand().key_of(ASSOCIATION)


def destroy_key(holder: Holder) -> DataKey:
    """Destroy the key of a holder for good: every text that was sealed with it is noise from now on, in every copy.

    A holder without a key gets an erased one, so that nothing is sealed for it later. Call it inside the act that erases;
    what is undone with the act is undone here too. Backups reach the end of the erasure when the last one from before is gone.
    """
    with transaction.atomic():
        gone = {"wrapped": b"", "erased_at": timezone.now()}
        row, _new = DataKey.objects.update_or_create(
            holder_type=holder.type, holder_code=holder.code, defaults=gone, create_defaults={**gone, "master": ""}
        )
    forget_keys()
    return row
