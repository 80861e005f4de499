"""Collection years of the return, dates as its files write them, and calendar ages."""

from __future__ import annotations

import re
from datetime import date

FIRST_DAY = (4, 1)

_FULL = re.compile(r"(?<!\d)((?:19|20)\d\d)\s*[-_/–. ]?\s*((?:20)?\d\d)(?!\d)")
_SINGLE = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_DATE = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")


def year_start(year: int) -> date:
    """1 April, the first day of a collection year."""
    return date(year, *FIRST_DAY)


def year_end(year: int) -> date:
    """31 March, the last day of a collection year."""
    return date(year + 1, 3, 31)


def year_of(day: date) -> int:
    """The collection year a day belongs to."""
    return day.year if (day.month, day.day) >= FIRST_DAY else day.year - 1


def year_label(year: int) -> str:
    """2022 → “2022/23”."""
    return f"{year}/{(year + 1) % 100:02d}"


def year_in(text: str) -> int | None:
    """The collection year that a folder or file name states in full, such as 2022_23, 2022-2023 or “year 2022/23”."""
    for match in _FULL.finditer(text):
        first, second = int(match[1]), int(match[2])
        if second in ((first + 1) % 100, first + 1):
            return first
    return None


def years_hinted(text: str) -> tuple[int, ...]:
    """What a single year in a name may mean: “2023” is the year that ends or the year that begins then."""
    match = _SINGLE.search(text)
    return (int(match[1]) - 1, int(match[1])) if match else ()


def parse_year(text: str) -> int:
    """A collection year as people type it: 2022, 2022/23, 2022_23. ValueError otherwise."""
    full = year_in(text)
    if full is not None:
        return full
    if re.fullmatch(r"\s*20\d\d\s*", text):
        return int(text)
    raise ValueError(f"“{text}” is not a collection year. Write it as 2022 or 2022/23.")


def parse_date(text: str) -> date | None:
    """A date as dd/mm/yyyy, or as a spreadsheet may have rewritten it (yyyy-mm-dd); None when it is no date."""
    match = _DATE.fullmatch(text)
    if match:
        day, month, year = int(match[1]), int(match[2]), int(match[3])
    else:
        match = _ISO.fullmatch(text)
        if not match:
            return None
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    try:
        return date(year, month, day)
    except ValueError:
        return None


def format_date(day: date | None) -> str:
    """A date as the return writes it, or nothing."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}" if day else ""


def birthday(born_on: date, age: int) -> date:
    """The day somebody reaches an age; born on 29 February, that is 28 February in other years, as the DfE counts."""
    try:
        return born_on.replace(year=born_on.year + age)
    except ValueError:
        return date(born_on.year + age, 2, 28)


def age_on(born_on: date, day: date) -> int:
    """Completed years of age on a day."""
    age = day.year - born_on.year
    return age if birthday(born_on, age) <= day else age - 1
