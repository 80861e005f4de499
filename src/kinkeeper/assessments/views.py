"""Pages of assessments: the long form, what was found, and two rounds side by side."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.access.models import pack_in_force
from kinkeeper.assessments import actions, queries
from kinkeeper.assessments.forms import AssessmentForm
from kinkeeper.assessments.models import Assessment
from kinkeeper.cases.models import Case
from kinkeeper.cases.queries import cases
from kinkeeper.journal.acts import Act
from kinkeeper.journal.queries import remember_look
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.ui.forms import deed_page


def complete_assessment(request: ActorRequest, code: str) -> HttpResponse:
    """Complete the assessment of a registered case."""
    return _assess(request, code, actions.complete_assessment, _("The assessment of %(name)s is complete."))


def reassess(request: ActorRequest, code: str) -> HttpResponse:
    """Assess a child again."""
    return _assess(request, code, actions.reassess, _("The new assessment of %(name)s is recorded."))


def _assess(request: ActorRequest, code: str, deed: Act[..., Assessment], done: str) -> HttpResponse:
    case = one(cases(request.actor), code=code)
    offers = queries.offers_for(request.actor, case)
    for offer in offers if request.method == "GET" else ():
        remember_look(request.actor, offer.assessment.case.child, "offer_of_an_assessment")
    form = _form(request, case, offers)
    if form.is_valid():
        with refusals_on(form):
            deed(request.actor, case, **form.particulars)
            messages.success(request, done % {"name": case.child.name})
            return redirect(case)
    verdict = deed.verdict(request.actor, case)
    words = {"form": form, "case": case, "back": case.get_absolute_url(), "verdict": verdict, "offers": offers}
    return deed_page(request, f"assessments/{deed.name.split('.')[1]}.html", words)


def _form(request: ActorRequest, case: Case, offers: list[queries.Offer]) -> AssessmentForm:
    last = queries.latest_assessment(request.actor, case)
    before = queries.findings_of(request.actor, last) if last else {}
    offer = next((offer for offer in offers if offer.assessment.code == request.GET.get("like")), None)
    initial = queries.taken_over(request.actor, offer, request.GET.getlist("part")) if offer else {}
    form = AssessmentForm(request.POST or None, pack=pack_in_force(), case=case, before=before, initial=initial)
    form.at(case)
    return form


def assessment(request: ActorRequest, code: str) -> HttpResponse:
    """One assessment, with what has changed since the one before."""
    row = one(queries.assessments(request.actor), code=code)
    remember_look(request.actor, row.case.child, "assessment")
    before = queries.assessment_before(request.actor, row)
    words: dict[str, Any] = {
        "assessment": row,
        "before": before,
        "lines": queries.lines_of(request.actor, row, before),
        "waiting": queries.still_to_assess(request.actor, row.case),
    }
    return render(request, "assessments/assessment.html", words)


def compare_assessments(request: ActorRequest, code: str) -> HttpResponse:
    """Two assessments of one child side by side, the earlier one first."""
    row = one(queries.assessments(request.actor), code=code)
    remember_look(request.actor, row.case.child, "compare_assessments")
    rounds = queries.other_rounds(request.actor, row)
    asked = next((other for other in rounds if other.code == request.GET.get("with")), None)
    before = asked or queries.assessment_before(request.actor, row) or next(iter(rounds), None)
    earlier, later = sorted([row, before], key=lambda one: (one.assessed_on, one.pk)) if before else (None, row)
    words = {"assessment": row, "earlier": earlier, "later": later, "rounds": rounds, "other": before}
    return render(
        request,
        "assessments/compare_assessments.html",
        words | {"lines": queries.lines_of(request.actor, later, earlier)},
    )
