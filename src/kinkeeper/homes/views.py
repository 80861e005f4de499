"""Pages of the deeds on homes: ask, act, answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.homes import actions, forms, queries
from kinkeeper.journal.acts import Act
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.ui.forms import DeedForm, deed_page


def _page(
    request: ActorRequest, deed: Act[..., Any], row: object, form: DeedForm, back: str, **more: object
) -> HttpResponse:
    """The page of a deed: its form, or why it cannot be done."""
    words = {"form": form, "subject": str(row), "back": back, "verdict": deed.verdict(request.actor, row), **more}
    return deed_page(request, f"homes/{deed.name.split('.')[1]}.html", words)


def open_home(request: ActorRequest, code: str) -> HttpResponse:
    """Open a home of a unit."""
    unit = one(queries.units(request.actor), code=code)
    form = forms.OpenHomeForm(request.POST or None).at(unit)
    if form.is_valid():
        with refusals_on(form):
            home = actions.open_home(request.actor, unit, **form.particulars)
            messages.success(request, _("%(home)s is open.") % {"home": home.name})
            return redirect(home)
    return _page(request, actions.open_home, unit, form, unit.get_absolute_url())


def describe_home(request: ActorRequest, code: str) -> HttpResponse:
    """Describe a home anew."""
    home = one(queries.homes_of(request.actor), code=code)
    form = forms.DescribeHomeForm(request.POST or None, initial=forms.DescribeHomeForm.words_of(home)).at(home)
    if form.is_valid():
        with refusals_on(form):
            actions.describe_home(request.actor, home, **form.particulars)
            messages.success(request, _("%(home)s is described anew.") % {"home": form.cleaned_data["name"]})
            return redirect(home)
    return _page(request, actions.describe_home, home, form, home.get_absolute_url())


def close_home(request: ActorRequest, code: str) -> HttpResponse:
    """Close a home in which nobody lives."""
    home = one(queries.homes_of(request.actor), code=code)
    form = forms.CloseHomeForm(request.POST or None).at(home)
    if form.is_valid():
        with refusals_on(form):
            actions.close_home(request.actor, home, **form.particulars)
            messages.success(request, _("%(home)s is closed.") % {"home": home.name})
            return redirect(home)
    return _page(request, actions.close_home, home, form, home.get_absolute_url())


def appoint_carer(request: ActorRequest, code: str) -> HttpResponse:
    """Find an adult, and record that they care in this home."""
    home = one(queries.homes_of(request.actor), code=code)
    query = request.GET.get("q", "").strip()
    found = queries.adults_called(request.actor, query)
    form = forms.AppointCarerForm(request.POST or None, found=found).at(home)
    if form.is_valid():
        with refusals_on(form):
            actions.appoint_carer(request.actor, home, **form.particulars)
            messages.success(request, _("The carer is appointed."))
            return redirect(home)
    return _page(request, actions.appoint_carer, home, form, home.get_absolute_url(), query=query, found=found)


def end_carer(request: ActorRequest, code: str) -> HttpResponse:
    """Record that somebody no longer cares in a home."""
    carer = one(queries.carers(request.actor), code=code)
    form, home = forms.EndCarerForm(request.POST or None).at(carer), carer.home
    if form.is_valid():
        with refusals_on(form):
            actions.end_carer(request.actor, carer, **form.particulars)
            messages.success(request, _("It is recorded that %(name)s no longer cares here.") % {"name": carer.person})
            return redirect(home)
    return _page(request, actions.end_carer, carer, form, home.get_absolute_url(), subject=carer.person.name)


def add_house_member(request: ActorRequest, code: str) -> HttpResponse:
    """Find somebody, and record that they live in this home."""
    home = one(queries.homes_of(request.actor), code=code)
    query = request.GET.get("q", "").strip()
    found = queries.people_called(request.actor, query)
    form = forms.AddHouseMemberForm(request.POST or None, found=found).at(home)
    if form.is_valid():
        with refusals_on(form):
            actions.add_house_member(request.actor, home, **form.particulars)
            messages.success(request, _("It is recorded who lives here."))
            return redirect(home)
    return _page(request, actions.add_house_member, home, form, home.get_absolute_url(), query=query, found=found)


def end_house_member(request: ActorRequest, code: str) -> HttpResponse:
    """Record that somebody no longer lives in a home."""
    member = one(queries.house_members(request.actor), code=code)
    form, home = forms.EndHouseMemberForm(request.POST or None).at(member), member.home
    if form.is_valid():
        with refusals_on(form):
            actions.end_house_member(request.actor, member, **form.particulars)
            messages.success(request, _("It is recorded that %(name)s no longer lives here.") % {"name": member.person})
            return redirect(home)
    back, subject = home.get_absolute_url(), member.person.name
    return _page(request, actions.end_house_member, member, form, back, subject=subject)


def approve_home(request: ActorRequest, code: str) -> HttpResponse:
    """Record the approval of a home."""
    home = one(queries.homes_of(request.actor), code=code)
    form = forms.ApproveHomeForm(request.POST or None).at(home)
    if form.is_valid():
        with refusals_on(form):
            actions.approve_home(request.actor, home, **form.particulars)
            messages.success(request, _("The approval is recorded."))
            return redirect(home)
    return _page(request, actions.approve_home, home, form, home.get_absolute_url())


def suspend_approval(request: ActorRequest, code: str) -> HttpResponse:
    """Put an approval on hold."""
    approval = one(queries.approvals(request.actor), code=code)
    form, home = forms.SuspendApprovalForm(request.POST or None).at(approval), approval.home
    if form.is_valid():
        with refusals_on(form):
            actions.suspend_approval(request.actor, approval, **form.particulars)
            messages.success(request, _("The approval is on hold."))
            return redirect(home)
    return _page(request, actions.suspend_approval, approval, form, home.get_absolute_url(), subject=home.name)


def lift_suspension(request: ActorRequest, code: str) -> HttpResponse:
    """Put an approval in force again."""
    approval = one(queries.approvals(request.actor), code=code)
    form, home = forms.LiftSuspensionForm(request.POST or None).at(approval), approval.home
    if form.is_valid():
        with refusals_on(form):
            actions.lift_suspension(request.actor, approval)
            messages.success(request, _("The approval is in force again."))
            return redirect(home)
    return _page(request, actions.lift_suspension, approval, form, home.get_absolute_url(), subject=home.name)


def end_approval(request: ActorRequest, code: str) -> HttpResponse:
    """Record that an approval ended."""
    approval = one(queries.approvals(request.actor), code=code)
    form, home = forms.EndApprovalForm(request.POST or None).at(approval), approval.home
    if form.is_valid():
        with refusals_on(form):
            actions.end_approval(request.actor, approval, **form.particulars)
            messages.success(request, _("It is recorded that the approval ended."))
            return redirect(home)
    return _page(request, actions.end_approval, approval, form, home.get_absolute_url(), subject=home.name)


def record_background_check(request: ActorRequest, code: str) -> HttpResponse:
    """Record the background check of an adult in a home."""
    home = one(queries.homes_of(request.actor), code=code)
    found = queries.people_of(request.actor, home)
    form = forms.RecordBackgroundCheckForm(request.POST or None, found=found).at(home)
    if form.is_valid():
        with refusals_on(form):
            actions.record_background_check(request.actor, home, **form.particulars)
            messages.success(request, _("The background check is recorded."))
            return redirect(home)
    return _page(request, actions.record_background_check, home, form, home.get_absolute_url(), found=found)


def record_training(request: ActorRequest, code: str) -> HttpResponse:
    """Record a training of somebody in a home."""
    home = one(queries.homes_of(request.actor), code=code)
    found = queries.people_of(request.actor, home)
    form = forms.RecordTrainingForm(request.POST or None, found=found).at(home)
    if form.is_valid():
        with refusals_on(form):
            actions.record_training(request.actor, home, **form.particulars)
            messages.success(request, _("The training is recorded."))
            return redirect(home)
    return _page(request, actions.record_training, home, form, home.get_absolute_url(), found=found)
