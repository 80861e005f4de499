"""The rows of a genogram: in which order people stand, and where. Pure geometry, without tables and words.

Partners stay together and brothers and sisters by birth; then each row is placed as near to its parents and children as
its order and the gaps allow, so that nobody ever stands on somebody else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import combinations, pairwise

WIDE, VIA, GAP = 128, 12, 22
TURNS, SWEEPS = 4, 12


@dataclass(frozen=True)
class Somebody:
    """A person of the picture: what stands in the sign and below it, and the marks beside it."""

    key: int
    name: str = ""
    sex: str = ""
    born: date | None = None
    inside: str = ""
    word: str = ""
    years: str = ""
    died: bool = False
    in_our_care: bool = False
    responsible: bool = False


@dataclass(frozen=True)
class Tie:
    """“`elder` is the `kind` of `younger`”; for equal ties either may be the elder. `ended` for partners who parted."""

    elder: int
    kind: str
    younger: int
    ended: bool = False


@dataclass(eq=False)
class Spot:
    """Something that needs room in a row: a person, or a line that passes through."""

    row: int
    who: Somebody | None
    x: float = 0.0
    ups: list[Bond] = field(default_factory=list)
    downs: list[Bond] = field(default_factory=list)
    top_ports: int = 0
    foot_ports: int = 0

    @property
    def half(self) -> float:
        """Half the room it needs."""
        return (WIDE if self.who else VIA) / 2

    @property
    def birth(self) -> tuple[str, int]:
        """By what the eldest comes first; who was born on an unknown day comes last."""
        if self.who is None:
            return "9999", 0
        return (self.who.born.isoformat() if self.who.born else "9998"), self.who.key


@dataclass(eq=False)
class Bond:
    """Elders, none, one or two, with those who hang on them; `vias` lead the line through the rows between."""

    style: str
    elders: list[Spot]
    youngers: list[Spot]
    ties: list[Tie]
    vias: dict[int, Spot] = field(default_factory=dict)

    def above(self, row: int) -> list[Spot]:
        """What those in this row hang on."""
        return [self.vias[row - 1]] if row - 1 in self.vias else self.elders

    def below(self, row: int) -> list[Spot]:
        """What hangs on the line where it leaves this row."""
        via = [self.vias[row + 1]] if row + 1 in self.vias else []
        return [spot for spot in self.youngers if spot.row == row + 1] + via


class Rows:
    """The rows while their order and places are sought; `couples` are pairs of keys who should stand side by side."""

    def __init__(self, rows: list[list[Spot]], couples: Collection[frozenset[int]]) -> None:
        self.rows = rows
        self.couples = couples

    def settled(self) -> list[list[Spot]]:
        """The rows in their order, each spot in its place, beginning at 0."""
        self.order()
        self.place()
        return self.rows

    def order(self) -> None:
        """Try rows from above and from below in turn; keep the order with the fewest crossings."""
        chains = [self._chains(row) for row in self.rows]
        best: tuple[int, list[list[Spot]]] | None = None
        for _turn in range(TURNS):
            for number in reversed(range(len(self.rows))):
                self._sort(number, chains[number], upward=False)
            for number in range(len(self.rows)):
                self._sort(number, chains[number], upward=True)
            crossings = self._crossings()
            if best is None or crossings < best[0]:
                best = crossings, [list(row) for row in self.rows]
        if best:
            self.rows = best[1]

    def _chains(self, row: list[Spot]) -> list[list[Spot]]:
        """People of a row in chains of partners, each beside the next as far as a line allows."""
        beside: dict[int, list[int]] = defaultdict(list)
        inside = {spot.who.key: spot for spot in row if spot.who}
        for pair in self.couples:
            if pair <= inside.keys():
                one, other = sorted(pair)
                beside[one].append(other)
                beside[other].append(one)
        chains: list[list[Spot]] = []
        taken: set[int] = set()
        for spot in sorted(row, key=lambda spot: (len(beside[spot.who.key]) if spot.who else 0, spot.birth)):
            if spot.who is None:
                chains.append([spot])
            elif spot.who.key not in taken:
                keys, waiting = list[int](), [spot.who.key]
                while waiting:
                    key = waiting.pop()
                    if key not in taken:
                        taken.add(key)
                        keys.append(key)
                        waiting += [other for other in beside[key] if other not in taken]
                chains.append([inside[key] for key in keys])
        return chains

    def _sort(self, number: int, chains: list[list[Spot]], *, upward: bool) -> None:
        at = {id(spot): place - (len(row) - 1) / 2 for row in self.rows for place, spot in enumerate(row)}

        def pull(spot: Spot) -> float | None:
            bonds = spot.ups if upward else spot.downs
            # Who is born to somebody stands with brothers and sisters, whoever else cares for them.
            bonds = [bond for bond in bonds if bond.style == "blood"] or bonds
            near = [mean(at[id(other)] for other in others)
                    for bond in bonds if (others := bond.above(number) if upward else bond.below(number))]  # fmt: skip
            return mean(near) if near else None

        def chain_key(chain: list[Spot]) -> tuple[float, tuple[str, int]]:
            pulls = [found for spot in chain if (found := pull(spot)) is not None]
            tied = [spot for spot in chain if spot.ups] or chain
            return (mean(pulls) if pulls else mean(at[id(spot)] for spot in chain)), min(s.birth for s in tied)

        for chain in chains:
            first, last = pull(chain[0]), pull(chain[-1])
            turned = first is not None and last is not None and first > last
            if turned or (upward and None in (first, last) and _other_way_round(chain)):
                chain.reverse()
        self.rows[number] = [spot for chain in sorted(chains, key=chain_key) for spot in chain]

    def _crossings(self) -> int:
        at = {id(spot): place for row in self.rows for place, spot in enumerate(row)}
        found = 0
        for number in range(1, len(self.rows)):
            edges = [
                (mean(at[id(elder)] for elder in elders), at[id(spot)])
                for spot in self.rows[number] for bond in spot.ups if (elders := bond.above(number))
            ]  # fmt: skip
            found += sum(1 for (a, b), (c, d) in combinations(edges, 2) if (a - c) * (b - d) < 0)
        return found

    # ---- places --------------------------------------------------------------------------------------------------

    def place(self) -> None:
        """Move rows towards their parents and children in turn, without changing their order or losing the gap."""
        for row in self.rows:
            _settle(row, [0.0] * len(row))
        for turn in range(SWEEPS):
            upward = turn % 2 == 0
            numbers = range(len(self.rows)) if upward else reversed(range(len(self.rows)))
            for number in numbers:
                row = self.rows[number]
                _settle(row, [self._wish(spot, number, upward=upward) for spot in row])
        least = min((spot.x - spot.half for row in self.rows for spot in row), default=0.0)
        for spot in (spot for row in self.rows for spot in row):
            spot.x = round(spot.x - least, 1)

    def _wish(self, spot: Spot, number: int, *, upward: bool) -> float:
        """Where this one would stand if it were alone: the whole group moves to the middle of what it hangs on."""
        wishes: list[float] = []
        for bond in spot.ups if upward else spot.downs:
            ours = bond.below(number - 1) if upward else bond.above(number + 1)
            theirs = bond.above(number) if upward else bond.below(number)
            if ours and theirs:
                moved = spot.x + mean(other.x for other in theirs) - mean(other.x for other in ours)
                wishes += [moved] * (4 if bond.style == "blood" else 1)
        return mean(wishes) if wishes else spot.x


def mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found)


def _other_way_round(chain: list[Spot]) -> bool:
    """By custom a man stands before a woman, and the partner with the elder children before the next."""
    if len(chain) == 2:
        return [spot.who.sex if spot.who else "" for spot in chain] == ["F", "M"]
    first, last = (
        min((young.birth for bond in spot.downs for young in bond.youngers), default=("9999", 0))
        for spot in (chain[0], chain[-1])
    )
    return last < first


def _settle(row: list[Spot], wishes: Sequence[float]) -> None:
    """The places nearest to the wishes (least squares) that keep the order and the gap: isotonic regression."""
    offsets = [0.0]
    for one, other in pairwise(row):
        offsets.append(offsets[-1] + one.half + other.half + GAP)
    blocks: list[tuple[float, int]] = []
    for wish, offset in zip(wishes, offsets, strict=False):
        block = (wish - offset, 1)
        while blocks and blocks[-1][0] > block[0]:
            (value, size), (more, count) = blocks.pop(), block
            block = ((value * size + more * count) / (size + count), size + count)
        blocks.append(block)
    settled = [value for value, size in blocks for _one in range(size)]
    for spot, value, offset in zip(row, settled, offsets, strict=False):
        spot.x = value + offset
