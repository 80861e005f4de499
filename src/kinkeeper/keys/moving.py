"""Sealing what was written before its column was sealed: an operation for migrations, which can be taken back.

The columns have become text in the migration before. Rows are sealed in batches, and nothing is lost on the way: either
the whole migration stands or nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, cast

from django.apps.registry import Apps
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython
from django.db.models.functions import Cast

from kinkeeper.keys.fields import MarkField, Sealed, SealedField
from kinkeeper.keys.ring import Holder, Place, keyring, seal, unseal

BATCH = 500
Change = Callable[[type[models.Model], Sequence[SealedField], Holder, str, Mapping[str, str]], dict[str, Any]]


Only = Mapping[str, Collection[str]]


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
