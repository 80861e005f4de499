"""Files are read whatever their encoding, delimiter, letter case and order of columns; bad rows name what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinkeeper.exchange.ssda903.reading import read_folder, sources
from kinkeeper.exchange.ssda903.rows import BadRow, Fault, Row

REVIEWS = "CHILD,DOB,REVIEW,REVIEW_CODE\n7,04/05/2012,30/05/2022,PN1\n"


def only(folder: Path) -> Row:
    (row,) = read_folder(folder)
    assert isinstance(row, Row), row
    return row


def only_bad(folder: Path) -> BadRow:
    (row,) = read_folder(folder)
    assert isinstance(row, BadRow), row
    return row


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_every_usual_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = "CHILD,DOB,SW_ID,SW_DECOM,SW_DEC,SW_REASON\nZOË,04/05/2012,SW1,30/05/2023,,FCONTA\n"
    (tmp_path / "sw.csv").write_bytes(text.encode(encoding))
    assert only(tmp_path).child == "ZOË"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_delimiters_and_line_ends_do_not_matter(tmp_path: Path, delimiter: str, ending: str) -> None:
    text = REVIEWS.replace(",", delimiter).replace("\n", ending)
    (tmp_path / "r.csv").write_bytes(text.encode())
    row = only(tmp_path)
    assert (row.table, row.line, row["REVIEW"]) == ("Reviews", 2, "30/05/2022")


def test_columns_may_come_in_any_order_and_case(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text('"Review_Code", child ,DOB,review\npn1,abc1,04/05/2012,2022-05-30\n')
    row = only(tmp_path)
    assert (row.child, row["REVIEW_CODE"]) == ("ABC1", "PN1")
    assert row.on("REVIEW") == row.on("REVIEW") is not None


def test_blank_lines_notes_and_empty_cells_at_the_end_are_no_rows(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("sep=;\n\n" + REVIEWS.replace(",", ";").replace("PN1", "PN1;;") + ";;;\n\n")
    assert only(tmp_path).line == 4


def test_columns_that_other_tools_add_or_lack_are_no_obstacle(tmp_path: Path) -> None:
    header = "CHILD,SEX,DOB,ETHNIC,UPN,UASC\n7,1,04/05/2012,WBRI,UN1,0\n"
    (tmp_path / "2022_23").mkdir()
    (tmp_path / "2022_23" / "Header.csv").write_text(header)
    row = only(tmp_path)
    assert (row["MOTHER"], row["MC_DOB"]) == ("", "")


@pytest.mark.parametrize(
    ("folder", "year"),
    [
        ("2022_23", 2022),
        ("2022-23", 2022),
        ("2022-2023", 2022),
        ("year 2022-2023", 2022),
        ("SSDA903 2022 23 final", 2022),
        ("202223", 2022),
        ("2022", 2022),
        ("2023", 2022),
        ("returns", 2022),
    ],
)
def test_the_year_is_what_the_folder_says_or_the_dates_tell(tmp_path: Path, folder: str, year: int) -> None:
    (tmp_path / folder).mkdir()
    (tmp_path / folder / "Reviews.csv").write_text(REVIEWS)
    assert only(tmp_path).year == year


def test_years_together_in_one_folder_are_told_by_file_name(tmp_path: Path) -> None:
    (tmp_path / "Reviews_2022_23.csv").write_text(REVIEWS)
    (tmp_path / "Reviews 2023-24.csv").write_text(REVIEWS.replace("2022", "2023"))
    assert [source.year for source in sources(tmp_path)] == [2023, 2022]


def test_a_yearly_row_without_any_year_says_how_to_name_the_folder(tmp_path: Path) -> None:
    (tmp_path / "Header.csv").write_text("CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\n7,1,04/05/2012,WBRI,UN1,,\n")
    assert [fault.code for fault in only_bad(tmp_path).faults] == ["READ-YEAR"]


def test_a_row_with_a_missing_cell_keeps_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(REVIEWS + "8,04/05/2012,30/05/2022\n")
    _good, bad = read_folder(tmp_path)
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.faults[0].code, bad.cells["REVIEW"]) == (3, "READ-CELLS", "30/05/2022")


def test_an_open_quotation_mark_costs_one_row(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(REVIEWS + '"8,04/05/2012,30/05/2022,PN1\n9,04/05/2012,31/05/2022,PN1\n')
    kinds = [type(row).__name__ for row in read_folder(tmp_path)]
    assert kinds == ["Row", "BadRow", "Row"]


def test_a_file_with_a_misspelt_column_is_quarantined_row_by_row_with_the_names(tmp_path: Path) -> None:
    (tmp_path / "reviews.csv").write_text(REVIEWS.replace("REVIEW_CODE", "REVEW_CODE"))
    bad = only_bad(tmp_path)
    assert bad.table == ""
    assert "Missing: REVIEW_CODE" in bad.faults[0].reason
    assert "REVEW_CODE" in bad.faults[0].reason
    assert "Reviews" in bad.faults[0].reason


def test_an_empty_file_is_remarked_on(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("")
    (remark,) = read_folder(tmp_path)
    assert isinstance(remark, Fault)
    assert remark.code == "READ-FILE"


def test_a_cell_made_safe_for_spreadsheets_says_what_it_said_before(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(REVIEWS.replace("7,", "'=7,"))
    assert only(tmp_path).child == "=7"


def test_every_fault_of_a_row_is_told(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text("CHILD,DOB,REVIEW,REVIEW_CODE\n,x,y,z\n")
    assert [(fault.field, fault.code) for fault in only_bad(tmp_path).faults] == [
        ("CHILD", "READ-MISSING"),
        ("DOB", "READ-DATE"),
        ("REVIEW", "READ-DATE"),
        ("REVIEW_CODE", "READ-CODE"),
    ]
