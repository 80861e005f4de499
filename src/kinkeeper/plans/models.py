"""A review: the meeting that asks whether care still fits, with the child’s own part in it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import User
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1, s2, s3
from kinkeeper.people.models import Person


class Review(Row):
    """A review of a child’s care that was held on a day; `participation` is a code of the jurisdiction pack."""

    child = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    held_on = s1(models.DateField(_("held on")))
    participation = s2(models.CharField(_("how the child took part"), max_length=10))
    summary = s3(models.TextField(_("what was decided"), blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-held_on", "-pk")
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["child", "held_on"], name="one_review_of_a_child_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.held_on}"

    @property
    def unit_id(self) -> int:
        return self.child.unit_id
