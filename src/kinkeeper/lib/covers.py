"""A file of rows that lies outside the database for a while, and the cover under which its texts lie there."""

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
    """Where rows lie, and under what cover."""

    path: Path
    cover: Cover
