"""What `kinkeeper check` examines: each finding says what was looked at, how it stands, and what to do about it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from django.conf import settings
from django.core.checks import ERROR, WARNING, run_checks
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import F, Max, Min
from django.db.utils import DatabaseError, OperationalError

from kinkeeper.access import mason
from kinkeeper.access.models import Association, Role, Seat
from kinkeeper.access.wall import walled
from kinkeeper.files.vault import key_fits, missing_files
from kinkeeper.journal.acts import acts, reaction_called
from kinkeeper.journal.anchors import Summary, examined, is_apart, last_anchor
from kinkeeper.journal.chain import Tell
from kinkeeper.journal.history import missing_triggers
from kinkeeper.journal.models import Entry, Job
from kinkeeper.keys.envelopes import WANTED, confirmed_envelopes
from kinkeeper.keys.master import MasterMissing, insist_on_masters
from kinkeeper.keys.models import DataKey
from kinkeeper.placements.guards import missing_guards
from kinkeeper.placements.models import PeriodOfCare
from kinkeeper.upkeep.findings import Finding, Level

LEAST_FREE_MB = 500
# The lowest that `synchronous` may be for a deed to survive the loss of power.
FULL = 2


def _good(what: str, sentence: str) -> Finding:
    return Finding(what, Level.GOOD, sentence)


def _trouble(what: str, sentence: str, remedy: str) -> Finding:
    return Finding(what, Level.TROUBLE, sentence, remedy)


def examine(quick: bool = False, tell: Tell = lambda _done, _of: None) -> Iterator[Finding]:
    """Everything, from the database up. Without database or tables the rest is not looked at.

    `quick` follows the chain of the journal from where it was last followed; `tell` hears how far that is.
    """

    def memory() -> Iterator[Finding]:
        yield from _memory(quick, tell)

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
        yield _trouble("tables", f"{pending} steps to this version are missing.", "Run: kinkeeper upgrade")
        return
    yield _good("tables", "They are those of this version.")
    for examiner in (*EXAMINERS, memory):
        try:
            yield from examiner()
        except DatabaseError as error:
            yield _trouble(examiner.__name__.strip("_"), f"This could not be examined: {error}.", "Report this.")


def _pending() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def durability() -> Iterator[Finding]:
    """Whether a deed that was confirmed survives the loss of power."""
    if connection.vendor == "sqlite":
        names, asks, judge = (
            ("journal_mode", "synchronous", "foreign_keys", "secure_delete"),
            "PRAGMA",
            sqlite_durability,
        )
    else:
        names, asks, judge = (
            ("fsync", "synchronous_commit", "full_page_writes", "data_checksums"),
            "SHOW",
            server_durability,
        )
    found = {}
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"{asks} {name}")
            found[name] = str(cursor.fetchone()[0])
    yield from judge(found)


def sqlite_durability(found: dict[str, str]) -> Iterator[Finding]:
    """What the settings of a SQLite connection mean for what was confirmed."""
    remedy = "The settings of Kinkeeper set this; look for a changed settings file or another program that opened it."
    wrong = []
    if found["journal_mode"] != "wal":
        wrong.append(f"journal_mode is {found['journal_mode']}, not wal.")
    if int(found["synchronous"]) < FULL:
        wrong.append("synchronous is below FULL: confirmed deeds may be lost with the power.")
    if not int(found["foreign_keys"]):
        wrong.append("foreign_keys is off.")
    for sentence in wrong:
        yield _unless_declared("durability", sentence, remedy)
    if not int(found["secure_delete"]):
        yield Finding("durability", Level.REMARK, "secure_delete is off: deleted text stays in the file.", remedy)
    if not wrong:
        yield _good("durability", "WAL, synchronous=FULL, foreign keys on.")


def server_durability(found: dict[str, str]) -> Iterator[Finding]:
    """What the settings of a PostgreSQL server mean for what was confirmed."""
    off = [name for name in ("fsync", "synchronous_commit", "full_page_writes") if found[name] == "off"]
    for name in off:
        yield _unless_declared(
            "durability",
            f"{name} is off on this server: confirmed deeds may be lost with the power. That is for test servers alone.",
            f"Set {name} = on in postgresql.conf and reload the server.",
        )
    if found["data_checksums"] != "on":
        yield Finding(
            "durability",
            Level.REMARK,
            "This server keeps no checksums: a disk that changes a page is not noticed.",
            "Stop the server and run: pg_checksums --enable",
        )
    if not off:
        yield _good("durability", "fsync, synchronous_commit and full_page_writes are on.")


def _unless_declared(what: str, sentence: str, remedy: str) -> Finding:
    """A trouble; a remark where somebody declared that this installation may forget, as tests do."""
    return Finding(what, Level.REMARK if settings.MAY_FORGET else Level.TROUBLE, sentence, remedy)


# Kinds of file systems by what they do to records.
GONE_AT_THE_NEXT_START = {"tmpfs", "ramfs"}
FAR_AWAY = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "fuse.sshfs", "fuse.davfs"}


def ground() -> Iterator[Finding]:
    """Whether the data folder lies on a disk that keeps what it was given."""
    mounts = Path("/proc/mounts")
    kind = kind_of_ground(Path(settings.DATA), mounts.read_text()) if mounts.exists() else ""
    if kind in GONE_AT_THE_NEXT_START:
        yield _unless_declared(
            "ground",
            f"The data folder “{settings.DATA}” lies in memory ({kind}): it is gone at the next start.",
            "Name a folder on a disk in KINKEEPER_DATA.",
        )
    elif kind in FAR_AWAY:
        yield _unless_declared(
            "ground",
            f"The data folder “{settings.DATA}” lies on another machine ({kind}): locks and safe writing fail there.",
            "Name a folder on a disk of this machine in KINKEEPER_DATA.",
        )
    elif kind == "overlay":
        yield Finding(
            "ground",
            Level.REMARK,
            "The data folder lies inside a container and goes with it.",
            "Give the container a volume for KINKEEPER_DATA.",
        )
    else:
        yield _good("ground", f"The data folder lies on a disk ({kind or 'unknown'}).")


def kind_of_ground(folder: Path, mounts: str) -> str:
    """The kind of file system a folder lies on, from the system’s list of mounts; nothing where it is not listed."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        _device, at, found, *_rest = [*line.split(" "), "", "", ""]
        place = Path(at.replace("\\040", " "))
        if at and folder.absolute().is_relative_to(place) and len(place.parts) >= best:
            best, kind = len(place.parts), found
    return kind


def _integrity() -> Iterator[Finding]:
    """Whether the file is whole and every key points to a row."""
    if connection.vendor != "sqlite":
        yield _good("integrity", "PostgreSQL keeps keys and constraints; checksums are the server’s business.")
        return
    remedy = "Stop Kinkeeper and restore the last good backup into an empty folder: kinkeeper restore"
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


def second_wall() -> Iterator[Finding]:
    """Whether PostgreSQL itself keeps every actor to the rows of the scopes. SQLite cannot."""
    if connection.vendor != "postgresql":
        return
    found, role = mason.faults(connection), mason.who_asks(connection)
    for fault in found[:_MOST]:
        yield _trouble("wall", fault, "Run: kinkeeper migrate")
    if not role:
        sentence = f"Requests go around the second wall: who signs in owns the tables and is not in {settings.APPLICATION_ROLE}."
        yield Finding("wall", Level.REMARK, sentence, "Make the roles as docs/guides/keep-it-running.md says.")
    elif not found:
        yield _good("wall", f"Requests are asked as {role}, behind a wall on {len(walled())} tables.")


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
    for name in (
        Entry.objects.order_by()
        .exclude(subject_type="")
        .exclude(act__in=list(acts))
        .values_list("act", flat=True)
        .distinct()[:3]
    ):
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


# What a fault of the chain means, and what to do. The pages of guides/who-changed-what.md say it at length.
_REMEDIES = {
    "outside": "Somebody wrote to the database past Kinkeeper. Find out who and why, and compare the row with a copy.",
    "edited": "Somebody changed the journal in the database. Keep this database, and compare it with the last copy.",
    "removed": "Somebody removed a part of the journal. Keep this database, and compare it with the last copy.",
    "chain": "Somebody changed the chain itself. Keep this database, and compare it with the last copy.",
    "rewritten": "Somebody wrote the journal anew. Keep this database, and restore the last copy that agrees with its anchors.",
    "cut": "The newest deeds were removed, or an older copy was restored. If nobody restored one, keep this database as it is.",
    "forged": "Somebody wrote into the log, or keys/anchor.key is another one. Compare both with your copies.",
    "line": "The power may have failed while it was written. If there are several, compare the log with its copy.",
}
_MOST = 10


def _memory(quick: bool, tell: Tell) -> Iterator[Finding]:
    """Whether nobody changed, removed or added what is remembered."""
    missing = missing_triggers()
    if missing:
        yield _trouble(
            "memory", f"The database lacks {len(missing)} triggers, for example {missing[0]}.", "Run: kinkeeper migrate"
        )
    summary, found = Summary(), 0
    for fault in examined(summary, quick=quick, tell=tell):
        found += 1
        if found <= _MOST:
            level = Level.REMARK if fault.kind == "line" else Level.TROUBLE
            yield Finding("memory", level, fault.sentence, _REMEDIES[fault.kind])
    if found > _MOST:
        yield _trouble("memory", f"{found - _MOST:,} more faults of this kind follow.", "Mend the first ones first.")
    if not found:
        since = f" since link {summary.since:,}" if summary.since else ""
        yield _good(
            "memory",
            f"The chain is whole{since}: {summary.head:,} links, {summary.anchors:,} anchors, {summary.erased:,} erased.",
        )
    if summary.head and last_anchor() is None:
        yield Finding(
            "memory", Level.REMARK, "The chain has no anchor yet.", "Run: kinkeeper anchor, or let the worker run."
        )
    elif not is_apart():
        yield Finding(
            "memory",
            Level.REMARK,
            "Anchors lie beside the data: whoever can change both can hide it.",
            "Let KINKEEPER_ANCHORS name a folder on another machine.",
        )


def private_keys() -> Iterator[Finding]:
    """Whether keys and data folder are their owner’s alone."""
    data = Path(settings.DATA)
    open_ones = [path for path in (data, *(data / "keys").glob("*")) if path.exists() and path.stat().st_mode & 0o077]
    for path in open_ones:
        mode = "700" if path.is_dir() else "600"
        yield _trouble("keys", f"{path} can be read by others.", f"Run: chmod {mode} {path}")
    if not open_ones:
        yield _good("keys", "Data folder and keys are readable by their owner alone.")


def seals() -> Iterator[Finding]:
    """Whether what lies sealed can be opened, and whether the keys would survive this machine."""
    try:
        insist_on_masters()
    except MasterMissing as missing:
        yield _trouble("seals", str(missing), "Nothing can be read or written about anybody until the key is back.")
        return
    yield _good("seals", f"{DataKey.objects.filter(erased_at=None).count():,} data keys open.")
    association = Association.objects.first()
    there = len(confirmed_envelopes())
    if association and not association.is_demo and there < WANTED:
        yield Finding(
            "envelopes",
            Level.REMARK,
            f"{there} of {WANTED} recovery envelopes hold the keys of today: a lost machine would lose every text.",
            "Run: kinkeeper keys envelope FILE",
        )


def _files() -> Iterator[Finding]:
    """Whether every stored document is there."""
    lost = list(missing_files())
    if lost:
        yield _trouble(
            "files",
            f"{len(lost)} documents are not on the disk.",
            "Restore the last backup into another folder and copy DATA/files from there.",
        )
    else:
        yield _good("files", "Every stored document is there.")


def locks() -> Iterator[Finding]:
    """Whether the keys of this installation open what lies in it."""
    if key_fits():
        yield _good("locks", "The key opens the documents.")
        return
    path = Path(settings.DATA) / "keys" / "files.key"
    yield _trouble(
        "locks",
        f"The key {path} does not open the stored documents.",
        "Put the kept copy of this file back. If it was missing, a new one was made that opens nothing.",
    )


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
    _settings, durability, ground, _integrity, _rules, second_wall, _care, _journal, _files, locks, seals, private_keys, _disk, _people,
)  # fmt: skip
# What a page may ask each time it is drawn; the others look at every record.
QUICK: tuple[Callable[[], Iterator[Finding]], ...] = (
    _settings, durability, ground, second_wall, locks, seals, private_keys, _disk, _people,
)  # fmt: skip
