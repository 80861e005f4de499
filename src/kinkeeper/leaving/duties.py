"""What is due because somebody leaves or has left: hand-over, follow-ups, contact in after-care, plans, unplanned returns.

Every function asks a constant number of questions, however many cases, and answers the soonest first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.leaving.models import FOLLOWED_UP, HANDED_OVER, ON_THEIR_OWN, Aftercare, Closing, FollowUp
from kinkeeper.leaving.queries import contact_days, followup_schedule, unplanned_returns
from kinkeeper.lib.ages import birthday
from kinkeeper.lib.duties import Duty
from kinkeeper.lib.timers import due_after, next_due
from kinkeeper.plans.models import Plan

FOLLOW_UP, CONTACT, CLOSING, LEAVING_PLAN, RETURN = "followup", "contact", "closing", "leaving_plan", "unplanned_return"


def followups_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """The next follow-up of every child who went to a family; one without contact leaves it due. Three questions."""
    begun = list(_running(actor, among).filter(kind__in=FOLLOWED_UP))
    held: dict[int, list[date]] = defaultdict(list)
    rows = seen(actor, FollowUp).filter(case__in=[one.case_id for one in begun], in_touch=True)
    for case, day in rows.order_by("happened_on").values_list("case", "happened_on"):
        held[case].append(day)
    pack, due = pack_in_force(), []
    for one in begun:
        schedule = followup_schedule(pack, one)
        due_on = next_due(schedule, one.starts_on, held[one.case_id], pack.calendar) if schedule else None
        if schedule is not None and due_on is not None:
            last = held[one.case_id][-1] if held[one.case_id] else None
            due.append(_duty(FOLLOW_UP, one.case, due_on, last, "record_followup", schedule.source, _("Follow-up")))
    return _soonest(due, on)


def aftercare_contacts_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """The next contact with every young adult in after-care, counted from the last one. Four questions."""
    begun = list(_running(actor, among).filter(kind__in=ON_THEIR_OWN))
    days = contact_days(actor, [one.case for one in begun])
    pack = pack_in_force()
    limit, due = pack.limit("aftercare_contact"), []
    for one in begun:
        last = max((day for day in days.get(one.case_id, []) if day >= one.starts_on), default=None)
        day = due_after(last or one.starts_on, limit, pack.calendar)
        due.append(_duty(CONTACT, one.case, day, last, "record_followup", limit.source, _("Contact in after-care")))
    return _soonest(due, on)


def leaving_plans_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """Young people old enough to prepare for leaving who have no plan of their own for it yet. Two questions."""
    plans = Plan.objects.filter(case=OuterRef("pk"), kind=Plan.Kind.YOUTH)
    plans = plans.filter(state__in=[Plan.State.DRAFT, Plan.State.APPROVED])
    rows = _cases(actor, among).filter(~Exists(plans), kind__in=[Case.Kind.CARE, Case.Kind.YOUTH])
    limit = pack_in_force().limit("leaving_plan")
    due = []
    for case in rows.filter(state__in=Case.AT_WORK, child__born_from__isnull=False):
        day = max(birthday(case.child.born_from, limit.value), case.opened_on)  # type: ignore[arg-type]  # not null above
        if day <= (on or actor.today):
            due.append(_duty(LEAVING_PLAN, case, day, None, "case", limit.source, _("Leaving-care plan")))
    return _soonest(due, on)


def closings_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """Closings that are decided and wait to be carried out: a hand-over, or the last signature. Two questions."""
    rows = seen(actor, Closing).filter(done_on__isnull=True, withdrawn_on__isnull=True)
    rows = rows.filter(case__state=Case.State.CLOSING).select_related("case__child")
    if among is not None:
        rows = rows.filter(case__in=[case.pk for case in among])
    pack = pack_in_force()
    limit, due = pack.limit("hand_over"), []
    for told in rows:
        deed, words = ("hand_over", _("Hand-over")) if told.exit in HANDED_OVER else ("close_for_good", _("Closing"))
        day = due_after(told.decided_on, limit, pack.calendar)
        due.append(_duty(CLOSING, told.case, day, None, deed, limit.source, words))
    return _soonest(due, on)


def unplanned_return_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """After a child ran home: the judgement of the risk, then the decision whether the child stays. Two questions."""
    rows = unplanned_returns(actor).filter(decided_on__isnull=True)
    if among is not None:
        rows = rows.filter(case__in=[case.pk for case in among])
    pack, due = pack_in_force(), []
    for gone in rows:
        name, deed, words = (
            ("unplanned_return_decision", "decide_unplanned_return", _("Decision after an unplanned return"))
            if gone.assessed_on
            else ("unplanned_return_risk", "assess_unplanned_return", _("Risk after an unplanned return"))
        )
        limit = pack.limit(name)
        day = due_after(gone.returned_on, limit, pack.calendar)
        due.append(Duty(RETURN, gone.case.child, day, gone.assessed_on, deed, gone.code, limit.source, words))
    return _soonest(due, on)


def _running(actor: Actor, among: Iterable[Case] | None) -> QuerySet[Aftercare]:
    rows = seen(actor, Aftercare).filter(ends_on__isnull=True, case__state=Case.State.AFTERCARE)
    if among is not None:
        rows = rows.filter(case__in=[case.pk for case in among])
    return rows.select_related("case__child")


def _cases(actor: Actor, among: Iterable[Case] | None) -> QuerySet[Case]:
    rows = seen(actor, Case).filter(closed_on=None).select_related("child")
    return rows if among is None else rows.filter(pk__in=[case.pk for case in among])


def _duty(
    kind: str, case: Case, due_on: date, last_on: date | None, deed: str, source: str, words: object
) -> Duty:  # fmt: skip
    return Duty(kind, case.child, due_on, last_on, deed, case.code, source, words)  # type: ignore[arg-type]  # lazy text


def _soonest(due: list[Duty], on: date | None) -> list[Duty]:
    wanted = [duty for duty in due if on is None or duty.due_on <= on]
    return sorted(wanted, key=lambda duty: (duty.due_on, duty.code))
