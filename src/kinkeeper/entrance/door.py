"""The one door: after a password, a passkey or a link it either lets in or waits for the second factor."""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect, resolve_url
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from kinkeeper.access import actions, factors, sessions
from kinkeeper.access.gate import Actor, actor_for, machine
from kinkeeper.access.models import Association, Role, User
from kinkeeper.access.policy import reaches_far
from kinkeeper.lib.standing import passing

log = logging.getLogger("kinkeeper.entrance")

A_YEAR = 365 * 24 * 3600
WAITING = "waiting"
APP_SECRET = "app-secret"  # noqa: S105  # the name of a place in the session
WAITS_FOR_SECONDS = 10 * 60
DIRECTORY = "directory"


def wanted_page(request: HttpRequest, usual: str) -> str:
    """Where somebody wanted to go, as long as it is a page of this site."""
    wanted = str(request.POST.get("next") or request.GET.get("next") or "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return resolve_url(usual)


def speaking(response: HttpResponseRedirect, language: str) -> HttpResponseRedirect:
    """The same answer, and the browser remembers the language."""
    name, secure = settings.LANGUAGE_COOKIE_NAME, settings.SESSION_COOKIE_SECURE
    response.set_cookie(name, language, max_age=A_YEAR, samesite="Lax", httponly=True, secure=secure)
    return response


@passing("door")
def let_in(request: HttpRequest, user: User, *, to: str, factor: str = "") -> HttpResponseRedirect:
    """Begin a session for somebody who has shown everything that is asked of them."""
    request.session.pop(WAITING, None)
    actions.sign_in(actor_for(user), user)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[sessions.FACTOR] = factor
    note(request, f"Signed in by {factor or 'password'}.", f"user:{user.code}")
    return speaking(redirect(to), user.language)


def note(request: HttpRequest, what: str, who: str = "nobody") -> None:
    """Write a try to sign in into the log: how, and with which number of a request; never an address or a word."""
    log.info(what, extra={"actor": who, "request_id": getattr(request, "request_id", "")})


@passing("door")
def begin_anew(request: HttpRequest, user: User) -> None:
    """Go on under a new session after the password was changed: all sessions of until now have ended."""
    factor = request.session.get(sessions.FACTOR, "")
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[sessions.FACTOR] = factor


def knock(request: HttpRequest, user: User, *, to: str) -> HttpResponseRedirect:
    """Let in whoever has no second factor; ask whoever has one to show it."""
    if not factors.has_factor(user):
        return let_in(request, user, to=to)
    request.session[WAITING] = {
        "user": user.pk,
        "to": to,
        "at": int(time.time()),
        "shown": user.get_session_auth_hash(),
    }
    request.session.cycle_key()
    return redirect("second_factor")


@passing("door")
def who_waits(request: HttpRequest) -> tuple[User, str] | None:
    """Who has shown the password here within the last ten minutes, and where they wanted to go."""
    waiting = request.session.get(WAITING) or {}
    if not 0 <= int(time.time()) - waiting.get("at", 0) <= WAITS_FOR_SECONDS:
        return None
    user = User.objects.filter(pk=waiting["user"], is_active=True).first()
    # Whoever chose another password meanwhile has to show that one.
    if user is None or not constant_time_compare(user.get_session_auth_hash(), waiting["shown"]):
        return None
    return user, waiting["to"]


# ---- Second factors of the session -----------------------------------------------------------------------------------


def asks_for_a_factor(actor: Actor) -> bool:
    """Whether the installation asks somebody with these seats for a second factor; a demo asks nobody."""
    if settings.SECOND_FACTOR != "required" or not reaches_far(actor):
        return False
    return not Association.objects.filter(is_demo=True).exists()


@passing("door")
def must_set_up_a_factor(request: HttpRequest, user: User, actor: Actor) -> bool:
    """Whether nothing else is open before a factor is set up. Asks no table where the session has shown one."""
    if settings.SECOND_FACTOR != "required" or request.session.get(sessions.FACTOR):
        return False
    return asks_for_a_factor(actor) and not factors.has_factor(user)


def note_factor(request: HttpRequest, kind: str) -> None:
    """Remember which factor this session has shown or set up; it goes on under a new key."""
    sessions.confirm(request)
    request.session[sessions.FACTOR] = kind


def app_secret(request: HttpRequest) -> str:
    """The secret that is offered to an app on this page, the same until its first code was right."""
    kept = request.session.get(APP_SECRET)
    if kept:
        return str(factors.Keeper().decrypt(kept))
    secret = factors.new_app_secret()
    request.session[APP_SECRET] = factors.Keeper().encrypt(secret)
    return secret


def forget_app_secret(request: HttpRequest) -> None:
    """Offer another secret the next time."""
    request.session.pop(APP_SECRET, None)


# ---- The directory ---------------------------------------------------------------------------------------------------


def the_directory() -> Actor:
    """The association’s directory as an actor: it keeps accounts, as an administrator does, and gives no seat."""
    return machine(DIRECTORY, Role.ADMINISTRATOR)
