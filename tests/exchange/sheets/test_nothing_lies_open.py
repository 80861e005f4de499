"""Somebody who carries the database or the data folder away reads no number, note or address of a spreadsheet in it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Contact
from kinkeeper.exchange import actions
from kinkeeper.exchange.keeping.folders import covered_spool_of, folder_of, spool_of
from kinkeeper.exchange.models import Import, LikelyDuplicate, QuarantinedRow, ReportedFact, SheetSource, SourceRow
from kinkeeper.exchange.sheets import spool
from kinkeeper.keys.ring import CannotOpen
from kinkeeper.people.models import ContactPoint
from kinkeeper.people.naming import index_names
from tests.conftest import Colleague, put, register
from tests.exchange.sheets.conftest import CARER, EVERYTHING, MINA, STAY, VISIT, Preview, Rows, changed, why
from tests.keys.test_nothing_lies_open import everything_that_lies_there

NUMBER = "QZ-4711-ZQ"
SECRETS = {
    "number": NUMBER,
    "national": "QZ30101850012345",
    "phone": "+99890QZ4567",
    "address": "QZ Mill Lane 12",
    "Sickness": "QZ asthma since 2019",
    "Note": "QZ afraid of Sundays",
}
WORDS = [*SECRETS.values(), "QZ drew her house", "QZ hedgehog"]
CHILD: Rows = [{**MINA, **SECRETS}, CARER, {**MINA, "number": "QZ-4712-ZQ", "sex": "QZ hedgehog"}]
SHEETS = changed(
    EVERYTHING,
    persons=CHILD,
    families=[],
    stays=[{**STAY, "child": NUMBER}],
    contacts=[{**VISIT, "child": NUMBER, "note": "QZ drew her house"}],
)


def carried_away(brought: Import) -> str:
    """Everything that lies in the folder of an import, and in every table."""
    files = [path.read_bytes().decode("utf-8", "replace") for path in folder_of(brought).rglob("*") if path.is_file()]
    return "\n".join([*files, everything_that_lies_there()])


def test_no_cell_of_a_preview_lies_open(preview: Preview) -> None:
    brought = preview(SHEETS)
    assert spool_of(brought).exists()
    there = carried_away(brought)
    assert [word for word in WORDS if word in there] == []
    # And what is there can be read by the import itself.
    assert "QZ hedgehog" in str(Import.objects.get().summary)


def test_nothing_that_landed_lies_open(land_sheets: Preview) -> None:
    brought = land_sheets(SHEETS)
    there = carried_away(brought)
    assert [word for word in WORDS if word in there] == []
    row = SourceRow.objects.get(table="persons", key_mark=NUMBER)
    assert (row.key, row.values["phone"], row.rest) == (
        NUMBER,
        SECRETS["phone"],
        {"Sickness": SECRETS["Sickness"], "Note": SECRETS["Note"]},
    )
    assert ReportedFact.objects.get(person=row.person).values == row.rest
    (waits,) = QuarantinedRow.objects.all()
    assert waits.reason.startswith("“QZ hedgehog”")
    assert SheetSource.objects.get().pk == row.source_id


def test_what_a_source_remembers_lies_sealed(preview: Preview, dalia: Colleague) -> None:
    brought = preview(SHEETS)
    actions.match_columns(dalia.actor, brought, values={"persons.sex": {"QZ hedgehog": "F"}})
    assert SheetSource.objects.get().remembered("values") == {"persons.sex": {"qz hedgehog": "F"}}
    assert "qz hedgehog" not in everything_that_lies_there()


def test_who_may_be_recorded_already_lies_sealed(preview: Preview, village: Unit) -> None:
    known = register(village, "Mina", "Karimova", born=date(2014, 5, 17))
    index_names([known], list(known.names.all()))
    brought = preview(SHEETS)
    there = carried_away(brought)
    asked = LikelyDuplicate.objects.filter(key_mark=NUMBER).get()
    assert (asked.key, asked.said["place"]) == (NUMBER, "lists.xlsx / Persons:2")
    assert [word for word in (*WORDS, "lists.xlsx / Persons:2") if word in there] == []


def test_a_row_of_a_spool_opens_in_its_own_place_only(preview: Preview) -> None:
    brought = preview(SHEETS)
    assert spool.portions(covered_spool_of(brought), 0, 1)[0][0].key == NUMBER
    with closing(sqlite3.connect(spool_of(brought))) as file:
        file.execute("UPDATE told SET line = line + 100")
        file.commit()
    with pytest.raises(CannotOpen):
        spool.portions(covered_spool_of(brought), 0, 1)
    assert Path(settings.DATA) in spool_of(brought).parents


def test_a_reason_quotes_no_number_address_or_note(land_sheets: Preview) -> None:
    """Directors bring data in, and may not read what only those who work on a case may."""
    land_sheets(EVERYTHING)
    put(Contact.objects.get(), note="She was afraid.")
    brought = land_sheets(changed(EVERYTHING, contacts=[{**VISIT, "note": "She was glad."}]))
    sentence = "The record here says something else than the file. Correct the record on its page, or the file."
    assert why(brought) == [("contacts", "What happened and what was said", sentence)]
    assert Contact.objects.get().note == "She was afraid."


def test_a_warning_quotes_no_number_address_or_note(preview: Preview, dalia: Colleague, village: Unit) -> None:
    known = register(village, "Mina", "Karimova", born=date(2014, 5, 17))
    index_names([known], list(known.names.all()))
    ContactPoint.objects.create(person=known, kind=ContactPoint.Kind.PHONE, value="+99890QZ0000")
    brought = preview(SHEETS)
    answers = {row.code: "same" if row.key == NUMBER else "other" for row in LikelyDuplicate.objects.all()}
    brought = actions.tell_apart(dalia.actor, brought, answers=answers)
    (warned,) = [one for one in brought.summary["warned"] if one["field"] == "Telephone"]
    assert warned["reason"] == "The record here says something else than the file. What is here stays."
    assert "QZ0000" not in str(brought.summary)
