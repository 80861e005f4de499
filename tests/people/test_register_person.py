"""Registering: one person or many, with births as far as they are known."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.journal.models import Entry
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.refusals import Refused
from kinkeeper.people import actions, queries
from kinkeeper.people.actions import NameParts, Newcomer
from kinkeeper.people.models import Identifier, Name, NameKey, Person, Sex, SpokenLanguage
from tests.conftest import Colleague
from tests.people.conftest import enter


def test_a_person_is_registered_and_remembered(dalia: Colleague, village: Unit) -> None:
    person = actions.register_person(
        dalia.actor,
        village,
        given=" Мария ",
        middle="Ивановна",
        family="Петрова  Орлова",
        birth=PartialDate.parse("2015-03-09"),
        sex=Sex.FEMALE,
    )
    person = Person.objects.get(pk=person.pk)
    assert (person.unit, person.name, person.sort_name) == (
        village,
        "Мария Петрова Орлова",
        "петрова орлова мария ивановна",
    )
    assert (person.birth, person.born_from, person.sex) == ("2015-03-09", date(2015, 3, 9), "F")
    [name] = Name.objects.filter(person=person)
    assert (name.given, name.middle, name.family, name.script, name.use) == (
        "Мария", "Ивановна", "Петрова Орлова", "Cyrl", "used",
    )  # fmt: skip
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code, entry.unit_id) == ("people.register_person", person.code, village.pk)
    assert entry.facts == {"subject": village.code, "sex": "F"}


def test_an_estimated_birth_stays_estimated(dalia: Colleague) -> None:
    person = enter(dalia, "Noor", "Saleh", birth=PartialDate.parse("~2014"), birth_by="visual")
    person = Person.objects.get(pk=person.pk)
    assert (person.birth, person.born_from) == ("~2014", date(2014, 1, 1))
    assert person.born == PartialDate(2014, estimated=True)


def test_an_unknown_birth_stays_unknown(dalia: Colleague) -> None:
    person = enter(dalia, "Noor", "")
    assert (person.name, person.birth, person.born_from, person.age(date.today())) == ("Noor", "", None, None)


@pytest.mark.parametrize(
    ("particulars", "sentence", "field"),
    [
        ({"birth": PartialDate.of(date.today() + timedelta(days=1))}, "still to come", "birth"),
        ({"birth": PartialDate(date.today().year + 1)}, "still to come", "birth"),
        ({"birth": PartialDate(1814)}, "Check the year", "birth"),
        ({"died_on": date.today() + timedelta(days=1)}, "still to come", "died_on"),
        ({"birth": PartialDate(2014, 5), "died_on": date(2014, 4, 30)}, "before the birth", "died_on"),
    ],
)
def test_a_life_that_cannot_be_is_refused(
    dalia: Colleague, particulars: dict[str, Any], sentence: str, field: str
) -> None:
    with pytest.raises(Refused, match=sentence) as refusal:
        enter(dalia, "Noor", "Saleh", **particulars)
    assert (refusal.value.guard, refusal.value.field) == ("G-TIME", field)
    assert (Person.objects.count(), Name.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_somebody_without_a_name_is_refused(dalia: Colleague) -> None:
    with pytest.raises(Refused, match="Give at least a given name"):
        enter(dalia, "  ", "", middle="Ivanovna")
    assert Person.objects.count() == 0


def test_a_unit_out_of_sight_is_not_found(bruno: Colleague, amina: Colleague, village: Unit) -> None:
    with pytest.raises(Unseen):
        actions.register_person(bruno.actor, village, given="Noor", family="Saleh")
    assert Person.objects.count() == 0


def test_an_administrator_registers_nobody(rosa: Colleague, village: Unit) -> None:
    with pytest.raises(Refused, match="Only workers of this unit can register"):
        actions.register_person(rosa.actor, village, given="Noor", family="Saleh")
    assert (Person.objects.count(), Entry.objects.count()) == (0, 0)


def test_somebody_who_seems_to_be_recorded_is_compared_first(dalia: Colleague) -> None:
    first = enter(dalia, "Мухаммад", "Салех", birth=PartialDate.parse("2014-05-17"))
    with pytest.raises(Refused, match=f"{first.code}.*Look at that record first") as refusal:
        enter(dalia, "Mohammed", "Saleh", birth=PartialDate.parse("~2014"), birth_by="visual", refuse_likeness=True)
    assert refusal.value.guard == "G-DUP"
    enter(dalia, "Mohammed", "Saleh", birth=PartialDate.parse("2009"), refuse_likeness=True)
    enter(dalia, "Mohammed", "Saleh", birth=PartialDate.parse("~2014"), birth_by="visual")
    assert Person.objects.count() == 3


def test_a_likeness_out_of_sight_is_not_told(dalia: Colleague, bruno: Colleague) -> None:
    enter(dalia, "Noor", "Saleh", birth=PartialDate.parse("2014-05-17"))
    enter(bruno, "Noor", "Saleh", birth=PartialDate.parse("2014-05-17"), refuse_likeness=True)
    assert Person.objects.count() == 2


MANY = [
    Newcomer(
        [NameParts("Noor", "", "Saleh"), NameParts("نور", "", "صالح"), NameParts("Nora", use=Name.Use.ALIAS)],
        birth=PartialDate.parse("2016"),
        sex=Sex.FEMALE,
        ethnicity="OTHER",
        identifiers=[("school", "A123", None, None)],
        languages=["ar", "en"],
        is_invented=True,
        code="INVENTED0001",
    ),
    Newcomer([NameParts("Grace", "", "Okafor")]),
]


def test_many_are_registered_at_once(dalia: Colleague, village: Unit) -> None:
    noor, grace = actions.register_people(dalia.actor, village, newcomers=MANY)
    noor = Person.objects.get(pk=noor.pk)
    assert (noor.name, noor.birth, noor.ethnicity, noor.is_invented, noor.code) == (
        "Noor Saleh", "2016", "OTHER", True, "INVENTED0001",
    )  # fmt: skip
    assert list(Name.objects.filter(person=noor).values_list("script", "use")) == [
        ("Latn", "used"), ("Arab", "used"), ("Latn", "alias"),
    ]  # fmt: skip
    assert list(SpokenLanguage.objects.values_list("person", "tag", "mother_tongue")) == [
        (noor.pk, "ar", True), (noor.pk, "en", False),
    ]  # fmt: skip
    assert Identifier.objects.get().person == noor
    assert list(Entry.objects.order_by("pk").values_list("act", "subject_code")) == [
        ("people.register_people", noor.code), ("people.register_people", grace.code),
    ]  # fmt: skip
    assert queries.search(dalia.actor, "نور") == [noor]
    assert queries.search(dalia.actor, "nora") == [noor]


def test_one_impossible_newcomer_refuses_all(dalia: Colleague, village: Unit) -> None:
    with pytest.raises(Refused, match="still to come"):
        actions.register_people(
            dalia.actor, village, newcomers=[*MANY, Newcomer([NameParts("X")], birth=PartialDate(2999))]
        )
    assert (Person.objects.count(), NameKey.objects.count(), Entry.objects.count()) == (0, 0, 0)


def test_a_caseworker_registers_no_crowds(amina: Colleague, village: Unit) -> None:
    with pytest.raises(Refused, match="Only a supervisor or director"):
        actions.register_people(amina.actor, village, newcomers=MANY)


def test_a_crowd_is_written_in_batches(dalia: Colleague, village: Unit, django_assert_max_num_queries) -> None:
    actor = dalia.actor
    crowd = [Newcomer([NameParts("Eva", "", f"Number {n}")]) for n in range(60)]
    with django_assert_max_num_queries(20):
        actions.register_people(actor, village, newcomers=crowd)
