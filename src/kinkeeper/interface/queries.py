"""Questions about tokens: whose is a secret, which are there; and about records: a part of a list, one, what hangs on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from django.core.signing import BadSignature, Signer
from django.db.models import Model, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from kinkeeper.access.gate import Actor, actor_for, device, one, seen, through_token
from kinkeeper.access.models import Association, Programme, Unit
from kinkeeper.access.queries import association_to_administer
from kinkeeper.cases.models import Case, Contact
from kinkeeper.families.models import Family, Household, HouseholdMember, Membership
from kinkeeper.homes.models import Home
from kinkeeper.interface.models import DeviceSeat, Token
from kinkeeper.journal.models import Entry
from kinkeeper.lib.codes import MistypedCode, normalise_code
from kinkeeper.lib.rows import Row
from kinkeeper.lib.standing import passing
from kinkeeper.people.models import ContactPoint, Identifier, LegalStatus, Name, Person, SpokenLanguage
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement

RowT = TypeVar("RowT", bound=Row)


# ---- tokens ----------------------------------------------------------------------------------------------------------


def behind_the_secret(actor: Actor, secret: str) -> tuple[Token, Actor] | None:
    """The token of a secret and the actor it speaks for, whoever sends it; None where it is unknown, revoked or over."""
    found = Token.objects.select_related("owner").filter(token_hash=Token.hash_of(secret)).first()
    if found is None or not found.is_running or (found.owner is not None and not found.owner.is_active):
        return None
    if found.owner is not None:
        speaks_for = actor_for(found.owner)
    else:
        speaks_for = device(found.code, list(found.seats.values_list("role", "unit_id", "programme_id")))
    return found, through_token(speaks_for, found.code, may_write=found.may_write)


def own_tokens(actor: Actor) -> QuerySet[Token]:
    """The tokens that speak for whoever is asking, the newest first."""
    return seen(actor, Token).filter(owner_id=actor.user_id, owner__isnull=False)


def devices(actor: Actor) -> QuerySet[Token]:
    """The tokens of devices with their seats, for the administrator."""
    association_to_administer(actor)
    rows = seen(actor, Token).filter(owner=None).select_related("made_by")
    return rows.prefetch_related("seats__unit", "seats__programme")


def tokens_of_people(actor: Actor) -> QuerySet[Token]:
    """The tokens that people made for themselves and that still run, for the administrator."""
    association_to_administer(actor)
    rows = seen(actor, Token).filter(owner__isnull=False, owner__is_active=True, revoked_at=None)
    return rows.filter(ends_on__gte=actor.today).select_related("owner")


def tokens(actor: Actor) -> QuerySet[Token]:
    """Every token that this actor sees."""
    return seen(actor, Token).select_related("owner")


def association(actor: Actor) -> Association:
    """The association, for its administrators."""
    return association_to_administer(actor)


def places(actor: Actor) -> tuple[list[Programme], list[Unit]]:
    """Where a device can hold a seat."""
    association_to_administer(actor)
    return list(seen(actor, Programme)), list(seen(actor, Unit).select_related("programme"))


@passing("token")
def token_of(actor: Actor) -> Token:
    """The token through which the actor speaks."""
    return Token.objects.get(code=actor.token)


@passing("token")
def seats_of(actor: Actor) -> list[tuple[str, str]]:
    """The seats of the actor as (role, code of the unit), in order."""
    codes = dict(Unit.objects.filter(pk__in=actor.units()).values_list("pk", "code"))
    return sorted((role, codes[unit]) for role, unit in actor.seats)


# ---- lists -----------------------------------------------------------------------------------------------------------


class BadCursor(ValueError):
    """A cursor that was not handed out to this token for this list."""


@dataclass(frozen=True)
class Part(Generic[RowT]):
    """A part of a list, and the cursor behind its last row; empty where nothing follows."""

    rows: list[RowT]
    next: str


def part_of_a_list(actor: Actor, rows: QuerySet[RowT], cursor: str, limit: int) -> Part[RowT]:
    """The next rows in the order in which they were written, so that new ones come at the end and none comes twice.

    A cursor names the last row by its code and is signed for the token and the table: nobody can ask with it where a
    row stands that they do not see.
    """
    signer = Signer(salt=f"kinkeeper.interface.cursor:{actor.token}:{rows.model._meta.label_lower}")
    rows = rows.order_by("pk")
    if cursor:
        try:
            code = signer.unsign(cursor)
        except BadSignature as error:
            raise BadCursor from error
        last: QuerySet[Row] = rows.model._base_manager.filter(code=code)
        rows = rows.filter(pk__gt=last.values("pk")[:1])
    found = list(rows[: limit + 1])
    more = len(found) > limit
    return Part(found[:limit], signer.sign(found[limit - 1].code) if more else "")


# What hangs on a record and is told with it: the table and its key. A change there is a change of the record.
PARTS: Mapping[type[Model], Sequence[tuple[type[Model], str]]] = {
    Person: [
        (Name, "person_id"), (ContactPoint, "person_id"), (LegalStatus, "person_id"), (SpokenLanguage, "person_id"),
        (Identifier, "person_id"),
    ],
    Family: [
        (Membership, "family_id"), (Household, "family_id"), (HouseholdMember, "household__family_id"),
    ],
    PeriodOfCare: [(Placement, "period_id"), (Episode, "period_id")],
}  # fmt: skip


def changed_since(actor: Actor, rows: QuerySet[RowT], at: datetime) -> QuerySet[RowT]:
    """Those of the rows that were written since a moment, or to which or to whose parts a deed was done since."""
    deeds = Entry.objects.filter(at__gte=at)
    named = deeds.annotate(about=KeyTextTransform("subject", "facts")).filter(about__isnull=False)
    touched = Q(created_at__gte=at) | Q(code__in=named.values("about")) | _done_to(rows.model, deeds, "pk")
    for model, key in PARTS.get(rows.model, ()):
        fresh = model._base_manager.filter(_done_to(model, deeds, "pk")).values(key)
        touched |= Q(pk__in=fresh)
    return rows.filter(touched)


def _done_to(model: type[Model], deeds: QuerySet[Entry], key: str) -> Q:
    return Q(**{f"{key}__in": deeds.filter(subject_type=model._meta.label_lower).values("subject_id")})


def of_unit(actor: Actor, rows: QuerySet[RowT], by: str, code: str) -> QuerySet[RowT]:
    """The rows of the unit with this code; none where the actor does not see the unit."""
    return rows.filter(**{f"{by}__in": seen(actor, Unit).filter(code=known_code(code)).values("pk")})


def known_code(code: str) -> str:
    """Pure: a code as people write it, in the form in which it is kept; what is none finds nothing."""
    try:
        return normalise_code(code)
    except MistypedCode:
        return "?"


def row(actor: Actor, rows: QuerySet[RowT], code: str) -> RowT:
    """The row with this code; 404 where the actor sees none."""
    return one(rows, code=known_code(code))


# ---- records ---------------------------------------------------------------------------------------------------------


def units(actor: Actor) -> QuerySet[Unit]:
    """The units that this actor sees."""
    return seen(actor, Unit).select_related("programme")


def persons(actor: Actor) -> QuerySet[Person]:
    """The people that this actor sees."""
    return seen(actor, Person).select_related("unit")


def families(actor: Actor) -> QuerySet[Family]:
    """The families that this actor sees."""
    return seen(actor, Family).select_related("unit")


def cases(actor: Actor) -> QuerySet[Case]:
    """The cases that this actor sees, with all that they name."""
    return seen(actor, Case).select_related("child", "family", "unit", "worker", "surviving")


def contacts(actor: Actor, case: Case) -> QuerySet[Contact]:
    """The contacts of a case."""
    return seen(actor, Contact).filter(case=case).select_related("case", "by")


def every_contact(actor: Actor) -> QuerySet[Contact]:
    """The contacts that this actor sees."""
    return seen(actor, Contact).select_related("case__child", "by")


def homes(actor: Actor) -> QuerySet[Home]:
    """The homes that this actor sees."""
    return seen(actor, Home).select_related("unit")


def periods(actor: Actor) -> QuerySet[PeriodOfCare]:
    """The periods of care that this actor sees."""
    return seen(actor, PeriodOfCare).select_related("child")


def placements(actor: Actor) -> QuerySet[Placement]:
    """The stays that this actor sees."""
    return seen(actor, Placement).select_related("period__child", "home", "decision")


@dataclass(frozen=True)
class Course:
    """What is told of some periods of care: their stays and episodes by key, and the keys of the homes in sight."""

    stays: Mapping[int, list[Placement]]
    episodes: Mapping[int, list[Episode]]
    homes: frozenset[int]


def course_of(actor: Actor, periods_of_care: Iterable[PeriodOfCare]) -> Course:
    """The stays and episodes of these periods of care, oldest first. Three questions."""
    keys = [period.pk for period in periods_of_care]
    stays: dict[int, list[Placement]] = defaultdict(list)
    for stay in placements(actor).filter(period__in=keys).order_by("pk"):
        stays[stay.period_id].append(stay)
    episodes: dict[int, list[Episode]] = defaultdict(list)
    sight = seen(actor, Episode).filter(period__in=keys).values("pk")
    rows = Episode.objects.filter(pk__in=sight).with_ends().select_related("period__child", "legal_status__person")
    for episode in rows.order_by("started_on", "pk"):
        episodes[episode.period_id].append(episode)
    wanted = {stay.home_id for found in stays.values() for stay in found}
    return Course(stays, episodes, frozenset(seen(actor, Home).filter(pk__in=wanted).values_list("pk", flat=True)))


@dataclass(frozen=True)
class Belongings:
    """What hangs on one person, as far as the actor sees it."""

    names: list[Name]
    languages: list[SpokenLanguage]
    numbers: list[Identifier]
    legal_statuses: list[LegalStatus]
    contact_points: list[ContactPoint]


def belongings_of(actor: Actor, person: Person) -> Belongings:
    """Names, languages, numbers, legal statuses and ways to reach a person. Five questions."""

    def of(model: type[RowT]) -> list[RowT]:
        rows = list(seen(actor, model).filter(person=person))
        for found in rows:
            found.person = person  # type: ignore[attr-defined]  # spares asking for it again
        return rows

    return Belongings(of(Name), of(SpokenLanguage), of(Identifier), of(LegalStatus), of(ContactPoint))


@dataclass(frozen=True)
class Kin:
    """Who belongs to a family and lives in its households, and the keys of those people who are in sight."""

    members: list[Membership]
    households: list[tuple[Household, list[HouseholdMember]]]
    people: frozenset[int]


@passing("a whole family")
def kin_of(actor: Actor, family: Family) -> Kin:
    """The members and households of a family. Four questions."""
    members = list(seen(actor, Membership).filter(family=family).select_related("family", "person"))
    households = list(seen(actor, Household).filter(family=family).select_related("family"))
    living: dict[int, list[HouseholdMember]] = defaultdict(list)
    rows = seen(actor, HouseholdMember).filter(household__in=households).select_related("household__family", "person")
    for who in rows:
        living[who.household_id].append(who)
    keys = {each.person_id for each in members} | {each.person_id for found in living.values() for each in found}
    sight = frozenset(seen(actor, Person).filter(pk__in=keys).values_list("pk", flat=True))
    return Kin(members, [(each, living[each.pk]) for each in households], sight)


def families_in_sight(actor: Actor, some: Iterable[Case]) -> frozenset[int]:
    """The keys of those families of some cases that the actor sees. One question."""
    keys = {case.family_id for case in some if case.family_id is not None}
    return frozenset(seen(actor, Family).filter(pk__in=keys).values_list("pk", flat=True))


def device_seats(actor: Actor, token: Token) -> QuerySet[DeviceSeat]:
    """The seats of a device."""
    return seen(actor, DeviceSeat).filter(token=token).select_related("unit", "programme")
