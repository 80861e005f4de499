"""Everything kept of one child that the return speaks of, and the child record that it makes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kinkeeper.cases.models import Assignment, Case
from kinkeeper.exchange.models import ReportedFact
from kinkeeper.exchange.ssda903 import codes, records
from kinkeeper.exchange.ssda903.years import year_of
from kinkeeper.people.models import Identifier, Person
from kinkeeper.placements.models import Absence, Episode, PeriodOfCare
from kinkeeper.plans.models import Review

CHILD_NUMBER = "ssda903:child"
PUPIL_NUMBER = "ssda903:upn"
HANDED_OVER = "OTHERS"

# What each kind of reported fact is called in the return, and the record it is kept word for word from.
FACTS: dict[str, type[Any]] = {
    "Header": records.HeaderYear,
    "UASC": records.AsylumYear,
    "OC2": records.HealthYear,
    "OC3": records.LeavingYear,
    "AD1": records.AdoptionYear,
    "PrevPerm": records.PermanenceYear,
    "PlacedAdoption": records.AdoptionDecision,
    "DoLo": records.LibertyOrder,
}
DATES = frozenset(
    {"mothers_child_born_on", "ceased_on", "decided_on", "matched_on", "started_on", "ended_on"},
)


@dataclass
class Shelf:
    """The rows of one child, each table’s in the order of its days. Their keys to each other are filled in."""

    person: Person
    identifiers: list[Identifier] = field(default_factory=list)
    case: Case | None = None
    assignments: list[Assignment] = field(default_factory=list)
    periods: list[PeriodOfCare] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    facts: list[ReportedFact] = field(default_factory=list)

    @property
    def number(self) -> str:
        """The child’s number in the return, or our own code where the authority gave none."""
        return self._identity(CHILD_NUMBER) or self.person.code

    def _identity(self, scheme: str) -> str:
        found = [known.value for known in self.identifiers if known.scheme == scheme and known.ends_on is None]
        return found[-1] if found else ""

    def said(self, table: str) -> Iterator[Any]:
        """The reported facts of one table, as the return’s records."""
        for fact in self.facts:
            if fact.table == table:
                yield told(fact)

    def record(self) -> records.ChildRecord | None:
        """What the return says about this child, or None when nothing of it is known."""
        headers = self._headers()
        if not headers or self.person.born_from is None:
            return None
        return records.ChildRecord(
            child=self.number,
            sex=self.person.sex if self.person.sex in {"M", "F"} else "U",
            born_on=self.person.born_from,
            headers=headers,
            periods=tuple(self._period(period) for period in self.periods),
            reviews=tuple(records.Review(row.held_on, row.participation) for row in self.reviews if row.held_on),
            missing=tuple(
                records.Missing(row.kind, row.started_on, row.ended_on) for row in self.absences if row.is_gone
            ),
            workers=tuple(_worker(row) for row in self.assignments),
            decisions=tuple(self.said("PlacedAdoption")),
            liberty=tuple(self.said("DoLo")),
            asylum=tuple(self.said("UASC")),
            health=tuple(self.said("OC2")),
            leaving=tuple(self.said("OC3")),
            adoptions=tuple(self.said("AD1")),
            permanence=tuple(self.said("PrevPerm")),
        )

    def _headers(self) -> tuple[records.HeaderYear, ...]:
        """What was reported; the newest entry follows the person’s own record, which people may have corrected since."""
        said = list(self.said("Header"))
        if not said and not self.periods:
            return ()
        if not said:
            mother = "0" if self.person.sex == "F" else ""
            said = [records.HeaderYear(year_of(self.periods[0].started_on), "NOBT", "UN4", mother)]
        last = said[-1]
        said[-1] = records.HeaderYear(
            last.year,
            self.person.ethnicity or last.ethnic,
            self._identity(PUPIL_NUMBER) or last.upn,
            last.mother,
            last.mothers_child_born_on,
        )
        return tuple(said)

    def _period(self, period: PeriodOfCare) -> records.Period:
        mine = [episode for episode in self.episodes if episode.period_id == period.pk]
        return records.Period(
            need=period.need,
            episodes=tuple(
                _episode(episode, mine[place + 1] if place + 1 < len(mine) else None, period)
                for place, episode in enumerate(mine)
            ),
        )


def _episode(episode: Episode, following: Episode | None, period: PeriodOfCare) -> records.Episode:
    placement, home = episode.placement, episode.placement.home
    ended = following.started_on if following else period.ended_on
    left = ended and (following is None or following.placement_id != episode.placement_id)
    return records.Episode(
        started_on=episode.started_on,
        new_reason=episode.reason,
        legal_status=episode.legal_status.status,
        place=placement.care_type,
        provider=home.provider,
        home_postcode=episode.home_postcode,
        place_postcode=home.postcode,
        urn=home.registration,
        ended_on=ended,
        end_reason=codes.CONTINUES if following else period.exit,
        change_reason=placement.leave_reason if left else "",
    )


def _worker(row: Assignment) -> records.WorkerEpisode:
    known = row.worker_reference or (row.worker.code if row.worker else "")
    reason = HANDED_OVER if row.reason and row.reason not in codes.WORKER_CHANGE else row.reason
    return records.WorkerEpisode(known, row.starts_on, row.ends_on, reason)


def told(fact: ReportedFact) -> Any:
    """A reported fact as the record it was kept from."""
    values = {
        name: date.fromisoformat(value) if value and name in DATES else (value or (None if name in DATES else ""))
        for name, value in fact.values.items()
    }
    kind = FACTS[fact.table]
    return kind(year=fact.year, **values) if fact.year else kind(**values)


def kept(person: Person, table: str, said: Any) -> ReportedFact:
    """A record of the return as a row that keeps it word for word."""
    values = {name: getattr(said, name) for name in said.__dataclass_fields__ if name != "year"}
    values = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    days = [values[name] for name in ("decided_on", "started_on") if name in values]
    yearly = "year" in said.__dataclass_fields__
    return ReportedFact(
        person=person,
        table=table,
        year=said.year if yearly else 0,
        key="" if yearly else str(days[0]),
        values=values,
    )
