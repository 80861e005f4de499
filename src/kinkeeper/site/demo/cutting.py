"""Cut a time in care into the return’s episodes, and say what the return says of adoption, up to the demo’s last day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from random import Random

from kinkeeper.exchange.ssda903.records import AdoptionDecision, AdoptionYear, Episode
from kinkeeper.exchange.ssda903.years import year_of
from kinkeeper.site.demo import postcodes
from kinkeeper.site.demo.courses import Course, Stay, pick
from kinkeeper.site.demo.pool import HomePlan

ADOPTERS = {"MF L11": 62, "MF L3": 10, "MM L12": 6, "FF L12": 6, "MM L2": 2, "FF L4": 3, "F1 L0": 9, "M1 L0": 2}


def episodes_of(
    made: Course, homes: Sequence[HomePlan | None], home_postcode: str, last_day: date
) -> Iterator[tuple[Episode, str]]:
    """Each episode with the code of its home (empty: none of ours). A new one begins when status or place changes."""
    days = sorted({day for day, _status in made.legal} | {stay.start for stay in made.stays})
    days = [day for day in days if day <= last_day]
    for place, day in enumerate(days):
        following = days[place + 1] if place + 1 < len(days) else None
        ended = following or (made.end if made.end <= last_day else None)
        index, stay = _stay_on(made, day)
        home = homes[index]
        moved = following is not None and _stay_on(made, following)[0] != index
        usual = not stay.temporary and following is not None and not _stay_on(made, following)[1].temporary
        yield (
            _episode(made, day, stay, home, home_postcode, ended, following is not None, moved and usual),
            (home.code if home and not stay.temporary else ""),
        )


def _episode(
    made: Course,
    day: date,
    stay: Stay,
    home: HomePlan | None,
    family: str,
    ended: date | None,
    goes_on: bool,
    told: bool,
) -> Episode:
    status = _status_on(made, day)
    on_break = status == "V3"
    provider = home.provider if home else "PR0"
    return Episode(
        started_on=day,
        new_reason=_why_new(made, day, stay),
        legal_status=status,
        place=stay.place,
        provider="" if stay.temporary else provider,
        home_postcode="" if on_break else family,
        place_postcode="" if on_break else _postcode(stay, home, family),
        urn=home.registration if home and not stay.temporary else "",
        ended_on=ended,
        end_reason="" if ended is None else ("X1" if goes_on else made.exit),
        change_reason=(stay.reason or "CARPL") if told else "",
    )


def _postcode(stay: Stay, home: HomePlan | None, family: str) -> str:
    if home:
        return home.postcode
    return postcodes.HOSPITAL if stay.kind == "hospital" else family


def _why_new(made: Course, day: date, stay: Stay) -> str:
    if day == made.start:
        return "S"
    legal = any(day == since for since, _status in made.legal)
    if stay.start != day:
        return "L"
    if stay.with_last:
        return "U" if legal else "T"
    return "B" if legal else "P"


def _stay_on(made: Course, day: date) -> tuple[int, Stay]:
    return [(place, stay) for place, stay in enumerate(made.stays) if stay.start <= day][-1]


def _status_on(made: Course, day: date) -> str:
    return [status for since, status in made.legal if since <= day][-1]


def decisions_of(courses: Sequence[Course], last_day: date) -> Iterator[AdoptionDecision]:
    """The decisions that a child should be placed for adoption, and that it should not after all."""
    for made in courses:
        if made.decided_on and made.decided_on <= last_day:
            ceased = made.reversed_on if made.reversed_on and made.reversed_on <= last_day else None
            yield AdoptionDecision(made.decided_on, ceased, "RD3" if ceased else "")


def adoptions_of(rng: Random, courses: Sequence[Course], last_day: date) -> Iterator[AdoptionYear]:
    """Who adopted a child, in the year it was adopted."""
    for made in courses:
        if made.exit in {"E11", "E12"} and made.end <= last_day:
            sex, status = pick(rng, ADOPTERS).split()
            foster = "1" if made.stays[-1].place == "A5" else "0"
            number = "1" if status == "L0" else "2"
            yield AdoptionYear(year_of(made.end), made.decided_on, made.matched_on, foster, number, sex, status)
