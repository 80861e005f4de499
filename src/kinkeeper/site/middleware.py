"""What happens to every request: the language of the reader, the actor behind it, and privacy on the way out."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from kinkeeper.access.gate import Actor, actor_for
from kinkeeper.access.models import User

Answer = Callable[[HttpRequest], HttpResponse]

LANGUAGE_COOKIE = "kinkeeper-language"
NOBODY = Actor(name="nobody")


class LanguageMiddleware:
    """Speak the language the reader chose; before that, the one their browser asks for."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else translation.get_language_from_request(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.answer(request)
            response.headers["Content-Language"] = language
        return response


class ActorMiddleware:
    """Give every request an actor; one without a sign-in is nobody, who sees nothing."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        request.actor = actor_for(user) if isinstance(user, User) else NOBODY  # type: ignore[attr-defined]
        return self.answer(request)


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
