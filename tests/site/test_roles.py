"""An installation with three roles in PostgreSQL: one owns the tables, one serves people, one copies."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite knows no roles.")

KINKEEPER = Path(sys.executable).parent / "kinkeeper"
NAME = f"kinkeeper_roles_{os.getpid()}"

# A day at the desk, as the application’s own role, which is nothing to the tables but what it was granted.
WORK = """
import django
django.setup()
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone
from kinkeeper.access.gate import actor_for
from kinkeeper.access.models import Seat, User
from kinkeeper.cases.actions import record_contact
from kinkeeper.cases.models import Case, Contact
from kinkeeper.lib.standing import passing, standing
from kinkeeper.site.commands.serving import collect_if_needed
collect_if_needed()
assert connection.settings_dict["USER"] == "kinkeeper_app"
assert not Case.objects.exists(), "Whoever says nothing sees something."
with passing("test"):
    assert Case.objects.exists()
    case = Case.objects.filter(state="active", worker__isnull=False).first()
    browser, other = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost")
    browser.force_login(case.worker)
    elsewhere = Seat.objects.filter(role="caseworker", ends_on=None, user__is_active=True).exclude(user=case.worker).first().user
    other.force_login(elsewhere)
    child = case.child.code
try:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE cases_case DISABLE ROW LEVEL SECURITY")
    raise AssertionError("The application took the wall down.")
except DatabaseError:
    pass
for path in ("/", "/caseload/", f"/children/{child}/"):
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
assert other.get(f"/children/{child}/").status_code == 404
with passing("test"):
    worker, stranger = actor_for(case.worker), actor_for(elsewhere)
with standing(worker):
    now = timezone.now()
    record_contact(worker, case, kind=Contact.Kind.VISIT, happened_on=timezone.localdate(), seen="alone", note="Through it")
    assert Contact.objects.filter(case=case, created_at__gte=now).count() == 1
with standing(stranger):
    assert not Contact.objects.filter(case=case).exists()
print("worked")
"""


@pytest.fixture
def place(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The environment of a new installation with three roles."""
    known = connection.settings_dict
    plain = urlunsplit(("postgresql", "kinkeeper@", "/" + NAME, f"host={known['HOST']}", ""))
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    with psycopg.connect(host=known["HOST"], user="kinkeeper", dbname="kinkeeper", autocommit=True) as line:
        line.execute(f"CREATE DATABASE {NAME}")
        try:
            yield {
                **os.environ,
                "KINKEEPER_DATA": str(data),
                "KINKEEPER_MAY_FORGET": "yes",
                "KINKEEPER_SECOND_FACTOR": "offered",
                "DJANGO_SETTINGS_MODULE": "kinkeeper.site.settings",
                "KINKEEPER_DATABASE_URL": plain.replace("kinkeeper@", "kinkeeper_app@", 1),
                "KINKEEPER_OWNER_DATABASE_URL": plain,
                "KINKEEPER_BACKUP_DATABASE_URL": plain.replace("kinkeeper@", "kinkeeper_backup@", 1),
            }
        finally:
            line.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def said(place: dict[str, str], *command: str) -> str:
    """What a command answers; a refusal fails the test with its sentence."""
    done = subprocess.run(command, env=place, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command[:3]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


def test_people_work_and_copies_are_made_without_the_role_that_owns_the_tables(place: dict[str, str]) -> None:
    assert urlsplit(place["KINKEEPER_DATABASE_URL"]).username == settings.APPLICATION_ROLE
    kinkeeper = str(KINKEEPER)
    said(place, kinkeeper, "demo", "--children", "12", "--no-serve")
    assert "worked" in said(place, sys.executable, "-c", WORK)
    said(place, kinkeeper, "worker", "--once")
    assert "behind a wall on" in said(place, kinkeeper, "check")
    said(place, kinkeeper, "backup-key")
    said(place, kinkeeper, "backup")
    assert list((Path(place["KINKEEPER_DATA"]) / "backups").glob("*.age"))
