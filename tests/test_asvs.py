"""Our answers to OWASP ASVS 5.0.0 are whole, and what they call tested is marked on a test (tools/asvs.py)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import pytest

from tools import asvs
from tools.asvs import DOCUMENT, NOT_HERE, NOT_MET, PARTLY, TESTED, Answer

KNOWN, ROWS = asvs.read()
MARKED = asvs.marks()


def test_every_number_of_levels_1_and_2_has_an_answer_that_holds() -> None:
    assert asvs.faults(KNOWN, ROWS, MARKED) == []


def test_the_numbers_are_those_of_the_published_list() -> None:
    assert Counter(KNOWN.values()) == {1: 70, 2: 183, 3: 92}
    chapters = Counter(asvs.order(number)[0] for number in KNOWN)
    assert list(chapters.values()) == [30, 13, 31, 16, 13, 47, 19, 13, 7, 36, 24, 12, 21, 13, 21, 17, 12]


PLANTED: list[tuple[list[Answer], Mapping[str, list[str]], str]] = [
    ([], {}, "1.1.1 has no answer"),
    ([Answer("1.1.1", 1, TESTED)], {}, "no test is marked with it"),
    ([Answer("1.1.1", 1, PARTLY, why="Half of it.")], {}, "no test is marked with it"),
    ([Answer("1.1.1", 1, NOT_HERE, applies="no")], {}, "has no reason"),
    ([Answer("1.1.1", 1, NOT_HERE, why="None here.")], {}, "says one thing"),
    ([Answer("1.1.1", 1, NOT_MET)], {}, "has no reason"),
    ([Answer("1.1.1", 1, NOT_MET, why="Not built.")], {"1.1.1": ["x::test_y"]}, "is said to be NOT MET, and x::test_y"),
    ([Answer("1.1.1", 1, DOCUMENT, why="Written down.")], {}, "names no page"),
    ([Answer("1.1.1", 1, DOCUMENT, why="There.", page="docs/none.md")], {}, "names docs/none.md, which does not exist"),
    ([Answer("1.1.1", 1, "perhaps", why="x")], {}, "which mean nothing"),
    ([Answer("1.1.1", 1, TESTED)], {"1.1.1": ["x"], "1.1.9": ["y"]}, "1.1.9 is no number of the standard"),
    ([Answer("1.1.1", 1, TESTED)], {"1.1.1": ["x"], "1.1.2": ["y"]}, "1.1.2 is marked by y and has no answer"),
]


@pytest.mark.parametrize("rows, marked, sentence", PLANTED)
def test_a_planted_fault_is_found(rows: list[Answer], marked: Mapping[str, list[str]], sentence: str) -> None:
    assert any(sentence in fault for fault in asvs.faults({"1.1.1": 1, "1.1.2": 3}, rows, marked))


def test_a_mark_that_is_gone_from_a_test_is_missed() -> None:
    tested = next(row for row in ROWS if row.outcome == TESTED)
    without = {number: tests for number, tests in MARKED.items() if number != tested.number}
    assert asvs.faults(KNOWN, ROWS, without) == [
        f"{tested.number} is said to be tested, and no test is marked with it."
    ]
    assert asvs.faults(KNOWN, [replace(tested, number="99.1.1"), *ROWS], MARKED)


def test_marks_are_read_from_the_decorators() -> None:
    planted = (
        '@pytest.mark.asvs("6.2.1", "6.2.9")\n@pytest.mark.long\ndef test_x():\n    pass\ndef test_y():\n    pass\n'
    )
    assert list(asvs.marks_in(planted)) == [("6.2.1", "test_x"), ("6.2.9", "test_x")]


def test_a_row_given_twice_is_no_toml() -> None:
    twice = '[levels]\n"1.1" = "1"\n[answers]\n"1.1.1" = {outcome = "x"}\n"1.1.1" = {outcome = "y"}\n'
    with pytest.raises(ValueError, match="overwrite"):
        asvs.answers(twice)
