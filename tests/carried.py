"""What an answer carries, opened: the text of its body, whatever it is packed in, and of its headers.

A workbook, a document and an archive are ZIPs, and a PDF keeps its words pressed together: a canary inside them would
pass a search of the bytes. So everything is unpacked, as far down as it goes, before anybody looks for canaries.
"""

from __future__ import annotations

import gzip
import html
import io
import re
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Iterator
from email.header import decode_header
from urllib.parse import unquote

from django.http.response import HttpResponseBase

DEEPEST = 5
MARKUP = re.compile(r"<[^>]*>")
ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")


def carried(answer: HttpResponseBase) -> str:
    """Everything that an answer says, in its headers and cookies and in whatever its body is packed in."""
    streamed = answer.streaming
    body = b"".join(answer) if streamed else getattr(answer, "content", b"")
    return "\n".join([*_of_headers(answer), *unpacked(body)])


def _of_headers(answer: HttpResponseBase) -> Iterator[str]:
    for name, value in [*answer.headers.items(), *((one.key, one.value) for one in answer.cookies.values())]:
        for told in (value, unquote(value)):
            yield f"{name}: {told}"
        # What is not Latin is sent as an encoded word, and a name of a file behind its character set.
        for part, charset in decode_header(value):
            if isinstance(part, bytes):
                yield part.decode(charset or "latin-1", "replace")


def unpacked(data: bytes, depth: int = 0) -> Iterator[str]:
    """The texts inside some bytes; of an archive those of its members, however deep."""
    if depth > DEEPEST:
        raise AssertionError(f"Something is packed more than {DEEPEST} times.")
    try:
        if zipfile.is_zipfile(io.BytesIO(data)):
            yield from _of_archive(data, depth)
        elif data.startswith(b"\x1f\x8b"):
            yield from unpacked(gzip.decompress(data), depth + 1)
    except (zipfile.BadZipFile, OSError, EOFError, zlib.error):
        pass  # It only looked packed; its bytes are looked through below, as everybody’s.
    if data.startswith(b"%PDF"):
        yield from _of_pdf(data)
    yield from _of_text(data)


def _of_archive(data: bytes, depth: int) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        yield archive.comment.decode("latin-1")
        for member in archive.infolist():
            yield f"{member.filename} {member.comment!r}"
            if not member.is_dir() and not member.flag_bits & 1:
                yield from unpacked(archive.read(member), depth + 1)


def _of_pdf(data: bytes) -> Iterator[str]:
    for tool, *more in (("pdftotext", "-raw", "-", "-"), ("pdfinfo", "-")):
        assert shutil.which(tool), f"{tool} is not installed: make setup"
        done = subprocess.run([tool, *more], input=data, capture_output=True, check=True)
        yield done.stdout.decode("utf-8", "replace")


def _of_text(data: bytes) -> Iterator[str]:
    wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = data.decode("utf-16" if wide else "utf-8", "replace")
    yield text
    if "\\u" in text:
        yield ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    if "&" in text:
        yield html.unescape(text)
    if data[:100].lstrip().startswith((b"<?xml", b"<")) and "</" in text:
        # A word of a cell or a paragraph may be cut into runs.
        yield html.unescape(MARKUP.sub("", text))
