"""Plans with goals and actions in versions, reviews that judge them, and the child’s own wishes."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar, TypeAlias

from django.db import models
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import User
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Family
from kinkeeper.keys.fields import SealedTextField
from kinkeeper.lib.money import Money
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1, s2, s3
from kinkeeper.lib.steps import Steps
from kinkeeper.people.models import Person

# Plans, or single columns of them.
Plans: TypeAlias = "QuerySet[Plan, Any]"


class Plan(Row):
    """One version of a plan: of a child, of a young person, or of a family (then it holds for each child of the family).

    An approved plan is never changed: a new version takes its place, and the old one stays readable.
    """

    class Kind(models.TextChoices):
        CHILD = "child", _("plan of a child")
        FAMILY = "family", _("plan of a family")
        YOUTH = "youth", _("plan of a young person")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        APPROVED = "approved", _("in force")
        REPLACED = "replaced", _("replaced")
        DROPPED = "dropped", _("dropped")

    STEPS: ClassVar[Steps] = {
        State.DRAFT: frozenset({State.APPROVED, State.DROPPED}),
        State.APPROVED: frozenset({State.REPLACED}),
        State.REPLACED: frozenset(),
        State.DROPPED: frozenset(),
    }

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    kind = s1(models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.CHILD))
    # Few plans have a family: an index of every row would look useless to a database that counts, and be left aside.
    family = s1(models.ForeignKey(Family, models.PROTECT, null=True, blank=True, related_name="+", db_index=False))
    number = s1(models.PositiveSmallIntegerField(_("version"), default=1))
    state = s1(models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT))
    replaces = s1(models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+"))
    permanency = s2(models.CharField(_("lasting goal"), max_length=24, blank=True))
    about_me = s3(SealedTextField(_("about me, in the child’s own words"), blank=True))
    no_words_reason = s3(SealedTextField(_("why there are no words of the child"), max_length=300, blank=True))
    child_consulted = s2(models.CharField(_("how the child took part"), max_length=300, blank=True))
    parent_consulted = s2(models.CharField(_("how the parents took part, or why not"), max_length=300, blank=True))
    no_contact_reason = s3(SealedTextField(_("why no contact with the family is planned"), max_length=300, blank=True))
    copy_given_on = s1(models.DateField(_("copy given on"), null=True, blank=True))
    review_on = s1(models.DateField(_("to be reviewed on"), null=True, blank=True))
    drafted_on = s1(models.DateField(_("drafted on")))
    drafted_by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    approved_on = s1(models.DateField(_("approved on"), null=True, blank=True))
    approved_by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    replaced_on = s1(models.DateField(_("replaced on"), null=True, blank=True))

    class Meta:
        ordering = ("-drafted_on", "-pk")
        verbose_name = _("plan")
        verbose_name_plural = _("plans")
        indexes: ClassVar = [
            models.Index(fields=["case", "state"], name="plans_of_a_case"),
            models.Index(fields=["family"], condition=Q(family__isnull=False), name="plans_of_a_family"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="approved"), name="a_case_has_one_plan_in_force"
            ),
            models.UniqueConstraint(fields=["case"], condition=Q(state="draft"), name="a_case_has_one_draft_of_a_plan"),
            models.UniqueConstraint(
                fields=["family"],
                condition=Q(kind="family", state="approved"),
                name="a_family_has_one_plan_in_force",
            ),
            models.UniqueConstraint(
                fields=["family"], condition=Q(kind="family", state="draft"), name="a_family_has_one_draft_of_a_plan"
            ),
            models.CheckConstraint(
                condition=~Q(kind="family") | Q(family__isnull=False), name="a_plan_of_a_family_names_the_family"
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(approved_on__isnull=False, review_on__isnull=False),
                name="a_plan_in_force_has_its_days",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("plan", args=[self.code])

    @property
    def unit_id(self) -> int:
        return self.case.unit_id

    @staticmethod
    def made_for(rows: Plans, case: Any, family: Any, child: Any) -> tuple[Plans, ...]:
        """Of `rows` the plans made in a case, those of the family that it names, and those of the families its child is in.

        Three questions, each with an index of its own. Asked as one with OR, they make a database read every plan there is.
        """
        of_family = rows.filter(kind=Plan.Kind.FAMILY, family__isnull=False)
        of_the_child = of_family.filter(family__memberships__person=child, family__memberships__ends_on__isnull=True)
        return rows.filter(case=case), of_family.filter(family=family), of_the_child


class Goal(Row):
    """Something to be reached, first in the child’s own words, in one of the twelve domains."""

    class State(models.TextChoices):
        OPEN = "open", _("open")
        REACHED = "reached", _("reached")
        PARTLY = "partly", _("partly reached")
        DROPPED = "dropped", _("dropped")

    STEPS: ClassVar[Steps] = {
        State.OPEN: frozenset({State.REACHED, State.PARTLY, State.DROPPED}),
        State.PARTLY: frozenset({State.OPEN, State.REACHED, State.DROPPED}),
        State.REACHED: frozenset({State.OPEN}),
        State.DROPPED: frozenset({State.OPEN}),
    }

    sealed_for: ClassVar = "plan__case__child"

    plan = s1(models.ForeignKey(Plan, models.PROTECT, related_name="goals"))
    domain = s1(models.CharField(_("domain"), max_length=20))
    words = s3(SealedTextField(_("the goal in the child’s words")))
    statement = s3(SealedTextField(_("how we shall know that it is reached"), blank=True))
    baseline = s3(SealedTextField(_("how it is now"), blank=True))
    high_risk = s2(models.BooleanField(_("safety depends on it"), default=False))
    target_on = s1(models.DateField(_("to be reached by")))
    state = s1(models.CharField(_("state"), max_length=10, choices=State.choices, default=State.OPEN))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("goal")
        verbose_name_plural = _("goals")

    def __str__(self) -> str:
        return f"{self.plan_id} {self.domain}"

    @property
    def unit_id(self) -> int:
        return self.plan.case.unit_id


class GoalAction(Row):
    """A step towards a goal: what, who does it, until when, and what it costs (in the smallest unit of the currency)."""

    sealed_for: ClassVar = "goal__plan__case__child"

    goal = s1(models.ForeignKey(Goal, models.PROTECT, related_name="actions"))
    what = s3(SealedTextField(_("what is done"), max_length=300))
    owner = s2(models.CharField(_("who does it"), max_length=200))
    due_on = s1(models.DateField(_("until")))
    cost_minor = s1(models.BigIntegerField(_("cost"), null=True, blank=True))
    currency = s1(models.CharField(_("currency"), max_length=3, blank=True))
    done_on = s1(models.DateField(_("done on"), null=True, blank=True))

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("action")
        verbose_name_plural = _("actions")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(cost_minor__isnull=True) | (Q(cost_minor__gte=0) & ~Q(currency="")),
                name="a_cost_has_a_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.goal_id} {self.due_on}"

    @property
    def unit_id(self) -> int:
        return self.goal.plan.case.unit_id

    @property
    def cost(self) -> Money | None:
        """What it costs, None where nobody has said."""
        return None if self.cost_minor is None else Money(self.cost_minor, self.currency)


class PlannedContact(Row):
    """With whom of the family a child stays in contact, how, how often, and whether somebody watches over it."""

    class How(models.TextChoices):
        FACE = "face", _("meeting")
        PHONE = "phone", _("telephone")
        LETTER = "letter", _("letter")
        ONLINE = "online", _("video call or message")

    sealed_for: ClassVar = "plan__case__child"

    plan = s1(models.ForeignKey(Plan, models.PROTECT, related_name="contacts"))
    with_whom = s2(models.CharField(_("with whom"), max_length=200))
    person = s1(models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+"))
    how = s1(models.CharField(_("how"), max_length=10, choices=How.choices))
    often = s2(models.CharField(_("how often"), max_length=100))
    supervised = s2(models.BooleanField(_("supervised"), default=False))
    note = s3(SealedTextField(_("note"), max_length=300, blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("planned contact")
        verbose_name_plural = _("planned contacts")

    def __str__(self) -> str:
        return f"{self.plan_id} {self.how}"

    @property
    def unit_id(self) -> int:
        return self.plan.case.unit_id


class Review(Row):
    """A review of a child’s care and plan that was held on a day; `participation` is a code of the jurisdiction pack.

    While it is opened and not held yet, `held_on` is empty and the case is under review.
    """

    class Kind(models.TextChoices):
        SCHEDULED = "scheduled", _("scheduled")
        EARLY = "early", _("early")
        CHILD_ASKED = "child_asked", _("asked for by the child")

    class Outcome(models.TextChoices):
        CONTINUES = "continues", _("the plan goes on")
        CHANGE_PLAN = "change_plan", _("the plan changes")
        MOVE = "move", _("another form of care is recommended")
        CLOSE = "close", _("the work comes to its end")
        UNKNOWN = "", _("not recorded")

    sealed_for: ClassVar = "child"

    child = s1(models.ForeignKey(Person, models.PROTECT, related_name="+"))
    case = s1(models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+"))
    plan = s1(models.ForeignKey(Plan, models.PROTECT, null=True, blank=True, related_name="+"))
    kind = s1(models.CharField(_("kind"), max_length=12, choices=Kind.choices, default=Kind.SCHEDULED))
    opened_on = s1(models.DateField(_("opened on"), null=True, blank=True))
    due_on = s1(models.DateField(_("was due on"), null=True, blank=True))
    postponed_to = s1(models.DateField(_("postponed to"), null=True, blank=True))
    postponed_reason = s3(SealedTextField(_("why it was postponed"), max_length=300, blank=True))
    postponed_by_child = s2(models.BooleanField(_("the child asked for it"), default=False))
    held_on = s1(models.DateField(_("held on"), null=True, blank=True))
    chair = s2(models.CharField(_("chair"), max_length=200, blank=True))
    chaired_by = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    attendance = s2(models.TextField(_("who took part"), blank=True))
    participation = s2(models.CharField(_("how the child took part"), max_length=10, blank=True))
    child_words = s3(SealedTextField(_("what the child said"), blank=True))
    summary = s3(SealedTextField(_("what was decided"), blank=True))
    still_needed = s2(models.BooleanField(_("care is still needed"), null=True, blank=True))
    still_suits = s2(models.BooleanField(_("this form of care still suits the child"), null=True, blank=True))
    outcome = s1(models.CharField(_("outcome"), max_length=12, choices=Outcome.choices, default="", blank=True))
    next_on = s1(models.DateField(_("next review by"), null=True, blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-held_on", "-pk")
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["child", "held_on"], name="one_review_of_a_child_a_day"),
            models.UniqueConstraint(
                fields=["child"], condition=Q(held_on__isnull=True), name="one_review_of_a_child_is_open_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(held_on__isnull=True) | ~Q(participation=""),
                name="a_held_review_says_how_the_child_took_part",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on}"

    def get_absolute_url(self) -> str:
        return reverse("review", args=[self.code])

    @property
    def unit_id(self) -> int:
        return self.child.unit_id

    @property
    def meets_on(self) -> date | None:
        """The day it is expected: the day it was postponed to, else the day it is due."""
        return self.postponed_to or self.due_on

    @property
    def in_time(self) -> bool | None:
        """Whether it was held in time; a postponed one is late unless the child asked for it. None: not known."""
        if self.held_on is None or self.due_on is None:
            return None
        last = self.postponed_to if self.postponed_by_child and self.postponed_to else self.due_on
        return self.held_on <= max(last, self.due_on)


class Progress(Row):
    """How far a goal had come at a review: −2 much worse … +2 much better."""

    sealed_for: ClassVar = "review__child"

    review = s1(models.ForeignKey(Review, models.PROTECT, related_name="progress"))
    goal = s1(models.ForeignKey(Goal, models.PROTECT, related_name="+"))
    rating = s2(models.SmallIntegerField(_("progress")))
    note = s3(SealedTextField(_("what was seen"), blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("progress of a goal")
        verbose_name_plural = _("progress of goals")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["review", "goal"], name="a_goal_is_judged_once_in_a_review"),
            models.CheckConstraint(condition=Q(rating__gte=-2, rating__lte=2), name="progress_is_between_two_and_two"),
        ]

    def __str__(self) -> str:
        return f"{self.goal_id} {self.rating}"

    @property
    def unit_id(self) -> int:
        return self.review.child.unit_id


class Wish(Row):
    """A wish of the child at a review, and the answer, with its reason where it was not granted."""

    class Answer(models.TextChoices):
        GRANTED = "granted", _("yes")
        REFUSED = "refused", _("no")
        LATER = "later", _("not yet")

    sealed_for: ClassVar = "review__child"

    review = s1(models.ForeignKey(Review, models.PROTECT, related_name="wishes"))
    words = s3(SealedTextField(_("the wish in the child’s words")))
    answer = s2(models.CharField(_("answer"), max_length=10, choices=Answer.choices))
    reason = s3(SealedTextField(_("reason"), blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("wish of a child")
        verbose_name_plural = _("wishes of children")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(answer="granted") | ~Q(reason=""), name="a_wish_is_not_refused_without_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.review_id}"

    @property
    def unit_id(self) -> int:
        return self.review.child.unit_id
