"""Notices to one user (codes instead of names, and where to go) and the address of a calendar feed."""

from __future__ import annotations

from hashlib import sha256
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import User
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1


class Notice(Row):
    """Something a user should know of: written by a reaction, read once, never carrying a person’s name."""

    class Kind(models.TextChoices):
        CASE_ASSIGNED = "case_assigned", _("Case %(code)s is now yours.")
        CHILD_MOVED = "child_moved", _("Child %(code)s has moved to another home.")
        CARE_STARTED = "care_started", _("Care has begun for child %(code)s.")
        CARE_ENDED = "care_ended", _("Care has ended for child %(code)s.")
        RECORD_OPENED = "record_opened", _("A colleague opened record %(code)s in an emergency. Please review it.")
        CAME_OF_AGE = "came_of_age", _("The young person of case %(code)s came of age. After-care has begun.")
        BACK_IN_CARE = "back_in_care", _("The child of case %(code)s is in care again.")
        TRANSFER_OFFERED = "transfer_offered", _("A case is offered to your unit. Please answer transfer %(code)s.")
        TRANSFER_ACCEPTED = "transfer_accepted", _("Transfer %(code)s was accepted. The case is closed here.")
        TRANSFER_DECLINED = "transfer_declined", _("Transfer %(code)s was declined. You stay responsible.")
        TRANSFER_WITHDRAWN = "transfer_withdrawn", _("Transfer %(code)s was withdrawn. No answer is needed.")
        MY_RECORD_OPENED = "my_record_opened", _("A colleague opened record %(code)s of your caseload in an emergency.")
        OPENING_REVIEWED = "opening_reviewed", _("Your opening of record %(code)s is reviewed. Read the verdict.")
        OPENINGS_LOCKED = (
            "openings_locked",
            _("Colleague %(code)s opened three records within a day. Further openings are locked until tomorrow."),
        )
        FACTORS_TAKEN_AWAY = (
            "factors_taken_away",
            _("An administrator took your second factors away. Set up a new one; if you did not ask for it, say so."),
        )
        SIGN_IN_CHANGED = (
            "sign_in_changed",
            _("Your second factors or recovery codes changed. If it was not you, tell your administrator at once."),
        )
        IMPORT_FINISHED = "import_finished", _("Import %(code)s has finished.")

    to = s1(models.ForeignKey(User, models.CASCADE, related_name="+"))
    kind = s1(models.CharField(max_length=30, choices=Kind.choices))
    subject_code = s1(models.CharField(max_length=16))
    link = s1(models.CharField(max_length=200, blank=True))
    entry_id = s1(models.BigIntegerField(null=True))
    at = s1(models.DateTimeField(default=timezone.now))
    read_at = s1(models.DateTimeField(null=True, blank=True))

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["to", "kind", "entry_id"], name="an_entry_is_told_once_to_each"),
        ]
        indexes: ClassVar = [models.Index(fields=["to"], condition=Q(read_at=None), name="unread_notices")]

    def __str__(self) -> str:
        return self.sentence()

    def sentence(self) -> str:
        """What the notice says, in the reader’s language."""
        return str(self.get_kind_display()) % {"code": self.subject_code}


class CalendarFeed(Row):
    """A secret address from which a calendar reads what is due for its owner; only a hash of the secret is kept."""

    owner = s1(models.ForeignKey(User, models.CASCADE, related_name="+"))
    token_hash = s1(models.CharField(max_length=64, unique=True, editable=False))
    expires_at = s1(models.DateTimeField())
    closed_at = s1(models.DateTimeField(null=True, blank=True))
    fetched_at = s1(models.DateTimeField(null=True, blank=True))

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner"], condition=Q(closed_at__isnull=True), name="a_user_has_one_open_calendar_feed"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @staticmethod
    def hash_of(token: str) -> str:
        """What is kept of the secret in the address."""
        return sha256(token.encode()).hexdigest()
