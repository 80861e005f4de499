"""Jurisdiction packs: legal statuses, types of care, reasons, ages, time limits and schedules of one country, from TOML.

A pack is data, not code: `src/kinkeeper/packs/<code>.toml`. Its labels are English sentences or names and serve as
message ids: whoever shows one passes it through `gettext` (`messages()` lists them all for the translators' catalogue).
What a pack may hold is written in `pack_schema`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from kinkeeper.lib.calendars import Calendar
from kinkeeper.lib.pack_schema import (
    BadPack,
    CareType,
    Consent,
    Domain,
    Entry,
    Exit,
    Ground,
    LegalStatus,
    Length,
    Limit,
    Paper,
    Participation,
    Purpose,
    Retention,
    Schedule,
    Step,
    check,
    read_calendar,
    read_section,
    refuse_unknown,
)

__all__ = [
    "DEFAULT",
    "SECTIONS",
    "BadPack",
    "CareType",
    "Consent",
    "Domain",
    "Entry",
    "Exit",
    "Ground",
    "LegalStatus",
    "Length",
    "Limit",
    "Pack",
    "Paper",
    "Participation",
    "Purpose",
    "Retention",
    "Schedule",
    "Step",
    "load_pack",
    "messages",
    "packs",
    "read_pack",
]

FOLDER = Path(__file__).parent.parent / "packs"
# The pack of an association that has not chosen one.
DEFAULT = "un"


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything Kinkeeper takes from one jurisdiction. Each mapping keeps the order of the file."""

    code: str
    label: str
    countries: tuple[str, ...]
    source: str
    calendar: Calendar
    legal_statuses: Mapping[str, LegalStatus]
    care_types: Mapping[str, CareType]
    exits: Mapping[str, Exit]
    needs: Mapping[str, Entry]
    reasons_for_change: Mapping[str, Entry]
    participation: Mapping[str, Participation]
    providers: Mapping[str, Entry]
    consents: Mapping[str, Consent]
    purposes: Mapping[str, Purpose]
    grounds: Mapping[str, Ground]
    causes: Mapping[str, Entry]
    domains: Mapping[str, Domain]
    papers: Mapping[str, Paper]
    permanency: Mapping[str, Entry]
    separations: Mapping[str, Entry]
    retention: Mapping[str, Retention]
    schedules: Mapping[str, Schedule]
    limits: Mapping[str, Limit]

    def limit(self, name: str) -> Limit:
        """The limit of that name; a pack without it is a fault of the pack, so KeyError names both."""
        try:
            return self.limits[name]
        except KeyError:
            raise KeyError(f"The pack “{self.code}” sets no limit named “{name}”.") from None

    def own_consent_from(self, consent: str) -> int:
        """The age in years from which the child’s own consent of this kind is needed."""
        return self.consents[consent].own_from or self.limit("own_consent").value

    def schedules_for(self, about: str, *, kind: str = "", status: str = "", care: str = "") -> list[Schedule]:
        """The schedules that fit a kind of case, a legal status and a type of care, given as codes of this pack.

        A schedule made for the status or the type of care takes the place of those that are made for every child.
        """
        law = self.legal_statuses[status].neutral if status in self.legal_statuses else ""
        place = self.care_types[care].neutral if care in self.care_types else ""
        fit = [
            schedule
            for schedule in self.schedules.values()
            if schedule.about == about
            and (not schedule.for_kinds or kind in schedule.for_kinds)
            and (not schedule.for_statuses or law in schedule.for_statuses)
            and (not schedule.for_care or place in schedule.for_care)
        ]
        return [one for one in fit if one.for_statuses or one.for_care] or fit

    def entries(self) -> Iterator[tuple[str, Entry | Limit]]:
        """Every entry with the name of its section, section by section."""
        for section in SECTIONS:
            for entry in getattr(self, section).values():
                yield section, entry

    def not_verified(self) -> int:
        """How many entries nobody has checked against their source yet, the calendar included."""
        return sum(not entry.verified for _section, entry in self.entries()) + (not self.calendar.verified)


SECTIONS: dict[str, type[Entry] | type[Limit]] = {
    "limits": Limit,
    "schedules": Schedule,
    "legal_statuses": LegalStatus,
    "care_types": CareType,
    "exits": Exit,
    "needs": Entry,
    "reasons_for_change": Entry,
    "participation": Participation,
    "providers": Entry,
    "consents": Consent,
    "purposes": Purpose,
    "grounds": Ground,
    "causes": Entry,
    "domains": Domain,
    "papers": Paper,
    "permanency": Entry,
    "separations": Entry,
    "retention": Retention,
}


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
    refuse_unknown(raw, {"code", "label", "countries", "source", "calendar", *SECTIONS}, file, "")
    for key in ("code", "label", "source"):
        check(isinstance(raw.get(key), str) and raw[key], file, key, "must be a text")
    countries = raw.get("countries", [])
    listed = isinstance(countries, list) and all(isinstance(one, str) for one in countries)
    check(listed, file, "countries", "must list codes")
    sections: dict[str, Any] = {
        name: read_section(kind, raw.get(name, {}), file, name) for name, kind in SECTIONS.items()
    }
    pack = Pack(
        code=raw["code"],
        label=raw["label"],
        countries=tuple(countries),
        source=raw["source"],
        calendar=read_calendar(raw.get("calendar"), file),
        **sections,
    )
    for code, purpose in pack.purposes.items():
        check(
            not purpose.consent or purpose.consent in pack.consents,
            file,
            f"purposes.{code}.consent",
            f"“{purpose.consent}” is no consent of this pack",
        )
        check(
            "consent" not in purpose.basis or bool(purpose.consent),
            file,
            f"purposes.{code}.consent",
            "must name the consent that is its basis",
        )
    return pack


def messages() -> Iterator[str]:
    """Every label of every pack, once: the message ids that a translation needs."""
    seen: set[str] = set()
    for code in packs():
        pack = load_pack(code)
        for label in (pack.label, *(entry.label for _section, entry in pack.entries())):
            if label not in seen:
                seen.add(label)
                yield label
