"""What workers fill in so often that several stories share it; a story says only what is its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.journeys.offices import Clerk

DOMAINS = ("CARE", "FOOD", "HOME", "HEALTH", "EMOTIONAL", "PROTECTION", "EDUCATION", "LIVELIHOOD")
FACTORS = ("identity", "family_environment", "safety", "vulnerability", "health", "education", "continuity")


def is_due(clerk: Clerk, path: str, words: str, day: str) -> None:
    """The page says that this is due, and names the day where one points at it."""
    clerk.goes(path)
    duties = clerk.page.locator("main [title]", has_text=words)
    days = duties.evaluate_all("all => all.map(e => e.title)")
    assert day in days, f"“{words}” is due on {days}, not on {day}: {clerk.reads()[:1500]}"


def opens_home(clerk: Clerk, unit: str, name: str, capacity: int, kind: str, care_types: Sequence[str]) -> str:
    """Open a home that is approved for these forms of care, with one checked carer; its code."""
    home = {"name": name, "kind": kind, "opened_on": "2025-01-06", "capacity": capacity}
    clerk.does(f"/units/{unit}/open-home/", home)
    code = clerk.code_in(r"/homes/([A-Z0-9]{12})/")
    given = f"Carer at {name}"
    clerk.does(f"/units/{unit}/register-person/", {"given": given, "family": "Main", "birth": "1980-05-05"})
    carer = clerk.code_in(r"/people/([A-Z0-9]{12})/")
    clerk.does(f"/homes/{code}/appoint-carer/?q={given}", {"person": carer, "starts_on": "2025-01-06", "is_main": True})
    check = {"person": carer, "issuer": "Police", "issued_on": "2025-01-06", "result": "clear"}
    clerk.does(f"/homes/{code}/record-background-check/", check)
    approval = {"care_types": list(care_types), "authority": "Licensing board", "starts_on": "2025-01-06"}
    clerk.does(f"/homes/{code}/approve/", {**approval, "capacity": capacity})
    return code


def registers(clerk: Clerk, case: str, **told: Any) -> None:
    """Register a case: on what ground, where the child is, who is called."""
    clerk.does(
        f"/cases/{case}/register-case/",
        {
            "guardian": "none",
            "basis": "legal_duty",
            "location": "With neighbours",
            "emergency_contact": "Neighbour, 90 123 45 67",
            **told,
        },
    )


def assesses(clerk: Clerk, case: str, on: str, **told: Any) -> None:
    """Complete the assessment of a case; every domain gets a rating and a note."""
    findings = {f"rating_{domain}": "2" for domain in DOMAINS} | {
        f"note_{domain}": "As expected." for domain in DOMAINS
    }
    learned: dict[str, Any] = {
        "assessed_on": on,
        "seen": "alone",
        "seen_on": on,
        "sources": "Child, neighbours, clinic",
    }
    learned |= {"risks": "No adult at home", "strengths": "Talks freely", "family_strengths": "They hold together"}
    learned |= {"causes": ["DEATH"], "risk": "medium", "conclusion": "Somebody must care for the child now."}
    clerk.does(f"/cases/{case}/complete-assessment/", {**findings, **learned, **told})


def weighing(on: str, view: str, options: Sequence[tuple[str, str]], chosen: int = 0, **told: Any) -> dict[str, Any]:
    """What is filled in where it is weighed what is best: every factor, and options as (form of care, where)."""
    fields: dict[str, Any] = {"done_on": on, "child_view": view, "child_view_by": "talk"}
    fields |= dict.fromkeys(FACTORS, "Weighed by both.") | {"conclusion": "All in all the first fits best."}
    fields |= {"recommendation": "alternative_care", "child_agrees": "yes"}
    for row, (care_type, place) in enumerate(options):
        option: dict[str, Any] = {
            "care_type": care_type,
            "place": place,
            "short_term": "Calm",
            "long_term": "Can grow up there",
        }
        option |= {"licensed": True, "chosen": row == chosen, "tried": row != chosen}
        fields |= {f"options-{row}-{name}": value for name, value in option.items()}
    return fields | told


def weighs(clerk: Clerk, case: str, second: str, fields: dict[str, Any]) -> None:
    """Record a best-interest assessment together with a second colleague, by name."""
    clerk.goes(f"/cases/{case}/record-best-interest/")
    label = clerk.page.locator("select[name=second] option", has_text=second).first
    clerk.does("", {"second": label.get_attribute("value"), **fields})


def finds_need(clerk: Clerk, case: str, on: str, grounds: list[str], emergency: str = "") -> None:
    """Test whether care outside the family is needed: yes, after support was tried and the kin was asked."""
    tested: dict[str, Any] = {"tested_on": on, "grounds": grounds, "needed": "yes", "conclusion": "Nobody is there."}
    tested |= {"supports-0-what": "Daily visits of a helper", "supports-0-result": "Not enough"}
    tested |= {"kin-0-who": "Uncle", "kin-0-asked_on": on, "kin-0-outcome": "Lives abroad, cannot come"}
    if emergency:
        tested |= {"emergency": True, "emergency_words": emergency}
    clerk.does(f"/cases/{case}/record-necessity/", tested)


def decision(on: str, care_type: str, view: str, **told: Any) -> dict[str, Any]:
    """What is filled in where care outside the family is decided by an authority that explained how to appeal."""
    fields = {"care_type": care_type, "starts_on": on, "decided_on": on, "decided_by": "authority"}
    fields |= {"authority": "District centre", "reasons": "Nobody can care for the child at home."}
    fields |= {"child_view": view, "child_view_weighed": "It was followed.", "appeal_told_on": on}
    return {**fields, **told}


def plans(clerk: Clerk, case: str, review_on: str, goals: Sequence[tuple[str, str]], **told: Any) -> str:
    """Draft a plan with one action for every goal, given as (domain, words); its code."""
    clerk.does(f"/cases/{case}/draft-plan/", {"kind": told.pop("kind", "child")})
    plan = clerk.code_in(r"/plans/([A-Z0-9]{12})/")
    asked = {"about_me": "I like to be with the others.", "child_consulted": "Talked on the way home"}
    asked |= {"parent_consulted": "Nobody could be asked", "no_contact_reason": "Nobody is known yet"}
    clerk.does(f"/plans/{plan}/describe-plan/", {**asked, "permanency": "LONG_TERM", "review_on": review_on, **told})
    for domain, words in goals:
        adds_goal(clerk, plan, domain, words, review_on)
    return plan


def adds_goal(clerk: Clerk, plan: str, domain: str, words: str, until: str) -> None:
    """A goal of a plan that is being drafted, with its action."""
    goal = {"domain": domain, "words": words, "statement": "All say so.", "baseline": "Not yet", "target_on": until}
    clerk.does(f"/plans/{plan}/add-goal/", goal)
    clerk.goes(f"/plans/{plan}/")
    added = clerk.page.locator("a[href$='/change-goal/']").last.get_attribute("href") or ""
    clerk.does(
        added.replace("change-goal", "add-action"),
        {"what": "See to it every week", "owner": "The worker", "due_on": until},
    )


def approves(clerk: Clerk, plan: str, on: str) -> None:
    """Put a plan in force; everybody got a copy that day."""
    clerk.does(f"/plans/{plan}/approve-plan/", {"approved_on": on, "copy_given_on": on})
