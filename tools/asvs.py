"""What the house answers to OWASP ASVS 5.0.0: the rows of `tests/asvs.toml` and the tests that are marked with a number.

The standard’s own words are not repeated here: a row holds the number, its level and our answer in our words.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TESTS = ROOT / "tests"
ROWS = TESTS / "asvs.toml"
MARK = "pytest.mark.asvs"
# Level 1 and 2 are answered whole; of level 3 only what is worth saying.
WHOLE_LEVELS = {1, 2}
TESTED, PARTLY, DOCUMENT, NOT_HERE = "tested", "partly", "by document", "does not apply"
UNTESTED, NOT_MET = "not tested", "NOT MET"
OUTCOMES = (TESTED, PARTLY, DOCUMENT, NOT_HERE, UNTESTED, NOT_MET)
APPLIES = ("yes", "no", "only-if")
CHAPTERS = (
    "Encoding", "Input and the order of steps", "The browser", "Interfaces for programs", "Files", "Signing in",
    "Sessions", "Who may do what", "Tokens that speak for themselves", "Single sign-on", "Cryptography",
    "Connections", "Configuration", "Protection of data", "How it is built", "Logs and errors", "Calls by voice and video",
)  # fmt: skip

Marks = dict[str, list[str]]


@dataclass(frozen=True)
class Answer:
    """Our answer to one number. `page` is a document of ours; `why` says in our words what no test shows."""

    number: str
    level: int
    outcome: str
    applies: str = "yes"
    why: str = ""
    page: str = ""


def levels(told: Mapping[str, str]) -> dict[str, int]:
    """The level of every number of the standard: “1.2” = “112” says that 1.2.3 is of level 2."""
    return {
        f"{section}.{place}": int(level) for section, digits in told.items() for place, level in enumerate(digits, 1)
    }


def answers(text: str) -> list[Answer]:
    """The rows of the data, in the order of the standard."""
    told = tomllib.loads(text)
    known = levels(told["levels"])
    rows = [Answer(number, known.get(number, 0), **row) for number, row in told["answers"].items()]
    return sorted(rows, key=lambda row: order(row.number))


def order(number: str) -> list[int]:
    """Numbers as numbers, so that 1.2.10 comes after 1.2.9."""
    return [int(part) for part in number.split(".")]


def read() -> tuple[dict[str, int], list[Answer]]:
    """The levels of the standard and our answers."""
    text = ROWS.read_text(encoding="utf-8")
    return levels(tomllib.loads(text)["levels"]), answers(text)


def marks_in(text: str) -> Iterator[tuple[str, str]]:
    """Each (number, name of the test) of a file, from the decorators, without running anything."""
    for node in ast.parse(text).body:
        if not isinstance(node, ast.FunctionDef):
            continue
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == MARK:
                yield from ((str(value.value), node.name) for value in mark.args if isinstance(value, ast.Constant))


def marks(tests: Path = TESTS) -> Marks:
    """The tests of each number."""
    found: Marks = {}
    for path in sorted(tests.rglob("test_*.py")):
        place = path.relative_to(tests.parent).as_posix()
        for number, name in marks_in(path.read_text(encoding="utf-8")):
            found.setdefault(number, []).append(f"{place}::{name}")
    return found


def faults(known: Mapping[str, int], rows: Iterable[Answer], marked: Mapping[str, list[str]]) -> list[str]:
    """Where data, standard and tests disagree, one sentence each."""
    given = {row.number: row for row in rows}
    found = [f"{n} has no answer." for n, level in known.items() if level in WHOLE_LEVELS and n not in given]
    found += [f"{n} is no number of the standard." for n in [*given, *marked] if n not in known]
    found += [f"{n} is marked by {tests[0]} and has no answer." for n, tests in marked.items() if n not in given]
    for row in given.values():
        found += (f"{row.number} {fault}" for fault in _faults_of(row, marked.get(row.number, [])))
    return found


def _faults_of(row: Answer, tests: list[str]) -> Iterator[str]:
    if row.outcome not in OUTCOMES or row.applies not in APPLIES:
        yield f"says {row.outcome} and {row.applies}, which mean nothing."
    if (row.applies == "no") != (row.outcome == NOT_HERE):
        yield "says one thing about whether it applies and another about its outcome."
    if row.outcome in {TESTED, PARTLY} and not tests:
        yield "is said to be tested, and no test is marked with it."
    if row.outcome not in {TESTED, PARTLY} and tests:
        yield f"is said to be {row.outcome}, and {tests[0]} is marked with it."
    if (row.outcome not in {TESTED, DOCUMENT} or row.applies == "only-if") and not row.why:
        yield "has no reason."
    if row.outcome == DOCUMENT and not row.page:
        yield "names no page."
    if row.page and not (ROOT / row.page).is_file():
        yield f"names {row.page}, which does not exist."


# ---- the page --------------------------------------------------------------------------------------------------------


def page() -> str:
    """What of OWASP ASVS 5.0.0, level 2, a test shows, what a page says, what does not apply and what is not met."""
    known, rows = read()
    marked = marks()
    whole = [row for row in rows if row.level in WHOLE_LEVELS]
    text = (
        "The standard is read at [owasp.org](https://owasp.org/www-project-application-security-verification-standard/); "
        "its words are not repeated here. Levels 1 and 2 are answered whole, of level 3 only what is worth saying. A test "
        "is named where it would fail if we broke what the number asks for. **Nobody from outside has checked this.**\n\n"
    )
    text += _table(("Outcome", "Level 1", "Level 2", "Together", "Level 3"), _counts(rows))
    text += f"\n{len(whole)} numbers of levels 1 and 2; the standard has {len(known)} of all levels.\n"
    for chapter, title in enumerate(CHAPTERS, 1):
        inside = [row for row in rows if order(row.number)[0] == chapter]
        text += f"\n## V{chapter} {title}\n\n"
        text += _table(("Number", "Level", "Outcome", "How, or why not"), (_line(row, marked) for row in inside))
    return text


def _counts(rows: list[Answer]) -> Iterator[tuple[object, ...]]:
    for outcome in OUTCOMES:
        one, two, three = (sum(row.outcome == outcome and row.level == level for row in rows) for level in (1, 2, 3))
        yield outcome, one, two, f"**{one + two}**", three


def _line(row: Answer, marked: Mapping[str, list[str]]) -> tuple[str, int, str, str]:
    told = [f"`{test}`" for test in marked.get(row.number, [])]
    why = row.why
    if row.page:
        name = Path(row.page).name
        why = f"{why} [{name}]({_from_reference(row.page)})".strip()
    if row.applies == "only-if":
        why = f"Only if {why}"
    outcome = f"**{row.outcome}**" if row.outcome == NOT_MET else row.outcome
    return row.number, row.level, outcome, "; ".join([*told, why] if why else told)


def _from_reference(path: str) -> str:
    return path.removeprefix("docs/reference/") if path.startswith("docs/reference/") else f"../../{path}"


def _table(heads: Iterable[str], lines: Iterable[Iterable[object]]) -> str:
    heads = list(heads)
    rows = [heads, ["---"] * len(heads), *lines]
    return "".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |\n" for row in rows)
