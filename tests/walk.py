"""A walk through the house with a world of canaries: every address and every deed, knocked on as people who must not enter.

`addresses()` discovers the URLconf; a `World` holds one row of every table with a public code, and every sensitive
field carries a canary. `knock()` returns the breaks it finds as sentences, so that the same walk can be run over
planted bugs and must find them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.auth import get_user
from django.db import connection, models
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, resolve
from django.utils import timezone

from kinkeeper.access.gate import Actor, actor_for
from kinkeeper.files import vault
from kinkeeper.files.models import StoredFile
from kinkeeper.keys.fields import SealedJSONField
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import Level, level_of
from kinkeeper.site.checks import tables_of_the_house
from tests.carried import carried, unpacked
from tests.conftest import Colleague

CANARY = re.compile(r"QZ[0-9A-F]{6}ZQ")
SHUT = {302, 404, 405}
# Doors that everybody has: they end or colour one's own session, or open a drawer with one's own writing alone.
OWN_SESSION = {"sign_in", "sign_out", "choose_language", "draft"}


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
    """The rows to knock at and the canaries that must not come out.

    `known` says, for an outsider, which codes and canaries that outsider's own seat opens all the same.
    """

    codes: dict[str, list[str]] = field(default_factory=dict)
    canaries: set[str] = field(default_factory=set)
    extra: dict[str, list[str]] = field(default_factory=dict)
    known: dict[str, set[str]] = field(default_factory=dict)

    def every_code(self) -> list[str]:
        """All public codes of the world."""
        return [code for codes in self.codes.values() for code in codes]


# The interface for other programs knows no session; tests/interface walks through it with tokens.
INTERFACE = "api/v1/"


def addresses() -> list[Address]:
    """Every address of a page in the URLconf."""
    found: list[Address] = []

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> None:
        for pattern in patterns:
            route = prefix + str(pattern.pattern)
            if route.startswith(INTERFACE):
                continue
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
            for value in said(row):
                world.canaries.update(CANARY.findall(str(value)))
    return world


def fill(sing: Callable[[], str], particulars: dict[str, dict[str, object]]) -> None:
    """Give every table that has no row yet one, with canaries in its sensitive words.

    Keys point at the first row of their table; `particulars` (by `room.model`) say what a constraint insists on.
    """
    left = [model for model in tables_of_the_house() if issubclass(model, Row) and not model._base_manager.exists()]
    while left:
        ready = [model for model in left if not any(key in left for key in _needed(model))]
        assert ready, f"These tables need each other: {left}"
        for model in ready:
            insisted = particulars.get(model._meta.label_lower, {})
            model._base_manager.create(**{**_one_of(model, sing), **insisted})
            left.remove(model)


def _needed(model: type[models.Model]) -> list[object]:
    return [field.related_model for field in model._meta.local_fields if field.is_relation and not field.null]


def _one_of(model: type[models.Model], sing: Callable[[], str]) -> dict[str, object]:
    made: dict[str, object] = {}
    for each in model._meta.local_fields:
        if each.has_default() or each.primary_key or each.null or not each.editable:
            continue
        if each.is_relation:
            made[each.name] = each.related_model._base_manager.order_by("pk").first()  # type: ignore[union-attr]
        elif each.choices:
            made[each.name] = each.flatchoices[0][0]
        elif isinstance(each, SealedJSONField):
            made[each.name] = {"words": sing()}
        elif isinstance(each, models.CharField | models.TextField):
            room = each.max_length is None or each.max_length > 20
            made[each.name] = sing() if (level_of(each) or 0) >= Level.S2 and room else "X"
        elif isinstance(each, models.DateField):
            made[each.name] = timezone.now() if isinstance(each, models.DateTimeField) else date(2024, 5, 6)
        elif isinstance(each, models.BooleanField):
            made[each.name] = False
        elif isinstance(each, models.IntegerField):
            made[each.name] = 1
    return made


def said(row: models.Model) -> Iterator[object]:
    """What the fields of a row say, opened where they lie sealed; of a stored file also what it holds."""
    yield from (getattr(row, each.attname) for each in row._meta.concrete_fields)
    if isinstance(row, StoredFile):
        yield from unpacked(b"".join(vault.open_bytes(row)))


def marks_of(rows: Iterable[models.Model]) -> set[str]:
    """The codes and canaries of some rows."""
    rows = list(rows)
    return {str(getattr(row, "code", "")) for row in rows} | {
        canary for row in rows for value in said(row) for canary in CANARY.findall(str(value))
    }


def state_of_the_house() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but the read log, refusals with their places in the chain, and the sign-ins, to see that nothing changed."""
    left_out = {"journal.look", "journal.refusal", "journal.link", "access.signinfailure"}
    return {
        model._meta.label_lower: sorted(model._base_manager.values_list(), key=str)
        for model in tables_of_the_house()
        if model._meta.label_lower not in left_out
    }


MOST_OF_A_TABLE = 4
NOBODYS_CODE = "K7QF2M9XT3HD"
Place = tuple[str, int]  # a table, or the key of an address, and which of its codes
# Which tables an address looks in for the code it was given, and which of its paths open: learned on the first walk, for
# every world holds such rows under other codes. Where what opened once is shut in this one, it is learned anew.
_asked: dict[str, list[str]] = {}
_opened: dict[str, set[tuple[Place, ...]]] = {}


def _places_for(key: str, tables: Iterable[str], world: World) -> dict[Place, str]:
    """What can stand for a key: the values the world gives for it, or the codes of these tables."""
    if key in world.extra:
        return {(key, number): value for number, value in enumerate(world.extra[key])}
    return {
        (table, number): code
        for table in tables
        for number, code in enumerate(world.codes.get(table, [])[:MOST_OF_A_TABLE])
    }


def fillings(address: Address, tables: Iterable[str], world: World) -> Iterator[tuple[tuple[Place, ...], str]]:
    """The paths of an address: every code of some tables in its first place, the world’s first value in the others."""
    if not address.keys:
        yield (), address.at({})
        return
    first, *rest = address.keys
    others = {key: world.extra[key][0] for key in rest}
    for place, value in _places_for(first, tables, world).items():
        yield (place,), address.at({first: value, **others})


def doors(insider: Client, world: World) -> list[tuple[Address, str]]:
    """Every path that opens for somebody who may see the whole world of the canaries."""
    who = get_user(insider)  # it only asks for the session
    actor = actor_for(who)  # type: ignore[arg-type]  # whoever walks as an insider is signed in
    found = []
    for address in addresses():
        if address.route not in _asked:
            _asked[address.route] = _tables_asked(who, actor, address)
        paths = dict(fillings(address, _asked[address.route] or world.codes, world))
        opened = _opened.get(address.route, set()) & paths.keys()
        if address.keys and not any(insider.get(paths[places]).status_code != 404 for places in sorted(opened)[:1]):
            opened = {places for places, path in paths.items() if insider.get(path).status_code != 404}
            _opened[address.route] = opened
        found += [(address, path) for places, path in paths.items() if not places or places in opened]
    return found


def _tables_asked(who: Any, actor: Actor, address: Address) -> list[str]:
    """The tables that a view asks for the code of its address, heard while it looks for one that is nobody’s."""
    heard: set[str] = set()

    def listen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if NOBODYS_CODE in (params or ()):
            heard.update(re.findall(r'"(\w+)"\."code" = ', sql))
        return execute(sql, params, many, context)

    path = address.at(dict.fromkeys(address.keys, NOBODYS_CODE))
    match = resolve(path)
    for ask in (RequestFactory().get, RequestFactory().post) if address.keys else ():
        request: Any = ask(path)
        request.user, request.actor, request.session = who, actor, {}
        # Without the page around it a view that finds what it looks for may stumble: it has been heard by then.
        with connection.execute_wrapper(listen), suppress(Exception):
            match.func(request, *match.args, **match.kwargs)
    return [model._meta.label_lower for model in tables_of_the_house() if model._meta.db_table in heard]


@contextmanager
def writes() -> Iterator[list[str]]:
    """The statements that change a table, as they are sent."""
    sent: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        # A session in use says so once a minute.
        if sql.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"} and "django_session" not in sql:
            sent.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield sent


def leaks(text: str, world: World) -> set[str]:
    """Canaries of the world in a text."""
    return world.canaries & set(CANARY.findall(text))


def knock(
    who: str,
    browser: Client,
    paths: list[tuple[Address, str]],
    world: World,
    methods: tuple[str, ...] = ("get", "post"),
) -> Iterator[str]:
    """Open and post to every path as somebody who must find nothing there; tells each break when it finds it."""
    known = world.known.get(who, set())
    state = state_of_the_house()
    for address, path in paths:
        if address.name in OWN_SESSION or any(f"/{code}/" in path for code in known):
            continue
        with writes() as sent:
            for method in methods:
                asked = f"{who} {method.upper()} {path} ({address.name})"
                response = getattr(browser, method)(path)
                yield from (f"{asked} reads {canary}." for canary in leaks(carried(response), world) - known)
                if address.keys and response.status_code not in SHUT:
                    yield f"{asked} is answered {response.status_code}."
        if sent:
            before, state = state, state_of_the_house()
            # At an address without a code one may change what is one’s own.
            if address.keys and state != before:
                yield f"{who} {path} ({address.name}) changed something."


def rows_seen_by(colleague: Colleague) -> list[str]:
    """What a person sees of the tables that hold care records, as sentences; strangers must see none."""
    from kinkeeper.access.gate import seen

    # Accounts, and the tokens that speak for them, are seen by whoever keeps accounts.
    kept = {"interface.token", "interface.deviceseat"}
    private = [
        model
        for model in tables_of_the_house()
        if model._meta.app_label != "access" and model._meta.label_lower not in kept
    ]
    return [
        f"{colleague.user} sees {model._meta.label} {row}"
        for model in private
        for row in seen(colleague.actor, model)
        if not _own(row, colleague)
    ]


def _own(row: models.Model, colleague: Colleague) -> bool:
    return colleague.user.pk in {getattr(row, name, None) for name in ("user_id", "to_id", "owner_id")}
