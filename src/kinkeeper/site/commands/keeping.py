"""`backup`, `backup-key`, `restore`, `upgrade`: what keeps the records safe."""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from kinkeeper.lib.refusals import Refused
from kinkeeper.site.backup import database, keys, making, restoring
from kinkeeper.site.commands.answering import Progress, answer, say
from kinkeeper.site.commands.serving import collect_if_needed
from kinkeeper.site.health import examine
from kinkeeper.upkeep.findings import Finding, Level

# Troubles that say that what was restored is not what it should be; the others are about the machine.
OF_THE_RECORDS = {"database", "integrity", "rules", "files", "locks"}


def backup(asked: argparse.Namespace) -> int:
    """Make a backup, or prove one that was made."""
    if asked.verify:
        return _verify(asked)
    progress = Progress("Backing up, MB")
    to = asked.to.absolute() if asked.to else settings.BACKUPS
    made = making.make(to, asked.keep, progress)
    progress.end()
    if making.can_be_noted():
        making.note(made)
    if asked.json:
        told = {"file": str(made.path), "sha256": made.sha256, "bytes": made.size_bytes, "rows": made.rows}
        answer({**told, "documents": made.documents, "missing": list(made.missing), "removed": list(made.removed)})
    else:
        _tell(made)
    return 1 if made.missing else 0


def _tell(made: making.Made) -> None:
    say(
        f"{made.path}",
        f"{made.rows:,} rows and {made.documents:,} documents, {made.size_bytes / 1e6:,.1f} MB, encrypted.",
    )
    if made.removed:
        say(f"{len(made.removed)} older backups were removed.")
    if made.missing:
        say(f"{len(made.missing)} documents were not on the disk and are not in it. Run: kinkeeper check")
    say("The keys in the data folder are not in it, and nothing opens without them: keep a copy of them elsewhere.")


def _verify(asked: argparse.Namespace) -> int:
    identities = keys.identities(_secret(asked.key))
    progress = Progress("Verifying, MB")
    proved = restoring.verify(asked.verify, identities, progress)
    progress.end()
    noted = proved.sealed_here and making.can_be_noted() and restoring.note(asked.verify)
    if asked.json:
        answer({**vars(proved), "noted": noted})
        return 0
    say(
        f"{asked.verify.name} opens and is whole: {proved.rows:,} rows and {proved.documents:,} documents "
        f"of {proved.made_at}, {proved.engine}, Kinkeeper {proved.version}.",
        "It was made with the keys of this installation."
        if proved.sealed_here
        else "It was made with other keys than those of this installation; only they open its documents.",
    )
    return 0


def _secret(file: Path | None) -> str:
    """The secret backup key: from a file, from standard input, or asked for without showing it."""
    if file is not None:
        try:
            return file.read_text()
        except (OSError, UnicodeDecodeError):
            raise Refused(f"The key file “{file}” cannot be read.") from None
    return getpass.getpass("Secret backup key: ") if sys.stdin.isatty() else sys.stdin.read()


def backup_key(asked: argparse.Namespace) -> int:
    """Make a backup key, or say which ones there are."""
    if asked.list:
        say(*(keys.recipients() or [keys.NO_KEY]))
    elif asked.add:
        keys.add_recipient(asked.add)
        say("Every backup from now on can be opened with the secret half of this key, too.")
    elif asked.remove:
        keys.remove_recipient(asked.remove)
        say("Backups from now on are not encrypted to this key. Those that exist stay as they are.")
    else:
        public, secret = keys.new_pair()
        keys.add_recipient(public)
        say(f"Public half, kept here: {public}", "", secret, "")
        say(
            "The line above is the secret half. It is shown once and kept nowhere on this machine. Write it down or keep",
            "it on a stick, twice, away from here: without it no backup opens. Nobody can make it again.",
        )
    return 0


def restore(asked: argparse.Namespace) -> int:
    """Restore a backup into an empty installation and prove what came of it."""
    identities = keys.identities(_secret(asked.key))
    progress = Progress("Restoring, MB")
    manifest = restoring.restore(asked.file, identities, asked.keys, progress)
    progress.end()
    opening = Progress("Opening documents")
    faults = [f"rows differ in {one}" for one in restoring.differences(manifest)]
    faults += [f"document {code} does not open" for code in restoring.closed_documents(manifest, asked.deep, opening)]
    opening.end()
    troubles = [one for one in examine() if one.level == Level.TROUBLE]
    older = any(one.what == "tables" for one in troubles)
    # After the counting, which knows nothing of what was erased since; with older tables `upgrade` does it.
    erased = 0 if older or faults else restoring.replay()
    faults += [
        f"{one.what}: {one.sentence}" for one in troubles if one.what in OF_THE_RECORDS and not _known(one, manifest)
    ]
    for fault in faults:
        say(f"NOT GOOD  {fault}")
    say(
        f"Restored: {sum(manifest['rows'].values()):,} rows and {manifest['documents'] - len(manifest['missing']):,} "
        f"documents of {manifest['made_at']}.",
        "It is not whole: look at the lines above, and try another backup in another folder."
        if faults
        else "All of it was proved.",
    )
    if erased:
        say(f"{erased} people who were erased after this backup was made are erased again.")
    if manifest["missing"]:
        say(f"{len(manifest['missing'])} documents were missing already when the backup was made.")
    say(
        "Next: kinkeeper upgrade, because this version is newer."
        if older
        else "Next: kinkeeper check, then kinkeeper serve."
    )
    return 1 if faults else 0


def _known(finding: Finding, manifest: dict[str, Any]) -> bool:
    return finding.what == "files" and bool(manifest["missing"])


# ---- upgrade ---------------------------------------------------------------------------------------------------------


def upgrade(asked: argparse.Namespace) -> int:
    """Check, back up, bring the tables up to this version, prepare styles, check again; stop at the first trouble."""
    pending = _pending()
    if asked.dry_run:
        _tell_plan(pending, asked)
        return 0
    _say_step("1 of 5  Checking")
    _stop_at(one for one in examine() if one.what != "tables")
    made = None
    if asked.without_backup or database.is_empty():
        _say_step("2 of 5  No backup")
    else:
        _say_step("2 of 5  Backing up")
        progress = Progress("Backing up, MB")
        made = making.make(asked.to.absolute() if asked.to else settings.BACKUPS, asked.keep, progress)
        progress.end()
        say(f"        {made.path}")
    _say_step(f"3 of 5  Bringing the tables up to this version ({len(pending)} steps)")
    call_command("migrate", verbosity=0, interactive=False)
    restoring.replay()
    if made:
        making.note(made)
    _say_step("4 of 5  Preparing styles and scripts")
    collect_if_needed()
    _say_step("5 of 5  Checking again")
    _stop_at(examine())
    say("The upgrade is done. Next: start Kinkeeper again.")
    return 0


def _pending() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{step.app_label}: {step.name.replace('_', ' ')}" for step, _backwards in plan]


def _tell_plan(pending: list[str], asked: argparse.Namespace) -> None:
    troubles = [one for one in examine() if one.level == Level.TROUBLE and one.what != "tables"]
    missing_key = not (asked.without_backup or keys.recipients() or database.is_empty())
    say(
        "Nothing was changed. An upgrade would:",
        *(f"  stop at the check: {one.what}: {one.sentence} {one.remedy}".rstrip() for one in troubles),
        *([f"  stop at the backup: {keys.NO_KEY}"] if missing_key else []),
        *(f"  take the step {step}" for step in pending),
        *([] if pending else ["  take no step: the tables are those of this version"]),
    )


def _say_step(words: str) -> None:
    say(words)
    sys.stdout.flush()


def _stop_at(findings: Iterable[Finding]) -> None:
    first = next((one for one in findings if one.level == Level.TROUBLE), None)
    if first:
        raise Refused(f"The upgrade stopped. {first.what}: {first.sentence} {first.remedy}".rstrip())
