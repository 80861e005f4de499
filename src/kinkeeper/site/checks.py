"""System checks of the house: a table without a scope or a field without a sensitivity stops the start."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, register
from django.db.models import Model

from kinkeeper.access.gate import scope_of
from kinkeeper.journal.acts import Act
from kinkeeper.lib.sensitivity import level_of

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
