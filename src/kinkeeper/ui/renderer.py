"""How forms are drawn: one field, one form, one list of errors for the whole house."""

from __future__ import annotations

from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.template.loader import render_to_string

_CLASSES = {
    "select": "form-select",
    "checkbox": "form-check-input",
    "radio": "form-check-input",
    "hidden": "",
}


class KinkeeperRenderer(DjangoTemplates):
    """Django's forms with our own field and form templates, and the classes of our style on every widget."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if template_name.startswith("ui/"):
            return render_to_string(template_name, context, request)
        widget = context.get("widget")
        if widget is not None:
            _dress(widget)
        return super().render(template_name, context, request)


def _dress(widget: dict[str, Any]) -> None:
    """Put the class of our style on a widget and on the options and parts inside it."""
    kind = widget["template_name"].rsplit("/", 1)[-1].removesuffix(".html")
    if kind not in {"radio", "checkbox_select", "multiwidget"}:
        usual = _CLASSES.get(widget.get("type") or kind, "form-control")
        if usual and "class" not in widget["attrs"]:
            widget["attrs"] = {**widget["attrs"], "class": usual}
    for _group, options, _index in widget.get("optgroups", ()):
        for option in options:
            if option.get("type") in {"radio", "checkbox"}:
                option["attrs"] = {**option["attrs"], "class": "form-check-input"}
    for part in widget.get("subwidgets", ()):
        _dress(part)
