"""Put what people upload into a folder as reading expects it: CSV files, or a ZIP of them with a folder for each year."""

from __future__ import annotations

import tempfile
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from django.utils.translation import gettext_lazy as _

from kinkeeper.exchange.ssda903.reading import SUFFIXES
from kinkeeper.exchange.ssda903.years import year_label
from kinkeeper.lib.archives import BROKEN
from kinkeeper.lib.refusals import Refused

MOST_FILES = 400
MOST_UNPACKED = 256 * 1024 * 1024
# Tables of a return pack to a tenth; what packs to a two-hundredth was made to be unpacked.
MOST_RATIO = 200
HARMLESS = 1024 * 1024
MOST_ROWS = 1_000_000
# The widest table of the return has a few hundred signs in a row.
LONGEST_LINE = 64 * 1024
BLOCK = 1 << 20
LONGEST_NAME = 200


class Upload(Protocol):
    """A file as the browser sent it."""

    name: str | None
    file: IO[bytes] | None


@contextmanager
def folder_of(uploads: Iterable[Upload], year: int | None) -> Iterator[Path]:
    """A folder with these files while they are read. `year` says which collection year loose files are about."""
    with tempfile.TemporaryDirectory(prefix="kinkeeper-import-") as place:
        root = Path(place) / (year_label(year).replace("/", "_") if year is not None else "import")
        root.mkdir()
        for upload in uploads:
            name, content = _safe(upload.name or ""), upload.file
            if content is None:
                continue
            if name.suffix.lower() == ".zip":
                _unpack(content, root)
            elif name.suffix.lower() in SUFFIXES:
                _copy(content, root / name.name, MOST_UNPACKED)
            else:
                raise _refused(name.name)
        yield root


def _refused(name: str) -> Refused:
    sentence = _("“%(name)s” is neither a CSV file nor a ZIP of them. Save the tables as CSV and bring them in again.")
    return Refused(sentence % {"name": name}, guard="G-FILES", field="uploads")


def _safe(name: str) -> PurePosixPath:
    """The name without anything that leads out of the folder."""
    shown = "".join(sign for sign in name.replace("\\", "/") if unicodedata.category(sign)[0] != "C")
    parts = [part for part in PurePosixPath(shown).parts if part not in {"/", "..", "."}]
    # A file system counts bytes; the ending of a name says what it is.
    short = [part.encode()[-LONGEST_NAME:].decode(errors="ignore") for part in parts[-3:]]
    return PurePosixPath(*short) if short else PurePosixPath("file")


def _unpack(content: IO[bytes], root: Path) -> None:
    try:
        with zipfile.ZipFile(content) as packed:
            inside = [member for member in packed.infolist() if not member.is_dir()]
            tables = [member for member in inside if PurePosixPath(member.filename).suffix.lower() in SUFFIXES]
            _insist_on_sizes(tables)
            left = MOST_UNPACKED
            for member in tables:
                target = root / _safe(member.filename)
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(member) as unpacked:
                    left -= _copy(unpacked, target, left)
    except BROKEN as error:
        raise Refused(
            _("This ZIP is damaged or locked with a password. Make it again, without a password."),
            guard="G-FILES",
            field="uploads",
        ) from error


def _insist_on_sizes(tables: list[zipfile.ZipInfo]) -> None:
    if len(tables) > MOST_FILES:
        raise Refused(_("This ZIP holds too many files."), guard="G-FILES", field="uploads")
    swollen = any(each.file_size > HARMLESS + MOST_RATIO * each.compress_size for each in tables)
    if swollen or sum(each.file_size for each in tables) > MOST_UNPACKED:
        raise Refused(
            _("This ZIP unpacks to far more than it should. Make it again, of the tables alone."),
            guard="G-FILES",
            field="uploads",
        )


def _copy(content: IO[bytes], target: Path, most: int) -> int:
    """Copy block by block; counts what really comes out, whatever a ZIP says of itself."""
    size = rows = open_line = 0
    with target.open("wb") as handle:
        while block := content.read(BLOCK):
            size += len(block)
            lines = block.replace(b"\r", b"\n").split(b"\n")
            rows += len(lines) - 1
            longest = max(open_line + len(lines[0]), *map(len, lines))
            open_line = len(lines[-1]) + (open_line if len(lines) == 1 else 0)
            if longest > LONGEST_LINE or rows > MOST_ROWS:
                raise Refused(
                    _("A table has more than %(rows)s rows, or a row that is longer than any of the return.")
                    % {"rows": MOST_ROWS},
                    guard="G-FILES",
                    field="uploads",
                )
            if size > most:
                raise Refused(
                    _("These files are too large to be brought in through the browser."),
                    guard="G-FILES",
                    field="uploads",
                )
            handle.write(block)
    return size


def packed(folder: Path, target: IO[bytes]) -> None:
    """All files of a folder as one ZIP."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.iterdir()):
            archive.write(path, f"{folder.name}/{path.name}")
