"""A home as a place of care, who cares and lives there, and on what grounds it may: approvals, checks, trainings."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit
from kinkeeper.keys.fields import MarkField, SealedTextField
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import Compartment, s1, s2, s3
from kinkeeper.people.models import Person, Sex


class Home(Row):
    """A family, house, group or flat in which children live. No capacity means that nobody has set a limit yet."""

    class Kind(models.TextChoices):
        RELATIVES = "relatives", _("relatives or friends")
        FOSTER = "foster", _("foster family")
        VILLAGE_FAMILY = "village_family", _("family of a children’s village")
        CARE_PARENT = "care_parent", _("professional care parent")
        SMALL_GROUP = "small_group", _("small group home")
        RESIDENTIAL = "residential", _("residential facility")
        FLAT = "flat", _("supervised flat")
        PARENTS = "parents", _("own parents")
        OTHER = "other", _("other place")

    sealed_for: ClassVar = "self"

    unit = s1(models.ForeignKey(Unit, models.PROTECT, related_name="+"))
    name = s2(models.CharField(_("name"), max_length=200))
    kind = s1(models.CharField(_("kind"), max_length=20, choices=Kind.choices))
    capacity = s1(models.PositiveSmallIntegerField(_("places"), null=True, blank=True))
    age_from = s1(models.PositiveSmallIntegerField(_("youngest age"), null=True, blank=True))
    age_to = s1(models.PositiveSmallIntegerField(_("oldest age"), null=True, blank=True))
    provider = s1(models.CharField(_("provider"), max_length=10, blank=True))
    registration = s1(models.CharField(_("registration number"), max_length=40, blank=True))
    address = s3(SealedTextField(_("address"), blank=True), Compartment.ADDRESS)
    postcode = s3(SealedTextField(_("postcode"), max_length=12, blank=True), Compartment.ADDRESS)
    postcode_mark = s3(MarkField(of="postcode"), Compartment.ADDRESS)
    telephone = s3(SealedTextField(_("telephone"), max_length=40, blank=True), Compartment.ADDRESS)
    opened_on = s1(models.DateField(_("open since"), null=True, blank=True))
    closed_on = s1(models.DateField(_("closed on"), null=True, blank=True))

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("home")
        verbose_name_plural = _("homes")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(opened_on__isnull=True) | Q(closed_on__isnull=True) | Q(closed_on__gte=F("opened_on")),
                name="a_home_closes_after_it_opens",
            ),
            models.CheckConstraint(
                condition=Q(age_from__isnull=True) | Q(age_to__isnull=True) | Q(age_to__gte=F("age_from")),
                name="a_home_takes_an_age_range",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["unit", "name"], name="homes_of_a_unit"),
            models.Index(fields=["registration", "postcode_mark"], name="homes_by_registration"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("home", args=[self.code])


class Carer(Row):
    """A person cares in a home from a day and until a day; one of them is the main carer."""

    home = s1(models.ForeignKey(Home, models.PROTECT, related_name="carers"))
    person = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    is_main = s1(models.BooleanField(_("main carer"), default=False))
    starts_on = s1(models.DateField(_("from")))
    ends_on = s1(models.DateField(_("until"), null=True, blank=True))

    class Meta:
        ordering = ("-is_main", "starts_on", "pk")
        verbose_name = _("carer")
        verbose_name_plural = _("carers")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="a_carer_ends_after_they_begin",
            ),
            models.UniqueConstraint(
                fields=["home", "person"], condition=Q(ends_on__isnull=True), name="a_carer_is_in_a_home_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.home_id}·{self.person_id}"

    @property
    def unit_id(self) -> int:
        return self.home.unit_id


class Approval(Row):
    """A home was approved to care: for which forms of care, how many, from which day until which, or put on hold.

    Places, ages and sex are limits of the approval where it names some; without them those of the home hold alone.
    """

    home = s1(models.ForeignKey(Home, models.PROTECT, related_name="approvals"))
    care_types = s1(models.JSONField(_("forms of care"), default=list, blank=True))
    starts_on = s1(models.DateField(_("from")))
    ends_on = s1(models.DateField(_("until"), null=True, blank=True))
    suspended_on = s1(models.DateField(_("on hold since"), null=True, blank=True))
    suspended_why = s2(models.CharField(_("why on hold"), max_length=300, blank=True))
    authority = s1(models.CharField(_("approved by"), max_length=200))
    capacity = s1(models.PositiveSmallIntegerField(_("places"), null=True, blank=True))
    age_from = s1(models.PositiveSmallIntegerField(_("youngest age"), null=True, blank=True))
    age_to = s1(models.PositiveSmallIntegerField(_("oldest age"), null=True, blank=True))
    sex = s1(models.CharField(_("only"), max_length=1, choices=Sex.choices, blank=True))

    class Meta:
        ordering = ("-starts_on", "-pk")
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="an_approval_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.home_id} {self.starts_on}"

    @property
    def unit_id(self) -> int:
        return self.home.unit_id

    def holds(self, on: date) -> bool:
        """Whether the approval has begun by a day and has not ended; it may be on hold all the same."""
        return self.starts_on <= on and (self.ends_on is None or self.ends_on > on)

    def on_hold(self, on: date) -> bool:
        """Whether the approval is on hold on a day."""
        return self.suspended_on is not None and self.suspended_on <= on


class HouseMember(Row):
    """Somebody who lives in a home besides the carers and the children in care, from a day and until a day."""

    home = s1(models.ForeignKey(Home, models.PROTECT, related_name="members"))
    person = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    starts_on = s1(models.DateField(_("from")))
    ends_on = s1(models.DateField(_("until"), null=True, blank=True))

    class Meta:
        ordering = ("starts_on", "pk")
        verbose_name = _("member of the house")
        verbose_name_plural = _("members of the house")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["home", "person"], condition=Q(ends_on__isnull=True), name="a_member_is_in_a_house_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.home_id}·{self.person_id}"

    @property
    def unit_id(self) -> int:
        return self.home.unit_id


class BackgroundCheck(Row):
    """The background of an adult in a home was checked: by whom, when, until when it holds, and with which result."""

    class Result(models.TextChoices):
        CLEAR = "clear", _("nothing against them")
        CONCERN = "concern", _("concern")
        PENDING = "pending", _("awaited")

    home = s1(models.ForeignKey(Home, models.PROTECT, related_name="checks"))
    person = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    issuer = s1(models.CharField(_("issued by"), max_length=200))
    issued_on = s1(models.DateField(_("issued on")))
    ends_on = s1(models.DateField(_("valid until")))
    result = s3(models.CharField(_("result"), max_length=10, choices=Result.choices))

    class Meta:
        ordering = ("-issued_on", "-pk")
        verbose_name = _("background check")
        verbose_name_plural = _("background checks")
        indexes: ClassVar = [models.Index(fields=["home", "person", "-ends_on"], name="checks_of_a_home")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.issued_on}"

    @property
    def unit_id(self) -> int:
        return self.home.unit_id


class Training(Row):
    """A carer was trained: in what, how long, and until when it holds; mandatory training may be due again."""

    home = s1(models.ForeignKey(Home, models.PROTECT, related_name="trainings"))
    person = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    topic = s1(models.CharField(_("topic"), max_length=200))
    hours = s1(models.PositiveSmallIntegerField(_("hours"), default=0))
    done_on = s1(models.DateField(_("done on"), null=True, blank=True))
    due_on = s1(models.DateField(_("due again on"), null=True, blank=True))
    mandatory = s1(models.BooleanField(_("mandatory"), default=False))

    class Meta:
        ordering = ("-done_on", "-pk")
        verbose_name = _("training")
        verbose_name_plural = _("trainings")

    def __str__(self) -> str:
        return f"{self.person_id} {self.topic}"

    @property
    def unit_id(self) -> int:
        return self.home.unit_id
