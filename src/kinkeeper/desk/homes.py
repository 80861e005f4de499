"""The list of homes and the page of one home as data. Everything through the gate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Model, Q

from kinkeeper.access.gate import Actor, one, seen
from kinkeeper.book import queries as book
from kinkeeper.homes.models import Approval, Carer, Home
from kinkeeper.homes.queries import Standing, standing_of
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Episode
from kinkeeper.placements.queries import Residence, free_places, occupancies, occupants

ROWS = 50


@dataclass(frozen=True)
class HomeLine:
    """A row of the list of homes: who cares there and how many places are taken."""

    home: Home
    carers: list[Carer]
    taken: int

    @property
    def free(self) -> int | None:
        """Free places; None where nobody has set how many there are."""
        return free_places(self.home, self.taken)


def list_of_homes(actor: Actor, wishes: dict[str, str], page: str | int | None = 1) -> Page[HomeLine]:
    """A page of the open homes that answer the wishes."""
    found = seen(actor, Home).filter(closed_on=None).select_related("unit").order_by("name", "pk")
    if text := wishes.get("q", "").strip():
        found = found.filter(Q(name__icontains=text) | Q(code__iexact=text))
    plain = {"kind": "kind", "unit": "unit__code"}
    found = found.filter(**{plain[name]: value for name, value in wishes.items() if name in plain})
    if wishes.get("free"):
        taken = occupancies(actor, found, actor.today)
        open_ones = [home.pk for home in found if home.capacity is None or home.capacity > taken[home.pk]]
        found = found.filter(pk__in=open_ones)
    chosen: Page[Any] = Paginator(found, ROWS).get_page(page)
    chosen.object_list = home_lines(actor, list(chosen.object_list))
    return chosen


def home_lines(actor: Actor, found: Sequence[Home]) -> list[HomeLine]:
    """The lines of these homes, in their order. Two questions."""
    taken = occupancies(actor, found, actor.today)
    carers: dict[int, list[Carer]] = defaultdict(list)
    for carer in seen(actor, Carer).filter(home__in=found, ends_on=None).select_related("person__unit"):
        carers[carer.home_id].append(carer)
    return [HomeLine(home, carers[home.pk], taken[home.pk]) for home in found]


ABOUT_A_HOME = (
    "appoint_carer", "record_background_check", "record_training", "approve_home", "add_house_member", "describe_home",
    "close_home",
)  # fmt: skip


@dataclass(frozen=True)
class PastStay:
    """A child who lived in a home, from a day and until a day."""

    child: Person
    started_on: date
    ended_on: date


@dataclass(frozen=True)
class HomePage:
    """A home: its places, those who care there, and the children who live or lived there as far as the actor sees."""

    line: HomeLine
    carers_before: list[Carer]
    here: list[Residence]
    before: list[PastStay]
    deeds: list[book.Deed]
    standing: Standing
    on_approvals: list[tuple[Approval, list[book.Deed]]]

    @property
    def keeps(self) -> bool:
        """Whether the actor keeps this home, so that who comes and goes can be recorded from its page."""
        return any(deed.name == "add_house_member" and deed.verdict for deed in self.deeds)


def home_page(actor: Actor, code: str) -> HomePage:
    """All that the page of one home says."""
    home = one(seen(actor, Home).select_related("unit"), code=code)
    past = seen(actor, Carer).filter(home=home, ends_on__isnull=False).select_related("person__unit")
    known = seen(actor, Person)
    standing = standing_of(actor, home)
    return HomePage(
        line=home_lines(actor, [home])[0],
        carers_before=list(past.filter(person__in=known)),
        here=occupants(actor, home, actor.today),
        before=_lived_there(actor, home),
        deeds=book.deeds(actor, [(f"homes.{name}", code, home) for name in ABOUT_A_HOME]),
        standing=standing,
        on_approvals=[(row, _about_an_approval(actor, row, home)) for row in standing.approvals],
    )


def _about_an_approval(actor: Actor, row: Approval, home: Home) -> list[book.Deed]:
    """What can be done to an approval that has not ended."""
    row.home = home
    deed = "lift_suspension" if row.suspended_on else "suspend_approval"
    wanted: list[tuple[str, str, Model]] = [(f"homes.{name}", row.code, row) for name in (deed, "end_approval")]
    return [deed for deed in book.deeds(actor, wanted) if deed.verdict]


def _lived_there(actor: Actor, home: Home) -> list[PastStay]:
    visible = seen(actor, Episode).filter(placement__home=home).values("pk")
    rows = (
        Episode.objects.filter(pk__in=visible).with_ends().select_related("period__child").order_by("started_on", "pk")
    )
    begun: dict[int, date] = {}
    stays: dict[int, PastStay] = {}
    for row in rows:
        started_on = begun.setdefault(row.placement_id, row.started_on)
        ended_on: date | None = row.ended_on  # type: ignore[attr-defined]  # with_ends() adds it
        if ended_on and ended_on <= actor.today:
            stays[row.placement_id] = PastStay(row.period.child, started_on, ended_on)
        else:
            stays.pop(row.placement_id, None)
    return sorted(stays.values(), key=lambda stay: stay.ended_on, reverse=True)
