"""Shape and wording of input: plans with goals and actions, and reviews."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import pack_in_force
from kinkeeper.lib.choices import choices_of
from kinkeeper.lib.money import DECIMALS, Money
from kinkeeper.plans.actions import Answered, Judged, Minutes
from kinkeeper.plans.models import Goal, Plan, PlannedContact, Review, Wish
from kinkeeper.ui.forms import DayField, DeedForm


def _words(label: object, help_text: object = "", *, rows: int = 3, required: bool = False) -> forms.CharField:
    return forms.CharField(
        label=str(label) if isinstance(label, str) else label,  # type: ignore[arg-type]  # lazy words stay lazy
        help_text=help_text,  # type: ignore[arg-type]
        required=required,
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def _line(label: object, help_text: object = "", *, most: int = 300, required: bool = False) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, required=required, max_length=most)  # type: ignore[arg-type]


class _LeftToTheRule:
    """Asked for like any other field; what is missing is refused by the deed, with the rule that wants it."""

    def validate(self, value: Any) -> None:
        if value not in self.empty_values:  # type: ignore[attr-defined]  # of the field
            super().validate(value)  # type: ignore[misc]


class AskedWords(_LeftToTheRule, forms.CharField):
    """Words that a rule wants."""


class AskedChoice(_LeftToTheRule, forms.ChoiceField):
    """A choice that a rule wants."""


class AskedRating(_LeftToTheRule, forms.TypedChoiceField):
    """A rating that a rule wants."""


class AskedDay(_LeftToTheRule, DayField):
    """A day that a rule wants."""


class DraftPlanForm(DeedForm):
    """Whose plan it is."""

    kind = forms.ChoiceField(
        label=_("Whose plan is it?"), choices=Plan.Kind.choices, initial=Plan.Kind.CHILD, widget=forms.RadioSelect
    )


class DescribePlanForm(DeedForm):
    """The child’s own words, who took part, the lasting goal, the contact and the next look."""

    drafts = True

    about_me = _words(
        _("About me, in the child’s own words"), _("What matters to me, what I like, what I need."), rows=5
    )
    no_words_reason = _line(_("Why there are no words of the child"))
    child_consulted = _line(_("How the child took part in this plan, or why not"))
    parent_consulted = _line(_("How the parents took part in this plan, or why not"))
    permanency = forms.ChoiceField(label=_("Lasting goal"), required=False, help_text=_("Needed for a child in care."))
    no_contact_reason = _line(_("Why no contact with the family is planned"), _("Only where there is none."))
    review_on = DayField(label=_("To be reviewed on"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lasting = self.fields["permanency"]
        assert isinstance(lasting, forms.ChoiceField)
        lasting.choices = choices_of(pack_in_force().permanency, timezone.localdate(), _("not decided"))


class GoalForm(DeedForm):
    """A goal, first in the child’s own words."""

    domain = forms.ChoiceField(label=_("Domain"))
    words = _words(_("The goal in the child’s own words"), rows=2, required=True)
    statement = _words(_("How we shall know that it is reached"), _("Something that can be seen or counted."), rows=2)
    baseline = _words(_("How it is now"), rows=2)
    target_on = DayField(label=_("To be reached by"))
    high_risk = forms.BooleanField(label=_("The child’s safety depends on it"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        planned = {code: entry for code, entry in pack_in_force().domains.items() if entry.planned}
        domain = self.fields["domain"]
        assert isinstance(domain, forms.ChoiceField)
        domain.choices = choices_of(planned, timezone.localdate(), _("Choose one"))


class AddActionForm(DeedForm):
    """What is done, by whom, until when, at what cost."""

    what = _line(_("What is done"), required=True)
    owner = _line(_("Who does it"), most=200, required=True)
    due_on = DayField(label=_("Until"))
    cost = _line(_("Cost"), _("With its currency: 120.00 EUR"), most=40)

    def clean_cost(self) -> Money | None:
        """The amount with its currency, None where nothing was written."""
        text = str(self.cleaned_data["cost"]).strip()
        if not text:
            return None
        try:
            return Money.parse(text.upper())
        except ValueError as error:
            known = text.upper().split()[-1] in DECIMALS
            sentence = _("Write an amount such as 120.00 EUR.") if known else _("Write a currency we know: 120.00 EUR.")
            raise ValidationError(sentence, code="cost") from error


class PlanContactForm(DeedForm):
    """With whom the child is in contact, how, how often."""

    with_whom = _line(_("With whom"), most=200, required=True)
    how = forms.ChoiceField(label=_("How"), choices=PlannedContact.How.choices)
    often = _line(_("How often"), most=100, required=True)
    supervised = forms.BooleanField(label=_("Somebody watches over it"), required=False)
    note = _line(_("Note"))


class ApprovePlanForm(DeedForm):
    """When the plan was approved, and when the child and the parents got a copy."""

    approved_on = DayField(label=_("Approved on"), initial=timezone.localdate)
    copy_given_on = AskedDay(label=_("Copy given to the child and the parents on"))


class ReplacePlanForm(DeedForm):
    """Nothing to fill in: the next version is a copy."""


class FinishActionForm(DeedForm):
    """When an action was done."""

    done_on = DayField(label=_("Done on"), initial=timezone.localdate)


class RecordReviewForm(DeedForm):
    """When a review was held, how the child took part, what was decided."""

    held_on = DayField(label=_("Held on"), initial=timezone.localdate)
    participation = forms.ChoiceField(label=_("How the child took part"), widget=forms.RadioSelect)
    summary = _words(_("What was decided"), rows=6)
    next_on = DayField(label=_("Next review on"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = self.fields["participation"]
        assert isinstance(ways, forms.ChoiceField)
        ways.choices = choices_of(pack_in_force().participation, timezone.localdate())


class OpenReviewForm(DeedForm):
    """Why a review is opened, and when."""

    kind = forms.ChoiceField(
        label=_("Why now?"), choices=Review.Kind.choices, initial=Review.Kind.SCHEDULED, widget=forms.RadioSelect
    )
    opened_on = DayField(label=_("Opened on"), initial=timezone.localdate)


class PostponeReviewForm(DeedForm):
    """Until when a review is postponed, and why."""

    postponed_to = DayField(label=_("Postponed to"))
    reason = _line(_("Why"), required=True)
    by_child = forms.BooleanField(label=_("The child asked for it"), required=False)


YES_NO = [("", _("not answered")), ("yes", _("yes")), ("no", _("no"))]
MOST_WISHES = 6


class HoldReviewForm(DeedForm):
    """The minutes of a review: the child first, then every goal, then what was decided."""

    drafts = True

    held_on = DayField(label=_("Held on"), initial=timezone.localdate)
    attendance = AskedWords(label=_("Who took part"), widget=forms.Textarea(attrs={"rows": 2}))
    chaired_by: Any = forms.ModelChoiceField(
        label=_("Chaired by a colleague"), queryset=None, required=False, empty_label=_("somebody else")
    )
    chair = _line(_("Who chaired"), _("Only where it was nobody of the unit."), most=200)
    participation = AskedChoice(label=_("How the child took part"), widget=forms.RadioSelect)
    child_words = _words(_("What the child said"), _("Needed where the child was heard."), rows=4)
    still_needed = AskedChoice(label=_("Is care or support still needed?"), choices=YES_NO, widget=forms.RadioSelect)
    still_suits = AskedChoice(
        label=_("Does this form of care or support still suit the child?"),
        choices=YES_NO,
        widget=forms.RadioSelect,
    )
    summary = AskedWords(label=_("What was decided and why"), widget=forms.Textarea(attrs={"rows": 5}))
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[choice for choice in Review.Outcome.choices if choice[0]],
        widget=forms.RadioSelect,
    )
    next_on = DayField(label=_("Next review on"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = self.fields["participation"]
        assert isinstance(ways, forms.ChoiceField)
        ways.choices = choices_of(pack_in_force().participation, timezone.localdate())
        answers = [("", _("Choose one")), *Wish.Answer.choices]
        for number in range(1, MOST_WISHES + 1):
            self.fields[f"wish_{number}_words"] = _words(_("Wish, in the child’s own words"), rows=2)
            self.fields[f"wish_{number}_answer"] = forms.ChoiceField(label=_("Answer"), choices=answers, required=False)
            self.fields[f"wish_{number}_reason"] = _line(_("Reason, where it is not a yes"), most=1000)
        self.goals: list[Goal] = []

    def about(self, goals: Iterable[Goal], chairs: Any) -> Self:
        """Ask for each of these goals how far it has come, and offer these colleagues as chair."""
        self.fields["chaired_by"].queryset = chairs  # type: ignore[attr-defined]
        self.goals = list(goals)
        states = [("", _("as before")), *((one.value, one.label) for one in Goal.State if one != Goal.State.OPEN)]
        for goal in self.goals:
            key = f"goal_{goal.code}"
            self.fields[f"{key}_rating"] = AskedRating(
                label=_("Progress"), choices=RATINGS, coerce=int, empty_value=None
            )
            self.fields[f"{key}_state"] = forms.ChoiceField(label=_("The goal is"), choices=states, required=False)
            self.fields[f"{key}_note"] = _words(_("What was seen"), rows=2)
        return self

    @property
    def meeting_fields(self) -> list[BoundField]:
        """The day, who was there and who chaired."""
        return [self[name] for name in ("held_on", "attendance", "chaired_by", "chair")]

    @property
    def child_fields(self) -> list[BoundField]:
        """How the child took part, and what the child said."""
        return [self[name] for name in ("participation", "child_words")]

    @property
    def decision_fields(self) -> list[BoundField]:
        """What was decided."""
        return [self[name] for name in ("still_needed", "still_suits", "summary", "outcome", "next_on")]

    @property
    def wish_rows(self) -> list[tuple[int, list[BoundField], bool]]:
        """The fields of each wish with its number, and whether it is shown from the start."""
        rows = []
        for number in range(1, MOST_WISHES + 1):
            fields = [self[f"wish_{number}_{part}"] for part in ("words", "answer", "reason")]
            rows.append((number, fields, number == 1 or any(field.value() for field in fields)))
        return rows

    @property
    def goal_rows(self) -> list[tuple[Goal, str, list[BoundField]]]:
        """The fields of each goal with the goal and its domain in words."""
        domains = pack_in_force().domains
        parts = ("rating", "state", "note")
        return [
            (goal, gettext(domains[goal.domain].label) if goal.domain in domains else goal.domain,
             [self[f"goal_{goal.code}_{part}"] for part in parts])
            for goal in self.goals
        ]  # fmt: skip

    @property
    def particulars(self) -> dict[str, Any]:
        """What was filled in, as the act asks for it."""
        filled = self.cleaned_data
        plain = ("participation", "attendance", "chair", "chaired_by", "child_words", "summary")
        minutes = Minutes(
            **{name: filled[name] for name in plain},
            still_needed={"yes": True, "no": False}.get(filled["still_needed"]),
            still_suits={"yes": True, "no": False}.get(filled["still_suits"]),
            wishes=self._wishes(filled),
            progress=self._progress(filled),
        )
        return {**{name: filled[name] for name in ("held_on", "outcome", "next_on")}, "minutes": minutes}

    def _wishes(self, filled: Mapping[str, Any]) -> list[Answered]:
        rows = [
            Answered(*(filled[f"wish_{number}_{part}"] for part in ("words", "answer", "reason")))
            for number in range(1, MOST_WISHES + 1)
        ]
        # What is filled in stays in its place, so that a refusal points at the right wish.
        last = max((at for at, row in enumerate(rows, 1) if row.words or row.answer or row.reason), default=0)
        return rows[:last]

    def _progress(self, filled: Mapping[str, Any]) -> dict[str, Judged]:
        judged = {}
        for goal in self.goals:
            key = f"goal_{goal.code}"
            if filled[f"{key}_rating"] is not None:
                judged[goal.code] = Judged(filled[f"{key}_rating"], filled[f"{key}_note"], filled[f"{key}_state"])
        return judged


RATINGS = [
    ("", _("Choose one")),
    (2, _("+2: much better")),
    (1, _("+1: better")),
    (0, _("0: no change")),
    (-1, _("−1: worse")),
    (-2, _("−2: much worse")),
]
