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
from kinkeeper.placements.models import Absence
from kinkeeper.placements.queries import Choice
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


class StartPlacementForm(_WithLaw):
    """Where a child comes to live, since when, and on what legal ground."""

    home = HomeField(label=_("Home"))
    started_on = DayField(label=_("Care begins on"), initial=timezone.localdate)
    care_type = forms.ChoiceField(label=_("Type of care"))
    legal_status_code = forms.ChoiceField(label=_("Legal status"))
    need = forms.ChoiceField(label=_("Main need"), required=False)
    field_order = ("home", "started_on", "care_type", "legal_status_code", "authority", "order_number", "need")


class MoveChildForm(_WithLaw):
    """Where a child moves, when, and why it left."""

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

    @property
    def is_complete(self) -> bool:
        """Whether everything is filled in, so that the move can be put into words."""
        return self.is_bound and not self.errors


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
    """Since when a child is missing or away."""

    kind = forms.ChoiceField(label=_("What happened"), choices=Absence.Kind.choices, widget=forms.RadioSelect)
    started_on = DayField(label=_("Since"), initial=timezone.localdate)


class RecordReturnForm(DeedForm):
    """When a child came back."""

    ended_on = DayField(label=_("Back on"), initial=timezone.localdate)
