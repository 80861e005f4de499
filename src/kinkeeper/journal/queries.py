"""What was done to a record and who looked at it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from kinkeeper.access.gate import DEVICE, Actor, Unseen, seen, unit_of
from kinkeeper.access.models import Role, Seat
from kinkeeper.journal.history import columns_of
from kinkeeper.journal.models import Entry, History, Link, Look, Refusal
from kinkeeper.lib.standing import passing


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


def looks_at(actor: Actor, row: Model, *parts: QuerySet[Any]) -> QuerySet[Look]:
    """Who read this record, or one of these parts of it, newest first, for those who see the record."""
    _insist_on_seeing(actor, row)
    about = Q(subject_type=row._meta.label_lower, subject_id=row.pk)
    for rows in parts:
        about |= Q(subject_type=rows.model._meta.label_lower, subject_id__in=rows.order_by().values("pk"))
    return Look.objects.filter(about).select_related("user")


@passing("who looked")
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


@passing("who looked")
def remember_looks(actor: Actor, rows: Sequence[Model], page: str) -> None:
    """Write down that the actor read a page about several records at once."""
    if actor.user_id is not None:
        now, user = timezone.now(), actor.user_id
        told = [(row._meta.label_lower, row.pk) for row in rows]
        Look.objects.bulk_create(
            Look(
                at=now,
                user_id=user,
                subject_type=table,
                subject_id=pk,
                page=page,
                through_opening=(table, pk) in actor.opened,
            )
            for table, pk in told
        )


def last_look_of(actor: Actor, page: str) -> datetime | None:
    """When the actor read this page last; the scope of looks shows everybody their own."""
    return seen(actor, Look).filter(page=page).order_by("-at").values_list("at", flat=True).first()


def looks_on_my_units(actor: Actor, units: Collection[int], since: datetime, *, rows: bool = False) -> Any:
    """Looks by those who hold a seat in these units, or at records that belong to them, oldest first.

    Only units the actor oversees count. Without `rows`: (reader, at, table, key, through an opening).
    """
    mine = actor.units(Role.SUPERVISOR, Role.DIRECTOR) & frozenset(units)
    readers = Seat.objects.filter(Seat.held_on(actor.today), unit_id__in=mine).values("user_id")
    about = Q()
    for model in apps.get_models():
        # Records say themselves which unit they belong to; only those with a column can be asked for together.
        if model.__module__.startswith("kinkeeper.") and "unit_id" in columns_of(model) and hasattr(model, "code"):
            keys = model._base_manager.filter(unit_id__in=mine).values("pk")
            about |= Q(subject_type=model._meta.label_lower, subject_id__in=keys)
    found = Look.objects.filter(Q(user_id__in=readers) | about, at__gte=since).order_by("at", "pk")
    return found if rows else found.values_list("user_id", "at", "subject_type", "subject_id", "through_opening")


@passing("what it was before")
def former_states(actor: Actor, rows: Sequence[Model], most: int = 500) -> list[tuple[History, Entry | None]]:
    """What these records were before, newest first, each with the deed that changed it; None where no deed did.

    The rows came through the gate; asked by those who supervise, direct or audit their unit. Three questions.
    """
    mine = actor.units(Role.SUPERVISOR, Role.DIRECTOR, Role.AUDITOR)
    if not all(unit_of(row) in mine for row in rows):
        raise Unseen
    keys: dict[str, list[int]] = {}
    for row in rows:
        keys.setdefault(row._meta.db_table, []).append(row.pk)
    wanted = Q(pk__in=[])
    for table, known in keys.items():
        wanted |= Q(table=table, row__in=known)
    found = list(History.objects.filter(wanted).order_by("-pk")[:most])
    links = Link.objects.filter(kind=Link.Kind.HISTORY, row__in=[one.pk for one in found]).values_list("row", "deed")
    deeds = dict(links)
    entries = Entry.objects.filter(pk__in=[pk for pk in deeds.values() if pk]).select_related("user").in_bulk()
    return [(one, entries.get(deeds.get(one.pk) or 0)) for one in found]
