"""What follows when a record is opened in an emergency or factors come and go: those whom it concerns are told."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from kinkeeper.access.actions import open_record, review_opening, take_factors_away
from kinkeeper.access.gate import machine
from kinkeeper.access.models import Opening, Role, Seat
from kinkeeper.access.policy import A_DAY, MOST_OPENINGS_IN_A_DAY, OVERSEERS
from kinkeeper.entrance.actions import add_app, add_passkey, remove_factor, renew_recovery_codes
from kinkeeper.journal.acts import after
from kinkeeper.journal.models import Entry
from kinkeeper.notices.actions import tell
from kinkeeper.notices.models import Notice


@after(open_record)
def tell_that_a_record_was_opened(entry: Entry) -> None:
    """Tell the supervisors and directors of the record’s unit, though not the one who opened it."""
    opening = Opening.objects.filter(pk=entry.subject_id).select_related("unit").first()
    if opening is None:
        return
    unit = opening.unit
    wide = Q(unit=None, programme=unit.programme_id) | Q(unit=None, programme=None)
    seats = Seat.objects.filter(Seat.held_on(entry.at.date()), user__is_active=True)
    overseers = seats.filter(Q(unit=unit) | wide, role__in=OVERSEERS)
    tell(
        machine("notices"),
        users=set(overseers.values_list("user_id", flat=True)) - {opening.user_id},
        kind=Notice.Kind.RECORD_OPENED,
        subject_code=opening.subject_code,
        link=reverse("openings"),
        entry_id=entry.pk,
    )


@after(open_record)
def tell_the_administrators_of_the_last_of_a_day(entry: Entry) -> None:
    """Tell the administrators when somebody has opened as many records as a day allows: more are locked now."""
    opening = Opening.objects.filter(pk=entry.subject_id).select_related("user").first()
    if opening is None:
        return
    day = (opening.opened_at - A_DAY, opening.opened_at)
    lately = Opening.objects.filter(user=opening.user, opened_at__gt=day[0], opened_at__lte=day[1])
    if lately.count() < MOST_OPENINGS_IN_A_DAY:
        return
    seats = Seat.objects.filter(Seat.held_on(entry.at.date()), role=Role.ADMINISTRATOR, user__is_active=True)
    tell(
        machine("notices"),
        users=set(seats.values_list("user_id", flat=True)),
        kind=Notice.Kind.OPENINGS_LOCKED,
        subject_code=opening.user.code,
        link=reverse("user", args=[opening.user.code]),
        entry_id=entry.pk,
    )


@after(review_opening)
def tell_whose_opening_was_reviewed(entry: Entry) -> None:
    """Tell whoever opened the record that there is a verdict."""
    opening = Opening.objects.filter(pk=entry.subject_id).first()
    if opening is not None:
        tell(
            machine("notices"),
            users=[opening.user_id],
            kind=Notice.Kind.OPENING_REVIEWED,
            subject_code=opening.subject_code,
            link=reverse("openings"),
            entry_id=entry.pk,
        )


@after(take_factors_away)
def tell_whose_factors_were_taken_away(entry: Entry) -> None:
    """Tell the colleague, so that nobody loses a factor unseen."""
    _tell_the_owner(entry, Notice.Kind.FACTORS_TAKEN_AWAY)


@after(add_passkey)
@after(add_app)
@after(remove_factor)
@after(renew_recovery_codes)
def tell_that_the_sign_in_changed(entry: Entry) -> None:
    """Tell the owner of the account, so that no factor comes or goes unseen."""
    _tell_the_owner(entry, Notice.Kind.SIGN_IN_CHANGED)


def _tell_the_owner(entry: Entry, kind: Notice.Kind) -> None:
    """Tell whose account a deed was about, and lead to the page of signing in."""
    tell(
        machine("notices"),
        users=[entry.subject_id],
        kind=kind,
        subject_code=entry.subject_code,
        link=reverse("my_sign_in"),
        entry_id=entry.pk,
    )
