"""Shape and wording of input: what is best, who sat on a panel, whether care is needed, the decisions, siblings apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import User
from kinkeeper.assessments.models import Assessment
from kinkeeper.decisions.models import BestInterest, Decision, Requirement
from kinkeeper.lib.choices import choices_of
from kinkeeper.lib.packs import Pack
from kinkeeper.people.models import Person
from kinkeeper.ui.forms import DayField, DeedForm

_YES_NO = [("", _("not known")), ("yes", _("yes")), ("no", _("no"))]
_CHOOSE = _("Choose")


class _Insisted(forms.CharField):
    """A text that the deed insists on, with the guard’s own sentence; the form only says that it is needed."""

    def validate(self, value: Any) -> None:
        """Nothing is asked here: the deed asks."""


def _long(label: Any, help_text: Any = "", *, rows: int = 3, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    kind = _Insisted if required else forms.CharField
    return kind(label=label, max_length=10_000, required=required, widget=widget, help_text=help_text)


def _perhaps(label: Any) -> forms.TypedChoiceField:
    """Yes, no, or not known."""
    return forms.TypedChoiceField(
        label=label, choices=_YES_NO, required=False, coerce=lambda text: text == "yes", empty_value=None
    )


# ---- rows: options, members, supports, kin -----------------------------------------------------------------------------


class OptionRow(forms.Form):
    """One way that was weighed."""

    care_type = forms.ChoiceField(label=_("Form of care"))
    place = forms.CharField(label=_("With whom or where"), max_length=200, required=False)
    short_term = forms.CharField(label=_("Effect soon"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 2}))
    long_term = forms.CharField(label=_("Effect later"), max_length=5_000, widget=forms.Textarea(attrs={"rows": 2}))
    home_km = forms.IntegerField(label=_("Kilometres from home"), min_value=0, max_value=20_000, required=False)
    school_km = forms.IntegerField(label=_("Kilometres from school"), min_value=0, max_value=20_000, required=False)
    with_siblings = _perhaps(_("Brothers and sisters together"))
    same_culture = _perhaps(_("Language, religion and culture fit"))
    child_prefers = forms.BooleanField(label=_("The child prefers it"), required=False)
    tried = forms.BooleanField(label=_("Tried, or explored and not possible"), required=False)
    licensed = forms.BooleanField(label=_("Approved or licensed"), required=False)
    chosen = forms.BooleanField(label=_("This one is recommended"), required=False)
    why = forms.CharField(
        label=_("Why, or why not"), max_length=5_000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, types: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["care_type"].choices = [("", _CHOOSE), *types]  # type: ignore[attr-defined]


class MemberRow(forms.Form):
    """Somebody on the panel."""

    name = forms.CharField(label=_("Name"), max_length=200)
    organisation = forms.CharField(label=_("Organisation and profession"), max_length=200, required=False)
    conflict = forms.CharField(
        label=_("Bond with anybody concerned"),
        max_length=300,
        required=False,
        help_text=_("Family, work or money. Whoever has one is replaced."),
    )


class SupportRow(forms.Form):
    """Support that was tried."""

    what = forms.CharField(label=_("Support that was given or offered"), max_length=300)
    starts_on = DayField(label=_("From"), required=False)
    ends_on = DayField(label=_("Until"), required=False)
    result = forms.CharField(label=_("Result"), max_length=300, required=False)


class KinRow(forms.Form):
    """Somebody of the kin who was asked."""

    who = forms.CharField(label=_("Relative or friend"), max_length=200)
    asked_on = DayField(label=_("Asked on"), required=False)
    outcome = forms.CharField(label=_("Answer"), max_length=300, required=False)


class RowsForm(DeedForm):
    """The form of a deed with rows beside its fields, as many as the page shows; rows left empty do not count.

    The page draws them from `sections`; `particulars` has them by name.
    """

    rows: ClassVar[dict[str, tuple[type[forms.Form], int]]] = {}

    def __init__(self, *args: Any, row_choices: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sections: dict[str, Any] = {}
        for name, (row, count) in self.rows.items():
            given = {"types": row_choices} if row is OptionRow else {}
            made = forms.formset_factory(row, extra=count, max_num=20, absolute_max=20)
            data = self.data if self.is_bound else None
            self.sections[name] = made(data, prefix=name, form_kwargs=given)

    def clean(self) -> dict[str, Any]:
        """The fields, and the rows; what is wrong with a row stands beside it."""
        found = super().clean() or {}
        for rows in self.sections.values():
            if not rows.is_valid():
                self.add_error(None, _("Something is missing in the rows further down. Look at them."))
        return found

    @property
    def particulars(self) -> dict[str, Any]:
        """What was filled in, with the rows that are not empty."""
        found = super().particulars
        for name, rows in self.sections.items():
            found[name] = [row.cleaned_data for row in rows if row.has_changed()]
        return found


# ---- what is best ------------------------------------------------------------------------------------------------------


class RequireDeterminationForm(DeedForm):
    """Why a panel must determine what is best."""

    trigger = forms.ChoiceField(label=_("Why"), choices=Requirement.Trigger.choices, widget=forms.RadioSelect)
    note = _long(_("What happened"), required=False)


class _WeighingForm(RowsForm):
    """The factors of what is best, with the options."""

    drafts = True
    rows: ClassVar = {"options": (OptionRow, 4)}

    done_on = DayField(label=_("Date"), initial=timezone.localdate)
    child_view = _long(
        _("What the child says and wishes"), _("As the child said it, in the child’s language if you can.")
    )
    child_view_by = _Insisted(
        label=_("How the view was learned"), widget=forms.Select(choices=[("", _CHOOSE), *Assessment.ViewBy.choices])
    )
    identity = _long(_("Identity: culture, religion, language, bonds"))
    family_environment = _long(_("Family and contact"))
    safety = _long(_("Care, protection and safety"))
    vulnerability = _long(_("Vulnerability"))
    health = _long(_("Health"))
    education = _long(_("Education"))
    continuity = _long(_("Continuity and stability"))
    # Nothing is chosen beforehand: what is best for a child is never what a form proposed.
    recommendation = forms.ChoiceField(
        label=_("Recommendation"), choices=[("", _CHOOSE), *BestInterest.Recommends.choices]
    )
    conclusion = _long(_("Conclusion"), _("Why this is best, all in all."))
    dissent = _long(_("Who thinks otherwise, and why"), rows=2, required=False)
    child_agrees = _perhaps(_("The child agrees"))
    review_on = DayField(label=_("To be looked at again on"), required=False)

    def __init__(self, *args: Any, pack: Pack, today: date, **kwargs: Any) -> None:
        super().__init__(*args, row_choices=choices_of(pack.care_types, today), **kwargs)


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A colleague by name; the deed insists on one."""

    def label_from_instance(self, obj: User) -> str:
        """The name."""
        return str(obj.name)

    def validate(self, value: Any) -> None:
        """Nothing is asked here: the deed asks."""


class RecordBestInterestForm(_WeighingForm):
    """A best-interest assessment by two workers."""

    second = ColleagueField(
        label=_("Weighed together with"), queryset=None, to_field_name="code", empty_label=_("Choose a colleague")
    )
    afterwards = forms.BooleanField(label=_("Made after an emergency move"), required=False)
    field_order = ("done_on", "second", "afterwards")

    def __init__(self, *args: Any, colleagues: QuerySet[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["second"].queryset = colleagues  # type: ignore[attr-defined]


class RecordDeterminationForm(_WeighingForm):
    """A best-interest determination by a panel."""

    rows: ClassVar = {"panel": (MemberRow, 5), "options": (OptionRow, 4)}
    review_on = DayField(label=_("To be looked at again on"))
    afterwards = forms.BooleanField(label=_("Made after an emergency move"), required=False)


# ---- is care needed ------------------------------------------------------------------------------------------------------


class RecordNecessityForm(RowsForm):
    """Whether care outside the family is needed at all."""

    drafts = True
    rows: ClassVar = {"supports": (SupportRow, 3), "kin": (KinRow, 4)}

    tested_on = DayField(label=_("Date"), initial=timezone.localdate)
    grounds = forms.MultipleChoiceField(label=_("Grounds"), widget=forms.CheckboxSelectMultiple)
    emergency = forms.BooleanField(label=_("This is an emergency"), required=False)
    emergency_words = _long(_("What the emergency is"), rows=2, required=False)
    needed = forms.TypedChoiceField(
        label=_("Is care outside the family needed?"),
        choices=[
            ("yes", _("Yes, the child cannot stay safely, even with support")),
            ("no", _("No, support is enough")),
        ],
        coerce=lambda text: text == "yes",
        widget=forms.RadioSelect,
    )
    conclusion = forms.CharField(label=_("Conclusion"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, pack: Pack, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["grounds"].choices = choices_of(pack.grounds, today)  # type: ignore[attr-defined]


# ---- the decision ------------------------------------------------------------------------------------------------------------


class _DecideForm(DeedForm):
    """Who decided, when, why, and how it may be appealed."""

    drafts = True

    decided_on = DayField(label=_("Decided on"), initial=timezone.localdate)
    decided_by = forms.ChoiceField(label=_("Decided by"), choices=Decision.By.choices)
    authority = _Insisted(
        label=_("Name of who decided"),
        max_length=200,
        help_text=_("The panel, the court or authority, or the director."),
    )
    order_number = forms.CharField(label=_("Number of the order or agreement"), max_length=80, required=False)
    reasons = _long(_("Reasons"), rows=4)
    child_view = _long(_("What the child says and wishes"), required=False)
    child_view_weighed = _long(_("How the child’s view was weighed"), required=False)
    dissent = _long(_("Who thinks otherwise, and why"), rows=2, required=False)
    appeal_told_on = DayField(
        label=_("Appeal explained on"),
        required=False,
        help_text=_("Needed where an authority decides, or where somebody is against it."),
    )
    appeal_until = DayField(label=_("Appeal possible until"), required=False)
    review_on = DayField(label=_("To be looked at again on"), required=False)


class DecideFamilySupportForm(_DecideForm):
    """Support in the family."""


class DecideNoServiceForm(_DecideForm):
    """No service."""

    onward = forms.CharField(label=_("Where the family was sent"), max_length=300, required=False)


class PersonsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """People by name."""

    def label_from_instance(self, obj: Person) -> str:
        """The name."""
        return str(obj.name)


class DecideAlternativeCareForm(_DecideForm):
    """Care outside the family: which form, from when until when, and the exceptions that were made."""

    care_type = forms.ChoiceField(label=_("Form of care"))
    starts_on = DayField(label=_("Valid from"), initial=timezone.localdate)
    ends_on = DayField(
        label=_("Valid until"), required=False, help_text=_("The first day on which it does not hold any more.")
    )
    return_on = DayField(label=_("Planned return"), required=False)
    exception = forms.ChoiceField(
        label=_("Exception for a small child"), choices=Decision.Exemption.choices, required=False
    )
    together = PersonsField(
        label=_("Placed together with"),
        queryset=None,
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Brothers and sisters who are in care or placed now. For each of the others a separation is recorded."
        ),
    )
    abroad = forms.BooleanField(label=_("The child moves to another country"), required=False)
    abroad_reason = forms.CharField(label=_("Compelling reason for the move abroad"), max_length=300, required=False)
    child_view = _long(_("What the child says and wishes"))
    child_view_weighed = _long(_("How the child’s view was weighed"))
    field_order = ("care_type", "starts_on", "ends_on", "together", "return_on", "exception", "decided_on")

    def __init__(
        self,
        *args: Any,
        types: Iterable[tuple[str, str]],
        siblings: QuerySet[Person],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["care_type"].choices = [("", _CHOOSE), *types]  # type: ignore[attr-defined]
        self.fields["together"].queryset = siblings  # type: ignore[attr-defined]

    @property
    def particulars(self) -> dict[str, Any]:
        """What was filled in; siblings as a list."""
        found = super().particulars
        return {**found, "together": list(found["together"])}


class AuthoriseEmergencyForm(DeedForm):
    """Care at once, in immediate danger."""

    care_type = forms.ChoiceField(label=_("Form of care"))
    decided_on = DayField(label=_("Authorised on"), initial=timezone.localdate)
    decided_by = forms.ChoiceField(
        label=_("Authorised by"),
        choices=[choice for choice in Decision.By.choices if choice[0] != Decision.By.PANEL],
    )
    authority = _Insisted(label=_("Name of who authorised it"), max_length=200)
    order_number = forms.CharField(label=_("Number of the order or agreement"), max_length=80, required=False)
    reasons = _long(_("What the immediate danger is"))
    child_view = _long(_("What the child says and wishes"), rows=2, required=False)
    appeal_told_on = DayField(label=_("Appeal explained on"), required=False)

    def __init__(self, *args: Any, types: Iterable[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["care_type"].choices = [("", _CHOOSE), *types]  # type: ignore[attr-defined]


class WithdrawDecisionForm(DeedForm):
    """From when a decision does not hold any more, and why."""

    withdrawn_on = DayField(label=_("Withdrawn on"), initial=timezone.localdate)
    withdrawn_because = _Insisted(label=_("Why"), max_length=300)


# ---- siblings ----------------------------------------------------------------------------------------------------------------


class SeparateSiblingsForm(DeedForm):
    """Why two siblings live apart, and how they meet."""

    sibling = forms.ChoiceField(label=_("Brother or sister"))
    reason = forms.ChoiceField(label=_("Reason"))
    words = _long(_("The reason in words"))
    decided_by = _Insisted(label=_("Who decided"), max_length=200)
    decided_on = DayField(label=_("Decided on"), initial=timezone.localdate)
    contact = _Insisted(label=_("How often and how they meet"), max_length=300)
    review_on = DayField(label=_("To be looked at again on"))

    def __init__(self, *args: Any, siblings: Iterable[Person], reasons: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.siblings = {person.code: person for person in siblings}
        people = [(code, person.name) for code, person in self.siblings.items()]
        self.fields["sibling"].choices = [("", _CHOOSE), *people]  # type: ignore[attr-defined]
        self.fields["reason"].choices = [("", _CHOOSE), *reasons]  # type: ignore[attr-defined]

    @property
    def particulars(self) -> dict[str, Any]:
        """What was filled in, with the sibling as a person."""
        found = super().particulars
        return {**found, "sibling": self.siblings[found["sibling"]]}


class ReviewSeparationForm(DeedForm):
    """Whether siblings must still live apart."""

    reviewed_on = DayField(label=_("Looked at on"), initial=timezone.localdate)
    words = _long(_("Why they still live apart"))
    contact = _Insisted(label=_("How often and how they meet"), max_length=300)
    review_on = DayField(label=_("To be looked at again on"))


class EndSeparationForm(DeedForm):
    """From when siblings live together again."""

    ended_on = DayField(label=_("Together again since"), initial=timezone.localdate)
