"""The pulse of the service, its figures, and what people see while the database is away."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from django.db import InterfaceError, OperationalError
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor
from django.test import Client
from django.utils import timezone

from kinkeeper.access.models import Unit
from kinkeeper.journal.models import Entry, Job
from kinkeeper.site import figures, watching
from kinkeeper.site.errors import is_away
from kinkeeper.site.figures import Counter
from kinkeeper.upkeep.models import Backup, Chore
from tests.conftest import Colleague

HERE: Any
THERE: Any
HERE, THERE = {"REMOTE_ADDR": "127.0.0.1"}, {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture(autouse=True)
def run(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run of its own, with tables that were looked at (tests without migrations know of none)."""
    settings.DATA = tmp_path
    monkeypatch.setattr(figures, "counter", Counter())
    monkeypatch.setattr(watching, "counter", figures.counter)
    monkeypatch.setattr(watching, "_known", [True])


@pytest.fixture
def away() -> Iterator[None]:
    """The server answers nothing any more. Not our own code: only what the driver says is planted."""

    def no_answer(*_arguments: object, **_named: object) -> None:
        raise OperationalError("server closed the connection unexpectedly: Zebulon")

    with patch.object(CursorWrapper, "execute", no_answer):
        yield


# ---- the pulse -------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_the_pulse_says_ok_and_nothing_else(path: str, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0 if path == "/health/live" else 1):
        response = Client().get(path, headers={"Host": "whatever.example.org"})
    assert (response.status_code, response.content, response["Cache-Control"]) == (200, b"ok\n", "no-store")
    assert "Set-Cookie" not in response.headers


@pytest.mark.asvs("16.5.2")
@pytest.mark.django_db
def test_a_database_that_is_away_is_not_ready_but_alive(away: None) -> None:
    response = Client().get("/health/ready")
    assert (response.status_code, response.content, response["Retry-After"]) == (503, b"not ok\n", "5")
    assert Client().get("/health/live").status_code == 200


@pytest.mark.django_db
def test_tables_of_another_version_are_not_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "_known", [])
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda _self, _targets: [("a step", False)])
    assert Client().get("/health/ready").status_code == 503


# ---- the database is away --------------------------------------------------------------------------------------------


@pytest.mark.asvs("16.5.1", "16.5.2")
@pytest.mark.parametrize("path", ["/", "/caseload/", "/administration/"])
def test_every_page_says_so_in_the_language_of_the_reader(rosa: Colleague, path: str, away_later: Any) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(rosa.user)
    away_later()
    response = client.get(path, headers={"Accept-Language": "ru"})
    text = response.content.decode()
    assert (response.status_code, response["Retry-After"], response["Content-Language"]) == (503, "5", "ru")
    assert '<html lang="ru"' in text
    assert response["X-Request-Id"] in text
    assert "Zebulon" not in text


@pytest.fixture
def away_later(request: pytest.FixtureRequest) -> Any:
    """Take the database away when the test has set the scene."""
    return lambda: request.getfixturevalue("away")


def test_a_program_hears_it_as_json(rosa: Colleague, away_later: Any) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(rosa.user)
    away_later()
    response = client.get("/", headers={"Accept": "application/json"})
    assert response.status_code == 503
    assert sorted(response.json()) == ["number", "sentence"]


@pytest.mark.parametrize(
    "error, expected",
    [
        (OperationalError("server closed the connection"), True),
        (OperationalError("database is locked"), True),
        (InterfaceError("connection already closed"), True),
        (OperationalError("no such table: x"), False),
        (OperationalError("no such column: x"), False),
        (ValueError("x"), False),
        (None, False),
    ],
)
def test_a_fault_of_ours_is_no_absence(error: Exception | None, expected: bool) -> None:
    assert is_away(error) is expected


# ---- figures ---------------------------------------------------------------------------------------------------------


def figures_of(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1]) for line in lines}


def test_the_figures_count_what_happened(rosa: Colleague, village: Unit) -> None:
    entry = Entry.objects.create(actor="machine:test", act="x.y", subject_type="access.unit", subject_id=1)
    for number, state in enumerate((Job.State.READY, Job.State.READY, Job.State.FAILED, Job.State.DONE)):
        Job.objects.create(entry=entry, reaction=f"cases.{number}", state=state)
    Chore.objects.create(name="files.remove_orphaned_bytes", trouble="OSError")
    Backup.objects.create(
        name="a", sha256="a" * 64, made_at=timezone.now() - timedelta(hours=2), size_bytes=1, documents=0
    )
    browser = rosa.browser
    for _time in range(3):
        browser.get("/administration/")
    browser.get("/no-such-page/")
    response = Client().get("/metrics", **HERE)
    found = figures_of(response.content.decode())
    assert response["Content-Type"].startswith("text/plain; version=0.0.4")
    assert found['kinkeeper_requests_total{view="administration",status="200"}'] == 3
    assert found['kinkeeper_requests_total{view="none",status="404"}'] == 1
    assert found["kinkeeper_request_seconds_count"] == found['kinkeeper_request_seconds_bucket{le="+Inf"}'] == 4
    assert (found["kinkeeper_jobs_waiting"], found["kinkeeper_jobs_failed"]) == (2, 1)
    assert found["kinkeeper_chores_in_trouble"] == 1
    assert found["kinkeeper_workers"] == 0
    assert 7100 < found["kinkeeper_backup_age_seconds"] < 7300


def test_processes_add_up(db: None, tmp_path: Path) -> None:
    figures.begin_anew()
    (tmp_path / "run" / "1.json").write_text('{"requests": {"my_day 200": 5}, "seconds": {"0.1": 5, "sum": 0.4}}')
    figures.counter.note("my_day", 200, 0.3)
    found = figures_of(figures.exposition())
    assert found['kinkeeper_requests_total{view="my_day",status="200"}'] == 6
    assert found['kinkeeper_request_seconds_bucket{le="0.1"}'] == 5
    assert found['kinkeeper_request_seconds_bucket{le="0.5"}'] == 6
    figures.begin_anew()
    assert list((tmp_path / "run").glob("*.json")) == []


@pytest.mark.asvs("13.4.5")
@pytest.mark.django_db
@pytest.mark.parametrize(
    "token, sent, where, status",
    [
        ("", {}, HERE, 200),
        ("", {}, THERE, 404),
        ("", {"X-Forwarded-For": "192.0.2.7"}, HERE, 404),
        ("", {"Forwarded": "for=192.0.2.7"}, HERE, 404),
        ("a token of the monitoring", {}, HERE, 404),
        ("a token of the monitoring", {"Authorization": "Bearer another"}, HERE, 404),
        ("a token of the monitoring", {"Authorization": "Bearer a token of the monitoring"}, THERE, 200),
    ],
)
def test_figures_are_not_for_strangers(
    settings: Any, token: str, sent: dict[str, str], where: Any, status: int
) -> None:
    settings.METRICS_TOKEN = token
    response = Client().get("/metrics", headers=sent, **where)
    assert response.status_code == status
    assert (b"kinkeeper_jobs_waiting" in response.content) == (status == 200)


@pytest.mark.parametrize(
    "address, expected",
    [
        ("127.0.0.1", True),
        ("127.0.0.1:40112", True),
        ("::1", True),
        ("[::1]:40112", True),
        ("192.0.2.7:40112", False),
        ("[2001:db8::1]:40112", False),
        ("127.0.0.1.example.org:1", False),
        ("", False),
    ],
)
def test_this_machine_is_told_from_others(address: str, expected: bool) -> None:
    assert watching.is_this_machine(address) is expected
