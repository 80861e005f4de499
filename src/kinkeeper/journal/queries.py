"""What was done to a record and who looked at it."""

from __future__ import annotations

from django.db.models import Model, QuerySet
from django.utils import timezone

from kinkeeper.access.gate import DEVICE, Actor, Unseen, seen
from kinkeeper.journal.models import Entry, Look, Refusal


def _insist_on_seeing(actor: Actor, row: Model) -> None:
    if not seen(actor, type(row)).filter(pk=row.pk).exists():
        raise Unseen


def deeds_on(actor: Actor, row: Model) -> QuerySet[Entry]:
    """What was done to this record, newest first, for those who see the record."""
    _insist_on_seeing(actor, row)
    return Entry.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk).select_related("user")


def refusals_on(actor: Actor, row: Model) -> QuerySet[Refusal]:
    """What was refused on this record, newest first, for those who see the record."""
    _insist_on_seeing(actor, row)
    return Refusal.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk).select_related("user")


def looks_at(actor: Actor, row: Model) -> QuerySet[Look]:
    """Who read this record, newest first, for those who see the record."""
    _insist_on_seeing(actor, row)
    return Look.objects.filter(subject_type=row._meta.label_lower, subject_id=row.pk).select_related("user")


def remember_look(actor: Actor, row: Model, page: str) -> None:
    """Write down that the actor read this record; jobs and strangers have no eyes, devices of others have."""
    if actor.user_id is None and not actor.name.startswith(DEVICE):
        return
    Look.objects.create(
        at=timezone.now(),
        user_id=actor.user_id,
        device="" if actor.user_id else actor.name,
        subject_type=row._meta.label_lower,
        subject_id=row.pk,
        page=page,
        through_opening=(row._meta.label_lower, row.pk) in actor.opened,
    )
