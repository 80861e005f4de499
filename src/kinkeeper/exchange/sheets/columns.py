"""The one declaration of what own spreadsheets may hold: template, matching, reading and mending all follow it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.text import capfirst
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from kinkeeper.cases.models import Case, Contact
from kinkeeper.families.models import Kinship
from kinkeeper.homes.models import Home
from kinkeeper.lib.languages import language_choices
from kinkeeper.lib.names import fold
from kinkeeper.lib.packs import Entry, Pack
from kinkeeper.people.models import BirthBy, Sex

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

Choices = list[tuple[str, str]]


class Kind(Enum):
    """What a cell holds."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"
    PARTIAL = "partial"
    CODE = "code"
    YES = "yes"


@dataclass(frozen=True)
class Column:
    """One column. `points_to` names the table whose own numbers it holds."""

    key: str
    label: str | _StrPromise
    means: str | _StrPromise
    kind: Kind = Kind.TEXT
    required: bool = False
    offered: Callable[[Pack], Choices] | None = None
    points_to: str = ""
    example: str = ""
    longest: int = 200

    @property
    def title(self) -> str:
        """The heading in the reader’s language."""
        return capfirst(str(self.label))

    def choices(self, pack: Pack) -> Choices:
        """Permitted values as (code, label in the reader’s language)."""
        return [(code, str(label)) for code, label in self.offered(pack)] if self.offered else []

    def names(self) -> Iterator[str]:
        """The heading in every language of ours, and its key, without case and accents."""
        yield self.key
        for tag, _name in settings.LANGUAGES:
            with override(tag):
                yield plain(str(self.label))


@dataclass(frozen=True)
class Table:
    """One sheet. `number` is the column that tells its rows apart; `composed` are the columns that do where it is empty."""

    key: str
    label: str | _StrPromise
    means: str | _StrPromise
    columns: tuple[Column, ...]
    number: str = ""
    composed: tuple[str, ...] = ()
    about: str = ""

    def column(self, key: str) -> Column:
        """The column with this key."""
        return next(column for column in self.columns if column.key == key)

    @property
    def title(self) -> str:
        """The name of the sheet in the reader’s language."""
        return str(self.label)

    def names(self) -> Iterator[str]:
        """The name of the sheet in every language of ours."""
        yield self.key
        for tag, _name in settings.LANGUAGES:
            with override(tag):
                yield plain(str(self.label))


def plain(text: str) -> str:
    """A heading or value as it is compared: without case, accents, stars and spare spaces."""
    return " ".join(fold(text).replace("*", " ").replace("_", " ").split())


def _of(choices: Sequence[tuple[str, str | _StrPromise]]) -> Callable[[Pack], Choices]:
    return lambda _pack: [(code, str(label)) for code, label in choices if code]


def _entries(section: str) -> Callable[[Pack], Choices]:
    def offered(pack: Pack) -> Choices:
        entries: Mapping[str, Entry] = getattr(pack, section)
        return [(code, gettext(entry.label)) for code, entry in entries.items()]

    return offered


def _languages(_pack: Pack) -> Choices:
    return [(tag, name) for tag, name in language_choices() if tag]


def _kinds_of_kin(_pack: Pack) -> Choices:
    return [(code, str(label)) for code, label in [*Kinship.Kind.choices, *Kinship.Inverse.choices]]


def _number(means: str | _StrPromise, *, required: bool = True, example: str = "1") -> Column:
    return Column("number", _("number"), means, required=required, example=example, longest=60)


def _points(key: str, label: str | _StrPromise, means: str | _StrPromise, to: str, **more: object) -> Column:
    return Column(key, label, means, points_to=to, longest=60, **more)  # type: ignore[arg-type]


PERSONS = Table(
    "persons",
    _("Persons"),
    _("Children, parents, relatives and carers: one row for each person."),
    (
        _number(_("Your own number of this person. The other sheets name people by it.")),
        Column("given", _("given name"), _("The given name, in the script in which you write it."), example="Amina"),
        Column("middle", _("middle name or patronymic"), _("Leave it empty where there is none.")),
        Column("family", _("family name"), _("Give at least a given name or a family name."), example="Karimova"),
        Column("given_other", _("given name in another script"), _("For example in Cyrillic.")),
        Column("family_other", _("family name in another script"), _("For example in Cyrillic.")),
        Column(
            "birth", _("date of birth"), _("A day, a month or a year. Put ~ in front of an estimate: ~2014."),
            Kind.PARTIAL, example="2014-05-17",
        ),
        Column(
            "birth_by", _("how the birth is known"), _("Needed where the birth is an estimate."), Kind.CODE,
            offered=_of(BirthBy.choices), example="document",
        ),
        Column("sex", _("sex"), _("As recorded at registration."), Kind.CODE, offered=_of(Sex.choices), example="F"),
        Column("died_on", _("date of death"), _("Only where the person has died."), Kind.DAY),
        Column("language", _("mother tongue"), _("The first language of the person."), Kind.CODE, offered=_languages),
        Column("national", _("national identity number"), _("The number of the state, if you keep it."), longest=80),
        Column("phone", _("telephone"), _("How to reach the person."), longest=60),
        Column("address", _("address"), _("Where the person lives, if no household says so."), longest=300),
        Column(
            "case_opened_on", _("case opened on"), _("For a child you are responsible for: since when."), Kind.DAY,
            example="2024-01-15",
        ),
        Column(
            "case_kind", _("kind of case"), _("Alternative care where you leave it empty."), Kind.CODE,
            offered=_of(Case.Kind.choices), example="care",
        ),
        Column("worker", _("e-mail of the worker"), _("Who is responsible for the case, by e-mail address.")),
    ),
    number="number",
    about="number",
)  # fmt: skip

FAMILIES = Table(
    "families",
    _("Families"),
    _("Who belongs to which family and household, and who is kin to whom: one row for each person and tie."),
    (
        Column("family", _("number of the family"), _("Your own number of the family."), required=True, longest=60,
            example="1"),
        Column("family_name", _("name of the family"), _("The name in every row, or in the first of them."),
            example="Karimov"),
        _points("person", _("number of the person"), _("The number from the sheet Persons."), "persons", required=True,
            example="1"),
        Column("household", _("household"), _("A name for those who eat and sleep together."), example="Home"),
        Column("address", _("address"), _("Where the household lives."), longest=300),
        Column("postcode", _("postcode"), _("Of the household."), longest=12),
        Column("since", _("lives there since"), _("Leave it empty where nobody knows."), Kind.DAY),
        Column("until", _("lived there until"), _("Empty as long as the person lives there."), Kind.DAY),
        Column("kin", _("is the"), _("What the person is to the relative: the mother is the parent."), Kind.CODE,
            offered=_kinds_of_kin),
        _points("relative", _("of (number of the relative)"), _("The number of the relative, from the sheet Persons."),
            "persons"),
        Column("responsible", _("has legal responsibility"), _("Yes, where the person is responsible in law."), Kind.YES),
    ),
    composed=("family", "person", "kin", "relative"),
    about="person",
)  # fmt: skip

HOMES = Table(
    "homes",
    _("Homes"),
    _("Families, houses, groups and flats in which children live: one row for each."),
    (
        _number(_("Your own number of this home. The sheet Placements names homes by it.")),
        Column("name", _("name"), _("What you call the home."), required=True, example="The Yusupovs"),
        Column("kind", _("kind of home"), _("What sort of place it is."), Kind.CODE, required=True,
            offered=_of(Home.Kind.choices), example="foster"),
        Column("capacity", _("places"), _("For how many children. Empty means that nobody has set a limit."), Kind.NUMBER,
            example="2"),
        Column("age_from", _("youngest age"), _("In completed years."), Kind.NUMBER),
        Column("age_to", _("oldest age"), _("In completed years."), Kind.NUMBER),
        Column("opened_on", _("open since"), _("The first day."), Kind.DAY, example="2020-09-01"),
        Column("registration", _("registration number"), _("If the authority gave one."), longest=40),
        Column("address", _("address"), _("Street, house, place."), longest=300),
        Column("postcode", _("postcode"), _("Of the home."), longest=12),
        Column("telephone", _("telephone"), _("Of the home."), longest=40),
        _points("carer", _("number of the main carer"), _("The number from the sheet Persons."), "persons"),
        Column("carer_since", _("carer since"), _("Needed where a main carer is named."), Kind.DAY),
    ),
    number="number",
)  # fmt: skip

STAYS = Table(
    "stays",
    _("Placements"),
    _("Where children lived, stay by stay, from the first to the present one: one row for each stay."),
    (
        _points("child", _("number of the child"), _("The number from the sheet Persons."), "persons", required=True,
            example="1"),
        _points("home", _("number of the home"), _("The number from the sheet Homes."), "homes", required=True,
            example="1"),
        Column("started_on", _("from"), _("The first day of the stay."), Kind.DAY, required=True, example="2024-02-01"),
        Column("ended_on", _("until"), _("The day on which the child left. Empty as long as the stay lasts."), Kind.DAY),
        Column("care_type", _("type of care"), _("A code of the pack in force."), Kind.CODE, required=True,
            offered=_entries("care_types"), example="FOSTER_LT"),
        Column("legal_status", _("legal status"), _("On what legal ground the child was there."), Kind.CODE,
            required=True, offered=_entries("legal_statuses")),
        Column("need", _("main need"), _("Why the child came into care."), Kind.CODE, offered=_entries("needs")),
        Column("leave_reason", _("reason for the move"), _("Where another stay follows at once."), Kind.CODE,
            offered=_entries("reasons_for_change")),
        Column("exit", _("why care ended"), _("Needed where no stay follows at once."), Kind.CODE,
            offered=_entries("exits")),
        _number(_("Your own number of this stay, if you keep one. With it even the first day can be corrected later."),
            required=False, example=""),
    ),
    number="number",
    composed=("child", "started_on"),
    about="child",
)  # fmt: skip

CONTACTS = Table(
    "contacts",
    _("Contacts"),
    _("Visits, calls and meetings about a child with a case: one row for each."),
    (
        _points("child", _("number of the child"), _("The number from the sheet Persons."), "persons", required=True,
            example="1"),
        Column("happened_on", _("date"), _("The day of the contact."), Kind.DAY, required=True, example="2024-03-05"),
        Column("kind", _("kind of contact"), _("What it was."), Kind.CODE, required=True,
            offered=_of(Contact.Kind.choices), example="visit"),
        Column("seen", _("the child was"), _("Whether the child was seen, and how."), Kind.CODE, required=True,
            offered=_of(Contact.Seen.choices), example="alone"),
        Column("place", _("place"), _("Where it was.")),
        Column("present", _("who was present"), _("Names or roles."), longest=300),
        Column("note", _("what happened and what was said"), _("In plain words."), longest=20000),
        _number(_("Your own number of this contact, if you keep one. Needed for two of one kind on one day."),
            required=False, example=""),
    ),
    number="number",
    composed=("child", "happened_on", "kind"),
    about="child",
)  # fmt: skip

# In the order in which they land: whatever a row names has landed before it.
TABLES: dict[str, Table] = {table.key: table for table in (PERSONS, FAMILIES, HOMES, STAYS, CONTACTS)}
ORDER = list(TABLES)


def example_words() -> frozenset[str]:
    """The word that marks an example row, in every language of ours."""
    words = {"example"}
    for tag, _name in settings.LANGUAGES:
        with override(tag):
            words.add(plain(gettext("Example")))
    return frozenset(words)
