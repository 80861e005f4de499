"""Invented family names in three scripts, and the search keys of names, made once for each word and kept."""

from __future__ import annotations

from functools import lru_cache
from random import Random


def named(random: Random) -> int:
    """The number of a family name; some are much commoner than others, thirty thousand in all."""
    return int(random.random() ** 1.5 * 30_000)


@lru_cache(maxsize=100_000)
def family_name(number: int, script: str) -> str:
    """The family name with this number in a script."""
    from tests.lib.invented_names import CONSONANTS, ENDINGS, VOWELS

    random, column = Random(number), ("Latn", "Cyrl", "Arab").index(script)
    sounds: list[list[str]] = []
    for _syllable in range(random.choice((2, 2, 3))):
        sounds += [random.choice(CONSONANTS), random.choice(VOWELS)]
    sounds += [random.choice(CONSONANTS[:16]), random.choice(ENDINGS)]
    return "".join(sound[column].split(" ")[0] for sound in sounds).capitalize()


@lru_cache(maxsize=100_000)
def keys_of(word: str) -> frozenset[str]:
    """The search keys of one word."""
    from kinkeeper.lib.names import index_keys

    # Together with the sound of both words as one, these are the keys of the whole name: a test compares.
    return index_keys(word)


@lru_cache(maxsize=300_000)
def sound_of(both: str) -> str:
    """The search key of two neighbours as one word."""
    from kinkeeper.lib.names import skeleton

    return f"s:{skeleton(both)}"
