"""Template tags that ask the gate: a deed's button with its reason, a field only as far as the seat reaches."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model
from django.utils.translation import gettext as _

from kinkeeper.access.gate import Actor, may_read

register = template.Library()


@register.simple_tag
def shown(actor: Actor, row: Model, name: str) -> str:
    """The value of a field in words, or a dash-like sentence where the actor's seat does not reach it."""
    if not may_read(actor, row, name):
        return _("not shown to your role")
    display = getattr(row, f"get_{name}_display", None)
    value: Any = display() if callable(display) else getattr(row, name)
    return "" if value is None else str(value)


@register.simple_tag
def reads(actor: Actor, row: Model, name: str) -> bool:
    """Whether the actor may read the named field of the row: `{% reads actor child "ethnicity" as yes %}`."""
    return may_read(actor, row, name)
