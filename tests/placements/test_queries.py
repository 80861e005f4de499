"""Where children live, on any day, for one child and for a unit; in as many questions for three as for one."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.models import Unit
from kinkeeper.homes.models import Home
from kinkeeper.lib.rows import write
from kinkeeper.people.models import Person
from kinkeeper.placements import actions, queries
from kinkeeper.placements.models import Episode, PeriodOfCare
from tests.conftest import Colleague, open_case, register
from tests.placements.conftest import JULY, JUNE, MAY, TODAY, decide_much

DAY = timedelta(days=1)


@pytest.fixture
def moved(amina: Colleague, in_care: PeriodOfCare, house_three: Home) -> PeriodOfCare:
    """Noor: with the Okafors from May, under an interim order from June, in House Three from July."""
    ordered = actions.change_legal_status(amina.actor, in_care, legal_status_code="INTERIM", changed_on=JUNE)
    return actions.move_child(
        amina.actor, ordered, home=house_three, moved_on=JULY, care_type="SOS_FAM", leave_reason="PLAN"
    )


def test_stays_are_drawn_together_from_episodes(
    amina: Colleague, noor: Person, okafors: Home, house_three: Home, moved: PeriodOfCare
) -> None:
    first, second = queries.stays_of(amina.actor, noor)
    assert (first.home, first.care_type, first.started_on, first.ended_on) == (okafors, "FOSTER_ST", MAY, JULY)
    assert [(span.status, span.started_on, span.ended_on) for span in first.legal] == [
        ("VOLUNTARY", MAY, JUNE),
        ("INTERIM", JUNE, JULY),
    ]
    assert (first.reason, first.leave_reason, first.exit) == ("S", "PLAN", "")
    assert (second.home, second.started_on, second.ended_on, second.reason) == (house_three, JULY, None, "P")


def test_the_last_stay_says_why_care_ended(amina: Colleague, noor: Person, moved: PeriodOfCare) -> None:
    actions.end_placement(amina.actor, moved, ended_on=JULY + DAY, exit="REUNIFIED")
    assert [stay.exit for stay in queries.stays_of(amina.actor, noor)] == ["", "REUNIFIED"]


@pytest.mark.parametrize(
    "on, place, since",
    [
        (MAY - DAY, None, None),
        (MAY, "The Okafors", MAY),
        (JUNE, "The Okafors", MAY),
        (JULY - DAY, "The Okafors", MAY),
        (JULY, "House Three", JULY),
        (TODAY, "House Three", JULY),
    ],
)
def test_where_a_child_lived_on_a_day(
    amina: Colleague, noor: Person, moved: PeriodOfCare, on: date, place: str | None, since: date | None
) -> None:
    lives = queries.where_lives(amina.actor, [noor], on).get(noor.pk)
    assert (lives and lives.home and lives.home.name, lives and lives.since) == (place, since)


def test_nobody_lives_anywhere_after_care_ended(
    amina: Colleague, noor: Person, house_three: Home, moved: PeriodOfCare
) -> None:
    actions.end_placement(amina.actor, moved, ended_on=JULY + DAY, exit="REUNIFIED")
    assert queries.where_lives(amina.actor, [noor]) == {}
    assert queries.occupancy(amina.actor, house_three, JULY) == 1
    assert queries.occupancy(amina.actor, house_three, JULY + DAY) == 0


def test_a_home_beyond_ones_scope_is_not_shown(
    amina: Colleague, noor: Person, okafors: Home, in_care: PeriodOfCare, other_unit: Unit
) -> None:
    write(okafors, unit=other_unit)
    assert queries.where_lives(amina.actor, [noor])[noor.pk].home is None
    assert queries.stays_of(amina.actor, noor)[0].home is None


def test_strangers_see_nobody(bruno: Colleague, noor: Person, okafors: Home, in_care: PeriodOfCare) -> None:
    assert queries.where_lives(bruno.actor, [noor]) == {}
    assert queries.stays_of(bruno.actor, noor) == []
    assert queries.occupants(bruno.actor, okafors, TODAY) == []
    assert queries.occupancy(bruno.actor, okafors, TODAY) == 0


def test_who_lives_in_a_home(
    amina: Colleague, noor: Person, samir: Person, okafors: Home, in_care: PeriodOfCare
) -> None:
    actions.start_placement(
        amina.actor, samir, home=okafors, started_on=JUNE, care_type="FOSTER_ST", legal_status_code="VOLUNTARY"
    )
    living = queries.occupants(amina.actor, okafors, TODAY)
    assert [(one.episode.period.child, one.since) for one in living] == [(noor, MAY), (samir, JUNE)]
    assert queries.occupancies(amina.actor, [okafors], TODAY) == {okafors.pk: 2}
    assert [queries.free_places(okafors, taken) for taken in (0, 2, 3)] == [2, 0, 0]


def test_the_most_together_are_those_who_are_there_together(
    amina: Colleague, noor: Person, samir: Person, okafors: Home, moved: PeriodOfCare
) -> None:
    actions.start_placement(
        amina.actor, samir, home=okafors, started_on=JULY, care_type="FOSTER_ST", legal_status_code="VOLUNTARY"
    )
    assert Episode.objects.most_together(okafors, MAY) == 1
    assert Episode.objects.most_together(okafors, MAY, without=[noor]) == 1
    assert Episode.objects.most_together(okafors, JULY, without=[samir]) == 0


@pytest.mark.parametrize("number", [1, 3])
def test_questions_do_not_grow_with_children(
    amina: Colleague, village: Unit, okafors: Home, number: int, django_assert_num_queries: Any
) -> None:
    write(okafors, capacity=None)
    children = []
    for place in range(number):
        child = register(village, f"Child {place}", "Many", born=TODAY - 3000 * DAY)
        open_case(child, amina)
        decide_much(child)
        actions.start_placement(
            amina.actor, child, home=okafors, started_on=MAY, care_type="FOSTER_ST", legal_status_code="VOLUNTARY"
        )
        children.append(child)
    actor = amina.actor
    with django_assert_num_queries(3):
        assert len(queries.where_lives(actor, children)) == number
    with django_assert_num_queries(2):
        assert len(queries.occupants(actor, okafors, TODAY)) == number
    with django_assert_num_queries(2):
        queries.stays_of(actor, children[0])
    with django_assert_num_queries(1):
        assert queries.occupancies(actor, [okafors], TODAY)[okafors.pk] == number
