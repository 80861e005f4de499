"""What must hold of one row by itself, given whose row it is: the DfE rules that a single row can break.

Each check has a stable code of ours (G-TIME, G-AGE …), the DfE rule it stands for, and a sentence that says what to do.
What must hold between episodes is in `chains`; what must hold between tables is in `judging`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from django.utils.translation import gettext_lazy as _

from kinkeeper.exchange.ssda903.checks import Check, Child
from kinkeeper.exchange.ssda903.rows import Fault, Row
from kinkeeper.exchange.ssda903.rules_child import (
    ASYLUM_CHECKS,
    DECISION_CHECKS,
    HEADER_CHECKS,
    LIBERTY_CHECKS,
    MISSING_CHECKS,
    PERMANENCE_CHECKS,
    REVIEW_CHECKS,
    WORKER_CHECKS,
)
from kinkeeper.exchange.ssda903.rules_episodes import EPISODE_CHECKS
from kinkeeper.exchange.ssda903.rules_yearly import ADOPTION_CHECKS, HEALTH_CHECKS, LEAVING_CHECKS

CHECKS: Mapping[str, Sequence[Check]] = {
    "Header": HEADER_CHECKS,
    "Episodes": EPISODE_CHECKS,
    "Reviews": REVIEW_CHECKS,
    "UASC": ASYLUM_CHECKS,
    "OC2": HEALTH_CHECKS,
    "OC3": LEAVING_CHECKS,
    "AD1": ADOPTION_CHECKS,
    "PlacedAdoption": DECISION_CHECKS,
    "PrevPerm": PERMANENCE_CHECKS,
    "Missing": MISSING_CHECKS,
    "SWEpisodes": WORKER_CHECKS,
    "DoLo": LIBERTY_CHECKS,
}


def faults_of(row: Row, child: Child) -> Iterator[Fault]:
    """Every check of its table that a row breaks. Dates before birth or still to come are looked for in all tables."""
    yield from _impossible_days(row, child)
    for check in CHECKS.get(row.table, ()):
        if check.broken(row, child):
            yield row.fault(check.field, str(check.reason), check.code, check.rule)


_TOO_LATE = {"DECOM": "354", "DEC": "385", "DATE_PLACED": "117", "MIS_START": "570", "MIS_END": "571"} | {
    "SW_DECOM": "SW06STG2",
    "SW_DEC": "SW07STG2",
    "DOB": "301",
}
_TOO_EARLY = {"DECOM": "302", "DATE_PLACED": "184", "MIS_START": "586"}
_EARLY = _("This is before the child was born. Correct this date or the date of birth.")
_LATE = _("This is after the end of the collection year, or still to come. Correct the date.")


def _impossible_days(row: Row, child: Child) -> Iterator[Fault]:
    columns = ("DOB", "MC_DOB") if row.table == "Header" else row.kind.own_dates
    for column in columns:
        day = row.on(column)
        if day and day > child.latest(row):
            yield row.fault(column, str(_LATE), "G-TIME", _TOO_LATE.get(column, ""))
        elif day and day < child.born_on and row.table != "Header":
            yield row.fault(column, str(_EARLY), "G-TIME", _TOO_EARLY.get(column, ""))
