"""Questions about cases: whose they are, what happened in them, how full a caseload is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Q, QuerySet

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import Role, Seat, Unit, User
from kinkeeper.cases.models import Assignment, Case, Conference, Contact, Death, Task, Tracing
from kinkeeper.people.models import Person

WORKERS = (Role.CASEWORKER, Role.YOUTH_WORKER)


def cases(actor: Actor) -> QuerySet[Case]:
    """The cases that this actor sees, with child, unit and worker."""
    return seen(actor, Case).select_related("child", "unit", "worker")


def units(actor: Actor) -> QuerySet[Unit]:
    """The units that this actor sees."""
    return seen(actor, Unit)


def open_case_of(actor: Actor, child: Person) -> Case | None:
    """The open case of a child as far as the actor sees it, or None."""
    return cases(actor).filter(child=child, closed_on=None).first()


def children(actor: Actor) -> QuerySet[Person]:
    """The people that this actor sees; a deed about a child begins here."""
    return seen(actor, Person).select_related("unit")


def contacts_of(actor: Actor, case: Case) -> QuerySet[Contact]:
    """The contacts of a case, newest first."""
    return seen(actor, Contact).filter(case=case).select_related("by")


def saw_the_child(actor: Actor, case: Case, on: date) -> bool:
    """Whether a visit of this day in which the child was seen is written down."""
    visits = contacts_of(actor, case).filter(kind=Contact.Kind.VISIT, happened_on=on)
    return visits.exclude(seen=Contact.Seen.NOT_SEEN).exists()


def assignments_of(actor: Actor, case: Case) -> QuerySet[Assignment]:
    """Who was responsible for a case, oldest first."""
    return seen(actor, Assignment).filter(case=case).select_related("worker")


def workers_of(actor: Actor, unit_id: int) -> QuerySet[User]:
    """Colleagues who hold a casework seat in the unit today, as far as the actor sees them."""
    seats = Seat.objects.filter(Seat.held_on(actor.today), unit_id=unit_id, role__in=WORKERS)
    return seen(actor, User).filter(pk__in=seats.values("user_id"), is_active=True)


def task_owners_of(actor: Actor, case: Case) -> QuerySet[User]:
    """Who may own a task of a case: those who see it to the end, its worker and the supervisors of its unit."""
    seats = Seat.objects.filter(Seat.held_on(actor.today), unit_id=case.unit_id, role=Role.SUPERVISOR)
    return seen(actor, User).filter(Q(pk=case.worker_id) | Q(pk__in=seats.values("user_id")), is_active=True)


def conferences_of(actor: Actor, case: Case) -> QuerySet[Conference]:
    """The conferences of a case, newest first."""
    return seen(actor, Conference).filter(case=case).select_related("by", "case")


def tasks(actor: Actor) -> QuerySet[Task]:
    """The tasks that this actor sees, with case, child and owner."""
    return seen(actor, Task).select_related("case__child", "case__worker", "owner")


def open_tasks(actor: Actor) -> QuerySet[Task]:
    """The tasks of running cases that are neither done nor dropped, soonest first."""
    return tasks(actor).filter(done_on=None, dropped_on=None, case__closed_on=None)


def my_tasks(actor: Actor) -> QuerySet[Task]:
    """The open tasks that this actor owns: by name, or as the worker of the case where nobody is named."""
    return open_tasks(actor).filter(Q(owner=actor.user_id) | Q(owner=None, case__worker=actor.user_id))


def tracings(actor: Actor) -> QuerySet[Tracing]:
    """The searches for families that this actor sees, with case and child."""
    return seen(actor, Tracing).select_related("case__child")


def death_in(actor: Actor, case: Case) -> Death | None:
    """What was recorded about the death of the child, or None."""
    return seen(actor, Death).filter(case=case).select_related("by", "case").first()


def caseloads_of(actor: Actor, workers: Iterable[User]) -> dict[int, int]:
    """How many open cases that the actor sees each of these workers has, by the key of the worker. One question."""
    keys = [worker.pk for worker in workers]
    rows = seen(actor, Case).filter(worker_id__in=keys, closed_on=None).order_by().values("worker_id")
    counted = dict(rows.annotate(number=Count("pk")).values_list("worker_id", "number"))
    return {key: counted.get(key, 0) for key in keys}


def is_responsible(actor: Actor, case: Case) -> bool:
    """Whether the actor works on this case: its own worker, or a supervisor of its unit."""
    own = case.worker_id is not None and case.worker_id == actor.user_id and actor.sits_any(WORKERS, case.unit_id)
    return own or actor.sits(Role.SUPERVISOR, case.unit_id)
