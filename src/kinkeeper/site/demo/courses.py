"""How a child’s time in care goes in the demo: legal steps, stays one after another, and how it ends. Homes come later.

Days are chosen to the real end, even beyond what the demo knows of; `histories` cuts everything at its last day.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from kinkeeper.exchange.ssda903.years import age_on, birthday

FLATS_SINCE = date(2023, 4, 1)
"""Supported flats are only used since the return asks for their registration number throughout a year."""

PLACES = {
    "kin": "U3",
    "foster": "U6",
    "house": "K2",
    "group": "K2",
    "flat": "H5",
    "adopters": "A6",
    "parents": "P1",
} | {
    "hospital": "T1",
    "holiday": "T3",
    "breaks": "R1",
}
REASONS: Mapping[str, int] = {"CARPL": 55, "CREQB": 11, "CREQO": 8, "LAREQ": 8, "CHILD": 6, "CLOSE": 4, "STAND": 1} | {
    "ALLEG": 1,
    "OTHER": 6,
}


@dataclass(slots=True)
class Stay:
    """Where the child lives from a day on. `with_last` means the same carers as in the stay before."""

    kind: str
    place: str
    start: date
    with_last: bool = False
    reason: str = ""

    @property
    def temporary(self) -> bool:
        return self.place.startswith("T")


@dataclass(slots=True)
class Course:
    """One period of care. `legal` and `stays` begin on `start`; `end` is the day care ends, for the reason `exit`.

    Brothers and sisters who live through it together have the same `key`.
    """

    start: date
    end: date
    exit: str
    need: str
    legal: list[tuple[date, str]]
    stays: list[Stay]
    decided_on: date | None = None
    matched_on: date | None = None
    reversed_on: date | None = None
    siblings: int = 1
    key: object = field(default_factory=object)

    def leaves(self, place: int) -> date:
        """The day the child leaves the home of a stay for good: a temporary stay elsewhere is no leaving."""
        following = place + 1
        while following < len(self.stays) and not self.stays[place].temporary:
            stay, before = self.stays[following], self.stays[following - 1]
            if not (stay.temporary or before.temporary or stay.with_last):
                break
            following += 1
        return self.stays[following].start if following < len(self.stays) else self.end


def pick(rng: Random, weights: Mapping[str, int]) -> str:
    """One of the keys, by weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def in_days(day: date, days: float) -> date:
    """A day so many days later."""
    return day + timedelta(days=round(days))


def settled(day: date) -> date:
    """The day, or one after the turn of the return’s year: nobody enters, leaves or changes hands in those ten days."""
    return date(day.year, 4, 6) if (3, 24) <= (day.month, day.day) <= (4, 2) else day


def course(
    rng: Random, kind: str, born_on: date, start: date, need: str, siblings: int = 1, *, again: bool = False
) -> Course:
    """A period of care of a kind: reunify, long, kin, adopt, reverse (adoption called off) or asylum.

    Who comes back into care (`again`) is known already, so it does not begin with the police or an emergency order.
    """
    adult = birthday(born_on, 18)
    if kind in {"adopt", "reverse"}:
        return _towards_adoption(rng, kind, born_on, start, need, siblings)
    end, reason = _ending(rng, kind, start, adult)
    legal = _legal_steps(rng, kind, start, end, calm=again)
    made = Course(start, end, reason, need, legal, [], siblings=siblings)
    _add_stays(rng, kind, made, born_on)
    if reason == "E4A" and legal[-1][1] == "C2":
        _add_trial_at_home(rng, made)
    fit_exit(rng, made)
    _add_short_absences(rng, made)
    return made


def _ending(rng: Random, kind: str, start: date, adult: date) -> tuple[date, str]:
    if kind == "reunify":
        end = settled(in_days(start, min(rng.expovariate(1 / 240) + 20, 900)))
        reason = pick(rng, {"E4A": 78, "E4B": 12, "E13": 4, "E41": 3, "E3": 2, "E8": 1})
    elif kind == "kin" and rng.random() < 0.6:
        end, reason = settled(in_days(start, rng.uniform(220, 900))), "E45"
    else:
        end, reason = adult, "E17"
    return (end, reason) if end < in_days(adult, -30) else (adult, "E17")


def _legal_steps(rng: Random, kind: str, start: date, end: date, *, calm: bool = False) -> list[tuple[date, str]]:
    weights = {"V2": 28, "L1": 5, "L2": 20, "C1": 47}
    if kind in {"reunify", "asylum"}:
        weights = {"V2": 62, "L1": 4, "L2": 14, "C1": 20} if kind == "reunify" else {"V2": 1}
    if calm:
        weights = {"V2": 3, "C1": 2}
    steps = [(start, pick(rng, weights))]
    while len(steps) < 5:
        day, status = steps[-1]
        if status == "L1":
            following = in_days(day, rng.randint(1, 3)), rng.choice(("L2", "C1"))
        elif status == "L2":
            following = in_days(day, rng.randint(8, 20)), "C1"
        elif status == "V2" and kind not in {"reunify", "asylum"}:
            following = in_days(day, rng.uniform(50, 200)), "C1"
        elif status == "C1":
            following = in_days(day, rng.uniform(150, 290)), "C2"
        else:
            break
        if following[0] >= in_days(end, -8):
            break
        steps.append(following)
    day, status = steps[-1]
    if (end - day).days > {"L1": 3, "L2": 20}.get(status, 99999):
        steps[-1] = (day, "V2")
    return steps


def _add_stays(rng: Random, kind: str, made: Course, born_on: date) -> None:
    day = made.start
    while day < made.end:
        home = _kind_of_home(rng, kind, age_on(born_on, day), day, made)
        left = (made.end - day).days
        days = _days_in(rng, home, first=not made.stays)
        if left - days < 30:
            days = left
        made.stays.append(Stay(home, PLACES[home], day, reason=pick(rng, REASONS)))
        if home == "foster" and days > 330 and rng.random() < 0.6:
            lasting = in_days(day, rng.uniform(150, 300))
            made.stays[-1].reason = "PLACE"
            made.stays.append(Stay("foster", "U4", lasting, with_last=True, reason=pick(rng, REASONS)))
        day = in_days(day, days)


def _kind_of_home(rng: Random, kind: str, age: int, day: date, made: Course) -> str:
    if kind == "kin":
        return "kin"
    if age >= 16 and day >= FLATS_SINCE and (made.stays or kind == "asylum") and rng.random() < 0.6:
        return "flat"
    if made.siblings >= 3:
        return pick(rng, {"house": 7, "foster": 3})
    if age < 3:
        return "foster"
    if age < 12:
        return pick(rng, {"foster": 66, "house": 34})
    return pick(rng, {"foster": 46, "house": 24, "group": 30})


def _days_in(rng: Random, home: str, *, first: bool) -> int:
    if first and rng.random() < 0.35:
        return rng.randint(9, 75)
    mean = {"foster": 520, "house": 1100, "kin": 2500, "group": 420, "flat": 700}[home]
    return round(rng.expovariate(1 / mean)) + 30


def _add_trial_at_home(rng: Random, made: Course) -> None:
    """A child under a care order goes home on trial first."""
    since = in_days(made.end, -rng.uniform(45, 120))
    if since > in_days(made.stays[-1].start, 10):
        made.stays[-1].reason = "CARPL"
        made.stays.append(Stay("parents", "P1", since))


def fit_exit(rng: Random, made: Course) -> None:
    """How care ends fits where the child lived last."""
    last = made.stays[-1].kind
    if made.exit == "E17" and last not in {"foster", "kin"}:
        made.exit = pick(rng, {"E5": 6, "E6": 2})
    elif made.exit == "E45" and last != "kin":
        made.exit = "E47"


def _add_short_absences(rng: Random, made: Course) -> None:
    """Days in hospital, or with other carers while the usual ones are on holiday: the child returns to the same place."""
    stays: list[Stay] = []
    holidays = 0
    for place, stay in enumerate(made.stays):
        stays.append(stay)
        until = made.stays[place + 1].start if place + 1 < len(made.stays) else made.end
        kind = pick(rng, {"": 88, "hospital": 5, "holiday": 7})
        if not kind or (until - stay.start).days < 150 or stay.kind not in {"foster", "house", "kin"}:
            continue
        if kind == "holiday" and (stay.kind != "foster" or holidays):
            continue
        away = in_days(stay.start, rng.uniform(40, (until - stay.start).days - 60))
        back = in_days(away, rng.randint(3, 14))
        if any(in_days(away, -3) <= day <= in_days(back, 3) for day, _status in made.legal):
            continue
        holidays += kind == "holiday"
        stays.append(Stay(kind, PLACES[kind], away))
        stays.append(Stay(stay.kind, stay.place, back, reason=stay.reason))
        stay.reason = ""
    made.stays = stays


def _towards_adoption(rng: Random, kind: str, born_on: date, start: date, need: str, siblings: int) -> Course:
    decided = in_days(start, rng.uniform(120, 250))
    order = in_days(decided, rng.uniform(14, 70))
    matched = in_days(order, rng.uniform(40, 200))
    placed = in_days(matched, rng.uniform(14, 40))
    end = settled(in_days(placed, rng.uniform(120, 300)))
    legal = _legal_steps(rng, "adopt", start, order)
    if kind == "reverse":
        called_off = in_days(order, rng.uniform(100, 300))
        adult = birthday(born_on, 18)
        made = Course(start, adult, "E17", need, [*legal, (order, "E1"), (called_off, "C2")], [], decided_on=decided)
        made.reversed_on, made.siblings = called_off, siblings
        made.stays = [
            Stay("foster", "U6", start, reason="PLACE"),
            Stay("foster", "U4", in_days(called_off, 60), with_last=True),
        ]
        return made
    foster_to_adopt = rng.random() < 0.3
    stays = [Stay("foster", "U5" if foster_to_adopt else "U6", start, reason="CARPL")]
    if foster_to_adopt:
        stays.append(Stay("foster", "A5", placed, with_last=True))
    else:
        stays.append(Stay("adopters", "A6", placed))
    made = Course(start, end, pick(rng, {"E12": 7, "E11": 3}), need, [*legal, (order, "E1")], stays)
    made.decided_on, made.matched_on, made.siblings = decided, matched, siblings
    return made
