"""Who changes where a child lives, seat by seat. No table is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kinkeeper.access.gate import Verdict
from kinkeeper.access.models import Role, Unit
from kinkeeper.people.models import Person
from kinkeeper.placements import policy
from kinkeeper.placements.models import Absence, PeriodOfCare, Placement
from tests.seats import HERE, OVERSEERS, STEP, SUPERVISOR, TODAY, WORKERS, has_seats, refused

CHILD, DEAD = Person(unit_id=HERE), Person(unit_id=HERE, died_on=TODAY)
PERIOD, ENDED = PeriodOfCare(child=CHILD), PeriodOfCare(child=CHILD, ended_on=TODAY)
WORDS = "Only a worker of the child’s unit"
DEEDS: list[tuple[Callable[[Any, Any], Verdict], Any]] = [
    (policy.may_start_placement, CHILD),
    (policy.may_place_siblings, CHILD),
    (policy.may_move_child, PERIOD),
    (policy.may_change_legal_status, PERIOD),
    (policy.may_end_placement, PERIOD),
    (policy.may_report_absence, CHILD),
    (policy.may_record_return, Absence(child=CHILD)),
]


@pytest.mark.parametrize("place", range(len(DEEDS)))
def test_where_a_child_lives_is_changed_by_the_workers_of_the_unit(place: int) -> None:
    judge, subject = DEEDS[place]
    has_seats(lambda actor: judge(actor, subject), WORKERS, WORDS)


def test_histories_are_brought_in_by_those_who_oversee() -> None:
    has_seats(lambda actor: policy.may_bring_in_care_histories(actor, Unit(pk=HERE)), OVERSEERS, "many records at once")


def test_a_child_who_died_is_not_placed() -> None:
    for judge in (policy.may_start_placement, policy.may_place_siblings):
        assert refused(judge(SUPERVISOR, DEAD)) == (STEP, "This child has died.")


def test_care_that_ended_stays_as_it_was() -> None:
    for judge in (policy.may_move_child, policy.may_change_legal_status, policy.may_end_placement):
        assert "This period of care has ended" in refused(judge(SUPERVISOR, ENDED))[1]
    assert "already back" in refused(policy.may_record_return(SUPERVISOR, Absence(child=CHILD, ended_on=TODAY)))[1]


def test_an_exemption_is_looked_at_by_the_supervisor() -> None:
    stay = Placement(period=PERIOD, exemption_review_on=TODAY)
    words = "Only a supervisor of the child’s unit"
    has_seats(lambda actor: policy.may_review_exemption(actor, stay), {Role.SUPERVISOR}, words)
    none = refused(policy.may_review_exemption(SUPERVISOR, Placement(period=PERIOD)))
    assert none == (STEP, "This stay has no exemption for brothers and sisters.")
    over = Placement(period=ENDED, exemption_review_on=TODAY)
    assert "has ended" in refused(policy.may_review_exemption(SUPERVISOR, over))[1]
