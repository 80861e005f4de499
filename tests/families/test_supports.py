"""Who matters to a child: written down with a record or a name, seen by whoever sees the child, ended and not deleted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Role, Unit
from kinkeeper.families import actions, queries
from kinkeeper.families.models import Family, Support
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.people.models import Person
from tests.conftest import Colleague, hire, register

TODAY = date.today()


def names(colleague: Colleague, child: Person) -> list[str]:
    """Who matters to the child, as the colleague reads it."""
    return [row.name for row in queries.supports_of(colleague.actor, child)]


def test_a_friend_is_written_down_by_name(amina: Colleague, noor: Person) -> None:
    friend = actions.add_support(
        amina.actor, noor, name=" Mira  B. ", relation="best friend", kind="friend", strength=2, trusted=True,
        helps_with="laughing again", starts_on=TODAY,
    )  # fmt: skip
    stored = Support.objects.get()
    assert (stored, stored.name, stored.relation, stored.kind) == (friend, "Mira B.", "best friend", "friend")
    assert (stored.strength, stored.trusted, stored.helps_with) == (2, True, "laughing again")
    assert names(amina, noor) == ["Mira B."]
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code) == ("families.add_support", friend.code)
    assert entry.facts == {
        "subject": noor.code, "strength": 2, "trusted": True, "starts_on": TODAY.isoformat(),
    }  # fmt: skip


def test_the_closest_comes_first_and_a_record_lends_its_name(
    amina: Colleague, noor: Person, layla: Person, salehs: Family
) -> None:
    actions.add_support(amina.actor, noor, name="Teacher", kind="school", strength=-1)
    actions.add_support(amina.actor, noor, person=layla, name="ignored", kind="family", strength=2)
    assert names(amina, noor) == ["Layla Saleh", "Teacher"]
    assert Support.objects.get(person=layla).name == ""


def test_who_is_out_of_sight_stays_unnamed(amina: Colleague, noor: Person, other_unit: Unit) -> None:
    far = register(other_unit, "Far", "Away")
    support = Support.objects.create(child=noor, person=far, kind="family")
    assert names(amina, noor) == ["somebody you do not see"]
    assert queries.supporter_name(amina.actor, support) == "somebody you do not see"


NONSENSE: dict[str, tuple[dict[str, object], str, str]] = {
    "nobody": ({"name": "  "}, "G-KIN", "Say who it is"),
    "oneself": ({"name": "", "person": "noor"}, "G-KIN", "Nobody is their own support"),
    "a kind that does not exist": ({"kind": "enemy"}, "G-CODE", "Choose one from the list"),
    "a closeness that does not exist": ({"strength": 3}, "G-CODE", "Choose one from the list"),
    "a day to come": ({"starts_on": TODAY + timedelta(days=1)}, "G-TIME", "still to come"),
    "a day before the birth": ({"starts_on": date(2001, 1, 1)}, "G-TIME", "before the birth"),
}


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_refused(what: str, amina: Colleague, noor: Person) -> None:
    said, guard, sentence = NONSENSE[what]
    given: dict[str, object] = {"name": "Mira", "kind": "friend", **said}
    if given.get("person"):
        given["person"] = noor
    with pytest.raises(Refused, match=sentence) as refusal:
        actions.add_support(amina.actor, noor, **given)  # type: ignore[arg-type]
    assert refusal.value.guard == guard
    assert (Support.objects.count(), Entry.objects.count()) == (0, 0)


def test_a_person_is_written_down_once_until_it_ends(
    amina: Colleague, noor: Person, layla: Person, salehs: Family
) -> None:
    first = actions.add_support(amina.actor, noor, person=layla, kind="family", starts_on=TODAY - timedelta(days=9))
    with pytest.raises(Refused, match="written down already") as refusal:
        actions.add_support(amina.actor, noor, person=layla, kind="family")
    assert refusal.value.guard == "G-DUP"
    for day in (TODAY + timedelta(days=1), TODAY - timedelta(days=10)):
        with pytest.raises(Refused):
            actions.end_support(amina.actor, first, ended_on=day)
    first = actions.end_support(amina.actor, first, ended_on=TODAY)
    assert Support.objects.get().ends_on == TODAY
    assert names(amina, noor) == []
    with pytest.raises(Refused, match="already ended"):
        actions.end_support(amina.actor, first, ended_on=TODAY)
    actions.add_support(amina.actor, noor, person=layla, kind="family", strength=1)
    assert names(amina, noor) == ["Layla Saleh"]
    assert Entry.objects.filter(act="families.end_support").count() == 1


@pytest.mark.parametrize(
    "row", [{}, {"name": "x", "person": "layla"}, {"name": "x", "strength": 3}, {"person": "noor"}]
)
def test_the_table_itself_refuses_nonsense(row: dict[str, object], noor: Person, layla: Person) -> None:
    known = {"layla": layla, "noor": noor}
    facts = {name: known.get(str(value), value) for name, value in row.items()}
    with pytest.raises(IntegrityError), transaction.atomic():
        Support.objects.create(child=noor, kind="friend", **facts)


def test_others_add_and_end_nobody(amina: Colleague, bruno: Colleague, noor: Person) -> None:
    friend = actions.add_support(amina.actor, noor, name="Mira", kind="friend")
    director = hire("Petra Director", (Role.DIRECTOR, noor.unit.programme))
    with pytest.raises(Unseen):
        actions.add_support(bruno.actor, noor, name="X", kind="friend")
    with pytest.raises(Unseen):
        actions.end_support(bruno.actor, friend, ended_on=TODAY)
    with pytest.raises(Refused, match="Only workers of this unit"):
        actions.add_support(director.actor, noor, name="X", kind="friend")
    with pytest.raises(Refused, match="Only workers of this unit"):
        actions.end_support(director.actor, friend, ended_on=TODAY)
    assert (Support.objects.get().ends_on, Entry.objects.count()) == (None, 1)


def test_a_stale_page_ends_nothing(amina: Colleague, noor: Person) -> None:
    friend = actions.add_support(amina.actor, noor, name="Mira", kind="friend")
    Support.objects.update(version=7)
    with pytest.raises(Stale):
        actions.end_support(amina.actor, friend, ended_on=TODAY)


def test_the_pages_add_and_end(amina: Colleague, noor: Person, layla: Person, salehs: Family) -> None:
    address = f"/people/{noor.code}/add-support/"
    assert "Layla Saleh" in amina.browser.get(address).content.decode()
    said = {"version": "1", "kind": "friend", "strength": "2", "trusted": "on"}
    refused = amina.browser.post(address, said)
    assert refused.status_code == 409
    shown = refused.content.decode()
    assert "Say who it is" in shown
    assert "Rule: G-KIN" in shown
    assert Support.objects.count() == 0
    assert [(row.act, row.guard) for row in Refusal.objects.all()] == [("families.add_support", "G-KIN")]
    response = amina.browser.post(address, {**said, "name": "Mira"})
    assert (response.status_code, response["Location"]) == (302, noor.get_absolute_url())
    amina.browser.post(address, {**said, "person": layla.code, "kind": "family"})
    assert names(amina, noor) == ["Mira", "Layla Saleh"]
    mira = Support.objects.get(name="Mira")
    ending = f"/supports/{mira.code}/end/"
    assert "Mira" in amina.browser.get(ending).content.decode()
    assert amina.browser.post(ending, {"version": "1", "ended_on": TODAY.isoformat()}).status_code == 302
    assert names(amina, noor) == ["Layla Saleh"]
    assert "already ended" in amina.browser.get(ending).content.decode()
    again = amina.browser.post(ending, {"version": "2", "ended_on": TODAY.isoformat()})
    assert again.status_code == 409


def test_somebody_is_written_down_where_nobody_is_offered(amina: Colleague, noor: Person) -> None:
    said = {"version": "1", "kind": "neighbour", "strength": "0", "name": "Aunt Mira"}
    page = amina.browser.get(f"/people/{noor.code}/add-support/").content.decode()
    assert 'name="person"' not in page
    assert amina.browser.post(f"/people/{noor.code}/add-support/", said).status_code == 302
    assert names(amina, noor) == ["Aunt Mira"]


def test_others_do_not_find_the_pages(bruno: Colleague, noor: Person) -> None:
    friend = Support.objects.create(child=noor, name="Mira", kind="friend")
    for address in (f"/people/{noor.code}/add-support/", f"/supports/{friend.code}/end/"):
        assert bruno.browser.get(address).status_code == 404
