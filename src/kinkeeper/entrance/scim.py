"""Provisioning by SCIM 2.0 (RFC 7643, RFC 7644): the directory makes accounts and closes them, and a closed one is out at once.

It knows users and nothing else: no groups, no seats, no passwords. An account made here sees nothing before an
administrator gives it a seat. Deleting closes; what somebody did stays theirs. Decision 24 says why this is our own.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt

from kinkeeper.access import actions as people
from kinkeeper.access import limits
from kinkeeper.access.gate import Actor, Unseen
from kinkeeper.access.models import User
from kinkeeper.access.queries import association_to_administer, user_to_administer
from kinkeeper.entrance import actions, door
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.strict_json import read_json

USER = "urn:ietf:params:scim:schemas:core:2.0:User"
LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
MOST_ROWS = 200
MOST_BYTES = 64 * 1024
FILTER = re.compile(r'\s*(userName|externalId)\s+eq\s+"([^"\\]{1,254})"\s*', re.IGNORECASE)
Asked = Callable[..., HttpResponse]


class Wrong(Exception):
    """What was asked cannot be done; SCIM has a word for why."""

    def __init__(self, status: int, sentence: str, kind: str = "") -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.kind = status, sentence, kind


def _answer(body: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(body, status=status, content_type="application/scim+json")


def _wrong(wrong: Wrong) -> JsonResponse:
    kind = {"scimType": wrong.kind} if wrong.kind else {}
    return _answer({"schemas": [ERROR], "status": str(wrong.status), "detail": wrong.sentence, **kind}, wrong.status)


def for_the_directory(view: Asked) -> Asked:
    """Answer the directory alone, which shows its token; where no token is set there is nothing here."""

    @csrf_exempt  # no cookie counts here, only the token
    @wraps(view)
    def ask(request: HttpRequest, **keys: str) -> HttpResponse:
        if not settings.SCIM_TOKEN:
            raise Http404
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
        if limits.is_resting(request, "directory"):
            return _wrong(Wrong(429, "Too many tries."))
        if not constant_time_compare(shown, settings.SCIM_TOKEN.encode()):
            limits.note_wrong(request, "directory")
            return _wrong(Wrong(401, "The token is not right."))
        try:
            return view(request, door.the_directory(), **keys)
        except Wrong as wrong:
            return _wrong(wrong)
        except Unseen:
            return _wrong(Wrong(404, "There is no such user."))
        except Refused as refusal:
            double = refusal.guard == "G-DOUBLE"
            return _wrong(Wrong(409 if double else 400, str(refusal), "uniqueness" if double else "invalidValue"))

    ask.shows_a_token = True  # type: ignore[attr-defined]  # a machine asks, which cannot be asked whether it is itself
    return ask


@for_the_directory
def about(request: HttpRequest, actor: Actor) -> HttpResponse:
    """What this endpoint can do."""
    cannot = {"supported": False}
    scheme = {"type": "oauthbearertoken", "name": "Bearer token", "description": "The token of the installation."}
    return _answer(
        {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
            "patch": {"supported": True},
            "filter": {"supported": True, "maxResults": MOST_ROWS},
            "bulk": {**cannot, "maxOperations": 0, "maxPayloadSize": 0},
            "changePassword": cannot,
            "sort": cannot,
            "etag": cannot,
            "authenticationSchemes": [scheme],
        }
    )


@for_the_directory
def users(request: HttpRequest, actor: Actor) -> HttpResponse:
    """List and find accounts, or make one."""
    if request.method == "POST":
        body = _body(request)
        user = actions.provision_user(actor, association_to_administer(actor), **_particulars(body))
        if body.get("active") is not None and not _truth(body["active"]):
            user = people.suspend_user(actor, user)
        return _answer(_as_scim(request, user), 201)
    if request.method != "GET":
        raise Wrong(405, "Ask with GET or POST.")
    rows = _filtered(actor, request.GET.get("filter", ""))
    start, count = _number(request, "startIndex", 1), min(_number(request, "count", MOST_ROWS), MOST_ROWS)
    start = max(start, 1)
    found = [_as_scim(request, user) for user in rows.order_by("pk")[start - 1 : start - 1 + max(count, 0)]]
    numbers = {"totalResults": rows.count(), "startIndex": start, "itemsPerPage": len(found)}
    return _answer({"schemas": [LIST], **numbers, "Resources": found})


@for_the_directory
def user(request: HttpRequest, actor: Actor, code: str) -> HttpResponse:
    """One account: read, described anew, opened or closed."""
    person = user_to_administer(actor).filter(code=code).first()
    if person is None:
        raise Unseen
    if request.method == "DELETE":
        _set_active(actor, person, active=False)
        return HttpResponse(status=204)
    if request.method in {"PUT", "PATCH"}:
        wished = _body(request) if request.method == "PUT" else _patched(person, _body(request))
        person = _written(actor, person, wished)
    elif request.method != "GET":
        raise Wrong(405, "Ask with GET, PUT, PATCH or DELETE.")
    return _answer(_as_scim(request, person))


def _written(actor: Actor, person: User, wished: dict[str, Any]) -> User:
    particulars = _particulars(wished)
    if "active" in wished:
        person = _set_active(actor, person, active=_truth(wished["active"]))
    known = {"email": person.email, "name": person.name, "external_id": person.external_id}
    if {**particulars, "external_id": particulars["external_id"] or person.external_id} != known:
        person = actions.describe_user(actor, person, **particulars)
    return person


def _set_active(actor: Actor, person: User, *, active: bool) -> User:
    if active == person.is_active:
        return person
    return people.restore_user(actor, person) if active else people.suspend_user(actor, person)


def _filtered(actor: Actor, text: str) -> Any:
    rows = user_to_administer(actor)
    if not text:
        return rows
    asked = FILTER.fullmatch(text)
    if asked is None:
        raise Wrong(400, "Filter by userName eq or externalId eq.", "invalidFilter")
    if asked.group(1).casefold() == "username":
        return rows.filter(email=asked.group(2).strip().casefold())
    return rows.filter(external_source=door.DIRECTORY, external_id=asked.group(2))


def _number(request: HttpRequest, name: str, usual: int) -> int:
    text = request.GET.get(name, str(usual))
    if not re.fullmatch(r"-?[0-9]{1,9}", text):
        raise Wrong(400, f"{name} is a whole number.", "invalidValue")
    return int(text)


def _body(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > MOST_BYTES:
        raise Wrong(413, "This is too long.")
    try:
        body = read_json(request.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Wrong(400, "The body is one JSON object.", "invalidSyntax")
    return body


def _particulars(body: dict[str, Any]) -> dict[str, Any]:
    given = body.get("name")
    named: dict[str, Any] = given if isinstance(given, dict) else {}
    parts = " ".join(str(named.get(part) or "") for part in ("givenName", "familyName"))
    name = " ".join(str(body.get("displayName") or named.get("formatted") or parts).split())
    email, key = str(body.get("userName") or "").strip(), body.get("externalId")
    try:
        validate_email(email)
    except ValidationError as error:
        raise Wrong(400, "userName is the e-mail address.", "invalidValue") from error
    if not _is_fit(name, 200) or not (key is None or _is_fit(str(key), 200)) or len(email) > 254:
        raise Wrong(400, "A name (displayName or name) of at most 200 letters is needed.", "invalidValue")
    return {"email": email.casefold(), "name": name, "external_id": str(key) if key is not None else None}


def _is_fit(text: str, most: int) -> bool:
    return 0 < len(text) <= most and text.isprintable()


def _patched(person: User, body: dict[str, Any]) -> dict[str, Any]:
    """The account as it will be after these operations; directories write them in several ways (RFC 7644, 3.5.2)."""
    wished: dict[str, Any] = {"userName": person.email, "displayName": person.name, "externalId": person.external_id}
    changes = body.get("Operations")
    if not isinstance(changes, list):
        raise Wrong(400, "Operations are missing.", "invalidSyntax")
    for change in changes:
        if not isinstance(change, dict) or str(change.get("op", "")).casefold() not in {"add", "replace"}:
            raise Wrong(400, "Only add and replace are known.", "invalidSyntax")
        path, value = change.get("path"), change.get("value")
        given = {path: value} if path else value
        if not isinstance(given, dict):
            raise Wrong(400, "A value without a path is an object.", "invalidSyntax")
        wished.update(
            {key: one for key, one in given.items() if key in {"userName", "displayName", "externalId", "active"}}
        )
    return wished


def _truth(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).casefold() in {"true", "false"}:
        return str(value).casefold() == "true"
    raise Wrong(400, "active is true or false.", "invalidValue")


def _as_scim(request: HttpRequest, user: User) -> dict[str, Any]:
    place = request.build_absolute_uri(f"/scim/v2/Users/{user.code}")
    key = {"externalId": user.external_id} if user.external_id else {}
    return {
        "schemas": [USER],
        "id": user.code,
        **key,
        "userName": user.email,
        "displayName": user.name,
        "emails": [{"value": user.email, "primary": True}],
        "active": user.is_active,
        "meta": {"resourceType": "User", "created": user.created_at.isoformat(), "location": place},
    }
