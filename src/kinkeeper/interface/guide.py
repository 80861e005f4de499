"""The page of documentation, drawn from the OpenAPI document: chapters of operations, their fields, answers and an example."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kinkeeper.interface.tasks import CALLS_A_MINUTE, KEPT_FOR

Document = Mapping[str, Any]
TITLES: Mapping[str, str | Promise] = {
    "token": _("The token"),
    "units": _("Units"),
    "persons": _("People"),
    "families": _("Families"),
    "cases": _("Cases"),
    "homes": _("Homes"),
    "placements": _("Where children live"),
    "referrals": _("Referrals"),
}


@dataclass(frozen=True)
class Line:
    """One field or parameter: its name (dots lead inside), its kind, whether it must be sent, and what it means."""

    name: str
    kind: str
    required: bool
    words: str


@dataclass(frozen=True)
class Operation:
    """One operation as the page tells it."""

    id: str
    method: str
    path: str
    title: str
    words: str
    who: str
    writes: bool
    parameters: list[Line]
    body: list[Line]
    answer: list[Line]
    problems: list[str]
    example: str


@dataclass(frozen=True)
class Chapter:
    """The operations on one kind of record."""

    id: str
    title: str
    operations: list[Operation]


def about() -> dict[str, int]:
    """The numbers that the page names."""
    return {"calls": CALLS_A_MINUTE, "days": KEPT_FOR.days}


def chapters(document: Document) -> list[Chapter]:
    """The whole document in chapters, in the order of their titles above."""
    found: dict[str, list[Operation]] = {tag: [] for tag in TITLES}
    for path, methods in document["paths"].items():
        for method, told in methods.items():
            found[told["tags"][0]].append(_operation(document, path, method, told))
    return [Chapter(tag, str(TITLES[tag]), operations) for tag, operations in found.items() if operations]


def _operation(document: Document, path: str, method: str, told: Mapping[str, Any]) -> Operation:
    _status, answer = next((code, each) for code, each in told["responses"].items() if int(code) < 400)
    refused = [f"{code} {HTTPStatus(int(code)).phrase}" for code in told["responses"] if int(code) >= 400]
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {})
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        title=told["summary"],
        words=told.get("description", ""),
        who=told["x-who"],
        writes=told["x-scope"] == "write",
        parameters=[_parameter(document, each) for each in told["parameters"]],
        body=list(_lines(document, body.get("schema", {}))),
        answer=list(_lines(document, answer["content"]["application/json"]["schema"])),
        problems=refused,
        example=_example(method, path, told, body.get("example")),
    )


def _parameter(document: Document, told: Mapping[str, Any]) -> Line:
    kind = _kind(document, told["schema"])
    return Line(f"{told['in']}: {told['name']}", kind, told["required"], told.get("description", ""))


def _lines(document: Document, schema: Mapping[str, Any], before: str = "") -> Iterator[Line]:
    """The fields of a shape, and those inside its parts."""
    shape = _resolved(document, schema)
    for name, field in shape.get("properties", {}).items():
        inside = _inside(document, field)
        words = field.get("description", "")
        yield Line(f"{before}{name}", _kind(document, field), name in shape.get("required", ()), words)
        if inside is not None:
            yield from _lines(document, inside, f"{before}{name}.")


def _resolved(document: Document, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    name = schema.get("$ref", "").rpartition("/")[2]
    found: Mapping[str, Any] = document["components"]["schemas"][name] if name else schema
    return found


def _inside(document: Document, field: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The shape of which a list holds many."""
    items = _resolved(document, field.get("items", {}))
    return items if "properties" in items else None


def _kind(document: Document, field: Mapping[str, Any]) -> str:
    """What may stand in a field, in few words."""
    schema = _resolved(document, field)
    if "anyOf" in schema:
        return " / ".join(_kind(document, each) for each in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(json.dumps(word) for word in schema["enum"])
    if "const" in schema:
        return json.dumps(schema["const"])
    if schema.get("type") == "array":
        return f"[ {_kind(document, schema['items'])} ]"
    longest = f" ≤ {schema['maxLength']}" if "maxLength" in schema else ""
    return f"{schema.get('format') or schema.get('type', '')}{longest}"


def _example(method: str, path: str, told: Mapping[str, Any], body: Any) -> str:
    """A call as it goes over the line; the tests make each of them."""
    lines = [f"{method.upper()} {_call(path, told)}", "Authorization: Bearer kk_…"]
    if body is not None:
        lines += ["Idempotency-Key: 5f0c1e52-6a0e-4a4e-9d3c-7a8f3f0b9f10", "Content-Type: application/json"]
        lines += ['If-Match: "4"'] if "428" in told["responses"] else []
        lines += ["", json.dumps(body, ensure_ascii=False, indent=2)]
    return "\n".join(lines)


def _call(path: str, told: Mapping[str, Any]) -> str:
    example = told.get("x-example-call")
    return f"/api/v1{example}" if example else path
