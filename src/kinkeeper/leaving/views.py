"""Pages of leaving: the deeds, the closing with its checklist, after-care with its follow-ups, the open door."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.cases.models import Case
from kinkeeper.journal.acts import Act
from kinkeeper.journal.pages import do
from kinkeeper.leaving import actions, forms, queries
from kinkeeper.ui.forms import DeedForm


def _deed(
    request: ActorRequest, deed: Act[..., Any], case: Case, form: DeedForm, done: str, row: Any = None, **more: object
) -> HttpResponse:
    """What every deed of this room shares: the form tied to its row, the act, and back to the case."""
    row = row or case
    words = {"case": case, "subject": case.child.name, "back": case.get_absolute_url(), **more}
    return do(request, deed, row, form.at(row), done, case, **words)


def _case(request: ActorRequest, code: str) -> Case:
    return one(queries.cases(request.actor), code=code)


def decide_closing(request: ActorRequest, code: str) -> HttpResponse:
    """Decide that the work comes to its end."""
    case = _case(request, code)
    form = forms.DecideClosingForm(request.POST or None).of(case, queries.leave_together(request.actor, case))
    lacks: list[str] = []
    if case.kind == Case.Kind.FAMILY_STRENGTHENING:
        lacks = queries.what_a_family_lacks(request.actor, case, request.actor.today)
    fresh = queries.best_interest_for(request.actor, case, request.actor.today)
    done = _("The closing is decided. Prepare the child, then carry it out.")
    return _deed(request, actions.decide_closing, case, form, done, lacks=lacks, fresh=fresh)


def withdraw_closing(request: ActorRequest, code: str) -> HttpResponse:
    """Take a closing back."""
    form = forms.WithdrawClosingForm(request.POST or None)
    done = _("The closing is withdrawn. The work goes on.")
    return _deed(request, actions.withdraw_closing, _case(request, code), form, done)


def hand_over(request: ActorRequest, code: str) -> HttpResponse:
    """Hand the child over with papers and belongings."""
    case = _case(request, code)
    form = forms.HandOverForm(request.POST or None)
    done = _("The hand-over is recorded. After-care begins.")
    told = queries.closing_waiting(request.actor, case)
    return _deed(request, actions.hand_over, case, form, done, closing=told)


def close_for_good(request: ActorRequest, code: str) -> HttpResponse:
    """Close a case that needs no hand-over."""
    case = _case(request, code)
    told = queries.closing_waiting(request.actor, case)
    form = forms.CloseForGoodForm(request.POST or None).of(decided=told is not None)
    return _deed(request, actions.close_for_good, case, form, _("The closing is carried out."), closing=told)


def record_followup(request: ActorRequest, code: str) -> HttpResponse:
    """Record how somebody is after leaving."""
    case = _case(request, code)
    form = forms.RecordFollowupForm(request.POST or None)
    return _deed(request, actions.record_followup, case, form, _("The follow-up is recorded."))


def start_aftercare(request: ActorRequest, code: str) -> HttpResponse:
    """Begin after-care."""
    form = forms.StartAftercareForm(request.POST or None)
    return _deed(request, actions.start_aftercare, _case(request, code), form, _("After-care begins."))


def extend_support(request: ActorRequest, code: str) -> HttpResponse:
    """Let care go on after coming of age."""
    form = forms.ExtendSupportForm(request.POST or None)
    return _deed(request, actions.extend_support, _case(request, code), form, _("Care goes on as long as asked."))


def end_aftercare(request: ActorRequest, code: str) -> HttpResponse:
    """End after-care, with the door open."""
    case = _case(request, code)
    form = forms.EndAftercareForm(request.POST or None).last(queries.last_contact(request.actor, case))
    begun = queries.aftercare_of(request.actor, case)
    done = _("After-care has ended. The file stays, and the door stays open.")
    return _deed(request, actions.end_aftercare, case, form, done, aftercare=begun)


def allow_emergency_stay(request: ActorRequest, code: str) -> HttpResponse:
    """Allow a young adult a short stay."""
    begun = one(queries.aftercares(request.actor), code=code)
    form = forms.AllowEmergencyStayForm(request.POST or None)
    done = _("The emergency stay is allowed.")
    return _deed(request, actions.allow_emergency_stay, begun.case, form, done, begun)


def record_unplanned_return(request: ActorRequest, code: str) -> HttpResponse:
    """Record that a child ran home."""
    form = forms.RecordUnplannedReturnForm(request.POST or None)
    done = _("The return is recorded. Judge the risk now.")
    return _deed(request, actions.record_unplanned_return, _case(request, code), form, done)


def assess_unplanned_return(request: ActorRequest, code: str) -> HttpResponse:
    """Judge the risk after an unplanned return."""
    gone = queries.returned_unplanned(request.actor, code)
    form = forms.AssessUnplannedReturnForm(request.POST or None)
    return _deed(request, actions.assess_unplanned_return, gone.case, form, _("The risk is judged."), gone, gone=gone)


def decide_unplanned_return(request: ActorRequest, code: str) -> HttpResponse:
    """Record whether the child stays."""
    gone = queries.returned_unplanned(request.actor, code)
    form = forms.DecideUnplannedReturnForm(request.POST or None)
    done = _("The decision is recorded.")
    return _deed(request, actions.decide_unplanned_return, gone.case, form, done, gone, gone=gone)


def closing(request: ActorRequest, code: str) -> HttpResponse:
    """How the work ends, and the checklist of papers, to read and to print."""
    told = one(queries.closings(request.actor), code=code)
    words = {
        "closing": told,
        "case": told.case,
        "papers": queries.papers_of(request.actor, told),
        "may_hand_over": actions.hand_over.verdict(request.actor, told.case),
        "may_close": actions.close_for_good.verdict(request.actor, told.case),
        "may_withdraw": actions.withdraw_closing.verdict(request.actor, told.case),
    }
    return render(request, "leaving/closing.html", words)


def aftercare(request: ActorRequest, code: str) -> HttpResponse:
    """After-care: the follow-ups that were and those that come."""
    begun = one(queries.aftercares(request.actor), code=code)
    words = {
        "page": queries.aftercare_page(request.actor, begun),
        "may_follow": actions.record_followup.verdict(request.actor, begun.case),
        "may_end": actions.end_aftercare.verdict(request.actor, begun.case),
        "may_stay": actions.allow_emergency_stay.verdict(request.actor, begun),
    }
    return render(request, "leaving/aftercare.html", words)


def door_open(request: ActorRequest, code: str) -> HttpResponse:
    """The note that the door stays open, to print and give."""
    begun = one(queries.aftercares(request.actor), code=code)
    return render(request, "leaving/door_open.html", {"aftercare": begun, "case": begun.case})
