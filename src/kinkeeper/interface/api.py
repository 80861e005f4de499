"""The interface itself: who calls it (a token, never a session), which answers each operation declares, its OpenAPI document."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django.http import HttpRequest
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.security.base import AuthBase

from kinkeeper.access.gate import Actor
from kinkeeper.interface import problems, queries, tasks
from kinkeeper.interface.models import Token
from kinkeeper.interface.problems import MEDIA, ProblemShape
from kinkeeper.lib.standing import passing, turn_to
from kinkeeper.lib.strict_json import read_json

NOBODY = Actor(name="nobody")
VERSION = "1.0.0"
ABOUT = """\
Read and write the records of one association, as far as the seats of a token reach.

**Codes, never keys.** A record is named by its public code. A record that a token does not see is answered with 404.

**What is withheld.** A field above the reach of the seats is absent, and its name stands in `withheld`.

**Lists** come in parts, in the order in which records were written. Send `next` as `cursor` for the following part.

**Changes** carry an `Idempotency-Key`: the same call, sent once more within three days, does nothing twice. What changes
a record carries its ETag as `If-Match`; if somebody else was faster the answer is 412 with the current version.

**No** is a problem document (RFC 9457) with a sentence and a code. 409 is a rule of the house: see the reference of guards.

**Limits.** 120 calls a minute for each token, 100 records in a part.
"""


class CallRequest(HttpRequest):
    """A call that carries the actor and the token behind it."""

    actor: Actor
    token: Token


class Bearer(AuthBase):
    """A token in the header `Authorization`; nothing else, and above all no cookie, opens the interface."""

    openapi_type = "http"
    openapi_scheme = "bearer"

    def __init__(self, *, writes: bool = False) -> None:
        super().__init__()
        self.writes = writes

    def __call__(self, request: HttpRequest) -> Actor:
        kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
        with passing("token"):
            found = queries.behind_the_secret(NOBODY, secret.strip()) if kind.lower() == "bearer" and secret else None
            if found is None:
                raise problems.not_known()
            token, actor = found
            if seconds := tasks.count_call(token):
                raise problems.too_many(seconds)
        if self.writes and not token.may_write:
            raise problems.only_reads()
        request.actor, request.token = actor, token  # type: ignore[attr-defined]
        turn_to(actor)
        return actor


reads, writes = Bearer(), Bearer(writes=True)


class StrictParser(Parser):
    """Bodies as `lib/strict_json.py` reads them."""

    def parse_body(self, request: HttpRequest) -> Any:
        """What was sent; what cannot be read becomes a problem of status 400."""
        return read_json(request.body)


class House(NinjaAPI):
    """An interface whose document says of every problem that it is one."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """An operation is called after its function, which is called after its deed."""
        return operation.view_func.__name__

    def get_openapi_schema(self, *, path_prefix: str | None = None, path_params: Any = None) -> OpenAPISchema:
        """The OpenAPI document, with the media type of problems and the headers that answers carry."""
        document = super().get_openapi_schema(path_prefix=path_prefix, path_params=path_params)
        for methods in document["paths"].values():
            for operation in methods.values():
                operation["responses"] = {str(code): _told(code, each) for code, each in operation["responses"].items()}
        return document


_HEADERS = {
    401: ("WWW-Authenticate", "How to sign in: Bearer."),
    412: ("ETag", "The version of the record now, in quotation marks."),
    429: ("Retry-After", "How many seconds to wait."),
}


def _told(code: int, answer: dict[str, Any]) -> dict[str, Any]:
    told = deepcopy(answer)
    if code >= 400:
        told["content"] = {MEDIA: next(iter(told["content"].values()))}
    if code in _HEADERS:
        name, words = _HEADERS[code]
        told["headers"] = {name: {"description": words, "schema": {"type": "string"}}}
    return told


api = House(
    title="Kinkeeper",
    version=VERSION,
    description=ABOUT,
    urls_namespace="api",
    openapi_url="/openapi.json",
    docs_url=None,
    parser=StrictParser(),
    servers=[{"url": "/", "description": "This installation"}],
)
problems.told_by(api)

# Who may call an operation, said in the document (`x-who`) and on the page of documentation.
Declared = dict[str, Any]


def declared(shape: Any, *problem_codes: int, status: int = 200) -> dict[int, Any]:
    """The answers of an operation: its own, and the problems that it can have; every one of them has 401 and 429."""
    return {status: shape, **dict.fromkeys(sorted({401, 429, *problem_codes}), ProblemShape)}


def reading(path: str, shape: Any, *problem_codes: int, who: str, tag: str, example: str = "") -> Declared:
    """What each reading operation declares; `example` is a call that the tests make."""
    extra = {"x-who": who, "x-scope": "read", **({"x-example-call": example} if example else {})}
    return {
        "path": path,
        "auth": reads,
        "response": declared(shape, *problem_codes),
        "exclude_unset": True,
        "tags": [tag],
        "openapi_extra": extra,
    }


def writing(path: str, shape: Any, *problem_codes: int, who: str, tag: str, example: Declared, status: int) -> Declared:
    """What each writing operation declares; `example` is a body that the tests send."""
    codes = (400, 403, 404, 409, 412, 422, *problem_codes)
    content = {"application/json": {"example": example}}
    return {
        "path": path,
        "auth": writes,
        "response": declared(shape, *codes, status=status),
        "tags": [tag],
        "openapi_extra": {"x-who": who, "x-scope": "write", "requestBody": {"content": content}},
    }
