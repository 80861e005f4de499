"""The pages of an import: files in, a look at them, landing at once or by the worker, the quarantine."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kinkeeper.access.models import Unit
from kinkeeper.exchange import actions
from kinkeeper.exchange.models import Import, QuarantinedRow
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.notices.models import Notice
from kinkeeper.people.models import Person
from tests.conftest import Colleague
from tests.exchange.conftest import AFTER, EPISODE, HEADER, MOVED, three_years, year_one, year_two

Land = Callable[[Path], Import]


def uploaded(folder: Path) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(path.name, path.read_bytes()) for path in sorted(folder.rglob("*.csv"))]


def zipped(folder: Path) -> SimpleUploadedFile:
    kept = BytesIO()
    with ZipFile(kept, "w") as archive:
        for path in folder.rglob("*.csv"):
            archive.write(path, path.relative_to(folder))
    return SimpleUploadedFile("returns.zip", kept.getvalue())


def bring(dalia: Colleague, village: Unit, files: Any, **more: str) -> Any:
    return dalia.browser.post("/exchange/import/", {"unit": village.code, "uploads": files, **more})


def test_files_are_looked_at_and_then_landed(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    answer = bring(dalia, village, uploaded(year_one(tmp_path / "in")), year="2022/23")
    brought = Import.objects.get()
    assert answer["Location"] == brought.get_absolute_url()
    page = dalia.browser.get(brought.get_absolute_url()).content.decode()
    assert "would land" in page
    assert Person.objects.count() == 0
    version = Import.objects.get().version
    dalia.browser.post(f"/exchange/imports/{brought.code}/land/", {"version": version})
    assert Import.objects.get().state == Import.State.FINISHED
    assert Person.objects.count() == 1
    # Nothing is left for the worker to do twice.
    run_due_jobs()
    assert Import.objects.get().rows_landed == 3


def test_a_zip_keeps_its_folders_of_years(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    bring(dalia, village, [zipped(year_two(year_one(tmp_path / "in")))])
    assert Import.objects.get().summary["would_land"] == 7


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        ("returns.zip", b"PK no zip", "damaged or locked"),
        ("returns.xlsx", b"PK", "neither a CSV file nor a ZIP"),
        ("notes.zip", None, "no CSV file"),
    ],
)
def test_what_is_no_return_is_refused_in_words(
    dalia: Colleague, village: Unit, name: str, content: bytes | None, sentence: str
) -> None:
    if content is None:
        kept = BytesIO()
        with ZipFile(kept, "w") as archive:
            archive.writestr("../../notes.doc", "x")
        content = kept.getvalue()
    answer = bring(dalia, village, [SimpleUploadedFile(name, content)])
    assert sentence in answer.content.decode()
    assert Import.objects.count() == 0


@pytest.mark.asvs("5.3.3")
def test_a_name_that_leads_out_of_the_folder_stays_inside(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    kept = BytesIO()
    folder = year_one(tmp_path / "in")
    with ZipFile(kept, "w") as archive:
        for path in folder.rglob("*.csv"):
            archive.writestr(f"../../../2022_23/{path.name}", path.read_bytes())
    bring(dalia, village, [SimpleUploadedFile("returns.zip", kept.getvalue())])
    assert Import.objects.get().summary["would_land"] == 3


@pytest.mark.asvs("15.2.2")
@pytest.mark.django_db(transaction=True)
def test_the_worker_lands_what_is_large(
    dalia: Colleague, village: Unit, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "CHILDREN_AT_ONCE", 4)
    brought = actions.preview_import(dalia.actor, village, folder=three_years(tmp_path / "in", 6))
    dalia.browser.post(f"/exchange/imports/{brought.code}/land/", {"version": brought.version})
    assert Import.objects.get().state == Import.State.LANDING
    assert "hx-get" in dalia.browser.get(f"/exchange/imports/{brought.code}/progress/").content.decode()
    while run_due_jobs():
        pass
    done = Import.objects.get()
    assert (done.state, done.rows_landed) == (Import.State.FINISHED, done.rows_read)
    assert Notice.objects.get(kind=Notice.Kind.IMPORT_FINISHED).to == dalia.user


def test_the_quarantine_lists_and_mends(land: Land, dalia: Colleague, tmp_path: Path) -> None:
    land(year_two(tmp_path / "in", Episodes=[{**MOVED, "DEC": "20/07/2021"}, AFTER]))
    brought, row = Import.objects.get(), QuarantinedRow.objects.get(field="DEC")
    page = dalia.browser.get(f"/exchange/imports/{brought.code}/quarantine/").content.decode()
    assert "2023_24/Episodes.csv" in page
    mend = f"/exchange/rows/{row.code}/mend/"
    assert "20/07/2021" in dalia.browser.get(mend).content.decode()
    still = dalia.browser.post(mend, {**row.values, "version": row.version, "DEC": "20/07/2020"})
    assert "ends before it begins" in still.content.decode()
    dalia.browser.post(mend, {**row.values, "version": row.version, "DEC": "20/07/2023"})
    assert QuarantinedRow.objects.filter(state="waiting").count() == 0


def test_a_row_is_set_aside_on_its_page(land: Land, dalia: Colleague, tmp_path: Path) -> None:
    land(year_two(tmp_path / "in", Episodes=[{**MOVED, "DEC": "20/07/2021"}, AFTER]))
    row = QuarantinedRow.objects.get(field="DEC")
    dalia.browser.post(f"/exchange/rows/{row.code}/set-aside/", {"version": row.version})
    assert QuarantinedRow.objects.get(pk=row.pk).state == "set_aside"


def test_an_import_is_abandoned_on_its_page(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    brought = actions.preview_import(dalia.actor, village, folder=year_one(tmp_path / "in"))
    dalia.browser.post(f"/exchange/imports/{brought.code}/abandon/", {"version": brought.version})
    assert Import.objects.get().state == Import.State.ABANDONED


def test_a_stale_page_lands_nothing(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    brought = actions.preview_import(dalia.actor, village, folder=year_one(tmp_path / "in"))
    answer = dalia.browser.post(f"/exchange/imports/{brought.code}/land/", {"version": brought.version - 1})
    assert "Someone else changed" in answer.content.decode()
    assert Person.objects.count() == 0


@pytest.mark.parametrize("page", ["", "quarantine/", "progress/", "land/", "abandon/"])
def test_imports_of_another_unit_do_not_exist(
    land: Land, bruno: Colleague, amina: Colleague, tmp_path: Path, page: str
) -> None:
    brought = land(year_one(tmp_path / "in"))
    for stranger in (bruno, amina):
        assert stranger.browser.get(f"/exchange/imports/{brought.code}/{page}").status_code == 404


def test_the_list_asks_the_same_whatever_its_length(land: Land, dalia: Colleague, tmp_path: Path) -> None:
    asked = []
    for number in range(1, 4):
        folder = year_one(
            tmp_path / str(number),
            Header=[{**HEADER, "CHILD": f"K{number}"}],
            Episodes=[{**EPISODE, "CHILD": f"K{number}"}],
            Reviews=[],
        )
        land(folder)
        browser = dalia.browser
        browser.get("/exchange/")
        with CaptureQueriesContext(connection) as captured:
            page = browser.get("/exchange/").content.decode()
        asked.append(len(captured))
        assert page.count("/exchange/imports/") == number
    assert asked[0] == asked[2]
