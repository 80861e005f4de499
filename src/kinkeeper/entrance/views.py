"""Pages of signing in and out, of second factors, of the first and the new password, and of one’s own sessions."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, logout
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from kinkeeper.access import actions as people
from kinkeeper.access import factors, limits
from kinkeeper.access import queries as staff
from kinkeeper.access.fresh import freshly_confirmed
from kinkeeper.access.gate import ActorRequest, one
from kinkeeper.access.models import User
from kinkeeper.entrance import actions, directory, door, forms, queries, tasks
from kinkeeper.lib.refusals import refusals_on
from kinkeeper.ui.forms import DeedForm, deed_page

# ---- Signing in and out ----------------------------------------------------------------------------------------------


@sensitive_post_parameters("password")
def sign_in(request: ActorRequest) -> HttpResponse:
    """Let somebody in who knows the password; never say whether an address has an account."""
    form = forms.SignInForm(request.POST or None)
    if form.is_valid():
        user = _who_is_it(request, **form.cleaned_data)
        if user is not None:
            return door.knock(request, user, to=door.wanted_page(request, settings.LOGIN_REDIRECT_URL))
        form.add_error(
            None, _("This did not work. Check address and password; after five tries wait a quarter of an hour.")
        )
    wanted = request.POST.get("next") or request.GET.get("next", "")
    return render(request, "entrance/sign_in.html", {"form": form, "next": wanted, "directory": directory.name()})


def _who_is_it(request: ActorRequest, *, email: str, password: str) -> User | None:
    if limits.is_resting(request, "sign_in") or staff.is_slowed_down(request.actor, email):
        return None
    user = authenticate(request, username=email, password=password)
    if not isinstance(user, User):
        limits.note_wrong(request, "sign_in")
        door.note(request, "A password was wrong.")
        tasks.note_wrong_password(email)
        return None
    tasks.forget_wrong_passwords(email)
    return user


def sign_in_with_passkey(request: ActorRequest) -> HttpResponse:
    """Let somebody in who shows a passkey; asked with GET it answers what the browser needs for that."""
    if request.method != "POST":
        return HttpResponse(factors.passkey_question(None), content_type="application/json")
    form = forms.PasskeyForm(request.POST)
    user = None
    if form.is_valid() and not limits.is_resting(request, "passkey"):
        user = factors.holder_of_passkey(form.cleaned_data["credential"])
    if user is not None and user.is_active:
        to = door.wanted_page(request, settings.LOGIN_REDIRECT_URL)
        return door.let_in(request, user, to=to, factor=factors.PASSKEY)
    limits.note_wrong(request, "passkey")
    door.note(request, "A passkey was wrong.")
    messages.error(request, _("This passkey did not open the door. Try once more, or sign in with your password."))
    return redirect("sign_in")


@sensitive_post_parameters("code")
def second_factor(request: ActorRequest) -> HttpResponse:
    """Ask for the second factor after the right password."""
    waiting = door.who_waits(request)
    if waiting is None:
        return redirect("sign_in")
    user, to = waiting
    has_passkey = factors.PASSKEY in factors.kinds_of(user)
    form = forms.SecondFactorForm(request.POST or None, has_passkey=has_passkey)
    if form.is_valid():
        kind = _shown(request, user, **form.cleaned_data)
        if kind:
            return door.let_in(request, user, to=to, factor=kind)
        form.add_error(None, _("This did not work. After five tries wait a quarter of an hour."))
    question = factors.passkey_question(user) if has_passkey else ""
    return render(request, "entrance/second_factor.html", {"form": form, "question": question})


def _shown(request: HttpRequest, user: User, *, code: str, credential: object) -> str | None:
    key = str(user.pk)
    if not limits.takes_a_try(request, "second_factor", key):
        return None
    if credential:
        kind = factors.PASSKEY if factors.holder_of_passkey(credential, user) else None
    else:
        kind = factors.kind_of_code(user, code)
    if kind is None:
        door.note(request, "A second factor was wrong.", f"user:{user.code}")
        return None
    limits.forget(request, "second_factor", key)
    return str(kind)


@require_POST
def go_to_directory(request: HttpRequest) -> HttpResponseBase:
    """Send somebody to the association’s directory, to come back from there signed in."""
    return directory.leave(request)


def directory_callback(request: HttpRequest) -> HttpResponseBase:
    """Where the directory sends people back to."""
    return directory.come_back(request)


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
    found = None if limits.is_resting(request, "invitation") else staff.behind_the_link(request.actor, token)
    if found is None:
        limits.note_wrong(request, "invitation")
        return render(request, "entrance/invitation_over.html", status=404)
    actor, invitation = found
    name = {"name": invitation.name}
    form = forms.AcceptInvitationForm(request.POST or None, email=invitation.email, initial=name).at(invitation)
    if form.is_valid():
        with refusals_on(form):
            user = people.accept_invitation(actor, invitation, **form.particulars)
            messages.success(request, _("Welcome. Your account is ready."))
            return door.knock(request, user, to=settings.LOGIN_REDIRECT_URL)
    return deed_page(request, "entrance/accept_invitation.html", {"form": form, "invitation": invitation})


@sensitive_post_parameters("password")
def choose_new_password(request: ActorRequest, token: str) -> HttpResponse:
    """The page behind the link of somebody who lost the password; the second factor is asked for all the same."""
    resting = limits.is_resting(request, "invitation")
    found = None if resting else staff.behind_the_link(request.actor, token, way_back=True)
    if found is None or found[1].renews is None:
        limits.note_wrong(request, "invitation")
        return render(request, "entrance/way_back_over.html", status=404)
    actor, link = found
    form = forms.ChooseNewPasswordForm(request.POST or None, user=found[1].renews).at(link)
    if form.is_valid():
        with refusals_on(form):
            user = people.choose_new_password(actor, link, **form.particulars)
            tasks.forget_wrong_passwords(user.email)
            messages.success(request, _("Your password is changed. Your other sessions have ended."))
            return door.knock(request, user, to=settings.LOGIN_REDIRECT_URL)
    return deed_page(request, "entrance/choose_new_password.html", {"form": form, "link": link})


# ---- One's own account -----------------------------------------------------------------------------------------------


@require_POST
def choose_language(request: ActorRequest) -> HttpResponse:
    """Speak another language: to this browser, and to this user wherever they sign in."""
    language = request.POST.get("language", "")
    known = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    if request.actor.user_id:
        people.choose_language(request.actor, staff.oneself(request.actor), language=known)
    return door.speaking(redirect(door.wanted_page(request, "sign_in")), known)


@sensitive_post_parameters("old", "password")
def change_password(request: ActorRequest) -> HttpResponse:
    """Change one’s own password and stay signed in here."""
    me = staff.oneself(request.actor)
    form = forms.ChangePasswordForm(request.POST or None, user=me).at(me)
    if form.is_valid():
        with refusals_on(form):
            changed = people.change_password(request.actor, me, password=form.cleaned_data["password"])
            door.begin_anew(request, changed)
            messages.success(request, _("Your password is changed. Your other sessions have ended."))
            return redirect(settings.LOGIN_REDIRECT_URL)
    return deed_page(request, "entrance/change_password.html", {"form": form})


# ---- Second factors --------------------------------------------------------------------------------------------------


def my_sign_in(request: ActorRequest) -> HttpResponse:
    """How one signs in: passkeys, the app, recovery codes."""
    found = queries.my_factors(request.actor)
    context = {
        "factors": found,
        "has_app": any(not factor.is_passkey for factor in found),
        "codes_left": len(queries.my_recovery_codes(request.actor)),
        "must_set_up": not found and door.asks_for_a_factor(request.actor),
    }
    return render(request, "entrance/my_sign_in.html", context)


@freshly_confirmed
def add_passkey(request: ActorRequest) -> HttpResponse:
    """Make a passkey on this device."""
    me = staff.oneself(request.actor)
    form = forms.AddPasskeyForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            is_first = not factors.has_factor(me)
            actions.add_passkey(request.actor, me, **form.particulars)
            return _factor_added(request, factors.PASSKEY, _("The passkey is set up."), is_first)
    return deed_page(request, "entrance/add_passkey.html", {"form": form, "wishes": factors.passkey_wishes(me)})


@freshly_confirmed
@sensitive_post_parameters("code")
def add_app(request: ActorRequest) -> HttpResponse:
    """Set up an app that makes codes."""
    me = staff.oneself(request.actor)
    form = forms.AddAppForm(request.POST or None)
    secret = door.app_secret(request)
    if form.is_valid():
        with refusals_on(form):
            is_first = not factors.has_factor(me)
            actions.add_app(request.actor, me, secret=secret, **form.particulars)
            door.forget_app_secret(request)
            return _factor_added(request, factors.APP, _("The app is set up."), is_first)
    context = {"form": form, "secret": secret, "picture": factors.app_picture(me, secret)}
    return deed_page(request, "entrance/add_app.html", context)


def _factor_added(request: ActorRequest, kind: str, sentence: str, is_first: bool) -> HttpResponse:
    door.note_factor(request, kind)
    messages.success(request, sentence)
    return _recovery_codes(request) if is_first else redirect("my_sign_in")


def _recovery_codes(request: ActorRequest) -> HttpResponse:
    return render(request, "entrance/recovery_codes.html", {"codes": queries.my_recovery_codes(request.actor)})


@freshly_confirmed
def renew_recovery_codes(request: ActorRequest) -> HttpResponse:
    """Make new recovery codes and show them this once."""
    me = staff.oneself(request.actor)
    form = DeedForm(request.POST or None)
    if form.is_valid() and request.method == "POST":
        with refusals_on(form):
            actions.renew_recovery_codes(request.actor, me)
            return _recovery_codes(request)
    return deed_page(request, "entrance/renew_recovery_codes.html", {"form": form})


@freshly_confirmed
def remove_factor(request: ActorRequest, factor: str) -> HttpResponse:
    """Take one of one’s own factors away."""
    mine = queries.my_factor(request.actor, factor)
    form = DeedForm(request.POST or None)
    if form.is_valid():
        with refusals_on(form):
            actions.remove_factor(request.actor, staff.oneself(request.actor), factor=mine.row)
            messages.success(request, _("The factor is taken away."))
            return redirect("my_sign_in")
    return deed_page(request, "entrance/remove_factor.html", {"form": form, "factor": mine})


# ---- Sessions --------------------------------------------------------------------------------------------------------


def my_devices(request: ActorRequest) -> HttpResponse:
    """Where one is signed in."""
    rows = queries.my_devices(request.actor, request.session.session_key)
    return render(request, "entrance/my_devices.html", {"devices": rows})


@require_POST
def end_session(request: ActorRequest, code: str) -> HttpResponse:
    """End one of one’s own sessions."""
    device = one(staff.devices(request.actor), code=code)
    if device.session_key == request.session.session_key:
        return sign_out(request)
    actions.end_session(request.actor, device)
    messages.success(request, _("That session has ended."))
    return redirect("my_devices")


@require_POST
def end_other_sessions(request: ActorRequest) -> HttpResponse:
    """End all sessions but this one."""
    staying = request.session.session_key or ""
    actions.end_other_sessions(request.actor, staff.oneself(request.actor), staying=staying)
    messages.success(request, _("Your other sessions have ended."))
    return redirect("my_devices")
