"""Who stands before the second wall: on whose behalf PostgreSQL is to answer what is asked of it now.

The first wall, the gate, is asked by the house and takes the actor as an argument. The second wall (`access/wall.py`) stands
in the database and must be told, because a statement does not say who wants it. Three can be told: *nobody*, who sees no row;
an *actor*, who sees the rows of the scopes and changes none; and a *pass* with a name, for what has been judged (an act,
a judge’s own questions) or is nobody’s page (a command, the door before it is known who comes).

Told is for one transaction only (`set_config(…, true)`): a connection that is handed on keeps nothing of whoever had it
before, also behind a pool that changes hands after each transaction. What is asked outside a transaction gets one of its
own. Nothing in the house asks who stands here: it is told to the database and to nobody else. SQLite has no such wall.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol, TypeVar
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.utils import DEFAULT_DB_ALIAS

Chunk = TypeVar("Chunk")
Execute = Callable[[str, Any, bool, dict[str, Any]], Any]


class Asking(Protocol):
    """Whoever asks, as far as the database is told: an actor of the gate."""

    @property
    def name(self) -> str:
        """The name in the journal."""

    @property
    def user_id(self) -> int | None:
        """The key of the account; None for machines and devices."""

    @property
    def seats(self) -> frozenset[tuple[str, int]]:
        """Role and unit."""

    @property
    def over_all(self) -> frozenset[str]:
        """Roles held for the whole association."""

    @property
    def opened(self) -> frozenset[tuple[str, int]]:
        """Table and key of what was opened in an emergency."""


@dataclass(frozen=True)
class Standing:
    """One who stands before the wall: an actor, or a pass with its name; neither is nobody."""

    actor: Asking | None = None
    errand: str = ""
    # Commands keep the role they signed in with, because some of them alter tables; people’s requests never do.
    as_application: bool = True

    @cached_property
    def told(self) -> tuple[str, str]:
        """What the database is told: the actor’s seats as JSON, and the name of the pass."""
        return ("" if self.actor is None or self.errand else _facts(self.actor)), self.errand


NOBODY = Standing(as_application=False)


def _facts(actor: Asking) -> str:
    seats: dict[str, list[int]] = {}
    for role, unit in sorted(actor.seats):
        seats.setdefault(role, []).append(unit)
    opened: dict[str, list[int]] = {}
    for label, key in sorted(actor.opened):
        opened.setdefault(label, []).append(key)
    facts = {"name": actor.name, "user": actor.user_id, "seats": seats, "all": sorted(actor.over_all), "opened": opened}
    return json.dumps(facts, separators=(",", ":"))


# ---- standing --------------------------------------------------------------------------------------------------------

# Of each connection, and so of each thread: who stands there, the innermost last.
_here: WeakKeyDictionary[BaseDatabaseWrapper, list[Standing]] = WeakKeyDictionary()


def _stack() -> list[Standing]:
    return _here.setdefault(connections[DEFAULT_DB_ALIAS], [])


def _who() -> Standing:
    return (_stack() or [NOBODY])[-1]


@contextmanager
def _stands(one: Standing) -> Iterator[None]:
    stack = _stack()
    stack.append(one)
    try:
        yield
    finally:
        stack.pop()


@contextmanager
def standing(actor: Asking) -> Iterator[None]:
    """What is asked inside is asked on behalf of this actor."""
    with _stands(Standing(actor)):
        yield


@contextmanager
def passing(name: str) -> Iterator[None]:
    """What is asked inside has been judged or is nobody’s page; `name` says which deed or errand it is."""
    # Whoever came in with a role of their own keeps it; where nobody stands yet there is no request.
    with _stands(Standing(errand=name, as_application=_who().as_application)):
        yield


@contextmanager
def at_the_door() -> Iterator[None]:
    """A request from outside, while it is not known yet who comes: sessions, languages, the sign-in itself."""
    with _stands(Standing(errand="door")):
        yield


def turn_to(actor: Asking) -> None:
    """From here to the end of the request it is this actor who asks: whoever came with a token is known only now."""
    _turn(Standing(actor))


def turn_to_pass(name: str) -> None:
    """From here to the end of the request it is an errand with a name: a page that is open without a sign-in."""
    _turn(Standing(errand=name))


def _turn(one: Standing) -> None:
    stack = _stack()
    if stack:
        stack[-1] = one


def on_the_way_out(chunks: Iterable[Chunk]) -> Iterator[Chunk]:
    """An answer that is made while it is sent, asked for by whoever stands here now."""
    return _sent(chunks, _who())


def _sent(chunks: Iterable[Chunk], who: Standing) -> Iterator[Chunk]:
    source, end = iter(chunks), object()
    while True:
        with _stands(who):
            chunk = next(source, end)
        if chunk is end:
            return
        yield chunk  # type: ignore[misc]


# ---- telling the database --------------------------------------------------------------------------------------------


class Teller:
    """Tells one connection to PostgreSQL who stands before the wall, before each statement that needs to know it."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self.connection = connection
        self.role = ""
        # Whom the transaction was told.
        self.known = NOBODY

    def meet(self) -> None:
        """After each connecting: whether whoever signed in can, and so shall, act as the application’s role."""
        self.known = NOBODY
        asked = (
            "SELECT rolname FROM pg_roles WHERE rolname = %s AND rolname <> current_user"
            " AND pg_has_role(current_user, oid, 'MEMBER')"
        )
        found = self.connection.connection.execute(asked, [settings.APPLICATION_ROLE]).fetchone()
        self.role = found[0] if found else ""
        if not self.connection.connection.autocommit:
            self.connection.connection.rollback()

    def __call__(self, execute: Execute, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Execute one statement for whoever stands here."""
        who = _who()
        line = self.connection.connection
        status = line.info.transaction_status.name
        if status == "IDLE":
            self.known = NOBODY
            if line.autocommit:
                if who == NOBODY or sql.startswith("BEGIN"):
                    return execute(sql, params, many, context)
                return self._alone(who, execute, sql, params, many, context)
        # In a transaction that has failed nothing can be told, and nothing is answered.
        if status != "INERROR" and who != self.known:
            line.execute(self._telling(who))
            self.known = who
        if sql.startswith("ROLLBACK TO"):
            # What was told since the savepoint is forgotten with it.
            self.known = _UNKNOWN
        return execute(sql, params, many, context)

    def _alone(self, who: Standing, execute: Execute, *statement: Any) -> Any:
        line = self.connection.connection
        line.execute("BEGIN; " + self._telling(who))
        try:
            result = execute(*statement)
        except BaseException:
            if not line.closed:
                line.execute("ROLLBACK")
            raise
        line.execute("COMMIT")
        return result

    def _telling(self, who: Standing) -> str:
        facts, errand = (quoted(word) for word in who.told)
        role = self.role if who.as_application else "none"
        acting = f", set_config('role', {quoted(role)}, true)" if self.role else ""
        # Compiling what is asked costs more than asking it: the conditions of the wall are long, their answers short.
        told = f"set_config('kinkeeper.actor', {facts}, true), set_config('kinkeeper.pass', {errand}, true)"
        return f"SELECT {told}, set_config('jit', 'off', true){acting}"


_UNKNOWN = Standing(errand="whoever stood here before a savepoint was undone")


def quoted(text: str) -> str:
    """A text as SQL writes it."""
    return "'" + text.replace("'", "''") + "'"


def _connected(sender: Any, connection: BaseDatabaseWrapper, **_more: Any) -> None:
    if connection.vendor != "postgresql" or connection.alias != DEFAULT_DB_ALIAS:
        return
    teller = next((one for one in connection.execute_wrappers if isinstance(one, Teller)), None)
    if teller is None:
        teller = Teller(connection)
        connection.execute_wrappers.append(teller)
    teller.meet()


connection_created.connect(_connected, dispatch_uid="kinkeeper.lib.standing")
