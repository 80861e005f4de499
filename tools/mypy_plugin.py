"""django-stubs' mypy plugin, taught to see a relation through the declaration of its sensitivity.

The plugin finds a relation's model by looking for `name = ForeignKey(…)`. Ours read `name = s1(ForeignKey(…))`, which it
does not recognise, and it would call every related row `Any`, silently.
"""

from __future__ import annotations

from typing import Any

from mypy.nodes import AssignmentStmt, CallExpr
from mypy_django_plugin.lib import helpers
from mypy_django_plugin.main import plugin
from mypy_django_plugin.transformers import fields

__all__ = ["plugin"]

_find_plain = fields._get_current_field_from_assignment


def _find_declared(ctx: Any, django_context: Any) -> Any:
    """The field whose constructor is being looked at, bare or as the first argument of s0 … s4."""
    model = helpers.get_typechecker_api(ctx).scope.active_class()
    wrapped = ctx.context
    for statement in model.defn.defs.body if model is not None else ():
        if isinstance(statement, AssignmentStmt) and isinstance(statement.rvalue, CallExpr):
            call = statement.rvalue
            if call.args and call.args[0] is wrapped:
                ctx = ctx._replace(context=call)
                break
    return _find_plain(ctx, django_context)


fields._get_current_field_from_assignment = _find_declared
