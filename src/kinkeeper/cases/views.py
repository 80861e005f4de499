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
from kinkeeper.cases.models import Case
from kinkeeper.journal.acts import Act
from kinkeeper.journal.pages import do, show
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.ui.forms import DeedForm


def _page(
    request: ActorRequest, deed: Act[..., Any], row: object, subject: str, back: str, form: DeedForm
) -> HttpResponse:
    """The page of a deed: its form, or why it cannot be done."""
    return show(request, deed, row, form, row=row, subject=subject, back=back)


def _deed(
    request: ActorRequest, deed: Act[..., Any], row: object, case: Case, form: DeedForm, done: str, back: str = ""
) -> HttpResponse:
    """A deed in a case that needs nothing but its form, and leads back to the case or where it says."""
    back = back or case.get_absolute_url()
    return do(request, deed, row, form, done, back, row=row, subject=case.child.name, back=back)


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
    return _deed(request, actions.assign_worker, case, case, form, _("The case has a new worker, who will be told."))


def record_contact(request: ActorRequest, code: str) -> HttpResponse:
    """Record a visit, a call or another contact."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.RecordContactForm(request.POST or None).at(case)
    done = _("The contact with %(name)s is recorded.") % {"name": case.child.name}
    return _deed(request, actions.record_contact, case, case, form, done, reverse("child", args=[case.child.code]))


def assess_risk(request: ActorRequest, code: str) -> HttpResponse:
    """Say how great the risk is."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.AssessRiskForm(request.POST or None).at(case)
    return _deed(request, actions.assess_risk, case, case, form, _("The risk is recorded."))


def close_case(request: ActorRequest, code: str) -> HttpResponse:
    """Close a case."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.CloseCaseForm(request.POST or None).at(case)
    return _deed(request, actions.close_case, case, case, form, _("The case is closed."))


def reopen_case(request: ActorRequest, code: str) -> HttpResponse:
    """Open a closed case again."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.ReopenCaseForm(request.POST or None).at(case)
    return _deed(request, actions.reopen_case, case, case, form, _("The case is open again."))


def hold_conference(request: ActorRequest, code: str) -> HttpResponse:
    """Record a case conference."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.HoldConferenceForm(request.POST or None).at(case)
    return _deed(request, actions.hold_conference, case, case, form, _("The conference is recorded."))


def add_task(request: ActorRequest, code: str) -> HttpResponse:
    """Note something that is to be done."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.AddTaskForm(
        request.POST or None, owners=queries.task_owners_of(request.actor, case).exclude(pk=case.worker_id or 0)
    ).at(case)
    return _deed(request, actions.add_task, case, case, form, _("The task is noted."))


def finish_task(request: ActorRequest, code: str) -> HttpResponse:
    """Note that a task is done."""
    task = one(queries.tasks(request.actor), code=code)
    form = forms.FinishTaskForm(request.POST or None).at(task)
    return _deed(request, actions.finish_task, task, task.case, form, _("The task is done."))


def drop_task(request: ActorRequest, code: str) -> HttpResponse:
    """Note that a task is not needed any more."""
    task = one(queries.tasks(request.actor), code=code)
    form = forms.DropTaskForm(request.POST or None).at(task)
    return _deed(request, actions.drop_task, task, task.case, form, _("The task is dropped."))


def open_tracing(request: ActorRequest, code: str) -> HttpResponse:
    """Begin to look for somebody."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.OpenTracingForm(request.POST or None).at(case)
    return _deed(request, actions.open_tracing, case, case, form, _("The search is open."))


def end_tracing(request: ActorRequest, code: str) -> HttpResponse:
    """Note how a search ended."""
    tracing = one(queries.tracings(request.actor), code=code)
    form = forms.EndTracingForm(request.POST or None).at(tracing)
    return _deed(request, actions.end_tracing, tracing, tracing.case, form, _("The end of the search is recorded."))


def record_death(request: ActorRequest, code: str) -> HttpResponse:
    """Record the death of a child."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.RecordDeathForm(request.POST or None).at(case)
    return _deed(
        request,
        actions.record_death,
        case,
        case,
        form,
        _("The death is recorded. What else must end stands on the page of the case."),
    )


def mark_duplicate(request: ActorRequest, code: str) -> HttpResponse:
    """Say that a case is a second record of the same child."""
    case = one(queries.cases(request.actor), code=code)
    form = forms.MarkDuplicateForm(request.POST or None, cases=queries.cases(request.actor)).at(case)
    return _deed(request, actions.mark_duplicate, case, case, form, _("The case is marked as a duplicate."))
