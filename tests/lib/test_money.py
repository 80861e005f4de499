"""Money is whole minor units of one currency; nothing is lost when it is shared out."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinkeeper.lib.money import DECIMALS, Money, OtherCurrency

amounts = st.builds(Money, st.integers(-(10**12), 10**12), st.sampled_from(sorted(DECIMALS)))


@given(amounts)
def test_what_is_written_is_read_again(amount):
    assert Money.parse(str(amount)) == amount


@pytest.mark.parametrize(
    "text, minor, currency",
    [
        ("1234.50 EUR", 123450, "EUR"),
        ("1234.5 EUR", 123450, "EUR"),
        ("1 234 567 UZS", 123456700, "UZS"),
        ("1\u202f234.50 RUB", 123450, "RUB"),
        ("12 JPY", 12, "JPY"),
        ("1.234 JOD", 1234, "JOD"),
        ("-0.05 USD", -5, "USD"),
        ("−3 GBP", -300, "GBP"),
    ],
)
def test_an_amount_is_read(text, minor, currency):
    assert Money.parse(text) == Money(minor, currency)


@pytest.mark.parametrize(
    "text", ["1,234.50 EUR", "12,5 EUR", "12.345 EUR", "1.5 JPY", "5 XXX", "5", "EUR", "", "1 23 EUR"]
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011  # each has a sentence of its own
        Money.parse(text)


@pytest.mark.parametrize(
    "minor, currency, written",
    [
        (5, "EUR", "0.05 EUR"),
        (-5, "EUR", "-0.05 EUR"),
        (5, "JPY", "5 JPY"),
        (1234, "JOD", "1.234 JOD"),
        (0, "ALL", "0.00 ALL"),
    ],
)
def test_an_amount_is_written_neutrally(minor, currency, written):
    assert str(Money(minor, currency)) == written


@pytest.mark.parametrize("minor", [1.0, True, "5", None])
def test_only_whole_minor_units_are_money(minor: Any):
    with pytest.raises(TypeError, match="whole minor units"):
        Money(minor, "EUR")


def test_amounts_of_one_currency_are_added_and_compared():
    ten, three = Money(1000, "EUR"), Money(300, "EUR")
    assert ten + three == Money(1300, "EUR")
    assert three - ten == Money(-700, "EUR") == -(ten - three)
    assert three < ten
    assert ten > three
    assert ten >= three
    assert ten
    assert not Money(0, "EUR")


def test_two_currencies_never_meet_in_one_sum():
    euro, rouble = Money(1, "EUR"), Money(1, "RUB")
    for deed in (lambda: euro + rouble, lambda: euro - rouble, lambda: euro < rouble, lambda: euro >= rouble):
        with pytest.raises(OtherCurrency, match="cannot be counted together"):
            deed()
    assert euro != rouble


def test_ten_euros_are_shared_among_three():
    assert Money(1000, "EUR").allocate(3) == [Money(334, "EUR"), Money(333, "EUR"), Money(333, "EUR")]
    assert Money(-1000, "EUR").allocate(3) == [Money(-334, "EUR"), Money(-333, "EUR"), Money(-333, "EUR")]
    assert Money(100, "EUR").allocate([0, 1, 2]) == [Money(0, "EUR"), Money(33, "EUR"), Money(67, "EUR")]


@given(amounts, st.lists(st.integers(0, 1000), min_size=1, max_size=12).filter(any))
def test_sharing_out_loses_nothing_and_is_fair_to_one_minor_unit(amount, weights):
    shares = amount.allocate(weights)
    assert sum(share.minor for share in shares) == amount.minor
    for share, weight in zip(shares, weights, strict=True):
        assert abs(share.minor * sum(weights) - amount.minor * weight) < sum(weights)
        assert share.currency == amount.currency


@pytest.mark.parametrize("parts", [0, -1, [], [0, 0], [2, -1]])
def test_there_must_be_somebody_to_share_with(parts):
    with pytest.raises(ValueError, match="shared out"):
        Money(100, "EUR").allocate(parts)
