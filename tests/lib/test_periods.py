"""Periods hold their first day and not their last; what is computed from them agrees with counting day by day."""

from datetime import date, timedelta
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinkeeper.lib.periods import (
    CollectionYear,
    Period,
    add_months,
    add_working_days,
    collection_year,
    gaps,
    merge,
    overlaps_among,
)

# Few days, so that periods often touch, share an end or lie in each other; the slow truth is a set of days.
FIRST = date(2024, 2, 20)
SPAN = 40
HORIZON = FIRST + timedelta(days=2 * SPAN)
DAYS = [FIRST + timedelta(days=n) for n in range(2 * SPAN)]

few_days = st.integers(0, SPAN).map(lambda n: FIRST + timedelta(days=n))
any_day = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@st.composite
def periods(draw):
    start = draw(few_days)
    return Period(start, draw(st.none() | few_days.map(lambda end: max(start, end))))


def held(period):
    """The days of a period, one by one, straight from the definition."""
    return {day for day in DAYS if day >= period.start and (period.end is None or day < period.end)}


@given(periods(), few_days)
def test_a_period_contains_the_days_it_holds(period, day):
    assert period.contains(day) == (day in held(period))


@given(periods(), periods())
def test_two_periods_overlap_when_a_day_lies_in_both(one, other):
    assert one.overlaps(other) == other.overlaps(one) == bool(held(one) & held(other))


@given(periods(), periods())
def test_the_intersection_holds_the_common_days(one, other):
    common = one.intersect(other)
    assert (held(common) if common else set()) == held(one) & held(other)


@given(periods())
def test_the_number_of_days_is_the_number_of_days_held(period):
    assert period.days(HORIZON) == len(held(period))


@given(periods(), few_days)
def test_a_cut_off_leaves_out_its_own_day_and_all_after(period, cutoff):
    assert period.days(cutoff) == len({day for day in held(period) if day < cutoff})


@given(st.lists(periods(), max_size=8))
def test_merging_keeps_every_day_and_leaves_days_between_the_spells(several):
    spells = merge(several)
    assert set().union(*map(held, spells)) == set().union(*map(held, several))
    for before, after in pairwise(spells):
        assert before.end is not None
        assert before.end < after.start


@given(st.lists(periods(), max_size=8))
def test_gaps_are_the_days_between_that_nobody_holds(several):
    covered = set().union(*map(held, several))
    between = {day for day in DAYS if covered and min(covered) < day < max(covered)} - covered
    assert set().union(*map(held, gaps(several))) == between
    assert all(gap.days() > 0 for gap in gaps(several))


@given(st.lists(periods(), max_size=8))
def test_every_overlapping_pair_is_found_once(several):
    pairs = [frozenset([id(one), id(other)]) for one, other in combinations(several, 2) if held(one) & held(other)]
    found = [frozenset([id(one), id(other)]) for one, other in overlaps_among(several)]
    assert sorted(map(sorted, found)) == sorted(map(sorted, pairs))


def test_a_move_on_one_day_is_counted_in_one_home_only():
    first, second = Period(date(2024, 1, 1), date(2024, 5, 3)), Period(date(2024, 5, 3))
    assert first.touches(second)
    assert second.touches(first)
    assert not first.overlaps(second)
    assert not first.contains(date(2024, 5, 3))
    assert merge([second, first]) == [Period(date(2024, 1, 1))]
    assert gaps([first, second]) == []


def test_periods_with_a_day_between_do_not_touch():
    assert not Period(date(2024, 1, 1), date(2024, 1, 2)).touches(Period(date(2024, 1, 3)))


def test_a_period_that_overlaps_does_not_touch():
    week = Period(date(2024, 1, 1), date(2024, 1, 8))
    assert not week.touches(Period(date(2024, 1, 7), date(2024, 1, 9)))


def test_an_empty_period_holds_no_day():
    empty = Period(date(2024, 1, 5), date(2024, 1, 5))
    assert empty.is_empty
    assert empty.last_day is None
    assert empty.days() == 0
    assert not empty.overlaps(Period(date(2024, 1, 1)))


def test_the_last_day_is_the_one_before_the_end():
    assert Period(date(2024, 2, 1), date(2024, 3, 1)).last_day == date(2024, 2, 29)
    assert Period(date(2024, 2, 1)).last_day is None


def test_a_period_cannot_end_before_it_starts():
    with pytest.raises(ValueError, match="cannot end"):
        Period(date(2024, 1, 2), date(2024, 1, 1))


def test_an_open_period_has_no_number_of_days_without_a_cut_off():
    with pytest.raises(ValueError, match="cut-off"):
        Period(date(2024, 1, 1)).days()


@pytest.mark.parametrize(
    "day, months, expected",
    [
        (date(2024, 1, 31), 3, date(2024, 4, 30)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 11, 30), 3, date(2025, 2, 28)),
        (date(2024, 12, 15), 1, date(2025, 1, 15)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2024, 1, 15), -1, date(2023, 12, 15)),
        (date(2024, 5, 17), 0, date(2024, 5, 17)),
    ],
)
def test_months_are_added_on_the_calendar(day, months, expected):
    assert add_months(day, months) == expected


@given(any_day, st.integers(-240, 240))
def test_adding_months_moves_so_many_months_and_keeps_the_day_where_it_exists(day, months):
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


HOLIDAYS = {date(2024, 12, 25), date(2024, 12, 26), date(2025, 1, 1)}


def test_working_days_skip_weekends_and_holidays():
    assert add_working_days(date(2024, 12, 20), 1) == date(2024, 12, 23)
    assert add_working_days(date(2024, 12, 20), 5, HOLIDAYS) == date(2024, 12, 31)
    assert add_working_days(date(2025, 1, 2), -3, HOLIDAYS) == date(2024, 12, 27)


def test_a_weekend_of_friday_and_saturday_works_on_sunday():
    assert add_working_days(date(2024, 12, 19), 1, weekend=(4, 5)) == date(2024, 12, 22)


def test_no_working_day_later_is_the_day_itself():
    assert add_working_days(date(2024, 12, 21), 0) == date(2024, 12, 21)


def test_a_week_without_a_working_day_is_refused():
    with pytest.raises(ValueError, match="working day"):
        add_working_days(date(2024, 12, 21), 1, weekend=range(7))


@given(any_day, st.integers(1, 30), st.sets(any_day, max_size=3), st.sampled_from([(5, 6), (4, 5), (6,), ()]))
def test_so_many_working_days_lie_after_the_day_up_to_the_result(day, number, holidays, weekend):
    result = add_working_days(day, number, holidays, weekend)
    passed = [day + timedelta(days=n) for n in range(1, (result - day).days + 1)]
    worked = [each for each in passed if each.weekday() not in weekend and each not in holidays]
    assert len(worked) == number
    assert worked[-1] == result


def test_a_collection_year_runs_from_april_to_march():
    year = collection_year(date(2023, 3, 31))
    assert year == CollectionYear(2022)
    assert collection_year(date(2023, 4, 1)) == CollectionYear(2023) == year.next
    assert (year.start, year.last_day, year.end) == (date(2022, 4, 1), date(2023, 3, 31), date(2023, 4, 1))
    assert year.label == str(year) == "2022/23"
    assert CollectionYear(1999).label == "1999/00"
    assert year.previous.label == "2021/22"


@given(any_day)
def test_every_day_lies_in_its_collection_year(day):
    assert collection_year(day).period.contains(day)


@pytest.mark.parametrize("text", ["2022/23", "2022-23", " 2022/2023 ", "2022_23"])
def test_a_collection_year_is_read_as_people_write_it(text):
    assert CollectionYear.parse(text) == CollectionYear(2022)


@pytest.mark.parametrize("text", ["2022", "2022/24", "22/23", "2022/3", "1999/200", "٢٠٢٢/٢٣", ""])
def test_what_is_no_collection_year_is_refused(text):
    with pytest.raises(ValueError, match="collection year"):
        CollectionYear.parse(text)
