"""Data out: the same files that came in, for any year, and a deed that is remembered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from kinkeeper.access.gate import machine
from kinkeeper.access.models import Association, Role, Unit
from kinkeeper.exchange import actions
from kinkeeper.exchange.models import Import
from kinkeeper.journal.models import Entry
from kinkeeper.lib.packs import load_pack
from kinkeeper.lib.refusals import Refused
from kinkeeper.placements.models import Absence, PeriodOfCare
from tests.conftest import Colleague
from tests.exchange.conftest import three_years, year_one

Land = Callable[[Path], Import]
AUTHORITY = load_pack("un").purposes["AUTHORITY"]


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.csv"))}


def test_a_round_trip_gives_the_same_files(land: Land, dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    folder = three_years(tmp_path / "in", 120)
    brought = land(folder)
    assert brought.rows_landed == brought.rows_read
    for year in (2022, 2023, 2024):
        out = tmp_path / "out" / f"{year}_{(year + 1) % 100}"
        actions.export(dalia.actor, village, year=year, purpose=AUTHORITY, folder=out)
    assert files(tmp_path / "out") == files(folder)


def test_who_took_data_out_is_remembered(land: Land, dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    land(year_one(tmp_path / "in"))
    written = actions.export(dalia.actor, village, year=2022, purpose=AUTHORITY, folder=tmp_path / "out")
    assert written.children == 1
    entry = Entry.objects.get(act="exchange.export")
    assert (entry.subject_code, entry.user_id, entry.facts) == (
        village.code,
        dalia.user.pk,
        {"year": 2022, "purpose": "AUTHORITY"},
    )


def test_nobody_takes_out_the_data_of_another_unit(dalia: Colleague, other_unit: Unit, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="supervisor or director"):
        actions.export(dalia.actor, other_unit, year=2022, purpose=AUTHORITY, folder=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_all_units_are_for_a_director_of_all(
    land: Land, dalia: Colleague, association: Association, tmp_path: Path
) -> None:
    land(year_one(tmp_path / "in"))
    with pytest.raises(Refused, match="whole association"):
        actions.export_all(dalia.actor, association, year=2022, purpose=AUTHORITY, folder=tmp_path / "out")
    director = machine("test", Role.DIRECTOR)
    assert (
        actions.export_all(director, association, year=2022, purpose=AUTHORITY, folder=tmp_path / "out").children == 1
    )


def test_the_browser_gets_a_zip(land: Land, dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    land(year_one(tmp_path / "in"))
    answer = dalia.browser.post("/exchange/export/", {"unit": village.code, "year": "2022", "purpose": "AUTHORITY"})
    assert answer["Content-Disposition"] == 'attachment; filename="ssda903_2022_23.zip"'
    with ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:  # type: ignore[attr-defined]
        names = archive.namelist()
        header = archive.read("ssda903_2022_23/Header.csv").decode()
    assert "ssda903_2022_23/Episodes.csv" in names
    assert header.splitlines()[1] == "K1,2,03/05/2012,WBRI,UN1,0,"


def test_a_caseworker_is_told_why_not(amina: Colleague, village: Unit) -> None:
    assert "Only a supervisor or director" in amina.browser.get("/exchange/export/").content.decode()
    answer = amina.browser.post("/exchange/export/", {"unit": village.code, "year": "2022", "purpose": "AUTHORITY"})
    assert Entry.objects.filter(act="exchange.export").count() == 0
    assert answer.status_code == 200


def test_an_absence_that_was_agreed_on_is_not_reported_as_missing(
    land: Land, dalia: Colleague, village: Unit, tmp_path: Path
) -> None:
    land(year_one(tmp_path / "in"))
    actions.export(dalia.actor, village, year=2022, purpose=AUTHORITY, folder=tmp_path / "before")
    period = PeriodOfCare.objects.filter(started_on__lt=date(2022, 9, 1), ended_on=None).first()
    assert period is not None
    days = {"started_on": date(2022, 9, 5), "ended_on": date(2022, 9, 9)}
    absence = Absence.objects.create(child=period.child, kind="S", **days)
    for kind in ("S", "H", "V"):
        Absence.objects.update_or_create(pk=absence.pk, defaults={"kind": kind})
        actions.export(dalia.actor, village, year=2022, purpose=AUTHORITY, folder=tmp_path / kind)
        assert files(tmp_path / kind) == files(tmp_path / "before")
    Absence.objects.filter(pk=absence.pk).update(kind="M")
    actions.export(dalia.actor, village, year=2022, purpose=AUTHORITY, folder=tmp_path / "missing")
    changed = {name for name, text in files(tmp_path / "missing").items() if text != files(tmp_path / "before")[name]}
    assert {"issing" in name for name in changed} == {True}
