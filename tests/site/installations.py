"""Whole installations for tests: a data folder and a database of their own, worked on by other processes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from tools.envelopes import for_installation

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "kind horses walk at night"

# A writer: opens units and stores documents until it is stopped, and tells each only when it is committed;
# then it pauses for the seconds that it was told.
WRITER = """
    import sys, time
    import django
    django.setup()
    from django.db import transaction
    from kinkeeper.access.actions import open_unit
    from kinkeeper.access.gate import machine
    from kinkeeper.access.models import Programme, Role
    from kinkeeper.files.vault import Accepted, store
    programme, name, number = Programme.objects.get(), sys.argv[1], 0
    while True:
        number += 1
        unit = f"{name} {number}"
        with transaction.atomic():
            open_unit(machine("writer", Role.ADMINISTRATOR), programme, name=unit, kind="village")
            file = store(Accepted(f"What {unit} wrote. ".encode() * 5000, "text/plain", "note.txt"))
        print(unit, file.code, flush=True, sep="|")
        time.sleep(float(sys.argv[2]))
"""


@dataclass
class Installation:
    """One installation on this machine, called as its keeper calls it."""

    data: Path
    url: str = ""
    extra: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The settings of its processes."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KINKEEPER_")}
        known = {"KINKEEPER_DATA": str(self.data), "DJANGO_SETTINGS_MODULE": "kinkeeper.site.settings"}
        return kept | known | ({"KINKEEPER_DATABASE_URL": self.url} if self.url else {}) | self.extra

    def call(self, *arguments: object, said: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = [sys.executable, "-m", "kinkeeper.site.cli", *map(str, arguments)]
        return subprocess.run(
            command, env=self.environment, input=said, capture_output=True, text=True, check=False, cwd=ROOT
        )

    def done(self, *arguments: object) -> str:
        """Run a command that must succeed; returns what it said."""
        done = self.call(*arguments)
        assert done.returncode == 0, f"{arguments}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def python(self, code: str, *arguments: str) -> subprocess.Popen[str]:
        """Run a program inside the installation."""
        command = [sys.executable, "-c", textwrap.dedent(code), *arguments]
        return subprocess.Popen(
            command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT
        )

    def ask(self, code: str) -> str:
        """What a program inside the installation prints."""
        process = self.python("import django\ndjango.setup()\n" + textwrap.dedent(code))
        out, err = process.communicate(timeout=120)
        assert process.returncode == 0, err
        return out

    def new_key(self, folder: Path) -> Path:
        """Set up a backup key; its secret half lies in a file elsewhere."""
        file = folder / f"{uuid4().hex}.txt"
        file.write_text(self.done("backup-key"))
        return file


def _server() -> BaseDatabaseWrapper:
    """A connection of its own to the server of the tests, outside every transaction."""
    return connection.copy()


def _sql(statement: str) -> None:
    alone = _server()
    try:
        with alone.cursor() as cursor:
            cursor.execute(statement)
    finally:
        alone.close()


def new_database(template: str = "template1") -> str:
    """A database on the server of the tests; returns its name."""
    name = f"kk_{uuid4().hex[:16]}"
    _sql(f"CREATE DATABASE {name} TEMPLATE {template}")
    return name


def drop_database(name: str) -> None:
    """Remove a database with whoever is connected to it."""
    _sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def address(name: str) -> str:
    """The address of a database on the server of the tests."""
    known = connection.settings_dict
    password = f":{known['PASSWORD']}" if known["PASSWORD"] else ""
    port = f"&port={known['PORT']}" if known["PORT"] else ""
    return f"postgresql://{known['USER']}{password}@/{name}?host={known['HOST']}{port}"


@contextmanager
def founded(folder: Path) -> Iterator[tuple[Path, str]]:
    """An association that was set up once, to be copied: its data folder, and its database on PostgreSQL."""
    name = new_database() if connection.vendor == "postgresql" else ""
    made = Installation(folder / "founded", address(name) if name else "")
    password = folder / "password"
    password.write_text(PASSWORD)
    for_installation(made.environment)
    made.done(
        *("setup", "--name", "Kin of the Hills", "--country", "uz", "--pack", "un", "--password-file", password),
        *("--admin-name", "Rosa Karimova", "--admin-email", "rosa@example.org", "--unit", "family_care:village:Hills"),
    )
    try:
        yield made.data, name
    finally:
        if name:
            drop_database(name)


@contextmanager
def copied(model: tuple[Path, str], folder: Path) -> Iterator[Installation]:
    """A copy of the association, with records of its own from now on."""
    data, name = model
    shutil.copytree(data, folder)
    own = new_database(name) if name else ""
    try:
        yield Installation(folder, address(own) if own else "")
    finally:
        if own:
            drop_database(own)


@contextmanager
def empty(folder: Path) -> Iterator[Installation]:
    """A place where nothing is installed yet."""
    own = new_database() if connection.vendor == "postgresql" else ""
    try:
        yield Installation(folder, address(own) if own else "")
    finally:
        if own:
            drop_database(own)
