"""Who sees closings, follow-ups and after-care (whoever sees the case), and who may close, hand over and follow up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict, part_of
from kinkeeper.access.models import Role
from kinkeeper.cases.models import Case
from kinkeeper.cases.queries import is_responsible
from kinkeeper.leaving.models import (
    HANDED_OVER,
    Aftercare,
    Closing,
    ExtendedSupport,
    FollowUp,
    HandedPaper,
    UnplannedReturn,
)
from kinkeeper.lib.objections import objection_to, objects_to
from kinkeeper.placements.models import Absence, PeriodOfCare
from kinkeeper.plans.models import Goal, Plan

part_of(Closing, Case, "case")
part_of(HandedPaper, Closing, "closing")
part_of(FollowUp, Case, "case")
part_of(Aftercare, Case, "case")
part_of(ExtendedSupport, Case, "case")
part_of(UnplannedReturn, Case, "case")


def _supervises(actor: Actor, case: Case) -> Verdict:
    if not actor.sits(Role.SUPERVISOR, case.unit_id):
        return Verdict(_("Only a supervisor of this unit decides this. Ask your supervisor."))
    return YES


def _works_on(actor: Actor, case: Case) -> Verdict:
    if not is_responsible(actor, case):
        return Verdict(_("Only the worker of this case or a supervisor of its unit can do this."))
    return YES


def _not_missing(case: Case) -> Verdict:
    missing = Absence.objects.filter(child=case.child_id, kind=Absence.Kind.MISSING, ended_on__isnull=True)
    if missing.exists():
        return Verdict(
            _("This child is missing. Nobody stops looking: go on, and record the return first."), guard="G-CLOSE"
        )
    return YES


@objects_to("close_case")
def _whoever_is_missing_is_looked_for(case: Case) -> str:
    """Nor is a case closed early while the child is missing, in care or no longer."""
    return str(_not_missing(case).sentence)


def _no_open_danger(case: Case) -> Verdict:
    goals = Goal.objects.filter(plan__case=case, plan__state=Plan.State.APPROVED, high_risk=True)
    if goals.filter(state__in=[Goal.State.OPEN, Goal.State.PARTLY]).exists():
        return Verdict(
            _("A goal on which the child’s safety depends is still open. Reach it, or change the plan, first."),
            guard="G-CLOSE",
        )
    return YES


def _not_in_care(case: Case) -> Verdict:
    if PeriodOfCare.objects.filter(child=case.child_id, ended_on__isnull=True).exists():
        return Verdict(
            _("This child is still in care here. Record first how and when the stay ended."), guard="G-CLOSE"
        )
    return YES


def _closing_of(case: Case) -> Closing | None:
    return Closing.objects.filter(case=case, done_on__isnull=True, withdrawn_on__isnull=True).first()


def may_decide_closing(actor: Actor, case: Case) -> Verdict:
    """That the work comes to its end is decided by the supervisor, in a review, when nothing stands in the way."""
    if not (verdict := _supervises(actor, case)):
        return verdict
    if case.state != Case.State.REVIEW:
        return Verdict(_("A closing is decided in a review. Open a review first."), guard="G-STEP")
    if objection := objection_to("decide_closing", case):
        return Verdict(objection, guard="G-CLOSE")
    return _not_missing(case) and _no_open_danger(case)


def may_withdraw_closing(actor: Actor, case: Case) -> Verdict:
    """A closing that is not carried out yet is withdrawn by the supervisor."""
    if not (verdict := _supervises(actor, case)):
        return verdict
    if case.state != Case.State.CLOSING:
        return Verdict(_("No closing of this case is waiting to be carried out."), guard="G-STEP")
    if _closing_of(case) is None:
        return Verdict(
            _("It was decided that no service is needed, so there is no plan to go on with. Close the case."),
            guard="G-STEP",
        )
    return YES


def may_hand_over(actor: Actor, case: Case) -> Verdict:
    """The child or young person is handed over by the worker of the case, when the stay in care has ended."""
    if not (verdict := _works_on(actor, case)):
        return verdict
    closing = _closing_of(case) if case.state == Case.State.CLOSING else None
    if closing is None:
        return Verdict(_("First a review decides on the closing of this case."), guard="G-STEP")
    if closing.exit not in HANDED_OVER:
        return Verdict(_("This ending needs no hand-over. A supervisor closes the case."), guard="G-STEP")
    return _not_missing(case) and _not_in_care(case)


def may_close_for_good(actor: Actor, case: Case) -> Verdict:
    """A case in closing is closed by the supervisor, unless a hand-over comes first."""
    if not (verdict := _supervises(actor, case)):
        return verdict
    if case.state != Case.State.CLOSING:
        return Verdict(_("First a review decides on the closing of this case."), guard="G-STEP")
    closing = _closing_of(case)
    if closing is not None and closing.exit in HANDED_OVER:
        return Verdict(_("Hand over papers and belongings first. The case then goes on in after-care."), guard="G-STEP")
    return Verdict(objection_to("close_case", case), guard="G-CLOSE")


def may_record_followup(actor: Actor, case: Case) -> Verdict:
    """Follow-ups are recorded by the worker of the case while after-care lasts."""
    if case.state != Case.State.AFTERCARE:
        return Verdict(_("Follow-ups belong to after-care. Record a visit or contact instead."), guard="G-STEP")
    return _works_on(actor, case)


def may_start_aftercare(actor: Actor, case: Case) -> Verdict:
    """After-care of a young adult is begun by the supervisor, also when a closed case comes back through the open door."""
    if not (verdict := _supervises(actor, case)):
        return verdict
    if case.state == Case.State.AFTERCARE:
        return Verdict(_("After-care goes on already."), guard="G-STEP")
    if case.state not in (*Case.AT_WORK, Case.State.CLOSED):
        return Verdict(_("After-care follows care, or reopens a closed case."), guard="G-STEP")
    return YES


def may_come_of_age(actor: Actor, case: Case) -> Verdict:
    """After-care at majority begins by itself: a machine does it at night, never a person."""
    if actor.user_id is not None:
        return Verdict(_("This happens by itself on the birthday. Begin after-care instead."))
    if case.kind not in (Case.Kind.CARE, Case.Kind.YOUTH) or case.state not in Case.AT_WORK:
        return Verdict(_("After-care follows care that is going on."), guard="G-STEP")
    return _supervises(actor, case)


def may_extend_support(actor: Actor, case: Case) -> Verdict:
    """That care goes on after coming of age, at the young person’s own wish, is recorded by the supervisor."""
    if not (verdict := _supervises(actor, case)):
        return verdict
    if case.kind not in (Case.Kind.CARE, Case.Kind.YOUTH) or case.state not in Case.AT_WORK:
        return Verdict(_("Only care that is going on can be extended."), guard="G-STEP")
    return YES


def may_end_aftercare(actor: Actor, case: Case) -> Verdict:
    """After-care is ended by the supervisor."""
    if not (verdict := _supervises(actor, case)):
        return verdict
    if case.state != Case.State.AFTERCARE:
        return Verdict(_("No after-care is going on."), guard="G-STEP")
    return _not_in_care(case)


def may_allow_emergency_stay(actor: Actor, aftercare: Aftercare) -> Verdict:
    """A short emergency stay of a young adult is allowed by the supervisor."""
    if not aftercare.is_running:
        return Verdict(_("After-care has ended. Begin it again first."), guard="G-STEP")
    return _supervises(actor, aftercare.case)


def may_record_unplanned_return(actor: Actor, case: Case) -> Verdict:
    """That a child ran home is recorded by the worker of the case."""
    if case.state not in Case.AT_WORK:
        return Verdict(_("Only a child in care can return unplanned."), guard="G-STEP")
    if not (verdict := _works_on(actor, case)):
        return verdict
    if not PeriodOfCare.objects.filter(child=case.child_id, ended_on__isnull=True).exists():
        return Verdict(_("This child is not in care."), guard="G-STEP")
    if UnplannedReturn.objects.filter(case=case, decided_on__isnull=True).exists():
        return Verdict(_("A return is recorded and not decided yet."), guard="G-OVERLAP")
    return YES


def may_assess_unplanned_return(actor: Actor, gone: UnplannedReturn) -> Verdict:
    """The risk after an unplanned return is judged by the worker of the case."""
    if gone.assessed_on:
        return Verdict(_("The risk is judged already. Now it is decided whether the child stays."), guard="G-STEP")
    return _works_on(actor, gone.case)


def may_decide_unplanned_return(actor: Actor, gone: UnplannedReturn) -> Verdict:
    """Whether a child who ran home stays is decided by the director, or recorded for the authority by the supervisor."""
    if not actor.sits_any((Role.SUPERVISOR, Role.DIRECTOR), gone.case.unit_id):
        return Verdict(_("Only a supervisor or the director records this decision."))
    if not gone.assessed_on:
        return Verdict(_("Judge the risk first."), guard="G-STEP")
    if gone.decided_on:
        return Verdict(_("This is decided already."), guard="G-STEP")
    return YES
