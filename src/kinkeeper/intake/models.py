"""A referral, the people it speaks of, the records they were compared with, and the registration of a case."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit, User
from kinkeeper.cases.models import Case
from kinkeeper.keys.fields import SealedTextField
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import Compartment, s1, s2, s3
from kinkeeper.lib.steps import Steps
from kinkeeper.people.models import BirthBy, Identifier, Person, Sex


class Referral(Row):
    """Somebody told us about a child: who, how, what is known, and what we did about it."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        SCREENED_IN = "screened_in", _("taken on")
        SCREENED_OUT = "screened_out", _("not taken on")

    class Channel(models.TextChoices):
        PHONE = "phone", _("telephone")
        WALK_IN = "walk_in", _("came in person")
        LETTER = "letter", _("letter")
        MESSAGE = "message", _("message or e-mail")
        FOUND = "found", _("found by our own workers")

    class Source(models.TextChoices):
        AUTHORITY = "authority", _("authority, court or police")
        ORGANISATION = "organisation", _("another organisation")
        HEALTH = "health", _("hospital or clinic")
        SCHOOL = "school", _("school or kindergarten")
        FAMILY = "family", _("the family itself")
        NEIGHBOUR = "neighbour", _("neighbour or acquaintance")
        CHILD = "child", _("the child")
        ANONYMOUS = "anonymous", _("anonymous")
        OTHER = "other", _("somebody else")

    class Urgency(models.TextChoices):
        HIGH = "high", _("high")
        MEDIUM = "medium", _("medium")
        LOW = "low", _("low")

    class OutReason(models.TextChoices):
        NOT_OUR_TASK = "not_our_task", _("another service is responsible")
        NO_NEED = "no_need", _("no need was found")
        OUTSIDE_AREA = "outside_area", _("outside our area")
        REFUSED = "refused", _("the family does not want it")
        NOT_FOUND = "not_found", _("nobody could be found")
        KNOWN = "known", _("a running case already covers it")

    STEPS: ClassVar[Steps] = {
        State.RECEIVED: frozenset({State.SCREENED_IN, State.SCREENED_OUT}),
        State.SCREENED_IN: frozenset(),
        State.SCREENED_OUT: frozenset(),
    }

    sealed_for: ClassVar = "self"

    unit = s1(models.ForeignKey(Unit, models.PROTECT, related_name="+"))
    state = s1(models.CharField(_("state"), max_length=20, choices=State.choices, default=State.RECEIVED))
    received_at = s1(models.DateTimeField(_("received"), default=timezone.now))
    received_by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    channel = s1(models.CharField(_("how it reached us"), max_length=20, choices=Channel.choices))
    source = s2(models.CharField(_("who referred"), max_length=20, choices=Source.choices))
    referrer = s3(SealedTextField(_("name of the referrer"), max_length=200, blank=True))
    referrer_contact = s3(SealedTextField(_("how to reach the referrer"), max_length=300, blank=True))
    whereabouts = s3(SealedTextField(_("where the child is"), max_length=300, blank=True), Compartment.ADDRESS)
    known = s3(SealedTextField(_("what is known")))
    causes = s3(models.JSONField(_("causes"), default=list, blank=True), coded="codes of the jurisdiction pack")
    immediate_danger = s2(models.BooleanField(_("the child is in immediate danger")))
    authority_told = s3(SealedTextField(_("authority that was told"), max_length=200, blank=True))
    authority_told_at = s1(models.DateTimeField(_("told at"), null=True, blank=True))
    urgency = s2(models.CharField(_("risk"), max_length=10, choices=Urgency.choices, blank=True))
    first_action = s3(SealedTextField(_("what was done at once"), blank=True))
    eligibility = s2(models.CharField(_("why this is our task"), max_length=300, blank=True))
    screened_on = s1(models.DateField(_("screened on"), null=True, blank=True))
    screened_by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    out_reason = s2(
        models.CharField(_("why it was not taken on"), max_length=20, choices=OutReason.choices, blank=True)
    )
    out_words = s3(SealedTextField(_("the reason in words"), blank=True))
    onward = s2(models.CharField(_("where else it was sent"), max_length=300, blank=True))
    feedback_on = s1(models.DateField(_("referrer told on"), null=True, blank=True))
    feedback = s3(SealedTextField(_("what the referrer was told"), blank=True))

    class Meta:
        ordering = ("-received_at", "-pk")
        verbose_name = _("referral")
        verbose_name_plural = _("referrals")
        indexes: ClassVar = [models.Index(fields=["unit", "state", "-received_at"], name="referrals_of_a_unit")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(state="received") | Q(screened_on__isnull=False), name="a_screened_referral_has_its_day"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("referral", args=[self.code])

    @property
    def name(self) -> str:
        """What lists call it: referrals show no names there."""
        return str(_("Referral %(code)s") % {"code": self.code})


class Mentioned(Row):
    """Somebody a referral speaks of, as it was said: a child, a parent, another person; later the record they turned out to be."""

    class Part(models.TextChoices):
        CHILD = "child", _("child")
        PARENT = "parent", _("parent")
        OTHER = "other", _("other person")

    sealed_for: ClassVar = "referral"

    referral = s1(models.ForeignKey(Referral, models.PROTECT, related_name="mentioned"))
    part = s1(models.CharField(_("who it is"), max_length=10, choices=Part.choices, default=Part.CHILD))
    given = s2(models.CharField(_("given name"), max_length=100, blank=True))
    middle = s2(models.CharField(_("middle name or patronymic"), max_length=100, blank=True))
    family = s2(models.CharField(_("family name"), max_length=100, blank=True))
    descriptor = s2(models.CharField(_("how to tell them apart where no name is known"), max_length=200, blank=True))
    birth = s2(models.CharField(_("date of birth"), max_length=12, blank=True))
    birth_by = s2(
        models.CharField(_("how the birth is known"), max_length=12, choices=BirthBy.choices, default="", blank=True)
    )
    sex = s2(models.CharField(_("sex"), max_length=1, choices=Sex.choices, default=Sex.UNKNOWN))
    scheme = s1(
        models.CharField(_("kind of number"), max_length=40, choices=Identifier.Scheme.choices, default="", blank=True)
    )
    number = s3(SealedTextField(_("number of a document"), max_length=80, blank=True))
    person = s1(models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+"))
    case = s1(models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+"))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("person a referral speaks of")
        verbose_name_plural = _("people a referral speaks of")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(given="", family="", descriptor=""), name="somebody_mentioned_has_a_name_or_a_descriptor"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def spellings(self) -> list[str]:
        """The name as it was said, with and without the middle name; empty where none is known."""
        whole = " ".join(part for part in (self.given, self.middle, self.family) if part)
        short = " ".join(part for part in (self.given, self.family) if part)
        return [name for name in dict.fromkeys((whole, short)) if name]

    @property
    def name(self) -> str:
        """The name as it was said, or what tells them apart."""
        return " ".join(part for part in (self.given, self.family) if part) or self.descriptor

    @property
    def as_a_record(self) -> dict[str, Any]:
        """With what a record of them begins; where no name is known, the words that tell them apart stand in its place."""
        given = self.given or ("" if self.family else self.descriptor[:100])
        born = {"birth": self.born, "birth_by": self.birth_by if self.birth else ""}
        return {"given": given, "middle": self.middle, "family": self.family, "sex": self.sex, **born}

    @property
    def born(self) -> PartialDate | None:
        """The date of birth as far as it was said."""
        return PartialDate.parse(self.birth) if self.birth else None

    @property
    def unit_id(self) -> int:
        return self.referral.unit_id


class Comparison(Row):
    """Somebody mentioned was compared with a record that is nearly alike: the same person, or another one."""

    class Verdict(models.TextChoices):
        SAME = "same", _("the same person")
        OTHER = "other", _("another person")

    mentioned = s1(models.ForeignKey(Mentioned, models.CASCADE, related_name="comparisons"))
    person = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    verdict = s1(models.CharField(_("they are"), max_length=10, choices=Verdict.choices))
    reason = s2(models.CharField(_("how one can tell"), max_length=300, blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("comparison of two people")
        verbose_name_plural = _("comparisons of two people")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mentioned", "person"], name="two_people_are_compared_once"),
        ]

    def __str__(self) -> str:
        return f"{self.mentioned_id}·{self.person_id} {self.verdict}"

    @property
    def unit_id(self) -> int:
        return self.mentioned.referral.unit_id


class Registration(Row):
    """What was settled when a case was registered: on what ground we keep records, who is responsible, who to call."""

    class Basis(models.TextChoices):
        LEGAL_DUTY = "legal_duty", _("duty by law")
        PUBLIC_TASK = "public_task", _("task given by an authority")
        VITAL = "vital_interest", _("protection of life")
        CONSENT = "consent", _("consent of those concerned")
        LEGITIMATE = "legitimate_interest", _("legitimate interest")

    class Guardian(models.TextChoices):
        KNOWN = "known", _("recorded in the family")
        NONE = "none", _("none known")

    sealed_for: ClassVar = "case__child"

    case = s1(models.OneToOneField(Case, models.PROTECT, related_name="+"))
    referral = s1(models.ForeignKey(Referral, models.PROTECT, null=True, blank=True, related_name="+"))
    basis = s1(models.CharField(_("ground for keeping records"), max_length=20, choices=Basis.choices))
    basis_source = s2(models.CharField(_("law, order or agreement"), max_length=300, blank=True))
    guardian = s2(models.CharField(_("guardian"), max_length=10, choices=Guardian.choices))
    location = s3(SealedTextField(_("where the child is now"), max_length=300), Compartment.ADDRESS)
    interpreter = s2(models.CharField(_("interpreter"), max_length=100, blank=True))
    emergency_contact = s3(SealedTextField(_("whom to call in an emergency"), max_length=300), Compartment.ADDRESS)
    age_method = s2(
        models.CharField(_("how the birth is known"), max_length=20, choices=BirthBy.choices, default="", blank=True)
    )
    over_age_reason = s2(models.CharField(_("why support goes on after coming of age"), max_length=300, blank=True))
    registered_on = s1(models.DateField(_("registered on")))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-registered_on", "-pk")
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")

    def __str__(self) -> str:
        return f"{self.case_id} {self.registered_on}"

    def get_absolute_url(self) -> str:
        return reverse("registration", args=[self.code])

    @property
    def unit_id(self) -> int:
        return self.case.unit_id
