"""Pages of signing in, of one’s own account, of the administrator and of openings."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kinkeeper.access import actions, forms, policy, queries, tasks
from kinkeeper.access.gate import ActorRequest, actor_for, one
from kinkeeper.access.models import User
from kinkeeper.lib.packs import load_pack
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.ui.forms import DeedForm, deed_page

LANGUAGE_COOKIE = "kinkeeper-language"
A_YEAR = 365 * 24 * 3600


def _next(request: HttpRequest, usual: str) -> str:
    wanted = str(request.POST.get("next") or request.GET.get("next") or "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(usual)


def _speaking(response: HttpResponseRedirect, language: str) -> HttpResponseRedirect:
    response.set_cookie(
        LANGUAGE_COOKIE, language, max_age=A_YEAR, samesite="Lax", httponly=True, secure=settings.SESSION_COOKIE_SECURE
    )
    return response


# ---- Signing in and out ----------------------------------------------------------------------------------------------


@sensitive_post_parameters("password")
def sign_in(request: ActorRequest) -> HttpResponse:
    """Let somebody in who knows the password; never say whether an address has an account."""
    form = forms.SignInForm(request.POST or None)
    if form.is_valid():
        user = _who_is_it(request, **form.cleaned_data)
        if user is not None:
            actions.sign_in(actor_for(user), user)
            login(request, user)
            return _speaking(redirect(_next(request, settings.LOGIN_REDIRECT_URL)), user.language)
        form.add_error(
            None, _("This did not work. Check address and password; after five tries wait a quarter of an hour.")
        )
    return render(request, "access/sign_in.html", {"form": form, "next": request.GET.get("next", "")})


def _who_is_it(request: ActorRequest, *, email: str, password: str) -> User | None:
    if queries.is_slowed_down(request.actor, email):
        return None
    user = authenticate(request, username=email, password=password)
    if user is None:
        tasks.note_wrong_password(email)
        return None
    tasks.forget_wrong_passwords(email)
    return user


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and make the browser forget the pages."""
    logout(request)
    response = redirect("sign_in")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@sensitive_post_parameters("password")
def accept_invitation(request: ActorRequest, token: str) -> HttpResponse:
    """The page behind an invitation’s link."""
    found = queries.behind_the_link(request.actor, token)
    if found is None:
        return render(request, "access/invitation_over.html", status=404)
    actor, invitation = found
    form = forms.AcceptInvitationForm(
        request.POST or None, email=invitation.email, initial={"name": invitation.name}
    ).at(invitation)
    if form.is_valid():
        with refusals_on(form):
            user = actions.accept_invitation(actor, invitation, **form.particulars)
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            messages.success(request, _("Welcome. Your account is ready."))
            return _speaking(redirect(settings.LOGIN_REDIRECT_URL), user.language)
    return deed_page(request, "access/accept_invitation.html", {"form": form, "invitation": invitation})


@sensitive_post_parameters("password")
def choose_new_password(request: ActorRequest, token: str) -> HttpResponse:
    """The page behind the link of somebody who lost the password."""
    found = queries.behind_the_link(request.actor, token, way_back=True)
    if found is None or found[1].renews is None:
        return render(request, "access/way_back_over.html", status=404)
    actor, link = found
    form = forms.ChooseNewPasswordForm(request.POST or None, user=found[1].renews).at(link)
    if form.is_valid():
        with refusals_on(form):
            user = actions.choose_new_password(actor, link, **form.particulars)
            tasks.forget_wrong_passwords(user.email)
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            messages.success(request, _("Your password is changed. Your other sessions have ended."))
            return _speaking(redirect(settings.LOGIN_REDIRECT_URL), user.language)
    return deed_page(request, "access/choose_new_password.html", {"form": form, "link": link})


# ---- One's own account -----------------------------------------------------------------------------------------------


@require_POST
def choose_language(request: ActorRequest) -> HttpResponse:
    """Speak another language: to this browser, and to this user wherever they sign in."""
    language = request.POST.get("language", "")
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    if request.actor.user_id:
        actions.choose_language(request.actor, queries.oneself(request.actor), language=known)
    return _speaking(redirect(_next(request, "sign_in")), known)


@sensitive_post_parameters("old", "password")
def change_password(request: ActorRequest) -> HttpResponse:
    """Change one’s own password and stay signed in here."""
    me = queries.oneself(request.actor)
    form = forms.ChangePasswordForm(request.POST or None, user=me).at(me)
    if form.is_valid():
        with refusals_on(form):
            changed = actions.change_password(request.actor, me, password=form.cleaned_data["password"])
            update_session_auth_hash(request, changed)
            messages.success(request, _("Your password is changed. Your other sessions have ended."))
            return redirect(settings.LOGIN_REDIRECT_URL)
    return deed_page(request, "access/change_password.html", {"form": form})


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
    }
    return render(request, "access/user.html", context)


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
    rows = [(row, actions.close_opening.verdict(request.actor, row)) for row in page]
    context = {"page": page, "rows": rows, "may_open_record": actions.open_record.verdict(request.actor)}
    return render(request, "access/openings.html", context)


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
