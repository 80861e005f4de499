"""What a plan and a review say on paper: in full for adults, and in plain words for the child.

The child’s sheet holds the child’s own words, the goals, who helps, the answers with their reasons and the next meeting;
no diagnosis, no word about risk, nothing that adults noted about the family. What a seat may not read is left out.
"""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kinkeeper.access.gate import Actor, may_read
from kinkeeper.access.models import Association
from kinkeeper.lib.guards import in_words
from kinkeeper.people.models import Person
from kinkeeper.plans.models import Goal, Plan, Review, Wish
from kinkeeper.plans.queries import OPEN, GoalCard, plan_page, review_page
from kinkeeper.ui.sheets import HOUSE

SHEETS = HOUSE / "plans" / "sheets"
PLAN = SHEETS / "plan.typ"
PLAN_FOR_CHILD = SHEETS / "plan_for_child.typ"
REVIEW = SHEETS / "review.typ"
REVIEW_FOR_CHILD = SHEETS / "review_for_child.typ"

PROGRESS = {
    2: gettext_lazy("much better"),
    1: gettext_lazy("better"),
    0: gettext_lazy("no change"),
    -1: gettext_lazy("worse"),
    -2: gettext_lazy("much worse"),
}
PROGRESS_FOR_CHILD = {
    2: gettext_lazy("This has become much better."),
    1: gettext_lazy("This has become better."),
    0: gettext_lazy("This is as it was. We keep going."),
    -1: gettext_lazy("This has become harder. We help you more."),
    -2: gettext_lazy("This has become much harder. We help you more."),
}
ANSWERS_FOR_CHILD = {
    Wish.Answer.GRANTED: gettext_lazy("The answer is yes."),
    Wish.Answer.REFUSED: gettext_lazy("The answer is no. This is why:"),
    Wish.Answer.LATER: gettext_lazy("Not yet. This is why:"),
}


def _read(actor: Actor, row: Model, name: str) -> str:
    """The words of a field as far as the seat reaches; empty otherwise."""
    if not may_read(actor, row, name):
        return ""
    display = getattr(row, f"get_{name}_display", None)
    value = display() if callable(display) else getattr(row, name)
    return in_words(value) if isinstance(value, date) else "" if value is None else str(value)


def _frame(title: str, code: str) -> dict[str, Any]:
    association = Association.objects.values_list("name", flat=True).first() or ""
    foot = _("%(association)s · record %(code)s · confidential") % {"association": association, "code": code}
    return {"title": title, "association": association, "foot": foot}


def _yes_no(value: bool | None) -> str:
    return "" if value is None else _("yes") if value else _("no")


def plan_words(actor: Actor, plan: Plan) -> dict[str, Any]:
    """Everything the sheet of a plan says to adults."""
    page = plan_page(actor, plan)
    label = _label_of(plan)
    return {
        **_frame(_("Plan"), plan.code),
        "facts": [
            [_("For"), ", ".join(child.name for child in page.children)],
            [_("Kind"), str(plan.get_kind_display())],
            [label("number"), str(plan.number)],
            [label("state"), str(plan.get_state_display())],
            [label("permanency"), page.permanency],
            [label("approved_on"), _read(actor, plan, "approved_on")],
            [label("review_on"), _read(actor, plan, "review_on")],
        ],
        "about_me": _read(actor, plan, "about_me"),
        "consulted": [
            [label(name), _read(actor, plan, name)]
            for name in ("no_words_reason", "child_consulted", "parent_consulted")
        ],
        "goals": [_goal_words(actor, card) for card in page.goals],
        "contacts": [
            [one.with_whom, str(one.get_how_display()), one.often, _("supervised") if one.supervised else ""]
            for one in page.contacts
        ],
        "no_contact": _read(actor, plan, "no_contact_reason"),
        "agreed": [
            [_("Drafted by"), plan.drafted_by.name if plan.drafted_by else ""],
            [_("Approved by"), plan.approved_by.name if plan.approved_by else ""],
            [label("copy_given_on"), _read(actor, plan, "copy_given_on")],
        ],
        "labels": {
            "about_me": label("about_me"),
            "goals": _("Goals"),
            "action_head": [_("What is done"), _("Who"), _("Until"), _("Cost")],
            "contacts": _("Contact with the family"),
            "contact_head": [_("With whom"), _("How"), _("How often"), _("Supervised")],
            "agreed": _("Agreed"),
            "signatures": [_("Child or young person"), _("Parent or guardian"), _("Worker")],
        },
    }


def _label_of(row: Model) -> Any:
    def label(name: str) -> str:
        words = str(row._meta.get_field(name).verbose_name)  # type: ignore[union-attr]
        return words[:1].upper() + words[1:]

    return label


def _goal_words(actor: Actor, card: GoalCard) -> dict[str, Any]:
    goal, label = card.goal, _label_of(card.goal)
    return {
        "domain": card.domain,
        "words": _read(actor, goal, "words"),
        "facts": [[label(name), _read(actor, goal, name)] for name in ("statement", "baseline", "target_on", "state")],
        "actions": [
            [
                _read(actor, action, "what"),
                _read(actor, action, "owner"),
                _until(action.due_on, action.done_on),
                str(action.cost or ""),
            ]
            for action in card.actions
        ],
    }


def _until(due_on: date, done_on: date | None) -> str:
    return _("done on %(day)s") % {"day": in_words(done_on)} if done_on else in_words(due_on)


def _called(person: Person) -> str:
    """How a child is spoken to: by the given name in use, else by the whole name."""
    name = person.names.filter(ends_on__isnull=True).order_by("pk").first()
    return (name.given if name else "") or person.name


def _rights() -> list[str]:
    return [
        _("You can say what you think, at any time."),
        _("You can ask for a new meeting."),
        _("If something is not right, tell somebody you trust."),
    ]


def plan_words_for_child(actor: Actor, plan: Plan) -> dict[str, Any]:
    """Everything the sheet of a plan says to the child."""
    page = plan_page(actor, plan)
    names = ", ".join(_called(child) for child in page.children)
    goals = [card for card in page.goals if card.goal.state in OPEN]
    meeting = (
        _("We look at this plan together on %(day)s.") % {"day": in_words(plan.review_on)} if plan.review_on else ""
    )
    return {
        **_frame(_("My plan"), plan.code),
        "hello": _("Hello %(name)s! This is your plan. We made it together with you.") % {"name": names},
        "about_me": _read(actor, plan, "about_me"),
        "goals": [
            {
                "domain": card.domain,
                "words": _read(actor, card.goal, "words"),
                "helpers": [
                    _("%(who)s: %(what)s") % {"who": action.owner, "what": action.what}
                    for action in card.actions
                    if action.done_on is None and may_read(actor, action, "what")
                ],
            }
            for card in goals
        ],
        "contacts": [
            _("%(who)s: %(how)s, %(often)s") % {"who": one.with_whom, "how": one.get_how_display(), "often": one.often}
            for one in page.contacts
        ],
        "meeting": meeting,
        "rights": _rights(),
        "labels": {
            "about_me": _("What you told us"),
            "goals": _("What we want to reach"),
            "no_goals": _("There is no goal yet."),
            "helpers": _("Who helps:"),
            "contacts": _("Your family and friends"),
            "meeting": _("When we meet again"),
            "rights": _("You have a say"),
        },
    }


def review_words(actor: Actor, review: Review) -> dict[str, Any]:
    """Everything the sheet of a review says to adults."""
    page, label = review_page(actor, review), _label_of(review)
    return {
        **_frame(_("Review"), review.code),
        "facts": [
            [_("About"), review.child.name],
            *([label(name), _read(actor, review, name)] for name in ("kind", "held_on", "due_on")),
            [_("Held in time"), _yes_no(review.in_time)],
            *([label(name), _read(actor, review, name)] for name in ("postponed_to", "postponed_reason")),
            *([label(name), _read(actor, review, name)] for name in ("chair", "attendance")),
        ],
        "part": [[label("participation"), page.participation if may_read(actor, review, "participation") else ""]],
        "child_words": _read(actor, review, "child_words"),
        "wishes": [
            [_read(actor, wish, "words"), str(wish.get_answer_display()), _read(actor, wish, "reason")]
            for wish in page.wishes
        ],
        "progress": [
            [domain, _read(actor, one.goal, "words"), _rating(one.rating), _read(actor, one, "note")]
            for one, domain in page.progress
        ],
        "decided": [
            [label("outcome"), str(review.get_outcome_display()) if review.held_on else ""],
            [label("still_needed"), _yes_no(review.still_needed)],
            [label("still_suits"), _yes_no(review.still_suits)],
            [label("next_on"), _read(actor, review, "next_on")],
        ],
        "summary": _read(actor, review, "summary"),
        "labels": {
            "child": _("The child’s part"),
            "wishes": _("Wishes"),
            "wish_head": [_("Wish"), _("Answer"), _("Reason")],
            "progress": _("Progress of the goals"),
            "progress_head": [_("Domain"), _("Goal"), _("Progress"), _("What was seen")],
            "decided": _("Decided"),
        },
    }


def _rating(rating: int) -> str:
    sign = "+" if rating > 0 else "−" if rating < 0 else ""
    return f"{sign}{abs(rating)} · {PROGRESS[rating]}"


def review_words_for_child(actor: Actor, review: Review) -> dict[str, Any]:
    """Everything the sheet of a review says to the child."""
    page, name = review_page(actor, review), _called(review.child)
    hello = _("Hello %(name)s! This is what we talked about on %(day)s.")
    if review.held_on is None:
        hello = _("Hello %(name)s! Soon we meet and talk about how you are.")
    meets_on = review.next_on if review.held_on else review.meets_on
    return {
        **_frame(_("My meeting"), review.code),
        "hello": hello % {"name": name, "day": in_words(review.held_on) if review.held_on else ""},
        "child_words": _read(actor, review, "child_words"),
        "wishes": [
            {
                "words": _read(actor, wish, "words"),
                "answer": str(ANSWERS_FOR_CHILD[Wish.Answer(wish.answer)]),
                "reason": _read(actor, wish, "reason"),
            }
            for wish in page.wishes
            if may_read(actor, wish, "words")
        ],
        "goals": [
            {"words": _read(actor, one.goal, "words"), "progress": _reached(one.goal, one.rating)}
            for one, _domain in page.progress
            if may_read(actor, one.goal, "words")
        ],
        "meeting": _("We meet again by %(day)s.") % {"day": in_words(meets_on)} if meets_on else "",
        "rights": _rights(),
        "labels": {
            "child": _("What you said"),
            "wishes": _("Your wishes and our answers"),
            "goals": _("What we wanted to reach"),
            "meeting": _("When we meet again"),
            "rights": _("You have a say"),
        },
    }


def _reached(goal: Goal, rating: int) -> str:
    return _("You have reached this!") if goal.state == Goal.State.REACHED else str(PROGRESS_FOR_CHILD[rating])
