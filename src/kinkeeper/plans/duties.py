"""What is due for plans: a plan to be made, a plan to be reviewed, an action to be done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Case as Either
from django.db.models import DateField, OuterRef, QuerySet, Subquery, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, may_read
from kinkeeper.access.models import pack_in_force
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import Decision
from kinkeeper.lib.duties import REVIEW, Duty
from kinkeeper.lib.timers import due_after
from kinkeeper.plans.models import Plan, Plans, Review
from kinkeeper.plans.queries import OPEN, cases, goal_actions, named_day, plans

PLAN = "plan"
ACTION = "action"
# The ways from a case to its plans, in the order of `made_for()`.
WAYS = ("own", "named", "family")


def _wanted(found: Iterable[Duty], on: date | None) -> list[Duty]:
    return sorted(
        (duty for duty in found if on is None or duty.due_on <= on), key=lambda duty: (duty.due_on, duty.code)
    )


def _running(actor: Actor, among: Iterable[Case] | None) -> QuerySet[Case]:
    rows = cases(actor).filter(closed_on=None)
    return rows if among is None else rows.filter(pk__in=[case.pk for case in among])


def _latest(rows: QuerySet, day: str) -> Subquery:  # type: ignore[type-arg]  # of any table
    return Subquery(rows.order_by(f"-{day}").values(day)[:1], output_field=DateField())


def _for_each(rows: Plans) -> tuple[Plans, ...]:
    """Of `rows` the plans made for each case of a query around this one, by the way that leads to them."""
    return Plan.made_for(rows, OuterRef("pk"), OuterRef("family"), OuterRef("child"))


def plans_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """The plan that every case at planning waits for, counted from what was learned or decided last; soonest first.

    Where it is being drafted already, the duty leads to the draft. With `on`, only those due by that day. Two questions.
    """
    limit, calendar = pack_in_force().limit("plan"), pack_in_force().calendar
    decided = Decision.objects.filter(case=OuterRef("pk"), withdrawn_on__isnull=True)
    changed = Review.objects.filter(case=OuterRef("pk"), outcome=Review.Outcome.CHANGE_PLAN, held_on__isnull=False)
    drafts = _for_each(plans(actor).filter(state=Plan.State.DRAFT).order_by("pk").values("code"))
    rows = _running(actor, among).filter(state=Case.State.PLANNING)
    rows = rows.annotate(
        learned=_latest(Assessment.objects.filter(case=OuterRef("pk")), "assessed_on"),
        decided=_latest(decided, "decided_on"),
        changed=_latest(changed, "held_on"),
        draft=Coalesce(*(Subquery(way[:1]) for way in drafts)),
    )
    found = []
    for case in rows:
        known = vars(case)  # the annotations of above
        since = max(filter(None, (known["learned"], known["decided"], known["changed"])), default=case.opened_on)
        draft = known["draft"]
        found.append(
            Duty(
                kind=PLAN,
                child=case.child,
                due_on=due_after(since, limit, calendar),
                last_on=None,
                deed="plan" if draft else "draft_plan",
                code=draft or case.code,
                source=limit.source,
                words=_("Finish and approve the plan") if draft else _("Make a plan"),
                icon="list",
            )
        )
    return _wanted(found, on)


def plan_reviews_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """The next review of every case at work whose plan or last review names a day, soonest first.

    A child in care has the same duty from the placement, leading to the same page, perhaps sooner. With `on`, only those
    due by that day. A constant number of questions.
    """
    found = []
    for case in with_named_days(_running(actor, among).filter(state__in=Case.AT_WORK)):
        known = vars(case)  # the annotations of with_named_days()
        due_on = known["waits_on"] or case_named_day(case)
        if due_on is not None:
            deed, code = way_to_review(case)
            found.append(Duty(REVIEW, case.child, due_on, known["last_held"], deed, code, icon="notes"))
    return _wanted(found, on)


def way_to_review(case: Case) -> tuple[str, str]:
    """The page where the next review is written down, of a case that `with_named_days()` has read, and its code.

    The open review; where a plan is in force the page that opens one; else the short way.
    """
    known = vars(case)
    if known["waiting"]:
        return "hold_review", known["waiting"]
    if _plan_days(case) and case.state in Case.AT_WORK:
        return "open_review", case.code
    return "record_review", case.child.code


def with_named_days(rows: QuerySet[Case]) -> QuerySet[Case]:
    """Add to cases what `case_named_day()` needs, and the code (`waiting`) and day (`waits_on`) of an open review."""
    in_force = _for_each(Plan.objects.filter(state=Plan.State.APPROVED).order_by("review_on"))
    held = Review.objects.filter(child=OuterRef("child"), held_on__isnull=False).order_by("-held_on")
    waiting = Review.objects.filter(child=OuterRef("child"), held_on__isnull=True)
    return rows.annotate(
        **{
            f"{name}_approved": Subquery(way.values("approved_on")[:1])
            for name, way in zip(WAYS, in_force, strict=True)
        },
        **{f"{name}_review": Subquery(way.values("review_on")[:1]) for name, way in zip(WAYS, in_force, strict=True)},
        last_held=Subquery(held.values("held_on")[:1]),
        last_next=Subquery(held.values("next_on")[:1]),
        waiting=Subquery(waiting.values("code")[:1]),
        waits_on=Subquery(
            waiting.values(day=Either(When(postponed_by_child=True, then="postponed_to"), default="due_on"))[:1]
        ),
    )


def case_named_day(case: Case) -> date | None:
    """The day that the plan or the last review names for the next one, of a case that `with_named_days()` has read."""
    known = vars(case)
    approved_on, review_on = _plan_days(case) or (None, None)
    return named_day(approved_on, review_on, known["last_held"], known["last_next"])


def _plan_days(case: Case) -> tuple[date, date | None] | None:
    """When the plan in force was approved and names its review, the soonest of several; None where there is no plan."""
    known = vars(case)
    days = [(known[f"{name}_approved"], known[f"{name}_review"]) for name in WAYS if known[f"{name}_approved"]]
    return min(days, key=lambda pair: pair[1] or date.max, default=None)


def actions_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """The actions of plans in force that are not done, soonest first; with `on`, those due by that day. One question."""
    rows = goal_actions(actor).filter(
        done_on__isnull=True,
        goal__state__in=OPEN,
        goal__plan__state=Plan.State.APPROVED,
        goal__plan__case__closed_on__isnull=True,
    )
    if among is not None:
        rows = rows.filter(goal__plan__case__in=[case.pk for case in among])
    if on is not None:
        rows = rows.filter(due_on__lte=on)
    found = [
        Duty(
            kind=ACTION,
            child=row.goal.plan.case.child,
            due_on=row.due_on,
            last_on=None,
            deed="finish_action",
            code=row.code,
            words=row.what if may_read(actor, row, "what") else _("An action of the plan"),
            icon="list",
        )
        for row in rows
    ]
    return _wanted(found, on)
