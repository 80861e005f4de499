"""The sheet Persons: who is new, who is known already or perhaps, what a corrected file changes; and how it is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from kinkeeper.access.models import User
from kinkeeper.cases.actions import bring_in_cases
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.exchange import queries
from kinkeeper.exchange.keeping.hand import UNQUOTED, Hand, Judged, as_day, corrected, insist
from kinkeeper.exchange.models import LikelyDuplicate, SourceRow
from kinkeeper.exchange.queries import Known
from kinkeeper.exchange.sheets.telling import Told
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.guards import insist_on_a_lifetime, insist_on_the_past
from kinkeeper.lib.names import display_name, script_of
from kinkeeper.lib.rows import Row
from kinkeeper.people.actions import (
    LONGEST_AGO,
    NameParts,
    Newcomer,
    bring_in_legal_statuses,
    register_people,
    shown,
)
from kinkeeper.people.models import ContactPoint, Identifier, Name, Person, SpokenLanguage
from kinkeeper.people.queries import Likeness, likely_duplicates_of_many

PLAIN = ("birth", "birth_by", "sex", "died_on")
NAMED = ("given", "middle", "family")
OTHER = ("given_other", "family_other")
REACHED = {"phone": ContactPoint.Kind.PHONE, "address": ContactPoint.Kind.ADDRESS}
DESCRIBED = (*NAMED, *OTHER, *PLAIN, "language", "national", *REACHED)
OF_A_CASE = ("case_opened_on", "case_kind", "worker")


@dataclass
class Persons:
    """Judges and keeps rows of the sheet Persons."""

    hand: Hand
    workers: dict[str, User] = field(default_factory=dict)
    known: dict[int, Known] = field(default_factory=dict)
    asks: list[LikelyDuplicate] = field(default_factory=list)

    def judge(self, groups: Sequence[Sequence[Told]]) -> list[Judged]:
        """What becomes of every row. Whoever may be recorded already, and nobody decided, is noted in `asks`."""
        judged = self.hand.begin("persons", groups)
        actor = self.hand.actor
        self.workers = queries.workers_by_email(actor, {one.told["worker"] for one in judged if one.told["worker"]})
        for one in judged:
            if not one.faults and not one.again:
                self._sense(one)
        fresh = [one for one in judged if one.kept is None and not one.faults and not one.again]
        same = self._likely(fresh)
        people = [one.kept.person for one in judged if one.kept and one.kept.person] + list(same.values())
        self.known = queries.known_people(actor, people)
        for one in judged:
            person = one.kept.person if one.kept else same.get(one.told.key)
            one.weigh()
            if person and not one.faults and not one.again:
                one.plan = self.known[person.pk]
                self._compare(one, one.plan)
        return judged

    def _sense(self, one: Judged) -> None:
        told, today = one.told, self.hand.actor.today
        if not told["given"] and not told["family"]:
            one.refuse("given", _("Give at least a given name or a family name."), "G-NAME")
        born = PartialDate.parse(told["birth"]) if told["birth"] else None
        if born:
            if not insist(one, "birth", insist_on_the_past, born.earliest, today):
                born = None
            elif born.earliest < LONGEST_AGO:
                one.refuse("birth", _("This birth is too long ago. Check the year."), "G-TIME")
            if born and born.estimated and not told["birth_by"]:
                reason = _(
                    "The date of birth is an estimate. Say how it is known, so that nobody takes it for more than it is."
                )
                one.refuse("birth_by", reason, "G-AGE")
        died, opened = as_day(told["died_on"]), as_day(told["case_opened_on"])
        earliest = born.earliest if born else None
        if died and not (
            insist(one, "died_on", insist_on_the_past, died, today)
            and insist(one, "died_on", insist_on_a_lifetime, died, earliest, None)
        ):
            died = None
        if opened and insist(one, "case_opened_on", insist_on_the_past, opened, today):
            insist(one, "case_opened_on", insist_on_a_lifetime, opened, earliest, died)
        if not opened and (told["case_kind"] or told["worker"]):
            one.refuse(
                "case_opened_on", _("Say since when the case is open, or empty its kind and its worker."), "READ-EMPTY"
            )
        if told["worker"] and told["worker"].casefold() not in self.workers:
            one.refuse(
                "worker",
                _("Nobody with an account here has this e-mail address. Correct it, or empty it."),
                "READ-LINK",
            )

    # ---- who is known already ----

    def _likely(self, fresh: Sequence[Judged]) -> dict[str, Person]:
        """The people whom somebody said these rows are; rows that nobody decided about are kept back."""
        if not fresh:
            return {}
        hand, actor = self.hand, self.hand.actor
        asked = [(_spellings(one.told), _born(one.told)) for one in fresh]
        alike = likely_duplicates_of_many(actor, asked, without=queries.people_of_source(actor, hand.source))
        decided = {}
        for row in queries.likely_duplicates(actor, hand.brought).filter(key_mark__in=[one.told.key for one in fresh]):
            decided[row.key, row.person_id] = row
        same: dict[str, Person] = {}
        for one, likenesses in zip(fresh, alike, strict=True):
            rows = [row for (key, _pk), row in decided.items() if key == one.told.key]
            person = next((row.person for row in rows if row.answer == LikelyDuplicate.Answer.SAME), None)
            if person:
                self._take(one, person, same)
                continue
            for likeness in likenesses:
                known = decided.get((one.told.key, likeness.key))
                if known is None:
                    self.asks.append(self._ask(one, likeness))
                if (known is None or not known.answer) and not one.faults:
                    self._undecided(one, likeness)
        return same

    def _take(self, one: Judged, person: Person, same: dict[str, Person]) -> None:
        if person.unit_id != self.hand.brought.unit_id:
            one.refuse(
                "number", _("This person is kept by another unit. Ask that unit for a transfer first."), "G-UNIT"
            )
        elif person.pk in {taken.pk for taken in same.values()}:
            one.refuse("number", _("Another row of these files is this person already. Keep one of the two."), "G-DUP")
        else:
            same[one.told.key] = person

    def _undecided(self, one: Judged, likeness: Likeness) -> None:
        if likeness.person:
            reason = _("%(name)s (%(code)s) may be this person. Decide whether the two are the same.")
            one.refuse("", reason % {"name": likeness.person.name, "code": likeness.code}, "G-DUP")
        else:
            reason = _(
                "%(unit)s keeps a record (%(code)s) that may be of this person. Decide whether the two are the same."
            )
            one.refuse("", reason % {"unit": likeness.unit.name, "code": likeness.code}, "G-DUP")

    def _ask(self, one: Judged, likeness: Likeness) -> LikelyDuplicate:
        told = one.told
        said = {
            "name": display_name(told["given"], told["middle"], told["family"]),
            "other": display_name(told["given_other"], told["family_other"]),
            "birth": told["birth"],
            "sex": told["sex"],
            "place": told.place,
        }
        return LikelyDuplicate(of=self.hand.brought, key=told.key, said=said, person_id=likeness.key)

    # ---- what changes ----

    def _compare(self, one: Judged, known: Known) -> None:
        if one.kept is None:
            self._fill(one, known)
            return
        changed = corrected(one, DESCRIBED, lambda column: _now(known, one.kept, column))
        before = one.kept.values
        for column in OF_A_CASE:
            if before.get("case_opened_on") and one.told[column] != before.get(column, ""):
                reason = _("The case is kept here by now. Change it on its page, and leave this column as it was.")
                one.refuse(column, reason, "G-CONFLICT")
        one.plan = (known, changed)

    def _fill(self, one: Judged, known: Known) -> None:
        """Somebody who is recorded here: what is empty is filled in, what differs stays as it is and is told."""
        changed = {}
        for column in DESCRIBED:
            told, now = one.told[column], _now(known, None, column)
            if told and not now:
                changed[column] = told
            elif told and now and told != now:
                one.warnings.append(one.told.fault(column, _stays(column, now, told), "G-CONFLICT"))
        one.plan = (known, changed)

    # ---- keeping ----

    def keep(self, judged: Sequence[Judged]) -> list[SourceRow]:
        """Write new people, complete or correct known ones, open their cases; answers the rows to remember, filled in."""
        hand = self.hand
        fresh = [one for one in judged if one.plan is None]
        newcomers = [_newcomer(one.told) for one in fresh]
        people = register_people(hand.actor, hand.brought.unit, newcomers=newcomers)
        parts = _Parts()
        for one, person in zip(fresh, people, strict=True):
            one.plan = (Known(person), {})
            parts.add_new(one.told, person)
        for one in judged:
            known, changed = one.plan
            parts.change(known, one, changed)
        cases, assignments = self._cases(judged)
        bring_in_legal_statuses(
            hand.actor, hand.brought.unit, identifiers=parts.identifiers, names=parts.names,
            languages=parts.languages, contact_points=parts.points, changes=parts.changes,
        )  # fmt: skip
        bring_in_cases(hand.actor, hand.brought.unit, cases=cases, assignments=assignments)
        rows = hand.remember(judged)
        for one, row in zip(judged, rows, strict=True):
            row.person = one.plan[0].person
        return rows

    def _cases(self, judged: Sequence[Judged]) -> tuple[list[Case], list[Assignment]]:
        cases, assignments = [], []
        for one in judged:
            known, told = one.plan[0], one.told
            opened = as_day(told["case_opened_on"])
            landed = one.kept.values.get("case_opened_on") if one.kept else ""
            if opened is None or landed or known.case:
                continue
            worker = self.workers.get(told["worker"].casefold())
            kind = told["case_kind"] or Case.Kind.CARE
            case = Case(
                child=known.person, unit=self.hand.brought.unit, worker=worker, kind=kind,
                state=Case.State.ACTIVE, opened_on=opened,
            )  # fmt: skip
            cases.append(case)
            if worker:
                assignments.append(Assignment(case=case, worker=worker, starts_on=opened))
        return cases, assignments


@dataclass
class _Parts:
    """Rows that hang on people, and changes to rows that are here."""

    identifiers: list[Identifier] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    languages: list[SpokenLanguage] = field(default_factory=list)
    points: list[ContactPoint] = field(default_factory=list)
    changes: list[tuple[Row, dict[str, Any]]] = field(default_factory=list)

    def add_new(self, told: Told, person: Person) -> None:
        """What a newcomer does not bring along itself."""
        for column, kind in REACHED.items():
            if told[column]:
                self.points.append(ContactPoint(person=person, kind=kind, value=told[column]))

    def change(self, known: Known, one: Judged, changed: dict[str, str]) -> None:
        """Write what a corrected file changes, or fill in what was empty."""
        person, told = known.person, one.told
        plain: dict[str, Any] = {name: changed[name] for name in ("birth_by", "sex") if name in changed}
        if "birth" in changed:
            plain |= {"birth": changed["birth"], "born_from": _earliest(changed["birth"])}
        if "died_on" in changed:
            plain["died_on"] = as_day(changed["died_on"])
        self._rename(known, one, changed, plain)
        if plain:
            self.changes.append((person, plain))
        if "language" in changed and changed["language"] not in {row.tag for row in known.languages}:
            self.languages.append(SpokenLanguage(person=person, tag=changed["language"], mother_tongue=True))
        for column, row in (("national", _number(known, one)), *((name, _point(known, one, name)) for name in REACHED)):
            if column not in changed:
                continue
            if row is not None:
                self.changes.append((row, {"value": changed[column]}))
            elif column == "national":
                self.identifiers.append(Identifier(person=person, scheme="national", value=told[column]))
            else:
                self.points.append(ContactPoint(person=person, kind=REACHED[column], value=told[column]))

    def _rename(self, known: Known, one: Judged, changed: dict[str, str], plain: dict[str, Any]) -> None:
        """Correct the name that landed; where it is the one shown, the record shows the new one."""
        for columns in (NAMED, OTHER):
            if not changed.keys() & set(columns):
                continue
            name = _name(known, one.kept, columns)
            parts = {column.removesuffix("_other"): one.told[column] for column in columns}
            script = script_of(" ".join(parts.values()))
            if name is None:
                self.names.append(Name(person=known.person, script=script, **parts))
                continue
            was_shown = shown(name)[0] == known.person.name
            after = Name(given=parts["given"], family=parts["family"], middle=parts.get("middle", name.middle))
            self.changes.append((name, {**parts, "script": script}))
            if was_shown:
                plain["name"], plain["sort_name"] = shown(after)


def _stays(column: str, kept: str, told: str) -> str:
    """What is said of a cell that differs from a record that stays as it is."""
    if column in UNQUOTED:
        return _("The record here says something else than the file. What is here stays.")
    return _("The record here says “%(kept)s”, the file says “%(told)s”. What is here stays.") % {
        "kept": kept,
        "told": told,
    }


def _newcomer(told: Told) -> Newcomer:
    names = [NameParts(told["given"], told["middle"], told["family"])]
    if told["given_other"] or told["family_other"]:
        names.append(NameParts(told["given_other"], "", told["family_other"]))
    return Newcomer(
        names,
        birth=_born(told),
        sex=told["sex"] or "U",
        died_on=as_day(told["died_on"]),
        identifiers=[("national", told["national"], None, None)] if told["national"] else [],
        languages=[told["language"]] if told["language"] else [],
        birth_by=told["birth_by"],
    )


def _born(told: Told) -> PartialDate | None:
    return PartialDate.parse(told["birth"]) if told["birth"] else None


def _earliest(birth: str) -> Any:
    return PartialDate.parse(birth).earliest if birth else None


def _spellings(told: Told) -> list[str]:
    names = (display_name(told["given"], told["family"]), display_name(told["given_other"], told["family_other"]))
    return [name for name in names if name]


def _name(known: Known, kept: SourceRow | None, columns: Sequence[str]) -> Name | None:
    """The name that landed under these columns, as it was told then; of somebody known before, the first of its script."""
    if kept is not None:
        was = tuple(kept.values.get(column, "") for column in columns)
        if not any(was):
            return None
        parts = [column.removesuffix("_other") for column in columns]
        return next((row for row in known.names if was == tuple(getattr(row, part) for part in parts)), None)
    names = [row for row in known.names if row.ends_on is None]
    if columns is NAMED:
        return names[0] if names else None
    return next((row for row in names[1:] if row.script != names[0].script), None)


def _number(known: Known, one: Judged) -> Identifier | None:
    rows = [row for row in known.identifiers if row.scheme == "national" and row.ends_on is None]
    return next((row for row in rows if one.kept is None or row.value == one.kept.values.get("national")), None)


def _point(known: Known, one: Judged, column: str) -> ContactPoint | None:
    rows = [row for row in known.contact_points if row.kind == REACHED[column]]
    return next((row for row in rows if one.kept is None or row.value == one.kept.values.get(column)), None)


def _now(known: Known, kept: SourceRow | None, column: str) -> str:
    """What the record says under a column."""
    person = known.person
    if column in NAMED or column in OTHER:
        name = _name(known, kept, NAMED if column in NAMED else OTHER)
        if name is None and kept is not None and column in NAMED:
            return person.name
        return getattr(name, column.removesuffix("_other")) if name else ""
    if column == "died_on":
        return person.died_on.isoformat() if person.died_on else ""
    if column == "sex":
        return "" if person.sex == "U" else person.sex
    if column in PLAIN:
        return str(getattr(person, column))
    if column == "language":
        return next((row.tag for row in known.languages if row.mother_tongue), "")
    if column == "national":
        values = [row.value for row in known.identifiers if row.scheme == "national" and row.ends_on is None]
    else:
        values = [row.value for row in known.contact_points if row.kind == REACHED[column]]
    was = kept.values.get(column, "") if kept else ""
    return was if was in values else next(iter(values), "")
