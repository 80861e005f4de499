"""The workbook to fill in, made from the declared columns: instructions, headings with notes, drop-down lists, an example."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import xlsxwriter
from django.utils.translation import get_language_bidi, gettext

from kinkeeper.exchange.sheets.columns import TABLES, Column, Kind, Table
from kinkeeper.lib.packs import Pack

ROWS_WITH_LISTS = 10_000
# Nothing that we write is a formula or a link, whatever it begins with.
AS_WRITTEN = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
WIDEST = 38


def write_template(target: Path | IO[bytes], pack: Pack) -> None:
    """Write the template in the reader’s language, with the codes of the pack in force."""
    book = xlsxwriter.Workbook(target, AS_WRITTEN)
    looks = {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "heading": book.add_format({"bold": True, "bg_color": "#E4EEEA", "border": 1, "text_wrap": True}),
        "required": book.add_format({"bold": True, "bg_color": "#F6DFC8", "border": 1, "text_wrap": True}),
        "example": book.add_format({"italic": True, "font_color": "#6A6A6A", "bg_color": "#F3F3F3"}),
        "words": book.add_format({"text_wrap": True, "valign": "top"}),
        "text": book.add_format({"num_format": "@"}),
    }
    _instructions(book, looks, pack)
    sheets = {key: _sheet(book, table.title) for key, table in TABLES.items()}
    lists = _sheet(book, gettext("Lists"))
    lists.hide()
    place = 0
    for key, table in TABLES.items():
        for number, column in enumerate(table.columns):
            _heading(sheets[key], number, column, looks)
            offered = [shown(code, label) for code, label in choices_of(column, pack)]
            if offered:
                _list(lists, place, column, offered)
                _drop_down(sheets[key], number, column, f"='{lists.get_name()}'!{_span(place, len(offered))}")
                place += 1
        _example(sheets[key], table, looks, pack)
        sheets[key].freeze_panes(1, 1)
    book.close()


def choices_of(column: Column, pack: Pack) -> list[tuple[str, str]]:
    """What a cell may hold; a yes-or-no column offers both words."""
    if column.kind is Kind.YES:
        return [("yes", gettext("yes")), ("no", gettext("no"))]
    return column.choices(pack)


def shown(code: str, label: str) -> str:
    """A permitted value as the lists show it, code and words: “F – female”."""
    return f"{code} – {label}"


def example_number(table: Table, value: str) -> str:
    """The number of an example row, which marks it as one."""
    return f"{gettext('Example')} {value or 1}"


def _sheet(book: Any, title: str) -> Any:
    sheet = book.add_worksheet(title[:31])
    if get_language_bidi():
        sheet.right_to_left()
    return sheet


def _heading(sheet: Any, number: int, column: Column, looks: dict[str, Any]) -> None:
    title = f"{column.title} *" if column.required else column.title
    sheet.write_string(0, number, title, looks["required" if column.required else "heading"])
    sheet.write_comment(0, number, str(column.means))
    # Numbers of one’s own are text: 007 stays 007. Days are typed as people write them.
    sheet.set_column(number, number, min(WIDEST, max(14, len(title) + 2)), looks["text"])


def _list(lists: Any, place: int, column: Column, offered: list[str]) -> None:
    lists.write_string(0, place, column.title)
    for row, value in enumerate(offered, 1):
        lists.write_string(row, place, value)


def _span(place: int, length: int) -> str:
    letters = xlsxwriter.utility.xl_col_to_name(place)
    return f"${letters}$2:${letters}${length + 1}"


def _drop_down(sheet: Any, number: int, column: Column, source: str) -> None:
    rule = {
        "validate": "list",
        "source": source,
        "error_type": "warning",
        "input_title": column.title[:32],
        "input_message": str(column.means)[:255],
    }
    sheet.data_validation(1, number, ROWS_WITH_LISTS, number, rule)


def _example(sheet: Any, table: Table, looks: dict[str, Any], pack: Pack) -> None:
    for number, column in enumerate(table.columns):
        value = example_number(table, column.example) if number == 0 else column.example
        if column.offered and number:
            known = dict(column.choices(pack))
            code = column.example if column.example in known else (next(iter(known), "") if column.required else "")
            value = shown(code, known[code]) if code else ""
        sheet.write_string(1, number, value, looks["example"])


def _instructions(book: Any, looks: dict[str, Any], pack: Pack) -> None:
    sheet = _sheet(book, gettext("Instructions"))
    sheet.set_column(0, 0, 30, looks["words"])
    sheet.set_column(1, 1, 70, looks["words"])
    sheet.set_column(2, 2, 60, looks["words"])
    sheet.write_string(0, 0, gettext("Bring your own spreadsheets"), looks["title"])
    for row, sentence in enumerate(_sentences(pack), 2):
        sheet.merge_range(row, 0, row, 2, "", looks["words"])
        sheet.write_string(row, 0, sentence, looks["words"])
        sheet.set_row(row, 32)
    row = len(_sentences(pack)) + 3
    for table in TABLES.values():
        sheet.write_string(row, 0, table.title, looks["title"])
        sheet.write_string(row, 1, str(table.means), looks["words"])
        row += 1
        for column in table.columns:
            sheet.write_string(row, 0, column.title, looks["required" if column.required else "heading"])
            sheet.write_string(row, 1, _meaning(column), looks["words"])
            sheet.write_string(row, 2, _permitted(column, pack), looks["words"])
            row += 1
        row += 1


def _sentences(pack: Pack) -> list[str]:
    return [
        gettext("Fill in one row for each person, home, stay or contact. Sheets that you do not need stay empty."),
        gettext("Columns with a star must be filled in. Other columns may stay empty, and may be removed."),
        gettext("Your own numbers connect the sheets: a stay names the child and the home by their numbers."),
        gettext("Columns of your own may be added. What Kinkeeper does not know is kept word for word."),
        gettext("The row marked as example is never read. You may leave it or remove it."),
        gettext("Write days as 2019-12-31 or 31.12.2019. A birth may be a month (2014-05) or a year (2014)."),
        gettext("Codes and their words come from the jurisdiction pack “%(pack)s”.") % {"pack": gettext(pack.label)},
    ]


def _meaning(column: Column) -> str:
    needed = gettext("Must be filled in.") if column.required else ""
    return " ".join(part for part in (str(column.means), needed) if part)


def _permitted(column: Column, pack: Pack) -> str:
    offered = choices_of(column, pack)
    most = 40
    words = "; ".join(shown(code, label) for code, label in offered[:most])
    return f"{words}; …" if len(offered) > most else words
