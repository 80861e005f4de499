"""Amounts of money: whole minor units with their currency, never a float, never two currencies in one sum.

How many decimals a currency has is ISO 4217’s word, also where daily life ignores it (Uzbek tiyin, Albanian qindarka).
The written form is neutral: '1234.50 EUR'. How a page shows it is the page’s business.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_BY_DECIMALS = {
    2: "ALL AMD AUD AZN BAM BDT BGN BRL BYN CAD CHF CNY COP CZK DKK EGP ETB EUR GBP GEL GHS HUF IDR ILS INR KES KGS KZT"
    " LBP LKR MAD MDL MKD MXN NGN NOK NPR PEN PHP PKR PLN RON RSD RUB SEK SYP TJS TRY TZS UAH USD UZS ZAR ZMW",
    0: "CLP ISK JPY KRW PYG RWF UGX VND XAF XOF",
    3: "BHD IQD JOD KWD LYD OMR TND",
}
# A currency that is missing here is refused: a guess would be wrong by a factor of a hundred.
DECIMALS = {code: decimals for decimals, codes in _BY_DECIMALS.items() for code in codes.split()}

_WRITTEN = re.compile(r"([-−]?)(\d+|\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+)(?:\.(\d+))?\s+([A-Z]{3})", re.ASCII)


class OtherCurrency(ValueError):
    """Two currencies met in one sum or comparison."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents, tiyin) of a currency by its ISO 4217 code."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"Money counts whole minor units, not {self.minor!r}.")
        if self.currency not in DECIMALS:
            raise ValueError(f"“{self.currency}” is not a currency that Kinkeeper knows.")

    @classmethod
    def parse(cls, text: str) -> Money:
        """Read '1234.50 EUR', '1 234.5 EUR' or '-12 JPY'. ValueError for a comma, or for more decimals than exist."""
        match = _WRITTEN.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"“{text}” is not an amount such as 1234.50 EUR.")
        sign, whole, fraction, currency = match[1], re.sub(r"\D", "", match[2]), match[3] or "", match[4]
        decimals = cls(0, currency).decimals
        if len(fraction) > decimals:
            raise ValueError(f"{currency} has {decimals} decimals, “{text}” has more.")
        minor = int(whole + fraction.ljust(decimals, "0"))
        return cls(-minor if sign else minor, currency)

    @property
    def decimals(self) -> int:
        """How many decimals the currency has."""
        return DECIMALS[self.currency]

    def __str__(self) -> str:
        digits = str(abs(self.minor)).rjust(self.decimals + 1, "0")
        whole, fraction = (digits[: -self.decimals], digits[-self.decimals :]) if self.decimals else (digits, "")
        return f"{'-' if self.minor < 0 else ''}{whole}{'.' + fraction if fraction else ''} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._same(other).minor

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._same(other).minor

    def allocate(self, parts: int | Sequence[int]) -> list[Money]:
        """Share it out, evenly into a number of parts or by whole-number weights, so that not a cent is lost.

        What is left over goes, one minor unit each, to the parts that rounding cut most, the first ones first.
        """
        weights = [1] * parts if isinstance(parts, int) else list(parts)
        total = sum(weights)
        if total <= 0 or min(weights) < 0:
            raise ValueError("Money is shared out by weights of zero or more, of which one is more than zero.")
        sign = -1 if self.minor < 0 else 1
        shares = [divmod(abs(self.minor) * weight, total) for weight in weights]
        left = abs(self.minor) - sum(share for share, _cut in shares)
        by_cut = sorted(range(len(shares)), key=lambda place: -shares[place][1])
        luckier = frozenset(by_cut[:left])
        return [Money(sign * (share + (place in luckier)), self.currency) for place, (share, _) in enumerate(shares)]

    def _same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise OtherCurrency(f"{self.currency} and {other.currency} cannot be counted together.")
        return other
