"""What somebody examined: how a thing stands, in a sentence, and what to do. The roof brings the examiners up here."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a thing stands."""

    GOOD = "good"
    REMARK = "remark"
    TROUBLE = "trouble"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `remedy` says what to do, where there is something to do."""

    what: str
    level: Level
    sentence: str
    remedy: str = ""


@dataclass(frozen=True)
class Machine:
    """What the roof knows of the machine: version, database and its size, disk, certificate, settings that were given."""

    version: str
    database: str
    database_bytes: int
    free_bytes: int
    certificate: str
    given: tuple[str, ...]


@dataclass
class Roof:
    """What the roof lends to this room when it opens: it knows every room, and this one knows only what it is given."""

    examine: Callable[[], Iterable[Finding]] = lambda: ()
    machine: Callable[[], Machine] = lambda: Machine("", "", 0, 0, "", ())


roof = Roof()
