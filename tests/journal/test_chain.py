"""Everything that is remembered has one place in one chain; whoever changes, removes or adds something is found out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict
from kinkeeper.journal import acts as book
from kinkeeper.journal import anchors, chain, history
from kinkeeper.journal.anchors import Summary, examined
from kinkeeper.journal.chain import Following, remembered
from kinkeeper.journal.models import Entry, Erasure, History, Job, Link, Refusal
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.people.models import Name, Person, Sex
from tests.conftest import Colleague


def may_mark(actor: Actor, person: Person) -> Verdict:
    return YES


def mark(actor: Actor, person: Person, *, sex: Sex, within: Callable[[], object] = int, fails: bool = False) -> Person:
    """Mark a child, and do something within."""
    write(person, sex=sex)
    within()
    if fails:
        raise Refused(_("Not like this."))
    return person


def may_mark_all(actor: Actor, subject: object) -> Verdict:
    return YES


def mark_all(actor: Actor, *, sex: Sex) -> list[Person]:
    """Mark everybody."""
    Person.objects.update(sex=sex)
    return list(Person.objects.order_by("pk"))


@pytest.fixture
def marking() -> Iterator[book.Act[..., Person]]:
    """A deed of the test’s own, forgotten afterwards."""
    deed = book.Act(mark, may_mark)
    yield deed
    book.acts.pop(deed.name)
    book.reactions.pop(deed.name, None)


@pytest.fixture
def marking_all() -> Iterator[book.BulkAct[..., Any]]:
    """A deed on many rows."""
    deed = book.BulkAct(mark_all, may_mark_all)
    yield deed
    book.acts.pop(deed.name)


@pytest.fixture(autouse=True)
def _a_folder(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path / "data"
    settings.ANCHORS = tmp_path
    settings.DATA.mkdir()


def faults() -> list[str]:
    """What a walk from the start finds, as kind and sentence."""
    return [f"{fault.kind}: {fault.sentence}" for fault in examined(Summary())]


def kinds() -> list[str]:
    return [fault.kind for fault in examined(Summary())]


def places() -> list[tuple[str, int | None]]:
    return list(Link.objects.order_by("seq").values_list("kind", "deed"))


# ---- sealing ---------------------------------------------------------------------------------------------------------


def test_a_deed_and_what_it_changed_are_sealed(amina: Colleague, noor: Person, marking: book.Act[..., Person]) -> None:
    marking(amina.actor, noor, sex=Sex.OTHER)
    entry = Entry.objects.get()
    assert places() == [("entry", None), ("history", entry.pk)]
    first, second = Link.objects.order_by("seq")
    assert (first.seq, first.row, second.seq, second.row) == (1, entry.pk, 2, History.objects.get().pk)
    told = [entry.pk, entry.at.isoformat(), entry.actor, entry.user_id, entry.act, entry.subject_type]
    told += [entry.subject_id, entry.subject_code, entry.unit_id, entry.facts]
    digest = hashlib.sha256(json.dumps(told, separators=(",", ":"), sort_keys=True).encode()).digest()
    assert bytes(first.digest) == digest
    assert bytes(first.hash) == hashlib.sha256(bytes(32) + f"1/entry/{entry.pk}//".encode() + digest).digest()
    place = f"2/history/{second.row}/{entry.pk}/".encode()
    assert bytes(second.hash) == hashlib.sha256(bytes(first.hash) + place + bytes(second.digest)).digest()
    assert faults() == []


@pytest.mark.asvs("16.3.2", "16.3.3")
def test_a_refused_deed_leaves_a_sealed_refusal_alone(
    amina: Colleague, noor: Person, marking: book.Act[..., Person]
) -> None:
    with pytest.raises(Refused):
        marking(amina.actor, noor, sex=Sex.OTHER, fails=True)
    assert places() == [("refusal", None)]
    assert (Refusal.objects.count(), History.objects.count()) == (1, 0)
    assert faults() == []


def test_deeds_within_deeds_are_sealed_once_at_the_end(
    amina: Colleague, noor: Person, okafors: Any, marking: book.Act[..., Person]
) -> None:
    grace = Person.objects.get(name="Grace Okafor")
    seen: list[int] = []

    def inner() -> None:
        marking(amina.actor, grace, sex=Sex.OTHER)
        seen.append(Link.objects.count())

    marking(amina.actor, noor, sex=Sex.OTHER, within=inner)
    outer = Entry.objects.order_by("pk").last()
    assert seen == [0]
    assert outer is not None
    assert outer.subject_id == noor.pk
    # The outer deed is what somebody did: it answers for all that was changed.
    assert places() == [("entry", None), ("entry", None), ("history", outer.pk), ("history", outer.pk)]
    assert faults() == []


def test_a_deed_within_that_is_refused_and_caught_leaves_its_refusal_and_nothing_else(
    amina: Colleague, noor: Person, okafors: Any, marking: book.Act[..., Person]
) -> None:
    grace = Person.objects.get(name="Grace Okafor")

    def inner() -> None:
        with pytest.raises(Refused):
            marking(
                amina.actor, grace, sex=Sex.OTHER, fails=True, within=lambda: marking(amina.actor, grace, sex=Sex.MALE)
            )

    marking(amina.actor, noor, sex=Sex.OTHER, within=inner)
    entry = Entry.objects.get()
    assert places() == [("entry", None), ("refusal", None), ("history", entry.pk)]
    assert faults() == []


def test_a_part_that_is_undone_by_itself_is_not_sealed(
    amina: Colleague, noor: Person, okafors: Any, marking: book.Act[..., Person]
) -> None:
    grace = Person.objects.get(name="Grace Okafor")

    def inner() -> None:
        with transaction.atomic():
            marking(amina.actor, grace, sex=Sex.OTHER)
            transaction.set_rollback(True)

    marking(amina.actor, noor, sex=Sex.OTHER, within=inner)
    assert Entry.objects.count() == 1
    assert [kind for kind, _deed in places()] == ["entry", "history"]
    assert faults() == []


def test_a_deed_on_many_rows_is_sealed_in_batches(
    amina: Colleague, noor: Person, marking_all: book.BulkAct[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chain, "BATCH", 7)
    Person.objects.bulk_create(Person(unit=noor.unit, name=f"N{number}") for number in range(19))
    marking_all(amina.actor, sex=Sex.OTHER)
    last = Entry.objects.order_by("-pk").values_list("pk", flat=True)[0]
    assert places() == [("entry", None)] * 20 + [("history", last)] * 20
    assert faults() == []


def test_several_deeds_in_one_transaction_each_answer_for_their_own(
    amina: Colleague, noor: Person, marking: book.Act[..., Person]
) -> None:
    with remembered("machine:test", "site.test"):
        Person.objects.update(sex=Sex.MALE)
        marking(amina.actor, Person.objects.get(), sex=Sex.OTHER)
        marking(amina.actor, Person.objects.get(), sex=Sex.FEMALE)
        Person.objects.update(sex=Sex.MALE)
    one, two, rest = Entry.objects.order_by("pk")
    assert (rest.actor, rest.act, rest.facts) == ("machine:test", "site.test", {"rows": 1})
    # What was changed before the first deed is taken for a part of it; a caller who minds begins with the deed.
    assert [deed for kind, deed in places() if kind == "history"] == [one.pk, one.pk, two.pk, rest.pk]
    assert faults() == []


def test_a_machine_that_changes_nothing_leaves_nothing(db: None) -> None:
    with remembered("machine:test", "site.test"):
        pass
    assert (Entry.objects.count(), Link.objects.count()) == (0, 0)


def test_what_a_reaction_changes_is_remembered_as_the_workers(
    amina: Colleague, noor: Person, marking: book.Act[..., Person]
) -> None:
    @book.after(marking)
    def answer(entry: Entry) -> None:
        Person.objects.filter(pk=entry.subject_id).update(sex=Sex.MALE)

    marking(amina.actor, noor, sex=Sex.OTHER)
    run_due_jobs()
    assert Job.objects.get().state == Job.State.DONE
    assert list(Entry.objects.order_by("pk").values_list("actor", "act")) == [
        (amina.actor.name, "journal.mark"),
        ("machine:worker", "journal.answer"),
    ]
    assert faults() == []


def test_what_was_written_past_the_deeds_is_named(
    noor: Person, marking: book.Act[..., Person], amina: Colleague
) -> None:
    Person.objects.update(sex=Sex.MALE)
    Name.objects.all().delete()
    kept = History.objects.get(table="people_name")
    # A deed that comes later does not make it good.
    marking(amina.actor, Person.objects.get(), sex=Sex.OTHER)
    found = faults()
    assert found[0].startswith(f"outside: Row {noor.pk} of people_person was changed outside the house’s deeds on ")
    assert found[1].startswith(f"outside: Row {kept.row} of people_name was deleted outside the house’s deeds on ")
    assert len(found) == 2


def test_many_of_them_are_counted(noor: Person) -> None:
    for number in range(8):
        Person.objects.update(name=f"N{number}")
    assert faults()[5:] == ["outside: So were 3 more of the kind “history”."]


def test_an_entry_that_nobody_did_is_named(db: None) -> None:
    entry = Entry.objects.create(actor="user:X", act="a.b", subject_type="people.person", subject_id=1)
    assert faults() == [f"outside: The entry {entry.pk} was written outside the house’s deeds."]


# ---- erasing ---------------------------------------------------------------------------------------------------------


def test_a_content_is_erased_and_the_chain_still_holds(
    amina: Colleague, noor: Person, marking: book.Act[..., Person]
) -> None:
    marking(amina.actor, noor, sex=Sex.OTHER)
    kept = History.objects.get()
    assert kept.old["name"] == "Noor Saleh"

    def erase() -> None:
        assert chain.erase(amina.actor, [kept], rule="retention") == 1
        assert chain.erase(amina.actor, [History.objects.get(pk=kept.pk)], rule="retention") == 0

    marking(amina.actor, Person.objects.get(), sex=Sex.OTHER, within=erase)
    kept.refresh_from_db()
    assert kept.old == {}
    assert Erasure.objects.values_list("history", "actor", "rule").get() == (kept.pk, amina.actor.name, "retention")
    summary = Summary()
    assert list(examined(summary)) == []
    assert summary.erased == 1


def test_an_erasure_needs_a_deed(amina: Colleague, noor: Person) -> None:
    Person.objects.update(sex=Sex.MALE)
    with pytest.raises(RuntimeError, match="inside a deed"):
        chain.erase(amina.actor, History.objects.all(), rule="retention")


# ---- attacks by somebody who owns the database -----------------------------------------------------------------------


@pytest.fixture
def deeds(amina: Colleague, noor: Person, marking: book.Act[..., Person]) -> list[int]:
    """Five deeds, ten links, an anchor after the fourth deed; then the owner of the database takes the triggers away."""
    for number in range(5):
        marking(amina.actor, Person.objects.get(), sex=Sex.OTHER if number % 2 == 0 else Sex.MALE)
        if number == 3:
            assert anchors.anchor() is not None
    assert faults() == []
    history.step_aside(connection)
    return list(Entry.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.asvs("16.4.2")
def test_an_edited_entry_is_found(deeds: list[int]) -> None:
    Entry.objects.filter(pk=deeds[1]).update(actor="user:SOMEBODYELSE")
    assert faults() == [f"edited: The entry {deeds[1]} (link 3) is not what was written then."]


def test_an_edited_former_state_is_found(deeds: list[int]) -> None:
    kept = History.objects.order_by("pk")[1]
    History.objects.filter(pk=kept.pk).update(old={**kept.old, "name": "Somebody else"})
    assert faults() == [f"edited: The history {kept.pk} (link 4) is not what was written then."]


def test_a_content_that_was_emptied_without_an_erasure_is_found(deeds: list[int]) -> None:
    History.objects.all().update(old={})
    assert kinds() == ["edited"] * 5


def test_an_erasure_that_nobody_did_hides_nothing(deeds: list[int]) -> None:
    kept = History.objects.order_by("pk")[0]
    Erasure.objects.create(history=kept, actor="machine:x", rule="x")
    History.objects.filter(pk=kept.pk).update(old={})
    assert kinds() == ["edited", "outside"]


def test_a_deletion_in_the_middle_is_found(deeds: list[int]) -> None:
    Link.objects.filter(kind="entry", row=deeds[1]).delete()
    Entry.objects.filter(pk=deeds[1]).delete()
    assert faults() == ["removed: 1 links before link 4 are gone."]


def test_a_deletion_that_closes_the_gap_is_found(deeds: list[int]) -> None:
    Link.objects.filter(kind="entry", row=deeds[1]).delete()
    Entry.objects.filter(pk=deeds[1]).delete()
    for seq in range(4, 11):
        Link.objects.filter(seq=seq).update(seq=F("seq") - 1)
    assert "chain" in kinds()


def test_a_removed_content_is_found(deeds: list[int]) -> None:
    Entry.objects.filter(pk=deeds[4]).delete()
    assert faults() == [f"removed: The entry {deeds[4]} (link 9) was removed."]


def test_a_place_given_to_another_is_found(deeds: list[int]) -> None:
    Link.objects.filter(seq=4).update(deed=deeds[0])
    assert faults() == ["chain: Link 4 does not follow from the link before it."]


def cut(after: int) -> None:
    for link in Link.objects.filter(seq__gt=after):
        chain.CONTENT[link.kind][0]._base_manager.filter(pk=link.row).delete()
    Link.objects.filter(seq__gt=after).delete()


def test_a_cut_tail_is_found(deeds: list[int]) -> None:
    cut(after=6)
    (fault,) = faults()
    assert fault.startswith("cut: The chain ends at link 6, but link 8 was anchored on ")


def test_above_the_last_anchor_the_tail_can_be_cut_unseen(deeds: list[int]) -> None:
    cut(after=8)
    assert faults() == []


def recompute() -> None:
    """What somebody does who knows how the house seals."""
    before = chain.BEGINNING
    for link in Link.objects.order_by("seq"):
        ((_kind, _row, _deed, link.digest),) = chain.rows_of(link.kind, [link.row])
        link.hash = before = chain.hash_after(before, link)
        link.save()


def test_a_chain_that_was_written_anew_is_found_by_its_anchor_alone(deeds: list[int]) -> None:
    Entry.objects.filter(pk=deeds[1]).update(actor="user:SOMEBODYELSE")
    recompute()
    (fault,) = faults()
    assert fault.startswith("rewritten: Link 8 is not the one that was anchored on ")
    assert list(Following().faults()) == [], "without the anchor the chain looks whole"


def test_a_chain_that_contradicts_its_anchor_is_not_anchored_again(deeds: list[int]) -> None:
    Entry.objects.filter(pk=deeds[1]).update(actor="user:SOMEBODYELSE")
    recompute()
    with pytest.raises(Refused, match="Nothing was anchored"):
        anchors.anchor()
    cut(after=6)
    with pytest.raises(Refused, match="Nothing was anchored"):
        anchors.anchor()


def test_an_anchor_that_our_key_did_not_sign_is_found(deeds: list[int], settings: Any) -> None:
    log = Path(settings.ANCHORS) / anchors.LOG
    told = json.loads(log.read_text())
    cut(after=6)
    log.write_text(json.dumps({**told, "seq": 6}) + "\n")
    (fault,) = faults()
    assert fault.startswith("forged: Line 1 of anchors.log (")


# ---- anchors ---------------------------------------------------------------------------------------------------------


@pytest.mark.asvs("16.4.3")
def test_an_anchor_is_a_signed_line_and_comes_once(
    amina: Colleague, noor: Person, marking: book.Act[..., Person], settings: Any
) -> None:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    assert anchors.anchor() is None
    marking(amina.actor, noor, sex=Sex.OTHER)
    assert anchors.anchor() is not None
    assert anchors.anchor() is None
    log = Path(settings.ANCHORS) / anchors.LOG
    assert log.stat().st_mode & 0o077 == 0
    told = json.loads(log.read_text())
    assert (told["seq"], told["hash"]) == (2, bytes(Link.objects.get(seq=2).hash).hex())
    message = f"kinkeeper anchor 1\n2\n{told['hash']}\n{told['at']}".encode()
    Ed25519PublicKey.from_public_bytes(bytes.fromhex(anchors.public_key())).verify(
        bytes.fromhex(told["signature"]), message
    )


def test_after_a_line_that_was_cut_off_the_log_goes_on(
    amina: Colleague, noor: Person, marking: book.Act[..., Person], settings: Any
) -> None:
    marking(amina.actor, noor, sex=Sex.OTHER)
    anchors.anchor()
    log = Path(settings.ANCHORS) / anchors.LOG
    log.write_text(log.read_text() + '{"seq": 4, "ha')
    marking(amina.actor, Person.objects.get(), sex=Sex.MALE)
    anchors.anchor()
    summary = Summary()
    assert [fault.kind for fault in examined(summary)] == ["line"]
    assert (summary.anchors, summary.head) == (2, 4)


def test_a_quick_walk_begins_where_the_last_whole_one_ended(
    amina: Colleague, noor: Person, marking: book.Act[..., Person], settings: Any
) -> None:
    marking(amina.actor, noor, sex=Sex.OTHER)
    assert faults() == []
    marking(amina.actor, Person.objects.get(), sex=Sex.MALE)
    history.step_aside(connection)
    entries = list(Entry.objects.order_by("pk"))
    Entry.objects.filter(pk=entries[0].pk).update(act="a.b")
    summary = Summary()
    assert list(examined(summary, quick=True)) == []
    assert (summary.since, summary.head) == (2, 4)
    assert kinds() == ["edited"]


def test_a_quick_walk_trusts_no_mark_of_others(
    amina: Colleague, noor: Person, marking: book.Act[..., Person], settings: Any
) -> None:
    marking(amina.actor, noor, sex=Sex.OTHER)
    link = Link.objects.get(seq=2)
    mark = {"seq": 2, "hash": bytes(link.hash).hex(), "at": "2026-01-01", "signature": "00" * 64}
    (Path(settings.ANCHORS) / anchors.FOLLOWED).write_text(json.dumps(mark))
    summary = Summary()
    assert list(examined(summary, quick=True)) == []
    assert summary.since == 0
