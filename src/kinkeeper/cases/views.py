"""Pages of the deeds on cases: ask, act, answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.cases import actions, forms, queries
from kinkeeper.journal.acts import Act
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.ui.forms import DeedForm, deed_page


def _page(
    request: ActorRequest, deed: Act[..., Any], row: object, subject: str, back: str, form: DeedForm
) -> HttpResponse:
    """The page of a deed: its form, or why it cannot be done."""
    words = {"form": form, "row": row, "subject": subject, "back": back, "verdict": deed.verdict(request.actor, row)}
    return deed_page(request, f"cases/{deed.name.split('.')[1]}.html", words)


def take_in_child(request: ActorRequest, code: str) -> HttpResponse:
    """Take a child in."""
    unit = one(queries.units(request.actor), code=code)
    form = forms.TakeInChildForm(request.POST or None).at(unit)
    if form.is_valid():
        with refusals_on(form):
            case = actions.take_in_child(request.actor, unit, **form.particulars)
            messages.success(request, _("%(name)s is registered, and the case is open.") % {"name": case.child.name})
            return redirect("child", case.child.code)
    return _page(request, actions.take_in_child, unit, unit.name, unit.get_absolute_url(), form)


def open_case(request: ActorRequest, code: str) -> HttpResponse:
    """Open a case for somebody who is known."""
    child = one(queries.children(request.actor), code=code)
    form = forms.OpenCaseForm(request.POST or None).at(child)
    if form.is_valid():
        with refusals_on(form):
            actions.open_case(request.actor, child, **form.particulars)
            messages.success(request, _("The case of %(name)s is open.") % {"name": child.name})
            return redirect("child", code)
    return _page(request, actions.open_case, child, child.name, child.get_absolute_url(), form)


def assign_worker(request: ActorRequest, code: str) -> HttpResponse:
    """Make somebody responsible for a case."""
    case = one(queries.cases(request.actor), code=code)
    workers = queries.workers_of(request.actor, case.unit_id)
    form = forms.AssignWorkerForm(
        request.POST or None, workers=workers, caseloads=queries.caseloads_of(request.actor, workers)
    ).at(case)
    if form.is_valid():
        with refusals_on(form):
            actions.assign_worker(request.actor, case, **form.particulars)
            messages.success(request, _("The case has a new worker, who will be told."))
            return redirect(case)
    return _page(request, actions.assign_worker, case, case.child.name, case.get_absolute_url(), form)


def record_contact(request: ActorRequest, code: str) -> HttpResponse:
    """Record a visit, a call or another contact."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.RecordContactForm(request.POST or None).at(case)
    back = reverse("child", args=[case.child.code])
    if form.is_valid():
        with refusals_on(form):
            actions.record_contact(request.actor, case, **form.particulars)
            messages.success(request, _("The contact with %(name)s is recorded.") % {"name": case.child.name})
            return redirect(back)
    return _page(request, actions.record_contact, case, case.child.name, back, form)


def assess_risk(request: ActorRequest, code: str) -> HttpResponse:
    """Say how great the risk is."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.AssessRiskForm(request.POST or None).at(case)
    if form.is_valid():
        with refusals_on(form):
            actions.assess_risk(request.actor, case, **form.particulars)
            messages.success(request, _("The risk is recorded."))
            return redirect(case)
    return _page(request, actions.assess_risk, case, case.child.name, case.get_absolute_url(), form)


def close_case(request: ActorRequest, code: str) -> HttpResponse:
    """Close a case."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.CloseCaseForm(request.POST or None).at(case)
    if form.is_valid():
        with refusals_on(form):
            actions.close_case(request.actor, case, **form.particulars)
            messages.success(request, _("The case is closed."))
            return redirect(case)
    return _page(request, actions.close_case, case, case.child.name, case.get_absolute_url(), form)


def reopen_case(request: ActorRequest, code: str) -> HttpResponse:
    """Open a closed case again."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.ReopenCaseForm(request.POST or None).at(case)
    if form.is_valid():
        with refusals_on(form):
            actions.reopen_case(request.actor, case, **form.particulars)
            messages.success(request, _("The case is open again."))
            return redirect(case)
    return _page(request, actions.reopen_case, case, case.child.name, case.get_absolute_url(), form)


def hold_conference(request: ActorRequest, code: str) -> HttpResponse:
    """Record a case conference."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.HoldConferenceForm(request.POST or None).at(case)
    if form.is_valid():
        with refusals_on(form):
            actions.hold_conference(request.actor, case, **form.particulars)
            messages.success(request, _("The conference is recorded."))
            return redirect(case)
    return _page(request, actions.hold_conference, case, case.child.name, case.get_absolute_url(), form)


def add_task(request: ActorRequest, code: str) -> HttpResponse:
    """Note something that is to be done."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.AddTaskForm(
        request.POST or None, owners=queries.task_owners_of(request.actor, case).exclude(pk=case.worker_id or 0)
    ).at(case)
    if form.is_valid():
        with refusals_on(form):
            actions.add_task(request.actor, case, **form.particulars)
            messages.success(request, _("The task is noted."))
            return redirect(case)
    return _page(request, actions.add_task, case, case.child.name, case.get_absolute_url(), form)


def finish_task(request: ActorRequest, code: str) -> HttpResponse:
    """Note that a task is done."""
    task = one(queries.tasks(request.actor), code=code)
    form = forms.FinishTaskForm(request.POST or None).at(task)
    if form.is_valid():
        with refusals_on(form):
            actions.finish_task(request.actor, task, **form.particulars)
            messages.success(request, _("The task is done."))
            return redirect(task.case)
    return _page(request, actions.finish_task, task, task.case.child.name, task.case.get_absolute_url(), form)


def drop_task(request: ActorRequest, code: str) -> HttpResponse:
    """Note that a task is not needed any more."""
    task = one(queries.tasks(request.actor), code=code)
    form = forms.DropTaskForm(request.POST or None).at(task)
    if form.is_valid():
        with refusals_on(form):
            actions.drop_task(request.actor, task, **form.particulars)
            messages.success(request, _("The task is dropped."))
            return redirect(task.case)
    return _page(request, actions.drop_task, task, task.case.child.name, task.case.get_absolute_url(), form)


def open_tracing(request: ActorRequest, code: str) -> HttpResponse:
    """Begin to look for somebody."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.OpenTracingForm(request.POST or None).at(case)
    if form.is_valid():
        with refusals_on(form):
            actions.open_tracing(request.actor, case, **form.particulars)
            messages.success(request, _("The search is open."))
            return redirect(case)
    return _page(request, actions.open_tracing, case, case.child.name, case.get_absolute_url(), form)


def end_tracing(request: ActorRequest, code: str) -> HttpResponse:
    """Note how a search ended."""
    tracing = one(queries.tracings(request.actor), code=code)
    form = forms.EndTracingForm(request.POST or None).at(tracing)
    if form.is_valid():
        with refusals_on(form):
            actions.end_tracing(request.actor, tracing, **form.particulars)
            messages.success(request, _("The end of the search is recorded."))
            return redirect(tracing.case)
    return _page(request, actions.end_tracing, tracing, tracing.case.child.name, tracing.case.get_absolute_url(), form)


def record_death(request: ActorRequest, code: str) -> HttpResponse:
    """Record the death of a child."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.RecordDeathForm(request.POST or None).at(case)
    if form.is_valid():
        with refusals_on(form):
            actions.record_death(request.actor, case, **form.particulars)
            messages.success(request, _("The death is recorded. What else must end stands on the page of the case."))
            return redirect(case)
    return _page(request, actions.record_death, case, case.child.name, case.get_absolute_url(), form)


def mark_duplicate(request: ActorRequest, code: str) -> HttpResponse:
    """Say that a case is a second record of the same child."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.MarkDuplicateForm(request.POST or None, cases=queries.cases(request.actor)).at(case)
    if form.is_valid():
        with refusals_on(form):
            actions.mark_duplicate(request.actor, case, **form.particulars)
            messages.success(request, _("The case is marked as a duplicate."))
            return redirect(case)
    return _page(request, actions.mark_duplicate, case, case.child.name, case.get_absolute_url(), form)
