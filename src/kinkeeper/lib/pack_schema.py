"""What a jurisdiction pack may hold: the kinds of entries, the codes they may use, and reading them without mercy.

Every entry of every section says where it comes from (`source`) and whether somebody has checked that (`verified`). A
section may set both once, as `_source` and `_verified`; an entry’s own words come first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

from kinkeeper.lib.calendars import Calendar

NEUTRAL_LEGAL_STATUSES = frozenset(
    [
        "VOLUNTARY",
        "EMERGENCY",
        "INTERIM",
        "FULL_CARE_ORDER",
        "GUARDIANSHIP",
        "TRUSTEESHIP",
        "FREED_FOR_ADOPTION",
        "ADOPTION",
        "PROTECTION_OTHER",
        "REMAND",
        "ASYLUM",
        "NONE",
    ]
)
NEUTRAL_CARE_TYPES = frozenset(
    [
        "HOME",
        "KIN_INF",
        "KIN_FOR",
        "FOSTER_EMG",
        "FOSTER_ST",
        "FOSTER_LT",
        "FOSTER_ACC",
        "SOS_FAM",
        "FOSTER_PRO",
        "SGH",
        "RES",
        "TRANSIT",
        "SIL",
        "RESPITE",
        "HEALTH_EDU",
        "CUSTODY",
        "ADOPT_PRE",
        "ADOPTED",
        "KAFALAH",
        "INTERIM_COMM",
        "CHH",
        "NONE",
    ]
)
NEUTRAL_EXITS = frozenset(
    [
        "REUNIFIED",
        "KIN",
        "ADOPTED",
        "KAFALAH",
        "INDEPENDENT",
        "AGED_OUT",
        "ADULT_SERVICES",
        "TRANSFERRED",
        "CUSTODY",
        "ABROAD",
        "AGE_DISPUTE",
        "DEATH",
        "LOST_CONTACT",
        "OTHER",
    ]
)
LENGTHS = frozenset(["hours", "days", "working_days", "weeks", "months", "years"])
UNITS = LENGTHS | {"children", "places", "members", "options", "yes"}
COUNTED_FROM = frozenset(["birth", "closing", "end_as_carer", "death", "last_named"])
ABOUTS = frozenset(["visit", "review", "followup", "contact"])
CASE_KINDS = frozenset(["care", "family_strengthening", "youth"])
DEEDS_WITH_CONSENT = frozenset(
    ["services", "sharing", "tracing", "photo", "letter", "export", "media", "placement_decision"]
)
BASES = frozenset(["consent", "legal_duty", "public_task", "vital_interest", "contract", "legitimate_interest"])
SHAREABLE = frozenset(
    [
        "code",
        "name",
        "birth",
        "contact",
        "risk",
        "needs",
        "family",
        "legal",
        "placements",
        "plan",
        "health",
        "school",
        "story",
        "documents",
    ]
)
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class BadPack(ValueError):
    """A pack file that cannot be used; the sentence names the file and the key."""


@dataclass(frozen=True, slots=True)
class Length:
    """A length of time, such as 20 working days."""

    value: int
    unit: str

    @classmethod
    def parse(cls, text: str) -> Length:
        """Read “1 month” or “20 working_days”. ValueError when it is not a number of at least 1 and a unit of time."""
        match = re.fullmatch(r"([1-9]\d{0,4}) ([a-z_]+)", text, re.ASCII)
        unit = f"{match[2].removesuffix('s')}s" if match else ""
        if match is None or unit not in LENGTHS:
            raise ValueError(f"“{text}” is no length of time such as “3 months”")
        return cls(int(match[1]), unit)

    def __str__(self) -> str:
        return f"{self.value} {self.unit.removesuffix('s') if self.value == 1 else self.unit}".replace("_", " ")


@dataclass(frozen=True, slots=True)
class Entry:
    """One code with the words people see. `until` and `since` are first calendar years of reporting years."""

    code: str
    label: str
    since: int = 0
    until: int = 9999
    source: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class LegalStatus(Entry):
    """On what legal ground a child is in care. `days_limit` is the longest it may last (0: no limit in law)."""

    neutral: str = ""
    short_break: bool = False
    days_limit: int = 0


@dataclass(frozen=True, slots=True)
class CareType(Entry):
    """Where a child lives. `temporary` stays never begin or end a period of care."""

    neutral: str = ""
    family_based: bool = False
    family_like: bool = False
    temporary: bool = False
    under_three_ok: bool = True
    capacity: int = 0
    days_limit: int = 0
    youngest: int = 0


@dataclass(frozen=True, slots=True)
class Exit(Entry):
    """Why a period of care ended. A `final` exit allows no later care; `oldest` and `youngest` are ages in years."""

    neutral: str = ""
    planned: bool = True
    final: bool = False
    youngest: int = 0
    below: int = 0


@dataclass(frozen=True, slots=True)
class Participation(Entry):
    """How a child took part in a review. `heard` says whether the child's views reached it."""

    youngest: int = 0
    below: int = 0
    present: bool = False
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Consent(Entry):
    """What is agreed to. From `own_from` years (0: the limit `own_consent`) the child’s own consent is needed.

    `guardian` says that below the age of majority a legally responsible adult must agree, `everybody` that each of them
    must, unless it is recorded that one could not be reached; `required_for` names deeds.
    """

    own_from: int = 0
    guardian: bool = False
    everybody: bool = False
    required_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Purpose(Entry):
    """Why data are shared or exported: on which bases, with which consent (a code or empty), and which items at most."""

    basis: tuple[str, ...] = ()
    consent: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ground(Entry):
    """Why a child might be separated from the parents. `poverty` grounds alone never justify it."""

    poverty: bool = False


@dataclass(frozen=True, slots=True)
class Domain(Entry):
    """A part of a child’s life in assessments and plans: `assessed` ones are rated, `critical` ones decide an exit."""

    assessed: bool = False
    critical: bool = False
    planned: bool = False


@dataclass(frozen=True, slots=True)
class Paper(Entry):
    """A paper that is handed over when a child or young person leaves."""

    required: bool = False


@dataclass(frozen=True, slots=True)
class Retention(Entry):
    """How many years a kind of record is kept, counted from a birth, a death in childhood, a closing, or a last naming."""

    years: int = 0
    counted_from: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A phase of a schedule: something every `within`, so many `times` (0: without count), `until` so long after the start."""

    within: Length
    times: int = 0
    until: Length | None = None


@dataclass(frozen=True, slots=True)
class Schedule(Entry):
    """When something recurs. Empty lists of neutral statuses, neutral care types and kinds of cases fit every one.

    A `grid` has days fixed from its start; a `rolling` one counts from the last time.
    """

    about: str = ""
    for_statuses: tuple[str, ...] = ()
    for_care: tuple[str, ...] = ()
    for_kinds: tuple[str, ...] = ()
    mode: str = "rolling"
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that law or policy sets, with its unit and where it comes from."""

    name: str
    label: str
    value: int
    unit: str
    source: str
    verified: bool = False


E = TypeVar("E", Entry, Limit)

# What the values of a key may be, by the kind of entry; the value of a list is each of its texts.
_ALLOWED: dict[tuple[type, str], frozenset[str]] = {
    (LegalStatus, "neutral"): NEUTRAL_LEGAL_STATUSES,
    (CareType, "neutral"): NEUTRAL_CARE_TYPES,
    (Exit, "neutral"): NEUTRAL_EXITS,
    (Consent, "required_for"): DEEDS_WITH_CONSENT,
    (Purpose, "basis"): BASES,
    (Purpose, "fields"): SHAREABLE,
    (Schedule, "about"): ABOUTS,
    (Schedule, "mode"): frozenset({"grid", "rolling"}),
    (Schedule, "for_statuses"): NEUTRAL_LEGAL_STATUSES,
    (Schedule, "for_care"): NEUTRAL_CARE_TYPES,
    (Schedule, "for_kinds"): CASE_KINDS,
    (Retention, "counted_from"): COUNTED_FROM,
    (Limit, "unit"): UNITS,
}
_CALENDAR = {"weekend", "holidays", "extra", "source", "verified"}


def read_section(kind: type[E], raw: object, file: str, section: str) -> Mapping[str, E]:
    """The entries of one section by their codes, in the order of the file. BadPack with file and key."""
    values = dict(table(raw, file, section))
    usual: dict[str, object] = {}
    for key in ("source", "verified"):
        if f"_{key}" in values:
            usual[key] = values.pop(f"_{key}")
    name = "name" if section == "limits" else "code"
    entries = {
        code: _entry(kind, {name: code, **usual, **table(entry, file, f"{section}.{code}")}, file, f"{section}.{code}")
        for code, entry in values.items()
    }
    return MappingProxyType(entries)


def read_calendar(raw: object, file: str) -> Calendar:
    """The days that are not worked. BadPack with file and key."""
    values = table(raw, file, "calendar")
    refuse_unknown(values, _CALENDAR, file, "calendar")
    for key in ("weekend", "extra"):
        check(isinstance(values.get(key, []), list), file, f"calendar.{key}", "must be a list")
    weekend: Any = values.get("weekend", ["saturday", "sunday"])
    check(all(day in WEEKDAYS for day in weekend), file, "calendar.weekend", f"must list {', '.join(WEEKDAYS)}")
    check(len(set(weekend)) < len(WEEKDAYS), file, "calendar.weekend", "must leave a working day")
    region = values.get("holidays", "")
    check(isinstance(region, str), file, "calendar.holidays", "must be of type str")
    _check_source(values, file, "calendar")
    return Calendar(
        weekend=frozenset(WEEKDAYS.index(day) for day in weekend),
        region=str(region),
        extra=frozenset(_day(day, file) for day in values.get("extra", [])),
        source=str(values["source"]),
        verified=bool(values["verified"]),
    )


def _day(raw: object, file: str) -> date:
    if type(raw) is date:
        return raw
    try:
        return date.fromisoformat(raw)  # type: ignore[arg-type]  # what is no text is refused like a wrong one
    except (TypeError, ValueError):
        raise BadPack(f"{file}: “calendar.extra” must list days such as 2026-03-21, not “{raw}”.") from None


def _entry(kind: type[E], values: dict[str, object], file: str, key: str) -> E:
    refuse_unknown(values, {field.name for field in fields(kind)}, file, key)
    types = get_type_hints(kind)
    made = {name: _typed(types[name], value, file, f"{key}.{name}") for name, value in values.items()}
    for name, value in made.items():
        _check_allowed(kind, name, value, file, key)
    _check_source(values, file, key)
    try:
        entry = kind(**made)  # each value was checked against the type of its field
    except TypeError as error:
        raise BadPack(f"{file}: “{key}” is incomplete: {error}.") from None
    check(bool(entry.label), file, f"{key}.label", "must not be empty")
    if isinstance(entry, Limit):
        check(entry.value >= 0, file, f"{key}.value", "must not be negative")
    else:
        # What has no default in words has none: an entry without it fails here.
        for name in ("neutral", "about", "counted_from"):
            if (kind, name) in _ALLOWED:
                _check_allowed(kind, name, getattr(entry, name), file, key)
    if isinstance(entry, Retention):
        check(entry.years > 0, file, f"{key}.years", "must be a number of at least 1")
    if isinstance(entry, Schedule):
        check(bool(entry.steps), file, f"{key}.steps", "must hold at least one step")
    return entry


def _typed(wanted: Any, value: object, file: str, key: str) -> Any:
    if wanted == tuple[Step, ...]:
        return tuple(_step(step, file, f"{key}[{number}]") for number, step in enumerate(_list(value, file, key)))
    if wanted == tuple[str, ...]:
        texts = _list(value, file, key)
        check(all(type(one) is str for one in texts), file, key, "must be a list of texts")
        return tuple(texts)
    check(type(value) is wanted, file, key, f"must be of type {wanted.__name__}")
    return value


def _list(value: object, file: str, key: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadPack(f"{file}: “{key}” must be a list.")
    return value


def _step(raw: object, file: str, key: str) -> Step:
    values = table(raw, file, key)
    refuse_unknown(values, {"within", "times", "until"}, file, key)
    times = values.get("times", 0)
    check(type(times) is int and times >= 0, file, f"{key}.times", "must be a number of at least 0")
    until = values.get("until", "")
    return Step(
        _length(values.get("within"), file, f"{key}.within"),
        int(times),
        None if until == "" else _length(until, file, f"{key}.until"),
    )


def _length(raw: object, file: str, key: str) -> Length:
    try:
        return Length.parse(raw if isinstance(raw, str) else repr(raw))
    except ValueError as error:
        raise BadPack(f"{file}: “{key}”: {error}.") from None


def _check_allowed(kind: type, name: str, value: object, file: str, key: str) -> None:
    allowed = _ALLOWED.get((kind, name))
    if allowed is None:
        return
    for one in value if isinstance(value, tuple) else (value,):
        check(one in allowed, file, f"{key}.{name}", f"“{one}” is not one of {', '.join(sorted(allowed))}")


def _check_source(values: Mapping[str, object], file: str, key: str) -> None:
    source = values.get("source")
    check(isinstance(source, str) and bool(source.strip()), file, f"{key}.source", "must say where this comes from")
    check(type(values.get("verified")) is bool, file, f"{key}.verified", "must say true or false")


def table(raw: object, file: str, key: str) -> Mapping[str, Any]:
    """A table of the file; BadPack where it is something else."""
    if not isinstance(raw, dict):
        raise BadPack(f"{file}: “{key}” must be a table.")
    return raw


def refuse_unknown(raw: Iterable[str], known: Iterable[str], file: str, key: str) -> None:
    """BadPack where a table has a key that packs do not have."""
    for name in raw:
        if name not in known:
            where = f"{key}.{name}" if key else name
            raise BadPack(f"{file}: “{where}” is not a key that packs have. Known here: {', '.join(sorted(known))}.")


def check(holds: bool, file: str, key: str, rule: str) -> None:
    """BadPack with file, key and rule where the rule does not hold."""
    if not holds:
        raise BadPack(f"{file}: “{key}” {rule}.")
