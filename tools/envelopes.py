"""Two recovery envelopes, made and opened again, for an installation that a test or a measurement makes and throws away.

KINKEEPER_DATA=… python -m tools.envelopes → makes the tables where there are none, and the envelopes beside the data folder,
closed for a recipient whose secret half is forgotten at once. `kinkeeper setup` then asks for no more.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import django
import pyrage

ROOT = Path(__file__).resolve().parent.parent


def make_them() -> None:
    """Make them in the installation that the environment names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kinkeeper.site.settings")
    django.setup()
    from django.conf import settings

    from kinkeeper.keys import envelopes
    from kinkeeper.site.commands.answering import insist_on_tables

    insist_on_tables()
    identity = pyrage.x25519.Identity.generate()
    for number in range(envelopes.WANTED):
        path = Path(settings.DATA).with_name(f"{Path(settings.DATA).name}.envelope-{number}.age")
        envelopes.make_envelope(path, recipient=str(identity.to_public()))
        envelopes.confirm_envelope(path, json.loads(pyrage.decrypt(path.read_bytes(), [identity]))["code"])


def for_installation(env: Mapping[str, str]) -> None:
    """The same in a process of its own, for an installation that `env` names."""
    quiet = subprocess.DEVNULL
    command = [sys.executable, "-m", "tools.envelopes"]
    subprocess.run(command, env=dict(env), cwd=ROOT, check=True, stdout=quiet, stderr=quiet)


if __name__ == "__main__":
    make_them()
