"""Judge a workbook by what lies in it before anything reads it: macros, entities, sizes that are traps, far corners.

A reader that unpacks a workbook makes room for the whole rectangle between the first and the last cell. So the packed
parts are read through once, in blocks, counting what really comes out, whatever the file says of itself.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from kinkeeper.lib.archives import BROKEN

MOST_BYTES = 64 * 1024 * 1024
MOST_UNPACKED = 512 * 1024 * 1024
# A sheet packs to a tenth; what packs to a two-hundredth was made to be unpacked.
MOST_RATIO = 200
HARMLESS = 16 * 1024 * 1024
MOST_STRINGS = 96 * 1024 * 1024
MOST_PARTS = 2_000
MOST_SHEETS = 40
MOST_ROWS = 300_000
MOST_COLUMNS = 300
MOST_CELLS = 6_000_000
BLOCK = 1 << 20
LONGEST_TAG = 1 << 16

_EXCEL = re.compile(rb"<(?:\w+:)?(row|c|f)((?:\s[^<>]*)?)>")
_OPEN = re.compile(rb"<(/?)table:(table-row|table-cell|covered-table-cell|table)((?:\s[^<>]*)?)>")
_PLACE = re.compile(rb"""\sr\s*=\s*["']([^"']*)["']""")
_REFERENCE = re.compile(rb"([A-Z]{1,3})([1-9]\d{0,6})")
_REPEATED = re.compile(rb"""\stable:number-(columns|rows)-repeated\s*=\s*["'](\d{1,9})["']""")


class BadBook(ValueError):
    """A file that is not read; the sentence says what to do."""


@dataclass
class Extent:
    """How far the cells of one sheet reach, and how many of them hold formulas."""

    rows: int = 0
    columns: int = 0
    cells: int = 0
    formulas: int = 0

    def insist(self) -> None:
        """Refuse a sheet that is larger than any list of people."""
        if self.columns > MOST_COLUMNS:
            raise BadBook(
                _("A sheet of this workbook reaches to column %(found)s; %(most)s is the limit. Remove empty columns.")
                % {"found": self.columns, "most": MOST_COLUMNS}
            )
        if self.rows > MOST_ROWS or max(self.cells, self.rows * self.columns) > MOST_CELLS:
            raise BadBook(
                _(
                    "A sheet of this workbook has more than %(rows)s rows or %(cells)s cells. Divide it into several files."
                )
                % {"rows": MOST_ROWS, "cells": MOST_CELLS}
            )


def insist_on_a_plain_workbook(path: Path) -> int:
    """Refuse (BadBook) what is no workbook or a trap; answers how many cells hold formulas."""
    try:
        with zipfile.ZipFile(path) as packed:
            parts = packed.infolist()
            _insist_on_sizes(parts)
            names = {part.filename for part in parts}
            _insist_on_no_macros(packed, names)
            if path.suffix.lower() == ".ods":
                return _look_through_ods(packed, names)
            return _look_through_xlsx(packed, names)
    except BadBook:
        raise
    except (*BROKEN, OSError) as error:
        raise BadBook(
            _("“%(name)s” is damaged, locked with a password, or no workbook. Save it again, without a password.")
            % {"name": path.name}
        ) from error


def _insist_on_sizes(parts: list[zipfile.ZipInfo]) -> None:
    swollen = any(part.file_size > HARMLESS + MOST_RATIO * part.compress_size for part in parts)
    if swollen or len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise BadBook(
            _("This workbook unpacks to far more than it should. Copy the rows into a new one and save that.")
        )


def _insist_on_no_macros(packed: zipfile.ZipFile, names: set[str]) -> None:
    folded = [name.casefold() for name in names]
    hidden = any(
        "vbaproject" in name or "macrosheets/" in name or name.startswith(("basic/", "scripts/")) for name in folded
    )
    types = packed.read("[Content_Types].xml")[:BLOCK] if "[Content_Types].xml" in names else b""
    if hidden or b"macroEnabled" in types:
        raise BadBook(_("This workbook holds macros. Save it without them (as XLSX or ODS), then bring it in again."))


def _look_through_xlsx(packed: zipfile.ZipFile, names: set[str]) -> int:
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= names:
        raise BadBook(_("This is not an Excel workbook. Save it as XLSX, then bring it in again."))
    sheets = sorted(name for name in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", name))
    if len(sheets) > MOST_SHEETS:
        raise BadBook(_("This workbook has more than %(most)s sheets.") % {"most": MOST_SHEETS})
    formulas = cells = left = 0
    left = MOST_UNPACKED
    for name in sorted(names):
        if not name.casefold().endswith((".xml", ".rels", ".vml")):
            continue
        most = min(left, MOST_STRINGS) if name == "xl/sharedStrings.xml" else left
        if name in sheets:
            extent, size = _extent_xlsx(_blocks(packed, name, most))
            formulas, cells = formulas + extent.formulas, cells + extent.cells
        else:
            size = sum(len(block) for block in _blocks(packed, name, most))
        left -= size
    if cells > MOST_CELLS:
        raise BadBook(_("This workbook has more than %(most)s cells. Divide it into several.") % {"most": MOST_CELLS})
    return formulas


def _blocks(packed: zipfile.ZipFile, name: str, most: int) -> Iterator[bytes]:
    """What a part really unpacks to, block by block; refuses entities and what is not UTF-8."""
    tail = b""
    with packed.open(name) as part:
        while block := part.read(BLOCK):
            most -= len(block)
            if most < 0:
                raise BadBook(
                    _("This workbook unpacks to far more than it should. Copy the rows into a new one and save that.")
                )
            seen = tail + block
            if b"<!DOCTYPE" in seen or b"<!ENTITY" in seen or b"\0" in block:
                raise BadBook(_("This workbook holds instructions that no spreadsheet writes. It was not read."))
            tail = seen[-16:]
            yield block


def _tags(blocks: Iterator[bytes], pattern: re.Pattern[bytes], size: list[int]) -> Iterator[re.Match[bytes]]:
    """Every tag of interest, also where a block ends in the middle of one."""
    rest = b""
    for block in blocks:
        size[0] += len(block)
        text = rest + block
        cut = text.rfind(b"<")
        # A tag that has ended before the block does stays; one that has not is looked at with the next block.
        cut = len(text) if cut < 0 or b">" in text[cut:] else cut
        if len(text) - cut > LONGEST_TAG:
            raise BadBook(_("This workbook is damaged. Save it again in its own program."))
        yield from pattern.finditer(text, 0, cut)
        rest = text[cut:]


def _extent_xlsx(blocks: Iterator[bytes]) -> tuple[Extent, int]:
    extent, size, row, column = Extent(), [0], 0, 0
    for tag in _tags(blocks, _EXCEL, size):
        what, told = tag[1], _PLACE.search(tag[2])
        if what == b"f":
            extent.formulas += 1
            continue
        if what == b"row":
            row, column = int(told[1]) if told and told[1].isdigit() else row + 1, 0
        elif told:
            place = _REFERENCE.fullmatch(told[1])
            if place is None:
                raise BadBook(_("This workbook is damaged. Save it again in its own program."))
            column, row = _column_of(place[1]), int(place[2])
        else:
            column += 1
        extent.cells += what == b"c"
        if what == b"c":
            extent.rows, extent.columns = max(extent.rows, row), max(extent.columns, column)
            extent.insist()
    return extent, size[0]


def _column_of(letters: bytes) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + letter - 64
    return found


def _look_through_ods(packed: zipfile.ZipFile, names: set[str]) -> int:
    if "content.xml" not in names or not packed.read("mimetype")[:80].startswith(
        b"application/vnd.oasis.opendocument.spreadsheet"
    ):
        raise BadBook(_("This is not an OpenDocument spreadsheet. Save it as ODS or XLSX, then bring it in again."))
    if b"manifest:encryption-data" in packed.read("META-INF/manifest.xml")[:BLOCK]:
        raise BadBook(_("This workbook is locked with a password. Save it without one, then bring it in again."))
    return _OpenSheets().read(_blocks(packed, "content.xml", MOST_UNPACKED))


class _OpenSheets:
    """How far the sheets of an OpenDocument reach, with every cell counted as often as it is repeated."""

    def __init__(self) -> None:
        self.extent = Extent()
        self.total = self.formulas = self.sheets = 0
        self.column = self.used = self.repeat = 0

    def read(self, blocks: Iterator[bytes]) -> int:
        """Count all cells; refuse what is too large."""
        for tag in _tags(blocks, _OPEN, [0]):
            ends, what, told = bool(tag[1]), tag[2], tag[3]
            if what == b"table" and not ends:
                self.sheets, self.extent = self.sheets + 1, Extent()
            elif what == b"table-row":
                self._row(told, ends=ends)
            elif what.endswith(b"cell") and not ends:
                self._cell(told)
            if self.sheets > MOST_SHEETS:
                raise BadBook(_("This workbook has more than %(most)s sheets.") % {"most": MOST_SHEETS})
        return self.formulas

    def _row(self, told: bytes, *, ends: bool) -> None:
        if not ends:
            self.column = self.used = 0
            self.repeat = _repeats(told, b"rows")
            return
        self.extent.rows += self.repeat if self.used else 0
        self.extent.columns = max(self.extent.columns, self.used)
        self.total += self.used * self.repeat
        self.extent.cells += self.used * self.repeat
        self.extent.insist()
        if self.total > MOST_CELLS:
            raise BadBook(
                _("This workbook has more than %(most)s cells. Divide it into several.") % {"most": MOST_CELLS}
            )

    def _cell(self, told: bytes) -> None:
        self.column += _repeats(told, b"columns")
        self.formulas += b"table:formula" in told
        if b"value-type" in told or not told.endswith(b"/"):
            self.used = self.column


def _repeats(told: bytes, what: bytes) -> int:
    return next((int(found[2]) for found in _REPEATED.finditer(told) if found[1] == what), 1)
