"""What each command is called, what it asks for and how its help reads; `cli.py` runs them."""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from kinkeeper.site.words import day, port, positive


def _command(commands: Any, name: str, does: str, description: str, examples: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = commands.add_parser(
        name,
        help=description.split(". ")[0].rstrip(".") + ".",
        description=description,
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(does=does)
    return made


def _demo(commands: Any) -> None:
    one = _command(
        commands,
        "demo",
        "filling.demo",
        "Make an association of invented people and serve it. An installation that is a demo already is used as it is; "
        "a real one is never touched.",
        "  kinkeeper demo\n  kinkeeper demo --children 500 --no-serve",
    )
    _size(one, 120)
    one.add_argument("--port", type=port, default=8000, metavar="P", help="port to serve on (8000)")
    one.add_argument("--no-serve", action="store_true", help="make it, say who can sign in, and stop")


def _setup(commands: Any) -> None:
    one = _command(
        commands,
        "setup",
        "filling.setup",
        "Begin the records of a real association: name, country, jurisdiction pack, units, and the first administrator. "
        "What is not given is asked for. Refuses where an association exists.",
        "  kinkeeper setup\n"
        '  kinkeeper setup --name "Kin of the Hills" --country UZ --pack un \\\n'
        '      --unit family_care:village:Chorvoq --admin-name "Rosa Karimova" --admin-email rosa@example.org \\\n'
        "      --password-file admin-password.txt",
    )
    one.add_argument("--name", help="name of the association")
    one.add_argument("--country", help="two letters, for example UZ, NL or XK")
    one.add_argument("--pack", help="jurisdiction pack (un)")
    one.add_argument(
        "--unit",
        action="append",
        metavar="PROGRAMME:KIND:NAME",
        help="a unit, as often as needed: programme family_care, family_strengthening or youth; "
        "kind village, foster_team, social_centre, youth_team or office",
    )
    one.add_argument("--admin-name", help="name of the first administrator")
    one.add_argument("--admin-email", help="e-mail address of the first administrator")
    one.add_argument(
        "--password-file",
        type=Path,
        metavar="FILE",
        help="file with the first password; otherwise KINKEEPER_ADMIN_PASSWORD, otherwise it is asked for",
    )


def _serve(commands: Any) -> None:
    one = _command(
        commands,
        "serve",
        "serving.serve",
        "Serve the pages, with a worker for the news between rooms beside them.",
        "  kinkeeper serve\n  kinkeeper serve --host 0.0.0.0 --port 8080 --workers 4",
    )
    one.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1: this machine only)")
    one.add_argument("--port", type=port, default=8000, metavar="P", help="port to listen on (8000)")
    one.add_argument("--workers", type=positive, default=1, metavar="N", help="processes that answer (1)")
    one.add_argument("--no-worker", action="store_true", help="do not run the worker; run `kinkeeper worker` elsewhere")


def _worker(commands: Any) -> None:
    one = _command(
        commands,
        "worker",
        "serving.worker",
        "Carry the news between rooms: notices, imports, whatever follows from a deed.",
        "  kinkeeper worker\n  kinkeeper worker --once",
    )
    one.add_argument("--once", action="store_true", help="do what is due and stop")


def _migrate(commands: Any) -> None:
    _command(
        commands,
        "migrate",
        "serving.migrate",
        "Bring the tables up to this version. Use `kinkeeper upgrade`, which makes a backup first.",
        "  kinkeeper migrate",
    )


def _upgrade(commands: Any) -> None:
    one = _command(
        commands,
        "upgrade",
        "keeping.upgrade",
        "Bring an installation up to this version: check, back up, change the tables, prepare styles, check again. "
        "Stops at the first trouble. Stop the service before.",
        "  kinkeeper upgrade --dry-run\n  kinkeeper upgrade",
    )
    one.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    one.add_argument("--without-backup", action="store_true", help="where a backup was made in another way")
    _where_to(one)


def _backup(commands: Any) -> None:
    one = _command(
        commands,
        "backup",
        "keeping.backup",
        "Write database and documents into one encrypted file, while people work. The keys of the installation are not in "
        "it: keep a copy of them elsewhere. With --verify, open one and prove it whole.",
        "  kinkeeper backup\n  kinkeeper backup --to /mnt/second-disk --keep 35\n"
        "  kinkeeper backup --verify kinkeeper-20261127T020000Z.backup.age --key backup-key.txt",
    )
    _where_to(one)
    one.add_argument("--verify", type=Path, metavar="FILE", help="prove this backup instead of making one")
    _secret_key(one)
    _json(one)


def _where_to(one: argparse.ArgumentParser) -> None:
    one.add_argument("--to", type=Path, metavar="DIR", help="folder to write to (KINKEEPER_BACKUPS)")
    one.add_argument(
        "--keep", type=positive, default=35, metavar="DAYS", help="remove backups in it that are older (35)"
    )


def _secret_key(one: argparse.ArgumentParser) -> None:
    one.add_argument(
        "--key", type=Path, metavar="FILE", help="file with the secret backup key; otherwise it is asked for"
    )


def _backup_key(commands: Any) -> None:
    one = _command(
        commands,
        "backup-key",
        "keeping.backup_key",
        "Make a key for backups. The secret half is shown once and never kept on this machine.",
        "  kinkeeper backup-key\n  kinkeeper backup-key --list\n  kinkeeper backup-key --add age1…",
    )
    which = one.add_mutually_exclusive_group()
    which.add_argument("--list", action="store_true", help="show the public keys that backups are encrypted to")
    which.add_argument("--add", metavar="PUBLIC", help="encrypt to this public key, too")
    which.add_argument("--remove", metavar="PUBLIC", help="do not encrypt to this public key any more")


def _restore(commands: Any) -> None:
    one = _command(
        commands,
        "restore",
        "keeping.restore",
        "Put a backup into an empty installation and prove all that came of it. Never touches records that are there.",
        "  KINKEEPER_DATA=/srv/new kinkeeper restore kinkeeper-20261127T020000Z.backup.age \\\n"
        "      --key backup-key.txt --keys /media/stick/keys",
    )
    one.add_argument("file", type=Path, metavar="FILE", help="the backup")
    _secret_key(one)
    one.add_argument(
        "--keys", type=Path, metavar="DIR", help="folder with the kept keys of the installation (files.key …)"
    )
    one.add_argument("--deep", action="store_true", help="open every document to its last byte")


def _check(commands: Any) -> None:
    one = _command(
        commands,
        "check",
        "checking.check",
        "Verify database, rules, journal, keys and settings, and say what to do about each trouble.",
        "  kinkeeper check\n  kinkeeper check --quick\n  kinkeeper check --json",
    )
    one.add_argument("--quick", action="store_true", help="follow the journal’s chain from where it was last followed")
    _json(one)


def _anchor(commands: Any) -> None:
    _command(
        commands,
        "anchor",
        "checking.anchor",
        "Sign the head of the journal’s chain and write it outside the database, where KINKEEPER_ANCHORS says. The worker "
        "does it every minute when there is news.",
        "  kinkeeper anchor\n  KINKEEPER_ANCHORS=/mnt/elsewhere kinkeeper anchor",
    )


def _generate(commands: Any) -> None:
    one = _command(
        commands,
        "generate",
        "filling.generate",
        "Fill an empty installation with invented people, for trials and benchmarks. The same seed and day make the same "
        "people.",
        "  kinkeeper generate --children 200 --seed 7 --years 3 --until 2025-03-31",
    )
    _size(one, 120)
    one.add_argument(
        "--until",
        type=day,
        default=date.today(),  # noqa: DTZ011  # a calendar day of whoever types
        metavar="YYYY-MM-DD",
        help="the last day anything happens (today)",
    )


def _import(commands: Any) -> None:
    formats = commands.add_parser(
        "import", help="Bring data in.", description="Bring data in from another system’s format."
    ).add_subparsers(dest="format", metavar="FORMAT", required=True)
    one = _command(
        formats,
        "ssda903",
        "exchanging.bring_in",
        "Import England’s return on looked-after children. DIR holds the tables of one or more years together, or one "
        "folder per collection year (2022_23, 2023_24 …). Every row lands or is kept in quarantine with its reason; "
        "running it twice changes nothing. An empty installation gets a bare association with one unit. Exit code 0 when "
        "the import ran, even if rows are in quarantine.",
        "  kinkeeper import ssda903 returns/\n  kinkeeper import ssda903 returns/ --preview\n"
        "  kinkeeper import ssda903 returns/ --unit K7QF2M9XT3HD --json",
    )
    one.add_argument("folder", type=Path, metavar="DIR", help="folder with the CSV files")
    one.add_argument("--unit", metavar="CODE", help="unit the children belong to (see `kinkeeper units`)")
    one.add_argument("--preview", action="store_true", help="read and judge everything, land nothing")
    _json(one)
    _import_sheets(formats)


def _import_sheets(formats: Any) -> None:
    one = _command(
        formats,
        "sheets",
        "spreadsheets.bring_in",
        "Import own spreadsheets: workbooks (XLSX, ODS) or CSV files, as `kinkeeper template` describes them. Every row "
        "lands or is kept in quarantine with its reason; running it twice changes nothing. Where a column is not sure, or "
        "somebody may be recorded already, nothing lands before that is answered: on the pages, or with the options below.",
        "  kinkeeper template > lists.xlsx\n"
        '  kinkeeper import sheets lists.xlsx --source "Excel of the Tashkent centre" --preview\n'
        '  kinkeeper import sheets persons.csv homes.csv --source "Old register" --accept --json',
    )
    one.add_argument("files", type=Path, nargs="+", metavar="FILE", help="workbooks or CSV files")
    one.add_argument("--source", required=True, metavar="NAME", help="name under which the columns are remembered")
    one.add_argument("--unit", metavar="CODE", help="unit the people belong to (see `kinkeeper units`)")
    one.add_argument("--preview", action="store_true", help="read and judge everything, land nothing")
    one.add_argument("--accept", action="store_true", help="take columns and words that are nearly alike as suggested")
    order = one.add_mutually_exclusive_group()
    order.add_argument("--day-first", action="store_true", help="03/04/2019 is 3 April")
    order.add_argument("--month-first", action="store_true", help="03/04/2019 is 4 March")
    one.add_argument("--others", action="store_true", help="take all who are nearly alike as other people")
    _json(one)


def _template(commands: Any) -> None:
    one = _command(
        commands,
        "template",
        "spreadsheets.template",
        "Write the workbook to fill in for `kinkeeper import sheets` to standard output, with the codes of the pack in "
        "force.",
        "  kinkeeper template > lists.xlsx\n  kinkeeper template --language ru > lists.xlsx",
    )
    one.add_argument("--language", metavar="TAG", help="language of the headings, such as ru")


def _export(commands: Any) -> None:
    formats = commands.add_parser(
        "export", help="Take data out.", description="Take data out in another system’s format."
    ).add_subparsers(dest="format", metavar="FORMAT", required=True)
    one = _command(
        formats,
        "ssda903",
        "exchanging.take_out",
        "Write England’s return on looked-after children: one CSV per table into DIR. The collection year is named by "
        "the year it begins in: 2023, 2023-24 and 2023/24 all mean 1 April 2023 to 31 March 2024.",
        "  kinkeeper export ssda903 out/2023_24 --year 2023",
    )
    one.add_argument("folder", type=Path, metavar="DIR", help="folder to write to; made if it is missing")
    one.add_argument("--year", type=_year, required=True, metavar="Y", help="collection year: 2023 or 2023-24")
    one.add_argument("--unit", metavar="CODE", help="one unit alone (all units)")
    one.add_argument("--purpose", metavar="CODE", default="AUTHORITY", help="why, a code of the pack (AUTHORITY)")
    one.add_argument("--recipient", metavar="WHO", default="", help="who receives it, where consent is needed")
    _json(one)


def _units(commands: Any) -> None:
    one = _command(
        commands, "units", "exchanging.units", "List the units with their codes.", "  kinkeeper units --json"
    )
    _json(one)


def _keys(commands: Any) -> None:
    deeds = commands.add_parser(
        "keys",
        help="Look after the keys.",
        description="Look after the keys under which texts and documents lie sealed.",
    ).add_subparsers(dest="deed", metavar="DEED", required=True)
    _command(
        deeds,
        "rotate",
        "locking.rotate",
        "Change the master key. Every data key is locked under a new one, no text is sealed anew, and servers may run "
        "meanwhile. An interrupted change goes on when it is run again.",
        "  kinkeeper keys rotate",
    )
    one = _command(
        deeds,
        "envelope",
        "locking.envelope",
        "Make a recovery envelope, an age file with the key files of this installation, and open it again. Without "
        "--passphrase-file, a passphrase is shown once and typed back.",
        "  kinkeeper keys envelope stick/envelope-1.age\n"
        "  kinkeeper keys envelope envelope-2.age --passphrase-file passphrase.txt",
    )
    one.add_argument("file", type=Path, metavar="FILE", help="a new file, best on something that leaves this machine")
    one.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="file with a passphrase of 20 characters or more"
    )
    one.add_argument("--recipient", metavar="AGE1…", help="public key of age, instead of a passphrase")
    one = _command(
        deeds,
        "recover",
        "locking.recover",
        "Put the key files of an envelope back into the data folder. Others that lie there are kept aside.",
        "  kinkeeper keys recover stick/envelope-1.age\n"
        "  kinkeeper keys recover envelope-2.age --passphrase-file passphrase.txt",
    )
    one.add_argument("envelope", type=Path, metavar="ENVELOPE", help="the envelope")
    one.add_argument("--passphrase-file", type=Path, metavar="FILE", help="file with its passphrase (asked for)")
    one.add_argument("--identity", type=Path, metavar="FILE", help="identity of age that it was locked for")


def _json(one: argparse.ArgumentParser) -> None:
    one.add_argument("--json", action="store_true", help="answer in JSON, for machines")


def _size(one: argparse.ArgumentParser, children: int) -> None:
    one.add_argument("--children", type=positive, default=children, metavar="N", help=f"children in care ({children})")
    one.add_argument("--seed", type=int, default=2, metavar="S", help="the same seed makes the same people (2)")
    one.add_argument("--years", type=positive, default=3, metavar="Y", help="collection years up to the last day (3)")


def _year(text: str) -> int:
    from kinkeeper.exchange.ssda903.years import parse_year

    try:
        return parse_year(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


COMMANDS = (
    _demo, _setup, _serve, _worker, _migrate, _upgrade, _check, _anchor, _backup, _backup_key, _restore,
    _generate, _import, _template, _export, _units, _keys,
)  # fmt: skip
