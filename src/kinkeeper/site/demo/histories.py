"""Believable care histories for the demo, the tests and the benches: invented, seeded, the same for the same seed.

Children come in neighbourhoods of forty with homes and social workers of their own, so memory does not grow with the
number of children. What is generated agrees with the SSDA903 return of every year from `first_year` on; nothing is
later than `last_day`. Codes of children derive from seed and number, and come in rising order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from kinkeeper.exchange.ssda903.records import AsylumYear, ChildRecord, Episode, LeavingYear, Period, WorkerEpisode
from kinkeeper.exchange.ssda903.years import age_on, birthday, year_end, year_of
from kinkeeper.site.demo import postcodes, returns
from kinkeeper.site.demo.courses import Course, in_days, pick, settled
from kinkeeper.site.demo.cutting import adoptions_of, decisions_of, episodes_of
from kinkeeper.site.demo.pool import HomePlan, Pool
from kinkeeper.site.demo.sketches import YEARS_BEFORE, Frame, Sketch, sketch_family

NEIGHBOURHOOD = 40
"""Children per neighbourhood: what two social workers can look after."""
ETHNIC = {"WBRI": 62, "MWBC": 4, "MWAS": 3, "MOTH": 4, "APKN": 6, "BAFR": 6, "BCRB": 3, "WOTH": 4, "WROM": 2} | {
    "AIND": 2,
    "ABAN": 2,
    "OOTH": 2,
}
ETHNIC_OF_ASYLUM = {"OOTH": 4, "BAFR": 4, "AOTH": 2}
HANDOVERS = {"LEFTRL": 5, "ORGRST": 2, "MANAGE": 2, "ABSENC": 2, "TSPROC": 1}
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


@dataclass(frozen=True, slots=True)
class WorkerPlan:
    """A social worker of a neighbourhood: which of its two desks they hold, from when until when, and why they took it over."""

    number: str
    desk: int
    started_on: date
    ended_on: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class ChildPlan:
    """One invented child. `homes` names the home of each episode of the record, in order (empty: parents, hospital …).

    Children of one `family` are brothers and sisters with one family home. `kind` is what was planned: reunify, long,
    kin, adopt, reverse (an adoption called off), asylum or breaks (short breaks).
    """

    number: int
    family: int
    neighbourhood: int
    desk: int
    kind: str
    home_postcode: str
    record: ChildRecord
    homes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Forty children with the homes they live in and the workers who look after them."""

    number: int
    homes: tuple[HomePlan, ...]
    workers: tuple[WorkerPlan, ...]
    children: tuple[ChildPlan, ...]


def neighbourhoods(
    seed: int, children: int, years: int, first_year: int = 2022, last_day: date | None = None
) -> Iterator[Neighbourhood]:
    """The demo, one neighbourhood after another, with exactly `children` children in all.

    `years` collection years from `first_year` on are covered; `last_day` may end the last of them early.
    """
    last_year = first_year + years - 1
    until = min(last_day or year_end(last_year), year_end(last_year))
    frame = Frame(seed, first_year, last_year, until)
    for number in range(-(-children // NEIGHBOURHOOD)):
        size = min(NEIGHBOURHOOD, children - number * NEIGHBOURHOOD)
        yield _Maker(frame, number, size).neighbourhood()


def histories(
    seed: int, children: int, years: int, first_year: int = 2022, last_day: date | None = None
) -> Iterator[ChildPlan]:
    """The children of the demo, in the order of their codes."""
    for neighbourhood in neighbourhoods(seed, children, years, first_year, last_day):
        yield from neighbourhood.children


class _Maker:
    """Makes one neighbourhood from its own random numbers, so that it is the same whatever came before."""

    def __init__(self, frame: Frame, number: int, size: int) -> None:
        self.frame = frame
        self.number = number
        self.size = size
        self.rng = Random(f"kinkeeper/{frame.seed}/{number}")  # noqa: S311  # invented data, no secret
        self.opened_on = frame.opens.replace(year=frame.first_year - YEARS_BEFORE)
        self.pool = Pool(number, self.opened_on, self.rng)
        self.workers = tuple(self._workers())
        self.desks = [0, 0]
        self.rooms: dict[tuple[object, int], HomePlan] = {}
        self.made: list[ChildPlan] = []

    def neighbourhood(self) -> Neighbourhood:
        families = 0
        while len(self.made) < self.size:
            self._family(self.number * NEIGHBOURHOOD + families)
            families += 1
        return Neighbourhood(self.number, self.pool.homes, self.workers, tuple(self.made))

    def _workers(self) -> Iterator[WorkerPlan]:
        serial = 0
        for desk in (0, 1):
            day, reason = self.opened_on, "FCONTA"
            while day <= self.frame.last_day:
                until = settled(in_days(day, self.rng.uniform(260, 1300)))
                ended = until if until <= self.frame.last_day else None
                number = f"SW{self.frame.seed % 10}{self.number % 10000:04d}{serial:02d}"
                yield WorkerPlan(number, desk, day, ended, reason)
                reason = pick(self.rng, HANDOVERS)
                day, serial = until, serial + 1

    def _family(self, family: int) -> None:
        rng = self.rng
        kind, sketches = sketch_family(rng, self.frame, self.size - len(self.made))
        desk = 0 if self.desks[0] <= self.desks[1] else 1
        self.desks[desk] += len(sketches)
        postcode = rng.choice(postcodes.FAMILIES)
        ethnic = pick(rng, ETHNIC_OF_ASYLUM if kind == "asylum" else ETHNIC)
        self.rooms = {}
        for sketch in sketches:
            number = self.number * NEIGHBOURHOOD + len(self.made)
            cared = list(self._in_care(sketch, "" if kind == "asylum" else postcode))
            periods = tuple(Period(need, tuple(e for e, _home in episodes)) for need, episodes in cared)
            homes = tuple(home for _need, episodes in cared for _episode, home in episodes)
            record = self._record(number, sketch, kind, ethnic, periods, desk)
            self.made.append(ChildPlan(number, family, self.number, desk, kind, postcode, record, homes))

    def _in_care(self, sketch: Sketch, postcode: str) -> Iterator[tuple[str, list[tuple[Episode, str]]]]:
        """Every time in care as (need, episodes with their homes), as far as the demo’s last day."""
        for made in sketch.courses:
            if made.start <= self.frame.last_day:
                yield made.need, list(episodes_of(made, self._housed(made), postcode, self.frame.last_day))

    def _housed(self, made: Course) -> list[HomePlan | None]:
        """A home for every stay: the same again after a temporary one or a change with the same carers."""
        found: list[HomePlan | None] = []
        usual: HomePlan | None = None
        for place, stay in enumerate(made.stays):
            if stay.kind in {"parents", "hospital"}:
                found.append(None)
            elif place and (stay.with_last or made.stays[place - 1].temporary):
                found.append(usual)
            else:
                found.append(self._room(made, place, usual))
                usual = usual if stay.temporary else found[-1]
        return found

    def _room(self, made: Course, place: int, last: HomePlan | None) -> HomePlan:
        """A room in a home; brothers and sisters who share their time in care share it."""
        key = made.key, place
        if key not in self.rooms:
            stay = made.stays[place]
            kind = "foster" if stay.kind == "holiday" else stay.kind
            until = made.leaves(place)
            other = last.code if last else ""
            self.rooms[key] = self.pool.place(kind, stay.start, until, made.siblings, other_than=other)
        return self.rooms[key]

    def _record(
        self, number: int, sketch: Sketch, kind: str, ethnic: str, periods: tuple[Period, ...], desk: int
    ) -> ChildRecord:
        rng, frame, born = self.rng, self.frame, sketch.born_on
        cared = returns.years_in_care(periods, 0, frame.last_year)
        inside = [year for year in sorted(cared) if year >= frame.first_year]
        says = "" if sketch.sex == "M" or kind == "breaks" else str(int(sketch.baby_born_on is not None))
        upns = ("UN3", "UN3") if kind == "asylum" else ("UN1", _pupil_number(frame.seed, number))
        begun = {year_of(period.started_on) for period in periods}
        whole = range(frame.first_year, year_of(in_days(frame.last_day, 1)))
        record = ChildRecord(
            child=_child_code(frame.seed, number),
            sex=sketch.sex,
            born_on=born,
            headers=returns.headers_of(
                range(min(cared), frame.last_year + 1), ethnic, upns, born, (says, sketch.baby_born_on), cared
            ),
            periods=periods,
            decisions=tuple(decisions_of(sketch.courses, frame.last_day)),
            asylum=tuple(AsylumYear(year, birthday(born, 18)) for year in inside) if kind == "asylum" else (),
            health=tuple(returns.health_of(rng, year, born) for year in whole if returns.throughout(periods, year)),
            leaving=tuple(self._after_care(sketch, periods, [year for year in whole if year not in cared])),
            adoptions=tuple(adoptions_of(rng, sketch.courses, frame.last_day)),
            permanence=tuple(
                returns.permanence_of(rng, year, born, periods[0].started_on) for year in inside if year in begun
            ),
        )
        return record if kind == "breaks" else self._accompanied(record, desk)

    def _accompanied(self, record: ChildRecord, desk: int) -> ChildRecord:
        """The record with what people did meanwhile: reviews, absences and social workers."""
        rng, born, last_day = self.rng, record.born_on, self.frame.last_day
        return replace(
            record,
            reviews=tuple(r for p in record.periods for r in returns.reviews_of(rng, p, born, last_day)),
            missing=tuple(m for p in record.periods for m in returns.absences_of(rng, p, born, last_day)),
            workers=tuple(self._handovers(record.periods, desk)),
        )

    def _handovers(self, periods: tuple[Period, ...], desk: int) -> Iterator[WorkerEpisode]:
        """Who was responsible from the first day in care to the last, also while the child was home in between."""
        start, left = periods[0].started_on, periods[-1].ended_on
        latest = in_days(left or self.frame.last_day, -8)
        reason = "FCONTA"
        for worker in (worker for worker in self.workers if worker.desk == desk):
            until = worker.ended_on
            if (until and until <= in_days(start, 7)) or (worker.started_on > latest and reason != "FCONTA"):
                continue
            if until is None or until > latest:
                yield WorkerEpisode(worker.number, start, left, reason)
                return
            yield WorkerEpisode(worker.number, start, until, reason)
            start = until
            reason = next(w.reason for w in self.workers if w.desk == desk and w.started_on == until)

    def _after_care(self, sketch: Sketch, periods: tuple[Period, ...], years: list[int]) -> Iterator[LeavingYear]:
        """OC3 for care leavers from 17 to 21. Their rights show in the returns of the demo’s years.

        Young mothers are left out: two DfE rules (612 and 624) contradict each other about them.
        """
        left, reason = periods[-1].ended_on, periods[-1].end_reason
        seen = [e for period in periods for e in period.episodes if e.ended_on and e.ended_on >= self.frame.opens]
        entitled = returns.may_have_left_care(seen, sketch.born_on) and reason not in {"E11", "E12", "E3", "E2"}
        if left is None or sketch.baby_born_on or not entitled:
            return
        for year in years:
            if year > year_of(left) and 17 <= age_on(sketch.born_on, year_end(year)) <= 21:
                yield returns.leaving_of(self.rng, year, sketch.born_on, reason)


def _child_code(seed: int, number: int) -> str:
    """K, three signs from the seed and the number of the child: rising with the number, the same for the same seed."""
    rest, signs = seed * 7919 + 903, ""
    for _place in range(3):
        rest, digit = divmod(rest, 36)
        signs += _BASE36[digit]
    return f"K{signs}{number:06d}"


def _pupil_number(seed: int, number: int) -> str:
    """A unique pupil number with its check letter. Authority 000 does not exist, so it is nobody’s."""
    digits = f"000{seed % 100:02d}{number:07d}"
    letter = _CHECK_LETTERS[sum(int(digit) * weight for weight, digit in enumerate(digits, 2)) % 23]
    return letter + digits
