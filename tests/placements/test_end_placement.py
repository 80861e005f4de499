"""Care ends: with a day, a reason, and for good."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.lib.rows import write
from kinkeeper.people.models import LegalStatus, Person
from kinkeeper.placements import actions
from kinkeeper.placements.models import PeriodOfCare
from tests.conftest import Colleague
from tests.placements.conftest import JULY, JUNE, MAY, TODAY, story


def end(colleague: Colleague, period: PeriodOfCare, **changes: Any) -> PeriodOfCare:
    particulars: dict[str, Any] = {"ended_on": JULY, "exit": "REUNIFIED"}
    return actions.end_placement(colleague.actor, period, **(particulars | changes))


def test_care_ends_with_its_day_and_reason(amina: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    ended = end(amina, in_care)
    stored = PeriodOfCare.objects.get()
    assert (stored.ended_on, stored.exit, stored.version) == (JULY, "REUNIFIED", in_care.version + 1)
    assert ended.version == stored.version
    assert story(noor) == [("S", MAY, JULY, "The Okafors", "FOSTER_ST", "VOLUNTARY")]
    assert LegalStatus.objects.get().ends_on == JULY
    entry = Entry.objects.get(act="placements.end_placement")
    assert (entry.subject_code, entry.facts) == (in_care.code, {"ended_on": "2024-07-01"})


@pytest.mark.parametrize(
    "changes, guard, field, words",
    [
        ({"ended_on": TODAY + timedelta(days=1)}, "G-TIME", "ended_on", "still to come"),
        ({"ended_on": MAY}, "G-TIME", "ended_on", "after the last change"),
        ({"ended_on": MAY - timedelta(days=1)}, "G-TIME", "ended_on", "after the last change"),
        ({"exit": "VANISHED"}, "G-CODE", "exit", "no code"),
        ({"exit": "AGED_OUT"}, "G-AGE", "exit", "from the age of 18"),
    ],
)
def test_a_refusal_changes_nothing(
    amina: Colleague, in_care: PeriodOfCare, changes: dict[str, Any], guard: str, field: str, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        end(amina, in_care, **changes)
    assert (refusal.value.guard, refusal.value.field) == (guard, field)
    assert PeriodOfCare.objects.get().ended_on is None
    assert LegalStatus.objects.get().ends_on is None
    assert not Entry.objects.filter(act="placements.end_placement").exists()


def test_care_does_not_end_after_death(amina: Colleague, noor: Person, in_care: PeriodOfCare) -> None:
    write(noor, died_on=JUNE)
    with pytest.raises(Refused, match="after the death"):
        end(amina, in_care)
    assert end(amina, in_care, ended_on=JUNE, exit="DEATH").exit == "DEATH"


def test_care_does_not_end_in_a_temporary_stay(amina: Colleague, in_care: PeriodOfCare, house_three: Home) -> None:
    away = actions.move_child(amina.actor, in_care, home=house_three, moved_on=JUNE, care_type="RESPITE")
    with pytest.raises(Refused, match="during a temporary stay"):
        end(amina, away)


def test_care_ends_once(amina: Colleague, dalia: Colleague, in_care: PeriodOfCare) -> None:
    ended = end(amina, in_care)
    with pytest.raises(Refused, match="has ended"):
        end(amina, ended)
    with pytest.raises(Stale):
        end(dalia, in_care)


def test_strangers_cannot_end_care(bruno: Colleague, eve: Colleague, in_care: PeriodOfCare) -> None:
    for stranger in (bruno, eve):
        with pytest.raises(Unseen):
            end(stranger, in_care)
    assert PeriodOfCare.objects.get().ended_on is None
