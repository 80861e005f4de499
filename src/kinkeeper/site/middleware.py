"""What happens to every request: the language of the reader, the actor behind it, and privacy on the way out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from kinkeeper.access import sessions
from kinkeeper.access.gate import Actor, actor_for
from kinkeeper.access.models import User, pack_asked_once
from kinkeeper.drafts.tasks import discard_draft
from kinkeeper.entrance import door
from kinkeeper.keys.ring import keyring
from kinkeeper.lib.standing import at_the_door, on_the_way_out, standing, turn_to_pass

Answer = Callable[[HttpRequest], HttpResponse]

NOBODY = Actor(name="nobody")


def language_of(request: HttpRequest) -> str:
    """The language the reader chose; before that, the one their browser asks for."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    return chosen if chosen in dict(settings.LANGUAGES) else translation.get_language_from_request(request)


# What a browser sends to a page, and who knows more; the interface for programs answers for itself.
ANYWHERE = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OF_A_PAGE = frozenset({"GET", "HEAD", "POST"})
MORE_METHODS = {"draft": frozenset({"DELETE"}), "scim_user": frozenset({"PUT", "PATCH", "DELETE"})}


class MethodsMiddleware:
    """Answer 405 to whatever a page does not know, above all to TRACE, which would give back what was sent."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ANYWHERE:
            return HttpResponseNotAllowed(sorted(ANYWHERE))
        return self.answer(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Asked before anything else of the view."""
        if request.path_info.startswith(INTERFACE):
            return None
        name = request.resolver_match.view_name if request.resolver_match else ""
        known = OF_A_PAGE | MORE_METHODS.get(name, frozenset())
        return None if request.method in known else HttpResponseNotAllowed(sorted(known))


class AddressMiddleware:
    """Nobody writes a NUL, and PostgreSQL knows none: an address with one is not found, a question is asked without it."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(INTERFACE):
            return self.answer(request)
        if "\0" in request.path_info:
            raise Http404
        if "%00" in request.META.get("QUERY_STRING", ""):
            asked = request.GET.copy()
            for name, values in list(asked.lists()):
                asked.setlist(name, [value.replace("\0", "") for value in values])
            request.GET = asked  # type: ignore[assignment]  # a QueryDict as well, which may be changed
        return self.answer(request)


# What programs ask. They carry a secret with each call, which a redirect to HTTPS would come too late for.
FOR_PROGRAMS = ("/api/v1/", "/scim/")


def _is_for_programs(path: str) -> bool:
    return path.startswith(FOR_PROGRAMS) or path.endswith(".ics")


class ProgramsMiddleware:
    """Refuse a program that calls without HTTPS, where browsers are sent on: so that its mistake is noticed the first time."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SECURE_SSL_REDIRECT and not request.is_secure() and _is_for_programs(request.path_info):
            sentence = _("Call this address by HTTPS. What you sent travelled in the clear: draw a new token.")
            told = {"type": "about:blank", "title": "Forbidden", "status": 403, "detail": sentence, "code": "https"}
            return JsonResponse(told, status=403, content_type="application/problem+json")
        return self.answer(request)


class LanguageMiddleware:
    """Speak the language the reader chose; before that, the one their browser asks for."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = language_of(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.answer(request)
            response.headers["Content-Language"] = language
        return response


class KeyringMiddleware:
    """Load the keys of all that a page reads with one question, and keep none of them after the page."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with keyring():
            return self.answer(request)


# The only pages that ask for no sign-in; each of them answers nobody with nothing about anybody.
WITHOUT_SIGN_IN = frozenset(
    {
        "sign_in",
        "sign_in_with_passkey",
        "second_factor",
        "go_to_directory",
        "directory_callback",
        "scim_about",
        "scim_users",
        "scim_user",
        "sign_out",
        "accept_invitation",
        "choose_new_password",
        "choose_language",
        "gallery",
        "calendar_feed",
    }
)
# What is open to somebody whose seat asks for a second factor and who has none yet.
TO_SET_UP_A_FACTOR = frozenset(
    {"my_sign_in", "add_passkey", "add_app", "change_password", "sign_out", "choose_language"}
)


class DoorMiddleware:
    """Say to the database that somebody is at the door, until it is known who; and how the answer leaves."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with at_the_door():
            return self.answer(request)


class StandingMiddleware:
    """Say to the database on whose behalf a page asks; what is open without a sign-in is asked at the door."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with standing(request.actor):  # type: ignore[attr-defined]
            response = self.answer(request)
            # A file that is made already asks nothing while it is sent.
            if response.streaming and not hasattr(response, "file_to_stream"):
                response.streaming_content = on_the_way_out(response.streaming_content)  # type: ignore[attr-defined]
            return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Before the sign-in nobody has a seat, and the page of the sign-in must find out who comes."""
        match = request.resolver_match
        if match is not None and match.view_name in WITHOUT_SIGN_IN:
            turn_to_pass(match.view_name)


class SessionTimesMiddleware:
    """End a session that was idle for too long or lasts too long; otherwise remember that it is being used."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            if sessions.is_over(request):
                logout(request)
            else:
                sessions.note_seen(request)
        return self.answer(request)


# The interface for other programs: it asks every call for a token and knows no session.
INTERFACE = "/api/v1/"


class ActorMiddleware:
    """Give every request an actor, and ask for a sign-in before every page that is not listed as open."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = None if request.path_info.startswith(INTERFACE) else request.user
        request.actor = actor_for(user) if isinstance(user, User) else NOBODY  # type: ignore[attr-defined]
        with pack_asked_once():
            return self.answer(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Send whoever is not signed in to the sign-in page, and back from there to where they wanted to go."""
        match = request.resolver_match
        if request.path_info.startswith(INTERFACE):
            return None
        if request.user.is_authenticated or (match is not None and match.view_name in WITHOUT_SIGN_IN):
            return None
        if request.headers.get("HX-Request") == "true":
            # A part of a page cannot hold the sign-in page: the whole page goes there.
            return HttpResponse(status=401, headers={"HX-Redirect": reverse(settings.LOGIN_URL)})
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"sentence": _("Your session has ended. Sign in again.")}, status=401)
        return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)


class SecondFactorMiddleware:
    """Lead whoever reaches far and has no second factor to the page that sets one up, and nowhere else."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.answer(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Whatever is open without a sign-in stays open."""
        match, user = request.resolver_match, request.user
        if not isinstance(user, User) or (match and match.view_name in WITHOUT_SIGN_IN | TO_SET_UP_A_FACTOR):
            return None
        actor: Actor = request.actor  # type: ignore[attr-defined]
        if not door.must_set_up_a_factor(request, user, actor):
            return None
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=403, headers={"HX-Redirect": reverse("my_sign_in")})
        if request.headers.get("Accept") == "application/json":
            return JsonResponse({"sentence": _("Set up your second factor first.")}, status=403)
        return redirect("my_sign_in")


class PrivacyMiddleware:
    """Keep signed-in pages out of every cache and close what the pages do not need."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=()")
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


class DraftMiddleware:
    """Throw a draft away when its deed is done: the form names its draft, and a deed that was done redirects.

    A form that comes back with a refusal is no redirect, and whoever is sent to the sign-in page is nobody: both keep it.
    """

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.answer(request)
        if request.method == "POST" and response.status_code in {302, 303} and "kept_as" in request.POST:
            actor: Actor = request.actor  # type: ignore[attr-defined]
            deed, _slash, subject = request.POST["kept_as"].partition("/")
            discard_draft(actor, deed, subject)
        return response
