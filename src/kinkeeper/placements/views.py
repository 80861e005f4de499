"""Pages of the deeds about where a child lives: ask, act, answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.journal.acts import Act
from kinkeeper.journal.pages import show
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.people.models import Person
from kinkeeper.placements import actions, forms, queries
from kinkeeper.placements.models import PeriodOfCare
from kinkeeper.placements.outlook import outlook, to_bridge
from kinkeeper.placements.queries import Choice
from kinkeeper.ui.forms import DeedForm


def _page(
    request: ActorRequest, deed: Act[..., Any], child: Person, row: object, form: DeedForm, **more: object
) -> HttpResponse:
    """The page of a deed: its form, or why it cannot be done."""
    words = {"child": child, "subject": child.name, "back": reverse("child", args=[child.code]), **more}
    part = more.get("part", deed.name.split(".")[1])
    return show(request, deed, row, form, template=f"placements/{part}.html", **words)


def _is_asking(request: ActorRequest) -> bool:
    """Whether somebody is still filling in, and the page only asks what speaks against it."""
    return request.headers.get("HX-Request") == "true"


def _beforehand(
    request: ActorRequest,
    child: Person,
    form: forms.StayForm,
    homes: Sequence[Choice],
    period: PeriodOfCare | None = None,
) -> dict[str, Any]:
    """What the page says before the deed: decisions in force, what the homes lack, and what speaks against this stay."""
    last = queries.last_episode_of(request.actor, period) if period else None
    part = {"part": "outlook"} if _is_asking(request) else {}
    return {
        "outlook": outlook(request.actor, child, last, form.stay),
        "decisions": queries.decisions_on_care_of(request.actor, child),
        "lacking": [choice for choice in homes if choice.standing.missing],
        **part,
    }


def _warn(request: ActorRequest, child: Person, form: forms.StayForm) -> None:
    """Say which differences should be bridged, where nobody has said how."""
    for sentence in to_bridge(request.actor, child, form.stay):
        messages.warning(request, sentence)


def start_placement(request: ActorRequest, code: str) -> HttpResponse:
    """Begin care for a child."""
    child = one(queries.children(request.actor), code=code)
    homes = queries.homes_to_choose(request.actor, child)
    form = forms.StartPlacementForm(request.POST or None, homes=homes).at(child)
    if form.is_valid() and not _is_asking(request):
        with refusals_on(form):
            actions.start_placement(request.actor, child, **form.particulars)
            messages.success(request, _("Care has begun for %(name)s.") % {"name": child.name})
            _warn(request, child, form)
            return redirect("child", code)
    return _page(request, actions.start_placement, child, child, form, **_beforehand(request, child, form, homes))


def move_child(request: ActorRequest, code: str) -> HttpResponse:
    """Move a child: fill in, read the move once more in words, confirm."""
    period = queries.period_to_change(request.actor, code)
    homes = queries.homes_to_choose(request.actor, period.child)
    now = queries.where_lives(request.actor, [period.child]).get(period.child_id)
    start = {"care_type": now.care_type if now else ""}
    form = forms.MoveChildForm(request.POST or None, homes=homes, initial=start).at(period)
    if form.is_valid() and "confirmed" in request.POST and not _is_asking(request):
        with refusals_on(form):
            actions.move_child(request.actor, period, **form.particulars)
            messages.success(request, _("%(name)s has moved.") % {"name": period.child.name})
            _warn(request, period.child, form)
            return redirect("child", code)
    more = _beforehand(request, period.child, form, homes, period)
    return _page(request, actions.move_child, period.child, period, form, now=now, **more)


def place_siblings(request: ActorRequest, code: str) -> HttpResponse:
    """Bring brothers and sisters to live in one home."""
    child = one(queries.children(request.actor), code=code)
    homes = queries.homes_to_choose(request.actor, child)
    siblings = queries.siblings_to_place(request.actor, child)
    form = forms.PlaceSiblingsForm(request.POST or None, homes=homes, siblings=siblings).at(child)
    if form.is_valid() and not _is_asking(request):
        with refusals_on(form):
            actions.place_siblings(request.actor, child, **form.particulars)
            messages.success(request, _("%(name)s and the others live together now.") % {"name": child.name})
            _warn(request, child, form)
            return redirect("child", code)
    more = _beforehand(request, child, form, homes, queries.open_period_of(request.actor, child))
    return _page(request, actions.place_siblings, child, child, form, siblings=siblings, **more)


def review_exemption(request: ActorRequest, code: str) -> HttpResponse:
    """Look again at brothers and sisters who are more than a home may take."""
    stay = one(queries.placements(request.actor), code=code)
    child = stay.period.child
    form = forms.ReviewExemptionForm(request.POST or None).at(stay)
    if form.is_valid():
        with refusals_on(form):
            actions.review_exemption(request.actor, stay, **form.particulars)
            messages.success(request, _("The exemption has been looked at again."))
            return redirect("child", child.code)
    return _page(request, actions.review_exemption, child, stay, form, home=stay.home)


def change_legal_status(request: ActorRequest, code: str) -> HttpResponse:
    """Record a new legal ground for care."""
    period = queries.period_to_change(request.actor, code)
    form = forms.ChangeLegalStatusForm(request.POST or None).at(period)
    if form.is_valid():
        with refusals_on(form):
            actions.change_legal_status(request.actor, period, **form.particulars)
            messages.success(request, _("The new legal status is recorded."))
            return redirect("child", code)
    return _page(request, actions.change_legal_status, period.child, period, form)


def end_placement(request: ActorRequest, code: str) -> HttpResponse:
    """End care."""
    period = queries.period_to_change(request.actor, code)
    form = forms.EndPlacementForm(request.POST or None).at(period)
    if form.is_valid():
        with refusals_on(form):
            actions.end_placement(request.actor, period, **form.particulars)
            messages.success(request, _("Care has ended for %(name)s.") % {"name": period.child.name})
            return redirect("child", code)
    return _page(request, actions.end_placement, period.child, period, form)


def report_absence(request: ActorRequest, code: str) -> HttpResponse:
    """Record that a child is missing."""
    child = one(queries.children(request.actor), code=code)
    form = forms.ReportAbsenceForm(request.POST or None).at(child)
    if form.is_valid():
        with refusals_on(form):
            absence = actions.report_absence(request.actor, child, **form.particulars)
            gone, away = (
                _("It is recorded that %(name)s is missing or away."),
                _("It is recorded that %(name)s is away."),
            )
            messages.warning(request, (gone if absence.is_gone else away) % {"name": child.name})
            return redirect("child", code)
    return _page(request, actions.report_absence, child, child, form)


def record_return(request: ActorRequest, code: str) -> HttpResponse:
    """Record that a missing child is back."""
    absence = one(queries.absences(request.actor), code=code)
    form = forms.RecordReturnForm(request.POST or None).at(absence)
    if form.is_valid():
        with refusals_on(form):
            actions.record_return(request.actor, absence, **form.particulars)
            messages.success(request, _("%(name)s is back.") % {"name": absence.child.name})
            return redirect("child", absence.child.code)
    return _page(request, actions.record_return, absence.child, absence, form)
