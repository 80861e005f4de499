"""Questions about cases: whose they are, what happened in them, how full a caseload is."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, QuerySet

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import Seat, Unit, User
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.cases.policy import WORKERS
from kinkeeper.people.models import Person


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


def assignments_of(actor: Actor, case: Case) -> QuerySet[Assignment]:
    """Who was responsible for a case, oldest first."""
    return seen(actor, Assignment).filter(case=case).select_related("worker")


def workers_of(actor: Actor, unit_id: int) -> QuerySet[User]:
    """Colleagues who hold a casework seat in the unit today, as far as the actor sees them."""
    seats = Seat.objects.filter(Seat.held_on(actor.today), unit_id=unit_id, role__in=WORKERS)
    return seen(actor, User).filter(pk__in=seats.values("user_id"), is_active=True)


def caseloads_of(actor: Actor, workers: Iterable[User]) -> dict[int, int]:
    """How many open cases that the actor sees each of these workers has, by the key of the worker. One question."""
    keys = [worker.pk for worker in workers]
    rows = seen(actor, Case).filter(worker_id__in=keys, closed_on=None).order_by().values("worker_id")
    counted = dict(rows.annotate(number=Count("pk")).values_list("worker_id", "number"))
    return {key: counted.get(key, 0) for key in keys}
