"""Which visits are due: counted from the last visit in which the child was seen, by risk and by how long we know them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import OuterRef, QuerySet, Subquery

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Case, Contact
from kinkeeper.cases.queries import cases
from kinkeeper.lib.duties import VISIT, Duty, due_after
from kinkeeper.lib.packs import Limit, Pack
from kinkeeper.lib.periods import add_months

_FIRST_BY_RISK = {Case.Risk.HIGH: "response_high", Case.Risk.MEDIUM: "response_medium", Case.Risk.LOW: "response_low"}


def with_last_visit(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Add `last_seen_on`: the day of the last visit in which the child was seen."""
    visits = Contact.objects.filter(case=OuterRef("pk"), kind=Contact.Kind.VISIT).exclude(seen=Contact.Seen.NOT_SEEN)
    return rows.annotate(last_seen_on=Subquery(visits.order_by("-happened_on").values("happened_on")[:1]))


def visits_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """The next visit of every open case that the actor sees (or of those among it), soonest first.

    With `on`, only those due by that day. Two questions, however many cases.
    """
    rows = with_last_visit(cases(actor).filter(closed_on=None))
    if among is not None:
        rows = rows.filter(pk__in=[case.pk for case in among])
    pack = pack_in_force()
    due = [_next_visit(pack, case) for case in rows]
    return sorted((duty for duty in due if on is None or duty.due_on <= on), key=lambda duty: (duty.due_on, duty.code))


def _next_visit(pack: Pack, case: Case) -> Duty:
    last: date | None = case.last_seen_on  # type: ignore[attr-defined]  # with_last_visit() adds it
    limit = _limit(pack, case, last)
    return Duty(
        kind=VISIT,
        child=case.child,
        due_on=due_after(last or case.opened_on, limit),
        last_on=last,
        deed="record_contact",
        code=case.code,
        source=limit.source,
    )


def _limit(pack: Pack, case: Case, last: date | None) -> Limit:
    if last is None:
        return pack.limit(_FIRST_BY_RISK.get(Case.Risk(case.risk), "first_visit"))
    in_first_year = last < add_months(case.opened_on, 12)
    # Where the risk is high, visits never become rarer.
    return pack.limit("visits_first_year" if in_first_year or case.risk == Case.Risk.HIGH else "later_visits")
