"""Work that the clock brings: a room declares it beside its tasks, and the worker does it when it is due.

`@chore(every=timedelta(days=1))` over a function without arguments. It must do no harm when it is done twice: a worker may
die after the work and before it is written down. No tables here; when it was done last is written down in `upkeep`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

DoesT = TypeVar("DoesT", bound=Callable[[], Any])


@dataclass(frozen=True)
class Declared:
    """A chore as its room declares it: its name, how often, and what it does; a daily one is done early in the day."""

    name: str
    every: timedelta
    do: Callable[[], Any]

    @property
    def daily(self) -> bool:
        """Whether it belongs to the day, not to the minute."""
        return self.every >= timedelta(days=1)


chores: dict[str, Declared] = {}


def chore(*, every: timedelta) -> Callable[[DoesT], DoesT]:
    """Declare a function of a room’s `tasks.py` as a chore."""

    def declare(do: DoesT) -> DoesT:
        name = f"{do.__module__.split('.')[-2]}.{do.__name__}"
        if name in chores:
            raise RuntimeError(f"Two chores are called {name}.")
        chores[name] = Declared(name, every, do)
        return do

    return declare


NIGHTLY = timedelta(days=1)
