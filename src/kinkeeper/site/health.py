"""What `kinkeeper check` examines: each finding says what was looked at, how it stands, and what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from django.conf import settings
from django.core.checks import ERROR, WARNING, run_checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F, Max, Min
from django.db.utils import DatabaseError, OperationalError

from kinkeeper.access.models import Association, Role, Seat
from kinkeeper.files.vault import missing_files
from kinkeeper.journal.acts import acts, reaction_called
from kinkeeper.journal.models import Entry, Job
from kinkeeper.placements.guards import missing_guards
from kinkeeper.placements.models import PeriodOfCare

LEAST_FREE_MB = 500
# The lowest that `synchronous` may be for a deed to survive the loss of power.
FULL = 2


class Level(StrEnum):
    """How a thing stands."""

    GOOD = "good"
    REMARK = "remark"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `remedy` says what to do, where there is something to do."""

    what: str
    level: Level
    sentence: str
    remedy: str = ""


def _good(what: str, sentence: str) -> Finding:
    return Finding(what, Level.GOOD, sentence)


def _trouble(what: str, sentence: str, remedy: str) -> Finding:
    return Finding(what, Level.TROUBLE, sentence, remedy)


def examine() -> Iterator[Finding]:
    """Everything, from the database up. Without database or tables the rest is not looked at."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError as error:
        yield _trouble(
            "database", f"It does not answer: {str(error).strip()}.", "Start it, or correct KINKEEPER_DATABASE_URL."
        )
        return
    yield _good("database", f"{connection.vendor} answers.")
    pending = _pending()
    if pending:
        yield _trouble(
            "tables", f"{pending} steps to this version are missing.", "Copy your data, then run: kinkeeper migrate"
        )
        return
    yield _good("tables", "They are those of this version.")
    for examiner in EXAMINERS:
        try:
            yield from examiner()
        except DatabaseError as error:
            yield _trouble(examiner.__name__.strip("_"), f"This could not be examined: {error}.", "Report this.")


def _pending() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _durability() -> Iterator[Finding]:
    """Whether a deed that was confirmed survives the loss of power."""
    yield from _sqlite_durability() if connection.vendor == "sqlite" else _postgresql_durability()


def _sqlite_durability() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        found = {}
        for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete"):
            cursor.execute(f"PRAGMA {name}")
            found[name] = cursor.fetchone()[0]
    remedy = "The settings of Kinkeeper set this; look for a changed settings file or another program that opened it."
    if found["journal_mode"] != "wal":
        yield _trouble("durability", f"journal_mode is {found['journal_mode']}, not wal.", remedy)
    if int(found["synchronous"]) < FULL:
        yield _trouble("durability", "synchronous is below FULL: confirmed deeds may be lost with the power.", remedy)
    if not int(found["foreign_keys"]):
        yield _trouble("durability", "foreign_keys is off.", remedy)
    if not int(found["secure_delete"]):
        yield Finding("durability", Level.REMARK, "secure_delete is off: deleted text stays in the file.", remedy)
    if found["journal_mode"] == "wal" and int(found["synchronous"]) >= FULL and int(found["foreign_keys"]):
        yield _good("durability", "WAL, synchronous=FULL, foreign keys on.")


def _postgresql_durability() -> Iterator[Finding]:
    with connection.cursor() as cursor:
        found = {}
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
    for name, value in found.items():
        if value == "off":
            yield _trouble(
                "durability",
                f"{name} is off on this server: confirmed deeds may be lost with the power. That is for test servers alone.",
                f"Set {name} = on in postgresql.conf and reload the server.",
            )
    if "off" not in found.values():
        yield _good("durability", ", ".join(f"{name} is {value}" for name, value in found.items()) + ".")


def _integrity() -> Iterator[Finding]:
    """Whether the file is whole and every key points to a row."""
    if connection.vendor != "sqlite":
        yield _good("integrity", "PostgreSQL keeps keys and constraints; checksums are the server’s business.")
        return
    remedy = "Stop Kinkeeper and restore the last good copy of the data folder."
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check(5)")
        faults = [row[0] for row in cursor.fetchall() if row[0] != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        orphans = cursor.fetchmany(5)
    if faults:
        yield _trouble("integrity", f"The database file is damaged: {faults[0]}.", remedy)
    if orphans:
        yield _trouble("integrity", f"Rows of {orphans[0][0]} point to rows that do not exist.", remedy)
    if not faults and not orphans:
        yield _good("integrity", "The file is whole and every key points to a row.")


def _rules() -> Iterator[Finding]:
    """Whether the database itself still refuses what must not be."""
    missing = missing_guards()
    if missing:
        yield _trouble(
            "rules", f"The database lacks {len(missing)} rules, for example {missing[0]}.", "Run: kinkeeper migrate"
        )
    else:
        yield _good("rules", "Every rule about care histories stands in the database.")


def _care() -> Iterator[Finding]:
    """Whether each period of care has its first episode on its first day, and ends after its last."""
    # Asked without a scope: this counts rows that are broken, and shows none.
    empty = PeriodOfCare.objects.filter(episodes__isnull=True).count()
    late = PeriodOfCare.objects.annotate(first=Min("episodes__started_on")).exclude(first=F("started_on"))
    late = late.filter(first__isnull=False)
    over = PeriodOfCare.objects.annotate(last=Max("episodes__started_on")).filter(last__gte=F("ended_on"))
    for rows, sentence in (
        (empty, "{count} periods of care have no episode."),
        (late.count(), "{count} periods of care do not begin with their first episode."),
        (over.count(), "{count} periods of care ended before their last episode began."),
    ):
        if rows:
            yield _trouble("care", sentence.format(count=rows), "Report this; the journal tells which deed did it.")
            return
    yield _good("care", f"{PeriodOfCare.objects.count():,} periods of care are whole.")


def _journal() -> Iterator[Finding]:
    """Whether deeds are remembered and news is on its way."""
    for name in Entry.objects.order_by().exclude(act__in=list(acts)).values_list("act", flat=True).distinct()[:3]:
        yield Finding("journal", Level.REMARK, f"Entries speak of the deed {name}, which this version has not.")
    failed = Job.objects.filter(state=Job.State.FAILED)
    if failed.exists():
        first = failed.first()
        yield _trouble(
            "journal",
            f"{failed.count()} jobs failed for good, the first of them {first.reaction if first else ''}.",
            "Look into the worker’s log, mend the cause, and set them ready again.",
        )
    ready = Job.objects.filter(state=Job.State.READY)
    for name in ready.order_by().values_list("reaction", flat=True).distinct():
        if reaction_called(name) is None:
            yield _trouble("journal", f"Jobs wait for {name}, which this version has not.", "Report this.")
    waiting = ready.count()
    if waiting > 1000:
        yield Finding(
            "journal", Level.REMARK, f"{waiting:,} jobs wait.", "Is the worker running? Run: kinkeeper worker"
        )
    if not failed.exists():
        yield _good("journal", f"{Entry.objects.count():,} deeds are remembered; {waiting:,} jobs wait.")


def _keys() -> Iterator[Finding]:
    """Whether keys and data folder are their owner’s alone."""
    data = Path(settings.DATA)
    open_ones = [path for path in (data, *(data / "keys").glob("*")) if path.exists() and path.stat().st_mode & 0o077]
    for path in open_ones:
        mode = "700" if path.is_dir() else "600"
        yield _trouble("keys", f"{path} can be read by others.", f"Run: chmod {mode} {path}")
    if not open_ones:
        yield _good("keys", "Data folder and keys are readable by their owner alone.")


def _files() -> Iterator[Finding]:
    """Whether every stored document is there."""
    lost = list(missing_files())
    if lost:
        yield _trouble("files", f"{len(lost)} documents are not on the disk.", "Restore DATA/files from the last copy.")
    else:
        yield _good("files", "Every stored document is there.")


def _disk() -> Iterator[Finding]:
    """Whether there is room."""
    free = shutil.disk_usage(settings.DATA).free // 1_000_000
    if free < LEAST_FREE_MB:
        yield _trouble("disk", f"Only {free} MB are free in the data folder.", "Make room before the next backup.")
    else:
        yield _good("disk", f"{free:,} MB are free.")


def _people() -> Iterator[Finding]:
    """Whether somebody can let others in."""
    if not Association.objects.exists():
        yield Finding("association", Level.REMARK, "There is none yet.", "Run: kinkeeper setup, or kinkeeper demo")
        return
    if not Seat.objects.filter(role=Role.ADMINISTRATOR, user__is_active=True).exists():
        yield Finding(
            "association", Level.REMARK, "Nobody is its administrator.", "Only an administrator can invite colleagues."
        )
        return
    yield _good("association", "It has an administrator.")


def _settings() -> Iterator[Finding]:
    """Whether the settings make sense together."""
    for fault in run_checks(include_deployment_checks=False):
        level = Level.TROUBLE if fault.level >= ERROR else Level.REMARK
        if fault.level >= WARNING:
            yield Finding("settings", level, str(fault.msg), str(fault.hint or ""))
    if settings.DEBUG:
        yield _trouble("settings", "KINKEEPER_DEBUG is on: error pages show records.", "Unset it outside development.")
    if not settings.HTTPS and set(settings.ALLOWED_HOSTS) - {"localhost", "127.0.0.1", "[::1]"}:
        yield _trouble(
            "settings", "Other machines may reach this server without HTTPS.", "Set KINKEEPER_HTTPS=yes behind HTTPS."
        )
    if settings.SECOND_FACTOR != "required":
        yield Finding(
            "settings",
            Level.REMARK,
            "A password alone lets in whoever administers, oversees or opens records.",
            "Unset KINKEEPER_SECOND_FACTOR, so that they set up a second factor.",
        )
    if not settings.DEBUG:
        yield _good("settings", "They were read and make sense.")


EXAMINERS: tuple[Callable[[], Iterator[Finding]], ...] = (
    _settings, _durability, _integrity, _rules, _care, _journal, _files, _keys, _disk, _people,
)  # fmt: skip
