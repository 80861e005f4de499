"""How harmful a field is in the wrong hands: every model field says so, and the system check insists.

The five levels and the compartments are those of THREAT_MODEL.md. The level travels with the field object, so that
templates, exports, search and the journal take what they may show from one place.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import TypeVar

from django.db.models import Field

FieldT = TypeVar("FieldT", bound="Field")  # type: ignore[type-arg]


class Level(IntEnum):
    """S0 aggregate, S1 operational, S2 personal, S3 special, S4 sealed."""

    S0 = 0
    S1 = 1
    S2 = 2
    S3 = 3
    S4 = 4


class Compartment(StrEnum):
    """A wall inside a level: knowing a child does not mean knowing where it sleeps."""

    ADDRESS = "address"
    UASC = "uasc"
    ADOPTION = "adoption"
    LEGAL_PRIVILEGE = "legal_privilege"
    STAFF_RELATIVE = "staff_relative"


def _declare(field: FieldT, level: Level, compartment: Compartment | None, coded: str = "") -> FieldT:
    field.sensitivity = level  # type: ignore[attr-defined]
    field.compartment = compartment  # type: ignore[attr-defined]
    field.coded = coded  # type: ignore[attr-defined]
    return field


def s0(field: FieldT) -> FieldT:
    """Aggregate or configuration: harmless."""
    return _declare(field, Level.S0, None)


def s1(field: FieldT) -> FieldT:
    """Operational: a code, a unit, a state, a date of a deed; not a person."""
    return _declare(field, Level.S1, None)


def s2(field: FieldT, compartment: Compartment | None = None) -> FieldT:
    """Personal: tells who somebody is."""
    return _declare(field, Level.S2, compartment)


def s3(field: FieldT, compartment: Compartment | None = None, *, coded: str = "") -> FieldT:
    """Special: origin, belief, health, legal status, narrative, address.

    What is written in words at this level lies sealed in the database (decision 27). `coded` says why this field does not.
    """
    return _declare(field, Level.S3, compartment, coded)


def s4(field: FieldT, compartment: Compartment | None = None) -> FieldT:
    """Sealed to named people."""
    return _declare(field, Level.S4, compartment)


def level_of(field: object) -> Level | None:
    """The declared level of a model field, or None where nobody declared one."""
    level = getattr(field, "sensitivity", None)
    return level if isinstance(level, Level) else None
