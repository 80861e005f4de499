"""What must hold of one row of Episodes by itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from django.utils.translation import gettext_lazy as _

from kinkeeper.exchange.ssda903 import codes
from kinkeeper.exchange.ssda903.checks import Check, Child, before
from kinkeeper.exchange.ssda903.rows import Row
from kinkeeper.exchange.ssda903.years import birthday


def _days(row: Row, child: Child) -> int:
    until = row.on("DEC") or child.known_until(row)
    return (until - row.day("DECOM")).days if until else 0


_PLACE_AGE_RULES = {"S1": "373", "R5": "372", "P3": "374", "H5": "371", "K3": "371", "P2": "370"}
_STAY_RULES = {"T1": "375", "T3": "376", "T4": "379"}
_EXIT_AGE_RULES = {
    "E11": "386",
    "E12": "386",
    "E45": "407",
    "E46": "407",
    "E47": "407",
    "E48": "407",
    "E5": "387",
    "E6": "387",
    "E7": "389",
    "E17": "460",
}
_YOUNGER_BEFORE_2023 = {"H5": 14, "P2": 15}


def _too_young_for(place: str) -> Callable[[Row, Child], bool]:
    def broken(row: Row, child: Child) -> bool:
        youngest = codes.PACK.care_types[place].youngest
        if row.year is not None and row.year < 2023:
            youngest = _YOUNGER_BEFORE_2023.get(place, youngest)
        return row["PLACE"] == place and child.age(row.day("DECOM")) < youngest

    return broken


def _stays_too_long_in(place: str) -> Callable[[Row, Child], bool]:
    def broken(row: Row, child: Child) -> bool:
        return row["PLACE"] == place and _days(row, child) > codes.PACK.care_types[place].days_limit

    return broken


def _wrong_age_for(reason: str) -> Callable[[Row, Child], bool]:
    def broken(row: Row, child: Child) -> bool:
        kind, ended = codes.PACK.exits[reason], row.on("DEC")
        if row["REC"] != reason or not ended:
            return False
        if reason in codes.SPECIAL_GUARDIANSHIP:
            return ended > birthday(child.born_on, kind.below)
        age = child.age(ended)
        return age < kind.youngest or bool(kind.below and age >= kind.below)

    return broken


def _of_age_in_care(row: Row, child: Child) -> bool:
    until = child.known_until(row)
    adult = until is not None and birthday(child.born_on, 18) < until
    return adult and not row["DEC"] and (row["LS"], row["PLACE"]) != ("V2", "K2")


def _wrong_provider(row: Row) -> bool:
    place, provider = row["PLACE"], row["PLACE_PROVIDER"]
    if place in codes.NO_PROVIDER:
        return bool(provider)
    if place == "P1":
        return provider != "PR0"
    public = provider == "PR3" and place in codes.FOSTER_PLACES | codes.ADOPTION_PLACES | {"K1", "K2"}
    local = provider in {"PR1", "PR2"} and place in {"R2", "R5"}
    return provider in {"", "PR0"} or public or local


_T, _A = "G-TIME", "G-AGE"
EPISODE_CHECKS = (
    Check(
        "DEC",
        _T,
        "356",
        lambda r, c: before(r, "DEC", "DECOM"),
        _("The episode ends before it begins. Correct one of the two dates."),
    ),
    Check(
        "DEC",
        _T,
        "355",
        lambda r, c: r.on("DEC") == r.day("DECOM"),
        _("The episode ends the day it begins. Correct one of the two dates, or remove the episode."),
    ),
    Check(
        "DECOM",
        _T,
        "353",
        lambda r, c: r.day("DECOM") < date(1991, 10, 14),
        _("No episode can begin before 14 October 1991. Correct the date."),
    ),
    Check(
        "REC",
        "G-END",
        "148",
        lambda r, c: bool(r["DEC"]) != bool(r["REC"]),
        _("The day an episode ended and the reason it ended go together. Fill in both, or neither."),
    ),
    Check(
        "DECOM",
        _A,
        "352",
        lambda r, c: r["RNE"] == "S" and c.age(r.day("DECOM")) >= 18,
        _("Care began when the person was 18 or older. Check the date of birth and this date."),
    ),
    Check(
        "DEC",
        _A,
        "359",
        _of_age_in_care,
        _("The young person is 18 and care has not ended. Fill in when and why it ended."),
    ),
    Check(
        "PLACE",
        "G-TEMPORARY",
        "380",
        lambda r, c: r["PLACE"] in codes.TEMPORARY and r["RNE"] not in {"P", "B"},
        _(
            "A period of care cannot begin in a temporary place, and a child only comes to one by a move. Record the usual place first."
        ),
    ),
    Check(
        "PLACE",
        "G-TEMPORARY",
        "381",
        lambda r, c: r["PLACE"] in codes.TEMPORARY and r["REC"] not in {"", codes.CONTINUES},
        _("A period of care cannot end in a temporary place. Record the return to the usual place first."),
    ),
    *(
        Check(
            "PLACE",
            "G-TEMPORARY",
            rule,
            _stays_too_long_in(code),
            _("A temporary stay lasts longer than this kind of place allows. Record it as a placement of its own."),
        )
        for code, rule in _STAY_RULES.items()
    ),
    Check(
        "PLACE",
        "G-BREAK",
        "382",
        lambda r, c: r["LS"] in codes.SHORT_BREAKS and r["PLACE"] in codes.TEMPORARY | {"U1", "U4"},
        _("A short break cannot be in a temporary or a long-term place. Correct the place or the legal status."),
    ),
    Check(
        "RNE",
        "G-BREAK",
        "366",
        lambda r, c: r["LS"] == "V3" and r["RNE"] != "S",
        _("The place cannot change during a short break. Each break starts anew with S."),
    ),
    Check(
        "LS",
        "G-LEGAL",
        "378",
        lambda r, c: (r["PLACE"], r["LS"]) == ("P1", "V2"),
        _(
            "A child who lives with the parents cannot be accommodated by agreement. Correct the place or the legal status."
        ),
    ),
    Check(
        "LS",
        "G-LEGAL",
        "408",
        lambda r, c: r["PLACE"] in {"A5", "A6"} and r["LS"] != "E1",
        _("The place needs a placement order (E1). Correct the place or the legal status."),
    ),
    Check(
        "LS",
        _A,
        "358",
        lambda r, c: r["LS"] in {"J1", "J2", "J3"} and c.age(r.day("DECOM")) < 10,
        _("This legal status does not exist for a child under 10. Correct it or the date of birth."),
    ),
    *(
        Check(
            "PLACE",
            _A,
            rule,
            _too_young_for(code),
            _("The child is too young for this kind of place. Correct the place or the date of birth."),
        )
        for code, rule in _PLACE_AGE_RULES.items()
    ),
    Check(
        "PLACE_PROVIDER",
        "G-PROVIDER",
        "526",
        lambda r, c: _wrong_provider(r),
        _(
            "The provider does not go with the place: parents are PR0, temporary and other places have none, all else has one that may run it."
        ),
    ),
    *(
        Check(
            "REC",
            _A,
            rule,
            _wrong_age_for(code),
            _("Care cannot end for this reason at the child’s age. Correct the reason or the date of birth."),
        )
        for code, rule in _EXIT_AGE_RULES.items()
    ),
    Check(
        "REC",
        "G-EXIT",
        "390",
        lambda r, c: r["REC"] in codes.ADOPTED and r["PLACE"] not in codes.ADOPTION_PLACES,
        _("A child who is adopted lives with the adopters before (A3 to A6). Correct the place or the reason."),
    ),
    Check(
        "REC",
        "G-EXIT",
        "516",
        lambda r, c: r["REC"] in {"E45", "E46"} and r["PLACE"] not in codes.FOSTER_PLACES,
        _("Special guardianship to former foster carers needs a foster place before. Correct the place or the reason."),
    ),
    Check(
        "RNE",
        "G-NEW",
        "217",
        lambda r, c: r["PLACE"] in {"A3", "A5"} and r["RNE"] not in {"S", "T", "U"},
        _(
            "The child stays with the same carers (A3, A5), so the new episode is T or U. Correct the reason or the place."
        ),
    ),
    Check(
        "REASON_PLACE_CHANGE",
        "G-REASON",
        "226",
        lambda r, c: bool(r["REASON_PLACE_CHANGE"]) and (r["PLACE"] in codes.TEMPORARY or r["REC"] != codes.CONTINUES),
        _(
            "A reason for a change of place only goes with a change between usual places. Remove it, or correct why the episode ended."
        ),
    ),
)
