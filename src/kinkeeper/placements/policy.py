"""Who sees where a child lives and has lived (whoever sees the child), and who may change it."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import YES, Actor, Verdict, part_of, scope, shows, through
from kinkeeper.access.models import Role, Unit
from kinkeeper.access.policy import may_bring_in
from kinkeeper.cases.models import Case
from kinkeeper.homes.models import Carer, Home
from kinkeeper.lib.objections import objects_to
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Absence, Episode, PeriodOfCare, Placement
from kinkeeper.plans.models import Review

PLACERS = (Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR)

part_of(PeriodOfCare, Person, "child")
# Where a child lives is said with the child, also where the home belongs to another unit.
shows(Placement, "home")
part_of(Placement, PeriodOfCare, "period")
part_of(Absence, Person, "child")


@scope(Episode)
def episodes(actor: Actor) -> Q:
    """Episodes are seen with their period of care, and so with the child."""
    return through(actor, PeriodOfCare, "period")


def _places(actor: Actor, child: Person) -> Verdict:
    if not actor.sits_any(PLACERS, child.unit_id):
        return Verdict(_("Only a worker of the child’s unit can change where the child lives."))
    return YES


def _of_an_open_period(actor: Actor, period: PeriodOfCare) -> Verdict:
    if period.ended_on:
        return Verdict(_("This period of care has ended. A child who returns begins a new one."))
    return _places(actor, period.child)


def may_start_placement(actor: Actor, child: Person) -> Verdict:
    """Care is begun by a worker of the child’s unit."""
    if child.died_on:
        return Verdict(_("This child has died."), guard="G-STEP")
    return _places(actor, child)


def may_place_siblings(actor: Actor, child: Person) -> Verdict:
    """Brothers and sisters are placed together by a worker of the child’s unit."""
    return may_start_placement(actor, child)


def may_review_exemption(actor: Actor, placement: Placement) -> Verdict:
    """That brothers and sisters are more than a home may take is looked at again by a supervisor of the child’s unit."""
    if placement.exemption_review_on is None:
        return Verdict(_("This stay has no exemption for brothers and sisters."), guard="G-STEP")
    if not actor.sits(Role.SUPERVISOR, placement.unit_id):
        return Verdict(_("Only a supervisor of the child’s unit can look at the exemption again."))
    return _of_an_open_period(actor, placement.period)


def may_move_child(actor: Actor, period: PeriodOfCare) -> Verdict:
    """A child in care is moved by a worker of the child’s unit."""
    return _of_an_open_period(actor, period)


def may_change_legal_status(actor: Actor, period: PeriodOfCare) -> Verdict:
    """A new order is recorded by a worker of the child’s unit."""
    return _of_an_open_period(actor, period)


def may_end_placement(actor: Actor, period: PeriodOfCare) -> Verdict:
    """Care is ended by a worker of the child’s unit."""
    return _of_an_open_period(actor, period)


def may_report_absence(actor: Actor, child: Person) -> Verdict:
    """That a child is missing is recorded by a worker of the child’s unit."""
    return _places(actor, child)


def may_record_return(actor: Actor, absence: Absence) -> Verdict:
    """That a missing child is back is recorded by a worker of the child’s unit."""
    if absence.ended_on:
        return Verdict(_("This child is already back."))
    return _places(actor, absence.child)


def may_bring_in_care_histories(actor: Actor, unit: Unit) -> Verdict:
    """Care histories are brought in from another system by those who oversee the unit."""
    return may_bring_in(actor, unit)


@objects_to("close_home")
def _nobody_lives_there(home: Home) -> str:
    """A home in which children live cannot be closed."""
    here = PeriodOfCare.objects.filter(ended_on__isnull=True).values("pk")
    later = Episode.objects.filter(period=OuterRef("period"), started_on__gt=OuterRef("started_on"))
    if Episode.objects.filter(~Exists(later), placement__home=home, period__in=here).exists():
        return str(_("Children live in this home. It can be closed when the last of them has moved."))
    return ""


@objects_to("close_case")
@objects_to("mark_duplicate")
def _the_child_is_not_in_care(case: Case) -> str:
    """The case of a child in care cannot be closed: somebody must be responsible."""
    if PeriodOfCare.objects.filter(child=case.child_id, ended_on__isnull=True).exists():
        return str(_("This child is in care. Record first how care ended."))
    return ""


@objects_to("hold_review")
def _a_carer_does_not_chair(review: Review) -> str:
    """A review is not chaired by those with whom the child lives; asked with the name of the chair."""
    homes = Placement.objects.filter(period__child=review.child, period__ended_on__isnull=True).values("home")
    carers = Carer.objects.filter(home__in=homes, ends_on__isnull=True).values_list("person__name", flat=True)
    chair = " ".join(review.chair.split()).casefold()
    if chair in {" ".join(name.split()).casefold() for name in carers}:
        return str(_("This is a carer of the child. Somebody without a bond chairs the review."))
    return ""
