"""What of a person lies outside their record: drafts, kept answers, and the rows of imports. An erasure removes it.

A row of an import is somebody’s when it became their record, when it is told under a number of theirs, or when their name
stands in it. These rows are sealed with the key of their import, which others need: so they go one by one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Model, Q

from kinkeeper.drafts.models import Draft
from kinkeeper.exchange.models import LikelyDuplicate, QuarantinedRow, SourceRow
from kinkeeper.families.models import Family, Membership
from kinkeeper.intake.models import Comparison
from kinkeeper.interface.models import KeptAnswer
from kinkeeper.lib.rows import Row
from kinkeeper.people.models import Identifier, Name, Person

AT_ONCE = 500
# A shorter number stands in a cell by chance.
LONG = 5


def traces_of(person: Person, rows: Iterable[Row]) -> dict[type[Model], list[int]]:
    """The rows outside a person’s record that go with it, by their table; `rows` are those of the record."""
    codes = {row.code for row in rows}
    told = _source_rows(person)
    return {
        Draft: list(_drafts(codes)),
        KeptAnswer: [kept.pk for kept in KeptAnswer.objects.all() if codes & set(_texts(kept.answer))],
        SourceRow: [row.pk for row in told],
        QuarantinedRow: _quarantined(person, told),
        LikelyDuplicate: list(LikelyDuplicate.objects.filter(person=person).values_list("pk", flat=True)),
        Comparison: list(Comparison.objects.filter(person=person).values_list("pk", flat=True)),
    }


def _drafts(codes: set[str]) -> Iterator[int]:
    wanted = sorted(codes)
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        yield from Draft.objects.filter(subject_code__in=some).values_list("pk", flat=True)


def _texts(answer: Any) -> Iterator[str]:
    """Every text of an answer; an address tells of what its parts name."""
    for value in answer.values():
        yield from str(value).split("/")


def _source_rows(person: Person) -> list[SourceRow]:
    mine = Membership.objects.filter(person=person).values("family")
    others = Membership.objects.filter(family__in=mine).exclude(person=person).values("family")
    alone = Family.objects.filter(pk__in=mine).exclude(pk__in=others)
    its_own = Q(person=person) | Q(contact__case__child=person) | Q(person=None, contact=None, family__in=alone)
    return list(SourceRow.objects.filter(its_own))


def _quarantined(person: Person, told: list[SourceRow]) -> list[int]:
    """Rows that could not land and tell of somebody: by a number, by the key of a row that landed, or by the name."""
    numbers = {one.value for one in Identifier.objects.filter(person=person)}
    long_ones = {_plain(number) for number in numbers if len(number) >= LONG}
    keys = {(row.source_id, row.key) for row in told}
    known = list(Name.objects.filter(person=person))
    names = {_plain(f"{one.given} {one.family}") for one in known} | {_plain(person.name)}
    pairs = [{_plain(one.given), _plain(one.family)} for one in known if one.given and one.family]
    found = []
    rows = QuarantinedRow.objects.filter(of__unit_id=person.unit_id).select_related("of")
    for row in rows.iterator(chunk_size=AT_ONCE):
        said = {_plain(text) for text in _cells(row.values)}
        by_number = row.child_reference in numbers or bool(long_ones & said)
        by_name = bool(names & said) or any(pair <= said for pair in pairs)
        if by_number or by_name or (row.of.source_id, row.child_reference) in keys:
            found.append(row.pk)
    return found


def _cells(values: Any) -> Iterator[str]:
    if isinstance(values, dict | list):
        for one in values.values() if isinstance(values, dict) else values:
            yield from _cells(one)
    elif values not in (None, ""):
        yield values if isinstance(values, str) else json.dumps(values)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
