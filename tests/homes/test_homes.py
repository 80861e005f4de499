"""Homes open, are described and close; carers come and go."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen, seen
from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case
from kinkeeper.homes import actions, queries
from kinkeeper.homes.models import Carer, Home
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.people.models import Person
from kinkeeper.placements.actions import end_placement, start_placement
from kinkeeper.placements.models import PeriodOfCare
from tests.conftest import Colleague, decide, live_in, open_case, register

TODAY = date.today()
MAY, JUNE = date(2024, 5, 6), date(2024, 6, 3)


def open_home(colleague: Colleague, unit: Unit, **changes: Any) -> Home:
    particulars: dict[str, Any] = {"name": "House Nine", "kind": "village_family", "opened_on": MAY, "capacity": 6}
    return actions.open_home(colleague.actor, unit, **(particulars | changes))


def test_a_home_opens(dalia: Colleague, village: Unit) -> None:
    home = open_home(dalia, village, age_from=3, age_to=17, provider="OWN", address=" Long Lane 9 ")
    stored = Home.objects.get()
    assert stored == home
    assert (stored.unit, stored.name, stored.kind, stored.capacity) == (village, "House Nine", "village_family", 6)
    assert (stored.age_from, stored.age_to, stored.provider, stored.address) == (3, 17, "OWN", "Long Lane 9")
    entry = Entry.objects.get()
    assert (entry.act, entry.facts) == (
        "homes.open_home",
        {"subject": village.code, "opened_on": "2024-05-06", "capacity": 6, "age_from": 3, "age_to": 17},
    )


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"opened_on": TODAY + timedelta(days=1)}, "G-TIME", "opened_on"),
        ({"kind": "castle"}, "G-CODE", "kind"),
        ({"name": "  "}, "G-NAME", "name"),
        ({"age_from": 9, "age_to": 3}, "G-AGE", "age_to"),
        ({"provider": "WIZARD"}, "G-CODE", "provider"),
    ],
)
def test_a_refusal_opens_nothing(
    dalia: Colleague, village: Unit, changes: dict[str, Any], guard: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        open_home(dalia, village, **changes)
    assert (refusal.value.guard, refusal.value.field) == (guard, field)
    assert not Home.objects.exists()


def test_only_a_supervisor_opens_a_home(amina: Colleague, bruno: Colleague, village: Unit) -> None:
    with pytest.raises(Refused, match="Only a supervisor"):
        open_home(amina, village)
    with pytest.raises(Unseen):
        open_home(bruno, village)


def test_a_home_is_described_anew(dalia: Colleague, okafors: Home) -> None:
    changed = actions.describe_home(dalia.actor, okafors, name="The Okafors", kind="foster", capacity=3)
    assert (Home.objects.get().capacity, changed.version) == (3, 2)
    with pytest.raises(Stale):
        actions.describe_home(dalia.actor, okafors, name="Stale", kind="foster")


def test_a_home_closes_with_its_carers(dalia: Colleague, okafors: Home) -> None:
    actions.close_home(dalia.actor, okafors, closed_on=JUNE)
    assert Home.objects.get().closed_on == JUNE
    assert Carer.objects.get().ends_on == JUNE
    assert Entry.objects.get(act="homes.close_home").facts == {"closed_on": "2024-06-03"}
    with pytest.raises(Refused, match="already closed"):
        actions.close_home(dalia.actor, Home.objects.get(), closed_on=JUNE)


def test_a_home_in_which_a_child_lives_stays_open(
    amina: Colleague, dalia: Colleague, noor: Person, okafors: Home
) -> None:
    decide(noor, "FOSTER_ST")
    period = start_placement(
        amina.actor, noor, home=okafors, started_on=MAY, care_type="FOSTER_ST", legal_status_code="VOLUNTARY"
    )
    verdict = actions.close_home.verdict(dalia.actor, okafors)
    assert str(verdict.sentence) == "Children live in this home. It can be closed when the last of them has moved."
    with pytest.raises(Refused, match="Children live in this home"):
        actions.close_home(dalia.actor, okafors, closed_on=JUNE)
    assert Home.objects.get().closed_on is None
    end_placement(amina.actor, period, ended_on=JUNE, exit="REUNIFIED")
    assert actions.close_home(dalia.actor, okafors, closed_on=JUNE).closed_on == JUNE


def test_somebody_begins_and_stops_caring(dalia: Colleague, village: Unit, okafors: Home) -> None:
    emeka = register(village, "Emeka", "Okafor", born=date(1979, 1, 1))
    carer = actions.appoint_carer(dalia.actor, okafors, person=emeka, starts_on=MAY, is_main=True)
    here = queries.carers_of(dalia.actor, okafors, TODAY)
    assert [(one.person.name, one.is_main) for one in here] == [("Emeka Okafor", True), ("Grace Okafor", False)]
    with pytest.raises(Refused, match="cares here already"):
        actions.appoint_carer(dalia.actor, okafors, person=emeka, starts_on=JUNE)
    ended = actions.end_carer(dalia.actor, carer, ended_on=JUNE)
    assert [one.person.name for one in queries.carers_of(dalia.actor, okafors, TODAY)] == ["Grace Okafor"]
    assert queries.carers_of(dalia.actor, okafors).count() == 2
    with pytest.raises(Refused, match="no longer cares here"):
        actions.end_carer(dalia.actor, ended, ended_on=JUNE)


def test_a_child_is_no_carer(dalia: Colleague, noor: Person, okafors: Home) -> None:
    with pytest.raises(Refused, match="from the age of 18"):
        actions.appoint_carer(dalia.actor, okafors, person=noor, starts_on=MAY)
    assert Carer.objects.count() == 1


def test_nobody_stops_before_they_began(dalia: Colleague, okafors: Home) -> None:
    with pytest.raises(Refused, match="cares here since"):
        actions.end_carer(dalia.actor, Carer.objects.get(), ended_on=date(2019, 12, 31))


def test_homes_are_brought_in(dalia: Colleague, amina: Colleague, village: Unit, other_unit: Unit) -> None:
    homes = [Home(unit=village, name=f"House {n}", kind="foster") for n in range(3)]
    actions.bring_in_homes(dalia.actor, village, homes=homes)
    assert set(queries.homes_of(dalia.actor, village)) == set(homes)
    assert Entry.objects.filter(act="homes.bring_in_homes").count() == 3
    with pytest.raises(Unseen):
        actions.bring_in_homes(dalia.actor, village, homes=[Home(unit=other_unit, name="Far", kind="foster")])
    with pytest.raises(Refused, match="bring in many records"):
        actions.bring_in_homes(amina.actor, village, homes=[])


def test_strangers_see_no_homes(bruno: Colleague, eve: Colleague, rosa: Colleague, okafors: Home) -> None:
    for stranger in (bruno, eve, rosa):
        assert not queries.homes_of(stranger.actor).exists()
        assert not queries.open_homes(stranger.actor, TODAY).exists()
        assert not queries.carers(stranger.actor).exists()


def test_a_carer_who_was_in_care_as_a_child_is_not_opened_to_the_whole_unit(
    okafors: Home, village: Unit, amina: Colleague, dalia: Colleague
) -> None:
    grace = Carer.objects.get(home=okafors).person
    assert seen(amina.actor, Person).filter(pk=grace.pk).exists()
    past = open_case(grace, dalia)
    Case.objects.filter(pk=past.pk).update(state=Case.State.CLOSED, closed_on=date(2024, 6, 1))
    live_in(okafors, grace, since=date(2024, 2, 1))
    assert not seen(amina.actor, Person).filter(pk=grace.pk).exists()
    assert not seen(amina.actor, PeriodOfCare).filter(child=grace).exists()
    assert seen(amina.actor, Carer).filter(person=grace).exists()
    assert seen(dalia.actor, Person).filter(pk=grace.pk).exists()  # she supervises the unit that keeps the record
    assert amina.browser.get(okafors.get_absolute_url()).status_code == 200
