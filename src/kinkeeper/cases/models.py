"""A case, the workers it was assigned to, and the contacts with the child and the family."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import BooleanField, F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit, User
from kinkeeper.families.models import Family
from kinkeeper.keys.fields import SealedTextField
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import Compartment, s1, s2, s3
from kinkeeper.lib.steps import Steps
from kinkeeper.people.models import Person


class Case(Row):
    """Our responsibility for one child, from the day it began; one child may have several in a lifetime, one at a time.

    The state is the step of the journey; the case runs (somebody is responsible) as long as it has no `closed_on`.
    """

    class State(models.TextChoices):
        INTAKE = "intake", _("intake")
        ASSESSMENT = "assessment", _("assessment")
        BEST_INTEREST = "best_interest", _("best interests")
        GATEKEEPING = "gatekeeping", _("gatekeeping")
        PLANNING = "planning", _("planning")
        ACTIVE = "active", _("active")
        REVIEW = "review", _("under review")
        TRANSFER_PENDING = "transfer_pending", _("transfer offered")
        CLOSING = "closing", _("closing")
        AFTERCARE = "aftercare", _("after-care")
        CLOSED = "closed", _("closed")
        DUPLICATE = "duplicate", _("duplicate")
        DECEASED = "deceased", _("died")

    class Kind(models.TextChoices):
        CARE = "care", _("alternative care")
        FAMILY_STRENGTHENING = "family_strengthening", _("family strengthening")
        YOUTH = "youth", _("support of a young person")

    class Risk(models.TextChoices):
        HIGH = "high", _("high")
        MEDIUM = "medium", _("medium")
        LOW = "low", _("low")
        UNKNOWN = "", _("not assessed")

    class CloseReason(models.TextChoices):
        REACHED = "reached", _("what was agreed has been reached")
        OF_AGE = "of_age", _("came of age")
        MOVED = "moved", _("moved away")
        PASSED_ON = "passed_on", _("passed on to another service")
        WITHDREW = "withdrew", _("the family withdrew")
        LOST = "lost", _("contact was lost")
        DIED = "died", _("died")
        MISTAKE = "mistake", _("opened by mistake")
        DUPLICATE = "duplicate", _("the child has another record")
        NO_SERVICE = "no_service", _("no service is needed")
        REUNIFIED = "reunified", _("returned to the parents")
        KIN = "kin", _("lives with relatives under an order")
        ADOPTED = "adopted", _("adopted")
        KAFALAH = "kafalah", _("kafalah")
        INDEPENDENT = "independent", _("lives independently")
        ADULT_SERVICES = "adult_services", _("passed on to services for adults")
        SELF_RELIANT = "self_reliant", _("the family stands on its own feet")
        ENOUGH = "enough", _("the young person wants no more contact")

    # Where a case may go from each step. Death and a second record of the same child may end it at any of them.
    _ENDS: ClassVar[frozenset[str]] = frozenset({State.DECEASED, State.DUPLICATE})
    STEPS: ClassVar[Steps] = {
        State.INTAKE: _ENDS | {State.ASSESSMENT, State.CLOSED},
        State.ASSESSMENT: _ENDS | {State.BEST_INTEREST, State.CLOSED},
        State.BEST_INTEREST: _ENDS | {State.GATEKEEPING, State.CLOSED},
        State.GATEKEEPING: _ENDS | {State.PLANNING, State.CLOSING, State.CLOSED},
        State.PLANNING: _ENDS | {State.ACTIVE, State.CLOSED},
        State.ACTIVE: _ENDS | {State.REVIEW, State.TRANSFER_PENDING, State.AFTERCARE},
        State.REVIEW: _ENDS
        | {State.ACTIVE, State.PLANNING, State.BEST_INTEREST, State.TRANSFER_PENDING, State.CLOSING, State.AFTERCARE},
        State.TRANSFER_PENDING: _ENDS | {State.ACTIVE, State.CLOSED},
        State.CLOSING: _ENDS | {State.ACTIVE, State.AFTERCARE, State.CLOSED},
        State.AFTERCARE: _ENDS | {State.CLOSED},
        State.CLOSED: frozenset({State.ASSESSMENT, State.AFTERCARE, State.DECEASED, State.DUPLICATE}),
        State.DUPLICATE: frozenset(),
        State.DECEASED: frozenset(),
    }
    OVER: ClassVar[frozenset[str]] = frozenset({State.CLOSED, State.DUPLICATE, State.DECEASED})
    # Before a plan is in force a case may end without a closing of its own: nothing has begun that must be undone.
    EARLY: ClassVar[frozenset[str]] = frozenset(
        {State.INTAKE, State.ASSESSMENT, State.BEST_INTEREST, State.GATEKEEPING, State.PLANNING}
    )
    # The steps in which a plan is carried out and a child may be placed.
    AT_WORK: ClassVar[frozenset[str]] = frozenset({State.ACTIVE, State.REVIEW})

    child = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    family = s1(models.ForeignKey(Family, models.PROTECT, null=True, blank=True, related_name="+"))
    unit = s1(models.ForeignKey(Unit, models.PROTECT, related_name="+"))
    worker = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    kind = s1(models.CharField(_("kind"), max_length=30, choices=Kind.choices, default=Kind.CARE))
    state = s1(models.CharField(_("state"), max_length=20, choices=State.choices, default=State.INTAKE))
    risk = s2(models.CharField(_("risk"), max_length=10, choices=Risk.choices, default="", blank=True))
    opened_on = s1(models.DateField(_("opened on")))
    closed_on = s1(models.DateField(_("closed on"), null=True, blank=True))
    close_reason = s2(models.CharField(_("reason for closing"), max_length=40, blank=True))
    surviving = s1(models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+"))

    class Meta:
        ordering = ("-opened_on", "-pk")
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["child"], condition=Q(closed_on__isnull=True), name="a_child_has_one_running_case"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["closed", "duplicate", "deceased"], closed_on__isnull=False)
                | (~Q(state__in=["closed", "duplicate", "deceased"]) & Q(closed_on__isnull=True)),
                name="a_case_that_is_over_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(surviving__isnull=True) | Q(state="duplicate"), name="only_a_duplicate_names_another_case"
            ),
        ]
        indexes: ClassVar = [
            # With unit and child, because every question of a caseworker about people asks for all four.
            models.Index(fields=["worker", "closed_on", "unit", "child"], name="cases_of_a_worker"),
            models.Index(fields=["unit", "closed_on"], name="cases_of_a_unit"),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("case", args=[self.code])

    @property
    def close_words(self) -> str:
        """Why the case was closed, in words; a reason that another system wrote stands as it is."""
        return str(dict(self.CloseReason.choices).get(self.close_reason, self.close_reason))

    @property
    def is_running(self) -> bool:
        """Whether somebody is responsible: every step but the last ones."""
        return self.closed_on is None


class Assignment(Row):
    """A worker is responsible for a case from a day until a day; history stays.

    `worker_reference` names a worker of another system, where an imported history knows one that has no account here.
    """

    case = s1(models.ForeignKey(Case, models.CASCADE, related_name="assignments"))
    worker = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    worker_reference = s1(models.CharField(max_length=40, blank=True))
    starts_on = s1(models.DateField(_("from")))
    ends_on = s1(models.DateField(_("until"), null=True, blank=True))
    reason = s1(models.CharField(_("reason for the change"), max_length=20, blank=True))

    class Meta:
        ordering = ("starts_on", "pk")
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(ends_on__isnull=True), name="a_case_has_one_worker_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="an_assignment_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.starts_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class Contact(Row):
    """A visit, a call or another meeting: when, who was there, was the child seen, and what was said."""

    class Kind(models.TextChoices):
        VISIT = "visit", _("visit")
        CALL = "call", _("telephone call")
        MEETING = "meeting", _("meeting")
        MESSAGE = "message", _("message")

    class Purpose(models.TextChoices):
        ROUTINE = "", _("regular")
        FIRST = "first", _("first contact after a referral")
        UNANNOUNCED = "unannounced", _("unannounced")

    class Seen(models.TextChoices):
        ALONE = "alone", _("seen alone")
        WITH_OTHERS = "with_others", _("seen with others")
        NOT_SEEN = "not_seen", _("not seen")

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="contacts"))
    kind = s1(models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.VISIT))
    happened_on = s1(models.DateField(_("date")))
    seen = s1(models.CharField(_("the child was"), max_length=12, choices=Seen.choices))
    purpose = s1(models.CharField(_("purpose"), max_length=12, choices=Purpose.choices, default="", blank=True))
    place = s3(SealedTextField(_("place"), max_length=200, blank=True), Compartment.ADDRESS)
    present = s2(models.CharField(_("who was present"), max_length=300, blank=True))
    note = s3(SealedTextField(_("what happened and what was said"), blank=True))
    child_said = s3(SealedTextField(_("in the child’s own words"), blank=True))
    home_conditions = s3(SealedTextField(_("how the home is"), blank=True))
    carer_needs = s3(SealedTextField(_("what the carers need"), blank=True))
    next_steps = s3(SealedTextField(_("what follows"), blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    recorded_at = s1(models.DateTimeField(default=timezone.now, editable=False))

    class Meta:
        ordering = ("-happened_on", "-pk")
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes: ClassVar = [models.Index(fields=["case", "kind", "-happened_on"], name="contacts_of_a_case")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class Conference(Row):
    """People from several places sat together about a case: who, what was discussed, what was agreed."""

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    held_on = s1(models.DateField(_("held on")))
    present = s2(models.TextField(_("who was present")))
    child_present = s2(models.BooleanField(_("the child was present"), default=False))
    discussed = s3(SealedTextField(_("what was discussed")))
    agreed = s3(SealedTextField(_("what was agreed, who does it and until when")))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-held_on", "-pk")
        verbose_name = _("case conference")
        verbose_name_plural = _("case conferences")

    def __str__(self) -> str:
        return f"{self.case_id} {self.held_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class Task(Row):
    """Something to be done in a case by somebody until a day."""

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    title = s3(SealedTextField(_("what is to be done"), max_length=300))
    due_on = s1(models.DateField(_("until")))
    owner = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    done_on = s1(models.DateField(_("done on"), null=True, blank=True))
    dropped_on = s1(models.DateField(_("dropped on"), null=True, blank=True))
    outcome = s3(SealedTextField(_("what came of it"), max_length=300, blank=True))

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("task")
        verbose_name_plural = _("tasks")
        indexes: ClassVar = [models.Index(fields=["case", "done_on", "due_on"], name="tasks_of_a_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.due_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class Tracing(Row):
    """We look for the parents or relatives of a child, from a day until it is ended with what was found."""

    class Outcome(models.TextChoices):
        FOUND = "found", _("found")
        EXHAUSTED = "exhausted", _("every way was tried, nobody was found")
        STOPPED = "stopped", _("stopped at the child’s wish")

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    looks_for = s3(SealedTextField(_("who is looked for"), max_length=300))
    opened_on = s1(models.DateField(_("since")))
    ended_on = s1(models.DateField(_("ended on"), null=True, blank=True))
    outcome = s2(models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, blank=True))

    class Meta:
        ordering = ("-opened_on", "-pk")
        verbose_name = _("tracing")
        verbose_name_plural = _("tracings")

    def __str__(self) -> str:
        return f"{self.case_id} {self.opened_on}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class Death(Row):
    """A child whose case is with us has died: when, who was told, and what is looked into."""

    class Cause(models.TextChoices):
        ILLNESS = "illness", _("illness")
        ACCIDENT = "accident", _("accident")
        VIOLENCE = "violence", _("violence")
        SUICIDE = "suicide", _("suicide")
        UNKNOWN = "unknown", _("not known yet")

    sealed_for: ClassVar = "case__child"

    case = s1(models.OneToOneField(Case, models.PROTECT, related_name="+"))
    died_on = s2(models.DateField(_("died on")))
    cause = s3(models.CharField(_("cause"), max_length=12, choices=Cause.choices))
    told = s3(SealedTextField(_("who was told, when and by whom")))
    investigation = s3(SealedTextField(_("investigation that was opened")))
    support = s3(SealedTextField(_("support for family, siblings and colleagues"), blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        verbose_name = _("death of a child")
        verbose_name_plural = _("deaths of children")

    def __str__(self) -> str:
        return f"{self.case_id}"

    @property
    def unit_id(self) -> int:
        return self.case.unit_id


class HasCase(Func):
    """Whether a person has or had a case, wherever it lies: a question behind the second wall would miss those out of sight."""

    output_field = BooleanField()
    template = 'EXISTS(SELECT 1 FROM "cases_case" WHERE "child_id" = %(expressions)s)'

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        """The function of the wall that sees every case."""
        seeing = "EXISTS(SELECT 1 FROM kinkeeper_by_cases_case_child(%(expressions)s))"
        return self.as_sql(compiler, connection, template=seeing)
