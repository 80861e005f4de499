"""Tokens by which programs speak for a worker or for a named device, and the answers kept for calls that are repeated."""

from __future__ import annotations

from hashlib import sha256
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Programme, Role, Unit, User
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1


class Token(Row):
    """A secret by which a program speaks for a worker, with the worker’s seats, or for a device, with seats of its own.

    Only a hash of the secret is kept. `minute` and `calls` count the calls of the running minute.
    """

    # Every call writes them.
    bookkeeping: ClassVar = ("last_used_at", "minute", "calls")

    owner = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    name = s1(models.CharField(_("name"), max_length=60))
    token_hash = s1(models.CharField(max_length=64, unique=True, editable=False))
    may_write = s1(models.BooleanField(_("may write"), default=False))
    ends_on = s1(models.DateField(_("last day")))
    made_by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False))
    revoked_at = s1(models.DateTimeField(null=True, blank=True))
    last_used_at = s1(models.DateTimeField(null=True, blank=True))
    minute = s1(models.DateTimeField(null=True, editable=False))
    calls = s1(models.PositiveIntegerField(default=0, editable=False))

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(owner__isnull=True, revoked_at__isnull=True),
                name="two_running_devices_have_two_names",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def hash_of(secret: str) -> str:
        """What is kept of the secret; it is drawn from 256 bits, so that guessing it is hopeless without a slow hash."""
        return sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def is_running(self) -> bool:
        """Whether it is neither revoked nor over; the account of its owner must be open besides."""
        return self.revoked_at is None and self.ends_on >= timezone.localdate()


class DeviceSeat(models.Model):
    """A role that a device holds in one unit, one programme or the whole association, as long as its token runs."""

    token = s1(models.ForeignKey(Token, models.CASCADE, related_name="seats"))
    role = s1(models.CharField(_("role"), max_length=20, choices=Role.choices))
    unit = s1(models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+"))
    programme = s1(models.ForeignKey(Programme, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("seat of a device")
        verbose_name_plural = _("seats of devices")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | Q(programme__isnull=True), name="a_seat_of_a_device_is_in_one_place"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.where()}"

    def where(self) -> str:
        """The place of the seat in words."""
        return str(self.unit or self.programme or _("whole association"))


class KeptAnswer(models.Model):
    """What was answered to a call that changed something, so that the same call, sent once more, changes nothing.

    `digest` is taken of the whole call. The answer holds codes and versions only, nothing that anybody wrote.
    """

    without_history = "It is kept for three days, for calls that are sent once more."

    token = s1(models.ForeignKey(Token, models.CASCADE, related_name="+"))
    key = s1(models.CharField(max_length=100))
    digest = s1(models.CharField(max_length=64))
    status = s1(models.PositiveSmallIntegerField(default=0))
    answer = s1(models.JSONField(default=dict))
    kept_at = s1(models.DateTimeField(default=timezone.now, db_index=True))

    class Meta:
        verbose_name = _("kept answer")
        verbose_name_plural = _("kept answers")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token", "key"], name="a_key_of_a_token_has_one_answer"),
        ]

    def __str__(self) -> str:
        return f"{self.token_id} {self.kept_at:%Y-%m-%d %H:%M}"
