"""What must hold of one row of Header, Reviews, UASC, Missing, SWEpisodes, PlacedAdoption, DoLo or PrevPerm by itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kinkeeper.exchange.ssda903 import codes
from kinkeeper.exchange.ssda903.checks import Check, before, not_after
from kinkeeper.exchange.ssda903.years import birthday, year_start

_T, _A = "G-TIME", "G-AGE"
HEADER_CHECKS = (
    Check(
        "MOTHER",
        "G-MOTHER",
        "165",
        lambda r, c: codes.sex_of(r["SEX"]) == "M" and bool(r["MOTHER"]),
        _("MOTHER must be empty for a male. Remove it, or correct the sex."),
    ),
    Check(
        "MC_DOB",
        "G-MOTHER",
        "174",
        lambda r, c: codes.sex_of(r["SEX"]) == "M" and bool(r["MC_DOB"]),
        _("A male cannot have a child’s birthday as a mother. Remove it, or correct the sex."),
    ),
    Check(
        "MC_DOB",
        "G-MOTHER",
        "611",
        lambda r, c: r["MOTHER"] == "1" and not r["MC_DOB"],
        _("The young mother’s child has no date of birth. Fill it in."),
    ),
    Check(
        "MOTHER",
        "G-MOTHER",
        "612",
        lambda r, c: r["MOTHER"] != "1" and bool(r["MC_DOB"]) and codes.sex_of(r["SEX"]) == "F",
        _("A date of birth of her child is given, but MOTHER is not 1. Correct one of the two."),
    ),
    Check(
        "MC_DOB",
        "G-MOTHER",
        "621",
        lambda r, c: not_after(r, "MC_DOB", "DOB"),
        _("The mother is not older than her child. Correct one of the two dates of birth."),
    ),
    Check(
        "DOB",
        _A,
        "620",
        lambda r, c: r["MOTHER"] == "1" and r.year is not None and birthday(r.day("DOB"), 11) > year_start(r.year),
        _("The mother is under 11. Correct her date of birth, or MOTHER."),
    ),
    Check(
        "DOB",
        _A,
        "351",
        lambda r, c: r.year is not None and birthday(r.day("DOB"), 25) < year_start(r.year),
        _("The person was over 25 when the collection year began. Correct the date of birth, or leave the person out."),
    ),
)
_FOUR = 4
REVIEW_CHECKS = (
    Check(
        "REVIEW_CODE",
        "G-REVIEW",
        "440",
        lambda r, c: r["REVIEW_CODE"] == "PN0" and r.day("REVIEW") > birthday(c.born_on, _FOUR),
        _("PN0 is for children under 4, but the child was 4 or older. Say how the child took part."),
    ),
    Check(
        "REVIEW_CODE",
        "G-REVIEW",
        "441",
        lambda r, c: r["REVIEW_CODE"] != "PN0" and r.day("REVIEW") < birthday(c.born_on, _FOUR),
        _("The child was under 4 at this review, so the code is PN0. Correct it or the date."),
    ),
)
ASYLUM_CHECKS = (
    Check(
        "DUC",
        _A,
        "304",
        lambda r, c: bool(r["DUC"]) and r.day("DUC") > birthday(c.born_on, 18),
        _("The asylum status ended after the 18th birthday. It ends on that day at the latest."),
    ),
    Check(
        "DUC",
        _T,
        "104",
        lambda r, c: bool(r["DUC"]) and r.year is not None and r.day("DUC") < year_start(r.year),
        _("The asylum status ended before this collection year. Leave the child out of UASC, or correct the date."),
    ),
    Check(
        "SEX",
        "G-CONFLICT",
        "INT21",
        lambda r, c: bool(r["SEX"]) and codes.sex_of(r["SEX"]) != c.sex,
        _("The sex differs from the one in Header. Correct one of them."),
    ),
)
MISSING_CHECKS = (
    Check(
        "MIS_END",
        _T,
        "567",
        lambda r, c: before(r, "MIS_END", "MIS_START"),
        _("The child came back before going missing. Correct one of the two dates."),
    ),
)
WORKER_CHECKS = (
    Check(
        "SW_DEC",
        _T,
        "SW18STG2",
        lambda r, c: not_after(r, "SW_DEC", "SW_DECOM"),
        _("The worker’s time ends before it begins, or the same day. Correct one of the two dates."),
    ),
    Check(
        "SW_ID",
        "G-WORKER",
        "SW02STG1",
        lambda r, c: r["SW_ID"][:2] not in {"SW", "XX"},
        _("A social worker’s number begins with SW, or with XX where there is none. Correct it."),
    ),
)
DECISION_CHECKS = (
    Check(
        "DATE_PLACED_CEASED",
        _T,
        "522",
        lambda r, c: before(r, "DATE_PLACED_CEASED", "DATE_PLACED"),
        _("The decision was reversed before it was made. Correct one of the two dates."),
    ),
    Check(
        "REASON_PLACED_CEASED",
        "G-END",
        "119",
        lambda r, c: bool(r["DATE_PLACED_CEASED"]) != bool(r["REASON_PLACED_CEASED"]),
        _("The day a decision was reversed and the reason go together. Fill in both, or neither."),
    ),
)
LIBERTY_CHECKS = (
    Check(
        "DOLO_END",
        _T,
        "",
        lambda r, c: before(r, "DOLO_END", "DOLO_START"),
        _("The order ends before it begins. Correct one of the two dates."),
    ),
)
PERMANENCE_CHECKS = (
    Check(
        "LA_PERM",
        "G-PERMANENCE",
        "635",
        lambda r, c: r["PREV_PERM"] == "Z1" and bool(r["LA_PERM"] or r["DATE_PERM"]),
        _("There was no earlier permanence (Z1), yet an authority or a date is given. Correct one of them."),
    ),
)
