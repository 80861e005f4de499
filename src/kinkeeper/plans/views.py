"""The pages of plans and reviews, their sheets as PDF, and the deeds on them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.journal.acts import Act
from kinkeeper.journal.pages import do
from kinkeeper.journal.queries import remember_look
from kinkeeper.plans import actions, forms, paper, queries
from kinkeeper.ui.forms import DeedForm
from kinkeeper.ui.sheets import sheet

# ---- plans -----------------------------------------------------------------------------------------------------------


def plan(request: ActorRequest, code: str) -> HttpResponse:
    """A plan as it is read; a draft also as it is written, goal by goal."""
    row = one(queries.plans(request.actor), code=code)
    remember_look(request.actor, row, "plan")
    page = queries.plan_page(request.actor, row)
    small = {"goal_form": forms.GoalForm(auto_id="goal_%s").at(row), "contact_form": forms.PlanContactForm().at(row)}
    action_forms = [(card, forms.AddActionForm(auto_id=f"{card.goal.code}_%s").at(card.goal)) for card in page.goals]
    return render(request, "plans/plan.html", {"page": page, "plan": row, "cards": action_forms, **small})


def plan_sheet(request: ActorRequest, code: str) -> HttpResponse:
    """A plan on paper, for adults."""
    row = one(queries.plans(request.actor), code=code)
    remember_look(request.actor, row, "plan_sheet")
    return sheet(paper.PLAN, paper.plan_words(request.actor, row), f"plan-{row.code}.pdf")


def plan_sheet_for_child(request: ActorRequest, code: str) -> HttpResponse:
    """A plan on paper, in plain words for the child."""
    row = one(queries.plans(request.actor), code=code)
    remember_look(request.actor, row, "plan_sheet_for_child")
    words = paper.plan_words_for_child(request.actor, row)
    return sheet(paper.PLAN_FOR_CHILD, words, f"my-plan-{row.code}.pdf")


def draft_plan(request: ActorRequest, code: str) -> HttpResponse:
    """Begin a plan."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.DraftPlanForm(request.POST or None)
    return _deed(request, actions.draft_plan, case, case, form, _("The draft is begun. Add the goals."), to="result")


def describe_plan(request: ActorRequest, code: str) -> HttpResponse:
    """Write down the words of the child and who took part."""
    row = one(queries.plans(request.actor), code=code)
    known = {name: getattr(row, name) for name in forms.DescribePlanForm.base_fields if name != "version"}
    form = forms.DescribePlanForm(request.POST or None, initial=known)
    return _deed(request, actions.describe_plan, row, row, form, _("The plan is described."))


def add_goal(request: ActorRequest, code: str) -> HttpResponse:
    """Add a goal to a draft."""
    row = one(queries.plans(request.actor), code=code)
    return _deed(request, actions.add_goal, row, row, forms.GoalForm(request.POST or None), _("The goal is added."))


def change_goal(request: ActorRequest, code: str) -> HttpResponse:
    """Change a goal of a draft."""
    goal = one(queries.goals(request.actor), code=code)
    known = {name: getattr(goal, name) for name in forms.GoalForm.base_fields if name != "version"}
    form = forms.GoalForm(request.POST or None, initial=known)
    return _deed(request, actions.change_goal, goal, goal.plan, form, _("The goal is changed."))


def drop_goal(request: ActorRequest, code: str) -> HttpResponse:
    """Take a goal out of a draft."""
    goal = one(queries.goals(request.actor), code=code)
    return _deed(request, actions.drop_goal, goal, goal.plan, DeedForm(request.POST or None), _("The goal is gone."))


def add_action(request: ActorRequest, code: str) -> HttpResponse:
    """Add an action to a goal of a draft."""
    goal = one(queries.goals(request.actor), code=code)
    form = forms.AddActionForm(request.POST or None)
    return _deed(request, actions.add_action, goal, goal.plan, form, _("The action is added."))


def drop_action(request: ActorRequest, code: str) -> HttpResponse:
    """Take an action out of a draft."""
    row = one(queries.goal_actions(request.actor), code=code)
    form = DeedForm(request.POST or None)
    return _deed(request, actions.drop_action, row, row.goal.plan, form, _("The action is gone."))


def finish_action(request: ActorRequest, code: str) -> HttpResponse:
    """Mark an action of a plan in force as done."""
    row = one(queries.goal_actions(request.actor), code=code)
    form = forms.FinishActionForm(request.POST or None)
    return _deed(request, actions.finish_action, row, row.goal.plan, form, _("The action is done."))


def plan_contact(request: ActorRequest, code: str) -> HttpResponse:
    """Plan contact with somebody of the family."""
    row = one(queries.plans(request.actor), code=code)
    form = forms.PlanContactForm(request.POST or None)
    return _deed(request, actions.plan_contact, row, row, form, _("The contact is planned."))


def drop_contact(request: ActorRequest, code: str) -> HttpResponse:
    """Take a planned contact out of a draft."""
    row = one(queries.planned_contacts(request.actor), code=code)
    form = DeedForm(request.POST or None)
    return _deed(request, actions.drop_contact, row, row.plan, form, _("The contact is gone."))


def drop_plan(request: ActorRequest, code: str) -> HttpResponse:
    """Give up a draft."""
    row = one(queries.plans(request.actor), code=code)
    form = DeedForm(request.POST or None)
    return _deed(request, actions.drop_plan, row, row, form, _("The draft is dropped."), to=row.case)


def approve_plan(request: ActorRequest, code: str) -> HttpResponse:
    """Put a plan in force."""
    row = one(queries.plans(request.actor), code=code)
    page = queries.plan_page(request.actor, row)
    form = forms.ApprovePlanForm(request.POST or None)
    done = _("The plan is in force.")
    return _deed(request, actions.approve_plan, row, row, form, done, page=page, to=row.case)


def replace_plan(request: ActorRequest, code: str) -> HttpResponse:
    """Draft the next version of a plan in force."""
    row = one(queries.plans(request.actor), code=code)
    form = forms.ReplacePlanForm(request.POST or None)
    return _deed(request, actions.replace_plan, row, row, form, _("The next version is a draft."), to="result")


# ---- reviews ---------------------------------------------------------------------------------------------------------


def review(request: ActorRequest, code: str) -> HttpResponse:
    """A review as it is read."""
    row = one(queries.reviews(request.actor), code=code)
    remember_look(request.actor, row, "review")
    return render(request, "plans/review.html", {"page": queries.review_page(request.actor, row), "review": row})


def review_sheet(request: ActorRequest, code: str) -> HttpResponse:
    """A review on paper, for adults."""
    row = one(queries.reviews(request.actor), code=code)
    remember_look(request.actor, row, "review_sheet")
    return sheet(paper.REVIEW, paper.review_words(request.actor, row), f"review-{row.code}.pdf")


def review_sheet_for_child(request: ActorRequest, code: str) -> HttpResponse:
    """A review on paper, in plain words for the child."""
    row = one(queries.reviews(request.actor), code=code)
    remember_look(request.actor, row, "review_sheet_for_child")
    words = paper.review_words_for_child(request.actor, row)
    return sheet(paper.REVIEW_FOR_CHILD, words, f"my-review-{row.code}.pdf")


def open_review(request: ActorRequest, code: str) -> HttpResponse:
    """Open a review of a case."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.OpenReviewForm(request.POST or None)
    return _deed(request, actions.open_review, case, case, form, _("The review is open."), to="result")


def postpone_review(request: ActorRequest, code: str) -> HttpResponse:
    """Postpone an open review."""
    row = one(queries.reviews(request.actor), code=code)
    form = forms.PostponeReviewForm(request.POST or None)
    return _deed(request, actions.postpone_review, row, row, form, _("The review is postponed."))


def hold_review(request: ActorRequest, code: str) -> HttpResponse:
    """Write down what a review found and decided."""
    row = one(queries.reviews(request.actor).filter(case__isnull=False), code=code)
    assert row.case is not None
    chairs = queries.colleagues(request.actor, row.case)
    form = forms.HoldReviewForm(request.POST or None).about(queries.goals_open(request.actor, row.case), chairs)
    return _deed(request, actions.hold_review, row, row, form, _("The review is written down."))


def record_review(request: ActorRequest, code: str) -> HttpResponse:
    """Record a review in short; where a plan has goals to judge, or a review is open, that page is the right one."""
    child = one(queries.children(request.actor), code=code)
    form = forms.RecordReviewForm(request.POST or None)
    words = {"instead": queries.longer_way(request.actor, child)}
    done = _("The review of %(name)s is recorded.") % {"name": child.name}
    return _deed(request, actions.record_review, child, child, form, done, to=child, **words)


def _deed(
    request: ActorRequest, deed: Act[..., Any], subject: Any, back: Any, form: DeedForm, done: str, **more: Any
) -> HttpResponse:
    """What every deed here shares; `to` in `more` is where it leads: a row, or “result” for what the act returns."""
    to = more.pop("to", back)
    to = None if to == "result" else to
    return do(request, deed, subject, form.at(subject), done, to, subject=subject, back=back, **more)
