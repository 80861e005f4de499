"""Which children must be visited because they came to a new home: within the first days of every stay."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from kinkeeper.access.gate import Actor, seen
from kinkeeper.cases.models import Case
from kinkeeper.cases.queries import pack_in_force
from kinkeeper.lib.duties import VISIT, Duty, due_after
from kinkeeper.people.models import Person
from kinkeeper.placements.queries import last_visits, where_lives


def first_visits_due(actor: Actor, on: date | None = None, *, among: Iterable[Person] | None = None) -> list[Duty]:
    """The first visit after a child came to live somewhere, until the child has been seen there; soonest first.

    Of the children in open cases that the actor sees, or of those among it. With `on`, only those due by that day.
    """
    rows = seen(actor, Case).filter(state=Case.State.OPEN).select_related("child")
    if among is not None:
        rows = rows.filter(child__in=[child.pk for child in among])
    cases = {case.child_id: case for case in rows}
    limit = pack_in_force().limit("first_visit")
    stays = where_lives(actor, [case.child for case in cases.values()])
    visits = last_visits(actor, cases.keys())
    due = [
        Duty(
            VISIT,
            cases[child].child,
            due_after(stay.since, limit),
            visits.get(child),
            "record_contact",
            cases[child].code,
            limit.source,
        )
        for child, stay in stays.items()
        if visits.get(child, date.min) < stay.since
    ]
    return sorted((duty for duty in due if on is None or duty.due_on <= on), key=lambda duty: (duty.due_on, duty.code))
