"""Landing: every row becomes what the house keeps of a child, once, whatever the order in which files arrive."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kinkeeper.access.models import Association, Unit
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.exchange import actions, queries, tasks
from kinkeeper.exchange.keeping.folders import folder_of
from kinkeeper.exchange.models import Import, QuarantinedRow
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.keys.models import DataKey
from kinkeeper.keys.ring import keyring
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Identifier, LegalStatus, Person
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement
from kinkeeper.plans.models import Review
from tests.conftest import Colleague
from tests.exchange.conftest import (
    AFTER,
    EPISODE,
    HEADER,
    REVIEW,
    counts,
    three_years,
    write,
    year_one,
    year_two,
)

Land = Callable[[Path], Import]


def story() -> list[tuple[Any, ...]]:
    """Every episode that is kept, in words."""
    rows: Any = Episode.objects.with_ends().select_related("legal_status", "placement__home").order_by("started_on")
    return [
        (one.started_on, one.ended_on, one.reason, one.legal_status.status, stay.care_type, stay.home.postcode)
        for one in rows
        for stay in (one.placement,)
    ]


BEGUN = (date(2022, 6, 10), date(2023, 7, 20), "S", "C2", "U6", "LS10 1EW")
CAME_NEXT = (date(2023, 7, 20), None, "P", "C2", "U6", "LS11 0BL")


def test_a_child_lands_with_everything_the_return_says(land: Land, village: Unit, tmp_path: Path) -> None:
    brought = land(year_two(year_one(tmp_path / "in")))
    assert counts(brought) == (7, 7, 0, 0)
    child = Person.objects.get()
    assert (child.name, child.birth, child.sex, child.ethnicity) == ("Child K1", "2012-05-03", "F", "WBRI")
    assert child.unit == village
    assert [(number.scheme, number.value) for number in Identifier.objects.all()] == [("ssda903:child", "K1")]
    assert story() == [BEGUN, CAME_NEXT]
    assert list(Placement.objects.values_list("leave_reason", flat=True)) == ["CARPL", ""]
    assert LegalStatus.objects.get().starts_on == date(2022, 6, 10)
    assert Home.objects.count() == 2
    assert Review.objects.get().participation == "PN1"
    case = Case.objects.get()
    assert (case.state, case.opened_on) == (Case.State.ACTIVE, date(2022, 6, 10))
    assert Assignment.objects.get().worker_reference == "SW1"


def test_running_it_twice_changes_nothing(land: Land, tmp_path: Path) -> None:
    folder = year_two(year_one(tmp_path / "in"))
    land(folder)
    before = list(Person.objects.values_list("pk", "version")), list(Episode.objects.values_list("pk", "version"))
    deeds = Entry.objects.filter(act__contains="bring_in").count()
    assert counts(land(folder)) == (7, 0, 7, 0)
    assert (
        list(Person.objects.values_list("pk", "version")),
        list(Episode.objects.values_list("pk", "version")),
    ) == before
    assert Entry.objects.filter(act__contains="bring_in").count() == deeds


def test_a_later_year_goes_on_with_what_is_kept(land: Land, tmp_path: Path) -> None:
    land(year_one(tmp_path / "one"))
    assert story() == [(date(2022, 6, 10), None, *BEGUN[2:])]
    code = Episode.objects.get().code
    # The header says nothing new; the first episode has ended, the second and the worker are new.
    assert counts(land(year_two(tmp_path / "two"))) == (4, 3, 1, 0)
    assert story() == [BEGUN, CAME_NEXT]
    assert Episode.objects.order_by("started_on")[0].code == code


def test_an_earlier_year_may_come_later(land: Land, tmp_path: Path) -> None:
    # The newest return alone: the child came before it began, so where from is not known yet.
    land(write(tmp_path / "new" / "2024_25", Header=[{**HEADER, "SEX": "F"}], Episodes=[AFTER]).parent)
    period = PeriodOfCare.objects.get()
    assert story() == [CAME_NEXT]
    brought = land(year_two(year_one(tmp_path / "old")))
    assert QuarantinedRow.objects.filter(of=brought).count() == 0
    assert story() == [BEGUN, CAME_NEXT]
    assert (PeriodOfCare.objects.get().code, PeriodOfCare.objects.get().started_on) == (period.code, date(2022, 6, 10))


def test_what_contradicts_the_records_is_kept_in_quarantine(land: Land, tmp_path: Path) -> None:
    land(year_one(tmp_path / "one"))
    brought = land(year_one(tmp_path / "two", Episodes=[{**EPISODE, "LS": "V2"}]))
    assert counts(brought) == (3, 0, 2, 1)
    assert "LS" in QuarantinedRow.objects.get(of=brought).reason
    assert story()[0][3] == "C2"


def test_a_number_of_another_unit_is_not_taken_over(
    land: Land, bruno: Colleague, other_unit: Unit, village: Unit, tmp_path: Path
) -> None:
    land(year_one(tmp_path / "one"))
    Person.objects.update(unit=other_unit)
    brought = land(year_one(tmp_path / "again", Reviews=[]))
    assert counts(brought) == (2, 0, 0, 2)
    assert Person.objects.count() == 1
    assert QuarantinedRow.objects.filter(of=brought).first().guard == "G-UNIT"  # type: ignore[union-attr]


def test_a_stopped_import_goes_on_where_it_was(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    folder = three_years(tmp_path / "in", 6)
    brought = actions.preview_import(dalia.actor, village, folder=folder, look_through=False)
    brought = actions.land_children(dalia.actor, actions.begin_landing(dalia.actor, brought), children=2)
    assert (brought.children_done, Person.objects.count()) == (2, 2)
    brought = actions.begin_landing(dalia.actor, brought)
    while brought.children_done < brought.children_total:
        brought = actions.land_children(dalia.actor, brought, children=2)
    brought = actions.finish_landing(dalia.actor, brought)
    assert (Person.objects.count(), brought.rows_landed) == (6, brought.rows_read)


def test_while_it_lasts_its_rows_lie_sealed(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    brought = actions.preview_import(dalia.actor, village, folder=year_two(year_one(tmp_path / "in")))
    lying = [path.read_bytes() for path in folder_of(brought).rglob("*") if path.is_file()]
    assert lying
    for word in (b"LS10 1EW", b"LS11 0BL", b"03/05/2012", b"EPISODES"):
        assert not any(word in file for file in lying), word
    brought = actions.land_children(dalia.actor, actions.begin_landing(dalia.actor, brought), children=1)
    assert Person.objects.count() == 1
    assert "K" not in Import.objects.get().landed_through


def test_it_cannot_be_finished_before_the_last_child(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    brought = actions.preview_import(dalia.actor, village, folder=year_one(tmp_path / "in"))
    brought = actions.begin_landing(dalia.actor, brought)
    with pytest.raises(Refused, match="have not landed yet"):
        actions.finish_landing(dalia.actor, brought)


def test_nobody_but_overseers_lands_children(amina: Colleague, dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="supervisor or director"):
        actions.preview_import(amina.actor, village, folder=year_one(tmp_path / "in"))
    assert Import.objects.count() == 0


def test_every_person_and_period_is_remembered(land: Land, tmp_path: Path) -> None:
    land(year_one(tmp_path / "in"))
    acts = set(Entry.objects.values_list("act", flat=True))
    assert {"people.register_people", "placements.bring_in_care_histories", "cases.bring_in_cases"} <= acts
    assert {"plans.bring_in_reviews", "homes.bring_in_homes", "exchange.bring_in_reported_facts"} <= acts
    assert Entry.objects.filter(act="people.bring_in_legal_statuses").count() == 1


def test_questions_do_not_grow_with_the_children(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    asked = []
    for children in (3, 12):
        folder = three_years(tmp_path / str(children), children, seed=children)
        brought = actions.preview_import(dalia.actor, village, folder=folder, look_through=False)
        brought = actions.begin_landing(dalia.actor, brought)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            actions.land_children(dalia.actor, brought)
        asked.append(sum(query["sql"].startswith("SELECT") for query in captured.captured_queries))
    assert asked[1] <= asked[0] + 5


def test_what_only_the_return_asks_is_kept_word_for_word(
    land: Land, dalia: Colleague, village: Unit, tmp_path: Path
) -> None:
    land(three_years(tmp_path / "in", 40))
    kept = list(queries.records_of_children(dalia.actor, [village]))
    assert len(kept) == 40
    assert any(record.health for record in kept)
    assert any(record.decisions for record in kept)


def test_a_folder_without_tables_is_refused(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    write(tmp_path / "in")
    with pytest.raises(Refused, match="no CSV file"):
        actions.preview_import(dalia.actor, village, folder=tmp_path / "in")


def test_a_preview_writes_no_care_record(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    folder = year_one(tmp_path / "in", Reviews=[REVIEW, {**REVIEW, "REVIEW": "31/02/2023"}])
    brought = actions.preview_import(dalia.actor, village, folder=folder)
    assert (brought.rows_read, brought.summary["would_land"], brought.summary["would_wait"]) == (4, 3, 1)
    assert brought.summary["faults"][0]["field"] == "REVIEW"
    assert Person.objects.count() == 0
    assert QuarantinedRow.objects.count() == 0


def test_an_abandoned_import_is_gone(
    dalia: Colleague, village: Unit, tmp_path: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    brought = actions.preview_import(dalia.actor, village, folder=year_one(tmp_path / "in"))
    assert (settings.DATA / "imports" / brought.code).is_dir()
    with django_capture_on_commit_callbacks(execute=True):
        actions.abandon_import(dalia.actor, brought)
    assert not (settings.DATA / "imports" / brought.code).exists()
    with pytest.raises(Refused, match="abandoned"):
        actions.begin_landing(dalia.actor, Import.objects.get())


def test_a_header_alone_is_not_a_child_in_care(land: Land, tmp_path: Path) -> None:
    brought = land(write(tmp_path / "in" / "2022_23", Header=[HEADER]).parent)
    assert counts(brought) == (1, 0, 0, 1)


def test_the_keys_of_children_that_have_landed_do_not_stay_in_memory(
    england: Association, dalia: Colleague, village: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "CHILDREN_AT_ONCE", 2)
    with keyring() as ring:
        brought = actions.preview_import(
            dalia.actor, village, folder=three_years(tmp_path / "in", 6), look_through=False
        )
        assert tasks.land(dalia.actor, brought).children_done == 6
        assert DataKey.objects.filter(holder_type="people.person").exists()
        assert {holder for holder in ring.holders if holder.type == "people.person"} == set()
