"""Recovery envelopes: the key files of the installation in an age file, locked with a passphrase on paper or a recipient.

Without its key files a backup opens nothing, so a real association has two envelopes before it has records. An envelope
counts only when it was opened again from where it lies. `DATA/keys/envelopes.json` remembers which ones were; no secret is in it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from random import SystemRandom
from typing import Any

import pyrage
from django.utils import timezone

from kinkeeper.keys import master
from kinkeeper.lib.codes import MistypedCode, new_code, normalise_code, show_code
from kinkeeper.lib.refusals import Refused

WANTED = 2
# Every key file that something of a backup needs to be opened; the one that signs sessions is made anew.
FILES = (master.NAME, master.NEXT, "files.key", "factors.key", "anchor.key")
LIST = "envelopes.json"
FORMAT = 1


@dataclass(frozen=True)
class Envelope:
    """An envelope that was made: where, for which master key, and when it was opened again."""

    path: str
    master: str
    made_at: datetime
    confirmed_at: datetime | None


def new_passphrase() -> str:
    """A passphrase to be written on paper: two codes, each of which notices a slip of the pen. 107 bits."""
    return " ".join(show_code(new_code(random=SystemRandom())) for _half in range(2))


def as_written(text: str) -> str:
    """A passphrase as people type it, as it locks: codes without spaces, dashes and look-alikes, others as they are."""
    letters = "".join(sign for sign in text if sign.isalnum())
    halves = (letters[:12], letters[12:])
    try:
        return "".join(normalise_code(half) for half in halves)
    except MistypedCode:
        return text.strip()


def make_envelope(path: Path, *, passphrase: str = "", recipient: str = "") -> None:
    """Write an envelope with the key files of today; it counts once `confirm_envelope` has opened it from there."""
    master.current()
    if path.exists():
        raise Refused(f"“{path}” exists already. Name a new file; the old envelope still opens old backups.")
    code = new_code(random=SystemRandom())
    sheet = {"format": FORMAT, "made_at": timezone.now().isoformat(), "code": code, "keys": _key_texts()}
    inside = json.dumps(sheet).encode()
    if recipient:
        try:
            known = pyrage.x25519.Recipient.from_str(recipient)
        except pyrage.RecipientError as error:
            raise Refused("This is no recipient of age. It begins with age1.") from error
        locked = pyrage.encrypt(inside, [known], armored=True)
    else:
        locked = pyrage.passphrase.encrypt(inside, as_written(passphrase), armored=True)
    _write(path, locked)
    _remember(path, sha256(code.encode()).hexdigest() if recipient else "")


def confirm_envelope(path: Path, typed: str) -> None:
    """Open an envelope from where it lies with what was typed back; refused where it does not hold today’s keys.

    For a passphrase, that is the passphrase; for a recipient, the code that only its opener can read in it.
    """
    lines = _lines()
    line = lines.get(str(path.absolute()))
    if line is None:
        raise Refused(f"“{path}” is no envelope that was made here.")
    if line["code"]:
        if sha256(typed.strip().encode()).hexdigest() != line["code"]:
            raise Refused("This is not the code in the envelope. Open it with age, and type its “code”.")
    elif open_envelope(path, passphrase=typed) != _key_texts():
        raise Refused("The envelope opens, but holds other keys than those of today. Make a new one.")
    line["confirmed_at"] = timezone.now().isoformat()
    _keep(lines)


def open_envelope(path: Path, *, passphrase: str = "", identity: str = "") -> dict[str, str]:
    """The key files in an envelope, by name."""
    try:
        locked = path.read_bytes()
    except OSError as error:
        raise Refused(f"The envelope “{path}” cannot be read: {error.strerror}.") from error
    try:
        if identity:
            inside = pyrage.decrypt(locked, [pyrage.x25519.Identity.from_str(identity)])
        else:
            inside = pyrage.passphrase.decrypt(locked, as_written(passphrase))
    except pyrage.IdentityError as error:
        raise Refused("This is no identity of age. It begins with AGE-SECRET-KEY-1.") from error
    except pyrage.DecryptError as error:
        raise Refused(
            "The envelope does not open with this. Look at each letter, and at which envelope it is."
        ) from error
    sheet: dict[str, Any] = json.loads(inside)
    if sheet.get("format") != FORMAT:
        raise Refused("This is not a recovery envelope of Kinkeeper.")
    return {str(name): str(text) for name, text in sheet["keys"].items() if name in FILES}


def recover(keys: dict[str, str]) -> list[str]:
    """Put the key files of an envelope where they belong; another key that lies there is kept aside. Names what changed."""
    changed = []
    for name, text in keys.items():
        path = master.folder() / name
        if path.exists() and path.read_text().strip() == text:
            path.chmod(0o600)
            continue
        if path.exists():
            path.rename(path.with_name(f"{name}.before-{timezone.now():%Y%m%d-%H%M%S}-{os.urandom(2).hex()}"))
        master.put(name, text)
        changed.append(name)
    return changed


def confirmed_envelopes() -> list[Envelope]:
    """The envelopes that were opened again and hold the master key of today."""
    now = master.read(master.NAME)
    return [one for one in envelopes() if now is not None and one.master == now.id and one.confirmed_at]


def envelopes() -> Sequence[Envelope]:
    """Every envelope that was made here."""
    return [
        Envelope(
            path,
            line["master"],
            datetime.fromisoformat(line["made_at"]),
            datetime.fromisoformat(line["confirmed_at"]) if line["confirmed_at"] else None,
        )
        for path, line in _lines().items()
    ]


def _key_texts() -> dict[str, str]:
    found = {name: master.key_text(master.folder() / name) for name in FILES}
    return {name: text for name, text in found.items() if text}


def _lines() -> dict[str, dict[str, str]]:
    try:
        lines: dict[str, dict[str, str]] = json.loads((master.folder() / LIST).read_text())
    except FileNotFoundError:
        return {}
    return lines


def _remember(path: Path, code: str) -> None:
    lines = {known: line for known, line in _lines().items() if known != str(path.absolute())}
    now = timezone.now().isoformat()
    line = {"master": master.current().id, "made_at": now, "confirmed_at": "", "code": code}
    _keep({**lines, str(path.absolute()): line})


def _keep(lines: dict[str, dict[str, str]]) -> None:
    unfinished = master.folder() / f"{LIST}.part"
    unfinished.unlink(missing_ok=True)
    _write(unfinished, json.dumps(lines, indent=1).encode())
    unfinished.replace(master.folder() / LIST)
    master.settle()


def _write(path: Path, content: bytes) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise Refused(f"“{path}” cannot be written: {error.strerror}. Name a file in a folder that exists.") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
