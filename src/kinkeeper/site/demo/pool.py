"""The homes of one neighbourhood of the demo: they open when a child needs one, and never take more than they may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from kinkeeper.site.demo import postcodes


@dataclass(frozen=True, slots=True)
class HomePlan:
    """A home that the demo opens. `kind` is kin, foster, house, group, flat, adopters or breaks.

    `capacity` is above the usual only where brothers and sisters live together (`for_siblings`). `registration` is the
    number under which the return knows the provider; a home for short breaks is not on the return’s map, so it has
    neither registration nor postcode.
    """

    code: str
    kind: str
    provider: str
    registration: str
    postcode: str
    capacity: int
    carers: int
    for_siblings: bool
    opened_on: date


@dataclass(frozen=True, slots=True)
class Kind:
    """How homes of one kind are: places, carers, and which providers run them."""

    capacity: tuple[int, ...]
    carers: int
    providers: tuple[str, ...]
    own_number: bool = False


KINDS: Mapping[str, Kind] = {
    "kin": Kind((1,), 2, ("PR1",)),
    "foster": Kind((1, 2, 2, 3, 3), 2, ("PR5", "PR5", "PR1", "PR4")),
    "house": Kind((4, 5, 6, 7), 2, ("PR5",), own_number=True),
    "group": Kind((4, 5, 6), 4, ("PR4", "PR5"), own_number=True),
    "flat": Kind((2, 3, 4), 1, ("PR5",), own_number=True),
    "adopters": Kind((1,), 2, ("PR5",)),
    "breaks": Kind((5,), 4, ("PR5",)),
}
AGENCIES = {"PR1": 0, "PR5": 1, "PR4": 2}
OUTSIDE_SHARE = 0.12


@dataclass(slots=True)
class _Home:
    """A home with the stays it has promised, as (first day, day of leaving)."""

    plan: HomePlan
    stays: list[tuple[date, date]] = field(default_factory=list)

    def fits(self, start: date, end: date, children: int) -> bool:
        busy = [stay for stay in self.stays if stay[0] < end and start < stay[1]]
        moments = [start, *(stay[0] for stay in busy if stay[0] > start)]
        most = max(sum(1 for stay in busy if stay[0] <= day < stay[1]) for day in moments)
        return most + children <= self.plan.capacity


class Pool:
    """The homes of one neighbourhood."""

    def __init__(self, number: int, opened_on: date, rng: Random) -> None:
        self._number = number
        self._opened_on = opened_on
        self._rng = rng
        self._homes: dict[str, list[_Home]] = {kind: [] for kind in KINDS}
        self._inside = rng.sample(postcodes.HOMES, len(postcodes.HOMES))
        self._outside = rng.sample(postcodes.OUT, len(postcodes.OUT))

    @property
    def homes(self) -> tuple[HomePlan, ...]:
        """Every home opened so far, in the order of their codes."""
        return tuple(sorted((home.plan for homes in self._homes.values() for home in homes), key=lambda h: h.code))

    def plan(self, code: str) -> HomePlan:
        """A home by its code."""
        return next(home for home in self.homes if home.code == code)

    def place(self, kind: str, start: date, end: date, children: int = 1, *, other_than: str = "") -> HomePlan:
        """Find room for children from a day until the day they leave; open a home if there is none."""
        found = None
        if kind not in {"kin", "adopters"}:
            fitting = (h for h in self._homes[kind] if h.plan.code != other_than and h.fits(start, end, children))
            found = next(fitting, None)
        if found is None:
            found = self._open(kind, children)
        found.stays += [(start, end)] * children
        return found.plan

    def _open(self, kind: str, children: int) -> _Home:
        usual = KINDS[kind]
        serial = sum(len(homes) for homes in self._homes.values()) + 1
        provider = self._rng.choice(usual.providers)
        capacity = max(children, self._rng.choice(usual.capacity))
        outside = provider == "PR4" and self._outside and self._rng.random() < OUTSIDE_SHARE * 2
        postcode = (self._outside if outside else self._inside).pop()
        home = _Home(
            HomePlan(
                code=f"H{self._number:04d}{serial:03d}",
                kind=kind,
                provider=provider,
                registration="" if kind == "breaks" else self._registration(usual, provider, serial),
                postcode="" if kind == "breaks" else postcode,
                capacity=capacity,
                carers=usual.carers,
                for_siblings=kind in {"foster", "kin", "adopters"} and capacity > max(3, *usual.capacity),
                opened_on=self._opened_on,
            )
        )
        self._homes[kind].append(home)
        return home

    def _registration(self, usual: Kind, provider: str, serial: int) -> str:
        """Homes for groups are registered themselves; families are under the agency that approved them."""
        if usual.own_number:
            return f"SC{self._number % 9000 + 1000:04d}{serial:03d}"
        return f"SC{self._number % 9000 + 1000:04d}90{AGENCIES[provider]}"
