"""An emergency is declared for the whole association and ended; everybody who works here reads of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access import actions
from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Association, Emergency, Role, Unit
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague, hire

FLOOD: dict[str, Any] = {"name": "Flood in the valley", "declared_by": "Council", "declared_on": date(2026, 4, 1)}


@pytest.fixture
def dario(village: Unit) -> Colleague:
    """Director of a programme."""
    return hire("Dario Rossi", (Role.DIRECTOR, village))


def test_it_lasts_from_its_day_to_its_end(rosa: Colleague, dario: Colleague, association: Association) -> None:
    row = actions.declare_emergency(dario.actor, association, **FLOOD)
    assert (row.name, row.declared_by, row.declared_on) == (FLOOD["name"], "Council", date(2026, 4, 1))
    assert Entry.objects.get().facts == {"subject": association.code, "declared_on": "2026-04-01"}
    assert list(Emergency.objects.filter(Emergency.lasting_on(date(2026, 4, 1)))) == [row]
    assert not Emergency.objects.filter(Emergency.lasting_on(date(2026, 3, 31)))
    actions.end_emergency(rosa.actor, row, ended_on=date(2026, 5, 1))
    assert list(Emergency.objects.filter(Emergency.lasting_on(date(2026, 4, 30)))) == [row]
    assert not Emergency.objects.filter(Emergency.lasting_on(date(2026, 5, 1)))


def test_only_directors_and_administrators_declare_and_end(
    amina: Colleague, rosa: Colleague, eve: Colleague, association: Association
) -> None:
    with pytest.raises(Refused, match="Only a director or an administrator") as refusal:
        actions.declare_emergency(amina.actor, association, **FLOOD)
    assert (refusal.value.guard, Emergency.objects.count()) == ("G-MAY", 0)
    with pytest.raises(Unseen):
        actions.declare_emergency(eve.actor, association, **FLOOD)
    row = actions.declare_emergency(rosa.actor, association, **FLOOD)
    with pytest.raises(Refused, match="Only a director"):
        actions.end_emergency(amina.actor, row, ended_on=date(2026, 5, 1))
    assert Emergency.objects.get().ended_on is None


def test_what_cannot_be(rosa: Colleague, association: Association) -> None:
    tomorrow = rosa.actor.today + timedelta(days=1)
    with pytest.raises(Refused) as refusal:
        actions.declare_emergency(rosa.actor, association, **{**FLOOD, "declared_on": tomorrow})
    assert refusal.value.guard == "G-TIME"
    row = actions.declare_emergency(rosa.actor, association, **FLOOD)
    association.refresh_from_db()
    with pytest.raises(Refused, match="declared already"):
        actions.declare_emergency(rosa.actor, association, **{**FLOOD, "name": "flood IN the valley"})
    with pytest.raises(Refused, match="It was declared on") as refusal:
        actions.end_emergency(rosa.actor, row, ended_on=date(2026, 3, 31))
    assert refusal.value.guard == "G-TIME"
    ended = actions.end_emergency(rosa.actor, row, ended_on=date(2026, 4, 2))
    with pytest.raises(Refused, match="ended already"):
        actions.end_emergency(rosa.actor, ended, ended_on=date(2026, 4, 3))


def test_the_pages(rosa: Colleague, amina: Colleague, eve: Colleague, association: Association) -> None:
    filled = {**FLOOD, "declared_on": "2026-04-01", "version": association.version}
    assert amina.browser.post("/emergencies/declare/", filled).status_code == 409
    assert eve.browser.get("/emergencies/").status_code == 404
    assert rosa.browser.post("/emergencies/declare/", filled).status_code == 302
    row = Emergency.objects.get()
    assert FLOOD["name"] in amina.browser.get("/emergencies/").content.decode()
    assert "Only a director" in amina.browser.get("/emergencies/").content.decode()
    assert amina.browser.get(f"/emergencies/{row.code}/end/").status_code == 404
    early = {"ended_on": "2026-03-01", "version": row.version}
    answer = rosa.browser.post(f"/emergencies/{row.code}/end/", early)
    assert (answer.status_code, "G-TIME" in answer.content.decode()) == (409, True)
    assert rosa.browser.post(f"/emergencies/{row.code}/end/", {**early, "ended_on": "2026-04-05"}).status_code == 302
    assert Emergency.objects.get().ended_on == date(2026, 4, 5)
