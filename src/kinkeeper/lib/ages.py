"""Ages (stand-in until the full module lands)."""

from __future__ import annotations

from datetime import date


class PartialDate:
    @classmethod
    def parse(cls, text: str) -> PartialDate: ...


def age_on(born: date, day: date) -> int: ...
