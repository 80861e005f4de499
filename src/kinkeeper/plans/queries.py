"""Questions about plans and reviews: what is in force, what is open, what a plan still lacks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Verdict, seen
from kinkeeper.access.models import Seat, User, pack_in_force
from kinkeeper.access.policy import OVERSEERS
from kinkeeper.cases.models import Case
from kinkeeper.cases.queries import WORKERS
from kinkeeper.decisions.models import Decision
from kinkeeper.families.models import Family, Membership
from kinkeeper.lib.guards import in_words
from kinkeeper.lib.packs import Domain, Limit
from kinkeeper.lib.timers import due_after
from kinkeeper.people.models import Person
from kinkeeper.plans.models import Goal, GoalAction, Plan, PlannedContact, Progress, Review, Wish

IN_CARE = (Decision.Kind.ALTERNATIVE_CARE, Decision.Kind.EMERGENCY)
# A goal that was partly reached is still worked on.
OPEN = (Goal.State.OPEN, Goal.State.PARTLY)
PLAY = "PLAY"


def children(actor: Actor) -> QuerySet[Person]:
    """The people that this actor sees; a review is about one of them."""
    return seen(actor, Person).select_related("unit")


def cases(actor: Actor) -> QuerySet[Case]:
    """The cases that this actor sees; a plan is made in one of them."""
    return seen(actor, Case).select_related("child", "unit", "worker", "family")


def plans(actor: Actor) -> QuerySet[Plan]:
    """Every version of a plan that this actor sees."""
    return seen(actor, Plan).select_related("case__child", "case__worker", "family", "drafted_by", "approved_by")


def goals(actor: Actor) -> QuerySet[Goal]:
    """The goals of the plans that this actor sees."""
    return seen(actor, Goal).select_related("plan__case__child")


def goal_actions(actor: Actor) -> QuerySet[GoalAction]:
    """The actions of the plans that this actor sees."""
    return seen(actor, GoalAction).select_related("goal__plan__case__child")


def planned_contacts(actor: Actor) -> QuerySet[PlannedContact]:
    """The contacts that plans foresee, as far as the actor sees the plans."""
    return seen(actor, PlannedContact).select_related("plan__case__child")


def reviews(actor: Actor) -> QuerySet[Review]:
    """The reviews that this actor sees, held or not yet."""
    return seen(actor, Review).select_related("child", "case__worker", "plan", "by", "chaired_by")


def reviews_of(actor: Actor, child: Person) -> QuerySet[Review]:
    """The reviews of a child that were held, newest first."""
    return seen(actor, Review).filter(child=child, held_on__isnull=False).select_related("by")


def open_review_of(actor: Actor, case: Case) -> Review | None:
    """The review of a case that is opened and not held yet, or None."""
    return reviews(actor).filter(child=case.child_id, held_on=None).first()


def plans_of(actor: Actor, case: Case) -> QuerySet[Plan]:
    """Every version of every plan that holds or held for a case, newest first; those that were dropped aside."""
    return plans(actor).filter(_for(case)).exclude(state=Plan.State.DROPPED).order_by("-drafted_on", "-pk")


def plans_in_force(actor: Actor, case: Case) -> QuerySet[Plan]:
    """The plans that hold for a case now: its own, and that of the family; its own first."""
    return plans(actor).filter(_for(case), state=Plan.State.APPROVED)


def plan_in_force(actor: Actor, case: Case) -> Plan | None:
    """The plan that holds for a case now: its own, else the one of the family, else None."""
    found = sorted(plans_in_force(actor, case), key=lambda plan: plan.case_id != case.pk)
    return found[0] if found else None


def draft_of_case(actor: Actor, case: Case) -> Plan | None:
    """The plan of a case that is being drafted, or that of its family; None where there is none."""
    found = sorted(plans(actor).filter(_for(case), state=Plan.State.DRAFT), key=lambda plan: plan.case_id != case.pk)
    return found[0] if found else None


def goals_open(actor: Actor, case: Case) -> QuerySet[Goal]:
    """The goals that are still worked on in the plans that hold for a case now."""
    return goals(actor).filter(plan__in=plans_in_force(actor, case).order_by().values("pk"), state__in=OPEN)


def held_cases(actor: Actor, plan: Plan) -> list[Case]:
    """The running cases that a plan holds for: its own; for a family every one that is at planning or at work."""
    rows = cases(actor).filter(pk=plan.case_id)
    if plan.kind == Plan.Kind.FAMILY:
        members = Membership.objects.filter(family=plan.family_id, ends_on__isnull=True).values("person")
        running = Q(closed_on=None, state__in=[Case.State.PLANNING, *Case.AT_WORK])
        rows = cases(actor).filter(Q(pk=plan.case_id) | (running & (Q(family=plan.family_id) | Q(child__in=members))))
    return sorted(rows, key=lambda case: (case.pk != plan.case_id, case.child.sort_name))


def _for(case: Case) -> Q:
    """The plans made in a case, and while it runs those of the child’s family."""
    if not case.is_running:
        return Q(case=case)
    own, *shared = Plan.made_for(Plan.objects.order_by().values("pk"), case.pk, case.family_id, case.child_id)
    return Q(pk__in=own.union(*shared))


def family_for(actor: Actor, case: Case) -> Family | None:
    """The family that a plan of the family would be for: the one of the case, else the child’s own."""
    member = Membership.objects.filter(person=case.child_id, ends_on__isnull=True)
    found = seen(actor, Family).filter(Q(pk=case.family_id) | Q(memberships__in=member))
    return found.order_by("pk").distinct().first()


def decided_into_care(actor: Actor, of: list[Case]) -> bool:
    """Whether the last decision on one of these cases, withdrawn ones aside, was care outside the family."""
    rows = seen(actor, Decision).filter(case__in=of, withdrawn_on__isnull=True, decided_on__lte=actor.today)
    # In the order of the days, so that the last one stays.
    last = dict(rows.order_by("decided_on", "pk").values_list("case", "kind"))
    return any(kind in IN_CARE for kind in last.values())


def longest_to_review(actor: Actor, of: list[Case]) -> Limit:
    """How long the next review may lie ahead, by the pack: sooner for a child whom a decision brought into care."""
    return pack_in_force().limit("review_longest" if decided_into_care(actor, of) else "review_longest_family")


def review_latest(actor: Actor, of: list[Case], after: date) -> tuple[date, Limit]:
    """The last day on which the next review may be set, counted from a day, and the limit that says so."""
    limit = longest_to_review(actor, of)
    return due_after(after, limit, pack_in_force().calendar), limit


def review_named(actor: Actor, case: Case) -> date | None:
    """The day that the last review, or the plan approved after it, names for the next review; None where none does."""
    plan = plan_in_force(actor, case)
    last = reviews_of(actor, case.child).first()
    return named_day(
        plan.approved_on if plan else None,
        plan.review_on if plan else None,
        last.held_on if last else None,
        last.next_on if last else None,
    )


def named_day(approved_on: date | None, review_on: date | None, held_on: date | None, next_on: date | None) -> date | None:  # fmt: skip
    """Pure: the earlier of the days named by plan and review; a review that came after the plan has answered it."""
    answered = approved_on is not None and held_on is not None and held_on > approved_on
    days = [day for day in (None if answered else review_on, next_on) if day is not None]
    return min(days, default=None)


def colleagues(actor: Actor, case: Case) -> QuerySet[User]:
    """Who of the unit may chair a review of this case: its workers, supervisors and directors."""
    chairs = (*WORKERS, *OVERSEERS)
    seats = Seat.objects.filter(Seat.held_on(actor.today), unit_id=case.unit_id, role__in=chairs)
    return seen(actor, User).filter(pk__in=seats.values("user_id"), is_active=True)


def lacks_of(actor: Actor, plan: Plan) -> list[Verdict]:
    """What a draft still lacks before it can be approved, each with its guard; an empty list means it is complete."""
    held = held_cases(actor, plan)
    in_care = decided_into_care(actor, held)
    found = [*_lacks_of_goals(plan), *_lacks_of_the_day(actor, plan, held)]
    asked = (
        (plan.about_me or plan.no_words_reason, _("Write down the child’s own words, or why there are none.")),
        (plan.child_consulted, _("Say how the child took part, or why not.")),
        (plan.parent_consulted, _("Say how the parents took part, or why not.")),
    )
    found += [Verdict(sentence, "G-PLAN") for words, sentence in asked if not words.strip()]
    if in_care and not plan.no_contact_reason and not plan.contacts.exists():
        sentence = _("Plan the contact with the family, or say why there is none.")
        found.append(Verdict(sentence, "G-PLAN"))
    if in_care and not plan.permanency:
        found.append(Verdict(_("Name the lasting goal: where is this child to grow up for good?"), "G-PERMGOAL"))
    return found


def _lacks_of_goals(plan: Plan) -> list[Verdict]:
    rows = list(plan.goals.prefetch_related("actions"))
    if not rows:
        return [Verdict(_("Add at least one goal."), "G-PLAN")]
    domains, found = pack_in_force().domains, []
    for goal in rows:
        words = {"domain": _label(domains, goal.domain)}
        actions = goal.actions.all()
        if not actions:
            found.append(Verdict(gettext("The goal “%(domain)s” has no action.") % words, "G-PLAN"))
        elif any(not action.owner.strip() for action in actions):
            found.append(
                Verdict(gettext("An action of the goal “%(domain)s” does not say who does it.") % words, "G-PLAN")
            )
    return found


def _lacks_of_the_day(actor: Actor, plan: Plan, held: list[Case]) -> list[Verdict]:
    if plan.review_on is None:
        return [Verdict(_("Say when the plan is reviewed."), "G-PLAN")]
    if plan.review_on <= actor.today:
        return [Verdict(_("The day of the review has passed. Choose one to come."), "G-PLAN")]
    return [
        Verdict(sentence, "G-PLAN") for sentence in [too_late(actor, held, plan.review_on, actor.today)] if sentence
    ]


def too_late(actor: Actor, of: list[Case], review_on: date, after: date) -> str:
    """Why a day is too late for the next review, as a sentence; empty where it is early enough."""
    latest, limit = review_latest(actor, of, after)
    if review_on <= latest:
        return ""
    return gettext("The next review is due by %(day)s at the latest (%(source)s). Choose an earlier day.") % {
        "day": in_words(latest),
        "source": limit.source,
    }


def _label(domains: object, code: str) -> str:
    entry: Domain | None = domains.get(code)  # type: ignore[attr-defined]  # a mapping of the pack
    return gettext(entry.label) if entry else code


@dataclass(frozen=True)
class GoalCard:
    """A goal as a page shows it: its domain in words, its actions, and how it was judged, newest first."""

    goal: Goal
    domain: str
    actions: list[GoalAction]
    progress: list[Progress]


@dataclass(frozen=True)
class PlanPage:
    """Everything that the page and the sheets of a plan show."""

    plan: Plan
    permanency: str
    children: list[Person]
    goals: list[GoalCard]
    contacts: list[PlannedContact]
    versions: list[Plan]
    lacks: list[Verdict]
    warnings: list[str]


def plan_page(actor: Actor, plan: Plan) -> PlanPage:
    """A plan with everything that belongs to it; a constant number of questions."""
    pack = pack_in_force()
    is_draft = plan.state == Plan.State.DRAFT
    rows = goals(actor).filter(plan=plan).prefetch_related("actions")
    judged: dict[int, list[Progress]] = {}
    for one in (
        seen(actor, Progress).filter(goal__plan=plan).select_related("review__child").order_by("-review__held_on")
    ):
        judged.setdefault(one.goal_id, []).append(one)
    order = {code: number for number, code in enumerate(pack.domains)}
    cards = [
        GoalCard(row, _label(pack.domains, row.domain), list(row.actions.all()), judged.get(row.pk, [])) for row in rows
    ]
    lasting = pack.permanency.get(plan.permanency)
    return PlanPage(
        plan=plan,
        permanency=gettext(lasting.label) if lasting else plan.permanency,
        children=[case.child for case in held_cases(actor, plan)] or [plan.case.child],
        goals=sorted(cards, key=lambda card: order.get(card.goal.domain, len(order))),
        contacts=list(planned_contacts(actor).filter(plan=plan)),
        versions=list(_versions(actor, plan)),
        lacks=lacks_of(actor, plan) if is_draft else [],
        warnings=[gettext("No goal is about play, leisure or talents. Every child has a right to play.")]
        if is_draft and PLAY in pack.domains and not any(row.goal.domain == PLAY for row in cards)
        else [],
    )


def _versions(actor: Actor, plan: Plan) -> QuerySet[Plan]:
    rows = plans(actor).exclude(state=Plan.State.DROPPED)
    if plan.kind == Plan.Kind.FAMILY:
        return rows.filter(kind=plan.kind, family=plan.family_id).order_by("-number", "-pk")
    return rows.filter(case=plan.case_id).exclude(kind=Plan.Kind.FAMILY).order_by("-number", "-pk")


@dataclass(frozen=True)
class ReviewPage:
    """Everything that the page and the sheets of a review show."""

    review: Review
    participation: str
    progress: list[tuple[Progress, str]]
    wishes: list[Wish]


def review_page(actor: Actor, review: Review) -> ReviewPage:
    """A review with the goals that were judged and the wishes that were answered; a constant number of questions."""
    pack = pack_in_force()
    way = pack.participation.get(review.participation)
    judged = seen(actor, Progress).filter(review=review).select_related("goal", "review__child")
    return ReviewPage(
        review=review,
        participation=gettext(way.label) if way else review.participation,
        progress=[(one, _label(pack.domains, one.goal.domain)) for one in judged],
        wishes=list(seen(actor, Wish).filter(review=review).select_related("review__child")),
    )


@dataclass(frozen=True)
class Way:
    """The page of a deed and the code of its address."""

    deed: str
    code: str


def longer_way(actor: Actor, child: Person) -> Way | None:
    """Where a review of this child is written down in full: the open one, else the page that opens one; None: nowhere."""
    waiting = reviews(actor).filter(child=child, held_on=None, case__isnull=False).first()
    if waiting is not None:
        return Way("hold_review", waiting.code)
    case = cases(actor).filter(child=child, state__in=Case.AT_WORK).first()
    return Way("open_review", case.code) if case else None
