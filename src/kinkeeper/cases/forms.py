"""Shape and wording of input: taking a child in, contacts, risk, who is responsible, closing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from kinkeeper.access.models import User
from kinkeeper.cases.models import Case, Contact, Death, Tracing
from kinkeeper.people.models import BirthBy, Sex
from kinkeeper.ui.forms import DayField, DeedForm, PartialDateField


def _long(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 5})
    return forms.CharField(label=label, max_length=10_000, required=False, widget=widget, help_text=help_text)


class TakeInChildForm(DeedForm):
    """Who the child is, as far as it is known, and from when we are responsible."""

    given = forms.CharField(label=_("Given name"), max_length=100, required=False)
    middle = forms.CharField(label=_("Middle name or patronymic"), max_length=100, required=False)
    family = forms.CharField(label=_("Family name"), max_length=100, required=False)
    birth = PartialDateField(label=_("Date of birth"), required=False)
    birth_by = forms.ChoiceField(
        label=_("How the birth is known"),
        choices=BirthBy.choices,
        required=False,
        help_text=_("An estimate needs its method."),
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, initial=Sex.UNKNOWN)
    kind = forms.ChoiceField(label=_("Kind of support"), choices=Case.Kind.choices)
    opened_on = DayField(label=_("We are responsible from"), initial=timezone.localdate)
    refuse_likeness = forms.BooleanField(
        label=_("If somebody alike is recorded already: I have looked, this is another person"), required=False
    )

    @property
    def particulars(self) -> dict[str, Any]:
        """What was filled in; somebody alike is refused until the box says that it is another person."""
        found = super().particulars
        return {**found, "refuse_likeness": not found["refuse_likeness"]}


class OpenCaseForm(DeedForm):
    """From when we are responsible, and for what."""

    kind = forms.ChoiceField(label=_("Kind of support"), choices=Case.Kind.choices)
    opened_on = DayField(label=_("We are responsible from"), initial=timezone.localdate)


class WorkerField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A caseworker of the unit, with how many children they carry."""

    caseloads: Mapping[int, int] = {}

    def label_from_instance(self, obj: User) -> str:
        """The name and the number of children."""
        number = self.caseloads.get(obj.pk, 0)
        words = ngettext("%(name)s · %(number)s child", "%(name)s · %(number)s children", number)
        return words % {"name": obj.name, "number": number}


class AssignWorkerForm(DeedForm):
    """Who becomes responsible, and from when."""

    worker = WorkerField(label=_("Worker"), queryset=None, to_field_name="code", empty_label=_("Choose a worker"))
    starts_on = DayField(label=_("From"), initial=timezone.localdate)

    def __init__(self, *args: Any, workers: QuerySet[User], caseloads: Mapping[int, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["worker"]
        assert isinstance(field, WorkerField)
        field.caseloads = caseloads
        field.queryset = workers


class RecordContactForm(DeedForm):
    """When a contact was, who was there, whether the child was seen, and what was said."""

    drafts = True

    kind = forms.ChoiceField(label=_("What it was"), choices=Contact.Kind.choices, initial=Contact.Kind.VISIT)
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Contact.Purpose.choices, required=False)
    happened_on = DayField(label=_("Date"), initial=timezone.localdate)
    seen = forms.ChoiceField(label=_("The child was"), choices=Contact.Seen.choices, widget=forms.RadioSelect)
    place = forms.CharField(label=_("Place"), max_length=200, required=False)
    present = forms.CharField(label=_("Who was present"), max_length=300, required=False)
    note = _long(_("What happened and what was said"))
    child_said = _long(_("In the child’s own words"), _("As the child said it, in the child’s language if you can."))
    home_conditions = _long(_("How the home is"))
    carer_needs = _long(_("What the carers need"))
    next_steps = _long(_("What follows"))


class AssessRiskForm(DeedForm):
    """How great the risk is."""

    risk = forms.ChoiceField(
        label=_("Risk"), choices=[choice for choice in Case.Risk.choices if choice[0]], widget=forms.RadioSelect
    )


class CloseCaseForm(DeedForm):
    """When and why we are no longer responsible."""

    closed_on = DayField(label=_("Closed on"), initial=timezone.localdate)
    close_reason = forms.ChoiceField(label=_("Why"), choices=Case.CloseReason.choices)


class ReopenCaseForm(DeedForm):
    """From when we are responsible again."""

    reopened_on = DayField(label=_("From"), initial=timezone.localdate)


def _must(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, max_length=10_000, widget=widget, help_text=help_text)


class HoldConferenceForm(DeedForm):
    """Who sat together, what was discussed, what was agreed."""

    drafts = True

    held_on = DayField(label=_("Date"), initial=timezone.localdate)
    present = _must(_("Who was present"))
    child_present = forms.BooleanField(label=_("The child was present"), required=False)
    discussed = _must(_("What was discussed"))
    agreed = _must(_("What was agreed"), _("Who does what, and until when. Note each as a task as well."))


class AddTaskForm(DeedForm):
    """What is to be done, until when, and by whom."""

    title = forms.CharField(label=_("What is to be done"), max_length=300)
    due_on = DayField(label=_("Until"))
    owner: forms.ModelChoiceField[User] = forms.ModelChoiceField(
        label=_("Who does it"),
        queryset=None,
        to_field_name="code",
        required=False,
        empty_label=_("The worker of the case"),
    )

    def __init__(self, *args: Any, owners: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["owner"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = owners


class FinishTaskForm(DeedForm):
    """When a task was done, and what came of it."""

    done_on = DayField(label=_("Done on"), initial=timezone.localdate)
    outcome = forms.CharField(label=_("What came of it"), max_length=300, required=False)


class DropTaskForm(DeedForm):
    """Why a task is not needed any more."""

    outcome = forms.CharField(label=_("Why it is not needed any more"), max_length=300)


class OpenTracingForm(DeedForm):
    """Who is looked for, and since when."""

    looks_for = forms.CharField(
        label=_("Who is looked for"), max_length=300, help_text=_("Name, what they are to the child, where last seen.")
    )
    opened_on = DayField(label=_("Since"), initial=timezone.localdate)


class EndTracingForm(DeedForm):
    """How and when the search ended."""

    ended_on = DayField(label=_("Ended on"), initial=timezone.localdate)
    outcome = forms.ChoiceField(label=_("Outcome"), choices=Tracing.Outcome.choices, widget=forms.RadioSelect)


class RecordDeathForm(DeedForm):
    """When and of what a child died, who was told, and what is looked into."""

    drafts = True

    died_on = DayField(label=_("Died on"))
    cause = forms.ChoiceField(label=_("Cause"), choices=Death.Cause.choices, initial=Death.Cause.UNKNOWN)
    told = _must(_("Who was told, when and by whom"), _("Family, authority, police, the association."))
    investigation = _must(_("Investigation that was opened"), _("By whom; where there is none, why."))
    support = _long(_("Support for family, brothers and sisters, and colleagues"))


class MarkDuplicateForm(DeedForm):
    """Which case of the child is kept."""

    surviving: forms.ModelChoiceField[Case] = forms.ModelChoiceField(
        label=_("Code of the case that is kept"),
        queryset=None,
        to_field_name="code",
        widget=forms.TextInput,
        help_text=_("The code stands on the page of that case."),
        error_messages={"invalid_choice": _("You see no case with this code.")},
    )

    def __init__(self, *args: Any, cases: QuerySet[Case], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["surviving"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = cases
