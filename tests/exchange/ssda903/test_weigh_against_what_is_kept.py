"""Returns may come in one by one, in any order and again and again: what is kept ends up the same, and nothing lands twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest

from kinkeeper.exchange.ssda903.reading import read_folder
from kinkeeper.exchange.ssda903.records import ChildRecord
from kinkeeper.exchange.ssda903.rows import Row
from kinkeeper.exchange.ssda903.weighing import Outcome, weigh
from kinkeeper.exchange.ssda903.writing import write_year
from kinkeeper.site.demo.histories import histories
from tests.exchange.ssda903.story import NOOR, TODAY, Story

YEARS = (2022, 2023, 2024)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three years of the return, a folder each."""
    made = tmp_path_factory.mktemp("returns")
    for year in YEARS:
        write_year(made / f"{year}_{year % 100 + 1}", year, (plan.record for plan in histories(3, 120, 3)))
    return made


@pytest.fixture(scope="module")
def returns(folder: Path) -> dict[int, dict[str, list[Row]]]:
    """Each year’s rows by child."""
    return {year: by_child(folder / f"{year}_{year % 100 + 1}") for year in YEARS}


@pytest.fixture
def kept(folder: Path) -> dict[str, ChildRecord]:
    """What is kept when all years come in at once."""
    found: dict[str, ChildRecord] = {}
    bring_in(by_child(folder), found)
    return found


def by_child(folder: Path) -> dict[str, list[Row]]:
    rows: dict[str, list[Row]] = defaultdict(list)
    for item in read_folder(folder):
        assert isinstance(item, Row)
        rows[item.child].append(item)
    return rows


def bring_in(rows: dict[str, list[Row]], kept: dict[str, ChildRecord]) -> list[Outcome]:
    outcomes = []
    for child in sorted(rows):
        outcome = weigh(rows[child], [], kept.get(child), TODAY)
        if outcome.record:
            kept[child] = outcome.record
        outcomes.append(outcome)
    return outcomes


@pytest.mark.parametrize("order", [order for order in permutations(YEARS) if 2023 in order[:2]])
def test_neighbouring_years_may_come_in_any_order(
    returns: dict[int, dict[str, list[Row]]], kept: dict[str, ChildRecord], order: Sequence[int]
) -> None:
    one_by_one: dict[str, ChildRecord] = {}
    for year in order:
        for outcome in bring_in(returns[year], one_by_one):
            assert [str(row.faults[0]) for row in outcome.quarantined] == []
    assert one_by_one == kept


@pytest.mark.parametrize("order", [(2022, 2024, 2023, 2024), (2024, 2022, 2023, 2022)])
def test_what_waits_for_a_year_left_out_lands_when_brought_again(
    returns: dict[int, dict[str, list[Row]]], kept: dict[str, ChildRecord], order: Sequence[int]
) -> None:
    one_by_one: dict[str, ChildRecord] = {}
    outcomes = [bring_in(returns[year], one_by_one) for year in order]
    assert any(outcome.quarantined for outcome in outcomes[1])
    assert not any(outcome.quarantined for outcome in outcomes[3])
    assert one_by_one == kept


@pytest.mark.parametrize("year", YEARS)
def test_the_same_files_again_change_nothing(
    returns: dict[int, dict[str, list[Row]]], kept: dict[str, ChildRecord], year: int
) -> None:
    before = dict(kept)
    for outcome in bring_in(returns[year], kept):
        assert (outcome.record, outcome.landed, outcome.quarantined) == (None, 0, ())
    assert kept == before


def test_a_file_that_contradicts_what_is_kept_changes_nothing(story: Story, tmp_path: Path) -> None:
    known: dict[str, ChildRecord] = {}
    bring_in(by_child(story.write(tmp_path)), known)
    before = dict(known)

    story.change("2023_24", "Episodes", 3, DECOM="15/09/2023")
    story.change("2023_24", "Episodes", 2, DEC="15/09/2023")
    rows = by_child(story.write(tmp_path))
    outcome = weigh(rows[NOOR], [], known[NOOR], TODAY)

    assert outcome.record is None
    assert known == before
    assert outcome.landed + outcome.unchanged + len(outcome.quarantined) == len(rows[NOOR])
    assert outcome.quarantined
