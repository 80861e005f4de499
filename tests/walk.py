"""A walk through the house with a world of canaries: every address and every deed, knocked on as people who must not enter.

`addresses()` discovers the URLconf; a `World` holds one row of every table with a public code, and every sensitive
field carries a canary. `knock()` returns the breaks it finds as sentences, so that the same walk can be run over
planted bugs and must find them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db import models
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from kinkeeper.lib.rows import Row
from kinkeeper.site.checks import tables_of_the_house
from tests.conftest import Colleague

CANARY = re.compile(r"QZ[0-9A-F]{6}ZQ")
NOT_ROWS = {"GET", "HEAD"}


@dataclass(frozen=True)
class Address:
    """One named address of the house: its pattern with places for codes."""

    name: str
    route: str
    keys: tuple[str, ...]

    def at(self, values: dict[str, str]) -> str:
        """The path with these values in its places."""
        path = self.route
        for key in self.keys:
            path = re.sub(rf"<(?:\w+:)?{key}>", values[key], path)
        return f"/{path}"


@dataclass
class World:
    """The rows to knock at and the canaries that must not come out."""

    codes: dict[str, list[str]] = field(default_factory=dict)
    canaries: set[str] = field(default_factory=set)
    extra: dict[str, list[str]] = field(default_factory=dict)

    def every_code(self) -> list[str]:
        """All public codes of the world."""
        return [code for codes in self.codes.values() for code in codes]


def addresses() -> list[Address]:
    """Every address of the URLconf."""
    found: list[Address] = []

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                walk(pattern.url_patterns, route)
            else:
                keys = tuple(re.findall(r"<(?:\w+:)?(\w+)>", route))
                found.append(Address(pattern.name or route, route, keys))

    walk(get_resolver().url_patterns, "")
    return found


def collect(world: World) -> World:
    """Remember the code of every row that exists now, and the canaries in its fields."""
    for model in tables_of_the_house():
        for row in model._base_manager.all():
            if isinstance(row, Row) and row.code not in world.codes.setdefault(model._meta.label_lower, []):
                world.codes[model._meta.label_lower].append(row.code)
            for value in vars(row).values():
                world.canaries.update(CANARY.findall(str(value)))
    return world


def state_of_the_house() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but the read log and the sign-ins, to see that nothing changed."""
    left_out = {"journal.look", "access.signinfailure"}
    return {
        model._meta.label_lower: sorted(model._base_manager.values_list(), key=str)
        for model in tables_of_the_house()
        if model._meta.label_lower not in left_out
    }


def fillings(address: Address, world: World) -> Iterator[dict[str, str]]:
    """What can stand in the places of an address: every known code, or the values the world gives for a key."""
    if not address.keys:
        yield {}
    elif len(address.keys) == 1:
        key = address.keys[0]
        for value in world.extra.get(key, world.every_code()):
            yield {key: value}
    else:
        first, *rest = address.keys
        for value in world.extra.get(first, world.every_code()):
            yield {first: value, **{key: world.extra.get(key, world.every_code())[0] for key in rest}}


def doors(insider: Client, world: World) -> list[tuple[Address, str]]:
    """Every path that opens for somebody who may see the whole world of the canaries."""
    found = []
    for address in addresses():
        for values in fillings(address, world):
            path = address.at(values)
            if not address.keys or insider.get(path).status_code != 404:
                found.append((address, path))
    return found


def leaks(text: str, world: World) -> set[str]:
    """Canaries of the world in a text."""
    return world.canaries & set(CANARY.findall(text))


def knock(who: str, browser: Client, paths: list[tuple[Address, str]], world: World) -> list[str]:
    """Open and post to every path as somebody who must find nothing there; returns the breaks."""
    found: list[str] = []
    for address, path in paths:
        before = state_of_the_house() if address.keys else None
        for method in ("get", "post"):
            response = getattr(browser, method)(path)
            body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
            text = body.decode("utf-8", "replace") + str(response.headers)
            asked = f"{who} {method.upper()} {path} ({address.name})"
            found.extend(f"{asked} reads {canary}." for canary in leaks(text, world))
            if address.keys and response.status_code not in {302, 404, 405}:
                found.append(f"{asked} is answered {response.status_code}.")
        if before is not None and state_of_the_house() != before:
            found.append(f"{who} {path} ({address.name}) changed something.")
    return found


def rows_seen_by(colleague: Colleague) -> list[str]:
    """What a person sees of the tables that hold care records, as sentences; strangers must see none."""
    from kinkeeper.access.gate import seen

    private = [model for model in tables_of_the_house() if model._meta.app_label != "access"]
    return [
        f"{colleague.user} sees {model._meta.label} {row}"
        for model in private
        for row in seen(colleague.actor, model)
        if not _own(row, colleague)
    ]


def _own(row: models.Model, colleague: Colleague) -> bool:
    return colleague.user.pk in {getattr(row, name, None) for name in ("user_id", "to_id")}
