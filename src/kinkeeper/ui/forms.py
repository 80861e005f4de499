"""Forms of deeds: they know the version of the row they were drawn from; dates as people write them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.choices import choices_of
from kinkeeper.lib.packs import Entry
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.lib.strict_json import read_json

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Versioned(Protocol):
    """A row that counts its changes."""

    @property
    def version(self) -> int: ...


@dataclass(frozen=True)
class Part:
    """A part of a long form: its heading, an anchor for the outline beside it, and its fields."""

    key: str
    title: str
    fields: list[BoundField]

    @property
    def is_wrong(self) -> bool:
        """Whether something in this part must be looked at."""
        return any(field.errors for field in self.fields)


class StrictJSONField(forms.JSONField):
    """JSON from a script, read as `lib/strict_json.py` reads it: whatever else was sent is an error beside the field."""

    def to_python(self, value: Any) -> Any:
        """What was sent."""
        if isinstance(value, str) and value.strip():
            try:
                return read_json(value)
            except ValueError:
                raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": ""}) from None
        return super().to_python(value)

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What could not be read is not drawn again."""
        try:
            return read_json(data) if isinstance(data, str) and data.strip() else None
        except ValueError:
            return None


class DeedForm(forms.Form):
    """The form of a deed. `form.at(row)` ties it to the row as the page showed it, so that a stale page is refused.

    `particulars` is `cleaned_data` without the version: hand it to the act as `**form.particulars`.

    A form in which people write much keeps drafts, so that nothing typed is lost. One line turns it on:

        drafts = True

    The draft then belongs to the address of the page and to the row of `form.at(row)`. Where that is not enough (a form
    of several pages, a page that has no row yet) the view says so: `form.kept("answer-page-2", row.code)`. Drawn by
    `{% deed_form %}`, the rest follows: the fields are kept while somebody writes, offered when they come back, and
    thrown away when the deed is done and the view redirects. Files and passwords are never kept.

    A long form comes in parts, each with a heading: `outline` answers (key, title, names of the fields) for each of them,
    and `{% form_outline form %}` draws the links to them. What no part names stands at the end.
    """

    drafts: ClassVar[bool] = False
    draft_deed = ""
    draft_subject = ""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    refusal: Refused | None = None

    @property
    def answer_status(self) -> int:
        """How the page answers: 409 where the deed was refused or the page was stale, else 200."""
        return 409 if self.refusal is not None else 200

    def at(self, row: Versioned) -> Self:
        """Draw the form from this row; on the way back, say so if the row has changed since."""
        self.fields["version"].initial = row.version
        self.draft_subject = self.draft_subject or str(getattr(row, "code", ""))
        name = self.add_prefix("version")
        if self.is_bound and str(self.data.get(name, "")) != str(row.version):
            self.refusal = Stale()
            self.add_error(None, str(self.refusal))
            # What was typed stays; sending it once more, after the warning, is a decision about the row of now.
            data: Any = self.data
            self.data = data.copy()
            self.data[name] = str(row.version)  # type: ignore[index]
        return self

    def kept(self, deed: str, code: str) -> Self:
        """Keep drafts under a name of its own: small letters, digits, - and _; and the code of the record it is about."""
        self.draft_deed, self.draft_subject = deed, code
        return self

    def kept_as(self, page: str) -> tuple[str, str] | None:
        """The deed and the code under which this form keeps drafts on a page of this name; None where it keeps none."""
        if not (self.drafts or self.draft_deed):
            return None
        deed = self.draft_deed or page
        return (deed, self.draft_subject) if deed and self.draft_subject else None

    def outline(self) -> Sequence[tuple[str, str | _StrPromise, Sequence[str]]]:
        """The parts of a long form; none where it is short."""
        return ()

    @property
    def parts(self) -> list[Part]:
        """The parts of the form with their fields; none where it is short."""
        found = [Part(key, str(title), [self[name] for name in names]) for key, title, names in self.outline()]
        named = {field.name for part in found for field in part.fields}
        rest = [field for field in self.visible_fields() if field.name not in named]
        return [*found, Part("rest", "", rest)] if found and rest else found

    @property
    def particulars(self) -> dict[str, Any]:
        """What was filled in, without the version."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


def deed_page(request: HttpRequest, template: str, words: dict[str, Any]) -> HttpResponse:
    """The page of a deed with its `form` among the words; it answers 409 where the deed was refused."""
    return render(request, template, words, status=getattr(words["form"], "answer_status", 200))


class AskedByAGuard(forms.Field):
    """A field that must be filled in, where the deed itself says so: its refusal has a code and is remembered."""

    def validate(self, value: Any) -> None:
        """Whatever is filled in is checked; what is empty is left to the deed."""
        if value not in self.empty_values:
            super().validate(value)


class DayInput(forms.DateInput):
    """The browser's own calendar; the value is always written year-month-day, as the calendar asks."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class DayField(forms.DateField):
    """A day: as the calendar gives it (ISO) or as people write it in the language of the page."""

    widget = DayInput

    def to_python(self, value: Any) -> date | None:
        """ISO first, then the local ways of writing."""
        if isinstance(value, str):
            self.input_formats = ["%Y-%m-%d", *formats.get_format_lazy("DATE_INPUT_FORMATS")]
        return super().to_python(value)


class EntryField(forms.ChoiceField):
    """An entry of a jurisdiction pack, chosen by its words; what comes back is the entry, None where none was chosen."""

    section: Mapping[str, Entry] = {}

    def offer(self, section: Mapping[str, Entry], on: date) -> None:
        """Offer the entries that a section of the pack has on a day."""
        self.section = section
        self.choices = choices_of(section, on, "—")

    def clean(self, value: Any) -> Any:
        """The entry behind the chosen code."""
        return self.section.get(super().clean(value))


class PartialDateField(forms.CharField):
    """A date as far as it is known: 2014, 2014-05, 2014-05-17, with ~ in front when it is estimated."""

    default_error_messages = {
        "partial": _("Write a year (2014), a month (2014-05) or a day (2014-05-17); put ~ in front of an estimate."),
    }

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 12)
        kwargs.setdefault("help_text", _("A year, a month or a day: 2014, 2014-05 or 2014-05-17. Estimated: ~2014."))
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Any:
        """The partial date, or None where nothing was written."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return PartialDate.parse(text)
        except ValueError as error:
            raise ValidationError(self.error_messages["partial"], code="partial") from error
