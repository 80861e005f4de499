"""Backup and restore, as their keeper uses them: made under writers, destroyed, restored elsewhere, proved.

The drill and what is refused at once run with every change; the slow ones are marked `long` and run with `make check-long`.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection

from tests.site.installations import WRITER, Installation, copied, empty, founded

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def model(
    tmp_path_factory: pytest.TempPathFactory, django_db_setup: None, django_db_blocker
) -> Iterator[tuple[Path, str]]:
    """The association that every test here copies."""
    with django_db_blocker.unblock(), founded(tmp_path_factory.mktemp("model")) as made:
        yield made


@pytest.fixture
def office(model: tuple[Path, str], tmp_path: Path) -> Iterator[Installation]:
    """An installation at work."""
    with copied(model, tmp_path / "office") as made:
        yield made


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Installation]:
    """Another machine, where nothing is yet."""
    with empty(tmp_path / "elsewhere") as made:
        yield made


def kept_keys(office: Installation, folder: Path) -> Path:
    """The copy of the keys that lies elsewhere."""
    return Path(shutil.copytree(office.data / "keys", folder / "kept"))


def made_by(office: Installation) -> Path:
    """The file of the newest backup."""
    return max((office.data / "backups").glob("*.age"))


def store_a_document(office: Installation, text: str) -> str:
    code = f"""
        from kinkeeper.files.vault import Accepted, store
        print(store(Accepted({text!r}.encode(), "text/plain", "letter.txt")).code)
    """
    return office.ask(code).strip()


# ---- the drill -------------------------------------------------------------------------------------------------------

SEEN = """
    from kinkeeper.access.models import Unit
    from kinkeeper.files.models import StoredFile
    from kinkeeper.files.vault import open_bytes
    print(*Unit.objects.values_list("name", flat=True), sep="|")
    print(*(f.code for f in StoredFile.objects.all() if sum(map(len, open_bytes(f))) == f.size_bytes), sep="|")
"""


def drill(
    office: Installation, elsewhere: Installation, folder: Path, *, writers: int, turns: int, pause: float
) -> None:
    """Write, back up meanwhile, lose everything, restore elsewhere, compare with what the writers were told."""
    secret, kept = office.new_key(folder), kept_keys(office, folder)
    busy = [office.python(WRITER, f"Writer {number}", str(pause)) for number in range(writers)]
    try:
        # Each writer has told several times when the backup begins, and goes on while it is made.
        before = [writer.stdout.readline() for _turn in range(turns) for writer in busy if writer.stdout]
        office.done("backup", "--to", folder / "safe")
        running = [writer.poll() for writer in busy]
    finally:
        for writer in busy:
            writer.kill()
            writer.communicate()
    assert running == [None] * writers
    backup = next((folder / "safe").glob("*.age"))
    shutil.rmtree(office.data)

    said = elsewhere.done("restore", backup, "--key", secret, "--keys", kept, "--deep")
    assert "All of it was proved." in said
    units, files = (set(line.split("|")) for line in elsewhere.ask(SEEN).splitlines())
    acknowledged = [line.strip().split("|") for line in before]
    assert len(acknowledged) == writers * turns
    assert [unit for unit, _file in acknowledged if unit not in units] == []
    assert [file for _unit, file in acknowledged if file not in files] == []
    # One state of both: as many documents as units, for each pair was written in one transaction.
    assert len(files) == len(units - {"Hills"})


def test_what_was_acknowledged_before_the_backup_survives_the_loss_of_everything(
    office: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    drill(office, elsewhere, tmp_path, writers=2, turns=1, pause=0.5)


@pytest.mark.long
def test_it_survives_under_writers_who_never_pause(
    office: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    drill(office, elsewhere, tmp_path, writers=3, turns=3, pause=0)
    assert not elsewhere.call("upgrade", "--dry-run").stderr


# ---- whoever was erased stays erased ---------------------------------------------------------------------------------

# Omar, whose record is past its time, two who oversee his unit, and what lies of him outside his record.
OMAR = """
    from datetime import date
    from kinkeeper.access.models import Role, Seat, Unit, User
    from kinkeeper.cases.models import Case, Contact
    from kinkeeper.drafts.models import Draft
    from kinkeeper.files.vault import accept, store
    from kinkeeper.journal.acts import acts
    from kinkeeper.journal.chain import remembered
    from kinkeeper.people.models import Document, Name, Person
    with remembered("machine:drill", "retention.drill"):
        unit = Unit.objects.get()
        for name in ("Dalia", "Karim"):
            user = User.objects.create(email=f"{name.lower()}@example.org", name=name)
            Seat.objects.create(user=user, role=Role.SUPERVISOR, unit=unit, starts_on=date(2020, 1, 1))
        omar = Person.objects.create(
            unit=unit, name="Omar Haddock", sort_name="haddock omar", birth="1970-05-17", born_from=date(1970, 5, 17),
            religion="Sunni",
        )
        Name.objects.create(person=omar, given="Omar", family="Haddock")
        case = Case.objects.create(
            child=omar, unit=unit, opened_on=date(1980, 1, 1), closed_on=date(1990, 2, 3), state="closed"
        )
        Contact.objects.create(case=case, happened_on=date(1985, 4, 4), seen="alone", note="His uncle Samir hit him.")
        file = store(accept(b"A letter to Omar Haddock.", "letter-to-omar.txt"))
        Document.objects.create(person=omar, kind="letter", title="Letter of Omar", file=file)
        Draft.objects.create(
            owner=user, deed="record_contact", subject_code=case.code, content={"note": "Omar Haddock called."}
        )
    print(omar.code, case.code)
"""
ERASE = """
    from kinkeeper.access.gate import actor_for
    from kinkeeper.access.models import User
    from kinkeeper.people.models import Person
    from kinkeeper.retention.actions import confirm_erasure, propose_erasure
    dalia, karim = (actor_for(User.objects.get(name=name)) for name in ("Dalia", "Karim"))
    row = propose_erasure(dalia, Person.objects.get(name="Omar Haddock"), reason="The years are over.")
    print(confirm_erasure(karim, row, answer="I looked, too.").state)
"""
WHAT_IS_LEFT = """
    import json
    from django.apps import apps
    from kinkeeper.cases.models import Case, Contact
    from kinkeeper.files.models import StoredFile
    from kinkeeper.journal.models import History
    from kinkeeper.keys.models import DataKey
    from kinkeeper.people.models import Person
    from kinkeeper.retention.models import LedgerLine
    person = Person.objects.get(born_from__year=1970)
    told = " ".join(
        str(value)
        for model in apps.get_models() if model.__module__.startswith("kinkeeper.")
        for row in model._base_manager.all()
        for value in (getattr(row, field.attname) for field in model._meta.concrete_fields)
    )
    print(json.dumps({
        "name": person.name, "born": str(person.born_from), "religion": person.religion,
        "note": Contact.objects.get().note, "cases": list(Case.objects.values_list("code", flat=True)),
        "files": StoredFile.objects.count(), "lines": LedgerLine.objects.count(),
        "key": DataKey.objects.get(holder_type="people.person", holder_code=person.code).wrapped.hex(),
        "words": [word for word in ("Omar", "Haddock", "Samir", "Sunni", "letter-to-omar") if word in told],
    }))
"""


@pytest.mark.long
def test_whoever_was_erased_is_gone_after_an_older_backup_is_restored(
    office: Installation, elsewhere: Installation, tmp_path: Path
) -> None:
    secret, kept = office.new_key(tmp_path), kept_keys(office, tmp_path)
    person, case = office.ask(OMAR).split()
    office.done("backup", "--to", tmp_path / "safe")
    older = next((tmp_path / "safe").glob("*.age"))
    assert office.ask(ERASE).strip() == "done"
    gone = {
        "name": person, "born": "1970-01-01", "religion": "(erased)", "note": "(erased)", "cases": [case], "files": 0,
        "lines": 1, "key": "", "words": [],
    }  # fmt: skip
    assert json.loads(office.ask(WHAT_IS_LEFT)) == gone
    shutil.copy(office.data / "backups" / "erasures.jsonl", tmp_path / "safe")
    shutil.rmtree(office.data)

    elsewhere.done("restore", older, "--key", secret, "--keys", kept, "--deep")
    assert json.loads(elsewhere.ask(WHAT_IS_LEFT)) == gone
    files = [path for path in elsewhere.data.rglob("*") if path.is_file()]
    assert [path.name for path in files if b"Omar Haddock" in path.read_bytes()] == []
    # The bytes of the letter are noise without the row that held their key; the chore of the day takes them away.
    assert elsewhere.ask("from kinkeeper.files.vault import remove_orphans; print(remove_orphans(0))").strip() == "1"
    assert not [path for path in (elsewhere.data / "files").rglob("*") if path.is_file()]


# ---- what a backup holds ---------------------------------------------------------------------------------------------


def test_a_backup_holds_no_key_and_nothing_readable(office: Installation, tmp_path: Path) -> None:
    secret = office.new_key(tmp_path)
    store_a_document(office, "The letter of an aunt.")
    told = json.loads(office.done("backup", "--json"))
    content = made_by(office).read_bytes()
    assert made_by(office).stat().st_mode & 0o077 == 0
    for name in ("files.key", "signing.key"):
        assert (office.data / "keys" / name).read_bytes() not in content
    assert b"Hills" not in content
    assert b"SQLite format" not in content
    assert secret.read_text()
    assert not re.search("AGE-SECRET", (office.data / "backup-recipients.txt").read_text())
    assert (told["documents"], told["missing"], told["bytes"]) == (1, [], len(content))
    # Nothing lies about that was open for a moment.
    assert not (office.data / "work").exists()


@pytest.mark.long
def test_a_backup_is_noted_and_its_proof_as_well(office: Installation, tmp_path: Path) -> None:
    secret = office.new_key(tmp_path)
    office.done("backup")
    said = office.done("backup", "--verify", made_by(office), "--key", secret)
    assert "opens and is whole" in said
    assert "keys of this installation" in said
    asked = """
        from kinkeeper.journal.models import Entry
        from kinkeeper.upkeep.models import Backup
        print(Backup.objects.get().name, Backup.objects.get().verified_at is not None)
        print(*Entry.objects.filter(act__startswith="upkeep").order_by("pk").values_list("act", flat=True))
    """
    assert office.ask(asked).split() == [
        made_by(office).name,
        "True",
        "upkeep.note_backup",
        "upkeep.note_verification",
    ]


@pytest.mark.long
@pytest.mark.skipif(connection.vendor == "postgresql", reason="There several people write at once.")
def test_a_backup_is_noted_although_somebody_writes_for_longer_than_a_page_would_wait(
    office: Installation, tmp_path: Path
) -> None:
    office.new_key(tmp_path)
    with closing(sqlite3.connect(office.data / "kinkeeper.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor() as beside:
            backup = beside.submit(office.call, "backup")
            time.sleep(30)
            other.execute("ROLLBACK")
            done = backup.result()
    assert (done.returncode, done.stderr) == (0, "")


def test_what_lies_beside_comes_along(office: Installation, elsewhere: Installation, tmp_path: Path) -> None:
    secret, kept = office.new_key(tmp_path), kept_keys(office, tmp_path)
    (office.data / "anchors").mkdir(exist_ok=True)
    (office.data / "anchors" / "anchors.log").write_text("an anchor\n")
    (office.data / "imports" / "K7QF").mkdir(parents=True)
    (office.data / "imports" / "K7QF" / "header.csv").write_text("CHILD\n")
    (office.data / "notes-of-nobody.txt").write_text("not declared")
    office.done("backup")
    elsewhere.done("restore", made_by(office), "--key", secret, "--keys", kept)
    assert (elsewhere.data / "anchors" / "anchors.log").read_text() == "an anchor\n"
    assert (elsewhere.data / "imports" / "K7QF" / "header.csv").read_text() == "CHILD\n"
    assert not (elsewhere.data / "notes-of-nobody.txt").exists()
    # The next backup over there is encrypted to the same key.
    assert elsewhere.done("backup-key", "--list") == office.done("backup-key", "--list")


@pytest.mark.long
def test_a_document_that_is_missing_is_said_and_the_rest_is_kept(office: Installation, tmp_path: Path) -> None:
    office.new_key(tmp_path)
    lost = store_a_document(office, "Lost.")
    store_a_document(office, "Kept.")
    (office.data / "files" / lost[:2].lower() / lost).unlink()
    done = office.call("backup", "--json")
    assert (done.returncode, json.loads(done.stdout)["missing"], json.loads(done.stdout)["documents"]) == (1, [lost], 1)


def test_old_backups_go_and_strange_files_stay(office: Installation, tmp_path: Path) -> None:
    office.new_key(tmp_path)
    folder = tmp_path / "safe"
    folder.mkdir()
    old, young = "kinkeeper-20200101T000000Z.backup.age", f"kinkeeper-{time.strftime('%Y%m%d')}T000000Z.backup.age"
    for name in (old, young, "kinkeeper-20200101T000000Z.backup.age.part", "holiday.jpg"):
        (folder / name).write_text("x")
    told = json.loads(office.done("backup", "--to", folder, "--json"))
    assert told["removed"] == [old]
    assert sorted(path.name for path in folder.iterdir()) == sorted([young, Path(told["file"]).name, "holiday.jpg"])


# ---- what is refused -------------------------------------------------------------------------------------------------


def refused(done: object) -> str:
    assert getattr(done, "returncode") == 1  # noqa: B009
    return str(getattr(done, "stderr"))  # noqa: B009


def test_without_a_backup_key_nothing_is_written(office: Installation) -> None:
    assert "kinkeeper backup-key" in refused(office.call("backup"))
    assert not (office.data / "backups").exists()


def test_a_mistyped_public_key_is_refused(office: Installation) -> None:
    assert "not a public backup key" in refused(office.call("backup-key", "--add", "age1abc"))
    assert office.done("backup-key", "--list").startswith("No backup key")


@pytest.mark.long
def test_restore_refuses_what_it_must(office: Installation, elsewhere: Installation, tmp_path: Path) -> None:
    secret, stranger, kept = office.new_key(tmp_path), tmp_path / "other.txt", kept_keys(office, tmp_path)
    stranger.write_text(elsewhere.call("backup-key").stdout)
    store_a_document(office, "A letter.")
    office.done("backup")
    backup = made_by(office)
    # Over records.
    assert "not empty" in refused(office.call("restore", backup, "--key", secret))
    # With another key, with none, with a mistyped one.
    assert "does not open" in refused(elsewhere.call("restore", backup, "--key", stranger))
    assert "There is no backup key" in refused(elsewhere.call("restore", backup, said="nothing"))
    wrong = re.search("AGE-SECRET-KEY-1.*", secret.read_text())
    assert wrong
    assert "mistyped" in refused(elsewhere.call("restore", backup, said=wrong[0][:-1] + "Q"))
    # Without the keys of the installation, or with others.
    assert "The keys are not in the backup" in refused(elsewhere.call("restore", backup, "--key", secret))
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "files.key").write_text("y" * 64)
    assert "is not the key" in refused(
        elsewhere.call("restore", backup, "--key", secret, "--keys", tmp_path / "others")
    )
    # Changed, and cut off.
    content = backup.read_bytes()
    broken = tmp_path / "broken.age"
    for bad in (content[:-1000], content[:-5000] + b"\0" * 5000, content[:400]):
        broken.write_bytes(bad)
        assert "damaged or cut off" in refused(elsewhere.call("restore", broken, "--key", secret, "--keys", kept))
        assert "damaged or cut off" in refused(office.call("backup", "--verify", broken, "--key", secret))
    # After all that the place is still empty, and the good one lands.
    assert "All of it was proved." in elsewhere.done("restore", backup, "--key", secret, "--keys", kept)


@pytest.mark.long
def test_what_somebody_else_made_is_refused(office: Installation, elsewhere: Installation, tmp_path: Path) -> None:
    """Whoever knows the public key can make a file that opens; only the keys of the installation seal one."""
    secret, kept = office.new_key(tmp_path), kept_keys(office, tmp_path)
    forged = """
        from django.conf import settings
        from kinkeeper.site.backup import keys
        keys.fingerprints = lambda known=keys.fingerprints(): known
        settings.FILES_KEY = "an attacker does not know the key, but the fingerprint"
        from kinkeeper.site import cli
        cli.main(["backup"])
    """
    office.ask(forged)
    said = refused(elsewhere.call("restore", made_by(office), "--key", secret, "--keys", kept))
    assert "not made by an installation with these keys" in said


def test_a_full_disk_is_noticed_before_anything_is_written(
    office: Installation, tmp_path: Path, settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from collections import namedtuple

    from kinkeeper.lib.refusals import Refused
    from kinkeeper.site.backup import making

    settings.DATA = office.data
    usage = namedtuple("usage", "total used free")
    # Not our own code: only the answer of the system about its disk is planted.
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(1, 1, 1_000_000))
    with pytest.raises(Refused, match="1 MB are free"):
        making._insist_on_room(tmp_path)


def test_two_backups_at_once_do_not_meet(office: Installation, tmp_path: Path) -> None:
    import fcntl

    office.new_key(tmp_path)
    with (office.data / "backup.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        assert "Another backup" in refused(office.call("backup"))


def test_missing_tools_of_postgresql_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from kinkeeper.lib.refusals import Refused
    from kinkeeper.site.backup import database

    monkeypatch.setattr(database, "Path", lambda _place: tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(Refused, match="postgresql-client"):
        database.tool("pg_dump")


def test_a_damaged_copy_is_not_called_good(office: Installation, tmp_path: Path) -> None:
    from kinkeeper.site.backup import database

    if connection.vendor != "sqlite":
        broken = tmp_path / database.POSTGRESQL
        broken.write_bytes(b"PGDMP and nothing else")
        assert database.faults_of(broken)
        return
    copy = tmp_path / database.SQLITE
    with closing(sqlite3.connect(office.data / "kinkeeper.sqlite3")) as live:
        live.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray((office.data / "kinkeeper.sqlite3").read_bytes())
    copy.write_bytes(content)
    assert database.faults_of(copy) == []
    content[40_000:60_000] = b"\xff" * 20_000
    copy.write_bytes(content)
    assert database.faults_of(copy)


# ---- upgrade ---------------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_an_upgrade_checks_backs_up_and_checks_again(office: Installation, tmp_path: Path) -> None:
    office.extra["KINKEEPER_MAY_FORGET"] = "yes"
    assert "kinkeeper backup-key" in refused(office.call("upgrade"))
    assert "stop at the backup" in office.done("upgrade", "--dry-run")
    office.new_key(tmp_path)
    assert "take no step" in office.done("upgrade", "--dry-run")
    assert not (office.data / "backups").exists()
    said = office.done("upgrade")
    assert said.index("Checking") < said.index("Backing up") < said.index("Preparing") < said.index("upgrade is done")
    assert made_by(office).exists()


@pytest.mark.long
def test_an_upgrade_stops_at_the_first_trouble(office: Installation, tmp_path: Path) -> None:
    office.extra["KINKEEPER_MAY_FORGET"] = "yes"
    office.new_key(tmp_path)
    lost = store_a_document(office, "Lost.")
    (office.data / "files" / lost[:2].lower() / lost).unlink()
    assert "The upgrade stopped. files: 1 documents" in refused(office.call("upgrade"))
    assert not (office.data / "backups").exists()
    assert "stop at the check: files" in office.done("upgrade", "--dry-run")
