"""Reviews of care are due: the first soon after care began, later ones counted from the one before."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.models import Association, Unit
from kinkeeper.homes.models import Home
from kinkeeper.lib.rows import write
from kinkeeper.people.models import Person
from kinkeeper.placements import duties
from kinkeeper.placements.actions import end_placement, start_placement
from kinkeeper.placements.models import PeriodOfCare
from kinkeeper.plans import actions
from kinkeeper.plans.models import Review
from tests.conftest import Colleague, approve, decide, open_case, register

MAY = date(2024, 5, 6)


def review(colleague: Colleague, child: Person, **changes: Any) -> Review:
    particulars: dict[str, Any] = {"held_on": MAY, "participation": "SPOKE"}
    return actions.record_review(colleague.actor, child, **(particulars | changes))


def place(colleague: Colleague, child: Person, home: Home) -> PeriodOfCare:
    decide(child, "FOSTER_ST")
    return start_placement(
        colleague.actor, child, home=home, started_on=MAY, care_type="FOSTER_ST", legal_status_code="VOLUNTARY"
    )


def test_the_first_the_second_and_later_reviews(amina: Colleague, noor: Person, okafors: Home) -> None:
    Association.objects.update(pack="england")
    decide(noor, "U6")
    approve(okafors, "U6")
    start_placement(amina.actor, noor, home=okafors, started_on=MAY, care_type="U6", legal_status_code="V2")
    found: list[tuple[date, date | None]] = []
    for held_on in (date(2024, 6, 3), date(2024, 9, 2), date(2025, 2, 28)):
        duty = duties.reviews_due(amina.actor)[0]
        found.append((duty.due_on, duty.last_on))
        review(amina, noor, held_on=held_on, participation="PN1")
    found.append((duties.reviews_due(amina.actor)[0].due_on, duties.reviews_due(amina.actor)[0].last_on))
    assert found == [
        (date(2024, 6, 4), None),
        (date(2024, 9, 3), date(2024, 6, 3)),
        (date(2025, 3, 2), date(2024, 9, 2)),
        (date(2025, 8, 28), date(2025, 2, 28)),
    ]


def test_reviews_are_due_for_children_in_care_alone(
    amina: Colleague, bruno: Colleague, noor: Person, okafors: Home
) -> None:
    review(amina, noor, held_on=MAY - timedelta(days=60))
    assert duties.reviews_due(amina.actor) == []
    period = place(amina, noor, okafors)
    duty = duties.reviews_due(amina.actor)[0]
    # The review before care began was of another time.
    assert (duty.child, duty.due_on, duty.last_on) == (noor, date(2024, 8, 6), None)
    assert (duty.kind, duty.deed, duty.code) == ("review", "record_review", noor.code)
    assert duties.reviews_due(bruno.actor) == []
    assert duties.reviews_due(amina.actor, date(2024, 8, 5)) == []
    end_placement(amina.actor, period, ended_on=date(2024, 7, 1), exit="REUNIFIED")
    assert duties.reviews_due(amina.actor) == []


@pytest.mark.parametrize("number", [1, 3])
def test_questions_do_not_grow_with_children(
    amina: Colleague, village: Unit, okafors: Home, number: int, django_assert_num_queries: Any
) -> None:
    write(okafors, capacity=None)
    for n in range(number):
        child = register(village, f"Child {n}", "Many", born=date(2015, 1, 1))
        open_case(child, amina)
        place(amina, child, okafors)
    actor = amina.actor
    with django_assert_num_queries(4):
        assert len(duties.reviews_due(actor)) == number
