"""Who sees decisions and what led to them, and who may record and take them; separations are seen with either sibling."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict, part_of, scope, shows, through
from kinkeeper.access.models import Role, pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.cases.queries import is_responsible
from kinkeeper.decisions import guards
from kinkeeper.decisions.models import (
    BestInterest,
    Decision,
    KinSearched,
    Necessity,
    Option,
    PanelMember,
    Requirement,
    Separation,
    SupportTried,
)
from kinkeeper.people.models import Person

# Who records what the gatekeeping panel or the authority decided.
GATEKEEPERS = (Role.SUPERVISOR, Role.DIRECTOR)
State = Case.State
# From here on what is best for the child can be weighed, and weighed again; an emergency asks for it at any step.
WEIGHED = frozenset(
    {
        State.BEST_INTEREST,
        State.GATEKEEPING,
        State.PLANNING,
        State.ACTIVE,
        State.REVIEW,
        State.TRANSFER_PENDING,
        State.CLOSING,
    }
)

part_of(Requirement, Case, "case")
part_of(BestInterest, Case, "case")
part_of(Option, BestInterest, "best_interest")
part_of(PanelMember, BestInterest, "best_interest")
part_of(Necessity, Case, "case")
part_of(SupportTried, Necessity, "necessity")
part_of(KinSearched, Necessity, "necessity")
part_of(Decision, Case, "case")
shows(Separation, "child")
shows(Separation, "sibling")


@scope(Separation)
def separations(actor: Actor) -> Q:
    """That two siblings live apart is known to whoever sees one of them."""
    return through(actor, Person, "child") | through(actor, Person, "sibling")


def _over(case: Case) -> Verdict:
    if not case.is_running:
        return Verdict(_("This case is closed. Open it again first."), guard="G-STEP")
    return YES


def _gatekeeper(actor: Actor, unit_id: int) -> Verdict:
    if not actor.sits_any(GATEKEEPERS, unit_id):
        return Verdict(_("Only a supervisor or director of this unit can do this. Ask your supervisor."))
    return YES


def _weighs(case: Case) -> Verdict:
    if case.state in WEIGHED or guards.unweighed_emergency(case) is not None:
        return YES
    return Verdict(_("Complete the assessment first; then weigh what is best for the child."), guard="G-STEP")


def may_require_determination(actor: Actor, case: Case) -> Verdict:
    """That a panel must determine what is best is said by the supervisor of the unit."""
    if not actor.sits(Role.SUPERVISOR, case.unit_id):
        return Verdict(_("Only a supervisor of this unit can require a determination. Ask your supervisor."))
    return _over(case) and _weighs(case)


def may_record_best_interest(actor: Actor, case: Case) -> Verdict:
    """The assessment is recorded by the worker of the case or the supervisor, with a second colleague."""
    if not is_responsible(actor, case):
        return Verdict(_("Only the worker of this case or a supervisor of its unit can do this."))
    return _over(case) and _weighs(case)


def may_record_determination(actor: Actor, case: Case) -> Verdict:
    """What a panel determined is recorded by a supervisor or director of the unit."""
    return _gatekeeper(actor, case.unit_id) and _over(case) and _weighs(case)


def may_record_necessity(actor: Actor, case: Case) -> Verdict:
    """Whether care is needed is tested by the worker of the case or the supervisor, once the child is registered."""
    if not is_responsible(actor, case):
        return Verdict(_("Only the worker of this case or a supervisor of its unit can do this."))
    if case.state in {State.INTAKE, State.AFTERCARE}:
        return Verdict(_("Register the child first; then test whether care is needed."), guard="G-STEP")
    return _over(case)


def _at_the_gate(actor: Actor, case: Case) -> Verdict:
    verdict = _gatekeeper(actor, case.unit_id) and _over(case)
    if not verdict:
        return verdict
    if case.state != State.GATEKEEPING:
        return Verdict(
            _("A decision is taken at the step “gatekeeping”, after what is best for the child has been weighed."),
            guard="G-STEP",
        )
    if guards.open_requirements(case):
        return Verdict(_("A determination by a panel is required. Record it before you decide."), guard="G-BIA")
    return YES


def may_decide_family_support(actor: Actor, case: Case) -> Verdict:
    """Support in the family is decided at the gate, where the test says that care outside the family is not needed."""
    return _at_the_gate(actor, case) and guards.support_is_enough(guards.last_necessity(case))


def may_decide_alternative_care(actor: Actor, case: Case) -> Verdict:
    """Care outside the family is decided at the gate, where it is needed and what is best has been weighed."""
    verdict = _at_the_gate(actor, case) and guards.care_is_needed(guards.last_necessity(case))
    if verdict and guards.last_best_interest(case) is None:
        return Verdict(_("Record first what is best for the child, with the options compared."), guard="G-BIA")
    return verdict


def may_decide_no_service(actor: Actor, case: Case) -> Verdict:
    """That no service is needed is decided at the gate."""
    return _at_the_gate(actor, case)


def may_authorise_emergency(actor: Actor, case: Case) -> Verdict:
    """In immediate danger the director, or an authority whose order is recorded, may move a child at any step."""
    verdict = _gatekeeper(actor, case.unit_id) and _over(case)
    if not verdict:
        return verdict
    earlier = guards.unweighed_emergency(case)
    if earlier is not None and guards.retrospective_until(pack_in_force(), earlier) < actor.today:
        return Verdict(
            _("The best-interest assessment of the last emergency is overdue. Record it before you authorise another."),
            guard="G-EMERGENCY",
        )
    return YES


def may_withdraw_decision(actor: Actor, decision: Decision) -> Verdict:
    """A decision that does not hold any more is withdrawn by a supervisor or director of the unit."""
    if decision.withdrawn_on is not None:
        return Verdict(_("This decision has been withdrawn already."), guard="G-STEP")
    return _gatekeeper(actor, decision.unit_id) and _over(decision.case)


def may_separate_siblings(actor: Actor, child: Person) -> Verdict:
    """That siblings live apart is recorded by a supervisor or director of the child’s unit."""
    return _gatekeeper(actor, child.unit_id)


def _keeps(actor: Actor, separation: Separation) -> Verdict:
    if separation.ended_on is not None:
        return Verdict(_("This separation has ended already."), guard="G-STEP")
    units = {separation.child.unit_id, separation.sibling.unit_id}
    if not any(actor.sits_any(GATEKEEPERS, unit) for unit in units):
        return Verdict(_("Only a supervisor or director of a sibling’s unit can do this. Ask your supervisor."))
    return YES


def may_review_separation(actor: Actor, separation: Separation) -> Verdict:
    """Whether siblings still must live apart is looked at by a supervisor or director of either unit."""
    return _keeps(actor, separation)


def may_end_separation(actor: Actor, separation: Separation) -> Verdict:
    """A separation is ended by a supervisor or director of either unit."""
    return _keeps(actor, separation)
