"""A family as a genogram: who stands where, and which line says which tie. Pure geometry, without tables and words.

Generations are rows, elders above. People of one row stand in an order that keeps partners together and brothers and
sisters by birth; then each row is placed as near to its parents and children as its order and the room allow, so that no
two people ever overlap. Between two rows lies a channel; every line that is not a couple runs there, each in a lane of
its own, and passes a row only through a gap that was kept free for it. So every tie is drawn and none crosses a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import pairwise

from kinkeeper.book.rows import WIDE, Bond, Rows, Somebody, Spot, Tie
from kinkeeper.families.models import Kinship

Kind = Kinship.Kind

TALL, SYMBOL = 108, 44
LANE, AISLE, EDGE = 14, 30, 16
# How many generations apart a tie puts two people, and how little it is to be trusted with that.
STEP_DOWN = {Kind.GRANDPARENT: 2, **dict.fromkeys(Kinship.SYMMETRIC, 0)}
DOUBT = {Kind.AUNT_OR_UNCLE: 2, Kind.COUSIN: 2, Kind.FOSTER_PARENT: 2, Kind.GUARDIAN: 3, Kind.GODPARENT: 3}
# Two people may be to a child together what each of them is.
TOGETHER = {Kind.PARENT, Kind.ADOPTIVE_PARENT, Kind.FOSTER_PARENT, Kind.GUARDIAN}
STYLE = {Kind.PARENT: "blood", Kind.SIBLING: "blood"}
FAR = {Kind.GRANDPARENT, Kind.AUNT_OR_UNCLE, Kind.COUSIN, Kind.GODPARENT}


@dataclass(frozen=True)
class Box:
    """A person with a place: the middle of the sign, and the corner and size of all that belongs to it."""

    who: Somebody
    x: float
    y: float
    in_focus: bool

    @property
    def left(self) -> float:
        """Where the room of this person begins."""
        return self.x - WIDE / 2

    @property
    def top(self) -> float:
        """Where the room of this person begins from above."""
        return self.y - SYMBOL / 2

    @property
    def lines(self) -> tuple[float, float, float]:
        """Where the three lines of words below the sign stand."""
        return self.y + SYMBOL / 2 + 17, self.y + SYMBOL / 2 + 33, self.y + SYMBOL / 2 + 48


@dataclass(frozen=True)
class Line:
    """A drawn line, the ties it says, and where it is struck through because partners parted."""

    path: str
    style: str
    ties: tuple[Tie, ...]
    slash: tuple[float, float] | None = None


@dataclass(frozen=True)
class Genogram:
    """The finished drawing; `implied` are ties that other lines say already, as a grandmother’s through the mother."""

    boxes: list[Box]
    lines: list[Line]
    implied: list[Tie]
    width: float
    height: float
    generations: int


@dataclass(eq=False)
class _Run:
    """The part of a line in one channel: where it comes from above, where it goes below, and its lane."""

    style: str
    ties: list[Tie]
    ins: list[tuple[float, float]]
    outs: list[tuple[float, float | None]]
    sort: int
    slash: bool = False
    lane: int = 0

    @property
    def span(self) -> tuple[float, float]:
        xs = [x for x, _y in (*self.ins, *self.outs)]
        return min(xs), max(xs)


def draw(people: Sequence[Somebody], ties: Sequence[Tie], focus: int, *, mirrored: bool = False) -> Genogram:
    """Draw these people with these ties; ties to somebody who is not there are left out."""
    plan = _Plan(people, ties, focus)
    plan.rows = Rows(plan.rows, plan.couples).settled()
    for spot in (spot for row in plan.rows for spot in row):
        spot.x += EDGE
    return plan.drawn(mirrored=mirrored)


def _generations(people: Sequence[Somebody], ties: Iterable[Tie], focus: int) -> dict[int, int]:
    """The row of each person, 0 for the eldest: from the one in focus along the ties that say it most surely."""
    near: dict[int, list[tuple[int, int, int]]] = defaultdict(list)
    for tie in ties:
        down, doubt = STEP_DOWN.get(Kind(tie.kind), 1), DOUBT.get(Kind(tie.kind), 1)
        near[tie.elder].append((doubt, down, tie.younger))
        near[tie.younger].append((doubt, -down, tie.elder))
    rows: dict[int, int] = {}
    for start in [focus, *(one.key for one in people)]:
        heap = [(0, start, 0)]
        while heap:
            doubt, key, row = heappop(heap)
            if key in rows:
                continue
            rows[key] = row
            for more, down, other in near[key]:
                heappush(heap, (doubt + more, other, row + down))
    # Where two came by different ways, a row between may be empty; it takes no room.
    dense = {row: number for number, row in enumerate(sorted(set(rows.values())))}
    return {key: dense[row] for key, row in rows.items()}


def implied(ties: Sequence[Tie]) -> list[Tie]:
    """The ties that others say already: siblings of one parent, a parent’s parent or sibling, children of siblings."""
    parents: dict[int, set[int]] = defaultdict(set)
    for tie in ties:
        if tie.kind in Kinship.PARENTS:
            parents[tie.younger].add(tie.elder)
    siblings = {frozenset((tie.elder, tie.younger)) for tie in ties if tie.kind in Kinship.SIBLINGS}

    def kin(one: int, other: int) -> bool:
        return one != other and (bool(parents[one] & parents[other]) or frozenset((one, other)) in siblings)

    says: dict[str, Callable[[Tie], bool]] = {
        Kind.GRANDPARENT: lambda tie: any(tie.elder in parents[mid] for mid in list(parents[tie.younger])),
        Kind.AUNT_OR_UNCLE: lambda tie: any(kin(tie.elder, mid) for mid in list(parents[tie.younger])),
        Kind.COUSIN: lambda tie: any(
            kin(one, other) for one in list(parents[tie.elder]) for other in list(parents[tie.younger])
        ),
        **dict.fromkeys(Kinship.SIBLINGS, lambda tie: bool(parents[tie.elder] & parents[tie.younger])),
    }
    return [tie for tie in ties if tie.kind in says and says[tie.kind](tie)]


class _Plan:
    """One drawing while it is made."""

    def __init__(self, people: Sequence[Somebody], ties: Sequence[Tie], focus: int) -> None:
        there = {one.key for one in people}
        self.ties = [
            tie for tie in dict.fromkeys(ties) if {tie.elder, tie.younger} <= there and tie.elder != tie.younger
        ]
        rows = _generations(people, self.ties, focus)
        self.focus = focus
        self.spots = {one.key: Spot(rows[one.key], one) for one in people}
        self.rows: list[list[Spot]] = [[] for _row in range(max(rows.values(), default=-1) + 1)]
        for spot in sorted(self.spots.values(), key=lambda spot: spot.birth):
            self.rows[spot.row].append(spot)
        self.implied = implied(self.ties)
        self.couples: dict[frozenset[int], Tie | None] = {}
        self.level: list[Tie] = []
        self.bonds = [*self._downward(), *self._brothers_alone()]
        for bond in self.bonds:
            self._hang(bond)

    def _downward(self) -> list[Bond]:
        """Ties from one row to a lower one, those of two elders to the same youngers in one bond."""
        said: dict[tuple[str, int, int], list[Tie]] = defaultdict(list)
        for tie in self.ties:
            upper, lower = sorted((self.spots[tie.elder], self.spots[tie.younger]), key=lambda spot: spot.row)
            if tie in self.implied or (tie.kind in Kinship.SIBLINGS and upper.row == lower.row):
                continue
            if upper.row == lower.row:
                self._beside(tie)
                continue
            upper_key, lower_key = (spot.who.key if spot.who else 0 for spot in (upper, lower))
            alone = 0 if tie.kind in TOGETHER and upper_key == tie.elder else -upper_key
            said[tie.kind, lower_key, alone or upper.row].append(tie)
        groups: dict[tuple[str, frozenset[int]], list[Tie]] = defaultdict(list)
        for (kind, lower_key, _apart), found in said.items():
            for first in range(0, len(found), 2):
                pair = found[first : first + 2]
                groups[kind, frozenset(_other(tie, lower_key) for tie in pair)] += pair
        return [self._bond(kind, elders, found) for (kind, elders), found in groups.items()]

    def _beside(self, tie: Tie) -> None:
        pair = frozenset((tie.elder, tie.younger))
        if tie.kind == Kind.PARTNER and not (pair in self.couples and tie.ended):
            self.couples[pair] = tie
        self.level.append(tie)

    def _bond(self, kind: str, elders: frozenset[int], ties: list[Tie]) -> Bond:
        keys = dict.fromkeys(key for tie in ties for key in (tie.elder, tie.younger) if key not in elders)
        if len(elders) == 2:
            self.couples.setdefault(elders, None)
        style = STYLE.get(Kind(kind), "far" if kind in FAR else "care")
        return Bond(style, [self.spots[key] for key in sorted(elders)], [self.spots[key] for key in keys], ties)

    def _brothers_alone(self) -> list[Bond]:
        """Brothers and sisters of whose parents none is shown: they hang on one line without parents."""
        bonds = []
        for kind in sorted(Kinship.SIBLINGS):
            loose = [tie for tie in self.ties if tie.kind == kind and tie not in self.implied]
            loose = [tie for tie in loose if self.spots[tie.elder].row == self.spots[tie.younger].row]
            while loose:
                group, said = {loose[0].elder}, list[Tie]()
                while more := [tie for tie in loose if {tie.elder, tie.younger} & group]:
                    group |= {key for tie in more for key in (tie.elder, tie.younger)}
                    said += more
                    loose = [tie for tie in loose if tie not in more]
                bonds.append(Bond(STYLE.get(Kind(kind), "care"), [], [self.spots[key] for key in sorted(group)], said))
        return bonds

    def _hang(self, bond: Bond) -> None:
        for elder in bond.elders:
            elder.downs.append(bond)
        for younger in bond.youngers:
            younger.ups.append(bond)
        if bond.elders:
            for row in range(bond.elders[0].row + 1, max(spot.row for spot in bond.youngers)):
                via = bond.vias[row] = Spot(row, None, ups=[bond], downs=[bond])
                self.rows[row].append(via)

    # ---- lines ---------------------------------------------------------------------------------------------------

    def drawn(self, *, mirrored: bool) -> Genogram:
        """Give the lines their lanes and the rows their heights, and write everything down."""
        couples, channels = self._runs()
        lanes = [_lanes(runs) for runs in channels]
        tops: list[float] = []
        y = float(EDGE)
        for number, count in enumerate(lanes):
            tops.append(y)
            outside = number in (0, len(lanes) - 1)
            y += (0 if outside and not count else AISLE + count * LANE) + (TALL if number < len(self.rows) else 0)
        heads = [tops[number + 1] - TALL for number in range(len(self.rows))]
        width = max((spot.x + spot.half for row in self.rows for spot in row), default=0.0) + EDGE

        def turn(x: float) -> float:
            return round(width - x if mirrored else x, 1)

        paper = _Paper(turn, heads, tops)
        lines = [paper.couple(*couple) for couple in couples]
        lines += [paper.run(run, number) for number, runs in enumerate(channels) for run in runs]
        boxes = [
            Box(spot.who, turn(spot.x), heads[spot.row] + SYMBOL / 2, spot.who.key == self.focus)
            for spot in self.spots.values() if spot.who
        ]  # fmt: skip
        return Genogram(boxes, lines, self.implied, width, y + EDGE, len(self.rows))

    def _runs(self) -> tuple[list[tuple[Spot, Spot, Tie | None, str]], list[list[_Run]]]:
        channels: list[list[_Run]] = [[] for _channel in range(len(self.rows) + 1)]
        couples = []
        beside = {frozenset((id(one), id(other))) for row in self.rows for one, other in pairwise(row)}
        shown: set[frozenset[int]] = set()
        for bond in sorted(self.bonds, key=lambda bond: bond.style != "blood"):
            pair = frozenset(id(spot) for spot in bond.elders)
            if len(pair) == 2 and pair in beside:
                keys = frozenset(spot.who.key for spot in bond.elders if spot.who)
                if keys not in shown:
                    tie = self.couples.get(keys)
                    couples.append((bond.elders[0], bond.elders[1], tie, "blood" if tie else bond.style))
                    shown.add(keys)
            self._run_down(bond, channels, joined=pair in beside)
        for tie in self.level:
            one, other = self.spots[tie.elder], self.spots[tie.younger]
            keys = frozenset((tie.elder, tie.younger))
            if tie.kind == Kind.PARTNER and self.couples.get(keys) == tie and frozenset((id(one), id(other))) in beside:
                if keys not in shown:
                    couples.append((one, other, tie, "blood"))
                    shown.add(keys)
                continue
            style = "blood" if tie.kind == Kind.PARTNER else "far" if tie.kind in FAR else "care"
            ins = [(_foot(one), -1.0), (_foot(other), -1.0)]
            channels[one.row + 1].append(_Run(style, [tie], ins, [], 0, slash=tie.ended))
        return couples, channels

    def _run_down(self, bond: Bond, channels: list[list[_Run]], *, joined: bool) -> None:
        if not bond.elders:
            outs: list[tuple[float, float | None]] = [(_head(spot), None) for spot in bond.youngers]
            channels[bond.youngers[0].row].append(_Run(bond.style, bond.ties, [], outs, 2))
            return
        row = bond.elders[0].row
        last = max(spot.row for spot in bond.youngers)
        if joined and len(bond.elders) == 2:
            one, other = bond.elders
            ins = [((one.x + other.x) / 2 + _spread(_between(one, other, bond), 5), 0.0)]
        else:
            ins = [(_foot(spot), -1.0) for spot in bond.elders]
        for number in range(row, last):
            below = bond.below(number)
            outs = [(_head(spot), None) if spot.who else (spot.x, float(number + 1)) for spot in below]
            channels[number + 1].append(_Run(bond.style, bond.ties if number == row else [], ins, outs, 1))
            via = bond.vias.get(number + 1)
            ins = [(via.x, -1.0)] if via else []


def _between(one: Spot, other: Spot, bond: Bond) -> int:
    """Which of the bonds of these two this one is, so that two of them do not fall on one line."""
    both = [each for each in one.downs if other in each.elders]
    return both.index(bond)


def _other(tie: Tie, key: int) -> int:
    return tie.elder if tie.younger == key else tie.younger


def _spread(number: int, step: float) -> float:
    """0, 1, −1, 2, −2 … steps."""
    return ((number + 1) // 2) * step * (1 if number % 2 else -1)


def _head(spot: Spot) -> float:
    """The next free place on the upper side of a sign."""
    spot.top_ports += 1
    return spot.x + max(-18.0, min(18.0, _spread(spot.top_ports - 1, 9)))


def _foot(spot: Spot) -> float:
    """The next free place below the words of a person; a line that passes has only its own."""
    spot.foot_ports += 1
    return spot.x + (max(-54.0, min(54.0, _spread(spot.foot_ports - 1, 14))) if spot.who else 0)


def _lanes(runs: list[_Run]) -> int:
    """Give each run a lane of its own where it would touch another; lines of one row above, of sibling bars below."""
    used: list[list[tuple[float, float]]] = []
    start = 0
    for sort in (0, 1, 2):
        for run in sorted((run for run in runs if run.sort == sort), key=lambda run: (run.style != "blood", run.span)):
            near, far = run.span
            free = (
                number for number in range(start, len(used))
                if all(far + 10 < begin or end + 10 < near for begin, end in used[number])
            )  # fmt: skip
            run.lane = next(free, len(used))
            if run.lane == len(used):
                used.append([])
            used[run.lane].append((near, far))
        start = len(used)
    return len(used)


@dataclass(frozen=True)
class _Paper:
    """Writes lines as paths: where rows begin, where channels begin, and which way one reads."""

    turn: Callable[[float], float]
    heads: list[float]
    tops: list[float]

    def couple(self, one: Spot, other: Spot, tie: Tie | None, style: str) -> Line:
        """The line between two who stand side by side."""
        near, far = sorted((one.x, other.x))
        y = self.heads[one.row] + SYMBOL / 2
        begin, end = self.turn(near + SYMBOL / 2), self.turn(far - SYMBOL / 2)
        slash = (begin * 0.75 + end * 0.25, y) if tie and tie.ended else None
        return Line(f"M{begin} {y}H{end}", "couple" if style != "care" else "care", (tie,) if tie else (), slash)

    def run(self, run: _Run, channel: int) -> Line:
        """A line through one channel: down from above, along its lane, down to those below."""
        y = self.tops[channel] + AISLE / 2 + (run.lane + 0.5) * LANE
        near, far = run.span
        parts = [f"M{self.turn(near)} {y}H{self.turn(far)}"] if far > near else []
        for x, from_sign in run.ins:
            start = self.tops[channel] if from_sign < 0 else self.heads[channel - 1] + SYMBOL / 2
            parts.append(f"M{self.turn(x)} {start}V{y}")
        for x, through in run.outs:
            end = self.heads[channel] if through is None else self.tops[channel + 1]
            parts.append(f"M{self.turn(x)} {y}V{end}")
        slash = (self.turn((near + far) / 2), y) if run.slash else None
        return Line("".join(parts), run.style, tuple(run.ties), slash)
