"""The people who matter as rings: the closer, the nearer; nobody on anybody else; strife says so without colour."""

from __future__ import annotations

from itertools import combinations
from math import hypot

from hypothesis import given, settings
from hypothesis import strategies as st

from kinkeeper.book.network import CENTRE, Friend, draw
from kinkeeper.families.models import Support

MANY = st.lists(
    st.tuples(st.sampled_from(Support.Kind.values), st.sampled_from(Support.Strength.values)), min_size=1, max_size=25
)


@settings(max_examples=100, deadline=None)
@given(MANY, st.booleans())
def test_nobody_stands_on_somebody_else(many: list[tuple[str, int]], mirrored: bool) -> None:
    friends = [Friend(number, "Somebody", "friend", kind, strength) for number, (kind, strength) in enumerate(many)]
    drawn = draw(friends, mirrored=mirrored)
    assert sorted(star.who.key for star in drawn.stars) == list(range(len(many)))
    middle = (drawn.middle - CENTRE, drawn.middle - CENTRE, drawn.middle + CENTRE, drawn.middle + CENTRE)
    rooms = [middle, *(star.room for star in drawn.stars)]
    for one, other in combinations(rooms, 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    for left, top, right, bottom in rooms:
        assert min(left, top) >= 0
        assert max(right, bottom) <= drawn.size
    kinds = {kind for kind, _strength in many}
    assert {side.kind for side in drawn.sides} == (kinds if len(kinds) > 1 else set())


def test_the_closer_the_nearer_and_strife_is_dashed_and_crossed() -> None:
    drawn = draw([Friend(strength, "X", "", "friend", strength) for strength in (2, 1, 0, -1, -2)])
    far = [round(hypot(star.x - drawn.middle, star.y - drawn.middle)) for star in drawn.stars]
    assert far[0] < far[1] < far[2] < far[3] == far[4]
    assert [star.style for star in drawn.stars] == ["strong", "close", "distant", "tense", "conflict"]
    assert [star.cross is not None for star in drawn.stars] == [False, False, False, False, True]


def test_in_a_language_from_the_right_the_map_is_mirrored() -> None:
    friends = [Friend(number, "X", "", "friend", 1) for number in range(3)]
    plain, mirrored = draw(friends), draw(friends, mirrored=True)
    assert [round(plain.size - star.x, 1) for star in plain.stars] == [star.x for star in mirrored.stars]


def test_a_child_without_anybody_is_a_map_of_one() -> None:
    assert (draw([]).stars, draw([]).rings) == ([], draw([]).rings)
