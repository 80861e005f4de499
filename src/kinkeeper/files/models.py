"""A stored file: what it is, how long, and the wrapped key that opens it; the bytes lie encrypted in the data folder."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1, s2, s3


class StoredFile(Row):
    """One file’s bytes, encrypted under its own key. It has no page: rows of other rooms point to it and guard it."""

    media_type = s1(models.CharField(_("type"), max_length=100))
    size_bytes = s1(models.PositiveBigIntegerField(_("size")))
    sha256 = s1(models.CharField(max_length=64))
    original_name = s2(models.CharField(_("name of the file"), max_length=200))
    width_px = s1(models.PositiveIntegerField(null=True, blank=True))
    height_px = s1(models.PositiveIntegerField(null=True, blank=True))
    wrapped_key = s3(models.BinaryField(editable=False))

    class Meta:
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")

    def __str__(self) -> str:
        return self.code
