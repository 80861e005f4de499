"""The master key of the installation: a file beside the database, never inside it, which locks every data key.

`DATA/keys/records.key` is made when the first text is sealed. While it is being changed, `records.next.key` lies beside
it. Nothing is remembered between calls: another process may have changed the files.
"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from kinkeeper.keys.models import DataKey

NAME = "records.key"
NEXT = "records.next.key"
SHORTEST = 40
NONCE = 12


class MasterMissing(ImproperlyConfigured):
    """Texts are sealed here and the key file that opens them is missing, damaged or open to others."""


@dataclass(frozen=True)
class Master:
    """One master key. Its id is derived from it, so that a file can never be taken for another."""

    id: str
    cipher: AESGCM


@lru_cache(maxsize=4)
def _from_text(text: str) -> Master:
    def derive(length: int, purpose: bytes) -> bytes:
        return HKDF(SHA256(), length, salt=None, info=b"kinkeeper records 1 " + purpose).derive(text.encode())

    return Master(derive(6, b"id").hex(), AESGCM(derive(32, b"master")))


def folder() -> Path:
    """Where the key files lie."""
    data: Path = settings.DATA
    return data / "keys"


def key_text(path: Path) -> str | None:
    """The text of a key file, or None where it is not there; refused where others can read it or it is damaged."""
    try:
        mode = path.stat().st_mode
        text = path.read_text().strip()
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        text = ""
    if mode & 0o077:
        raise MasterMissing(f"The key file “{path}” can be read by others. Run: chmod 600 {path}")
    if len(text) < SHORTEST:
        raise MasterMissing(
            f"The key file “{path}” is damaged (too short). Restore it with: kinkeeper keys recover ENVELOPE"
        )
    return text


def read(name: str) -> Master | None:
    """The master key in this file, or None where there is no file."""
    text = key_text(folder() / name)
    return _from_text(text) if text else None


def masters() -> dict[str, Master]:
    """Every master key that lies here, by id: one, or two while they are being changed."""
    found = (read(name) for name in (NAME, NEXT))
    return {one.id: one for one in found if one is not None}


def current() -> Master:
    """The master key that locks new data keys; made at the first one, never where sealed texts already lie here."""
    found = read(NAME)
    if found is not None:
        return found
    if DataKey.objects.exists():
        raise missing()
    make(NAME)
    return current()


def missing() -> MasterMissing:
    """The sentence for texts whose key is not here."""
    return MasterMissing(
        f"The records here are sealed, and the key that opens them is not in “{folder()}”. "
        "Restore it with: kinkeeper keys recover ENVELOPE"
    )


def insist_on_masters() -> None:
    """Refuse to start where texts are sealed under a master key that is not here, or is open to others."""
    known = masters()
    needed = set(DataKey.objects.filter(erased_at=None).order_by().values_list("master", flat=True).distinct())
    if not needed <= known.keys():
        raise missing()
    for id in needed:
        row = DataKey.objects.filter(erased_at=None, master=id).order_by("pk").first()
        if row is not None:
            unlock(row, known)


def make(name: str) -> bool:
    """Make a new key file, safely on the disk before anybody is told; False where it is there already."""
    return put(name, secrets.token_urlsafe(48))


def put(name: str, text: str) -> bool:
    """Write a key file that only its owner may read; an existing one is never touched."""
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder() / name
    # Whole or not at all: a reader must never meet half a key.
    unfinished = path.with_name(f"{name}.{secrets.token_hex(4)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(unfinished)
    except FileExistsError:
        return False
    finally:
        unfinished.unlink()
        settle()
    return True


def settle() -> None:
    """Bring what happened in the key folder to the disk."""
    shelf = os.open(folder(), os.O_RDONLY)
    try:
        os.fsync(shelf)
    finally:
        os.close(shelf)


def _bound(row: DataKey) -> bytes:
    return f"data key|{row.code}|{row.holder_type}|{row.holder_code}".encode()


def lock(row: DataKey, key: bytes, master: Master) -> None:
    """Put a data key into its row, locked; it opens in the row of this holder alone."""
    nonce = os.urandom(NONCE)
    row.master = master.id
    row.wrapped = nonce + master.cipher.encrypt(nonce, key, _bound(row))


def unlock(row: DataKey, known: dict[str, Master]) -> bytes:
    """The data key of a row; `MasterMissing` where its master key is not here or does not open it."""
    # Between the files and the row, another process may have changed the master key.
    master = known.get(row.master) or masters().get(row.master)
    if master is None:
        raise missing()
    wrapped = bytes(row.wrapped)
    try:
        return master.cipher.decrypt(wrapped[:NONCE], wrapped[NONCE:], _bound(row))
    except InvalidTag:
        raise MasterMissing(
            f"The data key {row.code} was changed from outside and does not open. Restore the database from a backup."
        ) from None
