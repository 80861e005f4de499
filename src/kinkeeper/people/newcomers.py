"""People who are not stored yet: the parts of their names, what is known of them, and the rows that come of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.utils.translation import gettext_lazy as _

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Unit
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.guards import insist_on_a_lifetime, insist_on_choice, insist_on_order, insist_on_the_past
from kinkeeper.lib.names import display_name, script_of
from kinkeeper.lib.refusals import Refused
from kinkeeper.people import queries
from kinkeeper.people.models import BirthBy, Name, Person, Sex

LONGEST_AGO = date(1900, 1, 1)


@dataclass(frozen=True)
class NameParts:
    """One name as it is handed in; the script is read off its letters."""

    given: str = ""
    middle: str = ""
    family: str = ""
    use: str = Name.Use.USED
    starts_on: date | None = None
    ends_on: date | None = None

    def of(self, person: Person) -> Name:
        """The row of this name for a person, not stored yet."""
        given, middle, family = (" ".join(part.split()) for part in (self.given, self.middle, self.family))
        if not given and not family:
            raise Refused(_("Give at least a given name or a family name."), guard="G-NAME", field="given")
        script = script_of(f"{given} {middle} {family}")
        return Name(
            person=person, use=self.use, given=given, middle=middle, family=family, script=script,
            starts_on=self.starts_on, ends_on=self.ends_on,
        )  # fmt: skip


@dataclass(frozen=True)
class Newcomer:
    """A person to be registered among many: `names[0]` is the one to show. Numbers are (scheme, value, from, until)."""

    names: Sequence[NameParts]
    birth: PartialDate | None = None
    sex: str = Sex.UNKNOWN
    ethnicity: str = ""
    died_on: date | None = None
    identifiers: Sequence[tuple[str, str, date | None, date | None]] = ()
    languages: Sequence[str] = ()
    birth_by: str = ""
    is_invented: bool = False
    code: str = field(default="")


def unsaved(actor: Actor, unit: Unit, newcomer: Newcomer) -> tuple[Person, list[Name]]:
    """The rows of a newcomer, the name to show first; refuses what cannot be."""
    insist_on_a_life(actor, newcomer.birth, newcomer.died_on)
    insist_on_a_method(newcomer.birth, newcomer.birth_by)
    person = Person(
        unit=unit,
        sex=newcomer.sex,
        ethnicity=newcomer.ethnicity,
        died_on=newcomer.died_on,
        is_invented=newcomer.is_invented,
        **born(newcomer.birth, newcomer.birth_by),
        **({"code": newcomer.code} if newcomer.code else {}),
    )
    names = [parts.of(person) for parts in newcomer.names]
    if not names:
        raise Refused(_("Give at least a given name or a family name."), guard="G-NAME", field="given")
    person.name, person.sort_name = shown(names[0])
    return person, names


def shown(name: Name) -> tuple[str, str]:
    """A name as the person repeats it: to be read, and to sort by."""
    return display_name(name.given, name.family)[:200], name.sort_name[:200]


def born(birth: PartialDate | None, birth_by: str) -> dict[str, object]:
    """A birth as the person keeps it; how it is known says nothing where it is not known."""
    earliest = birth.earliest if birth else None
    return {"birth": str(birth or ""), "born_from": earliest, "birth_by": birth_by if birth else ""}


def insist_on_a_method(birth: PartialDate | None, birth_by: str) -> None:
    """Refuse an estimated birth of which nobody says how it was estimated."""
    insist_on_choice(BirthBy.values, birth_by, "birth_by")
    if birth and birth.estimated and not birth_by:
        raise Refused(
            _("The date of birth is an estimate. Say how it is known, so that nobody takes it for more than it is."),
            guard="G-AGE",
            field="birth_by",
        )


def insist_on_a_life(actor: Actor, birth: PartialDate | None, died_on: date | None) -> None:
    """Refuse a birth or death that is still to come, too long ago, or in the wrong order."""
    if birth:
        insist_on_the_past(birth.earliest, actor.today, "birth")
        insist_on_order(
            birth.earliest, LONGEST_AGO, _("Nobody alive was born before %(day)s. Check the year."), "birth"
        )
    if died_on:
        insist_on_the_past(died_on, actor.today, "died_on")
        insist_on_a_lifetime(died_on, birth.earliest if birth else None, None, "died_on")


def insist_on_somebody_new(actor: Actor, name: Name, birth: PartialDate | None) -> None:
    """Refuse somebody who seems to be recorded already; names the record."""
    alike = queries.likely_duplicates(actor, [str(name)], birth)
    if alike:
        raise Refused(
            _("%(name)s (%(code)s) has nearly this name and birth. Look at that record first.")
            % {"name": alike[0].name, "code": alike[0].code},
            guard="G-DUP",
            field="refuse_likeness",
        )
