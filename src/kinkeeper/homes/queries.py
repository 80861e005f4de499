"""Questions about homes and the people who care there, and whether a home may care: approved, checked, trained."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.homes.models import Approval, BackgroundCheck, Carer, Home, HouseMember, Training
from kinkeeper.lib.guards import in_words
from kinkeeper.lib.packs import CareType
from kinkeeper.people.models import Person
from kinkeeper.people.queries import search

PartT = TypeVar("PartT", Approval, BackgroundCheck, Carer, HouseMember, Training)


def homes_of(actor: Actor, unit: Unit | None = None) -> QuerySet[Home]:
    """The homes that this actor sees, in one unit when it is named."""
    homes = seen(actor, Home).select_related("unit")
    return homes.filter(unit=unit) if unit else homes


def open_homes(actor: Actor, on: date, unit_id: int | None = None) -> QuerySet[Home]:
    """The homes that take children on a day: opened by then and not closed."""
    opened = Q(opened_on__isnull=True) | Q(opened_on__lte=on)
    homes = seen(actor, Home).filter(opened, closed_on__isnull=True)
    return homes.filter(unit_id=unit_id) if unit_id else homes


def carers_of(actor: Actor, home: Home, on: date | None = None) -> QuerySet[Carer]:
    """Who cares in a home, the main carer first; on a day when one is named, else ever."""
    carers = seen(actor, Carer).filter(home=home).select_related("person", "home")
    if on is None:
        return carers
    return carers.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)


def carers(actor: Actor) -> QuerySet[Carer]:
    """Every carer that this actor sees."""
    return seen(actor, Carer).select_related("person", "home")


def units(actor: Actor) -> QuerySet[Unit]:
    """The units that this actor sees."""
    return seen(actor, Unit)


def adults_called(actor: Actor, text: str) -> list[Person]:
    """People in sight whose name answers these words and who are of age, or whose age nobody knows."""
    if not text:
        return []
    of_age = pack_in_force().limit("age_of_majority").value
    found = [(person, person.age(actor.today)) for person in search(actor, text)]
    return [person for person, age in found if age is None or age >= of_age]


def approvals(actor: Actor) -> QuerySet[Approval]:
    """Every approval that this actor sees."""
    return seen(actor, Approval).select_related("home")


def house_members(actor: Actor) -> QuerySet[HouseMember]:
    """Everybody besides carers and children in care who lives or lived in a home, as far as this actor sees."""
    return seen(actor, HouseMember).select_related("person", "home")


def people_called(actor: Actor, text: str) -> list[Person]:
    """People in sight whose name answers these words."""
    return list(search(actor, text)) if text else []


def people_of(actor: Actor, home: Home) -> list[Person]:
    """Who in sight cares or lives in a home today, the main carer first, each once. Six questions."""
    today = standings(actor, [home], actor.today)[home.pk]
    return [one.person for one in today.residents if one.person.pk in today.known]


# ---- whether a home may care -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Resident:
    """Somebody who cares or lives in a home: since when, whether of age, and the last background check with an answer.

    `row` is the carer or the member of the house.
    """

    row: Carer | HouseMember
    is_adult: bool
    check: BackgroundCheck | None

    @property
    def person(self) -> Person:
        """Who it is."""
        return self.row.person

    @property
    def is_carer(self) -> bool:
        """Whether this person cares here, and does not only live here."""
        return isinstance(self.row, Carer)

    def is_cleared(self, on: date) -> bool:
        """Whether nothing speaks against this person living with children on a day: a child, or a clear check in force."""
        check = self.check
        return not self.is_adult or (
            check is not None and check.result == BackgroundCheck.Result.CLEAR and check.ends_on > on
        )


@dataclass(frozen=True)
class Standing:
    """On what grounds a home may care on a day: its approvals, who lives there with their checks, and their trainings."""

    home: Home
    on: date
    approvals: list[Approval]
    residents: list[Resident]
    trainings: list[Training]
    care_types: Mapping[str, CareType]
    known: frozenset[int]

    def name_of(self, person: Person) -> str:
        """What somebody of the home is called; who is out of sight stays unnamed."""
        return person.name if person.pk in self.known else _("somebody you do not see")

    def approval_for(self, care_type: str) -> Approval | None:
        """The approval in force that covers a type of care and is not on hold."""
        return next((one for one in self._covering(care_type) if not one.on_hold(self.on)), None)

    def without_approval(self, care: CareType) -> str:
        """Why the home is not approved for this type of care, as a sentence; empty where it is."""
        if self.approval_for(care.code):
            return ""
        words = {"home": self.home.name, "care_type": _(care.label)}
        held = next(iter(self._covering(care.code)), None)
        if held and held.suspended_on:
            words["day"] = in_words(held.suspended_on)
            return _("The approval of %(home)s for “%(care_type)s” is on hold since %(day)s.") % words
        ended = next((one for one in self.approvals if care.code in one.care_types and one.starts_on <= self.on), None)
        if ended and ended.ends_on:
            words["day"] = in_words(ended.ends_on)
            return _("The approval of %(home)s for “%(care_type)s” ended on %(day)s.") % words
        return _("%(home)s is not approved for “%(care_type)s”. Record the approval first.") % words

    @property
    def open_trainings(self) -> list[Training]:
        """The mandatory trainings of the carers of that day that are due some day and have not been done since."""
        carers = {one.person.pk for one in self.residents if one.is_carer}
        wanted = [one for one in self.trainings if one.mandatory and one.due_on and one.person_id in carers]
        done = [one for one in self.trainings if one.done_on and one.done_on <= self.on]
        return [one for one in wanted if not any(_answers(later, one) for later in done)]

    @property
    def overdue(self) -> list[Training]:
        """The mandatory trainings that were due before that day."""
        return [one for one in self.open_trainings if one.due_on and one.due_on < self.on]

    @property
    def unchecked(self) -> list[Resident]:
        """The adults without a clear background check in force."""
        return [one for one in self.residents if not one.is_cleared(self.on)]

    @property
    def untrained(self) -> list[str]:
        """Which mandatory trainings are overdue, each as a sentence."""
        return [
            _("The mandatory training “%(topic)s” of %(name)s was due on %(day)s.")
            % {"topic": one.topic, "name": self.name_of(one.person), "day": in_words(one.due_on)}
            for one in self.overdue
            if one.due_on
        ]

    @property
    def without_check(self) -> list[str]:
        """Who has no clear background check in force, each as a sentence."""
        return [
            _("%(name)s lives in %(home)s without a clear background check in force.")
            % {"name": self.name_of(one.person), "home": self.home.name}
            for one in self.unchecked
        ]

    @property
    def missing(self) -> list[str]:
        """All that keeps the home from taking a child, whatever the type of care, as sentences."""
        held = [one for one in self.approvals if one.holds(self.on)]
        found = [] if held else [_("No approval of this home is in force.")]
        if held and all(one.on_hold(self.on) for one in held):
            found.append(_("The approval of this home is on hold."))
        return [*found, *self.without_check, *self.untrained]

    def _covering(self, care_type: str) -> list[Approval]:
        return [one for one in self.approvals if care_type in one.care_types and one.holds(self.on)]


def _answers(later: Training, training: Training) -> bool:
    """Whether a training was done in place of one that was due: the same topic and person, and later."""
    same = (later.person_id, later.topic.casefold()) == (training.person_id, training.topic.casefold())
    if not same or later.done_on is None or later.pk == training.pk:
        return False
    return later.done_on > training.done_on if training.done_on else later.pk > training.pk


def standing_of(actor: Actor, home: Home, on: date | None = None) -> Standing:
    """On what grounds one home may care on a day (today)."""
    return standings(actor, [home], on or actor.today)[home.pk]


def standings(actor: Actor, homes: Iterable[Home], on: date) -> dict[int, Standing]:
    """On what grounds each of these homes may care on a day, by the key of the home. Six questions."""
    by_key = {home.pk: home for home in homes}
    there = Q(ends_on__isnull=True) | Q(ends_on__gt=on), Q(starts_on__lte=on)
    carers = _by_home(seen(actor, Carer).filter(*there, home__in=by_key).select_related("person__unit"))
    members = _by_home(seen(actor, HouseMember).filter(*there, home__in=by_key).select_related("person__unit"))
    held = _by_home(seen(actor, Approval).filter(home__in=by_key))
    answered = seen(actor, BackgroundCheck).exclude(result=BackgroundCheck.Result.PENDING)
    checks = _by_home(answered.filter(home__in=by_key, issued_on__lte=on))
    trained = _by_home(seen(actor, Training).filter(home__in=by_key).select_related("person"))
    pack = pack_in_force()
    of_age, found = pack.limit("age_of_majority").value, {}
    rows_of_people = [row for part in (carers, members, trained) for some in part.values() for row in some]
    people = seen(actor, Person).filter(pk__in={row.person_id for row in rows_of_people})
    known = frozenset(people.values_list("pk", flat=True))
    for pk, home in by_key.items():
        caring = {row.person_id for row in carers[pk]}
        rows: list[Carer | HouseMember] = [*carers[pk], *(row for row in members[pk] if row.person_id not in caring)]
        residents = [_resident(row, checks[pk], on, of_age) for row in rows]
        found[pk] = Standing(home, on, held[pk], residents, trained[pk], pack.care_types, known)
    return found


def _by_home(rows: QuerySet[PartT]) -> dict[int, list[PartT]]:
    found: dict[int, list[PartT]] = defaultdict(list)
    for row in rows:
        found[row.home_id].append(row)
    return found


def _resident(row: Carer | HouseMember, checks: list[BackgroundCheck], on: date, of_age: int) -> Resident:
    """Somebody whose age nobody knows counts as of age. Checks come newest first, so that a later concern counts."""
    age = row.person.age(on)
    check = next((one for one in checks if one.person_id == row.person_id), None)
    return Resident(row, age is None or age >= of_age, check)
