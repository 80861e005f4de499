"""Cells as people write them: plain text, days in the common forms, coded words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from kinkeeper.lib.ages import PartialDate

MOST_SIGNS = 20_000
EXCEL_DAY_ONE = date(1899, 12, 30)
# Numbers that a day has in a spreadsheet: 1900 to 2099. Below them lie the years that people write.
SERIALS = range(3_000, 73_051)
DAY_FIRST, MONTH_FIRST = "dmy", "mdy"

_ISO = re.compile(r"(~?)\s*(\d{4})-(\d{1,2})(?:-(\d{1,2}))?(?:[T ]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_DOTS = re.compile(r"(~?)\s*(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:\s?г\.?)?")
_SLASHES = re.compile(r"(~?)\s*(\d{1,2})[/\-](\d{1,2})[/\-](\d{4})", re.ASCII)
_MONTH = re.compile(r"(~?)\s*(\d{1,2})[./](\d{4})", re.ASCII)
_YEAR = re.compile(r"(~?)\s*(\d{4})(?:\s?г\.?)?")
_NUMBER = re.compile(r"\d{4,5}", re.ASCII)


class Ambiguous(ValueError):
    """A day such as 03/04/2019, of which nobody has said which number is the month."""


class NoDay(ValueError):
    """A text that is no day."""


def text_of(value: Any) -> str:
    """A cell of a workbook as text: days as year-month-day, whole numbers without a point, no control characters."""
    if value is None or isinstance(value, str):
        return tidy(value or "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ")
    if isinstance(value, date | time):
        return value.isoformat()
    return tidy(str(value))


def tidy(text: str) -> str:
    """Text in one form of Unicode, with line breaks and tabs but no other control character, trimmed."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        kept = (sign for sign in text if sign in "\n\t" or unicodedata.category(sign) not in {"Cc", "Cs", "Co", "Cn"})
        text = "".join(kept)
    return text[:MOST_SIGNS].strip()


# ---- days ------------------------------------------------------------------------------------------------------------


def slashed(text: str) -> tuple[int, int] | None:
    """The two numbers before the year of a day such as 03/04/2019; None where it is no such text."""
    found = _SLASHES.fullmatch(text)
    return (int(found[2]), int(found[3])) if found else None


def partial(text: str, order: str = "") -> PartialDate:
    """A day, month or year as people write it. NoDay where it is none, Ambiguous where nothing tells the month."""
    text = _western(" ".join(text.split()))
    try:
        return _read(text, order)
    except ValueError as error:
        if isinstance(error, Ambiguous | NoDay):
            raise
        raise NoDay(text) from error


def day(text: str, order: str = "") -> date:
    """A whole day; NoDay also for a month or a year alone, or an estimate."""
    found = partial(text, order)
    if found.day is None or found.estimated:
        raise NoDay(text)
    return found.earliest


def _read(text: str, order: str) -> PartialDate:
    if found := _ISO.fullmatch(text):
        return _made(found[1], found[2], found[3], found[4])
    if found := _DOTS.fullmatch(text):
        return _made(found[1], found[4], found[3], found[2])
    if found := _SLASHES.fullmatch(text):
        first, second = int(found[2]), int(found[3])
        if first <= 12 and second <= 12 and first != second and not order:
            raise Ambiguous(text)
        month_first = second > 12 or (first <= 12 and order == MONTH_FIRST)
        month, day_ = (found[2], found[3]) if month_first else (found[3], found[2])
        return _made(found[1], found[4], month, day_)
    if found := _MONTH.fullmatch(text):
        return _made(found[1], found[3], found[2], None)
    if _NUMBER.fullmatch(text) and int(text) in SERIALS:
        return PartialDate.of(EXCEL_DAY_ONE + timedelta(days=int(text)))
    if found := _YEAR.fullmatch(text):
        return _made(found[1], found[2], None, None)
    raise NoDay(text)


def _made(mark: str, year: str, month: str | None, day_: str | None) -> PartialDate:
    months, days = (int(part) if part else None for part in (month, day_))
    return PartialDate(int(year), months, days, estimated=bool(mark))


def _western(text: str) -> str:
    """Digits of any script as 0 to 9: ٢٠١٤ is 2014."""
    if text.isascii():
        return text
    return "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in text)


# ---- words -----------------------------------------------------------------------------------------------------------


def number_in(text: str) -> int:
    """A whole number of a few digits. ValueError otherwise."""
    if not re.fullmatch(r"\d{1,4}(?:[.,]0+)?", _western(text)):
        raise ValueError(text)
    return int(re.split(r"[.,]", _western(text))[0])


def code_in(text: str, known: Mapping[str, str]) -> str | None:
    """The code behind a code, its words, or both as the template shows them; None where it is none of them."""
    asked = text.casefold().strip()
    return known.get(asked) or known.get(asked.partition(" – ")[0].strip())
