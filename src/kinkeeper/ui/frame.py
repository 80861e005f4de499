"""What the page frame is told: entries of the navigation. `site/context.py` fills it; `ui` knows no room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


@dataclass(frozen=True)
class Entry:
    """One entry of a navigation or a row of tabs: where it leads, what it says, whether the reader is there now."""

    text: str | _StrPromise
    href: str
    icon: str = ""
    here: bool = False
    count: int | None = None
    keys: str = ""
