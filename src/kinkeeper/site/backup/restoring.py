"""Restoring: prove the file, put it into an empty installation, prove what came of it. And proving a file alone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from kinkeeper.access.gate import machine
from kinkeeper.access.models import Association, Role
from kinkeeper.files.models import StoredFile
from kinkeeper.files.vault import Damaged, open_bytes
from kinkeeper.lib.refusals import Refused
from kinkeeper.retention import ledger
from kinkeeper.retention.actions import replay_erasures
from kinkeeper.retention.models import LedgerLine
from kinkeeper.site.backup import archive, database, keys
from kinkeeper.site.backup.making import FORMAT, SPARE_BYTES, canonical, sha256_of
from kinkeeper.upkeep.actions import note_verification
from kinkeeper.upkeep.models import Backup

Tell = Callable[[int, int], None]


@dataclass(frozen=True)
class Proved:
    """What a backup was found to hold."""

    made_at: str
    version: str
    engine: str
    rows: int
    documents: int
    missing: int
    sealed_here: bool


# ---- a file alone ----------------------------------------------------------------------------------------------------


def verify(path: Path, identities: list[Any], tell: Tell) -> Proved:
    """Open a backup to its end and prove every part and the database in it. Nothing is put anywhere."""
    _insist_on_a_file(path)
    with _workplace(path) as work:
        manifest = archive.unpack(
            path, identities, work, _telling(path, tell), only=(database.SQLITE, database.POSTGRESQL)
        )
        _prove(path, manifest, work)
    return Proved(
        made_at=manifest["made_at"],
        version=manifest["kinkeeper"],
        engine=manifest["engine"],
        rows=sum(manifest["rows"].values()),
        documents=manifest["documents"] - len(manifest["missing"]),
        missing=len(manifest["missing"]),
        sealed_here=_sealed_here(manifest),
    )


def note(path: Path) -> bool:
    """Write down that this backup was proved, where this installation made it; returns whether it did."""
    actor = machine("backup")
    made = Backup.objects.filter(sha256=sha256_of(path)).first()
    if made is None:
        return False
    database.be_patient()
    note_verification(actor, made)
    return True


def _sealed_here(manifest: dict[str, Any]) -> bool:
    return not keys.strangers(manifest["keys"]) and manifest.get("seal") == keys.seal(
        canonical(manifest), manifest["keys"]
    )


def _insist_on_a_file(path: Path) -> None:
    if not path.is_file():
        raise Refused(f"There is no file “{path}”.")


@contextmanager
def _workplace(path: Path) -> Iterator[Path]:
    work, wanted = Path(settings.DATA) / "restoring", path.stat().st_size + SPARE_BYTES
    free = shutil.disk_usage(settings.DATA).free
    if free < 2 * wanted:
        raise Refused(
            f"{2 * wanted // 1_000_000:,} MB are needed in “{settings.DATA}”, and {free // 1_000_000:,} MB are free."
        )
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(mode=0o700)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _telling(path: Path, tell: Tell) -> Callable[[int], None]:
    done, total = 0, path.stat().st_size // 1_000_000 + 1

    def told(more: int) -> None:
        nonlocal done
        done += more
        tell(min(done // 1_000_000, total), total)

    return told


def _prove(path: Path, manifest: dict[str, Any], work: Path) -> None:
    """That the manifest is one of ours and the database in the backup is whole and holds as many rows as it says."""
    if manifest.get("format") != FORMAT:
        raise Refused(f"{path.name} was made by a newer Kinkeeper. Use that version to restore it.")
    named = database.SQLITE if manifest["engine"] == "sqlite" else database.POSTGRESQL
    copy = work / named
    if named not in manifest["parts"]:
        raise Refused(f"{path.name} holds no database. Use another backup.")
    faults = database.faults_of(copy)
    if not faults and named == database.SQLITE and database.rows_of_sqlite(copy) != manifest["rows"]:
        faults = ["it does not hold the rows that the manifest counts"]
    if faults:
        raise Refused(f"The database in {path.name} is damaged: {faults[0]}. Use another backup.")


# ---- into an empty installation --------------------------------------------------------------------------------------


def restore(path: Path, identities: list[Any], kept_keys: Path | None, tell: Tell) -> dict[str, Any]:
    """Put a backup into this installation, which must be empty; returns the manifest. Nothing is changed before all of
    it was proved.
    """
    _insist_on_a_file(path)
    _insist_on_emptiness()
    with _workplace(path) as work:
        manifest = archive.unpack(path, identities, work, _telling(path, tell))
        _prove(path, manifest, work)
        _insist_on_the_same_engine(manifest)
        _insist_on_known_steps(manifest)
        _insist_on_keys(manifest, kept_keys)
        _settle(work)
        database.put_back(work / database.name_here())
    # Beside the backups lies who was erased since; `replay` goes by it.
    ledger.add(ledger.read([path.parent / ledger.NAME]).values())
    return manifest


def replay() -> int:
    """Erase again whoever the ledger beside the backups and the data names: they stay erased. Returns how many."""
    association = Association.objects.first()
    if association is None:
        return 0
    before = LedgerLine.objects.count()
    replay_erasures(machine("restore", Role.ADMINISTRATOR), association, lines=ledger.read(ledger.places()))
    return LedgerLine.objects.count() - before


def _insist_on_emptiness() -> None:
    if not database.is_empty():
        raise Refused(
            "The database of this installation is not empty, and nothing is ever restored over records. Name another "
            "folder in KINKEEPER_DATA, or another database in KINKEEPER_DATABASE_URL."
        )
    files = Path(settings.DATA) / "files"
    if files.is_dir() and any(path.is_file() for path in files.rglob("*")):
        raise Refused(f"“{files}” is not empty. Name another folder in KINKEEPER_DATA, or move it away.")


def _insist_on_the_same_engine(manifest: dict[str, Any]) -> None:
    if manifest["engine"] != connection.vendor:
        raise Refused(
            f"This backup is one of a {manifest['engine']} database, and this installation uses {connection.vendor}. "
            "Set KINKEEPER_DATABASE_URL."
        )


def _insist_on_known_steps(manifest: dict[str, Any]) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    newer = [step for step in manifest["steps"] if step not in known]
    if newer:
        raise Refused(
            f"This backup was made by Kinkeeper {manifest['kinkeeper']}, which is newer than this one. "
            "Install that version, then restore."
        )


def _insist_on_keys(manifest: dict[str, Any], kept: Path | None) -> None:
    """The keys are not in the backup: they must be here, or be brought."""
    if kept is not None:
        keys.bring(kept, manifest["keys"])
    strange = keys.strangers(manifest["keys"])
    if strange:
        names = ", ".join(key.file for key in strange)
        raise Refused(
            f"The keys are not in the backup, and the key here ({names}) is not the one that opens {strange[0].opens}. "
            "Give the folder with the kept keys: kinkeeper restore FILE --keys FOLDER"
        )
    if not _sealed_here(manifest):
        raise Refused("This backup was not made by an installation with these keys. Do not use it.")


def _settle(work: Path) -> None:
    """Documents and the rest move into the data folder; they are on the disk before the database names them."""
    data = Path(settings.DATA)
    for part in sorted(work.iterdir()):
        if part.name in {database.SQLITE, database.POSTGRESQL}:
            continue
        target = data / part.name
        if target.is_dir():
            shutil.rmtree(target)
        part.rename(target)
    for folder, _folders, _files in os.walk(data):
        if not Path(folder).is_relative_to(work):
            database.flush_folder(Path(folder))


# ---- what came of it -------------------------------------------------------------------------------------------------


def differences(manifest: dict[str, Any]) -> list[str]:
    """Tables whose rows are not as many as the backup counted."""
    now = database.rows_now()
    return [
        f"{table}: {now.get(table, 0):,} of {rows:,}"
        for table, rows in manifest["rows"].items()
        if now.get(table) != rows
    ]


def closed_documents(manifest: dict[str, Any], deep: bool, tell: Tell) -> list[str]:
    """Codes of documents that do not open: their first frame, or with `deep` to the last byte. What was missing before
    is no news.
    """
    known = set(manifest["missing"])
    total = StoredFile.objects.count()
    closed = []
    for number, file in enumerate(StoredFile.objects.order_by("pk").iterator(chunk_size=200)):
        tell(number, total)
        if file.code not in known and not _opens(file, deep):
            closed.append(file.code)
    return closed


def _opens(file: StoredFile, deep: bool) -> bool:
    try:
        pieces = open_bytes(file)
        if deep:
            return sum(len(piece) for piece in pieces) == file.size_bytes
        return bool(next(pieces, b""))
    except Damaged:
        return False
