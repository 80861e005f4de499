"""The people around the children of the demo: parents, brothers and sisters at home, grandmothers, carers, and their homes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from kinkeeper.access.models import Unit
from kinkeeper.exchange.keeping.shelf import CHILD_NUMBER
from kinkeeper.exchange.ssda903.records import ChildRecord
from kinkeeper.families.models import Family, Household, HouseholdMember, Kinship, Membership
from kinkeeper.homes.models import Approval, BackgroundCheck, Carer, Home
from kinkeeper.lib.ages import PartialDate
from kinkeeper.people.actions import NameParts, Newcomer
from kinkeeper.people.models import BirthBy, Name, Person
from kinkeeper.site.demo import names
from kinkeeper.site.demo.names import Called, Pair, Tongue
from kinkeeper.site.demo.pool import HomePlan

STREETS = ("Alder Lane", "Bridge Street", "Canal Road", "Chapel Row", "Fern Close", "Hill Top", "Mill Street", "Orchard Way",
           "Quarry Road", "Station Road", "Tanner’s Yard", "Weir Lane")  # fmt: skip
TREES = ("Alder", "Ash", "Beech", "Birch", "Cedar", "Elm", "Hawthorn", "Hazel", "Juniper", "Larch", "Linden", "Maple", "Oak",
         "Poplar", "Rowan", "Willow", "Yew")  # fmt: skip
# How many families write their names in their own letters first, where these are not Latin.
OWN_SCRIPT = 0.65
KINDS = {
    "kin": Home.Kind.RELATIVES,
    "foster": Home.Kind.FOSTER,
    "house": Home.Kind.VILLAGE_FAMILY,
    "group": Home.Kind.SMALL_GROUP,
    "flat": Home.Kind.FLAT,
    "adopters": Home.Kind.FOSTER,
    "breaks": Home.Kind.SMALL_GROUP,
}


@dataclass
class Kin:
    """One family of the demo: its language and name, and its members as they are registered."""

    tongue: Tongue
    family_name: Pair
    own_script: bool
    postcode: str
    children: list[int] = field(default_factory=list)
    parents: list[tuple[int, str]] = field(default_factory=list)
    at_home: list[int] = field(default_factory=list)
    grandmother: int | None = None
    given: set[str] = field(default_factory=set)


@dataclass
class Crowd:
    """Everybody of one unit who is registered together; people are known by their place in the list until then."""

    unit: Unit
    rng: Random
    mint: Callable[[], str]
    newcomers: list[Newcomer] = field(default_factory=list)
    people: Sequence[Person] = ()

    def add(
        self, called: Called, *, born: PartialDate | None, sex: str, tag: str, ethnic: str = "", child: str = ""
    ) -> int:
        """Line somebody up; returns their place in the list."""
        parts = [NameParts(given=called.given, family=called.family)]
        if called.other:
            parts.append(NameParts(given=called.other[0], family=called.other[1], use=Name.Use.ALIAS))
        self.newcomers.append(
            Newcomer(
                parts,
                birth=born,
                birth_by=BirthBy.SELF if born and born.estimated else "",
                sex=sex,
                ethnicity=ethnic,
                identifiers=[(CHILD_NUMBER, child, None, None)] if child else [],
                languages=[tag, "en"] if tag != "en" else ["en"],
                is_invented=True,
                code=self.mint(),
            )
        )
        return len(self.newcomers) - 1

    def new_kin(self, ethnic: str, postcode: str) -> Kin:
        """A family nobody of whom is registered yet."""
        tongue = names.tongue_of(self.rng, ethnic)
        return Kin(tongue, self.rng.choice(tongue.families), self.rng.random() < OWN_SCRIPT, postcode)

    def add_child(self, kin: Kin, record: ChildRecord) -> int:
        """A child of the return, with a name."""
        called = self.name(kin, record.sex)
        born, ethnic = PartialDate.of(record.born_on), record.headers[-1].ethnic
        place = self.add(called, born=born, sex=record.sex, tag=kin.tongue.tag, ethnic=ethnic, child=record.child)
        kin.children.append(place)
        return place

    def name(self, kin: Kin, sex: str) -> Called:
        """A name for a member of this family that no other member bears."""
        sex = sex if sex in {"F", "M"} else self.rng.choice("FM")
        return self._unlike(kin.given, kin.tongue, sex, kin.family_name, own_script=kin.own_script)

    def _unlike(self, given: set[str], tongue: Tongue, sex: str, family: Pair, *, own_script: bool) -> Called:
        for _try in range(20):
            called = names.name_of(self.rng, tongue, sex, family, own_script=own_script)
            if called.given not in given:
                break
        given.add(called.given)
        return called

    def add_elders(self, kin: Kin, eldest: date) -> None:
        """Parents as far as they are known, and sometimes a grandmother and a child who stayed at home."""
        rng, tag = self.rng, kin.tongue.tag
        for sex, share in (("F", 0.95), ("M", 0.62)):
            if rng.random() < share:
                born = self._years_before(eldest, 19, 36)
                kin.parents.append((self.add(self.name(kin, sex), born=born, sex=sex, tag=tag), sex))
        if rng.random() < 0.2:
            kin.grandmother = self.add(self.name(kin, "F"), born=self._years_before(eldest, 45, 62), sex="F", tag=tag)
        if rng.random() < 0.25 and kin.parents:
            sex = rng.choice("FM")
            born = PartialDate.of(eldest - timedelta(days=rng.randint(400, 2200)))
            kin.at_home.append(self.add(self.name(kin, sex), born=born, sex=sex, tag=tag))

    def _years_before(self, day: date, least: int, most: int) -> PartialDate:
        """A birthday so many years earlier; of some people only the year is known."""
        year = day.year - self.rng.randint(least, most)
        if self.rng.random() < 0.3:
            return PartialDate(year, estimated=self.rng.random() < 0.5)
        return PartialDate(year, self.rng.randint(1, 12), self.rng.randint(1, 28))

    def add_carers(self, plan: HomePlan) -> tuple[Tongue, Pair, list[int]]:
        """Who cares in a home: couples share their name, staff do not."""
        tongue = names.TONGUES[self.rng.choice(("en", "en", "en", "fr", "sq", "ru", "ar", "nl"))]
        family = self.rng.choice(tongue.families)
        found = []
        given: set[str] = set()
        for number in range(plan.carers):
            staffed = plan.kind in {"group", "flat", "breaks"} and number
            mine = self.rng.choice(tongue.families) if staffed else family
            sex = "F" if number == 0 else self.rng.choice("FMMM")
            called = self._unlike(given, tongue, sex, mine, own_script=False)
            born = self._years_before(plan.opened_on, 27, 52)
            found.append(self.add(called, born=born, sex=sex, tag=tongue.tag))
        return tongue, family, found


def home_from(crowd: Crowd, plan: HomePlan, family: Pair, number: int) -> Home:
    """A home as its unit keeps it."""
    rng = crowd.rng
    tree = TREES[number % len(TREES)]
    called = {
        "house": f"{tree} House",
        "group": f"{tree} Grove",
        "flat": f"{tree} Court flats",
        "breaks": f"{tree} Lodge",
    }.get(plan.kind, f"The {family[1]} family")
    again = number // len(TREES)
    return Home(
        code=crowd.mint(),
        unit=crowd.unit,
        name=f"{called} {again + 1}" if again and plan.kind in {"house", "group", "flat", "breaks"} else called,
        kind=KINDS[plan.kind],
        capacity=plan.capacity,
        provider=plan.provider,
        registration=plan.registration,
        postcode=plan.postcode,
        address=f"{rng.randint(1, 180)} {rng.choice(STREETS)}",
        telephone=f"01632 960{rng.randint(0, 999):03d}",  # a range that is kept free for stories
        opened_on=plan.opened_on,
    )


def carers_of(crowd: Crowd, home: Home, places: Sequence[int], since: date) -> list[Carer]:
    """The carers of a home, the first of them the main one."""
    return [
        Carer(code=crowd.mint(), home=home, person=crowd.people[place], is_main=number == 0, starts_on=since)
        for number, place in enumerate(places)
    ]


# What each kind of home of the demo is approved for, as codes of the English pack.
APPROVED = {
    "kin": ("U1", "U3"),
    "foster": ("T3", "U4", "U6"),
    "house": ("K2",),
    "group": ("K2",),
    "flat": ("H5", "K3"),
    "adopters": ("A3", "A5", "A6", "U5"),
    "breaks": ("R1", "T0", "T3"),
}


def grounds_of(
    crowd: Crowd, home: Home, plan: HomePlan, cares: Sequence[Carer], until: date
) -> tuple[list[Approval], list[BackgroundCheck]]:
    """The approval of a home, and a clear check of everybody who cares there that still holds on the demo’s last day."""
    approval = Approval(
        code=crowd.mint(),
        home=home,
        care_types=list(APPROVED[plan.kind]),
        starts_on=plan.opened_on,
        authority="Fostering panel" if plan.kind in {"kin", "foster", "adopters"} else "Ofsted",
    )
    # Chosen from the name, so that everything else of a seed stays as it was.
    ages = [60 + 41 * (len(home.name) * 7 + number * 5) % 900 for number in range(len(cares))]
    checks = [
        BackgroundCheck(
            code=crowd.mint(),
            home=home,
            person=carer.person,
            issuer="Disclosure and Barring Service",
            issued_on=until - timedelta(days=age),
            ends_on=until - timedelta(days=age) + timedelta(days=3 * 365),
            result=BackgroundCheck.Result.CLEAR,
        )
        for carer, age in zip(cares, ages, strict=True)
    ]
    return [approval], checks


@dataclass
class Families:
    """Rows of families, ready to be brought in together."""

    crowd: Crowd
    families: list[Family] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    ties: list[Kinship] = field(default_factory=list)
    households: list[Household] = field(default_factory=list)
    members: list[HouseholdMember] = field(default_factory=list)

    def add(self, kin: Kin) -> Family:
        """A family with its household, its members and the ties between them."""
        crowd, mint = self.crowd, self.crowd.mint
        family = Family(code=mint(), unit=crowd.unit, name=f"{kin.family_name[0 if kin.own_script else 1]}")
        self.families.append(family)
        elders = [place for place, _sex in kin.parents] + ([kin.grandmother] if kin.grandmother is not None else [])
        everybody = [*elders, *kin.children, *kin.at_home]
        self.memberships += [Membership(code=mint(), family=family, person=crowd.people[place]) for place in everybody]
        self._tie(kin)
        if elders:
            street = f"{crowd.rng.randint(1, 180)} {crowd.rng.choice(STREETS)}"
            household = Household(
                code=mint(), family=family, name=str(family.name), address=street, postcode=kin.postcode
            )
            self.households.append(household)
            self.members += [
                HouseholdMember(code=mint(), household=household, person=crowd.people[place])
                for place in [*elders[:2], *kin.at_home]
            ]
        return family

    def _tie(self, kin: Kin) -> None:
        people, rng = self.crowd.people, self.crowd.rng
        young = [people[place] for place in (*kin.children, *kin.at_home)]
        for place, sex in kin.parents:
            contact = rng.choice(("free", "supervised", "supervised", "none", ""))
            for child in young:
                self._add(people[place], Kinship.Kind.PARENT, child, legally_responsible=sex == "F", contact=contact)
        if kin.grandmother is not None:
            for child in young:
                self._add(people[kin.grandmother], Kinship.Kind.GRANDPARENT, child, contact="free")
        for number, one in enumerate(young):
            for other in young[number + 1 :]:
                low, high = sorted((one, other), key=lambda person: person.pk)
                self._add(low, Kinship.Kind.SIBLING, high)

    def _add(
        self, person: Person, kind: str, relative: Person, *, legally_responsible: bool = False, contact: str = ""
    ) -> None:
        self.ties.append(
            Kinship(
                code=self.crowd.mint(),
                person=person,
                kind=kind,
                relative=relative,
                legally_responsible=legally_responsible,
                contact=contact,
            )
        )
