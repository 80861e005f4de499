"""A closing, the papers handed over with it, the visits afterwards, and after-care."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import User
from kinkeeper.cases.models import Case, Contact
from kinkeeper.decisions.models import BestInterest
from kinkeeper.keys.fields import SealedTextField
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1, s2, s3

Reason = Case.CloseReason

# After these the child or young person is handed over, with papers and belongings, and after-care begins.
HANDED_OVER = (
    Reason.REUNIFIED,
    Reason.KIN,
    Reason.ADOPTED,
    Reason.KAFALAH,
    Reason.INDEPENDENT,
    Reason.OF_AGE,
    Reason.ADULT_SERVICES,
)
# The work with a family may end like this without a procedure of best interests; follow-ups are owed afterwards.
FAMILY_EXITS = (Reason.SELF_RELIANT, Reason.WITHDREW, Reason.MOVED)
# Children who went to a family are visited on fixed days; a young adult is contacted again and again.
ON_THEIR_OWN = (Reason.INDEPENDENT, Reason.OF_AGE, Reason.ADULT_SERVICES)
FOLLOWED_UP = (*(reason for reason in HANDED_OVER if reason not in ON_THEIR_OWN), *FAMILY_EXITS)
# How work may end, by the kind of the case. Death, mistakes and second records have deeds of their own.
EXITS: dict[str, tuple[str, ...]] = {
    Case.Kind.FAMILY_STRENGTHENING: (*FAMILY_EXITS, Reason.PASSED_ON, Reason.LOST),
    Case.Kind.CARE: (*HANDED_OVER, Reason.REACHED, Reason.MOVED, Reason.PASSED_ON, Reason.WITHDREW, Reason.LOST, Reason.ENOUGH),
    Case.Kind.YOUTH: (*HANDED_OVER, Reason.REACHED, Reason.MOVED, Reason.PASSED_ON, Reason.LOST, Reason.ENOUGH),
}  # fmt: skip


class Closing(Row):
    """A review decided that our work with a child comes to its end: how, why, and what goes with the child.

    It is carried out on `done_on` (handed over or closed), or withdrawn.
    """

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    exit = s2(models.CharField(_("how it ends"), max_length=20, choices=Case.CloseReason.choices))
    planned = s2(models.BooleanField(_("planned"), default=True))
    decided_on = s1(models.DateField(_("decided on")))
    reasons = s3(SealedTextField(_("reasons")))
    best_interest = s1(models.ForeignKey(BestInterest, models.PROTECT, null=True, blank=True, related_name="+"))
    causes_resolved = s3(SealedTextField(_("what resolved the causes"), blank=True))
    readiness = s2(models.PositiveSmallIntegerField(_("readiness out of 100"), null=True, blank=True))
    readiness_override = s3(SealedTextField(_("why now, although not ready"), max_length=300, blank=True))
    aftercare_plan = s3(SealedTextField(_("after-care plan"), blank=True))
    safety_plan = s3(SealedTextField(_("safety plan"), blank=True))
    child_view = s3(SealedTextField(_("what the child says and wishes"), blank=True))
    order_ended_by = s3(SealedTextField(_("authority that ended the order"), max_length=200, blank=True))
    left_on = s1(models.DateField(_("left on"), null=True, blank=True))
    to_whom = s3(SealedTextField(_("to whom"), max_length=200, blank=True))
    belongings = s3(SealedTextField(_("belongings and keepsakes"), blank=True))
    contacts = s3(SealedTextField(_("whom to turn to"), blank=True))
    benefits = s3(SealedTextField(_("benefits and rights"), blank=True))
    child_told_on = s1(models.DateField(_("child told on"), null=True, blank=True))
    exit_survey = s3(SealedTextField(_("what the child and the family say of our work"), blank=True))
    outcome = s3(SealedTextField(_("what was reached"), blank=True))
    done_on = s1(models.DateField(_("carried out on"), null=True, blank=True))
    withdrawn_on = s1(models.DateField(_("withdrawn on"), null=True, blank=True))
    withdrawn_why = s3(SealedTextField(_("why it was withdrawn"), max_length=300, blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-decided_on", "-pk")
        verbose_name = _("closing")
        verbose_name_plural = _("closings")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(done_on__isnull=True, withdrawn_on__isnull=True),
                name="a_case_has_one_closing_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(readiness__isnull=True) | Q(readiness__lte=100), name="a_readiness_is_out_of_a_hundred"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.exit} {self.decided_on}"

    def get_absolute_url(self) -> str:
        return reverse("closing", args=[self.code])

    @property
    def unit_id(self) -> int:
        return self.case.unit_id

    @property
    def is_handed_over(self) -> bool:
        """Whether it ends with a hand-over, after which after-care begins."""
        return self.exit in HANDED_OVER


class HandedPaper(Row):
    """A paper of the pack’s list that went with the child, or why it could not."""

    sealed_for: ClassVar = "closing__case__child"

    closing = s1(models.ForeignKey(Closing, models.PROTECT, related_name="papers"))
    paper = s1(models.CharField(_("paper"), max_length=20))
    handed_on = s1(models.DateField(_("handed over on"), null=True, blank=True))
    why_not = s3(SealedTextField(_("why it is missing, and who will bring it"), max_length=300, blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("paper handed over")
        verbose_name_plural = _("papers handed over")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["closing", "paper"], name="a_paper_is_handed_over_once"),
            models.CheckConstraint(
                condition=Q(handed_on__isnull=False) | ~Q(why_not=""), name="a_paper_is_handed_over_or_explained"
            ),
        ]

    def __str__(self) -> str:
        return self.paper

    @property
    def unit_id(self) -> int:
        return self.closing.case.unit_id


class FollowUp(Row):
    """A contact after a return or an exit: is the child still there, and how are they."""

    class Lives(models.TextChoices):
        FAMILY = "family", _("with the family")
        KIN = "kin", _("with relatives")
        ALONE = "alone", _("in a home of their own")
        CARE = "care", _("in care again")
        UNKNOWN = "unknown", _("not known")

    class Activity(models.TextChoices):
        SCHOOL = "school", _("at school")
        TRAINING = "training", _("in training or apprenticeship")
        WORK = "work", _("at work")
        NONE = "none", _("none of these")
        UNKNOWN = "unknown", _("not known")

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    happened_on = s1(models.DateField(_("date")))
    way = s1(models.CharField(_("how"), max_length=10, choices=Contact.Kind.choices, default=Contact.Kind.VISIT))
    in_touch = s1(models.BooleanField(_("there was contact"), default=True))
    seen = s1(models.BooleanField(_("the child was seen"), default=False))
    lives = s2(models.CharField(_("lives"), max_length=10, choices=Lives.choices))
    suitable = s2(models.BooleanField(_("the housing is suitable"), null=True, blank=True))
    activity = s2(models.CharField(_("activity"), max_length=10, choices=Activity.choices, blank=True))
    wellbeing = s3(SealedTextField(_("how they are"), blank=True))
    own_words = s3(SealedTextField(_("in their own words"), blank=True))
    concern = s2(models.BooleanField(_("there is reason for concern"), default=False))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-happened_on", "-pk")
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        indexes: ClassVar = [models.Index(fields=["case", "-happened_on"], name="followups_of_a_case")]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(in_touch=True) | Q(seen=False), name="nobody_is_seen_without_a_contact"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.happened_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id

    @property
    def back_in_care(self) -> bool:
        """Whether the child is in care again: a return that did not hold."""
        return self.lives == self.Lives.CARE


class Aftercare(Row):
    """Support after leaving, from a day until a day; it ends with the young person’s own statement, and the door stays open."""

    class End(models.TextChoices):
        READY = "ready", _("stands on their own feet")
        NO_WISH = "NREQ", _("wants no more contact")
        LOST = "lost", _("contact was lost")
        DIED = "died", _("died")

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    kind = s2(models.CharField(_("after"), max_length=20, choices=Case.CloseReason.choices))
    starts_on = s1(models.DateField(_("from")))
    ends_on = s1(models.DateField(_("until"), null=True, blank=True))
    mentor = s2(models.CharField(_("mentor"), max_length=200, blank=True))
    savings = s3(SealedTextField(_("savings"), max_length=200, blank=True))
    end = s2(models.CharField(_("why it ended"), max_length=10, choices=End.choices, blank=True))
    statement = s3(SealedTextField(_("the young person’s own statement"), blank=True))
    door_open_on = s1(models.DateField(_("told that the door stays open on"), null=True, blank=True))
    last_contact_on = s1(models.DateField(_("last contact on"), null=True, blank=True))
    emergency_stay_from = s1(models.DateField(_("emergency stay from"), null=True, blank=True))
    emergency_stay_until = s1(models.DateField(_("emergency stay until"), null=True, blank=True))
    emergency_stay_type = s2(models.CharField(_("form of the emergency stay"), max_length=20, blank=True))
    emergency_stay_reason = s3(SealedTextField(_("why an emergency stay is needed"), max_length=300, blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-starts_on", "-pk")
        verbose_name = _("after-care")
        verbose_name_plural = _("after-care")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ends_on__isnull=True), name="a_case_has_one_after_care_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(emergency_stay_until__isnull=True)
                | Q(emergency_stay_from__isnull=False, emergency_stay_until__gt=F("emergency_stay_from")),
                name="an_emergency_stay_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.starts_on}"

    def get_absolute_url(self) -> str:
        return reverse("aftercare", args=[self.code])

    @property
    def unit_id(self) -> int:
        return self.case.unit_id

    @property
    def is_running(self) -> bool:
        """Whether support still goes on."""
        return self.ends_on is None

    @property
    def on_their_own(self) -> bool:
        """Whether this is about a young adult, who is contacted regularly, and not about a child in a family."""
        return self.kind in ON_THEIR_OWN


class ExtendedSupport(Row):
    """A young person asked that care goes on after coming of age, until a day; until then nothing changes for them."""

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    asked_on = s1(models.DateField(_("asked on")))
    until = s1(models.DateField(_("until")))
    wish = s3(SealedTextField(_("what the young person asked for, in their own words")))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-until", "-pk")
        verbose_name = _("extended support")
        verbose_name_plural = _("extended supports")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(until__gt=F("asked_on")), name="support_is_extended_into_the_future"),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.until}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class UnplannedReturn(Row):
    """A child in care went home by themselves: the risk is judged at once, and it is decided whether the child stays."""

    class Risk(models.TextChoices):
        HIGH = "high", _("high")
        MEDIUM = "medium", _("medium")
        LOW = "low", _("low")

    class Decision(models.TextChoices):
        STAYS = "stays", _("the child stays at home")
        BACK = "back", _("the child comes back into care")

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    returned_on = s1(models.DateField(_("went home on")))
    to_whom = s3(SealedTextField(_("to whom"), max_length=200))
    child_words = s3(SealedTextField(_("why, in the child’s own words"), blank=True))
    assessed_on = s1(models.DateField(_("risk judged on"), null=True, blank=True))
    risk = s2(models.CharField(_("risk"), max_length=10, choices=Risk.choices, blank=True))
    risk_words = s3(SealedTextField(_("what the risk is, and what protects the child now"), blank=True))
    decided_on = s1(models.DateField(_("decided on"), null=True, blank=True))
    decision = s2(models.CharField(_("decision"), max_length=10, choices=Decision.choices, blank=True))
    authority = s3(SealedTextField(_("who decided"), max_length=200, blank=True))
    reasons = s3(SealedTextField(_("reasons"), blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-returned_on", "-pk")
        verbose_name = _("unplanned return")
        verbose_name_plural = _("unplanned returns")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(decided_on__isnull=True),
                name="an_unplanned_return_is_decided_before_the_next",
            ),
            models.CheckConstraint(
                condition=Q(decided_on__isnull=True) | Q(assessed_on__isnull=False),
                name="the_risk_of_a_return_is_judged_before_the_decision",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.returned_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id
