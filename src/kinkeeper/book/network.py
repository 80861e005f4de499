"""The people who matter to a child as rings around it: the closer, the nearer; each kind has a side of its own.

Pure geometry, without tables and words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import cos, pi, sin

WIDE, TALL, SIGN, STEP, EDGE = 112, 76, 40, 92, 16
CENTRE = 30
# The rings from the inside by how close somebody is; those with whom there is strife stand outermost.
RINGS = {2: 1, 1: 2, 0: 3, -1: 4, -2: 4}
LINES = {2: "strong", 1: "close", 0: "distant", -1: "tense", -2: "conflict"}


@dataclass(frozen=True)
class Friend:
    """Somebody who matters: what is written below the sign, and how close they are (−2 … +2)."""

    key: int
    name: str
    relation: str
    kind: str
    strength: int
    trusted: bool = False


@dataclass(frozen=True)
class Star:
    """A friend with a place: the middle of the sign, and the line from the child to it."""

    who: Friend
    x: float
    y: float
    path: str
    style: str
    cross: tuple[float, float] | None

    @property
    def room(self) -> tuple[float, float, float, float]:
        """The room it needs: from left and top to right and bottom."""
        top = self.y - SIGN / 2
        return self.x - WIDE / 2, top, self.x + WIDE / 2, top + TALL

    @property
    def lines(self) -> tuple[float, float]:
        """Where the two lines of words below the sign stand."""
        return self.y + SIGN / 2 + 15, self.y + SIGN / 2 + 30


@dataclass(frozen=True)
class Side:
    """A kind of people, and where its name stands at the rim."""

    kind: str
    x: float
    y: float


@dataclass(frozen=True)
class Ring:
    """A ring, and where its word stands; `is_named` where there is room for the word."""

    number: int
    radius: float
    y: float
    is_named: bool


@dataclass(frozen=True)
class Network:
    """The finished map: rings, and everybody around the middle."""

    middle: float
    size: float
    rings: list[Ring]
    stars: list[Star]
    sides: list[Side]


def draw(friends: Sequence[Friend], *, mirrored: bool = False) -> Network:
    """Place everybody on their ring and side, with wider rings until nobody stands on anybody else."""
    step = float(STEP)
    while True:
        placed = _places(friends, step)
        if not _overlap(placed):
            return _drawn(placed, step, mirrored=mirrored)
        step *= 1.12


def _places(friends: Sequence[Friend], step: float) -> list[tuple[Friend, float, float]]:
    """Everybody with radius and angle, from the top around, kind by kind.

    Each has an angle of their own, so that no line meets a sign; the nearer, the wider it is, for there is less room.
    """
    kinds = list(dict.fromkeys(friend.kind for friend in friends))
    around = sorted(friends, key=lambda friend: kinds.index(friend.kind))
    whole = sum(1 / RINGS[friend.strength] for friend in around)
    placed, begin = [], 0.0
    for friend in around:
        width = 2 * pi / RINGS[friend.strength] / whole
        placed.append((friend, RINGS[friend.strength] * step, begin + width / 2))
        begin += width
    return placed


def _overlap(placed: Sequence[tuple[Friend, float, float]]) -> bool:
    spots = [(radius * sin(angle), -radius * cos(angle)) for _one, radius, angle in placed]
    if any(abs(x) < WIDE / 2 + CENTRE and -CENTRE - TALL < y - SIGN / 2 < CENTRE for x, y in spots):
        return True
    return any(abs(a - c) < WIDE + 4 and abs(b - d) < TALL + 4 for (a, b), (c, d) in combinations(spots, 2))


def _drawn(placed: Sequence[tuple[Friend, float, float]], step: float, *, mirrored: bool) -> Network:
    outer = max([radius for _one, radius, _angle in placed], default=2 * step)
    size = round(2 * (outer + WIDE / 2 + 36 + EDGE), 1)
    half = size / 2
    side = -1 if mirrored else 1

    def at(radius: float, angle: float) -> tuple[float, float]:
        return round(half + side * radius * sin(angle), 1), round(half - radius * cos(angle), 1)

    stars = []
    for friend, radius, angle in placed:
        x, y = at(radius, angle)
        (near_x, near_y), (far_x, far_y) = at(CENTRE + 2, angle), at(radius - SIGN / 2 - 2, angle)
        cross = at((CENTRE + radius - SIGN / 2) / 2, angle) if friend.strength == -2 else None
        stars.append(Star(friend, x, y, f"M{near_x} {near_y}L{far_x} {far_y}", LINES[friend.strength], cross))
    rings = [
        Ring(number, number * step, half - number * step + 16, _is_free(half, half - number * step, stars))
        for number in range(1, round(outer / step) + 1)
    ]
    angles: dict[str, list[float]] = defaultdict(list)
    for friend, _radius, angle in placed:
        angles[friend.kind].append(angle)
    sides = [Side(kind, *at(outer + WIDE / 2 + 24, (found[0] + found[-1]) / 2)) for kind, found in angles.items()]
    # A single kind needs no name at the rim: nobody stands on another side.
    return Network(half, size, rings, stars, sides if len(sides) > 1 else [])


def _is_free(x: float, y: float, stars: Sequence[Star]) -> bool:
    """Whether a word may stand here: nobody is in its way."""
    rooms = [star.room for star in stars]
    return not any(
        left < x + 40 and right > x - 40 and top < y + 22 and bottom > y for left, top, right, bottom in rooms
    )
