"""The file of a backup: a tar encrypted with age while it is written, each part with its hash, the manifest last.

age proves every block before it hands it out, and the end as well: a file that was changed or cut off does not open.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any

import pyrage

from kinkeeper.lib.refusals import Refused

MANIFEST = "manifest.json"
# The manifest ends the tar; longer than this it is none of ours.
LONGEST_MANIFEST = 64 * 1024 * 1024
BLOCK = 1024 * 1024

Tell = Callable[[int], None]


class _Counted:
    """A file as it is read into the tar: exactly so many bytes, hashed on the way."""

    def __init__(self, file: IO[bytes], size: int, tell: Tell) -> None:
        self.file, self.left, self.tell = file, size, tell
        self.total = hashlib.sha256()

    def read(self, most: int = -1) -> bytes:
        piece = self.file.read(self.left if most < 0 else min(most, self.left))
        self.left -= len(piece)
        self.total.update(piece)
        self.tell(len(piece))
        return piece


class Packer:
    """Puts parts into a tar and remembers the size and hash of each."""

    def __init__(self, stream: IO[bytes], tell: Tell) -> None:
        self.tar = tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT)  # noqa: SIM115 (closed by end())
        self.tell = tell
        self.parts: dict[str, dict[str, Any]] = {}

    def add(self, name: str, path: Path) -> None:
        """Put a file in, as long as it is now."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            counted = _Counted(file, size, self.tell)
            self.tar.addfile(_member(name, size), counted)
        self.parts[name] = {"bytes": size, "sha256": counted.total.hexdigest()}

    def end(self, manifest: bytes) -> None:
        """Put the manifest in and finish."""
        self.tar.addfile(_member(MANIFEST, len(manifest)), io.BytesIO(manifest))
        self.tar.close()


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode = size, 0o600
    return member


def pack(target: IO[bytes], recipients: list[Any], fill: Callable[[IO[bytes]], None]) -> None:
    """Encrypt to `target` whatever `fill` writes, without keeping it in memory or on the disk."""
    reading, writing = os.pipe()
    trouble: list[BaseException] = []

    def produce() -> None:
        try:
            with os.fdopen(writing, "wb") as stream:
                fill(stream)
        except BaseException as error:  # noqa: BLE001 (it is raised again by the one who waits)
            trouble.append(error)

    producer = threading.Thread(target=produce, daemon=True)
    producer.start()
    with os.fdopen(reading, "rb") as source:
        try:
            pyrage.encrypt_io(source, target, recipients)
        finally:
            source.close()
            producer.join()
    if trouble:
        raise trouble[0]


@contextmanager
def _decrypted(path: Path, identities: list[Any]) -> Iterator[IO[bytes]]:
    """What a backup holds, as a stream; Refused where the key does not fit or the file is not whole."""
    reading, writing = os.pipe()
    trouble: list[Exception] = []

    def produce() -> None:
        with path.open("rb") as source, os.fdopen(writing, "wb") as stream:
            try:
                pyrage.decrypt_io(source, stream, identities)
            except (pyrage.DecryptError, OSError) as error:
                trouble.append(error)

    producer = threading.Thread(target=produce, daemon=True)
    producer.start()
    stream = os.fdopen(reading, "rb")
    try:
        yield stream
        while stream.read(BLOCK):
            pass
    except (tarfile.TarError, Refused, EOFError) as error:
        stream.close()
        producer.join()
        raise _in_words(path, trouble, error) from error
    finally:
        stream.close()
        producer.join()
    if trouble:
        raise _in_words(path, trouble, trouble[0])


def _in_words(path: Path, trouble: list[Exception], error: Exception) -> Refused:
    if trouble and isinstance(trouble[0], pyrage.DecryptError):
        return Refused(f"This key does not open {path.name}. Use the secret half of a key it was encrypted to.")
    if isinstance(error, Refused) and not trouble:
        return error
    return Refused(f"{path.name} is damaged or cut off. It cannot be restored; use another backup.")


def unpack(path: Path, identities: list[Any], into: Path, tell: Tell, only: tuple[str, ...] = ()) -> dict[str, Any]:
    """Read a backup to its end and prove every part against the manifest; the parts (or `only` these) land in `into`.

    Returns the manifest. Refused where anything is missing, too many, changed, or not a name of ours.
    """
    found: dict[str, dict[str, Any]] = {}
    raw = b""
    with _decrypted(path, identities) as stream, tarfile.open(fileobj=stream, mode="r|") as tar:
        for member in tar:
            body = tar.extractfile(member) if member.isfile() else None
            if body is None or raw:
                raise Refused(f"{path.name} holds something that Kinkeeper did not put there.")
            if member.name == MANIFEST:
                raw = _manifest(body, member.size)
                continue
            kept = _place(into, member.name) if not only or member.name in only else None
            found[member.name] = _copy(body, kept, tell)
    manifest: dict[str, Any] = json.loads(raw or b"{}")
    if manifest.get("parts") != found:
        raise Refused(f"What lies in {path.name} is not what its manifest says. Use another backup.")
    return manifest


def _manifest(body: IO[bytes], size: int) -> bytes:
    if size > LONGEST_MANIFEST:
        raise Refused("The manifest of this backup is none of Kinkeeper’s.")
    return body.read()


def _place(into: Path, name: str) -> Path:
    steps = PurePosixPath(name)
    if steps.is_absolute() or ".." in steps.parts or "\\" in name or "\0" in name:
        raise Refused(f"This backup names a file outside its folder ({name}). Do not use it.")
    place = into / steps
    place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place


def _copy(body: IO[bytes], kept: Path | None, tell: Tell) -> dict[str, Any]:
    total, size = hashlib.sha256(), 0
    file = None if kept is None else os.fdopen(os.open(kept, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        while piece := body.read(BLOCK):
            total.update(piece)
            size += len(piece)
            tell(len(piece))
            if file:
                file.write(piece)
        if file:
            file.flush()
            os.fsync(file.fileno())
    finally:
        if file:
            file.close()
    return {"bytes": size, "sha256": total.hexdigest()}
