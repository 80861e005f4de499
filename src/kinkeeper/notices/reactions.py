"""What follows when a record is opened in an emergency or factors are taken away: those whom it concerns are told."""

from __future__ import annotations

from django.urls import reverse

from kinkeeper.access.actions import open_record, take_factors_away
from kinkeeper.access.gate import machine
from kinkeeper.access.models import Opening, Role, Seat
from kinkeeper.journal.acts import after
from kinkeeper.journal.models import Entry
from kinkeeper.notices.actions import tell
from kinkeeper.notices.models import Notice


@after(open_record)
def tell_that_a_record_was_opened(entry: Entry) -> None:
    """Tell the supervisors of the record’s unit, though not the one who opened it."""
    opening = Opening.objects.filter(pk=entry.subject_id).first()
    if opening is None:
        return
    held = Seat.held_on(entry.at.date())
    seats = Seat.objects.filter(held, unit=opening.unit_id, role=Role.SUPERVISOR, user__is_active=True)
    tell(
        machine("notices"),
        users=set(seats.values_list("user_id", flat=True)) - {opening.user_id},
        kind=Notice.Kind.RECORD_OPENED,
        subject_code=opening.subject_code,
        link=reverse("openings"),
        entry_id=entry.pk,
    )


@after(take_factors_away)
def tell_whose_factors_were_taken_away(entry: Entry) -> None:
    """Tell the colleague, so that nobody loses a factor unseen."""
    tell(
        machine("notices"),
        users=[entry.subject_id],
        kind=Notice.Kind.FACTORS_TAKEN_AWAY,
        subject_code=entry.subject_code,
        link=reverse("my_sign_in"),
        entry_id=entry.pk,
    )
