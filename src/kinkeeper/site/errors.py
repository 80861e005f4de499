"""The pages of what went wrong: the database is away (503, come back soon) or something broke (500, tell this number)."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError, connections
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from kinkeeper.site.middleware import language_of

RETRY_SECONDS = 5
# What SQLite calls operational and is a fault in the code, not a database that is away.
OWN_FAULTS = ("no such table", "no such column", "syntax error")


def is_away(error: BaseException | None) -> bool:
    """Whether this happened because the database does not answer, or not in time."""
    while error is not None:
        if isinstance(error, InterfaceError):
            return True
        if isinstance(error, OperationalError):
            return not any(fault in str(error) for fault in OWN_FAULTS)
        error = error.__cause__
    return False


def broke(request: HttpRequest) -> HttpResponse:
    """Answer a request that failed, in the language of the reader and without asking the database anything."""
    away = is_away(sys.exc_info()[1])
    if away:
        # A connection that broke must not meet the next request.
        for known in connections.all(initialized_only=True):
            known.close_if_unusable_or_obsolete()
    number = getattr(request, "request_id", "")
    with translation.override(language_of(request)):
        if request.headers.get("Accept") == "application/json":
            response: HttpResponse = JsonResponse({"sentence": _sentence(away), "number": number})
        else:
            words = {"number": number, "language": translation.get_language()}
            response = HttpResponse(render_to_string("503.html" if away else "500.html", words))
        response.headers["Content-Language"] = translation.get_language()
    response.status_code = 503 if away else 500
    if away:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _sentence(away: bool) -> str:
    if away:
        return _("Kinkeeper cannot reach its records just now. Nothing is lost; try again in a moment.")
    return _("Something broke on our side. Nothing has been half done; please try again.")
