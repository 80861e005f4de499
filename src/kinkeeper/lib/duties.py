"""What is due: computed from records and the jurisdiction pack whenever it is asked for, never stored, never typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

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

    `last_on` is when it was done last, None where it never was; `source` names the rule that sets the time; `words` say
    what is due in a few words (“First contact”, “Approve the plan”), `icon` is a drawing of the sprite.
    """

    kind: str
    child: OfOne
    due_on: date
    last_on: date | None
    deed: str
    code: str
    source: str = ""
    words: str | _StrPromise = ""
    icon: str = "calendar-due"

    def days_left(self, today: date) -> int:
        """Days until it is due; negative when it is overdue."""
        return (self.due_on - today).days
