"""Due dates: counted from their start, on a grid or from the last time, by the calendar of the pack."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kinkeeper.lib.calendars import Calendar, public_holidays
from kinkeeper.lib.packs import Length, Limit, Schedule, Step, load_pack
from kinkeeper.lib.timers import due_after, due_dates, lateness, next_due, soonest

PLAIN = Calendar()
RUSSIA = load_pack("russia")
GUARDIAN = RUSSIA.schedules["visits_guardianship"]
FEBRUARY = date(2026, 2, 10)
ON_TIME = [date(2026, 3, 10), date(2026, 5, 10)]


def schedule(*steps: Step, mode: str = "rolling") -> Schedule:
    return Schedule(code="X", label="X", about="visit", mode=mode, steps=steps)


def every(number: int, unit: str, times: int = 0, until: Length | None = None) -> Step:
    return Step(Length(number, unit), times, until)


# ---- A limit ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value, unit, due",
    [
        (24, "hours", date(2026, 2, 1)),
        (25, "hours", date(2026, 2, 2)),
        (7, "days", date(2026, 2, 7)),
        (1, "working_days", date(2026, 2, 2)),
        (2, "weeks", date(2026, 2, 14)),
        (3, "months", date(2026, 4, 30)),
        (1, "years", date(2027, 1, 31)),
    ],
)
def test_a_limit_counts_in_its_unit(value: int, unit: str, due: date) -> None:
    assert due_after(date(2026, 1, 31), Limit("x", "X", value, unit, "a law"), PLAIN) == due


def test_a_number_of_children_is_no_length_of_time() -> None:
    with pytest.raises(ValueError, match="children"):
        due_after(FEBRUARY, RUSSIA.limit("caseload"), PLAIN)


def test_twenty_working_days_in_england_pass_over_christmas() -> None:
    england = load_pack("england")
    begun = date(2026, 12, 14)
    assert {date(2026, 12, 25), date(2026, 12, 28), date(2027, 1, 1)} <= set(
        england.calendar.holidays_between(begun, date(2027, 1, 31))
    )
    assert due_after(begun, england.limit("first_review"), PLAIN) == date(2027, 1, 11)
    assert due_after(begun, england.limit("first_review"), england.calendar) == date(2027, 1, 14)
    assert next_due(england.schedules["reviews"], begun, [], england.calendar) == date(2027, 1, 14)


def test_other_weekends_and_days_of_the_association_count() -> None:
    calendar = Calendar(weekend=frozenset({4, 5}), extra=frozenset({date(2026, 2, 15)}))
    assert due_after(date(2026, 2, 12), Length(1, "working_days"), calendar) == date(2026, 2, 16)
    assert [calendar.is_free(date(2026, 2, day)) for day in (12, 13, 14, 15, 16)] == [False, True, True, True, False]


def test_an_unknown_region_is_named() -> None:
    with pytest.raises(ValueError, match="ZZ"):
        public_holidays("ZZ", 2026)


# ---- On a grid -------------------------------------------------------------------------------------------------------


def test_the_visits_to_a_ward_in_russia() -> None:
    assert due_dates(GUARDIAN, FEBRUARY, 7, RUSSIA.calendar) == [
        date(2026, 3, 10),
        date(2026, 5, 10),
        date(2026, 8, 10),
        date(2026, 11, 10),
        date(2027, 2, 10),
        date(2027, 8, 10),
        date(2028, 2, 10),
    ]


def test_a_late_visit_counts_as_late_and_does_not_move_the_grid() -> None:
    done = [*ON_TIME, date(2026, 8, 14)]
    found = lateness(GUARDIAN, FEBRUARY, done, RUSSIA.calendar)
    late = [(done - due).days for due, done in found if done is not None and done > due]
    assert late == [4]
    assert next_due(GUARDIAN, FEBRUARY, done, RUSSIA.calendar) == date(2026, 11, 10)


def test_one_late_visit_answers_every_day_that_was_missed() -> None:
    late = date(2026, 9, 1)
    assert lateness(GUARDIAN, FEBRUARY, [date(2026, 3, 9), late], PLAIN) == [
        (date(2026, 3, 10), date(2026, 3, 9)),
        (date(2026, 5, 10), late),
        (date(2026, 8, 10), late),
        (date(2026, 11, 10), None),
    ]


def test_two_visits_in_a_week_are_not_the_visits_of_two_quarters() -> None:
    done = [date(2026, 2, 12), date(2026, 2, 16), date(2026, 3, 10)]
    assert next_due(GUARDIAN, FEBRUARY, done, PLAIN) == date(2026, 5, 10)
    assert next_due(GUARDIAN, FEBRUARY, [*done, date(2026, 3, 20)], PLAIN) == date(2026, 8, 10)


def test_two_visits_on_one_late_day_count_once() -> None:
    assert next_due(GUARDIAN, FEBRUARY, [*ON_TIME, date(2026, 8, 14), date(2026, 8, 14)], PLAIN) == date(2026, 11, 10)


def test_what_was_done_before_the_start_does_not_count() -> None:
    assert next_due(GUARDIAN, FEBRUARY, [date(2026, 2, 9)], PLAIN) == date(2026, 3, 10)
    assert next_due(GUARDIAN, FEBRUARY, [FEBRUARY], PLAIN) == date(2026, 5, 10)


def test_follow_ups_come_five_times_and_are_over() -> None:
    follow_ups = load_pack("un").schedules["followups"]
    days = due_dates(follow_ups, date(2026, 1, 31), 9, PLAIN)
    assert days == [date(2026, 2, 7), date(2026, 2, 28), date(2026, 4, 30), date(2026, 7, 31), date(2027, 1, 31)]
    assert next_due(follow_ups, date(2026, 1, 31), days, PLAIN) is None


# ---- From the last time ----------------------------------------------------------------------------------------------


def test_a_review_in_three_months_by_the_un_guidelines() -> None:
    un = load_pack("un")
    reviews = un.schedules["reviews"]
    assert next_due(reviews, date(2026, 3, 3), [], un.calendar) == date(2026, 6, 3)
    assert next_due(reviews, date(2026, 3, 3), [date(2026, 5, 20)], un.calendar) == date(2026, 8, 20)
    assert next_due(reviews, date(2026, 1, 31), [], un.calendar) == date(2026, 4, 30)


def test_the_step_follows_how_often_and_how_long() -> None:
    visits = load_pack("england").schedules["visits"]
    done = [date(2026, 2, 16)]
    assert next_due(visits, FEBRUARY, [], PLAIN) == date(2026, 2, 17)
    assert next_due(visits, FEBRUARY, done, PLAIN) == date(2026, 3, 30)
    assert next_due(visits, FEBRUARY, [*done, date(2027, 2, 9)], PLAIN) == date(2027, 3, 23)
    assert next_due(visits, FEBRUARY, [*done, date(2027, 2, 10)], PLAIN) == date(2027, 5, 10)


def test_a_rolling_schedule_ends_after_its_last_step() -> None:
    twice = schedule(every(1, "weeks", times=2))
    assert due_dates(twice, FEBRUARY, 5, PLAIN) == [date(2026, 2, 17), date(2026, 2, 24)]
    assert next_due(twice, FEBRUARY, [FEBRUARY, date(2026, 2, 12)], PLAIN) is None


def test_the_soonest_of_several_schedules_names_itself() -> None:
    monthly, weekly, over = schedule(every(1, "months")), schedule(every(1, "weeks")), schedule(every(1, "days", 1))
    anchors = [(monthly, FEBRUARY), (weekly, date(2026, 2, 20)), (over, FEBRUARY)]
    assert soonest(anchors, [FEBRUARY], PLAIN) == (date(2026, 2, 27), weekly)
    assert soonest([(over, FEBRUARY)], [FEBRUARY], PLAIN) is None


# ---- Always ----------------------------------------------------------------------------------------------------------

units = st.sampled_from(["days", "working_days", "weeks", "months"])
days_after = st.lists(st.integers(0, 500), max_size=8)
starts = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Schedules of one unit whose steps never become shorter, without an end."""
    unit, lengths = draw(units), sorted(draw(st.lists(st.integers(1, 9), min_size=1, max_size=3)))
    steps = [every(length, unit, times=draw(st.integers(1, 3))) for length in lengths[:-1]]
    if draw(st.booleans()):
        steps.append(every(lengths[-1], unit, until=Length(12, "months")))
    return schedule(*steps, every(lengths[-1], unit), mode=draw(st.sampled_from(["grid", "rolling"])))


@settings(deadline=None)
@given(schedules(), starts, st.integers(1, 12))
def test_due_dates_rise(plan: Schedule, anchor: date, count: int) -> None:
    days = due_dates(plan, anchor, count, PLAIN)
    assert len(days) == count
    assert all(before < after for before, after in zip([anchor, *days], days, strict=False))


@settings(deadline=None)
@given(schedules(), starts, days_after)
def test_what_is_done_never_moves_a_due_date_backwards(plan: Schedule, anchor: date, later: list[int]) -> None:
    done = [anchor + timedelta(days=number) for number in sorted(later)]
    due = [next_due(plan, anchor, done[:count], PLAIN) or date.max for count in range(len(done) + 1)]
    assert due == sorted(due)
    answered = lateness(plan, anchor, done, PLAIN)
    assert answered[-1][1] is None
    assert all(when is not None for _due, when in answered[:-1])
