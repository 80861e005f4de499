"""A start that could lose or expose records is refused with a sentence that says what to do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kinkeeper.access.models import Association
from kinkeeper.files.vault import Accepted, store
from kinkeeper.lib.refusals import Refused
from kinkeeper.site import health
from kinkeeper.site.guarding import insist_on_safety, reasons_not_to_start
from kinkeeper.site.health import kind_of_ground, server_durability, sqlite_durability
from kinkeeper.upkeep.findings import Level
from tests.site.conftest import Call

SAFE_FILE = {"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1", "secure_delete": "1"}
SAFE_SERVER = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "data_checksums": "on"}


@pytest.fixture(autouse=True)
def in_earnest(settings: Any) -> None:
    """Nobody declared that this installation may forget."""
    settings.MAY_FORGET = False


@pytest.mark.parametrize(
    "change, level, word",
    [
        ({}, Level.GOOD, "WAL"),
        ({"journal_mode": "delete"}, Level.TROUBLE, "journal_mode is delete"),
        ({"journal_mode": "memory"}, Level.TROUBLE, "journal_mode is memory"),
        ({"synchronous": "1"}, Level.TROUBLE, "synchronous is below FULL"),
        ({"synchronous": "0"}, Level.TROUBLE, "synchronous is below FULL"),
        ({"synchronous": "3"}, Level.GOOD, "WAL"),
        ({"foreign_keys": "0"}, Level.TROUBLE, "foreign_keys is off"),
        ({"secure_delete": "0"}, Level.REMARK, "secure_delete is off"),
    ],
)
def test_unsafe_files_are_told_apart(change: dict[str, str], level: Level, word: str) -> None:
    found = list(sqlite_durability(SAFE_FILE | change))
    assert (found[0].level, word in found[0].sentence) == (level, True)
    assert bool(found[0].remedy) == (level != Level.GOOD)


@pytest.mark.parametrize(
    "change, level, word",
    [
        ({}, Level.GOOD, "are on"),
        ({"fsync": "off"}, Level.TROUBLE, "fsync is off"),
        ({"synchronous_commit": "off"}, Level.TROUBLE, "synchronous_commit is off"),
        ({"full_page_writes": "off"}, Level.TROUBLE, "full_page_writes is off"),
        ({"synchronous_commit": "local"}, Level.GOOD, "are on"),
        ({"data_checksums": "off"}, Level.REMARK, "checksums"),
    ],
)
def test_unsafe_servers_are_told_apart(change: dict[str, str], level: Level, word: str) -> None:
    found = list(server_durability(SAFE_SERVER | change))
    assert (found[0].level, word in found[0].sentence) == (level, True)
    assert bool(found[0].remedy) == (level != Level.GOOD)


MOUNTS = """\
/dev/vda / ext4 rw 0 0
tmpfs /run tmpfs rw 0 0
server:/kin /srv/far nfs4 rw 0 0
/dev/vdb /srv ext4 rw 0 0
//office/kin /mnt/with\\040space cifs rw 0 0
overlay /container overlay rw 0 0
"""


@pytest.mark.parametrize(
    "folder, kind",
    [
        ("/var/lib/kinkeeper", "ext4"),
        ("/run/kinkeeper", "tmpfs"),
        ("/runner", "ext4"),
        ("/srv/kinkeeper", "ext4"),
        ("/srv/far/kinkeeper", "nfs4"),
        ("/mnt/with space/data", "cifs"),
        ("/container/data", "overlay"),
    ],
)
def test_the_ground_of_a_folder_is_known(folder: str, kind: str) -> None:
    assert kind_of_ground(Path(folder), MOUNTS) == kind


@pytest.mark.django_db
@pytest.mark.parametrize(
    "kind, level, word",
    [
        ("ext4", Level.GOOD, "disk"),
        ("tmpfs", Level.TROUBLE, "in memory"),
        ("ramfs", Level.TROUBLE, "in memory"),
        ("nfs", Level.TROUBLE, "another machine"),
        ("nfs4", Level.TROUBLE, "another machine"),
        ("cifs", Level.TROUBLE, "another machine"),
        ("overlay", Level.REMARK, "container"),
    ],
)
def test_the_ground_decides(monkeypatch: pytest.MonkeyPatch, kind: str, level: Level, word: str) -> None:
    monkeypatch.setattr(health, "kind_of_ground", lambda _folder, _mounts: kind)
    found = list(health.ground())
    assert (found[0].level, word in found[0].sentence) == (level, True)


@pytest.mark.django_db
@pytest.mark.skipif(
    "tmpfs" not in kind_of_ground(Path("/dev/shm"), Path("/proc/mounts").read_text()), reason="no tmpfs"
)
def test_a_folder_in_memory_is_found_for_real(settings: Any) -> None:
    settings.DATA = Path("/dev/shm/kinkeeper")
    assert [one.what for one in health.ground() if one.level == Level.TROUBLE] == ["ground"]


def test_this_very_database_is_judged(kinkeeper: Call, association: Association) -> None:
    """The tests’ database is in memory, or on a server that does not wait for the disk: a start is refused."""
    with pytest.raises(Refused, match="does not start like this") as refusal:
        insist_on_safety()
    expected = "journal_mode is memory" if connection.vendor == "sqlite" else "fsync is off"
    assert expected in str(refusal.value)
    refused = kinkeeper("worker", "--once")
    assert (refused.code, expected in refused.err) == (1, True)


def test_what_may_forget_is_declared(kinkeeper: Call, association: Association, settings: Any) -> None:
    settings.MAY_FORGET = True
    assert [one.what for one in reasons_not_to_start()] == []
    assert kinkeeper("worker", "--once").code == 0


def test_a_demonstration_may_lie_anywhere(kinkeeper: Call, association: Association) -> None:
    Association.objects.update(is_demo=True)
    assert reasons_not_to_start() == []


@pytest.mark.asvs("13.3.2")
def test_a_key_that_others_read_stops_every_start(kinkeeper: Call, association: Association, settings: Any) -> None:
    settings.MAY_FORGET = True
    key = settings.DATA / "keys" / "files.key"
    key.parent.mkdir(mode=0o700)
    key.write_text("x" * 60)
    key.chmod(0o640)
    refused = kinkeeper("worker", "--once")
    assert (refused.code, f"chmod 600 {key}" in refused.err) == (1, True)
    key.chmod(0o600)
    assert kinkeeper("worker", "--once").code == 0


def test_a_key_that_was_lost_and_made_anew_stops_the_start(
    kinkeeper: Call, association: Association, settings: Any
) -> None:
    settings.MAY_FORGET = True
    store(Accepted(b"A letter.", "text/plain", "letter.txt"))
    assert kinkeeper("worker", "--once").code == 0
    settings.FILES_KEY = "what an empty folder would have been given by itself"
    refused = kinkeeper("worker", "--once")
    assert (refused.code, "Put the kept copy of this file back" in refused.err) == (1, True)
    assert "does not open the stored documents" in kinkeeper("check").out
