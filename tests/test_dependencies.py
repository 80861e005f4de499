"""What Kinkeeper stands on is pinned by hash, named with its reason, and bound to no machine or address."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PINNED = sorted(ROOT.glob("requirements*.txt"))
NAMED = sorted(ROOT.glob("requirements*.in"))


def names_in(path: Path) -> list[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [re.split(r"[\[=<>~ ;]", line)[0] for line in lines if re.match(r"[a-z]", line)]


@pytest.mark.asvs("15.1.2")
@pytest.mark.parametrize("path", NAMED, ids=lambda path: path.name)
def test_every_dependency_has_a_line_that_says_why(path):
    reasons = (ROOT / "docs" / "why" / "dependencies.md").read_text(encoding="utf-8")
    for name in names_in(path):
        assert re.search(rf"\b{re.escape(name)}\b", reasons), f"{name} is not in docs/why/dependencies.md"


@pytest.mark.parametrize("path", NAMED, ids=lambda path: path.name)
def test_every_dependency_is_pinned(path):
    pinned = path.with_suffix(".txt").read_text(encoding="utf-8")
    for name in names_in(path):
        assert re.search(rf"^{re.escape(name)}==", pinned, re.MULTILINE), f"{name}: run tools/pin.sh"


@pytest.mark.asvs("15.1.2")
@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_every_pin_has_hashes_and_names_no_address(path):
    text = path.read_text(encoding="utf-8")
    assert "://" not in text
    assert not re.search(r"^(-e|--index|--extra-index|--find-links)", text, re.MULTILINE)
    for pin in re.split(r"\n(?=[a-z])", text)[1:]:
        assert "--hash=sha256:" in pin, pin


def test_files_agree_on_versions():
    versions: dict[str, set[str]] = {}
    for path in PINNED:
        if path.name == "requirements-validator.txt":  # installed elsewhere, on purpose
            continue
        for name, version in re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}
