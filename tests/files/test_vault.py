"""Stored bytes: unreadable on the disk, opened whole or not at all, and never left behind."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as how
from hypothesis import strategies as st

from kinkeeper.access.gate import machine, seen
from kinkeeper.access.models import Role, Unit
from kinkeeper.files import vault
from kinkeeper.files.models import StoredFile
from kinkeeper.files.tasks import remove_orphaned_bytes
from kinkeeper.files.vault import FRAME, TAG, Accepted, Damaged
from tests.conftest import Colleague

pytestmark = pytest.mark.django_db
LETTER = Accepted(b"Dear Noor, " * 20_000, "text/plain; charset=utf-8", "letter.txt")


def bytes_of(file: StoredFile) -> bytes:
    return b"".join(vault.open_bytes(StoredFile.objects.get(pk=file.pk)))


def test_what_was_stored_comes_back(own_vault: Path) -> None:
    file = vault.store(LETTER)
    assert bytes_of(file) == LETTER.content
    assert (file.size_bytes, file.media_type, file.original_name) == (220_000, LETTER.media_type, "letter.txt")


@pytest.mark.parametrize("length", [1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME])
def test_every_length_comes_back(length: int) -> None:
    content = os.urandom(length)
    assert bytes_of(vault.store(Accepted(content, "application/pdf", "a.pdf"))) == content


@pytest.mark.asvs("5.3.1")
def test_the_disk_tells_nothing(own_vault: Path) -> None:
    file = vault.store(LETTER)
    [path] = [path for path in own_vault.rglob("*") if path.is_file()]
    assert path == own_vault / file.code[:2].lower() / file.code
    assert b"Noor" not in path.read_bytes()
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    again = vault.store(LETTER)
    assert (own_vault / again.code[:2].lower() / again.code).read_bytes()[:64] != path.read_bytes()[:64]


def frames(content: bytes) -> list[bytes]:
    size = FRAME + TAG
    return [content[start : start + size] for start in range(1, len(content), size)]


TAMPERING = {
    "one bit turned": lambda b: b[:500] + bytes([b[500] ^ 1]) + b[501:],
    "the last byte gone": lambda b: b[:-1],
    "the last frame gone": lambda b: b[:1] + b"".join(frames(b)[:-1]),
    "two frames swapped": lambda b: b[:1] + b"".join([frames(b)[1], frames(b)[0], *frames(b)[2:]]),
    "a frame twice": lambda b: b[:1] + b"".join([frames(b)[0], *frames(b)]),
    "something behind it": lambda b: b + b"x",
    "another format": lambda b: b"\x02" + b[1:],
    "nothing left": lambda b: b"",
    "no frame left": lambda b: b[:1],
}


@pytest.mark.parametrize("how_", TAMPERING)
def test_a_tampered_file_fails_loudly(how_: str, own_vault: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = vault.store(LETTER)
    path = own_vault / file.code[:2].lower() / file.code
    path.write_bytes(TAMPERING[how_](path.read_bytes()))
    with pytest.raises(Damaged, match=file.code):
        bytes_of(file)
    assert [(line.levelname, file.code in line.message) for line in caplog.records] == [("CRITICAL", True)]


@pytest.mark.asvs("11.3.3")
@how(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30, deadline=None)
@given(place=st.integers(0, 1000), flip=st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, flip: int, own_vault: Path) -> None:
    file = vault.store(Accepted(b"x" * 500, "text/plain", "a.txt"))
    path = own_vault / file.code[:2].lower() / file.code
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= flip
    path.write_bytes(content)
    with pytest.raises(Damaged):
        bytes_of(file)


def test_the_bytes_of_another_file_do_not_open(own_vault: Path) -> None:
    one, other = vault.store(LETTER), vault.store(LETTER)
    (own_vault / one.code[:2].lower() / one.code).write_bytes(
        (own_vault / other.code[:2].lower() / other.code).read_bytes()
    )
    with pytest.raises(Damaged):
        bytes_of(one)
    StoredFile.objects.filter(pk=one.pk).update(wrapped_key=other.wrapped_key)
    with pytest.raises(Damaged):
        bytes_of(one)


def test_another_installation_opens_nothing(settings) -> None:
    file = vault.store(LETTER)
    settings.FILES_KEY = "the key of another house, as long as it must be"
    with pytest.raises(Damaged):
        bytes_of(file)


def test_missing_bytes_are_named(own_vault: Path) -> None:
    file, kept = vault.store(LETTER), vault.store(LETTER)
    (own_vault / file.code[:2].lower() / file.code).unlink()
    assert list(vault.missing_files()) == [file.code]
    with pytest.raises(Damaged):
        bytes_of(file)
    assert bytes_of(kept)


def test_bytes_without_a_row_are_removed_after_a_day(own_vault: Path) -> None:
    kept = vault.store(LETTER)
    with transaction.atomic():
        vault.store(LETTER)
        transaction.set_rollback(True)
    forgotten = vault.store(LETTER)
    vault.forget(forgotten)
    cut_off = own_vault / kept.code[:2].lower() / f"{kept.code[:2]}CUTOFF.part"
    cut_off.write_bytes(b"half a file")
    assert remove_orphaned_bytes() == 0
    for path in own_vault.rglob("*"):
        os.utime(path, (time.time() - 90_000,) * 2)
    assert remove_orphaned_bytes() == 3
    assert [path.name for path in own_vault.rglob("*") if path.is_file()] == [kept.code]
    assert bytes_of(kept) == LETTER.content


def test_nobody_sees_a_stored_file_by_itself(amina: Colleague, dalia: Colleague, village: Unit) -> None:
    vault.store(LETTER)
    for actor in (amina.actor, dalia.actor, machine("a test", *Role.values)):
        assert not seen(actor, StoredFile).exists()
