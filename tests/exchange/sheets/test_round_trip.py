"""The template is filled in and comes back: all of it lands; again it changes nothing; questions do not grow with rows."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pytest
import xlsxwriter
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.exchange import actions, tasks
from kinkeeper.exchange.models import Import
from kinkeeper.exchange.sheets.columns import TABLES
from kinkeeper.exchange.sheets.template import choices_of, shown, write_template
from kinkeeper.lib.packs import load_pack, packs
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Episode
from tests.conftest import Colleague
from tests.exchange.sheets.conftest import (
    EVERYTHING,
    MINA,
    SOURCE,
    STAY,
    Preview,
    as_suggested,
    changed,
    counts,
    why,
    workbook,
)
from tests.exchange.sheets.test_land_sheets import _state


def sheets_in(path: Path) -> dict[str, list[list[Any]]]:
    """The sheets of a workbook by title."""
    with CalamineWorkbook.from_path(path) as book:
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def filled(path: Path, rows: Mapping[str, Any], language: str) -> Path:
    """The template as somebody fills it in: the rows below the example, codes as the lists show them."""
    with override(language):
        write_template(path, pack_in_force())
        template = sheets_in(path)
        book = xlsxwriter.Workbook(path)
        for title, lines in template.items():
            sheet = book.add_worksheet(title)
            table = next((table for table in TABLES.values() if table.title == title), None)
            for number, line in enumerate(lines):
                sheet.write_row(number, 0, line)
            for number, row in enumerate(rows.get(table.key, ()) if table else (), 2):
                assert table is not None
                for place, column in enumerate(table.columns):
                    value = row.get(column.key, "")
                    words = dict(choices_of(column, pack_in_force()))
                    sheet.write(number, place, shown(value, words[value]) if value in words else value)
        book.close()
    return path


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_template_is_filled_in_and_everything_lands(
    dalia: Colleague, village: Unit, tmp_path: Path, language: str
) -> None:
    (tmp_path / "in").mkdir()
    filled(tmp_path / "in" / "lists.xlsx", EVERYTHING, language)
    # Whoever lands it may read another language than whoever filled it in.
    brought = actions.preview_sheets(dalia.actor, village, folder=tmp_path / "in", source=SOURCE)
    assert (brought.summary["asks"], brought.summary["unknown"]) == (False, [])
    brought = tasks.land(dalia.actor, brought)
    assert why(brought) == []
    assert counts(brought) == (9, 9, 0, 0)


@pytest.mark.parametrize("code", list(packs()))
@pytest.mark.parametrize("language", [tag for tag, _name in settings.LANGUAGES])
def test_an_untouched_template_brings_nothing_in(
    db: None, dalia: Colleague, village: Unit, tmp_path: Path, code: str, language: str
) -> None:
    (tmp_path / "in").mkdir()
    with override(language):
        write_template(tmp_path / "in" / "kinkeeper.xlsx", load_pack(code))
    brought = actions.preview_sheets(dalia.actor, village, folder=tmp_path / "in", source=SOURCE)
    assert (brought.rows_read, brought.summary["asks"], brought.summary["faults"]) == (0, False, [])


def test_the_template_offers_the_codes_of_the_pack_in_force(tmp_path: Path) -> None:
    path = tmp_path / "kinkeeper.xlsx"
    write_template(path, load_pack("uzbekistan"))
    sheets = sheets_in(path)
    assert next(iter(sheets)) == "Instructions"
    lists = {row[0]: row for row in zip(*_padded(sheets["Lists"]), strict=True)}
    assert "VASIYLIK – Guardianship of a child under 14 (vasiylik)" in lists["Legal status"]
    with ZipFile(path) as packed:
        persons = packed.read("xl/worksheets/sheet2.xml").decode()
        assert "<dataValidation " in persons
        assert "'Lists'!$A$2:$A$" in persons
        assert not any(
            "<f>" in packed.read(name).decode()
            for name in packed.namelist()
            if "worksheets/sheet" in name and name.endswith(".xml")
        )
    said = "\n".join(str(cell) for row in sheets["Instructions"] for cell in row)
    for table in TABLES.values():
        for column in table.columns:
            assert column.title in said
            assert str(column.means) in said


def test_the_template_reads_from_right_to_left_where_the_language_does(tmp_path: Path) -> None:
    path = tmp_path / "kinkeeper.xlsx"
    with override("ar"):
        write_template(path, load_pack("un"))
    with ZipFile(path) as packed:
        sheet = ElementTree.fromstring(packed.read("xl/worksheets/sheet2.xml"))
    view = sheet.find(".//{*}sheetView")
    assert view is not None
    assert view.get("rightToLeft") == "1"


def _padded(rows: list[list[Any]]) -> list[list[Any]]:
    longest = max(map(len, rows))
    return [[*row, *[""] * (longest - len(row))] for row in rows]


# ---- again and again -------------------------------------------------------------------------------------------------

names = st.text(st.sampled_from("abcdeабвгд"), min_size=1, max_size=6)
people = st.lists(
    st.fixed_dictionaries(
        {
            "number": st.integers(1, 6).map(str),
            "given": names,
            "family": names,
            "birth": st.sampled_from(["2014-05-17", "2015", "~2014", "x", ""]),
            "sex": st.sampled_from(["F", "M", "", "hedgehog"]),
            "case_opened_on": st.sampled_from(["2023-01-10", ""]),
            "Shoes": st.sampled_from(["", "31"]),
        }
    ),
    min_size=1,
    max_size=5,
)
stays = st.lists(
    st.fixed_dictionaries(
        {
            "child": st.integers(1, 6).map(str),
            "home": st.sampled_from(["H1", "H2", "H9"]),
            "started_on": st.sampled_from(["2023-02-01", "2023-06-01", "2024-01-01"]),
            "ended_on": st.sampled_from(["", "2023-06-01", "2024-01-01"]),
            "exit": st.sampled_from(["", "REUNIFIED"]),
            "care_type": st.just("FOSTER_LT"),
            "legal_status": st.sampled_from(["VOLUNTARY", "EMERGENCY"]),
        }
    ),
    max_size=4,
)


@pytest.mark.django_db
@hypothesis_settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(persons=people, stays=stays)
def test_the_same_rows_again_change_nothing_whatever_they_are(
    dalia: Colleague, village: Unit, persons: Any, stays: Any
) -> None:
    sheets = {
        "persons": persons,
        "homes": [{**row, "carer": "", "carer_since": ""} for row in EVERYTHING["homes"]],
        "stays": stays,
    }
    source = f"Source {Import.objects.count()}"
    first = _landed(dalia, village, sheets, source)
    read, landed, unchanged, waiting = counts(first)
    assert landed + unchanged + waiting == read
    before = _state()
    again = _landed(dalia, village, sheets, source, name="saved anew.xlsx")
    assert counts(again) == (read, 0, landed + unchanged, waiting)
    assert _state() == before


def _landed(dalia: Colleague, village: Unit, sheets: Any, source: str, name: str = "lists.xlsx") -> Import:
    with tempfile.TemporaryDirectory() as place:
        workbook(Path(place) / name, sheets)
        brought = actions.preview_sheets(dalia.actor, village, folder=Path(place), source=source)
    if brought.summary["asks"]:
        brought = actions.match_columns(dalia.actor, brought, columns=as_suggested(brought))
    others = {row.code: "other" for row in brought.likely_duplicates.all()}
    if others:
        brought = actions.tell_apart(dalia.actor, brought, answers=others)
    return tasks.land(dalia.actor, brought)


# ---- many ------------------------------------------------------------------------------------------------------------


def many(children: int) -> dict[str, Any]:
    """A unit of so many children, each with a mother, a stay and a visit."""
    letters = "abcdefghij"
    numbered = [
        (str(number), "".join(letters[int(digit)] for digit in f"{number:04d}")) for number in range(1, children + 1)
    ]
    return {
        "persons": [
            *(
                {**MINA, "number": number, "given": f"Mi{word}", "family": f"Ka{word[::-1]}"}
                for number, word in numbered
            ),
            *(
                {"number": f"M{number}", "given": f"Za{word}", "family": f"Ka{word[::-1]}", "birth": "1990"}
                for number, word in numbered
            ),
        ],
        "families": [
            {
                "family": number,
                "family_name": "K",
                "person": f"M{number}",
                "household": "Home",
                "kin": "parent",
                "relative": number,
            }
            for number, _word in numbered
        ],
        "homes": [{"number": "H1", "name": "The Yusupovs", "kind": "foster"}],
        "stays": [{**STAY, "child": number} for number, _word in numbered],
        "contacts": [
            {"child": number, "happened_on": "2023-03-05", "kind": "visit", "seen": "alone"}
            for number, _word in numbered
        ],
    }


def test_questions_do_not_grow_with_the_rows(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    asked = []
    for children in (3, 12):
        folder = tmp_path / str(children)
        workbook(folder / "lists.xlsx", many(children))
        with CaptureQueriesContext(connection) as looking:
            brought = actions.preview_sheets(dalia.actor, village, folder=folder, source=f"S{children}")
        others = {row.code: "other" for row in brought.likely_duplicates.all()}
        brought = actions.tell_apart(dalia.actor, brought, answers=others) if others else brought
        with CaptureQueriesContext(connection) as landing:
            tasks.land(dalia.actor, brought)
        asked.append([_selects(looking), _selects(landing)])
        assert counts(brought)[1] == children * 5 + 1
    assert asked[1][0] <= asked[0][0] + 3
    assert asked[1][1] <= asked[0][1] + 3


def _selects(captured: CaptureQueriesContext) -> int:
    return sum(query["sql"].startswith("SELECT") for query in captured.captured_queries)


def test_an_import_that_was_stopped_goes_on(dalia: Colleague, preview: Preview) -> None:
    brought = preview(many(5))
    brought = actions.land_children(dalia.actor, actions.begin_landing(dalia.actor, brought), children=2)
    assert (brought.children_done, Person.objects.count()) == (2, 2)
    brought = actions.begin_landing(dalia.actor, brought)
    while brought.children_done < brought.children_total:
        brought = actions.land_children(dalia.actor, brought, children=2)
    brought = actions.finish_landing(dalia.actor, brought)
    assert (Person.objects.count(), Episode.objects.count(), counts(brought)) == (10, 5, (26, 26, 0, 0))


@pytest.mark.django_db(transaction=True)
def test_the_worker_lands_what_is_large(dalia: Colleague, preview: Preview, monkeypatch: pytest.MonkeyPatch) -> None:
    from kinkeeper.journal.tasks import run_due_jobs

    monkeypatch.setattr(actions, "CHILDREN_AT_ONCE", 4)
    brought = preview(many(5))
    dalia.browser.post(f"/exchange/imports/{brought.code}/land/", {"version": brought.version})
    assert Import.objects.get().state == Import.State.LANDING
    assert "Rows landed" in dalia.browser.get(f"/exchange/imports/{brought.code}/progress/").content.decode()
    while run_due_jobs():
        pass
    assert Import.objects.get().state == Import.State.FINISHED
    assert counts(brought) == (26, 26, 0, 0)


def test_a_row_that_the_tables_refuse_keeps_back_itself_alone(
    land_sheets: Preview, dalia: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody records care for a child between the look and the landing of the portion: the others land all the same."""
    from kinkeeper.people.models import LegalStatus

    land_sheets({key: rows for key, rows in many(3).items() if key in {"persons", "homes"}})
    child = Person.objects.order_by("pk").first()
    assert child is not None
    LegalStatus.objects.create(person=child, status="EMERGENCY", starts_on="2023-02-01")
    brought = land_sheets(many(3))
    (waits,) = why(brought)
    assert waits[0] == "stays"
    assert "recorded here contradicts this row" in waits[2] or "Another legal status" in waits[2]
    assert Episode.objects.count() == 2


def test_files_are_removed_when_the_import_is_finished(
    dalia: Colleague, preview: Preview, django_capture_on_commit_callbacks: Any
) -> None:
    brought = preview(changed(EVERYTHING))
    assert Path(brought.folder).is_dir()
    with django_capture_on_commit_callbacks(execute=True):
        tasks.land(dalia.actor, brought)
    assert not Path(brought.folder).exists()
