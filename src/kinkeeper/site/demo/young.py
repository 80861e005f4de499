"""The rest of the demo’s association: families that the social centre strengthens, and young people on their own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from random import Random
from typing import Protocol

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Role, Unit, User
from kinkeeper.cases.actions import bring_in_cases
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.families.actions import bring_in_families
from kinkeeper.families.models import Family
from kinkeeper.lib.ages import PartialDate
from kinkeeper.people.actions import register_people
from kinkeeper.people.models import Person
from kinkeeper.site.demo import names, notes, postcodes, staff
from kinkeeper.site.demo.kin import Crowd, Families

CASELOAD = 20


class Maker(Protocol):
    """What this page needs of the generator."""

    rng: Random
    actor: Actor
    staff: staff.Staff
    since: date

    @property
    def wish(self) -> Wish: ...

    def mint(self) -> str: ...


class Wish(Protocol):
    """What is asked of the generator."""

    children: int
    until: date


def fill(maker: Maker) -> None:
    """Family strengthening for one child to every eight in care, youth work for one young person to every fifteen."""
    count = max(8, maker.wish.children // 8)
    _strengthen(maker, maker.staff.social_centre, count, _workers(maker, maker.staff.social_centre, "sami", count))
    count = max(6, maker.wish.children // 15)
    _accompany(maker, maker.staff.youth_team, count, _workers(maker, maker.staff.youth_team, "yara", count))


def _workers(maker: Maker, unit: Unit, first: str, count: int) -> list[User]:
    role = Role.YOUTH_WORKER if first == "yara" else Role.CASEWORKER
    more = -(-count // CASELOAD) - 1
    return [
        maker.staff.users[first],
        *staff.hire_more(maker.staff, maker.mint, maker.rng, unit, role, maker.since, more),
    ]


def _strengthen(maker: Maker, unit: Unit, count: int, workers: Sequence[User]) -> None:
    """Children who live with their own families, and get help there."""
    crowd = Crowd(unit, maker.rng, maker.mint)
    families = []
    left = count
    while left > 0:
        kin = crowd.new_kin(maker.rng.choice(list(names.BY_ETHNIC)), maker.rng.choice(postcodes.FAMILIES))
        for _number in range(min(left, maker.rng.choice((1, 1, 2, 2, 3)))):
            sex = maker.rng.choice("FM")
            born = _born(maker, 1, 15)
            kin.children.append(crowd.add(crowd.name(kin, sex), born=PartialDate.of(born), sex=sex, tag=kin.tongue.tag))
            left -= 1
        crowd.add_elders(kin, _born(maker, 14, 16))
        families.append(kin)
    crowd.people = register_people(maker.actor, unit, newcomers=crowd.newcomers)
    rows = Families(crowd)
    found = [(rows.add(kin), kin) for kin in families]
    bring_in_families(
        maker.actor,
        unit,
        families=rows.families,
        memberships=rows.memberships,
        ties=rows.ties,
        households=rows.households,
        members=rows.members,
    )
    children = [(crowd.people[place], kin.tongue.tag, family) for family, kin in found for place in kin.children]
    _open_cases(maker, unit, Case.Kind.FAMILY_STRENGTHENING, children, workers)


def _accompany(maker: Maker, unit: Unit, count: int, workers: Sequence[User]) -> None:
    """Young people who have left care."""
    crowd = Crowd(unit, maker.rng, maker.mint)
    tags = []
    for _number in range(count):
        kin = crowd.new_kin(maker.rng.choice(("WBRI", "WBRI", "OOTH", "WOTH", "BAFR", "AOTH")), "")
        sex = maker.rng.choice("FM")
        born = PartialDate.of(_born(maker, 18, 23))
        crowd.add(crowd.name(kin, sex), born=born, sex=sex, tag=kin.tongue.tag)
        tags.append(kin.tongue.tag)
    crowd.people = register_people(maker.actor, unit, newcomers=crowd.newcomers)
    youths: list[tuple[Person, str, Family | None]] = [
        (person, tag, None) for person, tag in zip(crowd.people, tags, strict=True)
    ]
    _open_cases(maker, unit, Case.Kind.YOUTH, youths, workers)


def _open_cases(
    maker: Maker,
    unit: Unit,
    kind: str,
    children: Sequence[tuple[Person, str, Family | None]],
    workers: Sequence[User],
) -> None:
    cases, assignments, contacts = [], [], []
    for number, (child, tag, family) in enumerate(children):
        worker = workers[number // CASELOAD]
        opened = maker.wish.until - timedelta(days=maker.rng.randint(40, 700))
        opened = max(opened, child.born_from) if child.born_from else opened
        case = Case(
            code=maker.mint(), child=child, family=family, unit=unit, worker=worker, kind=kind, opened_on=opened, state=Case.State.ACTIVE,
            risk=maker.rng.choice(("low", "low", "medium", "")),
        )  # fmt: skip
        cases.append(case)
        assignments.append(Assignment(code=maker.mint(), case=case, worker=worker, starts_on=opened))
        contacts += _visits(maker.rng, maker.mint, case, tag, opened, maker.wish.until)
    bring_in_cases(maker.actor, unit, cases=cases, assignments=assignments, contacts=contacts)


def _visits(rng: Random, mint: Callable[[], str], case: Case, tag: str, opened: date, until: date) -> list[Contact]:
    day = until - timedelta(days=rng.choice((5, 12, 20, 33, 61, 120)))
    found: list[Contact] = []
    while day >= opened and len(found) < 6:
        given = case.child.name.split()[0]
        seen = rng.choice((Contact.Seen.ALONE, Contact.Seen.WITH_OTHERS))
        found.append(
            Contact(
                code=mint(),
                case=case,
                happened_on=day,
                seen=seen,
                present=notes.present(rng, tag),
                note=notes.note(rng, tag, given),
                by=case.worker,
            )
        )
        day -= timedelta(days=rng.randint(25, 50))
    return found


def _born(maker: Maker, least: int, most: int) -> date:
    days = maker.rng.randint(least * 365 + 10, most * 365 + 300)
    return maker.wish.until - timedelta(days=days)
