"""The contracts of pyproject.toml hold, and each notices an import through a wall that a test plants."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the code, to plant bugs in."""
    no_data = shutil.ignore_patterns("static", "locale", "__pycache__", "templates")
    shutil.copytree(ROOT / "src" / "kinkeeper", tmp_path / "kinkeeper", ignore=no_data)
    return tmp_path


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    command: list[str | Path] = [program, "--no-logo", "--no-cache", "--config", ROOT / "pyproject.toml"]
    paths = os.environ | {"PYTHONPATH": f"{house}{os.pathsep}{ROOT}", "COLUMNS": "200"}
    return subprocess.run(command, cwd=house, env=paths, capture_output=True, text=True, check=False)


def plant(house: Path, path: str, line: str) -> None:
    target = house / "kinkeeper" / path
    target.parent.mkdir(exist_ok=True)
    target.write_text(line + "\n", encoding="utf-8")


def test_the_contracts_hold(house):
    done = lint(house)
    assert done.returncode == 0, done.stdout
    assert "2 kept, 0 broken" in done.stdout


@pytest.mark.parametrize(
    ("path", "line", "complaint"),
    [
        (
            "people/planted.py",
            "from kinkeeper.cases import models",
            "kinkeeper.people is not allowed to import kinkeeper.cases",
        ),
        (
            "lib/planted.py",
            "from kinkeeper.journal import models",
            "kinkeeper.lib is not allowed to import kinkeeper.journal",
        ),
        (
            "exchange/planted.py",
            "from kinkeeper.book import queries",
            "kinkeeper.exchange is not allowed to import kinkeeper.book",
        ),
        (
            "cases/planted.py",
            "from kinkeeper.site import urls",
            "kinkeeper.cases is not allowed to import kinkeeper.site",
        ),
        (
            "cases/planted.py",
            "from kinkeeper.people import policy",
            "kinkeeper.cases.planted imports kinkeeper.people.policy",
        ),
        (
            "people/planted.py",
            "def later() -> None:\n    from kinkeeper.cases import models",
            "kinkeeper.people is not allowed to import kinkeeper.cases",
        ),
        ("attic/__init__.py", "", "kinkeeper.attic"),
    ],
)
def test_an_import_through_a_wall_is_noticed(house, path, line, complaint):
    plant(house, path, line)
    done = lint(house)
    assert done.returncode == 1, done.stdout
    assert complaint in done.stdout
