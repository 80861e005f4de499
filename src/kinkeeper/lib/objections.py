"""What upper rooms hold against a deed below: whether children live in a home is known upstairs, closing it is done here.

A judge below asks `objection_to("close_home", home)`; a policy upstairs answers with `@objects_to("close_home")`. So the
deed stays in the room whose rows it writes, imports still run down the stairs, and the button shows the reason. An act
that could race with what is objected to locks the row they share and asks once more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Objection = Callable[[Any], str]

_objections: dict[str, list[Objection]] = {}


def objects_to(deed: str) -> Callable[[Objection], Objection]:
    """Declare an objection to a deed below: a function of the row, which answers a sentence, or nothing."""

    def declare(objection: Objection) -> Objection:
        _objections.setdefault(deed, []).append(objection)
        return objection

    return declare


def objection_to(deed: str, row: object) -> str:
    """The first objection to doing this to the row, as a sentence; empty when nobody objects."""
    return next((sentence for objection in _objections.get(deed, []) if (sentence := objection(row))), "")
