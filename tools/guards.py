"""Finds the guards of the house in its source: each code G-… with the sentences that are said in its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

GUARD = re.compile(r"G-[A-Z0-9]+(?:-[A-Z0-9]+)*")
REGISTER = "lib/rules.py"
TRANSLATES = {"_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy"}

Names = dict[str, list[tuple[int, ast.expr]]]


def guards_of(package: Path) -> dict[str, list[tuple[str, str]]]:
    """For each guard the sentences it says, each with the file it stands in, in the order of the files."""
    texts = {path.relative_to(package).as_posix(): path.read_text("utf-8") for path in sorted(package.rglob("*.py"))}
    texts.pop(REGISTER, None)
    asked: dict[str, list[str]] = {}
    for text in texts.values():
        tree = ast.parse(text)
        for _scope, call, said in _calls(tree, _names(tree.body)):
            asked.setdefault(_called(call), []).extend(said)
    found: dict[str, list[tuple[str, str]]] = {}
    for place, text in texts.items():
        for line in ((guard, (words, place)) for guard, words in guards_in(text, asked)):
            if line[1] not in found.setdefault(line[0], []):
                found[line[0]].append(line[1])
    return found


def guards_in(text: str, asked_elsewhere: Mapping[str, list[str]] | None = None) -> Iterator[tuple[str, str]]:
    """Each (guard, sentence) of one file; a guard that only passes a judge’s sentence on says so.

    `asked_elsewhere` holds the sentences handed to functions of other files, by the name of the function.
    """
    tree = ast.parse(text)
    outer = _names(tree.body)
    yield from _beside(tree)
    calls = list(_calls(tree, outer))
    for scope, call, said in calls:
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        for guard in {code for value in given if (code := _guard(value, outer))}:
            # A function that passes its caller’s sentence on: ask the callers.
            asked = [words for _scope, other, said in calls if _called(other) == scope for words in said]
            if scope and not scope.startswith("_"):
                asked = asked or (asked_elsewhere or {}).get(scope, [])
            for words in said or dict.fromkeys(asked) or ["The sentence of the judge that was asked."]:
                yield guard, words


def used_in(package: Path) -> dict[str, str]:
    """Every guard that code or a page of the package names, with the file that names it first; the register aside."""
    found: dict[str, str] = {}
    for path in sorted(package.rglob("*.py")):
        place = path.relative_to(package).as_posix()
        if place != REGISTER:
            nodes = ast.walk(ast.parse(path.read_text("utf-8")))
            for code in (code for node in nodes if isinstance(node, ast.expr) and (code := _guard(node, {}))):
                found.setdefault(code, place)
    for path in sorted(package.rglob("*.html")):
        for code in re.findall(rf'"({GUARD.pattern})"', path.read_text("utf-8")):
            found.setdefault(code, path.relative_to(package).as_posix())
    return found


def _beside(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Sentences that stand beside their guard in a tuple, and those of a function that says “(G-…): a warning”."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple):
            for guard in filter(None, (_guard(value, {}) for value in node.elts)):
                yield from ((guard, words) for value in node.elts for words in _said(value, 0, {}, {}))
        elif isinstance(node, ast.FunctionDef):
            for guard in re.findall(rf"\(({GUARD.pattern})\): a warning", ast.get_docstring(node) or ""):
                yield from ((guard, words) for line in node.body for words in _said(line, 0, {}, {}))


def _calls(tree: ast.Module, outer: Names) -> Iterator[tuple[str, ast.Call, list[str]]]:
    """Every call with the name of the function it stands in and the sentences among its arguments."""
    for top in tree.body:
        for scope in _functions(top) or [top]:
            inner = _names(list(ast.walk(scope)))
            for call in [node for node in ast.walk(scope) if isinstance(node, ast.Call)]:
                given = [*call.args, *(keyword.value for keyword in call.keywords)]
                said = [words for value in given for words in _said(value, call.lineno, inner, outer)]
                yield getattr(scope, "name", ""), call, said


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _functions(top: ast.stmt) -> list[ast.stmt]:
    if isinstance(top, ast.ClassDef):
        return [one for one in top.body if isinstance(one, ast.FunctionDef)]
    return []


def _names(nodes: list[ast.stmt] | list[ast.AST]) -> Names:
    """What names were given to values, each with its line; pairs written as `a, b = 1, 2` too."""
    names: Names = {}
    for node in nodes:
        if not isinstance(node, ast.Assign):
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            for name, value in pairs:
                if isinstance(name, ast.Name):
                    names.setdefault(name.id, []).append((node.lineno, value))
    return names


def _guard(value: ast.expr, outer: Names) -> str:
    if isinstance(value, ast.Name) and value.id in outer:
        value = outer[value.id][-1][1]
    text = value.value if isinstance(value, ast.Constant) else None
    return text if isinstance(text, str) and GUARD.fullmatch(text) else ""


def _said(value: ast.AST, line: int, inner: Names, outer: Names) -> Iterator[str]:
    """Sentences inside an argument, looked up where the argument is a name."""
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TRANSLATES:
            first = node.args[0] if node.args else None
            if isinstance(first, ast.Constant) and isinstance(first.value, str):
                yield first.value
        if isinstance(node, ast.Name):
            before = [given for at, given in inner.get(node.id, []) if at <= line]
            known = before[-1:] or [given for _at, given in outer.get(node.id, [])][-1:]
            for given in known:
                if given is not value:
                    yield from _said(given, line, {}, outer if known and before else {})
