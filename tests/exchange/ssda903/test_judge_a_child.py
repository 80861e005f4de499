"""Every row lands or is in quarantine for a reason that names its fault; rows that depend on it wait and say for what."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.exchange.ssda903.story import ANA, LEYLA, MILO, NOOR, TARIQ, Story

Y22, Y23 = "2022_23", "2023_24"


def test_the_story_lands_whole(story: Story, tmp_path: Path) -> None:
    outcome = story.outcome(tmp_path)
    assert [fault for row in outcome.quarantined for fault in row.faults] == []
    assert outcome.warnings == []
    assert len(outcome.landed) == outcome.read == sum(map(len, story.tables.values()))


def test_an_episode_seen_open_and_then_closed_is_one_episode(story: Story, tmp_path: Path) -> None:
    record = story.outcome(tmp_path).judgements[NOOR].record
    assert record is not None
    assert [(len(p.episodes), p.end_reason) for p in record.periods] == [(3, "E4A"), (1, "")]
    assert record.episodes[1].ended_on is not None


def _both(story: Story, line: int, **cells: str) -> str:
    """Change an open episode the same way in both years’ files."""
    story.change(Y22, "Episodes", line, **cells)
    return story.change(Y23, "Episodes", 2, **cells)


def _exit_early(story: Story) -> str:
    story.change(Y23, "Episodes", 2, REC="E4A")
    return f"{Y23}/Episodes.csv:3"


def _stay(story: Story, until: str) -> str:
    story.change(Y23, "Episodes", 8, DECOM=until)
    return story.change(Y23, "Episodes", 7, DEC=until)


def _health(story: Story, child: str, **cells: str) -> str:
    born = {MILO: "20/02/2020", NOOR: "04/05/2012"}[child]
    yes = {"IMMUNISATIONS": "1", "TEETH_CHECK": "1", "HEALTH_ASSESSMENT": "1", "SUBSTANCE_MISUSE": "0"}
    return story.add(Y22, "OC2", CHILD=child, DOB=born, **yes, **cells)


def _leaver(story: Story) -> str:
    story.change(Y23, "Episodes", 8, DEC="01/06/2023", REC="E4A")
    return story.add(Y23, "OC3", CHILD=TARIQ, DOB="10/07/2006", IN_TOUCH="YES", ACTIV="F2", ACCOM="Z1")


def _adopted(story: Story) -> str:
    return story.add(Y22, "AD1", **(story.copy(Y23, "AD1", 2) | {"DATE_MATCH": "01/12/2022"}))


def _dies(story: Story) -> str:
    story.change(Y23, "Episodes", 3, REC="E2")
    story.drop(Y23, "Episodes", 4)
    story.drop(Y23, "PrevPerm", 2)
    return story.change(Y23, "Reviews", 2, REVIEW="02/02/2024")


# (name, what to spoil, fault code, DfE rule, field): the row that `spoil` returns must carry exactly this fault first.
Spoil = Callable[[Story], str]
PLANTED: list[tuple[str, Spoil, str, str, str]] = [
    # cells
    ("a date that is none", lambda s: s.change(Y23, "Episodes", 3, DECOM="31/02/2024"), "READ-DATE", "141", "DECOM"),
    ("an unknown code", lambda s: s.change(Y23, "Episodes", 3, LS="C9"), "READ-CODE", "144", "LS"),
    ("a bad pupil number", lambda s: s.change(Y23, "Header", 2, UPN="I000000000001"), "READ-UPN", "168", "UPN"),
    ("a bad postcode", lambda s: s.change(Y23, "Episodes", 4, PL_POST="LEEDS 1"), "READ-POSTCODE", "392c", "PL_POST"),
    ("a missing need", lambda s: s.change(Y23, "Episodes", 4, CIN=""), "READ-MISSING", "145", "CIN"),
    ("a score over 40", lambda s: s.change(Y22, "OC2", 2, SDQ_SCORE="41"), "READ-NUMBER", "180", "SDQ_SCORE"),
    ("a bad authority", lambda s: s.change(Y22, "PrevPerm", 4, LA_PERM="38"), "READ-CODE", "633", "LA_PERM"),
    ("a bad partial date", lambda s: s.change(Y22, "PrevPerm", 4, DATE_PERM="ZZ/13/2021"), "READ-DATE", "632", "DATE_PERM"),
    # time
    ("an end before the start", lambda s: s.change(Y23, "Episodes", 3, DEC="31/08/2023"), "G-TIME", "356", "DEC"),
    ("an end on the first day", lambda s: s.change(Y23, "Episodes", 3, DEC="01/09/2023"), "G-TIME", "355", "DEC"),
    ("an episode before birth", lambda s: s.change(Y22, "Episodes", 4, DECOM="01/06/2009"), "G-TIME", "302", "DECOM"),
    ("a start after the year", lambda s: s.change(Y23, "Episodes", 4, DECOM="01/05/2024"), "G-TIME", "354", "DECOM"),
    ("an end after the year", lambda s: s.change(Y23, "Episodes", 3, DEC="01/05/2024"), "G-TIME", "385", "DEC"),
    ("a birthday still to come", lambda s: s.change(Y23, "Header", 2, DOB="04/05/2031"), "G-TIME", "301", "DOB"),
    ("back before missing", lambda s: s.change(Y23, "Missing", 3, MIS_END="04/05/2023"), "G-TIME", "567", "MIS_END"),
    ("an end without a reason", lambda s: s.change(Y23, "Episodes", 3, REC=""), "G-END", "148", "REC"),
    # chains
    ("a gap", lambda s: s.change(Y23, "Episodes", 3, DECOM="05/09/2023"), "G-GAP", "433", "DECOM"),
    ("an overlap", lambda s: s.change(Y23, "Episodes", 3, DECOM="25/08/2023"), "G-OVERLAP", "501", "DECOM"),
    ("a new start on the day of the end", lambda s: s.change(Y23, "Episodes", 4, DECOM="01/02/2024"), "G-NEW", "431", "RNE"),
    ("a move after care ended", lambda s: s.change(Y23, "Episodes", 4, RNE="P"), "G-NEW", "432", "RNE"),
    ("L without a legal change", lambda s: s.change(Y23, "Episodes", 3, LS="V2"), "G-NEW", "434", "RNE"),
    ("L with a move", lambda s: s.change(Y23, "Episodes", 3, PLACE="K2"), "G-NEW", "434", "RNE"),
    ("B without a legal change", lambda s: _both(s, 3, RNE="B"), "G-NEW", "436", "RNE"),
    ("P with a legal change", lambda s: _both(s, 3, LS="C1"), "G-NEW", "435", "RNE"),
    ("another need", lambda s: s.change(Y23, "Episodes", 3, CIN="N2"), "G-NEED", "504", "CIN"),
    ("X1 with nothing after", lambda s: s.change(Y23, "Episodes", 3, REC="X1"), "G-END", "388", "REC"),
    ("an exit with more the same day", _exit_early, "G-NEW", "432", "RNE"),
    ("a first episode that is no start", lambda s: s.change(Y22, "Episodes", 2, RNE="P"), "G-NEW", "357", "RNE"),
    ("a reason for no move", lambda s: s.change(Y23, "Episodes", 2, REASON_PLACE_CHANGE="CARPL"), "G-REASON", "", "REASON_PLACE_CHANGE"),
    ("a reason at the exit", lambda s: s.change(Y23, "Episodes", 3, REASON_PLACE_CHANGE="CARPL"), "G-REASON", "226", "REASON_PLACE_CHANGE"),
    ("a reason for a temporary stay", lambda s: s.change(Y23, "Episodes", 6, REASON_PLACE_CHANGE="CARPL"), "G-REASON", "226", "REASON_PLACE_CHANGE"),
    # temporary places, limits, ages
    ("care begins in a temporary place", lambda s: s.change(Y23, "Episodes", 4, PLACE="T4", PLACE_PROVIDER=""), "G-TEMPORARY", "380", "PLACE"),
    ("care ends in a temporary place", lambda s: s.change(Y23, "Episodes", 3, PLACE="T4", PLACE_PROVIDER=""), "G-TEMPORARY", "380", "PLACE"),
    ("no return from a temporary place", lambda s: s.change(Y23, "Episodes", 8, PLACE="K2"), "G-TEMPORARY", "383", "PLACE"),
    ("too long in hospital", lambda s: _stay(s, "10/08/2023"), "G-TEMPORARY", "375", "PLACE"),
    ("an emergency order for months", lambda s: s.change(Y23, "Episodes", 3, LS="L2"), "G-LIMIT", "362", "LS"),
    ("police protection for months", lambda s: s.change(Y23, "Episodes", 3, LS="L1"), "G-LIMIT", "361", "LS"),
    ("with the parents by agreement", lambda s: s.change(Y23, "Episodes", 4, PLACE="P1", PLACE_PROVIDER="PR0"), "G-LEGAL", "378", "LS"),
    ("parents as a private provider", lambda s: s.change(Y23, "Episodes", 4, PLACE="P1", LS="C1"), "G-PROVIDER", "526", "PLACE_PROVIDER"),
    ("a young child on remand", lambda s: s.change(Y22, "Episodes", 6, LS="J1"), "G-AGE", "358", "LS"),
    ("a child in supported living", lambda s: s.change(Y23, "Episodes", 4, PLACE="H5"), "G-AGE", "371", "PLACE"),
    ("independent at eleven", lambda s: s.change(Y23, "Episodes", 3, REC="E5"), "G-AGE", "387", "REC"),
    ("adopted from foster care", lambda s: s.change(Y23, "Episodes", 3, REC="E12"), "G-EXIT", "390", "REC"),
    ("in care at eighteen", lambda s: s.change(Y22, "Episodes", 8, DEC="", REC=""), "G-AGE", "359", "DEC"),
    ("PN0 for a ten-year-old", lambda s: s.change(Y22, "Reviews", 2, REVIEW_CODE="PN0"), "G-REVIEW", "440", "REVIEW_CODE"),
    ("PN1 for a baby", lambda s: s.change(Y22, "Reviews", 4, REVIEW_CODE="PN1"), "G-REVIEW", "441", "REVIEW_CODE"),
    ("asylum after eighteen", lambda s: s.change(Y22, "UASC", 2, DUC="11/07/2024"), "G-AGE", "304", "DUC"),
    ("MOTHER on a male", lambda s: s.change(Y22, "Header", 2, MOTHER="0"), "G-MOTHER", "165", "MOTHER"),
    ("a baby of a male", lambda s: s.change(Y22, "Header", 2, MC_DOB="01/01/2021"), "G-MOTHER", "174", "MC_DOB"),
    ("a mother without a baby", lambda s: s.change(Y22, "Header", 3, MOTHER="1"), "G-MOTHER", "611", "MC_DOB"),
    # yearly facts
    ("convicted at two", lambda s: _health(s, MILO, CONVICTED="0"), "G-AGE", "542", "CONVICTED"),
    ("a health check at twelve", lambda s: s.change(Y22, "OC2", 2, HEALTH_CHECK="1"), "G-AGE", "546", "HEALTH_CHECK"),
    ("a score and a reason for none", lambda s: s.change(Y22, "OC2", 2, SDQ_REASON="SDQ2"), "G-HEALTH", "197a", "SDQ_REASON"),
    ("SDQ1 for a twelve-year-old", lambda s: s.change(Y22, "OC2", 2, SDQ_SCORE="", SDQ_REASON="SDQ1"), "G-AGE", "157", "SDQ_REASON"),
    ("help without misuse", lambda s: s.change(Y22, "OC2", 2, INTERVENTION_RECEIVED="1"), "G-HEALTH", "193", "INTERVENTION_RECEIVED"),
    ("health of a child not in care all year", lambda s: _health(s, NOOR), "G-HEALTH", "190", "CHILD"),
    ("with former carers at 17", _leaver, "G-AGE", "3001", "ACCOM"),
    ("in touch but nothing known", lambda s: s.change(Y23, "OC3", 2, ACTIV="0"), "G-LEAVING", "345", "ACTIV"),
    ("one adopter, two sexes", lambda s: s.change(Y23, "AD1", 2, NB_ADOPTR="1"), "G-ADOPTION", "511", "SEX_ADOPTR"),
    ("single adopters who are a couple", lambda s: s.change(Y23, "AD1", 2, LS_ADOPTR="L0"), "G-ADOPTION", "514", "LS_ADOPTR"),
    ("adoption facts without adoption", _adopted, "G-ADOPTION", "602", "CHILD"),
    ("a decision reversed before it was made", lambda s: s.change(Y23, "PlacedAdoption", 2, DATE_PLACED_CEASED="01/09/2022", REASON_PLACED_CEASED="RD1"), "G-TIME", "522", "DATE_PLACED_CEASED"),
    # between tables and files
    ("no row in Header", lambda s: s.add(Y23, "Reviews", CHILD="900099", DOB="01/01/2015", REVIEW="01/05/2023", REVIEW_CODE="PN1"), "G-HEADER", "INT03", "CHILD"),
    ("nobody in care", lambda s: s.add(Y23, "Header", CHILD="900098", SEX="1", DOB="01/01/2015", ETHNIC="WBRI", UPN="UN1"), "G-HEADER", "EPI", "CHILD"),
    ("another birthday", lambda s: s.change(Y22, "Reviews", 2, DOB="05/05/2012"), "G-CONFLICT", "203", "DOB"),
    ("two birthdays in Header", lambda s: s.change(Y23, "Header", 2, DOB="05/05/2012"), "G-CONFLICT", "203", "DOB"),
    ("two legal statuses for one day", lambda s: s.change(Y23, "Episodes", 5, LS="C1"), "G-CONFLICT", "", "LS"),
    ("a row twice in a file", lambda s: s.add(Y22, "Reviews", **s.copy(Y22, "Reviews", 2)), "G-DUP", "", ""),
    ("missing outside care", lambda s: s.add(Y23, "Missing", CHILD=NOOR, DOB="04/05/2012", MISSING="M", MIS_START="10/02/2024", MIS_END="11/02/2024"), "G-CARE", "581", "MIS_START"),
    ("missing twice at once", lambda s: s.add(Y23, "Missing", CHILD=LEYLA, DOB="10/02/2010", MISSING="M", MIS_START="06/05/2023", MIS_END="09/05/2023"), "G-OVERLAP", "574", "MIS_START"),
    ("two workers without an end", lambda s: s.change(Y23, "SWEpisodes", 2, SW_DEC=""), "G-OVERLAP", "SW08STG2", "SW_DEC"),
    ("a review in a year without care", lambda s: s.add(Y23, "Reviews", CHILD=ANA, DOB="12/08/2004", REVIEW="01/05/2023", REVIEW_CODE="PN1"), "G-CARE", "1012", "REVIEW"),
    ("a review after death", _dies, "G-TIME", "437", "REVIEW"),
]  # fmt: skip


@pytest.mark.parametrize(("spoil", "code", "rule", "field"), [pytest.param(*case[1:], id=case[0]) for case in PLANTED])
def test_a_planted_fault_is_named(story: Story, tmp_path: Path, spoil: Spoil, code: str, rule: str, field: str) -> None:
    place = spoil(story)
    outcome = story.outcome(tmp_path)

    assert len(outcome.landed) + len(outcome.quarantined) == outcome.read
    places = {row.place for row in outcome.landed} | {row.place for row in outcome.quarantined}
    assert len(places) == outcome.read
    fault = outcome.faults()[place]
    assert (fault.code, fault.rule, fault.field) == (code, rule, field)
    assert fault.reason.endswith((".", "?"))


def test_the_other_episodes_of_a_period_wait_and_say_for_which_row(story: Story, tmp_path: Path) -> None:
    place = story.change(Y23, "Episodes", 3, DEC="31/08/2023")
    outcome = story.outcome(tmp_path)

    waiting = outcome.waiting()
    assert set(waiting) == {
        f"{Y22}/Episodes.csv:2",
        f"{Y22}/Episodes.csv:3",
        f"{Y23}/Episodes.csv:2",
        f"{Y22}/Reviews.csv:2",
        f"{Y22}/PrevPerm.csv:2",
        f"{Y23}/Reviews.csv:2",
        f"{Y23}/PrevPerm.csv:2",
    }
    file, line = place.rsplit(":", 1)
    assert all(f"{file}, line {line}," in fault.reason for fault in waiting.values())


def test_another_period_of_the_same_child_lands(story: Story, tmp_path: Path) -> None:
    story.change(Y23, "Episodes", 3, DEC="31/08/2023")
    record = story.outcome(tmp_path).judgements[NOOR].record
    assert record is not None
    assert [period.started_on.isoformat() for period in record.periods] == ["2024-03-01"]


def test_without_a_good_header_everything_of_the_child_waits(story: Story, tmp_path: Path) -> None:
    for year in (Y22, Y23):
        story.change(year, "Header", 3, ETHNIC="MARTIAN")
    outcome = story.outcome(tmp_path)

    found = outcome.judgements[LEYLA]
    assert found.record is None
    assert found.landed == ()
    assert {row.faults[0].code for row in found.quarantined} == {"WAITS"}
    assert all("Header.csv, line 3" in row.faults[0].reason for row in found.quarantined)


def test_one_bad_header_of_two_keeps_only_itself_back(story: Story, tmp_path: Path) -> None:
    place = story.change(Y22, "Header", 3, ETHNIC="MARTIAN")
    outcome = story.outcome(tmp_path)
    assert [row.place for row in outcome.quarantined] == [place]


def test_a_row_whose_date_cannot_be_read_is_what_its_neighbours_wait_for(story: Story, tmp_path: Path) -> None:
    place = story.change(Y23, "Episodes", 3, DECOM="the first of September")
    outcome = story.outcome(tmp_path)

    assert outcome.faults()[place].code == "READ-DATE"
    neighbour = outcome.waiting()[f"{Y23}/Episodes.csv:2"]
    assert "line 3" in neighbour.reason


def test_a_conflict_names_both_files(story: Story, tmp_path: Path) -> None:
    place = story.change(Y23, "Episodes", 5, LS="C1")
    fault = story.outcome(tmp_path).faults()[place]
    assert (fault.file, fault.line) == ("2023_24/Episodes.csv", 5)
    assert "2022_23/Episodes.csv, line 4" in fault.reason


def test_an_end_that_a_later_year_takes_back_is_a_conflict(story: Story, tmp_path: Path) -> None:
    story.change(Y22, "Episodes", 4, DEC="01/02/2023", REC="E4A")
    outcome = story.outcome(tmp_path)
    assert outcome.faults()[f"{Y23}/Episodes.csv:5"].code == "G-CONFLICT"


def test_codes_that_only_changed_with_the_year_are_no_conflict(story: Story, tmp_path: Path) -> None:
    for year, place in (("2024_25", "H5"), ("2025_26", "K3")):
        story.add(year, "Header", CHILD="900007", SEX="M", DOB="01/05/2007", ETHNIC="BAFR", UPN="UN3")
        story.add(
            year, "Episodes", CHILD="900007", DECOM="03/09/2024", RNE="S", LS="C2", CIN="N1", PLACE=place,
            PLACE_PROVIDER="PR5", HOME_POST="LS11 6BW", PL_POST="LS10 1EW", URN="SC100002",
        )  # fmt: skip
    story.change("2025_26", "Episodes", 2, DEC="01/05/2025", REC="E5")
    found = story.outcome(tmp_path).judgements["900007"]
    assert found.quarantined == ()
    assert found.record is not None
    assert (found.record.sex, found.record.episodes[0].place) == ("M", "K3")


def test_an_untold_reason_for_a_move_is_a_warning_and_lands(story: Story, tmp_path: Path) -> None:
    place = story.change(Y23, "Episodes", 9, REASON_PLACE_CHANGE="")
    outcome = story.outcome(tmp_path)
    assert outcome.quarantined == []
    assert [(f"{w.file}:{w.line}", w.rule) for w in outcome.warnings] == [(place, "225")]


def test_a_changed_pupil_number_is_a_warning_and_lands(story: Story, tmp_path: Path) -> None:
    place = story.change(Y23, "Header", 2, UPN="A000000000009")
    outcome = story.outcome(tmp_path)
    assert outcome.quarantined == []
    assert [(f"{w.file}:{w.line}", w.rule) for w in outcome.warnings] == [(place, "208")]


def test_children_are_judged_apart(story: Story, tmp_path: Path) -> None:
    story.change(Y23, "Episodes", 3, DEC="31/08/2023")
    outcome = story.outcome(tmp_path)
    assert all(outcome.judgements[child].quarantined == () for child in (LEYLA, TARIQ, MILO, ANA))
