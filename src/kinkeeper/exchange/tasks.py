"""Landing an import from its first child to its last: at once, or batch by batch by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kinkeeper.access.gate import Actor, machine
from kinkeeper.access.models import Role
from kinkeeper.exchange import actions, queries
from kinkeeper.exchange.models import Import, QuarantinedRow
from kinkeeper.journal.chain import remembered
from kinkeeper.keys.ring import keyring
from kinkeeper.notices.actions import tell
from kinkeeper.notices.models import Notice

Tell = Callable[[int, int], None]
WORKER = "landing"


def land(actor: Actor, brought: Import, told: Tell | None = None) -> Import:
    """Land an import that was previewed or stopped, and finish it. Each batch is kept as soon as it has landed."""
    brought = actions.begin_landing(actor, brought)
    while brought.children_done < brought.children_total:
        # Whoever comes next needs none of the keys of these children: kept, they would fill the memory.
        with keyring():
            brought = actions.land_children(actor, brought)
        if told:
            told(brought.children_done, brought.children_total)
    return actions.finish_landing(actor, brought)


def quarantine_in_words(actor: Actor, brought: Import) -> Iterator[dict[str, Any]]:
    """The rows of an import that did not land, as machines read them; those that only wait for another come last."""
    rows = queries.rows_in_quarantine(actor).filter(of=brought).exclude(state=QuarantinedRow.State.MENDED)
    for row in rows.iterator(chunk_size=1000):
        yield {"file": row.file, "line": row.line, "field": row.field, "reason": row.reason}


def begin(actor: Actor, brought: Import) -> Import:
    """Land a small import at once; begin a large one and leave the rest to the worker."""
    if brought.children_total > actions.CHILDREN_AT_ONCE:
        return actions.begin_landing(actor, brought)
    # In one transaction, so that the worker sees it only when nothing is left to do.
    with remembered("machine:import", "exchange.begin"):
        return land(actor, brought)


def go_on(brought: Import) -> None:
    """Land the next children as the worker; when none are left, finish and tell whoever brought them."""
    actor = machine(WORKER, Role.SUPERVISOR, Role.DIRECTOR)
    if brought.children_done < brought.children_total:
        actions.land_children(actor, brought)
        return
    brought = actions.finish_landing(actor, brought)
    if brought.by_id:
        kind, link = Notice.Kind.IMPORT_FINISHED, brought.get_absolute_url()
        tell(machine(WORKER), users=[brought.by_id], kind=kind, subject_code=brought.code, link=link)
