"""What each deed of decisions stores and remembers, whom it is refused, and how the case goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case
from kinkeeper.decisions import actions, queries
from kinkeeper.decisions.models import BestInterest, Decision, Necessity, Requirement, Separation
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from tests.conftest import Colleague, open_case, register
from tests.decisions.conftest import DAY, at, born, care, decided, decision, found_needed, kin, option, panel, weighed
from tests.walk import state_of_the_house

LATER = DAY + timedelta(days=60)


def test_an_assessment_is_kept_with_its_options(amina: Colleague, carla: Colleague, noors_case: Case) -> None:
    case = at(noors_case, Case.State.BEST_INTEREST)
    options = [option(chosen=True, home_km=12, with_siblings=True, why=" Near. "), option("KIN_INF")]
    actions.record_best_interest(amina.actor, case, **weighed(second=carla.user, options=options, child_agrees=True))
    row = BestInterest.objects.get()
    assert (row.kind, row.done_on, row.by, row.second, row.child_agrees) == (
        "assessment",
        DAY,
        amina.user,
        carla.user,
        True,
    )
    assert [(one.care_type, one.home_km, one.chosen, one.why) for one in row.options.all()] == [
        ("FOSTER_ST", 12, True, "Near."),
        ("KIN_INF", None, False, ""),
    ]
    entry = Entry.objects.get(act="decisions.record_best_interest")
    assert (entry.user, entry.subject_code, entry.facts["subject"]) == (amina.user, row.code, case.code)
    assert "About" not in str(entry.facts)


def test_where_the_child_does_not_agree_a_panel_determines(
    amina: Colleague, dalia: Colleague, carla: Colleague, noors_case: Case
) -> None:
    case = at(noors_case, Case.State.BEST_INTEREST)
    actions.record_best_interest(amina.actor, case, **weighed(second=carla.user, child_agrees=False))
    case.refresh_from_db()
    assert (case.state, Requirement.objects.get().trigger) == ("best_interest", "disagreement")
    actions.record_determination(dalia.actor, case, panel=panel(), **weighed(review_on=LATER))
    case.refresh_from_db()
    assert (case.state, Requirement.objects.get().met_on) == ("gatekeeping", DAY)
    assert BestInterest.objects.filter(kind="determination").get().panel.count() == 3


def test_a_required_determination_keeps_the_case_where_it_is(
    amina: Colleague, dalia: Colleague, carla: Colleague, noors_case: Case
) -> None:
    case = at(noors_case, Case.State.BEST_INTEREST)
    actions.require_determination(dalia.actor, case, trigger="abroad", note="Cyprus")
    with pytest.raises(Refused, match="required already"):
        actions.require_determination(dalia.actor, case, trigger="abroad")
    actions.record_best_interest(amina.actor, case, **weighed(second=carla.user))
    assert Case.objects.get(pk=case.pk).state == "best_interest"
    assert Entry.objects.get(act="decisions.require_determination").facts == {"subject": case.code}


@pytest.mark.parametrize("state", ["active", "review", "closing"])
def test_what_is_best_is_weighed_again_without_moving_the_case(
    amina: Colleague, carla: Colleague, noors_case: Case, state: str
) -> None:
    case = at(noors_case, state)
    row = actions.record_best_interest(amina.actor, case, **weighed(second=carla.user))
    assert Case.objects.get(pk=case.pk).state == state
    assert queries.best_interests_of(amina.actor, case).first() == row


def test_before_the_assessment_nothing_is_weighed_but_after_an_emergency(
    amina: Colleague, carla: Colleague, noors_case: Case
) -> None:
    case = at(noors_case, Case.State.INTAKE)
    with pytest.raises(Refused, match="Complete the assessment first") as refusal:
        actions.record_best_interest(amina.actor, case, **weighed(second=carla.user))
    assert refusal.value.guard == "G-STEP"
    decision(case, kind="emergency")
    assert actions.record_best_interest(amina.actor, case, **weighed(second=carla.user, afterwards=True)).afterwards


def test_a_necessity_test_is_kept(amina: Colleague, noors_case: Case) -> None:
    row = actions.record_necessity(
        amina.actor,
        noors_case,
        tested_on=DAY,
        grounds=["NEGLECT"],
        needed=False,
        conclusion=" Support is enough. ",
        supports=[{"what": "Food", "result": "Helped"}],
    )
    assert (row.grounds, row.needed, row.conclusion, row.by) == (["NEGLECT"], False, "Support is enough.", amina.user)
    assert queries.necessities_of(amina.actor, noors_case).first() == row
    facts = Entry.objects.get(act="decisions.record_necessity").facts
    assert facts == {"subject": noors_case.code, "tested_on": "2026-04-03", "needed": False}


@pytest.mark.parametrize(
    "changes, guard",
    [({"grounds": ["MOON"]}, "G-CODE"), ({"grounds": []}, "G-NEC"), ({"tested_on": date.max}, "G-TIME")],
)
def test_a_necessity_test_of_other_shapes_is_refused(
    amina: Colleague, noors_case: Case, changes: dict[str, Any], guard: str
) -> None:
    said = {"tested_on": DAY, "grounds": ["NEGLECT"], "needed": False, "conclusion": "x", **changes}
    with pytest.raises(Refused) as refusal:
        actions.record_necessity(amina.actor, noors_case, **said)
    assert (refusal.value.guard, Necessity.objects.count()) == (guard, 0)


def test_a_decision_for_care_is_kept_with_what_it_rests_on(dario: Colleague, gate: Case) -> None:
    row = actions.decide_alternative_care(dario.actor, gate, **care(review_on=LATER, order_number="7/2026"))
    row.refresh_from_db()
    assert (row.kind, row.care_type, row.starts_on, row.authority, row.by) == (
        "alternative_care",
        "FOSTER_ST",
        DAY,
        "Panel of Riverside",
        dario.user,
    )
    assert (row.necessity, row.best_interest) == (Necessity.objects.get(), BestInterest.objects.get())
    facts = Entry.objects.get(act="decisions.decide_alternative_care").facts
    assert facts == {
        "subject": gate.code,
        "decided_on": "2026-04-03",
        "starts_on": "2026-04-03",
        "review_on": LATER.isoformat(),
    }


def test_family_support_goes_on_to_the_plan_and_no_service_to_the_closing(
    dalia: Colleague, gate: Case, amina: Colleague, village: Unit
) -> None:
    found_needed(gate, needed=False, tested_on=LATER)
    assert actions.decide_family_support(dalia.actor, gate, **decided()).kind == "family_support"
    other = open_case(register(village, "Leo", "Lim"), amina, state=Case.State.GATEKEEPING)
    row = actions.decide_no_service(dalia.actor, other, **decided(onward="School"))
    assert (row.kind, row.onward) == ("no_service", "School")
    states = [Case.objects.get(pk=case.pk).state for case in (gate, other)]
    assert states == ["planning", "closing"]


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"authority": " "}, "G-DECISION", "authority"),
        ({"reasons": ""}, "G-DECISION", "reasons"),
        ({"decided_by": "aunt"}, "G-CODE", "decided_by"),
        ({"decided_on": date.max}, "G-TIME", "decided_on"),
        ({"review_on": DAY - timedelta(days=1)}, "G-TIME", "review_on"),
        ({"appeal_told_on": DAY, "appeal_until": DAY - timedelta(days=1)}, "G-TIME", "appeal_until"),
    ],
)
def test_a_decision_says_who_when_and_why(
    dalia: Colleague, gate: Case, changes: dict[str, Any], guard: str, field: str
) -> None:
    before = state_of_the_house()
    with pytest.raises(Refused) as refusal:
        actions.decide_no_service(dalia.actor, gate, **decided(**changes))
    assert (refusal.value.guard, refusal.value.field) == (guard, field)
    assert state_of_the_house() == before


def test_a_decision_is_withdrawn_and_does_not_hold_any_more(dalia: Colleague, gate: Case) -> None:
    row = actions.decide_alternative_care(dalia.actor, gate, **care())
    assert queries.decision_in_force(dalia.actor, gate.child, "FOSTER_ST", LATER) == row
    with pytest.raises(Refused, match="It was decided on"):
        actions.withdraw_decision(dalia.actor, row, withdrawn_on=DAY - timedelta(days=1), withdrawn_because="x")
    with pytest.raises(Refused, match="Say why"):
        actions.withdraw_decision(dalia.actor, row, withdrawn_on=DAY, withdrawn_because=" ")
    row = actions.withdraw_decision(dalia.actor, row, withdrawn_on=LATER, withdrawn_because="The court said no.")
    assert (row.withdrawn_on, row.withdrawn_because) == (LATER, "The court said no.")
    assert queries.decision_in_force(dalia.actor, gate.child, "FOSTER_ST", LATER) is None
    assert Entry.objects.get(act="decisions.withdraw_decision").facts == {"withdrawn_on": LATER.isoformat()}
    with pytest.raises(Refused, match="withdrawn already") as refusal:
        actions.withdraw_decision(dalia.actor, row, withdrawn_on=LATER, withdrawn_because="x")
    assert refusal.value.guard == "G-STEP"


@pytest.mark.parametrize(
    "care_type, on, holds",
    [
        ("FOSTER_ST", DAY, True),
        ("FOSTER_ST", LATER - timedelta(days=1), True),
        ("FOSTER_ST", DAY - timedelta(days=1), False),
        ("FOSTER_ST", LATER, False),
        ("SGH", DAY, False),
    ],
)
def test_a_decision_covers_its_form_and_its_days(
    amina: Colleague, noors_case: Case, care_type: str, on: date, holds: bool
) -> None:
    decision(noors_case, ends_on=LATER)
    assert (queries.decision_in_force(amina.actor, noors_case.child, care_type, on) is not None) == holds


def test_support_in_the_family_is_no_decision_for_care(amina: Colleague, noors_case: Case) -> None:
    decision(noors_case, kind="family_support")
    assert queries.decision_in_force(amina.actor, noors_case.child, "FOSTER_ST", DAY) is None


@pytest.fixture
def sami(village: Unit, amina: Colleague, noor: Person) -> Person:
    """Noor’s brother with a running case."""
    brother = register(village, "Sami", "Saleh", born=born(9))
    open_case(brother, amina)
    kin(noor, brother)
    return brother


def separation(dalia: Colleague, child: Person, sibling: Person) -> Separation:
    return actions.separate_siblings(
        dalia.actor,
        child,
        sibling=sibling,
        reason="NEEDS",
        words="A clinic.",
        decided_by="Panel",
        decided_on=DAY,
        contact="Every Sunday",
        review_on=LATER,
    )


def test_a_separation_is_found_from_either_side(dalia: Colleague, noor: Person, sami: Person) -> None:
    row = separation(dalia, sami, noor)
    for one, other in ((noor, sami), (sami, noor)):
        assert queries.separation_between(dalia.actor, one, other, LATER) == row
    assert queries.separation_between(dalia.actor, noor, sami, DAY - timedelta(days=1)) is None
    with pytest.raises(Refused, match="recorded already"):
        separation(dalia, noor, sami)
    with pytest.raises(Refused, match="They were separated on"):
        actions.end_separation(dalia.actor, row, ended_on=DAY - timedelta(days=1))
    actions.end_separation(dalia.actor, row, ended_on=LATER)
    assert queries.separation_between(dalia.actor, noor, sami, LATER) is None
    acts = Entry.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["decisions.separate_siblings", "decisions.end_separation"]


def test_a_separation_that_lasts_needs_a_panel(dalia: Colleague, noor: Person, sami: Person) -> None:
    row = separation(dalia, noor, sami)
    said = {"words": "Still.", "contact": "Every day"}
    row = actions.review_separation(dalia.actor, row, reviewed_on=LATER, review_on=date(2026, 7, 3), **said)
    assert (row.reviewed_on, row.contact, Requirement.objects.count()) == (LATER, "Every day", 0)
    row = actions.review_separation(dalia.actor, row, reviewed_on=date(2026, 7, 3), review_on=date(2026, 9, 1), **said)
    required = Requirement.objects.order_by("pk").values_list("case__child", "trigger")
    assert set(required) == {(noor.pk, "siblings"), (sami.pk, "siblings")}
    actions.review_separation(dalia.actor, row, reviewed_on=date(2026, 9, 1), review_on=date(2026, 11, 1), **said)
    assert Requirement.objects.count() == 2


CASE_DEEDS: list[tuple[Callable[..., Any], set[str]]] = [
    (actions.require_determination, {"dalia"}),
    (actions.record_best_interest, {"amina", "dalia"}),
    (actions.record_determination, {"dalia", "dario"}),
    (actions.record_necessity, {"amina", "dalia"}),
    (actions.decide_alternative_care, {"dalia", "dario"}),
    (actions.decide_no_service, {"dalia", "dario"}),
    (actions.authorise_emergency, {"dalia", "dario"}),
]


@pytest.mark.parametrize("deed, allowed", CASE_DEEDS)
def test_who_may(
    amina: Colleague,
    dalia: Colleague,
    dario: Colleague,
    bruno: Colleague,
    gate: Case,
    deed: Any,
    allowed: set[str],
) -> None:
    seats = {"amina": amina, "dalia": dalia, "dario": dario}
    assert {name for name, who in seats.items() if deed.verdict(who.actor, gate)} == allowed
    for name in seats.keys() - allowed:
        with pytest.raises(Refused) as refusal:
            deed(seats[name].actor, gate)
        assert refusal.value.guard == "G-MAY"
    with pytest.raises(Unseen):
        deed(bruno.actor, gate)


def test_a_caseworker_neither_withdraws_nor_separates(
    amina: Colleague, dalia: Colleague, noor: Person, noors_case: Case, sami: Person
) -> None:
    row, together = decision(noors_case), separation(dalia, noor, sami)
    deeds: list[tuple[Any, Any]] = [
        (actions.withdraw_decision, row),
        (actions.separate_siblings, noor),
        (actions.review_separation, together),
        (actions.end_separation, together),
    ]
    for deed, subject in deeds:
        with pytest.raises(Refused, match="Only a supervisor or director"):
            deed(amina.actor, subject)
    assert Decision.objects.get().withdrawn_on is None


def test_a_decision_is_taken_at_the_gate_only(dalia: Colleague, gate: Case) -> None:
    case = at(gate, Case.State.ACTIVE)
    for deed in (actions.decide_family_support, actions.decide_alternative_care, actions.decide_no_service):
        with pytest.raises(Refused, match="gatekeeping") as refusal:
            deed(dalia.actor, case)
        assert refusal.value.guard == "G-STEP"
