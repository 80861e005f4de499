"""The head of the chain, signed and written outside the database: what proves that nobody cut or rewrote the chain.

A chain alone proves its order. Whoever owns the database can cut its tail, or write a new chain over changed contents.
So its head is signed (Ed25519) with a key that lies in the data folder and appended to `anchors.log`, in a folder that
may lie on another machine. `examined()` follows the chain from its start and holds every anchor against it.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils import timezone

from kinkeeper.journal.chain import Fault, Following, Tell, head_of_chain
from kinkeeper.journal.models import Link
from kinkeeper.lib.refusals import Refused

LOG, FOLLOWED = "anchors.log", "followed.json"


@dataclass(frozen=True)
class Anchor:
    """The head of the chain at a moment, as our key signed it."""

    seq: int
    hash: str
    at: str
    signature: str = ""

    @property
    def message(self) -> bytes:
        """What is signed."""
        return f"kinkeeper anchor 1\n{self.seq}\n{self.hash}\n{self.at}".encode()

    @property
    def is_ours(self) -> bool:
        """Whether our key signed it."""
        try:
            _key().public_key().verify(bytes.fromhex(self.signature), self.message)
        except (InvalidSignature, ValueError):
            return False
        return True


def _key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(settings.ANCHOR_KEY.encode()).digest())


def public_key() -> str:
    """The key by which anybody can verify an anchor, in hexadecimal."""
    return _key().public_key().public_bytes_raw().hex()


def folder() -> Path:
    """Where anchors are written; made on first use if it lies in the data folder."""
    if settings.ANCHORS is not None:
        return Path(settings.ANCHORS)
    inside = Path(settings.DATA) / "anchors"
    inside.mkdir(mode=0o700, parents=True, exist_ok=True)
    return inside


def is_apart() -> bool:
    """Whether anchors lie somewhere else than the data."""
    return not folder().resolve().is_relative_to(Path(settings.DATA).resolve())


# ---- writing ---------------------------------------------------------------------------------------------------------


def _signed(seq: int, digest: bytes) -> Anchor:
    bare = Anchor(seq, digest.hex(), timezone.now().isoformat(timespec="seconds"))
    return Anchor(bare.seq, bare.hash, bare.at, _key().sign(bare.message).hex())


def anchor() -> Anchor | None:
    """Sign the head and append it to the log; None when there is no news. Refuses when the chain contradicts the log."""
    last, head = last_anchor(), head_of_chain()
    if last is not None:
        there = Link.objects.filter(seq=last.seq).first()
        if there is None or bytes(there.hash).hex() != last.hash:
            raise Refused(
                f"The journal no longer holds what was anchored on {last.at} (link {last.seq}). Nothing was anchored. "
                "Run: kinkeeper check"
            )
    if head is None or (last is not None and head.seq == last.seq):
        return None
    made = _signed(head.seq, bytes(head.hash))
    path = folder() / LOG
    # After a line that was cut off by a loss of power begins a new one.
    end = _end_of_log(1)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as log:
        log.write(("" if end in {"", "\n"} else "\n") + json.dumps(asdict(made)) + "\n")
        log.flush()
        os.fsync(log.fileno())
    return made


def last_anchor() -> Anchor | None:
    """The last line of the log that can be read and that our key signed, as far as its last hundred lines say."""
    for line in reversed(_end_of_log().splitlines()):
        found = _read(line)
        if isinstance(found, Anchor) and found.is_ours:
            return found
    return None


def _end_of_log(most: int = 32_768) -> str:
    path = folder() / LOG
    if not path.exists():
        return ""
    with path.open("rb") as log:
        log.seek(max(0, path.stat().st_size - most))
        return log.read().decode(errors="replace")


def anchors() -> Iterator[Anchor | str]:
    """Every line of the log in order, as an anchor, or as it stands where it is none."""
    path = folder() / LOG
    if not path.exists():
        return
    with path.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if line.strip():
                yield _read(line)


def _read(line: str) -> Anchor | str:
    try:
        told = json.loads(line)
        return Anchor(int(told["seq"]), str(told["hash"]), str(told["at"]), str(told["signature"]))
    except (ValueError, KeyError, TypeError):
        return line.strip()


# ---- examining -------------------------------------------------------------------------------------------------------


class _Held:
    """The anchors of the log, held against the chain while it is followed; both go upward."""

    def __init__(self, after: int) -> None:
        self.found = self._ours(after)
        self.count = 0
        self.faults: list[Fault] = []
        self.next = next(self.found, None)

    def _ours(self, after: int) -> Iterator[Anchor]:
        highest = after
        for number, one in enumerate(anchors(), 1):
            if isinstance(one, str):
                self.faults.append(Fault("line", f"Line {number} of {LOG} cannot be read."))
            elif not one.is_ours:
                self.faults.append(Fault("forged", f"Line {number} of {LOG} ({one.at}) is not signed by our key."))
            elif one.seq > highest:
                highest = one.seq
                yield one

    def passed(self, link: Link) -> Iterator[Fault]:
        while self.next is not None and self.next.seq <= link.seq:
            one, self.next = self.next, next(self.found, None)
            self.count += 1
            if one.seq < link.seq or bytes(link.hash).hex() != one.hash:
                yield Fault(
                    "rewritten",
                    f"Link {one.seq} is not the one that was anchored on {one.at}: the chain was rewritten since.",
                    one.seq,
                )

    def beyond(self, head: int) -> Iterator[Fault]:
        """Anchors of links that the chain has no longer."""
        if self.next is not None:
            furthest = self.next
            for one in self.found:
                furthest = one
            yield Fault(
                "cut",
                f"The chain ends at link {head}, but link {furthest.seq} was anchored on {furthest.at}: its end was cut off.",
                head,
            )


@dataclass
class Summary:
    """What was followed: from where, to where, how many anchors held, how many contents were erased."""

    since: int = 0
    head: int = 0
    anchors: int = 0
    erased: int = 0


def examined(summary: Summary, *, quick: bool = False, tell: Tell = lambda _done, _of: None) -> Iterator[Fault]:
    """Follow the chain (with `quick` from where it was last followed without a fault) and hold the anchors against it."""
    start = _followed() if quick else None
    after, before = (start.seq, bytes.fromhex(start.hash)) if start else (0, bytes(32))
    held = _Held(after)
    walk = Following(after, before, tell=tell, passed=held.passed)
    whole = True
    for fault in _with(walk, held):
        whole = False
        yield fault
    summary.since, summary.head, summary.anchors, summary.erased = after, walk.after, held.count, walk.erased
    if whole:
        _remember_followed(walk)


def _with(walk: Following, held: _Held) -> Iterator[Fault]:
    yield from walk.faults()
    yield from held.beyond(walk.after)
    yield from held.faults


def _followed() -> Anchor | None:
    """Where the chain was last followed to its end; None if that is not signed by us, or the chain is another now."""
    path = folder() / FOLLOWED
    found = _read(path.read_text()) if path.exists() else ""
    if isinstance(found, str) or not found.is_ours:
        return None
    there = Link.objects.filter(seq=found.seq).first()
    return found if there and bytes(there.hash).hex() == found.hash else None


def _remember_followed(walk: Following) -> None:
    if walk.after:
        path = folder() / FOLLOWED
        path.touch(mode=0o600)
        path.write_text(json.dumps(asdict(_signed(walk.after, walk.before))))
