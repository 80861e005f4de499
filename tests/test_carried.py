"""A canary is heard wherever an answer can hide it: packed, compressed, encoded, in a header or in a cookie."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import typst
import xlsxwriter
from django.http import FileResponse, HttpResponse, HttpResponseRedirect, StreamingHttpResponse

from tests.carried import carried
from tests.walk import World, leaks

CANARY = "QZA11CE0ZQ"
HALVES = (CANARY[:4], CANARY[4:])


def archive(**members: bytes | str) -> bytes:
    """A ZIP of these members."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return out.getvalue()


def workbook(write: Callable[[xlsxwriter.Workbook], object]) -> bytes:
    """A workbook with one sheet, written in as told."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    book.add_worksheet("One")
    write(book)
    book.close()
    return out.getvalue()


def in_a_cell(book: xlsxwriter.Workbook) -> None:
    book.worksheets()[0].write(3, 3, CANARY)


def in_runs_of_a_cell(book: xlsxwriter.Workbook) -> None:
    bold = book.add_format({"bold": True})
    book.worksheets()[0].write_rich_string(3, 3, bold, HALVES[0], HALVES[1])


def in_a_comment(book: xlsxwriter.Workbook) -> None:
    book.worksheets()[0].write_comment("B2", f"told by {CANARY}")


def in_a_hidden_sheet(book: xlsxwriter.Workbook) -> None:
    sheet = book.add_worksheet("Kept")
    sheet.write(0, 0, CANARY)
    sheet.hide()


def in_what_a_book_says_of_itself(book: xlsxwriter.Workbook) -> None:
    book.set_properties({"author": CANARY})


def in_the_name_of_a_sheet(book: xlsxwriter.Workbook) -> None:
    book.add_worksheet(CANARY)


OPEN_DOCUMENT = f"""<?xml version="1.0"?><office:document-content><table:table-cell><text:p>{HALVES[0]}<text:span>{HALVES[1]}
</text:span></text:p></table:table-cell></office:document-content>""".replace("\n", "")


def paper(tmp_path: Path) -> bytes:
    """A sheet of paper that says the canary, its text pressed together."""
    return printed(tmp_path, f"Dear #emph[child], {CANARY}.")


def paper_about_itself(tmp_path: Path) -> bytes:
    """A sheet of paper whose title alone says the canary."""
    return printed(tmp_path, f'#set document(title: "{CANARY}")\nNothing.')


def printed(tmp_path: Path, text: str) -> bytes:
    """A text as a sheet of paper."""
    source = tmp_path / "page.typ"
    source.write_text(text)
    made = typst.compile(source, format="pdf")
    assert isinstance(made, bytes)
    return made


BODIES: dict[str, Callable[[Path], bytes]] = {
    "text": lambda _place: CANARY.encode(),
    "text of two bytes a letter": lambda _place: CANARY.encode("utf-16"),
    "HTML in entities": lambda _place: "".join(f"&#{ord(sign)};" for sign in CANARY).encode(),
    "JSON in escapes": lambda _place: ('["' + "".join(f"\\u{ord(sign):04x}" for sign in CANARY) + '"]').encode(),
    "gzip": lambda _place: gzip.compress(CANARY.encode()),
    "ZIP": lambda _place: archive(a=CANARY),
    "the name of a member": lambda _place: archive(**{f"{CANARY}.csv": "x"}),
    "ZIP in ZIP in ZIP": lambda _place: archive(a=archive(b=archive(c=CANARY))),
    "gzip in ZIP": lambda _place: archive(a=gzip.compress(CANARY.encode())),
    "workbook in ZIP": lambda _place: archive(a=workbook(in_a_comment)),
    "open document": lambda _place: archive(**{"content.xml": OPEN_DOCUMENT}),
    "PDF": paper,
    "PDF about itself": paper_about_itself,
    "PDF in ZIP": lambda place: archive(a=paper(place)),
    **{
        f"workbook {write.__name__}": lambda _place, write=write: workbook(write)  # type: ignore[misc]
        for write in (
            in_a_cell,
            in_runs_of_a_cell,
            in_a_comment,
            in_a_hidden_sheet,
            in_what_a_book_says_of_itself,
            in_the_name_of_a_sheet,
        )
    },
}
LYING_OPEN = {"text", "the name of a member", "PDF about itself"}
WORLD = World(canaries={CANARY})


@pytest.mark.parametrize("kind", BODIES)
def test_a_canary_in_a_body_is_heard(kind: str, tmp_path: Path) -> None:
    body = BODIES[kind](tmp_path)
    if kind not in LYING_OPEN:
        assert CANARY.encode() not in body, "This one hides nothing."
    assert leaks(carried(HttpResponse(body)), WORLD) == {CANARY}
    assert leaks(carried(StreamingHttpResponse([body[:7], body[7:]])), WORLD) == {CANARY}
    assert not leaks(carried(HttpResponse(body)), World(canaries={"QZA11CE1ZQ"}))


def test_a_canary_in_a_header_is_heard() -> None:
    percent = "".join(f"%{ord(sign):02X}" for sign in CANARY)
    answers = {
        "a name of a file": FileResponse(io.BytesIO(b"x"), as_attachment=True, filename=f"Ж {CANARY}.txt"),
        "RFC 5987": HttpResponse(headers={"Content-Disposition": f"attachment; filename*=UTF-8''{percent}.txt"}),
        "an encoded word": HttpResponse(headers={"X-Told": f"{'Ж' * 20} {CANARY}"}),
        "where to go": HttpResponseRedirect(f"/search/?q={percent}"),
    }
    assert CANARY not in answers["an encoded word"].headers["X-Told"], "This one hides nothing."
    cookie = HttpResponse()
    cookie.set_cookie("told", percent)
    answers["a cookie"] = cookie
    for kind, answer in answers.items():
        assert leaks(carried(answer), WORLD) == {CANARY}, kind


def test_what_is_packed_too_deep_is_not_passed_over() -> None:
    body = json.dumps(CANARY).encode()
    for _ in range(8):
        body = archive(a=body)
    with pytest.raises(AssertionError, match="packed more than"):
        carried(HttpResponse(body))
