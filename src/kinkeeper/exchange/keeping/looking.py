"""What would become of the children of a return: judged against what is kept of them, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.exchange import queries
from kinkeeper.exchange.keeping.folders import covered_spool_of
from kinkeeper.exchange.keeping.quarantine import Preview, refused, without
from kinkeeper.exchange.keeping.shelf import Shelf
from kinkeeper.exchange.models import Import
from kinkeeper.exchange.ssda903 import spool
from kinkeeper.exchange.ssda903.weighing import Outcome, weigh


def looked_through(actor: Actor, brought: Import, at_once: int) -> dict[str, Any]:
    """What would become of every row, and why not where it would not land."""
    place = covered_spool_of(brought)
    would = Preview()
    would.add_bad(spool.rows_of_no_child(place).bad)
    after = ""
    while sheaves := list(spool.sheaves(place, after, at_once)):
        outcomes, mended, _shelves = judged(actor, brought, sheaves)
        would.add(outcomes, mended)
        after = sheaves[-1].mark
    return would.summary()


def judged(
    actor: Actor, brought: Import, sheaves: Sequence[spool.Sheaf]
) -> tuple[list[Outcome], int, dict[str, Shelf]]:
    """What becomes of these children’s rows, how many of them were mended before, and what is kept of the children."""
    numbers = [sheaf.child for sheaf in sheaves]
    shelves = queries.shelves_by_number(actor, brought.unit, numbers)
    elsewhere = queries.numbers_kept_elsewhere(actor, brought.unit, numbers)
    settled = queries.settled_rows(actor, brought)
    outcomes, mended = [], 0
    for sheaf in sheaves:
        left, done = without(sheaf, settled)
        mended += done
        outcomes.append(outcome_of(actor, left, shelves.get(sheaf.child), elsewhere=sheaf.child in elsewhere))
    return outcomes, mended, shelves


def outcome_of(actor: Actor, sheaf: spool.Sheaf, shelf: Shelf | None, *, elsewhere: bool) -> Outcome:
    """What becomes of a child’s rows, given what is kept of the child here and in other units."""
    if elsewhere:
        reason = _("Another unit keeps a child with this number. Ask that unit for a transfer, or correct CHILD.")
        return Outcome(None, 0, 0, refused(sheaf, "CHILD", str(reason), "G-UNIT"), ())
    record = shelf.record() if shelf else None
    outcome = weigh(sheaf.rows, sheaf.bad, record, actor.today)
    if shelf and record is None and outcome.record and shelf.person.born_from != outcome.record.born_on:
        reason = _("The person kept here under this number was born on another day. Correct one of the two.")
        return Outcome(None, 0, 0, refused(sheaf, "DOB", str(reason), "G-CONFLICT"), ())
    return outcome
