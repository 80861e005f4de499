"""The file in which the rows of an import lie while it lasts, and the cover under which they lie there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


class Cover(Protocol):
    """What seals the cells of a spool, each bound to its place, and marks the numbers by which rows are found."""

    def seal(self, text: str, place: str) -> str:
        """A text as it may lie in the file."""

    def unseal(self, sealed: str, place: str) -> str:
        """The text behind what lies there."""

    def mark(self, text: str) -> str:
        """The same for equal texts, and nothing else about them; empty stays empty."""


@dataclass(frozen=True)
class Spool:
    """Where the rows of an import lie, and under what cover."""

    path: Path
    cover: Cover
