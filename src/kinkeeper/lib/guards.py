"""Rules that many deeds share: no day that is still to come, none outside a life, no code that the pack does not know."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import TypeVar

from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from kinkeeper.lib.packs import Entry
from kinkeeper.lib.refusals import Refused

EntryT = TypeVar("EntryT", bound=Entry)


def in_words(day: date) -> str:
    """A day as the reader’s language writes it."""
    return date_format(day, "DATE_FORMAT")


def insist_on_the_past(day: date, today: date, field: str) -> None:
    """Refuse a day that is still to come: a record says what has happened."""
    if day > today:
        raise Refused(_("This day is still to come. Record it when it has happened."), guard="G-TIME", field=field)


def insist_on_a_lifetime(day: date, born_from: date | None, died_on: date | None, field: str) -> None:
    """Refuse a day before the earliest possible birth, or after the death, of the one it is about."""
    if born_from is not None and day < born_from:
        raise Refused(
            _("This is before the birth (%(day)s).") % {"day": in_words(born_from)}, guard="G-TIME", field=field
        )
    if died_on is not None and day > died_on:
        raise Refused(_("This is after the death (%(day)s).") % {"day": in_words(died_on)}, guard="G-TIME", field=field)


def insist_on_order(day: date, earlier: date, sentence: object, field: str) -> None:
    """Refuse a day before `earlier` with a sentence that may name it as %(day)s."""
    if day < earlier:
        raise Refused(str(sentence) % {"day": in_words(earlier)}, guard="G-TIME", field=field)


def known(section: Mapping[str, EntryT], code: str, field: str) -> EntryT:
    """The entry of the pack behind a code; refuses a code that the pack does not have."""
    entry = section.get(code)
    if entry is None:
        raise Refused(
            _("The jurisdiction pack has no code “%(code)s”. Choose one from the list.") % {"code": code},
            guard="G-CODE",
            field=field,
        )
    return entry


def insist_on_choice(choices: Collection[str], value: str, field: str) -> None:
    """Refuse a value that is none of the choices."""
    if value not in choices:
        raise Refused(_("Choose one from the list."), guard="G-CODE", field=field)


def insist_on_age(age: int | None, youngest: int, below: int, field: str) -> None:
    """Refuse what does not fit the age in completed years; an unknown age fits, and 0 for `below` sets no end."""
    if age is None:
        return
    if age < youngest:
        raise Refused(_("This is possible from the age of %(age)s.") % {"age": youngest}, guard="G-AGE", field=field)
    if below and age >= below:
        raise Refused(_("This is possible below the age of %(age)s.") % {"age": below}, guard="G-AGE", field=field)
