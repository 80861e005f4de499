"""The sheet Homes: new homes with their main carer, and what a corrected file changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from kinkeeper.exchange import queries
from kinkeeper.exchange.keeping.hand import Hand, Judged, Who, as_day, as_number, corrected, insist
from kinkeeper.exchange.models import SourceRow
from kinkeeper.exchange.sheets.telling import Told
from kinkeeper.homes.actions import bring_in_homes
from kinkeeper.homes.models import Carer, Home
from kinkeeper.lib.guards import insist_on_a_lifetime, insist_on_the_past

TEXTS = ("name", "kind", "registration", "address", "postcode", "telephone")
NUMBERS = ("capacity", "age_from", "age_to")
DESCRIBED = (*TEXTS, *NUMBERS, "opened_on")


@dataclass
class Homes:
    """Judges and keeps rows of the sheet Homes."""

    hand: Hand
    who: dict[str, Who] = field(default_factory=dict)

    def judge(self, groups: Sequence[Sequence[Told]]) -> list[Judged]:
        """What becomes of every row."""
        judged = self.hand.begin("homes", groups)
        self.who = self.hand.people(judged, ("carer",))
        for one in judged:
            if not one.faults and not one.again:
                self._sense(one)
            one.weigh()
            if one.kept and one.kept.home and not one.faults and not one.again:
                home = one.kept.home
                one.plan = corrected(one, DESCRIBED, lambda column, home=home: _now(home, column))
        return judged

    def _sense(self, one: Judged) -> None:
        told, today = one.told, self.hand.actor.today
        opened, since = as_day(told["opened_on"]), as_day(told["carer_since"])
        if opened:
            insist(one, "opened_on", insist_on_the_past, opened, today)
        youngest, oldest = as_number(told["age_from"]), as_number(told["age_to"])
        if youngest is not None and oldest is not None and oldest < youngest:
            one.refuse("age_to", _("The oldest age is below the youngest."), "G-AGE")
        if told["carer"] and since is None:
            one.refuse("carer_since", _("Say since when this person cares here."), "READ-EMPTY")
        elif told["carer"] and since and insist(one, "carer_since", insist_on_the_past, since, today):
            carer = self.who[told["carer"]]
            insist(
                one,
                "carer_since",
                insist_on_a_lifetime,
                since,
                carer.born.earliest if carer.born else None,
                carer.died_on,
            )

    def keep(self, judged: Sequence[Judged]) -> list[SourceRow]:
        """Write new homes and carers, and correct known ones."""
        rows = self.hand.remember(judged)
        homes, changes, carers = [], [], []
        known = queries.carers_of(
            self.hand.actor, [one.kept.home_id for one in judged if one.kept and one.kept.home_id]
        )
        for one, row in zip(judged, rows, strict=True):
            home = one.kept.home if one.kept else None
            if home is None:
                home = Home(unit=self.hand.brought.unit, **_values(one.told, DESCRIBED))
                homes.append(home)
            elif one.plan:
                changes.append((home, _values(one.told, one.plan)))
            row.home = home
            carer = self.who[one.told["carer"]].person if one.told["carer"] else None
            there = known.get(home.pk, [])
            since = as_day(one.told["carer_since"])
            if carer and since and carer.pk not in {one.person_id for one in there}:
                is_main = not any(one.is_main for one in there)
                carers.append(Carer(home=home, person=carer, starts_on=since, is_main=is_main))
        bring_in_homes(self.hand.actor, self.hand.brought.unit, homes=homes, carers=carers, changes=changes)
        return rows


def _values(told: Told, columns: Any) -> dict[str, Any]:
    found: dict[str, Any] = {name: told[name] for name in TEXTS if name in columns}
    found |= {name: as_number(told[name]) for name in NUMBERS if name in columns}
    return found | ({"opened_on": as_day(told["opened_on"])} if "opened_on" in columns else {})


def _now(home: Home, column: str) -> str:
    value = getattr(home, column)
    return "" if value is None else str(value)
