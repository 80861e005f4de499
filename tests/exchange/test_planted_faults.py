"""Files with planted faults, through the whole of landing: no row is lost, and each reason names the fault."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from kinkeeper.exchange import actions, tasks
from kinkeeper.exchange.models import Import, QuarantinedRow
from kinkeeper.lib.packs import load_pack
from kinkeeper.people.models import Person
from tests.conftest import Colleague
from tests.exchange.conftest import (
    AFTER,
    EPISODE,
    HEADER,
    MOVED,
    REVIEW,
    WORKER,
    Rows,
    counts,
    three_years,
    write,
    year_one,
    year_two,
)
from tests.exchange.ssda903.test_spoilt_returns import spoil

Land = Callable[[Path], Import]

AWAY = {"CHILD": "K1", "DOB": "03/05/2012", "MISSING": "M", "MIS_START": "01/08/2022"}
ONE_DAY_LATER = {**AFTER, "DECOM": "21/07/2023"}
THE_DAY_BEFORE = {**AFTER, "DECOM": "19/07/2023"}

PLANTED: dict[str, tuple[dict[str, Rows], str, str]] = {
    "an end before its start": ({"Episodes": [{**MOVED, "DEC": "01/01/2021"}]}, "DEC", "ends before it begins"),
    "a gap": ({"Episodes": [MOVED, ONE_DAY_LATER]}, "DECOM", "not covered"),
    "an overlap": ({"Episodes": [MOVED, THE_DAY_BEFORE]}, "DECOM", "after this one began"),
    "a birth after care began": ({"Header": [{**HEADER, "DOB": "03/12/2022"}]}, "DECOM", "before the child was born"),
    "a birth still to come": ({"Header": [{**HEADER, "DOB": "03/05/2093"}]}, "DOB", "still to come"),
    "an unknown code": ({"Episodes": [{**EPISODE, "LS": "C9"}]}, "LS", "is not a code of LS"),
    "a day that does not exist": ({"Reviews": [{**REVIEW, "REVIEW": "31/02/2023"}]}, "REVIEW", "is not a date"),
    "a missing cell": ({"Episodes": [{**EPISODE, "CIN": ""}]}, "CIN", "is empty"),
    "a reason that contradicts": ({"Episodes": [MOVED, {**AFTER, "RNE": "L"}]}, "RNE", "not what changed"),
    "a start in a temporary place": (
        {"Episodes": [{**EPISODE, "PLACE": "T0", "PLACE_PROVIDER": ""}]}, "PLACE", "cannot begin in a temporary place",
    ),
    "an order beyond its limit": ({"Episodes": [{**EPISODE, "LS": "L2"}]}, "LS", "at most 21 are allowed"),
    "no row in Header": ({"Header": []}, "CHILD", "no row in Header"),
    "nothing but a Header": ({"Episodes": [], "Reviews": []}, "CHILD", "in care or left care"),
    "a review outside care": ({"Reviews": [{**REVIEW, "REVIEW": "01/09/2019"}]}, "REVIEW", "not in care"),
    "a review by a code of another age": ({"Reviews": [{**REVIEW, "REVIEW_CODE": "PN0"}]}, "REVIEW_CODE", ""),
    "another birthday in a second table": ({"Reviews": [{**REVIEW, "DOB": "04/05/2012"}]}, "DOB", "differs from"),
    "the same row twice": ({"Reviews": [REVIEW, REVIEW]}, "", "says again what line"),
    "a worker without a number": ({"SWEpisodes": [{**WORKER, "SW_ID": ""}]}, "SW_ID", "is empty"),
    "an absence that ends before it begins": ({"Missing": [{**AWAY, "MIS_END": "01/07/2022"}]}, "MIS_END", ""),
    "a mother who is a boy": ({"Header": [{**HEADER, "SEX": "1", "MOTHER": "1"}]}, "MOTHER", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_each_fault_is_named(land: Land, tmp_path: Path, name: str) -> None:
    changes, field, sentence = PLANTED[name]
    dates = [row.get("DECOM", "") + row.get("DEC", "") for row in changes.get("Episodes", [])]
    later = any("2023" in day for day in dates) or "SWEpisodes" in changes
    brought = land((year_two if later else year_one)(tmp_path / "in", **changes))
    read, landed, unchanged, waiting = counts(brought)
    assert landed + unchanged + waiting == read
    own = QuarantinedRow.objects.exclude(guard="WAITS")
    assert any(row.field == field and sentence in row.reason for row in own), [str(r.reason) for r in own]


def test_a_file_that_is_no_table_is_kept_whole(land: Land, tmp_path: Path) -> None:
    folder = year_one(tmp_path / "in")
    (folder / "2022_23" / "Notes.csv").write_text("who,what\nAnn,came\nBob,left\n")
    assert counts(land(folder)) == (5, 3, 0, 2)
    row = QuarantinedRow.objects.first()
    assert row is not None
    assert (row.values, row.table) == ({"WHO": "Ann", "WHAT": "came"}, "")


def test_a_line_with_a_cell_too_many_is_kept(land: Land, tmp_path: Path) -> None:
    folder = year_one(tmp_path / "in")
    reviews = folder / "2022_23" / "Reviews.csv"
    reviews.write_text(reviews.read_text() + "K1,03/05/2012,01/12/2022,PN1,extra\n")
    assert counts(land(folder)) == (4, 3, 0, 1)
    assert "5 cells, but the header has 4" in QuarantinedRow.objects.get().reason


def test_unreadable_characters_are_kept_as_far_as_a_database_can(land: Land, tmp_path: Path) -> None:
    folder = year_one(tmp_path / "in")
    reviews = folder / "2022_23" / "Reviews.csv"
    reviews.write_text(reviews.read_text() + "K1,03/05/2012,01/1\0/2022,PN\x01\nK\0,,\\u0000,\n")
    assert counts(land(folder)) == (5, 3, 0, 2)


def test_a_formula_in_a_cell_comes_back_as_text(land: Land, dalia: Colleague, tmp_path: Path) -> None:
    risky = {**EPISODE, "URN": "=1+1"}
    land(year_one(tmp_path / "in", Episodes=[risky]))
    unit = Person.objects.get().unit
    actions.export(dalia.actor, unit, year=2022, folder=tmp_path / "out", purpose=load_pack("un").purposes["AUTHORITY"])
    assert "'=1+1" in (tmp_path / "out" / "Episodes.csv").read_text()
    again = land(write(tmp_path / "again" / "2022_23", Header=[HEADER], Episodes=[{**risky, "URN": "'=1+1"}]).parent)
    assert counts(again) == (2, 0, 2, 0)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_spoilt_returns_land_as_far_as_they_can_and_only_once(
    land: Land, dalia: Colleague, tmp_path: Path, seed: int
) -> None:
    rng = Random(seed)
    folder = three_years(tmp_path / "in", 40, seed=seed)
    for file in sorted(folder.rglob("*.csv")):
        spoil(file, rng)
    first = land(folder)
    read, landed, unchanged, waiting = counts(first)
    assert (landed + unchanged + waiting, unchanged) == (read, 0)
    assert landed > waiting > 0
    before = list(tasks.quarantine_in_words(dalia.actor, first))
    assert counts(land(folder)) == (read, 0, landed, waiting)
    assert list(tasks.quarantine_in_words(dalia.actor, Import.objects.get())) == before
