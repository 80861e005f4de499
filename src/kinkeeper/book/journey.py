"""The journey of a case as steps: what is done and when, where it stands, what can be done there, and what stands in the way.

The way is that of `Case.STEPS`. A step that came before the one of now and left no record (a case that was brought in, a
case that was closed early) is shown as skipped, so that nobody takes it for done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Model, QuerySet
from django.urls import reverse

from kinkeeper.access.gate import Actor, Verdict, seen
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import BestInterest, Decision, Requirement
from kinkeeper.intake.models import Registration
from kinkeeper.journal.acts import acts
from kinkeeper.leaving.models import Aftercare, Closing
from kinkeeper.plans.models import Plan, Review
from kinkeeper.plans.queries import draft_of_case, open_review_of, plans_of
from kinkeeper.sharing.queries import open_transfer_of

State = Case.State

# The way as it is drawn. A review and a transfer happen while a plan is carried out; the ends are one last step.
WAY = (
    State.INTAKE,
    State.ASSESSMENT,
    State.BEST_INTEREST,
    State.GATEKEEPING,
    State.PLANNING,
    State.ACTIVE,
    State.CLOSING,
    State.AFTERCARE,
    State.CLOSED,
)
STANDS_AT = {
    State.REVIEW: State.ACTIVE,
    State.TRANSFER_PENDING: State.ACTIVE,
    State.DUPLICATE: State.CLOSED,
    State.DECEASED: State.CLOSED,
}
# The deeds that take a case on from where it stands; a key says which row besides the case they may be about.
NEXT: dict[str, tuple[tuple[str, str], ...]] = {
    State.INTAKE: (("intake.register_case", "case"),),
    State.ASSESSMENT: (("assessments.complete_assessment", "case"),),
    State.BEST_INTEREST: (
        ("decisions.record_best_interest", "case"),
        ("decisions.record_determination", "case"),
        ("decisions.require_determination", "case"),
    ),
    State.GATEKEEPING: (
        ("decisions.record_necessity", "case"),
        ("decisions.decide_family_support", "case"),
        ("decisions.decide_alternative_care", "case"),
        ("decisions.decide_no_service", "case"),
    ),
    State.PLANNING: (
        ("plans.draft_plan", "unplanned"),
        ("plans.replace_plan", "approved"),
        ("plans.approve_plan", "draft"),
    ),
    State.ACTIVE: (("plans.open_review", "case"), ("sharing.offer_transfer", "case")),
    State.REVIEW: (("plans.hold_review", "review"), ("leaving.decide_closing", "case")),
    State.TRANSFER_PENDING: (("sharing.accept_transfer", "transfer"), ("sharing.withdraw_transfer", "transfer")),
    State.CLOSING: (
        ("leaving.hand_over", "case"),
        ("leaving.close_for_good", "case"),
        ("leaving.withdraw_closing", "case"),
    ),
    State.AFTERCARE: (("leaving.record_followup", "case"), ("leaving.end_aftercare", "case")),
    State.CLOSED: (("cases.reopen_case", "case"),),
}


@dataclass(frozen=True)
class NextDeed:
    """A deed that takes the case on: its name, the code of its page, and what its judge says now."""

    name: str
    code: str
    verdict: Verdict


@dataclass(frozen=True)
class Mark:
    """What a step left behind: the day, and the address of its record."""

    on: date | None
    href: str = ""


@dataclass(frozen=True)
class Step:
    """One step: `standing` is done, now, ahead or skipped; `on` the day that its record tells, `href` its page."""

    state: str
    label: str
    standing: str
    on: date | None
    href: str = ""
    deeds: tuple[NextDeed, ...] = ()


@dataclass(frozen=True)
class Journey:
    """The steps of one case, and in a word what goes on at the present one (under review, transfer offered …)."""

    steps: tuple[Step, ...]
    now: str
    determination_required: bool

    @property
    def deeds(self) -> tuple[NextDeed, ...]:
        """What can be done at the present step."""
        return next((step.deeds for step in self.steps if step.standing == "now"), ())


def journey_of(actor: Actor, case: Case) -> Journey:
    """Where a case stands on its way, in a fixed number of questions."""
    rows = _rows(actor, case)
    marks = _marks(actor, case, rows)
    at = STANDS_AT.get(State(case.state), State(case.state))
    place = WAY.index(at)
    steps = tuple(
        Step(
            state=state,
            label=str(state.label),
            standing=_standing(number, place, marks[state].on),
            on=marks[state].on if number <= place else None,
            href=marks[state].href if number <= place else "",
            deeds=_deeds(actor, case, rows) if number == place else (),
        )
        for number, state in enumerate(WAY)
    )
    waits = case.state == State.BEST_INTEREST and seen(actor, Requirement).filter(case=case, met_on=None).exists()
    return Journey(steps, _now(case), waits)


def _standing(number: int, place: int, on: date | None) -> str:
    if number == place:
        return "now"
    if number > place:
        return "ahead"
    return "done" if on else "skipped"


def _now(case: Case) -> str:
    if case.state == State.CLOSED:
        return str(dict(Case.CloseReason.choices).get(case.close_reason, case.get_state_display()))
    return str(case.get_state_display())


def _rows(actor: Actor, case: Case) -> dict[str, Model | None]:
    """The rows that the next deeds are about; a case is unplanned until a plan of its own is in force."""
    approved = seen(actor, Plan).filter(case=case, state=Plan.State.APPROVED).select_related("case").first()
    return {
        "case": case,
        "approved": approved,
        "unplanned": None if approved else case,
        "draft": draft_of_case(actor, case),
        "review": open_review_of(actor, case),
        "transfer": open_transfer_of(actor, case),
        "closing": seen(actor, Closing).filter(case=case, withdrawn_on=None).select_related("case").first(),
        "aftercare": seen(actor, Aftercare).filter(case=case, ends_on=None).select_related("case").first(),
    }


def _deeds(actor: Actor, case: Case, rows: dict[str, Model | None]) -> tuple[NextDeed, ...]:
    wanted = NEXT.get(State(case.state), ())
    found = ((name, rows[about]) for name, about in wanted if name in acts)
    return tuple(
        NextDeed(name.split(".")[1], str(getattr(row, "code", "")), acts[name].verdict(actor, row))
        for name, row in found
        if row is not None
    )


def _marks(actor: Actor, case: Case, rows: dict[str, Model | None]) -> dict[str, Mark]:
    """The day on which each step was done and the page of its record, as its room tells."""
    closing, aftercare, draft, review = rows["closing"], rows["aftercare"], rows["draft"], rows["review"]
    decided = [Decision.Kind.FAMILY_SUPPORT, Decision.Kind.ALTERNATIVE_CARE, Decision.Kind.NO_SERVICE]
    approved = [Plan.State.APPROVED, Plan.State.REPLACED]
    last_plan = _last(plans_of(actor, case).filter(state__in=approved), "approved_on", "plan")
    last_review = _last(seen(actor, Review).filter(case=case, held_on__isnull=False), "held_on", "review")
    chosen = _last(seen(actor, Decision).filter(case=case, kind__in=decided), "decided_on")
    assessed = seen(actor, Assessment).filter(case=case).exclude(kind=Assessment.Kind.LATER)
    return {
        State.INTAKE: _last(seen(actor, Registration).filter(case=case), "registered_on", "registration"),
        State.ASSESSMENT: _last(assessed, "assessed_on", "assessment"),
        State.BEST_INTEREST: _last(seen(actor, BestInterest).filter(case=case), "done_on", "best_interest"),
        State.GATEKEEPING: Mark(chosen.on, reverse("decisions", args=[case.code]) if chosen.on else ""),
        State.PLANNING: Mark(last_plan.on, _page_of(draft) if case.state == State.PLANNING else last_plan.href),
        State.ACTIVE: Mark(last_review.on, _page_of(review) or last_review.href),
        State.CLOSING: Mark(getattr(closing, "decided_on", None), _page_of(closing)),
        State.AFTERCARE: Mark(getattr(aftercare, "starts_on", None), _page_of(aftercare)),
        State.CLOSED: Mark(case.closed_on),
    }


def _page_of(row: Model | None) -> str:
    return str(row.get_absolute_url()) if row is not None else ""  # type: ignore[attr-defined]  # of the rows of _rows


def _last(rows: QuerySet[Any], day: str, page: str = "") -> Mark:
    """The latest of some rows: its day, and its page where it has one. One question."""
    found = rows.filter(**{f"{day}__isnull": False}).order_by(f"-{day}", "-pk").values_list(day, "code").first()
    if found is None:
        return Mark(None)
    return Mark(found[0], reverse(page, args=[found[1]]) if page else "")
