"""The second wall: row-level security of PostgreSQL, made from the same scopes as the first wall and from nothing else.

Every scope is asked by an *asker*, an actor whose facts are not known: what it answers to `units()` is a piece of SQL that
the database works out from what `standing.py` told it, and where a scope decides something in Python (does the actor
administer?) it is asked twice, once for each answer. What comes out is, for each table with a scope:

* `kinkeeper_sees`: an actor reads the rows of the scope;
* `kinkeeper_does`: whatever passes by name (an act that was judged) reads and writes; an actor as such writes nothing.

A scope that looks at its own row becomes a plain condition. One that asks other tables becomes a function that runs with
the rights of the owner of the tables, so that it sees all it must compare with, whoever asks. A part carries the condition
of its whole, with a function that fetches each column of the whole: no condition asks a table behind the wall. Names of colleagues, units and programmes are known to everybody who works here:
records are shown with them, and a record must not vanish because its author has left.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import psycopg
from django.apps import apps
from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField, Model, Q
from django.db.models.expressions import RawSQL
from django.db.models.lookups import Lookup
from django.db.models.sql import Query
from django.db.models.sql.where import WhereNode

from kinkeeper.access import gate
from kinkeeper.access.gate import EVERYTHING, NOTHING, Actor
from kinkeeper.access.models import Association, Emergency, Programme, Unit, User
from kinkeeper.lib.standing import quoted

# What a record is shown with: the wall lets whoever works here read them; the first wall says which of them are listed.
KNOWN_TO_ALL: tuple[type[Model], ...] = (Association, Programme, Unit, User, Emergency)

# ---- whom the database was told ---------------------------------------------------------------------------------------

_READING = {
    "kinkeeper_actor() RETURNS jsonb": "SELECT nullif(current_setting('kinkeeper.actor', true), '')::jsonb",
    "kinkeeper_passes() RETURNS boolean": "SELECT nullif(current_setting('kinkeeper.pass', true), '') IS NOT NULL",
    "kinkeeper_name() RETURNS text": "SELECT coalesce(kinkeeper_actor() ->> 'name', '')",
    "kinkeeper_user() RETURNS bigint": "SELECT (kinkeeper_actor() ->> 'user')::bigint",
    "kinkeeper_oversees(role text) RETURNS boolean": "SELECT coalesce(kinkeeper_actor() -> 'all' ? role, false)",
    "kinkeeper_is_seated() RETURNS boolean": (
        "SELECT coalesce(kinkeeper_actor() -> 'seats' <> '{}' OR kinkeeper_actor() -> 'all' <> '[]', false)"
    ),
    "kinkeeper_units(VARIADIC roles text[]) RETURNS SETOF bigint": (
        "SELECT jsonb_array_elements_text(held.value)::bigint FROM jsonb_each(kinkeeper_actor() -> 'seats') AS held"
        " WHERE roles = '{}' OR held.key = ANY (roles)"
    ),
    "kinkeeper_opened(label text) RETURNS SETOF bigint": (
        "SELECT jsonb_array_elements_text(kinkeeper_actor() -> 'opened' -> label)::bigint"
    ),
}


class _Set(RawSQL):
    """A set of keys that the database works out from whom it was told."""

    def __init__(self, function: str, *words: str) -> None:
        quoted = ", ".join(["%s"] * len(words)) or "VARIADIC '{}'::text[]"
        super().__init__(f"SELECT {function}({quoted})", words)


class _Asked(Exception):
    """A scope wants to know something of the actor that decides which way it goes."""

    def __init__(self, question: str) -> None:
        self.question = question


class _Name(str):
    """The name of an actor that nobody knows yet: comparing it is a question to the database."""

    asker: Asker

    def __eq__(self, other: object) -> bool:
        return self.asker.learn(f"kinkeeper_name() = {quoted(str(other))}")

    __hash__ = str.__hash__

    def startswith(self, *words: Any) -> bool:
        """Asked by the scope of what a guest sees."""
        return self.asker.learn(f"starts_with(kinkeeper_name(), {quoted(words[0])})")

    def removeprefix(self, prefix: str, /) -> Any:
        """What follows the prefix, as SQL."""
        return RawSQL(f"SELECT substr(kinkeeper_name(), {len(prefix) + 1})", ())


class _Seats(frozenset[Any]):
    """The seats of an actor that nobody knows yet; a scope may ask whether there are any."""

    asker: Asker

    def __bool__(self) -> bool:
        return self.asker.learn("kinkeeper_is_seated()")


class Asker(Actor):
    """An actor of whom nothing is known but what the database will be told, asking for rows of one table."""

    def __init__(self, plan: Plan, model: type[Model], known: dict[str, bool]) -> None:
        name, seats = _Name(), _Seats()
        name.asker = seats.asker = self
        super().__init__(name=name, seats=seats)
        # The key of an unknown user: a piece of SQL, which as a user’s key is never None.
        facts = {"user_id": RawSQL("SELECT kinkeeper_user()", ()), "plan": plan, "model": model, "known": known}
        self.__dict__.update(facts)

    def learn(self, question: str) -> bool:
        """The answer that is supposed this time."""
        known: dict[str, bool] = self.__dict__["known"]
        if question not in known:
            raise _Asked(question)
        return known[question]

    def units(self, *roles: str) -> Any:
        """Keys of the units where the actor sits in one of these roles, as SQL."""
        return _Set("kinkeeper_units", *(str(role) for role in roles))

    def oversees_all(self, role: str) -> bool:
        """Asked twice: once yes, once no."""
        return self.learn(f"kinkeeper_oversees({quoted(role)})")

    def opened_rows(self, model: type[Model]) -> Any:
        """Keys of the rows that are open to the actor, as SQL; of most tables none can be."""
        return _Set("kinkeeper_opened", model._meta.label_lower) if gate.is_openable(model) else []

    def through(self, whole: type[Model], by: str) -> Q:
        """The condition of the whole, asked of the row to which the key leads."""
        plan: Plan = self.__dict__["plan"]
        model: type[Model] = self.__dict__["model"]
        column = _column(model, by)
        return Q(RawSQL(plan.of_another(whole, f'"{model._meta.db_table}"."{column}"'), (), BooleanField()))


# ---- from a scope to SQL -----------------------------------------------------------------------------------------------


@dataclass
class Plan:
    """The whole wall as SQL: a condition for each table, and the functions that the conditions call, by their heads."""

    connection: BaseDatabaseWrapper
    functions: dict[str, str] = field(default_factory=dict)
    conditions: dict[type[Model], str] = field(default_factory=dict)

    def condition(self, model: type[Model]) -> str:
        """Which rows of a table an actor sees, said about the row itself."""
        if model not in self.conditions:
            self.conditions[model] = self._supposing(model, {})
        return self.conditions[model]

    def policy(self, model: type[Model]) -> str:
        """What the wall lets an actor read of a table: the scope, and what is shown with a row in sight."""
        if model in KNOWN_TO_ALL:
            return "(SELECT kinkeeper_name() <> '')"
        key = f'"{model._meta.db_table}"."{_key(model)}"'
        return " OR ".join(
            [self.condition(model), *(self._shown(other, way, key) for other, way in gate.shown_with(model))]
        )

    def _shown(self, other: type[Model], way: str, key: str) -> str:
        """Whether a row of another table that is in scope leads to the row with this key; a function finds such rows."""
        *between, last = way.split("__")
        table, holder, joins = other._meta.db_table, other, ""
        for step in between:
            middle: Any = holder._meta.get_field(step).related_model
            joins += f' JOIN "{middle._meta.db_table}" ON "{middle._meta.db_table}"."{_key(middle)}"'
            joins += f' = "{holder._meta.db_table}"."{_column(holder, step)}"'
            holder = middle
        found = f'"{holder._meta.db_table}"."{_column(holder, last)}" = $1'
        name = f"kinkeeper_by_{table}_{way}"
        self.functions[f"{name}(bigint) RETURNS SETOF bigint"] = (
            f'RETURN QUERY SELECT "{table}"."{_key(other)}" FROM "{table}"{joins} WHERE {found};'
        )
        return f"EXISTS (SELECT 1 FROM {name}({key}) AS shows(key) WHERE {self.of_another(other, 'shows.key')})"

    def of_another(self, model: type[Model], key: str) -> str:
        """The condition of a table, asked of the row with this key: each column is fetched by a function that sees it."""
        table, own = model._meta.db_table, _key(model)
        types = {each.column: each.db_type(self.connection) for each in model._meta.concrete_fields}

        def fetched(found: re.Match[str]) -> str:
            column = found.group(1)
            if column == own:
                return key
            name = f"kinkeeper_of_{table}_{column}"
            self.functions[f"{name}(bigint) RETURNS {types[column]}"] = (
                f'RETURN (SELECT "{column}" FROM "{table}" WHERE "{own}" = $1);'
            )
            return f"{name}({key})"

        asked = re.sub(rf'"{table}"\."(\w+)"', fetched, self.condition(model))
        return f"({key} IS NOT NULL AND ({asked}))"

    def _supposing(self, model: type[Model], known: dict[str, bool]) -> str:
        try:
            scope = gate.condition(Asker(self, model, known), model)
        except _Asked as asked:
            yes, no = (self._supposing(model, {**known, asked.question: answer}) for answer in (True, False))
            return _chosen(f"(SELECT {asked.question})", yes, no)
        if scope == EVERYTHING:
            return "true"
        pieces = [Q(child) if not isinstance(child, Q) else child for child in scope.children]
        if scope.connector != Q.OR or scope.negated:
            pieces = [scope]
        said = dict.fromkeys(self._piece(model, piece) for piece in pieces)
        return " OR ".join(one for one in said if one != "false") or "false"

    def _piece(self, model: type[Model], piece: Q) -> str:
        """One way of seeing a row: a condition on its own columns, or the set of keys that a function finds."""
        if piece == NOTHING:
            return "false"
        query = model._base_manager.filter(piece).order_by().values("pk").query
        compiler = query.get_compiler(connection=self.connection)
        table, key = model._meta.db_table, _key(model)
        try:
            whole, parameters = compiler.as_sql()
            tables = [alias for alias, uses in query.alias_refcount.items() if uses]
            if tables == [table] and not _asks_elsewhere(query.where):
                sql, values = compiler.compile(query.where)
                return self._said(sql, values)
        except EmptyResultSet:
            return "false"
        except FullResultSet:
            return "true"
        body = f"RETURN QUERY {self._said(whole, parameters)};"
        heads = [head for head, known in self.functions.items() if known == body]
        if not heads:
            number = sum(head.startswith(f"kinkeeper_sees_{table}_") for head in self.functions) + 1
            heads = [f"kinkeeper_sees_{table}_{number}() RETURNS SETOF bigint"]
            self.functions[heads[0]] = body
        return f'"{table}"."{key}" IN (SELECT {heads[0].partition(" ")[0]})'

    def _said(self, sql: str, values: Any) -> str:
        """The SQL with its values written in."""
        self.connection.ensure_connection()
        said: str = psycopg.ClientCursor(self.connection.connection).mogrify(sql, values or None)
        return said


def _key(model: type[Model]) -> str:
    key: Any = model._meta.pk
    return str(key.column)


def _column(model: type[Model], key: str) -> str:
    field: Any = model._meta.get_field(key)
    return str(field.column)


def _chosen(question: str, yes: str, no: str) -> str:
    if yes == no:
        return yes
    if (yes, no) == ("true", "false"):
        return question
    return f"CASE WHEN {question} THEN {yes} ELSE {no} END"


def _asks_elsewhere(node: Any) -> bool:
    """Whether a condition asks another table."""
    if isinstance(node, WhereNode):
        return any(_asks_elsewhere(child) for child in node.children)
    return isinstance(node, Lookup) and isinstance(node.rhs, Query)


# ---- the whole of it ---------------------------------------------------------------------------------------------------


def walled() -> list[type[Model]]:
    """Every table with a scope."""
    return [model for model in apps.get_models() if gate.scope_of(model) and model._meta.managed]


def statements(connection: BaseDatabaseWrapper) -> list[str]:
    """What builds the whole wall, in order."""
    plan = Plan(connection)
    policies = {connection.ops.quote_name(model._meta.db_table): plan.policy(model) for model in walled()}
    built = [f"CREATE OR REPLACE FUNCTION {head} LANGUAGE {_language(head, body)}" for head, body in _READING.items()]
    built += [
        f"CREATE OR REPLACE FUNCTION {head} LANGUAGE plpgsql STABLE SECURITY DEFINER"
        f" SET search_path = pg_catalog, public AS {_body(f'BEGIN {body} END')}"
        for head, body in plan.functions.items()
    ]
    for table, condition in policies.items():
        built += [
            # Whether somebody passes comes first: then nothing else is worked out.
            f"CREATE POLICY kinkeeper_sees ON {table} FOR SELECT USING ({_PASSES} OR {condition})",
            f"CREATE POLICY kinkeeper_does ON {table} USING ({_PASSES}) WITH CHECK ({_PASSES})",
        ]
    return built


_PASSES = "(SELECT kinkeeper_passes())"


def _language(head: str, body: str) -> str:
    """Sets are asked in a language that keeps its plans; single facts in the one that is written into the question."""
    if "SETOF" in head:
        return f"plpgsql STABLE ROWS 5 AS {_body(f'BEGIN RETURN QUERY {body}; END')}"
    return f"sql STABLE AS {_body(body)}"


def _body(sql: str) -> str:
    assert "$wall$" not in sql
    return f"$wall${sql}$wall$"
