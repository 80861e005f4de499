"""Child records are written by the rooms below, each its own part; homes that nobody has described yet are opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Unit
from kinkeeper.cases.actions import bring_in_cases
from kinkeeper.exchange import queries
from kinkeeper.exchange.keeping.homes import key_of, new_home
from kinkeeper.exchange.keeping.shelf import Shelf
from kinkeeper.exchange.keeping.storing import Batch, Edit, HomeOf
from kinkeeper.exchange.models import ReportedFact
from kinkeeper.exchange.ssda903.records import ChildRecord
from kinkeeper.homes.actions import bring_in_homes
from kinkeeper.homes.models import Home
from kinkeeper.people.actions import bring_in_legal_statuses, register_people
from kinkeeper.placements.actions import bring_in_care_histories
from kinkeeper.plans.actions import bring_in_reviews

# A child and the first day of an episode.
Stay = tuple[str, date]
Kept = tuple[ChildRecord, Shelf | None]
Mint = Callable[[], str]


def keep_records(
    actor: Actor, unit: Unit, kept: Sequence[Kept], homes: Mapping[Stay, Home], mint: Mint
) -> tuple[list[ReportedFact], Sequence[Edit]]:
    """Write child records, table by table; answers the facts that no room keeps, new ones and changes, to be kept next."""
    workers = queries.workers_by_reference(actor, (w.worker for record, _shelf in kept for w in record.workers))
    home_of = homes_for(actor, unit, [record for record, _shelf in kept], homes, mint)
    batch = Batch(unit, home_of, workers, mint)
    for record, shelf in kept:
        batch.keep(record, shelf)
    registered = register_people(actor, unit, newcomers=[newcomer for newcomer, _person in batch.newcomers])
    for (_newcomer, person), row in zip(batch.newcomers, registered, strict=True):
        person.pk = row.pk
    bring_in_legal_statuses(
        actor,
        unit,
        statuses=batch.statuses,
        identifiers=batch.identifiers,
        changes=batch.edits.get("people", ()),
    )
    bring_in_cases(actor, unit, cases=batch.cases, assignments=batch.assignments, changes=batch.edits.get("cases", ()))
    bring_in_care_histories(
        actor,
        unit,
        periods=batch.periods,
        placements=batch.placements,
        episodes=batch.episodes,
        absences=batch.absences,
        extended=batch.extended,
        changes=batch.edits.get("placements", ()),
    )
    bring_in_reviews(actor, unit, reviews=batch.reviews)
    return batch.facts, batch.edits.get("exchange", ())


def homes_for(
    actor: Actor,
    unit: Unit,
    records: Sequence[ChildRecord],
    given: Mapping[Stay, Home],
    mint: Mint,
) -> HomeOf:
    """The homes that these records speak of: the given ones, else found or opened."""
    asked = [(record.child, episode) for record in records for episode in record.episodes]
    wanted = {key_of(episode): None for child, episode in asked if (child, episode.started_on) not in given}
    known = queries.homes_by_key(actor, unit, wanted)
    opened: dict[Any, Home] = {key: new_home(unit, key, mint()) for key in wanted if key not in known}
    bring_in_homes(actor, unit, homes=list(opened.values()))
    homes = {**known, **opened}
    return lambda child, episode: given.get((child, episode.started_on)) or homes[key_of(episode)]
