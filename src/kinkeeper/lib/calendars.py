"""Which days are not worked: the weekend and the public holidays of a jurisdiction, and days an association adds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache

SATURDAY_AND_SUNDAY = frozenset({5, 6})


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days that do not count as working days. `weekend` counts Monday as 0.

    `region` is a country of the library `holidays` with its subdivision (“GB-ENG”); empty where only `extra` counts.
    """

    weekend: frozenset[int] = SATURDAY_AND_SUNDAY
    region: str = ""
    extra: frozenset[date] = field(default_factory=frozenset)
    source: str = ""
    verified: bool = False

    def __contains__(self, day: object) -> bool:
        """Whether the day is a holiday; a weekend is none."""
        return isinstance(day, date) and (day in self.extra or day in public_holidays(self.region, day.year))

    def is_free(self, day: date) -> bool:
        """Whether nobody works on the day, because of the weekend or of a holiday."""
        return day.weekday() in self.weekend or day in self

    def holidays_between(self, first: date, last: date) -> list[date]:
        """The holidays from the first day to the last, both included, in order."""
        days = (first + timedelta(days=count) for count in range((last - first).days + 1))
        return [day for day in days if day in self]


@cache
def public_holidays(region: str, year: int) -> frozenset[date]:
    """The public holidays of a region in a year; ValueError when the region is not known."""
    if not region:
        return frozenset()
    from holidays import country_holidays  # noqa: PLC0415  # slow to import, and most requests ask for no holiday

    country, _, subdivision = region.partition("-")
    try:
        return frozenset(country_holidays(country, subdiv=subdivision or None, years=year))
    except NotImplementedError:
        raise ValueError(f"There is no calendar of public holidays for “{region}”.") from None
