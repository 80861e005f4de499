"""Own spreadsheets on paper: workbooks and CSV files as an association might keep them, and a way to bring them in."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from django.utils.translation import override

from kinkeeper.access.models import Unit
from kinkeeper.exchange import actions, tasks
from kinkeeper.exchange.models import Import, QuarantinedRow
from kinkeeper.exchange.sheets.columns import TABLES
from kinkeeper.lib.covers import Spool
from tests.conftest import Colleague

Rows = Sequence[Mapping[str, Any]]
SOURCE = "Excel of Riverside"

MINA = {
    "number": "1", "given": "Mina", "family": "Karimova", "birth": "2014-05-17", "birth_by": "document", "sex": "F",
    "case_opened_on": "2023-01-10",
}  # fmt: skip
MOTHER = {"number": "2", "given": "Zarina", "family": "Karimova", "birth": "1990", "sex": "F"}
CARER = {"number": "3", "given": "Olga", "family": "Yusupova", "birth": "1975-03-02", "sex": "F"}
KIN = {
    "family": "F1", "family_name": "Karimov", "person": "2", "household": "Home", "since": "2014-05-17",
    "address": "12 Mill Lane", "kin": "parent", "relative": "1", "responsible": "yes",
}  # fmt: skip
CHILD_OF = {"family": "F1", "person": "1", "household": "Home"}
HOME = {
    "number": "H1",
    "name": "The Yusupovs",
    "kind": "foster",
    "capacity": "2",
    "carer": "3",
    "carer_since": "2020-01-01",
}
SECOND = {"number": "H2", "name": "The Aliyevs", "kind": "foster"}
STAY = {
    "child": "1", "home": "H1", "started_on": "2023-02-01", "care_type": "FOSTER_LT", "legal_status": "VOLUNTARY",
    "need": "NEGLECT",
}  # fmt: skip
VISIT = {
    "child": "1",
    "happened_on": "2023-03-05",
    "kind": "visit",
    "seen": "alone",
    "note": "She showed her drawings.",
}

EVERYTHING: dict[str, Rows] = {
    "persons": [MINA, MOTHER, CARER],
    "families": [KIN, CHILD_OF],
    "homes": [HOME, SECOND],
    "stays": [STAY],
    "contacts": [VISIT],
}


def headings(table: str) -> dict[str, str]:
    """The headings of a table in English, by key."""
    with override("en"):
        return {column.key: column.title for column in TABLES[table].columns}


def workbook(path: Path, sheets: Mapping[str, Rows], *, extra: Sequence[str] = ()) -> Path:
    """A workbook with the headings of the template; keys that are no columns stand as headings of their own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False})
    # The same rows make the same bytes, as a file that nobody saved anew.
    book.set_properties({"created": datetime(2024, 1, 1)})  # noqa: DTZ001
    for key, rows in sheets.items():
        known = headings(key)
        with override("en"):
            sheet = book.add_worksheet(TABLES[key].title)
        names = [*dict.fromkeys([*known, *(name for row in rows for name in row), *extra])]
        for place, name in enumerate(names):
            sheet.write_string(0, place, known.get(name, name))
            for line, row in enumerate(rows, 1):
                if row.get(name, "") != "":
                    sheet.write(line, place, row[name])
    book.close()
    return path


def csv_file(path: Path, table: str, rows: Rows, *, encoding: str = "utf-8", delimiter: str = ",") -> Path:
    """A CSV file of one table."""
    path.parent.mkdir(parents=True, exist_ok=True)
    known = headings(table)
    names = [*dict.fromkeys(name for row in rows for name in row)]
    with path.open("w", newline="", encoding=encoding) as handle:
        sheet = csv.writer(handle, delimiter=delimiter)
        sheet.writerow([known.get(name, name) for name in names])
        sheet.writerows([[row.get(name, "") for name in names] for row in rows])
    return path


def changed(sheets: Mapping[str, Rows], **tables: Rows) -> dict[str, Rows]:
    """The same sheets, some of them with other rows."""
    return {**sheets, **tables}


@pytest.fixture(autouse=True)
def own_data_folder(settings: Any, tmp_path: Path) -> None:
    """Imports are kept in a folder of the test’s own."""
    settings.DATA = tmp_path / "data"


Preview = Callable[..., Import]


@pytest.fixture
def preview(dalia: Colleague, village: Unit, tmp_path: Path) -> Preview:
    """Look at some sheets as Dalia."""

    def looked(sheets: Mapping[str, Rows], source: str = SOURCE) -> Import:
        folder = tmp_path / "in"
        shutil.rmtree(folder, ignore_errors=True)
        workbook(folder / "lists.xlsx", sheets)
        return actions.preview_sheets(dalia.actor, village, folder=folder, source=source)

    return looked


@pytest.fixture
def land_sheets(dalia: Colleague, preview: Preview) -> Preview:
    """Bring some sheets in as Dalia, confirm what their columns mean, and land all of it."""

    def landed(sheets: Mapping[str, Rows], source: str = SOURCE) -> Import:
        brought = preview(sheets, source)
        if brought.summary["asks"]:
            brought = actions.match_columns(dalia.actor, brought, columns=as_suggested(brought))
        return tasks.land(dalia.actor, brought)

    return landed


def as_suggested(brought: Import) -> dict[str, dict[str, str]]:
    """The columns as they were suggested."""
    return {
        sheet["place"]: {heading["heading"]: heading["column"] for heading in sheet["headings"]}
        for sheet in brought.summary["sheets"]
        if sheet["table"]
    }


def counts(brought: Import) -> tuple[int, int, int, int]:
    """Rows read, landed, unchanged and in quarantine."""
    now = Import.objects.get(pk=brought.pk)
    waiting = now.quarantine.exclude(state=QuarantinedRow.State.MENDED).count()
    return now.rows_read, now.rows_landed, now.rows_unchanged, waiting


def why(brought: Import) -> list[tuple[str, str, str]]:
    """What waits in quarantine: (table, field, reason)."""
    return [(row.table, row.field, row.reason) for row in brought.quarantine.order_by("pk")]


class _Glass:
    """A cover that covers nothing: for tests that only read files, without a database."""

    def seal(self, text: str, place: str) -> str:
        return text

    def unseal(self, sealed: str, place: str) -> str:
        return sealed

    def mark(self, text: str) -> str:
        return text


def in_the_open(path: Path) -> Spool:
    """A spool whose rows lie as they were told."""
    return Spool(path, _Glass())
