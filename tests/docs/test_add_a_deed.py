"""A stranger who follows docs/guides/add-a-deed.md letter by letter succeeds: here the stranger is this test."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "guides" / "add-a-deed.md"
STEP = re.compile(r"<!-- (end of|below|new|run) ?(\S*) ?(\S*) -->\n```\w+\n(.*?)```\n", re.DOTALL)

Step = tuple[str, str, str, str]


def steps() -> list[Step]:
    """What the page asks for, in order: the kind of step, the file, the line below which, the text."""
    return STEP.findall(PAGE.read_text(encoding="utf-8"))


def checkout(folder: Path) -> Path:
    """A copy of the project that uses the programs of this environment and is nobody else’s."""
    for name in ("src", "tests", "tools", "docs"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for path in ROOT.iterdir():
        if path.is_file():
            shutil.copy2(path, folder)
    environment = Path(os.environ.get("VIRTUAL_ENV", ROOT / ".venv"))
    (folder / ".venv").mkdir()
    shutil.copy2(environment / "pyvenv.cfg", folder / ".venv")
    for name in ("bin", "lib"):
        (folder / ".venv" / name).symlink_to(environment / name)
    for stamp in (".installed-run", ".installed-dev"):
        (folder / ".venv" / stamp).touch()
    return folder


def add(path: Path, below: str, text: str) -> None:
    """Add a block to a file as the page says: imports to the imports, the rest at the end or below a line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.suffix != ".py":
        path.write_text("\n".join([*lines, text]), encoding="utf-8")
        return
    block = text.splitlines()
    first = next(i for i, line in enumerate(block) if line and not line.startswith(("from ", "import ")))
    place = len(lines)
    if below:
        (place,) = [i + 1 for i, line in enumerate(lines) if line.strip().startswith(below)]
    else:
        block.insert(first, "\n")
    lines[place:place] = block[first:]
    lines[_end_of_imports(lines) :] = block[:first] + lines[_end_of_imports(lines) :]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def _end_of_imports(lines: list[str]) -> int:
    body = ast.parse("\n".join(lines)).body
    return max(one.end_lineno or 0 for one in body[:60] if isinstance(one, ast.Import | ast.ImportFrom))


def run(commands: str, folder: Path) -> Iterator[str]:
    """Run a block of commands as a shell would, all in one; yields what failed."""
    # The suite itself may run under `make test ARGS=…`, whose words must not reach the page’s own commands.
    not_theirs = ("KINKEEPER_", "PYTEST_", "MAKE", "MFLAGS", "ARGS")
    settings = {name: value for name, value in os.environ.items() if not name.startswith(not_theirs)}
    settings |= {"PYTHONPATH": str(folder / "src"), "KINKEEPER_DATA": str(folder / "data")}
    bash = ["bash", "-euc", commands]
    done = subprocess.run(bash, check=False, cwd=folder, env=settings, capture_output=True, text=True)
    if done.returncode:
        yield f"{commands}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"


def follow(folder: Path, given: list[Step]) -> list[str]:
    """Do what the page says, step by step, until something fails."""
    exported = ""
    for kind, file, below, text in given:
        if kind == "run":
            if failed := list(run(exported + text, folder)):
                return failed
            exported += "".join(line + "\n" for line in text.splitlines() if line.startswith("export "))
        elif kind == "new":
            (folder / file).parent.mkdir(parents=True, exist_ok=True)
            assert not (folder / file).exists(), f"{file} is there already."
            (folder / file).write_text(text, encoding="utf-8")
        else:
            add(folder / file, below, text)
    return []


@pytest.mark.skipif(shutil.which("msgmerge") is None, reason="make setup installs gettext, which the page needs")
def test_a_stranger_who_follows_the_page_succeeds(tmp_path: Path) -> None:
    folder = checkout(tmp_path)
    assert "\n".join(follow(folder, steps())) == ""
    assert "### people.note_wish" in (folder / "docs" / "reference" / "acts.md").read_text(encoding="utf-8")


def test_the_page_touches_every_kind_of_file() -> None:
    touched = {Path(file).stem for _kind, file, _below, _text in steps() if file}
    assert touched == {
        "models", "policy", "actions", "queries", "forms", "views", "urls", "note_wish", "django", "test_note_wish",
        "world",
    }  # fmt: skip


def test_a_page_that_is_wrong_is_found(tmp_path: Path) -> None:
    assert follow(tmp_path, [("new", "a.txt", "", "a"), ("run", "", "", "grep --quiet b a.txt\n")])
