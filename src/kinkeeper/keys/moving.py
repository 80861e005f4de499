"""Sealing what was written before its column was sealed: operations for migrations, which can be taken back.

First the columns become text (`TextsMayLieSealed`), in the migration after that the rows are sealed in batches (`sealing`).
Nothing is lost on the way: either a whole migration stands or nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from django.apps.registry import Apps
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import AlterField, RunPython
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState
from django.db.models.functions import Cast

from kinkeeper.keys.fields import MarkField, Sealed, SealedField
from kinkeeper.keys.ring import Holder, Place, keyring, seal, unseal

BATCH = 500
Change = Callable[[type[models.Model], Sequence[SealedField], Holder, str, Mapping[str, str]], dict[str, Any]]


Only = Mapping[str, Collection[str]]


class TextsMayLieSealed(Operation):
    """Alter many fields of a room as one step.

    One by one, Django would draw its picture of the whole house anew for each of them: twenty seconds for a new database.
    None of the fields may be a relation.
    """

    category = OperationCategory.ALTERATION
    reversible = True

    def __init__(self, fields: Sequence[AlterField]) -> None:
        self.fields = fields

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """As a migration writes it."""
        return (type(self).__name__, [self.fields], {})

    def describe(self) -> str:
        """What it does, in the list of steps."""
        return f"Alter {len(self.fields)} fields"

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The picture of the models afterwards, drawn once."""
        touched = sorted({(app_label, one.model_name_lower) for one in self.fields})
        for one in self.fields:
            state.models[app_label, one.model_name_lower].fields[one.name] = one.field
        state.reload_models(touched, delay=True)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Alter the columns; on SQLite each table is written anew once."""
        for name in dict.fromkeys(one.model_name for one in self.fields):
            before, after = from_state.apps.get_model(app_label, name), to_state.apps.get_model(app_label, name)
            names = [one.name for one in self.fields if one.model_name == name]
            pairs = [(before._meta.get_field(field), after._meta.get_field(field)) for field in names]
            if schema_editor.connection.vendor == "sqlite":
                cast(Any, schema_editor)._remake_table(before, alter_fields=pairs)
                continue
            for old, new in pairs:
                schema_editor.alter_field(before, old, new)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """The same way back: the states say where from and where to."""
        self.database_forwards(app_label, schema_editor, from_state, to_state)


def sealing(room: str, tables: Mapping[str, str], *, only: Only | None = None) -> RunPython:
    """Seal the fields of these tables of a room; `tables` says whose key: `{"Contact": "case__child", "Home": "self"}`.

    `only` names the fields of a table of which others were sealed by a migration before.
    """
    there, back = _through(room, tables, only or {}, _sealed), _through(room, tables, only or {}, _opened)
    return RunPython(there, back, elidable=False)


def _through(
    room: str, tables: Mapping[str, str], only: Only, change: Change
) -> Callable[[Apps, BaseDatabaseSchemaEditor], None]:
    def run(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for name, way in tables.items():
            model = apps.get_model(room, name)
            fields = [one for one in _sealed_fields(model) if one.name in only.get(name, {one.name})]
            for rows in _batches(model, way):
                with keyring():
                    for pk, code, holder, texts in rows:
                        told = [field for field in fields if texts[field.name]]
                        changes = change(model, told, holder, code, texts)
                        if changes:
                            model._base_manager.filter(pk=pk).update(**changes)

    return run


def _sealed_fields(model: type[models.Model]) -> list[SealedField]:
    return [field for field in model._meta.local_fields if isinstance(field, SealedField)]


def _batches(model: type[models.Model], way: str) -> Iterator[list[tuple[int, str, Holder, dict[str, str]]]]:
    """Rows as (key, code, holder, texts as they lie), a few hundred at a time."""
    names = [field.name for field in _sealed_fields(model)]
    raw = {f"raw_{name}": Cast(name, models.TextField()) for name in names}
    steps = [] if way == "self" else way.split("__")
    target = model
    for step in steps:
        target = cast(Any, target._meta.get_field(step)).related_model
    rows = (
        model._base_manager.order_by("pk").annotate(**raw).values_list("pk", "code", "__".join((*steps, "code")), *raw)
    )
    last = 0
    while batch := list(rows.filter(pk__gt=last)[:BATCH]):
        last = batch[-1][0]
        yield [
            (pk, code, Holder(target._meta.label_lower, of), dict(zip(names, texts, strict=True)))
            for pk, code, of, *texts in batch
        ]


def _sealed(
    model: type[models.Model], fields: Sequence[SealedField], holder: Holder, code: str, texts: Mapping[str, str]
) -> dict[str, Any]:
    table = model._meta.db_table
    changes: dict[str, Any] = {
        field.name: Sealed(seal(texts[field.name], Place(table, field.attname, code), holder))
        for field in fields
        if texts[field.name] not in field.EMPTY
    }
    for field in model._meta.local_fields:
        if isinstance(field, MarkField) and field.of in changes:
            changes[field.name] = field.marked(texts[field.of])
    return changes


def _opened(
    model: type[models.Model], fields: Sequence[SealedField], holder: Holder, code: str, texts: Mapping[str, str]
) -> dict[str, Any]:
    table = model._meta.db_table
    changes = {}
    for field in fields:
        if texts[field.name] not in field.EMPTY:
            text = unseal(texts[field.name], Place(table, field.attname, code))
            plain = field.to_text(field.erased()) if text is None else text
            changes[field.name] = models.Value(plain, models.TextField())
    return changes
