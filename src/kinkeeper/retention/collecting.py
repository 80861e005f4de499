"""What is about one person, found through the models themselves, so that a table that comes later is not forgotten.

A row is about somebody through every key that leads to a person. What a table says is taken from its fields and their
sensitivity: nothing sealed (S4) ever comes out. What may speak of others is marked, and people decide about it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.apps import apps
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from kinkeeper.access.models import User
from kinkeeper.families.models import HouseholdMember, Membership
from kinkeeper.files.models import StoredFile
from kinkeeper.intake.models import Mentioned
from kinkeeper.keys.fields import MarkField, SealedField, holder_of
from kinkeeper.lib.rows import Row
from kinkeeper.lib.sensitivity import Level, level_of
from kinkeeper.people.models import ContactPoint, Identifier, Name, Person, SpokenLanguage

# Tables that lead to a person and stay out of the file, each with its reason.
LEFT_OUT: dict[str, str] = {
    "people.NameKey": "It is derived from the names, which are in the file.",
    "exchange.SourceRow": "It repeats what landed in the records, which are in the file, as a spreadsheet told it.",
    "exchange.LikelyDuplicate": "It compares rows of a file with other people; nothing of it is kept about the person.",
    "intake.Comparison": "It compares the person with others who might be the same; it says nothing about the person.",
    "retention.Hold": "An inquiry may have to stay unknown to those it is about.",
    "retention.Disposal": "It is about the record, not about the person.",
    "retention.AccessRequest": "It is about the asking, not about the person.",
    "retention.Redaction": "It repeats what is in the file, or says why it is not.",
}
# Rows that a person is part of without being pointed to by them: the table in between, and its key.
UPWARD: tuple[tuple[type[models.Model], str], ...] = (
    (Membership, "family"),
    (HouseholdMember, "household"),
    (Mentioned, "referral"),
)
# Tables that speak of nobody but the person: their texts need no weighing.
OWN: tuple[type[models.Model], ...] = (Person, Name, Identifier, SpokenLanguage, ContactPoint)
BLACK = _("(blacked out)")


@dataclass
class Fact:
    """One thing that a record says; `asks` where somebody has to decide whether it speaks of others."""

    name: str
    label: str
    value: str
    asks: bool = False
    file: StoredFile | None = None


@dataclass
class Record:
    """One row about the person, told field by field."""

    table: str
    label: str
    code: str
    recorded_on: str
    is_about_others: bool
    facts: list[Fact] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The whole record in words, for whoever decides about it as a whole."""
        return "\n".join(f"{fact.label}: {fact.value}" for fact in self.facts)

    def questions(self) -> Iterator[tuple[str, str]]:
        """What has to be decided: (field, text), the field empty where it is the whole record."""
        if self.is_about_others:
            yield "", self.text
        else:
            yield from ((fact.name, fact.value) for fact in self.facts if fact.asks)


@cache
def ways() -> dict[type[models.Model], tuple[str, ...]]:
    """Every table that leads to a person, with the ways that lead there."""
    ours = [model for model in apps.get_models() if model.__module__.startswith("kinkeeper.")]
    return {model: found for model in ours if model is not Person and (found := tuple(_ways_of(model)))}


def _keys(model: type[models.Model]) -> Iterator[models.ForeignKey[Any, Any]]:
    yield from (field for field in model._meta.concrete_fields if isinstance(field, models.ForeignKey))


def _ways_of(model: type[models.Model], seen: tuple[type[models.Model], ...] = ()) -> Iterator[str]:
    direct = [key.name for key in _keys(model) if key.related_model is Person]
    yield from direct
    holder = getattr(model, "sealed_for", "")
    if holder and holder != "self" and _ends_at_a_person(model, holder):
        if holder not in direct:
            yield holder
        return
    for key in _keys(model):
        target: Any = key.related_model
        if target in {Person, User, model, *seen}:
            continue
        yield from (f"{key.name}__{way}" for way in _ways_of(target, (*seen, model)))


def _ends_at_a_person(model: type[models.Model], way: str) -> bool:
    target: Any = model
    for step in way.split("__"):
        target = target._meta.get_field(step).related_model
    return target is Person


def belongs_to(row: models.Model, person: Person) -> bool:
    """Whether a row is the person’s own: sealed with the person’s key, or, where nothing is sealed, found by a key."""
    way = getattr(type(row), "sealed_for", "")
    if not way:
        return True
    return bool(holder_of(row).code == person.code)


def is_about_others(row: models.Model, person: Person) -> bool:
    """Whether a row is another person’s, or names one by a key."""
    if isinstance(row, Person):
        return False
    named = {getattr(row, key.attname) for key in _keys(type(row)) if key.related_model is Person}
    return bool(named - {None, person.pk}) or not belongs_to(row, person)


def told(row: Row, person: Person, *, others: bool | None = None) -> Record:
    """A row as a record of the file."""
    meta = row._meta
    about_others = is_about_others(row, person) if others is None else others
    made = Record(
        table=meta.label_lower,
        label=str(capfirst(meta.verbose_name)),
        code=row.code,
        recorded_on=timezone.localtime(row.created_at).date().isoformat(),
        is_about_others=about_others,
    )
    made.facts = [fact for one in meta.concrete_fields if (fact := _fact(row, one, person))]
    return made


def _fact(row: Row, one: models.Field[Any, Any], person: Person) -> Fact | None:
    level = level_of(one)
    if one.name in {"id", "code", "version", "created_at"} or isinstance(one, MarkField | models.BinaryField):
        return None
    if level is None or level >= Level.S4 or getattr(row, one.attname) in (None, ""):
        return None
    label = str(capfirst(one.verbose_name))
    if isinstance(one, models.ForeignKey):
        other = getattr(row, one.name)
        if isinstance(other, StoredFile):
            return Fact(one.name, label, other.original_name, asks=True, file=other)
        named = other.name if isinstance(other, User | Person) else getattr(other, "code", "")
        return Fact(one.name, label, str(named)) if named else None
    value = getattr(row, f"get_{one.name}_display")() if one.choices else getattr(row, one.name)
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return Fact(one.name, label, text, asks=_is_free(one, level) and not isinstance(row, OWN)) if text else None


def _is_free(one: models.Field[Any, Any], level: Level) -> bool:
    """Whether people write into this field as they like, so that it may speak of anybody."""
    if isinstance(one, SealedField | models.JSONField):
        return True
    written = isinstance(one, models.CharField | models.TextField) and not one.choices
    return written and level >= Level.S2 and not getattr(one, "coded", "")


def plain_texts(model: type[models.Model]) -> list[str]:
    """Fields that lie unsealed, tell who somebody is and can be empty: an erasure empties them."""
    return [
        one.name
        for one in model._meta.concrete_fields
        if isinstance(one, models.CharField | models.TextField)
        and not isinstance(one, SealedField | MarkField)
        and (level_of(one) or Level.S0) >= Level.S2
        and not one.choices
        and not getattr(one, "coded", "")
        and one.blank
    ]
