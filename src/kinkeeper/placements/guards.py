"""What the database itself refuses about care histories, on both engines, whoever writes and from wherever.

Each guard is named after its rule, and the name is what the database says when it fires. PostgreSQL has an exclusion
constraint for periods that overlap; everything else, and SQLite, is triggers. Every `migrate` ends by installing them.
They are no migration of their own, because SQLite rebuilds a table to change it: that silently drops the triggers of
the table and stumbles over triggers of other tables that mention it, so there they also step aside while it runs.
`missing_guards()` tells `kinkeeper check` which ones are not there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import AppConfig
from django.db import IntegrityError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import signals
from django.utils.translation import gettext_lazy as _

from kinkeeper.lib.refusals import Refused

OVERLAP = "periods_of_care_of_a_child_do_not_overlap"
INSIDE = "an_episode_lies_inside_its_period"
FIRST = "the_first_episode_begins_with_its_period"
OWN_ROWS = "an_episode_keeps_to_its_child"
COVERED = "a_period_of_care_covers_its_episodes"
STAYS = "a_placement_stays_in_its_period"
STATUS = "a_legal_status_stays_with_its_child"

TABLES = ("placements_episode", "placements_periodofcare", "placements_placement", "people_legalstatus")

# ---- what must not be, said once in SQL that both engines read; {new} is the row as it would stand -------------------

_OUTSIDE = """EXISTS (SELECT 1 FROM placements_periodofcare p WHERE p.id = {new}.period_id
    AND ({new}.started_on < p.started_on OR {new}.started_on >= p.ended_on))"""
_HEADLESS = """EXISTS (SELECT 1 FROM placements_episode e WHERE e.period_id = {period})
    AND NOT EXISTS (SELECT 1 FROM placements_episode e JOIN placements_periodofcare p ON p.id = e.period_id
        WHERE p.id = {period} AND e.started_on = p.started_on)
    AND EXISTS (SELECT 1 FROM placements_periodofcare p WHERE p.id = {period})"""
_STRANGE = """(EXISTS (SELECT 1 FROM placements_placement l WHERE l.id = {new}.placement_id
        AND l.period_id <> {new}.period_id)
    OR EXISTS (SELECT 1 FROM people_legalstatus s JOIN placements_periodofcare p ON p.id = {new}.period_id
        WHERE s.id = {new}.legal_status_id AND s.person_id <> p.child_id))"""
_UNCOVERED = """(EXISTS (SELECT 1 FROM placements_episode e WHERE e.period_id = {new}.id
        AND (e.started_on < {new}.started_on OR e.started_on >= {new}.ended_on))
    OR (EXISTS (SELECT 1 FROM placements_episode e WHERE e.period_id = {new}.id)
        AND NOT EXISTS (SELECT 1 FROM placements_episode e
            WHERE e.period_id = {new}.id AND e.started_on = {new}.started_on))
    OR EXISTS (SELECT 1 FROM placements_episode e JOIN people_legalstatus s ON s.id = e.legal_status_id
        WHERE e.period_id = {new}.id AND s.person_id <> {new}.child_id))"""
_ELSEWHERE = """EXISTS (SELECT 1 FROM placements_episode e
    WHERE e.placement_id = {new}.id AND e.period_id <> {new}.period_id)"""
_ANOTHERS = """EXISTS (SELECT 1 FROM placements_episode e JOIN placements_periodofcare p ON p.id = e.period_id
    WHERE e.legal_status_id = {new}.id AND p.child_id <> {new}.person_id)"""
_OVERLAPPING = """EXISTS (SELECT 1 FROM placements_periodofcare p
    WHERE p.child_id = {new}.child_id AND p.id <> {new}.id
    AND (p.ended_on IS NULL OR p.ended_on > {new}.started_on)
    AND ({new}.ended_on IS NULL OR {new}.ended_on > p.started_on))"""

# Table, moments, columns whose change matters, and the checks in order. All run after the row has been written.
_RULES: tuple[tuple[str, tuple[str, ...], str, tuple[tuple[str, str], ...]], ...] = (
    (
        "placements_episode",
        ("INSERT", "UPDATE"),
        "period_id, started_on, placement_id, legal_status_id",
        (
            (INSIDE, _OUTSIDE),
            (FIRST, _HEADLESS.replace("{period}", "{new}.period_id")),
            (OWN_ROWS, _STRANGE),
        ),
    ),
    ("placements_periodofcare", ("UPDATE",), "child_id, started_on, ended_on", ((COVERED, _UNCOVERED),)),
    ("placements_placement", ("UPDATE",), "period_id", ((STAYS, _ELSEWHERE),)),
    ("people_legalstatus", ("UPDATE",), "person_id", ((STATUS, _ANOTHERS),)),
)
_LEFT_BEHIND = _HEADLESS.replace("{period}", "OLD.period_id")


# ---- SQLite ----------------------------------------------------------------------------------------------------------


def _sqlite_trigger(name: str, when: str, table: str, condition: str, answer: str) -> str:
    return f"CREATE TRIGGER {name} {when} ON {table} FOR EACH ROW WHEN {condition} BEGIN {answer}; END"


def _sqlite_objects() -> dict[str, str]:
    """Every trigger by name, as SQLite keeps its text."""
    rules = [
        *_RULES,
        ("placements_periodofcare", ("INSERT", "UPDATE"), "child_id, started_on, ended_on", ((OVERLAP, _OVERLAPPING),)),
    ]
    found: dict[str, str] = {}
    for table, moments, columns, checks in rules:
        for moment in moments:
            when = "AFTER INSERT" if moment == "INSERT" else f"AFTER UPDATE OF {columns}"
            for rule, condition in checks:
                name = f"{rule}_on_{moment.lower()}"
                answer = f"SELECT RAISE(ABORT, '{rule}')"
                found[name] = _sqlite_trigger(name, when, table, condition.format(new="NEW"), answer)
    name = f"{FIRST}_on_leaving"
    answer = f"SELECT RAISE(ABORT, '{FIRST}')"
    moved = "AFTER UPDATE OF period_id"
    found[name] = _sqlite_trigger(name, moved, "placements_episode", _LEFT_BEHIND, answer)
    found.update(_sqlite_deletion())
    return found


def _sqlite_deletion() -> dict[str, str]:
    """A check at the end of the transaction, which SQLite has for foreign keys alone.

    Whoever deletes the first episode and leaves others owes a row that refers to nothing; the debt is paid when the
    others go as well (a whole history may be erased) or a first episode is written again. A debt left at commit fails.
    """
    debts = (
        f"CREATE TABLE {FIRST} (period_id INTEGER PRIMARY KEY, owed INTEGER NOT NULL "
        "REFERENCES placements_periodofcare (id) DEFERRABLE INITIALLY DEFERRED)"
    )
    found = {FIRST: debts}
    for moment, row, headless, answer in (
        ("delete", "OLD", True, f"INSERT OR IGNORE INTO {FIRST} (period_id, owed) VALUES (OLD.period_id, -1)"),  # noqa: S608
        ("delete", "OLD", False, f"DELETE FROM {FIRST} WHERE period_id = OLD.period_id"),  # noqa: S608
        ("insert", "NEW", False, f"DELETE FROM {FIRST} WHERE period_id = NEW.period_id"),  # noqa: S608
    ):
        broken = _HEADLESS.replace("{period}", f"{row}.period_id")
        name = f"{FIRST}_{'owed' if headless else 'paid'}_on_{moment}"
        condition = broken if headless else f"NOT ({broken})"
        found[name] = _sqlite_trigger(name, f"AFTER {moment.upper()}", "placements_episode", condition, answer)
    return found


def _install_on_sqlite(cursor: Any) -> None:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'table')")
    there = dict(cursor.fetchall())
    for name, sql in _sqlite_objects().items():
        if there.get(name) == sql:
            continue
        if name in there:
            cursor.execute(f"DROP {sql.split()[1]} {name}")
        cursor.execute(sql)


# ---- PostgreSQL ------------------------------------------------------------------------------------------------------


def _postgresql_function(name: str, checks: tuple[tuple[str, str], ...]) -> str:
    lines = "".join(
        f"IF {condition.format(new='NEW')} THEN RAISE EXCEPTION '{rule}' "
        f"USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{rule}'; END IF; "
        for rule, condition in checks
    )
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $guard$ BEGIN {lines}RETURN NULL; END $guard$"


def _postgresql_objects() -> dict[str, tuple[str, str]]:
    """The function and the trigger behind every guard, by name. The exclusion constraint stands apart."""
    found: dict[str, tuple[str, str]] = {}
    for table, moments, columns, checks in _RULES:
        when = " OR ".join("INSERT" if moment == "INSERT" else f"UPDATE OF {columns}" for moment in moments)
        name = f"guard_{table}"
        found[name] = (
            _postgresql_function(name, checks),
            f"CREATE TRIGGER {name} AFTER {when} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        )
    # At the end of the transaction, so that a whole history can be erased or written anew.
    found[FIRST] = (
        _postgresql_function(FIRST, ((FIRST, _LEFT_BEHIND),)),
        (
            f"CREATE CONSTRAINT TRIGGER {FIRST} AFTER DELETE OR UPDATE OF period_id ON placements_episode "
            f"DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {FIRST}()"
        ),
    )
    return found


# Ranges of one key instead of the key itself: so the constraint needs no extension that a server may not allow.
_EXCLUSION = (
    f"ALTER TABLE placements_periodofcare ADD CONSTRAINT {OVERLAP} EXCLUDE USING gist "
    "(int8range(child_id, child_id, '[]') WITH &&, daterange(started_on, ended_on, '[)') WITH &&)"
)


def _install_on_postgresql(cursor: Any) -> None:
    cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal")
    there = {name for (name,) in cursor.fetchall()}
    for name, (function, trigger) in _postgresql_objects().items():
        cursor.execute(function)
        if name not in there:
            cursor.execute(trigger)
    cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s", [OVERLAP])
    if not cursor.fetchone():
        cursor.execute(_EXCLUSION)


# ---- both ------------------------------------------------------------------------------------------------------------


def install(connection: BaseDatabaseWrapper) -> None:
    """Put every guard in place that is missing or different; leave the others alone."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _install_on_postgresql(cursor)
        else:
            _install_on_sqlite(cursor)


def missing_guards(using: str = "default") -> list[str]:
    """The names of guards that the database does not have, or has in another wording."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor != "postgresql":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'table')")
            there = dict(cursor.fetchall())
            return sorted(name for name, sql in _sqlite_objects().items() if there.get(name) != sql)
        cursor.execute(
            "SELECT t.tgname, p.prosrc FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE NOT t.tgisinternal AND t.tgenabled <> 'D'"
        )
        bodies = dict(cursor.fetchall())
        cursor.execute("SELECT 1 FROM pg_constraint WHERE conname = %s AND convalidated", [OVERLAP])
        unlike = {
            name
            for name, (function, _trigger) in _postgresql_objects().items()
            if _squeezed(bodies.get(name, "")) not in _squeezed(function) or not bodies.get(name)
        }
        return sorted(unlike | (set() if cursor.fetchone() else {OVERLAP}))


def _squeezed(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()


def _step_aside(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        there = {name for (name,) in cursor.fetchall()}
        for name in there & set(_sqlite_objects()):
            cursor.execute(f"DROP TRIGGER {name}")


def _before_migrating(sender: AppConfig, using: str, **_kwargs: Any) -> None:
    if sender.label == "placements" and connections[using].vendor == "sqlite":
        _step_aside(connections[using])


def _after_migrating(sender: AppConfig, using: str, **_kwargs: Any) -> None:
    connection = connections[using]
    if sender.label == "placements" and set(TABLES) <= set(connection.introspection.table_names()):
        install(connection)


signals.pre_migrate.connect(_before_migrating, dispatch_uid="kinkeeper.placements.guards.aside")
signals.post_migrate.connect(_after_migrating, dispatch_uid="kinkeeper.placements.guards.back")


_SENTENCES = {
    OVERLAP: (_("This child is in care at that time already."), "G-OVERLAP"),
    # What the two engines say when a second open period is written in the same moment.
    "a_child_is_in_care_once": (_("This child is in care already."), "G-OVERLAP"),
    "placements_periodofcare.child_id": (_("This child is in care already."), "G-OVERLAP"),
    "one_episode_begins_a_day": (_("Another change was recorded for that day."), "G-OVERLAP"),
    "placements_episode.started_on": (_("Another change was recorded for that day."), "G-OVERLAP"),
    "one_absence_begins_a_day": (_("Another absence begins on that day."), "G-OVERLAP"),
    "placements_absence.started_on": (_("Another absence begins on that day."), "G-OVERLAP"),
    "one_legal_status_begins_a_day": (_("Another legal status begins on that day."), "G-OVERLAP"),
    "people_legalstatus.starts_on": (_("Another legal status begins on that day."), "G-OVERLAP"),
    INSIDE: (_("This day lies outside the period of care."), "G-TIME"),
    FIRST: (_("The first change of a period of care is the day it begins."), "G-GAP"),
    COVERED: (_("The period of care would no longer cover what happened in it."), "G-GAP"),
}


@contextmanager
def as_refusals() -> Iterator[None]:
    """Say a guard of the database as a sentence, where two workers at the same moment could both reach it."""
    try:
        yield
    except IntegrityError as error:
        for name, (sentence, guard) in _SENTENCES.items():
            if name in str(error):
                raise Refused(sentence, guard=guard) from error
        raise
