"""The tables of a new installation on SQLite, made once by `kinkeeper migrate` and copied from then on.

Making them takes a quarter of a minute of a processor, and every story of the browser begins with a new installation.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KEPT = ROOT / "build" / "test" / "tables"
KINKEEPER = Path(sys.executable).parent / "kinkeeper"
DATABASE = "kinkeeper.sqlite3"


def lay_tables(data: Path) -> None:
    """Put a database with the tables of this very code, and nothing in them, into a new data folder."""
    KEPT.mkdir(parents=True, exist_ok=True)
    model = KEPT / f"{_of_this_code()}.sqlite3"
    with (KEPT / "lock").open("w") as door:
        fcntl.flock(door, fcntl.LOCK_EX)
        if not model.exists():
            _make(model)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.copyfile(model, data / DATABASE)


def _of_this_code() -> str:
    seal = sha256()
    for path in sorted([*(ROOT / "src").rglob("*.py"), ROOT / "requirements.txt"]):
        seal.update(path.read_bytes())
    return seal.hexdigest()[:32]


def _make(model: Path) -> None:
    for old in KEPT.glob("*.sqlite3"):
        old.unlink()
    settings = {name: value for name, value in os.environ.items() if not name.startswith("KINKEEPER_")}
    with tempfile.TemporaryDirectory() as folder:
        env = settings | {"KINKEEPER_DATA": folder}
        subprocess.run([KINKEEPER, "migrate"], env=env, check=True, stdout=subprocess.DEVNULL)
        shutil.move(Path(folder) / DATABASE, model)
