"""The master key: made once, never silently anew, changed without sealing anything anew, and refused where others read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case, Contact
from kinkeeper.drafts.models import Draft
from kinkeeper.keys import master, ring, rotation
from kinkeeper.keys.master import MasterMissing
from kinkeeper.keys.models import DataKey
from kinkeeper.keys.ring import Holder, destroy_key, keyring
from kinkeeper.people.models import Person
from tests.conftest import Colleague
from tests.site.conftest import Call, kinkeeper  # noqa: F401  # a fixture

WORDS = "She said: “I am afraid of Sundays.”"


@pytest.fixture
def keys(kinkeeper: Call, settings: Any) -> Path:  # noqa: F811
    """The key folder of an installation of its own."""
    folder: Path = settings.DATA / "keys"
    return folder


@pytest.fixture
def written(keys: Path, noors_case: Case) -> Contact:
    """A text about Noor."""
    return Contact.objects.create(case=noors_case, happened_on="2026-05-01", seen="alone", note=WORDS)


@pytest.mark.asvs("13.2.3", "13.3.1")
def test_the_key_is_made_with_the_first_text_for_its_owner_alone(keys: Path, amina: Colleague) -> None:
    assert not (keys / "records.key").exists()
    Draft.objects.create(owner=amina.user, deed="x", subject_code="X", content={"a": ["b"]})
    assert (keys / "records.key").stat().st_mode & 0o777 == 0o600
    assert keys.stat().st_mode & 0o777 == 0o700
    assert sorted(path.name for path in keys.iterdir()) == ["records.key"]


@pytest.mark.asvs("13.3.1")
def test_the_key_is_nowhere_in_the_database(keys: Path, written: Contact) -> None:
    text = (keys / "records.key").read_text()
    row = DataKey.objects.get(holder_type="people.person")
    assert text not in str(list(DataKey.objects.values_list()))
    secret = master.unlock(row, master.masters())
    assert secret not in bytes(row.wrapped)


def test_a_missing_key_is_never_made_anew(keys: Path, written: Contact, noors_case: Case) -> None:
    (keys / "records.key").unlink()
    with pytest.raises(MasterMissing, match="kinkeeper keys recover"):
        assert Contact.objects.get().note is None
    with pytest.raises(MasterMissing):
        ring.seal("x", ring.Place("a", "b", "c"), Holder("people.person", "NEWCHILDCODE"))
    assert not (keys / "records.key").exists()


def test_the_service_does_not_start_without_its_key(kinkeeper: Call, keys: Path, written: Contact) -> None:  # noqa: F811
    assert kinkeeper("worker", "--once").code == 0
    hidden = (keys / "records.key").rename(keys / "elsewhere")
    for command in (("serve", "--no-worker", "--port", "1"), ("worker", "--once")):
        answer = kinkeeper(*command)
        assert answer.code == 1
        assert "the key that opens them is not in" in answer.err
    master.make("records.key")
    assert "the key that opens them is not in" in kinkeeper("worker", "--once").err
    hidden.replace(keys / "records.key")
    assert kinkeeper("worker", "--once").code == 0


@pytest.mark.asvs("13.3.2")
def test_the_service_does_not_start_with_a_key_that_others_read(
    kinkeeper: Call,  # noqa: F811
    keys: Path,
    written: Contact,
) -> None:
    (keys / "records.key").chmod(0o640)
    answer = kinkeeper("worker", "--once")
    assert answer.code == 1
    assert f"chmod 600 {keys / 'records.key'}" in answer.err
    assert "seals" in kinkeeper("check").out
    (keys / "records.key").chmod(0o400)
    assert kinkeeper("worker", "--once").code == 0


def test_half_a_key_is_refused(keys: Path, written: Contact) -> None:
    (keys / "records.key").write_text("abc")
    with pytest.raises(MasterMissing, match="too short"):
        master.insist_on_masters()


def test_another_file_under_its_name_is_another_key(keys: Path, written: Contact) -> None:
    (keys / "records.key").unlink()
    master.make("records.key")
    with pytest.raises(MasterMissing):
        assert Contact.objects.get().note is None
    with pytest.raises(MasterMissing):
        master.insist_on_masters()


# ---- changing it -----------------------------------------------------------------------------------------------------


def many_keys(village: Unit, number: int) -> None:
    with keyring() as hand:
        hand.prepare(Holder("test.holder", f"CODE{place}") for place in range(number))


@pytest.mark.asvs("11.2.2")
def test_a_change_locks_every_key_anew_and_touches_no_text(keys: Path, written: Contact, village: Unit) -> None:
    many_keys(village, 25)
    before = Contact.objects.values_list("note", flat=True).get()
    old = master.current().id
    told: list[tuple[int, int]] = []
    assert rotation.rotate(lambda done, of: told.append((done, of))) == 26
    assert told[-1] == (26, 26)
    assert master.current().id != old
    assert set(DataKey.objects.values_list("master", flat=True)) == {master.current().id}
    assert sorted(path.name for path in keys.iterdir()) == ["records.key"]
    assert Contact.objects.values_list("note", flat=True).get() == before
    assert Contact.objects.get().note == WORDS


def test_an_interrupted_change_goes_on_and_everything_opens_meanwhile(
    keys: Path, written: Contact, village: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_keys(village, 25)
    monkeypatch.setattr(rotation, "BATCH", 10)

    class PowerCut(Exception): ...

    def cut(done: int, of: int) -> None:
        if done == 20:
            raise PowerCut

    with pytest.raises(PowerCut):
        rotation.rotate(cut)
    assert len(set(DataKey.objects.values_list("master", flat=True))) == 2
    next_one = (keys / "records.next.key").read_text()
    master.insist_on_masters()
    for row in DataKey.objects.all():
        assert len(master.unlock(row, master.masters())) == 32
    assert Contact.objects.get().note == WORDS
    assert rotation.rotate() == 6
    assert (keys / "records.key").read_text() == next_one
    assert Contact.objects.get().note == WORDS


def test_a_key_that_is_made_during_the_change_is_locked_too(
    keys: Path, written: Contact, village: Unit, monkeypatch: pytest.MonkeyPatch
) -> None:
    late: list[None] = []

    def somebody_writes() -> None:
        if not late:
            late.append(None)
            many_keys(village, 1)

    monkeypatch.setattr(rotation, "_let_nobody_make_keys", somebody_writes)
    rotation.rotate()
    assert set(DataKey.objects.values_list("master", flat=True)) == {master.current().id}
    master.insist_on_masters()


def test_who_made_a_key_while_the_master_changed_locks_it_again(
    keys: Path, written: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = DataKey.objects.bulk_create

    def slow(rows: list[DataKey], **options: Any) -> Any:
        monkeypatch.setattr(DataKey.objects, "bulk_create", original)
        rotation.rotate()
        return original(rows, **options)

    monkeypatch.setattr(DataKey.objects, "bulk_create", slow)
    ring.seal("x", ring.Place("a", "b", "c"), Holder("test.holder", "LATE"))
    row = DataKey.objects.get(holder_code="LATE")
    assert row.master == master.current().id
    assert len(master.unlock(row, master.masters())) == 32


def test_an_erased_key_stays_erased(keys: Path, written: Contact, noor: Person, village: Unit) -> None:
    destroy_key(Holder("people.person", noor.code))
    many_keys(village, 2)
    assert rotation.rotate() == 2
    assert bytes(DataKey.objects.get(holder_code=noor.code).wrapped) == b""
    assert Contact.objects.get().note == "(erased)"
    master.insist_on_masters()


def test_the_command_says_what_it_did(kinkeeper: Call, written: Contact) -> None:  # noqa: F811
    answer = kinkeeper("keys", "rotate")
    assert (answer.code, answer.err) == (0, "")
    assert "1 keys are locked" in answer.out
    assert "two new envelopes" in answer.out


def test_two_who_make_the_key_of_one_holder_get_the_same(keys: Path, village: Unit) -> None:
    holder = Holder("test.holder", "ONE")
    sealed = ring.seal("first", ring.Place("a", "b", "c"), holder)
    ring._make_keys([holder])
    assert DataKey.objects.filter(holder_code="ONE").count() == 1
    assert ring.unseal(sealed, ring.Place("a", "b", "c")) == "first"


def test_of_two_who_make_the_file_one_wins(keys: Path) -> None:
    assert master.put("records.key", "a" * 60)
    assert not master.put("records.key", "b" * 60)
    assert (keys / "records.key").read_text() == "a" * 60
    assert [path.name for path in keys.iterdir()] == ["records.key"]


@pytest.mark.skipif("connection.vendor != 'postgresql'")
def test_the_table_is_locked_on_postgresql(db: None) -> None:
    from django.db import transaction

    with transaction.atomic():
        rotation._let_nobody_make_keys()
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation "
                "WHERE c.relname = 'keys_datakey' AND l.mode = 'ShareRowExclusiveLock'"
            )
            assert cursor.fetchone()[0] == 1
