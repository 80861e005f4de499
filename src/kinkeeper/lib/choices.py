"""The entries of a jurisdiction pack as the choices of a form, in the reader’s language."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from kinkeeper.lib.packs import Entry

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def choices_of(section: Mapping[str, Entry], on: date, blank: str | _StrPromise | None = None) -> list[tuple[str, str]]:
    """(code, label) of the entries that the pack has in the year of a day; `blank` heads the list where it is given."""
    year = on.year if on.month >= 4 else on.year - 1
    found = [(code, gettext(entry.label)) for code, entry in section.items() if entry.since <= year <= entry.until]
    return found if blank is None else [("", str(blank)), *found]
