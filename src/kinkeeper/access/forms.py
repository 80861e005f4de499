"""Shape and wording of input: inviting, seats, units, openings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Opening, Programme, Role, Unit
from kinkeeper.lib.packs import load_pack, packs
from kinkeeper.ui.forms import DayField, DeedForm

Places = tuple[list[Programme], list[Unit]]


class _SeatFields(DeedForm):
    """A role and the place where it is held; the place is one choice of the association, a programme or a unit."""

    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)
    place = forms.ChoiceField(
        label=_("Where"),
        help_text=_(
            "Caseworkers, youth workers and supervisors sit in one unit; administrators in the whole association."
        ),
    )

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        programmes, units = places
        self.rows: dict[str, dict[str, Any]] = {
            "association": {},
            **{f"programme-{row.code}": {"programme": row} for row in programmes},
            **{f"unit-{row.code}": {"unit": row} for row in units},
        }
        choices: list[tuple[Any, Any]] = [("", _("Choose a place")), ("association", _("Whole association"))]
        for programme in programmes:
            inside = [(f"unit-{unit.code}", unit.name) for unit in units if unit.programme_id == programme.pk]
            whole = (f"programme-{programme.code}", _("Whole programme: %(name)s") % {"name": programme.name})
            choices.append((programme.name, [*inside, whole]))
        field = self.fields["place"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    @property
    def particulars(self) -> dict[str, Any]:
        """The place as the unit or the programme it stands for."""
        rest = {name: value for name, value in super().particulars.items() if name != "place"}
        return {**rest, **self.rows[self.cleaned_data["place"]]}


class InviteForm(_SeatFields):
    """Somebody who is to work here."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    field_order = ("name", "email", "role", "place")


class GiveSeatForm(_SeatFields):
    """One more role for somebody who works here."""

    starts_on = DayField(label=_("From"), initial=timezone.localdate)


class EndSeatForm(DeedForm):
    """The last day of a seat."""

    ends_on = DayField(
        label=_("Last day"), initial=timezone.localdate, help_text=_("The seat still counts on this day.")
    )


class ProgrammeForm(DeedForm):
    """A line of work."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Programme.Kind.choices)


class ChoosePackForm(DeedForm):
    """The law of a country, as far as Kinkeeper knows it."""

    pack = forms.ChoiceField(label=_("Jurisdiction pack"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["pack"]
        assert isinstance(field, forms.ChoiceField)
        labels = {code: gettext(load_pack(code).label) for code in packs()}
        field.choices = [(code, labels[code]) for code in sorted(labels, key=lambda code: labels[code])]


class UnitForm(DeedForm):
    """A place of work."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Unit.Kind.choices)
    place = forms.CharField(label=_("Town or district"), max_length=120, required=False)


class OpenRecordForm(DeedForm):
    """Why somebody must read a record that is not theirs."""

    record = forms.CharField(
        label=_("Code of the record"),
        max_length=16,
        help_text=_("The code that a colleague, the police or a hospital told you."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=_("Why you must read it now"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text=_("At least a sentence. The unit’s supervisors read it."),
    )


class CloseOpeningForm(DeedForm):
    """What came of it."""

    comment = forms.CharField(
        label=_("What you did with what you read"), widget=forms.Textarea(attrs={"rows": 4}), max_length=2000
    )


class ReviewOpeningForm(DeedForm):
    """A verdict on an opening."""

    finding = forms.TypedChoiceField(
        label=_("Your verdict"), choices=Opening.Finding.choices, coerce=Opening.Finding, widget=forms.RadioSelect
    )
    review = forms.CharField(
        label=_("What it rests on"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2000,
        help_text=_("Speak with the colleague first. Whoever opened the record reads this."),
    )


class DeclareEmergencyForm(DeedForm):
    """What happened, who declared it, and since when."""

    name = forms.CharField(label=_("What happened and where"), max_length=200)
    declared_by = forms.CharField(label=_("Declared by"), max_length=200)
    declared_on = DayField(label=_("Declared on"), initial=timezone.localdate)


class EndEmergencyForm(DeedForm):
    """Since when the emergency is over."""

    ended_on = DayField(label=_("Over since"), initial=timezone.localdate)
