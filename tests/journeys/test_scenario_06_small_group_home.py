"""Scenario 6, a small group home in Flanders: Noor of thirteen is the sixth of six, and everybody who must agree is asked.

The house takes six; the seventh child is refused. Noor agrees, her mother agrees, her father cannot be reached, and that is
written down. At her review Noor speaks; of her three wishes two are granted, and the refused one is not without a reason.
Her school never reads the word “care”. At eighteen nothing closes by itself: at her own wish the support goes on.

Not yet here: her complaint through the app and her appeal to the ombudsperson, which belong to rooms still to be built.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.offices import Clerk, Office, office

pytestmark = pytest.mark.journey

CODE = "([A-Z0-9]{12})"
NOOR = "Noor Peeters"
OPENS, ARRIVES, REVIEW, ASKS, OF_AGE = "2026-02-09", "2026-02-23", "2026-05-20", "2031-01-08", "2031-01-16"
# Five children lived in the house before the association had this program.
FIVE = """
from datetime import date
from kinkeeper.access.gate import machine
from kinkeeper.cases.actions import take_in_child
from kinkeeper.homes.models import Home
from kinkeeper.lib.ages import PartialDate
from kinkeeper.people.models import LegalStatus
from kinkeeper.placements.models import Episode, PeriodOfCare, Placement
home, day = Home._base_manager.get(), date(2025, 9, 1)
actor = machine("story", "supervisor", "caseworker")
for number, name in enumerate(("Arno", "Bilal", "Celeste", "Dries", "Elif"), 1):
    born = PartialDate.of(date(2014, number, 11))
    child = take_in_child(actor, home.unit, opened_on=day, given=name, family="Vandenberg", birth=born).child
    period = PeriodOfCare._base_manager.create(child=child, started_on=day)
    stay = Placement._base_manager.create(period=period, home=home, care_type="SGH")
    law = LegalStatus._base_manager.create(person=child, status="COURT", starts_on=day)
    Episode._base_manager.create(period=period, started_on=day, reason="S", legal_status=law, placement=stay)
"""
NIGHT = "from kinkeeper.leaving.tasks import come_of_age; print(come_of_age())"
WISHES = ("To see Mum every Saturday.", "My bike at the house.", "My own telephone at night.")
NO_TELEPHONE = "Everybody’s telephones sleep in the office from ten; she may call Mum from there at any hour."


@dataclass
class Child:
    """Whom the story follows through the pages: the codes in their addresses."""

    name: str
    case: str
    person: str = ""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Office]:
    """An association in Ghent with one unit, a caseworker, a second one to weigh with, and a supervisor."""
    staff = ["irina|Irina Maes|caseworker|0", "salma|Salma Claes|caseworker|0", "pieter|Pieter Wouters|supervisor|0"]
    units = ["family_care:foster_team:Linden"]
    with office(tmp_path_factory.mktemp("house") / "data", chromium, "flanders", "BE", staff, units, OPENS) as served:
        yield served


# ---- the way of a child into the house -------------------------------------------------------------------------------


def values(clerk: Clerk, name: str) -> list[str]:
    """What can be ticked or chosen."""
    found = clerk.page.locator(f"input[name='{name}'], select[name='{name}'] option")
    return [value for value in found.evaluate_all("all => all.map(e => e.value)") if value]


def choice(clerk: Clerk, name: str, words: str) -> str:
    """The value of the choice that reads so."""
    found = clerk.page.locator(f"select[name='{name}'] option", has_text=words)
    if found.count():
        return found.first.get_attribute("value") or ""
    return (
        clerk.page.locator("label", has_text=words).locator(f"input[name='{name}']").first.get_attribute("value") or ""
    )


def unit_of(clerk: Clerk) -> str:
    """The code of the only unit."""
    clerk.goes("/units/")
    return clerk.code_in(f"/units/{CODE}/")


def is_taken_on(clerk: Clerk, said: dict[str, Any], screened: dict[str, Any], names: list[str]) -> list[Child]:
    """A referral that is received and screened in; a case for every child it speaks of."""
    told = {"source": "authority", "immediate_danger": "no", "known": "Asked for a place in a small group."}
    clerk.does(f"/units/{unit_of(clerk)}/receive-referral/", {**told, **said})
    referral = clerk.code_in(f"/referrals/{CODE}/")
    clerk.goes(f"/referrals/{referral}/screen-in/")
    fields = {"urgency": "medium", "eligibility": "Lives in Ghent.", "kind": "care", **screened}
    if values(clerk, "responsible"):
        fields["responsible"] = values(clerk, "responsible")
    clerk.does("", fields)
    clerk.goes(f"/referrals/{referral}/")
    links = clerk.page.locator("main a[href^='/cases/']").evaluate_all("all => all.map(e => e.getAttribute('href'))")
    cases = dict.fromkeys(link.split("/")[2] for link in links)
    return [Child(name, case) for name, case in zip(names, cases, strict=True)]


def is_registered(clerk: Clerk, child: Child, **more: Any) -> None:
    """Everything that must be known before the assessment."""
    known = {
        "sex": "F", "language": "nl", "location": "Ghent", "emergency_contact": "Grandmother, 09 123 45 67",
        "guardian": "none", "basis": "public_task", "basis_source": "Decree on integrated youth care", "risk": "medium",
    }  # fmt: skip
    clerk.does(f"/cases/{child.case}/register-case/", {**known, **more})
    clerk.goes(f"/cases/{child.case}/")
    child.person = clerk.code_in(f"/children/{CODE}/")


def is_assessed(clerk: Clerk, child: Child, day: str) -> None:
    """A full assessment, every domain of the pack."""
    clerk.goes(f"/cases/{child.case}/complete-assessment/")
    ratings = [name for name in clerk.names() if name.startswith("rating_")]
    notes = {name.replace("rating_", "note_"): "Talked about at length." for name in ratings}
    notes["note_EDUCATION"] = "Second year; likes maths. Told nobody there that she is in care or who the carers are."
    clerk.does("", {
        "seen": "alone", "seen_on": day, "sources": "Parents, school, the child.", "risks": "Quarrels at home.", "strengths": "Humour.",
        "family_strengths": "They write.", "causes": ["BREAKDOWN"], "risk": "medium", "child_view_by": "talk",
        "child_view": "Ik wil rust.", "conclusion": "A small group near the school.", **dict.fromkeys(ratings, "3"), **notes,
    })  # fmt: skip


def is_weighed(clerk: Clerk, child: Child) -> None:
    """What is best, by two, with two options; and whether care is needed at all."""
    factors = ("identity", "family_environment", "safety", "vulnerability", "health", "education", "continuity")
    options = {
        "options-0-care_type": "SGH", "options-0-short_term": "Rest.", "options-0-long_term": "School goes on.",
        "options-0-licensed": True, "options-0-chosen": True, "options-0-why": "Near the school.",
        "options-1-care_type": "FOSTER_ST", "options-1-short_term": "A family.", "options-1-long_term": "Far from school.",
        "options-1-licensed": True, "options-1-tried": True, "options-1-why": "She asked for a group.",
    }  # fmt: skip
    clerk.goes(f"/cases/{child.case}/record-best-interest/")
    clerk.does("", {
        "second": choice(clerk, "second", "Salma Claes"), "child_view": "Ik wil rust.", "child_view_by": "talk",
        "recommendation": "alternative_care", "conclusion": "The group in the Linden.", "child_agrees": "yes",
        **dict.fromkeys(factors, "Weighed."), **options,
    })  # fmt: skip
    clerk.does(f"/cases/{child.case}/record-necessity/", {
        "grounds": ["REQUEST", "BEHAVIOUR"], "needed": "yes", "conclusion": "Every talk at home ends in shouting.",
        "supports-0-what": "Family guidance at home", "supports-0-result": "Three months, no change.",
        "kin-0-who": "Grandmother", "kin-0-outcome": "Too ill.",
    })  # fmt: skip


def decision(**more: Any) -> dict[str, Any]:
    """What is written into a decision on the group."""
    return {
        "care_type": "SGH", "decided_by": "panel", "authority": "Access team of East Flanders", "reasons": "Rest.",
        "child_view": "Ik wil rust.", "child_view_weighed": "It decided.", **more,
    }  # fmt: skip


def is_planned(clerk: Clerk, child: Child, review_on: str, words: str = "Rust in mijn hoofd.") -> str:
    """A plan with a goal, an action and contact, ready to be approved; its code."""
    clerk.does(f"/cases/{child.case}/draft-plan/", {"kind": "child"})
    plan = clerk.code_in(f"/plans/{CODE}/")
    clerk.does(f"/plans/{plan}/describe-plan/", {
        "about_me": words, "child_consulted": "Wrote it herself.", "parent_consulted": "Mother at the table.",
        "permanency": "REUNIFY", "review_on": review_on,
    })  # fmt: skip
    clerk.does(f"/plans/{plan}/add-goal/", {
        "domain": "EMOTIONAL", "words": "Ik wil minder ruzie.", "statement": "A month without a slammed door.",
        "baseline": "Daily quarrels.", "target_on": review_on,
    })  # fmt: skip
    clerk.goes(f"/plans/{plan}/")
    goal = clerk.code_in(f"/goals/{CODE}/")
    clerk.does(f"/goals/{goal}/add-action/", {"what": "Talks with Mum", "owner": "Irina Maes", "due_on": review_on})
    clerk.does(f"/plans/{plan}/plan-contact/", {"with_whom": "Mother", "how": "face", "often": "every week"})
    return plan


def comes_to_live(clerk: Clerk, child: Child) -> tuple[str, dict[str, Any]]:
    """The page on which a child comes into the house, and what is filled in there."""
    path = f"/children/{child.person}/start-placement/"
    clerk.goes(path)
    home = choice(clerk, "home", "Lindehof")
    return path, {"home": home, "care_type": "SGH", "legal_status_code": "VOLUNTARY", "need": "STRESS"}


# ---- the story -------------------------------------------------------------------------------------------------------


def test_noor_is_the_sixth_of_six_and_is_heard(house: Office) -> None:
    with house.worker("pieter") as pieter:
        opens_the_house(pieter)
        house.asks(FIVE)
        seventh = a_seventh_waits(pieter)
    house.wakes_on(ARRIVES)
    with house.worker("irina") as irina, house.worker("pieter") as pieter:
        noor = everybody_agrees(irina, pieter)
        plan = noor_comes_to_live(irina, pieter, noor)
        is_one_too_many(pieter, seventh)
        the_school_reads_no_such_word(irina, pieter, noor)
        assert irina.complaints + pieter.complaints == []
    house.wakes_on(REVIEW)
    with house.worker("irina") as irina, house.worker("pieter") as pieter:
        noor_speaks_at_her_review(irina, pieter, noor)
        the_plan_changes(irina, pieter, plan)
    house.wakes_on(ASKS)
    with house.worker("pieter") as pieter:
        noor_asks_to_stay(pieter, noor)
    house.wakes_on(OF_AGE)
    assert house.asks(NIGHT) == "0"
    with house.worker("irina") as irina:
        nothing_has_closed(irina, noor)


def opens_the_house(pieter: Clerk) -> None:
    """A living group for six, with an educator who is checked, approved by the agency."""
    unit = unit_of(pieter)
    pieter.does(f"/units/{unit}/open-home/", {"name": "Lindehof", "kind": "small_group", "capacity": "6"})
    home = pieter.code_in(f"/homes/{CODE}/")
    pieter.does(f"/units/{unit}/register-person/", {"given": "Lotte", "family": "Vermeulen", "birth": "1988-03-03"})
    pieter.goes(f"/homes/{home}/appoint-carer/?q=Lotte")
    pieter.does("", {"person": values(pieter, "person")[0], "is_main": True})
    pieter.goes(f"/homes/{home}/record-background-check/")
    pieter.does("", {"person": values(pieter, "person")[0], "issuer": "Federal police", "result": "clear"})
    pieter.does(f"/homes/{home}/approve/", {
        "care_types": ["SGH"], "authority": "Agency for Growing Up", "capacity": "6", "age_from": "6", "age_to": "20",
    })  # fmt: skip


def a_seventh_waits(pieter: Clerk) -> Child:
    """Another child is decided on by the court, with a plan in force: nothing is missing but a place."""
    said = {"p1_given": "Femke", "p1_family": "Janssens", "p1_birth": "2015-06-11"}
    [femke] = is_taken_on(pieter, said, {}, ["Femke Janssens"])
    is_registered(pieter, femke)
    is_assessed(pieter, femke, OPENS)
    is_weighed(pieter, femke)
    order = decision(decided_by="authority", authority="Juvenile court of Ghent", appeal_told_on=OPENS)
    pieter.does(f"/cases/{femke.case}/decide-alternative-care/", order)
    plan = is_planned(pieter, femke, "2026-05-08")
    pieter.does(f"/plans/{plan}/approve-plan/", {"copy_given_on": OPENS})
    return femke


def everybody_agrees(irina: Clerk, pieter: Clerk) -> Child:
    """Noor is taken on and weighed; her own and both parents’ answers are needed before it can be decided."""
    said = {
        "p1_part": "child", "p1_given": "Noor", "p1_family": "Peeters", "p1_birth": "2013-01-15", "p1_sex": "F",
        "p2_part": "parent", "p2_given": "An", "p2_family": "De Smet", "p2_birth": "1984-05-02", "p2_sex": "F",
    }  # fmt: skip
    [noor] = is_taken_on(irina, said, {}, [NOOR])
    is_registered(irina, noor, guardian="known")
    irina.does(f"/people/{noor.person}/add-relative/", {
        "kind": "parent", "given": "Tom", "family": "Peeters", "sex": "M", "birth": "1981-09-30",
        "legally_responsible": True,
    })  # fmt: skip
    is_assessed(irina, noor, ARRIVES)
    is_weighed(irina, noor)
    decide = f"/cases/{noor.case}/decide-alternative-care/"
    pieter.is_refused(
        decide, decision(), "G-CONSENT", "Noor Peeters has not been asked about “Agreement to a placement”"
    )
    answers(irina, noor, "own answer", "given", "In her own words, twice, with a visit to the house.")
    pieter.is_refused(decide, decision(), "G-CONSENT", "Nobody with legal responsibility for Noor Peeters has agreed")
    answers(irina, noor, "An De Smet", "given", "At home, with the leaflet.")
    pieter.is_refused(decide, decision(), "G-CONSENT", "no answer of Tom Peeters counts today")
    answers(irina, noor, "Tom Peeters", "unreached", "Two registered letters, six calls, his brother does not know.")
    pieter.does(decide, decision())
    irina.goes(f"/people/{noor.person}/consents/")
    assert "could not be reached" in irina.reads()
    assert "Two registered letters, six calls" in irina.reads()
    return noor


def answers(clerk: Clerk, child: Child, who: str, answer: str, explained: str) -> None:
    """Somebody answers whether Noor may live in the group."""
    clerk.goes(f"/people/{child.person}/record-consent/?purpose=PLACEMENT")
    giver = choice(clerk, "given_by", who)
    clerk.does("", {"given_by": giver, "answer": answer, "explained": explained, "language": "nl"})


def noor_comes_to_live(irina: Clerk, pieter: Clerk, noor: Child) -> str:
    """The plan is reviewed within three months, not in four; with it in force Noor comes as the sixth."""
    plan = is_planned(irina, noor, REVIEW)
    describe, late = f"/plans/{plan}/describe-plan/", {"review_on": "2026-06-23"}
    irina.is_refused(describe, late, "G-PLAN", "The next review is due by 23 May 2026 at the latest (UN Guidelines")
    pieter.does(f"/plans/{plan}/approve-plan/", {"copy_given_on": ARRIVES})
    irina.does(*comes_to_live(irina, noor))
    irina.goes(f"/children/{noor.person}/")
    assert "Lindehof" in irina.reads()
    return plan


def is_one_too_many(pieter: Clerk, seventh: Child) -> None:
    """The house is full: a seventh child is refused, whoever decided on it."""
    path, stay = comes_to_live(pieter, seventh)
    pieter.is_refused(path, stay, "G-CAP", "7 children would live in Lindehof; 6 are allowed")
    pieter.goes(f"/children/{seventh.person}/")
    assert "Lindehof" not in pieter.reads()


def the_school_reads_no_such_word(irina: Clerk, pieter: Clerk, noor: Child) -> None:
    """What the school gets does not mark Noor: nowhere on the paper stands the word “care”."""
    for who in ("own answer", "An De Smet"):
        irina.goes(f"/people/{noor.person}/record-consent/?purpose=SHARING&recipient=Sint-Bavo")
        giver = choice(irina, "given_by", who)
        irina.does("", {"given_by": giver, "answer": "given", "explained": "Line by line."})
    items = {"items": ["name", "birth", "contact", "school"]}
    told = {**items, "recipient": "Sint-Bavo", "basis": "consent", "channel": "paper", "child_told": True}
    irina.goes(f"/cases/{noor.case}/share/?purpose=SCHOOL")
    assert values(irina, "items") == ["code", "name", "birth", "contact", "school"]
    irina.sends("", told)
    preview = irina.reads()
    assert "Second year; likes maths." in preview
    with irina.page.expect_navigation(wait_until="domcontentloaded"):
        irina.page.get_by_role("button", name="Yes, hand it over").click()
    share = irina.code_in(f"/shares/{CODE}/")
    irina.goes(f"/shares/{share}/sheet/")
    paper = irina.reads()
    assert "Noor Peeters" in paper
    assert "she is in […] or who the […] are" in paper
    assert not re.search(r"\b(care|carers?|foster|placement)\b", paper, re.IGNORECASE), paper


def noor_speaks_at_her_review(irina: Clerk, pieter: Clerk, noor: Child) -> None:
    """Noor attends and speaks for herself; three wishes, two granted, one refused, and not without a reason."""
    irina.does(f"/cases/{noor.case}/open-review/", {"kind": "scheduled"})
    irina.goes(f"/cases/{noor.case}/")
    review = irina.code_in(f"/reviews/{CODE}/")
    hold = f"/reviews/{review}/hold-review/"
    pieter.goes(hold)
    goals = [name for name in pieter.names() if name.startswith("goal_") and name.endswith("_rating")]
    minutes: dict[str, Any] = {
        "attendance": "Noor, her mother, Irina Maes", "chair": "Griet Lambrecht", "participation": "SPOKE",
        "child_words": "Ik wil zelf kiezen.", "still_needed": "yes", "still_suits": "yes",
        "summary": "The plan gets her Saturdays and her bike.", "outcome": "change_plan", "next_on": "2026-08-20",
        **dict.fromkeys(goals, "1"),
        **{f"wish_{at}_words": wish for at, wish in enumerate(WISHES, 1)},
        "wish_1_answer": "granted", "wish_2_answer": "granted", "wish_3_answer": "refused",
    }  # fmt: skip
    pieter.is_refused(hold, {**minutes, "participation": "YOUNG"}, "G-REVIEW", "Choose a way of taking part that fits")
    pieter.is_refused(hold, minutes, "G-REVIEW", "Wish 3 was not granted. Say why")
    minutes["wish_3_reason"] = NO_TELEPHONE
    pieter.is_refused(hold, {**minutes, "next_on": "2026-08-21"}, "G-REVIEW", "20 August 2026")
    pieter.does(hold, minutes)
    pieter.goes(f"/reviews/{review}/")
    page = pieter.reads()
    for words in ("Took part and spoke for themselves", *WISHES, NO_TELEPHONE, "20 August 2026"):
        assert words in page, words


def the_plan_changes(irina: Clerk, pieter: Clerk, plan: str) -> None:
    """The plan gets its next version, which is reviewed within three months again."""
    irina.does(f"/plans/{plan}/replace-plan/", {})
    changed = irina.code_in(f"/plans/{CODE}/")
    describe = f"/plans/{changed}/describe-plan/"
    irina.is_refused(describe, {"review_on": "2026-08-21"}, "G-PLAN", "20 August 2026 at the latest")
    asked = {"child_consulted": "Chose the colour of her bike.", "parent_consulted": "Mother agrees to the Saturdays."}
    irina.does("", {"review_on": "2026-08-20", **asked})
    pieter.does(f"/plans/{changed}/approve-plan/", {"copy_given_on": REVIEW})
    pieter.goes(f"/plans/{changed}/")
    assert "20 August 2026" in pieter.reads()


def noor_asks_to_stay(pieter: Clerk, noor: Child) -> None:
    """A week before she is eighteen Noor asks to stay until her school is done; up to twenty-five she may."""
    extend = f"/cases/{noor.case}/extend-support/"
    wish = {"wish": "Ik wil hier mijn school afmaken."}
    pieter.is_refused(
        extend, {**wish, "until": "2038-01-16"}, "G-AGE", "Support can go on until 15 January 2038 at most"
    )
    pieter.does(extend, {**wish, "until": "2033-06-30"})


def nothing_has_closed(irina: Clerk, noor: Child) -> None:
    """The day after her birthday Noor lives where she lived, her case runs, and it says until when."""
    irina.goes(f"/children/{noor.person}/")
    assert "Lindehof" in irina.reads()
    irina.goes(f"/cases/{noor.case}/")
    page = irina.reads()
    assert "30 June 2033" in page, page
    irina.goes("/caseload/")
    assert NOOR in irina.reads()
