"""`serve`, `worker`, `migrate`: what runs."""

from __future__ import annotations

import argparse
import hashlib
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from kinkeeper.drafts.tasks import forget_old_drafts
from kinkeeper.files.tasks import remove_orphaned_bytes
from kinkeeper.journal.anchors import anchor
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.leaving.tasks import come_of_age
from kinkeeper.lib.refusals import Refused
from kinkeeper.site.commands.answering import insist_on_tables, say

log = logging.getLogger("kinkeeper.worker")

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  # compared, not bound
PAUSE_SECONDS = 1.0
THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)
MINUTE_SECONDS = 60
NIGHT_SECONDS = 24 * 3600


def serve(asked: argparse.Namespace) -> int:
    """Serve the pages until somebody stops it."""
    insist_on_tables()
    _insist_on_a_free_port(asked.host, asked.port)
    collect_if_needed()
    beside = (
        None if asked.no_worker else subprocess.Popen([sys.executable, "-m", "kinkeeper.site.cli", "worker"])
    )  # our own program
    shown = "127.0.0.1" if asked.host in EVERYWHERE else asked.host
    say(f"Kinkeeper is at http://{shown}:{asked.port}/ – stop it with Ctrl+C.")
    sys.stdout.flush()
    try:
        Granian(
            "kinkeeper.site.wsgi:application",
            address=asked.host,
            port=asked.port,
            interface=Interfaces.WSGI,
            workers=asked.workers,
            log_level=LogLevels.warning,
            websockets=False,
            blocking_threads=THREADS,
            backpressure=8 * THREADS,
            respawn_failed_workers=True,
        ).serve()
    finally:
        if beside:
            _stop(beside)
    return 0


def _stop(beside: subprocess.Popen[bytes]) -> None:
    beside.terminate()
    try:
        beside.wait(10)
    except subprocess.TimeoutExpired:
        beside.kill()


def _insist_on_a_free_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Refused(
                f"Port {port} of {host} cannot be used: {error.strerror}. Choose another with --port."
            ) from error


def collect_if_needed() -> None:
    """Put styles, scripts and pictures where they are served from, when they changed since the last time."""
    place = Path(settings.STATIC_ROOT)
    stamp, now = place / ".collected", _fingerprint()
    if stamp.is_file() and stamp.read_text() == now:
        return
    sys.stderr.write("Preparing styles and scripts.\n")
    call_command("collectstatic", verbosity=0, interactive=False, clear=place.exists())
    stamp.write_text(now)


def _fingerprint() -> str:
    total = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            made = Path(storage.path(path)).stat()
            total.update(f"{path}\0{made.st_mtime_ns}\0{made.st_size}\n".encode())
    return total.hexdigest()


def worker(asked: argparse.Namespace) -> int:
    """Do what is due: once, or until somebody stops it."""
    insist_on_tables()
    if asked.once:
        _turn_the_page()
        while run_due_jobs():
            pass
        _anchor()
        return 0
    stopped = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopped.set()

    for known in (signal.SIGTERM, signal.SIGINT):
        signal.signal(known, stop)
    night, minute, today = time.monotonic(), 0.0, None
    while not stopped.is_set():
        if today != timezone.localdate():
            today = timezone.localdate()
            _turn_the_page()
        if not _work():
            stopped.wait(PAUSE_SECONDS)
        if time.monotonic() - minute > MINUTE_SECONDS:
            minute = time.monotonic()
            _anchor()
        if time.monotonic() - night > NIGHT_SECONDS:
            night = time.monotonic()
            with suppress(OSError):
                remove_orphaned_bytes()
            with suppress(DatabaseError):
                forget_old_drafts()
    return 0


def _turn_the_page() -> None:
    """What a new day brings: at its beginning, and whenever the worker starts, because it may have slept for days."""
    try:
        begun = come_of_age()
    except DatabaseError:
        log.exception("The worker could not look for who came of age; it will try again tomorrow.")
    else:
        if begun:
            log.info("After-care has begun for %s young people.", begun)


def _anchor() -> None:
    """Carry the head of the journal’s chain outside; what stands in the way is said every minute until it is mended."""
    try:
        anchor()
    except Refused as refusal:
        log.critical("%s", refusal)
    except (OSError, DatabaseError):
        log.exception("The worker could not anchor the journal; it will try again in a minute.")


def _work() -> int:
    """Run what is due; a database that is away for a while is no reason to stop."""
    try:
        return run_due_jobs()
    except Exception:
        log.exception("The worker could not look for what is due; it will try again.")
        close_old_connections()
        time.sleep(PAUSE_SECONDS * 5)
        return 0


def migrate(asked: argparse.Namespace) -> int:
    """Bring the tables up to this version."""
    call_command("migrate", verbosity=0, interactive=False)
    say("The tables are those of this version.")
    return 0
