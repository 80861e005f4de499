"""What may be stored: judged by content, pictures drawn anew, everything else refused with a sentence."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from kinkeeper.files import vault
from kinkeeper.lib.refusals import Refused
from tests.files.conftest import DOCX, ODT_MARK, PDF, SECRET_PLACE, packed, picture

EXE = b"MZ\x90\x00\x03\x00\x00\x00\x04\x00" + bytes(500)


@pytest.mark.parametrize(
    ("name", "content", "kind", "kept"),
    [
        ("court order.PDF", PDF, "application/pdf", "court order.PDF"),
        ("letter.txt", "Дорогая Нур!\r\n".encode(), "text/plain; charset=utf-8", "letter.txt"),
        ("letter.txt", "MZ is how it begins\n".encode("utf-16"), "text/plain; charset=utf-8", "letter.txt"),
        ("report.docx", packed(*DOCX), vault._WORD, "report.docx"),
        ("report.odt", packed("content.xml", first=ODT_MARK), vault._OPEN, "report.odt"),
        ("face.jpeg", picture("JPEG"), "image/jpeg", "face.jpg"),
        ("face.png", picture("PNG"), "image/png", "face.png"),
        ("face.webp", picture("WEBP"), "image/webp", "face.webp"),
    ],
)
def test_the_usual_papers_come_in(name: str, content: bytes, kind: str, kept: str) -> None:
    accepted = vault.accept(content, name)
    assert (accepted.media_type, accepted.name) == (kind, kept)


def test_a_picture_of_a_telephone_becomes_a_jpeg() -> None:
    vault._learn_heif()
    accepted = vault.accept(picture("HEIF"), "IMG_0001.HEIC")
    assert (accepted.media_type, accepted.name) == ("image/jpeg", "IMG_0001.jpg")
    assert SECRET_PLACE.encode() not in accepted.content


@pytest.mark.asvs("14.2.8")
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_where_and_with_what_a_picture_was_taken_is_gone(form: str) -> None:
    told = picture(form)
    assert SECRET_PLACE.encode() in told
    accepted = vault.accept(told, f"face.{form.lower()}")
    assert SECRET_PLACE.encode() not in accepted.content
    assert b"Camera of Grace" not in accepted.content
    assert b"Exif" not in accepted.content
    with Image.open(io.BytesIO(accepted.content)) as drawn:
        assert dict(drawn.getexif()) == {}
        # It lay on its side and stands upright now.
        assert drawn.size == (accepted.width_px, accepted.height_px) == (40, 60)


def test_what_is_hung_on_behind_a_picture_is_gone() -> None:
    accepted = vault.accept(picture("PNG") + packed("evil.js"), "face.png")
    assert b"PK\x03\x04" not in accepted.content
    assert b"evil" not in accepted.content


@pytest.mark.parametrize(
    ("mode", "form"), [("RGBA", "PNG"), ("L", "PNG"), ("P", "PNG"), ("CMYK", "JPEG"), ("1", "PNG")]
)
def test_pictures_of_every_kind_are_drawn(mode: str, form: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (5, 5)).save(out, form)
    assert vault.accept(out.getvalue(), f"scan.{form.lower()}").width_px == 5


def test_a_transparent_picture_stays_transparent() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (2, 2), (10, 20, 30, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(vault.accept(out.getvalue(), "a.png").content)) as drawn:
        assert drawn.getpixel((0, 0)) == (10, 20, 30, 0)


@pytest.mark.asvs("5.2.2")
@pytest.mark.parametrize(
    "name", ["order.pdf", "face.jpg", "face.png", "face.webp", "face.heic", "report.docx", "letter.txt"]
)
def test_a_renamed_program_is_refused(name: str) -> None:
    with pytest.raises(Refused, match=r"not what its name says|not in Unicode") as refusal:
        vault.accept(EXE, name)
    assert (refusal.value.guard, refusal.value.field) == ("G-FILE", "upload")


@pytest.mark.asvs("1.3.4", "5.2.2")
@pytest.mark.parametrize("name", ["setup.exe", "page.html", "drawing.svg", "macro.docm", "noending", "order.pdf.js"])
def test_other_kinds_are_refused(name: str) -> None:
    with pytest.raises(Refused, match="Only PDF, JPEG, PNG"):
        vault.accept(PDF, name)


@pytest.mark.asvs("5.2.1", "5.2.2", "5.2.3")
@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.pdf", b"", "empty"),
        ("a.pdf", PDF + packed("evil.js"), "hides another file"),
        ("a.pdf", PDF.replace(b"%%EOF", b""), "damaged"),
        ("a.pdf", b"<html>" + PDF, "not what its name says"),
        ("a.pdf", PDF + bytes(vault.MOST_BYTES), "larger than 20 MB"),
        ("a.jpg", picture("PNG"), "not what its name says"),
        ("a.jpg", picture("JPEG")[:200], "damaged"),
        ("a.txt", "Привет".encode("cp1251"), "UTF-8"),
        ("a.txt", b"a\x00b", "not plain text"),
        ("a.docx", packed(*DOCX, "word/vbaProject.bin"), "without macros"),
        ("a.docx", packed("other.xml"), "without macros"),
        ("a.docx", packed(*DOCX)[:-30], "damaged"),
        ("a.docx", packed(*DOCX, content=bytes(vault.MOST_UNPACKED // 2 + 1)), "unpacks to far more"),
        ("a.odt", packed("content.xml"), "without macros"),
        ("a.odt", packed("content.xml", "Basic/script.xml", first=ODT_MARK), "without macros"),
    ],
)
def test_what_is_broken_or_a_trap_is_refused(name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(Refused, match=sentence):
        vault.accept(content, name)


def bomb(side: int) -> bytes:
    """A small PNG file that says it has side × side pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    rows = zlib.compress(bytes(1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.asvs("5.2.6")
@pytest.mark.parametrize("side", [6_400, 12_000, 30_000, 2_000_000])
def test_a_bomb_is_refused_before_it_is_unpacked(side: int) -> None:
    assert len(bomb(side)) < 1000
    with pytest.raises(Refused, match="more than 40 megapixels"):
        vault.accept(bomb(side), "face.png")


@pytest.mark.asvs("1.3.3", "5.3.2")
@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("C:\\Users\\grace\\birth.pdf", "birth.pdf"),
        ("../../etc/birth.pdf", "birth.pdf"),
        ("invoice\u202efdp.pdf", "invoicefdp.pdf"),
        ("line\r\nbreak.pdf", "linebreak.pdf"),
        (f"{'long' * 100}.pdf", f"{'long' * 45}.pdf"),
        ("свидетельство о рождении.pdf", "свидетельство о рождении.pdf"),
    ],
)
def test_a_name_keeps_nothing_but_words(name: str, kept: str) -> None:
    assert vault.accept(PDF, name).name == kept


@example(noise=b"\xfe\xff", ending=".txt")
@given(st.binary(max_size=300), st.sampled_from(sorted(vault._BY_ENDING)))
def test_noise_is_accepted_as_text_or_refused_and_never_breaks(noise: bytes, ending: str) -> None:
    begins = vault._BY_ENDING[ending].begins
    try:
        accepted = vault.accept(begins + noise, f"noise{ending}")
    except Refused:
        return
    assert ending in {".txt", ".pdf"}
    assert accepted.content


def test_a_photo_becomes_a_small_square() -> None:
    photo = vault.square(vault.accept(picture("JPEG", (900, 300)), "face.jpg"))
    assert (photo.media_type, photo.width_px, photo.height_px, photo.name) == ("image/webp", 256, 256, "face.webp")


def test_a_paper_is_no_photo() -> None:
    with pytest.raises(Refused, match="A photo must be"):
        vault.square(vault.accept(PDF, "face.pdf"))
