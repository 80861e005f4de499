"""State changes along declared steps only, by compare-and-swap: of two people moving one row, one wins.

A model declares `STEPS: Steps = {State.DRAFT: {State.SENT}, …}`; nothing else in the house writes `state`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.lib.rows import as_stored

Steps = Mapping[str, frozenset[str]]


class Stepping(Protocol):
    """A row with a state and the steps it may take."""

    STEPS: ClassVar[Steps]
    state: Any
    version: Any
    pk: Any


SteppingT = TypeVar("SteppingT", bound=models.Model)


def move(row: SteppingT, state: str, **changes: Any) -> SteppingT:
    """Take the step to `state` and store `changes` with it.

    Raises `Refused` (G-STEP) when the step does not exist, `Stale` when the row is no longer in the state it was read in.
    """
    old, version = row.state, row.version  # type: ignore[attr-defined]
    if state not in row.STEPS.get(old, frozenset()):  # type: ignore[attr-defined]
        raise Refused(
            _("This cannot go from “%(old)s” to “%(new)s”.") % {"old": _label(row, old), "new": _label(row, state)},
            guard="G-STEP",
        )
    manager = type(row)._base_manager
    stored = as_stored(row, changes)
    won = manager.filter(pk=row.pk, state=old, version=version).update(state=state, version=version + 1, **stored)
    if won != 1:
        raise Stale
    for name, value in {**changes, "state": state, "version": version + 1}.items():
        setattr(row, name, value)
    return row


def _label(row: models.Model, state: str) -> str:
    choices = dict(row._meta.get_field("state").flatchoices)  # type: ignore[union-attr]
    return str(choices.get(state, state))
