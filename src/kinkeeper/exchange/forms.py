"""Forms of bringing data in and taking it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.exchange.keeping.portions import settled_order
from kinkeeper.exchange.models import LikelyDuplicate
from kinkeeper.exchange.sheets import cells
from kinkeeper.exchange.sheets.columns import TABLES as SHEETS
from kinkeeper.exchange.sheets.columns import Column
from kinkeeper.exchange.sheets.telling import OWN
from kinkeeper.exchange.sheets.template import choices_of
from kinkeeper.exchange.ssda903.tables import TABLES, Kind
from kinkeeper.exchange.ssda903.years import parse_year, year_label, year_of
from kinkeeper.ui.forms import DeedForm, EntryField

# More unknown words than this are asked about when the first are answered.
MOST_VALUES = 100


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


class PreviewSheetsForm(DeedForm):
    """Own spreadsheets, where they come from and where the people belong."""

    unit = forms.ChoiceField(label=_("Unit that the people belong to"))
    source = forms.CharField(
        label=_("Name of the source"),
        max_length=80,
        help_text=_(
            "For example “Excel of the Tashkent centre”. What you say about its columns is remembered under this name."
        ),
    )
    uploads = ManyFilesField(
        label=_("Files"), help_text=_("Workbooks (XLSX or ODS), or CSV files: one for each sheet of the template.")
    )

    def __init__(self, *args: Any, units: Sequence[Unit], sources: Sequence[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].choices = _choices(units)  # type: ignore[attr-defined]
        self.fields["uploads"].widget.attrs["accept"] = ".xlsx,.ods,.csv,.txt,.tsv"
        if sources:
            known = _("Known already: %(names)s.") % {"names": ", ".join(f"“{name}”" for name in sources[:10])}
            self.fields["source"].help_text = f"{self.fields['source'].help_text} {known}"


class MatchColumnsForm(DeedForm):
    """What the sheets, columns and values of an import mean, and which number of 03/04/2019 is the month."""

    def __init__(self, *args: Any, summary: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheets = summary["sheets"]
        self.unknown = summary.get("unknown", [])[:MOST_VALUES]
        self.days = [
            file for file, days in summary.get("days", {}).items() if days["ambiguous"] and not settled_order(days)
        ]
        self.said = summary.get("answers", {}).get("orders", {})
        for place, sheet in enumerate(self.sheets):
            self._add_sheet(place, sheet)
        for place, asked in enumerate(self.unknown):
            self._add_value(place, asked)
        for place, file in enumerate(self.days):
            self.fields[f"day-{place}"] = forms.ChoiceField(
                label=_("In “%(file)s”, 03/04/2019 is") % {"file": file},
                choices=[
                    (cells.DAY_FIRST, _("3 April 2019 (the day first)")),
                    (cells.MONTH_FIRST, _("4 March 2019 (the month first)")),
                ],
                widget=forms.RadioSelect,
                initial=self.said.get(file, ""),
            )

    def _add_sheet(self, place: int, sheet: Mapping[str, Any]) -> None:
        choices = [("", _("none of these: do not read it")), *((table.key, table.title) for table in SHEETS.values())]
        self.fields[f"sheet-{place}"] = forms.ChoiceField(
            label=_("This sheet is"), choices=choices, required=False, initial=sheet["table"]
        )
        table = SHEETS.get(sheet["table"])
        if table is None:
            return
        columns = [("", _("keep it word for word")), *((column.key, column.title) for column in table.columns)]
        for number, heading in enumerate(sheet["headings"]):
            likely = (
                _("A guess, because it is nearly alike. Please look.")
                if heading["column"]
                else _("Nobody matched this yet.")
            )
            self.fields[f"column-{place}-{number}"] = forms.ChoiceField(
                label=_("The column “%(heading)s” is") % {"heading": heading["heading"]},
                choices=columns,
                required=False,
                initial=heading["column"],
                help_text="" if heading["sure"] else likely,
            )

    def _add_value(self, place: int, asked: Mapping[str, Any]) -> None:
        column = SHEETS[asked["table"]].column(asked["column"])
        self.fields[f"value-{place}"] = forms.ChoiceField(
            label=_("“%(text)s” in the column “%(column)s” means")
            % {"text": asked["text"][:60], "column": column.title},
            choices=[("", _("not decided: these rows wait")), *choices_of(column, pack_in_force())],
            required=False,
            initial=asked["likely"],
        )

    def outline(self) -> Sequence[tuple[str, Any, Sequence[str]]]:
        """A part for each sheet, one for days and one for values."""
        parts: list[tuple[str, Any, Sequence[str]]] = []
        for place, sheet in enumerate(self.sheets):
            # What is not sure comes first: on a page of sixty columns it would be overlooked.
            order = sorted(enumerate(sheet["headings"]), key=lambda one: one[1]["sure"])
            names = [f"sheet-{place}", *(f"column-{place}-{number}" for number, _heading in order)]
            parts.append((f"sheet-{place}", sheet["place"], [name for name in names if name in self.fields]))
        for key, title, asked in (("day", _("Days"), self.days), ("value", _("Values"), self.unknown)):
            if asked:
                parts.append((key, title, [f"{key}-{place}" for place in range(len(asked))]))
        return parts

    @property
    def answers(self) -> dict[str, Any]:
        """What was said, as the deed takes it. Columns of a sheet that is read as another table now are asked anew."""
        said = self.particulars
        tables = {sheet["place"]: said[f"sheet-{place}"] for place, sheet in enumerate(self.sheets)}
        columns = {
            sheet["place"]: {
                heading["heading"]: said[f"column-{place}-{number}"] for number, heading in enumerate(sheet["headings"])
            }
            for place, sheet in enumerate(self.sheets)
            if sheet["table"] and tables[sheet["place"]] == sheet["table"]
        }
        values: dict[str, dict[str, str]] = {}
        for place, asked in enumerate(self.unknown):
            values.setdefault(f"{asked['table']}.{asked['column']}", {})[asked["text"]] = said[f"value-{place}"]
        orders = {file: said[f"day-{place}"] for place, file in enumerate(self.days)}
        return {"tables": tables, "columns": columns, "values": values, "orders": orders}


class TellApartForm(DeedForm):
    """Who of an import is recorded already: one decision for each likely duplicate."""

    def __init__(self, *args: Any, rows: Sequence[LikelyDuplicate], seen: Mapping[int, Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows, self.seen = rows, seen
        for row in rows:
            choices = [(value, label) for value, label in LikelyDuplicate.Answer.choices if value]
            if row.person_id not in seen:
                choices = [(value, label) for value, label in choices if value != LikelyDuplicate.Answer.SAME]
            self.fields[row.code] = forms.ChoiceField(
                label=_("“%(name)s” in the file is") % {"name": row.said["name"]},
                choices=choices,
                widget=forms.RadioSelect,
                required=False,
                initial=row.answer,
            )

    @property
    def pairs(self) -> list[dict[str, Any]]:
        """Each likely duplicate with what the record says, as far as it is in sight, and its field."""
        return [{"row": row, "person": self.seen.get(row.person_id), "field": self[row.code]} for row in self.rows]

    @property
    def answers(self) -> dict[str, str]:
        """The decisions by the code of the likeness."""
        return {name: str(value) for name, value in self.particulars.items() if value}


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

    def __init__(self, *args: Any, table: str, values: Mapping[str, str], sheets: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rest = {name: value for name, value in values.items() if sheets and name.startswith(OWN)}
        for own in SHEETS[table].columns if sheets and table in SHEETS else ():
            self.fields[own.key] = _cell_field(own, values.get(own.key, ""))
        if sheets:
            return
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
        return {**{name: str(value) for name, value in self.particulars.items()}, **self.rest}


def _cell_field(column: Column, value: str) -> forms.Field:
    """The field for a cell of an own spreadsheet. What stood there stays to be seen, also where it is no choice."""
    given: dict[str, Any] = {
        "label": column.title,
        "initial": value,
        "required": column.required,
        "help_text": column.means,
    }
    offered = choices_of(column, pack_in_force())
    if not offered:
        widget = forms.Textarea(attrs={"rows": 4}) if column.longest > 1000 else forms.TextInput()
        return forms.CharField(max_length=column.longest, widget=widget, **given)
    known = {code for code, _label in offered}
    strange = [(value, value)] if value and value not in known else []
    return forms.ChoiceField(choices=[("", "—"), *strange, *offered], **given)


def _known(codes: Mapping[str, Any] | None) -> str:
    return ", ".join(codes) if codes and len(codes) <= 30 else ""
