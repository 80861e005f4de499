"""Pages of the door: the referrals of my units, one referral, and the deeds on it; the registration of a case."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.cases import queries as cases
from kinkeeper.intake import actions, forms, queries
from kinkeeper.intake.models import Mentioned, Referral
from kinkeeper.journal.acts import Act
from kinkeeper.journal.pages import do, show
from kinkeeper.journal.queries import remember_look
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.ui.forms import DeedForm


def referrals(request: ActorRequest) -> HttpResponse:
    """The referrals of my units."""
    units = queries.receiving_units(request.actor)
    form = forms.ReferralFilter(request.GET, units=units)
    page = queries.referral_list(request.actor, form.wishes(), request.GET.get("page"))
    doors = [(unit, actions.receive_referral.verdict(request.actor, unit)) for unit in units]
    return render(request, "intake/referrals.html", {"page": page, "form": form, "doors": doors})


def referral(request: ActorRequest, code: str) -> HttpResponse:
    """One referral, how far it is, and what is missing."""
    row = one(queries.referrals(request.actor), code=code)
    remember_look(request.actor, row, "referral")
    deeds = ("screen_in", "screen_out", "mention_person", "tell_authority", "give_feedback")
    verdicts = {name: getattr(actions, name).verdict(request.actor, row) for name in deeds}
    words = {"referral": row, "people": queries.spoken_of(request.actor, row), "verdicts": verdicts}
    return render(request, "intake/referral.html", words)


def _page(
    request: ActorRequest, deed: Act[..., Any], row: object, form: DeedForm, subject: str, back: str, **more: Any
) -> HttpResponse:
    """The page of a deed: its form, or why it cannot be done."""
    return show(request, deed, row, form, subject=subject, back=back, **more)


def _on_referral(request: ActorRequest, deed: Act[..., Any], row: Referral, form: DeedForm) -> HttpResponse:
    """A deed on a referral that needs nothing but its form."""
    back = row.get_absolute_url()
    return do(request, deed, row, form, _("It is written down."), back, subject=row.name, back=back)


def receive_referral(request: ActorRequest, code: str) -> HttpResponse:
    """Write a referral down."""
    unit = one(queries.units(request.actor), code=code)
    form = forms.ReceiveReferralForm(request.POST or None).at(unit)
    if form.is_valid():
        with refusals_on(form):
            row = actions.receive_referral(request.actor, unit, **form.particulars)
            messages.success(request, _("The referral is received. Compare the people it speaks of, then screen it."))
            return redirect(row)
    return _page(request, actions.receive_referral, unit, form, unit.name, unit.get_absolute_url())


def mention_person(request: ActorRequest, code: str) -> HttpResponse:
    """Add somebody a referral speaks of."""
    row = one(queries.referrals(request.actor), code=code)
    return _on_referral(request, actions.mention_person, row, forms.SaidForm(request.POST or None).at(row))


def correct_mentioned(request: ActorRequest, code: str) -> HttpResponse:
    """Correct what was written of somebody a referral speaks of."""
    row = one(queries.mentioned(request.actor), code=code)
    form = forms.SaidForm(request.POST or None, row=row).at(row)
    if form.is_valid():
        with refusals_on(form):
            actions.correct_mentioned(request.actor, row, **form.particulars)
            messages.success(request, _("It is corrected."))
            return redirect(row.referral)
    return _page(request, actions.correct_mentioned, row, form, row.name, row.referral.get_absolute_url())


def compare_person(request: ActorRequest, code: str) -> HttpResponse:
    """Somebody mentioned and a record side by side, and whether they are one person."""
    row = one(queries.mentioned(request.actor), code=code)
    pair = queries.side_by_side(request.actor, row, request.POST.get("other") or request.GET.get("with", ""))
    other = {"other": pair.chosen.likeness.code} if pair.chosen else {}
    form = forms.ComparePersonForm(request.POST or None, initial=other).at(row)
    if pair.chosen and form.is_valid():
        with refusals_on(form):
            _judge(request, row, pair.chosen, form.particulars)
            messages.success(request, _("The comparison is written down."))
            return redirect(row.referral)
    back = row.referral.get_absolute_url()
    return _page(request, actions.compare_person, row, form, row.name, back, pair=pair)


def _judge(request: ActorRequest, row: Mentioned, chosen: queries.Candidate, said: dict[str, Any]) -> None:
    judged = {"verdict": said["verdict"], "reason": said["reason"]}
    if chosen.person is not None:
        actions.compare_person(request.actor, row, person=chosen.person, **judged)
    else:
        actions.compare_unseen_record(request.actor, row, other=chosen.likeness.code, **judged)


def screen_in(request: ActorRequest, code: str) -> HttpResponse:
    """Take a referral on."""
    row = one(queries.referrals(request.actor), code=code)
    people = queries.mentioned(request.actor).filter(referral=row)
    form = forms.ScreenInForm(request.POST or None, referral=row, people=people).at(row)
    return _on_referral(request, actions.screen_in, row, form)


def screen_out(request: ActorRequest, code: str) -> HttpResponse:
    """Decide that a referral is not taken on."""
    row = one(queries.referrals(request.actor), code=code)
    return _on_referral(request, actions.screen_out, row, forms.ScreenOutForm(request.POST or None).at(row))


def tell_authority(request: ActorRequest, code: str) -> HttpResponse:
    """Say which authority was told."""
    row = one(queries.referrals(request.actor), code=code)
    return _on_referral(request, actions.tell_authority, row, forms.TellAuthorityForm(request.POST or None).at(row))


def give_feedback(request: ActorRequest, code: str) -> HttpResponse:
    """Say what the referrer was told."""
    row = one(queries.referrals(request.actor), code=code)
    return _on_referral(request, actions.give_feedback, row, forms.GiveFeedbackForm(request.POST or None).at(row))


def register_case(request: ActorRequest, code: str) -> HttpResponse:
    """Register a case, so that the assessment can begin."""
    case = one(cases.cases(request.actor), code=code)
    told = queries.referral_of(request.actor, case)
    form = forms.RegisterCaseForm(request.POST or None, case=case, referral=told).at(case)
    if form.is_valid():
        with refusals_on(form):
            actions.register_case(request.actor, case, **form.particulars)
            messages.success(request, _("The case is registered. The assessment can begin."))
            return redirect(case)
    adults = queries.responsible_adults(request.actor, case.child)
    more = {"case": case, "referral": told, "adults": adults}
    return _page(request, actions.register_case, case, form, case.child.name, case.get_absolute_url(), **more)


def registration(request: ActorRequest, code: str) -> HttpResponse:
    """What was settled when a case was registered."""
    row = one(queries.registrations(request.actor), code=code)
    remember_look(request.actor, row.case.child, "registration")
    return render(request, "intake/registration.html", {"registration": row, "case": row.case})
