"""Judge everything the files say about one child: what lands as a child record, and what goes to quarantine and why.

A row is quarantined when it is faulty itself, or when it depends on a row in quarantine; then its reason names that row.
These depend on each other:

* every row of a child depends on the child’s Header: without one good row there, nothing lands;
* the episodes of one period of care land together or not at all, and so do all rows that say the same fact;
* rows of Missing depend on the period they fall into; rows of OC2, AD1, PrevPerm, Reviews, PlacedAdoption, DoLo and UASC
  depend on the periods of their year, because the return asks for them only about children in care;
* rows of OC3 and SWEpisodes depend on nothing but the Header.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext as _

from kinkeeper.exchange.ssda903 import chains, codes
from kinkeeper.exchange.ssda903.building import child_record
from kinkeeper.exchange.ssda903.chains import Link, Period
from kinkeeper.exchange.ssda903.checks import Child, before
from kinkeeper.exchange.ssda903.ledger import Ledger
from kinkeeper.exchange.ssda903.merging import Fact, Merged, merge
from kinkeeper.exchange.ssda903.records import ChildRecord
from kinkeeper.exchange.ssda903.rows import BadRow, Fault, Row, clean
from kinkeeper.exchange.ssda903.rules import faults_of
from kinkeeper.exchange.ssda903.years import format_date, year_end, year_label, year_of, year_start

# Which rows need an episode in the year they are about, and the DfE rule that says so.
NEEDS_CARE_IN_YEAR = dict.fromkeys(("OC2", "AD1", "PrevPerm", "Reviews", "PlacedAdoption", "DoLo"), "1012") | {
    "UASC": "1014",
}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What becomes of one child’s rows: `landed` and `quarantined` together are exactly the rows that were judged.

    `record` is None when no Header row lands. `warnings` are about rows that land.
    """

    child: str
    record: ChildRecord | None
    landed: tuple[Row, ...]
    quarantined: tuple[BadRow, ...]
    warnings: tuple[Fault, ...]


def judge(rows: Iterable[Row], bad: Iterable[BadRow] = (), *, today: date | None = None) -> Judgement:
    """Judge all rows of one child, from all files of all years at once.

    `bad` are rows of the same child that reading has put into quarantine already: others may have to wait for them.
    Work done grows with the child’s rows only.
    """
    mine = list(rows)
    return _Case(mine, list(bad), today or date.today()).judgement()  # noqa: DTZ011  # calendar days, no clock


class _Case:
    """The rows of one child on the way through the rules."""

    def __init__(self, rows: list[Row], bad: list[BadRow], today: date) -> None:
        self.rows = rows
        self.bad = bad
        self.today = today
        self.merged: Merged = merge(rows)
        self.ledger = Ledger()
        self.links, self.loose = chains.chain(self.facts("Episodes"), self.bad_of("Episodes"))
        self.periods: list[Period] = chains.periods(self.links)
        self.warnings: list[Fault] = []

    def facts(self, table: str) -> list[Fact]:
        return self.merged.facts.get(table, [])

    def bad_of(self, table: str) -> list[BadRow]:
        return [row for row in self.bad if row.table == table]

    def others(self) -> Iterator[Fact]:
        """Every fact but those of Header."""
        for table, facts in self.merged.facts.items():
            if table != "Header":
                yield from facts

    def judgement(self) -> Judgement:
        self.ledger.add(self.merged.repeated)
        for facts in self.merged.facts.values():
            for fact in facts:
                self.ledger.add(fact.faults)
        child = self.judge_headers()
        if child is None:
            self.nobody_to_land_on()
        else:
            for fact in self.others():
                self.judge_alone(fact, child)
            self.judge_periods(child)
            self.judge_dependants()
        return self.close(child)

    def judge_headers(self) -> Child | None:
        """Who the child is, by the first good row of Header; each further one must agree with it."""
        known: Row | None = None
        for fact in self.facts("Header"):
            row = fact.row
            self.ledger.add(faults_of(row, Child(row.day("DOB"), codes.sex_of(row["SEX"]), self.today)))
            self.ledger.add(self.without_care(fact))
            if known is not None:
                self.ledger.add(_contradicts(known, row))
                self.warnings += _changed(known, row)
            if not self.ledger.holds(fact):
                known = row
        if known is None:
            return None
        return Child(known.day("DOB"), codes.sex_of(known["SEX"]), self.today)

    def without_care(self, fact: Fact) -> Iterator[Fault]:
        """A row of Header speaks of a child who has an episode or a care leaver’s row in that year."""
        year = fact.row.year
        assert year is not None, "reading states the year of every row of Header"
        seen: list[Row | BadRow] = [*self.rows, *self.bad]
        after_care = any(row.table == "OC3" and row.year == year for row in seen)
        spoilt = any(row.table == "Episodes" and row.year == year and _is_upside_down(row) for row in seen)
        if after_care or spoilt or self.periods_in(year_start(year), year_end(year)) or self.loose:
            return
        reason = _(
            "Nothing says that this child was in care or left care in {year}. Add the episodes, or remove the row."
        )
        yield fact.row.fault("CHILD", reason.format(year=year_label(year)), "G-HEADER", "EPI")

    def nobody_to_land_on(self) -> None:
        blocked = [self.ledger.first(fact) for fact in self.facts("Header")] + [r.place for r in self.bad_of("Header")]
        reason = _("The child has no row in Header in any file. Add one, or correct CHILD.")
        for fact in self.others():
            if blocked:
                self.ledger.wait(fact, blocked[0])
            else:
                self.ledger.add(row.fault("CHILD", reason, "G-HEADER", "INT03") for row in fact.rows)

    def judge_alone(self, fact: Fact, child: Child) -> None:
        for row in fact.rows:
            self.ledger.add(faults_of(row, child))
            born = row.on("DOB") if "DOB" in row.values else None
            if born and born != child.born_on:
                reason = _("The date of birth differs from {day} in Header. Correct one of them.")
                self.ledger.add([row.fault("DOB", reason.format(day=format_date(child.born_on)), "G-CONFLICT", "203")])

    def judge_periods(self, child: Child) -> None:
        """Episodes stand and fall by periods of care."""
        for fault in chains.faults_in_chain(self.links, child):
            if self.loose and fault.rule in chains.MAY_BE_MISSING:
                self.ledger.wait_for(fault, self.loose[0].place)
            else:
                self.ledger.add([fault])
        for period in self.periods:
            self.ledger.add(chains.faults_in_period(period))
            self.warnings += chains.warnings_in_period(period)
        for period in self.periods:
            blocked = self.blocked(period)
            if blocked:
                for link in period:
                    if link.fact:
                        self.ledger.wait(link.fact, blocked)

    def blocked(self, period: Period) -> str:
        """The row of a period to mend first, if any of them is in quarantine, or an empty string."""
        waiting = ""
        for link in period:
            if link.bad:
                return link.bad.place
            if link.fact and self.ledger.holds(link.fact):
                place = self.ledger.first(link.fact)
                if self.ledger.is_faulty(place):
                    return place
                waiting = waiting or place
        return waiting

    def periods_in(self, first: date, last: date) -> list[Period]:
        return [period for period in self.periods if _touches(period, first, last)]

    def judge_dependants(self) -> None:
        for table, rule in NEEDS_CARE_IN_YEAR.items():
            for fact in self.facts(table):
                self.depend(fact, self.periods_in(*_time_about(fact.row)), rule)
        previous: Fact | None = None
        for fact in self.facts("Missing"):
            start = fact.row.day("MIS_START")
            self.depend(fact, self.periods_in(start, start), "581")
            self.judge_absence(fact, previous)
            previous = self.standing(previous, fact)
        self.judge_one_after_another("PlacedAdoption", "DATE_PLACED", "DATE_PLACED_CEASED", "579")
        self.judge_one_after_another("DoLo", "DOLO_START", "DOLO_END", "")
        self.judge_workers()
        self.judge_adoptions()
        self.judge_health()
        self.judge_after_death()

    def depend(self, fact: Fact, periods: Sequence[Period], rule: str) -> None:
        """A fact about a time in care lands when that care lands; without any care there it is faulty."""
        if self.ledger.holds(fact):
            return
        blocked = next((place for period in periods if (place := self.blocked(period))), "")
        if not periods and self.loose:
            blocked = self.loose[0].place
        if blocked:
            self.ledger.wait(fact, blocked)
        elif not periods:
            reason = _("The child was not in care then. Correct the date, or remove this row.")
            column = fact.row.kind.key[0] if fact.row.kind.key else "CHILD"
            self.ledger.add([fact.row.fault(column, reason, "G-CARE", rule)])

    def judge_absence(self, fact: Fact, previous: Fact | None) -> None:
        row = fact.row
        start, end = row.day("MIS_START"), row.on("MIS_END")
        if previous is not None:
            self.judge_pair(previous, fact, "MIS_START", "MIS_END", "574")
        for period in self.periods_in(start, start)[-1:]:
            left = period[-1].ended
            if left and (end is None or end > left) and not period[-1].continues:
                reason = _("Care ended on {day}, so the absence ended by then. Fill in or correct the end.")
                self.ledger.add([row.fault("MIS_END", reason.format(day=format_date(left)), "G-TIME", "577")])

    def judge_one_after_another(self, table: str, start: str, end: str, rule: str) -> None:
        previous: Fact | None = None
        for fact in self.facts(table):
            if previous is not None:
                self.judge_pair(previous, fact, start, end, rule)
            previous = self.standing(previous, fact)

    def standing(self, previous: Fact | None, fact: Fact) -> Fact:
        """Which of two facts the next one must not overlap: one that overlapped itself is out of the way."""
        return previous if previous is not None and self.ledger.holds(fact) else fact

    def judge_pair(self, previous: Fact, fact: Fact, start: str, end: str, rule: str) -> None:
        ended, began = previous.row.on(end), fact.row.day(start)
        words = {"file": previous.row.file, "line": previous.row.line, "day": format_date(began)}
        if ended is None:
            reason = _("The next one begins on {day}, but this one has no end. Fill it in.")
            self.ledger.add([previous.row.fault(end, reason.format(**words), "G-OVERLAP", rule)])
        elif began < ended:
            reason = _("This begins before the one in {file}, line {line}, ended. Correct one of the dates.")
            self.ledger.add([fact.row.fault(start, reason.format(**words), "G-OVERLAP", rule)])

    def judge_workers(self) -> None:
        """A worker hands over within a week: earlier or later is worth a warning, never ending is a fault."""
        facts = self.facts("SWEpisodes")
        for previous, fact in itertools.pairwise(facts):
            ended, began = previous.row.on("SW_DEC"), fact.row.day("SW_DECOM")
            if ended is None:
                self.judge_pair(previous, fact, "SW_DECOM", "SW_DEC", "SW08STG2")
            elif abs(began - ended) > timedelta(days=7) and fact["SW_REASON"] != "FCONTA":
                reason = _("This worker took over more than a week before or after the one before handed over.")
                self.warnings.append(fact.row.fault("SW_DECOM", reason, "G-WORKER", "SW10STG2"))

    def judge_adoptions(self) -> None:
        adopted = {year_of(link.ended): link for link in self.links if link["REC"] in codes.ADOPTED and link.ended}
        for fact in self.facts("AD1"):
            link = adopted.get(fact.row.year or 0)
            if self.ledger.holds(fact):
                continue
            if link is None:
                reason = _(
                    "No episode says that the child was adopted in this year. Correct REC there, or remove this row."
                )
                self.ledger.add([fact.row.fault("CHILD", reason, "G-ADOPTION", "602")])
            elif fact["FOSTER_CARE"] and (fact["FOSTER_CARE"] == "1") != (link["PLACE"] in {"A3", "A5"}):
                reason = _(
                    "FOSTER_CARE says whether the adopters fostered the child, but the last place says otherwise."
                )
                self.ledger.add([fact.row.fault("FOSTER_CARE", reason, "G-ADOPTION", "335")])

    def judge_health(self) -> None:
        """OC2 is asked for children who were in care throughout the year."""
        for fact in self.facts("OC2"):
            year = fact.row.year or 0
            if not self.ledger.holds(fact) and not continuously_looked_after(self.links, year):
                reason = _("The child was not in care throughout {year}, so health is not asked for. Remove this row.")
                self.ledger.add([fact.row.fault("CHILD", reason.format(year=year_label(year)), "G-HEALTH", "190")])

    def judge_after_death(self) -> None:
        died = next((link.ended for link in self.links if link["REC"] == "E2" and link.ended), None)
        if died is None:
            return
        for fact in self.others():
            row = fact.row
            day = next((row.on(column) for column in row.kind.own_dates), None)
            after = day > died if day else fact.table == "OC3" and year_start(row.year or 0) > died
            if after and fact.table not in {"Episodes", "UASC"}:
                reason = _("The child died on {day}, before this. Correct one of the two.").format(
                    day=format_date(died)
                )
                column = row.kind.own_dates[0] if row.kind.own_dates else "CHILD"
                self.ledger.add([row.fault(column, reason, "G-TIME", "1000" if fact.table == "OC3" else "437")])

    def close(self, child: Child | None) -> Judgement:
        facts = [fact for table in self.merged.facts.values() for fact in table]
        for fact in facts:
            if self.ledger.holds(fact):
                self.ledger.wait(fact, self.ledger.first(fact))
        landing = [fact for fact in facts if not self.ledger.holds(fact)]
        landed = {row.place for fact in landing for row in fact.rows}
        record = None
        if child is not None:
            by_table: dict[str, list[Fact]] = {}
            for fact in landing:
                by_table.setdefault(fact.table, []).append(fact)
            whole = [[link.fact for link in period if link.fact] for period in self.periods if not self.blocked(period)]
            record = child_record(by_table, whole)
        return Judgement(
            child=self.rows[0].child if self.rows else "",
            record=record,
            landed=tuple(row for row in self.rows if row.place in landed),
            quarantined=tuple(self.ledger.bad_row(row) for row in self.rows if row.place not in landed),
            warnings=tuple(fault for fault in self.warnings if f"{fault.file}:{fault.line}" in landed),
        )


def continuously_looked_after(links: Sequence[Link], year: int) -> bool:
    """Whether a child was in care throughout a collection year, as the DfE counts it for OC2."""
    start, end = year_start(year), year_end(year)
    inside = [link for link in links if link.day <= end and (link.ended is None or link.ended >= start)]
    broken = any(
        link["LS"] in codes.SHORT_BREAKS
        or (link["RNE"] == "S" and link.day > start)
        or (link.ended is not None and not link.continues and start <= link.ended < end)
        for link in inside
    )
    return bool(inside) and not broken


def _is_upside_down(row: Row | BadRow) -> bool:
    """Whether an episode has a fault that hides when it was: then that fault is to be told, not that there was no care."""
    return isinstance(row, BadRow) or before(row, "DEC", "DECOM")


def _touches(period: Period, first: date, last: date) -> bool:
    ended = period[-1].ended
    return period[0].day <= last and (ended is None or ended >= first)


def _time_about(row: Row) -> tuple[date, date]:
    """In which days a child must have been in care for a row: its year, or from a decision or order on."""
    if row.kind.yearly:
        assert row.year is not None, "reading states the year of every such row"
        return year_start(row.year), year_end(row.year)
    day = row.day(row.kind.key[0])
    last = year_of(day) if row.year is None or row.table == "Reviews" else max(row.year, year_of(day))
    return year_start(year_of(day)), year_end(last)


def _contradicts(known: Row, row: Row) -> Iterator[Fault]:
    words = {"file": known.file, "line": known.line}
    if known.day("DOB") != row.day("DOB"):
        reason = _("The date of birth differs from the one in {file}, line {line}. Correct one of them.")
        yield row.fault("DOB", reason.format(**words), "G-CONFLICT", "203")
    sexes = {codes.sex_of(known["SEX"]), codes.sex_of(row["SEX"])} - {"U"}
    if len(sexes) > 1:
        reason = _("The sex differs from the one in {file}, line {line}. Correct one of them.")
        yield row.fault("SEX", reason.format(**words), "G-CONFLICT", "202")


def _changed(known: Row, row: Row) -> Iterator[Fault]:
    words = {"file": known.file, "line": known.line}
    if known["ETHNIC"] != row["ETHNIC"] and known["ETHNIC"] not in {"NOBT", "REFU"}:
        reason = _("The ethnic background differs from the one in {file}, line {line}.")
        yield row.fault("ETHNIC", reason.format(**words), "G-CONFLICT", "204")
    if known["UPN"] != row["UPN"] and clean(known["UPN"]) not in {"", *codes.NO_PUPIL_NUMBER}:
        reason = _("The pupil number differs from the one in {file}, line {line}.")
        yield row.fault("UPN", reason.format(**words), "G-CONFLICT", "208")
