"""Shape and wording of input: signing in, inviting, seats, units, openings."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Programme, Role, Unit, User
from kinkeeper.lib.packs import load_pack, packs
from kinkeeper.ui.forms import DayField, DeedForm

Places = tuple[list[Programme], list[Unit]]


def _password(label: Any, purpose: str, **more: Any) -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": purpose})
    return forms.CharField(label=label, widget=widget, strip=False, max_length=200, **more)


class SignInForm(forms.Form):
    """Who is there."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )
    password = _password(_("Password"), "current-password")


class NewPasswordForm(DeedForm):
    """A password that is long enough and not everybody’s."""

    password = _password(_("New password"), "new-password", help_text=password_validators_help_text_html)

    def validate_for(self, user: User) -> None:
        """Ask the validators of the installation; what they say stands beside the field."""
        if "password" in self.cleaned_data:
            try:
                validate_password(self.cleaned_data["password"], user)
            except ValidationError as error:
                self.add_error("password", error)


class ChangePasswordForm(NewPasswordForm):
    """The old password proves that it is oneself who changes it."""

    old = _password(_("Password of until now"), "current-password")
    field_order = ("old", "password")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_old(self) -> str:
        """The old password must be right."""
        old: str = self.cleaned_data["old"]
        if not self.user.check_password(old):
            raise ValidationError(_("This is not your password."))
        return old

    def clean(self) -> dict[str, Any]:
        self.validate_for(self.user)
        return self.cleaned_data


class ChooseNewPasswordForm(NewPasswordForm):
    """The password in place of the lost one."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        self.validate_for(self.user)
        return self.cleaned_data


class AcceptInvitationForm(NewPasswordForm):
    """What somebody tells of themselves when they come in."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=200,
        help_text=_("As your colleagues know you."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    field_order = ("name", "language", "password")

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        self.validate_for(User(email=self.email, name=self.cleaned_data.get("name", "")))
        return self.cleaned_data


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


class DeclareEmergencyForm(DeedForm):
    """What happened, who declared it, and since when."""

    name = forms.CharField(label=_("What happened and where"), max_length=200)
    declared_by = forms.CharField(label=_("Declared by"), max_length=200)
    declared_on = DayField(label=_("Declared on"), initial=timezone.localdate)


class EndEmergencyForm(DeedForm):
    """Since when the emergency is over."""

    ended_on = DayField(label=_("Over since"), initial=timezone.localdate)
