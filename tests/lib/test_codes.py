"""A code survives being read aloud, and a mistyped one is recognised."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinkeeper.lib.codes import (
    ALPHABET,
    LENGTH,
    MistypedCode,
    codes_drawn_from,
    is_code,
    new_code,
    normalise_code,
    show_code,
)

codes = st.integers(0, 2**32).map(lambda seed: new_code(random=Random(seed)))
places = st.integers(0, LENGTH - 1)


@given(codes)
def test_a_new_code_is_accepted_as_it_is(code):
    assert len(code) == LENGTH
    assert normalise_code(code) == code


@given(codes, places, st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_recognised(code, place, wrong):
    mistyped = code[:place] + wrong + code[place + 1 :]
    assert is_code(mistyped) == (mistyped == code)


@given(codes, places, places)
def test_two_swapped_characters_are_always_recognised(code, one, other):
    letters = list(code)
    letters[one], letters[other] = letters[other], letters[one]
    swapped = "".join(letters)
    assert is_code(swapped) == (swapped == code)


@given(codes)
def test_a_code_is_read_as_people_write_it(code):
    assert normalise_code(show_code(code).lower()) == code
    assert normalise_code(f"  {code[:4]} {code[4:8]}–{code[8:]} ") == code
    assert normalise_code(code.replace("0", "o").replace("1", "l").replace("8", "b")) == code
    assert normalise_code(code.replace("0", "O").replace("1", "I")) == code


def test_a_code_is_shown_in_fours():
    assert show_code("K7QF2M9XT3HD") == "K7QF-2M9X-T3HD"
    assert show_code("UK7QF2M9XT3HD") == "U-K7QF-2M9X-T3HD"


@pytest.mark.parametrize("text", ["", "Noor", "K7QF", "ÄÖÜ", "K7QF-2M9X-T3HU", "0" * (LENGTH + 1), "٠" * LENGTH])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(MistypedCode):
        normalise_code(text)


def test_a_prefix_is_kept_and_asked_for():
    code = new_code("U", Random(1))
    assert normalise_code(show_code(code).lower(), "U") == code
    assert not is_code(code)
    assert not is_code(code[1:], "U")


def test_codes_spell_nothing_and_confuse_nobody():
    assert not set(ALPHABET) & set("AEIOULB")
    assert len(set(ALPHABET)) == len(ALPHABET) == 29


def test_the_same_random_draws_the_same_codes():
    assert [new_code(random=Random(7)) for _ in range(2)] == [new_code(random=Random(7))] * 2
    assert new_code() != new_code()


def test_a_hundred_thousand_codes_do_not_clash():
    random = Random(2026)
    assert len({new_code(random=random) for _ in range(100_000)}) == 100_000


def test_codes_can_be_drawn_again_for_a_while() -> None:
    with codes_drawn_from(Random(7)):
        first = [new_code() for _time in range(3)]
    with codes_drawn_from(Random(7)):
        assert [new_code() for _time in range(3)] == first
    assert new_code() not in first
