"""Several workers at one child, and several children at one place: one wins, the others get a sentence."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from kinkeeper.access.models import Unit
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from kinkeeper.placements import actions
from kinkeeper.placements.models import Episode, PeriodOfCare
from kinkeeper.placements.queries import occupancy
from tests.conftest import Colleague, approve, open_case, register
from tests.placements.conftest import JUNE, MAY, TODAY, decide_much

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

RACES = 20
WORKERS = 4


@pytest.fixture(autouse=True)
def a_real_database(transactional_db: None, tmp_path: Path) -> Iterator[None]:
    """Threads must not share one connection: on SQLite the test moves from memory to a file with the house’s settings."""
    if connection.vendor == "postgresql":
        yield
        return
    wrapper = connections["default"]
    before = dict(wrapper.settings_dict)
    wrapper.close()
    options = {**before["OPTIONS"], "transaction_mode": "IMMEDIATE", "timeout": 20}
    wrapper.settings_dict.update(NAME=str(tmp_path / "race.sqlite3"), OPTIONS=options)
    in_memory, wrapper.connection = wrapper.connection, None
    wrapper.inc_thread_sharing()
    with sqlite3.connect(tmp_path / "race.sqlite3") as tables:
        in_memory.backup(tables)
    tables.close()
    yield
    connections["default"].connection.close()
    wrapper.connection = in_memory
    wrapper.settings_dict.update(before)
    wrapper.dec_thread_sharing()


def race(*deeds: Callable[[], object]) -> tuple[int, list[Refused]]:
    """Do all deeds at the same moment, each in a thread with a connection of its own: how many won, and the refusals."""
    gate = threading.Barrier(len(deeds))
    refusals: list[Refused] = []
    faults: list[Exception] = []
    won: list[object] = []

    def run(deed: Callable[[], object]) -> None:
        gate.wait()
        try:
            won.append(deed())
        except Refused as refusal:
            refusals.append(refusal)
        except Exception as fault:  # noqa: BLE001 (a thread must hand every fault to the test)
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not faults, faults
    return len(won), refusals


def mover(colleague: Colleague, period: PeriodOfCare, home: Home, **changes: Any) -> Callable[[], PeriodOfCare]:
    """One worker who has the period of care on the screen and moves the child."""
    actor = colleague.actor
    mine = PeriodOfCare.objects.get(pk=period.pk)
    particulars: dict[str, Any] = {"home": home, "care_type": "SOS_FAM", "leave_reason": "PLAN"}
    return lambda: actions.move_child(actor, mine, **(particulars | changes))


@pytest.mark.asvs("2.3.4")
def test_of_four_workers_moving_a_child_one_wins(
    amina: Colleague, dalia: Colleague, village: Unit, noor: Person, okafors: Home, in_care: PeriodOfCare
) -> None:
    homes = [Home.objects.create(unit=village, name=f"House {n}", kind=Home.Kind.VILLAGE_FAMILY) for n in range(4)]
    for home in (*homes, okafors):
        approve(home, "SOS_FAM")
    workers = [amina, dalia, amina, dalia]
    for turn in range(RACES):
        day = MAY + timedelta(days=turn + 1)
        stand = [homes[(turn + place) % 4] for place in range(WORKERS)]
        here = Episode.objects.filter(period=in_care).order_by("-started_on")[0].placement.home_id
        stand = [home if home.pk != here else okafors for home in stand]
        deeds = [mover(worker, in_care, home, moved_on=day) for worker, home in zip(workers, stand, strict=True)]
        won, refusals = race(*deeds)
        assert (won, len(refusals)) == (1, WORKERS - 1)
        assert {refusal.guard for refusal in refusals} == {"G-STALE"}
        assert all("Look at it again" in str(refusal) for refusal in refusals)
    assert Entry.objects.filter(act="placements.move_child").count() == RACES
    assert Episode.objects.filter(period=in_care).count() == RACES + 1
    in_care.refresh_from_db()
    assert in_care.version == RACES + 1


def test_two_children_and_one_last_place(
    amina: Colleague, dalia: Colleague, village: Unit, noor: Person, okafors: Home, in_care: PeriodOfCare
) -> None:
    actor = dalia.actor
    for turn in range(RACES):
        home = Home.objects.create(unit=village, name=f"House {turn}", kind=Home.Kind.VILLAGE_FAMILY, capacity=1)
        children = [register(village, f"Child {turn} {n}", "Racing", born=TODAY - timedelta(days=3000)) for n in (1, 2)]
        approve(home, "SOS_FAM")
        for child in children:
            open_case(child, amina)
            decide_much(child)

        def place(child: Person, home: Home = home) -> Callable[[], PeriodOfCare]:
            return lambda: actions.start_placement(
                actor, child, home=home, started_on=JUNE, care_type="SOS_FAM", legal_status_code="VOLUNTARY"
            )

        won, refusals = race(*[place(child) for child in children])
        assert (won, [refusal.guard for refusal in refusals]) == (1, ["G-CAP"])
        assert occupancy(actor, home, TODAY) == 1
    assert Entry.objects.filter(act="placements.start_placement").count() == RACES + 1


def test_two_workers_begin_care_of_one_child(
    amina: Colleague, dalia: Colleague, village: Unit, noor: Person, okafors: Home, house_three: Home
) -> None:
    decide_much(noor)
    approve(okafors, "SOS_FAM")

    def begin(colleague: Colleague, home: Home) -> Callable[[], PeriodOfCare]:
        actor = colleague.actor
        return lambda: actions.start_placement(
            actor, noor, home=home, started_on=MAY, care_type="SOS_FAM", legal_status_code="VOLUNTARY"
        )

    won, refusals = race(begin(amina, okafors), begin(dalia, house_three))
    assert (won, [refusal.guard for refusal in refusals]) == (1, ["G-OVERLAP"])
    assert PeriodOfCare.objects.count() == 1
