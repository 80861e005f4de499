"""Mending rows of own spreadsheets: a corrected row is told anew and lands, and with it the rows that waited for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from kinkeeper.access.gate import Actor
from kinkeeper.exchange import queries
from kinkeeper.exchange.keeping import portions
from kinkeeper.exchange.keeping.folders import covered_spool_of
from kinkeeper.exchange.keeping.hand import Hand
from kinkeeper.exchange.keeping.portions import Landed
from kinkeeper.exchange.models import QuarantinedRow
from kinkeeper.exchange.sheets.columns import TABLES
from kinkeeper.exchange.sheets.telling import Told, divided
from kinkeeper.lib.refusals import Refused


def mended(
    actor: Actor, row: QuarantinedRow, values: Mapping[str, str], save: Callable[[Landed], None]
) -> tuple[Landed, list[QuarantinedRow], str]:
    """Land a corrected row, with the other stays of its child; answers what landed, which others, and its number."""
    reader = portions.reader_of(row.of)
    told = reader.told(row.table, row.file, row.line, *divided(values))
    _insist(told, told.faults)
    hand = Hand(actor, row.of, covered_spool_of(row.of), looking=False, save=save)
    others = _beside(actor, row, told) if row.table == "stays" else []
    landed = portions.land(hand, [[told, *(tell(reader, other) for other in others)]])
    for bad in landed.bad:
        if (bad.file, bad.line) == (row.file, row.line):
            _insist(told, bad.faults)
    return landed, others, portions.number_of(told)


def tell(reader: Any, row: QuarantinedRow) -> Told:
    """A row in quarantine, as it is told now."""
    told: Told = reader.told(row.table, row.file, row.line, *divided(row.values))
    return told


def freed(
    actor: Actor, row: QuarantinedRow, table: str, save: Callable[[Landed], None]
) -> tuple[Landed, list[QuarantinedRow]]:
    """Land the rows of one table that waited for another row of the import; answers what landed, and which were judged."""
    hand = Hand(actor, row.of, covered_spool_of(row.of), looking=False, save=save)
    reader = portions.reader_of(row.of)
    rows = [one for one in queries.waiting_rows(actor, row.of) if one.table == table]
    if table == "stays":
        rows = list(queries.waiting_of(actor, row.of, table, {one.child_reference for one in rows}))
    groups: dict[str, list[Told]] = {}
    for one in rows:
        told = tell(reader, one)
        groups.setdefault(told.group or told.place, []).append(told)
    return (portions.land(hand, list(groups.values())) if groups else Landed()), rows


def _beside(actor: Actor, row: QuarantinedRow, told: Told) -> list[QuarantinedRow]:
    return [one for one in queries.waiting_of(actor, row.of, row.table, {told.about}) if one.pk != row.pk]


def _insist(told: Told, faults: Sequence[Any]) -> None:
    if not faults:
        return
    fault = faults[0]
    columns = {column.title: column.key for column in TABLES[told.table].columns}
    raise Refused(fault.reason, guard=fault.code, field=columns.get(fault.field))
