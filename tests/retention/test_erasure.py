"""What is past its time is proposed, confirmed by two people, and erased for good; what stands in the way is said."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from kinkeeper.access.gate import Unseen, machine
from kinkeeper.access.models import Association, Role, Unit, pack_in_force
from kinkeeper.cases.models import Case, Contact
from kinkeeper.families.models import Kinship
from kinkeeper.files import vault
from kinkeeper.files.models import StoredFile
from kinkeeper.journal.chain import Following
from kinkeeper.journal.models import Entry, History, Refusal
from kinkeeper.keys.models import DataKey
from kinkeeper.lib.periods import add_months
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.lib.rows import write
from kinkeeper.people.models import ContactPoint, Document, Identifier, Name, NameKey, Person
from kinkeeper.placements.models import PeriodOfCare
from kinkeeper.retention import ledger, queries, tasks
from kinkeeper.retention.actions import (
    confirm_erasure,
    decline_erasure,
    lift_hold,
    propose_erasure,
    replay_erasures,
    set_hold,
)
from kinkeeper.retention.models import Disposal, Hold, LedgerLine
from tests.conftest import Colleague, register

TODAY = timezone.localdate()
WHY = "The years are over."


@pytest.mark.asvs("14.2.7")
def test_what_is_past_its_time_is_proposed_and_nothing_else(dalia: Colleague, omar: Person, noor: Person) -> None:
    assert list(queries.past_retention(dalia.actor)) == [omar]
    found = queries.past_one(dalia.actor, omar)
    assert found is not None
    assert (found.rule.code, found.due_on) == ("child_at_home", date(2015, 2, 3))
    assert queries.past_one(dalia.actor, noor) is None


def test_a_child_in_care_is_kept_by_the_longer_rule(dalia: Colleague, omar: Person) -> None:
    PeriodOfCare.objects.create(
        child=omar, started_on=date(1981, 1, 1), ended_on=date(1982, 1, 1), need="NEGLECT", exit="OTHER"
    )
    assert list(queries.past_retention(dalia.actor)) == []
    with pytest.raises(Refused, match="is not over") as refused:
        propose_erasure(dalia.actor, omar, reason=WHY)
    assert refused.value.guard == "G-TIME"


def test_one_confirms_and_nothing_is_erased(dalia: Colleague, omar: Person) -> None:
    row = propose_erasure(dalia.actor, omar, reason=WHY)
    assert (row.state, row.rule, row.first_by, row.reason) == ("confirmed", "child_at_home", dalia.user, WHY)
    entry = Entry.objects.get(act="retention.propose_erasure")
    assert (entry.subject_code, entry.facts) == (row.code, {"subject": omar.code})
    assert Person.objects.get(pk=omar.pk).name == "Omar Haddock"
    with pytest.raises(Refused, match="confirmed or done already"):
        propose_erasure(dalia.actor, omar, reason=WHY)
    assert Disposal.objects.count() == 1


@pytest.mark.asvs("2.3.5")
def test_the_first_cannot_be_the_second(dalia: Colleague, omar: Person) -> None:
    row = propose_erasure(dalia.actor, omar, reason=WHY)
    with pytest.raises(Refused, match="Somebody else has to confirm it") as refused:
        confirm_erasure(dalia.actor, row, answer=WHY)
    assert refused.value.guard == "G-TWO"
    assert (Person.objects.get(pk=omar.pk).name, LedgerLine.objects.count()) == ("Omar Haddock", 0)
    assert Refusal.objects.filter(act="retention.confirm_erasure", guard="G-TWO").count() == 1


def test_a_reason_is_needed(dalia: Colleague, karim: Colleague, omar: Person) -> None:
    with pytest.raises(Refused, match="Say why"):
        propose_erasure(dalia.actor, omar, reason="  ")
    row = propose_erasure(dalia.actor, omar, reason=WHY)
    with pytest.raises(Refused, match="Say why"):
        confirm_erasure(karim.actor, row, answer=" ")
    assert Disposal.objects.get().state == "confirmed"


def test_strangers_and_caseworkers_cannot(
    amina: Colleague, bruno: Colleague, eve: Colleague, dalia: Colleague, omar: Person
) -> None:
    row = propose_erasure(dalia.actor, omar, reason=WHY)
    for stranger in (amina, bruno, eve):
        with pytest.raises(Unseen):
            confirm_erasure(stranger.actor, row, answer=WHY)
    with pytest.raises(Unseen):
        propose_erasure(bruno.actor, omar, reason=WHY)
    assert Disposal.objects.get().state == "confirmed"


def erase(dalia: Colleague, karim: Colleague, person: Person) -> Disposal:
    """Two people confirm, and it is done."""
    return confirm_erasure(karim.actor, propose_erasure(dalia.actor, person, reason=WHY), answer="I looked, too.")


def test_the_second_erases_for_good(
    dalia: Colleague, karim: Colleague, omar: Person, django_capture_on_commit_callbacks
) -> None:
    write(omar, name="Omar  Haddock")
    write(omar, name="Omar Haddock")
    file = vault.store(vault.accept(b"Omar was here.", "omar-haddock.txt"))
    Document.objects.create(person=omar, kind="letter", title="Letter of Omar", file=file)
    omar = Person.objects.get(pk=omar.pk)
    with django_capture_on_commit_callbacks(execute=True):
        row = erase(dalia, karim, omar)
    gone = Person.objects.get(pk=omar.pk)
    assert (gone.name, gone.sort_name, gone.birth, gone.born_from, gone.sex) == (
        omar.code, omar.code.casefold(), "1970", date(1970, 1, 1), "M",
    )  # fmt: skip
    assert gone.religion == "(erased)"
    assert Contact.objects.get().note == "(erased)"
    for model in (Name, NameKey, Identifier, Document):
        assert not model._base_manager.filter(person=omar).exists()
    assert not StoredFile.objects.filter(pk=file.pk).exists()
    assert Case.objects.filter(child=omar, closed_on=date(1990, 2, 3)).count() == 1
    kept = DataKey.objects.get(holder_type="people.person", holder_code=omar.code)
    assert (bytes(kept.wrapped), kept.erased_at is not None) == (b"", True)
    assert (row.state, row.second_by, Disposal.objects.get().reason) == ("done", karim.user, WHY)
    told = " ".join(str(one.old) for one in History.objects.all())
    assert not [word for word in ("Omar", "Haddock", "haddock", "Sunni") if word in told]
    line = LedgerLine.objects.get()
    assert [said["mark"] for said in ledger.read(ledger.places()).values()] == [line.mark]
    assert omar.code not in Path(ledger.places()[0]).read_text()
    entry = Entry.objects.get(act="retention.confirm_erasure")
    assert (entry.subject_code, entry.user_id) == (row.code, karim.user.pk)
    with pytest.raises(Stale):
        decline_erasure(dalia.actor, Disposal(pk=row.pk, version=1), answer=WHY)


def test_the_chain_holds_after_an_erasure(dalia: Colleague, karim: Colleague, omar: Person) -> None:
    before = list(Following().faults())  # what the cast was made of, past all deeds
    erase(dalia, karim, omar)
    walk = Following()
    assert list(walk.faults()) == before
    assert walk.erased > 0


def test_it_is_declined_with_a_reason(dalia: Colleague, karim: Colleague, omar: Person) -> None:
    row = decline_erasure(karim.actor, propose_erasure(dalia.actor, omar, reason=WHY), answer="An heir asks for it.")
    assert (row.state, row.second_by, row.answer) == ("declined", karim.user, "An heir asks for it.")
    assert list(queries.past_retention(dalia.actor)) == [omar]


def test_a_hold_forbids_and_is_lifted_with_a_reason(dalia: Colleague, karim: Colleague, omar: Person) -> None:
    row = propose_erasure(dalia.actor, omar, reason=WHY)
    hold = set_hold(karim.actor, omar, reason="The inquiry of 2026", authority="Court of Rivers", ends_on=None)
    assert (hold.reason, hold.authority, hold.set_by, hold.starts_on) == (
        "The inquiry of 2026", "Court of Rivers", karim.user, TODAY,
    )  # fmt: skip
    with pytest.raises(Refused, match="legal hold forbids") as refused:
        confirm_erasure(karim.actor, row, answer=WHY)
    assert (refused.value.guard, Disposal.objects.get().state) == ("G-HOLD", "confirmed")
    with pytest.raises(Refused, match="Say why"):
        lift_hold(dalia.actor, hold, why_lifted="")
    lifted = lift_hold(dalia.actor, hold, why_lifted="The inquiry is over.")
    assert (lifted.lifted_on, lifted.lifted_by, lifted.why_lifted) == (TODAY, dalia.user, "The inquiry is over.")
    assert Entry.objects.filter(act__in=["retention.set_hold", "retention.lift_hold"]).count() == 2
    with pytest.raises(Refused, match="lifted already"):
        lift_hold(dalia.actor, lifted, why_lifted="Again")
    assert confirm_erasure(karim.actor, Disposal.objects.get(), answer=WHY).state == "done"


def test_a_hold_ends_by_itself_and_not_yesterday(dalia: Colleague, amina: Colleague, omar: Person) -> None:
    with pytest.raises(Refused, match="over already"):
        set_hold(dalia.actor, omar, reason="R", authority="A", ends_on=TODAY - timedelta(days=1))
    with pytest.raises((Refused, Unseen)):
        set_hold(amina.actor, omar, reason="R", authority="A")
    assert Hold.objects.count() == 0
    set_hold(dalia.actor, omar, reason="R", authority="A", ends_on=TODAY)
    assert queries.holds_in_force(dalia.actor).count() == 1
    assert queries.holds_in_force(dalia.actor, TODAY + timedelta(days=1)).count() == 0


def test_an_open_case_is_a_refusal(dalia: Colleague, noor: Person, noors_case: Case) -> None:
    with pytest.raises(Refused, match="open case") as refused:
        propose_erasure(dalia.actor, noor, reason=WHY)
    assert (refused.value.guard, Disposal.objects.count()) == ("G-HOLD", 0)


def test_whoever_was_erased_is_erased_in_a_restored_backup(
    association: Association, dalia: Colleague, omar: Person, noor: Person
) -> None:
    lines = {ledger.mark_of(omar.code): {"mark": "", "rule": "child_at_home", "erased_on": "2026-01-02"}}
    with pytest.raises(Refused, match="Only restoring"):
        replay_erasures(dalia.actor, association, lines=lines)
    assert Person.objects.get(pk=omar.pk).name == "Omar Haddock"
    for _again in range(2):
        replay_erasures(machine("restore", Role.ADMINISTRATOR), association, lines=lines)
    assert Person.objects.get(pk=omar.pk).name == omar.code
    assert Person.objects.get(pk=noor.pk).name == "Noor Saleh"
    assert Contact.objects.get().note == "(erased)"
    assert LedgerLine.objects.values_list("erased_on", flat=True).get() == date(2026, 1, 2)


def test_the_ledger_is_caught_up_and_passes_over_a_line_that_was_cut_off(omar: Person) -> None:
    LedgerLine.objects.create(mark="a" * 32, rule="carer", erased_on=TODAY)
    assert tasks.write_the_ledger() == 1
    file = ledger.places()[0]
    with file.open("a") as out:
        out.write('{"mark": "b')
    LedgerLine.objects.create(mark="c" * 32, rule="carer", erased_on=TODAY)
    assert tasks.write_the_ledger() == 2
    assert sorted(ledger.read([file])) == ["a" * 32, "c" * 32]


@pytest.mark.parametrize("others", [0, 2])
def test_the_page_asks_the_same_number_of_questions(
    dalia: Colleague, omar: Person, others: int, django_assert_num_queries
) -> None:
    for number in range(others):
        person = register(omar.unit, f"Old{number}", "Man", born=date(1960, 1, 1))
        Case.objects.create(
            child=person, unit=omar.unit, worker=None, opened_on=date(1970, 1, 1), closed_on=date(1980, 1, 1),
            state=Case.State.CLOSED,
        )  # fmt: skip
    browser: Client = dalia.browser
    browser.get("/retention/")
    with django_assert_num_queries(11):
        page = browser.get("/retention/").content.decode()
    assert "Omar Haddock" in page


def test_the_pages_of_the_deeds(
    dalia: Colleague, karim: Colleague, bruno: Colleague, omar: Person, noor: Person
) -> None:
    page = dalia.browser.get(f"/retention/people/{omar.code}/").content.decode()
    assert f"/retention/people/{omar.code}/erase/" in page
    answer = dalia.browser.post(f"/retention/people/{omar.code}/erase/", {"reason": WHY, "version": omar.version})
    assert (answer.status_code, Disposal.objects.get().first_by) == (302, dalia.user)
    assert bruno.browser.get(f"/retention/people/{omar.code}/").status_code == 404
    row = Disposal.objects.get()
    set_hold(dalia.actor, noor, reason="The inquiry", authority="Court of Rivers")
    overview = karim.browser.get("/retention/").content.decode()
    assert f"/retention/erasures/{row.code}/confirm/" in overview
    assert f"/retention/holds/{Hold.objects.get().code}/lift/" in overview
    assert "Court of Rivers" in dalia.browser.get(f"/retention/people/{noor.code}/").content.decode()
    first = dalia.browser.get(f"/retention/erasures/{row.code}/confirm/").content.decode()
    assert "Somebody else has to confirm it" in first
    answer = karim.browser.post(f"/retention/erasures/{row.code}/confirm/", {"answer": WHY, "version": row.version})
    assert (answer.status_code, Disposal.objects.get().state) == (302, "done")


# ---- rules of the pack for those who were only named, and for a death ------------------------------------------------

LONG_SINCE = timezone.now() - timedelta(days=11 * 366)


def named_long_ago(unit: Unit, given: str) -> Person:
    """Somebody who was written down eleven years ago."""
    person = register(unit, given, "Far")
    for model in (Person, Name):
        model._base_manager.filter(**{"pk" if model is Person else "person": person.pk}).update(created_at=LONG_SINCE)
    return Person.objects.get(pk=person.pk)


def test_somebody_only_named_is_proposed_when_nothing_named_them_since(dalia: Colleague, village: Unit) -> None:
    referrer = named_long_ago(village, "Ruth")
    assert list(queries.past_retention(dalia.actor)) == [referrer]
    found = queries.past_one(dalia.actor, referrer)
    assert found is not None
    assert (found.rule.code, found.due_on) == ("relative", add_months(timezone.localdate(LONG_SINCE), 120))
    ContactPoint.objects.create(person=referrer, kind="phone", value="123")
    assert list(queries.past_retention(dalia.actor)) == []
    assert queries.past_one(dalia.actor, referrer) is None


@pytest.mark.parametrize("way", [("person", "relative"), ("relative", "person")])
def test_kin_of_a_child_is_kept_as_long_as_the_child(
    dalia: Colleague, karim: Colleague, village: Unit, omar: Person, way: tuple[str, str]
) -> None:
    mother = named_long_ago(village, "Salma")
    Kinship.objects.create(**dict(zip(way, (mother, omar), strict=True)), kind="parent")
    Kinship._base_manager.update(created_at=LONG_SINCE)
    assert list(queries.past_retention(dalia.actor)) == [omar]
    with pytest.raises(Refused, match="is not over"):
        propose_erasure(dalia.actor, mother, reason=WHY)
    erase(dalia, karim, omar)
    assert list(queries.past_retention(dalia.actor)) == [mother]
    assert propose_erasure(dalia.actor, mother, reason=WHY).rule == "relative"


@pytest.mark.parametrize(
    ("died_on", "rule", "due_on"),
    [
        (date(1988, 5, 16), "child_who_died", date(2003, 5, 16)),
        (date(1988, 5, 17), "child_in_care", date(2045, 5, 17)),
        (None, "child_in_care", date(2045, 5, 17)),
    ],
)
def test_a_death_in_childhood_starts_the_count(
    dalia: Colleague, omar: Person, died_on: date | None, rule: str, due_on: date
) -> None:
    PeriodOfCare.objects.create(
        child=omar, started_on=date(1981, 1, 1), ended_on=date(1982, 1, 1), need="NEGLECT", exit="OTHER"
    )
    Person.objects.filter(pk=omar.pk).update(died_on=died_on)
    with_facts = queries._with_facts(Person.objects.filter(pk=omar.pk)).get()
    found = queries.past_of(dalia.actor, with_facts)
    assert found is not None
    assert (found.rule.code, found.due_on) == (rule, due_on)
    assert list(queries.past_retention(dalia.actor)) == ([omar] if due_on < TODAY else [])


def test_where_the_pack_says_nothing_of_a_death_the_birth_counts(dalia: Colleague, omar: Person, monkeypatch) -> None:
    pack = pack_in_force()
    without = replace(pack, retention={code: one for code, one in pack.retention.items() if code != "child_who_died"})
    monkeypatch.setattr(queries, "pack_in_force", lambda: without)
    PeriodOfCare.objects.create(
        child=omar, started_on=date(1981, 1, 1), ended_on=date(1982, 1, 1), need="NEGLECT", exit="OTHER"
    )
    Person.objects.filter(pk=omar.pk).update(died_on=date(1985, 1, 1))
    found = queries.past_of(dalia.actor, queries._with_facts(Person.objects.filter(pk=omar.pk)).get())
    assert found is not None
    assert found.rule.code == "child_in_care"
