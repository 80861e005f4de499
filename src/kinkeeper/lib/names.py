"""Names of people: found across scripts, misspellings and word order; shown short; written the right way round.

How the search works. A name is broken into short keys, which are stored one to a row (person, key) under an index. A
query is broken into keys, too; whoever has at least one of the keys of *each* word is a candidate, and the candidates
are ranked in memory. So the database does nothing but look up equal strings in an index: no LIKE, no extension, the same
plan on SQLite and PostgreSQL, and a cost that grows with the people found instead of the people kept. Word order does
not matter, because words are looked up one by one.

The keys of a word, after `scripts.romanise` has made one spelling of it:

    e:serzod    the word itself
    s:srzd      how it sounds (`scripts.skeleton`): for Arabic, which writes few vowels, and for names that were heard
    p:se p:ser  how it begins, with 2, 3, 4 and 6 letters: for a name that is being typed
    d:srzod …   its first seven letters without one of them: two words one slip apart (a letter left out, doubled, too
                many, wrong or swapped) share such a remainder, so no slip needs to be foreseen. A slip after the seventh
                letter leaves the first six, which are among the remainders

and for each two neighbours `s:` of both as one word: for a space forgotten or too many. `searches` gives the widening
steps: as written, alike in sound, begun, one slip away, then a space or a word too many. `candidates` takes those steps
until enough people are found. Whoever answers a step may cut it off (at 300, say): what a step finds are equals.

Measured on invented names, a fifth in Arabic and the rest half Latin, half Cyrillic (`tests/lib/test_names.py` guards the
first column; the spellings are ours, so trust the order more than the figures). Found among the first ten:

                                              20 000 people,      200 000 people,
                                              steps cut at 30     steps cut at 100
    as written, or in another order                1.00                1.00
    one slip, same script, Latin or Cyrillic       0.98                0.96
    one slip, same script, Arabic                  0.95                0.94
    Latin asked in Cyrillic, or the reverse        0.96                0.97
    Arabic asked in Latin, or the reverse          0.87                0.84
    Arabic asked in Cyrillic, or the reverse       0.91                0.88
    candidates to rank, mean for two words         2 to 5              4 to 10

A two-word name has 23 keys on average and never more than 27. Without the `d:` keys, which are half of the index, the
second line is 0.88; without the `s:` keys Arabic is found in another script 0.17 of the time. On SQLite with the 4.6
million keys of 200 000 people, a misspelt name takes 12 ms (p50) and 43 ms (p95) with all its steps.

What it does not do: two slips in one word (unless they are vowels), pet names (Sasha is not Alexander), translations
(Γιώργος is not George).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import combinations, pairwise
from typing import TypeVar

from rapidfuzz.distance import OSA, Indel

from kinkeeper.lib.scripts import bare_words, dir_of, fold, romanise, script_of, skeleton, words_of

__all__ = [
    "candidates",
    "dir_of",
    "display_name",
    "fold",
    "index_keys",
    "initials",
    "query_keys",
    "romanise",
    "score",
    "script_of",
    "searches",
    "skeleton",
]

PREFIXES = (2, 3, 4, 6)
HEAD = 7
MOST_WORDS = 8
MOST_WORDS_ASKED = 4
# A word that ends so may still be being typed, and its last letter become another: k → kh, i → ia, z → zh.
_UNSETTLED = frozenset("aceikoptuyzиоуекз")

Search = list[list[str]]  # for each word, the keys of which a person must have at least one
T = TypeVar("T")


# ---- keys ----------------------------------------------------------------------------------------------------------


def index_keys(name: str) -> frozenset[str]:
    """The keys under which a person of this name is found: at most 13 for a word and one for each two neighbours."""
    words = words_of(name)[:MOST_WORDS]
    keys = {f"s:{skeleton(one + other)}" for one, other in pairwise(words)}
    for word in words:
        roman = romanise(word)
        keys |= {f"e:{roman}", f"s:{skeleton(word)}"}
        keys |= {f"p:{roman[:length]}" for length in PREFIXES if length < len(roman)}
        keys |= {f"d:{remainder}" for remainder in _remainders(roman)}
    return frozenset(keys)


def query_keys(text: str) -> Search:
    """For each word of a query, the keys of which a person must have at least one, the surest first."""
    return [_one_slip_away(word) for word in words_of(text)[:MOST_WORDS_ASKED]]


def searches(text: str) -> list[Search]:
    """The searches to try one after the other, each wider than the last; empty where the text holds no word.

    As written; alike in sound; begun; one slip away; a space too many; a word too many. `candidates` knows when to stop.
    """
    words = words_of(text)[:MOST_WORDS_ASKED]
    return [*_whole_searches(words), *_loose_searches(words)] if words else []


def candidates(text: str, ask: Callable[[Search], Iterable[T]], enough: int = 20) -> list[T]:
    """Who may be meant, each once, in the order found: takes wider and wider searches until `enough` are found.

    `ask` answers one search: those who have, for each of its lists, at least one of the keys. It may cut its answer off.
    Spaces and words too many are tried only when nobody was found.
    """
    words = words_of(text)[:MOST_WORDS_ASKED]
    found: dict[T, None] = {}
    if words:
        steps = [(search, enough) for search in _whole_searches(words)]
        steps += [(search, 1) for search in _loose_searches(words)]
        for search, wanted in steps:
            if len(found) < wanted:
                found.update(dict.fromkeys(ask(search)))
    return list(found)


def _whole_searches(words: Sequence[str]) -> list[Search]:
    return [[keys_of(word) for word in words] for keys_of in (_as_written, _alike, _begun, _one_slip_away)]


def _loose_searches(words: Sequence[str]) -> list[Search]:
    found: list[Search] = []
    for place in range(len(words) - 1):
        joined = words[place] + words[place + 1]
        apart = [*words[:place], joined, *words[place + 2 :]]
        found.append([_alike(word) for word in apart])
    if len(words) == 2:
        found += [[_as_written(word)] for word in words]
    elif len(words) > 2:
        found += [[_begun(one), _begun(other)] for one, other in combinations(words, 2)]
    return found


def _as_written(word: str) -> list[str]:
    return [f"e:{romanise(word)}"]


def _alike(word: str) -> list[str]:
    return [*_as_written(word), f"s:{skeleton(word)}"]


def _begun(word: str) -> list[str]:
    roman = romanise(word)
    sure = len(roman) - (word[-1].casefold() in _UNSETTLED and len(roman) > 3)
    lengths = {max((length for length in PREFIXES if length <= upto), default=0) for upto in (len(roman), sure)}
    return [*_alike(word), *(f"p:{roman[:length]}" for length in sorted(lengths, reverse=True) if length)]


def _one_slip_away(word: str) -> list[str]:
    roman = romanise(word)
    keys = _begun(word)
    if len(roman) < HEAD:
        keys.append(f"d:{roman}")
    if len(roman) == 3:  # too short for remainders of its own
        keys.append(f"p:{roman[:2]}")
    for remainder in _remainders(roman):
        keys += [f"d:{remainder}", *([f"e:{remainder}"] if len(roman) <= HEAD else [])]
    return list(dict.fromkeys(keys))


def _remainders(roman: str) -> list[str]:
    """What is left of the head of a word when one of its letters is left out; nothing for words under four letters."""
    head = roman[:HEAD]
    return list(dict.fromkeys(head[:place] + head[place + 1 :] for place in range(len(head)))) if len(head) > 3 else []


# ---- ranking -------------------------------------------------------------------------------------------------------


def score(query: str, names: Sequence[str]) -> float:
    """How well the best of a person’s names answers a query, 0 to 1, whatever the script and the order of words.

    Each word asked for is held against the nearest word of the name; a name with no words to spare, written just like
    the query, comes first among equals.
    """
    return max((_score_of(query, name) for name in names), default=0.0)


def _score_of(query: str, name: str) -> float:
    asked, known = words_of(query), words_of(name)
    if not asked or not known:
        return 0.0
    left, total = list(known), 0.0
    for word in asked:
        likeness, nearest = max(((_likeness(word, other), other) for other in left), default=(0.0, ""))
        if nearest:
            left.remove(nearest)
        total += likeness * len(romanise(word))
    parted = total / sum(len(romanise(word)) for word in asked)
    joined = Indel.normalized_similarity("".join(map(romanise, asked)), "".join(map(romanise, known)))
    written = Indel.normalized_similarity(fold(query), fold(name))
    return 0.93 * max(parted, joined) + 0.04 * written + 0.03 * (1 - len(left) / len(known))


@lru_cache(maxsize=65536)
def _likeness(word: str, other: str) -> float:
    one, two = romanise(word), romanise(other)
    if one == two:
        return 1.0
    letters = OSA.normalized_similarity(one, two)
    begun = 0.9 if two.startswith(one) else 0.0
    sound, sound_of_other = skeleton(word), skeleton(other)
    # A short skeleton says little: half the Annas, Inas and Iones of the world share theirs.
    doubt = 0.1 + 0.3 / min(len(sound), len(sound_of_other))
    return max(letters, begun, OSA.normalized_similarity(sound, sound_of_other) - doubt)


# ---- showing -------------------------------------------------------------------------------------------------------


def display_name(*parts: str | None) -> str:
    """The parts of a name that are known, in the order given, with one space between."""
    return " ".join(word for part in parts if part for word in part.split())


def initials(name: str) -> str:
    """The first letters of the first and the last word, for where a picture is missing: “Noor Ana Okafor” is NO."""
    words = bare_words(name)
    return "".join(word[0].upper()[:1] for word in (words[:1] + words[1:][-1:]))
