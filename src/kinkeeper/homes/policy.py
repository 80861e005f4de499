"""Who sees homes and carers: everyone who works in the home’s unit; its address is a matter of level."""

from __future__ import annotations

from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import NOTHING, YES, Actor, Verdict, opens, part_of, scope, shows
from kinkeeper.access.models import Role, Unit
from kinkeeper.access.policy import may_bring_in
from kinkeeper.cases.models import HasCase
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
shows(Carer, "person")
shows(HouseMember, "person")
shows(BackgroundCheck, "person")
shows(Training, "person")


@opens(Person)
def adults_of_my_homes(actor: Actor) -> Q:
    """Carers, and who else lives in a home, are known to everyone who works in the unit of the home.

    Whoever has or had a case of their own stays with those who work on it, also when they live in a carer’s house or
    care there themselves: what was written of them as a child is no business of those who work with carers.
    """
    units = actor.units(*READERS)
    if not units:
        return NOTHING
    carers = Carer._base_manager.filter(home__unit_id__in=units, ends_on__isnull=True)
    members = HouseMember._base_manager.filter(home__unit_id__in=units, ends_on__isnull=True)
    never = ~HasCase(F("person_id"))
    return Q(pk__in=carers.filter(never).values("person_id")) | Q(pk__in=members.filter(never).values("person_id"))


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


def may_approve_home(actor: Actor, home: Home) -> Verdict:
    """That a home was approved, and for what, is recorded by the supervisor of the unit."""
    return _keeps_open(actor, home)


def may_suspend_approval(actor: Actor, approval: Approval) -> Verdict:
    """An approval that holds is put on hold by the supervisor of the unit."""
    if approval.suspended_on:
        return Verdict(_("This approval is on hold already."), guard="G-STEP")
    return _of_a_running_approval(actor, approval)


def may_lift_suspension(actor: Actor, approval: Approval) -> Verdict:
    """An approval on hold is put in force again by the supervisor of the unit."""
    if not approval.suspended_on:
        return Verdict(_("This approval is not on hold."), guard="G-STEP")
    return _of_a_running_approval(actor, approval)


def may_end_approval(actor: Actor, approval: Approval) -> Verdict:
    """That an approval ended before its day is recorded by the supervisor of the unit."""
    return _of_a_running_approval(actor, approval)


def may_add_house_member(actor: Actor, home: Home) -> Verdict:
    """Who else lives in a home is recorded by the supervisor of the unit."""
    return _keeps_open(actor, home)


def may_end_house_member(actor: Actor, member: HouseMember) -> Verdict:
    """That somebody moved out is recorded by the supervisor of the unit."""
    if member.ends_on:
        return Verdict(_("This person no longer lives here."), guard="G-STEP")
    return _keeps(actor, member.home.unit_id)


def may_record_background_check(actor: Actor, home: Home) -> Verdict:
    """Background checks of the adults in a home are recorded by the supervisor of the unit."""
    return _keeps_open(actor, home)


def may_record_training(actor: Actor, home: Home) -> Verdict:
    """Trainings of carers are recorded by the supervisor of the unit."""
    return _keeps_open(actor, home)


def _keeps_open(actor: Actor, home: Home) -> Verdict:
    if home.closed_on:
        return Verdict(_("This home is closed."), guard="G-STEP")
    return _keeps(actor, home.unit_id)


def _of_a_running_approval(actor: Actor, approval: Approval) -> Verdict:
    if approval.ends_on is not None and approval.ends_on <= actor.today:
        return Verdict(_("This approval has ended. Record a new one."), guard="G-STEP")
    return _keeps(actor, approval.home.unit_id)


def may_bring_in_homes(actor: Actor, unit: Unit) -> Verdict:
    """Homes are brought in from another system by those who oversee the unit."""
    return may_bring_in(actor, unit)
