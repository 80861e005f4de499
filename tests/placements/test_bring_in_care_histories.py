"""Care histories of another system are brought in whole, extended backwards, and never past the guards."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import LegalStatus, Person
from kinkeeper.placements import actions
from kinkeeper.placements.models import Absence, Episode, PeriodOfCare, Placement
from tests.conftest import Colleague, register
from tests.placements.conftest import JULY, JUNE, MAY, story


def history(
    child: Person, home: Home, starts: list[date], ended_on: date | None = None
) -> tuple[PeriodOfCare, Placement, list[Episode]]:
    """A period with one stay and an episode for every start, not written yet."""
    status, _new = LegalStatus.objects.get_or_create(person=child, status="VOLUNTARY", starts_on=starts[0])
    period = PeriodOfCare(child=child, started_on=starts[0], ended_on=ended_on, exit="REUNIFIED" if ended_on else "")
    stay = Placement(period=period, home=home, care_type="FOSTER_ST")
    rows = [
        Episode(period=period, started_on=day, reason="L" if place else "S", placement=stay, legal_status=status)
        for place, day in enumerate(starts)
    ]
    return period, stay, rows


def test_a_history_comes_whole_in_whatever_order(dalia: Colleague, village: Unit, noor: Person, okafors: Home) -> None:
    period, stay, rows = history(noor, okafors, [MAY, JUNE, JULY])
    gone = Absence(child=noor, kind="M", started_on=JUNE, ended_on=JUNE)
    actions.bring_in_care_histories(
        dalia.actor, village, periods=[period], placements=[stay], episodes=rows[::-1], absences=[gone]
    )
    assert [row[:3] for row in story(noor)] == [("S", MAY, JUNE), ("L", JUNE, JULY), ("L", JULY, None)]
    assert Absence.objects.get().child == noor
    codes = set(Entry.objects.values_list("subject_code", flat=True))
    assert codes == {period.code, gone.code}


def test_a_history_known_from_earlier_on_is_written_anew(
    dalia: Colleague, amina: Colleague, village: Unit, noor: Person, okafors: Home, in_care: PeriodOfCare
) -> None:
    before = MAY - timedelta(days=30)
    known = Episode.objects.get(period=in_care)
    rows = [
        Episode(
            period=in_care, started_on=day, reason=reason, placement=known.placement, legal_status=known.legal_status
        )
        for day, reason in ((before, "S"), (MAY, "L"))
    ]
    actions.bring_in_care_histories(
        dalia.actor,
        village,
        episodes=rows,
        extended=[in_care],
        changes=[(in_care, {"started_on": before})],
    )
    assert [row[:3] for row in story(noor)] == [("S", before, MAY), ("L", MAY, None)]


def test_histories_that_overlap_are_refused_in_words(
    dalia: Colleague, village: Unit, noor: Person, okafors: Home, in_care: PeriodOfCare
) -> None:
    period, stay, rows = history(noor, okafors, [JUNE], JULY)
    with pytest.raises(Refused, match="in care at that time already") as refusal:
        actions.bring_in_care_histories(dalia.actor, village, periods=[period], placements=[stay], episodes=rows)
    assert refusal.value.guard == "G-OVERLAP"
    assert PeriodOfCare.objects.count() == Episode.objects.count() == 1


@pytest.mark.guard("G-GAP", "fires", "passes")
def test_a_history_begins_on_its_first_day(dalia: Colleague, village: Unit, noor: Person, okafors: Home) -> None:
    period, stay, rows = history(noor, okafors, [MAY, JUNE])
    bring_in = actions.bring_in_care_histories
    with pytest.raises(Refused, match="is the day it begins") as refusal:
        bring_in(dalia.actor, village, periods=[period], placements=[stay], episodes=rows[1:])
    assert (refusal.value.guard, PeriodOfCare.objects.count(), Episode.objects.count()) == ("G-GAP", 0, 0)
    period, stay, rows = history(noor, okafors, [MAY, JUNE])
    bring_in(dalia.actor, village, periods=[period], placements=[stay], episodes=rows)
    assert [row[:3] for row in story(noor)] == [("S", MAY, JUNE), ("L", JUNE, None)]


def test_nothing_lands_in_another_unit(
    dalia: Colleague, village: Unit, other_unit: Unit, noor: Person, okafors: Home
) -> None:
    far = register(other_unit, "Far", "Away")
    period, stay, rows = history(far, okafors, [MAY])
    with pytest.raises(Unseen):
        actions.bring_in_care_histories(dalia.actor, village, periods=[period], placements=[stay], episodes=rows)
    period.save()
    with pytest.raises(Unseen):
        actions.bring_in_care_histories(dalia.actor, village, placements=[stay], episodes=rows)
    assert not Episode.objects.exists()


def test_only_those_who_oversee_bring_in(amina: Colleague, village: Unit) -> None:
    with pytest.raises(Refused, match="bring in many records"):
        actions.bring_in_care_histories(amina.actor, village)
