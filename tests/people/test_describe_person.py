"""What is known of a person: birth, sex, origin, languages, numbers and ways to reach them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen, may_read
from kinkeeper.access.models import Role, Unit
from kinkeeper.journal.models import Entry
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.refusals import Refused
from kinkeeper.people import actions, queries
from kinkeeper.people.models import ContactPoint, Identifier, Person, SpokenLanguage
from tests.conftest import Colleague, hire
from tests.people.conftest import enter

TODAY = date.today()


def test_a_person_is_described(amina: Colleague, noor: Person) -> None:
    actions.describe_person(
        amina.actor, noor, birth=PartialDate.parse("~2016"), birth_by="visual", sex="F", ethnicity="WBRI"
    )
    noor.refresh_from_db()
    assert (noor.birth, noor.born_from, noor.sex, noor.ethnicity, noor.version) == (
        "~2016", date(2016, 1, 1), "F", "WBRI", 2,
    )  # fmt: skip
    assert Entry.objects.get().facts == {}


def test_an_origin_that_one_cannot_read_stays(amina: Colleague, noor: Person) -> None:
    Person.objects.filter(pk=noor.pk).update(ethnicity="WBRI")
    noor.refresh_from_db()
    actions.describe_person(amina.actor, noor, birth=noor.born, sex="X")
    assert (Person.objects.get(pk=noor.pk).ethnicity, Person.objects.get(pk=noor.pk).sex) == ("WBRI", "X")


@pytest.mark.parametrize(
    ("birth", "died_on", "field"),
    [
        (PartialDate.of(TODAY + timedelta(days=1)), None, "birth"),
        (PartialDate(2016), TODAY + timedelta(days=1), "died_on"),
        (PartialDate(2016, 5), date(2016, 4, 30), "died_on"),
        (PartialDate(2024, 5), None, "birth"),
    ],
)
def test_a_life_that_cannot_be_is_refused(
    birth: PartialDate, died_on: date | None, field: str, amina: Colleague, noor: Person
) -> None:
    actions.record_legal_status(amina.actor, noor, status="INTERIM", starts_on=date(2023, 1, 1))
    with pytest.raises(Refused) as refusal:
        actions.describe_person(amina.actor, noor, birth=birth, sex="F", died_on=died_on)
    assert (refusal.value.guard, refusal.value.field) == ("G-TIME", field)
    assert Person.objects.get(pk=noor.pk).version == 1


def test_a_language_is_recorded_once_and_changed(amina: Colleague, noor: Person) -> None:
    first = actions.record_language(amina.actor, noor, tag="ar", mother_tongue=True)
    actions.record_language(amina.actor, noor, tag="uz-Latn")
    again = actions.record_language(amina.actor, noor, tag="ar", mother_tongue=True, needs_interpreter=True)
    assert again == first
    assert [
        (row.tag, row.mother_tongue, row.needs_interpreter, str(row)) for row in queries.languages_of(amina.actor, noor)
    ] == [("ar", True, True, "Arabic"), ("uz-Latn", False, False, "Uzbek (Latin script)")]
    assert Entry.objects.filter(act="people.record_language").count() == 3


def test_a_number_is_recorded(amina: Colleague, noor: Person) -> None:
    row = actions.record_identifier(amina.actor, noor, scheme="passport", value=" AB  12 ", starts_on=TODAY)
    assert (row.value, row.kind, row.unit_id) == ("AB 12", "passport", noor.unit_id)
    assert list(queries.identifiers_of(amina.actor, noor)) == [row]
    assert "AB 12" not in str(Entry.objects.get().facts)


def test_a_number_is_recorded_once(dalia: Colleague, bruno: Colleague) -> None:
    one, other = enter(dalia, "Ivan", "Petrov"), enter(dalia, "Oleg", "Sidorov")
    far_away = enter(bruno, "Ivan", "Petrov")
    actions.record_identifier(dalia.actor, one, scheme="passport", value="AB12")
    with pytest.raises(Refused, match="already recorded"):
        actions.record_identifier(dalia.actor, one, scheme="passport", value="AB12")
    with pytest.raises(Refused, match=f"Ivan Petrov .{one.code}. has this number"):
        actions.record_identifier(dalia.actor, other, scheme="passport", value="AB12")
    # What Bruno does not see he is not told of either.
    with pytest.raises(Unseen):
        actions.record_identifier(bruno.actor, far_away, scheme="passport", value="AB12")
    assert Identifier.objects.count() == 1


def test_a_number_does_not_end_before_it_holds(amina: Colleague, noor: Person) -> None:
    with pytest.raises(Refused, match="cannot end before"):
        actions.record_identifier(
            amina.actor, noor, scheme="passport", value="1", starts_on=TODAY, ends_on=TODAY - timedelta(days=1)
        )


def test_a_way_to_reach_somebody_is_recorded_and_hidden_from_many(
    amina: Colleague, noor: Person, village: Unit
) -> None:
    row = actions.record_contact_point(amina.actor, noor, kind="phone", value=" +998 90 ", safe_to_use=False)
    assert (row.value, row.safe_to_use) == ("+998 90", False)
    assert list(queries.contact_points_of(amina.actor, noor)) == [row]
    director = hire("Petra Director", (Role.DIRECTOR, village.programme))
    assert may_read(amina.actor, row, "value")
    assert not may_read(director.actor, row, "value")
    assert Entry.objects.get().facts == {"subject": noor.code, "safe_to_use": False}


DEEDS: dict[str, dict[str, Any]] = {
    "describe_person": {"birth": None, "sex": "F"},
    "record_language": {"tag": "ar"},
    "record_identifier": {"scheme": "passport", "value": "1"},
    "record_contact_point": {"kind": "phone", "value": "1"},
    "record_legal_status": {"status": "INTERIM", "starts_on": TODAY},
}


@pytest.mark.parametrize("name", DEEDS)
def test_others_describe_nobody(name: str, bruno: Colleague, village: Unit, noor: Person) -> None:
    director = hire("Petra Director", (Role.DIRECTOR, village.programme))
    deed = getattr(actions, name)
    with pytest.raises(Unseen):
        deed(bruno.actor, noor, **DEEDS[name])
    with pytest.raises(Refused, match="Only workers of this person’s unit"):
        deed(director.actor, noor, **DEEDS[name])
    assert (Identifier.objects.count(), SpokenLanguage.objects.count(), ContactPoint.objects.count()) == (0, 0, 0)
    assert (Person.objects.get(pk=noor.pk).version, Entry.objects.count()) == (1, 0)


def test_a_person_out_of_sight_is_not_found(amina: Colleague, bruno: Colleague, noor: Person) -> None:
    assert queries.person(amina.actor, noor.code) == noor
    assert list(queries.people(amina.actor)) == [noor]
    with pytest.raises(Unseen):
        queries.person(bruno.actor, noor.code)
