"""Shape and wording of input: holds, erasures, requests for a file and what is decided about others."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.retention.models import AccessRequest, Redaction
from kinkeeper.ui.forms import DayField, DeedForm


def _long(label: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class SetHoldForm(DeedForm):
    """Why nothing may be erased, who asks for it, until when."""

    reason = _long(_("Reason"))
    authority = forms.CharField(label=_("Authority or inquiry"), max_length=200)
    ends_on = DayField(label=_("Until"), required=False, help_text=_("Empty: until it is lifted."))


class LiftHoldForm(DeedForm):
    """Why a hold is lifted."""

    why_lifted = _long(_("Reason"))


class ProposeErasureForm(DeedForm):
    """Why the record shall be erased."""

    reason = _long(_("Reason"))


class AnswerErasureForm(DeedForm):
    """What the second person says."""

    answer = _long(_("Reason"))


class ReceiveRequestForm(DeedForm):
    """Who asked, and when."""

    asked_on = DayField(label=_("Asked on"), initial=timezone.localdate)
    asker = forms.ChoiceField(label=_("Who asks"), choices=AccessRequest.Asker.choices)
    asker_name = forms.CharField(
        label=_("Name of whoever asks"), max_length=200, required=False, help_text=_("Unless it is the person.")
    )


class ProveIdentityForm(DeedForm):
    """How it was proven who asks."""

    proof = forms.ChoiceField(label=_("How it was proven"), choices=AccessRequest.Proof.choices)


class ExtendAnswerForm(DeedForm):
    """Why the answer takes longer, and when whoever asked was told."""

    why_extended = _long(_("Reason"))
    told_on = DayField(label=_("Whoever asked was told on"), initial=timezone.localdate)


class KeyedRadios(forms.RadioSelect):
    """Choices that the keys 1, 2, 3 … choose."""

    def create_option(
        self,
        name: str,
        value: Any,
        label: int | str,
        selected: bool,
        index: int,
        subindex: int | None = None,
        attrs: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One choice, with its key."""
        keyed = {**(attrs or {}), "data-key": str(index + 1)}
        return super().create_option(name, value, label, selected, index, subindex, keyed)


class DecideRedactionForm(DeedForm):
    """What shall become of something that may speak of others."""

    choice = forms.ChoiceField(
        label=_("Decision"),
        choices=[one for one in Redaction.Choice.choices if one[0]],
        widget=KeyedRadios,
        help_text=_("The keys 1, 2 and 3 choose, Tab leads to the reason, Enter decides, n leaves it for later."),
    )
    reason = forms.CharField(label=_("Reason"), max_length=1000)


class RefuseRequestForm(DeedForm):
    """Why a request is refused."""

    why_refused = _long(_("Reason"))
