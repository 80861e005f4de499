"""`import sheets`, `template`: own spreadsheets in, and the workbook to fill in."""

from __future__ import annotations

import argparse
import io
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import get_language, override

from kinkeeper.access.gate import Actor, machine
from kinkeeper.access.models import Role, pack_in_force
from kinkeeper.exchange import actions, queries, tasks
from kinkeeper.exchange.models import Import, LikelyDuplicate
from kinkeeper.exchange.sheets import cells
from kinkeeper.exchange.sheets.template import write_template
from kinkeeper.lib.refusals import Refused
from kinkeeper.site.commands.answering import Progress, insist_on_tables
from kinkeeper.site.commands.exchanging import say_misuse, tell, unit_called


def template(asked: argparse.Namespace) -> int:
    """Write the template to standard output."""
    insist_on_tables()
    language = asked.language or get_language() or "en"
    if language not in dict(settings.LANGUAGES):
        say_misuse(f"“{language}” is none of the languages here: {', '.join(dict(settings.LANGUAGES))}.")
        return 2
    if sys.stdout.isatty():
        say_misuse("A workbook is no text. Write it to a file: kinkeeper template > lists.xlsx")
        return 2
    book = io.BytesIO()
    with override(language):
        write_template(book, pack_in_force())
    sys.stdout.buffer.write(book.getvalue())
    return 0


def bring_in(asked: argparse.Namespace) -> int:
    """Import own spreadsheets, or preview them."""
    missing = [path for path in asked.files if not path.is_file()]
    if missing:
        say_misuse(f"“{missing[0]}” is not a file.")
        return 2
    insist_on_tables()
    actor = machine("command-line", Role.SUPERVISOR, Role.DIRECTOR)
    brought = _answered(actor, _previewed(actor, asked), asked)
    if asked.preview:
        summary = brought.summary
        warnings = [*summary["remarks"], *summary.get("warned", []), *_questions(actor, brought)]
        tell(
            asked,
            brought.rows_read,
            summary["would_land"],
            summary["would_stay"],
            summary["faults"],
            warnings,
            preview=True,
        )
        return 0
    open_questions = _questions(actor, brought)
    if open_questions:
        raise Refused(" ".join(question["reason"] for question in open_questions))
    progress = Progress("Landing rows")
    brought = tasks.land(actor, brought, progress)
    progress.end()
    warnings = [*brought.summary.get("remarks", []), *brought.summary.get("warned", [])]
    quarantined = list(tasks.quarantine_in_words(actor, brought))
    tell(asked, brought.rows_read, brought.rows_landed, brought.rows_unchanged, quarantined, warnings)
    return 0


def _previewed(actor: Actor, asked: argparse.Namespace) -> Import:
    unit = unit_called(asked.unit)
    with tempfile.TemporaryDirectory(prefix="kinkeeper-sheets-") as place:
        for path in asked.files:
            target = Path(place) / path.name
            if target.exists():
                raise Refused(f"Two files are called “{path.name}”. Give each its own name.")
            shutil.copyfile(path, target)
        return actions.preview_sheets(actor, unit, folder=Path(place), source=asked.source)


def _answered(actor: Actor, brought: Import, asked: argparse.Namespace) -> Import:
    """The import with everything answered that the options answer."""
    summary = brought.summary
    answers: dict[str, Any] = {}
    if asked.accept:
        answers["columns"] = {
            sheet["place"]: {heading["heading"]: heading["column"] for heading in sheet["headings"]}
            for sheet in summary["sheets"]
            if sheet["table"]
        }
        answers["values"] = {}
        for unknown in summary["unknown"]:
            answers["values"].setdefault(f"{unknown['table']}.{unknown['column']}", {})[unknown["text"]] = unknown[
                "likely"
            ]
    if asked.day_first or asked.month_first:
        order = cells.DAY_FIRST if asked.day_first else cells.MONTH_FIRST
        answers["orders"] = {file: order for file, days in summary["days"].items() if days["ambiguous"]}
    if answers and brought.state in {Import.State.PREVIEWED, Import.State.FINISHED}:
        brought = actions.match_columns(actor, brought, **answers)
    undecided = queries.likely_duplicates(actor, brought).filter(answer="")
    if asked.others and undecided:
        others = {row.code: LikelyDuplicate.Answer.OTHER.value for row in undecided}
        brought = actions.tell_apart(actor, brought, answers=others)
    return brought


def _questions(actor: Actor, brought: Import) -> list[dict[str, Any]]:
    """What has to be answered before anything lands, as machines read it."""
    found = []
    if brought.summary.get("asks"):
        found.append(
            f"Say what the columns mean at /exchange/imports/{brought.code}/columns/, or accept them with --accept."
        )
    undecided = queries.undecided(actor, brought)
    if undecided:
        found.append(
            f"{undecided} may be recorded already: decide at /exchange/imports/{brought.code}/people/, or take them as "
            "other people with --others."
        )
    return [{"file": "", "line": 0, "field": "", "reason": sentence} for sentence in found]
