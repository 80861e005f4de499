"""Questions about decisions: what was weighed, what holds on a day, and which siblings have to be thought of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

from kinkeeper.access.gate import Actor, may_read, seen
from kinkeeper.access.models import Seat, User, pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.cases.queries import WORKERS
from kinkeeper.decisions import guards
from kinkeeper.decisions.models import BestInterest, Decision, Necessity, Option, Requirement, Separation
from kinkeeper.decisions.policy import GATEKEEPERS
from kinkeeper.families.queries import siblings_of
from kinkeeper.lib.choices import choices_of
from kinkeeper.people.models import Person


def cases(actor: Actor) -> QuerySet[Case]:
    """The cases that this actor sees; a deed of this room begins with one."""
    return seen(actor, Case).select_related("child", "unit", "worker")


def children(actor: Actor) -> QuerySet[Person]:
    """The people that this actor sees; a separation begins with one of them."""
    return seen(actor, Person).select_related("unit")


def decisions(actor: Actor) -> QuerySet[Decision]:
    """The decisions that this actor sees, with the case and the child."""
    return seen(actor, Decision).select_related("case__child", "case__unit", "necessity", "best_interest", "by")


def decisions_of(actor: Actor, case: Case) -> QuerySet[Decision]:
    """The decisions in a case, newest first."""
    return decisions(actor).filter(case=case)


ON_CARE = guards.CARE


def in_force(on: date) -> Q:
    """Pure: the decisions that hold on a day: begun, not over, not withdrawn by then, of a case that still runs."""
    return guards.in_force(on) & Q(case__closed_on__isnull=True)


def decision_in_force(actor: Actor, child: Person, care_type: str, on: date) -> Decision | None:
    """The decision by which a child may live in this form of care on a day; an ordinary one before an emergency one."""
    rows = seen(actor, Decision).filter(in_force(on), kind__in=ON_CARE, case__child=child, care_type=care_type)
    found = list(rows.select_related("case", "best_interest"))
    return min(found, key=lambda decision: decision.kind == Decision.Kind.EMERGENCY, default=None)


def best_interests(actor: Actor) -> QuerySet[BestInterest]:
    """The best-interest procedures that this actor sees, with options and panel."""
    options = Prefetch("options", seen(actor, Option).all())
    rows = seen(actor, BestInterest).select_related("case__child", "case__unit", "by", "second")
    return rows.prefetch_related(options, "panel")


def best_interests_of(actor: Actor, case: Case) -> QuerySet[BestInterest]:
    """The best-interest procedures of a case, newest first."""
    return best_interests(actor).filter(case=case)


def necessities_of(actor: Actor, case: Case) -> QuerySet[Necessity]:
    """The necessity tests of a case, newest first, with support tried and relatives asked."""
    rows = seen(actor, Necessity).filter(case=case).select_related("case", "by")
    return rows.prefetch_related("supports", "kin")


def requirements_of(actor: Actor, case: Case) -> QuerySet[Requirement]:
    """Why determinations were required in a case, oldest first."""
    return seen(actor, Requirement).filter(case=case).select_related("case", "by")


def separations(actor: Actor) -> QuerySet[Separation]:
    """The separations of siblings that this actor sees."""
    return seen(actor, Separation).select_related("child__unit", "sibling__unit", "by")


def separations_of(actor: Actor, child: Person) -> QuerySet[Separation]:
    """The separations of a child from brothers and sisters, those that have ended too, newest first."""
    return separations(actor).filter(Q(child=child) | Q(sibling=child))


def separation_between(actor: Actor, child: Person, sibling: Person, on: date) -> Separation | None:
    """The separation of two siblings that holds on a day, or None; it does not matter who is named first."""
    lower, higher = sorted((child, sibling), key=lambda person: person.pk)
    lasting = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    return separations(actor).filter(lasting, child=lower, sibling=higher, decided_on__lte=on).first()


def siblings_to_consider(actor: Actor, child: Person, on: date | None = None) -> list[Person]:
    """The brothers and sisters whom the actor knows of and who are in care, or about whom it is being decided now.

    That they are is told to whoever decides on the child, also where their case is somebody else’s.
    """
    known = [sibling.person for sibling in siblings_of(actor, child) if sibling.person is not None]
    wanted = guards.in_care_or_soon(known, on or actor.today)
    return [person for person in known if person.pk in wanted]


def brothers_and_sisters(actor: Actor, child: Person) -> list[Person]:
    """The brothers and sisters of a child whom the actor knows of, in care or not."""
    return [sibling.person for sibling in siblings_of(actor, child) if sibling.person is not None]


def colleagues(actor: Actor, unit_id: int) -> QuerySet[User]:
    """Colleagues of a unit who may be the second to weigh what is best; never the actor."""
    roles = (*WORKERS, *GATEKEEPERS)
    seats = Seat.objects.filter(Seat.held_on(actor.today), unit_id=unit_id, role__in=roles)
    rows = seen(actor, User).filter(pk__in=seats.values("user_id"), is_active=True)
    return rows.exclude(pk=actor.user_id or 0).order_by("name")


def persons_with_codes(actor: Actor, codes: Iterable[str]) -> list[Person]:
    """The people with these codes, as far as the actor sees them."""
    return list(seen(actor, Person).filter(code__in=list(codes)))


def those(actor: Actor, persons: Iterable[Person]) -> QuerySet[Person]:
    """These people as rows to choose from, as far as the actor sees them."""
    return seen(actor, Person).filter(pk__in=[person.pk for person in persons])


def apart(actor: Actor, child: Person) -> list[tuple[Separation, Person | None]]:
    """The separations of a child with the other sibling, who is None where the actor does not see them."""
    rows = list(separations_of(actor, child))
    known = {person.pk: person for person in those(actor, [row.child for row in rows] + [row.sibling for row in rows])}
    return [(row, known.get(row.sibling_id if row.child_id == child.pk else row.child_id)) for row in rows]


def emergency_forms(actor: Actor) -> list[tuple[str, str]]:
    """The forms of care of the pack that may be authorised at once, with their words."""
    types = pack_in_force().care_types
    fit = {code: care for code, care in types.items() if care.neutral in guards.FIT_FOR_EMERGENCY}
    return choices_of(fit, actor.today)


def as_it_is(actor: Actor, separation: Separation) -> dict[str, str]:
    """Why two siblings live apart and how they meet, to be written anew, as far as the actor’s seat reaches it."""
    return {name: getattr(separation, name) for name in ("words", "contact") if may_read(actor, separation, name)}
