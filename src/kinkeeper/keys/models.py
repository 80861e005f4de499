"""The key under which everything that is written about one holder is sealed: a child, a home, a referral, a user."""

from __future__ import annotations

from random import SystemRandom
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kinkeeper.lib.codes import new_code
from kinkeeper.lib.sensitivity import s1, s3


def key_code() -> str:
    """A code that was drawn blindly, also where a demo draws those of its people from a seed."""
    return new_code(random=SystemRandom())


class DataKey(models.Model):
    """The key of one holder, itself locked under the master key of the installation; without it the texts are noise.

    The holder is named by table and public code, because a row seals its own texts before it has a number. An erased key
    leaves its row behind, so that a page can say “erased” instead of failing.
    """

    without_history = (
        "A key that was destroyed leaves nothing behind, and a former lock would open with a former master key."
    )

    code = s1(models.CharField(max_length=16, unique=True, default=key_code, editable=False))
    holder_type = s1(models.CharField(max_length=60))
    holder_code = s1(models.CharField(max_length=16, blank=True))
    wrapped = s3(models.BinaryField(editable=False))
    master = s1(models.CharField(max_length=16, db_index=True))
    made_at = s1(models.DateTimeField(auto_now_add=True))
    erased_at = s1(models.DateTimeField(null=True, blank=True))

    class Meta:
        verbose_name = _("data key")
        verbose_name_plural = _("data keys")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["holder_type", "holder_code"], name="a_holder_has_one_key"),
        ]

    def __str__(self) -> str:
        return self.code
