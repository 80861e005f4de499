"""Shape and wording of input: a review."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import pack_in_force
from kinkeeper.lib.choices import choices_of
from kinkeeper.ui.forms import DayField, DeedForm


class RecordReviewForm(DeedForm):
    """When a review was held, how the child took part, what was decided."""

    held_on = DayField(label=_("Held on"), initial=timezone.localdate)
    participation = forms.ChoiceField(label=_("How the child took part"), widget=forms.RadioSelect)
    summary = forms.CharField(
        label=_("What was decided"), max_length=10_000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = self.fields["participation"]
        assert isinstance(ways, forms.ChoiceField)
        ways.choices = choices_of(pack_in_force().participation, timezone.localdate())
