"""What a check of one row is: the thing that must not be true, its stable code, its DfE rule, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from kinkeeper.exchange.ssda903.rows import Row
from kinkeeper.exchange.ssda903.years import age_on, year_end

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True, slots=True)
class Child:
    """Whose rows are judged, and on which day."""

    born_on: date
    sex: str
    today: date

    def age(self, day: date | None) -> int:
        """Age on a day; on no day, 0."""
        return age_on(self.born_on, day) if day else 0

    def latest(self, row: Row) -> date:
        """The last day a row may speak of: the end of its collection year, or today if that is still to come."""
        return min(self.today, year_end(row.year)) if row.year is not None else self.today

    def known_until(self, row: Row) -> date | None:
        """How long an open row is known to have lasted; None when it says nothing of its year, as records kept here."""
        return self.latest(row) if row.year is not None else None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must not be true of a row."""

    field: str
    code: str
    rule: str
    broken: Callable[[Row, Child], bool]
    reason: _StrPromise


def before(row: Row, later: str, earlier: str) -> bool:
    """Whether the date that should be later is before the other; empty dates break nothing."""
    end, start = row.on(later), row.on(earlier)
    return bool(end and start and end < start)


def not_after(row: Row, later: str, earlier: str) -> bool:
    """Whether the date that must be later is not."""
    end, start = row.on(later), row.on(earlier)
    return bool(end and start and end <= start)
