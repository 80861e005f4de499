"""Shape and wording of input: care begins, a child moves, the law changes, care ends, a child is missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import pack_in_force
from kinkeeper.lib.choices import choices_of
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Absence
from kinkeeper.placements.queries import Choice, Residence
from kinkeeper.ui.forms import DayField, DeedForm


class HomeField(forms.ChoiceField):
    """A home, chosen from those that could take the child, each with the places that are taken. Gives the home."""

    def offer(self, homes: Sequence[Choice]) -> None:
        """The homes to choose from."""
        self.homes = {choice.home.code: choice.home for choice in homes}
        self.choices = [("", gettext("Choose a home")), *((one.home.code, _places(one)) for one in homes)]

    def clean(self, value: Any) -> Any:
        """The home behind the chosen code."""
        return self.homes.get(super().clean(value))


def _places(choice: Choice) -> str:
    words = {"home": choice.home.name, "taken": choice.taken, "places": choice.home.capacity}
    if choice.home.capacity is None:
        return gettext("%(home)s · %(taken)s children, no limit set") % words
    if choice.is_full:
        return gettext("%(home)s · full: %(taken)s of %(places)s places taken") % words
    return gettext("%(home)s · %(taken)s of %(places)s places taken") % words


class _WithLaw(DeedForm):
    """Fields about the legal ground, as the pack of the association knows it."""

    day_field = "started_on"

    authority = forms.CharField(label=_("Authority"), max_length=200, required=False)
    order_number = forms.CharField(label=_("Number of the order"), max_length=80, required=False)

    def __init__(self, *args: Any, homes: Sequence[Choice] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        pack, today = pack_in_force(), timezone.localdate()
        sections = {
            "care_type": (pack.care_types, _("Choose a type of care")),
            "leave_reason": (pack.reasons_for_change, _("Choose a reason")),
            "need": (pack.needs, _("Not decided")),
            "exit": (pack.exits, _("Choose a reason")),
        }
        for name, (section, blank) in sections.items():
            if isinstance(field := self.fields.get(name), forms.ChoiceField):
                field.choices = choices_of(section, today, blank)
        law = self.fields.get("legal_status_code")
        if isinstance(law, forms.ChoiceField):
            blank = _("Choose a legal status") if law.required else _("As it was")
            law.choices = choices_of(pack.legal_statuses, today, blank)
        if isinstance(home := self.fields.get("home"), HomeField):
            home.offer(homes)


class StayForm(_WithLaw):
    """Fields about any stay that begins."""

    mitigation = forms.CharField(
        label=_("How differences of language, religion and culture are bridged"),
        max_length=300,
        required=False,
        help_text=_("Where child and carers differ: who translates, cooks, prays or celebrates with the child."),
    )
    exemption_review_on = DayField(
        label=_("Brothers and sisters: more than allowed, to be looked at again on"),
        required=False,
        help_text=_("Only where brothers and sisters stay together in a home that is full."),
    )

    @property
    def is_complete(self) -> bool:
        """Whether everything is filled in, so that the stay can be put into words."""
        return self.is_bound and not self.errors

    @property
    def stay(self) -> dict[str, Any]:
        """The home, the day and the form of care that were filled in so far; empty while one of them is missing."""
        if not self.is_bound:
            return {}
        self.errors  # noqa: B018  # fills in what is clean
        found = {name: self.cleaned_data.get(name) for name in ("home", self.day_field, "care_type")}
        if not all(found.values()):
            return {}
        chosen = {"home": found["home"], "day": found[self.day_field], "care_type": found["care_type"]}
        more = {name: self.cleaned_data.get(name) for name in ("exemption_review_on", "mitigation", "siblings")}
        return {**chosen, **more}


class StartPlacementForm(StayForm):
    """Where a child comes to live, since when, and on what legal ground."""

    home = HomeField(label=_("Home"))
    started_on = DayField(label=_("Care begins on"), initial=timezone.localdate)
    care_type = forms.ChoiceField(label=_("Type of care"))
    legal_status_code = forms.ChoiceField(label=_("Legal status"))
    need = forms.ChoiceField(label=_("Main need"), required=False)
    field_order = ("home", "started_on", "care_type", "legal_status_code", "authority", "order_number", "need")


class PlaceSiblingsForm(StayForm):
    """Which brothers and sisters come to live in one home, since when, and on what legal ground."""

    siblings = forms.MultipleChoiceField(label=_("Together with"), widget=forms.CheckboxSelectMultiple)
    home = HomeField(label=_("Home"))
    started_on = DayField(label=_("From"), initial=timezone.localdate)
    care_type = forms.ChoiceField(label=_("Type of care"))
    legal_status_code = forms.ChoiceField(
        label=_("Legal status"), required=False, help_text=_("For those who come into care now.")
    )
    leave_reason = forms.ChoiceField(
        label=_("Reason for the move"), required=False, help_text=_("For those who are in care already.")
    )
    field_order = (
        "siblings", "home", "started_on", "care_type", "legal_status_code", "authority", "order_number", "leave_reason",
    )  # fmt: skip

    def __init__(self, *args: Any, siblings: Sequence[tuple[Person, Residence | None]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = {person.code: person for person, _lives in siblings}
        field = self.fields["siblings"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(person.code, _where(person, lives)) for person, lives in siblings]

    def clean_siblings(self) -> list[Person]:
        """The people behind the chosen codes."""
        return [self.known[code] for code in self.cleaned_data["siblings"]]


def _where(person: Person, lives: Residence | None) -> str:
    if lives is None:
        return gettext("%(name)s · not in care") % {"name": person.name}
    if lives.home is None:
        return gettext("%(name)s · in care in another unit") % {"name": person.name}
    return gettext("%(name)s · lives in %(home)s") % {"name": person.name, "home": lives.home.name}


class ReviewExemptionForm(DeedForm):
    """Until when brothers and sisters go on living together in a home that is full."""

    exemption_review_on = DayField(
        label=_("To be looked at again on"),
        required=False,
        help_text=_("Leave it empty where the home is full no more."),
    )


class MoveChildForm(StayForm):
    """Where a child moves, when, and why it left."""

    day_field = "moved_on"

    home = HomeField(label=_("New home"))
    moved_on = DayField(label=_("Day of the move"), initial=timezone.localdate)
    care_type = forms.ChoiceField(label=_("Type of care"))
    leave_reason = forms.ChoiceField(
        label=_("Reason for the move"), required=False, help_text=_("Only a temporary stay may go without a reason.")
    )
    same_carer = forms.BooleanField(label=_("The carer stays the same"), required=False)
    legal_status_code = forms.ChoiceField(
        label=_("New legal status"), required=False, help_text=_("Only if it changes on the same day.")
    )
    field_order = ("home", "moved_on", "care_type", "leave_reason", "same_carer", "legal_status_code", "authority")


class ChangeLegalStatusForm(_WithLaw):
    """Which legal status holds from which day, and by whose order."""

    legal_status_code = forms.ChoiceField(label=_("New legal status"))
    changed_on = DayField(label=_("From"), initial=timezone.localdate)
    field_order = ("legal_status_code", "changed_on", "authority", "order_number")


class EndPlacementForm(_WithLaw):
    """When care ended, and why."""

    authority = None  # type: ignore[assignment]  # no order ends care here
    order_number = None  # type: ignore[assignment]
    ended_on = DayField(label=_("Care ended on"), initial=timezone.localdate)
    exit = forms.ChoiceField(label=_("Why care ended"))


class ReportAbsenceForm(DeedForm):
    """Since when a child is missing or away, and how."""

    kind = forms.ChoiceField(label=_("What happened"), choices=Absence.Kind.choices, widget=forms.RadioSelect)
    started_on = DayField(label=_("Since"), initial=timezone.localdate)


class RecordReturnForm(DeedForm):
    """When a child came back."""

    ended_on = DayField(label=_("Back on"), initial=timezone.localdate)
