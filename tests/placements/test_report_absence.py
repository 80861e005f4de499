"""A child is missing, and comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from kinkeeper.placements import actions
from kinkeeper.placements.models import Absence, PeriodOfCare
from tests.conftest import Colleague
from tests.placements.conftest import JULY, JUNE, MAY, TODAY


def report(colleague: Colleague, child: Person, **changes: Any) -> Absence:
    particulars: dict[str, Any] = {"kind": "M", "started_on": JUNE}
    return actions.report_absence(colleague.actor, child, **(particulars | changes))


def test_a_missing_child_is_reported_and_comes_back(amina: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    absence = report(amina, noor)
    assert Absence.objects.get() == absence
    assert (absence.kind, absence.started_on, absence.ended_on) == ("M", JUNE, None)
    back = actions.record_return(amina.actor, absence, ended_on=JULY)
    assert Absence.objects.get().ended_on == JULY
    acts = Entry.objects.filter(subject_code=absence.code).order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["placements.report_absence", "placements.record_return"]
    with pytest.raises(Refused, match="already back"):
        actions.record_return(amina.actor, back, ended_on=JULY)


@pytest.mark.parametrize(
    "changes, guard, words",
    [
        ({"kind": "?"}, "G-CODE", "Choose one"),
        ({"started_on": TODAY + timedelta(days=1)}, "G-TIME", "still to come"),
        ({"started_on": MAY - timedelta(days=1)}, "G-TIME", "not in care"),
    ],
)
def test_a_refusal_changes_nothing(
    amina: Colleague, noor: Person, in_care: PeriodOfCare, changes: dict[str, Any], guard: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        report(amina, noor, **changes)
    assert refusal.value.guard == guard
    assert not Absence.objects.exists()


def test_absences_do_not_overlap(amina: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    report(amina, noor)
    with pytest.raises(Refused, match="Record the return first") as refusal:
        report(amina, noor, started_on=JULY)
    assert refusal.value.guard == "G-OVERLAP"


def test_nobody_returns_before_they_left(amina: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    absence = report(amina, noor)
    with pytest.raises(Refused, match="cannot be earlier"):
        actions.record_return(amina.actor, absence, ended_on=JUNE - timedelta(days=1))


def test_strangers_cannot_report(bruno: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    with pytest.raises(Unseen):
        report(bruno, noor)
