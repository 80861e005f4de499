"""The administrator’s page about this installation, and its one deed."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest
from kinkeeper.journal.actions import try_jobs_again as deed
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.ui.forms import deed_page
from kinkeeper.upkeep import forms, queries


def installation(request: ActorRequest) -> HttpResponse:
    """How this installation stands, and what to do next."""
    state = queries.state_of_installation(request.actor)
    return render(request, "upkeep/installation.html", {"state": state, "may_try": deed.verdict(request.actor)})


def try_jobs_again(request: ActorRequest) -> HttpResponse:
    """Let the jobs that failed for good be tried again."""
    state = queries.state_of_installation(request.actor)
    form = forms.TryJobsAgainForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        with refusals_on(form):
            deed(request.actor)
            messages.success(request, _("The jobs are tried again now."))
            return redirect("installation")
    return deed_page(request, "upkeep/try_jobs_again.html", {"form": form, "failed": state.failed})
