"""Shape and wording of input: signing in, passwords, second factors, coming in by invitation."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import User
from kinkeeper.ui.forms import DeedForm, StrictJSONField


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


class SecondFactorForm(forms.Form):
    """A code or a passkey, after the password."""

    code = forms.CharField(
        label=_("Code of your app, or a recovery code"),
        max_length=20,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
    credential = StrictJSONField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, has_passkey: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].required = not has_passkey


class PasskeyForm(forms.Form):
    """A passkey as the browser shows it."""

    credential = StrictJSONField(widget=forms.HiddenInput)


class AddPasskeyForm(DeedForm):
    """A passkey that the browser has just made, and what its owner calls it."""

    name = forms.CharField(
        label=_("What do you call this device?"), max_length=60, help_text=_("For example: my telephone.")
    )
    credential = StrictJSONField(
        widget=forms.HiddenInput,
        error_messages={"required": _("The device has not made a passkey yet. Choose “Make a passkey”.")},
    )


class AddAppForm(DeedForm):
    """The first code of an app shows that it works."""

    code = forms.CharField(
        label=_("Code that the app shows now"),
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )
