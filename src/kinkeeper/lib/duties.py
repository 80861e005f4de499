"""What is due: computed from records and the jurisdiction pack whenever it is asked for, never stored, never typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any, Protocol

from kinkeeper.lib.packs import Limit
from kinkeeper.lib.periods import add_months, add_working_days

VISIT = "visit"
REVIEW = "review"


class OfOne(Protocol):
    """Whoever a duty is about, as far as a list needs it."""

    pk: Any
    code: Any
    name: Any


@dataclass(frozen=True, slots=True)
class Duty:
    """A deed that is due for a child: `deed` names the page where it is done, `code` the record of its address.

    `last_on` is when it was done last, None where it never was; `source` names the rule that sets the time.
    """

    kind: str
    child: OfOne
    due_on: date
    last_on: date | None
    deed: str
    code: str
    source: str = ""

    def days_left(self, today: date) -> int:
        """Days until it is due; negative when it is overdue."""
        return (self.due_on - today).days


def due_after(day: date, limit: Limit) -> date:
    """The last day on which something is in time that must follow `day` within the limit; hours count as whole days."""
    match limit.unit:
        case "hours":
            return day + timedelta(days=ceil(limit.value / 24))
        case "days":
            return day + timedelta(days=limit.value)
        case "working_days":
            return add_working_days(day, limit.value)
        case "weeks":
            return day + timedelta(weeks=limit.value)
        case "months":
            return add_months(day, limit.value)
        case "years":
            return add_months(day, 12 * limit.value)
    raise ValueError(f"The limit “{limit.name}” is no length of time: {limit.unit}.")
