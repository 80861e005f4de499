"""Files that are traps: bombs, entities, macros, far corners, formulas, lies about what they are; each with its sentence."""

from __future__ import annotations

import io
import resource
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from kinkeeper.access.models import Unit
from kinkeeper.exchange import actions
from kinkeeper.exchange.keeping.folders import covered_spool_of
from kinkeeper.exchange.models import Import
from kinkeeper.exchange.sheets import guarding, spool
from kinkeeper.exchange.sheets.books import sheets_of
from kinkeeper.exchange.sheets.deliveries import folder_of, safe_name
from kinkeeper.exchange.sheets.guarding import BadBook
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.spreadsheets import is_risky, safe_text
from tests.conftest import Colleague
from tests.exchange.sheets.conftest import EVERYTHING, MINA, Preview, changed, csv_file, workbook

TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="xml" ContentType="application/xml"/></Types>'
)
BOOK = (
    b'<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    b'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">'
    b'<sheets><sheet name="Persons" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
    b'Target="worksheets/sheet1.xml"/></Relationships>'
)
SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>%s</sheetData></worksheet>'


def by_hand(path: Path, sheet: bytes, more: Mapping[str, bytes] | None = None) -> Path:
    """A workbook with a sheet as given, part by part."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        parts = {
            "[Content_Types].xml": TYPES, "xl/workbook.xml": BOOK, "xl/_rels/workbook.xml.rels": RELATIONS,
            "xl/worksheets/sheet1.xml": sheet, **(more or {}),
        }  # fmt: skip
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


def open_document(path: Path, rows: str, more: Mapping[str, bytes] | None = None) -> Path:
    """An OpenDocument spreadsheet with the rows of one table as given."""
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        f'<table:table table:name="Persons">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        packed.writestr("META-INF/manifest.xml", "<manifest:manifest/>")
        packed.writestr("content.xml", content)
        for name, extra in (more or {}).items():
            packed.writestr(name, extra)
    return path


def ods_cell(text: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'


def ods_row(*texts: str) -> str:
    return f"<table:table-row>{''.join(ods_cell(text) for text in texts)}</table:table-row>"


def read(path: Path) -> list[list[str]]:
    """Everything that is read of a file, headings first."""
    return [cells for sheet in sheets_of(path) for cells in [sheet.headings, *(cells for _line, cells in sheet.lines)]]


def refused(path: Path, sentence: str, seconds: float = 3.0) -> None:
    """The file is refused in these words, fast and without eating memory."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    with pytest.raises(BadBook, match=sentence):
        read(path)
    assert time.process_time() - started < seconds
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


# ---- bombs -----------------------------------------------------------------------------------------------------------


@pytest.mark.asvs("5.2.3")
def test_a_bomb_that_says_how_large_it_is(tmp_path: Path) -> None:
    row = b'<row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row>'
    path = by_hand(tmp_path / "b.xlsx", SHEET % row)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/media/x.xml", "w") as part:
        for _block in range(guarding.MOST_UNPACKED // 2**20 + 1):
            part.write(b" " * 2**20)
    assert path.stat().st_size < 2_000_000
    refused(path, "unpacks to far more than it should", 0.5)


@pytest.mark.asvs("5.2.3")
def test_a_bomb_that_lies_about_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guarding, "MOST_UNPACKED", 1_000_000)
    path = by_hand(tmp_path / "b.xlsx", SHEET % (b" " * 2_000_000))
    monkeypatch.setattr(guarding, "_insist_on_sizes", lambda parts: None)
    refused(path, "unpacks to far more than it should")


@pytest.mark.asvs("1.5.1")
@pytest.mark.parametrize(
    "sheet",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + SHEET % b"",
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + SHEET % b"",
    ],
    ids=["billion laughs", "a file of the server"],
)
def test_entities_are_refused(tmp_path: Path, sheet: bytes) -> None:
    refused(by_hand(tmp_path / "e.xlsx", sheet), "instructions that no spreadsheet writes")


def test_entities_in_another_encoding_are_refused(tmp_path: Path) -> None:
    sheet = '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x [<!ENTITY a "b">]><worksheet/>'.encode("utf-16")
    refused(by_hand(tmp_path / "e.xlsx", sheet), "instructions that no spreadsheet writes")


@pytest.mark.asvs("1.5.1")
def test_entities_in_an_open_document_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.ods"
    open_document(path, '<!DOCTYPE x [<!ENTITY a "b">]>')
    refused(path, "instructions that no spreadsheet writes")


@pytest.mark.parametrize(
    "row, sentence",
    [
        (
            b'<row r="1"><c r="A1"><v>1</v></c><c r="XFD1"><v>1</v></c></row>',
            "reaches to column 16384; 300 is the limit",
        ),
        (b'<row r="1">' + b"<c><v>1</v></c>" * 16_000 + b"</row>", "reaches to column 301; 300 is the limit"),
        (
            b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="A1048576"><v>1</v></c></row>',
            "more than 300000 rows",
        ),
        (
            b'<row r="1"><c r="A1"><v>1</v></c></row><row r="290000"><c r="Z290000"><v>1</v></c></row>',
            "more than 300000 rows",
        ),
        (b"<row r='1'><c\nr = 'XFD1'><v>1</v></c></row>", "reaches to column 16384"),
        (b'<row r="1"><c r="&#88;FD1"><v>1</v></c></row>', "damaged"),
    ],
    ids=["far column", "16 000 columns", "far row", "far corner", "other quotes", "a hidden place"],
)
def test_a_far_corner_is_refused_before_room_is_made_for_it(tmp_path: Path, row: bytes, sentence: str) -> None:
    refused(by_hand(tmp_path / "c.xlsx", SHEET % row), sentence)


def test_cells_that_an_open_document_repeats_are_counted(tmp_path: Path) -> None:
    many = f'<table:table-row table:number-rows-repeated="1000000">{ods_cell("x")}</table:table-row>'
    refused(open_document(tmp_path / "r.ods", many), "more than 300000 rows")
    wide = f"<table:table-row>{ods_cell('x', ' table:number-columns-repeated=' + chr(34) + '16384' + chr(34))}</table:table-row>"
    refused(open_document(tmp_path / "w.ods", wide), "reaches to column 16384")


def test_the_empty_rest_of_an_open_document_is_no_bomb(tmp_path: Path) -> None:
    rest = (
        '<table:table-row><table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
        '<table:table-row table:number-rows-repeated="1048573"><table:table-cell table:number-columns-repeated="16384"/>'
        "</table:table-row>"
    )
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = read(open_document(tmp_path / "l.ods", ods_row("Number", "Given name") + ods_row("1", "Mina") + rest))
    assert [row[:2] for row in found] == [["Number", "Given name"], ["1", "Mina"]]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


@pytest.mark.parametrize(
    "name, more, sentence",
    [
        ("m.xlsx", {"xl/vbaProject.bin": b"x"}, "holds macros"),
        ("m.xlsx", {"xl/macrosheets/sheet1.xml": b"<x/>"}, "holds macros"),
        (
            "m.xlsx",
            {"[Content_Types].xml": TYPES.replace(b"application/xml", b"x.macroEnabled.main+xml")},
            "holds macros",
        ),
    ],
)
def test_macros_are_refused(tmp_path: Path, name: str, more: Mapping[str, bytes], sentence: str) -> None:
    refused(by_hand(tmp_path / name, SHEET % b"", more), sentence)


def test_macros_of_an_open_document_are_refused(tmp_path: Path) -> None:
    refused(open_document(tmp_path / "m.ods", ods_row("x"), {"Basic/Standard/Module1.xml": b"<x/>"}), "holds macros")


@pytest.mark.parametrize(
    "name, content, sentence",
    [
        ("a.xlsx", b"no zip at all", "damaged, locked with a password, or no workbook"),
        ("a.xlsx", b"PK\x03\x04" + b"\0" * 40, "damaged, locked with a password, or no workbook"),
        ("a.xls", b"\xd0\xcf\x11\xe0", "is no XLSX, ODS or CSV file"),
        ("a.csv", b"PK\x03\x04 a workbook", "is not what its name says"),
        ("a.csv", b"Number\0,Given", "is not plain text"),
        ("a.csv", b"", "is empty"),
        ("a.csv", b'Number,Given name\n1,"Mina', "cannot be read|quotation"),
        ("a.csv", b",".join([b"x"] * 400), "has more than 300 columns"),
    ],
)
def test_what_is_no_spreadsheet_is_refused_in_words(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    if sentence.startswith("cannot"):
        # A quotation mark that is not closed swallows the rest; nothing of it is lost.
        assert read(path)[1] == ["1", "Mina"]
        return
    refused(path, sentence)


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    for name, sentence in (("a.xlsx", "not an Excel workbook"), ("a.ods", "not an OpenDocument|damaged")):
        with zipfile.ZipFile(tmp_path / name, "w") as packed:
            packed.writestr("notes.txt", "x")
        refused(tmp_path / name, sentence)


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.9, 0.99])
def test_a_workbook_that_was_cut_off_is_refused(tmp_path: Path, cut: float) -> None:
    whole = workbook(tmp_path / "w.xlsx", EVERYTHING).read_bytes()
    path = tmp_path / "cut.xlsx"
    path.write_bytes(whole[: int(len(whole) * cut)])
    refused(path, "damaged|no workbook")


def test_a_refusal_of_a_file_reaches_the_page(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    by_hand(tmp_path / "in.xlsx", SHEET % b"", {"xl/vbaProject.bin": b"x"})
    upload = io.BytesIO((tmp_path / "in.xlsx").read_bytes())
    upload.name = "in.xlsx"
    answer = dalia.browser.post("/exchange/sheets/", {"unit": village.code, "source": "x", "uploads": [upload]})
    assert answer.status_code == 409
    assert "This workbook holds macros." in answer.content.decode()
    assert Import.objects.count() == 0


@pytest.mark.asvs("5.3.2", "5.3.3")
def test_names_lead_nowhere_else() -> None:
    assert safe_name("../../etc/\u202epasswd.csv") == "passwd.csv"
    assert safe_name("..\\..\\x.xlsx") == "x.xlsx"
    with pytest.raises(Refused, match="is no XLSX"), folder_of([_upload("x.exe")]):
        pass
    with pytest.raises(Refused, match="Two files are called"), folder_of([_upload("a.csv"), _upload("b/a.csv")]):
        pass


def _upload(name: str):
    class Upload:
        file = io.BytesIO(b"x")

    Upload.name = name  # type: ignore[attr-defined]
    return Upload()


# ---- formulas --------------------------------------------------------------------------------------------------------


def test_a_formula_is_read_as_it_was_last_computed_and_never_evaluated(
    dalia: Colleague, village: Unit, tmp_path: Path
) -> None:
    path = tmp_path / "in" / "lists.xlsx"
    path.parent.mkdir()
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("Persons")
    for place, heading in enumerate(("Number", "Given name", "Family name")):
        sheet.write_string(0, place, heading)
    sheet.write_string(1, 0, "1")
    sheet.write_formula(1, 1, '=HYPERLINK("http://evil.example/","x")', None, "Mina")
    sheet.write_formula(1, 2, "=1+1", None, "Karimova")
    book.close()
    brought = actions.preview_sheets(dalia.actor, village, folder=path.parent, source="x")
    assert brought.summary["would_land"] == 1
    assert "2 cells hold formulas." in brought.summary["remarks"][0]["reason"]
    told = spool.portions(covered_spool_of(brought), 0, 1)[0][0]
    assert (told["given"], told["family"]) == ("Mina", "Karimova")


PREFIXES = ["", "\ufeff", "\u200b", "\u202e", "\u2067", "\x01", "\t", "\r", "\n", " ", "\u00a0", "'", '"', "\u3000"]


@pytest.mark.asvs("1.2.10")
@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "＝", "＋", "－", "＠", "|", "%"])
def test_no_text_that_we_write_begins_a_formula(prefix: str, sign: str) -> None:
    assert safe_text(f"{prefix}{sign}cmd|' /C calc'!A0").startswith("'")


@pytest.mark.asvs("1.2.10")
@settings(max_examples=200, deadline=None)
@given(st.text())
def test_safe_text_begins_with_nothing_risky(text: str) -> None:
    made = safe_text(text)
    assert made == text or made == f"'{text}"
    assert not is_risky(made) or made.startswith("'")


@pytest.mark.parametrize("text", ["-5", "+998901234567", "1,5", "Mina", "Ана-Мария", "2014-05-17", "o'Neill"])
def test_plain_words_and_numbers_stay(text: str) -> None:
    assert safe_text(text) == text


def test_what_looks_like_a_formula_is_kept_word_for_word(preview: Preview) -> None:
    brought = preview(changed(EVERYTHING, persons=[{**MINA, "Note": "=1+1"}, *EVERYTHING["persons"][1:]]))
    told = spool.portions(covered_spool_of(brought), 0, 1)[0][0]
    assert told.rest == {"Note": "=1+1"}


# ---- size ------------------------------------------------------------------------------------------------------------

_READS = """
import resource, sys
from pathlib import Path
import django
django.setup()
from kinkeeper.exchange.sheets import spool
from tests.exchange.sheets.conftest import in_the_open
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
at = in_the_open(Path(sys.argv[2]))
spool.fill(at, Path(sys.argv[1]))
print(sum(sheet.rows for sheet in spool.held(at)), (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""


@pytest.mark.parametrize("kind, most_mb", [("xlsx", 120), ("csv", 30)])
def test_memory_is_bounded_while_many_rows_are_read(tmp_path: Path, kind: str, most_mb: int) -> None:
    """30 000 rows of 17 columns in a process of their own; a workbook needs room for its cells, not for its rows in Python."""
    import os
    import subprocess
    import sys

    rows = [{**MINA, "number": str(number), "address": f"{number} Mill Lane"} for number in range(30_000)]
    folder = tmp_path / "in"
    if kind == "xlsx":
        workbook(folder / "lists.xlsx", {"persons": rows})
    else:
        csv_file(folder / "persons.csv", "persons", rows)
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "kinkeeper.site.settings", "KINKEEPER_DATA": str(tmp_path / "data")}
    command = [sys.executable, "-c", _READS, str(folder), str(tmp_path / "rows.sqlite3")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=True)
    read_rows, megabytes = map(int, done.stdout.split())
    assert read_rows == 30_000
    assert megabytes < most_mb
