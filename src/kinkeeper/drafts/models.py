"""A draft: the fields of one form as far as its writer has come."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import User
from kinkeeper.keys.fields import SealedJSONField
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1, s3

KEPT_FOR = timedelta(days=30)
# The longest form of the house in the widest script stays far below; what is longer is no typing.
LONGEST_BYTES = 400_000


class Draft(Row):
    """What one user has typed into the form of one deed on one record, and has not handed in yet."""

    sealed_for: ClassVar = "owner"

    owner = s1(models.ForeignKey(User, models.CASCADE, related_name="+"))
    deed = s1(models.CharField(max_length=60))
    subject_code = s1(models.CharField(max_length=40))
    content = s3(SealedJSONField(default=dict))
    saved_at = s1(models.DateTimeField(default=timezone.now, db_index=True))

    without_history = "It is unfinished, nobody else reads it, and it is saved every few seconds."

    class Meta:
        ordering = ("-saved_at", "-pk")
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner", "deed", "subject_code"], name="one_draft_for_each_deed_on_a_record"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deed} {self.subject_code} {self.saved_at:%Y-%m-%d %H:%M}"
