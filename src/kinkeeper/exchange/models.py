"""Imports, the rows they keep in quarantine, and facts kept word for word until the room that owns them is built."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit, User
from kinkeeper.cases.models import Contact
from kinkeeper.families.models import Family
from kinkeeper.homes.models import Home
from kinkeeper.keys.fields import MarkField, SealedJSONField, SealedTextField
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1, s2, s3
from kinkeeper.lib.steps import Steps
from kinkeeper.people.models import Person, Sex


class SheetSource(Row):
    """Where own spreadsheets come from (“Excel of the Tashkent centre”), and what people said their columns mean.

    `matching` holds, under `tables`, `columns` and `values`, what was chosen for sheets, headings and cells.
    """

    sealed_for: ClassVar = "self"

    unit = s1(models.ForeignKey(Unit, models.PROTECT, related_name="+"))
    name = s1(models.CharField(_("name of the source"), max_length=80))
    matching = s2(SealedJSONField(default=dict, editable=False))

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("source of spreadsheets")
        verbose_name_plural = _("sources of spreadsheets")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "name"], name="a_source_is_named_once_in_a_unit"),
        ]

    def __str__(self) -> str:
        return self.name

    def remembered(self, what: str) -> dict[str, dict[str, str]]:
        """What was chosen for tables, columns or values."""
        found: dict[str, dict[str, str]] = self.matching.get(what, {})
        return found


class Import(Row):
    """One set of files brought in: previewed, then landed child by child; it can be stopped and taken up again."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("previewed")
        LANDING = "landing", _("landing")
        FINISHED = "finished", _("finished")
        ABANDONED = "abandoned", _("abandoned")

    STEPS: ClassVar[Steps] = {
        State.PREVIEWED: frozenset({State.LANDING, State.ABANDONED}),
        State.LANDING: frozenset({State.FINISHED}),
        State.FINISHED: frozenset({State.LANDING}),
    }

    class Format(models.TextChoices):
        SSDA903 = "ssda903", _("SSDA903 (England, looked-after children)")
        SHEETS = "sheets", _("Own spreadsheets")

    sealed_for: ClassVar = "self"

    unit = s1(models.ForeignKey(Unit, models.PROTECT, related_name="+"))
    format = s1(models.CharField(_("format"), max_length=20, choices=Format.choices, default=Format.SSDA903))
    source = s1(models.ForeignKey(SheetSource, models.PROTECT, null=True, blank=True, related_name="+"))
    state = s1(models.CharField(_("state"), max_length=12, choices=State.choices, default=State.PREVIEWED))
    folder = s1(models.CharField(max_length=400, editable=False))
    digest = s1(models.CharField(max_length=64, editable=False))
    rows_read = s1(models.PositiveIntegerField(_("rows read"), default=0))
    rows_landed = s1(models.PositiveIntegerField(_("rows landed"), default=0))
    rows_unchanged = s1(models.PositiveIntegerField(_("rows already known"), default=0))
    summary = s2(SealedJSONField(default=dict, editable=False))
    children_total = s1(models.PositiveIntegerField(default=0))
    children_done = s1(models.PositiveIntegerField(default=0))
    landed_through = s2(models.CharField(max_length=80, blank=True, editable=False))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    at = s1(models.DateTimeField(default=timezone.now))

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("import")
        verbose_name_plural = _("imports")

    def __str__(self) -> str:
        return f"{self.get_format_display()} {self.at:%Y-%m-%d}"

    def get_absolute_url(self) -> str:
        return reverse("import", args=[self.code])

    @property
    def is_sheets(self) -> bool:
        """Whether this is an import of own spreadsheets."""
        return self.format == self.Format.SHEETS

    @property
    def title(self) -> str:
        """What was brought in: the source of spreadsheets by its name, else the format."""
        return self.source.name if self.source else str(self.get_format_display())


class QuarantinedRow(Row):
    """A row that could not land: kept whole with file, line, field and reason, until somebody mends it or sets it aside."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        MENDED = "mended", _("mended and landed")
        SET_ASIDE = "set_aside", _("set aside")

    STEPS: ClassVar[Steps] = {
        State.WAITING: frozenset({State.MENDED, State.SET_ASIDE}),
        State.SET_ASIDE: frozenset({State.WAITING}),
    }

    sealed_for: ClassVar = "of"

    of = s1(models.ForeignKey(Import, models.CASCADE, related_name="quarantine"))
    file = s1(models.CharField(_("file"), max_length=300))
    line = s1(models.PositiveIntegerField(_("line")))
    table = s1(models.CharField(_("table"), max_length=40))
    year = s1(models.PositiveSmallIntegerField(null=True))
    child_reference = s3(SealedTextField(max_length=80, blank=True))
    child_mark = s3(MarkField(of="child_reference"))
    field = s1(models.CharField(_("field"), max_length=60, blank=True))
    guard = s1(models.CharField(_("rule"), max_length=20, blank=True))
    reason = s2(SealedTextField(_("reason")))
    values = s3(SealedJSONField(_("values")))
    state = s1(models.CharField(_("state"), max_length=10, choices=State.choices, default=State.WAITING))

    class Meta:
        ordering = ("file", "line")
        verbose_name = _("row in quarantine")
        verbose_name_plural = _("rows in quarantine")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["of", "file", "line"], name="a_row_is_quarantined_once"),
        ]

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def unit_id(self) -> int:
        return self.of.unit_id


class SourceRow(Row):
    """A row of a source that has landed, as it was told last, and the record it became: so a correction is told from news.

    `key` is the association’s own number, or the columns that tell rows apart. `rest` are the columns that nobody matched.
    A row may name several people, or none yet: the key of the source seals it.
    """

    sealed_for: ClassVar = "source"

    source = s1(models.ForeignKey(SheetSource, models.CASCADE, related_name="rows"))
    table = s1(models.CharField(_("table"), max_length=20))
    key = s3(SealedTextField(max_length=260))
    key_mark = s3(MarkField(of="key"))
    values = s3(SealedJSONField(_("values")))
    rest = s3(SealedJSONField(default=dict))
    person = s1(models.ForeignKey(Person, models.CASCADE, null=True, related_name="+"))
    family = s1(models.ForeignKey(Family, models.CASCADE, null=True, related_name="+"))
    home = s1(models.ForeignKey(Home, models.CASCADE, null=True, related_name="+"))
    contact = s1(models.ForeignKey(Contact, models.CASCADE, null=True, related_name="+"))

    class Meta:
        ordering = ("table", "pk")
        verbose_name = _("row of a source")
        verbose_name_plural = _("rows of sources")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source", "table", "key_mark"], name="a_row_of_a_source_lands_once"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.pk}"

    @property
    def unit_id(self) -> int:
        return self.source.unit_id


class LikelyDuplicate(Row):
    """Somebody in an import who may be recorded already, and what a person decided: the same, or another."""

    class Answer(models.TextChoices):
        UNDECIDED = "", _("not decided")
        SAME = "same", _("the same person")
        OTHER = "other", _("another person")

    sealed_for: ClassVar = "of"

    of = s1(models.ForeignKey(Import, models.CASCADE, related_name="likely_duplicates"))
    key = s3(SealedTextField(max_length=80))
    key_mark = s3(MarkField(of="key"))
    said = s3(SealedJSONField(_("what the file says")))
    person = s1(models.ForeignKey(Person, models.CASCADE, related_name="+"))
    answer = s1(models.CharField(_("decision"), max_length=6, choices=Answer.choices, default="", blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("likely duplicate")
        verbose_name_plural = _("likely duplicates")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["of", "key_mark", "person"], name="a_likeness_is_decided_once"),
        ]

    def __str__(self) -> str:
        return f"{self.of_id} {self.person_id}"

    @property
    def sex_in_words(self) -> str:
        """The sex that the file says."""
        return str(dict(Sex.choices).get(self.said.get("sex", ""), ""))

    @property
    def unit_id(self) -> int:
        return self.of.unit_id


class ReportedFact(Row):
    """What no room keeps yet (a row of a return, a column of an own table), word for word, shown and exported again.

    `year` is the first calendar year of the collection year the row was reported for, or 0 for facts that hold once.
    """

    sealed_for: ClassVar = "person"

    person = s1(models.ForeignKey(Person, models.CASCADE, related_name="+"))
    table = s1(models.CharField(_("table"), max_length=40))
    year = s1(models.PositiveSmallIntegerField(default=0))
    # Told in code rather than sealed: the days of a return are sorted, and own rows have their mark here (`mark_of_key`).
    key = s3(
        models.CharField(max_length=80, blank=True),
        coded="days of the return, or the keyed mark of an own row: rows are told apart by it, and sorted",
    )
    values = s3(SealedJSONField(_("values")))

    class Meta:
        ordering = ("table", "year", "key", "pk")
        verbose_name = _("reported fact")
        verbose_name_plural = _("reported facts")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "table", "year", "key"], name="a_fact_is_reported_once"),
        ]

    def __str__(self) -> str:
        return f"{self.table} {self.year}"

    @property
    def said(self) -> list[tuple[str, str]]:
        """What was reported, word for word: field and value, without the empty ones."""
        return [(name.replace("_", " "), str(value)) for name, value in self.values.items() if value not in (None, "")]

    @property
    def unit_id(self) -> int:
        return self.person.unit_id


def mark_of_key(key: str) -> str:
    """The mark by which a row of a source is known, where its key itself must not be told."""
    return SourceRow._meta.get_field("key_mark").marked(key)
