"""The vault: what may be stored, made harmless on the way in and encrypted on the disk; opened frame by frame.

`accept()` judges an upload by its content, not by what it calls itself, and draws pictures anew so that nothing hidden in
them survives. `store()` encrypts it under a key of its own, wrapped by the installation’s key; the bytes are on the disk
before the row commits. `open_bytes()` gives them back or raises `Damaged`: it never hands out a changed byte.

On the disk: `DATA/files/ab/CODE` = one format byte, then frames of 64 KiB, each AES-256-GCM with the nonce counting up,
bound to the code of the file and to being the last. A frame that is changed, moved, swapped or cut off does not open.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import logging
import os
import re
import time
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import BinaryIO

import puremagic
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

from kinkeeper.files.models import StoredFile
from kinkeeper.lib.archives import BROKEN
from kinkeeper.lib.refusals import Refused

log = logging.getLogger("kinkeeper.files")

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 40_000_000
# A text document of 20 MB that unpacks to more is a trap, not a letter.
MOST_UNPACKED = 200 * 1024 * 1024
MOST_PARTS = 5_000
FRAME = 64 * 1024
TAG = 16
FORMAT = b"\x01"
PHOTO_PX = 256


class Damaged(Exception):
    """The stored bytes are not the ones that were written: changed, cut or under another key. Never served."""


@dataclass(frozen=True)
class Accepted:
    """An upload that `accept()` has judged and made harmless, ready to be stored."""

    content: bytes
    media_type: str
    name: str
    width_px: int | None = None
    height_px: int | None = None


# ---- what may come in ------------------------------------------------------------------------------------------------


def accept(content: bytes, name: str) -> Accepted:
    """Judge an upload by content and name, and draw pictures anew. Refused (G-FILE) with a sentence otherwise."""
    if not content:
        raise _refused(_("This file is empty."))
    if len(content) > MOST_BYTES:
        raise _refused(_("This file is larger than 20 MB. Make it smaller, for example as a PDF, and add it again."))
    ending = Path(name).suffix.casefold()
    kind = _BY_ENDING.get(ending)
    if kind is None:
        raise _refused(
            _("Only PDF, JPEG, PNG, WebP, HEIC, plain text, Word (DOCX) and OpenDocument (ODT) files can be kept here.")
        )
    if not content.startswith(kind.begins) or (kind.magic and not kind.magic & _magic_of(content)):
        raise _refused(_("This file is not what its name says. Save it again in its own program, then add it."))
    return kind.clean(content, _plain_name(name))


def square(picture: Accepted) -> Accepted:
    """The middle of a picture as a small square, for the face beside a name."""
    if picture.width_px is None:
        raise _refused(_("A photo must be a JPEG, PNG, WebP or HEIC picture."))
    with Image.open(io.BytesIO(picture.content)) as image:
        face = ImageOps.fit(image.convert("RGB"), (PHOTO_PX, PHOTO_PX))
    return _drawn(face, "WEBP", picture.name)


def _refused(sentence: object) -> Refused:
    return Refused(sentence, guard="G-FILE", field="upload")  # type: ignore[arg-type]


def _magic_of(content: bytes) -> set[str]:
    try:
        return {match.mime_type for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        return set()


def _plain_name(name: str) -> str:
    """The name without folders and without characters that hide or turn around what it says."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    stem, dot, ending = shown.rpartition(".")
    return f"{stem[:180]}{dot}{ending}"[-200:]


def _pdf(content: bytes, name: str) -> Accepted:
    if b"%%EOF" not in content[-2048:] or zipfile.is_zipfile(io.BytesIO(content)):
        raise _refused(_("This PDF is damaged or hides another file. Print it to a new PDF, then add that."))
    return Accepted(content, "application/pdf", name)


def _text(content: bytes, name: str) -> Accepted:
    try:
        text = content.decode("utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(_("This text is not in Unicode. Save it as UTF-8, then add it again.")) from None
    if not text:
        raise _refused(_("This file is empty."))
    if any(unicodedata.category(sign) == "Cc" and sign not in "\t\n\r\f" for sign in text):
        raise _refused(_("This file is not plain text. Save it again in its own program, then add it."))
    return Accepted(text.encode(), "text/plain; charset=utf-8", name)


def _docx(content: bytes, name: str) -> Accepted:
    parts = _parts(content)
    if not {"[Content_Types].xml", "word/document.xml"} <= set(parts) or any(
        "vbaproject" in p.casefold() for p in parts
    ):
        raise _refused(_("This is not a Word document without macros. Save it as DOCX or PDF, then add it again."))
    return Accepted(content, _WORD, name)


def _odt(content: bytes, name: str) -> Accepted:
    parts = _parts(content)
    # The format puts its own name first and uncompressed, so that it can be read without unpacking.
    if _OPEN.encode() not in content[:128] or "content.xml" not in parts or any(p.startswith("Basic/") for p in parts):
        raise _refused(_("This is not an OpenDocument text without macros. Save it as ODT or PDF, then add it again."))
    return Accepted(content, _OPEN, name)


def _parts(content: bytes) -> list[str]:
    """The names inside a packed document; Refused where it is broken or unpacks to something huge."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            listed = packed.infolist()
            if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > MOST_UNPACKED:
                raise _refused(_("This document unpacks to far more than it should. Save it as a PDF, then add that."))
            for part in listed:
                _look_through(packed, part)
    except BROKEN:
        raise _refused(_("This document is damaged. Save it again in its own program, then add it.")) from None
    return [part.filename for part in listed]


def _look_through(packed: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """Read a part to its end, which proves that it is whole, and refuse what only a trap declares."""
    tail = b""
    with packed.open(part) as inside:
        while block := inside.read(FRAME):
            seen = tail + block
            if any(mark in seen for mark in _ENTITIES):
                raise _refused(_("This document holds instructions that no word processor writes. Save it as a PDF."))
            tail = seen[-32:]


def _picture(form: str, saved_as: str) -> Callable[[bytes, str], Accepted]:
    def clean(content: bytes, name: str) -> Accepted:
        if form == "HEIF":
            _learn_heif()
        try:
            with Image.open(io.BytesIO(content), formats=[form]) as image:
                if image.width * image.height > MOST_PIXELS:
                    raise _refused(_("This picture has more than 40 megapixels. Make it smaller and add it again."))
                upright = ImageOps.exif_transpose(image)
                return _drawn(upright, saved_as, name)
        except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError):
            raise _refused(_("This picture is damaged. Open it, save it again, then add it.")) from None
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise _refused(_("This picture has more than 40 megapixels. Make it smaller and add it again.")) from None

    return clean


@cache
def _learn_heif() -> None:
    import pillow_heif  # noqa: PLC0415 - loads a video decoder, which only HEIC pictures need

    pillow_heif.register_heif_opener(thumbnails=False)


def _drawn(image: Image.Image, form: str, name: str) -> Accepted:
    """The picture painted on a new canvas: pixels alone, without position, camera, comments or trailing bytes."""
    mode = _mode_for(image, form)
    canvas = Image.new(mode, image.size)
    canvas.paste(image if image.mode == mode else image.convert(mode))
    out = io.BytesIO()
    canvas.save(out, form, quality=88) if form != "PNG" else canvas.save(out, form)
    ending = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}[form]
    kept = f"{Path(name).stem}{ending}"
    return Accepted(out.getvalue(), f"image/{form.casefold()}", kept, canvas.width, canvas.height)


def _mode_for(image: Image.Image, form: str) -> str:
    if image.mode in {"L", "1"} and form != "WEBP":
        return "L"
    see_through = image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info
    return "RGBA" if see_through and form != "JPEG" else "RGB"


_ENTITIES = tuple("<!ENTITY".encode(form) for form in ("ascii", "utf-16-le", "utf-16-be"))


@dataclass(frozen=True)
class _Kind:
    magic: frozenset[str]
    begins: bytes
    clean: Callable[[bytes, str], Accepted]


def _kind(magic: str, begins: bytes, clean: Callable[[bytes, str], Accepted]) -> _Kind:
    return _Kind(frozenset(magic.split()), begins, clean)


_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_OPEN = "application/vnd.oasis.opendocument.text"
_JPEG = _kind("image/jpeg", b"\xff\xd8\xff", _picture("JPEG", "JPEG"))
_HEIC = _kind("image/heif image/heic", b"", _picture("HEIF", "JPEG"))
_BY_ENDING = {
    ".pdf": _kind("application/pdf", b"%PDF-", _pdf),
    ".jpg": _JPEG,
    ".jpeg": _JPEG,
    ".png": _kind("image/png", b"\x89PNG\r\n\x1a\n", _picture("PNG", "PNG")),
    ".webp": _kind("image/webp", b"RIFF", _picture("WEBP", "WEBP")),
    ".heic": _HEIC,
    ".heif": _HEIC,
    # Plain text has no mark of its own; that it has no control characters shows what it is.
    ".txt": _kind("", b"", _text),
    # Packed documents share one mark; what lies inside decides.
    ".docx": _kind(_WORD, b"PK\x03\x04", _docx),
    ".odt": _kind(f"{_OPEN} {_WORD}", b"PK\x03\x04", _odt),
}


# ---- at rest ---------------------------------------------------------------------------------------------------------


def store(accepted: Accepted) -> StoredFile:
    """Encrypt an accepted upload under a new key, bring it safely to the disk, then write its row.

    Call it inside an act: if the act fails, the row is gone and a nightly task removes the bytes.
    """
    key = AESGCM.generate_key(256)
    file = StoredFile(
        media_type=accepted.media_type,
        size_bytes=len(accepted.content),
        sha256=hashlib.sha256(accepted.content).hexdigest(),
        original_name=accepted.name,
        width_px=accepted.width_px,
        height_px=accepted.height_px,
    )
    file.wrapped_key = _wrap(key, file.code)
    _write(_path(file.code), _sealed(accepted.content, key, file.code))
    file.save(force_insert=True)
    return file


def open_bytes(file: StoredFile) -> Iterator[bytes]:
    """The content of a stored file, frame by frame, each proved before it is given. Raises `Damaged`."""
    try:
        key = _unwrap(bytes(file.wrapped_key), file.code)
        with _path(file.code).open("rb") as sealed:
            yield from _opened(sealed, key, file.code)
    except (InvalidTag, FileNotFoundError) as trouble:
        log.critical("The stored file %s is damaged or missing (%s).", file.code, type(trouble).__name__)
        raise Damaged(f"The stored file {file.code} is damaged or missing. Restore it from a backup.") from trouble


def forget(file: StoredFile) -> None:
    """Delete the row of a file, and with it the only copy of its key; the bytes are mere noise from then on."""
    file.delete()


def remove_orphans(older_than_seconds: int = 24 * 3600) -> int:
    """Remove bytes that no row knows (a deed that failed half way, a forgotten file); returns how many files."""
    with _alone() as alone:
        return _remove_orphans(older_than_seconds) if alone else 0


@contextmanager
def kept_still() -> Iterator[None]:
    """While this lasts no bytes are removed, so that whoever copies finds every file that the rows of a moment name."""
    with _lock() as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody copies the files just now; then nobody begins to until this is over."""
    with _lock() as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
        else:
            yield True


@contextmanager
def _lock() -> Iterator[int]:
    handle = os.open(settings.DATA / "files.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


def _remove_orphans(older_than_seconds: int) -> int:
    removed = 0
    for shelf in sorted(_root().glob("??")):
        before = time.time() - older_than_seconds
        # Young bytes may belong to a deed that is about to commit.
        aged = {path.name.partition(".")[0]: path for path in shelf.iterdir() if path.stat().st_mtime < before}
        known = set(StoredFile.objects.filter(code__in=aged).values_list("code", flat=True))
        for code, path in aged.items():
            if code not in known:
                path.unlink(missing_ok=True)
                removed += 1
    return removed


def missing_files() -> Iterator[str]:
    """Codes of rows whose bytes are not on the disk, for the check of an installation."""
    for code in StoredFile.objects.order_by("pk").values_list("code", flat=True).iterator():
        if not _path(code).is_file():
            yield code


def place_of(code: str) -> Path:
    """Where the bytes of a file lie inside the data folder."""
    return Path("files") / code[:2].lower() / code


def key_fits() -> bool:
    """Whether the key of this installation opens what was stored last; true as well where nothing is stored."""
    newest = StoredFile.objects.order_by("-pk").values_list("wrapped_key", "code").first()
    if newest is None:
        return True
    try:
        _unwrap(bytes(newest[0]), newest[1])
    except InvalidTag:
        return False
    return True


def _root() -> Path:
    folder: Path = settings.DATA / "files"
    return folder


def _path(code: str) -> Path:
    place: Path = settings.DATA / place_of(code)
    return place


@cache
def _installation_key(secret: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"kinkeeper files 1").derive(secret.encode()))


def _wrap(key: bytes, code: str) -> bytes:
    nonce = os.urandom(12)
    return FORMAT + nonce + _installation_key(settings.FILES_KEY).encrypt(nonce, key, b"file key " + code.encode())


def _unwrap(wrapped: bytes, code: str) -> bytes:
    if wrapped[:1] != FORMAT:
        raise InvalidTag
    return _installation_key(settings.FILES_KEY).decrypt(wrapped[1:13], wrapped[13:], b"file key " + code.encode())


def _bound(code: str, last: bool) -> bytes:
    return b"file frame " + code.encode() + (b" last" if last else b" more")


def _sealed(content: bytes, key: bytes, code: str) -> Iterator[bytes]:
    cipher = AESGCM(key)
    starts = range(0, len(content), FRAME)
    yield FORMAT
    for number, start in enumerate(starts):
        # The key serves this one file, so a counter never repeats under it.
        yield cipher.encrypt(number.to_bytes(12), content[start : start + FRAME], _bound(code, start == starts[-1]))


def _opened(sealed: BinaryIO, key: bytes, code: str) -> Iterator[bytes]:
    cipher = AESGCM(key)
    if sealed.read(1) != FORMAT:
        raise InvalidTag
    number, frame = 0, sealed.read(FRAME + TAG)
    while frame:
        following = sealed.read(FRAME + TAG)
        yield cipher.decrypt(number.to_bytes(12), frame, _bound(code, not following))
        number, frame = number + 1, following
    if number == 0:
        raise InvalidTag


def _write(path: Path, pieces: Iterator[bytes]) -> None:
    """Bytes and their folder entry reach the disk before anybody is told that they are there."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".part")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.writelines(pieces)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    for folder in (path.parent, path.parent.parent):
        shelf = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(shelf)
        finally:
            os.close(shelf)
