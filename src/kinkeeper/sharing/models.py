"""Partners, shares with a purpose, referrals to partners and transfers."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit, User
from kinkeeper.cases.models import Case
from kinkeeper.keys.fields import SealedJSONField, SealedTextField
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1, s2, s3
from kinkeeper.lib.steps import Steps
from kinkeeper.people.models import Consent


class Partner(Row):
    """An authority, a clinic, a school or another organisation that we work with."""

    class Kind(models.TextChoices):
        AUTHORITY = "authority", _("authority")
        COURT = "court", _("court")
        POLICE = "police", _("police")
        SCHOOL = "school", _("school")
        HEALTH = "health", _("hospital or clinic")
        ORGANISATION = "organisation", _("organisation")
        OTHER = "other", _("other")

    unit = s1(models.ForeignKey(Unit, models.PROTECT, related_name="+"))
    name = s1(models.CharField(_("name"), max_length=200))
    kind = s1(models.CharField(_("kind"), max_length=20, choices=Kind.choices))
    offers = s1(models.CharField(_("what it offers"), max_length=300, blank=True))
    contact = s2(models.CharField(_("contact"), max_length=300, blank=True))
    closed_on = s1(models.DateField(_("no longer a partner since"), null=True, blank=True))

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("partner")
        verbose_name_plural = _("partners")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("partner", args=[self.code])


class Share(Row):
    """Some items of a child’s record were given to somebody outside: what, to whom, why, on which ground, until when."""

    class Basis(models.TextChoices):
        CONSENT = "consent", _("consent")
        LEGAL_DUTY = "legal_duty", _("duty by law")
        PUBLIC_TASK = "public_task", _("task given by an authority")
        VITAL = "vital_interest", _("protection of life")

    class Channel(models.TextChoices):
        SPOKEN = "spoken", _("spoken")
        PAPER = "paper", _("on paper")
        LETTER = "letter", _("letter")
        SECURE = "secure", _("encrypted message")

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    partner = s1(models.ForeignKey(Partner, models.PROTECT, null=True, blank=True, related_name="+"))
    recipient = s2(models.CharField(_("recipient"), max_length=200))
    purpose = s1(models.CharField(_("purpose"), max_length=20))
    basis = s1(models.CharField(_("ground"), max_length=20, choices=Basis.choices))
    consent = s1(models.ForeignKey(Consent, models.PROTECT, null=True, blank=True, related_name="+"))
    items = s1(models.JSONField(_("what is shared"), default=list))
    channel = s1(models.CharField(_("how"), max_length=10, choices=Channel.choices))
    shared_on = s1(models.DateField(_("shared on")))
    ends_on = s1(models.DateField(_("valid until"), null=True, blank=True))
    sheet = s3(SealedJSONField(_("what was handed over, word for word"), default=list))
    child_told = s2(models.BooleanField(_("the child was told"), default=False))
    child_wish = s3(SealedTextField(_("what the child wishes about it"), blank=True))
    guardian_told = s2(models.BooleanField(_("the guardian was told"), default=False))
    acknowledged_on = s1(models.DateField(_("receipt confirmed on"), null=True, blank=True))
    revoked_on = s1(models.DateField(_("revoked on"), null=True, blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-shared_on", "-pk")
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(basis="consent") | Q(consent__isnull=False), name="a_share_by_consent_names_the_consent"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.shared_on}"

    def get_absolute_url(self) -> str:
        return reverse("shared", args=[self.code])

    @property
    def unit_id(self) -> int:
        return self.case.unit_id

    def holds_on(self, day: date) -> bool:
        """Whether the recipient may still use what was handed over."""
        return self.revoked_on is None and (self.ends_on is None or self.ends_on >= day)


class PartnerReferral(Row):
    """A child or family was sent to a partner for a service; we stay responsible, and ask what came of it."""

    class State(models.TextChoices):
        SENT = "sent", _("sent")
        ACCEPTED = "accepted", _("accepted")
        REJECTED = "rejected", _("declined")
        ATTENDED = "attended", _("attended")
        MISSED = "missed", _("not attended")
        CLOSED = "closed", _("closed")

    STEPS: ClassVar[Steps] = {
        State.SENT: frozenset({State.ACCEPTED, State.REJECTED, State.CLOSED}),
        State.ACCEPTED: frozenset({State.ATTENDED, State.MISSED, State.CLOSED}),
        State.ATTENDED: frozenset({State.CLOSED}),
        State.MISSED: frozenset({State.ACCEPTED, State.CLOSED}),
        State.REJECTED: frozenset(),
        State.CLOSED: frozenset(),
    }

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    partner = s1(models.ForeignKey(Partner, models.PROTECT, related_name="+"))
    share = s1(models.ForeignKey(Share, models.PROTECT, related_name="+"))
    state = s1(models.CharField(_("state"), max_length=10, choices=State.choices, default=State.SENT))
    service = s2(models.CharField(_("for what"), max_length=300))
    sent_on = s1(models.DateField(_("sent on")))
    answered_on = s1(models.DateField(_("answered on"), null=True, blank=True))
    attended_on = s1(models.DateField(_("attended or missed on"), null=True, blank=True))
    feedback_on = s1(models.DateField(_("feedback on"), null=True, blank=True))
    feedback = s3(SealedTextField(_("what came of it"), blank=True))
    child_opinion = s3(SealedTextField(_("what the child says about it"), blank=True))

    class Meta:
        ordering = ("-sent_on", "-pk")
        verbose_name = _("referral to a partner")
        verbose_name_plural = _("referrals to partners")

    def __str__(self) -> str:
        return f"{self.case_id} {self.sent_on}"

    def get_absolute_url(self) -> str:
        return reverse("partner_referral", args=[self.code])

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class Transfer(Row):
    """The responsibility for a case was offered to another unit or organisation; the sender keeps it until acceptance."""

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    class Plan(models.TextChoices):
        ADOPTED = "adopted", _("the plan goes on")
        REASSESSED = "reassessed", _("assessed anew")

    STEPS: ClassVar[Steps] = {
        State.OFFERED: frozenset({State.ACCEPTED, State.DECLINED, State.WITHDRAWN}),
        State.ACCEPTED: frozenset(),
        State.DECLINED: frozenset(),
        State.WITHDRAWN: frozenset(),
    }

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    unit_to = s1(models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+"))
    organisation = s2(models.CharField(_("other organisation"), max_length=200, blank=True))
    state = s1(models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OFFERED))
    reason = s3(SealedTextField(_("reason")))
    items = s1(models.JSONField(_("what is shared"), default=list))
    basis = s1(models.CharField(_("ground"), max_length=20, choices=Share.Basis.choices))
    consent = s1(models.ForeignKey(Consent, models.PROTECT, null=True, blank=True, related_name="+"))
    sheet = s3(SealedJSONField(_("what the receiver reads, word for word"), default=list))
    meeting_on = s1(models.DateField(_("hand-over meeting on"), null=True, blank=True))
    offered_on = s1(models.DateField(_("offered on")))
    offered_by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    answered_on = s1(models.DateField(_("answered on"), null=True, blank=True))
    answered_by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    answer_reason = s3(SealedTextField(_("reason of the answer"), blank=True))
    worker = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    worker_there = s2(models.CharField(_("responsible worker of the other organisation"), max_length=200, blank=True))
    evidence = s2(models.CharField(_("how the acceptance is known"), max_length=300, blank=True))
    plan = s1(models.CharField(_("the plan"), max_length=12, choices=Plan.choices, blank=True))
    new_case = s1(models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+"))

    class Meta:
        ordering = ("-offered_on", "-pk")
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="offered"), name="a_case_is_offered_to_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(unit_to__isnull=False, organisation="") | (Q(unit_to__isnull=True) & ~Q(organisation="")),
                name="a_transfer_goes_to_a_unit_or_an_organisation",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.offered_on}"

    def get_absolute_url(self) -> str:
        return reverse("transfer", args=[self.code])

    @property
    def receiver(self) -> str:
        """The unit or organisation to which the case is offered."""
        return self.unit_to.name if self.unit_to else self.organisation

    @property
    def unit_id(self) -> int:
        return self.case.unit_id
