"""How forms are drawn: one field template for the whole house."""

from __future__ import annotations

from django.forms.renderers import DjangoTemplates


class KinkeeperRenderer(DjangoTemplates):
    """Django's forms with our own field, errors and form templates."""

    form_template_name = "ui/form.html"
    field_template_name = "ui/field.html"
