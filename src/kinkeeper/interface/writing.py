"""The writing half of the interface: the same acts as the pages, once for each key, on the version that was seen."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from typing import Annotated, Any

from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from ninja import Header

from kinkeeper.cases import actions as cases
from kinkeeper.homes import actions as homes
from kinkeeper.homes.models import Home
from kinkeeper.intake import actions as intake
from kinkeeper.interface import asked, problems, queries, tasks
from kinkeeper.interface.api import CallRequest, api, writing
from kinkeeper.interface.models import KeptAnswer
from kinkeeper.interface.problems import Problem
from kinkeeper.interface.reading import CodeInPath
from kinkeeper.interface.shapes import Receipt
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.people import actions as people
from kinkeeper.placements import actions as placements

ROOT = "/api/v1"
Key = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        description="Drawn anew for each call, for example a UUID; the same again when the call is sent once more.",
        pattern=r"^[A-Za-z0-9_.:-]{8,100}$",
    ),
]
Seen = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The ETag of the record as it was read.",
        pattern=r'^"[0-9]{1,9}"$',
    ),
]
# What came of a deed: the record, and where it is read (empty where the interface does not show it).
Done = tuple[Any, str]

WORKER = "The worker of the case, or a supervisor of its unit."
OF_THE_UNIT = "Workers and supervisors of the unit."
OF_THE_CHILD = "A worker or supervisor of the child’s unit."
SUPERVISOR = "A supervisor of the unit of the home."
A_DAY = "2026-11-20"


# ---- once, and on the version that was seen --------------------------------------------------------------------------


def _digest(request: CallRequest) -> str:
    """A fingerprint of a whole call: its address, the version it was made for, and what it says, whatever the spacing."""
    said = json.dumps(json.loads(request.body), sort_keys=True)
    whole = "\n".join([request.method or "", request.path, request.headers.get("If-Match", ""), said])
    return sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()


def _once(request: CallRequest, key: str, status: int, deed: Callable[[], Done]) -> HttpResponse:
    """Do a deed for a key, and keep the answer with it; a key that has its answer gives it back and does nothing."""
    digest, trouble = _digest(request), None
    with transaction.atomic():
        kept, is_new = tasks.take_key(request.token, key, digest)
        if not is_new:
            return _again(kept, digest)
        try:
            row, href = deed()
        except (Refused, Http404, Problem) as error:
            # The transaction goes on: that the deed was refused stays written down. The key is free for another try.
            tasks.give_key_back(kept)
            trouble = error
        else:
            receipt = {"code": row.code, "version": row.version, "href": href}
            tasks.keep_answer(kept, status, receipt)
    if trouble is not None:
        raise trouble
    return _receipt(status, receipt)


def _again(kept: KeptAnswer, digest: str) -> HttpResponse:
    if kept.digest != digest:
        raise problems.other_call()
    # Word for word as it was: a database may keep the names in another order.
    answer = {name: kept.answer[name] for name in ("code", "version", "href")}
    return _receipt(kept.status, answer, {"Idempotency-Replayed": "true"})


def _receipt(status: int, receipt: dict[str, Any], more: dict[str, str] | None = None) -> HttpResponse:
    headers = {"ETag": f'"{receipt["version"]}"', **(more or {})}
    if receipt["href"]:
        headers["Location"] = receipt["href"]
    return JsonResponse(receipt, status=status, headers=headers)


def _on(request: CallRequest, rows: Any, code: str, version: str | None, deed: Callable[[Any], Any]) -> Any:
    """Do a deed to the record with this code, if it has the version that was seen; 412 with the version of now if not."""
    row = queries.row(request.actor, rows, code)
    if version is not None and version != f'"{row.version}"':
        raise problems.stale(row.version)
    try:
        return deed(row)
    except Stale as error:
        raise problems.stale(queries.row(request.actor, rows, code).version) from error


def _insist_on_a_version(version: str | None) -> None:
    if version is None:
        raise problems.no_version()


# ---- deeds -----------------------------------------------------------------------------------------------------------


@api.post(
    **writing(
        "/referrals",
        Receipt,
        who=OF_THE_UNIT,
        tag="referrals",
        status=201,
        example={
            "unit": "{unit}",
            "channel": "message",
            "source": "health",
            "known": "The clinic treated a girl for the third time this month. She is afraid of going home.",
            "immediate_danger": False,
            "referrer": "River Clinic",
            "urgency": "medium",
            "spoken_of": [
                {"part": "child", "given": "Mira", "family": "Kolar", "birth": "~2017", "birth_by": "visual"}
            ],
        },
    )
)
def receive_referral(request: CallRequest, body: asked.ReferralAsked, key: Key) -> HttpResponse:
    """Write down what somebody told about a child; a worker then compares and screens it."""

    def deed() -> Done:
        unit = queries.row(request.actor, queries.units(request.actor), body.unit)
        return intake.receive_referral(request.actor, unit, **body.particulars()), ""

    return _once(request, key, 201, deed)


@api.post(
    **writing(
        "/cases/{code}/contacts",
        Receipt,
        who=WORKER,
        tag="cases",
        status=201,
        example={
            "kind": "visit",
            "happened_on": A_DAY,
            "seen": "alone",
            "present": "The child, the foster mother",
            "note": "She showed me her drawings.",
            "child_said": "I want to see my brother.",
            "next_steps": "Ask the other unit for a day.",
        },
    )
)
def record_contact(
    request: CallRequest, code: CodeInPath, body: asked.ContactAsked, key: Key, seen: Seen = None
) -> HttpResponse:
    """Write down a visit, a call or another meeting. Only a visit in which the child was seen counts as one that was due."""

    def deed() -> Done:
        rows, said = queries.cases(request.actor), body.model_dump()
        row = _on(request, rows, code, seen, lambda case: cases.record_contact(request.actor, case, **said))
        return row, f"{ROOT}/contacts/{row.code}"

    return _once(request, key, 201, deed)


@api.post(
    **writing(
        "/persons/{code}/contact-points",
        Receipt,
        who=OF_THE_CHILD,
        tag="persons",
        status=201,
        example={"kind": "phone", "value": "+383 44 123 456", "safe_to_use": False},
    )
)
def record_contact_point(
    request: CallRequest, code: CodeInPath, body: asked.ContactPointAsked, key: Key, seen: Seen = None
) -> HttpResponse:
    """Write down how to reach a person, and whether it is safe to."""

    def deed() -> Done:
        rows, said = queries.persons(request.actor), body.model_dump()
        row = _on(request, rows, code, seen, lambda who: people.record_contact_point(request.actor, who, **said))
        return row, f"{ROOT}/persons/{queries.known_code(code)}"

    return _once(request, key, 201, deed)


@api.post(
    **writing(
        "/persons/{code}/start-placement",
        Receipt,
        who=OF_THE_CHILD,
        tag="placements",
        status=201,
        example={
            "home": "{home}",
            "started_on": A_DAY,
            "care_type": "FOSTER_ST",
            "legal_status_code": "VOLUNTARY",
        },
    )
)
def start_placement(
    request: CallRequest, code: CodeInPath, body: asked.PlacementAsked, key: Key, seen: Seen = None
) -> HttpResponse:
    """Begin care: a period of care with its first stay. It rests on a decision that is in force, as on the page."""

    def deed() -> Done:
        home = queries.row(request.actor, queries.homes(request.actor), body.home)
        said, rows = body.model_dump(exclude={"home"}), queries.persons(request.actor)
        row = _on(
            request, rows, code, seen, lambda who: placements.start_placement(request.actor, who, home=home, **said)
        )
        return row, f"{ROOT}/periods-of-care/{row.code}"

    return _once(request, key, 201, deed)


@api.post(
    **writing(
        "/periods-of-care/{code}/end",
        Receipt,
        428,
        who=OF_THE_CHILD,
        tag="placements",
        status=200,
        example={"ended_on": A_DAY, "exit": "KIN"},
    )
)
def end_placement(
    request: CallRequest, code: CodeInPath, body: asked.EndAsked, key: Key, seen: Seen = None
) -> HttpResponse:
    """End care. Final: a child who returns begins a new period of care."""
    _insist_on_a_version(seen)

    def deed() -> Done:
        rows, said = queries.periods(request.actor), body.model_dump()
        row = _on(request, rows, code, seen, lambda period: placements.end_placement(request.actor, period, **said))
        return row, f"{ROOT}/periods-of-care/{row.code}"

    return _once(request, key, 200, deed)


@api.patch(
    **writing(
        "/homes/{code}",
        Receipt,
        428,
        who=SUPERVISOR,
        tag="homes",
        status=200,
        example={"places": 3, "age_from": 0, "age_to": 12},
    )
)
def describe_home(
    request: CallRequest, code: CodeInPath, body: asked.PlacesAsked, key: Key, seen: Seen = None
) -> HttpResponse:
    """Change how many children a home takes and of which ages. Fewer places than children move nobody out."""
    _insist_on_a_version(seen)

    def deed() -> Done:
        rows, said = queries.homes(request.actor), body.model_dump(exclude_unset=True)
        row = _on(request, rows, code, seen, lambda home: homes.describe_home(request.actor, home, **_anew(home, said)))
        return row, f"{ROOT}/homes/{row.code}"

    return _once(request, key, 200, deed)


# What the deed on a home writes; everything that is not sent is written as it was.
_OF_A_HOME = (
    "name", "kind", "capacity", "age_from", "age_to", "provider", "registration", "address", "postcode", "telephone",
)  # fmt: skip


def _anew(home: Home, said: dict[str, Any]) -> dict[str, Any]:
    changed = {("capacity" if name == "places" else name): value for name, value in said.items()}
    return {**{name: getattr(home, name) for name in _OF_A_HOME}, **changed}
