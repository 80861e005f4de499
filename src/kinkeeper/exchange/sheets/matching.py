"""Which table a sheet is, and which declared column each of its headings means: known, remembered, likely, or neither."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath

from django.conf import settings
from django.utils.translation import gettext, override
from rapidfuzz import fuzz, process

from kinkeeper.exchange.sheets.columns import TABLES, Column, Kind, plain
from kinkeeper.exchange.sheets.template import choices_of
from kinkeeper.lib.packs import Pack

# A heading that nobody matched: its cells are kept word for word.
KEPT = ""
LIKELY = 78
# What is longer is no heading of anybody’s, and is not looked at sign by sign.
LONGEST_HEADING = 300
# A sheet with fewer known headings than this, and no known name, is none of ours.
FEWEST = 2


@dataclass(frozen=True)
class Match:
    """What a heading means. `sure`: by its name or an earlier choice; a likely one is asked about."""

    heading: str
    column: str
    sure: bool


@cache
def names_of_columns(key: str) -> Mapping[str, str]:
    """The columns of a table by every name they have in our languages; the first of two with one name."""
    found: dict[str, str] = {}
    for column in TABLES[key].columns:
        for name in column.names():
            found.setdefault(name, column.key)
    return found


@cache
def names_of_tables() -> Mapping[str, str]:
    """The tables by every name they have in our languages."""
    return {name: table.key for table in TABLES.values() for name in table.names()}


def known_headings(headings: Sequence[str]) -> int:
    """How many of these headings the table that knows most of them knows."""
    return max(_known(headings).values())


def _known(headings: Sequence[str]) -> dict[str, int]:
    """How many of these headings each table knows; two that mean the same count once."""
    plainly = {plain(one) for one in headings if len(one) <= LONGEST_HEADING}
    names = {table: names_of_columns(table) for table in TABLES}
    return {table: len({known[one] for one in plainly & known.keys()}) for table, known in names.items()}


def table_of(title: str, file: str, headings: Sequence[str], remembered: Mapping[str, str]) -> str:
    """The table a sheet is: as chosen before, by its name, or by its headings. Empty where it is none."""
    if is_of_the_template(title):
        return KEPT
    for name in (title, PurePath(file).stem):
        asked = plain(name)
        if asked in remembered:
            return remembered[asked]
        if asked in names_of_tables():
            return names_of_tables()[asked]
    known = _known(headings)
    best = max(TABLES, key=lambda table: known[table])
    return best if known[best] >= FEWEST else ""


def matches(table: str, headings: Sequence[str], remembered: Mapping[str, str]) -> list[Match]:
    """What each heading means; no column is meant twice."""
    names, taken = names_of_columns(table), set[str]()
    found: list[Match | None] = []
    for heading in headings:
        asked = plain(heading)
        column = remembered.get(asked, names.get(asked))
        if not asked or column is None or column in taken:
            found.append(Match(heading, KEPT, True) if not asked else None)
            continue
        if column != KEPT:
            taken.add(column)
        found.append(Match(heading, column, True))
    return [match or _likely(heading, names, taken) for heading, match in zip(headings, found, strict=True)]


def _likely(heading: str, names: Mapping[str, str], taken: set[str]) -> Match:
    left = [name for name, column in names.items() if column not in taken]
    best = process.extractOne(plain(heading), left, scorer=fuzz.WRatio, score_cutoff=LIKELY)
    if best is None:
        return Match(heading, KEPT, False)
    taken.add(names[best[0]])
    return Match(heading, names[best[0]], False)


def codes_of(column: Column, pack: Pack, remembered: Mapping[str, str]) -> dict[str, str]:
    """The codes of a column by code, by words in every language of ours, and by what people chose before."""
    known: dict[str, str] = {}
    for tag, _name in settings.LANGUAGES:
        with override(tag):
            for code, label in choices_of(column, pack):
                known[code.casefold()] = code
                known.setdefault(label.casefold(), code)
    for asked, code in remembered.items():
        if code:
            known.setdefault(asked, code)
    return known


def is_of_the_template(title: str) -> bool:
    """Whether a sheet is one that the template brings for people to read: instructions and lists."""
    asked = plain(title)
    for tag, _name in settings.LANGUAGES:
        with override(tag):
            if asked in {plain(gettext("Instructions")), plain(gettext("Lists"))}:
                return True
    return False


def likely_code(text: str, column: Column, pack: Pack) -> str:
    """The code whose words are most like a text; empty where none is."""
    words = {label.casefold(): code for code, label in choices_of(column, pack)}
    best = process.extractOne(text.casefold(), list(words), scorer=fuzz.WRatio, score_cutoff=LIKELY)
    return words[best[0]] if best else ""


def is_coded(column: Column) -> bool:
    """Whether a column takes codes alone."""
    return column.kind in {Kind.CODE, Kind.YES}
