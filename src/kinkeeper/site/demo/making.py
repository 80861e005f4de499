"""Fill an empty installation with the demo: neighbourhood by neighbourhood, each in one transaction, the same for one seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby
from random import Random

from kinkeeper.access.actions import found_association
from kinkeeper.access.gate import machine
from kinkeeper.access.models import Association, Role
from kinkeeper.cases.actions import bring_in_cases
from kinkeeper.cases.models import Case, Contact
from kinkeeper.exchange.actions import keep_children
from kinkeeper.exchange.ssda903.records import ChildRecord
from kinkeeper.exchange.ssda903.years import year_end, year_of
from kinkeeper.families.actions import bring_in_families
from kinkeeper.families.models import Family
from kinkeeper.homes.actions import bring_in_homes
from kinkeeper.homes.models import Approval, BackgroundCheck, Carer, Home
from kinkeeper.journal.chain import remembered
from kinkeeper.lib.codes import codes_drawn_from, new_code
from kinkeeper.people.actions import register_people
from kinkeeper.people.models import Person
from kinkeeper.site.demo import casework, door, notes, papers, staff, young
from kinkeeper.site.demo.histories import NEIGHBOURHOOD, ChildPlan, Neighbourhood, neighbourhoods
from kinkeeper.site.demo.kin import Crowd, Families, Kin, carers_of, grounds_of, home_from
from kinkeeper.site.demo.staff import Staff
from kinkeeper.site.demo.supports import supports_of

SEED = 2
SMALL = 1000
VISITED_FOR = timedelta(days=400)
Tell = Callable[[int, int], None]


@dataclass
class Wish:
    """What is asked of the generator. `until` is the demo’s today; years are collection years ending with its own."""

    children: int = 120
    seed: int = SEED
    years: int = 3
    until: date = field(default_factory=date.today)

    @property
    def first_year(self) -> int:
        return year_of(self.until) - self.years + 1


def fill(wish: Wish, association: Association | None = None, tell: Tell | None = None) -> Association:
    """Make the association if there is none, its people, and everything that is kept of the children."""
    _Maker(wish, association, tell or (lambda _done, _of: None)).make()
    return Association.objects.get()


class _Maker:
    """One run of the generator, with its own random numbers for each neighbourhood."""

    def __init__(self, wish: Wish, association: Association | None, tell: Tell) -> None:
        self.wish = wish
        self.tell = tell
        self.rng = Random(f"kinkeeper/{wish.seed}")  # noqa: S311  # invented data, no secret
        self.since = year_end(wish.first_year - 6)
        self.staff = self._found(association)
        self.actor = machine("generate", *Role.values)

    def mint(self) -> str:
        """The next code of this seed."""
        return new_code(random=self.rng)

    def _found(self, association: Association | None) -> Staff:
        count = -(-self.wish.children // NEIGHBOURHOOD)
        if association is None:
            setup = machine("setup")
            programmes = staff.programmes_for(count)
            association = found_association(
                setup, name=staff.NAME, country=staff.COUNTRY, pack=staff.PACK, programmes=programmes, is_demo=True
            )
        return staff.units_of(association)

    def make(self) -> None:
        """All of it or nothing where that is quickly done; a bench of many children goes block by block."""
        if self.wish.children > SMALL:
            self._make_parts()
            return
        with remembered("machine:generate", "site.generate"):
            self._make_parts()

    def _make_parts(self) -> None:
        with remembered("machine:generate", "site.generate"):
            staff.hire_known(self.staff, self.mint, self.since)
            self.actor = machine("generate", *Role.values)
            young.fill(self)
        done, wish = 0, self.wish
        for neighbourhood in neighbourhoods(wish.seed, wish.children, wish.years, wish.first_year, wish.until):
            with remembered("machine:generate", "site.generate"):
                _Block(self, neighbourhood).make()
            done += len(neighbourhood.children)
            self.tell(done, wish.children)
        with remembered("machine:generate", "site.generate"):
            papers.fill(self.actor, self.staff, self.rng)
        with remembered("machine:generate", "site.generate"):
            casework.fill(self.staff, self.mint, wish.seed, wish.until)
            with codes_drawn_from(self.rng):
                door.fill(self.staff, wish.until)


class _Block:
    """One neighbourhood: forty children, their families and homes, their workers and visits."""

    def __init__(self, maker: _Maker, plan: Neighbourhood) -> None:
        self.maker = maker
        self.plan = plan
        self.actor = maker.actor
        self.unit = maker.staff.unit_of(plan.number)
        self.rng = Random(f"kinkeeper/{maker.wish.seed}/around/{plan.number}")  # noqa: S311  # invented data, no secret
        self.crowd = Crowd(self.unit, self.rng, maker.mint)
        self.kin: dict[int, Kin] = {}
        self.places: dict[str, int] = {}
        self.families: dict[int, Family] = {}

    def make(self) -> None:
        staff.hire_workers(self.maker.staff, self.maker.mint, self.rng, self.plan.number, self.plan.workers)
        self._line_up_families()
        carers = [self.crowd.add_carers(plan) for plan in self.plan.homes]
        self.crowd.people = register_people(self.actor, self.unit, newcomers=self.crowd.newcomers)
        homes: dict[str, Home] = {}
        cares: list[Carer] = []
        approvals: list[Approval] = []
        checks: list[BackgroundCheck] = []
        for number, (plan, (_tongue, family, places)) in enumerate(zip(self.plan.homes, carers, strict=True)):
            home = homes[plan.code] = home_from(self.crowd, plan, family, self.plan.number * 40 + number)
            here = carers_of(self.crowd, home, places, plan.opened_on)
            approved, checked = grounds_of(self.crowd, home, plan, here, self.maker.wish.until)
            cares += here
            approvals += approved
            checks += checked
        new = list(homes.values())
        bring_in_homes(self.actor, self.unit, homes=new, carers=cares, approvals=approvals, checks=checks)
        records = [self._with_gaps(plan) for plan in self.plan.children]
        stays = {key: homes[code] for plan in self.plan.children for key, code in _stays(plan, homes)}
        keep_children(self.actor, self.unit, records=records, homes=stays, mint=self.maker.mint)
        self._bring_in_families()
        self._visit()

    def _line_up_families(self) -> None:
        for number, plans in groupby(self.plan.children, key=lambda plan: plan.family):
            children = list(plans)
            first = children[0]
            kin = self.kin[number] = self.crowd.new_kin(first.record.headers[-1].ethnic, first.home_postcode)
            for plan in children:
                self.places[plan.record.child] = self.crowd.add_child(kin, plan.record)
            if first.kind != "asylum":
                self.crowd.add_elders(kin, min(plan.record.born_on for plan in children))

    def _with_gaps(self, plan: ChildPlan) -> ChildRecord:
        """Now and then a review was not held: only in a year whose return is not due yet."""
        record, last_year = plan.record, year_of(self.maker.wish.until)
        unfinished = self.maker.wish.until < year_end(last_year)
        recent = bool(record.reviews) and year_of(record.reviews[-1].held_on) == last_year
        if unfinished and recent and self.rng.random() < 0.07:
            return replace(record, reviews=record.reviews[:-1])
        return record

    def _bring_in_families(self) -> None:
        rows = Families(self.crowd)
        # Random numbers of its own, so that everything else of a seed stays as it was.
        chance = Random(f"kinkeeper/{self.maker.wish.seed}/matters/{self.plan.number}")  # noqa: S311  # invented data
        for kin in self.kin.values():
            family = rows.add(kin)
            self.families |= dict.fromkeys(kin.children, family)
        bring_in_families(
            self.actor,
            self.unit,
            families=rows.families,
            memberships=rows.memberships,
            ties=rows.ties,
            households=rows.households,
            members=rows.members,
            supports=[one for kin in self.kin.values() for one in supports_of(chance, kin, self.crowd.people)],
        )

    def _visit(self) -> None:
        people = {place: self.crowd.people[place] for place in self.places.values()}
        cases = {
            case.child_id: case
            for case in Case.objects.filter(child__in=list(people.values()), closed_on=None).select_related("worker")
        }
        contacts: list[Contact] = []
        changes = []
        tags = {place: kin.tongue.tag for kin in self.kin.values() for place in kin.children}
        for place, person in people.items():
            case = cases.get(person.pk)
            if case:
                risk = self.rng.choice(("low", "low", "low", "medium", "medium", "high", ""))
                changes.append((case, {"risk": risk, "family_id": self.families[place].pk}))
                contacts += visits(self, case, person, tags[place])
        bring_in_cases(self.actor, self.unit, contacts=contacts, changes=changes)


def _stays(plan: ChildPlan, homes: dict[str, Home]) -> Iterator[tuple[tuple[str, date], str]]:
    """Which home each episode was in, where that home is also what the return says about the place."""
    for episode, code in zip(plan.record.episodes, plan.homes, strict=True):
        home = homes.get(code)
        said = (episode.provider, episode.urn, episode.place_postcode)
        if home and said == (home.provider, home.registration, home.postcode):
            yield (plan.record.child, episode.started_on), code


def visits(block: _Block, case: Case, child: Person, tag: str) -> list[Contact]:
    """The visits of the last year: most of them monthly, some late, a few forgotten for half a year, or not begun."""
    rng, until = block.rng, block.maker.wish.until
    luck = rng.random()
    forgotten, late = rng.randint(170, 260), rng.randint(75, 150)
    if luck < 0.03 and until - case.opened_on < timedelta(days=120):
        return []
    day = until - timedelta(days=forgotten if luck < 0.03 else late if luck < 0.11 else rng.randint(1, 32))
    found: list[Contact] = []
    earliest = max(case.opened_on, until - VISITED_FOR)
    while day > earliest and len(found) < 12:
        found.append(_visit(rng, block.maker.mint, case, child, tag, day))
        day -= timedelta(days=rng.randint(24, 46))
    return found


def _visit(rng: Random, mint: Callable[[], str], case: Case, child: Person, tag: str, day: date) -> Contact:
    mine = tag if rng.random() < 0.6 else "en"
    kind = rng.choices(list(Contact.Kind.values), (70, 16, 10, 4))[0]
    seen = (
        rng.choices(list(Contact.Seen.values), (48, 45, 7))[0] if kind == Contact.Kind.VISIT else Contact.Seen.NOT_SEEN
    )
    given = child.name.split()[0]
    return Contact(
        code=mint(),
        case=case,
        kind=kind,
        happened_on=day,
        seen=seen,
        present=notes.present(rng, mine) if kind == Contact.Kind.VISIT else "",
        note=notes.note(rng, mine, given),
        child_said=notes.said(rng, mine) if seen == Contact.Seen.ALONE and rng.random() < 0.4 else "",
        by=case.worker,
    )
