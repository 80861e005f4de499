"""Pages of the deeds on homes: ask, act, answer."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.homes import actions, forms, queries
from kinkeeper.homes.models import Home
from kinkeeper.journal.acts import Act
from kinkeeper.journal.pages import do, show
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.ui.forms import DeedForm


def _page(
    request: ActorRequest, deed: Act[..., Any], row: object, form: DeedForm, back: str, **more: Any
) -> HttpResponse:
    """The page of a deed: its form, or why it cannot be done."""
    return show(request, deed, row, form, **{"subject": str(row), "back": back, **more})


def _deed(
    request: ActorRequest, deed: Act[..., Any], row: object, home: Home, form: DeedForm, done: str, **more: Any
) -> HttpResponse:
    """A deed in a home that needs nothing but its form, and leads back to the home."""
    words = {"subject": str(row), "back": home.get_absolute_url(), **more}
    return do(request, deed, row, form, done, home, **words)


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
    done = _("%(home)s is closed.") % {"home": home.name}
    return _deed(request, actions.close_home, home, home, form, done)


def appoint_carer(request: ActorRequest, code: str) -> HttpResponse:
    """Find an adult, and record that they care in this home."""
    home = one(queries.homes_of(request.actor), code=code)
    query = request.GET.get("q", "").strip()
    found = queries.adults_called(request.actor, query)
    form = forms.AppointCarerForm(request.POST or None, found=found).at(home)
    done = _("The carer is appointed.")
    return _deed(request, actions.appoint_carer, home, home, form, done, query=query, found=found)


def end_carer(request: ActorRequest, code: str) -> HttpResponse:
    """Record that somebody no longer cares in a home."""
    carer = one(queries.carers(request.actor), code=code)
    form, home = forms.EndCarerForm(request.POST or None).at(carer), carer.home
    done = _("It is recorded that %(name)s no longer cares here.") % {"name": carer.person}
    return _deed(request, actions.end_carer, carer, home, form, done, subject=carer.person.name)


def add_house_member(request: ActorRequest, code: str) -> HttpResponse:
    """Find somebody, and record that they live in this home."""
    home = one(queries.homes_of(request.actor), code=code)
    query = request.GET.get("q", "").strip()
    found = queries.people_called(request.actor, query)
    form = forms.AddHouseMemberForm(request.POST or None, found=found).at(home)
    done = _("It is recorded who lives here.")
    return _deed(request, actions.add_house_member, home, home, form, done, query=query, found=found)


def end_house_member(request: ActorRequest, code: str) -> HttpResponse:
    """Record that somebody no longer lives in a home."""
    member = one(queries.house_members(request.actor), code=code)
    form, home = forms.EndHouseMemberForm(request.POST or None).at(member), member.home
    done = _("It is recorded that %(name)s no longer lives here.") % {"name": member.person}
    return _deed(request, actions.end_house_member, member, home, form, done, subject=member.person.name)


def approve_home(request: ActorRequest, code: str) -> HttpResponse:
    """Record the approval of a home."""
    home = one(queries.homes_of(request.actor), code=code)
    form = forms.ApproveHomeForm(request.POST or None).at(home)
    done = _("The approval is recorded.")
    return _deed(request, actions.approve_home, home, home, form, done)


def suspend_approval(request: ActorRequest, code: str) -> HttpResponse:
    """Put an approval on hold."""
    approval = one(queries.approvals(request.actor), code=code)
    form, home = forms.SuspendApprovalForm(request.POST or None).at(approval), approval.home
    done = _("The approval is on hold.")
    return _deed(request, actions.suspend_approval, approval, home, form, done, subject=home.name)


def lift_suspension(request: ActorRequest, code: str) -> HttpResponse:
    """Put an approval in force again."""
    approval = one(queries.approvals(request.actor), code=code)
    form, home = forms.LiftSuspensionForm(request.POST or None).at(approval), approval.home
    done = _("The approval is in force again.")
    return _deed(request, actions.lift_suspension, approval, home, form, done, subject=home.name)


def end_approval(request: ActorRequest, code: str) -> HttpResponse:
    """Record that an approval ended."""
    approval = one(queries.approvals(request.actor), code=code)
    form, home = forms.EndApprovalForm(request.POST or None).at(approval), approval.home
    done = _("It is recorded that the approval ended.")
    return _deed(request, actions.end_approval, approval, home, form, done, subject=home.name)


def record_background_check(request: ActorRequest, code: str) -> HttpResponse:
    """Record the background check of an adult in a home."""
    home = one(queries.homes_of(request.actor), code=code)
    found = queries.people_of(request.actor, home)
    form = forms.RecordBackgroundCheckForm(request.POST or None, found=found).at(home)
    done = _("The background check is recorded.")
    return _deed(request, actions.record_background_check, home, home, form, done, found=found)


def record_training(request: ActorRequest, code: str) -> HttpResponse:
    """Record a training of somebody in a home."""
    home = one(queries.homes_of(request.actor), code=code)
    found = queries.people_of(request.actor, home)
    form = forms.RecordTrainingForm(request.POST or None, found=found).at(home)
    done = _("The training is recorded.")
    return _deed(request, actions.record_training, home, home, form, done, found=found)
