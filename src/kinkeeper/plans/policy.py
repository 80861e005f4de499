"""Who sees plans and reviews, who drafts and approves a plan, who opens and holds a review."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict, part_of, scope, shows, through
from kinkeeper.access.models import Role, Unit
from kinkeeper.access.policy import may_bring_in
from kinkeeper.cases.models import Case
from kinkeeper.cases.queries import is_responsible
from kinkeeper.families.models import Family
from kinkeeper.people.models import Person
from kinkeeper.plans.models import Goal, GoalAction, Plan, PlannedContact, Progress, Review, Wish
from kinkeeper.plans.queries import goals_open, lacks_of

part_of(Review, Person, "child")
part_of(Progress, Review, "review")
part_of(Wish, Review, "review")
part_of(Goal, Plan, "plan")
part_of(GoalAction, Goal, "goal")
part_of(PlannedContact, Plan, "plan")
shows(Progress, "goal")
shows(Review, "case")
shows(Review, "plan")
shows(Plan, "case")
shows(PlannedContact, "person")

WORKERS = (Role.CASEWORKER, Role.YOUTH_WORKER)
RECORDERS = (*WORKERS, Role.SUPERVISOR)
PLANNED = frozenset({Case.State.PLANNING}) | Case.AT_WORK


@scope(Plan)
def plans(actor: Actor) -> Q:
    """A plan is seen with its case; the plan of a family by whoever sees the family, as it holds for each of its children."""
    return through(actor, Case, "case") | (Q(kind=Plan.Kind.FAMILY) & through(actor, Family, "family"))


def _works_on(actor: Actor, case: Case) -> Verdict:
    if not is_responsible(actor, case):
        return Verdict(_("Only the worker of this case or a supervisor of its unit can do this."))
    return YES


# ---- plans -----------------------------------------------------------------------------------------------------------


def may_draft_plan(actor: Actor, case: Case) -> Verdict:
    """A plan is drafted by the worker of the case once care or support is decided."""
    if not is_responsible(actor, case):
        return _works_on(actor, case)
    if case.state not in PLANNED:
        return Verdict(_("A plan is made when it has been decided what this child needs."), "G-STEP")
    if Plan.objects.filter(case=case, state=Plan.State.DRAFT).exists():
        return Verdict(_("A plan of this case is being drafted. Go on with it."), "G-PLAN")
    if Plan.objects.filter(case=case, state=Plan.State.APPROVED).exists():
        return Verdict(_("A plan is in force. Draft its next version from its own page."), "G-PLAN")
    return YES


def _may_edit(actor: Actor, plan: Plan) -> Verdict:
    """A draft is written by the worker of the case or the supervisor; an approved plan by nobody."""
    if not is_responsible(actor, plan.case):
        return _works_on(actor, plan.case)
    if plan.state != Plan.State.DRAFT:
        return Verdict(_("This plan is not a draft any more and is never changed. Draft its next version."), "G-STEP")
    return YES


def may_describe_plan(actor: Actor, plan: Plan) -> Verdict:
    """Only a draft is described."""
    return _may_edit(actor, plan)


def may_add_goal(actor: Actor, plan: Plan) -> Verdict:
    """Goals are added to a draft."""
    return _may_edit(actor, plan)


def may_change_goal(actor: Actor, goal: Goal) -> Verdict:
    """Goals are changed in a draft."""
    return _may_edit(actor, goal.plan)


def may_drop_goal(actor: Actor, goal: Goal) -> Verdict:
    """Goals are taken out of a draft."""
    return _may_edit(actor, goal.plan)


def may_add_action(actor: Actor, goal: Goal) -> Verdict:
    """Actions are added to a goal of a draft."""
    return _may_edit(actor, goal.plan)


def may_drop_action(actor: Actor, action: GoalAction) -> Verdict:
    """Actions are taken out of a draft."""
    return _may_edit(actor, action.goal.plan)


def may_plan_contact(actor: Actor, plan: Plan) -> Verdict:
    """Contact with the family is planned in a draft."""
    return _may_edit(actor, plan)


def may_drop_contact(actor: Actor, contact: PlannedContact) -> Verdict:
    """A planned contact is taken out of a draft."""
    return _may_edit(actor, contact.plan)


def may_drop_plan(actor: Actor, plan: Plan) -> Verdict:
    """Only a draft is dropped."""
    return _may_edit(actor, plan)


def may_approve_plan(actor: Actor, plan: Plan) -> Verdict:
    """A complete draft is approved by the supervisor of the unit; what is missing is said with its rule."""
    if not actor.sits(Role.SUPERVISOR, plan.unit_id):
        return Verdict(_("Only a supervisor of this unit can approve a plan. Ask your supervisor."))
    if plan.state != Plan.State.DRAFT:
        return Verdict(_("This plan is not a draft any more."), "G-STEP")
    if plan.case.state not in PLANNED:
        return Verdict(_("This case is at another step now. Its plan cannot be approved."), "G-STEP")
    return next(iter(lacks_of(actor, plan)), YES)


def may_replace_plan(actor: Actor, plan: Plan) -> Verdict:
    """The next version is drafted from the plan in force, which holds until the new one is approved."""
    if not is_responsible(actor, plan.case):
        return _works_on(actor, plan.case)
    if plan.state != Plan.State.APPROVED:
        return Verdict(_("Only a plan in force has a next version."), "G-STEP")
    if plan.case.state not in PLANNED:
        return Verdict(_("This case is at another step now. Its plan is not changed."), "G-STEP")
    same = Q(case=plan.case_id)
    if plan.kind == Plan.Kind.FAMILY:
        same |= Q(kind=Plan.Kind.FAMILY, family=plan.family_id)
    if Plan.objects.filter(same, state=Plan.State.DRAFT).exists():
        return Verdict(_("The next version is being drafted. Go on with it."), "G-PLAN")
    return YES


def may_finish_action(actor: Actor, action: GoalAction) -> Verdict:
    """An action of the plan in force is marked as done by the worker of the case or the supervisor."""
    plan = action.goal.plan
    if not is_responsible(actor, plan.case):
        return _works_on(actor, plan.case)
    if plan.state != Plan.State.APPROVED:
        return Verdict(_("Only actions of a plan in force are carried out."), "G-STEP")
    if action.done_on is not None:
        return Verdict(_("This is done already."), "G-STEP")
    return YES


# ---- reviews ---------------------------------------------------------------------------------------------------------


def may_open_review(actor: Actor, case: Case) -> Verdict:
    """A review is opened by the worker of the case or the supervisor, also when the child asks for it."""
    if not is_responsible(actor, case):
        return _works_on(actor, case)
    if case.state not in Case.AT_WORK:
        return Verdict(_("Only a case in which a plan is carried out is reviewed."), "G-STEP")
    if Review.objects.filter(child=case.child_id, held_on=None).exists():
        return Verdict(_("A review is open already. Hold it first."), "G-REVIEW")
    return YES


def _may_work_on_review(actor: Actor, review: Review) -> Verdict:
    if review.case is None or not is_responsible(actor, review.case):
        return Verdict(_("Only the worker of this case or a supervisor of its unit can do this."))
    if review.held_on is not None:
        return Verdict(_("This review has been held. It is never changed."), "G-STEP")
    if review.case.state not in Case.AT_WORK:
        return Verdict(_("This case is at another step now."), "G-STEP")
    return YES


def may_postpone_review(actor: Actor, review: Review) -> Verdict:
    """A review that is open can be postponed."""
    return _may_work_on_review(actor, review)


def may_hold_review(actor: Actor, review: Review) -> Verdict:
    """What a review found is written down by the worker of the case or the supervisor; who chaired it is named."""
    return _may_work_on_review(actor, review)


def may_record_review(actor: Actor, child: Person) -> Verdict:
    """The short way for a child without a plan in force: recorded by the workers of the child’s unit."""
    if not actor.sits_any(RECORDERS, child.unit_id):
        return Verdict(_("Only workers of the child’s unit can record a review."))
    if Review.objects.filter(child=child, held_on=None).exists():
        return Verdict(_("A review of this child is open. Hold that one."), "G-REVIEW")
    case = Case.objects.filter(child=child, closed_on=None).first()
    if case is not None and goals_open(actor, case).exists():
        return Verdict(
            _("The plan in force has open goals. Open a review, so that each of them is judged."), "G-REVIEW"
        )
    return YES


def may_bring_in_reviews(actor: Actor, unit: Unit) -> Verdict:
    """Reviews are brought in from another system by those who oversee the unit."""
    return may_bring_in(actor, unit)
