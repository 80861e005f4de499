"""Jurisdiction packs: legal statuses, types of care, reasons, ages and time limits of one country, read from TOML.

A pack is data, not code: `src/kinkeeper/packs/<code>.toml`. Its labels are English sentences or names and serve as
message ids: whoever shows one passes it through `gettext` (`messages()` lists them all for the translators' catalogue).
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

FOLDER = Path(__file__).parent.parent / "packs"

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
UNITS = frozenset(["hours", "days", "working_days", "weeks", "months", "years", "children", "places"])


class BadPack(ValueError):
    """A pack file that cannot be used; the sentence names the file and the key."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One code with the words people see. `until` and `since` are first calendar years of reporting years."""

    code: str
    label: str
    since: int = 0
    until: int = 9999


@dataclass(frozen=True, slots=True)
class LegalStatus(Entry):
    """On what legal ground a child is in care. `days_limit` is the longest it may last (0: no limit in law)."""

    neutral: str = ""
    short_break: bool = False
    days_limit: int = 0
    source: str = ""


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
class Limit:
    """A number that law or policy sets, with its unit and where it comes from."""

    name: str
    label: str
    value: int
    unit: str
    source: str


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything Kinkeeper takes from one jurisdiction. Each mapping keeps the order of the file."""

    code: str
    label: str
    countries: tuple[str, ...]
    source: str
    legal_statuses: Mapping[str, LegalStatus]
    care_types: Mapping[str, CareType]
    exits: Mapping[str, Exit]
    needs: Mapping[str, Entry]
    reasons_for_change: Mapping[str, Entry]
    participation: Mapping[str, Participation]
    providers: Mapping[str, Entry]
    limits: Mapping[str, Limit]

    def limit(self, name: str) -> Limit:
        """The limit of that name; a pack without it is a fault of the pack, so KeyError names both."""
        try:
            return self.limits[name]
        except KeyError:
            raise KeyError(f"The pack “{self.code}” sets no limit named “{name}”.") from None


_SECTIONS: dict[str, type[Entry]] = {
    "legal_statuses": LegalStatus,
    "care_types": CareType,
    "exits": Exit,
    "needs": Entry,
    "reasons_for_change": Entry,
    "participation": Participation,
    "providers": Entry,
}
_NEUTRAL: dict[type[Entry], frozenset[str]] = {
    LegalStatus: NEUTRAL_LEGAL_STATUSES,
    CareType: NEUTRAL_CARE_TYPES,
    Exit: NEUTRAL_EXITS,
}
_TOP = {"code", "label", "countries", "source", "limits", *_SECTIONS}

E = TypeVar("E", Entry, Limit)


def packs() -> tuple[str, ...]:
    """The codes of the packs that come with Kinkeeper."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def load_pack(code: str) -> Pack:
    """Read a pack by its code; BadPack when it does not exist or does not hold what a pack must."""
    if code not in packs():
        raise BadPack(f"There is no jurisdiction pack “{code}”. Known packs: {', '.join(packs())}.")
    path = FOLDER / f"{code}.toml"
    return read_pack(path.read_text(encoding="utf-8"), path.name)


def read_pack(text: str, file: str) -> Pack:
    """Turn the text of a pack file into a Pack. Raises BadPack with file and key."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadPack(f"{file} is not valid TOML: {error}.") from None
    _refuse_unknown(raw, _TOP, file, "")
    for key in ("code", "label", "source"):
        _check(isinstance(raw.get(key), str) and raw[key], file, key, "must be a text")
    countries = raw.get("countries", [])
    _check(
        isinstance(countries, list) and all(isinstance(c, str) for c in countries), file, "countries", "must list codes"
    )
    sections: dict[str, Any] = {name: _entries(kind, raw.get(name, {}), file, name) for name, kind in _SECTIONS.items()}
    limits = {
        name: _entry(Limit, {"name": name, **_table(values, file, f"limits.{name}")}, file, f"limits.{name}")
        for name, values in _table(raw.get("limits", {}), file, "limits").items()
    }
    for name, limit in limits.items():
        _check(limit.unit in UNITS, file, f"limits.{name}.unit", f"must be one of {', '.join(sorted(UNITS))}")
        _check(limit.value >= 0, file, f"limits.{name}.value", "must not be negative")
    return Pack(
        code=raw["code"],
        label=raw["label"],
        countries=tuple(countries),
        source=raw["source"],
        limits=MappingProxyType(limits),
        **sections,
    )


def messages() -> Iterator[str]:
    """Every label of every pack, once: the message ids that a translation needs."""
    seen: set[str] = set()
    for code in packs():
        pack = load_pack(code)
        sections = [getattr(pack, name).values() for name in _SECTIONS]
        labels = [pack.label, *(entry.label for section in sections for entry in section)]
        labels += [limit.label for limit in pack.limits.values()]
        for label in labels:
            if label not in seen:
                seen.add(label)
                yield label


def _entries(kind: type[Entry], raw: object, file: str, section: str) -> Mapping[str, Entry]:
    entries: dict[str, Entry] = {}
    for code, values in _table(raw, file, section).items():
        key = f"{section}.{code}"
        entry = _entry(kind, {"code": code, **_table(values, file, key)}, file, key)
        allowed = _NEUTRAL.get(kind)
        if allowed is not None:
            neutral = getattr(entry, "neutral", "")
            _check(neutral in allowed, file, f"{key}.neutral", f"“{neutral}” is not one of the neutral codes")
        entries[code] = entry
    return MappingProxyType(entries)


def _entry(kind: type[E], values: dict[str, object], file: str, key: str) -> E:
    known = {field.name for field in fields(kind)}
    _refuse_unknown(values, known, file, key)
    types = get_type_hints(kind)
    for name, value in values.items():
        _check(type(value) is types[name], file, f"{key}.{name}", f"must be of type {types[name].__name__}")
    try:
        entry = kind(**values)  # type: ignore[arg-type]  # each value was checked against the type of its field
    except TypeError as error:
        raise BadPack(f"{file}: “{key}” is incomplete: {error}.") from None
    _check(bool(entry.label), file, f"{key}.label", "must not be empty")
    return entry


def _table(raw: object, file: str, key: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        raise BadPack(f"{file}: “{key}” must be a table.")
    return raw


def _refuse_unknown(raw: Mapping[str, object], known: set[str], file: str, key: str) -> None:
    for name in raw:
        if name not in known:
            where = f"{key}.{name}" if key else name
            raise BadPack(f"{file}: “{where}” is not a key that packs have. Known here: {', '.join(sorted(known))}.")


def _check(holds: bool, file: str, key: str, rule: str) -> None:
    if not holds:
        raise BadPack(f"{file}: “{key}” {rule}.")
