"""The sheet for daily life: what whoever looks after a child needs to know, and nothing about why or about others.

Neither the reasons for care nor anybody’s diagnosis stand on it, and no word says that the child is in care: the sheet
may lie on a kitchen table or go to a school.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import F

from kinkeeper.access.gate import Actor, may_read, seen
from kinkeeper.access.models import User
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Kinship, Support
from kinkeeper.families.queries import Relative, Supporter, relatives_of, supports_of
from kinkeeper.people import queries as people
from kinkeeper.people.models import ContactPoint, Name, Person, SpokenLanguage


@dataclass(frozen=True)
class Allowed:
    """A relative with the contact that is allowed."""

    relative: Relative
    rule: str
    phones: list[ContactPoint]


@dataclass(frozen=True)
class Sheet:
    """What the sheet for daily life says. `free`, `supervised`, `barred`: relatives by the rule on contact."""

    child: Person
    names: list[Name]
    languages: list[SpokenLanguage]
    free: list[Allowed]
    supervised: list[Allowed]
    barred: list[Allowed]
    responsible: list[Allowed]
    health: list[Supporter]
    trusted: list[str]
    worker: User | None

    @property
    def needs_interpreter(self) -> list[SpokenLanguage]:
        """Languages in which an interpreter is needed."""
        return [language for language in self.languages if language.needs_interpreter]


def sheet_of(actor: Actor, child: Person) -> Sheet:
    """Everything that daily life asks for, as far as the actor sees it; a fixed number of questions."""
    allowed = _allowed(actor, child)
    by_rule = {rule: [row for row in allowed if row.rule == rule] for rule in Kinship.Contact.values}
    named = {rule: [row for row in rows if row.relative.person] for rule, rows in by_rule.items()}
    supports = supports_of(actor, child)
    case = (
        seen(actor, Case)
        .filter(child=child)
        .order_by(F("closed_on").desc(nulls_first=True), "-opened_on")
        .select_related("worker")
        .first()
    )
    return Sheet(
        child=child,
        names=[name for name in people.names_of(actor, child) if name.holds_on(actor.today)],
        languages=list(people.languages_of(actor, child)),
        free=named[Kinship.Contact.FREE],
        supervised=named[Kinship.Contact.SUPERVISED],
        barred=by_rule[Kinship.Contact.NONE],
        responsible=[
            row
            for row in allowed
            if row.relative.person
            and row.relative.tie.is_responsible_on(actor.today)
            and row.rule != Kinship.Contact.NONE
        ],
        health=[row for row in supports if row.support.kind == Support.Kind.PROFESSIONAL],
        trusted=[supporter.name for supporter in supports if supporter.support.trusted],
        worker=case.worker if case and case.is_running else None,
    )


def _allowed(actor: Actor, child: Person) -> list[Allowed]:
    """The kin with the rule on contact, where the actor may read it, and safe telephones; who is out of sight is unnamed."""
    kin = relatives_of(actor, child)
    phones: dict[int, list[ContactPoint]] = {}
    wanted = seen(actor, ContactPoint).filter(
        person__in=[relative.person for relative in kin if relative.person],
        kind=ContactPoint.Kind.PHONE,
        safe_to_use=True,
    )
    for point in wanted.select_related("person"):
        if may_read(actor, point, "value"):
            phones.setdefault(point.person_id, []).append(point)
    return [
        Allowed(
            relative,
            relative.tie.contact if may_read(actor, relative.tie, "contact") else "",
            phones.get(relative.person.pk, []) if relative.person else [],
        )
        for relative in kin
    ]
