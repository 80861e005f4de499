"""`keys`: change the master key, make recovery envelopes, and come back with one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kinkeeper.keys import envelopes, master
from kinkeeper.keys.rotation import rotate as rotate_keys
from kinkeeper.lib.refusals import Refused
from kinkeeper.site.commands.answering import Progress, insist_on_tables, say


def rotate(asked: argparse.Namespace) -> int:
    """Lock every data key under a new master key."""
    insist_on_tables()
    progress = Progress("Locking keys anew")
    moved = rotate_keys(progress)
    progress.end()
    say(
        f"{moved:,} keys are locked under a new master key. The texts stayed as they are.",
        "Make two new envelopes now: kinkeeper keys envelope FILE. Keep the old ones as long as backups from before.",
    )
    return 0


def envelope(asked: argparse.Namespace) -> int:
    """Make one recovery envelope and have it opened again."""
    insist_on_tables()
    make_one(asked.file, asked.recipient or "", asked.passphrase_file)
    return 0


def make_one(path: Path, recipient: str = "", passphrase_file: Path | None = None) -> None:
    """Make an envelope; it counts once it was opened with what somebody typed back, or with the given file."""
    if recipient:
        envelopes.make_envelope(path, recipient=recipient)
        say(f"{path} is made. Open it with the identity of the recipient, as you would after a fire.")
        _typed_back(path, "The “code” that stands in it")
        return
    given = _given(passphrase_file) if passphrase_file else envelopes.new_passphrase()
    if not passphrase_file:
        _insist_on_somebody("--passphrase-file FILE or --recipient")
    envelopes.make_envelope(path, passphrase=given)
    if passphrase_file:
        envelopes.confirm_envelope(path, given)
    else:
        say("", f"    {given}", "", "Write this passphrase on paper. It is shown this once, and opens the envelope.")
        _typed_back(path, "Type it from the paper")
    say(f"{path} was opened again. Take it away from this machine, and keep the paper in another place than the file.")


def _given(path: Path) -> str:
    text = path.read_text().strip()
    if len(text) < 20:
        raise Refused("This passphrase is too short. Give at least 20 characters, for example six random words.")
    return text


def _insist_on_somebody(option: str) -> None:
    if not sys.stdin.isatty():
        raise Refused(f"Nobody can be asked here. Give {option}. See: kinkeeper keys envelope --help")


def _typed_back(path: Path, question: str) -> None:
    _insist_on_somebody("--passphrase-file FILE")
    for left in (2, 1, 0):
        try:
            envelopes.confirm_envelope(path, input(f"{question}: "))
        except Refused as refusal:
            if not left:
                raise
            say(str(refusal))
        else:
            return


def recover(asked: argparse.Namespace) -> int:
    """Put the key files of an envelope back."""
    if asked.identity:
        lines = asked.identity.read_text().split()
        identity = next((line for line in lines if line.startswith("AGE-SECRET-KEY-")), "")
        found = envelopes.open_envelope(asked.envelope, identity=identity or "none")
    elif asked.passphrase_file:
        found = envelopes.open_envelope(asked.envelope, passphrase=asked.passphrase_file.read_text().strip())
    else:
        _insist_on_somebody("--passphrase-file FILE or --identity FILE")
        found = envelopes.open_envelope(asked.envelope, passphrase=input("Passphrase of the envelope: "))
    changed = envelopes.recover(found)
    if changed:
        say(f"Restored in {master.folder()}: {', '.join(changed)}. Start Kinkeeper anew, then run: kinkeeper check")
    else:
        say("The keys in the envelope are those that lie here already. Nothing was changed.")
    return 0


def two_envelopes() -> None:
    """Lead whoever sets up through the envelopes that are missing; refuse where nobody can be asked."""
    there = len(envelopes.confirmed_envelopes())
    if there >= envelopes.WANTED:
        return
    if not sys.stdin.isatty():
        raise Refused(
            f"A real association has {envelopes.WANTED} recovery envelopes before it has records; {there} are confirmed here. "
            "Make each with: kinkeeper keys envelope FILE --passphrase-file PASSPHRASE"
        )
    say(
        "",
        "What is written about children is sealed with a key that lies on this machine alone. If the machine is lost, "
        "backups open with a recovery envelope and with nothing else. Two people should keep one each.",
    )
    while (there := len(envelopes.confirmed_envelopes())) < envelopes.WANTED:
        path = input(f"File for envelope {there + 1} of {envelopes.WANTED}, for example on a memory stick: ").strip()
        try:
            make_one(Path(path).expanduser())
        except Refused as refusal:
            say(str(refusal))
