"""Shape and wording of an assessment: who was seen, how the child does in each domain, what follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.assessments.models import Assessment, Finding
from kinkeeper.cases.models import Case
from kinkeeper.lib.choices import choices_of
from kinkeeper.lib.packs import Pack
from kinkeeper.ui.forms import AskedByAGuard, DayField, DeedForm

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class _Words(AskedByAGuard, forms.CharField):
    """Words that the deed asks for."""


class _Choices(AskedByAGuard, forms.MultipleChoiceField):
    """Choices of which the deed asks for one at least."""

    def validate(self, value: Any) -> None:
        """What is chosen must be on the list; nothing is left to the deed."""
        if value:
            super().validate(value)


class _Rating(AskedByAGuard, forms.TypedChoiceField):
    """How a child does, from very well to poorly."""


def _long(label: Any, help_text: Any = "", *, rows: int = 4, required: bool = True) -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": rows})
    return _Words(label=label, max_length=10_000, widget=widget, help_text=help_text, required=required)


def _yes_or_no(label: Any) -> forms.TypedChoiceField:
    widget = forms.RadioSelect(attrs={"class": "choices-in-a-row"})
    choices = [("yes", _("yes")), ("no", _("no"))]
    return _Rating(label=label, choices=choices, coerce=lambda value: value == "yes", empty_value=None, widget=widget)


class AssessmentForm(DeedForm):
    """Everything an assessment holds, in parts; the domains are those of the jurisdiction pack."""

    drafts = True

    assessed_on = DayField(label=_("Date of the assessment"), initial=timezone.localdate)
    seen = forms.ChoiceField(label=_("The child was"), choices=Assessment.Seen.choices, widget=forms.RadioSelect)
    seen_on = DayField(
        label=_("Seen on"),
        required=False,
        help_text=_("This day counts as a visit, unless a visit of that day is written down already."),
    )
    not_seen_reason = _long(_("Why not seen, or not alone"), rows=2, required=False)
    sources = _long(
        _("Whom and what you asked"),
        _("Child, parents, relatives, school, health workers, records; and on which days."),
    )
    risks = _long(_("Risks"), _("What could harm the child, how likely it is and how soon."))
    strengths = _long(_("Strengths of the child"))
    family_strengths = _long(_("Strengths of the family"), _("People, skills, bonds and means that can carry a plan."))
    causes = _Choices(label=_("Root causes"), widget=forms.CheckboxSelectMultiple)
    risk = forms.ChoiceField(
        label=_("Risk"),
        choices=Assessment.Risk.choices,
        widget=forms.RadioSelect(attrs={"class": "choices-in-a-row"}),
        help_text=_("This becomes the risk of the case; visits are due the sooner, the higher it is."),
    )
    child_view = _long(
        _("What the child says and wishes"),
        _("As the child said it, in the child’s language if you can."),
        required=False,
    )
    child_view_by = forms.ChoiceField(
        label=_("How you learned it"), choices=[("", "—"), *Assessment.ViewBy.choices], required=False
    )
    no_view_reason = _long(_("If the child could not be asked: why"), rows=2, required=False)
    income_covers_basics = _yes_or_no(_("A regular income covers the basics"))
    caregiver_able = _yes_or_no(_("The carers at home can care for the child"))
    conclusion = _long(_("Conclusion"), _("What all this means for the child, and what should be looked at next."))

    def __init__(self, *args: Any, pack: Pack, case: Case, before: Mapping[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domains = [domain for domain in pack.domains.values() if domain.assessed]
        causes = self.fields["causes"]
        assert isinstance(causes, forms.MultipleChoiceField)
        causes.choices = choices_of(pack.causes, timezone.localdate())
        for domain in self.domains:
            name = gettext(domain.label)
            self.fields[f"rating_{domain.code}"] = self._rating(name, before.get(domain.code))
            self.fields[f"note_{domain.code}"] = _long(_("%(domain)s: what was found") % {"domain": name}, rows=3)
        if case.kind != Case.Kind.FAMILY_STRENGTHENING:
            del self.fields["income_covers_basics"], self.fields["caregiver_able"]
        self._say_from_which_age(pack)

    @staticmethod
    def _rating(domain: str, before: int | None) -> forms.Field:
        last = _("Last time: %(rating)s.") % {"rating": Finding.Rating(before).label} if before else ""
        return _Rating(
            label=_("%(domain)s: how the child does") % {"domain": domain},
            choices=Finding.Rating.choices,
            coerce=int,
            empty_value=None,
            widget=forms.RadioSelect(attrs={"class": "choices-in-a-row"}),
            help_text=last,
        )

    def _say_from_which_age(self, pack: Pack) -> None:
        alone, view = pack.limit("seen_alone").value, pack.limit("child_view").value
        self.fields["not_seen_reason"].help_text = ngettext(
            "From the age of %(age)s year a child is seen alone.",
            "From the age of %(age)s years a child is seen alone.",
            alone,
        ) % {"age": alone}
        self.fields["no_view_reason"].help_text = ngettext(
            "From the age of %(age)s year every child is asked.",
            "From the age of %(age)s years every child is asked.",
            view,
        ) % {"age": view}

    def outline(self) -> Sequence[tuple[str, str | _StrPromise, Sequence[str]]]:
        """Seeing the child, the domains one by one, then what they add up to."""
        home = [name for name in ("income_covers_basics", "caregiver_able") if name in self.fields]
        return [
            ("seen", _("Seeing the child"), ["assessed_on", "seen", "seen_on", "not_seen_reason", "sources"]),
            ("view", _("The child’s own view"), ["child_view", "child_view_by", "no_view_reason"]),
            *(
                (domain.code.lower(), gettext(domain.label), [f"rating_{domain.code}", f"note_{domain.code}"])
                for domain in self.domains
            ),
            ("strengths", _("Strengths"), ["strengths", "family_strengths"]),
            *([("home", _("Income and carers"), home)] if home else []),
            ("risks", _("Risks and root causes"), ["risks", "causes", "risk"]),
            ("conclusion", _("Conclusion"), ["conclusion"]),
        ]

    @property
    def particulars(self) -> dict[str, Any]:
        """What was filled in, with the domains as findings: (rating, note) by the code of the domain."""
        found = super().particulars
        findings = {one.code: (found.pop(f"rating_{one.code}"), found.pop(f"note_{one.code}")) for one in self.domains}
        return {**found, "findings": findings}
