"""Write the tables of one collection year from child records, as files that import, validator and spreadsheet all take.

Files are UTF-8 without a byte order mark, with commas and CRLF line ends (RFC 4180). Rows are in the order of the
records, which must come sorted by CHILD, and within a child by date: the same records always give the same bytes.
Memory does not grow with the number of children. A file appears under its name only when it is complete.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kinkeeper.exchange.ssda903 import codes
from kinkeeper.exchange.ssda903.records import ChildRecord, Episode, HeaderYear, LeavingYear
from kinkeeper.exchange.ssda903.tables import DOLO, SW_EPISODES, tables_of
from kinkeeper.exchange.ssda903.years import format_date, year_end, year_start
from kinkeeper.lib.spreadsheets import safe_text

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """What one export wrote: rows by table name."""

    year: int
    folder: Path
    rows: dict[str, int]

    @property
    def children(self) -> int:
        return self.rows["Header"]


def write_year(folder: Path, year: int, records: Iterable[ChildRecord]) -> Written:
    """Write one CSV per table of that year's return into `folder`. ValueError when records are not sorted by CHILD."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {table.name: table for table in (*tables_of(year), DOLO)}
    counts = dict.fromkeys(tables, 0)
    parts = {name: folder / f"{table.file}.part" for name, table in tables.items()}
    with ExitStack() as stack:
        sinks = {}
        for name, table in tables.items():
            handle = stack.enter_context(parts[name].open("w", encoding="utf-8", newline=""))
            sinks[name] = csv.writer(handle, lineterminator="\r\n")
            sinks[name].writerow(table.header)
        for record in _in_order(records):
            for name, cells in rows_of(record, year):
                if name in sinks:
                    sinks[name].writerow([safe_text(cell) for cell in cells])
                    counts[name] += 1
    for name, part in parts.items():
        _put_in_place(part, folder / tables[name].file, keep=counts[name] > 0 or tables[name].since <= year)
    return Written(year, folder, {name: n for name, n in counts.items() if n or tables[name].since <= year})


def rows_of(record: ChildRecord, year: int) -> Iterator[tuple[str, Cells]]:
    """The rows a child has in the return of that year, as (table name, cells in the order of its columns)."""
    episodes = [episode for episode in record.episodes if _touches(episode.started_on, episode.ended_on, year)]
    leaving = [fact for fact in record.leaving if fact.year == year]
    if not episodes and not leaving:
        return
    born = format_date(record.born_on)
    yield "Header", _header(record, year, born)
    for fact in leaving:
        yield "OC3", _leaving(record.child, born, fact)
    if episodes:
        needs = {episode.started_on: period.need for period in record.periods for episode in period.episodes}
        for episode in episodes:
            yield "Episodes", _episode(record.child, episode, needs[episode.started_on], year)
        yield from _dated_rows(record, year, born)
        yield from _yearly_rows(record, year, born)


def rows_ever(record: ChildRecord) -> Iterator[tuple[str, int | None, Cells]]:
    """Everything a record says, each fact once, as (table, year, cells). Dated facts are whole and of no year."""
    born = format_date(record.born_on)
    for header in record.headers:
        yield "Header", header.year, _header(record, header.year, born)
    for fact in record.leaving:
        yield "OC3", fact.year, _leaving(record.child, born, fact)
    for period in record.periods:
        for episode in period.episodes:
            yield "Episodes", None, _episode(record.child, episode, period.need, None)
    for table, cells in _dated_rows(record, None, born):
        yield table, None, cells
    yearly = (record.asylum, record.health, record.adoptions, record.permanence)
    for year in sorted({fact.year for facts in yearly for fact in facts}):
        for table, cells in _yearly_rows(record, year, born):
            yield table, year, cells


def _header(record: ChildRecord, year: int, born: str) -> Cells:
    said = _said_in(record.headers, year)
    mothers_child = said.mothers_child_born_on
    return (
        record.child,
        codes.sex_code(record.sex, year),
        born,
        said.ethnic,
        said.upn,
        said.mother,
        format_date(mothers_child),
    )


def _leaving(child: str, born: str, fact: LeavingYear) -> Cells:
    return child, born, fact.in_touch, fact.activity, fact.accommodation


def _said_in(headers: tuple[HeaderYear, ...], year: int) -> HeaderYear:
    known = [header for header in headers if header.year <= year]
    return known[-1] if known else headers[0]


def _episode(child: str, episode: Episode, need: str, year: int | None) -> Cells:
    ended = _until(episode.ended_on, year)
    return (
        child,
        format_date(episode.started_on),
        episode.new_reason,
        episode.legal_status,
        need,
        episode.place if year is None else codes.place_code(episode.place, year),
        episode.provider,
        format_date(ended),
        episode.end_reason if ended else "",
        episode.change_reason if ended else "",
        episode.home_postcode,
        episode.place_postcode,
        episode.urn,
    )


def _dated_rows(record: ChildRecord, year: int | None, born: str) -> Iterator[tuple[str, Cells]]:
    child = record.child
    for review in record.reviews:
        if _touches(review.held_on, review.held_on, year):
            yield "Reviews", (child, born, format_date(review.held_on), review.participation)
    for away in record.missing:
        if _touches(away.started_on, away.ended_on, year):
            ends = format_date(_until(away.ended_on, year))
            yield "Missing", (child, born, away.kind, format_date(away.started_on), ends)
    for worker in record.workers:
        if _touches(worker.started_on, worker.ended_on, year):
            days = format_date(worker.started_on), format_date(_until(worker.ended_on, year))
            yield SW_EPISODES.name, (child, born, worker.worker, *days, worker.reason)
    yield from _order_rows(record, year, born)


def _order_rows(record: ChildRecord, year: int | None, born: str) -> Iterator[tuple[str, Cells]]:
    child = record.child
    for decision in record.decisions:
        if _touches(decision.decided_on, decision.ceased_on, year):
            ceased = _until(decision.ceased_on, year)
            days = format_date(decision.decided_on), format_date(ceased)
            yield "PlacedAdoption", (child, born, *days, decision.cease_reason if ceased else "")
    for order in record.liberty:
        if _touches(order.started_on, order.ended_on, year):
            yield DOLO.name, (child, born, format_date(order.started_on), format_date(_until(order.ended_on, year)))


def _yearly_rows(record: ChildRecord, year: int, born: str) -> Iterator[tuple[str, Cells]]:
    child = record.child
    for asylum in record.asylum:
        if asylum.year == year:
            yield "UASC", (child, codes.sex_code(record.sex, year), born, format_date(asylum.ceased_on))
    for health in record.health:
        if health.year == year:
            items = health.convicted, health.health_check, health.immunisations, health.teeth_check
            misuse = health.substance_misuse, health.intervention_received, health.intervention_offered
            yield "OC2", (child, born, health.sdq_score, health.sdq_reason, *items, health.health_assessment, *misuse)
    for adoption in record.adoptions:
        if adoption.year == year:
            days = format_date(adoption.decided_on), format_date(adoption.matched_on)
            who = adoption.adopters, adoption.adopters_sex, adoption.adopters_status
            yield "AD1", (child, born, *days, adoption.by_foster_carer, *who)
    for before in record.permanence:
        if before.year == year:
            yield "PrevPerm", (child, born, before.option, before.authority, before.ordered_on)


def _touches(started_on: date, ended_on: date | None, year: int | None) -> bool:
    """Whether something belongs to a year; everything does where no year is asked for."""
    if year is None:
        return True
    return started_on <= year_end(year) and (ended_on is None or ended_on >= year_start(year))


def _until(ended_on: date | None, year: int | None) -> date | None:
    """The end as the return of that year knows it: what ends after 31 March is still open."""
    if year is None:
        return ended_on
    return ended_on if ended_on and ended_on <= year_end(year) else None


def _in_order(records: Iterable[ChildRecord]) -> Iterator[ChildRecord]:
    last = ""
    for record in records:
        if record.child <= last:
            raise ValueError(f"Records must come once each, sorted by CHILD: {record.child} after {last}.")
        last = record.child
        yield record


def _put_in_place(part: Path, target: Path, *, keep: bool) -> None:
    if keep:
        part.replace(target)
    else:
        part.unlink()
        target.unlink(missing_ok=True)
