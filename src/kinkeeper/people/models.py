"""A person and what is known of them, each fact dated; one person, many roles in a lifetime."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import Unit, User
from kinkeeper.files.models import StoredFile
from kinkeeper.keys.fields import MarkField, SealedTextField
from kinkeeper.lib.ages import PartialDate, age_on
from kinkeeper.lib.languages import language_name
from kinkeeper.lib.names import display_name, fold
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import Compartment, s1, s2, s3


class Sex(models.TextChoices):
    """Sex as recorded at registration."""

    FEMALE = "F", _("female")
    MALE = "M", _("male")
    OTHER = "X", _("other or indeterminate")
    UNKNOWN = "U", _("unknown")


class BirthBy(models.TextChoices):
    """How the date of birth is known; an estimated age names its method."""

    DOCUMENT = "document", _("document")
    PARENT = "parent", _("told by a parent or relative")
    SELF = "self", _("told by the person")
    MEDICAL = "medical", _("medical examination")
    VISUAL = "visual", _("estimated by sight")
    UNKNOWN = "", _("not recorded")


# The religion of somebody who prefers not to say which: known to be asked, and not to be asked again.
UNDISCLOSED = "undisclosed"


class Person(Row):
    """Anyone who matters in care work: a child, a parent, a carer. Kept by one unit at a time.

    `name` and `sort_name` repeat the name in use, so that lists need no join. `birth` is a partial date as written
    (`2014`, `2014-05`, `~2014-05-17`), `born_from` its earliest day.
    """

    sealed_for: ClassVar = "self"

    unit = s1(models.ForeignKey(Unit, models.PROTECT, related_name="+"))
    name = s2(models.CharField(_("name"), max_length=200))
    sort_name = s2(models.CharField(max_length=200, db_index=True, editable=False))
    birth = s2(models.CharField(_("date of birth"), max_length=12, blank=True))
    born_from = s2(models.DateField(null=True, blank=True, editable=False, db_index=True))
    birth_by = s2(
        models.CharField(_("how the birth is known"), max_length=12, choices=BirthBy.choices, default="", blank=True)
    )
    sex = s2(models.CharField(_("sex"), max_length=1, choices=Sex.choices, default=Sex.UNKNOWN))
    died_on = s2(models.DateField(_("date of death"), null=True, blank=True))
    ethnicity = s3(
        models.CharField(_("ethnic origin"), max_length=10, blank=True), coded="a code of the authority’s list"
    )
    religion = s3(SealedTextField(_("religion"), max_length=100, blank=True))
    practice = s3(SealedTextField(_("wishes about practice, customs and holidays"), max_length=300, blank=True))
    diet = s3(SealedTextField(_("diet"), max_length=100, blank=True))
    photo = s2(models.ForeignKey(StoredFile, models.PROTECT, null=True, blank=True, related_name="+"))
    is_invented = s1(models.BooleanField(default=False, editable=False))

    class Meta:
        ordering = ("sort_name", "pk")
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes: ClassVar = [models.Index(fields=["unit", "sort_name"], name="people_of_a_unit_by_name")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.code])

    @property
    def born(self) -> PartialDate | None:
        """The date of birth as far as it is known."""
        return PartialDate.parse(self.birth) if self.birth else None

    @property
    def religion_in_words(self) -> str:
        """The religion as the person says it, or that they prefer not to say."""
        return gettext("prefers not to say") if self.religion == UNDISCLOSED else self.religion

    def age(self, on: date) -> int | None:
        """Completed years on a day, counted from the earliest possible day of birth; None where it is unknown."""
        return age_on(self.born_from, self.died_on or on) if self.born_from else None


class Name(Row):
    """One name of a person: as born, in law, in use or in another script, from a day and until a day."""

    class Use(models.TextChoices):
        USED = "used", _("name in use")
        LEGAL = "legal", _("legal name")
        BIRTH = "birth", _("name at birth")
        ALIAS = "alias", _("also known as")

    person = s1(models.ForeignKey(Person, models.CASCADE, related_name="names"))
    use = s1(models.CharField(_("use"), max_length=10, choices=Use.choices, default=Use.USED))
    given = s2(models.CharField(_("given name"), max_length=100, blank=True))
    middle = s2(models.CharField(_("middle name or patronymic"), max_length=100, blank=True))
    family = s2(models.CharField(_("family name"), max_length=100, blank=True))
    script = s1(models.CharField(_("script"), max_length=4, default="Latn"))
    starts_on = s2(models.DateField(_("from"), null=True, blank=True))
    ends_on = s2(models.DateField(_("until"), null=True, blank=True))

    class Meta:
        ordering = ("pk",)
        verbose_name = _("name")
        verbose_name_plural = _("names")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(given="", family=""), name="a_name_is_not_empty"),
            models.CheckConstraint(
                condition=Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="a_name_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return display_name(self.given, self.middle, self.family)

    @property
    def sort_name(self) -> str:
        """The name as lists are sorted by it: the family name first, without case and accents."""
        return fold(f"{self.family} {self.given} {self.middle}")

    def holds_on(self, day: date) -> bool:
        """Whether the person bears this name on a day."""
        return self.ends_on is None or self.ends_on > day

    @property
    def unit_id(self) -> int:
        """The unit that keeps the person."""
        return self.person.unit_id


class NameKey(models.Model):
    """An entry of the index that finds people by name across scripts and misspellings (`lib/names.py`)."""

    person = s1(models.ForeignKey(Person, models.CASCADE, related_name="+"))
    key = s2(models.CharField(max_length=40))
    without_history = "It is derived from the name, whose own history is kept."

    class Meta:
        verbose_name = _("search key of a name")
        verbose_name_plural = _("search keys of names")
        indexes: ClassVar = [models.Index(fields=["key", "person"], name="people_by_name_key")]

    def __str__(self) -> str:
        return self.key

    @property
    def unit_id(self) -> int:
        """The unit that keeps the person."""
        return self.person.unit_id


class Identifier(Row):
    """A number by which an authority or another system knows a person, and between which days it held.

    `scheme` is one of `Scheme`, or the name of another system whose numbers were brought in.
    """

    class Scheme(models.TextChoices):
        NATIONAL = "national", _("national identity number")
        PASSPORT = "passport", _("passport")
        BIRTH_CERTIFICATE = "birth_certificate", _("birth certificate")
        RESIDENCE = "residence", _("residence permit")
        SCHOOL = "school", _("school number")
        UNHCR = "unhcr", _("UNHCR number")
        OTHER = "other", _("other number")

    sealed_for: ClassVar = "person"

    person = s1(models.ForeignKey(Person, models.CASCADE, related_name="identifiers"))
    scheme = s1(models.CharField(_("kind of number"), max_length=40))
    value = s3(SealedTextField(_("number"), max_length=80))
    value_mark = s3(MarkField(of="value"))
    starts_on = s1(models.DateField(_("from"), null=True, blank=True))
    ends_on = s1(models.DateField(_("until"), null=True, blank=True))

    class Meta:
        ordering = ("scheme", "starts_on", "pk")
        verbose_name = _("identity number")
        verbose_name_plural = _("identity numbers")
        indexes: ClassVar = [models.Index(fields=["value_mark", "scheme"], name="people_by_identity_number")]

    def __str__(self) -> str:
        return f"{self.scheme} {self.value}"

    @property
    def kind(self) -> str:
        """The kind of number in words."""
        return str(dict(self.Scheme.choices).get(self.scheme, self.scheme))

    @property
    def unit_id(self) -> int:
        """The unit that keeps the person."""
        return self.person.unit_id


class SpokenLanguage(Row):
    """A language of a person, as a BCP 47 tag such as uz or uz-Latn, and whether an interpreter is needed."""

    person = s1(models.ForeignKey(Person, models.CASCADE, related_name="languages"))
    tag = s2(models.CharField(_("language"), max_length=20))
    mother_tongue = s2(models.BooleanField(_("mother tongue"), default=False))
    needs_interpreter = s2(models.BooleanField(_("needs an interpreter"), default=False))

    class Meta:
        ordering = ("-mother_tongue", "tag")
        verbose_name = _("language")
        verbose_name_plural = _("languages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "tag"], name="a_language_is_named_once"),
        ]

    def __str__(self) -> str:
        return language_name(self.tag)

    @property
    def unit_id(self) -> int:
        """The unit that keeps the person."""
        return self.person.unit_id


class LegalStatus(Row):
    """Under which law a child is cared for, from a day until the next status begins or this one ends.

    `status` is a code of the jurisdiction pack, which says what it means in neutral terms.
    """

    sealed_for: ClassVar = "person"

    person = s1(models.ForeignKey(Person, models.CASCADE, related_name="legal_statuses"))
    status = s3(models.CharField(_("legal status"), max_length=20), coded="a code of the jurisdiction pack")
    starts_on = s2(models.DateField(_("from")))
    ends_on = s2(models.DateField(_("until"), null=True, blank=True))
    authority = s3(SealedTextField(_("authority"), max_length=200, blank=True))
    order_number = s3(SealedTextField(_("number of the order"), max_length=80, blank=True))
    appeal_until = s2(models.DateField(_("appeal possible until"), null=True, blank=True))

    class Meta:
        ordering = ("starts_on", "pk")
        verbose_name = _("legal status")
        verbose_name_plural = _("legal statuses")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "starts_on"], name="one_legal_status_begins_a_day"),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                name="a_legal_status_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.status

    @property
    def unit_id(self) -> int:
        """The unit that keeps the person."""
        return self.person.unit_id


class Document(Row):
    """A paper or picture about a person; whoever sees the person’s special facts may open it."""

    class Kind(models.TextChoices):
        BIRTH_CERTIFICATE = "birth_certificate", _("Birth certificate")
        IDENTITY = "identity", _("Passport or identity card")
        COURT_DECISION = "court_decision", _("Court or authority decision")
        GUARDIANSHIP = "guardianship", _("Guardianship act")
        SCHOOL = "school", _("School report")
        HEALTH = "health", _("Health record")
        PHOTO = "photo", _("Photo")
        LETTER = "letter", _("Letter")
        OTHER = "other", _("Other")

    sealed_for: ClassVar = "person"

    person = s1(models.ForeignKey(Person, models.PROTECT, related_name="documents"))
    kind = s1(models.CharField(_("kind"), max_length=20, choices=Kind.choices))
    title = s3(SealedTextField(_("title"), max_length=200))
    issued_on = s2(models.DateField(_("issued on"), null=True, blank=True))
    file = s3(models.ForeignKey(StoredFile, models.PROTECT, related_name="+"))
    added_by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))
    withdrawn_on = s1(models.DateField(null=True, blank=True))

    class Meta:
        ordering = ("-created_at", "-pk")
        verbose_name = _("document")
        verbose_name_plural = _("documents")

    def __str__(self) -> str:
        return str(self.title)

    @property
    def unit_id(self) -> int:
        """The unit that keeps the person."""
        return self.person.unit_id


class ContactPoint(Row):
    """How to reach a person, and whether it is safe to call."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("telephone")
        EMAIL = "email", _("e-mail")
        ADDRESS = "address", _("address")

    sealed_for: ClassVar = "person"

    person = s1(models.ForeignKey(Person, models.CASCADE, related_name="contact_points"))
    kind = s1(models.CharField(_("kind"), max_length=10, choices=Kind.choices))
    value = s3(SealedTextField(_("number or address"), max_length=300), Compartment.ADDRESS)
    safe_to_use = s2(models.BooleanField(_("safe to use"), default=True))

    class Meta:
        ordering = ("kind", "pk")
        verbose_name = _("contact point")
        verbose_name_plural = _("contact points")

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def unit_id(self) -> int:
        """The unit that keeps the person."""
        return self.person.unit_id


class Consent(Row):
    """An answer to one question of consent: yes or no, to which purpose, towards whom, to what, by whom, until when.

    `purpose` is a code of the jurisdiction pack; `recipient` is empty where it is the association itself. The child’s own
    answer and that of a responsible adult are two rows.
    """

    class Answer(models.TextChoices):
        GIVEN = "given", _("agreed")
        REFUSED = "refused", _("refused")
        UNREACHED = "unreached", _("could not be reached")

    sealed_for: ClassVar = "person"

    person = s1(models.ForeignKey(Person, models.PROTECT, related_name="consents"))
    purpose = s1(models.CharField(_("purpose"), max_length=20))
    recipient = s2(models.CharField(_("recipient"), max_length=200, blank=True))
    data_scope = s2(models.CharField(_("what it covers"), max_length=300, blank=True))
    answer = s2(models.CharField(_("answer"), max_length=10, choices=Answer.choices))
    by_child = s2(models.BooleanField(_("the child’s own answer")))
    given_by = s2(models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+"))
    language = s2(models.CharField(_("language in which it was explained"), max_length=20, blank=True))
    explained = s3(SealedTextField(_("how it was explained"), max_length=300))
    capacity_note = s3(SealedTextField(_("note on understanding"), max_length=300, blank=True))
    given_on = s1(models.DateField(_("answered on")))
    until = s1(models.DateField(_("valid until"), null=True, blank=True))
    withdrawn_on = s1(models.DateField(_("withdrawn on"), null=True, blank=True))
    by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+"))

    class Meta:
        ordering = ("-given_on", "-pk")
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        indexes: ClassVar = [models.Index(fields=["person", "purpose", "-given_on"], name="consents_of_a_person")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(by_child=True, given_by__isnull=True) | Q(by_child=False, given_by__isnull=False),
                name="a_consent_is_given_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("given_on")), name="a_consent_ends_after_it_is_given"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.given_on}"

    @property
    def unit_id(self) -> int:
        """The unit that keeps the person."""
        return self.person.unit_id
