"""Half-open periods of days, and the few sums on calendars that deadlines and statistics need.

A period holds its first day and not its `end`: a child who moves on 3 May left one home and reached the next on that
day, and is counted in exactly one of them. So stays that follow each other share a day and yet never overlap.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Collection, Container, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

DAY = timedelta(days=1)
WEEKEND = (5, 6)  # Saturday and Sunday as `date.weekday()` counts them


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` up to and without `end`; without an `end` it still runs.

    A period that ends on the day it starts is empty: it holds no day, and overlaps nothing.
    """

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"A period cannot end ({self.end}) before it starts ({self.start}).")

    @property
    def is_empty(self) -> bool:
        return self.end == self.start

    @property
    def is_open(self) -> bool:
        return self.end is None

    @property
    def last_day(self) -> date | None:
        """The last day inside; None for a period that is open or empty."""
        return None if self.end is None or self.is_empty else self.end - DAY

    def contains(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: Period) -> bool:
        """Whether there is a day that lies in both."""
        return self.intersect(other) is not None

    def touches(self, other: Period) -> bool:
        """Whether one begins on the very day the other ends: no day between them, and none in both."""
        return self.end == other.start or other.end == self.start

    def intersect(self, other: Period) -> Period | None:
        """The days that lie in both, or None where there is no such day."""
        start = max(self.start, other.start)
        end = _earlier(self.end, other.end)
        return None if end is not None and end <= start else Period(start, end)

    def days(self, cutoff: date | None = None) -> int:
        """How many days it holds; with a cut-off, only those before it. ValueError for an open period without one."""
        end = _earlier(self.end, cutoff)
        if end is None:
            raise ValueError("An open period has no number of days without a cut-off.")
        return max((end - self.start).days, 0)


def merge(periods: Iterable[Period]) -> list[Period]:
    """The spells that these periods make: those that overlap or touch become one. Sorted, without empty ones."""
    spells: list[Period] = []
    for period in _in_order(periods):
        last = spells[-1] if spells else None
        if last is None or (last.end is not None and last.end < period.start):
            spells.append(period)
        elif last.end is not None:
            spells[-1] = Period(last.start, None if period.end is None else max(last.end, period.end))
    return spells


def gaps(periods: Iterable[Period]) -> list[Period]:
    """The periods between the first start and the last end in which no given period holds."""
    return [Period(before.end, after.start) for before, after in pairwise(merge(periods)) if before.end is not None]


def overlaps_among(periods: Iterable[Period]) -> list[tuple[Period, Period]]:
    """Every pair of the given periods that share a day, the one that starts first in front."""
    found: list[tuple[Period, Period]] = []
    running: list[Period] = []
    for period in _in_order(periods):
        running = [earlier for earlier in running if earlier.end is None or earlier.end > period.start]
        found += [(earlier, period) for earlier in running]
        running.append(period)
    return found


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later, or that month’s last day: 31 January + 3 is 30 April."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_working_days(
    day: date, working_days: int, holidays: Container[date] = (), weekend: Collection[int] = WEEKEND
) -> date:
    """The working day that is so many working days after `day` (before it, when negative); 0 is `day` itself.

    `weekend` counts Monday as 0. The day one starts from never counts, whether worked or not.
    """
    if len(set(weekend)) >= 7:
        raise ValueError("A week needs at least one working day.")
    step = DAY if working_days > 0 else -DAY
    left = abs(working_days)
    while left:
        day += step
        if day.weekday() not in weekend and day not in holidays:
            left -= 1
    return day


@dataclass(frozen=True, slots=True, order=True)
class CollectionYear:
    """A year of England’s return on looked-after children: 1 April to 31 March, written 2022/23."""

    start_year: int

    @classmethod
    def parse(cls, text: str) -> CollectionYear:
        """Read '2022/23', '2022-23' or '2022/2023'. ValueError when it is not a year and the one after."""
        match = re.fullmatch(r"\s*(\d{4})\s*[/–_-]\s*(\d{4}|\d{2})\s*", text, re.ASCII)
        if match is None or not str(int(match[1]) + 1).endswith(match[2]):
            raise ValueError(f"“{text}” is not a collection year such as 2022/23.")
        return cls(int(match[1]))

    @property
    def start(self) -> date:
        """1 April, the first day."""
        return date(self.start_year, 4, 1)

    @property
    def end(self) -> date:
        """1 April of the next year, the first day outside."""
        return date(self.start_year + 1, 4, 1)

    @property
    def last_day(self) -> date:
        """31 March, the day of the yearly count."""
        return self.end - DAY

    @property
    def period(self) -> Period:
        return Period(self.start, self.end)

    @property
    def label(self) -> str:
        return f"{self.start_year}/{(self.start_year + 1) % 100:02d}"

    @property
    def previous(self) -> CollectionYear:
        return CollectionYear(self.start_year - 1)

    @property
    def next(self) -> CollectionYear:
        return CollectionYear(self.start_year + 1)

    def __str__(self) -> str:
        return self.label


def collection_year(day: date) -> CollectionYear:
    """The collection year in which a day lies."""
    return CollectionYear(day.year if day.month >= 4 else day.year - 1)


def _in_order(periods: Iterable[Period]) -> list[Period]:
    """Those that hold a day, by their start."""
    return sorted((period for period in periods if not period.is_empty), key=lambda period: period.start)


def _earlier(one: date | None, other: date | None) -> date | None:
    if one is None or other is None:
        return one or other
    return min(one, other)
