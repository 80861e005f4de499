"""Shape and wording of input: a home, its carers, its approvals, and the checks and trainings of those who live there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import pack_in_force
from kinkeeper.homes.models import BackgroundCheck, Home
from kinkeeper.lib.choices import choices_of
from kinkeeper.people.models import Person, Sex
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


class _OfSomebody(DeedForm):
    """A form about one of several people. Gives the person."""

    person = forms.ChoiceField(label=_("Person"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, found: Sequence[Person], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.found = {person.code: person for person in found}
        person = self.fields["person"]
        assert isinstance(person, forms.ChoiceField)
        person.choices = [(one.code, f"{one.name} · {one.birth or '?'} · {one.code}") for one in found]

    def clean_person(self) -> Person:
        """The person behind the chosen code."""
        return self.found[self.cleaned_data["person"]]


class AppointCarerForm(_OfSomebody):
    """Who cares in a home, from when."""

    starts_on = DayField(label=_("From"), initial=timezone.localdate)
    is_main = forms.BooleanField(label=_("Main carer"), required=False)


class EndCarerForm(DeedForm):
    """When somebody stopped caring."""

    ended_on = DayField(label=_("Until"), initial=timezone.localdate)


class AddHouseMemberForm(_OfSomebody):
    """Who else lives in a home, from when."""

    starts_on = DayField(label=_("From"), initial=timezone.localdate)


class EndHouseMemberForm(DeedForm):
    """When somebody moved out."""

    ended_on = DayField(label=_("Until"), initial=timezone.localdate)


class ApproveHomeForm(DeedForm):
    """For what a home is approved, by whom, and for how long."""

    care_types = forms.MultipleChoiceField(label=_("Forms of care"), widget=forms.CheckboxSelectMultiple)
    authority = forms.CharField(label=_("Approved by"), max_length=200)
    starts_on = DayField(label=_("From"), initial=timezone.localdate)
    ends_on = DayField(label=_("Until"), required=False, help_text=_("Leave it empty where no end is set."))
    capacity = _number(_("Places"), _MOST_PLACES, _("Leave it empty where the approval names none."))
    age_from = _number(_("Youngest age"), _OLDEST)
    age_to = _number(_("Oldest age"), _OLDEST)
    sex = forms.ChoiceField(label=_("Only for"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds, sex = self.fields["care_types"], self.fields["sex"]
        assert isinstance(kinds, forms.MultipleChoiceField)
        assert isinstance(sex, forms.ChoiceField)
        kinds.choices = choices_of(pack_in_force().care_types, timezone.localdate())
        sex.choices = [("", _("All children")), *((one, Sex(one).label) for one in (Sex.FEMALE, Sex.MALE))]


class SuspendApprovalForm(DeedForm):
    """Since when an approval is on hold, and why."""

    suspended_on = DayField(label=_("On hold since"), initial=timezone.localdate)
    suspended_why = forms.CharField(label=_("Why"), max_length=300)


class LiftSuspensionForm(DeedForm):
    """Nothing to fill in: the approval is in force again from today on."""


class EndApprovalForm(DeedForm):
    """When an approval ended."""

    ended_on = DayField(label=_("Ended on"), initial=timezone.localdate)


class RecordBackgroundCheckForm(_OfSomebody):
    """Whose background was checked, by whom, and what came of it."""

    issuer = forms.CharField(label=_("Issued by"), max_length=200)
    issued_on = DayField(label=_("Issued on"), initial=timezone.localdate)
    ends_on = DayField(
        label=_("Valid until"), required=False, help_text=_("Leave it empty, and it counts as long as the rules say.")
    )
    result = forms.ChoiceField(label=_("Result"), choices=BackgroundCheck.Result.choices, widget=forms.RadioSelect)


class RecordTrainingForm(_OfSomebody):
    """Who was trained in what, or must be by a day."""

    topic = forms.CharField(label=_("What it is about"), max_length=200)
    hours = forms.IntegerField(label=_("Hours"), min_value=0, max_value=2000, initial=0)
    done_on = DayField(
        label=_("Done on"), required=False, help_text=_("Leave it empty where it has not been done yet.")
    )
    due_on = DayField(label=_("Due, or due again, on"), required=False)
    mandatory = forms.BooleanField(label=_("Mandatory"), required=False)
