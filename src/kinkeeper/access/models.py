"""The association, its programmes and units; the people who work there and the seats they hold."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, timedelta
from hashlib import sha256
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from kinkeeper.keys.fields import SealedTextField
from kinkeeper.lib.packs import DEFAULT, Pack, load_pack
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import s0, s1, s2, s3

_TWO_HOURS = timedelta(hours=2)


class Role(models.TextChoices):
    """What a person does here; a role is always held in a seat, never by itself."""

    CASEWORKER = "caseworker", _("Caseworker")
    YOUTH_WORKER = "youth_worker", _("Youth worker")
    SUPERVISOR = "supervisor", _("Unit supervisor")
    DIRECTOR = "director", _("Programme director")
    MONITOR = "monitor", _("Monitoring and evaluation officer")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")


class Association(Row):
    """The national association that keeps these records: one in an installation."""

    name = s0(models.CharField(_("name"), max_length=200))
    country = s0(models.CharField(_("country"), max_length=2, help_text=_("Two letters, for example UZ, NL or XK.")))
    pack = s0(models.CharField(_("jurisdiction pack"), max_length=40, default=DEFAULT))
    authority_code = s0(models.CharField(_("code at the authority"), max_length=20, blank=True))
    is_demo = s0(models.BooleanField(default=False, editable=False))
    only = s0(models.BooleanField(default=True, editable=False))

    class Meta:
        verbose_name = _("association")
        verbose_name_plural = _("associations")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["only"], name="an_installation_has_one_association"),
            models.CheckConstraint(condition=Q(only=True), name="the_association_is_the_only_one"),
        ]

    def __str__(self) -> str:
        return self.name


# While one request is answered: the code of the pack, once somebody has asked for it.
_asked: ContextVar[list[str] | None] = ContextVar("asked", default=None)


def pack_in_force() -> Pack:
    """The jurisdiction pack of the association; that of the UN Guidelines until it is set up."""
    asked = _asked.get()
    if asked:
        return load_pack(asked[0])
    code = Association.objects.values_list("pack", flat=True).first() or DEFAULT
    if asked is not None:
        asked.append(code)
    return load_pack(code)


@contextmanager
def pack_asked_once() -> Iterator[None]:
    """Ask the database which pack is in force once at most: every duty of a page goes by the same."""
    token = _asked.set([])
    try:
        yield
    finally:
        _asked.reset(token)


def forget_pack() -> None:
    """Another pack is in force from now on; whoever asks next asks the database."""
    if asked := _asked.get():
        asked.clear()


class Emergency(Row):
    """A disaster or conflict that was declared for the whole association, from a day until a day."""

    association = s0(models.ForeignKey(Association, models.PROTECT, related_name="+"))
    name = s0(models.CharField(_("name"), max_length=200))
    declared_by = s0(models.CharField(_("declared by"), max_length=200))
    declared_on = s0(models.DateField(_("declared on")))
    ended_on = s0(models.DateField(_("ended on"), null=True, blank=True))

    class Meta:
        ordering = ("-declared_on", "-pk")
        verbose_name = _("declared emergency")
        verbose_name_plural = _("declared emergencies")

    @staticmethod
    def lasting_on(day: date) -> Q:
        """Emergencies that are declared on this day and have not ended."""
        return Q(declared_on__lte=day) & (Q(ended_on__isnull=True) | Q(ended_on__gt=day))

    def __str__(self) -> str:
        return self.name


class Programme(Row):
    """A line of work of the association: family strengthening, family-based care, youth."""

    class Kind(models.TextChoices):
        FAMILY_STRENGTHENING = "family_strengthening", _("Family strengthening")
        FAMILY_CARE = "family_care", _("Family-based care")
        YOUTH = "youth", _("Youth")

    association = s0(models.ForeignKey(Association, models.PROTECT, related_name="programmes"))
    name = s0(models.CharField(_("name"), max_length=200))
    kind = s0(models.CharField(_("kind"), max_length=30, choices=Kind.choices))

    class Meta:
        ordering = ("name",)
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")

    def __str__(self) -> str:
        return self.name


class Unit(Row):
    """A place of work inside a programme: a village, a social centre, a team. Records belong to a unit."""

    class Kind(models.TextChoices):
        VILLAGE = "village", _("Children’s village")
        SOCIAL_CENTRE = "social_centre", _("Social centre")
        FOSTER_TEAM = "foster_team", _("Foster care team")
        YOUTH_TEAM = "youth_team", _("Youth team")
        OFFICE = "office", _("Office")

    programme = s0(models.ForeignKey(Programme, models.PROTECT, related_name="units"))
    name = s0(models.CharField(_("name"), max_length=200))
    kind = s0(models.CharField(_("kind"), max_length=30, choices=Kind.choices))
    place = s0(models.CharField(_("town or district"), max_length=120, blank=True))

    class Meta:
        ordering = ("name",)
        verbose_name = _("unit")
        verbose_name_plural = _("units")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("unit", args=[self.code])


class UserManager(BaseUserManager["User"]):
    """Users are found by e-mail address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().casefold())


class User(Row, AbstractBaseUser):
    """Someone who works here. There is no superuser: what a user may do is the sum of the seats.

    `external_id` and `external_source` are for provisioning and single sign-on, so that an account can be tied to the
    directory of the association without a change of the table.
    """

    email = s2(models.EmailField(_("e-mail address"), unique=True))
    name = s2(models.CharField(_("name"), max_length=200))
    language = s1(models.CharField(_("language"), max_length=10, default="en"))
    is_active = s1(models.BooleanField(_("may sign in"), default=True))
    external_id = s1(models.CharField(max_length=200, null=True, blank=True, editable=False))
    external_source = s1(models.CharField(max_length=60, blank=True, editable=False))
    password = s3(models.CharField(_("password"), max_length=200), coded="a hash")
    last_login = s1(models.DateTimeField(_("last sign-in"), blank=True, null=True))

    USERNAME_FIELD = "email"
    # Every sign-in writes it; the deed `sign_in` is in the journal anyway.
    bookkeeping: ClassVar = ("last_login",)
    REQUIRED_FIELDS: ClassVar = ["name"]
    objects = UserManager()

    class Meta:
        ordering = ("name",)
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["external_source", "external_id"], name="an_outside_account_is_one_user"),
        ]

    def __str__(self) -> str:
        return self.name

    def check_password(self, raw_password: str | None) -> bool:
        """Whether this is the password. An old hash is renewed by the deed that sets a new one, never in passing."""
        return check_password(raw_password, self.password)

    def clean(self) -> None:
        """E-mail addresses are kept in one case, so that nobody has two accounts."""
        self.email = self.email.strip().casefold()


class Seat(Row):
    """A role held in one unit, one programme or the whole association, from a day and until a day."""

    user = s1(models.ForeignKey(User, models.PROTECT, related_name="seats"))
    role = s1(models.CharField(_("role"), max_length=20, choices=Role.choices))
    unit = s1(models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="seats"))
    programme = s1(models.ForeignKey(Programme, models.PROTECT, null=True, blank=True, related_name="seats"))
    starts_on = s1(models.DateField(_("from")))
    ends_on = s1(models.DateField(_("until"), null=True, blank=True))
    given_by = s1(models.ForeignKey(User, models.PROTECT, null=True, related_name="+", editable=False))

    class Meta:
        ordering = ("starts_on", "pk")
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(unit__isnull=True) | Q(programme__isnull=True), name="a_seat_is_in_one_place"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")), name="a_seat_ends_after_it_begins"
            ),
            models.CheckConstraint(
                condition=Q(role__in=[Role.DIRECTOR, Role.MONITOR, Role.ADMINISTRATOR, Role.AUDITOR])
                | Q(unit__isnull=False),
                name="casework_seats_are_in_a_unit",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.where()}"

    def where(self) -> str:
        """The place of the seat in words."""
        return str(self.unit or self.programme or _("whole association"))

    @staticmethod
    def held_on(day: date) -> Q:
        """Seats that count on this day; a seat counts through its last day."""
        return Q(starts_on__lte=day) & (Q(ends_on__isnull=True) | Q(ends_on__gte=day))


class Invitation(Row):
    """A link that works once: it makes an account with one seat, or lets a user who lost the password choose a new one."""

    email = s2(models.EmailField(_("e-mail address")))
    name = s2(models.CharField(_("name"), max_length=200))
    role = s1(models.CharField(_("role"), max_length=20, choices=Role.choices, blank=True))
    unit = s1(models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+"))
    programme = s1(models.ForeignKey(Programme, models.PROTECT, null=True, blank=True, related_name="+"))
    renews = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    token_hash = s3(models.CharField(max_length=64, unique=True, editable=False), coded="a hash")
    invited_by = s1(models.ForeignKey(User, models.PROTECT, related_name="+", null=True))
    expires_at = s1(models.DateTimeField())
    accepted_at = s1(models.DateTimeField(null=True, blank=True))
    withdrawn_at = s1(models.DateTimeField(null=True, blank=True))

    class Meta:
        ordering = ("-created_at",)
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=(Q(renews__isnull=True) & ~Q(role=""))
                | Q(renews__isnull=False, role="", unit__isnull=True, programme__isnull=True),
                name="an_invitation_offers_a_seat_or_a_way_back",
            ),
            models.UniqueConstraint(
                fields=["renews"],
                condition=Q(renews__isnull=False, accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="a_user_has_one_open_way_back",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @staticmethod
    def hash_of(token: str) -> str:
        """What is kept of the secret in the link."""
        return sha256(token.encode()).hexdigest()

    def where(self) -> str:
        """The place of the offered seat in words."""
        return str(self.unit or self.programme or _("whole association"))


class Opening(Row):
    """Break-glass: one person reads one record outside their scope for at most two hours, gives a reason, and is seen.

    It opens reading only: every judge asks for a seat, and an opening gives none. Somebody who oversees the record’s unit
    reviews it within three days and gives a verdict; where nobody did, whoever opened it opens no other.
    """

    sealed_for: ClassVar = "user"

    class Finding(models.TextChoices):
        JUSTIFIED = "justified", _("The emergency called for it")
        AVOIDABLE = "avoidable", _("There was another way")
        UNJUSTIFIED = "unjustified", _("There was no emergency")

    user = s1(models.ForeignKey(User, models.PROTECT, related_name="+"))
    subject_type = s1(models.CharField(max_length=60))
    subject_id = s1(models.BigIntegerField())
    subject_code = s1(models.CharField(max_length=16))
    unit = s1(models.ForeignKey(Unit, models.PROTECT, related_name="+"))
    reason = s3(SealedTextField(_("reason")))
    opened_at = s1(models.DateTimeField(default=timezone.now))
    until = s1(models.DateTimeField())
    closed_at = s1(models.DateTimeField(null=True, blank=True))
    comment = s3(SealedTextField(_("what was done with what was read"), blank=True))
    reviewed_by = s1(models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+"))
    reviewed_at = s1(models.DateTimeField(null=True, blank=True))
    finding = s1(models.CharField(_("verdict"), max_length=20, choices=Finding.choices, blank=True))
    review = s3(SealedTextField(_("what the review found"), blank=True))

    class Meta:
        ordering = ("-opened_at",)
        verbose_name = _("opening")
        verbose_name_plural = _("openings")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__gt=F("opened_at"))
                & Q(
                    until__lte=models.ExpressionWrapper(
                        F("opened_at") + models.Value(_TWO_HOURS), output_field=models.DateTimeField()
                    )
                ),
                name="an_opening_lasts_at_most_two_hours",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | ~Q(comment=""), name="an_opening_closes_with_a_comment"
            ),
            models.CheckConstraint(
                condition=Q(reviewed_at__isnull=True, reviewed_by__isnull=True, finding="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(finding="")),
                name="a_review_has_a_reviewer_and_a_verdict",
            ),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("user")),
                name="nobody_reviews_their_own_opening",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_code} {self.opened_at:%Y-%m-%d %H:%M}"


class SignedInDevice(Row):
    """A browser that is signed in: whose, since when and which; it goes with its session, and its owner can end both."""

    without_history = "It is there as long as its session; signing in and out are deeds of their own."

    user = s1(models.ForeignKey(User, models.CASCADE, related_name="+"))
    session_key = s3(
        models.CharField(max_length=40, unique=True, editable=False), coded="the key of a session, asked for by it"
    )
    agent = s2(models.CharField(_("what the browser says of itself"), max_length=300, blank=True))
    began_at = s1(models.DateTimeField(_("signed in since"), default=timezone.now))

    class Meta:
        ordering = ("-began_at", "-pk")
        verbose_name = _("signed-in device")
        verbose_name_plural = _("signed-in devices")

    def __str__(self) -> str:
        return self.code


class SignInFailure(models.Model):
    """A wrong password, remembered so that guessing becomes slow; the address itself is not kept, only its hash."""

    address_hash = s1(models.CharField(max_length=64, db_index=True))
    at = s1(models.DateTimeField(default=timezone.now))
    without_history = "It is a counter that forgets after a day."

    class Meta:
        verbose_name = _("failed sign-in")
        verbose_name_plural = _("failed sign-ins")

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"

    @staticmethod
    def hash_of(address: str) -> str:
        """What is kept of an address at which somebody tried to sign in."""
        return salted_hmac("kinkeeper.access.sign_in", address.strip().casefold(), algorithm="sha256").hexdigest()
