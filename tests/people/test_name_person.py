"""Names: several scripts side by side, one in use in each, former ones still findable."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.people import actions, queries
from kinkeeper.people.models import Name, Person
from tests.conftest import Colleague

TODAY = date.today()


def test_a_name_in_another_script_stands_beside_the_first(amina: Colleague, noor: Person) -> None:
    name = actions.name_person(amina.actor, noor, given="نور", family="صالح")
    noor.refresh_from_db()
    assert (name.script, noor.name, noor.version) == ("Arab", "Noor Saleh", 1)
    assert [str(one) for one in queries.names_of(amina.actor, noor)] == ["Noor Saleh", "نور صالح"]
    assert queries.search(amina.actor, "نور") == queries.search(amina.actor, "noor") == [noor]
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code, entry.facts["subject"]) == ("people.name_person", name.code, noor.code)


def test_a_new_name_takes_the_place_of_the_one_in_use(amina: Colleague, noor: Person) -> None:
    day = TODAY - timedelta(days=30)
    actions.name_person(amina.actor, noor, given="نور", family="صالح")
    actions.name_person(amina.actor, noor, given="Noor", family="Okafor", starts_on=day)
    noor.refresh_from_db()
    assert (noor.name, noor.sort_name) == ("Noor Okafor", "okafor noor")
    assert [(str(one), one.ends_on) for one in queries.names_of(amina.actor, noor)] == [
        ("Noor Okafor", None), ("نور صالح", None), ("Noor Saleh", day),
    ]  # fmt: skip
    assert queries.search(amina.actor, "Saleh") == [noor]


@pytest.mark.parametrize("use", ["legal", "birth", "alias"])
def test_other_names_leave_the_name_in_use(use: str, amina: Colleague, noor: Person) -> None:
    actions.name_person(amina.actor, noor, given="Nura", family="Salih", use=use)
    noor.refresh_from_db()
    assert noor.name == "Noor Saleh"
    assert not Name.objects.filter(ends_on__isnull=False).exists()


@pytest.mark.parametrize(
    ("particulars", "sentence", "guard"),
    [
        ({"given": "", "family": " "}, "Give at least", "G-NAME"),
        ({"given": "Noor", "family": "Saleh"}, "already recorded", "G-DUP"),
        ({"given": "Nora", "starts_on": TODAY + timedelta(days=1)}, "still to come", "G-TIME"),
        ({"given": "Nora", "starts_on": date(2001, 1, 1)}, "before the birth", "G-TIME"),
    ],
)
def test_an_impossible_name_is_refused(
    particulars: dict[str, Any], sentence: str, guard: str, amina: Colleague, noor: Person
) -> None:
    with pytest.raises(Refused, match=sentence) as refusal:
        actions.name_person(amina.actor, noor, **particulars)
    assert refusal.value.guard == guard
    assert (Name.objects.count(), Entry.objects.count()) == (1, 0)


def test_a_name_ends(amina: Colleague, noor: Person) -> None:
    alias = actions.name_person(amina.actor, noor, given="Nora", use="alias")
    actions.end_name(amina.actor, alias, ended_on=TODAY)
    alias.refresh_from_db()
    assert (alias.ends_on, alias.version) == (TODAY, 2)
    assert queries.names_of(amina.actor, noor)[-1] == alias
    assert Entry.objects.filter(act="people.end_name", subject_code=alias.code).exists()


def test_when_the_name_in_use_ends_the_next_is_shown(amina: Colleague, noor: Person) -> None:
    actions.name_person(amina.actor, noor, given="نور", family="صالح")
    actions.end_name(amina.actor, Name.objects.get(given="Noor"), ended_on=TODAY)
    noor.refresh_from_db()
    assert (noor.name, noor.version) == ("نور صالح", 2)


def test_the_last_name_cannot_end(amina: Colleague, noor: Person) -> None:
    with pytest.raises(Refused, match="the only name"):
        actions.end_name(amina.actor, Name.objects.get(person=noor), ended_on=TODAY)
    assert Name.objects.get().ends_on is None


def test_a_name_that_has_ended_does_not_end_again(amina: Colleague, noor: Person) -> None:
    alias = actions.name_person(amina.actor, noor, given="Nora", use="alias")
    alias = actions.end_name(amina.actor, alias, ended_on=TODAY)
    with pytest.raises(Refused, match="already ended"):
        actions.end_name(amina.actor, alias, ended_on=TODAY)


def test_a_name_does_not_end_before_it_was_given(amina: Colleague, noor: Person) -> None:
    alias = actions.name_person(amina.actor, noor, given="Nora", use="alias", starts_on=TODAY)
    with pytest.raises(Refused, match="cannot end before"):
        actions.end_name(amina.actor, alias, ended_on=TODAY - timedelta(days=1))


def test_others_name_nobody(bruno: Colleague, rosa: Colleague, noor: Person) -> None:
    for colleague in (bruno, rosa):
        with pytest.raises(Unseen):
            actions.name_person(colleague.actor, noor, given="Nora")
        with pytest.raises(Unseen):
            actions.end_name(colleague.actor, Name.objects.get(), ended_on=TODAY)
    assert (Name.objects.count(), Entry.objects.count()) == (1, 0)


def test_a_stale_page_names_nobody(amina: Colleague, noor: Person) -> None:
    page = Person.objects.get(pk=noor.pk)
    actions.describe_person(amina.actor, noor, birth=noor.born, sex="X")
    with pytest.raises(Stale):
        actions.name_person(amina.actor, page, given="Nora")
    assert Name.objects.count() == 1
