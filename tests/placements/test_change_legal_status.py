"""A new order: a new episode, the same home."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import LegalStatus, Person
from kinkeeper.placements import actions
from kinkeeper.placements.models import PeriodOfCare, Placement
from tests.conftest import Colleague
from tests.placements.conftest import JUNE, MAY, TODAY, story


def change(colleague: Colleague, period: PeriodOfCare, **changes: Any) -> PeriodOfCare:
    particulars: dict[str, Any] = {"legal_status_code": "INTERIM", "changed_on": JUNE, "order_number": "77"}
    return actions.change_legal_status(colleague.actor, period, **(particulars | changes))


def test_the_child_stays_and_the_ground_changes(amina: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    changed = change(amina, in_care)
    assert changed.version == in_care.version + 1
    assert story(noor) == [
        ("S", MAY, JUNE, "The Okafors", "FOSTER_ST", "VOLUNTARY"),
        ("L", JUNE, None, "The Okafors", "FOSTER_ST", "INTERIM"),
    ]
    assert Placement.objects.count() == 1
    assert LegalStatus.objects.get(status="INTERIM").order_number == "77"
    assert Entry.objects.filter(act="placements.change_legal_status").count() == 1


@pytest.mark.parametrize(
    "changes, guard, words",
    [
        ({"changed_on": TODAY + timedelta(days=1)}, "G-TIME", "still to come"),
        ({"changed_on": MAY}, "G-TIME", "after the last change"),
        ({"legal_status_code": "VOLUNTARY"}, "G-STEP", "has already"),
        ({"legal_status_code": "MAGIC"}, "G-CODE", "no code"),
    ],
)
def test_a_refusal_changes_nothing(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, changes: dict[str, Any], guard: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        change(amina, in_care, **changes)
    assert refusal.value.guard == guard
    assert len(story(noor)) == 1
    assert LegalStatus.objects.count() == 1


def test_two_legal_statuses_do_not_begin_on_one_day(amina: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    LegalStatus.objects.create(person=noor, status="REMAND", starts_on=JUNE)
    with pytest.raises(Refused, match="Another legal status holds"):
        change(amina, in_care)
