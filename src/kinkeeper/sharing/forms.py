"""Shape and wording of input: partners, what is handed over and to whom, referrals, transfers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit, User, pack_in_force
from kinkeeper.sharing.models import Partner, Share, Transfer
from kinkeeper.sharing.queries import TRANSFER
from kinkeeper.sharing.sheet import ITEMS, MINIMUM
from kinkeeper.ui.forms import DayField, DeedForm


def _long(label: Any, *, required: bool = False, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 4})
    return forms.CharField(label=label, max_length=10_000, required=required, widget=widget, help_text=help_text)


# ---- partners --------------------------------------------------------------------------------------------------------


class PartnersFilter(forms.Form):
    """Which partners to list."""

    q = forms.CharField(label=_("Name or what it offers"), required=False, max_length=100)
    closed = forms.BooleanField(label=_("Also former partners"), required=False)

    def wishes(self) -> dict[str, Any]:
        """What was asked; anything unknown in the address is ignored."""
        self.is_valid()
        return {"words": self.cleaned_data.get("q", ""), "closed": self.cleaned_data.get("closed", False)}


class PartnerForm(DeedForm):
    """What a partner is called, what it offers, how to reach it."""

    name = forms.CharField(label=_("Name"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"), choices=Partner.Kind.choices)
    offers = forms.CharField(label=_("What it offers"), max_length=300, required=False)
    contact = forms.CharField(
        label=_("Contact"), max_length=300, required=False, help_text=_("Whom to ask, telephone, e-mail, address.")
    )


class ClosePartnerForm(DeedForm):
    """Since when we no longer work with a partner."""

    closed_on = DayField(label=_("No longer a partner since"), initial=timezone.localdate)


# ---- what is handed over ---------------------------------------------------------------------------------------------


class SheetForm(DeedForm):
    """For what, on which ground, and which items. Only what the purpose allows is offered; the rest is refused."""

    purpose = forms.CharField(widget=forms.HiddenInput, max_length=20)
    items = forms.MultipleChoiceField(
        label=_("What is handed over"),
        required=False,
        choices=list(ITEMS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("As little as is needed. Other children are never named."),
    )
    basis = forms.ChoiceField(label=_("Ground"), choices=Share.Basis.choices)

    def __init__(self, *args: Any, purpose: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = str(self.data.get("purpose", "")) if self.is_bound else purpose
        self.why = pack_in_force().purposes.get(chosen)
        allowed = self.why.fields if self.why else ()
        grounds = self.why.basis if self.why else ()
        self.fields["purpose"].initial = chosen
        self.fields["items"].initial = [item for item in MINIMUM if item in allowed]
        # The field knows every item, so that one too many is refused with its rule; the page offers what is allowed.
        self.fields["items"].widget.choices = [pair for pair in ITEMS.items() if pair[0] in allowed]
        self.fields["basis"].widget.choices = [pair for pair in Share.Basis.choices if pair[0] in grounds]

    @property
    def towards(self) -> str:
        """Who would receive it."""
        partner = self.cleaned_data.get("partner")
        return str(partner.name if partner else self.cleaned_data.get("recipient", ""))

    @property
    def question(self) -> dict[str, Any]:
        """What the preview asks."""
        asked = {name: self.cleaned_data[name] for name in ("purpose", "basis", "items")}
        return {**asked, "recipient": self.towards}


class PartnerField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """A partner of the unit, with what it offers."""

    def label_from_instance(self, obj: Partner) -> str:
        """The name and what it offers."""
        return f"{obj.name} · {obj.offers}" if obj.offers else obj.name


class ShareForm(SheetForm):
    """To whom, how and until when something is handed over, and who was told."""

    partner = PartnerField(
        label=_("Partner"), queryset=None, to_field_name="code", required=False, empty_label=_("Somebody else")
    )
    recipient = forms.CharField(label=_("Or the name of the recipient"), max_length=200, required=False)
    channel = forms.ChoiceField(label=_("How"), choices=Share.Channel.choices)
    shared_on = DayField(label=_("Day"), initial=timezone.localdate)
    ends_on = DayField(label=_("Valid until"), required=False)
    child_told = forms.BooleanField(label=_("The child was told"), required=False)
    child_wish = _long(_("What the child wishes about it"))
    guardian_told = forms.BooleanField(label=_("The guardian was told"), required=False)
    field_order: Sequence[str] = ("partner", "recipient", "items", "basis")

    def __init__(self, *args: Any, partners: QuerySet[Partner], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = partners  # type: ignore[attr-defined]


class ReferToPartnerForm(ShareForm):
    """To which partner a child is sent, and for what."""

    recipient = None  # type: ignore[assignment]  # a referral goes to a partner
    shared_on = None  # type: ignore[assignment]
    partner = PartnerField(label=_("Partner"), queryset=None, to_field_name="code", empty_label=_("Choose a partner"))
    service = forms.CharField(label=_("For what"), max_length=300)
    sent_on = DayField(label=_("Sent on"), initial=timezone.localdate)
    field_order = ("partner", "service", "items", "basis", "channel", "sent_on")


class UnitField(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic in the stubs alone
    """Another unit of the association, with its programme; gives the code."""

    def label_from_instance(self, obj: Unit) -> str:
        """The name and the programme."""
        return f"{obj.name} · {obj.programme.name}"

    def clean(self, value: Any) -> str:
        """The code of the unit, because its rows are beyond the sender’s scope."""
        unit = super().clean(value)
        return unit.code if unit else ""


class OfferTransferForm(SheetForm):
    """To whom a case is offered, why, and what the receiver reads before the answer."""

    unit_to = UnitField(
        label=_("Unit"), queryset=None, to_field_name="code", required=False, empty_label=_("Another organisation")
    )
    organisation = forms.CharField(label=_("Or the name of the other organisation"), max_length=200, required=False)
    reason = _long(_("Reason"), required=True, help_text=_("The receiver reads it. Name no other child."))
    meeting_on = DayField(label=_("Hand-over meeting on"), required=False)
    field_order = ("unit_to", "organisation", "reason", "items", "basis", "meeting_on")

    def __init__(self, *args: Any, units: QuerySet[Unit], **kwargs: Any) -> None:
        super().__init__(*args, purpose=TRANSFER, **kwargs)
        self.fields["unit_to"].queryset = units  # type: ignore[attr-defined]
        self.fields["purpose"].required = False

    @property
    def towards(self) -> str:
        """The other organisation; nobody but ourselves inside the association."""
        return str(self.cleaned_data.get("organisation", ""))

    @property
    def question(self) -> dict[str, Any]:
        """What the preview asks: always for the purpose of a transfer."""
        return {**super().question, "purpose": TRANSFER}

    @property
    def particulars(self) -> dict[str, Any]:
        """What was filled in, without the purpose."""
        return {name: value for name, value in super().particulars.items() if name != "purpose"}


# ---- answers ---------------------------------------------------------------------------------------------------------


class AcknowledgeShareForm(DeedForm):
    """When the recipient confirmed the receipt."""

    acknowledged_on = DayField(label=_("Receipt confirmed on"), initial=timezone.localdate)


class RevokeShareForm(DeedForm):
    """Since when the recipient may no longer use it."""

    revoked_on = DayField(label=_("Revoked on"), initial=timezone.localdate)


def _yes(value: str) -> bool:
    return value == "yes"


class AnswerReferralForm(DeedForm):
    """Whether the partner accepts."""

    accepted = forms.TypedChoiceField(
        label=_("The partner"),
        choices=[("yes", _("accepts")), ("no", _("declines"))],
        coerce=_yes,
        widget=forms.RadioSelect,
    )
    answered_on = DayField(label=_("Answered on"), initial=timezone.localdate)


class RecordAttendanceForm(DeedForm):
    """Whether the child or family went there."""

    attended = forms.TypedChoiceField(
        label=_("The child or family"),
        choices=[("yes", _("went there")), ("no", _("did not go"))],
        coerce=_yes,
        widget=forms.RadioSelect,
    )
    attended_on = DayField(label=_("Day"), initial=timezone.localdate)


class RecordFeedbackForm(DeedForm):
    """What came of a referral."""

    drafts = True

    feedback_on = DayField(label=_("Day"), initial=timezone.localdate)
    feedback = _long(_("What came of it"), required=True)
    child_opinion = _long(_("What the child says about it"))


class AcceptTransferForm(DeedForm):
    """Who becomes responsible, and what becomes of the plan."""

    worker = forms.ModelChoiceField(  # type: ignore[var-annotated]  # its rows come with the request
        label=_("Responsible worker"),
        queryset=None,
        to_field_name="code",
        required=False,
        empty_label=_("Choose a worker"),
    )
    worker_there = forms.CharField(
        label=_("Responsible worker of the other organisation"), max_length=200, required=False
    )
    evidence = forms.CharField(
        label=_("How the acceptance is known"),
        max_length=300,
        required=False,
        help_text=_("A letter or a signed record, and of which day."),
    )
    plan = forms.ChoiceField(label=_("The plan"), choices=Transfer.Plan.choices, widget=forms.RadioSelect)

    def __init__(self, *args: Any, workers: QuerySet[User], outside: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["worker"].queryset = workers  # type: ignore[attr-defined]
        left_out: Iterable[str] = ("worker",) if outside else ("worker_there", "evidence")
        for name in left_out:
            del self.fields[name]


class EndTransferForm(DeedForm):
    """Why an offer is declined or withdrawn."""

    reason = _long(_("Reason"), required=True)
