"""Builds the second wall in PostgreSQL, takes it down while tables are altered, and says whether it stands as it was built.

Every `migrate` ends by building it where it is missing or made from other scopes. Each condition and each function carries
a mark of its own wording, so that one that somebody changed by hand is noticed by `kinkeeper check`.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any

from django.apps import AppConfig, apps
from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import signals

from kinkeeper.access.wall import statements, walled
from kinkeeper.lib.standing import quoted

# What a role may do at all: the application owns nothing, so it can neither alter a table nor empty one at a stroke.
_RIGHTS = {
    "APPLICATION_ROLE": {"TABLES": "SELECT, INSERT, UPDATE, DELETE", "SEQUENCES": "USAGE, SELECT"},
    "BACKUP_ROLE": {"TABLES": "SELECT", "SEQUENCES": "SELECT"},
}
# The mark of each condition and function: a digest of the words in which PostgreSQL keeps it.
_WORDS = """
    SELECT format('POLICY %I ON %I', p.polname, c.relname) AS what, obj_description(p.oid, 'pg_policy') AS mark,
           md5(p.polcmd::text || p.polpermissive::text || p.polroles::text || coalesce(pg_get_expr(p.polqual, p.polrelid), '')
               || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')) AS words
      FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('FUNCTION %s', f.oid::regprocedure), obj_description(f.oid, 'pg_proc'),
           md5(f.prosrc || f.prosecdef::text || f.proowner::regrole::text || coalesce(f.proconfig::text, ''))
      FROM pg_proc f WHERE f.pronamespace = 'public'::regnamespace AND f.proname LIKE 'kinkeeper\\_%'
"""
_MARK = f"""
DO $mark$ DECLARE one record; BEGIN
    FOR one IN {_WORDS} LOOP EXECUTE format('COMMENT ON %s IS %L', one.what, one.words); END LOOP;
END $mark$
"""
_OPEN = "SELECT relname FROM pg_class WHERE NOT relrowsecurity AND relnamespace = 'public'::regnamespace"


def build(connection: BaseDatabaseWrapper) -> None:
    """Build the wall where it is missing, changed or made from other scopes; where it stands as it should, leave it."""
    digest, built = _plan(connection.alias)
    whole = not faults(connection)
    with connection.cursor() as cursor:
        if not whole:
            _tear_down(cursor)
            cursor.execute(_OPEN)
            opened = [
                f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY" for (table,) in cursor.fetchall() if table in _tables()
            ]
            for statement in (*opened, *built, _seal(digest), _MARK):
                cursor.execute(statement)
        for setting, rights in _RIGHTS.items():
            _grant(cursor, getattr(settings, setting), rights)


def _grant(cursor: Any, role: str, rights: Mapping[str, str]) -> None:
    """Give a role its rights on what there is and on what will be made, if there is such a role."""
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user", [role])
    if not cursor.fetchone():
        return
    cursor.execute(f"GRANT USAGE ON SCHEMA public TO {role}")
    for kind, right in rights.items():
        cursor.execute(f"GRANT {right} ON ALL {kind} IN SCHEMA public TO {role}")
        cursor.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {right} ON {kind} TO {role}")


def _seal(digest: str) -> str:
    """The wall says by itself from which scopes it was made."""
    body = f"SELECT {quoted(digest)}::text"
    return f"CREATE OR REPLACE FUNCTION kinkeeper_wall() RETURNS text LANGUAGE sql STABLE AS $wall${body}$wall$"


@cache
def _plan(alias: str) -> tuple[str, tuple[str, ...]]:
    built = tuple(statements(connections[alias]))
    return sha256("\n".join(built).encode()).hexdigest(), built


def take_down(connection: BaseDatabaseWrapper) -> None:
    """Take the conditions away while tables are altered: meanwhile the application reads and writes nothing."""
    with connection.cursor() as cursor:
        _tear_down(cursor)


def _tear_down(cursor: Any) -> None:
    cursor.execute(
        "SELECT format('DROP POLICY %I ON %I', policyname, tablename) FROM pg_policies WHERE schemaname = 'public'"
        " UNION ALL SELECT format('DROP FUNCTION %s', oid::regprocedure) FROM pg_proc WHERE proname = 'kinkeeper_wall'"
    )
    for (statement,) in cursor.fetchall():
        cursor.execute(statement)


def faults(connection: BaseDatabaseWrapper) -> list[str]:
    """What of the wall is missing or was changed since it was built, in sentences; nothing where it stands as it should."""
    digest, _built = _plan(connection.alias)
    found: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regproc('kinkeeper_wall') IS NOT NULL")
        if cursor.fetchone() != (True,):
            return ["The second wall is not built."]
        cursor.execute("SELECT kinkeeper_wall()")
        if cursor.fetchone() != (digest,):
            found.append("The second wall was made from the scopes of another version.")
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace")
        guarded = {name for (name,) in cursor.fetchall()}
        found += [f"{table} stands before the second wall." for table in sorted(_tables() - guarded)]
        cursor.execute(f"SELECT what FROM ({_WORDS}) AS known WHERE mark IS DISTINCT FROM words ORDER BY what")
        found += [f"{what} is not as it was built." for (what,) in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM pg_policies WHERE schemaname = 'public'")
        ((conditions,),) = cursor.fetchall()
        if conditions != 2 * len(_tables()):
            found.append(f"The second wall has {conditions} conditions instead of {2 * len(_tables())}.")
    return found


def _tables() -> set[str]:
    return {model._meta.db_table for model in walled()}


def who_asks(connection: BaseDatabaseWrapper) -> str:
    """Whether requests stand before the wall: the role that they act in, or nothing where it is one that goes around it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE NOT rolsuper AND NOT rolbypassrls AND rolname ="
            " CASE WHEN EXISTS (SELECT 1 FROM pg_roles WHERE rolname = %s AND pg_has_role(current_user, oid, 'MEMBER'))"
            " THEN %s ELSE current_user END AND NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'people_person'"
            " AND pg_has_role(pg_roles.oid, relowner, 'USAGE'))",
            [settings.APPLICATION_ROLE, settings.APPLICATION_ROLE],
        )
        found = cursor.fetchone()
        return str(found[0]) if found else ""


def _before_migrating(sender: AppConfig, using: str, plan: Any = (), **_kwargs: Any) -> None:
    if sender.label == "access" and plan and connections[using].vendor == "postgresql":
        take_down(connections[using])


def _after_migrating(sender: AppConfig, using: str, **_kwargs: Any) -> None:
    connection = connections[using]
    last = [one for one in apps.get_app_configs() if one.models_module][-1]
    # By then every table is there. A test may go back to a moment before some table was made.
    if sender.label == last.label and connection.vendor == "postgresql":
        if _tables() <= set(connection.introspection.table_names()):
            build(connection)


signals.pre_migrate.connect(_before_migrating, dispatch_uid="kinkeeper.access.mason.aside")
signals.post_migrate.connect(_after_migrating, dispatch_uid="kinkeeper.access.mason.back")
