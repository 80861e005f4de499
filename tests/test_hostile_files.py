"""Hostile files at the three doors: each is refused in words, within bounds of time and memory, in a process of its own."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.hostile import CORPUS, Told

ROOT = Path(__file__).resolve().parents[1]
# What may be read, because it is merely strange: signs without number, nonsense in a cell, no table of a return.
MAY_BE_READ: Mapping[str, frozenset[str]] = {
    "vault": frozenset({"marks.txt", "words.png"}),
    "sheets": frozenset(
        {
            "200000 deep.ods", "200000 deep.xlsx", "a name of 70000 letters.xlsx", "nul.csv", "90 MB of strings.xlsx", "marks.xlsx", "marks.csv", "bidi.csv", "huge number.csv",
            "huge number.xlsx", "nan.xlsx", "day out of time.xlsx", "no such string.xlsx", "empty lines.csv",
        }
    ),
    "returns": frozenset({"same name.zip", "out.zip", "link.zip", "nul in a name.zip", "Episodes.csv", "commas.csv", "columns.csv", "zip in zip.zip", "long name.zip"}),
}  # fmt: skip
MOST_SECONDS, MOST_MB = 3.0, 250
SOME, MANY = 240, 20_000


def tried(door: str, what: str, data: Path) -> list[Told]:
    """What became of each file, one after another, in a process of its own with a ceiling on its memory."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "kinkeeper.site.settings", "KINKEEPER_DATA": str(data)}
    env["PYTHONPATH"] = f"{ROOT / 'src'}:{ROOT}"
    command = [sys.executable, "-m", "tests.hostile", door, what]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 0, done.stderr[-2000:]
    return [Told(**json.loads(line)) for line in done.stdout.splitlines()]


@pytest.mark.asvs("1.4.2", "1.5.1", "5.2.1", "5.2.2", "5.2.3", "5.2.5", "5.2.6", "5.3.3")
@pytest.mark.parametrize("door", CORPUS)
def test_a_trap_is_refused_in_words_fast_and_small(door: str, tmp_path: Path) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, make in CORPUS[door].items():
        (folder / name).write_bytes(make())
    found = {one.name: one for one in tried(door, str(folder), tmp_path / "data")}
    assert found.keys() == CORPUS[door].keys()
    assert [one for one in found.values() if one.outcome == "broken"] == []
    assert {name for name, one in found.items() if one.outcome == "read"} <= MAY_BE_READ[door]
    assert [one for one in found.values() if one.outcome == "refused" and one.sentence[-1] not in ".”"] == []
    assert [one for one in found.values() if one.seconds > MOST_SECONDS or one.grown_mb > MOST_MB] == []
    assert not Path("/tmp/out").exists()


def _none_breaks(door: str, count: int, seed: int, data: Path) -> None:
    found = tried(door, f"FUZZ:{count}:{seed}", data)
    assert len(found) == count
    assert [one for one in found if one.outcome == "broken"] == [], f"seed {seed}"
    assert [one for one in found if one.seconds > MOST_SECONDS or one.grown_mb > MOST_MB] == [], f"seed {seed}"
    # What is spoilt a little is sometimes still whole; were everything refused, nothing would have been tried.
    assert {one.outcome for one in found} == {"read", "refused"}


@pytest.mark.parametrize("door", CORPUS)
def test_a_spoilt_file_is_read_or_refused_and_breaks_nothing(door: str, tmp_path: Path) -> None:
    _none_breaks(door, SOME, 1, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize("door", CORPUS)
def test_thousands_of_spoilt_files_break_nothing(door: str, tmp_path: Path) -> None:
    _none_breaks(door, MANY, random.SystemRandom().randrange(10**9), tmp_path)
