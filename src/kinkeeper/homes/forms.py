"""Shape and wording of input: a home and its carers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import pack_in_force
from kinkeeper.homes.models import Home
from kinkeeper.lib.choices import choices_of
from kinkeeper.people.models import Person
from kinkeeper.ui.forms import DayField, DeedForm

_MOST_PLACES = 500
_OLDEST = 30


def _number(label: Any, most: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=0, max_value=most, help_text=help_text)


class DescribeHomeForm(DeedForm):
    """What is known of a home."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Home.Kind.choices)
    capacity = _number(_("Places"), _MOST_PLACES, _("Leave it empty where nobody has set a limit."))
    age_from = _number(_("Youngest age"), _OLDEST)
    age_to = _number(_("Oldest age"), _OLDEST)
    provider = forms.ChoiceField(label=_("Provider"), required=False)
    registration = forms.CharField(label=_("Registration number"), max_length=40, required=False)
    address = forms.CharField(
        label=_("Address"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    postcode = forms.CharField(label=_("Postcode"), max_length=12, required=False)
    telephone = forms.CharField(label=_("Telephone"), max_length=40, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provider = self.fields["provider"]
        assert isinstance(provider, forms.ChoiceField)
        provider.choices = choices_of(pack_in_force().providers, timezone.localdate(), _("Not known"))

    @classmethod
    def words_of(cls, home: Home) -> dict[str, Any]:
        """What is recorded of a home now."""
        return {name: getattr(home, name) for name in cls.base_fields if name != "version"}


class OpenHomeForm(DescribeHomeForm):
    """A new home, from a day on."""

    opened_on = DayField(label=_("Open since"), initial=timezone.localdate)
    field_order = ("name", "kind", "opened_on", "capacity", "age_from", "age_to", "provider")


class CloseHomeForm(DeedForm):
    """When a home closed."""

    closed_on = DayField(label=_("Closed on"), initial=timezone.localdate)


class AppointCarerForm(DeedForm):
    """Who cares in a home, from when. Gives the person."""

    person = forms.ChoiceField(label=_("Person"), widget=forms.RadioSelect)
    starts_on = DayField(label=_("From"), initial=timezone.localdate)
    is_main = forms.BooleanField(label=_("Main carer"), required=False)

    def __init__(self, *args: Any, found: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {person.code: person for person in found}
        person = self.fields["person"]
        assert isinstance(person, forms.ChoiceField)
        person.choices = [(one.code, f"{one.name} · {one.birth or '?'} · {one.code}") for one in found]

    def clean_person(self) -> Person:
        """The person behind the chosen code."""
        return self.found[self.cleaned_data["person"]]


class EndCarerForm(DeedForm):
    """When somebody stopped caring."""

    ended_on = DayField(label=_("Until"), initial=timezone.localdate)
