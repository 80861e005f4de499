"""What people say about sheets, columns, values and days: checked, remembered for the source, kept for the files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import pack_in_force
from kinkeeper.exchange.models import Import
from kinkeeper.exchange.sheets import cells
from kinkeeper.exchange.sheets.columns import TABLES, plain
from kinkeeper.exchange.sheets.template import choices_of
from kinkeeper.lib.refusals import Refused

Named = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Chosen:
    """Answers that make sense together."""

    tables: Mapping[str, str]
    columns: Named
    values: Named
    orders: Mapping[str, str]


def checked(
    brought: Import, tables: Mapping[str, str], columns: Named, values: Named, orders: Mapping[str, str]
) -> Chosen:
    """The answers, refused where one names what does not exist or one column is meant twice."""
    sheets = {sheet["place"]: sheet for sheet in brought.summary["sheets"]}
    for place, table in tables.items():
        if place not in sheets or table not in {"", *TABLES}:
            raise _unknown()
    for place, chosen in columns.items():
        _insist_on_columns(place, tables.get(place, sheets.get(place, {}).get("table", "")), chosen)
    for name, texts in values.items():
        _insist_on_codes(name, texts)
    if not set(orders.values()) <= {"", cells.DAY_FIRST, cells.MONTH_FIRST}:
        raise _unknown()
    return Chosen(tables, columns, values, orders)


def _insist_on_columns(place: str, table: str, chosen: Mapping[str, str]) -> None:
    known = {column.key for column in TABLES[table].columns} if table in TABLES else set()
    taken: set[str] = set()
    for column in filter(None, chosen.values()):
        if column not in known:
            raise _unknown()
        if column in taken:
            sentence = _("Two columns of “%(sheet)s” mean “%(column)s”. Choose one of them.")
            words = {"sheet": place, "column": TABLES[table].column(column).title}
            raise Refused(sentence % words, guard="G-CODE")
        taken.add(column)


def _insist_on_codes(name: str, texts: Mapping[str, str]) -> None:
    table, _dot, key = name.partition(".")
    if table not in TABLES or key not in {column.key for column in TABLES[table].columns}:
        raise _unknown()
    codes = {"", *(code for code, _label in choices_of(TABLES[table].column(key), pack_in_force()))}
    if not set(texts.values()) <= codes:
        raise _unknown()


def _unknown() -> Refused:
    return Refused(_("Choose one from the list."), guard="G-CODE")


def remembered(matching: Mapping[str, Any], summary: Mapping[str, Any], chosen: Chosen) -> dict[str, Any]:
    """What a source remembers from now on."""
    sheets = {sheet["place"]: sheet for sheet in summary["sheets"]}
    tables = dict(matching.get("tables", {}))
    for place, table in chosen.tables.items():
        if sheets[place]["title"]:
            tables[plain(sheets[place]["title"])] = table
    columns = {table: dict(known) for table, known in matching.get("columns", {}).items()}
    for place, meant in chosen.columns.items():
        table = chosen.tables.get(place, sheets[place]["table"])
        columns.setdefault(table, {}).update({plain(heading): column for heading, column in meant.items()})
    values = {name: dict(known) for name, known in matching.get("values", {}).items()}
    for name, texts in chosen.values.items():
        values.setdefault(name, {}).update({text.casefold(): code for text, code in texts.items() if code})
    return {"tables": tables, "columns": columns, "values": values}


def answered(summary: Mapping[str, Any], chosen: Chosen) -> dict[str, Any]:
    """What was said for these files alone: which table each sheet is, and the order of days and months."""
    before = summary.get("answers", {})
    return {
        "tables": {**before.get("tables", {}), **chosen.tables},
        "orders": {**before.get("orders", {}), **{file: order for file, order in chosen.orders.items() if order}},
    }
