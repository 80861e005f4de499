"""Backups that were made, chores that the clock brings, and the workers that are at work now."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.journal.models import Job
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s0, s1


class Backup(Row):
    """One backup that was made: its file by name and content, and whether somebody proved that it opens."""

    without_history = "It says what lies in a folder of backups; nothing about anybody is decided by it."

    name = s1(models.CharField(_("file"), max_length=200))
    sha256 = s1(models.CharField(max_length=64, unique=True))
    made_at = s1(models.DateTimeField(_("made"), db_index=True))
    size_bytes = s1(models.PositiveBigIntegerField(_("size")))
    documents = s1(models.PositiveIntegerField(_("documents"), default=0))
    # Documents that the database names and the disk did not have on that day.
    missing = s1(models.PositiveIntegerField(default=0))
    verified_at = s1(models.DateTimeField(_("verified"), null=True, blank=True))

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = _("backup")
        verbose_name_plural = _("backups")

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A worker at work: when it was last heard of, and the job it has in hand."""

    without_history = "It is written every few seconds and forgotten when the worker ends."

    name = s1(models.CharField(max_length=80, unique=True))
    began_at = s1(models.DateTimeField(default=timezone.now))
    seen_at = s1(models.DateTimeField(default=timezone.now))
    job = s1(models.ForeignKey(Job, models.SET_NULL, null=True, related_name="+"))

    class Meta:
        ordering = ("name",)
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name


class Chore(models.Model):
    """Work that the clock brings: when it was done last, when it is due next, and what went wrong."""

    without_history = "It is written with every run; what the run changed is remembered where it changed it."

    name = s0(models.CharField(max_length=80, unique=True))
    due_at = s1(models.DateTimeField(default=timezone.now))
    began_at = s1(models.DateTimeField(null=True, blank=True))
    ended_at = s1(models.DateTimeField(null=True, blank=True))
    took_ms = s1(models.PositiveIntegerField(default=0))
    runs = s1(models.PositiveIntegerField(default=0))
    # Whoever does it now; nobody between two runs.
    worker = s1(models.CharField(max_length=80, blank=True))
    # The class alone: messages of exceptions may quote what people wrote.
    trouble = s1(models.CharField(max_length=80, blank=True))

    class Meta:
        ordering = ("name",)
        verbose_name = _("chore")
        verbose_name_plural = _("chores")

    def __str__(self) -> str:
        return self.name
