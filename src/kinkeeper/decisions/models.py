"""Best-interest assessments and determinations, the necessity test, decisions about a child, and siblings apart."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import User
from kinkeeper.cases.models import Case
from kinkeeper.keys.fields import SealedTextField
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1, s2, s3
from kinkeeper.people.models import Person


class Requirement(Row):
    """A formal determination by a panel is required before this child’s case may go on, and why."""

    class Trigger(models.TextChoices):
        AGAINST_PARENT = "against_parent", _("separation from a parent against the parent’s will")
        DURABLE = "durable", _("lasting solution for an unaccompanied or separated child, or adoption or kafalah")
        RETURN = "return", _("return although the child objects or there was abuse")
        ABROAD = "abroad", _("move to another country or association")
        SIBLINGS = "siblings", _("brothers and sisters apart for more than three months")
        DISAGREEMENT = "disagreement", _("the assessment and the child disagree")

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    trigger = s2(models.CharField(_("why"), max_length=20, choices=Trigger.choices))
    required_on = s1(models.DateField(_("required on")))
    note = s3(SealedTextField(_("what happened"), blank=True))
    met_on = s1(models.DateField(_("met on"), null=True, blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("required_on", "pk")
        verbose_name = _("requirement of a determination")
        verbose_name_plural = _("requirements of a determination")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case", "trigger"], condition=Q(met_on__isnull=True), name="a_determination_is_required_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.trigger}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class BestInterest(Row):
    """What is best for a child, weighed factor by factor: an assessment by two workers, or a determination by a panel."""

    class Kind(models.TextChoices):
        ASSESSMENT = "assessment", _("best-interest assessment")
        DETERMINATION = "determination", _("best-interest determination")

    class Recommends(models.TextChoices):
        FAMILY_SUPPORT = "family_support", _("support in the family")
        ALTERNATIVE_CARE = "alternative_care", _("care outside the family")
        RETURN = "return", _("return to the family")
        CHANGE = "change", _("another form of care")
        LEAVE = "leave", _("leaving care, or closing")
        NO_SERVICE = "no_service", _("no service")

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    kind = s1(models.CharField(_("kind"), max_length=20, choices=Kind.choices))
    done_on = s1(models.DateField(_("date")))
    afterwards = s1(models.BooleanField(_("made after an emergency move"), default=False))
    child_view = s3(SealedTextField(_("what the child says and wishes")))
    child_view_by = s1(models.CharField(_("how the view was learned"), max_length=20, blank=True))
    identity = s3(SealedTextField(_("identity: culture, religion, language, bonds")))
    family_environment = s3(SealedTextField(_("family and contact")))
    safety = s3(SealedTextField(_("care, protection and safety")))
    vulnerability = s3(SealedTextField(_("vulnerability")))
    health = s3(SealedTextField(_("health")))
    education = s3(SealedTextField(_("education")))
    continuity = s3(SealedTextField(_("continuity and stability")))
    recommendation = s2(models.CharField(_("recommendation"), max_length=20, choices=Recommends.choices))
    conclusion = s3(SealedTextField(_("conclusion")))
    dissent = s3(SealedTextField(_("who thinks otherwise, and why"), blank=True))
    child_agrees = s2(models.BooleanField(_("the child agrees"), null=True, blank=True))
    review_on = s1(models.DateField(_("to be looked at again on"), null=True, blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    second = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))

    class Meta:
        ordering = ("-done_on", "-pk")
        verbose_name = _("best-interest procedure")
        verbose_name_plural = _("best-interest procedures")
        indexes: ClassVar = [models.Index(fields=["case", "-done_on"], name="best_interests_of_a_case")]

    def __str__(self) -> str:
        return f"{self.kind} {self.done_on}"

    def get_absolute_url(self) -> str:
        return reverse("best_interest", args=[self.code])

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class Option(Row):
    """One way that was weighed for a child: the form of care, what it would mean, and why it was chosen or not."""

    sealed_for: ClassVar = "best_interest__case__child"

    best_interest = s1(models.ForeignKey(BestInterest, models.PROTECT, related_name="options"))
    care_type = s2(models.CharField(_("form of care"), max_length=20))
    place = s3(SealedTextField(_("with whom or where"), max_length=200, blank=True))
    licensed = s1(models.BooleanField(_("approved or licensed"), default=True))
    short_term = s3(SealedTextField(_("effect soon")))
    long_term = s3(SealedTextField(_("effect later")))
    home_km = s3(models.PositiveIntegerField(_("distance from home in kilometres"), null=True, blank=True))
    school_km = s3(models.PositiveIntegerField(_("distance from school in kilometres"), null=True, blank=True))
    with_siblings = s2(models.BooleanField(_("brothers and sisters together"), null=True, blank=True))
    same_culture = s3(models.BooleanField(_("language, religion and culture fit"), null=True, blank=True))
    child_prefers = s2(models.BooleanField(_("the child prefers it"), default=False))
    tried = s2(models.BooleanField(_("tried, or explored and not possible"), default=False))
    chosen = s2(models.BooleanField(_("recommended"), default=False))
    why = s3(SealedTextField(_("why it was chosen or not"), blank=True))

    class Meta:
        ordering = ("-chosen", "pk")
        verbose_name = _("option")
        verbose_name_plural = _("options")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["best_interest"], condition=Q(chosen=True), name="one_option_is_recommended"
            ),
        ]

    def __str__(self) -> str:
        return self.care_type

    @property
    def unit_id(self) -> int:
        return self.best_interest.case.unit_id


class PanelMember(Row):
    """Somebody who sits on the panel of a determination, and whether they are close to anybody concerned."""

    sealed_for: ClassVar = "best_interest__case__child"

    best_interest = s1(models.ForeignKey(BestInterest, models.PROTECT, related_name="panel"))
    name = s2(models.CharField(_("name"), max_length=200))
    organisation = s2(models.CharField(_("organisation and profession"), max_length=200, blank=True))
    conflict = s3(SealedTextField(_("bond with anybody concerned"), max_length=300, blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("member of a panel")
        verbose_name_plural = _("members of panels")

    def __str__(self) -> str:
        return self.name

    @property
    def unit_id(self) -> int:
        return self.best_interest.case.unit_id


class Necessity(Row):
    """The test whether care outside the family is needed at all; `grounds` are codes of the jurisdiction pack."""

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    tested_on = s1(models.DateField(_("date")))
    grounds = s3(models.JSONField(_("grounds"), default=list), coded="codes of the jurisdiction pack")
    emergency = s2(models.BooleanField(_("emergency"), default=False))
    emergency_words = s3(SealedTextField(_("what the emergency is"), blank=True))
    poverty_only = s2(models.BooleanField(_("poverty is the only ground"), default=False))
    needed = s2(models.BooleanField(_("care outside the family is needed")))
    conclusion = s3(SealedTextField(_("conclusion")))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-tested_on", "-pk")
        verbose_name = _("necessity test")
        verbose_name_plural = _("necessity tests")

    def __str__(self) -> str:
        return f"{self.case_id} {self.tested_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class SupportTried(Row):
    """Support that was given or offered to the family before, and what came of it."""

    sealed_for: ClassVar = "necessity__case__child"

    necessity = s1(models.ForeignKey(Necessity, models.PROTECT, related_name="supports"))
    what = s3(SealedTextField(_("support"), max_length=300))
    starts_on = s1(models.DateField(_("from"), null=True, blank=True))
    ends_on = s1(models.DateField(_("until"), null=True, blank=True))
    result = s3(SealedTextField(_("result"), max_length=300, blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("support that was tried")
        verbose_name_plural = _("supports that were tried")

    def __str__(self) -> str:
        return f"{self.necessity_id}"

    @property
    def unit_id(self) -> int:
        return self.necessity.case.unit_id


class KinSearched(Row):
    """A relative or friend who was asked whether they could care for the child, and the answer."""

    sealed_for: ClassVar = "necessity__case__child"

    necessity = s1(models.ForeignKey(Necessity, models.PROTECT, related_name="kin"))
    who = s2(models.CharField(_("who"), max_length=200))
    asked_on = s1(models.DateField(_("asked on"), null=True, blank=True))
    outcome = s3(SealedTextField(_("answer"), max_length=300, blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("relative who was asked")
        verbose_name_plural = _("relatives who were asked")

    def __str__(self) -> str:
        return f"{self.necessity_id}"

    @property
    def unit_id(self) -> int:
        return self.necessity.case.unit_id


class Decision(Row):
    """A decision about one child: what, on which ground, by whom, why, for how long, and how it may be appealed.

    `together` are the codes of brothers and sisters who are placed with the child by the same decision.
    """

    class Kind(models.TextChoices):
        FAMILY_SUPPORT = "family_support", _("support in the family")
        ALTERNATIVE_CARE = "alternative_care", _("care outside the family")
        NO_SERVICE = "no_service", _("no service")
        EMERGENCY = "emergency", _("emergency care")

    class By(models.TextChoices):
        PANEL = "panel", _("gatekeeping panel")
        AUTHORITY = "authority", _("court or authority")
        DIRECTOR = "director", _("programme director")

    class Exemption(models.TextChoices):
        NONE = "", _("none")
        EMERGENCY = "emergency", _("emergency")
        SIBLING = "sibling", _("stays with brothers and sisters")
        SHORT = "short", _("short stay with a planned return")

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    kind = s2(models.CharField(_("decision"), max_length=20, choices=Kind.choices))
    decided_on = s1(models.DateField(_("decided on")))
    necessity = s1(models.ForeignKey(Necessity, models.PROTECT, null=True, blank=True, related_name="+"))
    best_interest = s1(models.ForeignKey(BestInterest, models.PROTECT, null=True, blank=True, related_name="+"))
    care_type = s2(models.CharField(_("form of care"), max_length=20, blank=True))
    starts_on = s1(models.DateField(_("valid from")))
    ends_on = s1(models.DateField(_("valid until"), null=True, blank=True))
    return_on = s1(models.DateField(_("planned return"), null=True, blank=True))
    exception = s2(models.CharField(_("exception"), max_length=20, choices=Exemption.choices, blank=True))
    abroad = s2(models.BooleanField(_("the child moves to another country"), default=False))
    abroad_reason = s3(SealedTextField(_("compelling reason for the move abroad"), max_length=300, blank=True))
    decided_by = s1(models.CharField(_("decided by"), max_length=20, choices=By.choices))
    authority = s3(SealedTextField(_("who decided or authorised"), max_length=200))
    order_number = s3(SealedTextField(_("number of the order or agreement"), max_length=80, blank=True))
    appeal_told_on = s1(models.DateField(_("appeal explained on"), null=True, blank=True))
    appeal_until = s1(models.DateField(_("appeal possible until"), null=True, blank=True))
    reasons = s3(SealedTextField(_("reasons")))
    child_view = s3(SealedTextField(_("what the child says and wishes"), blank=True))
    child_view_weighed = s3(SealedTextField(_("how the child’s view was weighed"), blank=True))
    dissent = s3(SealedTextField(_("who thinks otherwise, and why"), blank=True))
    onward = s3(SealedTextField(_("where the family was sent"), max_length=300, blank=True))
    review_on = s1(models.DateField(_("to be looked at again on"), null=True, blank=True))
    together = s2(models.JSONField(_("brothers and sisters placed together"), default=list, blank=True))
    withdrawn_on = s1(models.DateField(_("withdrawn on"), null=True, blank=True))
    withdrawn_because = s3(SealedTextField(_("why it was withdrawn"), max_length=300, blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-decided_on", "-pk")
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        indexes: ClassVar = [models.Index(fields=["case", "kind", "-decided_on"], name="decisions_of_a_case")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="a_decision_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=["alternative_care", "emergency"]) | ~Q(care_type=""),
                name="a_decision_on_care_names_its_form",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.decided_on}"

    def get_absolute_url(self) -> str:
        return reverse("decision", args=[self.code])

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class Separation(Row):
    """It was decided that two siblings live apart: why, by whom, how they meet, and when this is looked at again.

    Written from the sibling with the lower key, so that the same separation cannot be stored twice.
    """

    sealed_for: ClassVar = "child"

    child = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    sibling = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    reason = s2(models.CharField(_("reason"), max_length=20))
    words = s3(SealedTextField(_("the reason in words")))
    decided_by = s2(models.CharField(_("who decided"), max_length=200))
    decided_on = s1(models.DateField(_("decided on")))
    contact = s3(SealedTextField(_("how often and how they meet"), max_length=300))
    review_on = s1(models.DateField(_("to be looked at again on")))
    reviewed_on = s1(models.DateField(_("last looked at on"), null=True, blank=True))
    ended_on = s1(models.DateField(_("ended on"), null=True, blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-decided_on", "-pk")
        verbose_name = _("separation of siblings")
        verbose_name_plural = _("separations of siblings")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["child", "sibling"], condition=Q(ended_on__isnull=True), name="siblings_are_separated_once"
            ),
            models.CheckConstraint(
                condition=Q(child__lt=F("sibling")), name="a_separation_is_written_from_the_lower_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id}·{self.sibling_id}"

    @property
    def unit_id(self) -> int:
        return self.child.unit_id
