"""Which assessments are due: so long after the registration as the pack says, sooner where the risk is high."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.intake.models import Registration
from kinkeeper.lib.duties import Duty
from kinkeeper.lib.timers import due_after

ASSESSMENT = "assessment"


def assessments_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """The assessment of every case at that step that the actor sees (or of those among it), soonest first.

    It counts from the registration, where there is none from the opening. With `on`, only those due by that day. Two
    questions and the pack, however many cases.
    """
    rows = seen(actor, Case).filter(state=Case.State.ASSESSMENT, closed_on=None).select_related("child")
    if among is not None:
        rows = rows.filter(pk__in=[case.pk for case in among])
    cases = list(rows)
    registered = seen(actor, Registration).filter(case__in=[case.pk for case in cases])
    since = dict(registered.values_list("case", "registered_on"))
    pack = pack_in_force()
    due = []
    for case in cases:
        limit = pack.limit("assessment_high" if case.risk == Case.Risk.HIGH else "assessment")
        due_on = due_after(since.get(case.pk, case.opened_on), limit, pack.calendar)
        if on is None or due_on <= on:
            words, drawing = _("Assessment"), "notes"
            due.append(
                Duty(
                    ASSESSMENT, case.child, due_on, None, "complete_assessment", case.code, limit.source, words, drawing
                )
            )
    return sorted(due, key=lambda duty: (duty.due_on, duty.code))
