"""What follows when somebody comes of age or is in care again: the worker and the supervisors are told."""

from __future__ import annotations

from kinkeeper.access.gate import machine
from kinkeeper.access.models import Role, Seat
from kinkeeper.cases.models import Case
from kinkeeper.journal.acts import after
from kinkeeper.journal.models import Entry
from kinkeeper.leaving.actions import come_of_age, record_followup
from kinkeeper.leaving.models import Aftercare, FollowUp
from kinkeeper.notices.actions import tell
from kinkeeper.notices.models import Notice


@after(come_of_age)
def tell_that_aftercare_began(entry: Entry) -> None:
    """Tell the worker and the supervisors that after-care has begun by itself."""
    begun = Aftercare.objects.select_related("case__worker").filter(pk=entry.subject_id).first()
    if begun is not None:
        _tell(entry, begun.case, Notice.Kind.CAME_OF_AGE, begun.get_absolute_url())


@after(record_followup)
def tell_that_a_child_is_in_care_again(entry: Entry) -> None:
    """Tell the worker and the supervisors that a return did not hold."""
    told = FollowUp.objects.select_related("case__worker").filter(pk=entry.subject_id).first()
    if told is not None and told.back_in_care:
        _tell(entry, told.case, Notice.Kind.BACK_IN_CARE, told.case.get_absolute_url())


def _tell(entry: Entry, case: Case, kind: str, link: str) -> None:
    held = Seat.held_on(entry.at.date())
    seats = Seat.objects.filter(held, unit_id=case.unit_id, role=Role.SUPERVISOR, user__is_active=True)
    users = set(seats.values_list("user_id", flat=True))
    if case.worker is not None and case.worker.is_active:
        users.add(case.worker.pk)
    tell(
        machine("notices"),
        users=users - {entry.user_id},
        kind=kind,
        subject_code=case.code,
        link=link,
        entry_id=entry.pk,
    )
