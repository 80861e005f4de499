"""What a record was before: who changed what and when, with the old and the new values as far as the reader may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Unseen, Verdict, may_read, one, seen, unit_of
from kinkeeper.access.models import Role, Unit, User
from kinkeeper.cases.models import Assignment, Case, Conference, Contact, Task, Tracing
from kinkeeper.journal.history import columns_of
from kinkeeper.journal.models import Entry, History
from kinkeeper.journal.queries import former_states
from kinkeeper.keys.fields import MarkField, Sealed, SealedField
from kinkeeper.lib.rows import Row
from kinkeeper.people.models import (
    Consent,
    ContactPoint,
    Document,
    Identifier,
    LegalStatus,
    Name,
    Person,
    SpokenLanguage,
)

CHANGES = 25
READERS = (Role.SUPERVISOR, Role.DIRECTOR, Role.AUDITOR)
# What belongs to a record and is told with it, by the key through which it hangs on the record.
PARTS: dict[type[Row], tuple[str, tuple[type[Row], ...]]] = {
    Person: ("person", (Name, Identifier, SpokenLanguage, LegalStatus, ContactPoint, Consent, Document)),
    Case: ("case", (Assignment, Contact, Conference, Task, Tracing)),
}
UNTOLD = frozenset({"id", "code", "version", "created_at"})


@dataclass(frozen=True)
class Field:
    """One value that changed: its name, what it was and what it became; both empty where the reader may not see it."""

    label: str
    old: str
    new: str
    hidden: bool


@dataclass(frozen=True)
class Change:
    """One change of one row: when, by whom, with which deed, and the fields that changed."""

    at: datetime
    what: str
    deleted: bool
    entry: Entry | None
    erased: bool
    fields: list[Field]


@dataclass(frozen=True)
class Before:
    """The page of a record: the record, and one page of its changes, newest first."""

    row: Row
    # Whom the record is about: a person, or the child of a case.
    about: Person
    page: Page[Change]


def verdict_on_reading(actor: Actor, row: models.Model) -> Verdict:
    """Who reads what a record was: those who supervise, direct or audit its unit."""
    if not actor.sits_any(READERS, unit_of(row)):
        return Verdict(_("Only those who supervise this unit can see what a record was before."))
    return YES


def what_it_was(actor: Actor, model: type[Row], code: str, page: str | int | None) -> Before:
    """The changes of a record and of what belongs to it, newest first; a constant number of questions."""
    row = one(seen(actor, model), code=code)
    if not verdict_on_reading(actor, row):
        raise Unseen
    key, parts = PARTS[model]
    rows: list[Row] = [row]
    for part in parts:
        rows += seen(actor, part).filter(**{key: row}).select_related(key)
    told = list(_Telling(actor, rows, former_states(actor, rows)).changes())
    about = row.child if isinstance(row, Case) else row
    assert isinstance(about, Person)
    return Before(row, about, Paginator(told, CHANGES).get_page(page))


class _Telling:
    """Former states put into words, each against what came after it."""

    def __init__(self, actor: Actor, rows: list[Row], states: list[tuple[History, Entry | None]]) -> None:
        self.actor = actor
        self.rows = {(row._meta.db_table, row.pk): row for row in rows}
        self.states = states

    def changes(self) -> Iterator[Change]:
        newer: dict[tuple[str, int], Mapping[str, Any]] = {}
        for state, entry in self.states:
            row = self.rows[state.table, state.row]
            after = newer.get((state.table, state.row))
            fields = list(self._fields(row, state.old, after)) if state.old else []
            newer[state.table, state.row] = state.old
            what = str(row._meta.verbose_name)
            if fields or not state.old:
                deleted = state.operation == History.Operation.DELETE
                yield Change(state.at, what, deleted, entry, not state.old, fields)

    def _fields(self, row: Row, old: Mapping[str, Any], after: Mapping[str, Any] | None) -> Iterator[Field]:
        for column, field in columns_of(type(row)).items():
            if field.name in UNTOLD or column not in old or isinstance(field, MarkField):
                continue
            was = self._opened(row, field, old[column])
            became = getattr(row, field.attname) if after is None else self._opened(row, field, after.get(column))
            if was == became or (after == {}):
                continue
            hidden = not may_read(self.actor, row, field.name)
            words = ("", "") if hidden else (self._in_words(field, was), self._in_words(field, became))
            yield Field(str(field.verbose_name), *words, hidden)

    def _opened(self, row: Row, field: models.Field[Any, Any], value: Any) -> Any:
        found = read(field, value)
        return field.behind(row, found) if isinstance(field, SealedField) and isinstance(found, Sealed) else found

    def _in_words(self, field: models.Field[Any, Any], value: Any) -> str:
        if value in (None, ""):
            return ""
        if field.is_relation:
            return self._names.get((field.related_model, value), str(_("a record that you do not see")))
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, bool):
            return str(_("yes") if value else _("no"))
        return str(value)

    @cached_property
    def _names(self) -> dict[tuple[Any, Any], str]:
        """What keys into other tables mean, as far as the actor sees those rows: a name, or a code."""
        wanted: dict[Any, set[Any]] = defaultdict(set)
        for state, _entry in self.states:
            row = self.rows[state.table, state.row]
            for column, field in columns_of(type(row)).items():
                if field.is_relation:
                    wanted[field.related_model] |= {state.old.get(column), getattr(row, field.attname)} - {None}
        found: dict[tuple[Any, Any], str] = {}
        for model, keys in wanted.items():
            for known in seen(self.actor, model).filter(pk__in=keys):
                found[model, known.pk] = known.name if isinstance(known, User | Unit) else getattr(known, "code", "")
        return found


def read(field: models.Field[Any, Any], value: Any) -> Any:
    """A value as the field gives it to Python, from how the database kept it in JSON."""
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return value
    plain = field.target_field if isinstance(field, models.ForeignKey) else field
    from_column = getattr(plain, "from_db_value", None)
    if from_column is not None:
        return from_column(value, None, connection)
    found = plain.to_python(value)
    # SQLite keeps a moment as the UTC it is, without saying so.
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) and found.tzinfo is None else found
