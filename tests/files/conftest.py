"""Uploads as people bring them, and a vault of the test’s own."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

SECRET_PLACE = "Taken at the hidden house"


@pytest.fixture(autouse=True)
def own_vault(tmp_path: Path, settings) -> Path:
    """Stored bytes of a test lie in its own folder."""
    settings.DATA = tmp_path
    return tmp_path / "files"


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), mode: str = "RGB", *, located: bool = True) -> bytes:
    """A picture that says where and with what it was taken, lying on its side."""
    image = Image.new(mode, size, "orange" if mode in {"RGB", "RGBA"} else 1)
    exif = Image.Exif()
    if located:
        exif[0x010E] = SECRET_PLACE
        exif[0x0110] = "Camera of Grace"
        exif[0x0112] = 6
        exif.get_ifd(0x8825).update({1: "N", 2: (41.0, 18.0, 30.0), 3: "E", 4: (69.0, 16.0, 47.0)})
    out = io.BytesIO()
    image.save(out, form, exif=exif.tobytes())
    return out.getvalue()


def packed(*names: str, first: tuple[str, bytes] | None = None, content: bytes = b"<x/>") -> bytes:
    """A packed document with these parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as document:
        if first:
            document.writestr(first[0], first[1], zipfile.ZIP_STORED)
        for name in names:
            document.writestr(name, content)
    return out.getvalue()


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
DOCX = ("[Content_Types].xml", "word/document.xml")
ODT_MARK = ("mimetype", b"application/vnd.oasis.opendocument.text")
