"""Cells, days, headings, code pages and sheets, as people write them; without a database where none is needed."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from kinkeeper.exchange.sheets import cells, matching
from kinkeeper.exchange.sheets.books import sheets_of
from kinkeeper.exchange.sheets.cells import Ambiguous, NoDay, day, partial, text_of, tidy
from kinkeeper.exchange.sheets.columns import PERSONS, TABLES
from kinkeeper.exchange.sheets.matching import Match, matches, table_of
from kinkeeper.exchange.sheets.spool import Filled, fill, held
from kinkeeper.lib.packs import packs
from tests.exchange.sheets.conftest import EVERYTHING, MINA, csv_file, in_the_open, workbook
from tests.exchange.sheets.test_traps import ods_row, open_document


@pytest.mark.parametrize(
    "written, meant",
    [
        ("2019-12-31", "2019-12-31"),
        ("2019-12-31 00:00:00", "2019-12-31"),
        ("31.12.2019", "2019-12-31"),
        ("31.12.2019 г.", "2019-12-31"),
        ("1. 2. 2019", "2019-02-01"),
        ("31/12/2019", "2019-12-31"),
        ("12/31/2019", "2019-12-31"),
        ("31-12-2019", "2019-12-31"),
        ("05/05/2019", "2019-05-05"),
        ("43830", "2019-12-31"),
        ("2019", "2019"),
        ("2019 г.", "2019"),
        ("2019-12", "2019-12"),
        ("12.2019", "2019-12"),
        ("12/2019", "2019-12"),
        ("~2014", "~2014"),
        ("~ 2014-05", "~2014-05"),
        ("٢٠١٤-٠٥-١٧", "2014-05-17"),
    ],
)
def test_days_are_read_in_the_common_forms(written: str, meant: str) -> None:
    assert str(partial(written)) == meant


@pytest.mark.parametrize(
    "written", ["yesterday", "31.02.2019", "2019-13-01", "00.00.2019", "12", "2019-12-31 14:30:00", "99999", "1.1.19"]
)
def test_what_is_no_day_is_none(written: str) -> None:
    with pytest.raises(NoDay):
        partial(written)


def test_a_day_that_may_be_two_is_asked_about() -> None:
    with pytest.raises(Ambiguous):
        day("03/04/2019")
    assert day("03/04/2019", cells.DAY_FIRST) == dt.date(2019, 4, 3)
    assert day("03/04/2019", cells.MONTH_FIRST) == dt.date(2019, 3, 4)


@pytest.mark.parametrize("written", ["2019", "2019-12", "~2019-12-31"])
def test_a_whole_day_is_not_a_part_or_a_guess(written: str) -> None:
    with pytest.raises(NoDay):
        day(written)


@given(st.dates(dt.date(1908, 4, 1), dt.date(2099, 12, 31)))
def test_every_day_is_read_from_each_of_its_forms(on: dt.date) -> None:
    serial = (on - cells.EXCEL_DAY_ONE).days
    for written in (on.isoformat(), f"{on:%d.%m.%Y}", str(serial)):
        assert day(written) == on
    assert day(f"{on:%d/%m/%Y}", cells.DAY_FIRST) == on
    if on.day <= 12:
        assert day(f"{on:%m/%d/%Y}", cells.MONTH_FIRST) == on


@given(st.text())
def test_no_text_is_too_strange_for_a_cell(text: str) -> None:
    made = tidy(text)
    assert "\0" not in made
    made.encode("utf-8")
    for read in (partial, day):
        with contextlib.suppress(NoDay, Ambiguous):
            read(made)


@pytest.mark.parametrize(
    "value, text",
    [
        (7.0, "7"),
        (7.5, "7.5"),
        (True, "yes"),
        (dt.date(2019, 12, 31), "2019-12-31"),
        (dt.datetime(2019, 12, 31), "2019-12-31"),  # noqa: DTZ001
        (dt.time(8, 30), "08:30:00"),
        (" Mina\u00a0", "Mina"),
        ("e\u0301", "é"),
        ("a\0b\x07\ud800", "ab"),
        (None, ""),
    ],
)
def test_cells_become_text_in_one_form(value: object, text: str) -> None:
    assert text_of(value) == text


# ---- headings --------------------------------------------------------------------------------------------------------


def test_headings_are_known_in_every_language_of_ours() -> None:
    with override("ru"):
        titles = [PERSONS.column(key).title for key in ("given", "family", "birth", "sex")]
    assert titles != ["Given name", "Family name", "Date of birth", "Sex"], "the catalogue has these words"
    found = matches("persons", titles, {})
    assert [(match.column, match.sure) for match in found] == [
        (key, True) for key in ("given", "family", "birth", "sex")
    ]


def test_headings_are_known_with_stars_case_and_underscores() -> None:
    assert [match.column for match in matches("persons", ["NUMBER *", "given_name", " Family  Name "], {})] == [
        "number",
        "given",
        "family",
    ]


def test_a_heading_that_is_nearly_alike_is_a_guess_and_others_are_kept() -> None:
    assert matches("persons", ["Number", "Givven name", "Eyes", ""], {}) == [
        Match("Number", "number", True),
        Match("Givven name", "given", False),
        Match("Eyes", "", False),
        Match("", "", True),
    ]


def test_an_earlier_choice_comes_first() -> None:
    assert matches("persons", ["Number", "Eyes"], {"number": "national", "eyes": ""}) == [
        Match("Number", "national", True),
        Match("Eyes", "", True),
    ]


def test_no_column_is_meant_twice() -> None:
    found = matches("persons", ["Number", "Number"], {})
    assert [match.column for match in found].count("number") == 1


def test_sheets_are_told_by_choice_name_and_headings() -> None:
    assert table_of("Homes", "x.xlsx", [], {}) == "homes"
    assert table_of("Лист1", "x.xlsx", ["Number of the child", "Number of the home", "From"], {}) == "stays"
    assert table_of("Лист1", "x.xlsx", ["a", "b"], {}) == ""
    assert table_of("Лист1", "x.xlsx", ["a", "b"], {"лист1": "persons"}) == "persons"
    assert table_of("", "contacts.csv", ["a"], {}) == "contacts"
    assert table_of("Lists", "x.xlsx", ["Sex", "Mother tongue", "Kind of case"], {}) == ""


@pytest.mark.parametrize("pack", packs(), ids=lambda pack: getattr(pack, "code", pack))
def test_every_permitted_value_is_read_back_by_code_and_by_words(pack) -> None:
    from kinkeeper.lib.packs import load_pack

    found = pack if hasattr(pack, "care_types") else load_pack(pack)
    for table in TABLES.values():
        for column in table.columns:
            known = matching.codes_of(column, found, {}) if column.offered else {}
            for code, label in column.choices(found):
                assert cells.code_in(code, known) == code
                assert cells.code_in(f"{code} – {label}", known) == code
                assert cells.code_in(label.upper(), known) is not None


# ---- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_files_are_read_in_their_code_page_with_their_separator(
    tmp_path: Path, encoding: str, delimiter: str
) -> None:
    with override("ru"):
        heads = [PERSONS.column(key).title for key in ("given", "family")]
    path = tmp_path / "список.csv"
    text = delimiter.join(["Number", *heads]) + "\r\n" + delimiter.join(["1", "Мина", '"Каримова, ""М."""']) + "\r\n"
    path.write_text(text, encoding=encoding, newline="")
    (sheet,) = sheets_of(path)
    assert sheet.headings == ["Number", *heads]
    assert list(sheet.lines) == [(2, ["1", "Мина", 'Каримова, "М."'])]
    assert ("cp1251" in " ".join(sheet.remarks)) == (encoding == "cp1251")


def test_a_western_file_is_not_read_as_cyrillic(tmp_path: Path) -> None:
    path = tmp_path / "persons.csv"
    path.write_bytes("Number;Given name;Family name;Straße\r\n1;Zoë;Müller;x\r\n".encode("cp1252"))
    (sheet,) = sheets_of(path)
    assert sheet.headings[3] == "Straße"
    assert next(sheet.lines)[1][:3] == ["1", "Zoë", "Müller"]


def test_a_cell_may_hold_a_line_break_and_lines_are_counted_in_the_file(tmp_path: Path) -> None:
    path = tmp_path / "contacts.csv"
    path.write_text('Number of the child,Note\n1,"one\ntwo"\n\n2,three\n', encoding="utf-8", newline="")
    (sheet,) = sheets_of(path)
    assert list(sheet.lines) == [(2, ["1", "one\ntwo"]), (5, ["2", "three"])]


def test_an_open_document_is_read(tmp_path: Path) -> None:
    path = open_document(tmp_path / "p.ods", ods_row("Number", "Given name") + ods_row("1", "Mina"))
    (sheet,) = sheets_of(path)
    assert (sheet.title, sheet.headings, list(sheet.lines)) == (
        "Persons",
        ["Number", "Given name"],
        [(2, ["1", "Mina"])],
    )


def test_rows_above_the_headings_and_empty_rows_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "persons.csv"
    path.write_text("\n,,\nNumber,Given name,Family name\n,,\n1,Mina,K\n", encoding="utf-8")
    (sheet,) = sheets_of(path)
    assert (sheet.headings[0], list(sheet.lines)) == ("Number", [(5, ["1", "Mina", "K"])])


def test_what_the_slashed_days_of_a_file_look_like_is_counted(tmp_path: Path) -> None:
    births = ("03/04/2019", "31/12/2019", "12/31/2019", "05/05/2019", "31.12.2019")
    rows = [{**MINA, "number": str(number), "birth": birth} for number, birth in enumerate(births)]
    csv_file(tmp_path / "in" / "persons.csv", "persons", rows)
    filled: Filled = fill(in_the_open(tmp_path / "rows.sqlite3"), tmp_path / "in")
    assert filled.days == {"persons.csv": {"ambiguous": 1, "dmy": 1, "mdy": 1}}


def test_several_files_are_read_together(tmp_path: Path) -> None:
    workbook(tmp_path / "in" / "a.xlsx", {"homes": EVERYTHING["homes"]})
    csv_file(tmp_path / "in" / "persons.csv", "persons", EVERYTHING["persons"])
    fill(in_the_open(tmp_path / "rows.sqlite3"), tmp_path / "in")
    assert [(sheet.place, sheet.rows) for sheet in held(in_the_open(tmp_path / "rows.sqlite3"))] == [
        ("a.xlsx / Homes", 2),
        ("persons.csv", 3),
    ]
