"""An assessment of a child and the family, with one finding for each domain."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import User
from kinkeeper.cases.models import Case
from kinkeeper.keys.fields import SealedTextField
from kinkeeper.lib.packs import Pack
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s1, s2, s3


class Assessment(Row):
    """What was learned about a child and the family up to a day; `causes` are codes of the jurisdiction pack."""

    class Kind(models.TextChoices):
        INITIAL = "initial", _("first assessment")
        FULL = "full", _("full assessment")
        LATER = "later", _("later assessment")

    class Seen(models.TextChoices):
        ALONE = "alone", _("seen alone")
        WITH_OTHERS = "with_others", _("seen with others")
        NOT_SEEN = "not_seen", _("not seen")

    class ViewBy(models.TextChoices):
        TALK = "talk", _("in conversation")
        PLAY = "play", _("through play or drawing")
        OBSERVED = "observed", _("by observing a child who cannot speak yet")
        INTERPRETER = "interpreter", _("with an interpreter")
        TRUSTED = "trusted", _("through a person the child trusts")
        WRITING = "writing", _("in writing")

    class Risk(models.TextChoices):
        HIGH = "high", _("high")
        MEDIUM = "medium", _("medium")
        LOW = "low", _("low")

    sealed_for: ClassVar = "case__child"

    case = s1(models.ForeignKey(Case, models.PROTECT, related_name="+"))
    kind = s1(models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.FULL))
    assessed_on = s1(models.DateField(_("date")))
    seen = s1(models.CharField(_("the child was"), max_length=12, choices=Seen.choices))
    seen_on = s1(models.DateField(_("seen on"), null=True, blank=True))
    not_seen_reason = s3(SealedTextField(_("why not seen, or not alone"), blank=True))
    sources = s3(SealedTextField(_("whom and what was asked")))
    risks = s3(SealedTextField(_("risks")))
    strengths = s3(SealedTextField(_("strengths of the child")))
    family_strengths = s3(SealedTextField(_("strengths of the family")))
    causes = s3(models.JSONField(_("root causes"), default=list), coded="codes of the jurisdiction pack")
    risk = s2(models.CharField(_("risk"), max_length=10, choices=Risk.choices))
    child_view = s3(SealedTextField(_("what the child says and wishes"), blank=True))
    child_view_by = s1(
        models.CharField(_("how the view was learned"), max_length=20, choices=ViewBy.choices, blank=True)
    )
    no_view_reason = s3(SealedTextField(_("why there is no view of the child"), blank=True))
    income_covers_basics = s2(models.BooleanField(_("a regular income covers the basics"), null=True, blank=True))
    caregiver_able = s2(models.BooleanField(_("the carers at home can care for the child"), null=True, blank=True))
    conclusion = s3(SealedTextField(_("conclusion")))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-assessed_on", "-pk")
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        indexes: ClassVar = [models.Index(fields=["case", "-assessed_on"], name="assessments_of_a_case")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.assessed_on}"

    def get_absolute_url(self) -> str:
        return reverse("assessment", args=[self.code])

    @property
    def unit_id(self) -> int:
        return self.case.unit_id

    def poor_in(self, pack: Pack) -> list[str]:
        """The critical domains of the pack in which the child does poorly, or was not rated: that is not known to be well."""
        rated = {row.domain: row.rating for row in self.findings.all()}
        critical = [domain.code for domain in pack.domains.values() if domain.critical]
        return [code for code in critical if rated.get(code, Finding.POORLY) >= Finding.POORLY]


class Finding(Row):
    """How a child does in one domain: 1 very well, 2 well, 3 rather poor, 4 poor (1 and 2 count as doing well)."""

    class Rating(models.IntegerChoices):
        VERY_WELL = 1, _("very well")
        WELL = 2, _("well")
        RATHER_POOR = 3, _("rather poorly")
        POOR = 4, _("poorly")

    # From this rating on a child does poorly in a domain.
    POORLY: ClassVar[int] = Rating.RATHER_POOR

    sealed_for: ClassVar = "assessment__case__child"

    assessment = s1(models.ForeignKey(Assessment, models.CASCADE, related_name="findings"))
    domain = s1(models.CharField(_("domain"), max_length=20))
    rating = s2(models.PositiveSmallIntegerField(_("rating")))
    note = s3(SealedTextField(_("what was found"), blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["assessment", "domain"], name="a_domain_is_rated_once"),
            models.CheckConstraint(condition=Q(rating__gte=1, rating__lte=4), name="a_rating_is_one_to_four"),
        ]

    def __str__(self) -> str:
        return f"{self.domain} {self.rating}"

    @property
    def unit_id(self) -> int:
        return self.assessment.case.unit_id
