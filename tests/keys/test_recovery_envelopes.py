"""A lost machine is survived with an envelope: made, opened again before it counts, and put back."""

from __future__ import annotations

import stat
from pathlib import Path
from typing import Any

import pyrage
import pytest

from kinkeeper.cases.models import Case, Contact
from kinkeeper.keys import envelopes, rotation
from kinkeeper.lib.refusals import Refused
from kinkeeper.site.commands import locking
from tests.site.conftest import Call, kinkeeper  # noqa: F401  # a fixture

PAPER = "six random words that nobody guesses"


@pytest.fixture
def keys(kinkeeper: Call, settings: Any) -> Path:  # noqa: F811
    """The key folder of an installation of its own."""
    folder: Path = settings.DATA / "keys"
    folder.mkdir(mode=0o700)
    (folder / "files.key").write_text("f" * 64)
    (folder / "files.key").chmod(0o600)
    return folder


@pytest.fixture
def written(keys: Path, noors_case: Case) -> Contact:
    """A text about Noor."""
    return Contact.objects.create(case=noors_case, happened_on="2026-05-01", seen="alone", note="Her words")


@pytest.fixture
def paper(tmp_path: Path) -> Path:
    """A file with a passphrase."""
    path = tmp_path / "paper"
    path.write_text(PAPER + "\n")
    return path


def test_a_lost_machine_is_survived(kinkeeper: Call, keys: Path, written: Contact, tmp_path: Path, paper: Path) -> None:  # noqa: F811
    envelope = tmp_path / "envelope.age"
    answer = kinkeeper("keys", "envelope", envelope, "--passphrase-file", paper)
    assert (answer.code, answer.err) == (0, "")
    assert envelope.read_text().startswith("-----BEGIN AGE ENCRYPTED FILE-----")
    assert stat.S_IMODE(envelope.stat().st_mode) == 0o600
    record, files = (keys / "records.key").read_text(), (keys / "files.key").read_text()
    assert record not in envelope.read_text()
    for path in keys.iterdir():
        path.unlink()
    # A new machine has made a key for documents by itself; it is kept aside.
    (keys / "files.key").write_text("n" * 64)
    answer = kinkeeper("keys", "recover", envelope, "--passphrase-file", paper)
    assert (answer.code, answer.err) == (0, "")
    assert "records.key, files.key" in answer.out
    assert ((keys / "records.key").read_text(), (keys / "files.key").read_text()) == (record, files)
    assert [path.read_text() for path in keys.glob("files.key.before-*")] == ["n" * 64]
    assert all(stat.S_IMODE((keys / name).stat().st_mode) == 0o600 for name in ("records.key", "files.key"))
    assert Contact.objects.get().note == "Her words"
    assert "Nothing was changed" in kinkeeper("keys", "recover", envelope, "--passphrase-file", paper).out


def test_the_wrong_passphrase_opens_and_changes_nothing(
    kinkeeper: Call,  # noqa: F811
    keys: Path,
    written: Contact,
    tmp_path: Path,
    paper: Path,
) -> None:
    envelope = tmp_path / "envelope.age"
    kinkeeper("keys", "envelope", envelope, "--passphrase-file", paper)
    before = {path.name: path.read_text() for path in keys.iterdir()}
    paper.write_text("six random words that somebody guessed")
    answer = kinkeeper("keys", "recover", envelope, "--passphrase-file", paper)
    assert answer.code == 1
    assert "does not open with this" in answer.err
    assert {path.name: path.read_text() for path in keys.iterdir()} == before
    assert "cannot be read" in kinkeeper("keys", "recover", tmp_path / "none", "--passphrase-file", paper).err
    paper.write_text("short")
    assert "at least 20" in kinkeeper("keys", "envelope", tmp_path / "two.age", "--passphrase-file", paper).err


def test_an_envelope_counts_when_it_was_opened_again(
    keys: Path, written: Contact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown = envelopes.new_passphrase()
    monkeypatch.setattr(envelopes, "new_passphrase", lambda: shown)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    answers = iter(["no", shown.lower().replace("-", " ")])
    monkeypatch.setattr("builtins.input", lambda _question: next(answers))
    locking.make_one(tmp_path / "one.age")
    assert shown in capsys.readouterr().out
    (one,) = envelopes.confirmed_envelopes()
    assert one.path == str(tmp_path / "one.age")
    with pytest.raises(Refused, match="exists already"):
        locking.make_one(tmp_path / "one.age")


def test_an_envelope_that_is_not_opened_does_not_count(
    keys: Path, written: Contact, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("builtins.input", lambda _question: "I do not know")
    with pytest.raises(Refused, match="does not open with this"):
        locking.make_one(tmp_path / "one.age")
    assert (len(envelopes.envelopes()), envelopes.confirmed_envelopes()) == (1, [])


def test_an_envelope_for_a_recipient_is_confirmed_by_its_code(
    kinkeeper: Call,  # noqa: F811
    keys: Path,
    written: Contact,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import json

    identity = pyrage.x25519.Identity.generate()
    path = tmp_path / "board.age"
    envelopes.make_envelope(path, recipient=str(identity.to_public()))
    with pytest.raises(Refused, match="not the code"):
        envelopes.confirm_envelope(path, "K7QF2M9XT3HD")
    envelopes.confirm_envelope(path, json.loads(pyrage.decrypt(path.read_bytes(), [identity]))["code"])
    assert len(envelopes.confirmed_envelopes()) == 1
    record = (keys / "records.key").read_text()
    (keys / "records.key").unlink()
    (tmp_path / "id").write_text(f"# the board’s\n{identity}\n")
    assert kinkeeper("keys", "recover", path, "--identity", tmp_path / "id").code == 0
    assert (keys / "records.key").read_text() == record
    with pytest.raises(Refused, match="no recipient"):
        envelopes.make_envelope(tmp_path / "x.age", recipient="age1nonsense")


def test_a_changed_master_key_wants_new_envelopes(keys: Path, written: Contact, tmp_path: Path) -> None:
    identity = pyrage.x25519.Identity.generate()
    envelopes.make_envelope(tmp_path / "a.age", recipient=str(identity.to_public()))
    lines = envelopes._lines()
    lines[str(tmp_path / "a.age")]["confirmed_at"] = "2026-01-01T00:00:00+00:00"
    envelopes._keep(lines)
    assert len(envelopes.confirmed_envelopes()) == 1
    rotation.rotate()
    assert envelopes.confirmed_envelopes() == []
    # Made in the middle of a change, an envelope holds both keys.
    from kinkeeper.keys import master

    master.make(master.NEXT)
    envelopes.make_envelope(tmp_path / "b.age", recipient=str(identity.to_public()))
    found = envelopes.open_envelope(tmp_path / "b.age", identity=str(identity))
    assert set(found) == {"records.key", "records.next.key", "files.key"}


@pytest.mark.parametrize(
    "typed", ["k7qf-2m9x-t3hd k7qf-2m9x-t3hd", "K7QF2M9XT3HDK7QF2M9XT3HD", " K7QF 2M9X T3HD  K7QF 2M9X T3HD "]
)
def test_a_passphrase_on_paper_forgives_how_it_is_typed(typed: str) -> None:
    from random import Random

    from kinkeeper.lib.codes import new_code, show_code

    code = new_code(random=Random(4))
    said = typed.upper().replace("K7QF", "{0}").replace("2M9X", "{1}").replace("T3HD", "{2}")
    groups = show_code(code).split("-")
    assert envelopes.as_written(said.format(*groups)) == code * 2
    assert envelopes.as_written(" other words of mine ") == "other words of mine"
