"""The database in a backup: one state of it, copied while others write, and put back whole.

SQLite is copied by `VACUUM INTO`, one statement that sees one state and ends however much is written meanwhile (copying
page by page starts anew at each foreign write and may never end). PostgreSQL is copied by its own pg_dump, from a snapshot
that is counted in the same moment.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3._functions import register

from kinkeeper.access.mason import build
from kinkeeper.lib.refusals import Refused

SQLITE, POSTGRESQL = "database.sqlite3", "database.dump"
# Not Kinkeeper’s rows: made by the databases themselves.
_OWN = ("sqlite_",)
PATIENCE_MS = 120_000
CODES = "SELECT code FROM files_storedfile ORDER BY code"
STEPS = "SELECT app, name FROM django_migrations ORDER BY app, name"


@dataclass(frozen=True)
class Snapshot:
    """One state of the database: where its copy lies, rows by table, the documents it names, the steps it has taken."""

    path: Path
    rows: dict[str, int]
    codes: list[str]
    steps: list[str]


def size_bytes() -> int:
    """How large the database is now."""
    if connection.vendor == "sqlite":
        name = str(connection.settings_dict["NAME"])
        return sum(Path(f"{name}{part}").stat().st_size for part in ("", "-wal") if Path(f"{name}{part}").exists())
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def be_patient() -> None:
    """Wait two minutes for one’s turn to write. SQLite keeps no queue: among people who write without a pause, twenty
    seconds may pass in vain, and a backup that is whole would end with “database is locked”.
    """
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")


def take(folder: Path) -> Snapshot:
    """Copy one state of the database into the folder and prove that the copy is whole. Others may write meanwhile."""
    return _take_sqlite(folder) if connection.vendor == "sqlite" else _take_postgresql(folder)


def is_empty() -> bool:
    """Whether the database holds no table yet."""
    with connection.cursor() as cursor:
        return not connection.introspection.table_names(cursor)


def rows_now() -> dict[str, int]:
    """Rows by table in the database of this installation."""
    with connection.cursor() as cursor:
        return _count(connection, cursor)


def _count(known: BaseDatabaseWrapper, cursor: Any) -> dict[str, int]:
    names = [name for name in known.introspection.table_names(cursor) if not name.startswith(_OWN)]
    counted = {}
    for name in sorted(names):
        cursor.execute(f"SELECT count(*) FROM {known.ops.quote_name(name)}")  # noqa: S608 (a name from the catalogue)
        counted[name] = int(cursor.fetchone()[0])
    return counted


def _first(cursor: Any, question: str) -> list[str]:
    cursor.execute(question)
    return [".".join(row) for row in cursor.fetchall()]


# ---- SQLite ----------------------------------------------------------------------------------------------------------


def _take_sqlite(folder: Path) -> Snapshot:
    copy = folder / SQLITE
    # A connection of its own: VACUUM does not run inside a transaction.
    with closing(sqlite3.connect(str(connection.settings_dict["NAME"]), timeout=60, isolation_level=None)) as live:
        register(live)  # our constraints call functions that Django brings
        live.execute("VACUUM INTO ?", (str(copy),))
    copy.chmod(0o600)
    faults = faults_of_sqlite(copy)
    if faults:
        raise Refused(f"The copy of the database is damaged ({faults[0]}). Run: kinkeeper check")
    with _read_only(copy) as read:
        return Snapshot(copy, rows_of_sqlite(copy), _first(read, CODES), _first(read, STEPS))


@contextmanager
def _read_only(path: Path) -> Iterator[sqlite3.Cursor]:
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as copy:
        register(copy)
        yield copy.cursor()


def faults_of_sqlite(path: Path) -> list[str]:
    """What is wrong with a database file, nothing where it is whole and every key points to a row."""
    try:
        with _read_only(path) as read:
            faults = [row[0] for row in read.execute("PRAGMA integrity_check(5)").fetchall() if row[0] != "ok"]
            orphans = read.execute("PRAGMA foreign_key_check").fetchmany(5)
    except sqlite3.DatabaseError as error:
        return [str(error)]
    return faults + [f"rows of {row[0]} point to rows that do not exist" for row in orphans]


def rows_of_sqlite(path: Path) -> dict[str, int]:
    """Rows by table in a database file."""
    with _read_only(path) as read:
        names = [row[0] for row in read.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()]
        counted = {}
        for name in sorted(name for name in names if not name.startswith(_OWN)):
            counted[name] = int(read.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608
        return counted


def _put_back_sqlite(copy: Path) -> None:
    target = Path(str(connection.settings_dict["NAME"]))
    connection.close()
    for part in ("", "-wal", "-shm"):
        Path(f"{target}{part}").unlink(missing_ok=True)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    arriving = target.with_name(f"{target.name}.part")
    shutil.copyfile(copy, arriving)
    arriving.chmod(0o600)
    with arriving.open("rb+") as file:
        os.fsync(file.fileno())
    arriving.rename(target)
    flush_folder(target.parent)


def flush_folder(folder: Path) -> None:
    """Names in a folder reach the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ---- PostgreSQL ------------------------------------------------------------------------------------------------------


@contextmanager
def _one_state() -> Iterator[tuple[BaseDatabaseWrapper, Any]]:
    """A connection of its own that sees one state of the database and changes nothing."""
    alone = connection.copy()
    try:
        with alone.cursor() as cursor:
            cursor.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield alone, cursor
            cursor.execute("COMMIT")
    finally:
        alone.close()


def _take_postgresql(folder: Path) -> Snapshot:
    copy = folder / POSTGRESQL
    with _one_state() as (alone, cursor):
        cursor.execute("SELECT pg_export_snapshot()")
        shared = str(cursor.fetchone()[0])
        rows, codes, steps = _count(alone, cursor), _first(cursor, CODES), _first(cursor, STEPS)
        _run("pg_dump", "--format=custom", "--compress=0", f"--snapshot={shared}", f"--file={copy}", database=True)
    copy.chmod(0o600)
    faults = faults_of_postgresql(copy)
    if faults:
        raise Refused(f"The copy of the database is damaged ({faults[0]}). Run: kinkeeper check")
    return Snapshot(copy, rows, codes, steps)


def faults_of_postgresql(path: Path) -> list[str]:
    """What is wrong with a dump, nothing where PostgreSQL’s own tool reads it to its end."""
    try:
        _run("pg_restore", "--file=/dev/null", str(path))
    except Refused as refusal:
        return [str(refusal)]
    return []


def _put_back_postgresql(copy: Path) -> None:
    connection.close()
    plain = ("--no-owner", "--no-privileges", "--no-comments", "--exit-on-error", "--single-transaction")
    _run("pg_restore", *plain, f"--dbname={connection.settings_dict['NAME']}", str(copy), server=True)
    # Who may do what, and the marks of the wall, are not in the copy: they belong to the place.
    build(connection)


def _run(name: str, *arguments: str, database: bool = False, server: bool = False) -> None:
    """Run a tool of PostgreSQL’s; the password goes through the environment, where other users do not see it."""
    known: dict[str, Any] = (settings.BACKUP_DATABASE if database else None) or connection.settings_dict
    environment = dict(os.environ)
    places = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD"}
    if database or server:
        environment |= {variable: str(known[key]) for variable, key in places.items() if known.get(key)}
    if database:
        environment["PGDATABASE"] = str(known["NAME"])
    done = subprocess.run([tool(name), *arguments], env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["no reason was given"]
        raise Refused(f"{name} did not succeed: {said[-1]}")


def tool(name: str) -> str:
    """The path of a tool of PostgreSQL’s: the newest of those that Debian keeps side by side, or the one on the path."""
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = str(kept[-1]) if kept else shutil.which(name)
    if not found:
        raise Refused(f"{name} is not installed. Install the client tools of PostgreSQL (Debian: postgresql-client).")
    return found


# ---- both ------------------------------------------------------------------------------------------------------------


def name_here() -> str:
    """How the copy of this engine’s database is called inside a backup."""
    return SQLITE if connection.vendor == "sqlite" else POSTGRESQL


def put_back(copy: Path) -> None:
    """Make the copy the database of this installation, whole or not at all. The caller has made sure that it is empty."""
    if connection.vendor == "sqlite":
        _put_back_sqlite(copy)
    else:
        _put_back_postgresql(copy)


def faults_of(copy: Path) -> list[str]:
    """What is wrong with a copy of a database, of either kind."""
    return faults_of_sqlite(copy) if copy.name == SQLITE else faults_of_postgresql(copy)
