"""The people who matter to a child as rings around it: the closer, the nearer; each kind has a side of its own.

Pure geometry, without tables and words.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from math import cos, pi, sin

WIDE, TALL, SIGN, STEP, EDGE = 112, 76, 40, 100, 20
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
class Network:
    """The finished map: rings by their distance from the middle, and everybody around it."""

    middle: float
    size: float
    rings: list[tuple[int, float]]
    stars: list[Star]
    sides: list[Side]


def draw(friends: Sequence[Friend], *, mirrored: bool = False) -> Network:
    """Place everybody on their ring and side, with wider rings until nobody stands on anybody else."""
    step = float(STEP)
    while True:
        placed, middles = _places(friends, step)
        if not _overlap(placed):
            return _drawn(placed, middles, step, mirrored=mirrored)
        step *= 1.12


def _places(friends: Sequence[Friend], step: float) -> tuple[list[tuple[Friend, float, float]], dict[str, float]]:
    """Everybody with ring and angle; a side is as wide as its fullest ring asks for. Angles run from the top around."""
    rooms: dict[tuple[str, int], list[Friend]] = defaultdict(list)
    for friend in friends:
        rooms[friend.kind, RINGS[friend.strength]].append(friend)
    kinds = list(dict.fromkeys(kind for kind, _ring in rooms))
    needs = {kind: max(len(found) / ring for (of, ring), found in rooms.items() if of == kind) for kind in kinds}
    whole = sum(needs.values())
    placed, middles, begin = [], {}, 0.0
    for kind in kinds:
        width = 2 * pi * needs[kind] / whole
        middles[kind] = begin + width / 2
        for (of, ring), found in rooms.items():
            if of == kind:
                placed += [(one, ring * step, begin + width * (n + 0.5) / len(found)) for n, one in enumerate(found)]
        begin += width
    return placed, middles


def _overlap(placed: Sequence[tuple[Friend, float, float]]) -> bool:
    spots = [(radius * sin(angle), -radius * cos(angle)) for _one, radius, angle in placed]
    # The child in the middle has a name below the sign as well.
    return any(abs(a - c) < WIDE + 4 and abs(b - d) < TALL + 4 for (a, b), (c, d) in combinations([(0, 0), *spots], 2))


def _drawn(
    placed: Sequence[tuple[Friend, float, float]], middles: dict[str, float], step: float, *, mirrored: bool
) -> Network:
    outer = max([radius for _one, radius, _angle in placed], default=2 * step)
    size = round(2 * (outer + WIDE / 2 + 46 + EDGE), 1)
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
    rings = [(number, number * step) for number in range(1, round(outer / step) + 1)]
    sides = [Side(kind, *at(outer + WIDE / 2 + 30, angle)) for kind, angle in middles.items()]
    return Network(half, size, rings, stars, sides)
