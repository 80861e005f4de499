"""Shape and wording of input: the decision to close, the hand-over, follow-ups, after-care, an unplanned return."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Self

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Case, Contact
from kinkeeper.leaving.models import EXITS, HANDED_OVER, Aftercare, FollowUp, UnplannedReturn
from kinkeeper.lib.choices import choices_of
from kinkeeper.ui.forms import DayField, DeedForm

_TRILEAN = [("", _("not known")), ("yes", _("yes")), ("no", _("no"))]


def _long(label: Any, help_text: Any = "", *, required: bool = False) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, max_length=10_000, required=required, widget=widget, help_text=help_text)


# What is asked only where one of these ways of leaving is offered.
ASKED_FOR = {
    "causes_resolved": (Case.CloseReason.REUNIFIED,),
    "safety_plan": (Case.CloseReason.REUNIFIED,),
    "readiness": (Case.CloseReason.INDEPENDENT, Case.CloseReason.OF_AGE),
    "readiness_override": (Case.CloseReason.INDEPENDENT, Case.CloseReason.OF_AGE),
    "aftercare_plan": HANDED_OVER,
}


class DecideClosingForm(DeedForm):
    """How the work ends, why, what the child says, and what each way of leaving must show."""

    drafts = True

    exit = forms.ChoiceField(label=_("How it ends"))
    decided_on = DayField(label=_("Decided on"), initial=timezone.localdate)
    planned = forms.BooleanField(label=_("This was planned"), required=False, initial=True)
    reasons = _long(_("Reasons"), required=True)
    child_view = _long(_("What the child says and wishes"), _("In the child’s own words if you can."), required=True)
    causes_resolved = _long(
        _("What resolved the causes of the separation"),
        _("For a return to the parents: what changed, and how you know."),
    )
    safety_plan = _long(
        _("Safety plan"), _("For a return to the parents: what protects the child, and whom the child can call.")
    )
    readiness = forms.IntegerField(
        label=_("Readiness out of 100"), required=False, min_value=0, max_value=100,
        help_text=_("For a young person who will live alone or comes of age."),
    )  # fmt: skip
    readiness_override = forms.CharField(label=_("Why now, although not ready"), max_length=300, required=False)
    aftercare_plan = _long(
        _("After-care plan"), _("Who stays in touch, how and for how long. Needed whenever somebody leaves care.")
    )
    order_ended_by = forms.CharField(
        label=_("Court or authority"), max_length=200, required=False,
        help_text=_("Who gave the new order, or ended the one that holds now."),
    )  # fmt: skip
    also = forms.MultipleChoiceField(
        label=_("Also for these children of the family"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def of(self, case: Case, together: Sequence[Case]) -> Self:
        """Offer the ways this case may end with what they ask, and the children of the family who leave with it."""
        for name, exits in ASKED_FOR.items():
            if not set(exits) & set(EXITS[case.kind]):
                del self.fields[name]
        labels = dict(Case.CloseReason.choices)
        offered = [
            ("", gettext("Choose how it ends")),
            *((code, labels[Case.CloseReason(code)]) for code in EXITS[case.kind]),
        ]
        self.fields["exit"].choices = offered  # type: ignore[attr-defined]  # a ChoiceField
        self.together = {other.code: other for other in together}
        if together:
            self.fields["also"].choices = [(code, other.child.name) for code, other in self.together.items()]  # type: ignore[attr-defined]
        else:
            del self.fields["also"]
        return self

    @property
    def particulars(self) -> dict[str, Any]:
        """What was filled in, with the other cases as rows."""
        found = super().particulars
        return {**found, "also": [self.together[code] for code in found.get("also", ())]}


class WithdrawClosingForm(DeedForm):
    """When a closing was taken back, and why."""

    withdrawn_on = DayField(label=_("Withdrawn on"), initial=timezone.localdate)
    why = forms.CharField(label=_("Why the work goes on"), max_length=300)


class HandOverForm(DeedForm):
    """When and to whom the child leaves, what goes along, and every paper of the pack’s list."""

    drafts = True

    left_on = DayField(label=_("Left on"), initial=timezone.localdate)
    to_whom = forms.CharField(label=_("To whom, or where they live now"), max_length=200)
    child_told_on = DayField(label=_("The child was told on"), initial=timezone.localdate)
    belongings = _long(_("Belongings and keepsakes"), required=True)
    contacts = _long(_("Whom they can turn to"), required=True)
    benefits = _long(_("Benefits and rights"), required=True)
    mentor = forms.CharField(
        label=_("Mentor"), max_length=200, required=False, help_text=_("Needed for a young person who lives alone.")
    )
    savings = forms.CharField(label=_("Savings"), max_length=200, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.papers = dict(pack_in_force().papers)
        for code, paper in self.papers.items():
            words = {"paper": gettext(paper.label)}
            self.fields[f"paper_{code}"] = DayField(label=_("%(paper)s handed over on") % words, required=False)
            self.fields[f"why_not_{code}"] = forms.CharField(
                label=_("%(paper)s: why not, and who will bring it") % words, max_length=300, required=False
            )

    @property
    def particulars(self) -> dict[str, Any]:
        """What was filled in, with what happened to each paper by its code."""
        found = super().particulars
        papers = {code: (found.pop(f"paper_{code}"), found.pop(f"why_not_{code}")) for code in self.papers}
        return {**found, "papers": papers}


class CloseForGoodForm(DeedForm):
    """When the case closes, what was reached, and what the child and the family say."""

    drafts = True

    closed_on = DayField(label=_("Closed on"), initial=timezone.localdate)
    outcome = _long(_("What was reached"), required=True)
    exit_survey = _long(_("What the child and the family say of our work"))
    child_told_on = DayField(label=_("The child was told on"), required=False)
    reason = forms.ChoiceField(label=_("How it ends"))

    def of(self, *, decided: bool) -> Self:
        """Ask how it ends only where no review decided that."""
        kinds = (
            Case.CloseReason.NO_SERVICE,
            Case.CloseReason.PASSED_ON,
            Case.CloseReason.WITHDREW,
            Case.CloseReason.MOVED,
        )
        if decided:
            del self.fields["reason"]
        else:
            self.fields["outcome"].label = gettext("Why no service is needed, and where the family was sent")
            self.fields["reason"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]
        return self


class RecordFollowupForm(DeedForm):
    """How a child or young person is after leaving."""

    drafts = True

    happened_on = DayField(label=_("Date"), initial=timezone.localdate)
    way = forms.ChoiceField(label=_("How"), choices=Contact.Kind.choices, initial=Contact.Kind.VISIT)
    in_touch = forms.BooleanField(
        label=_("There was contact"), required=False, initial=True,
        help_text=_("Without contact this is kept as an attempt, and the follow-up stays due."),
    )  # fmt: skip
    seen = forms.BooleanField(label=_("The child or young person was seen"), required=False)
    lives = forms.ChoiceField(label=_("Lives"), choices=FollowUp.Lives.choices, initial=FollowUp.Lives.UNKNOWN)
    suitable = forms.TypedChoiceField(
        label=_("The housing is suitable"), choices=_TRILEAN, required=False, empty_value=None,
        coerce=lambda answer: answer == "yes",
    )  # fmt: skip
    activity = forms.ChoiceField(
        label=_("During the day"), choices=[("", _("not asked")), *FollowUp.Activity.choices], required=False
    )
    wellbeing = _long(_("How they are"))
    own_words = _long(_("In their own words"))
    concern = forms.BooleanField(label=_("There is reason for concern"), required=False)


class StartAftercareForm(DeedForm):
    """From when, with which mentor and savings."""

    starts_on = DayField(label=_("From"), initial=timezone.localdate)
    mentor = forms.CharField(label=_("Mentor"), max_length=200, required=False)
    savings = forms.CharField(label=_("Savings"), max_length=200, required=False)


class ExtendSupportForm(DeedForm):
    """Until when a young person wants care to go on."""

    asked_on = DayField(label=_("Asked on"), initial=timezone.localdate)
    until = DayField(label=_("Care goes on until"))
    wish = _long(_("What the young person asked for"), _("In their own words."), required=True)


class AllowEmergencyStayForm(DeedForm):
    """From when until when, in which form of care, and why."""

    starts_on = DayField(label=_("From"), initial=timezone.localdate)
    until = DayField(label=_("Until"))
    care_type = forms.ChoiceField(label=_("Form of care"))
    reason = forms.CharField(label=_("What happened, and what comes after"), max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["care_type"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices_of(pack_in_force().care_types, timezone.localdate(), _("Choose a form of care"))


class EndAftercareForm(DeedForm):
    """Why after-care ends, in the young person’s own words, and that the door stays open."""

    drafts = True

    ended_on = DayField(label=_("Ends on"), initial=timezone.localdate)
    end = forms.ChoiceField(label=_("Why"), choices=[("", _("Choose a reason")), *Aftercare.End.choices])
    statement = _long(_("The young person’s own statement"), _("As they said or wrote it."))
    last_contact_on = DayField(label=_("Last contact on"), required=False)
    door_open_on = DayField(label=_("The note that the door stays open was given or sent on"), required=False)

    def last(self, day: date | None) -> Self:
        """Propose the last contact that is on record."""
        self.fields["last_contact_on"].initial = day
        return self


class RecordUnplannedReturnForm(DeedForm):
    """When a child ran home, to whom, and why."""

    returned_on = DayField(label=_("Went home on"), initial=timezone.localdate)
    to_whom = forms.CharField(label=_("With whom the child is now"), max_length=200)
    child_words = _long(_("Why, in the child’s own words"))


class AssessUnplannedReturnForm(DeedForm):
    """How great the risk is, and what protects the child now."""

    assessed_on = DayField(label=_("Judged on"), initial=timezone.localdate)
    risk = forms.ChoiceField(label=_("Risk"), choices=UnplannedReturn.Risk.choices, widget=forms.RadioSelect)
    risk_words = _long(_("What the risk is, and what protects the child now"), required=True)


class DecideUnplannedReturnForm(DeedForm):
    """Whether the child stays, who decided, and why."""

    decided_on = DayField(label=_("Decided on"), initial=timezone.localdate)
    decision = forms.ChoiceField(
        label=_("Decision"), choices=UnplannedReturn.Decision.choices, widget=forms.RadioSelect
    )
    authority = forms.CharField(label=_("Who decided"), max_length=200)
    reasons = _long(_("Reasons"), required=True)
