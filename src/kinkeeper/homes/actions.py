"""Deeds on homes: opened, described, closed; who begins and who stops caring there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, Unseen
from kinkeeper.access.models import Unit, pack_in_force
from kinkeeper.homes.models import Carer, Home
from kinkeeper.homes.policy import (
    may_appoint_carer,
    may_bring_in_homes,
    may_close_home,
    may_describe_home,
    may_end_carer,
    may_open_home,
)
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.lib.guards import (
    insist_on_a_lifetime,
    insist_on_age,
    insist_on_choice,
    insist_on_order,
    insist_on_the_past,
    known,
)
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import Row, write
from kinkeeper.people.models import Person


@act(may_open_home)
def open_home(
    actor: Actor,
    unit: Unit,
    *,
    name: str,
    kind: str,
    opened_on: date,
    capacity: int | None = None,
    age_from: int | None = None,
    age_to: int | None = None,
    provider: str = "",
    registration: str = "",
    address: str = "",
    postcode: str = "",
    telephone: str = "",
) -> Home:
    """Open a home of a unit, from a day on."""
    insist_on_choice(Home.Kind.values, kind, "kind")
    insist_on_the_past(opened_on, actor.today, "opened_on")
    _insist_on_sense(name, age_from, age_to, provider)
    return Home.objects.create(
        unit=unit,
        name=name.strip(),
        kind=kind,
        opened_on=opened_on,
        capacity=capacity,
        age_from=age_from,
        age_to=age_to,
        provider=provider,
        registration=registration.strip(),
        address=address.strip(),
        postcode=postcode.strip(),
        telephone=telephone.strip(),
    )


@act(may_describe_home)
def describe_home(
    actor: Actor,
    home: Home,
    *,
    name: str,
    kind: str,
    capacity: int | None = None,
    age_from: int | None = None,
    age_to: int | None = None,
    provider: str = "",
    registration: str = "",
    address: str = "",
    postcode: str = "",
    telephone: str = "",
) -> Home:
    """Describe a home anew: name, places, ages, address. Fewer places than children move nobody out."""
    insist_on_choice(Home.Kind.values, kind, "kind")
    _insist_on_sense(name, age_from, age_to, provider)
    return write(
        home,
        name=name.strip(),
        kind=kind,
        capacity=capacity,
        age_from=age_from,
        age_to=age_to,
        provider=provider,
        registration=registration.strip(),
        address=address.strip(),
        postcode=postcode.strip(),
        telephone=telephone.strip(),
    )


@act(may_close_home)
def close_home(actor: Actor, home: Home, *, closed_on: date) -> Home:
    """Close a home in which nobody lives any more; its carers stop caring there that day.

    That nobody lives there is an objection of `placements`, which the judge asks for: the home is locked, and whoever
    brings a child there locks it as well.
    """
    insist_on_the_past(closed_on, actor.today, "closed_on")
    if home.opened_on:
        insist_on_order(closed_on, home.opened_on, _("The home opened on %(day)s."), "closed_on")
    for carer in Carer.objects.filter(home=home, ends_on__isnull=True):
        sentence = _("Somebody cares here only since %(day)s.")
        insist_on_order(closed_on, carer.starts_on, sentence, "closed_on")
        write(carer, ends_on=closed_on)
    return write(home, closed_on=closed_on)


@act(may_appoint_carer)
def appoint_carer(actor: Actor, home: Home, *, person: Person, starts_on: date, is_main: bool = False) -> Carer:
    """Record that somebody cares in a home from a day on; a new main carer takes the place of the one before."""
    insist_on_the_past(starts_on, actor.today, "starts_on")
    insist_on_a_lifetime(starts_on, person.born_from, person.died_on, "starts_on")
    if home.closed_on:
        raise Refused(_("This home is closed."), guard="G-STEP")
    if home.opened_on:
        insist_on_order(starts_on, home.opened_on, _("The home opened on %(day)s."), "starts_on")
    insist_on_age(person.age(starts_on), pack_in_force().limit("age_of_majority").value, 0, "person")
    here = Carer.objects.filter(home=home, ends_on__isnull=True)
    if here.filter(person=person).exists():
        raise Refused(_("This person cares here already."), guard="G-OVERLAP", field="person")
    if is_main:
        for carer in here.filter(is_main=True):
            write(carer, is_main=False)
    return Carer.objects.create(home=home, person=person, starts_on=starts_on, is_main=is_main)


@act(may_end_carer)
def end_carer(actor: Actor, carer: Carer, *, ended_on: date) -> Carer:
    """Record that somebody no longer cares in a home from a day on."""
    insist_on_the_past(ended_on, actor.today, "ended_on")
    insist_on_order(ended_on, carer.starts_on, _("This person cares here since %(day)s."), "ended_on")
    return write(carer, ends_on=ended_on)


@bulk_act(may_bring_in_homes)
def bring_in_homes(actor: Actor, unit: Unit, *, homes: Sequence[Home], carers: Sequence[Carer] = ()) -> list[Row]:
    """Bring in homes and their carers as another system kept them."""
    if any(home.unit_id != unit.pk for home in (*homes, *(carer.home for carer in carers))):
        raise Unseen
    Home.objects.bulk_create(homes, batch_size=500)
    Carer.objects.bulk_create(carers, batch_size=500)
    return [*homes, *carers]


def _insist_on_sense(name: str, age_from: int | None, age_to: int | None, provider: str) -> None:
    if not name.strip():
        raise Refused(_("Give the home a name."), guard="G-NAME", field="name")
    if age_from is not None and age_to is not None and age_to < age_from:
        raise Refused(_("The oldest age is below the youngest."), guard="G-AGE", field="age_to")
    if provider:
        known(pack_in_force().providers, provider, "provider")
