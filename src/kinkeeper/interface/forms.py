"""Shape and wording of input: a token of one’s own, a token of a device."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Programme, Role, Unit
from kinkeeper.interface.actions import OF_DEVICES
from kinkeeper.lib.periods import add_months
from kinkeeper.ui.forms import DayField, DeedForm

READ, WRITE = "read", "write"
SCOPES = [(READ, _("read only")), (WRITE, _("read and write"))]


def _in_three_months() -> date:
    return add_months(timezone.localdate(), 3)


class TokenForm(DeedForm):
    """Which program gets the token, what it may do, and until when."""

    name = forms.CharField(
        label=_("Which program it is for"),
        max_length=60,
        help_text=_("So that you know later which one to revoke."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    scope = forms.ChoiceField(label=_("What it may do"), choices=SCOPES, initial=READ, widget=forms.RadioSelect)
    ends_on = DayField(label=_("Last day"), initial=_in_three_months, help_text=_("A year from today at most."))

    @property
    def particulars(self) -> dict[str, Any]:
        """The scope as the deed takes it."""
        rest = {name: value for name, value in super().particulars.items() if name != "scope"}
        return {**rest, "may_write": self.cleaned_data["scope"] == WRITE}


class DeviceTokenForm(TokenForm):
    """Which device is let in, and with which seats."""

    role = forms.ChoiceField(
        label=_("Role"),
        choices=[(role, label) for role, label in Role.choices if role in OF_DEVICES],
        help_text=_("The device sees and does what somebody with this role sees and does. It has no cases of its own."),
    )
    places = forms.MultipleChoiceField(
        label=_("Where"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one place.")},
    )
    field_order = ("name", "role", "places", "scope", "ends_on")

    def __init__(self, *args: Any, places: tuple[list[Programme], list[Unit]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes, units = places
        self.rows: dict[str, Programme | Unit | None] = {
            "association": None,
            **{f"programme-{row.code}": row for row in programmes},
            **{f"unit-{row.code}": row for row in units},
        }
        field = self.fields["places"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [
            *((f"unit-{row.code}", f"{row.name} ({row.programme.name})") for row in units),
            *((f"programme-{row.code}", _("Whole programme: %(name)s") % {"name": row.name}) for row in programmes),
            ("association", _("Whole association")),
        ]

    @property
    def particulars(self) -> dict[str, Any]:
        """The places as the units and programmes they stand for."""
        chosen = [self.rows[name] for name in self.cleaned_data["places"]]
        return {**super().particulars, "places": chosen}
