"""What was done (entries), tried in vain (refusals), read (looks) and held before (history); the chain over it; the jobs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit, User
from kinkeeper.lib.sensitivity import s1, s3


class Entry(models.Model):
    """One deed: who did what to which record, when, with which facts. Written with the deed, never edited."""

    at = s1(models.DateTimeField(default=timezone.now, db_index=True))
    actor = s1(models.CharField(max_length=80))
    user = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    act = s1(models.CharField(max_length=80))
    subject_type = s1(models.CharField(max_length=60))
    subject_id = s1(models.BigIntegerField())
    subject_code = s1(models.CharField(max_length=16))
    unit = s1(models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+"))
    facts = s1(models.JSONField(default=dict))

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal entries")
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id", "-at"], name="entry_by_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.act} {self.subject_code}"


class Refusal(models.Model):
    """Somebody tried a deed and was refused: who, which deed on which record, and the guard that said no."""

    at = s1(models.DateTimeField(default=timezone.now, db_index=True))
    actor = s1(models.CharField(max_length=80))
    user = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    act = s1(models.CharField(max_length=80))
    guard = s1(models.CharField(max_length=20, blank=True))
    subject_type = s1(models.CharField(max_length=60, blank=True))
    subject_id = s1(models.BigIntegerField(null=True))
    subject_code = s1(models.CharField(max_length=16, blank=True))
    unit = s1(models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        indexes: ClassVar = [models.Index(fields=["subject_type", "subject_id", "-at"], name="refusal_by_subject")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor} {self.act} {self.guard}"


class Look(models.Model):
    """Someone read a record: shown on the page of the one who was read about.

    `user` is empty where a device read it; `device` is then the name of that actor.
    """

    at = s1(models.DateTimeField(default=timezone.now))
    user = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    device = s1(models.CharField(max_length=80, blank=True))
    subject_type = s1(models.CharField(max_length=60))
    subject_id = s1(models.BigIntegerField())
    page = s1(models.CharField(max_length=60))
    through_opening = s1(models.BooleanField(default=False))

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("look")
        verbose_name_plural = _("looks")
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id", "-at"], name="look_by_subject"),
            models.Index(fields=["at"], name="look_by_time"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(user__isnull=False, device="") | Q(user__isnull=True) & ~Q(device=""),
                name="somebody_or_some_device_looked",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.page}"


class History(models.Model):
    """What a row held before it was changed or deleted, written by the database itself, whoever changed it."""

    class Operation(models.TextChoices):
        UPDATE = "update", _("changed")
        DELETE = "delete", _("deleted")

    at = s1(models.DateTimeField())
    table = s1(models.CharField(max_length=63))
    row = s1(models.BigIntegerField())
    operation = s1(models.CharField(max_length=6, choices=Operation.choices))
    # As sensitive as the most sensitive column of any table: shown field by field, by the rule of the field.
    old = s3(
        models.JSONField(default=dict), coded="what each column held: a text that lay sealed there lies sealed here"
    )
    # PostgreSQL’s number of the transaction, by which a deed finds its own rows; SQLite has one writer and needs none.
    xact = s1(models.BigIntegerField(null=True))

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("former state of a record")
        verbose_name_plural = _("former states of records")
        indexes: ClassVar = [models.Index(fields=["table", "row", "id"], name="history_by_row")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.operation} {self.table} {self.row}"


class Erasure(models.Model):
    """The content of a former state was erased because a rule says so; that it was there stays provable."""

    at = s1(models.DateTimeField(default=timezone.now))
    history = s1(models.OneToOneField(History, models.PROTECT, related_name="+"))
    actor = s1(models.CharField(max_length=80))
    rule = s1(models.CharField(max_length=60))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.rule}"


class Link(models.Model):
    """The place of one entry, refusal, former state or erasure in the chain that proves nothing was changed or left out.

    `digest` is of the content, `hash` of the link before, this place and the digest: so that a content can be erased
    and the chain still be followed. The hash of the link before is not stored twice.
    """

    class Kind(models.TextChoices):
        ENTRY = "entry", _("journal entry")
        REFUSAL = "refusal", _("refusal")
        HISTORY = "history", _("former state of a record")
        ERASURE = "erasure", _("erasure")

    seq = s1(models.BigIntegerField(primary_key=True))
    kind = s1(models.CharField(max_length=7, choices=Kind.choices))
    row = s1(models.BigIntegerField())
    # The entry of the deed that left a former state behind: who did it, and what it was.
    deed = s1(models.BigIntegerField(null=True))
    digest = s1(models.BinaryField(max_length=32))
    hash = s1(models.BinaryField(max_length=32))

    class Meta:
        ordering = ("seq",)
        verbose_name = _("link of the chain")
        verbose_name_plural = _("links of the chain")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "row"], name="a_row_has_one_place_in_the_chain"),
        ]

    def __str__(self) -> str:
        return f"{self.seq} {self.kind} {self.row}"


class Job(models.Model):
    """A reaction that is due: stored in the transaction of the deed, so that no news is lost and none is invented."""

    class State(models.TextChoices):
        READY = "ready", _("ready")
        DONE = "done", _("done")
        FAILED = "failed", _("failed for good")

    entry = s1(models.ForeignKey(Entry, models.CASCADE, related_name="jobs"))
    reaction = s1(models.CharField(max_length=120))
    state = s1(models.CharField(max_length=10, choices=State.choices, default=State.READY))
    attempts = s1(models.PositiveSmallIntegerField(default=0))
    due_at = s1(models.DateTimeField(default=timezone.now))
    done_at = s1(models.DateTimeField(null=True, blank=True))
    trouble = s1(models.CharField(max_length=300, blank=True))

    class Meta:
        ordering = ("due_at", "pk")
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["entry", "reaction"], name="a_reaction_answers_an_entry_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], condition=Q(state="ready"), name="jobs_that_are_ready"),
        ]

    def __str__(self) -> str:
        return f"{self.reaction} ({self.get_state_display()})"
