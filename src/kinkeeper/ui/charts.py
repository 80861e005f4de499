"""Drawings as accessible inline SVG, made on the server: a life line of periods, a small curve, bars.

Colours and strokes come from classes in kinkeeper.css, shapes and patterns say the same without colour, and every
drawing has a title and a description. The caller puts the same facts into words or a table beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from zlib import crc32

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _

from kinkeeper.lib.ages import age_on

WIDTH = 720
EDGE = 14
BAND = 36
LABEL_ROW = 20
LETTER = 7.4
TONES = ("leaf", "clay", "honey", "sky", "plum", "stone")


@dataclass(frozen=True)
class Band:
    """A period on the line: where it lies, what it is called, which of the six patterns it wears; no end means ongoing."""

    start: date
    end: date | None
    label: str
    tone: str = "leaf"
    lane: str = ""
    href: str = ""

    def period(self) -> str:
        """The period in words."""
        first = date_format(self.start, "DATE_FORMAT")
        if self.end is None:
            return _("%(first)s until today") % {"first": first}
        return _("%(first)s to %(last)s") % {"first": first, "last": date_format(self.end, "DATE_FORMAT")}


@dataclass(frozen=True)
class Mark:
    """One day on the line, with a drawing from the sprite."""

    on: date
    label: str
    icon: str = "star"


@dataclass(frozen=True)
class _Ruler:
    """Turns days into places on the paper, from the side where reading begins."""

    start: date
    end: date
    mirrored: bool

    def along(self, day: date) -> float:
        """Distance from the beginning of the line."""
        whole = max((self.end - self.start).days, 1)
        inside = min(max((day - self.start).days, 0), whole)
        return EDGE + (WIDTH - 2 * EDGE) * inside / whole

    def x(self, along: float, width: float = 0) -> float:
        """Where a thing of this width is put on the paper."""
        return round(WIDTH - along - width if self.mirrored else along, 1)


@dataclass
class _Drawn:
    """A band with its place: drawn from `x`, `wide`; its name inside, in a row below, or only in the title."""

    band: Band
    x: float
    y: float
    wide: float
    path: str
    text_x: float = 0
    text_y: float = 0
    leader: str = ""
    inside: bool = False
    named: bool = False


@dataclass
class _Lane:
    """A row of bands and the rows of names below it."""

    name: str
    top: float
    bands: list[_Drawn] = field(default_factory=list)
    height: float = BAND

    @property
    def text_y(self) -> float:
        """Where the name of the lane stands."""
        return self.top + 12


def timeline(
    bands: Iterable[Band],
    marks: Iterable[Mark] = (),
    *,
    start: date,
    end: date,
    today: date,
    title: str,
    description: str,
    born: date | None = None,
) -> SafeString:
    """A line of periods in lanes with marks, years and today; on a phone the same as a list down the page.

    Bands of a lane should not overlap. With `born` the ages stand below the years.
    """
    ruler = _Ruler(start, max(end, today), get_language_bidi())
    rows = sorted(bands, key=lambda band: band.start)
    lanes, top = [], 34.0
    for name in dict.fromkeys(band.lane for band in rows):
        lane = _lane(ruler, name, [band for band in rows if band.lane == name], top)
        lanes.append(lane)
        top += lane.height + 14
    days = [{"mark": mark, "x": ruler.x(ruler.along(mark.on)), "y": top + 16} for mark in marks]
    bottom = top + (44 if days else 0)
    context = {
        "key": f"line-{crc32(f'{title}{start}{len(rows)}'.encode()):08x}",
        "title": title,
        "description": description,
        "lanes": lanes,
        "marks": days,
        "ticks": _ticks(ruler, born),
        "today": ruler.x(ruler.along(today)) if start <= today <= ruler.end else None,
        "lane_x": ruler.x(EDGE),
        "top": 24,
        "bottom": bottom,
        "height": bottom + (38 if born else 22),
        "width": WIDTH,
        "rows": rows[::-1],
        "tones": TONES,
    }
    return render_to_string("ui/charts/timeline.html", context)


def _lane(ruler: _Ruler, name: str, bands: list[Band], top: float) -> _Lane:
    lane = _Lane(name, top)
    y = top + (LABEL_ROW if name else 0)
    # Where the names end that already stand in each row below the lane.
    taken: list[float] = []
    for band in bands:
        begin, stop = ruler.along(band.start), ruler.along(band.end or ruler.end)
        wide = max(stop - begin - 2, 5)
        path = _shape(ruler, begin, y, wide, pointed=band.end is None)
        drawn = _Drawn(band, ruler.x(begin, wide), y, wide, path)
        _name(ruler, drawn, begin, taken)
        lane.bands.append(drawn)
    lane.height = (LABEL_ROW if name else 0) + BAND + len(taken) * LABEL_ROW + (6 if taken else 0)
    return lane


def _shape(ruler: _Ruler, begin: float, y: float, wide: float, *, pointed: bool) -> str:
    """A round-cornered bar; one that goes on ends in a point, so that it reads as an arrow."""
    corner = min(9.0, wide / 2)
    tip = min(12.0, wide / 2) if pointed else corner
    near, far = begin, begin + wide

    def at(along: float, down: float) -> str:
        return f"{ruler.x(along)} {round(y + down, 1)}"

    start_side = f"M{at(near + corner, 0)} Q{at(near, 0)} {at(near, corner)} L{at(near, BAND - corner)}"
    below = f" Q{at(near, BAND)} {at(near + corner, BAND)} L{at(far - tip, BAND)}"
    if pointed:
        return f"{start_side}{below} L{at(far, BAND / 2)} L{at(far - tip, 0)} Z"
    return f"{start_side}{below} Q{at(far, BAND)} {at(far, BAND - corner)} L{at(far, corner)} Q{at(far, 0)} {at(far - corner, 0)} Z"


def _name(ruler: _Ruler, drawn: _Drawn, begin: float, taken: list[float]) -> None:
    """Put the name inside the bar where it fits, otherwise into the first free row below, at most three deep."""
    needs = len(drawn.band.label) * LETTER + 20
    if needs <= drawn.wide:
        drawn.inside = drawn.named = True
        drawn.text_x, drawn.text_y = ruler.x(begin + 11), drawn.y + BAND / 2 + 5
        return
    at = min(begin, WIDTH - EDGE - needs + 12)
    row = next((row for row, ends in enumerate(taken) if ends <= at), len(taken))
    if row > 2 or at < 0:
        return
    if row == len(taken):
        taken.append(0)
    taken[row] = at + needs
    drawn.named = True
    drawn.text_x, drawn.text_y = ruler.x(max(at, 0) + 4), drawn.y + BAND + (row + 1) * LABEL_ROW
    middle = ruler.x(begin + min(drawn.wide / 2, 8))
    drawn.leader = f"M{middle} {drawn.y + BAND} L{middle} {drawn.text_y - 13}"


def _ticks(ruler: _Ruler, born: date | None) -> list[dict[str, object]]:
    years = range(ruler.start.year, ruler.end.year + 1)
    step = next((step for step in (1, 2, 5, 10) if (WIDTH - 2 * EDGE) / max(len(years) / step, 1) >= 46), 20)
    shown = [date(year, 1, 1) for year in years if year % step == 0 and date(year, 1, 1) >= ruler.start]
    if not shown:
        shown = [ruler.start]
    found: list[dict[str, object]] = [{"x": ruler.x(ruler.along(day)), "year": day.year, "age": None} for day in shown]
    if born is None:
        return found
    for tick, day in zip(found, shown, strict=True):
        age = age_on(born, day)
        tick["age"] = age if age >= 0 else None
    return found


def sparkline(values: Sequence[float], *, title: str, description: str) -> SafeString:
    """A small curve of values in equal steps, the last one dotted."""
    low, high = min(values, default=0), max(values, default=0)
    span = (high - low) or 1
    wide, tall, edge = 160, 44, 6
    step = (wide - 2 * edge) / max(len(values) - 1, 1)
    mirrored = get_language_bidi()
    points = []
    for number, value in enumerate(values):
        x = edge + number * step
        points.append(
            (round(wide - x if mirrored else x, 1), round(tall - edge - (value - low) / span * (tall - 2 * edge), 1))
        )
    context = {
        "key": f"curve-{crc32(f'{title}{values}'.encode()):08x}",
        "title": title,
        "description": description,
        "points": " ".join(f"{x},{y}" for x, y in points),
        "last": points[-1] if points else None,
        "width": wide,
        "height": tall,
    }
    return render_to_string("ui/charts/sparkline.html", context)


def bars(rows: Sequence[tuple[str, float]], *, title: str, description: str, unit: str = "") -> SafeString:
    """Lying bars with their labels and values written beside them."""
    most = max((value for _label, value in rows), default=0) or 1
    label_room, value_room, tall = 210, 70, 34
    room = WIDTH - label_room - value_room
    mirrored = get_language_bidi()
    drawn = []
    for number, (label, value) in enumerate(rows):
        wide = round(room * value / most, 1)
        ends = label_room + wide
        drawn.append(
            {
                "label": label,
                "value": f"{value:g}{unit}",
                "wide": wide,
                "x": WIDTH - ends if mirrored else label_room,
                "label_x": WIDTH if mirrored else 0,
                "value_x": WIDTH - ends - 8 if mirrored else ends + 8,
                "y": number * tall,
                "text_y": number * tall + 21,
            }
        )
    context = {
        "key": f"bars-{crc32(f'{title}{rows}'.encode()):08x}",
        "title": title,
        "description": description,
        "rows": drawn,
        "width": WIDTH,
        "height": max(len(rows), 1) * tall,
    }
    return render_to_string("ui/charts/bars.html", context)
