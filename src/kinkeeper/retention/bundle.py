"""The file that is handed over: a ZIP with a PDF to read, a JSON for programs, and the files, as it was decided.

What nobody decided, or what says something else than on the day of the decision, stays out.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from typst import TypstError

from kinkeeper.files.vault import Damaged, open_bytes
from kinkeeper.lib.guards import in_words
from kinkeeper.retention.collecting import BLACK, Fact, Record
from kinkeeper.retention.models import AccessRequest, Redaction
from kinkeeper.ui.sheets import pdf

FORMAT = "kinkeeper-file-of-one-person 1"
PAPER = Path(__file__).parent / "sheets" / "file.typ"
Key = tuple[str, str, str]
Choice = Redaction.Choice


class Decided:
    """What was decided, asked by record and field."""

    def __init__(self, rows: Iterable[Redaction]) -> None:
        self.rows: dict[Key, Redaction] = {(row.table, row.row, row.field): row for row in rows}
        self.marks = Redaction._meta.get_field("text_mark")

    def on(self, record: Record, name: str, text: str) -> str:
        """The choice; leaving out where there is none, or where the text is another one now."""
        row = self.rows.get((record.table, record.code, name))
        if row is None or row.choice == Choice.OPEN or row.text_mark != self.marks.marked(text):
            return Choice.WITHHOLD
        return row.choice


def redacted(records: Iterable[Record], decided: Decided) -> tuple[list[Record], int]:
    """The records as they are handed over, and how many things were left out."""
    kept, left_out = [], 0
    for record in records:
        if record.is_about_others:
            choice = decided.on(record, "", record.text)
            if choice == Choice.WITHHOLD:
                left_out += 1
                continue
            facts = record.facts if choice == Choice.RELEASE else [_black(fact) for fact in record.facts]
        else:
            facts = []
            for fact in record.facts:
                choice = decided.on(record, fact.name, fact.value) if fact.asks else Choice.RELEASE
                if choice == Choice.WITHHOLD:
                    left_out += 1
                else:
                    facts.append(fact if choice == Choice.RELEASE else _black(fact))
        kept.append(replace(record, facts=facts))
    return kept, left_out


def _black(fact: Fact) -> Fact:
    return Fact(fact.name, fact.label, str(BLACK))


def packed(asked: AccessRequest, records: list[Record], left_out: int, association: str) -> bytes:
    """The ZIP: `file.json`, `file.pdf` and the released files under their codes."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        missing = _put_files(archive, records)
        archive.writestr("file.json", json.dumps(_as_json(asked, records, left_out), ensure_ascii=False, indent=1))
        archive.writestr("file.pdf", _printed(_as_paper(asked, records, left_out + missing, association)))
    return out.getvalue()


def _printed(words: dict[str, Any]) -> bytes:
    """The PDF, tagged for screen readers; where a script has no typeface here, untagged, and it says so."""
    try:
        return pdf(PAPER, words)
    except TypstError:
        note = [_("Note"), _("Some letters cannot be printed here. They are in the file for programs.")]
        return pdf(PAPER, {**words, "about": [*words["about"], note]}, tagged=False)


def _put_files(archive: zipfile.ZipFile, records: list[Record]) -> int:
    missing = 0
    for fact in (fact for record in records for fact in record.facts if fact.file):
        assert fact.file is not None
        try:
            content = b"".join(open_bytes(fact.file))
        except Damaged:
            missing += 1
            continue
        archive.writestr(_name_of(fact), content)
    return missing


def _name_of(fact: Fact) -> str:
    assert fact.file is not None
    ending = Path(fact.file.original_name).suffix.lower()
    return f"files/{fact.file.code}{ending}"


def _as_json(asked: AccessRequest, records: list[Record], left_out: int) -> Mapping[str, Any]:
    return {
        "format": FORMAT,
        "request": asked.code,
        "person": asked.person.code,
        "asked_on": asked.asked_on.isoformat(),
        "released_on": asked.answered_on.isoformat() if asked.answered_on else None,
        "left_out": left_out,
        "records": [
            {
                "table": record.table,
                "label": record.label,
                "code": record.code,
                "recorded_on": record.recorded_on,
                "fields": {
                    fact.name: {"label": fact.label, "value": fact.value}
                    | ({"file": _name_of(fact)} if fact.file else {})
                    for fact in record.facts
                },
            }
            for record in records
        ],
    }


def _as_paper(asked: AccessRequest, records: list[Record], left_out: int, association: str) -> dict[str, Any]:
    about = [
        [_("Request"), asked.code],
        [_("Asked on"), in_words(asked.asked_on)],
        [_("Released on"), in_words(asked.answered_on) if asked.answered_on else ""],
        [_("Left out because of others"), str(left_out)],
    ]
    return {
        "title": _("Everything that is kept about you"),
        "association": association,
        "foot": _("%(association)s · request %(code)s · confidential")
        % {"association": association, "code": asked.code},
        "about": about,
        "heading": _("Records"),
        "records": [
            {"title": record.label, "facts": [[fact.label, fact.value] for fact in record.facts]} for record in records
        ],
    }
