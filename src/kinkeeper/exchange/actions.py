"""Deeds of bringing data in and taking it out: preview, landing child by child, quarantine, and the return itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Association, Unit
from kinkeeper.exchange import queries
from kinkeeper.exchange.keeping import answering, looking, mending, portions
from kinkeeper.exchange.keeping.folders import (
    covered_spool_of,
    digest_of,
    emptied,
    folder_of,
    gone,
    insist_on_tables,
    spool_of,
)
from kinkeeper.exchange.keeping.hand import Hand
from kinkeeper.exchange.keeping.quarantine import fault_in_words, once_more, quarantined, why, with_warnings
from kinkeeper.exchange.keeping.records import Kept, Mint, Stay, keep_records
from kinkeeper.exchange.keeping.storing import Edit
from kinkeeper.exchange.models import (
    Import,
    LikelyDuplicate,
    QuarantinedRow,
    ReportedFact,
    SheetSource,
    SourceRow,
)
from kinkeeper.exchange.policy import (
    may_abandon_import,
    may_begin_landing,
    may_bring_in_reported_facts,
    may_export,
    may_export_all,
    may_finish_landing,
    may_keep_children,
    may_land_children,
    may_match_columns,
    may_mend_row,
    may_preview_import,
    may_preview_sheets,
    may_set_row_aside,
    may_tell_apart,
)
from kinkeeper.exchange.sheets import books
from kinkeeper.exchange.sheets import spool as sheet_spool
from kinkeeper.exchange.sheets.columns import ORDER
from kinkeeper.exchange.ssda903 import spool
from kinkeeper.exchange.ssda903.reading import SUFFIXES, read_folder, row_from_cells
from kinkeeper.exchange.ssda903.records import ChildRecord
from kinkeeper.exchange.ssda903.rows import BadRow
from kinkeeper.exchange.ssda903.rows import Row as FileRow
from kinkeeper.exchange.ssda903.tables import TABLES
from kinkeeper.exchange.ssda903.weighing import Outcome
from kinkeeper.exchange.ssda903.writing import Written, write_year
from kinkeeper.homes.models import Home
from kinkeeper.journal.acts import act, bulk_act
from kinkeeper.keys.fields import with_keys
from kinkeeper.lib.codes import new_code
from kinkeeper.lib.guards import insist_on_choice
from kinkeeper.lib.packs import Purpose
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.lib.steps import move
from kinkeeper.people.queries import verdict_on_taking_out

CHILDREN_AT_ONCE = 200

# ---- bringing files in -----------------------------------------------------------------------------------------------


@act(may_preview_import)
def preview_import(actor: Actor, unit: Unit, *, folder: Path, look_through: bool = True) -> Import:
    """Copy the files, read every row, and say what would become of them. No care record is written.

    The same files brought in again are the same import, which then starts anew. Without `look_through` rows are read
    but not judged, because they will be judged when they land.
    """
    insist_on_tables(folder, SUFFIXES)
    digest = digest_of(folder, SUFFIXES)
    brought = queries.import_like(actor, unit, digest)
    if brought is None:
        brought = Import.objects.create(unit=unit, digest=digest, by_id=actor.user_id)
    if not spool_of(brought).exists():
        place = emptied(brought)
        found = spool.fill(covered_spool_of(brought), read_folder(folder))
        summary: dict[str, Any] = {
            "tables": found.rows,
            "remarks": [fault_in_words(fault) for fault in found.remarks],
        }
        brought = write(
            brought, folder=str(place), rows_read=found.total, children_total=found.children, summary=summary
        )
    if not look_through:
        return brought
    seen_through = looking.looked_through(actor, brought, CHILDREN_AT_ONCE)
    return write(brought, summary={**brought.summary, **seen_through})


@act(may_begin_landing)
def begin_landing(actor: Actor, brought: Import) -> Import:
    """Begin to land an import, or take up again one that was stopped."""
    if not (spool_of(brought)).exists():
        raise gone()
    if brought.state == Import.State.LANDING:
        return write(brought)
    if brought.is_sheets:
        _insist_on_answers(actor, brought)
    brought = move(
        brought,
        Import.State.LANDING,
        landed_through="",
        children_done=0,
        rows_landed=0,
        rows_unchanged=0,
        summary={**brought.summary, "warnings": 0, "warned": []},
    )
    if not brought.is_sheets:
        _quarantine(brought, spool.rows_of_no_child(covered_spool_of(brought)).bad)
    return brought


@act(may_land_children)
def land_children(actor: Actor, brought: Import, *, children: int = CHILDREN_AT_ONCE) -> Import:
    """Land the next children of an import, all of them or none, and remember how far it has come."""
    if brought.state != Import.State.LANDING:
        raise Refused(_("This import is not landing."), guard="G-STEP")
    if brought.is_sheets:
        return _land_rows(actor, brought, children)
    sheaves = list(spool.sheaves(covered_spool_of(brought), brought.landed_through, children))
    if not sheaves:
        return brought
    outcomes, mended, shelves = looking.judged(actor, brought, sheaves)
    kept = [(one.record, shelves.get(one.record.child)) for one in outcomes if one.record]
    _keep(actor, brought.unit, kept)
    _quarantine(brought, [row for one in outcomes for row in one.quarantined])
    return write(
        brought,
        landed_through=sheaves[-1].mark,
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
    transaction.on_commit(lambda: shutil.rmtree(folder_of(brought), ignore_errors=True))
    return move(brought, Import.State.FINISHED)


@act(may_abandon_import)
def abandon_import(actor: Actor, brought: Import) -> Import:
    """Give up a preview and remove its files; nothing of it has landed."""
    transaction.on_commit(lambda: shutil.rmtree(folder_of(brought), ignore_errors=True))
    return move(brought, Import.State.ABANDONED)


@act(may_keep_children)
def keep_children(
    actor: Actor,
    unit: Unit,
    *,
    records: Sequence[ChildRecord],
    homes: Mapping[Stay, Home] | None = None,
    mint: Mint = new_code,
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


# ---- own spreadsheets -----------------------------------------------------------------------------------------------


@act(may_preview_sheets)
def preview_sheets(actor: Actor, unit: Unit, *, folder: Path, source: str) -> Import:
    """Copy own spreadsheets, read every row, and say what would become of them. No care record is written.

    `source` is the name under which what people say about columns and values is remembered.
    """
    name = " ".join(source.split())
    if not name:
        raise Refused(
            _("Give the source a name, so that its columns are known next time."), guard="G-NAME", field="source"
        )
    insist_on_tables(folder, books.SUFFIXES)
    kept, _new = SheetSource.objects.get_or_create(unit=unit, name=name)
    digest = digest_of(folder, books.SUFFIXES, begins=f"{kept.code}:")
    brought = queries.import_like(actor, unit, digest)
    if brought is None:
        brought = Import.objects.create(
            unit=unit, digest=digest, by_id=actor.user_id, format=Import.Format.SHEETS, source=kept
        )
    elif brought.state == Import.State.LANDING:
        return brought
    if not spool_of(brought).exists():
        brought = write(brought, **portions.spooled(brought, folder))
    return _asked_and_looked_through(actor, brought)


@act(may_match_columns)
def match_columns(
    actor: Actor,
    brought: Import,
    *,
    tables: Mapping[str, str] | None = None,
    columns: Mapping[str, Mapping[str, str]] | None = None,
    values: Mapping[str, Mapping[str, str]] | None = None,
    orders: Mapping[str, str] | None = None,
) -> Import:
    """Say what sheets, columns and values mean, and which number of 03/04/2019 is the month; then look through anew.

    `tables` and `columns` go by the place of a sheet, `values` by “table.column” and the text, `orders` by the file.
    """
    source = brought.source
    assert source is not None
    chosen = answering.checked(brought, tables or {}, columns or {}, values or {}, orders or {})
    write(source, matching=answering.remembered(source.matching, brought.summary, chosen))
    answers = answering.answered(brought.summary, chosen)
    return _asked_and_looked_through(actor, write(brought, summary={**brought.summary, "answers": answers}))


@act(may_tell_apart)
def tell_apart(actor: Actor, brought: Import, *, answers: Mapping[str, str]) -> Import:
    """Decide who of an import is the same as somebody recorded here; `answers` go by the code of a likeness."""
    rows = queries.likely_duplicates(actor, brought).filter(code__in=list(answers))
    for row in rows:
        insist_on_choice(LikelyDuplicate.Answer.values, answers[row.code], row.code)
        if row.answer != answers[row.code]:
            write(row, answer=answers[row.code])
    return _asked_and_looked_through(actor, brought)


# ---- quarantine ------------------------------------------------------------------------------------------------------


@act(may_mend_row)
def mend_row(actor: Actor, row: QuarantinedRow, *, values: Mapping[str, str]) -> QuarantinedRow:
    """Correct a row in quarantine; it lands if nothing else is wrong, and with it the rows that waited for it."""
    if row.of.is_sheets:
        return _mend_sheet_row(actor, row, values)
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
    _release(waiting, outcome.quarantined)
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


def _judge_again(actor: Actor, row: QuarantinedRow, mended: FileRow, waiting: Sequence[QuarantinedRow]) -> Outcome:
    unit = row.of.unit
    shelf = queries.shelves_by_number(actor, unit, [mended.child]).get(mended.child)
    elsewhere = bool(queries.numbers_kept_elsewhere(actor, unit, [mended.child]))
    outcome = looking.outcome_of(actor, once_more(mended, waiting), shelf, elsewhere=elsewhere)
    for bad in outcome.quarantined:
        if (bad.file, bad.line) == (row.file, row.line):
            raise Refused(bad.faults[0].reason, guard=bad.faults[0].code, field=bad.faults[0].field or None)
    if outcome.record:
        _keep(actor, unit, [(outcome.record, shelf)])
    return outcome


def _keep(
    actor: Actor, unit: Unit, kept: Sequence[Kept], homes: Mapping[Stay, Home] | None = None, mint: Mint = new_code
) -> None:
    """Write child records, table by table: each room below does its own part and remembers it."""
    facts, changes = keep_records(actor, unit, kept, homes or {}, mint)
    bring_in_reported_facts(actor, unit, facts=facts, changes=changes)


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
    QuarantinedRow.objects.bulk_create(with_keys(quarantined(brought, bad) for bad in fresh))


def _release(waiting: Sequence[QuarantinedRow], bad: Sequence[BadRow]) -> None:
    """Rows that were judged again: those that are still bad say why, the others have landed."""
    still = {(row.file, row.line): row for row in bad}
    for other in waiting:
        row = still.get((other.file, other.line))
        if row:
            write(other, **why(row))
        else:
            move(other, QuarantinedRow.State.MENDED)


# ---- how own spreadsheets land ---------------------------------------------------------------------------------------


def _asked_and_looked_through(actor: Actor, brought: Import) -> Import:
    """Ask what is not known of the columns, tell every row, and judge it; nothing is written to any record."""
    if not spool_of(brought).exists():
        raise gone()
    changes, asks = portions.asked_and_looked_through(actor, brought, covered_spool_of(brought), CHILDREN_AT_ONCE)
    LikelyDuplicate.objects.bulk_create(with_keys(asks))
    return write(brought, **changes)


def _insist_on_answers(actor: Actor, brought: Import) -> None:
    if brought.summary.get("asks"):
        raise Refused(_("Say first what the columns of these files mean."), guard="G-STEP")
    if queries.undecided(actor, brought):
        raise Refused(_("Some people may be recorded already. Decide first whether they are the same."), guard="G-DUP")


def _land_rows(actor: Actor, brought: Import, at_once: int) -> Import:
    """Land the next groups of rows of own spreadsheets."""
    after = int(brought.landed_through or 0)
    groups = sheet_spool.portions(covered_spool_of(brought), after, at_once)
    if not groups:
        return brought
    settled = queries.settled_rows(actor, brought)
    left = portions.unsettled(groups, settled)
    hand = Hand(actor, brought, covered_spool_of(brought), looking=False, save=_remember(actor, brought.unit))
    landed = portions.land(hand, left) if left else portions.Landed()
    _quarantine(brought, landed.bad)
    mended = sum(row.state == QuarantinedRow.State.MENDED for row in settled.values()) if after == 0 else 0
    return write(
        brought,
        landed_through=str(after + len(groups)),
        children_done=brought.children_done + len(groups),
        rows_landed=brought.rows_landed + landed.landed,
        rows_unchanged=brought.rows_unchanged + landed.unchanged + mended,
        summary=with_warnings(brought.summary, landed.warnings),
    )


def _remember(actor: Actor, unit: Unit) -> Callable[[portions.Landed], None]:
    """Keep what landed rows of a source said, and the columns that nobody matched."""

    def save(landed: portions.Landed) -> None:
        for row, values in landed.renewed:
            write(row, **values)
        SourceRow.objects.bulk_create(with_keys(landed.fresh), batch_size=500)
        if landed.facts or landed.changed_facts:
            bring_in_reported_facts(actor, unit, facts=landed.facts, changes=landed.changed_facts)

    return save


def _mend_sheet_row(actor: Actor, row: QuarantinedRow, values: Mapping[str, str]) -> QuarantinedRow:
    save = _remember(actor, row.of.unit)
    landed, others, number = mending.mended(actor, row, values, save)
    _release(others, landed.bad)
    mended = move(row, QuarantinedRow.State.MENDED, values=dict(values), child_reference=number[:80])
    for table in ORDER:
        more, judged = mending.freed(actor, row, table, save)
        _release(judged, more.bad)
        landed.add(more)
    counted = {"rows_landed": row.of.rows_landed + landed.landed}
    write(row.of, **counted, rows_unchanged=row.of.rows_unchanged + landed.unchanged)
    return mended
