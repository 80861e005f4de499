"""Hostile files, built when they are needed, and the three doors through which files come in, tried in a process of its own.

`python -m tests.hostile DOOR FOLDER` hands every file of a folder to a door and prints, for each, what became of it, how much
computing time it took and by how much the memory of the process grew. The process may not grow beyond `MOST_GROWTH`.
"""

from __future__ import annotations

import io
import json
import random
import resource
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

MB = 1 << 20
# What a process that reads files may grow by, and how long it may think about one of them.
MOST_GROWTH = 1024 * MB
MOST_SECONDS = 60
TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="Persons" sheetId="1" r:id="r1"/></sheets></workbook>'
).encode()
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>'
).encode()
ROOT_RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
).encode()
LAUGHS = b"<!DOCTYPE x [" + b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"lol") for n in range(10)
) + b"]>"  # fmt: skip
QUADRATIC = b'<!DOCTYPE x [<!ENTITY a "' + b"a" * 50_000 + b'">]>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
Parts = dict[str, bytes]


@dataclass(frozen=True)
class Told:
    """What became of one file: refused in these words, read, or broken by an exception that is no refusal."""

    name: str
    outcome: str
    sentence: str
    seconds: float
    grown_mb: int


# ---- files -----------------------------------------------------------------------------------------------------------


def packed(parts: Parts, *, stored: tuple[str, ...] = ()) -> bytes:
    """A ZIP of these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content, zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED)
    return out.getvalue()


def swollen(parts: Parts, name: str, begins: bytes, filler: bytes, size: int, ends: bytes = b"") -> bytes:
    """A ZIP with one part more that unpacks to `size` bytes, written block by block."""
    out = io.BytesIO(packed(parts))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w", force_zip64=True) as part:
        part.write(begins)
        block = filler * (MB // len(filler))
        for _number in range(size // len(block)):
            part.write(block)
        part.write(ends)
    return out.getvalue()


def xlsx(sheet: bytes, before: bytes = b"", more: Parts | None = None) -> bytes:
    """A workbook with these rows; `before` stands before the root."""
    whole = before + f'<worksheet xmlns="{MAIN}"><sheetData>'.encode() + sheet + b"</sheetData></worksheet>"
    return packed(_book({"xl/worksheets/sheet1.xml": whole, **(more or {})}))


def _book(more: Parts) -> Parts:
    parts = {"[Content_Types].xml": TYPES, "_rels/.rels": ROOT_RELATIONS, "xl/workbook.xml": BOOK}
    return {**parts, "xl/_rels/workbook.xml.rels": RELATIONS, **more}


def cell(text: str, place: str = "A1") -> bytes:
    """One cell of a workbook, in a row."""
    return f'<row r="1"><c r="{place}" t="inlineStr"><is><t>{text}</t></is></c></row>'.encode()


def ods(rows: bytes, before: bytes = b"", more: Parts | None = None) -> bytes:
    """An OpenDocument spreadsheet with these rows."""
    names = "".join(f' xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("office", "table", "text"))
    content = before + (
        f"<office:document-content{names}><office:body><office:spreadsheet>"
        '<table:table table:name="Persons">'
    ).encode() + rows + b"</table:table></office:spreadsheet></office:body></office:document-content>"  # fmt: skip
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    parts = {"mimetype": kind, "META-INF/manifest.xml": b"<manifest/>", "content.xml": content, **(more or {})}
    return packed(parts, stored=("mimetype",))


def docx(document: bytes = b"<x/>", more: Parts | None = None) -> bytes:
    """A Word document."""
    return packed({"[Content_Types].xml": TYPES, "word/document.xml": document, **(more or {})})


def png(width: int, height: int, rows: bytes = b"", *, more: bytes = b"") -> bytes:
    """A PNG that says it is this large, with these packed rows."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    body = chunk(b"IDAT", rows or zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + head + more + body + chunk(b"IEND", b"")


def text_chunk() -> bytes:
    """A chunk of a PNG whose words unpack to 100 MB."""
    data = b"Comment\0\0" + zlib.compress(bytes(100 * MB), 9)
    return struct.pack(">I", len(data)) + b"zTXt" + data + struct.pack(">I", zlib.crc32(b"zTXt" + data))


def picture(form: str, size: tuple[int, int] = (60, 40)) -> bytes:
    """A picture that is what it says."""
    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, form)
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
EPISODES = "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN\r\n"
HEADER = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB\r\n"
ROW = "1,2,17/05/2014,WBRI,UN1,,\r\n"
MARKS = "a" + "\u0301" * 100_000
ZIP_IN_ZIP = packed({f"inner{n}.zip": packed({"Header.csv": b"x" * MB}) for n in range(10)})
Corpus = dict[str, Callable[[], bytes]]

VAULT: Corpus = {
    "billion laughs.docx": lambda: docx(LAUGHS + b"<x>&l9;</x>"),
    "quadratic.docx": lambda: docx(QUADRATIC + b"<x>" + b"&a;" * 50_000 + b"</x>"),
    "outside.odt": lambda: packed(
        {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": OUTSIDE + b"<x>&a;</x>"},
        stored=("mimetype",),
    ),
    "600 MB.docx": lambda: swollen({"[Content_Types].xml": TYPES}, "word/document.xml", b"<x>", b" ", 600 * MB),
    "zip in zip.docx": lambda: ZIP_IN_ZIP,
    "many parts.docx": lambda: docx(more={f"word/p{n}.xml": b"" for n in range(6_000)}),
    "900 Mpx.png": lambda: png(30_000, 30_000),
    "900 Mpx whole.png": lambda: png(30_000, 30_000, zlib.compress(bytes(30 * MB), 9)),
    "one long line.png": lambda: png(2_000_000_000, 1),
    "words.png": lambda: png(10, 10, zlib.compress(bytes(31 * 10)), more=text_chunk()),
    "half.png": lambda: picture("PNG", (900, 900))[:-40],
    "half.jpg": lambda: picture("JPEG", (900, 900))[:-400],
    "half.webp": lambda: picture("WEBP", (900, 900))[:-40],
    "program.pdf": lambda: b"MZ" + bytes(5_000),
    "page.pdf": lambda: b"<html>" + PDF,
    "hidden zip.pdf": lambda: PDF + packed({"a": b"b"}),
    "endless name.png": lambda: picture("JPEG"),
    "marks.txt": MARKS.encode,
    "nul.txt": lambda: b"a\0b",
    "half a sign.txt": lambda: "я".encode()[:1],
    "lone half.txt": lambda: b"\xff\xfe\x00\xd8\x41\x00",
    "20 MB.txt": lambda: b"a" * (20 * MB + 1),
}
SHEETS: Corpus = {
    "billion laughs.xlsx": lambda: xlsx(cell("&l9;"), LAUGHS),
    "quadratic.xlsx": lambda: xlsx(cell("&a;" * 50_000), QUADRATIC),
    "outside.xlsx": lambda: xlsx(cell("&a;"), OUTSIDE),
    "strings outside.xlsx": lambda: xlsx(cell("x"), more={"xl/sharedStrings.xml": OUTSIDE + b"<sst>&a;</sst>"}),
    "outside.ods": lambda: ods(b"", OUTSIDE),
    "200000 deep.xlsx": lambda: xlsx(b"<row>" * 200_000 + b"</row>" * 200_000),
    "200000 deep.ods": lambda: ods(b"<text:p>" * 200_000 + b"</text:p>" * 200_000),
    "300000 attributes.xlsx": lambda: xlsx(b"<row" + b"".join(b' a%d="1"' % n for n in range(300_000)) + b"/>"),
    "300000 attributes.ods": lambda: ods(
        b"<table:table-row" + b"".join(b' a%d="1"' % n for n in range(300_000)) + b"/>"
    ),
    "600 MB.xlsx": lambda: swollen(_book({}), "xl/worksheets/sheet1.xml", b"<worksheet><sheetData>", b" ", 600 * MB),
    "400 MB.xlsx": lambda: swollen(
        _book({}),
        "xl/worksheets/sheet1.xml",
        f'<worksheet xmlns="{MAIN}"><sheetData>'.encode(),
        b" ",
        400 * MB,
        b"</sheetData></worksheet>",
    ),
    "400 MB of strings.xlsx": lambda: swollen(
        _book({"xl/worksheets/sheet1.xml": b"<worksheet/>"}),
        "xl/sharedStrings.xml",
        b"<sst>",
        b"<si><t>a</t></si>",
        400 * MB,
        b"</sst>",
    ),
    "90 MB of strings.xlsx": lambda: swollen(
        _book({"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"><sheetData/></worksheet>'.encode()}),
        "xl/sharedStrings.xml",
        f'<sst xmlns="{MAIN}">'.encode(),
        b"<si><t>a</t></si>",
        90 * MB,
        b"</sst>",
    ),
    "400 MB.ods": lambda: swollen(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "META-INF/manifest.xml": b"<m/>"},
        "content.xml",
        b"<office:document-content>",
        b" ",
        400 * MB,
        b"</office:document-content>",
    ),
    "far corner.xlsx": lambda: xlsx(cell("x", "XFD1048576")),
    "zip in zip.xlsx": lambda: ZIP_IN_ZIP,
    "many parts.xlsx": lambda: xlsx(b"", more={f"xl/p{n}.xml": b"" for n in range(3_000)}),
    "no mimetype.ods": lambda: packed({"content.xml": b"<x/>"}),
    "no manifest.ods": lambda: packed(
        {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}
    ),
    "broken inside.xlsx": lambda: spoilt_inside(xlsx(cell("a" * 5_000))),
    "broken inside.ods": lambda: spoilt_inside(ods(b"<table:table-row/>" * 500)),
    "half.xlsx": lambda: xlsx(cell("x"))[:-50],
    "a name of 70000 letters.xlsx": lambda: xlsx(cell("x"), more={"xl/" + "a" * 60_000: b""}),
    "huge number.xlsx": lambda: xlsx(b'<row r="1"><c r="A1"><v>' + b"9" * 200_000 + b"</v></c></row>"),
    "nan.xlsx": lambda: xlsx(b'<row r="1"><c r="A1"><v>NaN</v></c><c r="B1"><v>1e999</v></c></row>'),
    "day out of time.xlsx": lambda: xlsx(b'<row r="1"><c r="A1" t="d"><v>99999-99-99T99:99:99</v></c></row>'),
    "no such string.xlsx": lambda: xlsx(b'<row r="1"><c r="A1" t="s"><v>4294967295</v></c></row>'),
    "marks.xlsx": lambda: xlsx(cell(MARKS)),
    "marks.csv": f"Number,Given name\n1,{MARKS}\n".encode,
    "one line.csv": lambda: b"Number," + b"a" * (60 * MB),
    "one cell.csv": lambda: b'Number,Given name\n1,"' + b"a" * (60 * MB),
    "commas.csv": lambda: b"Number" + b"," * (20 * MB),
    "empty lines.csv": lambda: b"Number,Given name\n" + b"\n" * (40 * MB),
    "huge number.csv": lambda: b"Number,Given name\n" + b"9" * 100_000 + b",Mina\n",
    "bidi.csv": "Number,Given name\n1,\u202eanimaM\u2066\n".encode,
    "nul.csv": lambda: b"Number,Given name\n" + b"x" * 70_000 + b"\0,\n",
    "workbook.csv": lambda: xlsx(cell("x")),
    "text.xlsx": lambda: b"Number,Given name\n1,Mina\n",
}
RETURNS: Corpus = {
    "1 GB.zip": lambda: swollen({}, "2022_23/Header.csv", HEADER.encode(), ROW.encode(), 1_000 * MB),
    "one line.zip": lambda: swollen({}, "2022_23/Header.csv", HEADER.encode(), b"a", 300 * MB),
    "quotation mark.zip": lambda: swollen({}, "2022_23/Header.csv", (HEADER + '1,"').encode(), b"a", 50 * MB),
    "lines.zip": lambda: swollen({}, "2022_23/Header.csv", HEADER.encode(), b"\n", 300 * MB),
    "many rows.zip": lambda: packed({"2022_23/Header.csv": many_rows(1_200_000)}),
    "columns.zip": lambda: swollen({}, "2022_23/Header.csv", b"CHILD", b",a", 100 * MB, b"\n1,2\n"),
    "zip in zip.zip": lambda: ZIP_IN_ZIP,
    "many files.zip": lambda: packed({f"{n}/Header.csv": HEADER.encode() for n in range(500)}),
    "out.zip": lambda: packed({"../../../../tmp/out/Header.csv": HEADER.encode(), "/etc/Header.csv": b"x"}),
    "same name.zip": lambda: packed({"a/b/c/d/Header.csv": b"x", "b/c/d/Header.csv": b"y", "b/c/d": b"z"}),
    "file and folder.zip": lambda: packed({"a.csv": b"x", "a.csv/Header.csv": b"y"}),
    "long name.zip": lambda: packed({"a" * 5_000 + ".csv": b"x"}),
    "nul in a name.zip": lambda: packed({"a\u202e\x01b.csv": HEADER.encode()}).replace(b"\x01b.csv", b"\0b.csv"),
    "link.zip": lambda: linked(),  # noqa: PLW0108
    "broken inside.zip": lambda: spoilt_inside(packed({"Header.csv": many_rows(900)})),
    "half.zip": lambda: packed({"Header.csv": HEADER.encode()})[:-30],
    "locked.zip": lambda: locked(packed({"Header.csv": HEADER.encode()})),
    "other squeezing.zip": lambda: packed({"Header.csv": HEADER.encode()}).replace(b"\x08\x00", b"\x63\x00"),
    "no zip.zip": lambda: b"PK no zip",
    "commas.csv": lambda: b"CHILD" + b"," * 60_000 + b"\n" + b"1" + b"," * 60_000 + b"\n",
    "columns.csv": lambda: ",".join(f"C{number}" for number in range(9_000)).encode() + b"\n1,2\n",
    "Header.xml": lambda: LAUGHS + b"<x>&l9;</x>",
    "Header.csv": (HEADER + f"{'9' * 200_000},2,{MARKS},NaN,1e999,,\r\n").encode,
    "Episodes.csv": (EPISODES + "1,31/02/2023\0,\u202eS,,,,,,,,,,\r\n" * 50).encode,
}  # fmt: skip
CORPUS = {"vault": VAULT, "sheets": SHEETS, "returns": RETURNS}


def many_rows(count: int) -> bytes:
    """A table of the return with rows that differ."""
    return (HEADER + "".join(f"{number},2,17/05/2014,WBRI,UN1,,\r\n" for number in range(count))).encode()


def spoilt_inside(whole: bytes) -> bytes:
    """An archive in whose packed bytes some are wrong, while its list of contents is right."""
    data = bytearray(whole)
    middle = data.find(b"PK\x03\x04", 10)
    for place in range(60, min(len(data) - 200, max(middle, 400)), 7):
        data[place] ^= 0xFF
    return bytes(data)


def locked(whole: bytes) -> bytes:
    """An archive that says that a password is needed."""
    data = bytearray(whole)
    data[6] |= 1
    data[data.find(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def linked() -> bytes:
    """An archive with a link to a file of the machine."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("Header.csv")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return out.getvalue()


# ---- mutations -------------------------------------------------------------------------------------------------------


def valid(door: str) -> dict[str, bytes]:
    """Files of each kind that a door takes."""
    if door == "vault":
        pictures = {f"a.{form.lower()}": picture(form) for form in ("JPEG", "PNG", "WEBP")}
        odt = {"mimetype": b"application/vnd.oasis.opendocument.text", "content.xml": b"<x/>"}
        return {
            **pictures,
            "a.pdf": PDF,
            "a.docx": docx(),
            "a.odt": packed(odt, stored=("mimetype",)),
            "a.heic": _heic(),
        }
    if door == "sheets":
        rows = b'<table:table-row><table:table-cell office:value-type="string"><text:p>Number</text:p></table:table-cell></table:table-row>'
        table = b"Number,Given name,Born on\n1,Mina,2014-05-17\n2,Zarina,1990\n"
        return {
            "a.xlsx": xlsx(cell("Number")),
            "a.ods": ods(rows),
            "a.csv": table,
            "b.csv": table.decode().encode("utf-16"),
        }
    year = {"2022_23/Header.csv": (HEADER + ROW * 20).encode(), "2022_23/Episodes.csv": EPISODES.encode()}
    return {"a.zip": packed(year), "Header.csv": year["2022_23/Header.csv"]}


def _heic() -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False)
    return picture("HEIF")


def mutations(door: str, count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`count` spoilt variations of valid files, the same for the same seed: cut, flipped, doubled, filled, mixed."""
    rng, files = random.Random(f"{door}{seed}"), valid(door)
    names = sorted(files)
    for number in range(count):
        name = names[number % len(names)]
        data = bytearray(files[name])
        for _step in range(rng.randint(1, 6)):
            _spoil(data, rng, files)
        yield name, bytes(data)


def _spoil(data: bytearray, rng: random.Random, files: dict[str, bytes]) -> None:
    place = rng.randrange(len(data) + 1)
    kind = rng.randrange(7)
    if kind == 0:
        del data[place:]
    elif kind == 1 and data:
        data[place % len(data)] ^= 1 << rng.randrange(8)
    elif kind == 2:
        data[place : place + rng.randint(1, 16)] = rng.randbytes(rng.randint(0, 16))
    elif kind == 3:
        data[place:place] = data[place : place + 200] * rng.randint(1, 20)
    elif kind == 4:
        data[place : place + 8] = rng.choice([b"\xff" * 8, bytes(8), b"\x7f\xff\xff\xff", b"\0\0\0\x01\0\0\0\0"])
    elif kind == 5:
        other = rng.choice(sorted(files.values()))
        data[place:place] = other[: rng.randrange(len(other))]
    else:
        data[place:place] = rng.choice([b"\0", b'"', b"\xfe\xff", "\u202e".encode(), b"&lt;", b"%n", b"=cmd|", b"\r"])


# ---- doors -----------------------------------------------------------------------------------------------------------


class Upload:
    """A file as a browser sends it."""

    def __init__(self, name: str, content: bytes) -> None:
        self.name: str | None = name
        self.file: Any = io.BytesIO(content)


def _into_the_vault(name: str, content: bytes) -> None:
    from kinkeeper.files import vault

    vault.accept(content, name)


def _into_sheets(name: str, content: bytes) -> None:
    from kinkeeper.exchange.sheets import deliveries
    from kinkeeper.exchange.sheets.books import sheets_of

    with deliveries.folder_of([Upload(name, content)]) as folder:
        for path in folder.iterdir():
            for sheet in sheets_of(path):
                for _line, cells in sheet.lines:
                    json.dumps(cells, ensure_ascii=False).encode()


def _into_returns(name: str, content: bytes) -> None:
    from kinkeeper.exchange.ssda903 import deliveries
    from kinkeeper.exchange.ssda903.reading import read_folder

    with deliveries.folder_of([Upload(name, content)], None) as folder:
        for item in read_folder(folder):
            str(item).encode()


DOORS: dict[str, Callable[[str, bytes], None]] = {
    "vault": _into_the_vault, "sheets": _into_sheets, "returns": _into_returns,
}  # fmt: skip


def through(door: str, name: str, content: bytes) -> Told:
    """Hand a file to a door, and see what becomes of it, of the time and of the memory."""
    from kinkeeper.exchange.sheets.guarding import BadBook
    from kinkeeper.lib.refusals import Refused

    Path("/proc/self/clear_refs").write_text("5")
    before, began = _memory("VmRSS"), time.process_time()
    outcome, sentence = "read", ""
    try:
        DOORS[door](name, content)
    except (Refused, BadBook) as refusal:
        outcome, sentence = "refused", str(refusal)
    except Exception as error:  # noqa: BLE001 — this is what is looked for
        outcome, sentence = "broken", f"{type(error).__module__}.{type(error).__name__}: {str(error)[:200]}"
    grown = max(0, _memory("VmHWM") - before) // MB
    return Told(name, outcome, sentence, round(time.process_time() - began, 2), grown)


def _memory(what: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


def main() -> None:
    """Hand every file of a folder to a door, or `FUZZ:count:seed` mutations; one line of JSON for each."""
    import django

    django.setup()
    door, what = sys.argv[1:3]
    resource.setrlimit(resource.RLIMIT_AS, (_memory("VmSize") + MOST_GROWTH,) * 2)
    if what.startswith("FUZZ:"):
        _fuzz, count, seed = what.split(":")
        files: Iterator[tuple[str, bytes]] = mutations(door, int(count), int(seed))
    else:
        files = ((path.name, path.read_bytes()) for path in sorted(Path(what).iterdir()))
    for name, content in files:
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + MOST_SECONDS, resource.RLIM_INFINITY))
        sys.stdout.write(json.dumps(asdict(through(door, name, content)), ensure_ascii=False) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
