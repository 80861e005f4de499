"""What is due around decisions: what is best to weigh, decisions to take, to look at again, siblings apart, emergencies.

Every answer is computed in a constant number of questions, for the running cases that the actor sees or those among it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import pack_in_force
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case
from kinkeeper.decisions import guards
from kinkeeper.decisions.models import BestInterest, Decision, Necessity, Separation
from kinkeeper.lib.duties import Duty
from kinkeeper.lib.timers import due_after

BEST_INTEREST = "best_interest"
DECISION = "decision"
SEPARATION = "separation"

# The steps before a decision, and the gate itself.
_BEFORE_THE_DECISION = (
    Case.State.INTAKE,
    Case.State.ASSESSMENT,
    Case.State.BEST_INTEREST,
    Case.State.GATEKEEPING,
)
_SHORT = ("FOSTER_EMG", "TRANSIT")


def _running(actor: Actor, among: Iterable[Case] | None) -> QuerySet[Case]:
    rows = seen(actor, Case).filter(closed_on__isnull=True).select_related("child")
    return rows if among is None else rows.filter(pk__in=[case.pk for case in among])


def _soonest_first(duties: Iterable[Duty], on: date | None) -> list[Duty]:
    wanted = [duty for duty in duties if on is None or duty.due_on <= on]
    return sorted(wanted, key=lambda duty: (duty.due_on, duty.code))


def _latest(rows: QuerySet[Decision]) -> Iterator[Decision]:
    """The last of several decisions in each case."""
    found: set[int] = set()
    for row in rows.order_by("-decided_on", "-pk"):
        if row.case_id not in found:
            found.add(row.case_id)
            yield row


def best_interests_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """What is best must be weighed after the assessment, in time for a plan; soonest first."""
    pack = pack_in_force()
    limit = pack.limit("plan")
    made = Assessment.objects.filter(case=OuterRef("pk")).order_by("-assessed_on").values("assessed_on")[:1]
    weighed = BestInterest.objects.filter(case=OuterRef("pk")).order_by("-done_on").values("done_on")[:1]
    rows = _running(actor, among).filter(state=Case.State.BEST_INTEREST)
    rows = rows.annotate(assessed_on=Subquery(made), weighed_on=Subquery(weighed))
    due = [
        Duty(
            kind=BEST_INTEREST,
            child=case.child,
            due_on=due_after(case.assessed_on or case.opened_on, limit, pack.calendar),
            last_on=case.weighed_on,
            deed="record_best_interest",
            code=case.code,
            source=limit.source,
            words=_("Weigh what is best"),
            icon="heart",
        )
        for case in rows
    ]
    return _soonest_first(due, on)


def retrospective_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """After an emergency decision what is best must be weighed within the hours of the pack; soonest first."""
    pack = pack_in_force()
    limit = pack.limit("retrospective_bia")
    rows = guards.unweighed().filter(case__in=_running(actor, among).order_by().values("pk"))
    found: dict[int, Decision] = {}
    for row in rows.select_related("case__child").order_by("decided_on", "pk"):
        found.setdefault(row.case_id, row)
    due = [
        Duty(
            kind=BEST_INTEREST,
            child=decision.case.child,
            due_on=guards.retrospective_until(pack, decision),
            last_on=None,
            deed="record_best_interest",
            code=decision.case.code,
            source=limit.source,
            words=_("Weigh what is best after the emergency"),
            icon="alert-triangle",
        )
        for decision in found.values()
    ]
    return _soonest_first(due, on)


def decisions_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """A child who lost parental care needs a decision in the time of the pack, counted from the day the case was opened.

    In urgent cases (a high risk, or a test that names an emergency) the shorter time of a preliminary guardianship holds
    until an emergency decision is there.
    """
    pack = pack_in_force()
    decided = Decision.objects.filter(
        case=OuterRef("pk"), withdrawn_on__isnull=True, decided_on__gte=OuterRef("opened_on")
    )
    tested = Necessity.objects.filter(case=OuterRef("pk")).order_by("-tested_on", "-pk").values("emergency")[:1]
    rows = _running(actor, among).filter(kind=Case.Kind.CARE, state__in=_BEFORE_THE_DECISION)
    rows = rows.filter(~Exists(decided.exclude(kind=Decision.Kind.EMERGENCY)))
    rows = rows.annotate(emergency=Subquery(tested), secured=Exists(decided.filter(kind=Decision.Kind.EMERGENCY)))
    due = []
    for case in rows:
        urgent = (case.emergency or case.risk == Case.Risk.HIGH) and not case.secured
        limit = pack.limit("preliminary_guardianship" if urgent else "guardian_decision")
        due.append(
            Duty(
                kind=DECISION,
                child=case.child,
                due_on=due_after(case.opened_on, limit, pack.calendar),
                last_on=None,
                deed="decisions",
                code=case.code,
                source=limit.source,
                words=_("Decide at once who cares for the child") if urgent else _("Decide who cares for the child"),
                icon="gavel",
            )
        )
    return _soonest_first(due, on)


def separations_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """Whether siblings still must live apart is looked at again on the day that was set; soonest first."""
    limit = pack_in_force().limit("sibling_review")
    children = {case.child_id: case.child for case in _running(actor, among)}
    rows = seen(actor, Separation).filter(ended_on__isnull=True)
    rows = rows.filter(Q(child__in=children) | Q(sibling__in=children))
    due = [
        Duty(
            kind=SEPARATION,
            child=children.get(row.child_id) or children[row.sibling_id],
            due_on=row.review_on,
            last_on=row.reviewed_on,
            deed="review_separation",
            code=row.code,
            source=limit.source,
            words=_("Look again at brothers and sisters who live apart"),
            icon="users",
        )
        for row in rows
    ]
    return _soonest_first(due, on)


def decision_reviews_due(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """A decision is looked at again on its day: by another decision, or by weighing again what is best; soonest first."""
    pack = pack_in_force()
    limit = pack.limit("bia_validity")
    cases = _running(actor, among).order_by().values("pk")
    weighed = BestInterest.objects.filter(case=OuterRef("case"), done_on__gt=OuterRef("decided_on"))
    rows = Decision.objects.filter(case__in=cases, withdrawn_on__isnull=True).select_related("case__child")
    rows = rows.annotate(weighed_on=Subquery(weighed.order_by("-done_on").values("done_on")[:1]))
    waiting: list[tuple[Decision, date | None]] = [(row, vars(row)["weighed_on"]) for row in _latest(rows)]
    due = [
        Duty(
            kind=DECISION,
            child=row.case.child,
            due_on=row.review_on,
            last_on=weighed_on,
            deed="record_best_interest",
            code=row.case.code,
            source=str(_("The decision itself")),
            words=_("Look again at the decision"),
            icon="gavel",
        )
        for row, weighed_on in waiting
        # A weighing that still counted on that day has looked at it.
        if row.review_on and (weighed_on is None or due_after(weighed_on, limit, pack.calendar) < row.review_on)
    ]
    return _soonest_first(due, on)


def emergency_care_ending(actor: Actor, on: date | None = None, *, among: Iterable[Case] | None = None) -> list[Duty]:
    """Emergency and transit care ends on the last day of its decision: decide before what follows; soonest first."""
    pack = pack_in_force()
    short = [code for code, care in pack.care_types.items() if care.neutral in _SHORT]
    cases = _running(actor, among).order_by().values("pk")
    rows = Decision.objects.filter(case__in=cases, withdrawn_on__isnull=True, kind__in=guards.CARE)
    later = rows.filter(case=OuterRef("case")).filter(
        Q(decided_on__gt=OuterRef("decided_on")) | Q(decided_on=OuterRef("decided_on"), pk__gt=OuterRef("pk"))
    )
    ending: Sequence[Decision] = list(
        rows.filter(Q(care_type__in=short) | Q(kind=Decision.Kind.EMERGENCY), ~Exists(later), ends_on__isnull=False)
        .select_related("case__child")
        .order_by(F("ends_on"), "pk")
    )
    due = []
    for row in ending:
        care = pack.care_types.get(row.care_type)
        limit = pack.limit("transit" if care is not None and care.neutral == "TRANSIT" else "emergency_care")
        due.append(
            Duty(
                kind=DECISION,
                child=row.case.child,
                due_on=row.ends_on or row.starts_on,
                last_on=row.decided_on,
                deed="decisions",
                code=row.case.code,
                source=limit.source,
                words=_("Decide what follows the emergency care"),
                icon="clock",
            )
        )
    return _soonest_first(due, on)
