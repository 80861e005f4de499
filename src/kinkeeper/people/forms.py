"""Forms of the deeds on persons: what is asked, in which words."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import pack_in_force
from kinkeeper.files import vault
from kinkeeper.files.vault import Accepted
from kinkeeper.lib.choices import choices_of
from kinkeeper.lib.languages import language_choices
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import BirthBy, ContactPoint, Document, Identifier, Name, Sex
from kinkeeper.ui.forms import DayField, DeedForm, PartialDateField

_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|\d{3}))?")


class UploadField(forms.FileField):
    """A paper or picture, judged and made harmless by the vault before anything else looks at it."""

    def __init__(self, *, pictures_only: bool = False, **kwargs: Any) -> None:
        kinds = "image/jpeg,image/png,image/webp,.heic" + ("" if pictures_only else ",.pdf,.txt,.docx,.odt")
        kwargs.setdefault("widget", forms.FileInput(attrs={"accept": kinds}))
        super().__init__(**kwargs)

    def clean(self, data: Any, initial: Any = None) -> Accepted | None:
        """What the vault accepted."""
        upload = super().clean(data, initial)
        if not upload:
            return None
        try:
            # One byte more than is allowed is enough to know that it is too much.
            return vault.accept(upload.read(vault.MOST_BYTES + 1), upload.name)
        except Refused as refusal:
            raise ValidationError(str(refusal), code=refusal.guard) from refusal


class NameForm(DeedForm):
    """The parts of a name."""

    given = forms.CharField(label=_("Given name"), max_length=100, required=False)
    middle = forms.CharField(label=_("Middle name or patronymic"), max_length=100, required=False)
    family = forms.CharField(label=_("Family name"), max_length=100, required=False)

    def clean(self) -> dict[str, Any]:
        """Somebody may have one name only, but not none."""
        cleaned = super().clean() or {}
        if not cleaned.get("given") and not cleaned.get("family") and not self.errors:
            raise ValidationError(_("Give at least a given name or a family name."))
        return cleaned


class RegisterPersonForm(NameForm):
    """A new person."""

    birth = PartialDateField(label=_("Date of birth"), required=False)
    birth_by = forms.ChoiceField(
        label=_("How the birth is known"),
        choices=BirthBy.choices,
        required=False,
        help_text=_("An estimate needs its method."),
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices, initial=Sex.UNKNOWN)
    surely_new = forms.BooleanField(label=_("I have compared: this is nobody whom we know already"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            # Asked only of those whom a refusal has shown somebody to compare with.
            del self.fields["surely_new"]

    @property
    def particulars(self) -> dict[str, Any]:
        """Ask for a comparison unless the worker says that it was made."""
        said = super().particulars
        return {"refuse_likeness": not said.pop("surely_new"), **said}


class NamePersonForm(NameForm):
    """Another name of a person."""

    use = forms.ChoiceField(label=_("This is the"), choices=Name.Use.choices, initial=Name.Use.USED)
    starts_on = DayField(label=_("From"), required=False)


class EndNameForm(DeedForm):
    """The day from which a name is no longer borne."""

    ended_on = DayField(label=_("No longer borne from"))


class EndLegalStatusForm(DeedForm):
    """The day from which a legal status no longer holds."""

    ended_on = DayField(label=_("No longer holds from"))


class DescribePersonForm(DeedForm):
    """Birth, sex, origin and death."""

    birth = PartialDateField(label=_("Date of birth"), required=False)
    birth_by = forms.ChoiceField(
        label=_("How the birth is known"),
        choices=BirthBy.choices,
        required=False,
        help_text=_("An estimate needs its method."),
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=Sex.choices)
    ethnicity = forms.CharField(
        label=_("Ethnic origin"),
        max_length=10,
        required=False,
        help_text=_("A code of your authority, as the person says it of themselves."),
    )
    died_on = DayField(label=_("Date of death"), required=False)


class DescribeCultureForm(DeedForm):
    """Religion, practice and diet, as the person says."""

    religion = forms.CharField(
        label=_("Religion"),
        max_length=100,
        required=False,
        help_text=_("As the child says it, also “none”. Leave empty if nobody has asked yet."),
    )
    undisclosed = forms.BooleanField(label=_("Was asked and prefers not to say"), required=False)
    practice = forms.CharField(
        label=_("Wishes about practice, customs and holidays"),
        max_length=300,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    diet = forms.CharField(label=_("Diet"), max_length=100, required=False, help_text=_("Halal, vegetarian, no nuts …"))


class RecordLanguageForm(DeedForm):
    """A language of a person."""

    tag = forms.ChoiceField(label=_("Language"), choices=language_choices)
    mother_tongue = forms.BooleanField(label=_("Mother tongue"), required=False)
    needs_interpreter = forms.BooleanField(label=_("Needs an interpreter"), required=False)

    def clean_tag(self) -> str:
        """A BCP 47 tag of language, script and region at most."""
        tag: str = self.cleaned_data["tag"]
        if not _TAG.fullmatch(tag):
            raise ValidationError(_("Choose one from the list."))
        return tag


class RecordIdentifierForm(DeedForm):
    """A number by which an authority knows a person."""

    scheme = forms.ChoiceField(label=_("Kind of number"), choices=Identifier.Scheme.choices)
    value = forms.CharField(label=_("Number"), max_length=80)
    starts_on = DayField(label=_("From"), required=False)
    ends_on = DayField(label=_("Until"), required=False)


class RecordContactPointForm(DeedForm):
    """How to reach a person."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ContactPoint.Kind.choices)
    value = forms.CharField(label=_("Number or address"), max_length=300)
    safe_to_use = forms.BooleanField(
        label=_("Safe to use"),
        required=False,
        initial=True,
        help_text=_("Leave empty if a call or letter could put somebody in danger."),
    )


class RecordLegalStatusForm(DeedForm):
    """Under which law a child is cared for."""

    status = forms.ChoiceField(label=_("Legal status"))
    starts_on = DayField(label=_("From"))
    ends_on = DayField(label=_("Until"), required=False, help_text=_("Leave empty while it lasts."))
    authority = forms.CharField(label=_("Court or authority"), max_length=200, required=False)
    order_number = forms.CharField(label=_("Number of the order"), max_length=80, required=False)
    appeal_until = DayField(label=_("Appeal possible until"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        status = self.fields["status"]
        assert isinstance(status, forms.ChoiceField)
        status.choices = choices_of(pack_in_force().legal_statuses, timezone.localdate(), "—")


class AddDocumentForm(DeedForm):
    """A paper or picture about a person."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[("", "—"), *Document.Kind.choices])
    title = forms.CharField(label=_("Title"), max_length=200)
    issued_on = DayField(label=_("Issued on"), required=False)
    upload = UploadField(
        label=_("File"),
        help_text=_(
            "PDF, picture, plain text, Word or OpenDocument, at most 20 MB. It is stored encrypted; what a picture "
            "says about place and camera is removed."
        ),
    )


class WithdrawDocumentForm(DeedForm):
    """Nothing to fill in: withdrawing is a decision alone."""


class SetPhotoForm(DeedForm):
    """The face beside the name."""

    upload = UploadField(
        label=_("Photo"),
        pictures_only=True,
        help_text=_("The middle of the picture is kept as a small square, without place and camera."),
    )
