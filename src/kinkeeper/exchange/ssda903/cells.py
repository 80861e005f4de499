"""What each kind of cell may hold, and the sentence for a cell that holds something else."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from kinkeeper.exchange.ssda903 import codes
from kinkeeper.exchange.ssda903.rows import Fault, Row
from kinkeeper.exchange.ssda903.tables import Column, Kind
from kinkeeper.exchange.ssda903.years import parse_date

LONGEST_IDENTIFIER = 40

_PUPIL_NUMBER = re.compile(r"(?![IOS])[A-Z](?:\d{12}|\d{11}[A-Z])|UN[1-5]")
_POSTCODE = re.compile(r"GIR ?0AA|[A-Z]{1,2}\d[A-Z\d]? ?\s*\d[A-Z]{2}")
_SCORE = re.compile(r"\d{1,2}(?:\.0)?")
_AUTHORITY = re.compile(r"\d{3}")
_PARTIAL_DATE = re.compile(r"(?:\d\d|ZZ)/(?:\d\d|ZZ)/(?:\d{4}|ZZZZ)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def faults_of_cells(row: Row) -> list[Fault]:
    """Every cell of a row that is missing or holds what its column cannot hold."""
    faults = []
    for column in row.kind.columns:
        text = row.values[column.name]
        if not text:
            if column.required:
                faults.append(_missing(row, column))
        elif (sentence := _why_unusable(column, text)) is not None:
            faults.append(row.fault(column.name, *sentence, column.rule))
    return faults


def _missing(row: Row, column: Column) -> Fault:
    reason = _("{field} is empty, but every row of {table} needs it. Fill it in.").format(
        field=column.name, table=row.table
    )
    return row.fault(column.name, reason, "READ-MISSING", column.rule)


def _why_unusable(column: Column, text: str) -> tuple[str, str] | None:
    """The sentence and the fault code for an unusable cell, or None."""
    words = {"value": text, "field": column.name}
    match column.kind:
        case Kind.DATE if parse_date(text) is None:
            return _("“{value}” is not a date. Write {field} as day/month/year, such as 31/03/2024.").format(
                **words
            ), "READ-DATE"
        case Kind.CODE if column.codes is not None and text not in column.codes:
            return _("“{value}” is not a code of {field}. Codes are: {codes}.").format(
                **words, codes=", ".join(column.codes)
            ), "READ-CODE"
        case _:
            return _why_malformed(column.kind, words)


def _why_malformed(kind: Kind, words: Mapping[str, str]) -> tuple[str, str] | None:
    text = words["value"]
    if kind is Kind.IDENTIFIER and (len(text) > LONGEST_IDENTIFIER or _CONTROL.search(text)):
        return _("{field} is longer than 40 characters or holds unreadable ones. Correct it.").format(
            **words
        ), "READ-TEXT"
    if kind is Kind.PUPIL_NUMBER and not _PUPIL_NUMBER.fullmatch(text):
        return _(
            "“{value}” is not a unique pupil number. It is a letter and 12 digits, or UN1 to UN5 where there is none."
        ).format(**words), "READ-UPN"
    if kind is Kind.POSTCODE and not _POSTCODE.fullmatch(text):
        return _("“{value}” does not have the form of a postcode. Correct {field} or leave it empty.").format(
            **words
        ), "READ-POSTCODE"
    if kind is Kind.SCORE and not (_SCORE.fullmatch(text) and float(text) <= 40):
        return _("“{value}” is not a score from 0 to 40. Correct {field}.").format(**words), "READ-NUMBER"
    if kind is Kind.AUTHORITY and not (_AUTHORITY.fullmatch(text) or text in codes.PUBLIC_AUTHORITY_CODES):
        return _("“{value}” is not the three-digit code of an authority, nor WAL, SCO, NIR, NUK or 999.").format(
            **words
        ), "READ-CODE"
    if kind is Kind.PARTIAL_DATE and not _is_partial_date(text):
        return _("“{value}” is not a date. Write ZZ for a part that is not known, such as ZZ/06/2015.").format(
            **words
        ), "READ-DATE"
    return None


def _is_partial_date(text: str) -> bool:
    if not _PARTIAL_DATE.fullmatch(text):
        return False
    day, month, year = text.split("/")
    whole = "/".join(
        ("01" if day == "ZZ" else day, "01" if month == "ZZ" else month, "2000" if year == "ZZZZ" else year)
    )
    return parse_date(whole) is not None
