"""Which visits and tasks are due: visits by the schedules of the pack for the kind of case and the legal status, and by risk.

Only a visit in which the child was seen counts. A schedule for a legal status begins with that status, every other one
with the case; those for a type of care are counted where placements are known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, may_read
from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Case, Contact
from kinkeeper.cases.queries import cases, open_tasks
from kinkeeper.lib.duties import VISIT, Duty
from kinkeeper.lib.packs import Pack
from kinkeeper.lib.timers import due_after, soonest
from kinkeeper.people.models import LegalStatus

TASK = "task"

_FIRST_BY_RISK = {Case.Risk.HIGH: "response_high", Case.Risk.MEDIUM: "response_medium", Case.Risk.LOW: "response_low"}


def visits_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """The next visit of every open case that the actor sees (or of those among it), soonest first.

    With `on`, only those due by that day. Three questions, however many cases.
    """
    rows = cases(actor).filter(closed_on=None)
    if among is not None:
        rows = rows.filter(pk__in=[case.pk for case in among])
    visits = _visits(rows)
    pack = pack_in_force()
    due = [_next_visit(pack, case, visits[case.pk]) for case in _with_legal_status(rows, actor.today)]
    wanted = [duty for duty in due if duty is not None and (on is None or duty.due_on <= on)]
    return sorted(wanted, key=lambda duty: (duty.due_on, duty.code))


def tasks_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """The open tasks of running cases that the actor sees (or of those among it), soonest first. One question.

    With `on`, only those due by that day. Whose they are, `cases.queries.my_tasks` tells.
    """
    rows = open_tasks(actor)
    if among is not None:
        rows = rows.filter(case__in=[case.pk for case in among])
    if on is not None:
        rows = rows.filter(due_on__lte=on)
    return [
        Duty(
            kind=TASK,
            child=task.case.child,
            due_on=task.due_on,
            last_on=None,
            deed="finish_task",
            code=task.code,
            words=task.title if may_read(actor, task, "title") else _("Task"),
            icon="check",
        )
        for task in rows
    ]


def _visits(rows: QuerySet[Case]) -> dict[int, list[date]]:
    """The days on which the children were seen in a visit, by the key of the case, oldest first."""
    seen = Contact.objects.filter(case__in=rows.order_by().values("pk"), kind=Contact.Kind.VISIT)
    seen = seen.exclude(seen=Contact.Seen.NOT_SEEN).order_by("happened_on")
    days: dict[int, list[date]] = defaultdict(list)
    for case, day in seen.values_list("case", "happened_on"):
        days[case].append(day)
    return days


def _with_legal_status(rows: QuerySet[Case], today: date) -> QuerySet[Case]:
    """Add `status` and `status_since`: the legal status of the child today, and when it began."""
    running = Q(ends_on__isnull=True) | Q(ends_on__gt=today)
    statuses = LegalStatus.objects.filter(running, person=OuterRef("child"), starts_on__lte=today)
    statuses = statuses.order_by("-starts_on")
    return rows.annotate(
        status=Subquery(statuses.values("status")[:1]), status_since=Subquery(statuses.values("starts_on")[:1])
    )


def _next_visit(pack: Pack, case: Case, visits: Sequence[date]) -> Duty | None:
    last = visits[-1] if visits else None
    status: str = case.status or ""  # type: ignore[attr-defined]  # _with_legal_status() adds it
    since: date = case.status_since or case.opened_on  # type: ignore[attr-defined]
    fit = pack.schedules_for(VISIT, kind=case.kind, status=status)
    found = soonest([(one, since if one.for_statuses else case.opened_on) for one in fit], visits, pack.calendar)
    if found is None:
        return None
    due_on, source = found[0], found[1].source
    if last is None and case.risk in _FIRST_BY_RISK:
        limit = pack.limit(_FIRST_BY_RISK[Case.Risk(case.risk)])
        due_on, source = due_after(case.opened_on, limit, pack.calendar), limit.source
    elif last is not None and case.risk == Case.Risk.HIGH:
        # Where the risk is high, visits never become rarer.
        often = [due_after(last, step.within, pack.calendar) for step in found[1].steps if not step.times]
        due_on = min([due_on, *often])
    return Duty(
        kind=VISIT, child=case.child, due_on=due_on, last_on=last, deed="record_contact", code=case.code, source=source
    )
