"""What can be weighed together: things of one request that stand in one record, or that name one person.

A name is found as a word, in the writing that is kept of it. What a nickname hides stays for a worker to find.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from django.db.models import Q

from kinkeeper.access.gate import Actor, seen
from kinkeeper.families.models import Kinship, Membership
from kinkeeper.people.models import Name, Person
from kinkeeper.retention import queries
from kinkeeper.retention.models import Redaction

# The group of what stands in the same record; every other group is called after the code of a person.
RECORD = "record"
# Shorter given names stand in too many words.
SHORTEST = 3


@dataclass(frozen=True)
class Group:
    """Things of one request about which nobody has decided, to be decided in one go; `person` is whom they name."""

    among: str
    person: Person | None
    items: list[Redaction]


def groups(actor: Actor, item: Redaction) -> list[Group]:
    """With what one thing can be decided together: each group holds more than the thing itself."""
    waiting = list(queries.redactions(actor, item.request).filter(choice=""))
    here = [row for row in waiting if (row.table, row.row) == (item.table, item.row)]
    found = [Group(RECORD, None, here)]
    if queries.is_in_sight(actor, item):
        for person, names in _known_around(actor, item.request.person):
            if _names(item, names):
                those = [row for row in waiting if _names(row, names) and queries.is_in_sight(actor, row)]
                found.append(Group(person.code, person, those))
    return [group for group in found if len(group.items) > 1]


def group_of(actor: Actor, item: Redaction, among: str) -> Group | None:
    """One of the groups, or None where there is none any more."""
    return next((group for group in groups(actor, item) if group.among == among), None)


def _known_around(actor: Actor, person: Person) -> list[tuple[Person, set[str]]]:
    """Kin of a person and members of their families, as far as the actor sees them, with the names to look for."""
    ties = seen(actor, Kinship).filter(Q(person=person) | Q(relative=person)).values_list("person", "relative")
    families = seen(actor, Membership).filter(person=person).values("family")
    members = seen(actor, Membership).filter(family__in=families).values_list("person", flat=True)
    keys = ({key for tie in ties for key in tie} | set(members)) - {person.pk}
    names: dict[int, set[str]] = defaultdict(set)
    for name in seen(actor, Name).filter(person__in=keys):
        names[name.person_id] |= {name.given} if len(name.given) >= SHORTEST else set()
    return [(one, names[one.pk] | {one.name}) for one in seen(actor, Person).filter(pk__in=keys)]


def _names(item: Redaction, names: set[str]) -> bool:
    found = "|".join(re.escape(name) for name in sorted(names))
    return re.search(rf"(?<!\w)(?:{found})(?!\w)", item.text, re.IGNORECASE) is not None
