"""A family is a kin network; a household is who eats and sleeps together now; kinship is a dated tie of two people."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit
from kinkeeper.keys.fields import SealedTextField
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import Compartment, s1, s2, s3
from kinkeeper.people.models import Person


class Family(Row):
    """A kin network that we accompany, whoever of it lives together."""

    unit = s1(models.ForeignKey(Unit, models.PROTECT, related_name="+"))
    name = s2(models.CharField(_("name of the family"), max_length=200))

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("family")
        verbose_name_plural = _("families")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("family", args=[self.code])


class Membership(Row):
    """A person belongs to a family from a day and until a day."""

    family = s1(models.ForeignKey(Family, models.CASCADE, related_name="memberships"))
    person = s1(models.ForeignKey(Person, models.CASCADE, related_name="+"))
    starts_on = s2(models.DateField(_("from"), null=True, blank=True))
    ends_on = s2(models.DateField(_("until"), null=True, blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("member of a family")
        verbose_name_plural = _("members of families")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["family", "person"], condition=Q(ends_on__isnull=True), name="a_person_is_in_a_family_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.family_id}·{self.person_id}"

    @property
    def unit_id(self) -> int:
        """The unit that keeps this record."""
        return self.family.unit_id


class Household(Row):
    """People who eat and sleep together; its address is known to few."""

    sealed_for: ClassVar = "self"

    family = s1(models.ForeignKey(Family, models.CASCADE, related_name="households"))
    name = s2(models.CharField(_("name"), max_length=200))
    address = s3(SealedTextField(_("address"), blank=True), Compartment.ADDRESS)
    postcode = s3(SealedTextField(_("postcode"), max_length=12, blank=True), Compartment.ADDRESS)

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("household")
        verbose_name_plural = _("households")

    def __str__(self) -> str:
        return self.name

    @property
    def unit_id(self) -> int:
        """The unit that keeps this record."""
        return self.family.unit_id


class HouseholdMember(Row):
    """A person lives in a household from a day and until a day."""

    household = s1(models.ForeignKey(Household, models.CASCADE, related_name="members"))
    person = s1(models.ForeignKey(Person, models.CASCADE, related_name="+"))
    starts_on = s2(models.DateField(_("from"), null=True, blank=True))
    ends_on = s2(models.DateField(_("until"), null=True, blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("member of a household")
        verbose_name_plural = _("members of households")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="a_household_stay_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household_id}·{self.person_id}"

    @property
    def unit_id(self) -> int:
        """The unit that keeps this record."""
        return self.household.family.unit_id


class Kinship(Row):
    """A tie from `person` to `relative`, written once: “`person` is the `kind` of `relative`”. The inverse is derived.

    Directed kinds are written from the elder side (parent, grandparent, guardian …); sibling and partner ties are
    written from the person with the lower key, so that the same tie cannot be stored twice.
    """

    class Kind(models.TextChoices):
        PARENT = "parent", _("parent")
        STEP_PARENT = "step_parent", _("step-parent")
        ADOPTIVE_PARENT = "adoptive_parent", _("adoptive parent")
        FOSTER_PARENT = "foster_parent", _("foster parent")
        GUARDIAN = "guardian", _("guardian")
        GRANDPARENT = "grandparent", _("grandparent")
        AUNT_OR_UNCLE = "aunt_or_uncle", _("aunt or uncle")
        GODPARENT = "godparent", _("godparent")
        SIBLING = "sibling", _("brother or sister")
        HALF_SIBLING = "half_sibling", _("half-brother or half-sister")
        RAISED_AS_SIBLING = "raised_as_sibling", _("raised as brother or sister")
        COUSIN = "cousin", _("cousin")
        PARTNER = "partner", _("partner")

    class Inverse(models.TextChoices):
        CHILD = "child", _("child")
        STEP_CHILD = "step_child", _("stepchild")
        ADOPTED_CHILD = "adopted_child", _("adopted child")
        FOSTER_CHILD = "foster_child", _("foster child")
        WARD = "ward", _("ward")
        GRANDCHILD = "grandchild", _("grandchild")
        NIECE_OR_NEPHEW = "niece_or_nephew", _("niece or nephew")
        GODCHILD = "godchild", _("godchild")

    INVERSES: ClassVar[dict[str, str]] = {
        Kind.PARENT: Inverse.CHILD,
        Kind.STEP_PARENT: Inverse.STEP_CHILD,
        Kind.ADOPTIVE_PARENT: Inverse.ADOPTED_CHILD,
        Kind.FOSTER_PARENT: Inverse.FOSTER_CHILD,
        Kind.GUARDIAN: Inverse.WARD,
        Kind.GRANDPARENT: Inverse.GRANDCHILD,
        Kind.AUNT_OR_UNCLE: Inverse.NIECE_OR_NEPHEW,
        Kind.GODPARENT: Inverse.GODCHILD,
    }
    SYMMETRIC: ClassVar[frozenset[str]] = frozenset(
        {Kind.SIBLING, Kind.HALF_SIBLING, Kind.RAISED_AS_SIBLING, Kind.COUSIN, Kind.PARTNER}
    )
    SIBLINGS: ClassVar[frozenset[str]] = frozenset({Kind.SIBLING, Kind.HALF_SIBLING, Kind.RAISED_AS_SIBLING})
    PARENTS: ClassVar[frozenset[str]] = frozenset({Kind.PARENT, Kind.ADOPTIVE_PARENT})

    class Contact(models.TextChoices):
        FREE = "free", _("free contact")
        SUPERVISED = "supervised", _("supervised contact")
        NONE = "none", _("no contact allowed")
        UNKNOWN = "", _("not decided")

    sealed_for: ClassVar = "relative"

    person = s1(models.ForeignKey(Person, models.CASCADE, related_name="+"))
    kind = s2(models.CharField(_("is the"), max_length=20, choices=Kind.choices))
    relative = s1(models.ForeignKey(Person, models.CASCADE, related_name="+"))
    starts_on = s2(models.DateField(_("from"), null=True, blank=True))
    ends_on = s2(models.DateField(_("until"), null=True, blank=True))
    legally_responsible = s2(models.BooleanField(_("has legal responsibility"), default=False))
    responsible_until = s2(models.DateField(_("had legal responsibility until"), null=True, blank=True))
    contact = s3(models.CharField(_("contact"), max_length=12, choices=Contact.choices, default="", blank=True))
    court_ref = s3(SealedTextField(_("court decision on contact"), max_length=120, blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("kinship")
        verbose_name_plural = _("kinship ties")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["person", "relative", "kind"], condition=Q(ends_on__isnull=True), name="a_tie_is_written_once"
            ),
            models.CheckConstraint(condition=~Q(person=F("relative")), name="nobody_is_kin_to_themselves"),
            models.CheckConstraint(
                condition=~Q(kind__in=["sibling", "half_sibling", "raised_as_sibling", "cousin", "partner"])
                | Q(person__lt=F("relative")),
                name="an_equal_tie_is_written_from_the_lower_key",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind} {self.relative_id}"

    @property
    def unit_id(self) -> int:
        """The unit that keeps this record."""
        return self.person.unit_id

    @staticmethod
    def responsible_on(day: date) -> Q:
        """The condition for ties whose `person` has legal responsibility for the `relative` on a day."""
        begun = Q(starts_on__isnull=True) | Q(starts_on__lte=day)
        lasts = Q(ends_on__isnull=True) | Q(ends_on__gt=day)
        held = Q(responsible_until__isnull=True) | Q(responsible_until__gt=day)
        return Q(legally_responsible=True, kind__in=list(Kinship.INVERSES)) & begun & lasts & held

    def is_responsible_on(self, day: date) -> bool:
        """Whether this tie carries legal responsibility on a day."""
        begun = self.starts_on is None or self.starts_on <= day
        lasts = all(end is None or end > day for end in (self.ends_on, self.responsible_until))
        return self.legally_responsible and self.kind in self.INVERSES and begun and lasts


class Support(Row):
    """Somebody who matters to a child, kin or not: how close they are, what they help with, from a day until a day.

    `strength` runs from −2 (in conflict) to +2 (very close). `trusted` says that the child chose this person to turn to.
    """

    class Kind(models.TextChoices):
        FAMILY = "family", _("family")
        FRIEND = "friend", _("friend")
        NEIGHBOUR = "neighbour", _("neighbour")
        SCHOOL = "school", _("school")
        PROFESSIONAL = "professional", _("professional")
        FAITH = "faith", _("community of faith")
        OTHER = "other", _("somebody else")

    class Strength(models.IntegerChoices):
        VERY_CLOSE = 2, _("very close")
        CLOSE = 1, _("close")
        DISTANT = 0, _("distant")
        TENSE = -1, _("tense")
        IN_CONFLICT = -2, _("in conflict")

    sealed_for: ClassVar = "child"

    child = s1(models.ForeignKey(Person, models.CASCADE, related_name="+"))
    person = s1(models.ForeignKey(Person, models.CASCADE, null=True, blank=True, related_name="+"))
    name = s2(models.CharField(_("name"), max_length=200, blank=True))
    relation = s2(models.CharField(_("who this is to the child"), max_length=120, blank=True))
    kind = s2(models.CharField(_("kind"), max_length=12, choices=Kind.choices))
    strength = s3(models.SmallIntegerField(_("how close"), choices=Strength.choices, default=Strength.DISTANT))
    trusted = s2(models.BooleanField(_("chosen by the child as a trusted person"), default=False))
    helps_with = s3(SealedTextField(_("helps with"), blank=True))
    starts_on = s2(models.DateField(_("from"), null=True, blank=True))
    ends_on = s2(models.DateField(_("until"), null=True, blank=True))

    class Meta:
        ordering = ("-strength", "pk")
        verbose_name = _("person who matters")
        verbose_name_plural = _("people who matter")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(person__isnull=True) & ~Q(name="") | Q(person__isnull=False, name=""),
                name="who_matters_is_a_record_or_a_name",
            ),
            models.CheckConstraint(condition=~Q(child=F("person")), name="nobody_is_their_own_support"),
            models.CheckConstraint(condition=Q(strength__range=(-2, 2)), name="closeness_runs_from_two_below_to_two"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="a_support_ends_after_it_begins",
            ),
            models.UniqueConstraint(
                fields=["child", "person"], condition=Q(ends_on__isnull=True), name="a_person_supports_a_child_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.child_id}·{self.person_id}"

    @property
    def unit_id(self) -> int:
        """The unit that keeps the child."""
        return self.child.unit_id
