"""Scenario 2, supervision of a guardian: Maxim lives with his aunt, and is visited on the days that the decree fixes.

There is no portal for children yet. Instead, no page or paper that is made for the child shows what a note says of the aunt.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.offices import Clerk, Office, office

pytestmark = pytest.mark.journey

STAFF = ["irina|Irina|caseworker|0", "sergei|Sergei|supervisor|0"]
UNIT = ["family_care:foster_team:Harbour"]
DOMAINS = ("CARE", "FOOD", "HOME", "HEALTH", "EMOTIONAL", "PROTECTION", "EDUCATION", "LIVELIHOOD")
ORDER = {"authority": "Guardianship body of the district", "order_number": "17"}


@dataclass
class Story:
    """The office, and the codes that the story meets on its way."""

    office: Office
    folder: Path
    unit: str
    case: str = ""
    child: str = ""
    home: str = ""
    plan: str = ""
    review: str = ""


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Story]:
    """A team for families in Russia on 12 January 2026, with Irina and her supervisor Sergei."""
    folder = tmp_path_factory.mktemp("maxim")
    with office(folder / "data", chromium, "russia", "RU", STAFF, UNIT, opens="2026-01-12") as opened:
        with opened.worker("irina") as irina:
            irina.goes("/units/")
            unit = irina.code_in(r"/units/([A-Z0-9]{12})/")
        yield Story(opened, folder, unit)


def test_maxim_is_visited_on_the_days_of_the_decree(story: Story) -> None:
    maxim_is_referred_and_registered(story)
    the_aunt_is_approved(story)
    irina_assesses_and_weighs(story)
    the_aunt_becomes_the_guardian(story)
    the_first_visits_are_in_time(story)
    what_a_note_says_of_the_aunt_does_not_reach_the_child(story)
    a_visit_comes_four_days_late_and_the_grid_stays(story)
    the_boarding_school_is_an_absence_and_no_move(story)
    the_second_year_needs_a_visit_every_half_year(story)


def maxim_is_referred_and_registered(story: Story) -> None:
    with story.office.worker("irina") as irina:
        told = {"channel": "letter", "source": "authority", "immediate_danger": "no", "urgency": "low"}
        maxim = {"p1_given": "Максим", "p1_family": "Орлов", "p1_birth": "2016-06-01", "p1_sex": "M"}
        words = {"known": "The mother has died. He stays with her sister, who wants to keep him.", "causes": ["DEATH"]}
        irina.does(f"/units/{story.unit}/receive-referral/", {**told, **words, **maxim})
        referral = irina.code_in(r"/referrals/([A-Z0-9]{12})/")
        taken = {"urgency": "low", "eligibility": "A guardian is to be supported.", "kind": "care"}
        irina.does(f"/referrals/{referral}/screen-in/", taken)
        story.case = irina.code_in(r"/cases/([A-Z0-9]{12})/register-case/")
        irina.goes(f"/cases/{story.case}/")
        story.child = irina.code_in(r"/children/([A-Z0-9]{12})/")
        aunt = {"kind": "aunt_or_uncle", "given": "Вера", "family": "Орлова", "sex": "F", "birth": "1980-04-04"}
        irina.does(f"/people/{story.child}/add-relative/", aunt)
        irina.does(
            f"/cases/{story.case}/register-case/",
            {
                "sex": "M",
                "birth": "2016-06-01",
                "age_method": "document",
                "language": "ru",
                "location": "With his aunt",
                "emergency_contact": "Vera Orlova, +7 900 000 00 00",
                "guardian": "none",
                "basis": "public_task",
                "basis_source": "Letter of the guardianship body of 12 January 2026",
            },
        )
        visits(irina, story, "2026-01-12", purpose="first")


def visits(irina: Clerk, story: Story, day: str, **more: str) -> None:
    """Write down a visit in which Maxim was seen alone."""
    told = {"kind": "visit", "happened_on": day, "seen": "alone", "note": "He showed me his chess book."}
    irina.does(f"/cases/{story.case}/record-contact/", {**told, **more})


def the_aunt_is_approved(story: Story) -> None:
    with story.office.worker("sergei") as sergei:
        sergei.does(
            f"/units/{story.unit}/open-home/", {"name": "At Vera Orlova’s", "kind": "relatives", "capacity": "2"}
        )
        story.home = sergei.code_in(r"/homes/([A-Z0-9]{12})/")
        sergei.goes(f"/homes/{story.home}/appoint-carer/?q=Орлова")
        vera = sergei.page.locator("main [name=person]").get_attribute("value")
        sergei.does("", {"person": vera, "is_main": True})
        checked = {"person": vera, "issuer": "Ministry of the Interior", "issued_on": "2026-01-09", "result": "clear"}
        sergei.does(f"/homes/{story.home}/record-background-check/", checked)
        approved = {"care_types": ["KIN_FOR"], "authority": ORDER["authority"], "capacity": "2"}
        sergei.does(f"/homes/{story.home}/approve/", approved)
        assert "Approved, everybody checked, no training overdue." in sergei.reads()
        sergei.finds_no_barrier()


def irina_assesses_and_weighs(story: Story) -> None:
    story.office.wakes_on("2026-01-20")
    view = {"child_view": "I want to stay with Vera.", "child_view_by": "talk"}
    with story.office.worker("irina") as irina:
        irina.does(
            f"/cases/{story.case}/complete-assessment/",
            {
                **view,
                "seen": "alone",
                "seen_on": "2026-01-20",
                "sources": "Maxim, his aunt, his teacher.",
                **{f"rating_{domain}": "2" for domain in DOMAINS},
                **{f"note_{domain}": "He grieves, and he is held." for domain in DOMAINS},
                "strengths": "He says what he feels.",
                "family_strengths": "Vera has known him since he was born.",
                "risks": "That he loses one more home.",
                "causes": ["DEATH"],
                "risk": "low",
                "conclusion": "He has lost his mother, and has a family.",
            },
        )
        irina.goes(f"/cases/{story.case}/record-best-interest/")
        sergei = irina.page.locator("main [name=second] option", has_text="Sergei").get_attribute("value")
        irina.does("", {**view, "second": sergei, **weighed()})
        irina.does(
            f"/cases/{story.case}/record-necessity/",
            {
                "grounds": ["DEATH"],
                "needed": "yes",
                "conclusion": "No parent is left.",
                "supports-0-what": "Help at home while the mother was ill",
                "supports-0-starts_on": "2026-01-12",
                "supports-0-result": "The mother has died.",
                "kin-0-who": "Vera Orlova, the mother’s sister",
                "kin-0-asked_on": "2026-01-14",
                "kin-0-outcome": "Wants to be his guardian.",
            },
        )


def weighed() -> dict[str, Any]:
    """What is best: with the aunt, rather than in a foster family."""
    parts = ("identity", "family_environment", "safety", "vulnerability", "health", "education", "continuity")
    return {
        **dict.fromkeys(parts, "Best with his aunt."),
        "recommendation": "alternative_care",
        "conclusion": "He stays where he is at home.",
        "child_agrees": "yes",
        "options-0-care_type": "KIN_FOR",
        "options-0-place": "Vera Orlova",
        "options-0-short_term": "He keeps bed, school and friends.",
        "options-0-long_term": "He grows up in his family.",
        "options-0-licensed": True,
        "options-0-chosen": True,
        "options-1-care_type": "FOSTER_LT",
        "options-1-short_term": "Strangers.",
        "options-1-long_term": "A second loss.",
    }


def the_aunt_becomes_the_guardian(story: Story) -> None:
    story.office.wakes_on("2026-02-10")
    with story.office.worker("sergei") as sergei:
        decided = {"care_type": "KIN_FOR", "starts_on": "2026-02-10", "decided_by": "authority", **ORDER}
        words = {"reasons": "He has an aunt who can and wants to.", "child_view": "I want to stay with Vera."}
        appeal = {"child_view_weighed": "It was followed.", "appeal_told_on": "2026-02-10"}
        sergei.does(f"/cases/{story.case}/decide-alternative-care/", {**decided, **words, **appeal})
        with story.office.worker("irina") as irina:
            irina_drafts_the_plan(irina, story)
        days = {"approved_on": "2026-02-10", "copy_given_on": "2026-02-10"}
        sergei.does(f"/plans/{story.plan}/approve-plan/", days)
    with story.office.worker("irina") as irina:
        begins = {"home": story.home, "started_on": "2026-02-10", "care_type": "KIN_FOR", "legal_status_code": "OPEKA"}
        irina.does(f"/children/{story.child}/start-placement/", {**begins, **ORDER})
        assert next_visit(irina, story) == ("10 March 2026", "Visit: in 28 days")
        irina.finds_no_barrier()


def irina_drafts_the_plan(irina: Clerk, story: Story) -> None:
    irina.does(f"/cases/{story.case}/draft-plan/", {"kind": "child"})
    story.plan = irina.code_in(r"/plans/([A-Z0-9]{12})/")
    irina.does(
        f"/plans/{story.plan}/describe-plan/",
        {
            "about_me": "I like chess, and soup with dill.",
            "child_consulted": "He said it while we played.",
            "parent_consulted": "The mother has died; his aunt spoke.",
            "permanency": "KIN",
            "no_contact_reason": "The father is unknown.",
            "review_on": "2026-05-08",
        },
    )
    goal = {"domain": "PLAY", "words": "I want to play in a chess club.", "target_on": "2028-02-10"}
    irina.does(f"/plans/{story.plan}/add-goal/", goal)
    irina.goes(f"/plans/{story.plan}/")
    way = irina.page.locator("main form[action$='/add-action/']").get_attribute("action")
    irina.does(way or "", {"what": "Find a chess club", "owner": "Vera", "due_on": "2028-02-10"})


def next_visit(worker: Clerk, story: Story) -> tuple[str, str]:
    """The day on which the next visit is due, and how the page of the case puts it."""
    worker.goes(f"/cases/{story.case}/")
    badge = worker.page.locator(".due-deeds span[title]", has_text="Visit:")
    return badge.get_attribute("title") or "", badge.inner_text().strip()


def holds_a_review(irina: Clerk, story: Story, next_on: str) -> None:
    """Hold the review that is due; it finds that all goes on."""
    irina.does(f"/cases/{story.case}/open-review/", {"kind": "scheduled"})
    story.review = irina.code_in(r"/reviews/([A-Z0-9]{12})/")
    irina.goes(f"/reviews/{story.review}/hold-review/")
    ratings = [name for name in irina.names() if name.startswith("goal_") and name.endswith("_rating")]
    irina.does(
        "",
        {
            "attendance": "Maxim, Vera, Irina",
            "chair": "Anna Lebedeva, school",
            "participation": "SPOKE",
            "child_words": "I won against Vera.",
            "wish_1_words": "I want to see the sea.",
            "wish_1_answer": "yes",
            **dict.fromkeys(ratings, "1"),
            "still_needed": "yes",
            "still_suits": "yes",
            "summary": "He stays with his aunt, who gets a pause every month.",
            "outcome": "continues",
            "next_on": next_on,
        },
    )


def the_first_visits_are_in_time(story: Story) -> None:
    story.office.wakes_on("2026-03-10")
    with story.office.worker("irina") as irina:
        visits(irina, story, "2026-03-10")
        assert next_visit(irina, story)[0] == "10 May 2026"
    story.office.wakes_on("2026-05-08")
    with story.office.worker("irina") as irina:
        diagnosis = {"note": "Vera told me that she has diabetes.", "carer_needs": "A break when diabetes tires her."}
        visits(irina, story, "2026-05-08", child_said="Vera makes the best soup.", **diagnosis)
        assert next_visit(irina, story)[0] == "10 August 2026"
        holds_a_review(irina, story, next_on="2026-08-07")


def what_a_note_says_of_the_aunt_does_not_reach_the_child(story: Story) -> None:
    with story.office.worker("irina") as irina:
        irina.goes(f"/children/{story.child}/")
        assert "Vera told me that she has diabetes." in irina.reads(), "The worker reads the note."
        irina.goes(f"/children/{story.child}/care-sheet/")
        assert "Максим Орлов" in irina.reads()
        assert "diabetes" not in irina.reads()
        irina.finds_no_barrier()
        for paper, expected in ((f"/plans/{story.plan}", "chess"), (f"/reviews/{story.review}", "sea")):
            told = printed(irina, story, f"{paper}/pdf/child/")
            assert expected in told
            assert "diabetes" not in told


def printed(worker: Clerk, story: Story, path: str) -> str:
    """The words of a paper, as the worker gets it."""
    answer = worker.page.request.get(worker.site.address + path)
    assert answer.status == 200
    paper = story.folder / "paper.pdf"
    paper.write_bytes(answer.body())
    return subprocess.run(["pdftotext", str(paper), "-"], check=True, capture_output=True, text=True).stdout


def overdue_in_the_unit(story: Story) -> str:
    """How many deeds are overdue, as the supervisor reads it in the row of Irina."""
    with story.office.worker("sergei") as sergei:
        row = sergei.page.locator("main table tr", has_text="Irina")
        return row.locator("td").nth(-2).inner_text().strip()


def a_visit_comes_four_days_late_and_the_grid_stays(story: Story) -> None:
    story.office.wakes_on("2026-08-07")
    with story.office.worker("irina") as irina:
        holds_a_review(irina, story, next_on="2026-11-06")
    assert overdue_in_the_unit(story) == "0"
    story.office.wakes_on("2026-08-14")
    assert overdue_in_the_unit(story) == "1"
    with story.office.worker("irina") as irina:
        assert next_visit(irina, story) == ("10 August 2026", "Visit: 4 days overdue")
        visits(irina, story, "2026-08-14")
        assert next_visit(irina, story)[0] == "10 November 2026", "It is counted on the grid, not from the late visit."
    assert overdue_in_the_unit(story) == "0"


def the_boarding_school_is_an_absence_and_no_move(story: Story) -> None:
    story.office.wakes_on("2026-09-07")
    with story.office.worker("irina") as irina:
        irina.does(f"/children/{story.child}/report-absence/", {"kind": "S", "started_on": "2026-09-07"})
        assert "at boarding school during the week since 7 September 2026" in irina.reads()
        irina.finds_no_barrier()
        absence = irina.code_in(r"/absences/([A-Z0-9]{12})/")
    story.office.wakes_on("2026-09-11")
    with story.office.worker("irina") as irina:
        irina.does(f"/absences/{absence}/record-return/", {"ended_on": "2026-09-11"})
        homes = irina.page.locator("main table", has_text="Kind of care").locator("tbody tr")
        assert homes.count() == 1, "He has lived in one home, and has not moved."
        assert "today" in homes.inner_text()
        irina.goes("/")
        assert "Nobody has moved or gone missing in the last two weeks." in irina.reads()
        irina.goes(f"/homes/{story.home}/")
        assert "since 10 February 2026" in irina.reads()


def the_second_year_needs_a_visit_every_half_year(story: Story) -> None:
    for day, following in (
        ("2026-11-10", "10 February 2027"),
        ("2027-02-10", "10 August 2027"),
        ("2027-08-10", "10 February 2028"),
    ):
        story.office.wakes_on(day)
        with story.office.worker("irina") as irina:
            visits(irina, story, day)
            assert next_visit(irina, story)[0] == following
