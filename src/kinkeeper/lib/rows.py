"""The shape of a row that people work on: a public code for addresses, a version against lost updates. No table here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from django.db import models

from kinkeeper.lib.codes import new_code
from kinkeeper.lib.refusals import Stale
from kinkeeper.lib.sensitivity import s1


class Row(models.Model):
    """A record with a public code and a version.

    Internal keys are integers and never leave the database; addresses, files and the journal carry the code.
    """

    code = s1(models.CharField(max_length=16, unique=True, default=new_code, editable=False))
    version = s1(models.PositiveIntegerField(default=1, editable=False))
    created_at = s1(models.DateTimeField(auto_now_add=True, editable=False))

    class Meta:
        abstract = True


RowT = TypeVar("RowT", bound=Row)


def as_stored(row: models.Model, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Changes as they are written into this row: a field that lies sealed is sealed for it, its mark follows."""
    stored = dict(changes)
    for field in row._meta.concrete_fields:
        for_row = getattr(field, "for_row", None)
        if for_row is None:
            continue
        followed = getattr(field, "of", field.name)
        if followed in changes:
            stored[field.name] = for_row(row, changes[followed])
    return stored


def write(row: RowT, **changes: Any) -> RowT:
    """Store `changes` if nobody has written to the row since it was read; otherwise raise `Stale`.

    One UPDATE … WHERE version = …, so two writers cannot both win on either database.
    """
    manager = type(row)._base_manager
    won = manager.filter(pk=row.pk, version=row.version).update(version=row.version + 1, **as_stored(row, changes))
    if won != 1:
        raise Stale
    for name, value in changes.items():
        setattr(row, name, value)
    row.version += 1
    return row
