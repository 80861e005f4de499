"""Dates known in part (“about 2014”, “May 2014”), and ages counted on the calendar.

One rule for 29 February: in a year without one, a person grows older on 1 March. England’s Family Law Reform Act 1969,
section 9, sets the moment at the beginning of “the relevant anniversary” of the birth and is silent on leap days; 1 March
is the usual reading, because on 28 February the year is not yet complete. A child is thus never treated as of age early.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from functools import total_ordering

from django.utils.formats import date_format
from django.utils.translation import gettext as _

_WRITTEN = re.compile(r"(~?)\s*(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)


@total_ordering
@dataclass(frozen=True, slots=True)
class PartialDate:
    """A date as far as it is known: a year, a month of a year, or a day, each perhaps `estimated`.

    `estimated` says that somebody judged it; it does not widen the days it may have been, for nobody knows by how much.
    ValueError for a date that does not exist. `str()` gives the form in which it is stored: 2014, 2014-05, ~2014-05-17.
    """

    year: int
    month: int | None = None
    day: int | None = None
    estimated: bool = False

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("A partial date with a day needs its month.")
        # Not `or 1`: the month 00 of a typing mistake must be refused, too.
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read '2014', '2014-05' or '2014-05-17', each with '~' in front when estimated. ValueError otherwise."""
        match = _WRITTEN.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"“{text}” is not a date such as 2014, 2014-05, 2014-05-17 or ~2014.")
        year, month, day = (int(part) if part else None for part in match.group(2, 3, 4))
        assert year is not None
        return cls(year, month, day, estimated=bool(match[1]))

    @classmethod
    def of(cls, day: date, *, estimated: bool = False) -> PartialDate:
        """The partial date that is this very day."""
        return cls(day.year, day.month, day.day, estimated)

    @property
    def is_exact(self) -> bool:
        """Whether the day is known and nobody had to guess."""
        return self.day is not None and not self.estimated

    @property
    def earliest(self) -> date:
        """The first day it may have been."""
        return date(self.year, self.month or 1, self.day or 1)

    @property
    def latest(self) -> date:
        """The last day it may have been."""
        month = self.month or 12
        return date(self.year, month, self.day or monthrange(self.year, month)[1])

    def text(self) -> str:
        """The date in words of the language in use: “May 17, 2014”, “May 2014”, “about 2014”."""
        if self.day is not None:
            known = date_format(self.earliest, "DATE_FORMAT")
        elif self.month is not None:
            known = date_format(self.earliest, "YEAR_MONTH_FORMAT")
        else:
            known = str(self.year)
        # Translators: of a date that was estimated, such as “about 2014” or “about May 2014”.
        return _("about %(date)s") % {"date": known} if self.estimated else known

    def __str__(self) -> str:
        parts = [f"{self.year:04d}"]
        parts += [f"{part:02d}" for part in (self.month, self.day) if part is not None]
        return ("~" if self.estimated else "") + "-".join(parts)

    def __lt__(self, other: object) -> bool:
        """By the earliest possible day, then the latest; a known date before an estimated one."""
        if not isinstance(other, PartialDate):
            return NotImplemented
        return (self.earliest, self.latest, self.estimated) < (other.earliest, other.latest, other.estimated)


def age_on(born: date, day: date) -> int:
    """Completed years of age on a day; negative before the birth, which callers refuse (G-TIME) where it matters."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_range_on(born: PartialDate, day: date) -> tuple[int, int]:
    """The least and the greatest age that a person may have on a day, as far as the birth is known."""
    # Somebody born “in 2014” and here in May 2014 was born by May, not later.
    latest = min(born.latest, day) if born.earliest <= day else born.latest
    return age_on(latest, day), age_on(born.earliest, day)


def birthday(born: date, age: int) -> date:
    """The day on which a person completes so many years: 1 March for 29 February in a year without it."""
    year = born.year + age
    if (born.month, born.day) == (2, 29) and monthrange(year, 2)[1] == 28:
        return date(year, 3, 1)
    return born.replace(year=year)
