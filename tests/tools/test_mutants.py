"""The mutator breaks what it says, one place at a time, and every broken form can still be read by Python."""

from __future__ import annotations

import ast

from tools.mutants import POLICIES, mutants

RULE = """
def may_write(actor, row):
    if not actor.active and row.level > 2:
        return Refusal("no")
    return YES
"""


def test_each_place_of_a_rule_is_broken_once() -> None:
    said = [words.split(": ", 1)[1] for words, _source in mutants(RULE)]
    assert said == [
        "not actor.active and row.level > 2 → not actor.active or row.level > 2",
        "not actor.active → actor.active",
        "row.level > 2 → row.level <= 2",
        "2 → 3",
        "return Refusal('no') → return YES",
    ]


def test_dropped_filters_and_other_roles_are_among_them() -> None:
    said = [words for words, _source in mutants("held = Q(role=Role.AUDITOR, unit=unit)")]
    assert "line 1: Q(role=Role.AUDITOR, unit=unit) → Q(unit=unit)" in said
    assert "line 1: Role.AUDITOR → Role.CASEWORKER" in said


def test_every_mutant_of_every_policy_is_python_and_differs() -> None:
    for policy in POLICIES:
        source = policy.read_text()
        whole = ast.unparse(ast.parse(source))
        for words, broken in mutants(source):
            ast.parse(broken)
            assert broken != whole, f"{policy.parent.name}, {words}"
