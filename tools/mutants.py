"""Mutation testing of the rules of who may: each `policy.py` is broken in one place at a time, and a test must fail.

    python -m tools.mutants --list             how many mutants each room has
    python -m tools.mutants files drafts       run these rooms’ tests against every mutant of their policy

A room whose tests notice every mutant costs little more than running its tests once (`mutant_runs`); the tree itself is
never written to.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tools.mutant_runs import run_rooms

ROOT = Path(__file__).resolve().parent.parent
# Scopes are asked by every room; row by row they are compared here.
ORACLE = "tests/test_oracle.py::test_the_gate_the_oracle_and_the_wall_agree"
POLICIES = sorted((ROOT / "src/kinkeeper").glob("*/policy.py"))
TURNED: dict[type[ast.AST], Any] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}


def _others(node: ast.AST) -> Iterator[ast.AST]:
    """Every broken form of one node."""
    if isinstance(node, ast.Compare):
        for place, sign in enumerate(node.ops):
            broken = copy.deepcopy(node)
            broken.ops[place] = TURNED[type(sign)]()
            yield broken
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in TURNED:
        broken_op = copy.deepcopy(node)
        broken_op.op = TURNED[type(node.op)]()
        yield broken_op
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield copy.deepcopy(node.operand)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):  # True and False are numbers, too
        yield ast.Constant(not node.value if isinstance(node.value, bool) else node.value + 1)
    elif isinstance(node, ast.Return) and node.value is not None and ast.unparse(node.value) != "YES":
        yield ast.Return(ast.Name("YES", ast.Load()))
    elif isinstance(node, ast.Call) and len(node.keywords) > 1 and ast.unparse(node.func).endswith(("Q", "filter")):
        for place in range(len(node.keywords)):
            fewer = copy.deepcopy(node)
            del fewer.keywords[place]
            yield fewer
    elif isinstance(node, ast.Attribute) and ast.unparse(node.value) == "Role":
        yield ast.Attribute(node.value, "AUDITOR" if node.attr != "AUDITOR" else "CASEWORKER", ast.Load())


class _Swap(ast.NodeTransformer):
    def __init__(self, place: int, other: ast.AST) -> None:
        self.place, self.other, self.now = place, other, -1

    def visit(self, node: ast.AST) -> ast.AST:
        """Put the broken form in its place, counting nodes in the order of the walk."""
        self.now += 1
        return self.other if self.now == self.place else self.generic_visit(node)


class _InOrder(ast.NodeVisitor):
    def __init__(self) -> None:
        self.nodes: list[ast.AST] = []

    def visit(self, node: ast.AST) -> None:
        """Remember each node in the order in which `_Swap` counts."""
        self.nodes.append(node)
        self.generic_visit(node)


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """Each broken form of a module: what was broken, in words, and the whole source."""
    tree = ast.parse(source)
    order = _InOrder()
    order.visit(tree)
    for place, node in enumerate(order.nodes):
        for other in _others(node):
            said = f"line {getattr(node, 'lineno', 0)}: {ast.unparse(node)} → {ast.unparse(other)}"
            broken = ast.fix_missing_locations(_Swap(place, other).visit(copy.deepcopy(tree)))
            yield said, ast.unparse(broken)


def from_files(room: str, broken: list[tuple[str, str]], tests: list[str]) -> list[str]:
    """Those of these mutants that no test noticed, each in a process of its own, in a copy of the tree."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "--no-migrations", "-p", "no:cacheprovider"]
    left = []
    with tempfile.TemporaryDirectory() as folder:
        copied = Path(folder) / "tree"
        unneeded = shutil.ignore_patterns(".git", ".venv*", "build", "node_modules", "__pycache__")
        shutil.copytree(ROOT, copied, ignore=unneeded)
        env = {**os.environ, "PYTHONPATH": str(copied / "src")}
        for said, source in broken:
            (copied / f"src/kinkeeper/{room}/policy.py").write_text(source)
            done = subprocess.run([*command, *tests], cwd=copied, env=env, capture_output=True, check=False)
            if not done.returncode:
                left.append(said)
    return left


def tests_of(policy: Path) -> list[str]:
    """Where the rules of a policy are tested: in its room, in the rooms that ask for its objections, and by the oracle."""
    deeds = set(re.findall(r'@objects_to\("(\w+)"', policy.read_text()))
    asking = {
        path.parent.name
        for path in (ROOT / "src/kinkeeper").glob("*/*.py")
        if deeds & set(re.findall(r'objection_to\("(\w+)"', path.read_text()))
    }
    rooms = dict.fromkeys([policy.parent.name, *sorted(asking)])
    return [f"tests/{room}/" for room in rooms if (ROOT / "tests" / room).is_dir()] + [ORACLE]


def run(rooms: list[str], tests: list[str]) -> int:
    """Run the mutants of these rooms in this process, and say what became of them."""
    policies = [ROOT / f"src/kinkeeper/{room}/policy.py" for room in rooms]
    every = {policy: list(mutants(policy.read_text())) for policy in policies}
    where = {policy: tests or tests_of(policy) for policy in policies}
    code = 0
    for policy, told in run_rooms(every, where).items():
        room = policy.parent.name
        told.survived += from_files(room, told.from_files, where[policy]) if told.from_files else []
        told.killed += len(told.from_files) - sum(said in told.survived for said, _broken in told.from_files)
        told.from_files = []
        if told.killed + len(told.survived) != len(every[policy]):
            raise SystemExit(f"The tests of {room} did not run.")
        print(told.in_words(room), *(f"fails unbroken: {one}" for one in told.broken_before), sep="\n   ")
        code = max(code, 2 if told.broken_before else int(bool(told.survived)))
    return code


def main() -> int:
    """Run the rooms that are named, or count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rooms", nargs="*")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--tests", nargs="*", default=[], help="run these tests instead of all that reach the rules")
    asked = parser.parse_args()
    if asked.list:
        for policy in POLICIES:
            print(f"{policy.parent.name}: {len(list(mutants(policy.read_text())))}")
        return 0
    rooms = asked.rooms or [policy.parent.name for policy in POLICIES]
    return run(rooms, asked.tests)


if __name__ == "__main__":
    raise SystemExit(main())
