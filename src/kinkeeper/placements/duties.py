"""What is due because a child is in care: the first visit in every new home, and the reviews of care."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.lib.duties import REVIEW, VISIT, Duty, due_after
from kinkeeper.lib.packs import Pack
from kinkeeper.people.models import Person
from kinkeeper.placements.models import PeriodOfCare
from kinkeeper.placements.queries import last_visits, periods, where_lives
from kinkeeper.plans.models import Review

_REVIEWS = ("first_review", "second_review", "later_reviews")


def first_visits_due(actor: Actor, on: date | None = None, *, among: Iterable[Person] | None = None) -> list[Duty]:
    """The first visit after a child came to live somewhere, until the child has been seen there; soonest first.

    Of the children in open cases that the actor sees, or of those among it. With `on`, only those due by that day.
    """
    rows = seen(actor, Case).filter(closed_on=None).select_related("child")
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


def reviews_due(actor: Actor, on: date | None = None, *, among: Iterable[Person] | None = None) -> list[Duty]:
    """The next review of every child in care that the actor sees (or of those among it), soonest first.

    With `on`, only those due by that day. Two questions, however many children.
    """
    rows = _with_reviews(periods(actor).filter(ended_on__isnull=True))
    if among is not None:
        rows = rows.filter(child__in=[child.pk for child in among])
    pack = pack_in_force()
    due = [_next_review(pack, period) for period in rows]
    return sorted((duty for duty in due if on is None or duty.due_on <= on), key=lambda duty: (duty.due_on, duty.code))


def _with_reviews(rows: QuerySet[PeriodOfCare]) -> QuerySet[PeriodOfCare]:
    """Add how many reviews were held in the period, and when the last one was."""
    held = Review.objects.filter(child=OuterRef("child"), held_on__gte=OuterRef("started_on")).order_by()
    counted = held.values("child").annotate(number=Count("pk")).values("number")
    return rows.annotate(
        held=Coalesce(Subquery(counted, output_field=IntegerField()), 0),
        last_on=Subquery(held.order_by("-held_on").values("held_on")[:1]),
    )


def _next_review(pack: Pack, period: PeriodOfCare) -> Duty:
    held: int = period.held  # type: ignore[attr-defined]  # _with_reviews() adds it
    last: date | None = period.last_on  # type: ignore[attr-defined]
    limit = pack.limit(_REVIEWS[min(held, 2)])
    return Duty(
        kind=REVIEW,
        child=period.child,
        due_on=due_after(last or period.started_on, limit),
        last_on=last,
        deed="record_review",
        code=period.child.code,
        source=limit.source,
    )
