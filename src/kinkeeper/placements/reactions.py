"""What follows when a child comes, moves or leaves: the supervisors of the unit and the child’s worker are told."""

from __future__ import annotations

from django.urls import reverse

from kinkeeper.access.gate import machine
from kinkeeper.access.models import Role, Seat
from kinkeeper.cases.models import Case
from kinkeeper.journal.acts import after
from kinkeeper.journal.models import Entry
from kinkeeper.notices.actions import tell
from kinkeeper.notices.models import Notice
from kinkeeper.placements.actions import end_placement, move_child, place_siblings, start_placement
from kinkeeper.placements.models import PeriodOfCare


@after(start_placement)
@after(place_siblings)
def tell_that_care_began(entry: Entry) -> None:
    """Tell those who answer for the child that care has begun."""
    _tell(entry, Notice.Kind.CARE_STARTED)


@after(move_child)
def tell_that_a_child_moved(entry: Entry) -> None:
    """Tell those who answer for the child that it lives elsewhere now."""
    _tell(entry, Notice.Kind.CHILD_MOVED)


@after(end_placement)
def tell_that_care_ended(entry: Entry) -> None:
    """Tell those who answer for the child that care has ended."""
    _tell(entry, Notice.Kind.CARE_ENDED)


def _tell(entry: Entry, kind: str) -> None:
    """The supervisors of the unit and the worker of the case, but not the one who did it."""
    period = PeriodOfCare.objects.select_related("child").filter(pk=entry.subject_id).first()
    if period is None:
        return
    day = entry.at.date()
    seats = Seat.objects.filter(Seat.held_on(day), unit_id=period.unit_id, role=Role.SUPERVISOR, user__is_active=True)
    users = set(seats.values_list("user_id", flat=True))
    users |= set(
        Case.objects.filter(child=period.child, closed_on=None, worker__is_active=True).values_list(
            "worker_id", flat=True
        )
    )
    tell(
        machine("notices"),
        users=users - {entry.user_id},
        kind=kind,
        subject_code=period.child.code,
        link=reverse("child", args=[period.child.code]),
        entry_id=entry.pk,
    )
