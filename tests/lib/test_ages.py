"""Ages are counted on the calendar, and a date known in part never pretends to be known whole."""

from datetime import date, timedelta

import pytest
from django.utils import translation
from hypothesis import example, given
from hypothesis import strategies as st

from kinkeeper.lib.ages import PartialDate, age_on, age_range_on, birthday

days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@st.composite
def partial_dates(draw):
    day, known = draw(days), draw(st.integers(1, 3))
    month, number = (day.month if known > 1 else None), (day.day if known > 2 else None)
    return PartialDate(day.year, month, number, estimated=draw(st.booleans()))


@given(days, st.integers(0, 100))
@example(date(2024, 2, 29), 18)
@example(date(2024, 2, 29), 4)
@example(date(2000, 2, 29), 100)
def test_a_person_grows_older_on_the_birthday_and_not_the_day_before(born, age):
    turned = birthday(born, age)
    assert age_on(born, turned) == age
    assert age_on(born, turned - timedelta(days=1)) == age - 1


@given(days, days)
def test_an_age_is_the_number_of_birthdays_that_have_come(born, day):
    if day >= born:
        assert age_on(born, day) == sum(1 for age in range(1, 202) if birthday(born, age) <= day)
    else:
        assert age_on(born, day) < 0


def test_born_on_29_february_one_is_of_age_on_1_march():
    born = date(2008, 2, 29)
    assert age_on(born, date(2026, 2, 28)) == 17
    assert age_on(born, date(2026, 3, 1)) == 18
    assert birthday(born, 18) == date(2026, 3, 1)
    assert birthday(born, 16) == date(2024, 2, 29)


def test_ages_are_counted_in_calendar_years_not_in_days():
    assert age_on(date(2000, 12, 31), date(2018, 12, 30)) == 17
    assert age_on(date(2000, 12, 31), date(2018, 12, 31)) == 18
    assert age_on(date(2020, 6, 1), date(2020, 6, 1)) == 0


@given(partial_dates(), days)
def test_the_range_of_ages_holds_every_age_the_person_may_have(born, day):
    least, most = age_range_on(born, day)
    possible = [born.earliest + timedelta(days=n) for n in range((born.latest - born.earliest).days + 1)]
    if born.earliest <= day:
        possible = [each for each in possible if each <= day]
    ages = {age_on(each, day) for each in possible}
    assert (least, most) == (min(ages), max(ages))


def test_someone_born_in_a_year_may_be_of_two_ages():
    assert age_range_on(PartialDate(2014), date(2026, 6, 1)) == (11, 12)
    assert age_range_on(PartialDate(2014, 7), date(2026, 6, 1)) == (11, 11)
    assert age_range_on(PartialDate(2014, 5, 17), date(2026, 6, 1)) == (12, 12)


def test_a_child_who_is_here_was_born_already():
    assert age_range_on(PartialDate(2026), date(2026, 6, 1)) == (0, 0)


@given(partial_dates())
def test_what_is_written_is_read_again(partial):
    assert PartialDate.parse(str(partial)) == partial


@pytest.mark.parametrize(
    "text, year, month, day, estimated",
    [
        ("2014", 2014, None, None, False),
        ("2014-05", 2014, 5, None, False),
        ("2014-05-17", 2014, 5, 17, False),
        ("~2014", 2014, None, None, True),
        (" ~2014-05-17 ", 2014, 5, 17, True),
    ],
)
def test_a_partial_date_is_read(text, year, month, day, estimated):
    read = PartialDate.parse(text)
    assert (read.year, read.month, read.day, read.estimated) == (year, month, day, estimated)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "14",
        "2014-5",
        "2014-13",
        "2015-02-29",
        "2014-00",
        "2014-05-00",
        "17.05.2014",
        "2014-05-",
        "0000",
        "٢٠١٤",
        "2014~",
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  # some of the sentences are the calendar's own
        PartialDate.parse(text)


def test_a_day_without_its_month_is_refused():
    with pytest.raises(ValueError, match="month"):
        PartialDate(2014, None, 17)


def test_a_partial_date_knows_the_days_it_may_have_been():
    assert (PartialDate(2014).earliest, PartialDate(2014).latest) == (date(2014, 1, 1), date(2014, 12, 31))
    assert (PartialDate(2024, 2).earliest, PartialDate(2024, 2).latest) == (date(2024, 2, 1), date(2024, 2, 29))
    assert PartialDate.of(date(2014, 5, 17)).earliest == PartialDate(2014, 5, 17).latest == date(2014, 5, 17)


def test_only_a_known_day_is_exact():
    assert PartialDate(2014, 5, 17).is_exact
    assert not PartialDate(2014, 5, 17, estimated=True).is_exact
    assert not PartialDate(2014, 5).is_exact


def test_partial_dates_stand_in_order_of_their_days():
    in_order = [PartialDate.parse(text) for text in ["2013", "2014-01-01", "2014-01", "2014", "~2014", "2014-02"]]
    assert sorted(in_order[3:] + in_order[:3]) == in_order


@given(partial_dates(), partial_dates())
def test_of_two_different_partial_dates_one_comes_first(one, other):
    assert (one < other) + (other < one) + (one == other) == 1


@pytest.mark.parametrize(
    "text, english",
    [("2014", "2014"), ("~2014", "about 2014"), ("2014-05", "May 2014"), ("2014-05-17", "17 May 2014")],
)
def test_a_partial_date_speaks_as_people_do(text, english):
    with translation.override("en"):
        assert PartialDate.parse(text).text() == english


def test_a_partial_date_speaks_the_language_in_use():
    with translation.override("ru"):
        assert PartialDate(2014, 5).text().startswith("Май 2014")
