"""How the interface says no: problem details (RFC 9457), each with a sentence, a code and, where one is meant, a field."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import ConfigDict, Field

from kinkeeper.interface.queries import BadCursor
from kinkeeper.interface.shapes import Answer
from kinkeeper.lib.refusals import Refused, Stale

MEDIA = "application/problem+json"


class Fault(Answer):
    """One thing that is wrong with what was sent."""

    field: str = Field(description="Where: body, query, path or header, and the names inside, with dots between.")
    sentence: str


class ProblemShape(Answer):
    """Why nothing was done, in words for a person and in a code for a program (RFC 9457)."""

    model_config = ConfigDict(extra="forbid", title="Problem")

    type: str = Field(description="Always about:blank; `code` tells problems apart.")
    title: str = Field(description="The words of the status.")
    status: int
    detail: str = Field(description="A sentence that somebody can act on, in the language of Accept-Language.")
    code: str = Field(description="A rule of the house (G-TIME …), or what was wrong with the call.")
    field: str | None = Field(None, description="The field that is meant.")
    errors: list[Fault] = Field(default=[], description="Of input that has another shape: everything that is wrong.")
    current_version: int | None = Field(None, description="Of a record that changed meanwhile: its version now.")


class Problem(Exception):
    """Something that stops a call; `more` are further members of the answer."""

    def __init__(self, status: int, code: str, detail: str, headers: dict[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.status, self.code, self.detail = status, code, detail
        self.headers, self.more = headers or {}, more

    def answer(self) -> HttpResponse:
        """The problem as it is sent."""
        words = {"type": "about:blank", "title": HTTPStatus(self.status).phrase, "status": self.status}
        told = {**words, "detail": self.detail, "code": self.code, **self.more}
        return JsonResponse(told, status=self.status, content_type=MEDIA, headers=self.headers)


def not_known() -> Problem:
    """Whoever asks without a token that runs."""
    sentence = _("Send a token that runs as “Authorization: Bearer …”. Make one on the page “Tokens for programs”.")
    return Problem(401, "token", sentence, {"WWW-Authenticate": 'Bearer realm="Kinkeeper"'})


def only_reads() -> Problem:
    """Whoever writes with a token that may only read."""
    words = {"WWW-Authenticate": 'Bearer realm="Kinkeeper", error="insufficient_scope", scope="write"'}
    return Problem(403, "scope", _("This token may only read. Make one that may write."), words)


def too_many(seconds: int) -> Problem:
    """Whoever calls too often."""
    sentence = ngettext(
        "Too many calls in this minute. Wait %(count)s second, then go on.",
        "Too many calls in this minute. Wait %(count)s seconds, then go on.",
        seconds,
    )
    return Problem(429, "rate", sentence % {"count": seconds}, {"Retry-After": str(seconds)})


def not_there() -> Problem:
    """A record that does not exist, or that the token does not see: nobody can tell which."""
    return Problem(404, "unseen", _("There is nothing here for this token."))


def stale(current: int) -> Problem:
    """Whoever changes a record that somebody else changed meanwhile."""
    return Problem(412, "G-STALE", str(Stale()), {"ETag": f'"{current}"'}, current_version=current)


def no_version() -> Problem:
    """Whoever changes a record without saying which version of it they saw."""
    sentence = _("Read the record first, and send its ETag as “If-Match”, so that no change of others is lost.")
    return Problem(428, "version_missing", sentence, field="If-Match")


def other_call() -> Problem:
    """Whoever uses a key again for another call."""
    sentence = _("This key was used for another call. Draw a new key for each new call.")
    return Problem(422, "key_reused", sentence, field="Idempotency-Key")


def misshapen(errors: list[Fault]) -> Problem:
    """Whatever has another shape than the documentation says."""
    sentence = _("What was sent has another shape than the documentation says.")
    return Problem(422, "shape", sentence, field=errors[0].field, errors=[fault.model_dump() for fault in errors])


def of_refusal(refusal: Refused) -> Problem:
    """A deed that was refused: the rule, its sentence, and its field where it names one."""
    field: dict[str, Any] = {"field": refusal.field} if refusal.field else {}
    status = 412 if isinstance(refusal, Stale) else 409
    return Problem(status, refusal.guard or "refused", str(refusal), **field)


def faults_of(error: ValidationError) -> list[Fault]:
    """What pydantic found, without what was sent: an answer never repeats it."""
    return [Fault(field=_where(each["loc"]), sentence=each["msg"]) for each in error.errors]


def _where(place: Sequence[Any]) -> str:
    """The place of a fault, without the name that our own function has for the body or the filters."""
    inside = [str(part) for part in place]
    if inside[:2] in (["body", "body"], ["query", "wish"]):
        del inside[1]
    return ".".join(inside)


def told_by(api: NinjaAPI) -> None:
    """Let an interface tell all its problems in this way."""

    def tell(kind: type[Exception], problem: Any) -> None:
        def handle(request: HttpRequest, error: Any) -> HttpResponse:
            answer: HttpResponse = problem(error).answer()
            return answer

        api.add_exception_handler(kind, handle)

    tell(Problem, lambda error: error)
    tell(Refused, of_refusal)
    tell(Http404, lambda error: not_there())
    tell(ValidationError, lambda error: misshapen(faults_of(error)))
    tell(HttpError, lambda error: Problem(400, "unreadable", _("This is not JSON that can be read.")))
    tell(BadCursor, lambda error: misshapen([Fault(field="query.cursor", sentence=_("Begin again without a cursor."))]))
