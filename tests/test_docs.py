"""The pages tell the truth: what they quote stands in the code, what they name exists, and each link leads somewhere."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps

from kinkeeper.journal.acts import acts
from kinkeeper.site.adjustable import SETTINGS
from tools import docs, reference
from tools.guards import guards_in, guards_of

ROOT = docs.ROOT
TOP_PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "THREAT_MODEL.md", "CHANGELOG.md", "CODE_OF_CONDUCT.md")


def pages() -> list[Path]:
    """Every page of the project."""
    return [*(ROOT / name for name in TOP_PAGES), *sorted((ROOT / "docs").rglob("*.md"))]


@cache
def guards() -> frozenset[str]:
    """Every guard of the house."""
    return frozenset(guards_of(reference.PACKAGE))


@cache
def variables() -> frozenset[str]:
    """Every environment variable that the house reads."""
    source = "".join(path.read_text(encoding="utf-8") for path in reference.PACKAGE.rglob("*.py"))
    return frozenset(re.findall(r"\bKINKEEPER_[A-Z_]+\b", source))


def prose(path: Path) -> str:
    """A page without its code blocks."""
    return re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def blocks(path: Path, language: str) -> Iterator[str]:
    """The code blocks of a page in one language."""
    yield from re.findall(rf"```{language}\n(.*?)```", path.read_text(encoding="utf-8"), flags=re.DOTALL)


def anchors(path: Path) -> set[str]:
    """What a link may point to inside a page."""
    heads = re.findall(r"^#+ (.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def broken_links(path: Path) -> list[str]:
    """Links of a page to files or headings that do not exist."""
    found = []
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(path)):
        if re.match(r"[a-z]+:", target):
            continue
        file, _hash, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists() or (anchor and there.suffix == ".md" and anchor not in anchors(there)):
            found.append(target)
    return found


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path: Path) -> None:
    assert broken_links(path) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Here\n[a](nowhere.md) [b](#here) [c](page.md#there) [d](https://example.org)\n")
    assert broken_links(page) == ["nowhere.md", "page.md#there"]


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_make_targets_settings_and_guards_that_are_named_exist(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", text, flags=re.MULTILINE)) <= targets
    assert set(re.findall(r"\bKINKEEPER_[A-Z_]+\b", text)) <= variables()
    assert set(re.findall(r"`(G-[A-Z0-9-]+)`", text)) <= guards()


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_tests_and_source_files_that_are_named_exist(path: Path) -> None:
    named = re.findall(r"`((?:src|tests|tools|docs)/[\w/.-]+\.\w+)(?:::(\w+))?`", path.read_text(encoding="utf-8"))
    missing = []
    for file, test in named:
        there = ROOT / file
        if path.parent.name != "guides" and (not there.exists() or (test and f"def {test}(" not in there.read_text())):
            missing.append(f"{file}::{test}" if test else file)
    assert missing == []


def test_commands_that_are_named_exist() -> None:
    known = {parser.prog for parser in reference.commands()}
    for path in pages():
        for words in re.findall(r"(?:\.venv/bin/|`)kinkeeper ([a-z]+(?: ssda903)?)", path.read_text(encoding="utf-8")):
            assert f"kinkeeper {words}" in known, f"{path.name} names `kinkeeper {words}`"


def test_quoted_code_is_the_code_of_today() -> None:
    for path, text in docs.pages_that_quote().items():
        assert path.read_text(encoding="utf-8") == text, f"{path} quotes old code. Run: make docs"


def test_old_code_in_a_page_is_found() -> None:
    page = "<!-- code: lib/steps.py move -->\n```python\ndef move(): ...\n```\n"
    assert "won = manager.filter(pk=row.pk, state=old" in docs.quoted(page)
    with pytest.raises(LookupError, match=r"lib/steps.py has no jump"):
        docs.quoted(page.replace("move -->", "jump -->"))


# ---- the reference ---------------------------------------------------------------------------------------------------


def test_a_page_that_is_out_of_date_missing_or_no_longer_written_is_found(tmp_path: Path) -> None:
    made = {"a.md": "one\n", "packs/b.md": "two\n"}
    docs.write_pages(made, tmp_path)
    assert docs.differences(made, tmp_path) == []
    (tmp_path / "a.md").write_text("changed\n")
    (tmp_path / "packs" / "b.md").unlink()
    (tmp_path / "old.md").write_text("")
    (tmp_path / "glossary.md").write_text("")
    assert docs.differences(made, tmp_path) == [
        "docs/reference/a.md is not what the code says.",
        "docs/reference/packs/b.md does not exist.",
        "docs/reference/old.md is no longer written.",
    ]


def test_every_deed_table_and_setting_is_in_the_reference() -> None:
    made = reference.pages()
    assert [name for name in acts if name.split(".")[0] != "tests" and f"### {name}\n" not in made["acts.md"]] == []
    for room in reference.rooms():
        for model in reference.models_of(room):
            assert f"## {room}.{model.__name__}\n" in made["models.md"]
            assert f"## {room}.{model.__name__}\n" in made["scopes.md"]
    assert all(setting.name in made["settings.md"] for setting in SETTINGS)


def test_guards_are_found_with_their_sentences() -> None:
    planted = """
LATE = _("Too late.")
def refuse(sentence):
    return Refused(sentence, guard="G-FILE")
def one():
    raise Refused(_("Too %(many)s.") % {"many": 3}, guard="G-CAP", field="x")
def two():
    reason = _("Not yet.")
    yield row.fault("DOB", reason.format(day=1), "G-TIME", "203")
def three():
    raise refuse(LATE)
def four():
    raise Refused(verdict.sentence, guard="G-MAY")
PAIRS = {"x": (_("Not covered."), "G-GAP")}
def five():
    '''Where they differ (G-MATCH): a warning.'''
    return [_("They differ.")]
"""
    assert dict(guards_in(planted)) == {
        "G-GAP": "Not covered.",
        "G-MATCH": "They differ.",
        "G-FILE": "Too late.",
        "G-CAP": "Too %(many)s.",
        "G-TIME": "Not yet.",
        "G-MAY": "The sentence of the judge that was asked.",
    }


# ---- the decisions ---------------------------------------------------------------------------------------------------


def test_decisions_are_numbered_and_of_one_shape() -> None:
    files = sorted((ROOT / "docs" / "why" / "decisions").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in files] == list(range(1, len(files) + 1))
    for path in files:
        heads = re.findall(r"^## (.*)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert heads == ["Context", "Decision", "Consequences", "What would make us change it"], path.name


def test_every_decision_is_listed() -> None:
    folder = ROOT / "docs" / "why" / "decisions"
    text = (folder / "README.md").read_text(encoding="utf-8")
    assert [path.name for path in folder.glob("[0-9]*.md") if path.name not in text] == []


# ---- what people wrote -----------------------------------------------------------------------------------------------


def unknown_names(text: str) -> list[str]:
    """Names such as `people.Person` or `homes.Home.capacity` that the tables do not have."""
    found = []
    for room, model, name in re.findall(r"`([a-z]+)\.([A-Z]\w+)(?:\.([a-z_]+))?`", text):
        try:
            table = apps.get_model(room, model)
            if name and not hasattr(table, name):
                found.append(f"{room}.{model}.{name}")
        except LookupError:
            found.append(f"{room}.{model}")
    return found


def test_the_glossary_names_tables_that_exist() -> None:
    text = (docs.REFERENCE / "glossary.md").read_text(encoding="utf-8")
    assert "`people.Person`" in text
    assert unknown_names(text) == []
    assert unknown_names("`people.Ghost` `homes.Home.ghost` `homes.Home.capacity`") == [
        "people.Ghost",
        "homes.Home.ghost",
    ]


def test_the_floors_are_drawn_in_their_order() -> None:
    drawing = (ROOT / "docs" / "why" / "house.md").read_text(encoding="utf-8").split("## The floors")[1].split("```")[1]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    drawn = [room for room in re.findall(r"\b([a-z]+)/", drawing) if room != "packs"]
    assert drawn == [room.strip(" ()") for layer in layers for room in layer.split("|")]
