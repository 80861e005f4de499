"""JSON from outside, read strictly: each name once, no NaN, no endless numbers or depths, no half signs.

RFC 8259 leaves open what programs make of these; whoever reads them otherwise than the next program can be led past it.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

# What any form or call of ours needs is three deep.
MOST_DEPTH = 40
MOST_DIGITS = 30


def read_json(text: str | bytes) -> Any:
    """What a text says. Raises ValueError where it is no JSON, or of a kind that programs read differently."""
    try:
        told = json.loads(
            text, object_pairs_hook=_each_name_once, parse_constant=_refuse, parse_int=_whole, parse_float=_finite
        )
    except RecursionError as error:
        raise ValueError("This is nested too deeply.") from error
    _look_through(told)
    return told


def _refuse(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON.")


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    told = dict(pairs)
    if len(told) != len(pairs):
        raise ValueError("A name stands twice in one object.")
    return told


def _whole(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError("A number has too many digits.")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits) if len(digits) <= 2 * MOST_DIGITS else math.inf
    if not math.isfinite(number):
        raise ValueError("A number is too large, or has too many digits.")
    return number


def _look_through(told: Any) -> None:
    left: list[tuple[Any, int]] = [(told, 1)]
    while left:
        value, depth = left.pop()
        if depth > MOST_DEPTH:
            raise ValueError("This is nested too deeply.")
        if isinstance(value, str):
            value.encode()  # half a sign, which no database keeps, is a ValueError
        elif isinstance(value, dict):
            left += [(part, depth + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list):
            left += [(part, depth + 1) for part in value]
