"""A child is taken in: registered, with a case and a worker, in one deed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.cases import actions
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.journal.models import Entry
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from tests.conftest import Colleague, open_case, register

TODAY = date.today()
MAY = date(2024, 5, 6)


def test_whoever_takes_a_child_in_becomes_its_worker(amina: Colleague, village: Unit) -> None:
    case = actions.take_in_child(
        amina.actor, village, given="Layla", family="Nasser", birth=PartialDate(2016, 5), sex="F", opened_on=MAY
    )
    child = Person.objects.get(pk=case.child_id)
    assert (child.name, child.unit, child.birth, child.sex) == ("Layla Nasser", village, "2016-05", "F")
    assert (case.unit, case.worker, case.kind, case.state, case.opened_on) == (
        village,
        amina.user,
        "care",
        "intake",
        MAY,
    )
    given = Assignment.objects.get(case=case)
    assert (given.worker, given.starts_on, given.ends_on) == (amina.user, MAY, None)
    acts = Entry.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["people.register_person", "cases.take_in_child"]


def test_a_supervisor_takes_a_child_in_for_somebody_else(dalia: Colleague, village: Unit) -> None:
    case = actions.take_in_child(dalia.actor, village, given="Layla", opened_on=MAY)
    assert case.worker is None
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(
    "birth, opened_on, words",
    [
        (PartialDate(2016), TODAY + timedelta(days=1), "still to come"),
        (PartialDate(2016), date(2015, 12, 31), "before the birth"),
    ],
)
def test_a_refusal_leaves_no_person_behind(
    amina: Colleague, village: Unit, birth: PartialDate, opened_on: date, words: str
) -> None:
    with pytest.raises(Refused, match=words) as refusal:
        actions.take_in_child(amina.actor, village, given="Layla", birth=birth, opened_on=opened_on)
    assert (refusal.value.guard, refusal.value.field) == ("G-TIME", "opened_on")
    assert not Person.objects.filter(name="Layla").exists()
    assert not Case.objects.exists()
    assert not Entry.objects.exists()


def test_nobody_carries_more_than_the_limit(amina: Colleague, village: Unit) -> None:
    for number in range(25):
        open_case(register(village, f"Child {number}", "Many"), amina)
    with pytest.raises(Refused, match="responsible for 25 children already; 25 is the limit") as refusal:
        actions.take_in_child(amina.actor, village, given="Layla", opened_on=MAY)
    assert refusal.value.guard == "G-CASELOAD"
    assert Case.objects.count() == 25


def test_strangers_cannot_take_a_child_in(bruno: Colleague, eve: Colleague, rosa: Colleague, village: Unit) -> None:
    for stranger in (bruno, eve):
        with pytest.raises(Unseen):
            actions.take_in_child(stranger.actor, village, given="Layla", opened_on=MAY)
    with pytest.raises(Refused, match="Only workers of this unit"):
        actions.take_in_child(rosa.actor, village, given="Layla", opened_on=MAY)
    assert not Person.objects.exists()
