"""Runs a room’s tests against each mutant of its policy inside one process: a fork per mutant, and only tests that got there.

The tests run once unbroken, while it is written down which of them entered which function of the policy. Then every mutant
is put into a fork of that process, database and all, and the tests that entered the broken function run until one fails.
What cannot be exchanged in a running process (an argument of a decorator, a default) is handed back to be run from files.
"""

from __future__ import annotations

import ast
import os
import pickle
import signal
import sys
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

# A mutant that makes a test wait for ever is a mutant that was noticed.
SECONDS = 300


@dataclass
class Verdicts:
    """What became of the mutants of one room."""

    killed: int = 0
    survived: list[str] = field(default_factory=list)
    from_files: list[tuple[str, str]] = field(default_factory=list)
    broken_before: list[str] = field(default_factory=list)

    def in_words(self, room: str) -> str:
        """What became of them, in a line, and each that no test noticed."""
        total = self.killed + len(self.survived) + len(self.from_files)
        waiting = [f"{said} (to be run from files)" for said, _broken in self.from_files]
        return "\n   ".join([f"{room}: {self.killed} of {total} killed", *self.survived, *waiting])


def functions_of(code: CodeType, prefix: str = "") -> Iterator[tuple[str, CodeType]]:
    """The functions of a module and the methods of its classes, by their qualified name; not what lies inside of one."""
    for inner in code.co_consts:
        if isinstance(inner, CodeType) and not inner.co_name.startswith("<"):
            if inner.co_flags & 0x02:  # CO_NEWLOCALS: a function; the body of a class has none
                yield prefix + inner.co_name, inner
            else:
                yield from functions_of(inner, f"{prefix}{inner.co_name}.")


def function_at(module: ModuleType, name: str) -> FunctionType | None:
    """The living function of that qualified name, under whatever decorators."""
    found: Any = module
    for part in name.split("."):
        found = vars(found).get(part)
    found = getattr(found, "fget", found)
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    return found if isinstance(found, FunctionType) else None


@dataclass(frozen=True)
class _OnlyTheSession:
    """Stands where the next test stands: what was set up for the whole session is needed again, everything else is not."""

    session: pytest.Session

    def listchain(self) -> list[Any]:
        """What stays set up."""
        return [self.session]


def the_database_is_made(django_db_setup: None) -> None:
    """A test that asks for the database and for nothing else."""


class Breaking:
    """A plugin of pytest that runs the collected tests once, and then again for every mutant that can reach them."""

    def __init__(self, rooms: dict[Path, list[tuple[str, str]]], where: dict[Path, list[str]]) -> None:
        self.rooms, self.where = rooms, where
        self.all_told = {policy: Verdicts() for policy in rooms}
        self.kills: Counter[int] = Counter()
        self.why = ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of the loop of pytest: room by room, each against the tests that were named for it."""
        self.items = session.items
        made = self.prepare()
        for policy, mutants in self.rooms.items():
            self.policy, self.told = policy, self.all_told[policy]
            named = tuple(self.where[policy])
            self.own = [place for place, item in enumerate(self.items) if item.nodeid.startswith(named)]
            ended, seen = in_a_fork(self.look)
            if not ended or not made:
                self.told.broken_before.append("They end the whole process.")
                continue
            self.reached, self.took, self.told.broken_before = seen
            self.break_each(mutants)
            print(self.told.in_words(policy.parent.name), flush=True)
        return True

    def break_each(self, mutants: list[tuple[str, str]]) -> None:
        """Find out about every mutant of one room."""
        module = sys.modules[f"kinkeeper.{self.policy.parent.name}.policy"]
        source = ast.unparse(ast.parse(self.policy.read_text()))
        whole = dict(functions_of(compile(source, str(self.policy), "exec")))
        for said, broken in mutants:
            self.judge(module, whole, source, said, broken)

    def run(self, places: list[int]) -> int | None:
        """Run these tests until one fails, and say which."""
        for place in places:
            signal.alarm(SECONDS)
            after: Any = _OnlyTheSession(self.items[place].session)
            for report in runtestprotocol(self.items[place], log=False, nextitem=after):
                if report.failed:
                    self.why = report.longreprtext
                    return place
        signal.alarm(0)
        return None

    def prepare(self) -> bool:
        """Make the database, which every fork starts with. No other test runs in this process: threads do not come along."""
        if not any("django_db_setup" in item.fixturenames for item in self.items):  # type: ignore[attr-defined]
            return True
        parent = self.items[0].parent
        empty = pytest.Function.from_parent(parent, name="the_database_is_made", callobj=the_database_is_made)
        reports = runtestprotocol(empty, log=False, nextitem=_OnlyTheSession(empty.session))  # type: ignore[arg-type]
        return all(report.passed for report in reports)

    def look(self) -> tuple[dict[str, set[int]], dict[int, float], list[str]]:
        """Run a room’s tests unbroken; which enter each function of the policy, how long each takes, and which fail.

        Those that fail already say nothing about a mutant.
        """
        file, reached, took, failures = str(self.policy), defaultdict(set), {}, []
        now = 0

        def entered(frame: FrameType, event: str, _argument: object) -> None:
            if event == "call" and frame.f_code.co_filename == file:
                reached[frame.f_code.co_qualname.split(".<locals>")[0]].add(now)

        for now in self.own:
            began = time.monotonic()
            threading.setprofile(entered)
            sys.setprofile(entered)
            try:
                failed = self.run([now])
            finally:
                sys.setprofile(None)
                threading.setprofile(None)  # that is how it is taken away
            if failed is None:
                took[now] = time.monotonic() - began
            else:
                failures.append(f"{self.items[now].nodeid}\n{self.why}")
        return {name: places & set(took) for name, places in reached.items()}, took, failures

    def judge(self, module: ModuleType, whole: dict[str, CodeType], source: str, said: str, broken: str) -> None:
        """Find out whether a test notices one mutant."""
        other = dict(functions_of(compile(broken, str(self.policy), "exec")))
        changed = [name for name, code in whole.items() if other.get(name) != code]
        if changed:
            function = function_at(module, changed[0])
            if len(changed) > 1 or function is None or function.__code__.co_freevars:
                self.told.from_files.append((said, broken))
                return
            reached, values = self.reached.get(changed[0], set()), {}
        else:
            values = constants(module, source, broken)
            if not values:
                self.told.from_files.append((said, broken))
                return
            reached = set(self.took)
        order = sorted(reached, key=lambda place: (-self.kills[place], self.took[place]))
        codes = {name: other[name] for name in changed}
        ended, killer = in_a_fork(lambda: self.broken(module, codes, values, order)) if order else (True, None)
        if not ended:
            killer = order[0]  # it died or hung: that is noticed, too
        print("SURVIVED" if killer is None else "noticed", said, flush=True)
        if killer is None:
            self.told.survived.append(said)
            return
        self.told.killed += 1
        self.kills[killer] += 1

    def broken(
        self, module: ModuleType, codes: dict[str, CodeType], values: dict[str, Any], order: list[int]
    ) -> int | None:
        """The place of the test that fails where something is broken."""
        _break(module, codes, values)
        return self.run(order)


def in_a_fork(deed: Callable[[], Any]) -> tuple[bool, Any]:
    """What a deed returns in a fork of this process, and whether it came to that: it may die or hang."""
    hears, says = os.pipe()
    sys.stdout.flush()
    child = os.fork()
    if not child:
        try:
            quiet = os.open(os.devnull, os.O_WRONLY)
            os.dup2(quiet, 1)
            os.dup2(quiet, 2)
            signal.signal(signal.SIGALRM, signal.SIG_DFL)
            answer = pickle.dumps(deed())
            with os.fdopen(says, "wb") as out:
                out.write(answer)
        finally:
            os._exit(0)
    os.close(says)
    with os.fdopen(hears, "rb") as heard:
        answer = heard.read()
    os.waitpid(child, 0)
    return (True, pickle.loads(answer)) if answer else (False, None)  # noqa: S301 – from our own child


def constants(module: ModuleType, source: str, broken: str) -> dict[str, Any]:
    """The constants of a module that have another value in the mutant, with what follows from them in the same module."""
    before, after = ast.parse(source).body, ast.parse(broken).body
    changed = [new for old, new in zip(before, after, strict=True) if ast.dump(old) != ast.dump(new)]
    if len(changed) != 1 or not isinstance(changed[0], ast.Assign | ast.AnnAssign):
        return {}
    space = dict(vars(module))
    for line in after:
        if isinstance(line, ast.Assign | ast.AnnAssign):
            try:
                exec(compile(ast.Module([line], []), module.__file__ or "", "exec"), space)  # noqa: S102 – our own source
            except Exception:  # noqa: BLE001 – whatever a broken line says
                return {}  # it does not even load: that is for a process of its own to find
    known = vars(module)
    return {name: new for name, new in space.items() if name in known and name.isupper() and new != known[name]}


def _break(module: ModuleType, codes: dict[str, CodeType], values: dict[str, Any]) -> None:
    for name, code in codes.items():
        function = function_at(module, name)
        assert function is not None
        function.__code__ = code
    for name, value in values.items():
        old = vars(module)[name]
        for other in list(sys.modules.values()):
            if getattr(other, "__dict__", {}).get(name) is old:
                vars(other)[name] = value


def run_rooms(rooms: dict[Path, list[tuple[str, str]]], where: dict[Path, list[str]]) -> dict[Path, Verdicts]:
    """Run every mutant of these policies against the tests named for it, in this process."""
    plugin = Breaking(rooms, where)
    tests = sorted({test for named in where.values() for test in named})
    pytest.main(["-q", "-s", "--no-header", "--no-migrations", "-p", "no:cacheprovider", *tests], [plugin])
    return plugin.all_told
