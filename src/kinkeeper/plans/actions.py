"""Deeds on plans and reviews."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Unseen
from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.keys.fields import with_keys
from kinkeeper.lib.guards import insist_on_a_lifetime, insist_on_choice, insist_on_order, insist_on_the_past, known
from kinkeeper.lib.money import Money
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.lib.steps import move
from kinkeeper.people.models import Person
from kinkeeper.plans import policy, queries
from kinkeeper.plans.guards import (
    Answered,
    Judged,
    Minutes,
    insist_on_a_next_day,
    insist_on_an_outcome,
    insist_on_minutes,
    insist_on_participation,
    judged_in,
    wishes_in,
)
from kinkeeper.plans.models import Goal, GoalAction, Plan, PlannedContact, Progress, Review, Wish

__all__ = ["Answered", "Judged", "Minutes"]

# ---- plans -----------------------------------------------------------------------------------------------------------


@act(policy.may_draft_plan)
def draft_plan(actor: Actor, case: Case, *, kind: str = Plan.Kind.CHILD) -> Plan:
    """Begin a plan of a child, of a young person, or of a family: that one holds for each of its children."""
    insist_on_choice(Plan.Kind.values, kind, "kind")
    family = queries.family_for(actor, case) if kind == Plan.Kind.FAMILY else None
    if kind == Plan.Kind.FAMILY:
        if family is None:
            raise Refused(_("Record the family of this child first."), guard="G-PLAN", field="kind")
        living = [Plan.State.DRAFT, Plan.State.APPROVED]
        if Plan.objects.filter(kind=kind, family=family, state__in=living).exists():
            raise Refused(_("This family has a plan already. Go on with that one."), guard="G-PLAN", field="kind")
    earlier = queries.plans_of(actor, case).filter(case=case).order_by("-number").first()
    return Plan.objects.create(
        case=case,
        kind=kind,
        family=family,
        number=earlier.number + 1 if earlier else 1,
        drafted_on=actor.today,
        drafted_by_id=actor.user_id,
    )


@act(policy.may_describe_plan)
def describe_plan(
    actor: Actor,
    plan: Plan,
    *,
    about_me: str = "",
    no_words_reason: str = "",
    child_consulted: str = "",
    parent_consulted: str = "",
    permanency: str = "",
    no_contact_reason: str = "",
    review_on: date | None = None,
) -> Plan:
    """Write down the child’s own words, who took part, the lasting goal, and when the plan is looked at again."""
    if permanency:
        known(pack_in_force().permanency, permanency, "permanency")
    if review_on is not None:
        if review_on <= actor.today:
            raise Refused(_("A review lies ahead. Choose a day to come."), guard="G-PLAN", field="review_on")
        if sentence := queries.too_late(actor, queries.held_cases(actor, plan), review_on, actor.today):
            raise Refused(sentence, guard="G-PLAN", field="review_on")
    return write(
        plan,
        about_me=about_me.strip(),
        no_words_reason=no_words_reason.strip(),
        child_consulted=child_consulted.strip(),
        parent_consulted=parent_consulted.strip(),
        permanency=permanency,
        no_contact_reason=no_contact_reason.strip(),
        review_on=review_on,
    )


@act(policy.may_add_goal)
def add_goal(
    actor: Actor,
    plan: Plan,
    *,
    domain: str,
    words: str,
    target_on: date,
    statement: str = "",
    baseline: str = "",
    high_risk: bool = False,
) -> Goal:
    """Add a goal, first in the child’s own words."""
    _insist_on_a_goal(actor, domain, words, target_on)
    told = {"words": words.strip(), "statement": statement.strip(), "baseline": baseline.strip()}
    write(plan)
    return Goal.objects.create(plan=plan, domain=domain, target_on=target_on, high_risk=high_risk, **told)


@act(policy.may_change_goal)
def change_goal(
    actor: Actor,
    goal: Goal,
    *,
    domain: str,
    words: str,
    target_on: date,
    statement: str = "",
    baseline: str = "",
    high_risk: bool = False,
) -> Goal:
    """Change a goal of a draft."""
    _insist_on_a_goal(actor, domain, words, target_on)
    told = {"words": words.strip(), "statement": statement.strip(), "baseline": baseline.strip()}
    write(goal.plan)
    return write(goal, domain=domain, target_on=target_on, high_risk=high_risk, **told)


def _insist_on_a_goal(actor: Actor, domain: str, words: str, target_on: date) -> None:
    entry = known(pack_in_force().domains, domain, "domain")
    if not entry.planned:
        raise Refused(_("Goals are not set in this domain."), guard="G-CODE", field="domain")
    if not words.strip():
        raise Refused(_("Say the goal, best in the child’s own words."), guard="G-PLAN", field="words")
    if target_on <= actor.today:
        raise Refused(_("A goal lies ahead. Choose a day to come."), guard="G-PLAN", field="target_on")


@act(policy.may_drop_goal)
def drop_goal(actor: Actor, goal: Goal) -> Plan:
    """Take a goal with its actions out of a draft."""
    goal.actions.all().delete()
    goal.delete()
    return write(goal.plan)


@act(policy.may_add_action)
def add_action(
    actor: Actor, goal: Goal, *, what: str, owner: str, due_on: date, cost: Money | None = None
) -> GoalAction:
    """Say what is done for a goal, who does it, until when, and what it costs."""
    for words, field, sentence in (
        (what, "what", _("Say what is done.")),
        (owner, "owner", _("Say who does it: somebody must.")),
    ):
        if not words.strip():
            raise Refused(sentence, guard="G-PLAN", field=field)
    if due_on < actor.today:
        raise Refused(_("This day has passed. Choose one to come."), guard="G-PLAN", field="due_on")
    if cost is not None and cost.minor < 0:
        raise Refused(_("A cost is not below zero."), guard="G-PLAN", field="cost")
    write(goal.plan)
    return GoalAction.objects.create(
        goal=goal,
        what=what.strip(),
        owner=owner.strip(),
        due_on=due_on,
        cost_minor=cost.minor if cost else None,
        currency=cost.currency if cost else "",
    )


@act(policy.may_drop_action)
def drop_action(actor: Actor, action: GoalAction) -> Plan:
    """Take an action out of a draft."""
    action.delete()
    return write(action.goal.plan)


@act(policy.may_plan_contact)
def plan_contact(
    actor: Actor,
    plan: Plan,
    *,
    with_whom: str,
    how: str,
    often: str,
    supervised: bool = False,
    note: str = "",
    person: Person | None = None,
) -> PlannedContact:
    """Plan how and how often the child is in contact with somebody of the family."""
    insist_on_choice(PlannedContact.How.values, how, "how")
    if not with_whom.strip() or not often.strip():
        field = "often" if with_whom.strip() else "with_whom"
        raise Refused(_("Say with whom, and how often."), guard="G-PLAN", field=field)
    write(plan)
    return PlannedContact.objects.create(
        plan=plan,
        with_whom=with_whom.strip(),
        person=person,
        how=how,
        often=often.strip(),
        supervised=supervised,
        note=note.strip(),
    )


@act(policy.may_drop_contact)
def drop_contact(actor: Actor, contact: PlannedContact) -> Plan:
    """Take a planned contact out of a draft."""
    contact.delete()
    return write(contact.plan)


@act(policy.may_drop_plan)
def drop_plan(actor: Actor, plan: Plan) -> Plan:
    """Give up a draft; a plan in force stays in force."""
    return move(plan, Plan.State.DROPPED)


@act(policy.may_approve_plan)
def approve_plan(actor: Actor, plan: Plan, *, approved_on: date, copy_given_on: date | None) -> Plan:
    """Put a plan in force: cases at planning go to work, the version before is replaced and stays readable."""
    if copy_given_on is None:
        raise Refused(
            _("Give the child and the parents a copy, and say when they got it."), guard="G-PLAN", field="copy_given_on"
        )
    for day, field in ((approved_on, "approved_on"), (copy_given_on, "copy_given_on")):
        insist_on_the_past(day, actor.today, field)
        insist_on_order(day, plan.case.opened_on, _("The case was opened on %(day)s."), field)
    held = queries.held_cases(actor, plan)
    assert plan.review_on is not None, "the judge insists on a day for the review"
    if sentence := queries.too_late(actor, held, plan.review_on, approved_on):
        raise Refused(sentence, guard="G-PLAN", field="approved_on")
    if plan.replaces is not None and plan.replaces.state == Plan.State.APPROVED:
        move(plan.replaces, Plan.State.REPLACED, replaced_on=approved_on)
    approved = move(
        plan,
        Plan.State.APPROVED,
        approved_on=approved_on,
        approved_by_id=actor.user_id,
        copy_given_on=copy_given_on,
    )
    for case in held:
        if case.state == Case.State.PLANNING:
            move(case, Case.State.ACTIVE)
    return approved


@act(policy.may_replace_plan)
def replace_plan(actor: Actor, plan: Plan, *, kind: str = "") -> Plan:
    """Draft the next version as a copy of the plan in force, with its open goals and what is not done yet."""
    kind = kind or plan.kind
    insist_on_choice(Plan.Kind.values, kind, "kind")
    if Plan.Kind.FAMILY in {kind, plan.kind} and kind != plan.kind:
        raise Refused(_("A plan of a family stays one."), guard="G-PLAN", field="kind")
    copied = ("case", "family", "permanency", "about_me", "no_words_reason", "no_contact_reason")
    draft = Plan.objects.create(
        **{name: getattr(plan, name) for name in copied},
        kind=kind,
        number=plan.number + 1,
        replaces=plan,
        drafted_on=actor.today,
        drafted_by_id=actor.user_id,
    )
    for goal in plan.goals.filter(state__in=queries.OPEN):
        actions = list(goal.actions.filter(done_on__isnull=True))
        facts = ("domain", "words", "statement", "baseline", "high_risk", "target_on")
        anew = Goal.objects.create(plan=draft, **{name: getattr(goal, name) for name in facts})
        done = ("what", "owner", "due_on", "cost_minor", "currency")
        GoalAction.objects.bulk_create(
            GoalAction(goal=anew, **{name: getattr(action, name) for name in done}) for action in actions
        )
    told = ("with_whom", "person_id", "how", "often", "supervised", "note")
    PlannedContact.objects.bulk_create(
        PlannedContact(plan=draft, **{name: getattr(contact, name) for name in told}) for contact in plan.contacts.all()
    )
    return draft


@act(policy.may_finish_action)
def finish_action(actor: Actor, action: GoalAction, *, done_on: date) -> GoalAction:
    """Mark an action of the plan in force as done."""
    insist_on_the_past(done_on, actor.today, "done_on")
    insist_on_order(done_on, action.goal.plan.case.opened_on, _("The case was opened on %(day)s."), "done_on")
    return write(action, done_on=done_on)


# ---- reviews ---------------------------------------------------------------------------------------------------------


@act(policy.may_open_review)
def open_review(actor: Actor, case: Case, *, kind: str, opened_on: date, due_on: date | None = None) -> Review:
    """Open a review: scheduled, early, or because the child asked for it. Services go on meanwhile."""
    insist_on_choice(Review.Kind.values, kind, "kind")
    insist_on_the_past(opened_on, actor.today, "opened_on")
    insist_on_order(opened_on, case.opened_on, _("The case was opened on %(day)s."), "opened_on")
    named = queries.review_named(actor, case)
    review = Review.objects.create(
        child=case.child,
        case=case,
        plan=queries.plan_in_force(actor, case),
        kind=kind,
        opened_on=opened_on,
        due_on=min(filter(None, (named, due_on)), default=None),
        by_id=actor.user_id,
    )
    if case.state == Case.State.ACTIVE:
        move(case, Case.State.REVIEW)
    return review


@act(policy.may_postpone_review)
def postpone_review(actor: Actor, review: Review, *, postponed_to: date, reason: str, by_child: bool = False) -> Review:
    """Postpone an open review; held then, it is late, unless the child asked for it."""
    if postponed_to <= actor.today:
        raise Refused(_("Choose a day to come."), guard="G-TIME", field="postponed_to")
    if not reason.strip():
        raise Refused(_("Say why the review is postponed."), guard="G-REASON", field="reason")
    return write(review, postponed_to=postponed_to, postponed_reason=reason.strip(), postponed_by_child=by_child)


@act(policy.may_hold_review)
def hold_review(
    actor: Actor, review: Review, *, held_on: date, outcome: str, minutes: Minutes, next_on: date | None = None
) -> Review:
    """Write down what a review found and decided; its outcome takes the case along."""
    case = review.case
    assert case is not None, "the judge insists on a case"
    insist_on_minutes(actor, review, minutes, held_on)
    insist_on_an_outcome(actor, case, minutes, held_on, outcome, next_on)
    Wish.objects.bulk_create(wishes_in(review, minutes))
    for goal, judged in judged_in(minutes, queries.goals_open(actor, case)):
        Progress.objects.create(review=review, goal=goal, rating=judged.rating, note=judged.note.strip())
        if judged.state and judged.state != goal.state:
            move(goal, judged.state)
    told = ("attendance", "child_words", "summary", "participation", "still_needed", "still_suits", "chaired_by")
    words = {name: getattr(minutes, name) for name in told}
    held = write(
        review,
        **{name: value.strip() if isinstance(value, str) else value for name, value in words.items()},
        chair=minutes.chair_name,
        held_on=held_on,
        outcome=outcome,
        next_on=next_on,
        by_id=actor.user_id,
    )
    _take_along(case, outcome)
    return held


_NEXT = {
    Review.Outcome.CONTINUES: Case.State.ACTIVE,
    Review.Outcome.CHANGE_PLAN: Case.State.PLANNING,
    Review.Outcome.MOVE: Case.State.BEST_INTEREST,
}


def _take_along(case: Case, outcome: str) -> None:
    """A review that recommends the end leaves the case under review: the closing is a deed of its own."""
    if case.state == Case.State.ACTIVE:
        # A transfer that was offered meanwhile and declined has brought the case back to work.
        case = move(case, Case.State.REVIEW)
    following = _NEXT.get(Review.Outcome(outcome))
    if following is not None:
        move(case, following)


@act(policy.may_record_review)
def record_review(
    actor: Actor,
    child: Person,
    *,
    held_on: date,
    participation: str,
    summary: str = "",
    next_on: date | None = None,
) -> Review:
    """Record in short a review that was held, and how the child took part, where no plan in force has goals to judge."""
    insist_on_the_past(held_on, actor.today, "held_on")
    insist_on_a_lifetime(held_on, child.born_from, child.died_on, "held_on")
    insist_on_participation(child, participation, held_on)
    # The child is locked by the deed, so two people cannot record the same meeting.
    if Review.objects.filter(child=child, held_on=held_on).exists():
        raise Refused(_("A review of that day is recorded already."), guard="G-REVIEW", field="held_on")
    case = queries.cases(actor).filter(child=child, closed_on=None, opened_on__lte=held_on).first()
    if next_on is not None:
        insist_on_a_next_day(actor, [case] if case else [], held_on, next_on)
    return Review.objects.create(
        child=child,
        case=case,
        due_on=queries.review_named(actor, case) if case else None,
        held_on=held_on,
        participation=participation,
        summary=summary.strip(),
        next_on=next_on,
        by_id=actor.user_id,
    )


@bulk_act(policy.may_bring_in_reviews)
def bring_in_reviews(actor: Actor, unit: Unit, *, reviews: Sequence[Review]) -> list[Review]:
    """Bring in reviews as another system kept them."""
    if any(review.child.unit_id != unit.pk for review in reviews):
        raise Unseen
    return Review.objects.bulk_create(with_keys(reviews), batch_size=500)
