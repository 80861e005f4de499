"""What must hold of one row of OC2 (health), OC3 (after care) or AD1 (adoption) by itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kinkeeper.exchange.ssda903.checks import Check, Child, not_after
from kinkeeper.exchange.ssda903.rows import Row
from kinkeeper.exchange.ssda903.years import birthday, year_end, year_start

_A = "G-AGE"


def _turned(row: Row, child: Child, age: int) -> bool:
    """Whether the child had reached an age at the end of the row’s year."""
    return row.year is not None and birthday(child.born_on, age) <= year_end(row.year)


def _was(row: Row, child: Child, age: int) -> bool:
    """Whether the child had reached an age before the row’s year began."""
    return row.year is not None and birthday(child.born_on, age) < year_start(row.year)


def _sdq(row: Row) -> bool:
    return bool(row["SDQ_SCORE"] or row["SDQ_REASON"])


def _too_old_for_sdq1(row: Row, child: Child) -> bool:
    assert row.year is not None
    four, sixteen = birthday(child.born_on, 4), birthday(child.born_on, 16)
    return row["SDQ_REASON"] == "SDQ1" and four <= year_start(row.year) and sixteen >= year_end(row.year)


def _turns_17(row: Row, child: Child) -> bool:
    assert row.year is not None
    return year_start(row.year) <= birthday(child.born_on, 17) <= year_end(row.year)


_COUPLES = {"MM", "FF", "MF"}
_SEX_OF_STATUS = {
    "L0": {"M1", "F1"},
    "L11": {"MF"},
    "L12": {"MM", "FF"},
    "L2": _COUPLES,
    "L3": {"MF"},
    "L4": {"MM", "FF"},
}
_ADOPTION = ("DATE_INT", "DATE_MATCH", "FOSTER_CARE", "NB_ADOPTR", "SEX_ADOPTR", "LS_ADOPTR")
_HELP = ("INTERVENTION_RECEIVED", "INTERVENTION_OFFERED")

HEALTH_CHECKS = (
    Check(
        "CONVICTED",
        _A,
        "542",
        lambda r, c: bool(r["CONVICTED"]) and not _turned(r, c, 10),
        _("CONVICTED is only for children who are 10 or older on 31 March. Remove it, or correct the date of birth."),
    ),
    Check(
        "HEALTH_CHECK",
        _A,
        "546",
        lambda r, c: bool(r["HEALTH_CHECK"]) and _turned(r, c, 5),
        _("HEALTH_CHECK is only for children who are under 5 on 31 March. Remove it, or correct the date of birth."),
    ),
    Check(
        "SDQ_SCORE",
        _A,
        "188",
        lambda r, c: _sdq(r) and not _turned(r, c, 4),
        _("A strengths and difficulties score is not for children under 4. Remove it and the reason for none."),
    ),
    Check(
        "SDQ_SCORE",
        _A,
        "189",
        lambda r, c: _sdq(r) and _was(r, c, 17),
        _(
            "A strengths and difficulties score is not for young people who were 17 when the year began. Remove it and the reason for none."
        ),
    ),
    Check(
        "SDQ_REASON",
        "G-HEALTH",
        "197a",
        lambda r, c: bool(r["SDQ_SCORE"] and r["SDQ_REASON"]),
        _("A score is given, and also a reason for having none. Keep one of the two."),
    ),
    Check(
        "SDQ_REASON",
        _A,
        "157",
        _too_old_for_sdq1,
        _("SDQ1 says that the age is out of range, but it is not. Give the score or another reason."),
    ),
    Check(
        "INTERVENTION_RECEIVED",
        "G-HEALTH",
        "193",
        lambda r, c: r["SUBSTANCE_MISUSE"] != "1" and any(r[f] for f in _HELP),
        _("Help with substance misuse is recorded, but no misuse. Correct one of them."),
    ),
    Check(
        "INTERVENTION_RECEIVED",
        "G-HEALTH",
        "192",
        lambda r, c: r["SUBSTANCE_MISUSE"] == "1" and not r["INTERVENTION_RECEIVED"],
        _("Substance misuse is recorded, but not whether help was received. Fill it in."),
    ),
    Check(
        "INTERVENTION_OFFERED",
        "G-HEALTH",
        "158",
        lambda r, c: r["INTERVENTION_RECEIVED"] == "1" and bool(r["INTERVENTION_OFFERED"]),
        _("Help was received, so whether it was offered is not asked. Remove it."),
    ),
    Check(
        "INTERVENTION_OFFERED",
        "G-HEALTH",
        "159",
        lambda r, c: (
            r["SUBSTANCE_MISUSE"] == "1" and r["INTERVENTION_RECEIVED"] == "0" and not r["INTERVENTION_OFFERED"]
        ),
        _("Help was not received, so say whether it was offered."),
    ),
)
LEAVING_CHECKS = (
    Check(
        "DOB",
        _A,
        "391",
        lambda r, c: not _turned(r, c, 17),
        _(
            "Only young people who are 17 to 21 in the year are asked about after care. Correct the date of birth, or remove the row."
        ),
    ),
    Check(
        "ACCOM",
        _A,
        "3001",
        lambda r, c: r["ACCOM"] in {"Z1", "Z2"} and _turns_17(r, c),
        _("At 17 nobody lives with former foster carers (Z1, Z2). Correct the accommodation."),
    ),
    Check(
        "ACTIV",
        "G-LEAVING",
        "344",
        lambda r, c: r["IN_TOUCH"] in {"DIED", "RHOM"} and (r["ACTIV"], r["ACCOM"]) != ("0", "0"),
        _("The young person died or returned home, so activity and accommodation are both 0."),
    ),
    Check(
        "ACTIV",
        "G-LEAVING",
        "345",
        lambda r, c: r["IN_TOUCH"] == "YES" and "0" in (r["ACTIV"], r["ACCOM"]),
        _("The young person is in touch, so activity and accommodation are known. Fill them in."),
    ),
)
ADOPTION_CHECKS = (
    Check(
        "DATE_INT",
        "G-ADOPTION",
        "151",
        lambda r, c: any(r[f] for f in _ADOPTION) and not all(r[f] for f in _ADOPTION),
        _("The facts about an adoption go together. Fill in all of them, or none."),
    ),
    Check(
        "DATE_MATCH",
        "G-TIME",
        "333",
        lambda r, c: not_after(r, "DATE_MATCH", "DATE_INT") and r["DATE_MATCH"] != r["DATE_INT"],
        _("The match was made before the decision that adoption is best. Correct one of the two dates."),
    ),
    Check(
        "SEX_ADOPTR",
        "G-ADOPTION",
        "511",
        lambda r, c: (
            bool(r["NB_ADOPTR"] and r["SEX_ADOPTR"]) and (r["NB_ADOPTR"] == "2") != (r["SEX_ADOPTR"] in _COUPLES)
        ),
        _("The number of adopters and their sex contradict each other. Correct one of them."),
    ),
    Check(
        "LS_ADOPTR",
        "G-ADOPTION",
        "514",
        lambda r, c: (
            bool(r["SEX_ADOPTR"])
            and r["LS_ADOPTR"] in _SEX_OF_STATUS
            and r["SEX_ADOPTR"] not in _SEX_OF_STATUS[r["LS_ADOPTR"]]
        ),
        _("The legal status of the adopters does not go with their sex. Correct one of them."),
    ),
)
