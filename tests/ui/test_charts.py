"""Drawings are well-formed, say in words what they show, mirror themselves, and carry no style of their own."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from datetime import date, timedelta

from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from kinkeeper.ui import charts

BORN = date(2015, 3, 1)
TODAY = date(2026, 11, 24)
SVG = "{http://www.w3.org/2000/svg}"
BANDS = [
    charts.Band(date(2019, 1, 1), date(2021, 6, 1), "Berisha & sons", "honey", "Home"),
    charts.Band(date(2021, 6, 1), None, "The Okafors", "leaf", "Home"),
]


def draw(bands: list[charts.Band], **changes: object) -> ET.Element:
    drawn = charts.timeline(
        bands,
        [charts.Mark(date(2020, 9, 1), "First day at school", "school")],
        start=BORN,
        end=TODAY,
        today=TODAY,
        title="Where I live",
        description="Two homes.",
        **changes,  # type: ignore[arg-type]
    )
    svg = drawn[drawn.index("<svg") : drawn.index("</svg>") + 6]
    return ET.fromstring(svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))


def test_a_line_says_what_it_shows() -> None:
    svg = draw(BANDS)
    assert svg.get("role") == "img"
    title, words = (svg.find(f"{SVG}title"), svg.find(f"{SVG}desc"))
    assert title is not None
    assert words is not None
    assert svg.get("aria-labelledby") == f"{title.get('id')} {words.get('id')}"
    assert (title.text, words.text) == ("Where I live", "Two homes.")
    periods = [found.text for found in svg.iter(f"{SVG}title")]
    assert "Berisha & sons: 1 January 2019 to 1 June 2021" in periods
    assert "The Okafors: 1 June 2021 until today" in periods


def test_no_drawing_has_a_style_of_its_own() -> None:
    for drawn in (
        charts.timeline(BANDS, start=BORN, end=TODAY, today=TODAY, title="t", description="d"),
        charts.sparkline([1, 2, 3], title="t", description="d"),
        charts.bars([("a", 1), ("b", 2)], title="t", description="d"),
    ):
        assert "style=" not in drawn
        assert "<style" not in drawn


def test_patterns_tell_kinds_apart_without_colour() -> None:
    svg = draw(BANDS)
    filled = [path.get("fill", "") for path in svg.iter(f"{SVG}path") if path.get("fill")]
    assert len(filled) == 1
    assert filled[0].endswith("-honey)")


def test_right_to_left_pages_read_from_the_right() -> None:
    def today(svg: ET.Element) -> float:
        line = next(path for path in svg.iter(f"{SVG}path") if path.get("class") == "life-today")
        return float(line.get("d", "").split()[0].removeprefix("M"))

    with override("ar"):
        mirrored = today(draw(BANDS))
    assert (today(draw(BANDS)), mirrored) == (charts.WIDTH - charts.EDGE, charts.EDGE)


def test_ages_stand_below_the_years() -> None:
    words = [text.text for text in draw(BANDS, born=BORN).iter(f"{SVG}text")]
    assert "2020" in words
    assert "age 4" in words


days = st.dates(min_value=date(2010, 1, 1), max_value=TODAY)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.builds(
            lambda start, length, label: charts.Band(start, start + timedelta(days=length), label, "sky"),
            days,
            st.integers(0, 4000),
            st.text(max_size=40).filter(
                lambda text: all(ord(letter) >= 32 and letter.isprintable() for letter in text)
            ),
        ),
        max_size=8,
    )
)
def test_any_life_can_be_drawn(bands: list[charts.Band]) -> None:
    svg = draw(bands)
    shapes = [path for path in svg.iter(f"{SVG}path") if path.get("class") == "life-shape"]
    assert len(shapes) == len(bands)
    for path in shapes:
        numbers = [float(word.strip("MQLZ ")) for word in path.get("d", "").split() if word.strip("MQLZ ")]
        assert all(0 <= x <= charts.WIDTH + 4 for x in numbers[::2])
