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
from functools import partial
from pathlib import Path
from types import FrameType

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.db import close_old_connections
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.keys.ring import keyring
from kinkeeper.lib.refusals import Refused
from kinkeeper.site.commands.answering import insist_on_tables, say
from kinkeeper.site.figures import begin_anew
from kinkeeper.site.guarding import insist_on_safety
from kinkeeper.upkeep.tasks import at_work, bring_forward_the_nightly_ones, enrol_chores, run_due_chores, take_up

log = logging.getLogger("kinkeeper.worker")

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  # compared, not bound
PAUSE_SECONDS = 1.0
THREADS = min(8, 2 * (os.cpu_count() or 1) + 1)


def serve(asked: argparse.Namespace) -> int:
    """Serve the pages until somebody stops it."""
    insist_on_tables()
    insist_on_safety()
    _insist_on_a_free_port(asked.host, asked.port)
    collect_if_needed()
    begin_anew()
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
    insist_on_safety()
    enrol_chores()
    bring_forward_the_nightly_ones()
    with at_work() as name:
        if asked.once:
            while run_due_chores(name) + run_due_jobs(take_up=partial(take_up, name)):
                pass
            return 0
        stopped = threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            stopped.set()

        for known in (signal.SIGTERM, signal.SIGINT):
            signal.signal(known, stop)
        while not stopped.is_set():
            if not _work(name):
                stopped.wait(PAUSE_SECONDS)
    return 0


def _work(name: str) -> int:
    """Do what is due; a database that is away for a while is no reason to stop."""
    try:
        with keyring():
            return run_due_chores(name) + run_due_jobs(take_up=partial(take_up, name))
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
