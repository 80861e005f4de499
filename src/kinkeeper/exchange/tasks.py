"""Landing an import from its first child to its last: at once, or batch by batch by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from kinkeeper.access.gate import Actor
from kinkeeper.exchange import actions, queries
from kinkeeper.exchange.models import Import, QuarantinedRow

Tell = Callable[[int, int], None]


def land(actor: Actor, brought: Import, tell: Tell | None = None) -> Import:
    """Land an import that was previewed or stopped, and finish it. Each batch is kept as soon as it has landed."""
    brought = actions.begin_landing(actor, brought)
    while brought.children_done < brought.children_total:
        brought = actions.land_children(actor, brought)
        if tell:
            tell(brought.children_done, brought.children_total)
    return actions.finish_landing(actor, brought)


def quarantine_in_words(actor: Actor, brought: Import) -> Iterator[dict[str, Any]]:
    """The rows of an import that did not land, as machines read them."""
    rows = queries.rows_in_quarantine(actor).filter(of=brought).exclude(state=QuarantinedRow.State.MENDED)
    for row in rows.iterator(chunk_size=1000):
        yield {"file": row.file, "line": row.line, "field": row.field, "reason": row.reason}
