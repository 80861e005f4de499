"""A year’s tables are written as the return of that year has them, safe for spreadsheets, and read back the same."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinkeeper.exchange.ssda903.codes import place_code, sex_code
from kinkeeper.exchange.ssda903.records import ChildRecord, Episode, HeaderYear, LeavingYear, Period, Review
from kinkeeper.exchange.ssda903.writing import write_year
from kinkeeper.lib.spreadsheets import plain_text, safe_text
from kinkeeper.site.demo.histories import histories
from tests.exchange.ssda903.story import judged

CARED = Episode(date(2022, 5, 4), "S", "C2", "U4", "PR5", "LS11 6BW", "LS10 1EW", "SC100001", date(2023, 9, 1), "E4A")
NOOR = ChildRecord(
    "101",
    "F",
    date(2012, 5, 4),
    (HeaderYear(2022, "WBRI", "UN1", "0"), HeaderYear(2023, "WBRI", "A000000000001", "0")),
    periods=(Period("N1", (CARED,)),),
    reviews=(Review(date(2022, 5, 30), "PN1"), Review(date(2023, 5, 30), "PN2")),
)


def rows(folder: Path, table: str) -> list[dict[str, str]]:
    with (folder / f"{table}.csv").open(newline="", encoding="utf-8") as handle:
        return list(csv.DictReader(handle))


def test_an_episode_that_ends_later_is_written_open(tmp_path: Path) -> None:
    write_year(tmp_path, 2022, [NOOR])
    (episode,) = rows(tmp_path, "Episodes")
    assert (episode["DECOM"], episode["DEC"], episode["REC"], episode["CIN"]) == ("04/05/2022", "", "", "N1")


def test_the_year_it_ends_it_is_written_closed(tmp_path: Path) -> None:
    write_year(tmp_path, 2023, [NOOR])
    (episode,) = rows(tmp_path, "Episodes")
    assert (episode["DEC"], episode["REC"]) == ("01/09/2023", "E4A")


def test_only_what_belongs_to_the_year_is_written(tmp_path: Path) -> None:
    written = write_year(tmp_path, 2023, [NOOR])
    assert [row["REVIEW"] for row in rows(tmp_path, "Reviews")] == ["30/05/2023"]
    assert rows(tmp_path, "Header")[0]["UPN"] == "A000000000001"
    assert (written.children, written.rows["Episodes"], written.rows["OC2"]) == (1, 1, 0)


def test_a_child_who_was_not_in_care_that_year_is_left_out(tmp_path: Path) -> None:
    assert write_year(tmp_path, 2024, [NOOR]).children == 0
    after_care = replace(NOOR, leaving=(LeavingYear(2024, "YES", "F2", "U1"),))
    assert write_year(tmp_path, 2024, [after_care]).children == 1


def test_tables_and_codes_are_those_of_the_year(tmp_path: Path) -> None:
    write_year(tmp_path / "a", 2022, [NOOR])
    write_year(tmp_path / "b", 2023, [NOOR])
    assert not (tmp_path / "a" / "SWEpisodes.csv").exists()
    assert (tmp_path / "b" / "SWEpisodes.csv").exists()
    assert not (tmp_path / "b" / "DoLo.csv").exists()
    assert (sex_code("F", 2023), sex_code("F", 2024)) == ("2", "F")
    assert (place_code("Z12", 2024), place_code("H5", 2025), place_code("K3", 2024)) == ("Z1", "K3", "K3")


def test_files_have_crlf_and_no_byte_order_mark(tmp_path: Path) -> None:
    write_year(tmp_path, 2022, [NOOR])
    content = (tmp_path / "Header.csv").read_bytes()
    assert content.startswith(b"CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\r\n")
    assert content.count(b"\n") == content.count(b"\r\n") == 2


def test_records_out_of_order_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sorted by CHILD"):
        write_year(tmp_path, 2022, [NOOR, replace(NOOR, child="100")])
    assert list(tmp_path.glob("*.csv")) == []


@pytest.mark.asvs("1.2.10")
@pytest.mark.parametrize("text", ["=1+1", "+1 ", "-x", "@cmd", "\tx", "\rx", "  =x", "'=x", "=HYPERLINK(1)"])
def test_a_cell_that_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert safe_text(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "31/03/2024", "-5", "+12.5", "PN1", "O'Brien", "'s-Hertogenbosch"])
def test_a_cell_that_is_no_formula_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


@given(st.text())
def test_what_was_made_safe_reads_as_before(text: str) -> None:
    assert plain_text(safe_text(text)) == text


@given(st.text(alphabet="'=+-@ \t\r19.a", max_size=8))
def test_what_was_made_safe_reads_as_before_also_for_odd_signs(text: str) -> None:
    assert plain_text(safe_text(text)) == text


@pytest.mark.parametrize("seed", [1, 2])
def test_three_years_come_back_byte_by_byte(tmp_path: Path, seed: int) -> None:
    for year in (2022, 2023, 2024):
        folder = tmp_path / "first" / f"{year}_{year % 100 + 1}"
        write_year(folder, year, (plan.record for plan in histories(seed, 120, 3)))
    outcome = judged(tmp_path / "first")
    assert outcome.quarantined == []
    assert len(outcome.landed) == outcome.read > 1000
    records = [found.record for found in outcome.judgements.values()]
    for folder in sorted((tmp_path / "first").iterdir()):
        again = tmp_path / "second" / folder.name
        write_year(again, int(folder.name[:4]), [record for record in records if record])
        for file in folder.iterdir():
            assert file.read_bytes() == (again / file.name).read_bytes(), file.name
