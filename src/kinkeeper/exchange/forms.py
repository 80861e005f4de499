"""Forms of bringing data in and taking it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.exchange.ssda903.tables import TABLES, Kind
from kinkeeper.exchange.ssda903.years import parse_year, year_label, year_of
from kinkeeper.ui.forms import DeedForm, EntryField


class ManyFiles(forms.ClearableFileInput):
    """The browser’s field for several files at once."""

    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files; each is looked at as one."""

    widget = ManyFiles(attrs={"accept": ".csv,.txt,.tsv,.zip"})

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """The files that were sent, at least one."""
        single = super().clean
        return [single(one, initial) for one in (data if isinstance(data, list | tuple) else [data])]


class YearField(forms.CharField):
    """A collection year as people write it, or nothing."""

    def clean(self, value: Any) -> Any:
        """The calendar year it begins in, or None."""
        text = super().clean(value)
        try:
            return parse_year(text) if text else None
        except ValueError as error:
            raise ValidationError(str(error)) from error


def _choices(units: Sequence[Unit]) -> list[tuple[str, str]]:
    return [(unit.code, f"{unit.name} · {unit.programme.name}") for unit in units]


class PreviewImportForm(DeedForm):
    """The files of a return and where the children belong."""

    unit = forms.ChoiceField(label=_("Unit that the children belong to"))
    uploads = ManyFilesField(
        label=_("Files"),
        help_text=_("The CSV files of one year, or a ZIP with a folder for each collection year (2022_23, 2023_24 …)."),
    )
    year = YearField(
        label=_("Collection year"),
        required=False,
        help_text=_(
            "Only where neither the names nor the dates in the files tell it. 2023 means April 2023 to March 2024."
        ),
    )

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = _choices(units)  # type: ignore[attr-defined]


class ExportForm(DeedForm):
    """Which unit’s return of which year."""

    unit = forms.ChoiceField(label=_("Unit"))
    year = forms.TypedChoiceField(label=_("Collection year, April to March"), coerce=int)
    purpose = EntryField(label=_("Purpose"), required=False, initial="AUTHORITY")
    recipient = forms.CharField(
        label=_("Who receives the data"),
        max_length=200,
        required=False,
        help_text=_("Needed where the purpose rests on consent: consent names who receives."),
    )

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = _choices(units)  # type: ignore[attr-defined]
        purpose = self.fields["purpose"]
        assert isinstance(purpose, EntryField)
        purpose.offer(pack_in_force().purposes, timezone.localdate())
        now = year_of(timezone.localdate())
        self.fields["year"].choices = [(year, year_label(year)) for year in range(now, now - 10, -1)]  # type: ignore[attr-defined]


class QuarantineFilter(forms.Form):
    """Which rows of a quarantine to show."""

    file = forms.ChoiceField(label=_("File"), required=False)
    guard = forms.ChoiceField(label=_("Rule"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(
        self, data: Any, *, files: Sequence[str], guards: Sequence[str], states: Sequence[tuple[str, Any]]
    ) -> None:
        super().__init__(data)
        for name, values in (("file", files), ("guard", guards)):
            self.fields[name].choices = [("", _("all")), *((value, value) for value in values)]  # type: ignore[attr-defined]
        self.fields["state"].choices = list(states)  # type: ignore[attr-defined]

    @property
    def chosen(self) -> dict[str, str]:
        """What was asked for, by column."""
        return {name: value for name, value in self.cleaned_data.items() if value} if self.is_valid() else {}


class MendRowForm(DeedForm):
    """The cells of a row in quarantine."""

    def __init__(self, *args: Any, table: str, values: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for column in TABLES[table].columns if table in TABLES else ():
            self.fields[column.name] = forms.CharField(
                label=column.name,
                initial=values.get(column.name, ""),
                required=column.required,
                max_length=200,
                help_text=_("day/month/year") if column.kind is Kind.DATE else _known(column.codes),
            )

    @property
    def cells(self) -> dict[str, str]:
        """The row as it was mended."""
        return {name: str(value) for name, value in self.particulars.items()}


def _known(codes: Mapping[str, Any] | None) -> str:
    return ", ".join(codes) if codes and len(codes) <= 30 else ""
