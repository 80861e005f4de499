"""A closing, the papers handed over with it, the visits afterwards, and after-care."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import User
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import BestInterest
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1, s2, s3


class Closing(Row):
    """A review decided that our work with a child comes to its end: how, why, and what goes with the child."""

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    exit = s2(models.CharField(_("how it ends"), max_length=20, choices=Case.CloseReason.choices))
    planned = s2(models.BooleanField(_("planned"), default=True))
    decided_on = s1(models.DateField(_("decided on")))
    reasons = s3(models.TextField(_("reasons")))
    best_interest = s1(models.ForeignKey(BestInterest, models.PROTECT, null=True, blank=True, related_name="+"))
    causes_resolved = s3(models.TextField(_("what resolved the causes"), blank=True))
    readiness = s2(models.PositiveSmallIntegerField(_("readiness out of 100"), null=True, blank=True))
    readiness_override = s3(models.CharField(_("why now, although not ready"), max_length=300, blank=True))
    aftercare_plan = s3(models.TextField(_("after-care plan"), blank=True))
    safety_plan = s3(models.TextField(_("safety plan"), blank=True))
    child_view = s3(models.TextField(_("what the child says and wishes"), blank=True))
    order_ended_by = s3(models.CharField(_("authority that ended the order"), max_length=200, blank=True))
    left_on = s1(models.DateField(_("left on"), null=True, blank=True))
    to_whom = s3(models.CharField(_("to whom"), max_length=200, blank=True))
    belongings = s3(models.TextField(_("belongings and keepsakes"), blank=True))
    contacts = s3(models.TextField(_("whom to turn to"), blank=True))
    benefits = s3(models.TextField(_("benefits and rights"), blank=True))
    child_told_on = s1(models.DateField(_("child told on"), null=True, blank=True))
    exit_survey = s3(models.TextField(_("what the child and the family say of our work"), blank=True))
    withdrawn_on = s1(models.DateField(_("withdrawn on"), null=True, blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-decided_on", "-pk")
        verbose_name = _("closing")
        verbose_name_plural = _("closings")

    def __str__(self) -> str:
        return f"{self.exit} {self.decided_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class HandedPaper(Row):
    """A paper of the pack’s list that went with the child, or why it could not."""

    closing = s1(models.ForeignKey(Closing, models.PROTECT, related_name="papers"))
    paper = s1(models.CharField(_("paper"), max_length=20))
    handed_on = s1(models.DateField(_("handed over on"), null=True, blank=True))
    why_not = s3(models.CharField(_("why it is missing, and who will bring it"), max_length=300, blank=True))

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

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    happened_on = s1(models.DateField(_("date")))
    in_touch = s1(models.BooleanField(_("there was contact"), default=True))
    seen = s1(models.BooleanField(_("the child was seen"), default=False))
    lives = s2(models.CharField(_("lives"), max_length=10, choices=Lives.choices))
    suitable = s2(models.BooleanField(_("the housing is suitable"), null=True, blank=True))
    activity = s2(models.CharField(_("activity"), max_length=10, choices=Activity.choices, blank=True))
    wellbeing = s3(models.TextField(_("how they are")))
    own_words = s3(models.TextField(_("in their own words"), blank=True))
    concern = s2(models.BooleanField(_("there is reason for concern"), default=False))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-happened_on", "-pk")
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        indexes: ClassVar = [models.Index(fields=["case", "-happened_on"], name="followups_of_a_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.happened_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class Aftercare(Row):
    """Support after leaving, from a day until a day; it ends with the young person’s own statement, and the door stays open."""

    class End(models.TextChoices):
        READY = "ready", _("stands on their own feet")
        NO_WISH = "NREQ", _("wants no more contact")
        LOST = "lost", _("contact was lost")
        DIED = "died", _("died")

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    kind = s2(models.CharField(_("after"), max_length=20, choices=Case.CloseReason.choices))
    starts_on = s1(models.DateField(_("from")))
    ends_on = s1(models.DateField(_("until"), null=True, blank=True))
    mentor = s2(models.CharField(_("mentor"), max_length=200, blank=True))
    savings = s3(models.CharField(_("savings"), max_length=200, blank=True))
    end = s2(models.CharField(_("why it ended"), max_length=10, choices=End.choices, blank=True))
    statement = s3(models.TextField(_("the young person’s own statement"), blank=True))
    door_open_on = s1(models.DateField(_("told that the door stays open on"), null=True, blank=True))
    emergency_stay_until = s1(models.DateField(_("emergency stay until"), null=True, blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-starts_on", "-pk")
        verbose_name = _("after-care")
        verbose_name_plural = _("after-care")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ends_on__isnull=True), name="a_case_has_one_after_care_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.starts_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id
