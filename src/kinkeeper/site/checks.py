"""System checks of the house: a table without a scope or a field without a sensitivity stops the start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register
from django.db.models import CharField, ForeignKey, JSONField, Model, TextField

from kinkeeper.access.gate import scope_of
from kinkeeper.journal.acts import Act
from kinkeeper.keys.fields import MarkField, SealedField
from kinkeeper.lib.sensitivity import Level, level_of

GATED = "kinkeeper."


def tables_of_the_house() -> list[type[Model]]:
    """Every table of every room."""
    return [model for model in apps.get_models() if model.__module__.startswith(GATED)]


def faults_of(model: type[Model]) -> Iterable[CheckMessage]:
    """What this table has forgotten to declare."""
    if scope_of(model) is None:
        yield Error(
            f"{model._meta.label} has no @scope.", hint="Declare one in the room’s policy.py.", id="kinkeeper.E001"
        )
    for field in model._meta.local_fields:
        if not field.auto_created and level_of(field) is None:
            yield Error(
                f"{model._meta.label}.{field.name} has no sensitivity.",
                hint="Wrap the field in s0 … s4 of kinkeeper.lib.sensitivity.",
                id="kinkeeper.E002",
            )


def faults_of_sealing(model: type[Model]) -> Iterable[CheckMessage]:
    """What lies open in this table although it is written in words about somebody, or is sealed and cannot be."""
    for field in model._meta.local_fields:
        if _must_be_sealed(field):
            yield Error(
                f"{model._meta.label}.{field.name} is special (S3), written in words, and lies open in the database.",
                hint="Make it a SealedTextField or SealedJSONField, or say why not: s3(…, coded=…).",
                id="kinkeeper.E004",
            )
    sealed = {field.name for field in model._meta.local_fields if isinstance(field, SealedField)}
    if sealed and not _leads_to_a_holder(model):
        yield Error(
            f"{model._meta.label} does not say whose key seals it.",
            hint="Set sealed_for to a way along required keys to a row with a code, or to “self”.",
            id="kinkeeper.E005",
        )
    for name in sealed & set(_compared(model)):
        yield Error(
            f"{model._meta.label}.{name} is sealed, and the database is asked to sort or compare it.",
            hint="Give it a MarkField, and use that.",
            id="kinkeeper.E006",
        )


def _must_be_sealed(field: Any) -> bool:
    if (level_of(field) or Level.S0) < Level.S3 or isinstance(field, SealedField | MarkField):
        return False
    if not isinstance(field, CharField | TextField | JSONField):
        return False
    return not field.choices and not getattr(field, "coded", "")


def _leads_to_a_holder(model: type[Model]) -> bool:
    way = getattr(model, "sealed_for", "")
    target: Any = model
    for step in way.split("__") if way != "self" else ():
        field = target._meta.get_field(step) if step in {one.name for one in target._meta.local_fields} else None
        if not isinstance(field, ForeignKey) or field.null:
            return False
        target = field.related_model
    names = [{one.name for one in kind._meta.local_fields} for kind in (model, target)]
    return bool(way) and all("code" in known for known in names)


def _compared(model: type[Model]) -> Iterable[str]:
    """Fields that this table sorts by, keeps unique or has an index of."""
    for name in model._meta.ordering or ():
        if isinstance(name, str):
            yield name.lstrip("-")
    for rule in (*model._meta.indexes, *model._meta.constraints):
        yield from (name.lstrip("-") for name in getattr(rule, "fields", ()))
    yield from (field.name for field in model._meta.local_fields if field.unique or getattr(field, "db_index", False))


@register("kinkeeper")
def what_is_written_lies_sealed(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Whatever is special and written in words is sealed with the key of whom it is about."""
    return [fault for model in tables_of_the_house() for fault in faults_of_sealing(model)]


@register("kinkeeper")
def every_table_is_gated(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every table has a scope and every field a sensitivity."""
    return [fault for model in tables_of_the_house() for fault in faults_of(model)]


@register("kinkeeper")
def the_admin_site_is_not_installed(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """The admin site would show every row to a superuser, past the gate."""
    if apps.is_installed("django.contrib.admin"):
        return [
            Error("django.contrib.admin is installed.", hint="It bypasses the gate: remove it.", id="kinkeeper.E003")
        ]
    return []


def public_functions_that_are_not_acts(module: Any) -> list[str]:
    """Names in an actions module that change things without judge and journal."""
    return [
        name
        for name, value in vars(module).items()
        if callable(value)
        and not name.startswith("_")
        and not isinstance(value, type | Act)
        and getattr(value, "__module__", "") == module.__name__
    ]
