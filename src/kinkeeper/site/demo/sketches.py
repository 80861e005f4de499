"""Which children come into care in the demo: brothers and sisters, their birthdays, and the times they spend in care."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from random import Random

from kinkeeper.exchange.ssda903.years import birthday, year_start
from kinkeeper.site.demo.courses import Course, Stay, course, fit_exit, in_days, pick, settled

YEARS_BEFORE = 4
"""How many years before the first return children may have come into care."""
KINDS = {"reunify": 38, "long": 31, "kin": 15, "adopt": 5, "reverse": 1, "asylum": 5, "breaks": 3}
NEEDS = {"N1": 56, "N5": 14, "N4": 9, "N8": 6, "N3": 5, "N2": 4, "N6": 4, "N7": 2}
APART_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Frame:
    """The time the demo covers."""

    seed: int
    first_year: int
    last_year: int
    last_day: date

    @property
    def opens(self) -> date:
        return year_start(self.first_year)


@dataclass(slots=True)
class Sketch:
    """A child before homes, workers and yearly facts."""

    born_on: date
    sex: str
    courses: list[Course] = field(default_factory=list)
    baby_born_on: date | None = None


def sketch_family(rng: Random, frame: Frame, room: int) -> tuple[str, list[Sketch]]:
    """Draw until a family comes whose children some return of the demo’s years speaks of: its kind and the children."""
    while True:
        kind = pick(rng, KINDS)
        sketches = _draw(rng, frame, kind, room)
        if sketches and all(_is_seen(sketch, frame) for sketch in sketches):
            return kind, sketches


def _is_seen(sketch: Sketch, frame: Frame) -> bool:
    return sketch.courses[-1].end > in_days(frame.opens, 5) and sketch.courses[0].start < frame.last_day


def _draw(rng: Random, frame: Frame, kind: str, room: int) -> list[Sketch]:
    span = (frame.last_day - frame.opens).days
    start = settled(in_days(frame.opens, rng.uniform(-YEARS_BEFORE * 300, span - 25)))
    born = _birthdays(rng, kind, start, room)
    if not born:
        return []
    if kind == "breaks":
        return [Sketch(born[0], _sex(rng, kind), _breaks(rng, frame, born[0], start))]
    need = {"asylum": "N8"}.get(kind) or pick(rng, NEEDS)
    sketches = [
        Sketch(day, _sex(rng, kind), [made])
        for day, made in zip(born, _shared(rng, kind, born, start, need), strict=False)
    ]
    _come_back(rng, frame, kind, sketches)
    _young_mother(rng, sketches[0])
    return sketches


def _birthdays(rng: Random, kind: str, start: date, room: int) -> list[date]:
    """The youngest first. Nobody is 17 yet, or born on a day that only leap years have."""
    size = 1 if kind in {"asylum", "breaks"} else int(pick(rng, {"1": 55, "2": 26, "3": 13, "4": 6}))
    age = _age(rng, kind)
    born = [_birthday(in_days(start, -age * 365.25 - rng.randint(5, 350)))]
    while len(born) < min(size, room):
        born.append(_birthday(in_days(born[-1], -rng.uniform(330, 1300))))
    return [day for day in born if birthday(day, 17) > start]


def _birthday(day: date) -> date:
    if (day.month, day.day) == (2, 29):
        return day.replace(day=28)
    return date(day.year, 3, 20) if settled(day) != day else day


def _age(rng: Random, kind: str) -> int:
    if kind in {"adopt", "reverse"}:
        return rng.choice((0, 0, 0, 1, 1, 2, 3))
    if kind == "asylum":
        return rng.choice((15, 16, 16))
    if kind == "breaks":
        return rng.randint(5, 14)
    low, high = rng.choice(((0, 0), (0, 3), (3, 8), (6, 11), (10, 14), (12, 15), (14, 16)))
    return rng.randint(low, high)


def _sex(rng: Random, kind: str) -> str:
    return "M" if rng.random() < (0.9 if kind == "asylum" else 0.53) else "F"


def _shared(rng: Random, kind: str, born: list[date], start: date, need: str, *, again: bool = False) -> list[Course]:
    """A time in care that brothers and sisters share, each until the day they come of age; some are placed apart."""
    youngest = course(rng, kind, born[0], start, need, len(born), again=again)
    shared = [youngest]
    for day in born[1:]:
        if kind in {"long", "reunify"} and rng.random() < APART_SHARE:
            shared.append(course(rng, kind, day, start, need, again=again))
        else:
            shared.append(_until_of_age(rng, youngest, day))
    return shared


def _until_of_age(rng: Random, made: Course, born_on: date) -> Course:
    adult = birthday(born_on, 18)
    if made.end <= adult:
        return made
    legal = [step for step in made.legal if step[0] == made.start or step[0] < in_days(adult, -8)]
    stays = [stay for stay in made.stays if stay.start == made.start or stay.start < in_days(adult, -8)]
    while stays[-1].temporary:
        stays.pop()
    cut = replace(made, end=adult, exit="E17", legal=legal, stays=stays)
    fit_exit(rng, cut)
    return cut


def _breaks(rng: Random, frame: Frame, born_on: date, start: date) -> list[Course]:
    """Short breaks: a few days at a time, several times a year, none over the turn of the return’s year."""
    breaks, day = [], start
    while day < min(in_days(frame.last_day, -12), birthday(born_on, 17)):
        day = settled(day)
        end = in_days(day, rng.randint(2, 5))
        if settled(end) == end:
            breaks.append(Course(day, end, "E4A", "N2", [(day, "V3")], [Stay("breaks", "R1", day)]))
        day = in_days(end, rng.randint(30, 90))
    return breaks


def _come_back(rng: Random, frame: Frame, kind: str, sketches: list[Sketch]) -> None:
    """Some families whose children went home need care again."""
    first = sketches[0].courses[0]
    if kind != "reunify" or first.exit not in {"E4A", "E4B", "E13"} or rng.random() > 0.2:
        return
    again = settled(in_days(first.end, rng.uniform(60, 400)))
    back = [s for s in sketches if s.courses[0].end == first.end and birthday(s.born_on, 17) > again]
    if again >= in_days(frame.last_day, -5) or not back:
        return
    born = [sketch.born_on for sketch in back]
    for sketch, made in zip(
        back, _shared(rng, rng.choice(("reunify", "long")), born, again, first.need, again=True), strict=False
    ):
        sketch.courses.append(made)


def _young_mother(rng: Random, girl: Sketch) -> None:
    """A girl who comes into care with a baby of her own."""
    start = girl.courses[0].start
    if girl.sex == "F" and birthday(girl.born_on, 15) < start and rng.random() < 0.12:
        girl.baby_born_on = in_days(start, -rng.uniform(20, 200))
