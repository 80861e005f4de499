"""Making a backup: copy, prove, encrypt, write it down under its name at last, and let go of the oldest."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.db import connection
from django.db.models import Model

from kinkeeper import __version__
from kinkeeper.access.gate import machine
from kinkeeper.files.vault import kept_still, place_of
from kinkeeper.keys.models import DataKey
from kinkeeper.keys.ring import be_able_to_mark
from kinkeeper.lib.refusals import Refused
from kinkeeper.site.backup import archive, database, keys
from kinkeeper.site.backup.database import Snapshot, flush_folder
from kinkeeper.upkeep.actions import note_backup
from kinkeeper.upkeep.models import Backup

FORMAT = 1
NAME = re.compile(r"kinkeeper-(\d{8}T\d{6}Z)\.backup\.age")
# What else in the data folder belongs to the records and holds no key: files, and folders with all that is in them.
KEPT_BESIDE = ("anchors", "backup-recipients.txt", "imports")
SPARE_BYTES = 50_000_000
Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Made:
    """A backup that was made: where it lies, what it is called by its content, and what is in it."""

    path: Path
    sha256: str
    made_at: datetime
    size_bytes: int
    documents: int
    missing: tuple[str, ...]
    rows: int
    removed: tuple[str, ...]


def make(to: Path, keep_days: int, tell: Tell) -> Made:
    """Make a backup in the folder `to`; remove those older than `keep_days` when it is safe. Refused with a sentence."""
    known = keys.recipients()
    if not known:
        raise Refused(keys.NO_KEY)
    usable = keys.usable(known)
    _folder(to)
    with _only_one(), kept_still(), _workplace() as work:
        _insist_on_room(to)
        if _has_table(DataKey):
            be_able_to_mark()
        snapshot = database.take(work)
        made_at = datetime.now(UTC)
        beside, missing = _what_lies_beside(snapshot)
        total = snapshot.path.stat().st_size + sum(path.stat().st_size for path in beside.values())
        told = _Told(tell, total)

        def fill(stream: IO[bytes]) -> None:
            packer = archive.Packer(stream, told)
            packer.add(snapshot.path.name, snapshot.path)
            for name, path in beside.items():
                packer.add(name, path)
            packer.end(_manifest(packer, snapshot, made_at, missing, known))

        path = to / f"kinkeeper-{made_at:%Y%m%dT%H%M%SZ}.backup.age"
        _write(path, lambda target: archive.pack(target, usable, fill))
        made = _described(path, made_at, snapshot, missing)
    return Made(**{**vars(made), "removed": tuple(_let_go(to, keep_days, made))})


def note(made: Made) -> None:
    """Write down in the database that the backup was made, however long others write before it is our turn."""
    database.be_patient()
    note_backup(
        machine("backup"),
        name=made.path.name,
        sha256=made.sha256,
        made_at=made.made_at,
        size_bytes=made.size_bytes,
        documents=made.documents,
        missing=len(made.missing),
    )


def can_be_noted() -> bool:
    """Whether the database has the table for it; before an upgrade it may not."""
    return _has_table(Backup)


def _has_table(model: type[Model]) -> bool:
    with connection.cursor() as cursor:
        return model._meta.db_table in connection.introspection.table_names(cursor)


def _folder(to: Path) -> None:
    try:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe, name = tempfile.mkstemp(dir=to, prefix=".probe-")
        os.close(probe)
        Path(name).unlink()
    except OSError as error:
        raise Refused(f"The folder “{to}” cannot be written to: {error.strerror}. Choose another with --to.") from error


@contextmanager
def _only_one() -> Iterator[None]:
    handle = os.open(Path(settings.DATA) / "backup.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise Refused("Another backup is being made just now. Wait until it is ready.") from None
    finally:
        os.close(handle)


@contextmanager
def _workplace() -> Iterator[Path]:
    """A folder beside the database, so that what lies open for a moment lies no more openly than the database itself."""
    work = Path(settings.DATA) / "work"
    shutil.rmtree(work, ignore_errors=True)  # what a killed backup left; there is only one of us
    work.mkdir(mode=0o700)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _insist_on_room(to: Path) -> None:
    """Room for the copy beside the database and for the file, asked before anything is written."""
    copy = database.size_bytes()
    files = sum(path.stat().st_size for path in (Path(settings.DATA) / "files").rglob("*") if path.is_file())
    wanted: dict[int, int] = {}
    for folder, needed in ((Path(settings.DATA), copy), (to, copy + files)):
        device = folder.stat().st_dev
        wanted[device] = wanted.get(device, 0) + needed + SPARE_BYTES
        free = shutil.disk_usage(folder).free
        if free < wanted[device]:
            raise Refused(
                f"The backup needs {wanted[device] // 1_000_000:,} MB in “{folder}”, and {free // 1_000_000:,} MB are "
                "free. Make room, or choose a folder on another disk with --to."
            )


def _what_lies_beside(snapshot: Snapshot) -> tuple[dict[str, Path], tuple[str, ...]]:
    """The stored documents that the snapshot names, and what else is kept; and the documents that are not there."""
    data = Path(settings.DATA)
    documents = {str(place_of(code)): data / place_of(code) for code in snapshot.codes}
    missing = tuple(code for code in snapshot.codes if not (data / place_of(code)).is_file())
    found = {name: path for name, path in documents.items() if path.is_file()}
    for name in KEPT_BESIDE:
        for path in sorted([data / name, *(data / name).rglob("*")]):
            if path.is_file() and not path.is_symlink():
                found[str(path.relative_to(data))] = path
    return found, missing


class _Told:
    """Adds up what was written and passes it on."""

    def __init__(self, tell: Tell, total: int) -> None:
        self.tell, self.total, self.done = tell, total, 0

    def __call__(self, more: int) -> None:
        self.done += more
        self.tell(self.done // 1_000_000, self.total // 1_000_000 + 1)


def _manifest(
    packer: archive.Packer, snapshot: Snapshot, made_at: datetime, missing: tuple[str, ...], known: list[str]
) -> bytes:
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "kinkeeper": __version__,
        "made_at": made_at.isoformat(timespec="seconds"),
        "engine": connection.vendor,
        "steps": snapshot.steps,
        "rows": snapshot.rows,
        "documents": len(snapshot.codes),
        "missing": list(missing),
        "keys": keys.fingerprints(),
        "recipients": known,
        "parts": packer.parts,
    }
    return json.dumps({**manifest, "seal": keys.seal(canonical(manifest), manifest["keys"])}).encode()


def canonical(manifest: dict[str, Any]) -> bytes:
    """A manifest as its seal was made over it."""
    return json.dumps({k: v for k, v in manifest.items() if k != "seal"}, sort_keys=True).encode()


def _write(path: Path, fill: Callable[[IO[bytes]], None]) -> None:
    """The name appears when everything behind it is on the disk."""
    unfinished = path.with_name(f"{path.name}.part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as target:
            fill(target)
            target.flush()
            os.fsync(target.fileno())
        unfinished.rename(path)
        flush_folder(path.parent)
    except OSError as error:
        raise Refused(f"The backup could not be written: {error.strerror}.") from error
    finally:
        unfinished.unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """What the file is recognised by, read back from where it was written."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _described(path: Path, made_at: datetime, snapshot: Snapshot, missing: tuple[str, ...]) -> Made:
    documents = len(snapshot.codes) - len(missing)
    rows = sum(snapshot.rows.values())
    return Made(path, sha256_of(path), made_at, path.stat().st_size, documents, missing, rows, ())


def _let_go(to: Path, keep_days: int, made: Made) -> Iterator[str]:
    """Remove backups of ours that are older than the days, and what an interrupted one left; never the newest."""
    before = made.made_at - timedelta(days=keep_days)
    for path in sorted(to.iterdir()):
        if path.name.endswith(".backup.age.part"):
            path.unlink(missing_ok=True)
        named = NAME.fullmatch(path.name)
        if named is None or path == made.path:
            continue
        if datetime.strptime(named[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC) < before:
            path.unlink()
            yield path.name
