"""`import`, `export`, `units`: data in and out."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from kinkeeper.access.actions import found_association
from kinkeeper.access.gate import machine
from kinkeeper.access.models import Association, Programme, Role, Unit, pack_in_force
from kinkeeper.exchange import actions, tasks
from kinkeeper.exchange.models import Import
from kinkeeper.exchange.ssda903.years import year_label
from kinkeeper.lib.packs import Purpose
from kinkeeper.lib.refusals import Refused
from kinkeeper.site.commands.answering import Progress, answer, insist_on_tables, say, table

_BARE = {Programme.Kind.FAMILY_CARE.value: [{"name": "Imported records", "kind": Unit.Kind.OFFICE.value, "place": ""}]}
SHOWN = 20


def bring_in(asked: argparse.Namespace) -> int:
    """Import the return, or preview it."""
    if not asked.folder.is_dir():
        say_misuse(f"“{asked.folder}” is not a folder.")
        return 2
    insist_on_tables()
    warnings: list[dict[str, Any]] = []
    unit = _unit_to_import_into(asked.unit, warnings)
    actor = machine("command-line", Role.SUPERVISOR, Role.DIRECTOR)
    brought = actions.preview_import(actor, unit, folder=asked.folder, look_through=asked.preview)
    if asked.preview:
        return _tell_preview(asked, brought, warnings)
    progress = Progress("Landing children")
    brought = tasks.land(actor, brought, progress)
    progress.end()
    quarantined = list(tasks.quarantine_in_words(actor, brought))
    warnings += [*brought.summary.get("remarks", []), *brought.summary.get("warned", [])]
    tell(asked, brought.rows_read, brought.rows_landed, brought.rows_unchanged, quarantined, warnings)
    return 0


def _unit_to_import_into(code: str | None, warnings: list[dict[str, Any]]) -> Unit:
    """The unit that was named, or the only one; in an empty installation a bare one is made."""
    if not Association.objects.exists():
        found_association(machine("setup"), name="Imported association", country="GB", pack="england", programmes=_BARE)
        warnings.append(
            _warning("This installation was empty. An association with one unit was made, with names that say so.")
        )
    association = Association.objects.get()
    if association.pack != "england":
        warnings.append(
            _warning(f"The association uses the pack “{association.pack}”: codes of the return show without words.")
        )
    return unit_called(code)


def unit_called(code: str | None) -> Unit:
    """The unit with this code, however it was typed; without one the only unit there is."""
    units = Unit.objects.order_by("pk")
    if code:
        unit = units.filter(code=code.replace("-", "").upper()).first()
        if unit is None:
            raise Refused(f"There is no unit {code}. List them with: kinkeeper units")
        return unit
    found = list(units[:2])
    if not found:
        raise Refused("There is no unit yet. Begin with: kinkeeper setup")
    if len(found) > 1:
        raise Refused("There are several units. Say which one with --unit CODE; list them with: kinkeeper units")
    return found[0]


def _warning(sentence: str) -> dict[str, Any]:
    return {"file": "", "line": 0, "field": "", "reason": sentence}


def _tell_preview(asked: argparse.Namespace, brought: Import, warnings: list[dict[str, Any]]) -> int:
    summary = brought.summary
    quarantined = summary["faults"]
    tell(
        asked,
        brought.rows_read,
        summary["would_land"],
        summary["would_stay"],
        quarantined,
        [*warnings, *summary["remarks"], *summary.get("warned", [])],
        preview=True,
    )
    return 0


def tell(
    asked: argparse.Namespace,
    read: int,
    landed: int,
    unchanged: int,
    quarantined: list[dict[str, Any]],
    warnings: list[dict[str, Any]],
    *,
    preview: bool = False,
) -> None:
    """Say what came of an import, or would."""
    if asked.json:
        counts = {"read": read, "landed": landed, "unchanged": unchanged}
        answer({**counts, "quarantined": quarantined, "warnings": warnings, "preview": preview})
        return
    verb = "would land" if preview else "landed"
    say(f"{read:,} rows read: {landed:,} {verb}, {unchanged:,} unchanged, {len(quarantined):,} in quarantine.")
    for fault in quarantined[:SHOWN]:
        say(f"  {fault['file']}, line {fault['line']}, {fault['field'] or 'whole row'}: {fault['reason']}")
    if len(quarantined) > SHOWN:
        say(f"  … and {len(quarantined) - SHOWN:,} more. Mend them at /exchange/, or see all with --json.")
    for warning in warnings[:SHOWN]:
        where = f"{warning['file']}, line {warning['line']}: " if warning["file"] else ""
        say(f"  note: {where}{warning['reason']}")


def say_misuse(sentence: str) -> None:
    """What was wrong with the command, on standard error."""
    sys.stderr.write(f"kinkeeper: {sentence}\n")


def _purpose(code: str) -> Purpose:
    purposes = pack_in_force().purposes
    if code not in purposes:
        raise Refused(f"There is no purpose {code}. Choose one of: {', '.join(purposes)}.")
    return purposes[code]


def take_out(asked: argparse.Namespace) -> int:
    """Write the return of a year."""
    insist_on_tables()
    association = Association.objects.first()
    if association is None:
        raise Refused("There is nothing to export: this installation is empty.")
    actor = machine("command-line", Role.SUPERVISOR, Role.DIRECTOR)
    wanted: dict[str, Any] = {
        "year": asked.year,
        "folder": asked.folder,
        "purpose": _purpose(asked.purpose),
        "recipient": asked.recipient,
    }
    if asked.unit:
        unit = Unit.objects.filter(code=asked.unit.replace("-", "").upper()).first()
        if unit is None:
            raise Refused(f"There is no unit {asked.unit}. List them with: kinkeeper units")
        written = actions.export(actor, unit, **wanted)
    else:
        written = actions.export_all(actor, association, **wanted)
    if asked.json:
        answer(
            {
                "year": year_label(asked.year),
                "folder": str(asked.folder),
                "children": written.children,
                "rows": written.rows,
            }
        )
    else:
        say(f"{year_label(asked.year)}: {written.children:,} children in {asked.folder}")
        say(*(f"  {name}.csv  {rows:,} rows" for name, rows in written.rows.items()))
    return 0


def units(asked: argparse.Namespace) -> int:
    """List the units."""
    insist_on_tables()
    found = Unit.objects.select_related("programme").order_by("programme__name", "name")
    rows = [{"code": u.code, "name": u.name, "kind": u.kind, "programme": u.programme.name} for u in found]
    if asked.json:
        answer(rows)
    else:
        say(*table(("Code", "Name", "Kind", "Programme"), (row.values() for row in rows)))
    return 0
