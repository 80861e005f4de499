"""Nightly work on the stored files: bytes that no record points to are removed."""

from __future__ import annotations

import logging

from kinkeeper.files import vault
from kinkeeper.lib.chores import NIGHTLY, chore

log = logging.getLogger("kinkeeper.worker")


@chore(every=NIGHTLY)
def remove_orphaned_bytes() -> int:
    """Remove bytes older than a day that no row knows; returns how many files. Once a night is enough."""
    removed = vault.remove_orphans()
    if removed:
        log.info("Removed %s stored files that no record pointed to.", removed)
    return removed
