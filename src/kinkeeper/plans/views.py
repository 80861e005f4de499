"""The page on which a review is recorded."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.plans import actions, forms, queries
from kinkeeper.ui.forms import deed_page


def record_review(request: ActorRequest, code: str) -> HttpResponse:
    """Record a review of a child’s care."""
    child = one(queries.children(request.actor), code=code)
    form = forms.RecordReviewForm(request.POST or None).at(child)
    if form.is_valid():
        with refusals_on(form):
            actions.record_review(request.actor, child, **form.particulars)
            messages.success(request, _("The review of %(name)s is recorded.") % {"name": child.name})
            return redirect("child", code)
    verdict = actions.record_review.verdict(request.actor, child)
    words = {"form": form, "subject": child.name, "back": reverse("child", args=[code]), "verdict": verdict}
    return deed_page(request, "plans/record_review.html", words)
