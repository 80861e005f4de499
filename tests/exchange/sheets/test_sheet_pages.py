"""The pages of own spreadsheets: template, files in, columns, likely duplicates, mending; and the command."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kinkeeper.access.models import Unit
from kinkeeper.exchange import actions
from kinkeeper.exchange.models import Import, LikelyDuplicate, QuarantinedRow, SheetSource
from kinkeeper.people.models import Person, Sex
from kinkeeper.site import cli
from tests.conftest import Colleague, put, register
from tests.exchange.sheets.conftest import (
    EVERYTHING,
    MINA,
    MOTHER,
    SOURCE,
    Preview,
    changed,
    counts,
    csv_file,
    workbook,
)


def bring(dalia: Colleague, village: Unit, *paths: Path, source: str = SOURCE) -> Any:
    files = [SimpleUploadedFile(path.name, path.read_bytes()) for path in paths]
    return dalia.browser.post("/exchange/sheets/", {"unit": village.code, "uploads": files, "source": source})


def test_files_are_looked_at_and_then_landed(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    answer = bring(dalia, village, workbook(tmp_path / "lists.xlsx", EVERYTHING))
    brought = Import.objects.get()
    assert answer["Location"] == brought.get_absolute_url()
    page = dalia.browser.get(brought.get_absolute_url()).content.decode()
    assert "lists.xlsx / Persons" in page
    assert "would land" in page
    assert Person.objects.count() == 0
    landing = f"/exchange/imports/{brought.code}/land/"
    assert "9 rows go to Riverside" in dalia.browser.get(landing).content.decode()
    dalia.browser.post(landing, {"version": Import.objects.get().version})
    assert Import.objects.get().state == Import.State.FINISHED
    assert Person.objects.count() == 3
    assert SOURCE in dalia.browser.get("/exchange/").content.decode()


def test_a_column_that_is_not_sure_is_asked_about_once(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    rows = [{"number": "1", "given": "Mina", "Familly name": "Karimova", "Gender": "girl", "Eyes": "green"}]
    answer = bring(dalia, village, csv_file(tmp_path / "persons.csv", "persons", rows))
    brought = Import.objects.get()
    page = f"/exchange/imports/{brought.code}/columns/"
    assert answer["Location"] == page
    shown = dalia.browser.get(page).content.decode()
    assert "A guess, because it is nearly alike." in shown
    version = Import.objects.get().version
    refused = dalia.browser.post(f"/exchange/imports/{brought.code}/land/", {"version": version})
    assert "Say first what the columns of these files mean." in refused.content.decode()
    said = {
        "version": version, "sheet-0": "persons", "column-0-0": "number", "column-0-1": "given", "column-0-2": "family",
        "column-0-3": "sex", "column-0-4": "",
    }  # fmt: skip
    assert dalia.browser.post(page, said)["Location"] == brought.get_absolute_url()
    # Its words are known now, so they can be asked about.
    assert "“girl” in the column “Sex” means" in dalia.browser.get(page).content.decode()
    said |= {"version": Import.objects.get().version, "value-0": "F"}
    dalia.browser.post(page, said)
    assert Import.objects.get().summary["would_land"] == 1
    assert SheetSource.objects.get().remembered("values") == {"persons.sex": {"girl": "F"}}
    # The next file of this source asks nothing.
    again = [{**rows[0], "number": "2", "given": "Sara"}]
    bring(dalia, village, csv_file(tmp_path / "persons.csv", "persons", again))
    second = Import.objects.latest("pk")
    assert (second.summary["asks"], second.summary["unknown"], second.summary["would_land"]) == (False, [], 1)


def test_two_columns_cannot_mean_the_same(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    rows = [{"number": "1", "given": "Mina", "Name": "Karimova"}]
    bring(dalia, village, csv_file(tmp_path / "persons.csv", "persons", rows))
    brought = Import.objects.get()
    said = {
        "version": brought.version,
        "sheet-0": "persons",
        "column-0-0": "number",
        "column-0-1": "given",
        "column-0-2": "given",
    }
    answer = dalia.browser.post(f"/exchange/imports/{brought.code}/columns/", said)
    assert answer.status_code == 409
    assert "Two columns of “persons.csv” mean “Given name”. Choose one of them." in answer.content.decode()


def test_a_day_that_may_be_two_is_asked_about_once_for_the_file(
    dalia: Colleague, village: Unit, tmp_path: Path
) -> None:
    rows = [{"number": "1", "given": "Mina", "family": "Karimova", "birth": "03/04/2015"}]
    bring(dalia, village, csv_file(tmp_path / "persons.csv", "persons", rows))
    brought = Import.objects.get()
    assert brought.summary["would_wait"] == 1
    page = f"/exchange/imports/{brought.code}/columns/"
    assert "In “persons.csv”, 03/04/2019 is" in dalia.browser.get(page).content.decode()
    said = {"version": brought.version, "sheet-0": "persons", "day-0": "mdy"}
    said |= {f"column-0-{place}": name for place, name in enumerate(("number", "given", "family", "birth"))}
    dalia.browser.post(page, said)
    dalia.browser.post(f"/exchange/imports/{brought.code}/land/", {"version": Import.objects.get().version})
    assert Person.objects.get().birth == "2015-03-04"


@pytest.fixture
def mina_here(village: Unit) -> Person:
    """A child who is recorded already, under nearly the same name."""
    from datetime import date

    from kinkeeper.people.naming import index_names

    child = register(village, "Mina", "Karimowa", born=date(2014, 5, 17), sex=Sex.FEMALE)
    index_names([child], list(child.names.all()))
    return child


def test_somebody_known_already_is_decided_about_before_anything_lands(
    dalia: Colleague, village: Unit, mina_here: Person, tmp_path: Path
) -> None:
    bring(dalia, village, workbook(tmp_path / "lists.xlsx", EVERYTHING))
    brought = Import.objects.get()
    likeness = LikelyDuplicate.objects.get()
    assert (likeness.person, likeness.said["name"]) == (mina_here, "Mina Karimova")
    refused = dalia.browser.post(f"/exchange/imports/{brought.code}/land/", {"version": brought.version})
    assert "Some people may be recorded already." in refused.content.decode()
    page = f"/exchange/imports/{brought.code}/people/"
    shown = dalia.browser.get(page).content.decode()
    assert "Mina Karimowa" in shown
    assert "Mina Karimova" in shown
    dalia.browser.post(page, {"version": Import.objects.get().version, likeness.code: "same"})
    dalia.browser.post(f"/exchange/imports/{brought.code}/land/", {"version": Import.objects.get().version})
    assert counts(brought) == (9, 9, 0, 0)
    assert Person.objects.count() == 3
    # What is recorded stays as it was, and the import says where the file differs.
    assert Person.objects.get(pk=mina_here.pk).name == "Mina Karimowa"
    assert "What is here stays." in json.dumps(Import.objects.get().summary["warned"], ensure_ascii=False)


def test_another_person_is_a_new_record(dalia: Colleague, preview: Preview, mina_here: Person) -> None:
    from kinkeeper.exchange import tasks

    brought = preview(EVERYTHING)
    likeness = LikelyDuplicate.objects.get()
    brought = actions.tell_apart(dalia.actor, brought, answers={likeness.code: "other"})
    tasks.land(dalia.actor, brought)
    assert (Person.objects.count(), counts(brought)) == (4, (9, 9, 0, 0))


def test_somebody_of_another_unit_is_told_by_unit_and_code(
    dalia: Colleague, preview: Preview, mina_here: Person, other_unit: Unit
) -> None:
    Person.objects.filter(pk=mina_here.pk).update(unit=other_unit, name="Secret Name")
    brought = preview(EVERYTHING)
    shown = dalia.browser.get(f"/exchange/imports/{brought.code}/people/").content.decode()
    assert "Secret Name" not in shown
    assert "Karimowa" not in shown
    assert mina_here.code in shown
    assert "Hilltown" in shown


def test_a_row_is_mended_on_its_page(dalia: Colleague, land_sheets: Preview) -> None:
    land_sheets(changed(EVERYTHING, persons=[{**MINA, "sex": "hedgehog"}, *EVERYTHING["persons"][1:]]))
    row = QuarantinedRow.objects.get(table="persons")
    page = f"/exchange/rows/{row.code}/mend/"
    shown = dalia.browser.get(page).content.decode()
    assert "hedgehog" in shown
    assert "“hedgehog” is none of the permitted values." in shown
    cells = {**row.values, "sex": "F", "version": row.version}
    assert dalia.browser.post(page, cells).status_code == 302
    assert QuarantinedRow.objects.filter(state="waiting").count() == 0
    assert Person.objects.count() == 3


def test_the_template_comes_as_a_workbook(dalia: Colleague, village: Unit) -> None:
    answer = dalia.browser.get("/exchange/template.xlsx")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert content.startswith(b"PK")
    assert 'filename="kinkeeper.xlsx"' in answer["Content-Disposition"]


@pytest.mark.parametrize("page", ["columns/", "people/", ""])
def test_sheets_of_another_unit_do_not_exist(preview: Preview, bruno: Colleague, amina: Colleague, page: str) -> None:
    brought = preview(EVERYTHING)
    for stranger in (bruno, amina):
        assert stranger.browser.get(f"/exchange/imports/{brought.code}/{page}").status_code == 404


def test_nobody_but_overseers_brings_sheets_in(amina: Colleague, village: Unit, tmp_path: Path) -> None:
    from kinkeeper.lib.refusals import Refused

    workbook(tmp_path / "in" / "lists.xlsx", EVERYTHING)
    with pytest.raises(Refused, match="supervisor or director"):
        actions.preview_sheets(amina.actor, village, folder=tmp_path / "in", source=SOURCE)
    assert Import.objects.count() == 0
    assert "Only a supervisor or director" in amina.browser.get("/exchange/sheets/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_pages_ask_the_same_whatever_their_length(
    dalia: Colleague, village: Unit, preview: Preview, rows: int
) -> None:
    from datetime import date

    from kinkeeper.people.naming import index_names

    for number in range(rows):
        known = register(village, f"Mina{'abc'[number]}", "Karimova", born=date(2014, 5, 17))
        index_names([known], list(known.names.all()))
    brought = preview({"persons": [{**MINA, "number": str(n), "given": f"Mina{'abc'[n]}"} for n in range(rows)]})
    assert LikelyDuplicate.objects.count() >= rows
    browser = dalia.browser
    for page, most in (
        (f"/exchange/imports/{brought.code}/people/", 11),
        (f"/exchange/imports/{brought.code}/", 11),
    ):
        browser.get(page)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert browser.get(page).status_code == 200
        assert len(captured) == most, page


@pytest.mark.django_db(transaction=True)
def test_the_command_previews_lands_and_changes_nothing_twice(
    village: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = workbook(
        tmp_path / "lists.xlsx", changed(EVERYTHING, persons=[MINA, MOTHER, {**EVERYTHING["persons"][2], "birth": "x"}])
    )
    command = ["import", "sheets", str(book), "--source", SOURCE]
    assert cli.main([*command, "--preview"]) == 0
    assert Person.objects.count() == 0
    assert "9 rows read: 6 would land, 0 unchanged, 3 in quarantine." in capsys.readouterr().out
    assert cli.main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["read"], told["landed"], told["unchanged"], len(told["quarantined"])) == (9, 6, 0, 3)
    assert cli.main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["landed"], told["unchanged"], len(told["quarantined"])) == (0, 6, 3)


@pytest.mark.django_db(transaction=True)
def test_the_command_asks_before_it_lands(village: Unit, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"number": "1", "given": "Mina", "Familly name": "Karimova", "birth": "03/04/2015", "Eyes": "green"}]
    path = csv_file(tmp_path / "persons.csv", "persons", rows)
    command = ["import", "sheets", str(path), "--source", SOURCE]
    assert cli.main(command) == 1
    assert "accept them with --accept" in capsys.readouterr().err
    assert cli.main([*command, "--accept", "--day-first"]) == 0
    assert Person.objects.get().birth == "2015-04-03"
    assert cli.main(["import", "sheets", str(tmp_path / "none.csv"), "--source", SOURCE]) == 2


def test_the_command_writes_the_template(village: Unit, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO())
    monkeypatch.setattr("sys.stdout", out)
    assert cli.main(["template", "--language", "ru"]) == 0
    assert out.buffer.getvalue().startswith(b"PK")
    assert cli.main(["template", "--language", "xx"]) == 2


def test_what_to_correct_is_taken_along_as_a_list(dalia: Colleague, bruno: Colleague, land_sheets: Preview) -> None:
    brought = land_sheets(changed(EVERYTHING, persons=[{**MINA, "sex": "=1+1"}, *EVERYTHING["persons"][1:]]))
    answer = dalia.browser.get(f"/exchange/imports/{brought.code}/quarantine.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert lines[0] == "File,Line,Column,Reason"
    assert lines[1].startswith('lists.xlsx / Persons,2,Sex,"“=1+1” is none of the permitted values.')
    assert len(lines) == 6
    put(QuarantinedRow.objects.get(table="persons"), file="=cmd|' /C calc'!A0.csv", reason="\u200b=1+1")
    text = dalia.browser.get(f"/exchange/imports/{brought.code}/quarantine.csv").content.decode("utf-8-sig")
    assert "'=cmd|' /C calc'!A0.csv,2,Sex,'\u200b=1+1" in text
    assert bruno.browser.get(f"/exchange/imports/{brought.code}/quarantine.csv").status_code == 404
