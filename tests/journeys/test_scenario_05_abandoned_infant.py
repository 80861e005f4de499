"""Scenario 5: a newborn is left in a hospital in Kosovo, lives with a foster family, and comes to the grandmother.

A.N. is three days old on 2 March 2026. Emergency foster care comes within a day, the mother is found in April, a panel
without bonds determines what is best, and in August the grandmother takes the child by a formal decision: one move.

Not told here, because it is not built yet: the indicators of the scenario (assessment on entry, leaving residential care,
permanency within a year) and labels in Albanian and Serbian.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys import casework
from tests.journeys.offices import Clerk, Office, office

pytestmark = pytest.mark.journey

STAFF = ["arta|Arta Krasniqi|caseworker|0", "besa|Besa Hoxha|supervisor|0", "driton|Driton Leka|director|0"]
UNITS = ["family_care:foster_team:Prishtina"]
LEFT, FOSTERED = "2026-03-02", "2026-03-03"
VIEW: dict[str, Any] = {
    "child_view": "Calm when held, cries when put down.",
    "child_view_by": "observed",
    "child_agrees": "",
}
LABELS = {"FOSTER_ST": "Short-term foster care", "KIN_FOR": "Kinship care by decision"}
PANEL = [
    ("Prof. Luljeta Berisha", "University, psychology", ""),
    ("Agron Morina", "Centre for Social Work", ""),
    ("Valbona Shala", "Paediatric clinic", "Sister of the doctor who treats the mother"),
    ("Ilir Rama", "Lawyer", ""),
]
# No page counts moves yet; the children of the story are few, and this counts the stays of one.
MOVES = """
from kinkeeper.access.gate import machine
from kinkeeper.people.models import Person
from kinkeeper.placements.queries import moves_of
print(moves_of(machine("story", "supervisor", "caseworker"), Person._base_manager.get(code="{person}")))
"""


@dataclass
class Infant:
    """The codes of the child’s case and record, of the unit, and of the homes."""

    case: str
    person: str
    unit: str
    homes: dict[str, str]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[Office]:
    """A foster care team in Kosovo: a caseworker, her supervisor, the director."""
    folder = tmp_path_factory.mktemp("story") / "kosovo"
    with office(folder, chromium, "kosovo", "XK", STAFF, UNITS, opens="2026-03-01") as opened:
        yield opened


def test_an_infant_comes_to_the_grandmother(team: Office) -> None:
    infant = the_hospital_calls(team)
    a_foster_family_takes_the_child_at_once(team, infant)
    foster_care_goes_on_by_an_ordinary_decision(team, infant)
    the_mother_is_found(team, infant)
    nobody_is_adopted_while_the_family_is_looked_for(team, infant)
    a_panel_without_bonds_determines(team, infant)
    the_mother_is_supported_and_foster_care_goes_on(team, infant)
    the_grandmother_takes_the_child(team, infant)
    the_child_moved_once(team, infant)


# ---- March: care at once ---------------------------------------------------------------------------------------------


def the_hospital_calls(team: Office) -> Infant:
    """A newborn whose name is two letters, three days old; a facility is no place for so small a child."""
    with team.worker("besa") as besa:
        besa.goes("/units/")
        unit = besa.code_in(r"/units/([A-Z0-9]{12})/")
        foster = casework.opens_home(besa, unit, "The Gashis", 2, "foster", ["FOSTER_EMG", "FOSTER_ST"])
        facility = casework.opens_home(besa, unit, "Infant home", 20, "residential", ["RES"])
    team.wakes_on(LEFT)
    with team.worker("arta") as arta:
        case, person = _takes_in(arta, unit)
        known = {"sex": "F", "birth": "2026-02-27", "age_method": "medical", "language": "sq"}
        casework.registers(arta, case, basis_source="Law on Child Protection", location="University hospital", **known)
        arta.does(f"/cases/{case}/open-tracing/", {"looks_for": "The mother, seen at the gate", "opened_on": LEFT})
        arta.does(f"/cases/{case}/open-tracing/", {"looks_for": "The father and relatives", "opened_on": LEFT})
    return Infant(case, person, unit, {"foster": foster, "facility": facility})


def _takes_in(clerk: Clerk, unit: str) -> tuple[str, str]:
    told: dict[str, Any] = {"channel": "phone", "source": "health", "immediate_danger": "yes", "urgency": "high"}
    told |= {"received_at": f"{LEFT}T08:15", "known": "Left in the ward at night.", "causes": ["ABANDONMENT"]}
    told |= {"whereabouts": "University hospital", "first_action": "A nurse stays with the child."}
    told |= {"p1_part": "child", "p1_given": "A.", "p1_family": "N.", "p1_birth": "2026-02-27", "p1_sex": "F"}
    clerk.does(f"/units/{unit}/receive-referral/", told | {"p1_birth_by": "medical"})
    referral = clerk.code_in(r"/referrals/([A-Z0-9]{12})/")
    clerk.does(f"/referrals/{referral}/screen-in/", {"eligibility": "Without parental care", "kind": "care"})
    clerk.goes(f"/referrals/{referral}/")
    case = clerk.code_in(r"/cases/([A-Z0-9]{12})/")
    clerk.goes(f"/cases/{case}/")
    return case, clerk.code_in(r"/children/([A-Z0-9]{12})/")


def a_foster_family_takes_the_child_at_once(team: Office, infant: Infant) -> None:
    """G-U3 bars the facility, on the decision and at its door; the foster family has room for two."""
    team.wakes_on(FOSTERED)
    order = {"decided_on": FOSTERED, "decided_by": "director", "authority": "Driton Leka"}
    order |= {"reasons": "Nobody cares for a newborn."}
    path = f"/cases/{infant.case}/authorise-emergency/"
    with team.worker("driton") as driton:
        driton.does(path, {**order, "care_type": "FOSTER_EMG"})
    stay = {"started_on": FOSTERED, "legal_status_code": "EMERGENCY", "authority": "Centre for Social Work"}
    path = f"/children/{infant.person}/start-placement/"
    with team.worker("arta") as arta:
        residential = {**stay, "home": infant.homes["facility"], "care_type": "RES"}
        arta.is_refused(path, residential, "G-U3", "A child under 3 lives in a family.")
        arta.does(path, {**stay, "home": infant.homes["foster"], "care_type": "FOSTER_EMG", "need": "ABANDONED"})
        arta.goes(f"/homes/{infant.homes['foster']}/")
        words = arta.reads()
        assert "1 place free" in words, words  # the other one of the two is taken now
        assert "2 places" in words, words
        casework.is_due(arta, f"/cases/{infant.case}/", "First review", "3 June 2026")


def foster_care_goes_on_by_an_ordinary_decision(team: Office, infant: Infant) -> None:
    """What is best is weighed within three days; before the thirty days are over, short-term foster care is decided."""
    team.wakes_on("2026-03-05")
    options = [("FOSTER_ST", "The Gashis"), ("RES", "Infant home")]
    with team.worker("arta") as arta:
        seen = {"seen": "with_others", "child_view": "", "causes": ["ABANDONMENT"], "risk": "high"}
        casework.assesses(arta, infant.case, "2026-03-05", **seen)
        weighed = casework.weighing("2026-03-05", VIEW["child_view"], options, afterwards=True, **VIEW)
        casework.weighs(arta, infant.case, "Besa", weighed)
        emergency = "A newborn was left in hospital."
        casework.finds_need(arta, infant.case, "2026-03-05", ["ABANDONMENT"], emergency=emergency)
    with team.worker("besa") as besa:
        path = f"/cases/{infant.case}/decide-alternative-care/"
        decided = casework.decision("2026-03-05", "FOSTER_ST", VIEW["child_view"])
        besa.is_refused(path, {**decided, "care_type": "RES"}, "G-U3", "A child below the age of 3 lives in a family")
        besa.does(path, decided)
        plan = casework.plans(besa, infant.case, "2026-06-03", [("CARE", "I am held a lot.")], **PLANNED)
        casework.approves(besa, plan, "2026-03-05")
    with team.worker("arta") as arta:
        _moves(
            arta, infant, "2026-03-05", infant.homes["foster"], "FOSTER_ST", same_carer=True, legal_status_code="FOSTER"
        )


PLANNED = {"about_me": "", "no_words_reason": "A newborn", "child_consulted": "Observed", "permanency": "REUNIFY"}


def _moves(clerk: Clerk, infant: Infant, on: str, home: str, care_type: str, **told: Any) -> None:
    """Fill in a move, read it once more in words, confirm it."""
    stay = {"home": home, "moved_on": on, "care_type": care_type, "leave_reason": "PLAN", **told}
    clerk.sends(f"/children/{infant.person}/move/", stay)
    with clerk.page.expect_navigation(wait_until="domcontentloaded"):
        clerk.page.get_by_role("button", name="Yes, move").click()
    assert not clerk.page.locator(".error-summary").count(), clerk.reads()


# ---- April: the mother -----------------------------------------------------------------------------------------------


def the_mother_is_found(team: Office, infant: Infant) -> None:
    """She wants her child; the police have a report of violence at her home. Her search ends, the other goes on."""
    team.wakes_on("2026-04-10")
    with team.worker("arta") as arta:
        arta.goes(f"/cases/{infant.case}/")
        search = arta.page.locator("main a[href^='/tracings/']", has_text="The mother").get_attribute("href") or ""
        arta.does(search, {"ended_on": "2026-04-10", "outcome": "found"})
        mother = {"kind": "parent", "given": "Teuta", "family": "N.", "sex": "F", "legally_responsible": True}
        arta.does(f"/people/{infant.person}/add-relative/", {**mother, "birth": "2003", "contact": "supervised"})
        meeting = {"kind": "meeting", "happened_on": "2026-04-10", "seen": "not_seen"}
        meeting |= {"note": "The mother wants her child back. The police report violence by her partner."}
        arta.does(f"/cases/{infant.case}/record-contact/", meeting)
        _reviews(arta, infant, "2026-04-10", "move", "2026-07-10")


def _reviews(clerk: Clerk, infant: Infant, on: str, outcome: str, next_on: str) -> None:
    clerk.does(f"/cases/{infant.case}/open-review/", {"kind": "early", "opened_on": on})
    review = clerk.code_in(r"/reviews/([A-Z0-9]{12})/")
    minutes = {"held_on": on, "attendance": "Foster mother, nurse, worker", "chair": "Vjosa Dema, independent"}
    minutes |= {"participation": "YOUNG", "still_needed": "yes", "still_suits": "yes", "outcome": outcome}
    minutes |= {"summary": "What is best is weighed anew.", "next_on": next_on}
    clerk.goes(f"/reviews/{review}/hold-review/")
    for name in clerk.page.locator("main [name$=_rating]").evaluate_all("all => all.map(e => e.name)"):
        minutes[name] = "1"
    clerk.does("", minutes)


def nobody_is_adopted_while_the_family_is_looked_for(team: Office, infant: Infant) -> None:
    """G-EMER-ADOPT: somebody proposes adoption on 20 April, and the father is still being looked for."""
    team.wakes_on("2026-04-20")
    options = [("ADOPT_PRE", "A couple from the list"), ("FOSTER_ST", "The Gashis")]
    with team.worker("arta") as arta:
        weighed = casework.weighing("2026-04-20", VIEW["child_view"], options, **VIEW)
        casework.weighs(arta, infant.case, "Besa", weighed)
    with team.worker("besa") as besa:
        decided = casework.decision("2026-04-20", "ADOPT_PRE", VIEW["child_view"])
        path = f"/cases/{infant.case}/decide-alternative-care/"
        besa.is_refused(path, decided, "G-EMER-ADOPT", "The family is still being looked for.")
        why = {"trigger": "against_parent", "note": "The mother wants her child; the police report violence."}
        besa.does(f"/cases/{infant.case}/require-determination/", why)


def a_panel_without_bonds_determines(team: Office, infant: Infant) -> None:
    """G-BIDPANEL: the doctor’s sister does not decide; with another member the panel of four determines."""
    team.wakes_on("2026-04-24")
    options = [("FOSTER_ST", "The Gashis, the mother is supported"), ("HOME", "With the mother at once")]
    fields = casework.weighing("2026-04-24", VIEW["child_view"], options, review_on="2026-07-24", **VIEW)
    path = f"/cases/{infant.case}/record-determination/"
    with team.worker("besa") as besa:
        panel = [dict(zip(("name", "organisation", "conflict"), one, strict=True)) for one in PANEL]
        besa.is_refused(path, fields | _rows(panel), "G-BIDPANEL", "Replace Valbona Shala.")
        panel[2] = {"name": "Shpresa Kelmendi", "organisation": "Paediatric clinic", "conflict": ""}
        besa.does(path, fields | _rows(panel))
        besa.goes(f"/cases/{infant.case}/decisions/")


def _rows(panel: list[dict[str, str]]) -> dict[str, str]:
    return {f"panel-{row}-{name}": value for row, member in enumerate(panel) for name, value in member.items()}


def the_mother_is_supported_and_foster_care_goes_on(team: Office, infant: Infant) -> None:
    """Three months of support for the mother; the child stays with the Gashis meanwhile."""
    with team.worker("besa") as besa:
        reasons = "The mother is supported for three months; foster care goes on meanwhile."
        decided = casework.decision("2026-04-24", "FOSTER_ST", VIEW["child_view"], reasons=reasons)
        besa.does(f"/cases/{infant.case}/decide-alternative-care/", {**decided, "review_on": "2026-07-24"})
        _next_plan(besa, infant, "2026-04-24", "2026-07-10", "My mother is safe and learns to hold me.")


def _next_plan(clerk: Clerk, infant: Infant, on: str, review_on: str, words: str) -> None:
    """The next version of the plan, with a goal more."""
    clerk.goes(f"/cases/{infant.case}/")
    plan = clerk.code_in(r"/plans/([A-Z0-9]{12})/")
    clerk.does(f"/plans/{plan}/replace-plan/", {})
    plan = clerk.code_in(r"/plans/([A-Z0-9]{12})/")
    asked = {"child_consulted": "Observed with both", "parent_consulted": "Talked with her twice"}
    clerk.does(f"/plans/{plan}/describe-plan/", {**asked, "review_on": review_on})
    casework.adds_goal(clerk, plan, "FAMILY", words, review_on)
    casework.approves(clerk, plan, on)


# ---- August: the grandmother -----------------------------------------------------------------------------------------


def the_grandmother_takes_the_child(team: Office, infant: Infant) -> None:
    """The mother cannot; her own mother can. Formal kinship care begins on 17 August."""
    team.wakes_on("2026-07-10")
    with team.worker("arta") as arta:
        _reviews(arta, infant, "2026-07-10", "move", "2026-10-09")
    team.wakes_on("2026-08-14")
    with team.worker("besa") as besa:
        name = "Grandmother Hyrije"
        home = casework.opens_home(besa, infant.unit, name, 1, "relatives", ["KIN_FOR"])
    with team.worker("arta") as arta:
        options = [("KIN_FOR", "Grandmother Hyrije"), ("FOSTER_ST", "The Gashis")]
        casework.weighs(arta, infant.case, "Besa", casework.weighing("2026-08-14", VIEW["child_view"], options, **VIEW))
    with team.worker("besa") as besa:
        decided = casework.decision("2026-08-14", "KIN_FOR", VIEW["child_view"], starts_on="2026-08-17")
        besa.does(f"/cases/{infant.case}/decide-alternative-care/", decided)
        _next_plan(besa, infant, "2026-08-14", "2026-10-09", "I grow up with my grandmother.")
    team.wakes_on("2026-08-17")
    with team.worker("arta") as arta:
        _moves(arta, infant, "2026-08-17", home, "KIN_FOR", legal_status_code="KINSHIP")
        arta.goes(f"/children/{infant.person}/")
        assert "Grandmother Hyrije" in arta.reads()


def the_child_moved_once(team: Office, infant: Infant) -> None:
    """Emergency and short-term care with the same family are one home; only the way to the grandmother is a move."""
    assert team.asks(MOVES.format(person=infant.person)) == "1"
