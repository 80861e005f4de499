"""The administrator’s page about the installation: what to do next comes first, and nobody else comes in."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kinkeeper.access.gate import machine
from kinkeeper.journal.models import Entry, Job
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from kinkeeper.site.machine import certificate
from kinkeeper.upkeep.actions import note_backup, note_verification
from kinkeeper.upkeep.models import Backup, Chore, Worker
from kinkeeper.upkeep.queries import state_of_installation
from tests.conftest import Colleague

PAGE = "/installation/"


@pytest.fixture(autouse=True)
def data(settings: Any, tmp_path: Path) -> None:
    """A data folder of its own that is well."""
    settings.DATA = tmp_path
    tmp_path.chmod(0o700)
    settings.HTTPS = True  # the tests’ browser calls the server by a name, as others do


def a_backup(number: int = 1, *, ago: timedelta = timedelta(hours=2), proved: bool = True) -> Backup:
    return Backup.objects.create(
        name=f"kinkeeper-{number}.backup.age",
        sha256=f"{number:064}",
        made_at=timezone.now() - ago,
        size_bytes=1000,
        verified_at=timezone.now() - ago if proved else None,
    )


def failed_jobs(count: int) -> None:
    entry = Entry.objects.create(actor="machine:test", act="x.y", subject_type="access.unit", subject_id=1)
    for number in range(count):
        Job.objects.create(entry=entry, reaction=f"cases.{number}", state=Job.State.FAILED)


def steps(rosa: Colleague) -> list[tuple[str, str]]:
    found = state_of_installation(rosa.actor).steps
    # The tests’ own database may forget, and is said to; that is another test.
    return [(step.tone, str(step.text)) for step in found if step.tone != "info"]


def test_what_is_most_urgent_comes_first(rosa: Colleague) -> None:
    failed_jobs(1)
    Chore.objects.create(name="files.remove_orphaned_bytes", trouble="OSError")
    a_backup(ago=timedelta(days=2), proved=False)
    assert steps(rosa) == [
        ("bad", "The newest backup is older than a day and a half."),
        ("bad", "No worker is at work: notices, imports and nightly work wait."),
        ("warn", "No backup was proved in the last hundred days. One that was never opened is a hope."),
        ("warn", "Jobs failed for good."),
        ("warn", "A scheduled task failed the last time."),
    ]


def test_nothing_waits_where_all_is_well(rosa: Colleague) -> None:
    a_backup()
    Worker.objects.create(name="one")
    assert steps(rosa) == []


def test_without_any_backup_that_is_the_first_thing(rosa: Colleague) -> None:
    Worker.objects.create(name="one")
    assert steps(rosa) == [("bad", "There is no backup yet.")]


def test_a_worker_that_is_silent_is_none(rosa: Colleague) -> None:
    a_backup()
    Worker.objects.create(name="one", seen_at=timezone.now() - timedelta(minutes=2))
    assert steps(rosa) == [("bad", "No worker is at work: notices, imports and nightly work wait.")]


def test_the_page_shows_it(rosa: Colleague) -> None:
    a_backup()
    failed_jobs(2)
    Chore.objects.create(name="files.remove_orphaned_bytes", ended_at=timezone.now())
    text = rosa.browser.get(PAGE).content.decode()
    for word in (
        "What to do next",
        "kinkeeper-1.backup.age",
        "files.remove_orphaned_bytes",
        "Try the failed jobs again",
    ):
        assert word in text
    assert text.index("What to do next") < text.index("Newest backups")


@pytest.mark.parametrize("who", ["amina", "dalia", "eve"])
@pytest.mark.parametrize("path", [PAGE, f"{PAGE}try-jobs-again/"])
def test_nobody_else_comes_in(who: str, path: str, request: pytest.FixtureRequest) -> None:
    colleague: Colleague = request.getfixturevalue(who)
    assert colleague.browser.get(path).status_code == 404
    assert colleague.browser.post(path).status_code == 404


def test_it_says_nothing_about_a_child(rosa: Colleague, noor: Person) -> None:
    text = rosa.browser.get(PAGE).content.decode()
    assert not any(word in text for word in ("Noor", "Saleh", noor.code))


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_a_constant_number_of_questions(rosa: Colleague, rows: int) -> None:
    for number in range(rows):
        a_backup(number)
        Chore.objects.create(name=f"people.{number}")
        Worker.objects.create(name=f"worker {number}")
    failed_jobs(rows)
    browser = rosa.browser
    browser.get(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        browser.get(PAGE)
    # What the page asks the engine about itself differs from engine to engine.
    of_the_engine = re.compile(r"^(PRAGMA|SHOW)|\bpg_|kinkeeper_wall")
    own = [one for one in asked.captured_queries if not of_the_engine.search(one["sql"])]
    assert len(own) == 17


def test_the_failed_jobs_are_tried_again_from_the_page(rosa: Colleague) -> None:
    failed_jobs(2)
    browser = rosa.browser
    assert "2 jobs failed" in browser.get(f"{PAGE}try-jobs-again/").content.decode()
    assert browser.post(f"{PAGE}try-jobs-again/").status_code == 302
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.READY}
    assert Entry.objects.filter(act="journal.try_jobs_again", user=rosa.user).count() == 2
    # Once more there is nothing to try.
    again = browser.post(f"{PAGE}try-jobs-again/")
    assert (again.status_code, "No job has failed for good" in again.content.decode()) == (409, True)


# ---- backups are written down by their command alone -----------------------------------------------------------------


def test_a_backup_is_noted_by_its_command_alone(rosa: Colleague) -> None:
    particulars: dict[str, Any] = {
        "name": "a",
        "sha256": "a" * 64,
        "made_at": timezone.now(),
        "size_bytes": 5,
        "documents": 2,
    }
    with pytest.raises(Refused, match="kinkeeper backup"):
        note_backup(rosa.actor, **particulars)
    assert not Backup.objects.exists()
    noted = note_backup(machine("backup"), **particulars)
    with pytest.raises(Refused, match="kinkeeper backup"):
        note_verification(rosa.actor, noted)
    note_verification(machine("backup"), noted)
    stored = Backup.objects.get()
    assert (stored.documents, stored.verified_at is not None, stored.version) == (2, True, 2)
    assert list(Entry.objects.order_by("pk").values_list("actor", "act")) == [
        ("machine:backup", "upkeep.note_backup"),
        ("machine:backup", "upkeep.note_verification"),
    ]


# ---- the certificate -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "days, level, word", [(90, "good", "lasts until"), (10, "trouble", "runs out on"), (-1, "trouble", "ran out on")]
)
def test_a_certificate_is_watched(settings: Any, tmp_path: Path, days: int, level: str, word: str) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now - timedelta(days=99), now + timedelta(days=days)
    )
    settings.CERTIFICATE = tmp_path / "certificate.pem"
    settings.CERTIFICATE.write_bytes(made.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    [found] = certificate()
    assert (found.level, word in found.sentence) == (level, True)


def test_a_certificate_that_cannot_be_read_is_said(settings: Any, tmp_path: Path) -> None:
    settings.CERTIFICATE = tmp_path / "nothing.pem"
    [found] = certificate()
    assert (found.level, "cannot be read" in found.sentence) == ("remark", True)
    settings.CERTIFICATE = None
    assert list(certificate()) == []
