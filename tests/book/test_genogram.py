"""The genogram: nobody stands on anybody else, every tie is drawn, no line runs through a person; families as they are."""

from __future__ import annotations

import re
from datetime import date
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from kinkeeper.book.genogram import SYMBOL, TALL, Genogram, draw
from kinkeeper.book.rows import WIDE, Somebody, Tie
from kinkeeper.families.models import Kinship

KINDS = Kinship.Kind.values
STROKE = re.compile(r"M(-?[\d.]+) (-?[\d.]+)([HV])(-?[\d.]+)")


@st.composite
def families(pick: st.DrawFn) -> tuple[list[Somebody], list[Tie]]:
    """Up to 25 people with any ties, also such as no family has."""
    count = pick(st.integers(1, 25))
    keys = st.integers(1, count)
    people = [
        Somebody(key, f"P{key}", pick(st.sampled_from("FMXU")), date(1950 + pick(st.integers(0, 70)), 1, 1))
        for key in range(1, count + 1)
    ]
    ties = pick(
        st.lists(st.builds(Tie, keys, st.sampled_from(KINDS), keys, st.booleans()), max_size=3 * count, unique=True)
    )
    return people, [tie for tie in ties if tie.elder != tie.younger]


def strokes(picture: Genogram) -> list[tuple[float, float, float, float]]:
    """Every stroke as (x from, y from, x to, y to), from the smaller to the larger."""
    found = []
    for line in picture.lines:
        assert STROKE.sub("", line.path) == ""
        for x, y, way, end in STROKE.findall(line.path):
            near, far = sorted((float(x if way == "H" else y), float(end)))
            found.append((near, float(y), far, float(y)) if way == "H" else (float(x), near, float(x), far))
    return found


def rooms(picture: Genogram) -> list[tuple[float, float, float, float]]:
    """The room of each person, from corner to corner."""
    return [(box.left, box.top, box.left + WIDE, box.top + TALL) for box in picture.boxes]


@settings(max_examples=150, deadline=None)
@given(families(), st.booleans())
def test_nobody_stands_on_somebody_else_and_every_tie_is_drawn(
    family: tuple[list[Somebody], list[Tie]], mirrored: bool
) -> None:
    people, ties = family
    picture = draw(people, ties, 1, mirrored=mirrored)
    assert sorted(box.who.key for box in picture.boxes) == [one.key for one in people]
    for one, other in combinations(rooms(picture), 2):
        assert one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
    said = [tie for line in picture.lines for tie in line.ties]
    assert set(said) | set(picture.implied) == set(ties)
    assert len(said) == len(set(said))
    for left, top, right, bottom in rooms(picture):
        assert min(left, top) >= 0
        assert right <= picture.width
        assert bottom <= picture.height


@settings(max_examples=80, deadline=None)
@given(families(), st.booleans())
def test_no_line_runs_through_a_person(family: tuple[list[Somebody], list[Tie]], mirrored: bool) -> None:
    picture = draw(*family, 1, mirrored=mirrored)
    for near_x, near_y, far_x, far_y in strokes(picture):
        for left, top, right, bottom in rooms(picture):
            # Couples are joined from sign to sign; nothing else may pass through the room of a person.
            inside = near_x < right - 0.2 and far_x > left + 0.2 and near_y < bottom - 0.2 and far_y > top + 0.2
            middle = top + SYMBOL / 2
            from_sign = near_y == far_y == middle and not (near_x < (left + right) / 2 < far_x)
            assert not inside or from_sign


def person(key: int, sex: str = "U", year: int | None = None) -> Somebody:
    return Somebody(key, f"P{key}", sex, date(year, 1, 1) if year else None)


def places(picture: Genogram) -> dict[int, tuple[float, float]]:
    return {box.who.key: (box.x, box.y) for box in picture.boxes}


FATHER, MOTHER, NOOR, OMAR, YARA, GRANNY, SECOND, HALF = range(1, 9)
PEOPLE = [
    person(FATHER, "M", 1985), person(MOTHER, "F", 1988), person(NOOR, "F", 2016), person(OMAR, "M", 2012),
    person(YARA, "F", 2019), person(GRANNY, "F", 1960), person(SECOND, "M", 1990), person(HALF, "M", 2022),
]  # fmt: skip
TIES = [
    *(Tie(parent, "parent", child) for parent in (FATHER, MOTHER) for child in (NOOR, OMAR, YARA)),
    Tie(MOTHER, "parent", HALF), Tie(SECOND, "parent", HALF), Tie(FATHER, "partner", MOTHER, ended=True),
    Tie(MOTHER, "partner", SECOND), Tie(GRANNY, "parent", MOTHER), Tie(GRANNY, "grandparent", NOOR),
    Tie(NOOR, "half_sibling", HALF),
]  # fmt: skip


def test_elders_stand_above_partners_beside_and_siblings_by_birth() -> None:
    at = places(draw(PEOPLE, TIES, NOOR))
    assert at[GRANNY][1] < at[MOTHER][1] < at[NOOR][1]
    assert at[FATHER][1] == at[MOTHER][1] == at[SECOND][1]
    assert at[FATHER][0] < at[MOTHER][0] < at[SECOND][0]
    assert at[OMAR][0] < at[NOOR][0] < at[YARA][0] < at[HALF][0]


def test_who_has_many_ties_of_care_still_stands_among_brothers_and_sisters() -> None:
    foster = [person(9, "F", 1970), person(10, "M", 1971)]
    ties = [*TIES, Tie(9, "foster_parent", NOOR), Tie(10, "foster_parent", NOOR), Tie(SECOND, "step_parent", NOOR)]
    at = places(draw([*foster, *PEOPLE], ties, NOOR))
    assert at[OMAR][0] < at[NOOR][0] < at[YARA][0]


def test_in_a_language_from_the_right_the_picture_is_mirrored() -> None:
    plain, mirrored = draw(PEOPLE, TIES, NOOR), draw(PEOPLE, TIES, NOOR, mirrored=True)
    for key, (x, y) in places(plain).items():
        assert places(mirrored)[key] == (round(plain.width - x, 1), y)


def test_who_parted_is_struck_through_and_what_others_say_is_not_drawn_twice() -> None:
    picture = draw(PEOPLE, TIES, NOOR)
    assert [line.ties for line in picture.lines if line.slash] == [(TIES[8],)]
    assert picture.implied == [Tie(GRANNY, "grandparent", NOOR), Tie(NOOR, "half_sibling", HALF)]
    assert picture.generations == 3


def test_one_parent_alone_and_brothers_without_parents_hang_on_lines_of_their_own() -> None:
    picture = draw([person(1), person(2), person(3)], [Tie(1, "parent", 2), Tie(2, "sibling", 3)], 2)
    assert [line.ties for line in picture.lines] == [(Tie(1, "parent", 2),), (Tie(2, "sibling", 3),)]
    assert places(picture)[2][1] == places(picture)[3][1]


def test_ties_of_care_are_dashed_and_those_by_blood_are_not() -> None:
    ties = [Tie(1, "parent", 3), Tie(2, "foster_parent", 3), Tie(4, "adoptive_parent", 3), Tie(5, "guardian", 3)]
    picture = draw([person(key) for key in range(1, 6)], ties, 3)
    assert {line.ties[0].kind: line.style for line in picture.lines} == {
        "parent": "blood", "foster_parent": "care", "adoptive_parent": "care", "guardian": "care",
    }  # fmt: skip


def test_a_grandmother_without_the_parent_between_is_drawn_past_the_row_between() -> None:
    people = [person(1), person(2), person(3), person(4)]
    picture = draw(people, [Tie(1, "parent", 3), Tie(2, "grandparent", 3), Tie(1, "parent", 4)], 3)
    assert [places(picture)[key][1] < places(picture)[1][1] for key in (2, 3)] == [True, False]
    assert not picture.implied


def test_a_child_without_a_family_is_a_picture_of_one() -> None:
    picture = draw([person(1)], [], 1)
    assert [(box.who.key, box.in_focus) for box in picture.boxes] == [(1, True)]
    assert (picture.lines, picture.generations) == ([], 1)


def test_ties_to_somebody_out_of_sight_are_left_out() -> None:
    assert draw([person(1)], [Tie(2, "parent", 1)], 1).lines == []
