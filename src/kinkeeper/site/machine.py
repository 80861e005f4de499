"""What the administrator’s page is told about the machine: version, database, disk, certificate, settings that were given."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from django.conf import settings
from django.db import connection

from kinkeeper import __version__
from kinkeeper.site.adjustable import SETTINGS
from kinkeeper.site.backup.database import size_bytes
from kinkeeper.site.health import QUICK
from kinkeeper.upkeep.findings import Finding, Level, Machine, roof

# Time enough to renew a certificate although somebody is on holiday.
RENEW_BEFORE = timedelta(days=21)
RENEW = "Renew it, and look why it was not renewed by itself."


def machine_now() -> Machine:
    """What is known now. Of the settings the names alone: some of them are secrets."""
    return Machine(
        version=__version__,
        database=f"{connection.display_name} {_version_of_database()}",
        database_bytes=size_bytes(),
        free_bytes=shutil.disk_usage(settings.DATA).free,
        certificate=_certificate_in_words(),
        given=tuple(setting.name for setting in SETTINGS if os.environ.get(setting.name, "").strip()),
    )


def _version_of_database() -> str:
    return ".".join(str(part) for part in connection.get_database_version())


def certificate_ends() -> datetime | None:
    """When the certificate that KINKEEPER_CERTIFICATE names runs out; None where none is named. OSError, ValueError."""
    if settings.CERTIFICATE is None:
        return None
    return x509.load_pem_x509_certificate(Path(settings.CERTIFICATE).read_bytes()).not_valid_after_utc


def _certificate_in_words() -> str:
    try:
        ends = certificate_ends()
    except (OSError, ValueError):
        return ""
    return ends.date().isoformat() if ends else ""


def certificate() -> Iterator[Finding]:
    """Whether the certificate lasts."""
    try:
        ends = certificate_ends()
    except (OSError, ValueError):
        remedy = "Name the file of the certificate in KINKEEPER_CERTIFICATE, and let Kinkeeper read it."
        yield Finding("certificate", Level.REMARK, "The certificate cannot be read.", remedy)
        return
    if ends is None:
        return
    left = ends - datetime.now(UTC)
    if left < timedelta(0):
        yield Finding("certificate", Level.TROUBLE, f"The certificate ran out on {ends:%Y-%m-%d}.", RENEW)
    elif left < RENEW_BEFORE:
        yield Finding("certificate", Level.TROUBLE, f"The certificate runs out on {ends:%Y-%m-%d}.", RENEW)
    else:
        yield Finding("certificate", Level.GOOD, f"The certificate lasts until {ends:%Y-%m-%d}.")


def examine_quickly() -> Iterator[Finding]:
    """What a page may ask each time."""
    for examiner in (*QUICK, certificate):
        yield from examiner()


def lend_to_upkeep() -> None:
    """Give the room of upkeep what only the roof knows."""
    roof.examine, roof.machine = examine_quickly, machine_now
