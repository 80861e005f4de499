"""The shape of what a worker asks of a list: words to look for, filters, an order."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit, User, pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.homes.models import Home
from kinkeeper.ui.forms import DeedForm, EntryField

ANY = ("", _("any"))
STEPS = [(step.value, step.label) for step in Case.State if step not in Case.OVER]
STATES = [("", _("open")), *STEPS, ("closed", _("closed")), ("all", _("open and closed"))]
DUE = [ANY, ("overdue", _("overdue")), ("week", _("due within a week")), ("later", _("later"))]
ORDERS = ["name", "age", "since", "visit", "due", "risk", "worker", "unit"]


class CaseloadFilter(forms.Form):
    """Which cases to list and in which order. Anything unknown in the address is ignored, never an error page."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=100)
    worker = forms.ChoiceField(label=_("Worker"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    risk = forms.ChoiceField(
        label=_("Risk"), required=False, choices=[ANY, *((c.value or "none", c.label) for c in Case.Risk)]
    )
    due = forms.ChoiceField(label=_("Due"), required=False, choices=DUE)
    kind = forms.ChoiceField(label=_("Kind of case"), required=False, choices=[ANY, *Case.Kind.choices])
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    sort = forms.ChoiceField(
        required=False, widget=forms.HiddenInput, choices=[(sign + name, name) for name in ORDERS for sign in ("", "-")]
    )

    def __init__(self, data: Any, *, workers: Iterable[User], units: Iterable[Unit]) -> None:
        super().__init__(data)
        people = [(worker.code, worker.name) for worker in workers]
        places = [(unit.code, unit.name) for unit in units]
        _offer(self.fields["worker"], people)
        _offer(self.fields["unit"], places)
        if len(people) < 2:
            del self.fields["worker"]
        if len(places) < 2:
            del self.fields["unit"]

    def wishes(self) -> dict[str, str]:
        """The valid part of what was asked."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}

    def narrows(self) -> bool:
        """Whether a filter besides the search words is set, so that the page shows them opened."""
        return bool(self.wishes().keys() - {"q", "sort"})


class DownloadCaseloadForm(DeedForm):
    """For which purpose a list leaves the house, and to whom."""

    purpose = EntryField(label=_("Purpose"), required=False)
    recipient = forms.CharField(
        label=_("Who receives the data"),
        max_length=200,
        required=False,
        help_text=_("Needed where the purpose rests on consent: consent names who receives."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        purpose = self.fields["purpose"]
        assert isinstance(purpose, EntryField)
        purpose.offer(pack_in_force().purposes, timezone.localdate())


class HomesFilter(forms.Form):
    """Which homes to list."""

    q = forms.CharField(label=_("Name of the home"), required=False, max_length=100)
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ANY, *Home.Kind.choices])
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    free = forms.BooleanField(label=_("with a free place"), required=False)

    def __init__(self, data: Any, *, units: Iterable[Unit]) -> None:
        super().__init__(data)
        places = [(unit.code, unit.name) for unit in units]
        _offer(self.fields["unit"], places)
        if len(places) < 2:
            del self.fields["unit"]

    def wishes(self) -> dict[str, str]:
        """The valid part of what was asked."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


def _offer(field: forms.Field, choices: list[tuple[str, str]]) -> None:
    assert isinstance(field, forms.ChoiceField)
    field.choices = [ANY, *choices]
