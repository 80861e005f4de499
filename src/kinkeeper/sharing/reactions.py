"""What follows when a case is offered and answered: each side’s supervisors are told, and the worker who gets the case."""

from __future__ import annotations

from datetime import date

from kinkeeper.access.gate import machine
from kinkeeper.access.models import Role, Seat
from kinkeeper.journal.acts import after
from kinkeeper.journal.models import Entry
from kinkeeper.notices.actions import tell
from kinkeeper.notices.models import Notice
from kinkeeper.sharing.actions import accept_transfer, decline_transfer, offer_transfer, withdraw_transfer
from kinkeeper.sharing.models import Transfer


@after(offer_transfer)
def tell_the_receiver(entry: Entry) -> None:
    """Tell the supervisors of the unit to which a case is offered that an answer is awaited."""
    _tell_receiver(entry, Notice.Kind.TRANSFER_OFFERED)


@after(withdraw_transfer)
def tell_that_it_was_withdrawn(entry: Entry) -> None:
    """Tell the supervisors of the unit to which a case was offered that no answer is needed; they no longer see it."""
    _tell_receiver(entry, Notice.Kind.TRANSFER_WITHDRAWN)


@after(decline_transfer)
def tell_that_it_was_declined(entry: Entry) -> None:
    """Tell the sender’s supervisors and the worker of the case that they stay responsible."""
    _tell_sender(entry, Notice.Kind.TRANSFER_DECLINED)


@after(accept_transfer)
def tell_that_it_was_accepted(entry: Entry) -> None:
    """Tell the sender’s supervisors that the case was taken over, and the new worker that it is theirs."""
    _tell_sender(entry, Notice.Kind.TRANSFER_ACCEPTED)
    transfer = Transfer.objects.select_related("worker", "new_case").filter(pk=entry.subject_id).first()
    if transfer is None or transfer.new_case is None or transfer.worker_id in {None, entry.user_id}:
        return
    tell(
        machine("notices"),
        users=[transfer.worker_id or 0],
        kind=Notice.Kind.CASE_ASSIGNED,
        subject_code=transfer.new_case.code,
        link=transfer.new_case.get_absolute_url(),
        entry_id=entry.pk,
    )


def _tell_receiver(entry: Entry, kind: str) -> None:
    transfer = Transfer.objects.filter(pk=entry.subject_id).first()
    if transfer is None or transfer.unit_to_id is None:
        return
    link = transfer.get_absolute_url() if kind == Notice.Kind.TRANSFER_OFFERED else ""
    _tell(entry, transfer, kind, _supervisors(transfer.unit_to_id, entry.at.date()), link)


def _tell_sender(entry: Entry, kind: str) -> None:
    transfer = Transfer.objects.select_related("case").filter(pk=entry.subject_id).first()
    if transfer is None:
        return
    users = _supervisors(transfer.case.unit_id, entry.at.date())
    if transfer.case.worker_id:
        users.add(transfer.case.worker_id)
    _tell(entry, transfer, kind, users, transfer.get_absolute_url())


def _supervisors(unit_id: int, day: date) -> set[int]:
    seats = Seat.objects.filter(Seat.held_on(day), unit_id=unit_id, role=Role.SUPERVISOR, user__is_active=True)
    return set(seats.values_list("user_id", flat=True))


def _tell(entry: Entry, transfer: Transfer, kind: str, users: set[int], link: str) -> None:
    tell(
        machine("notices"),
        users=users - {entry.user_id or 0},
        kind=kind,
        subject_code=transfer.code,
        link=link,
        entry_id=entry.pk,
    )
