"""Which openings wait for a review: each within three days of the emergency, by those who oversee the record’s unit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor, seen
from kinkeeper.access.models import Opening
from kinkeeper.access.policy import OVERSEERS
from kinkeeper.lib.duties import Duty

OPENING = "opening"
REVIEWED_WITHIN = timedelta(hours=72)


@dataclass
class Opened:
    """What a list of duties calls an opening: the code of the record, never whose record it is."""

    pk: int
    code: str
    name: str


def openings_to_review(actor: Actor, on: date | None = None) -> list[Duty]:
    """The openings in units the actor oversees that nobody has reviewed, soonest due first; not the actor’s own.

    With `on`, only those due by that day. One question, and none for those who oversee nothing.
    """
    units = actor.units(*OVERSEERS)
    if not units:
        return []
    rows = seen(actor, Opening).filter(unit_id__in=units, reviewed_at=None).exclude(user_id=actor.user_id or 0)
    due = [(timezone.localdate(row.opened_at + REVIEWED_WITHIN), row) for row in rows.order_by("opened_at")]
    return [
        Duty(
            OPENING,
            Opened(row.pk, row.code, row.subject_code),
            day,
            None,
            "review_opening",
            row.code,
            words=_("Review an opened record"),
            icon="shield-lock",
        )
        for day, row in due
        if on is None or day <= on
    ]
