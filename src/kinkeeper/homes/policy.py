"""Who sees homes and carers: everyone who works in the home’s unit; its address is a matter of level."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import NOTHING, YES, Actor, Verdict, opens, part_of, scope
from kinkeeper.access.models import Role, Unit
from kinkeeper.access.policy import may_bring_in
from kinkeeper.homes.models import Approval, BackgroundCheck, Carer, Home, HouseMember, Training
from kinkeeper.lib.objections import objection_to
from kinkeeper.people.models import Person

READERS = (Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR, Role.DIRECTOR)


@scope(Home)
def homes(actor: Actor) -> Q:
    """A home is seen by the workers, supervisors and directors of its unit."""
    return Q(unit_id__in=actor.units(*READERS))


part_of(Carer, Home, "home")
part_of(Approval, Home, "home")
part_of(HouseMember, Home, "home")
part_of(BackgroundCheck, Home, "home")
part_of(Training, Home, "home")


@opens(Person)
def carers_of_my_units(actor: Actor) -> Q:
    """Carers are known to everyone who works in the unit of their home."""
    units = actor.units(*READERS)
    if not units:
        return NOTHING
    return Q(pk__in=Carer._base_manager.filter(home__unit_id__in=units, ends_on__isnull=True).values("person_id"))


def _keeps(actor: Actor, unit_id: int) -> Verdict:
    if not actor.sits(Role.SUPERVISOR, unit_id):
        return Verdict(_("Only a supervisor of this unit can change its homes."))
    return YES


def may_open_home(actor: Actor, unit: Unit) -> Verdict:
    """A home is opened by the supervisor of the unit."""
    return _keeps(actor, unit.pk)


def may_describe_home(actor: Actor, home: Home) -> Verdict:
    """Places, ages and address are kept by the supervisor of the unit."""
    return _keeps(actor, home.unit_id)


def may_close_home(actor: Actor, home: Home) -> Verdict:
    """A home is closed by the supervisor of the unit, once nobody lives there."""
    if home.closed_on:
        return Verdict(_("This home is already closed."))
    return _keeps(actor, home.unit_id) and Verdict(objection_to("close_home", home))


def may_appoint_carer(actor: Actor, home: Home) -> Verdict:
    """Carers are appointed by the supervisor of the unit."""
    return _keeps(actor, home.unit_id)


def may_end_carer(actor: Actor, carer: Carer) -> Verdict:
    """That someone no longer cares here is recorded by the supervisor of the unit."""
    if carer.ends_on:
        return Verdict(_("This person no longer cares here."))
    return _keeps(actor, carer.home.unit_id)


def may_bring_in_homes(actor: Actor, unit: Unit) -> Verdict:
    """Homes are brought in from another system by those who oversee the unit."""
    return may_bring_in(actor, unit)
