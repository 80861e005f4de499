"""What the demo’s return says beside the episodes: reviews, absences, health, after care, and the facts of each year."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random

from kinkeeper.exchange.ssda903.codes import SHORT_BREAKS
from kinkeeper.exchange.ssda903.records import (
    Episode,
    HeaderYear,
    HealthYear,
    LeavingYear,
    Missing,
    Period,
    PermanenceYear,
    Review,
)
from kinkeeper.exchange.ssda903.years import age_on, birthday, year_end, year_of, year_start
from kinkeeper.site.demo.courses import in_days, pick

PARTICIPATION = {"PN1": 56, "PN2": 7, "PN3": 5, "PN4": 6, "PN5": 7, "PN6": 14, "PN7": 5}
ACTIVITIES = {"F1": 5, "F2": 22, "F4": 6, "F5": 22, "P2": 6, "P5": 5, "G4": 9, "G5": 17, "G6": 8}
ACCOMMODATION = {"B1": 10, "D1": 18, "E1": 8, "K1": 5, "U1": 34, "V1": 2, "W2": 2, "S2": 2, "X2": 3, "Y1": 4, "T1": 3}


def reviews_of(rng: Random, period: Period, born_on: date, last_day: date) -> Iterator[Review]:
    """Reviews within 4 weeks, then 3 months, then every 6; one in eight is late, the last may be missing."""
    ends = min(period.ended_on or last_day, last_day)
    day, gap = period.started_on, 24.0
    while True:
        late = rng.uniform(10, 60) if rng.random() < 0.125 else 0
        day = _weekday(in_days(day, gap * rng.uniform(0.75, 1) + late))
        if day >= ends:
            return
        code = "PN0" if day < birthday(born_on, 4) else pick(rng, PARTICIPATION)
        yield Review(day, code)
        gap = 86 if gap < 30 else 178


def absences_of(rng: Random, period: Period, born_on: date, last_day: date) -> Iterator[Missing]:
    """Some teenagers go missing, mostly for a night or two; always from a usual place, and never across a move.

    None lasts over 31 March: rules 575 and 577 of the validator take the end of the year for the end of the placement.
    """
    if rng.random() > 0.22:
        return
    rate = rng.uniform(40, 400)
    for episode in period.episodes:
        ends = min(episode.ended_on or last_day, last_day)
        day = max(in_days(episode.started_on, 3), birthday(born_on, 12))
        while not episode.place.startswith("T") and episode.place != "P1":
            day = in_days(day, rng.expovariate(1 / rate) + 5)
            back = in_days(day, min(rng.expovariate(1 / 1.6), 12))
            if back >= in_days(ends, -3):
                break
            if year_of(in_days(day, -1)) == year_of(in_days(back, 1)):
                yield Missing(pick(rng, {"M": 7, "A": 3}), day, back)
            day = in_days(back, 4)


def headers_of(
    years: Sequence[int],
    ethnic: str,
    upns: tuple[str, str],
    born_on: date,
    mother: tuple[str, date | None],
    cared: set[int],
) -> tuple[HeaderYear, ...]:
    """Header year by year: the pupil number from school age on, and MOTHER only while the child is in care."""
    headers: list[HeaderYear] = []
    for year in years:
        upn = upns[1] if birthday(born_on, 4) <= date(year - 1, 8, 31) else upns[0]
        says, child = mother if year in cared else ("", None)
        entry = HeaderYear(year, ethnic, upn, says, child)
        last = headers[-1] if headers else None
        if not last or (last.upn, last.mother) != (entry.upn, entry.mother):
            headers.append(entry)
    return tuple(headers)


def years_in_care(periods: Sequence[Period], first: int, last: int) -> set[int]:
    """Collection years in which a child has an episode."""
    years: set[int] = set()
    for period in periods:
        until = year_of(period.ended_on) if period.ended_on else last
        years |= set(range(max(year_of(period.started_on), first), min(until, last) + 1))
    return years


def throughout(periods: Sequence[Period], year: int) -> bool:
    """Whether a child was in care throughout a year, as OC2 counts: from 1 April at the latest to 31 March at least."""
    start, end = year_start(year), year_end(year)
    touching = [p for p in periods if p.started_on <= end and (p.ended_on is None or p.ended_on >= start)]
    whole = [p for p in touching if p.started_on <= start and (p.ended_on is None or p.ended_on >= end)]
    return (
        bool(whole) and whole == touching and not any(e.legal_status in SHORT_BREAKS for p in whole for e in p.episodes)
    )


def health_of(rng: Random, year: int, born_on: date) -> HealthYear:
    """OC2: what is asked depends on the child’s age on 31 March and on the birthdays in the year."""
    end = year_end(year)
    age = age_on(born_on, end)
    score = reason = ""
    if birthday(born_on, 4) <= end and birthday(born_on, 17) >= year_start(year):
        if rng.random() < 0.88:
            score = str(min(40, max(0, round(rng.gauss(14, 7)))))
        else:
            reason = rng.choice(("SDQ2", "SDQ3", "SDQ4", "SDQ5"))
    misuse = age >= 12 and rng.random() < 0.06
    received = rng.random() < 0.6
    return HealthYear(
        year=year,
        sdq_score=score,
        sdq_reason=reason,
        convicted=_yes(rng, 0.03) if age >= 10 else "",
        health_check=_yes(rng, 0.88) if age < 5 else "",
        immunisations=_yes(rng, 0.83),
        teeth_check=_yes(rng, 0.76),
        health_assessment=_yes(rng, 0.9),
        substance_misuse="1" if misuse else "0",
        intervention_received=("1" if received else "0") if misuse else "",
        intervention_offered=_yes(rng, 0.7) if misuse and not received else "",
    )


def leaving_of(rng: Random, year: int, born_on: date, exit_reason: str) -> LeavingYear:
    """OC3: most care leavers are in touch; at 17 nobody lives with former foster carers."""
    if exit_reason in {"E4A", "E4B"} and rng.random() < 0.4:
        return LeavingYear(year, "RHOM", "0", "0")
    if rng.random() < 0.08:
        return LeavingYear(year, pick(rng, {"NO": 6, "REFU": 3, "NREQ": 1}), "0", "0")
    age = age_on(born_on, year_end(year))
    where = pick(rng, ACCOMMODATION if age >= 19 else {code: n for code, n in ACCOMMODATION.items() if code != "T1"})
    if exit_reason == "E17" and age >= 18 and rng.random() < 0.6:
        where = "Z1"
    return LeavingYear(year, "YES", pick(rng, ACTIVITIES), where)


def may_have_left_care(episodes: Sequence[Episode], born_on: date) -> bool:
    """Whether somebody has the rights of a care leaver: 13 weeks in care after 14, some of it after 16."""
    after_14 = after_16 = 0
    for episode in episodes:
        if episode.ended_on and episode.legal_status not in SHORT_BREAKS:
            after_14 += max(0, (episode.ended_on - max(episode.started_on, birthday(born_on, 14))).days)
            after_16 += max(0, (episode.ended_on - max(episode.started_on, birthday(born_on, 16))).days)
    return after_14 >= 91 and after_16 >= 1


def permanence_of(rng: Random, year: int, born_on: date, first_day: date) -> PermanenceYear:
    """PrevPerm: nearly nobody comes back into care after an adoption or guardianship."""
    if rng.random() > 0.05 or age_on(born_on, first_day) < 4:
        return PermanenceYear(year, "Z1")
    day = in_days(birthday(born_on, 1), rng.uniform(0, (first_day - birthday(born_on, 1)).days - 60))
    text = f"ZZ/{day.month:02d}/{day.year}" if rng.random() < 0.3 else f"{day.day:02d}/{day.month:02d}/{day.year}"
    return PermanenceYear(year, pick(rng, {"P1": 3, "P2": 6, "P3": 3}), pick(rng, {"383": 8, "380": 1, "384": 1}), text)


def _yes(rng: Random, share: float) -> str:
    return "1" if rng.random() < share else "0"


def _weekday(day: date) -> date:
    return in_days(day, 7 - day.weekday()) if day.weekday() > 4 else day
