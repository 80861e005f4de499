"""What a row held before it was changed or deleted: kept by the database itself, on both engines, whoever writes.

One rule says which tables: every table of a room, unless its model says `without_history` (with the reason), and none of
the journal’s own. A new table is included by itself. Columns that are named after a password, a token, a secret or a key
are never kept, or a destroyed key would live on here. A change of nothing but the columns a model calls its
`bookkeeping` is not worth remembering.

More triggers make the journal a book that is only added to. Every `migrate` ends by installing all of them (`chain.py`), for
the reason told in `placements/guards.py`; while tables are altered they step aside, and one entry says which steps were taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

KEPT = "history_of_"
ONLY_ADDED_TO = "only_added_to_"
ADDED_ONLY = "the_journal_is_only_added_to"

# Nothing here may be changed or deleted. In `journal_history` the content alone may be emptied, after its erasure.
JOURNAL = (
    "journal_entry",
    "journal_refusal",
    "journal_look",
    "journal_history",
    "journal_erasure",
    "journal_link",
)
SECRETS = frozenset({"password", "token", "secret", "key", "wrapped"})


# ---- which tables, which columns -------------------------------------------------------------------------------------


def kept_tables() -> dict[str, type[models.Model]]:
    """Every table whose former values are kept, by the name it has in the database."""
    return {model._meta.db_table: model for model in apps.get_models(include_auto_created=True) if _is_kept(model)}


def _is_kept(model: type[models.Model]) -> bool:
    if not model.__module__.startswith("kinkeeper.") or not model._meta.managed or model._meta.proxy:
        return False
    return model._meta.app_label != "journal" and not getattr(model, "without_history", "")


def is_secret(column: str) -> bool:
    """Whether a column holds a password, a token, a secret or a key, and is therefore never kept."""
    return not SECRETS.isdisjoint(column.split("_"))


def columns_of(model: type[models.Model]) -> dict[str, models.Field[Any, Any]]:
    """The fields of a table by the columns they fill."""
    return {str(field.column): field for field in model._meta.local_concrete_fields}


def _bookkeeping(model: type[models.Model]) -> list[str]:
    told = set(getattr(model, "bookkeeping", ()))
    return [column for column, field in columns_of(model).items() if field.name in told]


def _key(model: type[models.Model]) -> str:
    return str(model._meta.pk.column)


# ---- SQLite ----------------------------------------------------------------------------------------------------------


def _sqlite_value(field: models.Field[Any, Any]) -> str:
    if isinstance(field, models.JSONField):
        return f'json(OLD."{field.column}")'
    if isinstance(field, models.BinaryField):
        return f'hex(OLD."{field.column}")'
    return f'OLD."{field.column}"'


def _sqlite_content(model: type[models.Model]) -> str:
    # SQLite takes 127 arguments, enough for 63 columns; no table of the house comes near.
    kept = {column: field for column, field in columns_of(model).items() if not is_secret(column)}
    pairs = (f"'{column}', {_sqlite_value(field)}" for column, field in kept.items())
    return f"json_object({', '.join(pairs)})"


def _sqlite_history(table: str, model: type[models.Model]) -> Iterator[tuple[str, str]]:
    told = set(_bookkeeping(model))
    columns = [column for column in columns_of(model) if column not in told]
    changed = " OR ".join(f'OLD."{column}" IS NOT NEW."{column}"' for column in columns)
    for operation, when in (("update", f" WHEN {changed}"), ("delete", "")):
        name = f"{KEPT}{table}_on_{operation}"
        yield (
            name,
            (
                f'CREATE TRIGGER {name} AFTER {operation.upper()} ON "{table}" FOR EACH ROW{when} BEGIN '  # noqa: S608
                'INSERT INTO journal_history (at, "table", "row", operation, old) '
                f"VALUES (strftime('%Y-%m-%d %H:%M:%f', 'now'), '{table}', OLD.\"{_key(model)}\", "
                f"'{operation}', {_sqlite_content(model)}); END"
            ),
        )


def _sqlite_journal() -> Iterator[tuple[str, str]]:
    for table in JOURNAL:
        for operation in ("update", "delete"):
            name = f"{ONLY_ADDED_TO}{table}_on_{operation}"
            when = ""
            if (table, operation) == ("journal_history", "update"):
                same = " AND ".join(f'NEW."{column}" IS OLD."{column}"' for column in _HISTORY_STAYS)
                when = f" WHEN NOT ({same} AND NEW.old = '{{}}' AND {_ERASED.format(row='OLD')})"
            yield (
                name,
                (
                    f"CREATE TRIGGER {name} BEFORE {operation.upper()} ON {table} FOR EACH ROW{when} BEGIN "
                    f"SELECT RAISE(ABORT, '{ADDED_ONLY}'); END"
                ),
            )


_HISTORY_STAYS = ("id", "at", "table", "row", "operation", "xact")
_ERASED = "EXISTS (SELECT 1 FROM journal_erasure e WHERE e.history_id = {row}.id)"


def _on_sqlite() -> dict[str, str]:
    """Every trigger by name, as SQLite keeps its text."""
    found = dict(_sqlite_journal())
    for table, model in kept_tables().items():
        found.update(_sqlite_history(table, model))
    return found


def _there_on_sqlite(connection: BaseDatabaseWrapper) -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND (name GLOB %s OR name GLOB %s)",
            [f"{KEPT}*", f"{ONLY_ADDED_TO}*"],
        )
        return dict(cursor.fetchall())


# ---- PostgreSQL ------------------------------------------------------------------------------------------------------

_FUNCTIONS = {
    "journal_keep_history": """
        DECLARE before jsonb := to_jsonb(OLD);
        BEGIN
            IF TG_OP = 'UPDATE' AND before - string_to_array(TG_ARGV[2], ',')
                    = to_jsonb(NEW) - string_to_array(TG_ARGV[2], ',') THEN
                RETURN NULL;
            END IF;
            INSERT INTO journal_history (at, "table", "row", operation, old, xact)
            VALUES (clock_timestamp(), TG_TABLE_NAME, (before ->> TG_ARGV[0])::bigint, lower(TG_OP),
                before - string_to_array(TG_ARGV[1], ','), pg_current_xact_id()::text::bigint);
            RETURN NULL;
        END""",
    "journal_only_added_to": f"""
        BEGIN
            IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'journal_history' THEN
                IF to_jsonb(NEW) = to_jsonb(OLD) || '{{"old": {{}}}}'::jsonb
                        AND EXISTS (SELECT 1 FROM journal_erasure e WHERE e.history_id = (to_jsonb(OLD) ->> 'id')::bigint) THEN
                    RETURN NEW;
                END IF;
            END IF;
            RAISE EXCEPTION '{ADDED_ONLY}' USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{ADDED_ONLY}';
        END""",  # noqa: S608
}
# What `pg_trigger` says of a trigger’s moment: row 1, before 2, delete 8, update 16, truncate 32.
_AFTER_ROW, _BEFORE_ROW, _BEFORE_EMPTYING = 1 + 8 + 16, 1 + 2 + 8 + 16, 2 + 32
_MOMENTS = {
    _AFTER_ROW: ("AFTER UPDATE OR DELETE", "ROW"),
    _BEFORE_ROW: ("BEFORE UPDATE OR DELETE", "ROW"),
    _BEFORE_EMPTYING: ("BEFORE TRUNCATE", "STATEMENT"),
}
# Table, function, moment, arguments.
_Trigger = tuple[str, str, int, tuple[str, ...]]


def _on_postgresql() -> dict[str, _Trigger]:
    """Every trigger by name."""
    found: dict[str, _Trigger] = {}
    for table in JOURNAL:
        found[f"{ONLY_ADDED_TO}{table}"] = (table, "journal_only_added_to", _BEFORE_ROW, ())
        found[f"{ONLY_ADDED_TO}{table}_emptied"] = (table, "journal_only_added_to", _BEFORE_EMPTYING, ())
    for table, model in kept_tables().items():
        secret = ",".join(column for column in columns_of(model) if is_secret(column))
        told = (_key(model), secret, ",".join(_bookkeeping(model)))
        found[f"{KEPT}{table}"] = (table, "journal_keep_history", _AFTER_ROW, told)
        # TRUNCATE fires no trigger of a row: a table that is remembered is not emptied at one stroke.
        found[f"{KEPT}{table}_emptied"] = (table, "journal_only_added_to", _BEFORE_EMPTYING, ())
    return found


def _there_on_postgresql(connection: BaseDatabaseWrapper) -> dict[str, _Trigger]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname = ANY(%s)", [list(_FUNCTIONS)])
        whole = {name for name, source in cursor.fetchall() if source.strip() == _FUNCTIONS[name].strip()}
        cursor.execute(
            "SELECT t.tgname, c.relname, p.proname, t.tgtype::int, encode(t.tgargs, 'escape'), t.tgenabled::text "
            "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace "
            "AND p.proname = ANY(%s)",
            [list(_FUNCTIONS)],
        )
        return {
            name: (table, function if function in whole and enabled in "OA" else "", moment, _arguments(told))
            for name, table, function, moment, told, enabled in cursor.fetchall()
        }


def _arguments(told: str) -> tuple[str, ...]:
    return tuple(told.split("\\000")[:-1])


def _install_on_postgresql(connection: BaseDatabaseWrapper) -> None:
    wanted, there = _on_postgresql(), _there_on_postgresql(connection)
    with connection.cursor() as cursor:
        for name, body in _FUNCTIONS.items():
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $kept${body}$kept$"
            )
        for name, (table, *_rest) in there.items():
            if wanted.get(name) != there[name]:
                cursor.execute(f'DROP TRIGGER {name} ON "{table}"')
        for name, (table, function, moment, told) in wanted.items():
            if there.get(name) != wanted[name]:
                when, each = _MOMENTS[moment]
                arguments = ", ".join(f"'{one}'" for one in told)
                cursor.execute(
                    f'CREATE TRIGGER {name} {when} ON "{table}" FOR EACH {each} EXECUTE FUNCTION {function}({arguments})'
                )


# ---- both ------------------------------------------------------------------------------------------------------------


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every trigger in place that is missing or different; leave the others alone."""
    if connection.vendor == "postgresql":
        _install_on_postgresql(connection)
        return
    wanted, there = _on_sqlite(), _there_on_sqlite(connection)
    with connection.cursor() as cursor:
        for name in there:
            if wanted.get(name) != there[name]:
                cursor.execute(f"DROP TRIGGER {name}")
        for name, sql in wanted.items():
            if there.get(name) != sql:
                cursor.execute(sql)


def missing_triggers(using: str = "default") -> list[str]:
    """The names of triggers that the database does not have, or has in another wording."""
    connection = connections[using]
    wanted: dict[str, Any]
    there: dict[str, Any]
    if connection.vendor == "postgresql":
        wanted, there = _on_postgresql(), _there_on_postgresql(connection)
    else:
        wanted, there = _on_sqlite(), _there_on_sqlite(connection)
    return sorted(name for name, what in wanted.items() if there.get(name) != what)


def step_aside(connection: BaseDatabaseWrapper) -> None:
    """Take every trigger away; whoever does that has to say so in the journal, and to `install` them again."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name, (table, *_rest) in _there_on_postgresql(connection).items():
                cursor.execute(f'DROP TRIGGER {name} ON "{table}"')
        else:
            for name in _there_on_sqlite(connection):
                cursor.execute(f"DROP TRIGGER {name}")
