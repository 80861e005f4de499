"""A case, the workers it was assigned to, and the contacts with the child and the family."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit, User
from kinkeeper.families.models import Family
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import Compartment, s1, s2, s3
from kinkeeper.lib.steps import Steps
from kinkeeper.people.models import Person


class Case(Row):
    """Our responsibility for one child, from the day it began; one child may have several in a lifetime, one at a time."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        CLOSED = "closed", _("closed")

    class Kind(models.TextChoices):
        CARE = "care", _("alternative care")
        FAMILY_STRENGTHENING = "family_strengthening", _("family strengthening")
        YOUTH = "youth", _("support of a young person")

    class Risk(models.TextChoices):
        HIGH = "high", _("high")
        MEDIUM = "medium", _("medium")
        LOW = "low", _("low")
        UNKNOWN = "", _("not assessed")

    class CloseReason(models.TextChoices):
        REACHED = "reached", _("what was agreed has been reached")
        OF_AGE = "of_age", _("came of age")
        MOVED = "moved", _("moved away")
        PASSED_ON = "passed_on", _("passed on to another service")
        WITHDREW = "withdrew", _("the family withdrew")
        LOST = "lost", _("contact was lost")
        DIED = "died", _("died")
        MISTAKE = "mistake", _("opened by mistake")

    STEPS: ClassVar[Steps] = {State.OPEN: frozenset({State.CLOSED}), State.CLOSED: frozenset({State.OPEN})}

    child = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    family = s1(models.ForeignKey(Family, models.PROTECT, null=True, blank=True, related_name="+"))
    unit = s1(models.ForeignKey(Unit, models.PROTECT, related_name="+"))
    worker = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    kind = s1(models.CharField(_("kind"), max_length=30, choices=Kind.choices, default=Kind.CARE))
    state = s1(models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN))
    risk = s2(models.CharField(_("risk"), max_length=10, choices=Risk.choices, default="", blank=True))
    opened_on = s1(models.DateField(_("opened on")))
    closed_on = s1(models.DateField(_("closed on"), null=True, blank=True))
    close_reason = s2(models.CharField(_("reason for closing"), max_length=40, blank=True))

    class Meta:
        ordering = ("-opened_on", "-pk")
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["child"], condition=Q(state="open"), name="a_child_has_one_open_case"),
            models.CheckConstraint(
                condition=Q(state="open", closed_on__isnull=True) | Q(state="closed", closed_on__isnull=False),
                name="a_closed_case_has_its_day",
            ),
        ]
        indexes: ClassVar = [
            # With unit and child, because every question of a caseworker about people asks for all four.
            models.Index(fields=["worker", "state", "unit", "child"], name="cases_of_a_worker"),
            models.Index(fields=["unit", "state"], name="cases_of_a_unit"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("case", args=[self.code])


class Assignment(Row):
    """A worker is responsible for a case from a day until a day; history stays.

    `worker_reference` names a worker of another system, where an imported history knows one that has no account here.
    """

    case = s1(models.ForeignKey(Case, models.CASCADE, related_name="assignments"))
    worker = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    worker_reference = s1(models.CharField(max_length=40, blank=True))
    starts_on = s1(models.DateField(_("from")))
    ends_on = s1(models.DateField(_("until"), null=True, blank=True))
    reason = s1(models.CharField(_("reason for the change"), max_length=20, blank=True))

    class Meta:
        ordering = ("starts_on", "pk")
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ends_on__isnull=True), name="a_case_has_one_worker_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="an_assignment_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.starts_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class Contact(Row):
    """A visit, a call or another meeting: when, who was there, was the child seen, and what was said."""

    class Kind(models.TextChoices):
        VISIT = "visit", _("visit")
        CALL = "call", _("telephone call")
        MEETING = "meeting", _("meeting")
        MESSAGE = "message", _("message")

    class Seen(models.TextChoices):
        ALONE = "alone", _("seen alone")
        WITH_OTHERS = "with_others", _("seen with others")
        NOT_SEEN = "not_seen", _("not seen")

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="contacts"))
    kind = s1(models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.VISIT))
    happened_on = s1(models.DateField(_("date")))
    seen = s1(models.CharField(_("the child was"), max_length=12, choices=Seen.choices))
    place = s3(models.CharField(_("place"), max_length=200, blank=True), Compartment.ADDRESS)
    present = s2(models.CharField(_("who was present"), max_length=300, blank=True))
    note = s3(models.TextField(_("what happened and what was said"), blank=True))
    child_said = s3(models.TextField(_("in the child’s own words"), blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    recorded_at = s1(models.DateTimeField(default=timezone.now, editable=False))

    class Meta:
        ordering = ("-happened_on", "-pk")
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes: ClassVar = [models.Index(fields=["case", "kind", "-happened_on"], name="contacts_of_a_case")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id
