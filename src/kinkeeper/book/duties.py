"""What is due for each child, as the rooms below count it: one list of visits and reviews to a case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from kinkeeper.access.gate import Actor
from kinkeeper.cases.duties import visits_due
from kinkeeper.cases.models import Case
from kinkeeper.lib.duties import Duty
from kinkeeper.placements.duties import first_visits_due, reviews_due

# Beyond this many, asking for everything in sight is cheaper than naming each one.
NAMED = 500


def due_of(actor: Actor, cases: Sequence[Case]) -> dict[int, list[Duty]]:
    """What is due in each of these cases, soonest first; of one kind the most urgent. Closed cases owe nothing."""
    running = [case for case in cases if case.is_running]
    if not running:
        return {}
    named = running if len(running) <= NAMED else None
    children = [case.child for case in running] if named else None
    visits = [*visits_due(actor, among=named), *first_visits_due(actor, among=children)]
    found = _soonest([*visits, *reviews_due(actor, among=children)])
    return {case.pk: found.get(case.child_id, []) for case in running}


def _soonest(due: Iterable[Duty]) -> dict[int, list[Duty]]:
    by_child: dict[int, dict[str, Duty]] = defaultdict(dict)
    for duty in sorted(due, key=lambda duty: duty.due_on):
        by_child[duty.child.pk].setdefault(duty.kind, duty)
    return {child: list(kinds.values()) for child, kinds in by_child.items()}
