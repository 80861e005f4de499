"""Put what people upload into a folder as reading expects it: CSV files, or a ZIP of them with a folder for each year."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

from django.utils.translation import gettext_lazy as _

from kinkeeper.exchange.ssda903.reading import SUFFIXES
from kinkeeper.exchange.ssda903.years import year_label
from kinkeeper.lib.refusals import Refused

MOST_FILES = 400
MOST_UNPACKED = 1024 * 1024 * 1024
BLOCK = 1 << 20


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
    parts = [part for part in PurePosixPath(name.replace("\\", "/")).parts if part not in {"/", "..", "."}]
    return PurePosixPath(*parts[-3:]) if parts else PurePosixPath("file")


def _unpack(content: IO[bytes], root: Path) -> None:
    try:
        with zipfile.ZipFile(content) as packed:
            inside = [member for member in packed.infolist() if not member.is_dir()]
            tables = [member for member in inside if PurePosixPath(member.filename).suffix.lower() in SUFFIXES]
            left = MOST_UNPACKED
            if len(tables) > MOST_FILES:
                raise Refused(_("This ZIP holds too many files."), guard="G-FILES", field="uploads")
            for member in tables:
                target = root / _safe(member.filename)
                target.parent.mkdir(parents=True, exist_ok=True)
                with packed.open(member) as unpacked:
                    left -= _copy(unpacked, target, left)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise Refused(
            _("This ZIP is damaged or locked with a password. Make it again, without a password."),
            guard="G-FILES",
            field="uploads",
        ) from error


def _copy(content: IO[bytes], target: Path, most: int) -> int:
    """Copy block by block; counts what really comes out, whatever a ZIP says of itself."""
    size = 0
    with target.open("wb") as handle:
        while block := content.read(BLOCK):
            size += len(block)
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
