"""Shape and wording of input: a referral and whom it speaks of, comparing, screening, telling, registering."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.intake.actions import Measure, Said
from kinkeeper.intake.models import Comparison, Mentioned, Referral, Registration
from kinkeeper.lib.choices import choices_of
from kinkeeper.lib.languages import OTHER_LANGUAGES, language_name
from kinkeeper.people.models import BirthBy, Identifier, Person, Sex
from kinkeeper.ui.forms import DayField, DeedForm, PartialDateField

ROWS = 8
SHOWN = 2
ANY = ("", _("any"))
CHOOSE = ("", _("Choose"))


def _long(label: Any, help_text: Any = "", *, required: bool = True, rows: int = 5) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, max_length=10_000, required=required, widget=widget, help_text=help_text)


def _short(label: Any, length: int, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, max_length=length, required=required, help_text=help_text)


class MomentField(forms.DateTimeField):
    """A day and an hour: as the calendar of the browser gives it, or as people write it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
        super().__init__(widget=widget, **kwargs)


class AskedChoice(forms.ChoiceField):
    """A choice that the deed insists on, not the form: so the answer names the rule."""

    def validate(self, value: Any) -> None:
        """Only what was chosen is judged here."""
        if value not in self.empty_values:
            super().validate(value)


class AskedBirth(PartialDateField):
    """A date of birth that the deed insists on, not the form."""

    def validate(self, value: Any) -> None:
        """Nothing is judged here."""


# ---- whom a referral speaks of ---------------------------------------------------------------------------------------


def _said_fields() -> dict[str, forms.Field]:
    return {
        "part": forms.ChoiceField(label=_("Who it is"), choices=Mentioned.Part.choices, required=False),
        "given": _short(_("Given name"), 100),
        "middle": _short(_("Middle name or patronymic"), 100),
        "family": _short(_("Family name"), 100),
        "descriptor": _short(_("If no name is known: what tells them apart"), 200),
        "birth": PartialDateField(label=_("Date of birth"), required=False),
        "birth_by": forms.ChoiceField(label=_("How the birth is known"), choices=BirthBy.choices, required=False),
        "sex": forms.ChoiceField(label=_("Sex"), choices=Sex.choices, initial=Sex.UNKNOWN, required=False),
        "scheme": forms.ChoiceField(
            label=_("Kind of number"), choices=[("", "—"), *Identifier.Scheme.choices], required=False
        ),
        "number": _short(_("Number of a document"), 80),
    }


_WORDS = ("given", "middle", "family", "descriptor", "birth", "number")


def _said(cleaned: dict[str, Any], row: str) -> Said:
    found = {name: cleaned.get(row + name) for name in _said_fields()}
    usual: dict[str, Any] = {"part": Mentioned.Part.CHILD, "sex": Sex.UNKNOWN, "birth": None}
    return Said(row=row, **{name: value or usual.get(name, "") for name, value in found.items()})


class SaidForm(DeedForm):
    """Somebody a referral speaks of."""

    def __init__(self, *args: Any, row: Mentioned | None = None, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(row, name) for name in _said_fields()} if row else None
        super().__init__(*args, **kwargs)
        self.fields.update(_said_fields())

    @property
    def particulars(self) -> dict[str, Any]:
        """What was said, as one thing."""
        return {"said": _said(self.cleaned_data, "")}


class ReceiveReferralForm(DeedForm):
    """What somebody told us, and a row for everybody they spoke of."""

    drafts = True

    channel = forms.ChoiceField(label=_("How it reached us"), choices=Referral.Channel.choices)
    received_at = MomentField(label=_("Received"), initial=timezone.now)
    source = forms.ChoiceField(label=_("Who referred"), choices=[CHOOSE, *Referral.Source.choices])
    referrer = _short(_("Name of the referrer"), 200, _("Leave empty where somebody wants to stay unnamed."))
    referrer_contact = _short(_("How to reach the referrer"), 300)
    immediate_danger = forms.TypedChoiceField(
        label=_("Is the child in immediate danger?"),
        choices=[("yes", _("yes")), ("no", _("no"))],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    known = _long(_("What is known"), _("What was seen or said, by whom and when. Facts apart from what is supposed."))
    first_action = _long(_("What was done at once"), required=False, rows=2)
    whereabouts = _short(_("Where the child is"), 300)
    urgency = forms.ChoiceField(
        label=_("Risk, as it looks now"),
        choices=[("", _("not judged yet")), *Referral.Urgency.choices],
        required=False,
        help_text=_("The first contact is due by it, counted from the moment the referral was received."),
    )
    causes = forms.MultipleChoiceField(
        label=_("Causes"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=lambda: choices_of(pack_in_force().causes, timezone.localdate()),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row_names = [f"p{number}_" for number in range(1, ROWS + 1)]
        for row in self.row_names:
            self.fields.update({row + name: field for name, field in _said_fields().items()})

    @property
    def about(self) -> list[BoundField]:
        """The fields besides those of the rows."""
        return [field for field in self.visible_fields() if not field.name.startswith(tuple(self.row_names))]

    @property
    def rows(self) -> list[list[BoundField]]:
        """The rows that are always shown."""
        return [self._row(name) for name in self.row_names[:SHOWN]]

    @property
    def more_rows(self) -> list[list[BoundField]]:
        """The rows that unfold."""
        return [self._row(name) for name in self.row_names[SHOWN:]]

    @property
    def needs_more_rows(self) -> bool:
        """Whether somebody was written into a row that unfolds, so that it is drawn open."""
        return any(self.data.get(row + name) for row in self.row_names[SHOWN:] for name in _WORDS)

    def _row(self, row: str) -> list[BoundField]:
        return [self[row + name] for name in _said_fields()]

    @property
    def particulars(self) -> dict[str, Any]:
        """What was told, with everybody whose row was filled in."""
        own = {name: self.cleaned_data[name] for name in ReceiveReferralForm.base_fields if name != "version"}
        filled = [row for row in self.row_names if any(self.cleaned_data.get(row + name) for name in _WORDS)]
        return {**own, "spoken_of": tuple(_said(self.cleaned_data, row) for row in filled)}


class ComparePersonForm(DeedForm):
    """Whether two are one person, and how one can tell."""

    other = forms.CharField(widget=forms.HiddenInput, max_length=16)
    verdict = forms.ChoiceField(label=_("They are"), choices=Comparison.Verdict.choices, widget=forms.RadioSelect)
    reason = _short(_("How one can tell, or who told you"), 300, required=True)


# ---- screening -------------------------------------------------------------------------------------------------------


class ScreenInForm(DeedForm):
    """How great the risk is, what was done, why this is our task, and for what the cases are opened."""

    drafts = True

    urgency = AskedChoice(label=_("Risk"), choices=Referral.Urgency.choices, widget=forms.RadioSelect)
    first_action = _long(_("What was done at once"), _("At high risk something must have been done."), required=False)
    eligibility = _short(_("Why this is our task"), 300, required=True)
    kind = forms.ChoiceField(label=_("Kind of support"), choices=[CHOOSE, *Case.Kind.choices])
    one_family = forms.BooleanField(
        label=_("They are one family: the children are brothers and sisters, the parents are theirs"),
        initial=True, required=False,
    )  # fmt: skip
    responsible = forms.MultipleChoiceField(
        label=_("Who of the parents has legal responsibility"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, referral: Referral, people: Iterable[Mentioned], **kwargs: Any) -> None:
        kwargs["initial"] = {"urgency": referral.urgency, "first_action": referral.first_action}
        super().__init__(*args, **kwargs)
        parents = [(row.code, row.name) for row in people if row.part == Mentioned.Part.PARENT]
        field = self.fields["responsible"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = parents
        if not parents:
            del self.fields["responsible"]


class ScreenOutForm(DeedForm):
    """Why a referral is not taken on, and where it went instead."""

    out_reason = forms.ChoiceField(label=_("Why"), choices=[CHOOSE, *Referral.OutReason.choices])
    out_words = _long(_("The reason in words"), required=False)
    onward = _short(_("Where it was sent instead"), 300)
    feedback = _long(_("What the referrer was told"), _("Leave empty if nobody was told yet."), required=False)


class TellAuthorityForm(DeedForm):
    """Which authority was told, and when."""

    authority = _short(_("Authority that was told"), 200, required=True)
    told_at = MomentField(label=_("When"), initial=timezone.now)


class GiveFeedbackForm(DeedForm):
    """What the referrer was told, and when."""

    feedback = _long(
        _("What the referrer was told"),
        _("Thank them, and say what can be said. What is told in confidence stays here."),
    )
    feedback_on = DayField(label=_("Day"), initial=timezone.localdate)


# ---- registering -----------------------------------------------------------------------------------------------------


def _languages() -> list[tuple[str, str]]:
    codes = {code for code in LANG_INFO if "-" not in code} | {"uz-Latn", "uz-Cyrl", "sr-Latn", "sr-Cyrl"}
    named = [(code, language_name(code)) for code in codes | OTHER_LANGUAGES.keys()]
    return [("", "—"), *sorted(named, key=lambda pair: pair[1].casefold())]


class RegisterCaseForm(DeedForm):
    """What must be known before the assessment begins."""

    drafts = True

    sex = forms.ChoiceField(label=_("Sex"), choices=[CHOOSE, *((c.value, c.label) for c in Sex if c != Sex.UNKNOWN)])
    birth = AskedBirth(label=_("Date of birth"))
    age_method = forms.ChoiceField(label=_("How the birth is known"), choices=BirthBy.choices, required=False)
    over_age_reason = _short(_("If they are of age: why support goes on"), 300)
    language = AskedChoice(label=_("Mother tongue"), choices=_languages)
    needs_interpreter = forms.BooleanField(label=_("An interpreter is needed"), required=False)
    interpreter = _short(_("Interpreter"), 100)
    location = _short(_("Where the child is now"), 300, required=True)
    emergency_contact = _short(_("Whom to call in an emergency"), 300, _("Name and number."), required=True)
    guardian = forms.ChoiceField(
        label=_("Somebody with legal responsibility is"),
        choices=Registration.Guardian.choices,
        widget=forms.RadioSelect,
    )
    basis = AskedChoice(
        label=_("Ground for keeping this record"),
        choices=Registration.Basis.choices,
        widget=forms.RadioSelect,
        help_text=_("Consent is a ground only where the family is free to refuse: rarely where a child is in care."),
    )
    basis_source = _short(_("Law, order or agreement"), 300)
    risk = forms.ChoiceField(label=_("Risk"), choices=[(c.value, c.label) for c in Case.Risk], required=False)
    legal_status = forms.ChoiceField(
        label=_("Legal status"), required=False,
        choices=lambda: choices_of(pack_in_force().legal_statuses, timezone.localdate(), _("no order yet")),
    )  # fmt: skip
    starts_on = DayField(label=_("Holds from"), required=False)
    authority = _short(_("Authority that decided"), 200)
    order_number = _short(_("Number of the order"), 80)
    appeal_until = DayField(label=_("Appeal possible until"), required=False)

    def __init__(self, *args: Any, case: Case, referral: Referral | None, **kwargs: Any) -> None:
        kwargs["initial"] = _known_of(case, referral)
        super().__init__(*args, **kwargs)

    def clean(self) -> dict[str, Any]:
        """A legal status begins on a day."""
        cleaned = super().clean() or {}
        if cleaned.get("legal_status") and not cleaned.get("starts_on"):
            self.add_error("starts_on", _("Say from which day this status holds."))
        return cleaned

    @property
    def particulars(self) -> dict[str, Any]:
        """What was filled in, the legal status as one thing."""
        found = super().particulars
        law = {name: found.pop(name) for name in ("starts_on", "authority", "order_number", "appeal_until")}
        status = found.pop("legal_status")
        return {**found, "measure": Measure(status=status, **law) if status else None}


def _known_of(case: Case, referral: Referral | None) -> dict[str, Any]:
    child: Person = case.child
    tongue = child.languages.filter(mother_tongue=True).first()
    return {
        "sex": "" if child.sex == Sex.UNKNOWN else child.sex,
        "birth": child.birth,
        "age_method": child.birth_by,
        "risk": case.risk,
        "location": referral.whereabouts if referral else "",
        "language": tongue.tag if tongue else "",
        "needs_interpreter": bool(tongue and tongue.needs_interpreter),
    }


# ---- lists -----------------------------------------------------------------------------------------------------------


class ReferralFilter(forms.Form):
    """Which referrals to list. Anything unknown in the address is ignored, never an error page."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=100)
    state = forms.ChoiceField(
        label=_("State"), required=False,
        choices=[("", _("to be screened")), *Referral.State.choices[1:], ("all", _("all"))],
    )  # fmt: skip
    urgency = forms.ChoiceField(
        label=_("Risk"), required=False, choices=[ANY, *Referral.Urgency.choices, ("none", _("not judged yet"))]
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(self, data: Any, *, units: Iterable[Unit]) -> None:
        super().__init__(data)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        places = [(unit.code, unit.name) for unit in units]
        field.choices = [ANY, *places]
        if len(places) < 2:
            del self.fields["unit"]

    def wishes(self) -> dict[str, str]:
        """The valid part of what was asked."""
        self.is_valid()
        return {name: str(value) for name, value in self.cleaned_data.items() if value}
