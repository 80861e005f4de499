"""Put uploaded spreadsheets into a folder as reading expects them, block by block, under names that lead nowhere else."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from kinkeeper.exchange.sheets.books import SUFFIXES
from kinkeeper.exchange.sheets.guarding import MOST_BYTES
from kinkeeper.exchange.ssda903.deliveries import BLOCK, Upload
from kinkeeper.lib.refusals import Refused

MOST_FILES = 40


@contextmanager
def folder_of(uploads: Iterable[Upload]) -> Iterator[Path]:
    """A folder with these files while they are read. Refused where one is no spreadsheet, or too large."""
    with tempfile.TemporaryDirectory(prefix="kinkeeper-sheets-") as place:
        root = Path(place)
        for number, upload in enumerate(uploads, 1):
            if number > MOST_FILES:
                raise _refused(_("These are more than %(most)s files. Bring them in by parts.") % {"most": MOST_FILES})
            name = safe_name(upload.name or "")
            if Path(name).suffix.lower() not in SUFFIXES:
                sentence = _("“%(name)s” is no XLSX, ODS or CSV file. Save it as one of these, then bring it in again.")
                raise _refused(sentence % {"name": name})
            if (root / name).exists():
                raise _refused(_("Two files are called “%(name)s”. Give each its own name.") % {"name": name})
            _copy(upload, root / name)
        yield root


def safe_name(name: str) -> str:
    """A name without folders and without characters that hide or turn around what it says."""
    last = re.split(r"[/\\]", name)[-1]
    shown = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")
    return shown[-120:].lstrip(".") or "file"


def _copy(upload: Upload, target: Path) -> None:
    size = 0
    content = upload.file
    with target.open("wb") as handle:
        while content is not None and (block := content.read(BLOCK)):
            size += len(block)
            if size > MOST_BYTES:
                sentence = _("“%(name)s” is larger than %(most)s MB. Divide it into several files.")
                raise _refused(sentence % {"name": target.name, "most": MOST_BYTES // 1024 // 1024})
            handle.write(block)


def _refused(sentence: str) -> Refused:
    return Refused(sentence, guard="G-FILES", field="uploads")
