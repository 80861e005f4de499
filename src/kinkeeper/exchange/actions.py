"""Deeds of bringing data in and taking it out: preview, landing child by child, quarantine, and the return itself."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Association, Unit
from kinkeeper.cases.actions import bring_in_cases
from kinkeeper.exchange import queries
from kinkeeper.exchange.keeping.homes import key_of, new_home
from kinkeeper.exchange.keeping.quarantine import (
    Preview,
    fault_in_words,
    once_more,
    quarantined,
    refused,
    why,
    with_warnings,
    without,
)
from kinkeeper.exchange.keeping.shelf import Shelf
from kinkeeper.exchange.keeping.storing import Batch, Edit, HomeOf
from kinkeeper.exchange.models import Import, QuarantinedRow, ReportedFact
from kinkeeper.exchange.policy import (
    may_abandon_import,
    may_begin_landing,
    may_bring_in_reported_facts,
    may_export,
    may_export_all,
    may_finish_landing,
    may_keep_children,
    may_land_children,
    may_mend_row,
    may_preview_import,
    may_set_row_aside,
)
from kinkeeper.exchange.ssda903 import spool
from kinkeeper.exchange.ssda903.reading import SUFFIXES, read_folder, row_from_cells
from kinkeeper.exchange.ssda903.records import ChildRecord
from kinkeeper.exchange.ssda903.rows import BadRow
from kinkeeper.exchange.ssda903.rows import Row as FileRow
from kinkeeper.exchange.ssda903.tables import TABLES
from kinkeeper.exchange.ssda903.weighing import Outcome, weigh
from kinkeeper.exchange.ssda903.writing import Written, write_year
from kinkeeper.homes.actions import bring_in_homes
from kinkeeper.homes.models import Home
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.keys.fields import with_keys
from kinkeeper.lib.codes import new_code
from kinkeeper.lib.packs import Purpose
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.lib.steps import move
from kinkeeper.people.actions import bring_in_legal_statuses, register_people
from kinkeeper.people.queries import verdict_on_taking_out
from kinkeeper.placements.actions import bring_in_care_histories
from kinkeeper.plans.actions import bring_in_reviews

CHILDREN_AT_ONCE = 200
SPOOL = "rows.sqlite3"

# A child and the first day of an episode.
Stay = tuple[str, date]

# ---- bringing files in -----------------------------------------------------------------------------------------------


@act(may_preview_import)
def preview_import(actor: Actor, unit: Unit, *, folder: Path, look_through: bool = True) -> Import:
    """Copy the files, read every row, and say what would become of them. No care record is written.

    The same files brought in again are the same import, which then starts anew. Without `look_through` rows are read
    but not judged, because they will be judged when they land.
    """
    _insist_on_tables(folder)
    digest = _digest(folder)
    brought = queries.import_like(actor, unit, digest)
    if brought is None:
        brought = Import.objects.create(unit=unit, digest=digest, by_id=actor.user_id)
    place = _folder(brought)
    if not (place / SPOOL).exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True, mode=0o700)
        found = spool.fill(place / SPOOL, read_folder(folder))
        summary: dict[str, Any] = {
            "tables": found.rows,
            "remarks": [fault_in_words(fault) for fault in found.remarks],
        }
        brought = write(
            brought, folder=str(place), rows_read=found.total, children_total=found.children, summary=summary
        )
    return write(brought, summary={**brought.summary, **_looked_through(actor, brought)}) if look_through else brought


@act(may_begin_landing)
def begin_landing(actor: Actor, brought: Import) -> Import:
    """Begin to land an import, or take up again one that was stopped."""
    if not (_folder(brought) / SPOOL).exists():
        raise Refused(_("The files of this import are no longer here. Bring them in again."), guard="G-FILES")
    if brought.state == Import.State.LANDING:
        return write(brought)
    brought = move(
        brought,
        Import.State.LANDING,
        landed_through="",
        children_done=0,
        rows_landed=0,
        rows_unchanged=0,
        summary={**brought.summary, "warnings": 0, "warned": []},
    )
    nameless = spool.sheaf_of(_folder(brought) / SPOOL, "")
    _quarantine(brought, nameless.bad)
    return brought


@act(may_land_children)
def land_children(actor: Actor, brought: Import, *, children: int = CHILDREN_AT_ONCE) -> Import:
    """Land the next children of an import, all of them or none, and remember how far it has come."""
    if brought.state != Import.State.LANDING:
        raise Refused(_("This import is not landing."), guard="G-STEP")
    place = _folder(brought) / SPOOL
    sheaves = list(spool.sheaves(place, brought.landed_through, children))
    if not sheaves:
        return brought
    outcomes, mended, shelves = _judged(actor, brought, sheaves)
    kept = [(one.record, shelves.get(one.record.child)) for one in outcomes if one.record]
    _keep(actor, brought.unit, kept)
    _quarantine(brought, [row for one in outcomes for row in one.quarantined])
    return write(
        brought,
        landed_through=sheaves[-1].child,
        children_done=brought.children_done + len(sheaves),
        rows_landed=brought.rows_landed + sum(one.landed for one in outcomes),
        rows_unchanged=brought.rows_unchanged + mended + sum(one.unchanged for one in outcomes),
        summary=with_warnings(brought.summary, [fault for one in outcomes for fault in one.warnings]),
    )


@act(may_finish_landing)
def finish_landing(actor: Actor, brought: Import) -> Import:
    """Close an import whose last child has landed, and remove its files: what they said is kept now."""
    if brought.children_done < brought.children_total:
        raise Refused(_("Some children of this import have not landed yet."), guard="G-STEP")
    transaction.on_commit(lambda: shutil.rmtree(_folder(brought), ignore_errors=True))
    return move(brought, Import.State.FINISHED)


@act(may_abandon_import)
def abandon_import(actor: Actor, brought: Import) -> Import:
    """Give up a preview and remove its files; nothing of it has landed."""
    transaction.on_commit(lambda: shutil.rmtree(_folder(brought), ignore_errors=True))
    return move(brought, Import.State.ABANDONED)


@act(may_keep_children)
def keep_children(
    actor: Actor,
    unit: Unit,
    *,
    records: Sequence[ChildRecord],
    homes: Mapping[Stay, Home] | None = None,
    mint: Callable[[], str] = new_code,
) -> Unit:
    """Keep whole child records that need no judging; `homes` says in which home a child was from a day on, if known."""
    shelves = queries.shelves_by_number(actor, unit, [record.child for record in records])
    _keep(actor, unit, [(record, shelves.get(record.child)) for record in records], homes, mint)
    return unit


@bulk_act(may_bring_in_reported_facts)
def bring_in_reported_facts(
    actor: Actor, unit: Unit, *, facts: Sequence[ReportedFact], changes: Sequence[Edit] = ()
) -> list[ReportedFact]:
    """Keep what only the return asks for, word for word, until the room that owns it is built."""
    changed = [write(row, **values) for row, values in changes]
    ReportedFact.objects.bulk_create(with_keys(facts))
    return [*facts, *(row for row in changed if isinstance(row, ReportedFact))]


# ---- quarantine ------------------------------------------------------------------------------------------------------


@act(may_mend_row)
def mend_row(actor: Actor, row: QuarantinedRow, *, values: Mapping[str, str]) -> QuarantinedRow:
    """Correct a row in quarantine; it lands if nothing else is wrong, and with it the rows that waited for it."""
    table = TABLES.get(row.table)
    if table is None:
        raise Refused(_("This file is no table of the return. Correct its first line and bring it in again."))
    mended = row_from_cells(row.file, row.line, table, row.year, dict(values))
    if isinstance(mended, BadRow):
        fault = mended.faults[0]
        raise Refused(fault.reason, guard=fault.code, field=fault.field or None)
    others = QuarantinedRow.objects.filter(of=row.of, child_mark=mended.child, state=QuarantinedRow.State.WAITING)
    waiting = list(others.exclude(pk=row.pk))
    outcome = _judge_again(actor, row, mended, waiting)
    still = {(bad.file, bad.line): bad for bad in outcome.quarantined}
    for other in waiting:
        bad = still.get((other.file, other.line))
        if bad:
            write(other, **why(bad))
        else:
            move(other, QuarantinedRow.State.MENDED)
    brought = row.of
    landed, unchanged = brought.rows_landed + outcome.landed, brought.rows_unchanged + outcome.unchanged
    write(brought, rows_landed=landed, rows_unchanged=unchanged)
    return move(row, QuarantinedRow.State.MENDED, values=dict(values), child_reference=mended.child)


@act(may_set_row_aside)
def set_row_aside(actor: Actor, row: QuarantinedRow) -> QuarantinedRow:
    """Say that a row in quarantine needs no mending. It stays readable, and is not asked about again."""
    return move(row, QuarantinedRow.State.SET_ASIDE)


# ---- taking data out -------------------------------------------------------------------------------------------------


@act(may_export)
def export(
    actor: Actor, unit: Unit, *, year: int, folder: Path, purpose: Purpose | None, recipient: str = ""
) -> Written:
    """Write the return of one unit for the collection year that begins in `year`; deed and purpose are remembered."""
    _insist_on_a_purpose(actor, [unit], purpose, recipient)
    return write_year(folder, year, queries.records_of_children(actor, [unit]))


@act(may_export_all)
def export_all(
    actor: Actor, association: Association, *, year: int, folder: Path, purpose: Purpose | None, recipient: str = ""
) -> Written:
    """Write the return of the whole association for the collection year that begins in `year`."""
    units = list(queries.units_to_import_into(actor))
    _insist_on_a_purpose(actor, units, purpose, recipient)
    return write_year(folder, year, queries.records_of_children(actor, units))


def _insist_on_a_purpose(actor: Actor, units: Sequence[Unit], purpose: Purpose | None, recipient: str) -> None:
    verdict = verdict_on_taking_out(actor, queries.children_of_return(actor, units), purpose, recipient)
    if not verdict:
        field = "recipient" if purpose and not recipient.strip() else "purpose"
        raise Refused(verdict.sentence, guard=verdict.guard, field=field)


# ---- how -------------------------------------------------------------------------------------------------------------


def _folder(brought: Import) -> Path:
    return Path(settings.DATA) / "imports" / brought.code


def _insist_on_tables(folder: Path) -> None:
    if not any(path.suffix.lower() in SUFFIXES for path in folder.rglob("*") if path.is_file()):
        raise Refused(_("There is no CSV file in this folder."), guard="G-FILES")


def _digest(folder: Path) -> str:
    """One fingerprint of all tables below a folder, with their names, which may tell the year."""
    total = hashlib.sha256()
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in SUFFIXES):
        total.update(f"{folder.name}/{path.relative_to(folder).as_posix()}\0".encode())
        with path.open("rb") as handle:
            while block := handle.read(1 << 20):
                total.update(block)
    return total.hexdigest()


def _looked_through(actor: Actor, brought: Import) -> dict[str, Any]:
    """What would become of every row, and why not where it would not land."""
    place = _folder(brought) / SPOOL
    would = Preview()
    would.add_bad(spool.sheaf_of(place, "").bad)
    after = ""
    while sheaves := list(spool.sheaves(place, after, CHILDREN_AT_ONCE)):
        outcomes, mended, _shelves = _judged(actor, brought, sheaves)
        would.add(outcomes, mended)
        after = sheaves[-1].child
    return would.summary()


def _judged(
    actor: Actor, brought: Import, sheaves: Sequence[spool.Sheaf]
) -> tuple[list[Outcome], int, dict[str, Shelf]]:
    """What becomes of these children’s rows, how many of them were mended before, and what is kept of the children."""
    numbers = [sheaf.child for sheaf in sheaves]
    shelves = queries.shelves_by_number(actor, brought.unit, numbers)
    elsewhere = queries.numbers_kept_elsewhere(actor, brought.unit, numbers)
    settled = _settled(brought)
    outcomes, mended = [], 0
    for sheaf in sheaves:
        left, done = without(sheaf, settled)
        mended += done
        outcomes.append(_outcome(actor, left, shelves.get(sheaf.child), elsewhere=sheaf.child in elsewhere))
    return outcomes, mended, shelves


def _outcome(actor: Actor, sheaf: spool.Sheaf, shelf: Shelf | None, *, elsewhere: bool) -> Outcome:
    """What becomes of a child’s rows, given what is kept of the child here and in other units."""
    if elsewhere:
        reason = _("Another unit keeps a child with this number. Ask that unit for a transfer, or correct CHILD.")
        return Outcome(None, 0, 0, refused(sheaf, "CHILD", str(reason), "G-UNIT"), ())
    record = shelf.record() if shelf else None
    outcome = weigh(sheaf.rows, sheaf.bad, record, actor.today)
    if shelf and record is None and outcome.record and shelf.person.born_from != outcome.record.born_on:
        reason = _("The person kept here under this number was born on another day. Correct one of the two.")
        return Outcome(None, 0, 0, refused(sheaf, "DOB", str(reason), "G-CONFLICT"), ())
    return outcome


def _settled(brought: Import) -> dict[tuple[str, int], QuarantinedRow]:
    """Rows of this import that somebody mended or set aside after an earlier landing."""
    rows = QuarantinedRow.objects.filter(of=brought).exclude(state=QuarantinedRow.State.WAITING)
    return {(row.file, row.line): row for row in rows}


def _judge_again(actor: Actor, row: QuarantinedRow, mended: FileRow, waiting: Sequence[QuarantinedRow]) -> Outcome:
    unit = row.of.unit
    shelf = queries.shelves_by_number(actor, unit, [mended.child]).get(mended.child)
    elsewhere = bool(queries.numbers_kept_elsewhere(actor, unit, [mended.child]))
    outcome = _outcome(actor, once_more(mended, waiting), shelf, elsewhere=elsewhere)
    for bad in outcome.quarantined:
        if (bad.file, bad.line) == (row.file, row.line):
            raise Refused(bad.faults[0].reason, guard=bad.faults[0].code, field=bad.faults[0].field or None)
    if outcome.record:
        _keep(actor, unit, [(outcome.record, shelf)])
    return outcome


def _keep(
    actor: Actor,
    unit: Unit,
    kept: Sequence[tuple[ChildRecord, Shelf | None]],
    homes: Mapping[Stay, Home] | None = None,
    mint: Callable[[], str] = new_code,
) -> None:
    """Write child records, table by table: each room below does its own part and remembers it."""
    workers = queries.workers_by_reference(actor, (w.worker for record, _shelf in kept for w in record.workers))
    home_of = _homes_for(actor, unit, [record for record, _shelf in kept], homes or {}, mint)
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
    bring_in_reported_facts(actor, unit, facts=batch.facts, changes=batch.edits.get("exchange", ()))


def _homes_for(
    actor: Actor,
    unit: Unit,
    records: Sequence[ChildRecord],
    given: Mapping[Stay, Home],
    mint: Callable[[], str],
) -> HomeOf:
    """The homes that these records speak of: the given ones, else found or opened."""
    asked = [(record.child, episode) for record in records for episode in record.episodes]
    wanted = {key_of(episode): None for child, episode in asked if (child, episode.started_on) not in given}
    known = queries.homes_by_key(actor, unit, wanted)
    opened: dict[Any, Home] = {key: new_home(unit, key, mint()) for key in wanted if key not in known}
    bring_in_homes(actor, unit, homes=list(opened.values()))
    homes = {**known, **opened}
    return lambda child, episode: given.get((child, episode.started_on)) or homes[key_of(episode)]


def _quarantine(brought: Import, rows: Sequence[BadRow]) -> None:
    """Keep rows that cannot land; a row that a run before kept already stays as people left it."""
    children = {bad.child[:80] for bad in rows}
    there = QuarantinedRow.objects.filter(of=brought, child_mark__in=children)
    known = {(row.file, row.line): row for row in there}
    for bad in rows:
        row = known.get((bad.file, bad.line))
        # The same fault keeps its words, so that files that come in again change nothing.
        if row and row.state == QuarantinedRow.State.WAITING and row.guard != why(bad)["guard"]:
            write(row, **why(bad))
    fresh = [bad for bad in rows if (bad.file, bad.line) not in known]
    QuarantinedRow.objects.bulk_create([quarantined(brought, bad) for bad in fresh])
