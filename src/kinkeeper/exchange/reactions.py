"""What follows when somebody begins to land an import in the browser: the worker lands it, batch after batch."""

from __future__ import annotations

from kinkeeper.exchange import tasks
from kinkeeper.exchange.actions import begin_landing, land_children
from kinkeeper.exchange.models import Import
from kinkeeper.journal.acts import after
from kinkeeper.journal.models import Entry


@after(begin_landing)
def land_the_first_children(entry: Entry) -> None:
    """Land the first batch of what a person began; commands land their own."""
    if entry.user_id is not None:
        _go_on(entry)


@after(land_children)
def land_the_next_children(entry: Entry) -> None:
    """Land the batch after one that the worker landed."""
    if entry.actor == f"machine:{tasks.WORKER}":
        _go_on(entry)


def _go_on(entry: Entry) -> None:
    brought = Import.objects.filter(pk=entry.subject_id, state=Import.State.LANDING).first()
    if brought is not None:
        tasks.go_on(brought)
