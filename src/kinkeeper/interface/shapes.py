"""What the interface answers: each record as far as the seat of the actor reaches, with the names of what is withheld."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db.models import Model
from ninja import Schema
from pydantic import ConfigDict, Field

from kinkeeper.access.gate import Actor, may_read
from kinkeeper.cases.models import Case, Contact
from kinkeeper.families.models import Family
from kinkeeper.homes.models import Home
from kinkeeper.interface.queries import Belongings, Course, Kin
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement

Told = dict[str, Any]

WITHHELD = "Names of what is recorded here and not shown to the seats of the token."


class Answer(Schema):
    """Whatever is answered; nothing is told that is not declared."""

    model_config = ConfigDict(extra="forbid")


class Piece(Answer):
    """A part of a record."""

    withheld: list[str] = Field(description=WITHHELD)


class Record(Piece):
    """A record with its public code and its version."""

    code: str = Field(description="The public code: twelve signs, the same in every address.")
    version: int = Field(description="Grows by one with each change of the record itself; also sent as ETag.")


class UnitShape(Answer):
    """A place of work to which records belong."""

    code: str
    name: str
    kind: str
    place: str | None
    programme: str = Field(description="Name of the programme.")


class PersonShape(Record):
    """Anyone who matters in care work: a child, a parent, a carer."""

    unit: str = Field(default="", description="Code of the unit that keeps the record.")
    name: str | None = None
    birth: str | None = Field(
        None, description="As far as it is known: 2014, 2014-05, 2014-05-17; ~ marks an estimate."
    )
    sex: str | None = Field(None, description="F, M, X (other or indeterminate) or U (unknown).")
    died_on: date | None = None


class NameShape(Piece):
    """One name of a person."""

    use: str | None = Field(None, description="used, legal, birth or alias.")
    given: str | None = None
    middle: str | None = None
    family: str | None = None
    script: str | None = Field(None, description="Code of the script (ISO 15924).")
    starts_on: date | None = None
    ends_on: date | None = None


class LanguageShape(Piece):
    """A language of a person."""

    tag: str | None = Field(None, description="BCP 47, for example uz or uz-Latn.")
    mother_tongue: bool | None = None
    needs_interpreter: bool | None = None


class NumberShape(Piece):
    """A number by which an authority knows a person."""

    scheme: str | None = None
    value: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class LegalStatusShape(Piece):
    """Under which law a child is cared for, from a day until a day."""

    status: str | None = Field(None, description="A code of the jurisdiction pack.")
    starts_on: date | None = None
    ends_on: date | None = None
    authority: str | None = None
    order_number: str | None = None


class ContactPointShape(Record):
    """How to reach a person, and whether it is safe to."""

    kind: str | None = Field(None, description="phone, email or address.")
    value: str | None = None
    safe_to_use: bool | None = None


class WholePersonShape(PersonShape):
    """A person with all that hangs on the record; reading it leaves a look."""

    birth_by: str | None = Field(None, description="How the birth is known.")
    ethnicity: str | None = Field(None, description="A code of the jurisdiction pack.")
    religion: str | None = None
    practice: str | None = None
    diet: str | None = None
    names: list[NameShape]
    languages: list[LanguageShape]
    numbers: list[NumberShape]
    legal_statuses: list[LegalStatusShape]
    contact_points: list[ContactPointShape]


class FamilyShape(Record):
    """A kin network, whoever lives together."""

    unit: str = ""
    name: str | None = None


class MemberShape(Piece):
    """Somebody of a family or household; without `person` where the record is out of sight."""

    person: str | None = Field(None, description="Code of the person.")
    starts_on: date | None = None
    ends_on: date | None = None


class HouseholdShape(Record):
    """People who eat and sleep together."""

    name: str | None = None
    address: str | None = None
    postcode: str | None = None
    members: list[MemberShape]


class WholeFamilyShape(FamilyShape):
    """A family with its members and households; reading it leaves a look."""

    members: list[MemberShape]
    households: list[HouseholdShape]


class CaseShape(Record):
    """Our responsibility for one child, from a day until a day."""

    child: str = Field(default="", description="Code of the child, a person.")
    family: str | None = Field(None, description="Code of the family, where one is recorded and in sight.")
    unit: str = ""
    worker: str | None = Field(None, description="Code of the worker’s account.")
    kind: str | None = Field(None, description="care, family_strengthening or youth.")
    state: str | None = Field(None, description="The step of the journey.")
    risk: str | None = Field(None, description="high, medium, low; null where it was not assessed.")
    opened_on: date | None = None
    closed_on: date | None = None
    close_reason: str | None = None
    surviving: str | None = Field(None, description="Of a duplicate: the code of the case that was kept.")


class ContactShape(Record):
    """A visit, a call or another meeting."""

    case: str
    kind: str | None = None
    purpose: str | None = None
    happened_on: date | None = None
    seen: str | None = Field(None, description="alone, with_others or not_seen.")
    place: str | None = None
    present: str | None = None
    note: str | None = None
    child_said: str | None = None
    home_conditions: str | None = None
    carer_needs: str | None = None
    next_steps: str | None = None
    by: str | None = Field(None, description="Code of the account that wrote it.")
    recorded_at: datetime | None = None


class HomeShape(Record):
    """A family, house, group or flat in which children live."""

    unit: str = ""
    name: str | None = None
    kind: str | None = None
    places: int | None = Field(None, description="How many children may live there; null where nobody has set a limit.")
    taken: int = Field(description="How many children live there today.")
    age_from: int | None = None
    age_to: int | None = None
    provider: str | None = None
    registration: str | None = None
    opened_on: date | None = None
    closed_on: date | None = None


class WholeHomeShape(HomeShape):
    """A home with where it is; reading it leaves a look."""

    address: str | None = None
    postcode: str | None = None
    telephone: str | None = None


class PlacementShape(Record):
    """A stay in one home under one type of care."""

    period: str = Field(description="Code of the period of care.")
    child: str
    home: str | None = Field(None, description="Code of the home, where it is in sight.")
    care_type: str | None = Field(None, description="A code of the jurisdiction pack.")
    started_on: date | None = Field(None, description="The day of the first episode of the stay.")
    ended_on: date | None = Field(None, description="The day on which it was left; null while it lasts.")
    leave_reason: str | None = Field(None, description="Why the child moved on: a code of the jurisdiction pack.")
    planned: bool | None = None


class WholePlacementShape(PlacementShape):
    """A stay with what was said about it; reading it leaves a look at the child."""

    mitigation: str | None = Field(None, description="How differences of language and culture are bridged.")


class EpisodeShape(Record):
    """A time in which legal status, placement and carer stay the same."""

    placement: str | None = None
    started_on: date | None = None
    ended_on: date | None = Field(None, description="The day the next episode begins or care ends.")
    reason: str | None = Field(None, description="What changed: S, L, P, T, U or B.")
    legal_status: str | None = Field(None, description="A code of the jurisdiction pack.")


class PeriodShape(Record):
    """An unbroken time in which a child lives outside the care of the parents."""

    child: str = Field(default="", description="Code of the child, a person.")
    started_on: date | None = None
    ended_on: date | None = None
    exit: str | None = Field(None, description="Why care ended: a code of the jurisdiction pack.")


class WholePeriodShape(PeriodShape):
    """A period of care with its stays and its episodes; reading it leaves a look at the child."""

    need: str | None = Field(None, description="The main need: a code of the jurisdiction pack.")
    placements: list[PlacementShape]
    episodes: list[EpisodeShape]


class SeatShape(Answer):
    """A role in a unit."""

    role: str
    unit: str = Field(description="Code of the unit.")


class TokenShape(Answer):
    """The token of this very call."""

    code: str
    name: str
    speaks_for: str = Field(description="user: and the code of the account, or device: and the code of the token.")
    may_write: bool
    ends_on: date
    seats: list[SeatShape]


class Receipt(Answer):
    """What came of a deed: where the record is now. What was written is read there."""

    code: str
    version: int
    href: str = Field(description="Where the record is read; empty where the interface does not show it.")


# ---- telling ---------------------------------------------------------------------------------------------------------


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return getattr(value, "code", None)
    return None if value == "" else value


def piece(actor: Actor, row: Model, *names: str, **renamed: str) -> Told:
    """The named fields as far as the actor may read them; `renamed` says under which name a field is told."""
    told: Told = {"withheld": []}
    for name, field in (*((name, name) for name in names), *renamed.items()):
        if may_read(actor, row, field):
            told[name] = _plain(getattr(row, field))
        else:
            told["withheld"].append(name)
    return told


def record(actor: Actor, row: Any, *names: str, **renamed: str) -> Told:
    """A piece with code and version."""
    return {"code": row.code, "version": row.version, **piece(actor, row, *names, **renamed)}


def hidden(told: Told, name: str) -> Told:
    """The same without a value that is out of sight."""
    rest = {key: value for key, value in told.items() if key != name}
    return {**rest, "withheld": sorted({*told["withheld"], name})}


def of_person(actor: Actor, row: Person) -> Told:
    """A person as lists tell them."""
    return record(actor, row, "unit", "name", "birth", "sex", "died_on")


def of_whole_person(actor: Actor, row: Person, hangs: Belongings) -> Told:
    """A person with names, languages, numbers, legal statuses and ways to reach them."""
    names = ("unit", "name", "birth", "birth_by", "sex", "died_on", "ethnicity", "religion", "practice", "diet")
    name = ("use", "given", "middle", "family", "script", "starts_on", "ends_on")
    law = ("status", "starts_on", "ends_on", "authority", "order_number")
    return {
        **record(actor, row, *names),
        "names": [piece(actor, each, *name) for each in hangs.names],
        "languages": [piece(actor, each, "tag", "mother_tongue", "needs_interpreter") for each in hangs.languages],
        "numbers": [piece(actor, each, "scheme", "value", "starts_on", "ends_on") for each in hangs.numbers],
        "legal_statuses": [piece(actor, each, *law) for each in hangs.legal_statuses],
        "contact_points": [record(actor, each, "kind", "value", "safe_to_use") for each in hangs.contact_points],
    }


def of_family(actor: Actor, row: Family) -> Told:
    """A family as lists tell it."""
    return record(actor, row, "unit", "name")


def of_whole_family(actor: Actor, row: Family, kin: Kin) -> Told:
    """A family with its members and households."""

    def member(who: Any) -> Told:
        told = piece(actor, who, "person", "starts_on", "ends_on")
        return told if who.person_id in kin.people else hidden(told, "person")

    households = [
        {**record(actor, house, "name", "address", "postcode"), "members": [member(who) for who in living]}
        for house, living in kin.households
    ]
    return {**of_family(actor, row), "members": [member(who) for who in kin.members], "households": households}


def of_case(actor: Actor, row: Case, families: frozenset[int]) -> Told:
    """A case; its family only where that is in sight."""
    told = record(
        actor, row, "child", "family", "unit", "worker", "kind", "state", "risk", "opened_on", "closed_on",
        "close_reason", "surviving",
    )  # fmt: skip
    return told if row.family_id is None or row.family_id in families else hidden(told, "family")


def of_contact(actor: Actor, row: Contact) -> Told:
    """A contact."""
    return record(
        actor, row, "case", "kind", "purpose", "happened_on", "seen", "place", "present", "note", "child_said",
        "home_conditions", "carer_needs", "next_steps", "by", "recorded_at",
    )  # fmt: skip


OF_A_HOME = ("unit", "name", "kind", "age_from", "age_to", "provider", "registration", "opened_on", "closed_on")


def of_home(actor: Actor, row: Home, taken: int) -> Told:
    """A home as lists tell it, with how many children live there today."""
    return {**record(actor, row, *OF_A_HOME, places="capacity"), "taken": taken}


def of_whole_home(actor: Actor, row: Home, taken: int) -> Told:
    """A home with where it is."""
    where = ("address", "postcode", "telephone")
    return {**record(actor, row, *OF_A_HOME, *where, places="capacity"), "taken": taken}


def of_placement(actor: Actor, row: Placement, course: Course, *more: str) -> Told:
    """A stay, with the days of its episodes."""
    told = record(actor, row, "period", "home", "care_type", "leave_reason", "planned", *more)
    told = told if row.home_id in course.homes else hidden(told, "home")
    days = [episode for episode in course.episodes.get(row.period_id, []) if episode.placement_id == row.pk]
    ends = [_end(episode) for episode in days]
    return {
        **told,
        "child": row.period.child.code,
        "started_on": days[0].started_on if days else None,
        "ended_on": ends[-1] if ends else None,
    }


def _end(row: Episode) -> date | None:
    ended_on: date | None = row.ended_on  # type: ignore[attr-defined]  # with_ends() adds it
    return ended_on


def of_period(actor: Actor, row: PeriodOfCare) -> Told:
    """A period of care as lists tell it."""
    return record(actor, row, "child", "started_on", "ended_on", "exit")


def of_whole_period(actor: Actor, row: PeriodOfCare, course: Course) -> Told:
    """A period of care with its stays and episodes, oldest first."""
    stays = course.stays.get(row.pk, [])
    codes = {stay.pk: stay.code for stay in stays}
    return {
        **record(actor, row, "child", "started_on", "ended_on", "need", "exit"),
        "placements": [of_placement(actor, stay, course) for stay in stays],
        "episodes": [_of_episode(actor, each, codes) for each in course.episodes.get(row.pk, [])],
    }


def _of_episode(actor: Actor, row: Episode, stays: dict[int, str]) -> Told:
    told = record(actor, row, "started_on", "reason")
    told |= {"placement": stays.get(row.placement_id), "ended_on": _end(row)}
    if may_read(actor, row.legal_status, "status"):
        return told | {"legal_status": row.legal_status.status}
    return hidden(told, "legal_status")
