"""The sheet Families: who belongs to which family and household, and who is kin to whom; judged as the deeds judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from kinkeeper.exchange import queries
from kinkeeper.exchange.keeping.hand import Hand, Judged, Outcome, Who, as_day, corrected, insist
from kinkeeper.exchange.models import SourceRow
from kinkeeper.exchange.queries import KinAtHand
from kinkeeper.exchange.sheets.telling import Told
from kinkeeper.families.actions import ANCESTORS, BY_BLOOD, bring_in_families
from kinkeeper.families.models import Family, Household, HouseholdMember, Kinship, Membership
from kinkeeper.lib.guards import insist_on_a_lifetime, insist_on_order, insist_on_the_past
from kinkeeper.people.models import Person

# The number of a family stands in a row of its own, so that several rows name one family.
FAMILY = "family"
CHANGEABLE = ("family_name", "since", "until", "address", "postcode", "responsible")

Tie = tuple[str, str, str]


@dataclass
class Families:
    """Judges and keeps rows of the sheet Families."""

    hand: Hand
    who: dict[str, Who] = field(default_factory=dict)
    families: dict[str, SourceRow] = field(default_factory=dict)
    kin: KinAtHand = field(default_factory=KinAtHand)

    def judge(self, groups: Sequence[Sequence[Told]]) -> list[Judged]:
        """What becomes of every row."""
        hand = self.hand
        judged = hand.begin("families", groups)
        self.who = hand.people(judged, ("person", "relative"))
        self.families = queries.landed_rows(hand.actor, hand.source, FAMILY, {one.told["family"] for one in judged})
        people = {who.person.pk for who in self.who.values() if who.person}
        keys = {row.family_id for row in self.families.values() if row.family_id}
        self.kin = queries.kin_at_hand(hand.actor, keys, people)
        named = {one.told["family"] for one in judged if one.told["family_name"]} | self.families.keys()
        ties: dict[frozenset[str], set[str]] = {}
        for one in judged:
            if not one.faults and not one.again:
                self._sense(one, named)
            if not one.faults and not one.again and one.told["kin"] and one.kept is None:
                self._tie(one, ties)
            one.weigh()
            if one.outcome is Outcome.CHANGED and one.kept:
                one.plan = corrected(one, CHANGEABLE, lambda column, one=one: self._now(one, column))
        return judged

    def _sense(self, one: Judged, named: set[str]) -> None:
        told, today = one.told, self.hand.actor.today
        if told["family"] not in named:
            one.refuse("family_name", _("Give the family a name in one of its rows."), "G-NAME")
        who = self.who[told["person"]]
        since, until = as_day(told["since"]), as_day(told["until"])
        for column, day in (("since", since), ("until", until)):
            if day and insist(one, column, insist_on_the_past, day, today):
                insist(one, column, insist_on_a_lifetime, day, who.born.earliest if who.born else None, who.died_on)
        if since and until:
            sentence = _("This began on %(day)s; it cannot end before.")
            insist(one, "until", insist_on_order, until, since, sentence)
        if (since or until or told["address"] or told["postcode"]) and not told["household"]:
            one.refuse("household", _("Give the household a name, for example “Home”."), "G-NAME")
        if bool(told["kin"]) != bool(told["relative"]):
            reason = _("A tie needs both: what the person is, and the number of the relative.")
            one.refuse("relative" if told["kin"] else "kin", reason, "READ-EMPTY")
        if told["responsible"] == "yes" and (not told["kin"] or told["kin"] in Kinship.SYMMETRIC):
            reason = _(
                "Record who is legally responsible as guardian as well: this tie does not say which of the two it is."
            )
            one.refuse("responsible", reason, "G-KIN")

    # ---- ties ----

    def _tie(self, one: Judged, ties: dict[frozenset[str], set[str]]) -> None:
        """Refuse what cannot be: somebody kin to themselves, two ties by blood, an ancestor who is younger."""
        told = one.told
        elder, kind, younger = direct(told)
        if elder == younger:
            one.refuse("relative", _("Nobody is kin to themselves. Choose another person."), "G-KIN")
            return
        pair = frozenset((elder, younger))
        there = ties.setdefault(pair, set())
        kept = {tie.kind for tie in self.kin.ties if self._is(tie, elder, younger)}
        for other in there | kept:
            if other != kind and {other, kind} <= BY_BLOOD:
                reason = _("These two are recorded as kin already (%(kind)s). End that tie first, if it is wrong.")
                words = {"kind": Kinship.Kind(other).label}
                one.refuse("kin", reason % words, "G-KIN")
        there.add(kind)
        above, below = self.who[elder], self.who[younger]
        if kind in ANCESTORS:
            if above.born and below.born and above.born.earliest >= below.born.latest:
                reason = _("%(elder)s is not older than %(younger)s. Check both births, and who is whose.")
                one.refuse("kin", reason % {"elder": above.name, "younger": below.name}, "G-TIME")
            elif above.person and below.person and self._descends(above.person.pk, below.person.pk):
                one.refuse("kin", _("Then somebody would be their own ancestor."), "G-KIN")
            elif above.person and below.person:
                self.kin.above[below.person.pk].add(above.person.pk)

    def _is(self, tie: Kinship, elder: str, younger: str) -> bool:
        one, other = self.who[elder].person, self.who[younger].person
        return one is not None and other is not None and {tie.person_id, tie.relative_id} == {one.pk, other.pk}

    def _descends(self, person: int, ancestor: int) -> bool:
        reached, front = {person}, {person}
        while front:
            front = set().union(*(self.kin.above.get(pk, set()) for pk in front)) - reached
            reached |= front
        return ancestor in reached

    def _now(self, one: Judged, column: str) -> str:
        """What is kept here under a column."""
        family, member, household, tie = self._kept(one)
        found = {
            "family_name": family.name if family else "",
            "address": household.address if household else "",
            "postcode": household.postcode if household else "",
            "since": _iso(member.starts_on) if member else "",
            "until": _iso(member.ends_on) if member else "",
            "responsible": ("yes" if tie.legally_responsible else "no") if tie else "",
        }[column]
        before = one.kept.values.get(column, "") if one.kept else ""
        # An empty cell and “no” say the same.
        return "" if (column, before, found) == ("responsible", "", "no") else found

    def _kept(self, one: Judged) -> tuple[Family | None, HouseholdMember | None, Household | None, Kinship | None]:
        row = self.families.get(one.told["family"])
        family = row.family if row else None
        person = self.who[one.told["person"]].person
        household = self.kin.households.get((family.pk, one.told["household"])) if family else None
        member = self.kin.members.get((household.pk, person.pk)) if household and person else None
        tie = None
        if one.told["kin"]:
            elder, kind, younger = direct(one.told)
            tie = next((tie for tie in self.kin.ties if tie.kind == kind and self._is(tie, elder, younger)), None)
        return family, member, household, tie

    # ---- keeping ----

    def keep(self, judged: Sequence[Judged]) -> list[SourceRow]:
        """Write families, memberships, households and ties that are new; correct what is known."""
        writing = _Writing(self)
        rows = self.hand.remember(judged)
        for one, row in zip(judged, rows, strict=True):
            if one.kept:
                writing.correct(one)
            else:
                writing.add(one)
            row.person = self.who[one.told["person"]].person
            row.family = writing.families[one.told["family"]]
        bring_in_families(
            self.hand.actor, self.hand.brought.unit, families=writing.founded, memberships=writing.memberships,
            ties=writing.ties, households=writing.households, members=writing.members, changes=writing.changes,
        )  # fmt: skip
        return [*rows, *writing.numbers]


class _Writing:
    """What must be written for some rows of the sheet Families."""

    def __init__(self, judge: Families) -> None:
        self.judge = judge
        self.families = {number: row.family for number, row in judge.families.items() if row.family}
        self.founded: list[Family] = []
        self.numbers: list[SourceRow] = []
        self.memberships: list[Membership] = []
        self.households: list[Household] = []
        self.members: list[HouseholdMember] = []
        self.ties: list[Kinship] = []
        self.changes: list[tuple[Any, dict[str, Any]]] = []
        self.places: dict[tuple[str, str], Household] = {}
        self.seen: set[Any] = set()

    def add(self, one: Judged) -> None:
        """A row that is new."""
        told, kin = one.told, self.judge.kin
        person = self._person(told["person"])
        family = self._family(told)
        if (family.pk, person.pk) not in kin.memberships and self._first(("in", told["family"], person.pk)):
            self.memberships.append(Membership(family=family, person=person))
        if told["household"]:
            self._house(told, family, person)
        if told["kin"]:
            self._tie(told)

    def _house(self, told: Told, family: Family, person: Person) -> None:
        household = self._household(told, family)
        known = household.pk and (household.pk, person.pk) in self.judge.kin.members
        if not known and self._first(("lives", told["family"], told["household"], person.pk)):
            days = {"starts_on": as_day(told["since"]), "ends_on": as_day(told["until"])}
            self.members.append(HouseholdMember(household=household, person=person, **days))

    def correct(self, one: Judged) -> None:
        """A row that landed before, with what a corrected file changes."""
        family, member, household, tie = self.judge._kept(one)
        changed = one.plan or {}
        told = one.told
        if family and "family_name" in changed and told["family_name"] and self._first(("called", family.pk)):
            self.changes.append((family, {"name": told["family_name"]}))
        place = {name: told[name] for name in ("address", "postcode") if name in changed}
        if household and place and self._first(("lies", household.pk)):
            self.changes.append((household, place))
        days = {
            field: as_day(told[name])
            for name, field in (("since", "starts_on"), ("until", "ends_on"))
            if name in changed
        }
        if member and days:
            self.changes.append((member, days))
        if tie and "responsible" in changed and self._first(("tie", tie.pk)):
            self.changes.append((tie, {"legally_responsible": told["responsible"] == "yes"}))

    def _first(self, what: Any) -> bool:
        if what in self.seen:
            return False
        self.seen.add(what)
        return True

    def _person(self, number: str) -> Person:
        person = self.judge.who[number].person
        assert person is not None, number
        return person

    def _family(self, told: Told) -> Family:
        family = self.families.get(told["family"])
        if family is None:
            hand = self.judge.hand
            family = Family(unit=hand.brought.unit, name=told["family_name"] or told["family"])
            self.families[told["family"]] = family
            self.founded.append(family)
            self.numbers.append(
                SourceRow(source=hand.source, table=FAMILY, key=told["family"], values={}, family=family)
            )
        elif family._state.adding and told["family_name"] and family.name == told["family"]:
            family.name = told["family_name"]
        return family

    def _household(self, told: Told, family: Family) -> Household:
        known = self.judge.kin.households.get((family.pk, told["household"])) if family.pk else None
        name = (told["family"], told["household"])
        household = known or self.places.get(name)
        if household is None:
            household = Household(
                family=family, name=told["household"], address=told["address"], postcode=told["postcode"]
            )
            self.places[name] = household
            self.households.append(household)
        elif household._state.adding:
            household.address = household.address or told["address"]
            household.postcode = household.postcode or told["postcode"]
        return household

    def _tie(self, told: Told) -> None:
        elder, kind, younger = direct(told)
        person, relative = self._person(elder), self._person(younger)
        if kind in Kinship.SYMMETRIC and person.pk > relative.pk:
            person, relative = relative, person
        there = any(tie.kind == kind and self.judge._is(tie, elder, younger) for tie in self.judge.kin.ties)
        if not there and self._first((person.pk, kind, relative.pk)):
            responsible = told["responsible"] == "yes"
            self.ties.append(Kinship(person=person, kind=kind, relative=relative, legally_responsible=responsible))


def direct(told: Told) -> Tie:
    """A tie as it is written down, from the elder side: (number, kind, number)."""
    person, kind, relative = told["person"], told["kin"], told["relative"]
    if kind in Kinship.Inverse.values:
        elder_is = next(one for one, inverse in Kinship.INVERSES.items() if inverse == kind)
        return relative, str(elder_is), person
    return person, kind, relative


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
