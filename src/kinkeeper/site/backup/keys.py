"""Whose keys open a backup, and which keys of the installation open what lies in it.

Two kinds. A *backup key* (age) opens the file; its public half lies in the data folder, its secret half never on this
machine. The *keys of the installation* open the documents inside; they lie in DATA/keys and never go into a backup.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pyrage
from django.conf import settings

from kinkeeper.lib.refusals import Refused
from kinkeeper.site.environment import KEYS, Key

SECRET = "AGE-SECRET-KEY-1"  # noqa: S105 (how a secret key begins, not one)
NO_KEY = "No backup key is set up. Run: kinkeeper backup-key"


def recipients_file() -> Path:
    """Where the public halves lie: one on a line, no secret."""
    return Path(settings.DATA) / "backup-recipients.txt"


def recipients() -> list[str]:
    """The public keys that every backup is encrypted to."""
    try:
        lines = recipients_file().read_text().splitlines()
    except FileNotFoundError:
        return []
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def usable(known: Iterable[str]) -> list[Any]:
    """The public keys as age takes them. Refused where one is mistyped."""
    return [_recipient(text) for text in known]


def _recipient(text: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError:
        raise Refused(f"“{text}” is not a public backup key. It begins with age1 and has 62 characters.") from None


def new_pair() -> tuple[str, str]:
    """A new pair: the public half and the secret one. Whoever calls shows the secret once and forgets it."""
    identity = pyrage.x25519.Identity.generate()
    return str(identity.to_public()), str(identity)


def add_recipient(public: str) -> None:
    """Encrypt to this key, too, from the next backup on."""
    public = public.strip()
    _recipient(public)
    known = recipients()
    if public in known:
        raise Refused("This backup key is set up already.")
    _write([*known, public])


def remove_recipient(public: str) -> None:
    """Do not encrypt to this key any more; backups that exist stay as they are."""
    known = recipients()
    if public.strip() not in known:
        raise Refused("This backup key is not set up here. List them with: kinkeeper backup-key --list")
    _write([one for one in known if one != public.strip()])


def _write(known: list[str]) -> None:
    path = recipients_file()
    unfinished = path.with_suffix(".part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("# Public keys: every backup can be opened with the secret half of each. No secret stands here.\n")
        file.writelines(f"{one}\n" for one in known)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)


def identities(text: str) -> list[Any]:
    """The secret keys in a text. Refused where there is none."""
    found = [line.strip() for line in text.splitlines() if line.strip().startswith(SECRET)]
    if not found:
        raise Refused(f"There is no backup key. A secret backup key is one line that begins with {SECRET}.")
    try:
        return [pyrage.x25519.Identity.from_str(line) for line in found]
    except pyrage.IdentityError:
        raise Refused("This secret backup key is mistyped. Compare it with the paper it was written on.") from None


# ---- the keys of the installation ------------------------------------------------------------------------------------


def fingerprint(secret: str) -> str:
    """What a key may be recognised by; nothing can be opened with it."""
    return hashlib.sha256(b"kinkeeper key " + secret.strip().encode()).hexdigest()[:32]


def fingerprints() -> dict[str, str]:
    """The fingerprint of each key of this installation, by the name of its file."""
    return {key.file: fingerprint(secret) for key in KEYS if (secret := _secret(key))}


def _secret(key: Key) -> str:
    """The text of a key of this installation; empty where there is none, because nothing was locked with it yet."""
    if key.setting:
        return str(getattr(settings, key.setting))
    try:
        return (Path(settings.DATA) / "keys" / key.file).read_text().strip()
    except FileNotFoundError:
        return ""


def seal(manifest: bytes, files: Iterable[str]) -> str:
    """A proof that an installation with these keys wrote the manifest: a public key alone could have made the file."""
    used = set(files)
    secret = "".join(_secret(key) for key in KEYS if key.file in used)
    return hmac.new(hashlib.sha256(b"kinkeeper manifest " + secret.encode()).digest(), manifest, "sha256").hexdigest()


def strangers(wanted: Mapping[str, str]) -> list[Key]:
    """The keys that are not those the backup was made with."""
    here = fingerprints()
    return [
        key for key in KEYS if key.file in wanted and not hmac.compare_digest(here.get(key.file, ""), wanted[key.file])
    ]


def bring(folder: Path, wanted: Mapping[str, str]) -> None:
    """Copy the kept keys into the data folder and use them from now on. Refused where one is missing or another one."""
    for key in KEYS:
        if key.file not in wanted:
            continue
        try:
            secret = (folder / key.file).read_text().strip()
        except OSError as error:
            raise Refused(f"The key file “{folder / key.file}” cannot be read: {error.strerror}.") from error
        if not hmac.compare_digest(fingerprint(secret), wanted[key.file]):
            raise Refused(f"“{folder / key.file}” is not the key that this backup was made with.")
        _keep(Path(settings.DATA) / "keys" / key.file, secret)
        if key.setting:
            setattr(settings, key.setting, secret)


def _keep(path: Path, secret: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(f"{path.name}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secret)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
