"""Pages of the administrator, of the pack, of openings and emergencies."""

from __future__ import annotations

import secrets

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _

from kinkeeper.access import actions, forms, policy, queries
from kinkeeper.access.fresh import freshly_confirmed
from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.lib.packs import load_pack
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.ui.forms import DeedForm, deed_page

# ---- The administrator -------------------------------------------------------------------------------------------------


def administration(request: ActorRequest) -> HttpResponse:
    """The association: its programmes, units and numbers of people."""
    association = queries.association_to_administer(request.actor)
    context = {
        "association": association,
        "programmes": queries.programmes(request.actor),
        "users": queries.users(request.actor).count(),
        "invitations": queries.invitations(request.actor).filter(accepted_at=None, withdrawn_at=None).count(),
        "may_open_programme": actions.open_programme.verdict(request.actor, association),
        "may_invite": actions.invite.verdict(request.actor, association),
    }
    return render(request, "access/administration.html", context)


def open_programme(request: ActorRequest) -> HttpResponse:
    """Open a programme."""
    association = queries.association_to_administer(request.actor)
    form = forms.ProgrammeForm(request.POST or None).at(association)
    if form.is_valid():
        with refusals_on(form):
            actions.open_programme(request.actor, association, **form.particulars)
            messages.success(request, _("The programme is open."))
            return redirect("administration")
    return deed_page(request, "access/open_programme.html", {"form": form})


def open_unit(request: ActorRequest, code: str) -> HttpResponse:
    """Open a unit in a programme."""
    programme = one(queries.programmes(request.actor), code=code)
    form = forms.UnitForm(request.POST or None).at(programme)
    if form.is_valid():
        with refusals_on(form):
            actions.open_unit(request.actor, programme, **form.particulars)
            messages.success(request, _("The unit is open."))
            return redirect("administration")
    return deed_page(request, "access/open_unit.html", {"form": form, "programme": programme})


def users(request: ActorRequest) -> HttpResponse:
    """Everyone with an account."""
    words, closed = request.GET.get("q", ""), request.GET.get("state") == "closed"
    page = Paginator(queries.users(request.actor, words, closed=closed), 25).get_page(request.GET.get("page"))
    return render(request, "access/users.html", {"page": page, "words": words, "closed": closed})


def user(request: ActorRequest, code: str) -> HttpResponse:
    """One account with its seats."""
    person = one(queries.user_to_administer(request.actor), code=code)
    seats = [(seat, actions.end_seat.verdict(request.actor, seat)) for seat in queries.seats_of(request.actor, person)]
    context = {
        "person": person,
        "seats": seats,
        "may_give_seat": actions.give_seat.verdict(request.actor, person),
        "may_let_back_in": actions.let_back_in.verdict(request.actor, person),
        "may_suspend_user": actions.suspend_user.verdict(request.actor, person),
        "may_restore_user": actions.restore_user.verdict(request.actor, person),
        "may_take_factors_away": actions.take_factors_away.verdict(request.actor, person),
        "factors": queries.factors_of(request.actor, person),
    }
    return render(request, "access/user.html", context)


@freshly_confirmed
def give_seat(request: ActorRequest, code: str) -> HttpResponse:
    """Give somebody a seat."""
    person = one(queries.user_to_administer(request.actor), code=code)
    form = forms.GiveSeatForm(request.POST or None, places=queries.places(request.actor)).at(person)
    if form.is_valid():
        with refusals_on(form):
            actions.give_seat(request.actor, person, **form.particulars)
            messages.success(request, _("The seat is given."))
            return redirect("user", person.code)
    return deed_page(request, "access/give_seat.html", {"form": form, "person": person})


@freshly_confirmed
def end_seat(request: ActorRequest, code: str) -> HttpResponse:
    """End a seat."""
    seat = one(queries.seats(request.actor), code=code)
    form = forms.EndSeatForm(request.POST or None).at(seat)
    if form.is_valid():
        with refusals_on(form):
            actions.end_seat(request.actor, seat, **form.particulars)
            messages.success(request, _("The seat ends."))
            return redirect("user", seat.user.code)
    return deed_page(request, "access/end_seat.html", {"form": form, "seat": seat})


def suspend_user(request: ActorRequest, code: str) -> HttpResponse:
    """Close an account."""
    person = one(queries.user_to_administer(request.actor), code=code)
    form = DeedForm(request.POST or None).at(person)
    if form.is_valid():
        with refusals_on(form):
            actions.suspend_user(request.actor, person)
            messages.success(request, _("The account is closed and its sessions have ended."))
            return redirect("user", person.code)
    return deed_page(request, "access/suspend_user.html", {"form": form, "person": person})


@freshly_confirmed
def restore_user(request: ActorRequest, code: str) -> HttpResponse:
    """Open a closed account again."""
    person = one(queries.user_to_administer(request.actor), code=code)
    form = DeedForm(request.POST or None).at(person)
    if form.is_valid():
        with refusals_on(form):
            actions.restore_user(request.actor, person)
            messages.success(request, _("The account is open again."))
            return redirect("user", person.code)
    return deed_page(request, "access/restore_user.html", {"form": form, "person": person})


@freshly_confirmed
def take_factors_away(request: ActorRequest, code: str) -> HttpResponse:
    """Take the second factors of a colleague away who lost them."""
    person = one(queries.user_to_administer(request.actor), code=code)
    form = DeedForm(request.POST or None).at(person)
    if form.is_valid():
        with refusals_on(form):
            actions.take_factors_away(request.actor, person)
            messages.success(request, _("The second factors are taken away. Your colleague’s sessions have ended."))
            return redirect("user", person.code)
    return deed_page(request, "access/take_factors_away.html", {"form": form, "person": person})


@freshly_confirmed
def let_back_in(request: ActorRequest, code: str) -> HttpResponse:
    """Let somebody in who lost the password; the link is shown this once."""
    person = one(queries.user_to_administer(request.actor), code=code)
    form = DeedForm(request.POST or None).at(person)
    if form.is_valid():
        token = secrets.token_urlsafe(32)
        with refusals_on(form):
            way_back = actions.let_back_in(request.actor, person, token=token)
            link = request.build_absolute_uri(resolve_url("choose_new_password", token))
            return render(
                request, "access/let_back_in_link.html", {"way_back": way_back, "person": person, "link": link}
            )
    return deed_page(request, "access/let_back_in.html", {"form": form, "person": person})


def invitations(request: ActorRequest) -> HttpResponse:
    """Everyone who was invited."""
    rows = queries.invitations(request.actor)
    page = Paginator(rows, 25).get_page(request.GET.get("page"))
    return render(request, "access/invitations.html", {"page": page, "now": timezone.now()})


@freshly_confirmed
def invite(request: ActorRequest) -> HttpResponse:
    """Invite somebody, and show the link this once."""
    association = queries.association_to_administer(request.actor)
    form = forms.InviteForm(request.POST or None, places=queries.places(request.actor)).at(association)
    if form.is_valid():
        token = secrets.token_urlsafe(32)
        with refusals_on(form):
            invitation = actions.invite(request.actor, association, token=token, **form.particulars)
            link = request.build_absolute_uri(resolve_url("accept_invitation", token))
            return render(request, "access/invited.html", {"invitation": invitation, "link": link})
    return deed_page(request, "access/invite.html", {"form": form})


def withdraw_invitation(request: ActorRequest, code: str) -> HttpResponse:
    """Take an invitation back."""
    invitation = one(queries.invitations(request.actor), code=code)
    form = DeedForm(request.POST or None).at(invitation)
    if form.is_valid():
        with refusals_on(form):
            actions.withdraw_invitation(request.actor, invitation)
            messages.success(request, _("The invitation is withdrawn."))
            return redirect("invitations")
    return deed_page(request, "access/withdraw_invitation.html", {"form": form, "invitation": invitation})


# ---- The jurisdiction pack ---------------------------------------------------------------------------------------------


def pack(request: ActorRequest) -> HttpResponse:
    """The pack in force, with its sources."""
    association = queries.association_to_work_by(request.actor)
    rules = load_pack(association.pack)
    context = {
        "pack": rules,
        "administers": policy.administers(request.actor),
        "unverified": rules.not_verified(),
        "may_choose_pack": actions.choose_pack.verdict(request.actor, association),
    }
    return render(request, "access/pack.html", context)


def choose_pack(request: ActorRequest) -> HttpResponse:
    """Choose another pack."""
    association = queries.association_to_administer(request.actor)
    form = forms.ChoosePackForm(request.POST or None, initial={"pack": association.pack}).at(association)
    if form.is_valid():
        with refusals_on(form):
            actions.choose_pack(request.actor, association, **form.particulars)
            messages.success(request, _("The pack is in force."))
            return redirect("pack")
    return deed_page(request, "access/choose_pack.html", {"form": form})


# ---- Openings ------------------------------------------------------------------------------------------------------------


def openings(request: ActorRequest) -> HttpResponse:
    """Records that were opened in an emergency: one’s own, and those of the units one oversees."""
    page = Paginator(queries.openings(request.actor), 25).get_page(request.GET.get("page"))
    rows = [
        (row, actions.close_opening.verdict(request.actor, row), actions.review_opening.verdict(request.actor, row))
        for row in page
    ]
    context = {"page": page, "rows": rows, "may_open_record": actions.open_record.verdict(request.actor)}
    return render(request, "access/openings.html", context)


@freshly_confirmed
def open_record(request: ActorRequest) -> HttpResponse:
    """Open a record in an emergency."""
    form = forms.OpenRecordForm(request.POST or None)
    verdict = actions.open_record.verdict(request.actor)
    if verdict and form.is_valid():
        with refusals_on(form):
            opening = actions.open_record(request.actor, **form.particulars)
            return redirect(_record_page(opening.subject_type, opening.subject_code))
    return deed_page(request, "access/open_record.html", {"form": form, "verdict": verdict})


def _record_page(subject_type: str, code: str) -> str:
    """Where the opened record is read: each table of the house calls its page by its own name."""
    return resolve_url(subject_type.rpartition(".")[2], code)


def close_opening(request: ActorRequest, code: str) -> HttpResponse:
    """Close an opened record and say what came of it."""
    opening = one(queries.openings(request.actor), code=code)
    form = forms.CloseOpeningForm(request.POST or None).at(opening)
    if form.is_valid():
        with refusals_on(form):
            actions.close_opening(request.actor, opening, **form.particulars)
            messages.success(request, _("The record is closed again."))
            return redirect("openings")
    return deed_page(request, "access/close_opening.html", {"form": form, "opening": opening})


def review_opening(request: ActorRequest, code: str) -> HttpResponse:
    """Review an opening and give a verdict."""
    opening = one(queries.openings(request.actor), code=code)
    form = forms.ReviewOpeningForm(request.POST or None).at(opening)
    verdict = actions.review_opening.verdict(request.actor, opening)
    if form.is_valid():
        with refusals_on(form):
            actions.review_opening(request.actor, opening, **form.particulars)
            messages.success(request, _("The opening is reviewed."))
            return redirect("openings")
    return deed_page(request, "access/review_opening.html", {"form": form, "opening": opening, "verdict": verdict})


# ---- Emergencies ---------------------------------------------------------------------------------------------------------


def emergencies(request: ActorRequest) -> HttpResponse:
    """Which emergencies were declared for the association, and whether one lasts."""
    association = queries.association_to_work_by(request.actor)
    rows = [(row, actions.end_emergency.verdict(request.actor, row)) for row in queries.emergencies(request.actor)]
    verdict = actions.declare_emergency.verdict(request.actor, association)
    return render(request, "access/emergencies.html", {"rows": rows, "may_declare_emergency": verdict})


def declare_emergency(request: ActorRequest) -> HttpResponse:
    """Declare an emergency."""
    association = queries.association_to_work_by(request.actor)
    form = forms.DeclareEmergencyForm(request.POST or None).at(association)
    verdict = actions.declare_emergency.verdict(request.actor, association)
    if form.is_valid():
        with refusals_on(form):
            actions.declare_emergency(request.actor, association, **form.particulars)
            messages.success(request, _("The emergency is declared. Its rules hold at once."))
            return redirect("emergencies")
    return deed_page(request, "access/declare_emergency.html", {"form": form, "verdict": verdict})


def end_emergency(request: ActorRequest, code: str) -> HttpResponse:
    """End an emergency."""
    row = one(queries.emergencies_to_end(request.actor), code=code)
    form = forms.EndEmergencyForm(request.POST or None).at(row)
    verdict = actions.end_emergency.verdict(request.actor, row)
    if form.is_valid():
        with refusals_on(form):
            actions.end_emergency(request.actor, row, **form.particulars)
            messages.success(request, _("The emergency has ended."))
            return redirect("emergencies")
    return deed_page(request, "access/end_emergency.html", {"form": form, "verdict": verdict, "emergency": row})
