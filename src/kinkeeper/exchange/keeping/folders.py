"""The folder in which the files of an import lie, and the fingerprint by which the same files are known again."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kinkeeper.exchange.models import Import
from kinkeeper.keys.ring import Holder, Place, mark, seal, unseal
from kinkeeper.lib.covers import Spool
from kinkeeper.lib.refusals import Refused

SPOOL = "sealed-rows.sqlite3"


def folder_of(brought: Import) -> Path:
    """Where the files of an import are kept while it lasts."""
    return Path(settings.DATA) / "imports" / brought.code


def spool_of(brought: Import) -> Path:
    """The file in which they lie."""
    return folder_of(brought) / SPOOL


def covered_spool_of(brought: Import) -> Spool:
    """Where the rows of an import are kept while it lasts, under the key of the import."""
    return Spool(spool_of(brought), ImportCover(brought.code))


@dataclass(frozen=True)
class ImportCover:
    """Seals the rows of an import while it lasts, with the key that seals its quarantine."""

    code: str

    def seal(self, text: str, place: str) -> str:
        """A text as it may lie in the file."""
        return seal(text, self._place(place), Holder(Import._meta.label_lower, self.code))

    def unseal(self, sealed: str, place: str) -> str:
        """The text behind what lies there."""
        text = unseal(sealed, self._place(place))
        if text is None:
            raise gone()
        return text

    def mark(self, text: str) -> str:
        """The mark of a number, by which its row is found."""
        return mark(text, "exchange_spool.number")

    def _place(self, place: str) -> Place:
        return Place("exchange_spool", "row", place)


def gone() -> Refused:
    """The refusal where the rows of an import cannot be read any more."""
    return Refused(_("The files of this import are no longer here. Bring them in again."), guard="G-FILES")


def emptied(brought: Import) -> Path:
    """The folder of an import, new and empty."""
    place = folder_of(brought)
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True, mode=0o700)
    return place


def insist_on_tables(folder: Path, suffixes: Collection[str]) -> None:
    """Refuse a folder in which no CSV file lies."""
    if not any(path.suffix.lower() in suffixes for path in folder.rglob("*") if path.is_file()):
        raise Refused(_("There is no CSV file in this folder."), guard="G-FILES")


def digest_of(folder: Path, suffixes: Collection[str], begins: str | None = None) -> str:
    """One fingerprint of all tables below a folder, with their names, which may tell the year.

    `begins` stands in front of the names: the name of the folder, unless something else tells deliveries apart.
    """
    total = hashlib.sha256()
    begins = folder.name if begins is None else begins
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix.lower() in suffixes):
        total.update(f"{begins}/{path.relative_to(folder).as_posix()}\0".encode())
        with path.open("rb") as handle:
            while block := handle.read(1 << 20):
                total.update(block)
    return total.hexdigest()
