"""Questions about where children live: now, on a day, ever; and how full a home is."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Max, QuerySet

from kinkeeper.access.gate import Actor, one, seen
from kinkeeper.access.models import pack_in_force
from kinkeeper.cases.models import Contact
from kinkeeper.decisions.models import Decision
from kinkeeper.decisions.queries import ON_CARE, in_force
from kinkeeper.families.queries import siblings_of
from kinkeeper.homes.models import Home
from kinkeeper.homes.queries import Standing, open_homes, standings
from kinkeeper.lib.standing import passing
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Absence, Episode, PeriodOfCare, Placement

# A unit asked about in one go must fit the number of parameters that SQLite allows.
_FEW = 10_000


@dataclass(frozen=True)
class Residence:
    """Where a child lives on a day: `home` is None where the home is beyond the actor’s scope."""

    episode: Episode
    since: date
    home: Home | None
    care_type: str


@dataclass(frozen=True)
class LegalSpan:
    """A legal status (a code of the pack) while it held during a stay."""

    status: str
    started_on: date
    ended_on: date | None


@dataclass(frozen=True)
class Stay:
    """A time in one home under one type of care. `ended_on` is the day it was left; None while it lasts.

    `reason` says what changed when it began; `leave_reason` or, for the last one, `exit` why it ended (codes of the pack).
    """

    placement: Placement
    period: PeriodOfCare
    home: Home | None
    care_type: str
    started_on: date
    ended_on: date | None
    legal: tuple[LegalSpan, ...]
    reason: str
    leave_reason: str
    exit: str


def periods(actor: Actor) -> QuerySet[PeriodOfCare]:
    """The periods of care that this actor sees."""
    return seen(actor, PeriodOfCare).select_related("child__unit")


def open_period_of(actor: Actor, child: Person) -> PeriodOfCare | None:
    """The period of care that still runs, or None where the child is not in care."""
    return periods(actor).filter(child=child, ended_on__isnull=True).first()


def period_to_change(actor: Actor, code: str) -> PeriodOfCare:
    """The open period of care of the child with this code; 404 where the actor sees none."""
    return one(periods(actor).filter(ended_on__isnull=True), child__code=code)


def children(actor: Actor) -> QuerySet[Person]:
    """The people that this actor sees; care begins from one of them."""
    return seen(actor, Person).select_related("unit")


def absences_of(actor: Actor, child: Person) -> QuerySet[Absence]:
    """When a child was missing or away, oldest first."""
    return seen(actor, Absence).filter(child=child)


def absences(actor: Actor) -> QuerySet[Absence]:
    """Every absence that this actor sees."""
    return seen(actor, Absence).select_related("child")


def episodes_of(actor: Actor, child: Person) -> list[Episode]:
    """The care episodes of a child with the day each ended (`ended_on`), oldest first."""
    rows = Episode.objects.filter(pk__in=seen(actor, Episode).filter(period__child=child).values("pk")).with_ends()
    return list(rows.select_related("period", "placement", "legal_status").order_by("started_on", "pk"))


def occupancy(actor: Actor, home: Home, on: date) -> int:
    """How many children live in a home on a day: a number without names, for whoever sees the home."""
    return occupancies(actor, [home], on)[home.pk]


@passing("how full a home is")
def occupancies(actor: Actor, homes: Iterable[Home], on: date) -> dict[int, int]:
    """How many children live in each of these homes on a day, by the key of the home. One question.

    Whoever sees a home knows how full it is, also of children whom they do not see.
    """
    keys = [home.pk for home in homes]
    known = seen(actor, Home).filter(pk__in=keys).values("pk")
    rows = Episode.objects.in_force(on).filter(placement__home_id__in=known)
    counted = Counter(rows.values_list("placement__home_id", flat=True))
    return {key: counted[key] for key in keys}


def occupants(actor: Actor, home: Home, on: date) -> list[Residence]:
    """Which children live in a home on a day, as far as the actor sees them, longest there first. Two questions."""
    visible = seen(actor, Episode).filter(placement__home=home).values("pk")
    rows = Episode.objects.in_force(on).filter(placement__home=home, pk__in=visible)
    found = list(rows.select_related("period__child", "placement__home", "legal_status"))
    since = _arrivals({row.placement_id for row in found})
    stays = [Residence(row, since[row.placement_id], home, row.placement.care_type) for row in found]
    return sorted(stays, key=lambda stay: (stay.since, stay.episode.pk))


def where_lives(actor: Actor, children: Iterable[Person], on: date | None = None) -> dict[int, Residence]:
    """Where each of these children lives on a day (today), by the key of the child; those not in care are missing.

    Three questions, however many children.
    """
    day = on or actor.today
    keys = [child.pk for child in children]
    found: list[Episode] = []
    for first in range(0, len(keys), _FEW):
        some = keys[first : first + _FEW]
        visible = seen(actor, Episode).filter(period__child_id__in=some).values("pk")
        rows = Episode.objects.in_force(day).filter(period__child_id__in=some, pk__in=visible)
        found += rows.select_related("period", "placement__home", "legal_status")
    since = _arrivals({row.placement_id for row in found})
    known = _known_homes(actor, {row.placement.home_id for row in found})
    return {
        row.period.child_id: Residence(
            row, since[row.placement_id], known.get(row.placement.home_id), row.placement.care_type
        )
        for row in found
    }


def stays_of(actor: Actor, child: Person) -> list[Stay]:
    """Every stay of a child in order, drawn together from the care episodes. Two questions."""
    episodes = episodes_of(actor, child)
    known = _known_homes(actor, {row.placement.home_id for row in episodes})
    stays: list[Stay] = []
    for row in episodes:
        if stays and stays[-1].placement.pk == row.placement_id:
            stays[-1] = _lengthened(stays[-1], row)
        else:
            stays.append(_begun(row, known.get(row.placement.home_id)))
    return stays


def last_visits(actor: Actor, children: Iterable[int]) -> dict[int, date]:
    """The last day each of these children was seen in a visit, by the key of the child. One question."""
    visits = seen(actor, Contact).filter(case__child__in=list(children), kind=Contact.Kind.VISIT)
    visits = visits.exclude(seen=Contact.Seen.NOT_SEEN).order_by()
    return dict(visits.values("case__child").annotate(last=Max("happened_on")).values_list("case__child", "last"))


def visits_to(actor: Actor, children: Iterable[int]) -> dict[int, list[date]]:
    """The days on which each of these children was seen in a visit, oldest first, by the key of the child. One question."""
    visits = seen(actor, Contact).filter(case__child__in=list(children), kind=Contact.Kind.VISIT)
    visits = visits.exclude(seen=Contact.Seen.NOT_SEEN).order_by("happened_on")
    days: dict[int, list[date]] = defaultdict(list)
    for child, day in visits.values_list("case__child", "happened_on"):
        days[child].append(day)
    return dict(days)


def free_places(home: Home, taken: int) -> int | None:
    """Pure: how many more children a home can take; None where nobody has set a limit."""
    return None if home.capacity is None else max(home.capacity - taken, 0)


@dataclass(frozen=True)
class Choice:
    """A home that could take a child, with how many of its places are taken today."""

    home: Home
    taken: int
    standing: Standing

    @property
    def is_full(self) -> bool:
        """Whether no place is free today."""
        return self.home.capacity is not None and self.taken >= self.home.capacity


def homes_to_choose(actor: Actor, child: Person) -> list[Choice]:
    """The open homes of the child’s unit, by name, each with what it may do today. Seven questions."""
    homes = list(open_homes(actor, actor.today, child.unit_id))
    taken = occupancies(actor, homes, actor.today)
    known = standings(actor, homes, actor.today)
    return [Choice(home, taken[home.pk], known[home.pk]) for home in homes]


def decisions_on_care_of(actor: Actor, child: Person) -> list[Decision]:
    """The decisions by which this child may live somewhere today, the newest first."""
    return list(seen(actor, Decision).filter(in_force(actor.today), case__child=child, kind__in=ON_CARE))


def siblings_to_place(actor: Actor, child: Person) -> list[tuple[Person, Residence | None]]:
    """The brothers and sisters in sight who are not of age, the eldest first, and where each lives in care today."""
    of_age = pack_in_force().limit("age_of_majority").value
    found = [one.person for one in siblings_of(actor, child) if one.person is not None and not one.person.died_on]
    young = [one for one in found if (one.age(actor.today) or 0) < of_age]
    lives = where_lives(actor, young)
    return [(one, lives.get(one.pk)) for one in young]


def last_episode_of(actor: Actor, period: PeriodOfCare) -> Episode | None:
    """The episode of a period of care that holds now."""
    rows = seen(actor, Episode).filter(period=period).select_related("placement__home", "legal_status")
    return rows.order_by("-started_on").first()


def moves_of(actor: Actor, child: Person) -> int:
    """How often a child has moved from one home to another while in care.

    Care that begins is no move, nor is another type of care in the same home, a temporary stay there and back, a stay
    in hospital or boarding school, or an absence. Two questions.
    """
    care_types, moves = pack_in_force().care_types, 0
    before: Placement | None = None
    for stay in stays_of(actor, child):
        care = care_types.get(stay.care_type)
        if care is not None and (care.temporary or care.neutral == "HEALTH_EDU"):
            continue
        same_period = before is not None and before.period_id == stay.period.pk
        moves += bool(before and same_period and before.home_id != stay.placement.home_id)
        before = stay.placement
    return moves


def placements(actor: Actor) -> QuerySet[Placement]:
    """Every stay that this actor sees."""
    return seen(actor, Placement).select_related("period__child", "home")


def _begun(row: Episode, home: Home | None) -> Stay:
    return Stay(
        placement=row.placement,
        period=row.period,
        home=home,
        care_type=row.placement.care_type,
        started_on=row.started_on,
        ended_on=_end(row),
        legal=(LegalSpan(row.legal_status.status, row.started_on, _end(row)),),
        reason=row.reason,
        leave_reason=row.placement.leave_reason,
        exit=row.period.exit if _end(row) == row.period.ended_on else "",
    )


def _lengthened(stay: Stay, row: Episode) -> Stay:
    last = stay.legal[-1]
    if last.status == row.legal_status.status:
        legal = (*stay.legal[:-1], replace(last, ended_on=_end(row)))
    else:
        legal = (*stay.legal, LegalSpan(row.legal_status.status, row.started_on, _end(row)))
    exit_code = row.period.exit if _end(row) == row.period.ended_on else ""
    return replace(stay, ended_on=_end(row), legal=legal, exit=exit_code)


def _end(row: Episode) -> date | None:
    ended_on: date | None = row.ended_on  # type: ignore[attr-defined]  # with_ends() adds it
    return ended_on


def _arrivals(placements: set[int]) -> dict[int, date]:
    """The day each of these stays began."""
    found: dict[int, date] = {}
    rows = Episode.objects.filter(placement_id__in=placements).values_list("placement_id", "started_on")
    for placement, started_on in rows:
        found[placement] = min(started_on, found.get(placement, started_on))
    return found


def _known_homes(actor: Actor, keys: Sequence[int] | set[int]) -> dict[int, Home]:
    return {home.pk: home for home in seen(actor, Home).filter(pk__in=keys)} if keys else {}
