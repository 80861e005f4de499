"""Periods of care, the placements in them, and the episodes in which legal status, placement and carer stay the same."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from kinkeeper.decisions.models import Decision
from kinkeeper.homes.models import Home
from kinkeeper.keys.fields import SealedTextField
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import Compartment, s1, s2, s3
from kinkeeper.people.models import LegalStatus, Person


class PeriodOfCare(Row):
    """An unbroken time in which a child lives outside the care of the parents. `exit` is a code of the pack."""

    child = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    started_on = s1(models.DateField(_("began on")))
    ended_on = s1(models.DateField(_("ended on"), null=True, blank=True))
    need = s3(models.CharField(_("main need"), max_length=10, blank=True), coded="a code of the jurisdiction pack")
    exit = s2(models.CharField(_("why care ended"), max_length=10, blank=True))

    class Meta:
        ordering = ("started_on", "pk")
        verbose_name = _("period of care")
        verbose_name_plural = _("periods of care")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(ended_on__isnull=True), name="a_child_is_in_care_once"
            ),
            models.UniqueConstraint(fields=["child", "started_on"], name="one_period_of_care_begins_a_day"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gt=F("started_on")),
                name="a_period_of_care_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True, exit="") | Q(ended_on__isnull=False) & ~Q(exit=""),
                name="care_that_ended_has_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} {self.started_on}"

    @property
    def unit_id(self) -> int:
        return self.child.unit_id


class Placement(Row):
    """A stay in one home under one type of care; its days are those of its episodes.

    `leave_reason` says why the child moved on, as a code of the pack; it is empty for the last stay of a period.
    """

    sealed_for: ClassVar = "period__child"

    period = s1(models.ForeignKey(PeriodOfCare, models.CASCADE, related_name="placements"))
    home = s1(models.ForeignKey(Home, models.PROTECT, related_name="+"))
    care_type = s1(models.CharField(_("type of care"), max_length=20))
    leave_reason = s2(models.CharField(_("reason for the move"), max_length=10, blank=True))
    decision = s1(models.ForeignKey(Decision, models.PROTECT, null=True, blank=True, related_name="+"))
    planned = s2(models.BooleanField(_("planned"), default=True))
    mitigation = s3(
        SealedTextField(_("how differences of language and culture are bridged"), max_length=300, blank=True)
    )
    exemption_review_on = s1(models.DateField(_("sibling exemption to be looked at again on"), null=True, blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("placement")
        verbose_name_plural = _("placements")

    def __str__(self) -> str:
        return f"{self.home_id} {self.care_type}"

    @property
    def unit_id(self) -> int:
        return self.period.child.unit_id


class EpisodeQuerySet(models.QuerySet["Episode"]):
    """Episodes with the day they end."""

    def with_ends(self) -> Self:
        """Add `ended_on`: the day the next episode of the period begins, or the period ends; NULL while it lasts."""
        later = Episode.objects.filter(period=OuterRef("period"), started_on__gt=OuterRef("started_on"))
        following = Subquery(later.order_by("started_on").values("started_on")[:1])
        return self.annotate(ended_on=Coalesce(following, F("period__ended_on")))

    def in_force(self, on: date) -> Self:
        """The episodes in which children live on a day: begun by then, not followed by then, the period not over."""
        later = Episode.objects.filter(
            period=OuterRef("period"), started_on__gt=OuterRef("started_on"), started_on__lte=on
        )
        lasting = Q(period__ended_on__isnull=True) | Q(period__ended_on__gt=on)
        return self.filter(lasting, ~Exists(later), started_on__lte=on)

    def most_together(self, home: Home, on: date, *, without: Collection[Person] = ()) -> int:
        """The most children, besides some, who live in a home at the same time on that day or any later one that is known."""
        lasting = Q(period__ended_on__isnull=True) | Q(period__ended_on__gt=on)
        rows = self.filter(lasting, placement__home=home).with_ends()
        rows = rows.filter(Q(ended_on__isnull=True) | Q(ended_on__gt=on))
        rows = rows.exclude(period__child__in=without)
        # Who leaves on a day makes room for who arrives that day: leaving (-1) sorts before arriving (+1).
        changes: list[tuple[date, int]] = []
        days = rows.values_list("started_on", "ended_on")  # type: ignore[misc]  # with_ends() adds it
        for started_on, ended_on in days:
            changes.append((max(started_on, on), 1))
            if ended_on is not None:
                changes.append((ended_on, -1))
        most = present = 0
        for _day, change in sorted(changes):
            present += change
            most = max(most, present)
        return most


class Episode(Row):
    """A time in which legal status, placement and carer stay the same. It ends when the next begins.

    `reason` says what changed: S care began, L legal status, P placement and carer, T placement with the same carer,
    U legal status and placement with the same carer, B legal status, placement and carer.
    """

    class Reason(models.TextChoices):
        STARTED = "S", _("care began")
        LEGAL = "L", _("legal status changed")
        PLACEMENT = "P", _("placement and carer changed")
        SAME_CARER = "T", _("placement changed, the carer stayed")
        LEGAL_SAME_CARER = "U", _("legal status and placement changed, the carer stayed")
        BOTH = "B", _("legal status, placement and carer changed")

    sealed_for: ClassVar = "period__child"

    period = s1(models.ForeignKey(PeriodOfCare, models.CASCADE, related_name="episodes"))
    started_on = s1(models.DateField(_("began on")))
    reason = s1(models.CharField(_("why a new episode began"), max_length=1, choices=Reason.choices))
    legal_status = s1(models.ForeignKey(LegalStatus, models.PROTECT, related_name="+"))
    placement = s1(models.ForeignKey(Placement, models.PROTECT, related_name="episodes"))
    home_postcode = s3(
        SealedTextField(_("postcode of the family home"), max_length=12, blank=True), Compartment.ADDRESS
    )

    objects = EpisodeQuerySet.as_manager()

    class Meta:
        ordering = ("started_on", "pk")
        verbose_name = _("care episode")
        verbose_name_plural = _("care episodes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["period", "started_on"], name="one_episode_begins_a_day"),
            models.UniqueConstraint(fields=["period"], condition=Q(reason="S"), name="a_period_of_care_starts_once"),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.started_on}"

    @property
    def unit_id(self) -> int:
        return self.period.child.unit_id


class Absence(Row):
    """A time in which a child was missing or away, while the placement went on: nobody has moved."""

    class Kind(models.TextChoices):
        MISSING = "M", _("missing")
        AWAY = "A", _("away without permission")
        SCHOOL = "S", _("at boarding school during the week")
        HOSPITAL = "H", _("in hospital")
        VISIT = "V", _("visiting the family")

    # The child is where it should not be; every other kind was agreed on, and is never reported as missing.
    GONE: ClassVar[frozenset[str]] = frozenset({Kind.MISSING, Kind.AWAY})

    child = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    kind = s2(models.CharField(_("kind"), max_length=1, choices=Kind.choices))
    started_on = s2(models.DateField(_("from")))
    ended_on = s2(models.DateField(_("until"), null=True, blank=True))

    class Meta:
        ordering = ("started_on", "pk")
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["child", "started_on"], name="one_absence_begins_a_day"),
            models.CheckConstraint(
                condition=Q(ended_on__isnull=True) | Q(ended_on__gte=F("started_on")),
                name="an_absence_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.child_id} {self.started_on}"

    @property
    def unit_id(self) -> int:
        return self.child.unit_id

    @property
    def is_gone(self) -> bool:
        """Whether the child is missing or away without permission, not away as agreed."""
        return self.kind in self.GONE
