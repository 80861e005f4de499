"""Questions about homes and the people who care there."""

from __future__ import annotations

from datetime import date

from django.db.models import Q, QuerySet

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.homes.models import Carer, Home
from kinkeeper.people.models import Person
from kinkeeper.people.queries import search


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
