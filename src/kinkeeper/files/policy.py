"""Who opens stored files: nobody by themselves; a guarded row of another room hands the bytes out."""

from __future__ import annotations

from django.db.models import Q

from kinkeeper.access.gate import NOTHING, Actor, scope
from kinkeeper.files.models import StoredFile


@scope(StoredFile)
def stored_files(actor: Actor) -> Q:
    """A stored file is never seen by itself, only through the document or person that points to it."""
    return NOTHING
