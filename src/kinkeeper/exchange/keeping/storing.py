"""What must be written so that the house keeps a child record: new rows, and changes to rows that are kept already."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from kinkeeper.access.models import Unit, User
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.exchange.keeping.shelf import CHILD_NUMBER, PUPIL_NUMBER, Shelf, kept
from kinkeeper.exchange.models import ReportedFact
from kinkeeper.exchange.ssda903 import codes, records
from kinkeeper.homes.models import Home
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.codes import new_code
from kinkeeper.lib.rows import Row
from kinkeeper.people.actions import NameParts, Newcomer
from kinkeeper.people.models import Identifier, LegalStatus, Person
from kinkeeper.placements.models import Absence, Episode, PeriodOfCare, Placement
from kinkeeper.plans.models import Review

Edit = tuple[Row, dict[str, Any]]
HomeOf = Callable[[str, records.Episode], Home]


@dataclass
class Batch:
    """Rows to be written for many children of one unit, table by table, and changes to known rows, room by room."""

    unit: Unit
    home_of: HomeOf
    workers: Mapping[str, User] = field(default_factory=dict)
    mint: Callable[[], str] = new_code
    newcomers: list[tuple[Newcomer, Person]] = field(default_factory=list)
    identifiers: list[Identifier] = field(default_factory=list)
    statuses: list[LegalStatus] = field(default_factory=list)
    cases: list[Case] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    periods: list[PeriodOfCare] = field(default_factory=list)
    placements: list[Placement] = field(default_factory=list)
    episodes: list[Episode] = field(default_factory=list)
    absences: list[Absence] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    facts: list[ReportedFact] = field(default_factory=list)
    extended: list[PeriodOfCare] = field(default_factory=list)
    edits: dict[str, list[Edit]] = field(default_factory=dict)

    def edit(self, row: Row, **wanted: Any) -> None:
        """Note what differs between a kept row and what it should say."""
        changes = {name: value for name, value in wanted.items() if getattr(row, name) != value}
        if changes:
            self.edits.setdefault(row._meta.app_label, []).append((row, changes))

    def keep(self, record: records.ChildRecord, shelf: Shelf | None) -> None:
        """Note everything that must be written for one child."""
        shelf = shelf or Shelf(self._new_person(record))
        self._describe(record, shelf)
        self._identify(record, shelf)
        self._keep_case(record, shelf)
        for period in record.periods:
            self._keep_period(record.child, period, shelf)
        self._keep_dated(record, shelf)
        self._keep_facts(record, shelf)

    def _new_person(self, record: records.ChildRecord) -> Person:
        """The return has no names: until somebody gives one, the child is called by its number."""
        newcomer = Newcomer(
            [NameParts(given="Child", family=record.child)],
            birth=PartialDate.parse(record.born_on.isoformat()),
            sex=record.sex,
            identifiers=[(CHILD_NUMBER, record.child, None, None)],
            code=self.mint(),
        )
        person = Person(unit=self.unit, code=newcomer.code)
        self.newcomers.append((newcomer, person))
        return person

    def _describe(self, record: records.ChildRecord, shelf: Shelf) -> None:
        died = next((period.ended_on for period in record.periods if period.end_reason == "E2"), None)
        wanted: dict[str, Any] = {"ethnicity": record.headers[-1].ethnic, "died_on": died or shelf.person.died_on}
        if record.sex != "U":
            wanted["sex"] = record.sex
        if shelf.person._state.adding:
            newcomer, person = self.newcomers[-1]
            self.newcomers[-1] = (replace(newcomer, **wanted), person)
        else:
            self.edit(shelf.person, **wanted)

    def _identify(self, record: records.ChildRecord, shelf: Shelf) -> None:
        upn = record.headers[-1].upn
        known = [row for row in shelf.identifiers if row.scheme == PUPIL_NUMBER and row.ends_on is None]
        if not upn or upn in codes.NO_PUPIL_NUMBER:
            return
        if known:
            self.edit(known[-1], value=upn)
        else:
            self.identifiers.append(Identifier(code=self.mint(), person=shelf.person, scheme=PUPIL_NUMBER, value=upn))

    def _keep_case(self, record: records.ChildRecord, shelf: Shelf) -> None:
        """One case from the first day anybody was responsible; it is open while care or a worker’s duty lasts."""
        days = [period.started_on for period in record.periods] + [worker.started_on for worker in record.workers]
        if not days:
            return
        ends = [period.ended_on for period in record.periods] + [worker.ended_on for worker in record.workers]
        last = next((worker for worker in reversed(record.workers) if worker.ended_on is None), None)
        case = shelf.case
        if case is None:
            closed = max((end for end in ends if end), default=None) if all(ends) else None
            case = Case(
                code=self.mint(),
                child=shelf.person,
                unit=self.unit,
                worker=self.workers.get(last.worker) if last else None,
                state=Case.State.CLOSED if closed else Case.State.ACTIVE,
                opened_on=min(days),
                closed_on=closed,
                close_reason=record.periods[-1].end_reason if closed and record.periods else "",
            )
            self.cases.append(case)
        elif case.is_running:
            worker = self.workers.get(last.worker) if last else None
            self.edit(case, opened_on=min(*days, case.opened_on), worker_id=worker.pk if worker else case.worker_id)
        self._assign(record, shelf, case)

    def _assign(self, record: records.ChildRecord, shelf: Shelf, case: Case) -> None:
        known = {row.starts_on: row for row in shelf.assignments}
        for worker in record.workers:
            row = known.get(worker.started_on)
            if row:
                self.edit(row, ends_on=worker.ended_on)
            else:
                self.assignments.append(
                    Assignment(
                        code=self.mint(),
                        case=case,
                        worker=self.workers.get(worker.worker),
                        worker_reference=worker.worker,
                        starts_on=worker.started_on,
                        ends_on=worker.ended_on,
                        reason=worker.reason,
                    )
                )

    def _keep_period(self, child: str, said: records.Period, shelf: Shelf) -> None:
        known = {row.started_on: row for row in shelf.episodes}
        period = self._period(said, shelf, known)
        statuses = self._keep_statuses(said, shelf, known)
        stays = self._keep_placements(child, said, period, known)
        for episode in said.episodes:
            row = known.get(episode.started_on)
            if row is None or period in self.extended:
                self.episodes.append(
                    Episode(
                        code=row.code if row else self.mint(),
                        period=period,
                        started_on=episode.started_on,
                        reason=episode.new_reason,
                        legal_status=statuses[episode.started_on],
                        placement=stays[episode.started_on],
                        home_postcode=episode.home_postcode,
                    )
                )

    def _period(self, said: records.Period, shelf: Shelf, known: Mapping[Any, Episode]) -> PeriodOfCare:
        """The kept period that shares a day with this one, brought up to date; else a new one."""
        wanted = {
            "started_on": said.started_on,
            "ended_on": said.ended_on,
            "need": said.need,
            "exit": said.end_reason if said.ended_on else "",
        }
        mine = next((known[episode.started_on] for episode in said.episodes if episode.started_on in known), None)
        if mine is None:
            period = PeriodOfCare(code=self.mint(), child=shelf.person, **wanted)
            self.periods.append(period)
            return period
        period = next(row for row in shelf.periods if row.pk == mine.period_id)
        if period.started_on != said.started_on:
            self.extended.append(period)
        self.edit(period, **wanted)
        return period

    def _keep_statuses(
        self, said: records.Period, shelf: Shelf, known: Mapping[Any, Episode]
    ) -> dict[Any, LegalStatus]:
        """One legal status for each run of episodes under the same one."""
        found: dict[Any, LegalStatus] = {}
        for run in runs_of(said.episodes, lambda last, new: last.legal_status == new.legal_status):
            first, ended = run[0], run[-1].ended_on
            there = [known[episode.started_on].legal_status for episode in run if episode.started_on in known]
            if there:
                status = there[0]
                self.edit(status, starts_on=first.started_on, ends_on=ended)
            else:
                status = LegalStatus(
                    code=self.mint(),
                    person=shelf.person,
                    status=first.legal_status,
                    starts_on=first.started_on,
                    ends_on=ended,
                )
                self.statuses.append(status)
            found |= {episode.started_on: status for episode in run}
        return found

    def _keep_placements(
        self, child: str, said: records.Period, period: PeriodOfCare, known: Mapping[Any, Episode]
    ) -> dict[Any, Placement]:
        """One placement for each run of episodes in the same place."""
        found: dict[Any, Placement] = {}
        for run in runs_of(said.episodes, stays_on):
            last = run[-1]
            there = [known[episode.started_on].placement for episode in run if episode.started_on in known]
            if there:
                placement = there[0]
                self.edit(placement, leave_reason=last.change_reason, care_type=last.place)
            else:
                placement = Placement(
                    code=self.mint(),
                    period=period,
                    home=self.home_of(child, run[0]),
                    care_type=last.place,
                    leave_reason=last.change_reason,
                )
                self.placements.append(placement)
            found |= {episode.started_on: placement for episode in run}
        return found

    def _keep_dated(self, record: records.ChildRecord, shelf: Shelf) -> None:
        absences = {row.started_on: row for row in shelf.absences if row.is_gone}
        for away in record.missing:
            row = absences.get(away.started_on)
            if row:
                self.edit(row, ended_on=away.ended_on)
            else:
                self.absences.append(
                    Absence(
                        code=self.mint(),
                        child=shelf.person,
                        kind=away.kind,
                        started_on=away.started_on,
                        ended_on=away.ended_on,
                    )
                )
        held = {row.held_on for row in shelf.reviews}
        for review in record.reviews:
            if review.held_on not in held:
                self.reviews.append(
                    Review(
                        code=self.mint(),
                        child=shelf.person,
                        held_on=review.held_on,
                        participation=review.participation,
                    )
                )

    def _keep_facts(self, record: records.ChildRecord, shelf: Shelf) -> None:
        known = {(fact.table, fact.year, fact.key): fact for fact in shelf.facts}
        tables: dict[str, Sequence[Any]] = {
            "Header": record.headers,
            "UASC": record.asylum,
            "OC2": record.health,
            "OC3": record.leaving,
            "AD1": record.adoptions,
            "PrevPerm": record.permanence,
            "PlacedAdoption": record.decisions,
            "DoLo": record.liberty,
        }
        for table, facts in tables.items():
            for said in facts:
                fact = kept(shelf.person, table, said)
                row = known.get((fact.table, fact.year, fact.key))
                if row:
                    self.edit(row, values=fact.values)
                else:
                    fact.code = self.mint()
                    self.facts.append(fact)


def stays_on(last: records.Episode, new: records.Episode) -> bool:
    """Whether a new episode goes on in the same placement: only the law changed."""
    place = (last.place, last.provider, last.urn, last.place_postcode)
    same = place == (new.place, new.provider, new.urn, new.place_postcode)
    return same and new.new_reason == "L" and not last.change_reason


def runs_of(
    episodes: Iterable[records.Episode], goes_on: Callable[[records.Episode, records.Episode], bool]
) -> list[list[records.Episode]]:
    """Episodes that follow each other and belong together."""
    runs: list[list[records.Episode]] = []
    for episode in episodes:
        if runs and goes_on(runs[-1][-1], episode):
            runs[-1].append(episode)
        else:
            runs.append([episode])
    return runs
