"""The tables of the return: their files, columns, kinds of cells and keys, and how a file is recognised as one of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from kinkeeper.exchange.ssda903 import codes

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Kind(StrEnum):
    """What a cell may hold."""

    IDENTIFIER = "identifier"
    DATE = "date"
    PARTIAL_DATE = "partial date"
    CODE = "code"
    PUPIL_NUMBER = "pupil number"
    POSTCODE = "postcode"
    SCORE = "score"
    AUTHORITY = "authority"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what its cells hold, whether they may be empty, and the DfE rule that an unusable cell breaks."""

    name: str
    kind: Kind
    rule: str = ""
    required: bool = False
    codes: Mapping[str, _StrPromise] | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `key` are the columns that, beside CHILD (and the year where `yearly`), tell its rows apart.

    `closing` columns may be empty in one year's file and filled in a later one: the same row seen at two dates.
    """

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    yearly: bool = False
    closing: tuple[str, ...] = ()
    since: int = 0

    @property
    def header(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)

    @property
    def file(self) -> str:
        return f"{self.name}.csv"

    def column(self, name: str) -> Column:
        """The column of that name; KeyError when the table has none."""
        return _COLUMNS[self.name][name]

    @property
    def own_dates(self) -> tuple[str, ...]:
        """Dates that tell when a row’s facts were: no birthdays, and not DUC, which may be the 18th one ahead."""
        births = ("DOB", "MC_DOB", "DUC")
        return tuple(c.name for c in self.columns if c.kind is Kind.DATE and c.name not in births)


def _id(name: str, rule: str = "", *, required: bool = False) -> Column:
    return Column(name, Kind.IDENTIFIER, rule, required=required)


def _date(name: str, rule: str, *, required: bool = False) -> Column:
    return Column(name, Kind.DATE, rule, required=required)


def _code(name: str, rule: str, known: Mapping[str, _StrPromise], *, required: bool = False) -> Column:
    return Column(name, Kind.CODE, rule, required=required, codes=known)


_CHILD = _id("CHILD", required=True)
_DOB = _date("DOB", "102")

HEADER = Table(
    "Header",
    (
        _CHILD,
        _code("SEX", "101", codes.SEX, required=True),
        _date("DOB", "102", required=True),
        _code("ETHNIC", "103", codes.ETHNIC, required=True),
        Column("UPN", Kind.PUPIL_NUMBER, "168"),
        _code("MOTHER", "165", codes.YES_NO),
        _date("MC_DOB", "171"),
    ),
    key=(),
    yearly=True,
)
EPISODES = Table(
    "Episodes",
    (
        _CHILD,
        _date("DECOM", "141", required=True),
        _code("RNE", "143", codes.NEW_EPISODE, required=True),
        _code("LS", "144", codes.LEGAL_STATUS, required=True),
        _code("CIN", "145", codes.NEED, required=True),
        _code("PLACE", "146", codes.PLACE, required=True),
        _code("PLACE_PROVIDER", "178", codes.PROVIDER),
        _date("DEC", "147"),
        _code("REC", "149", codes.EPISODE_CEASED),
        _code("REASON_PLACE_CHANGE", "1009", codes.CHANGE),
        Column("HOME_POST", Kind.POSTCODE, "392c"),
        Column("PL_POST", Kind.POSTCODE, "392c"),
        _id("URN", "1008"),
    ),
    key=("DECOM",),
    closing=("DEC", "REC", "REASON_PLACE_CHANGE"),
)
REVIEWS = Table(
    "Reviews",
    (
        _CHILD,
        _DOB,
        _date("REVIEW", "166", required=True),
        _code("REVIEW_CODE", "167", codes.PARTICIPATION, required=True),
    ),
    key=("REVIEW",),
)
UASC = Table(
    "UASC",
    (_CHILD, _code("SEX", "101", codes.SEX), _DOB, _date("DUC", "104")),
    key=(),
    yearly=True,
)
OC2 = Table(
    "OC2",
    (
        _CHILD,
        _DOB,
        Column("SDQ_SCORE", Kind.SCORE, "180"),
        _code("SDQ_REASON", "196", codes.SDQ_REASON),
        _code("CONVICTED", "181", codes.YES_NO),
        _code("HEALTH_CHECK", "181", codes.YES_NO),
        _code("IMMUNISATIONS", "181", codes.YES_NO),
        _code("TEETH_CHECK", "181", codes.YES_NO),
        _code("HEALTH_ASSESSMENT", "181", codes.YES_NO),
        _code("SUBSTANCE_MISUSE", "181", codes.YES_NO),
        _code("INTERVENTION_RECEIVED", "181", codes.YES_NO),
        _code("INTERVENTION_OFFERED", "181", codes.YES_NO),
    ),
    key=(),
    yearly=True,
)
OC3 = Table(
    "OC3",
    (
        _CHILD,
        _DOB,
        _code("IN_TOUCH", "131", codes.IN_TOUCH, required=True),
        _code("ACTIV", "132", codes.ACTIVITY, required=True),
        _code("ACCOM", "133", codes.ACCOMMODATION, required=True),
    ),
    key=(),
    yearly=True,
)
AD1 = Table(
    "AD1",
    (
        _CHILD,
        _DOB,
        _date("DATE_INT", "112"),
        _date("DATE_MATCH", "113"),
        _code("FOSTER_CARE", "114", codes.YES_NO),
        _code("NB_ADOPTR", "175", codes.ADOPTERS),
        _code("SEX_ADOPTR", "176", codes.ADOPTERS_SEX),
        _code("LS_ADOPTR", "177", codes.ADOPTERS_STATUS),
    ),
    key=(),
    yearly=True,
)
PLACED_ADOPTION = Table(
    "PlacedAdoption",
    (
        _CHILD,
        _DOB,
        _date("DATE_PLACED", "115", required=True),
        _date("DATE_PLACED_CEASED", "116"),
        _code("REASON_PLACED_CEASED", "120", codes.DECISION_CEASED),
    ),
    key=("DATE_PLACED",),
    closing=("DATE_PLACED_CEASED", "REASON_PLACED_CEASED"),
)
PREV_PERM = Table(
    "PrevPerm",
    (
        _CHILD,
        _DOB,
        _code("PREV_PERM", "631", codes.PERMANENCE, required=True),
        Column("LA_PERM", Kind.AUTHORITY, "633"),
        Column("DATE_PERM", Kind.PARTIAL_DATE, "632"),
    ),
    key=(),
    yearly=True,
)
MISSING = Table(
    "Missing",
    (
        _CHILD,
        _DOB,
        _code("MISSING", "1006", codes.MISSING, required=True),
        _date("MIS_START", "1004", required=True),
        _date("MIS_END", "1005"),
    ),
    key=("MIS_START",),
    closing=("MIS_END",),
)
SW_EPISODES = Table(
    "SWEpisodes",
    (
        _CHILD,
        _DOB,
        _id("SW_ID", "SW02STG1", required=True),
        _date("SW_DECOM", "SW04STG1", required=True),
        _date("SW_DEC", "SW05STG1"),
        _code("SW_REASON", "SW13STG1", codes.WORKER_CHANGE),
    ),
    key=("SW_DECOM",),
    closing=("SW_DEC",),
    since=2023,
)
DOLO = Table(
    "DoLo",
    (_CHILD, _DOB, _date("DOLO_START", "", required=True), _date("DOLO_END", "")),
    key=("DOLO_START",),
    closing=("DOLO_END",),
    since=2026,
)

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        HEADER,
        EPISODES,
        REVIEWS,
        UASC,
        OC2,
        OC3,
        AD1,
        PLACED_ADOPTION,
        PREV_PERM,
        MISSING,
        SW_EPISODES,
        DOLO,
    )
}
_COLUMNS = {table.name: {column.name: column for column in table.columns} for table in TABLES.values()}

# Columns that other tools add or older files lack. The first are derived from the rest, the second may be left out.
DERIVED: Mapping[str, frozenset[str]] = {
    "Header": frozenset({"UASC"}),
    "Episodes": frozenset({"PL_LA", "PL_LOCATION", "PL_DISTANCE"}),
}
MAY_LACK: Mapping[str, frozenset[str]] = {
    "Header": frozenset({"MOTHER", "MC_DOB"}),
    "Episodes": frozenset({"REASON_PLACE_CHANGE", "URN"}),
    "UASC": frozenset({"SEX"}),
    "OC2": frozenset({"SDQ_REASON"}),
    "PrevPerm": frozenset({"LA_PERM"}),
    "SWEpisodes": frozenset({"SW_REASON"}),
}
_RENAMED: Mapping[str, str] = {"CHILDID": "CHILD", "CHILD_ID": "CHILD", "PL": "PLACE", "GENDER": "SEX"}
_FILE_NAMES: Mapping[str, str] = {
    "header": "Header",
    "episode": "Episodes",
    "review": "Reviews",
    "uasc": "UASC",
    "oc2": "OC2",
    "oc3": "OC3",
    "ad1": "AD1",
    "placedforadoption": "PlacedAdoption",
    "placedadoption": "PlacedAdoption",
    "previouspermanence": "PrevPerm",
    "prevperm": "PrevPerm",
    "missing": "Missing",
    "swepisode": "SWEpisodes",
    "socialworker": "SWEpisodes",
    "dolo": "DoLo",
}


@dataclass(frozen=True, slots=True)
class Recognised:
    """What a header line turned out to be. `sentence` says what is wrong when `table` is None."""

    table: Table | None
    columns: tuple[str, ...]
    sentence: str = ""


def column_names(cells: Iterable[str]) -> tuple[str, ...]:
    """Header cells as the return spells them, whatever their case, spaces or byte order mark."""
    names = (cell.strip().strip("\ufeff\"'").strip().upper().replace(" ", "_") for cell in cells)
    return tuple(_RENAMED.get(name, name) for name in names)


def table_hinted(file: str) -> Table | None:
    """Which table a file name speaks of, or None. “sw_episodes.csv” is not Episodes."""
    stem = "".join(filter(str.isalnum, PurePath(file).stem.lower()))
    hits = [hint for hint in _FILE_NAMES if hint in stem]
    return TABLES[_FILE_NAMES[max(hits, key=len)]] if hits else None


# A sentence names no more columns than somebody reads.
MOST_NAMED = 30


def recognise(cells: Sequence[str], file: str) -> Recognised:
    """Tell which table a header line belongs to, by its set of names; the file's name only helps to word a refusal."""
    names = column_names(cells)
    # One step for each cell, not a copy of the rest for each: a header may be nothing but separators.
    end = len(names)
    while end and not names[end - 1]:
        end -= 1
    names = names[:end]
    given = set(names)
    if len(given) == len(names):
        for table in TABLES.values():
            missing = set(table.header) - given - MAY_LACK.get(table.name, frozenset())
            surplus = given - set(table.header) - DERIVED.get(table.name, frozenset())
            if not missing and not surplus:
                return Recognised(table, names)
    return Recognised(None, names, _why_not(names, file))


def _why_not(names: tuple[str, ...], file: str) -> str:
    given = set(names)
    if len(given) != len(names):
        twice = sorted(name for name, times in Counter(names).items() if times > 1)[:MOST_NAMED]
        return _("The header names a column twice ({columns}). Remove one of them.").format(columns=", ".join(twice))
    near = table_hinted(file) or max(TABLES.values(), key=lambda table: len(given & set(table.header)))
    if len(given & set(near.header)) < 2:
        return _("The columns of this file are those of no table of the return. If it is not one, leave it out.")
    missing = sorted(set(near.header) - given)[:MOST_NAMED] or ["–"]
    surplus = sorted(given - set(near.header))[:MOST_NAMED] or ["–"]
    return _(
        "This file looks like {table}, but its columns differ. Missing: {missing}. Not in the return: {surplus}. "
        "Correct the first line of the file."
    ).format(table=near.name, missing=", ".join(missing), surplus=", ".join(surplus))


def tables_of(year: int) -> tuple[Table, ...]:
    """The tables that the return of a collection year consists of, in the order of the guide."""
    return tuple(table for table in TABLES.values() if table.since <= year)
