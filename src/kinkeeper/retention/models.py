"""Holds that forbid erasing, erasures that two people confirm, the ledger that outlives them, and requests for a file."""

from __future__ import annotations

from typing import ClassVar

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import User
from kinkeeper.keys.fields import MarkField, SealedTextField
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1, s3
from kinkeeper.lib.steps import Steps
from kinkeeper.people.models import Person


class Hold(Row):
    """Nothing of a person may be erased: an authority or an inquiry needs the record, from a day until it is lifted."""

    sealed_for: ClassVar = "person"

    person = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    reason = s3(SealedTextField(_("reason"), max_length=2000))
    authority = s3(SealedTextField(_("authority"), max_length=200))
    set_by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    starts_on = s1(models.DateField(_("since"), default=timezone.localdate))
    ends_on = s1(models.DateField(_("until"), null=True, blank=True))
    lifted_on = s1(models.DateField(_("lifted on"), null=True, blank=True))
    lifted_by = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    why_lifted = s3(SealedTextField(_("why it was lifted"), max_length=2000, blank=True))

    class Meta:
        ordering = ("-starts_on", "-pk")
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="a_hold_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(lifted_on__isnull=True) | ~Q(why_lifted=""), name="a_hold_is_lifted_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("retention_of", args=[self.person.code])

    @property
    def unit_id(self) -> int:
        """The unit that keeps the person."""
        return self.person.unit_id


class Disposal(Row):
    """A person’s record is past its time: one confirms that it shall be erased, somebody else that it is done."""

    class State(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed by one")
        DECLINED = "declined", _("declined")
        DONE = "done", _("erased")

    STEPS: ClassVar[Steps] = {State.CONFIRMED: frozenset({State.DECLINED, State.DONE})}
    # Its own key, so that why somebody was erased can still be read when the person’s key is gone.
    sealed_for: ClassVar = "self"

    person = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    state = s1(models.CharField(max_length=10, choices=State.choices, default=State.CONFIRMED))
    rule = s1(models.CharField(_("rule"), max_length=40))
    due_on = s1(models.DateField(_("past its time since")))
    reason = s3(SealedTextField(_("reason"), max_length=2000))
    first_by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    second_by = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    second_on = s1(models.DateField(_("decided on"), null=True, blank=True))
    answer = s3(SealedTextField(_("reason of the second person"), max_length=2000, blank=True))

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("erasure of a person")
        verbose_name_plural = _("erasures of people")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=["confirmed", "done"]), name="a_person_is_erased_once"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(second_by__isnull=False) & ~Q(second_by=F("first_by"))),
                name="an_erasure_is_confirmed_by_two",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("retention_of", args=[self.person.code])

    @property
    def unit_id(self) -> int:
        """The unit that keeps the person."""
        return self.person.unit_id


class LedgerLine(Row):
    """Somebody was erased: a keyed mark of the record’s code, the rule and the day. Restoring goes by it, names nobody."""

    mark = s1(models.CharField(max_length=32, unique=True))
    rule = s1(models.CharField(_("rule"), max_length=40))
    erased_on = s1(models.DateField(_("erased on")))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("line of the erasure ledger")
        verbose_name_plural = _("lines of the erasure ledger")

    def __str__(self) -> str:
        return self.code


class AccessRequest(Row):
    """Somebody asks for everything that is kept about one person: who, when, how it was proven who asks, what came of it."""

    class State(models.TextChoices):
        RECEIVED = "received", _("received")
        PROVEN = "proven", _("identity proven, being looked through")
        RELEASED = "released", _("released")
        REFUSED = "refused", _("refused")

    # In these states an answer is still owed.
    OPEN: ClassVar = (State.RECEIVED, State.PROVEN)

    class Asker(models.TextChoices):
        SELF = "self", _("the person")
        GUARDIAN = "guardian", _("a legal representative")
        LAWYER = "lawyer", _("somebody with a power of attorney")

    class Proof(models.TextChoices):
        PAPER = "paper", _("an identity paper was shown")
        KNOWN = "known", _("known to a worker who met the person")
        QUESTIONS = "questions", _("answered questions that only the person can answer")
        MANDATE = "mandate", _("an identity paper and a mandate were shown")

    STEPS: ClassVar[Steps] = {
        State.RECEIVED: frozenset({State.PROVEN, State.REFUSED}),
        State.PROVEN: frozenset({State.RELEASED, State.REFUSED}),
    }
    sealed_for: ClassVar = "person"

    person = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    state = s1(models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED))
    asked_on = s1(models.DateField(_("asked on")))
    due_on = s1(models.DateField(_("answer due on")))
    asker = s1(models.CharField(_("who asks"), max_length=10, choices=Asker.choices))
    asker_name = s3(SealedTextField(_("name of whoever asks"), max_length=200, blank=True))
    received_by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    proof = s1(models.CharField(_("how it was proven"), max_length=10, choices=Proof.choices, blank=True))
    proven_by = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    proven_on = s1(models.DateField(_("proven on"), null=True, blank=True))
    collected_on = s1(models.DateField(_("collected on"), null=True, blank=True))
    answered_by = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    answered_on = s1(models.DateField(_("answered on"), null=True, blank=True))
    expires_on = s1(models.DateField(_("can be fetched until"), null=True, blank=True))
    why_refused = s3(SealedTextField(_("why it was refused"), max_length=2000, blank=True))
    extended_on = s1(models.DateField(_("put off on"), null=True, blank=True))
    extended_by = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    why_extended = s3(SealedTextField(_("why the answer was put off"), max_length=2000, blank=True))
    told_on = s1(models.DateField(_("whoever asked was told on"), null=True, blank=True))

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("request for one’s own file")
        verbose_name_plural = _("requests for one’s own file")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(state__in=["received", "proven"]), name="a_file_is_asked_for_once_a_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="released") | Q(proven_by__isnull=False, expires_on__isnull=False),
                name="a_file_is_released_to_somebody_proven",
            ),
            models.CheckConstraint(
                condition=Q(extended_on__isnull=True)
                | (~Q(why_extended="") & Q(extended_by__isnull=False, told_on__isnull=False)),
                name="an_answer_is_put_off_with_a_reason_that_was_told",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("access_request", args=[self.code])

    @property
    def is_open(self) -> bool:
        """Whether an answer is still owed."""
        return self.state in self.OPEN

    @property
    def unit_id(self) -> int:
        """The unit that keeps the person."""
        return self.person.unit_id


class Redaction(Row):
    """One thing in a file that may speak of somebody else, and what a worker decided about it, with the reason.

    `field` is empty where a whole record is about two people. `text_mark` tells whether it still says what was decided on.
    """

    class Choice(models.TextChoices):
        OPEN = "", _("not decided")
        RELEASE = "release", _("give it")
        BLACK_OUT = "black_out", _("black it out")
        WITHHOLD = "withhold", _("leave it out")

    sealed_for: ClassVar = "request__person"

    request = s1(models.ForeignKey(AccessRequest, models.PROTECT, related_name="+"))
    table = s1(models.CharField(max_length=60))
    row = s1(models.CharField(max_length=16))
    field = s1(models.CharField(max_length=60, blank=True))
    is_about_others = s1(models.BooleanField(default=False))
    text = s3(SealedTextField(blank=True))
    text_mark = s3(MarkField(of="text"))
    choice = s1(models.CharField(_("decision"), max_length=10, choices=Choice.choices, blank=True, default=""))
    reason = s3(SealedTextField(_("reason"), max_length=1000, blank=True))
    decided_by = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))

    class Meta:
        ordering = ("table", "row", "field")
        verbose_name = _("thing to look through")
        verbose_name_plural = _("things to look through")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["request", "table", "row", "field"], name="a_thing_is_looked_through_once"),
            models.CheckConstraint(
                condition=Q(choice="") | (~Q(reason="") & Q(decided_by__isnull=False)),
                name="a_redaction_has_a_reason_and_somebody_who_decided",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("decide_redaction", args=[self.code])

    def in_words(self) -> str:
        """What kind of record it stands in and which of its fields, such as “contact · what happened and what was said”."""
        try:
            kept = apps.get_model(self.table)._meta
            words = [kept.verbose_name, kept.get_field(self.field).verbose_name if self.field else ""]
        except (LookupError, ValueError, FieldDoesNotExist):
            words = [self.table, self.field]  # an older version called it so
        return " · ".join(str(word) for word in words if word)

    @property
    def unit_id(self) -> int:
        """The unit that keeps the person."""
        return self.request.person.unit_id
