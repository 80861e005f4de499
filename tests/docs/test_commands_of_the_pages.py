"""The commands that the pages tell a newcomer to type are typed here, in the order of the pages."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from kinkeeper.access.models import Association, Role, Seat, Unit
from kinkeeper.people.models import Person
from kinkeeper.site import cli
from tests.exchange.sheets.conftest import EVERYTHING, workbook

DOCS = Path(__file__).resolve().parents[2] / "docs"
FOLDER = "/path/to/folder"


def commands(page: str) -> list[list[str]]:
    """What the blocks of a page tell to give to `kinkeeper`, as lists of arguments."""
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), flags=re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    typed = [part.strip() for line in lines for part in line.split("&&")]
    # Where the answer goes (“> lists.xlsx”) is the shell’s business.
    typed = [line.partition(" > ")[0] for line in typed]
    return [shlex.split(line)[1:] for line in typed if line.startswith(".venv/bin/kinkeeper ")]


def typed(page: str, name: str) -> list[list[str]]:
    """The commands of a page with this name."""
    return [words for words in commands(page) if words[0] == name]


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to stand in, so that files that a page names without a path land there."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tables_in(folder: Path) -> dict[str, bytes]:
    """The files of a folder with their bytes."""
    return {path.name: path.read_bytes() for path in folder.glob("*.csv")}


def test_every_command_of_every_page_is_understood() -> None:
    pages = sorted(path.relative_to(DOCS).as_posix() for path in (DOCS).rglob("*.md") if "reference" not in path.parts)
    understood = [cli.parser().parse_args(words) for page in pages for words in commands(page)]
    assert len(understood) >= 10


def test_a_real_association_is_set_up_as_the_page_says(db: None, own_folder: Path, settings: Any) -> None:
    settings.DATA = own_folder / "data"
    page = "start/a-real-association.md"
    (own_folder / "first-password.txt").write_text("seven quiet herons by the weir\n")
    (told,) = [words for words in typed(page, "setup") if len(words) > 1]
    assert cli.main(told) == 1, "not without recovery envelopes"
    for number, envelope in enumerate(typed(page, "keys"), start=1):
        (own_folder / f"passphrase-{number}.txt").write_text("seven quiet herons by the weir\n")
        assert cli.main(envelope) == 0
    assert cli.main(told) == 0
    assert Association.objects.get().name == "Kin of the Hills"
    assert [seat.role for seat in Seat.objects.all()] == [Role.ADMINISTRATOR]
    assert cli.main(told) == 1, "an association is set up once"
    assert typed(page, "check") == [["check"]]


@pytest.mark.django_db(transaction=True)
def test_data_go_out_and_come_in_as_the_page_says(own_folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = "guides/import-and-export-ssda903.md"
    (out,) = typed(page, "export")
    preview, landing = typed(page, "import")
    first, second = own_folder / "first" / "2024_25", own_folder / "second" / "2024_25"
    there = {FOLDER: str(first.parent)}
    assert cli.main(["generate", "--children", "6", "--until", "2025-03-31"]) == 0
    assert cli.main([{FOLDER: str(first)}.get(word, word) for word in out]) == 0

    call_command("flush", interactive=False, verbosity=0)
    assert cli.main([there.get(word, word) for word in preview]) == 0
    assert not Person.objects.exists(), "a preview lands nothing"
    assert cli.main([there.get(word, word) for word in landing]) == 0
    assert Person.objects.exists()
    assert cli.main([there.get(word, word) for word in landing]) == 0
    assert " 0 landed" in capsys.readouterr().out, "running it twice changes nothing"
    assert cli.main([{FOLDER: str(second)}.get(word, word) for word in out]) == 0
    assert tables_in(second) == tables_in(first)
    assert tables_in(first)


@pytest.mark.django_db(transaction=True)
def test_own_spreadsheets_come_in_as_the_page_says(
    village: Unit, own_folder: Path, capsysbinary: pytest.CaptureFixture[bytes], settings: Any
) -> None:
    settings.DATA = own_folder / "data"
    page = "guides/bring-your-spreadsheets.md"
    (template,) = typed(page, "template")
    preview, landing = typed(page, "import")
    assert cli.main(template) == 0
    (own_folder / "lists.xlsx").write_bytes(capsysbinary.readouterr().out)
    assert cli.main(preview) == 0, "the template as it is"
    assert b"0 rows read" in capsysbinary.readouterr().out

    workbook(own_folder / "lists.xlsx", EVERYTHING)
    assert cli.main(preview) == 0
    assert not Person.objects.exists(), "a preview lands nothing"
    assert cli.main(landing) == 0
    assert Person.objects.count() == 3
    assert cli.main(landing) == 0
    assert b" 0 landed, 9 unchanged" in capsysbinary.readouterr().out, "running it twice changes nothing"
