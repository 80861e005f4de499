"""`kinkeeper check` finds what was broken on purpose, and says what to do."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from kinkeeper.access.actions import open_programme
from kinkeeper.access.models import Unit
from kinkeeper.journal import history
from kinkeeper.journal.models import Entry, Job, Link
from kinkeeper.people.models import Person
from kinkeeper.placements import guards
from kinkeeper.placements.models import PeriodOfCare
from kinkeeper.site.health import examine
from kinkeeper.upkeep.findings import Level
from tests.conftest import Colleague
from tests.site.conftest import Call


def troubles() -> dict[str, str]:
    """What is wrong, by what was looked at. The test’s own database does not wait for the disk, which is no trouble."""
    found = [one for one in examine() if one.level == Level.TROUBLE and one.what != "durability"]
    return {one.what: f"{one.sentence} {one.remedy}" for one in found}


def test_a_new_installation_is_well(kinkeeper: Call, rosa: Colleague) -> None:
    assert troubles() == {}


def test_the_command_says_so_to_machines(kinkeeper: Call, rosa: Colleague, noor: Person) -> None:
    PeriodOfCare.objects.create(child=noor, started_on=date(2024, 1, 1))
    answer = kinkeeper("check", "--json")
    assert (answer.code, answer.json["well"]) == (1, False)
    wrong = [one for one in answer.json["findings"] if one["level"] == "trouble"]
    assert any(one["what"] == "care" and "no episode" in one["sentence"] for one in wrong)


def test_a_missing_rule_is_found(kinkeeper: Call, rosa: Colleague) -> None:
    name = next(iter(guards._sqlite_objects() if connection.vendor == "sqlite" else guards._postgresql_objects()))
    table = next(table for table, *_rest in guards._RULES)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {name}")
        else:
            cursor.execute(f"DROP TRIGGER {name} ON {table}")
    assert "kinkeeper migrate" in troubles()["rules"]


def test_a_job_that_failed_for_good_is_found(kinkeeper: Call, rosa: Colleague, village: Unit) -> None:
    entry = Entry.objects.create(actor="machine:test", act="access.open_unit", subject_type="access.unit", subject_id=1)
    Job.objects.create(entry=entry, reaction="cases.tell_the_new_worker", state=Job.State.FAILED)
    assert "worker’s log" in troubles()["journal"]


def test_a_job_that_nobody_answers_is_found(kinkeeper: Call, rosa: Colleague) -> None:
    entry = Entry.objects.create(actor="machine:test", act="access.open_unit", subject_type="access.unit", subject_id=1)
    Job.objects.create(entry=entry, reaction="cases.sing", state=Job.State.READY)
    assert "cases.sing" in troubles()["journal"]


def test_a_key_that_others_can_read_is_found(kinkeeper: Call, rosa: Colleague, settings: Any) -> None:
    key = Path(settings.DATA) / "keys" / "signing.key"
    key.parent.mkdir(mode=0o700)
    key.write_text("x" * 60)
    key.chmod(0o644)
    assert f"chmod 600 {key}" in troubles()["keys"]


def test_a_lost_document_is_found(kinkeeper: Call, rosa: Colleague, noor: Person) -> None:
    from kinkeeper.files.models import StoredFile

    StoredFile.objects.create(
        media_type="image/png", size_bytes=1, sha256="0" * 64, original_name="x.png", wrapped_key=b"x"
    )
    assert "not on the disk" in troubles()["files"]


@pytest.mark.asvs("13.4.2")
def test_debugging_in_earnest_is_found(kinkeeper: Call, rosa: Colleague, settings: Any) -> None:
    settings.DEBUG = True
    assert "KINKEEPER_DEBUG" in troubles()["settings"]


@pytest.mark.asvs("12.3.1")
def test_another_machine_without_https_is_found(kinkeeper: Call, rosa: Colleague, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["kinkeeper.example.org"]
    assert "KINKEEPER_HTTPS=yes" in troubles()["settings"]


def test_care_that_ends_before_its_last_change_is_found(kinkeeper: Call, rosa: Colleague, noor: Person) -> None:
    period = PeriodOfCare.objects.create(child=noor, started_on=date(2024, 1, 1))
    assert "no episode" in troubles()["care"]
    assert period.started_on < date.today() - timedelta(days=1)


def test_a_row_that_was_changed_past_the_deeds_is_found(kinkeeper: Call, rosa: Colleague, noor: Person) -> None:
    Person.objects.filter(pk=noor.pk).update(sex="X")
    assert f"Row {noor.pk} of people_person was changed outside" in troubles()["memory"]
    assert "compare the row with a copy" in troubles()["memory"]


def test_a_missing_trigger_of_the_journal_is_found(kinkeeper: Call, rosa: Colleague) -> None:
    history.step_aside(connection)
    assert "kinkeeper migrate" in troubles()["memory"]


def test_the_head_of_the_chain_is_anchored_and_checked(
    kinkeeper: Call, rosa: Colleague, village: Unit, settings: Any, tmp_path: Path
) -> None:
    assert "Nothing new to anchor" in kinkeeper("anchor").out
    open_programme(rosa.actor, village.programme.association, name="After-care", kind="youth")
    assert "has no anchor yet" in kinkeeper("check").out
    assert "Link 1 is anchored in" in kinkeeper("anchor").out
    told = kinkeeper("check").out
    assert "The chain is whole: 1 links, 1 anchors, 0 erased" in told
    assert "The chain is whole since link 1: 1 links" in kinkeeper("check", "--quick").out
    assert "Anchors lie beside the data" in told
    settings.ANCHORS = tmp_path
    open_programme(rosa.actor, village.programme.association, name="Day care", kind="family_strengthening")
    assert kinkeeper("worker", "--once").code == 0
    told = kinkeeper("check", "--quick").out
    assert "The chain is whole: 2 links, 1 anchors" in told
    assert "beside the data" not in told


def test_a_log_that_cannot_be_written_is_said(
    kinkeeper: Call, rosa: Colleague, village: Unit, settings: Any, tmp_path: Path
) -> None:
    settings.ANCHORS = tmp_path / "nowhere"
    open_programme(rosa.actor, village.programme.association, name="After-care", kind="youth")
    answer = kinkeeper("anchor")
    assert (answer.code, "cannot be written" in answer.err) == (1, True)


def test_a_cut_tail_ends_the_check_with_one(kinkeeper: Call, rosa: Colleague, village: Unit) -> None:
    open_programme(rosa.actor, village.programme.association, name="After-care", kind="youth")
    kinkeeper("anchor")
    history.step_aside(connection)
    Link.objects.all().delete()
    Entry.objects.all().delete()
    history.install(connection)
    answer = kinkeeper("check")
    assert answer.code == 1
    assert "its end was cut off" in answer.out
    assert kinkeeper("anchor").code == 1
