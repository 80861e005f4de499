"""Short public codes: what an address, a letter or a telephone call names a record by.

Twelve characters, shown in fours: K7QF-2M9X-T3HD. The alphabet is Crockford’s base 32 without A, E and B, so that no
code spells a word and B is never taken for 8: 29 characters, and 29 is prime. That makes the last character a perfect
check: the characters weighted 1 to 12 add up to a multiple of 29, which fails for *every* single wrong character and
*every* swap of two, so a mistyped code is recognised as mistyped instead of opening someone else’s record.

Why twelve: codes are drawn blindly and a unique constraint stands behind them, so a clash is an error, not a mix-up; but
in a bulk deed it would undo the whole deed. Chance that any two of n rows of one table drew the same code, n²/(2·29^k)
with k free characters:

    length    100 000 rows    1 000 000 rows
    8         25 %            certain (29 clashes expected)
    10        0.03 %          3.4 %
    12        0.00004 %       0.004 %
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from random import Random, SystemRandom

ALPHABET = "0123456789CDFGHJKMNPQRSTVWXYZ"
LENGTH = 12
GROUP = 4

_VALUES = {character: value for value, character in enumerate(ALPHABET)}
_LOOKALIKES = str.maketrans("OILB", "0118")
_DASHES = "-‐‑‒–—−"


class MistypedCode(ValueError):
    """A text that is not a code of ours: a character is wrong, missing, swapped or too many."""


# Where codes are drawn from: the last one counts.
_sources: list[Random] = [SystemRandom()]


@contextmanager
def codes_drawn_from(random: Random) -> Iterator[None]:
    """Draw every code of this process from `random` for a while; for the demo alone, which serves nobody meanwhile."""
    _sources.append(random)
    try:
        yield
    finally:
        _sources.pop()


def new_code(prefix: str = "", random: Random | None = None) -> str:
    """A new code, drawn unforeseeably, or from `random` where the same codes must come again (the demo)."""
    source = random or _sources[-1]
    free = "".join(source.choice(ALPHABET) for _place in range(LENGTH - 1))
    return prefix + free + _check_of(free)


def normalise_code(text: str, prefix: str = "") -> str:
    """A code as people write it → as it is stored: k7qf 2m9x-t3hd, O for 0, I or L for 1, B for 8.

    Raises MistypedCode when it cannot be one.
    """
    letters = "".join(text.upper().split()).translate(str.maketrans("", "", _DASHES))
    if not letters.startswith(prefix):
        raise MistypedCode(f"A code of this kind begins with {prefix}.")
    body = letters.removeprefix(prefix).translate(_LOOKALIKES)
    if len(body) != LENGTH or not _VALUES.keys() >= set(body) or _check_of(body[:-1]) != body[-1]:
        raise MistypedCode("This code was mistyped.")
    return prefix + body


def is_code(text: str, prefix: str = "") -> bool:
    """Whether a text, as people write it, is a code; a search box asks before it looks for a name."""
    try:
        normalise_code(text, prefix)
    except MistypedCode:
        return False
    return True


def show_code(code: str) -> str:
    """A code in groups that can be read aloud: K7QF-2M9X-T3HD."""
    prefix, body = code[:-LENGTH], code[-LENGTH:]
    groups = [body[start : start + GROUP] for start in range(0, LENGTH, GROUP)]
    return "-".join([prefix, *groups] if prefix else groups)


def _check_of(free: str) -> str:
    """The character that makes the sum of place × value, counted from 1, a multiple of 29."""
    total = sum(place * _VALUES[character] for place, character in enumerate(free, start=1))
    return ALPHABET[-total * pow(LENGTH, -1, len(ALPHABET)) % len(ALPHABET)]
