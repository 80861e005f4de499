"""Every guard of the care journey fires, lets the nearest legal case pass, and answers 409 on its page: tests say which.

A test that proves one of the three says so: `@pytest.mark.guard("G-SEEN", "fires", "passes", "answers_409")`. A rule
that only warns has no page of a refusal; its test says that it `does_not_block`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kinkeeper.lib.rules import RULES, Realm
from tools.guards import REGISTER, used_in
from tools.reference import PACKAGE

TESTS = Path(__file__).resolve().parent
KINDS = ("fires", "passes", "answers_409")
KINDS_OF_A_WARNING = ("fires", "passes", "does_not_block")


def functions(text: str) -> list[ast.FunctionDef]:
    """The functions of a file."""
    return [node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]


def proofs(text: str) -> Iterator[tuple[str, str, str]]:
    """Each (guard, kind, name) that the tests of a file say they prove."""
    for node in functions(text):
        for mark in node.decorator_list:
            if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.guard":
                guard, *kinds = [value.value for value in mark.args if isinstance(value, ast.Constant)]
                yield from ((str(guard), str(kind), node.name) for kind in kinds)


def kinds_of(guard: str) -> tuple[str, ...]:
    """What must be proved of a guard."""
    return KINDS_OF_A_WARNING if RULES[guard].warns else KINDS


def missing(proved: set[tuple[str, str]]) -> list[str]:
    """What no test proves, one sentence each."""
    journey = [code for code, rule in RULES.items() if rule.realm is Realm.JOURNEY]
    return [f"{guard} {kind}" for guard in journey for kind in kinds_of(guard) if (guard, kind) not in proved]


PROOFS = [proof for path in sorted(TESTS.rglob("test_*.py")) for proof in proofs(path.read_text(encoding="utf-8"))]


@pytest.mark.asvs("2.2.3", "2.3.2")
def test_every_guard_of_the_care_journey_is_proved_in_three_ways() -> None:
    assert missing({(guard, kind) for guard, kind, _name in PROOFS}) == []


def test_what_is_missing_is_found() -> None:
    proved = {(guard, kind) for guard, kind, _name in PROOFS}
    assert missing(proved - {("G-SEEN", "fires"), ("G-MATCH", "does_not_block")}) == [
        "G-SEEN fires",
        "G-MATCH does_not_block",
    ]
    planted = '@pytest.mark.guard("G-SEEN", "fires")\ndef test_x():\n    pass\ndef test_y():\n    pass\n'
    assert list(proofs(planted)) == [("G-SEEN", "fires", "test_x")]


@pytest.mark.parametrize(("guard", "kind", "name"), PROOFS)
def test_a_proof_names_a_guard_of_the_register_and_a_kind(guard: str, kind: str, name: str) -> None:
    assert guard in RULES
    assert kind in kinds_of(guard)


def test_a_test_that_proves_a_guard_speaks_of_it() -> None:
    for path in sorted(TESTS.rglob("test_*.py")):
        for node in functions(path.read_text(encoding="utf-8")):
            own = list(proofs(ast.unparse(node)))
            node.decorator_list = [one for one in node.decorator_list if "mark.guard" not in ast.unparse(one)]
            said = ast.unparse(node)
            for guard, kind, name in own:
                assert guard in said or kind == "passes", f"{path}: {name} does not say {guard}"
                assert kind != "answers_409" or re.search(r"\b409\b|\brefused?\(", said), f"{path}: {name} asks no page"


def test_the_register_lists_every_guard_that_is_used_and_no_other() -> None:
    used = used_in(PACKAGE)
    assert {guard: place for guard, place in used.items() if guard not in RULES} == {}, f"Add them to {REGISTER}."
    assert [guard for guard in RULES if guard not in used] == []


def test_a_guard_that_is_not_registered_is_found(tmp_path: Path) -> None:
    (tmp_path / "actions.py").write_text('raise Refused(_("No."), guard="G-PLANTED")\n', encoding="utf-8")
    (tmp_path / "page.html").write_text('{% blocktranslate with guard="G-SHOWN" %}', encoding="utf-8")
    assert used_in(tmp_path) == {"G-PLANTED": "actions.py", "G-SHOWN": "page.html"}


def test_every_rule_says_what_it_refuses_in_one_sentence() -> None:
    for rule in RULES.values():
        assert (rule.refuses[0].isupper(), rule.refuses.count("."), rule.refuses[-1]) == (True, 1, "."), rule.code
        assert rule.source
