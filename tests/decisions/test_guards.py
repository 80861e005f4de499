"""Every guard of a decision: it fires, the nearest legal case passes, and a refused page answers 409 and changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.models import Emergency, Unit
from kinkeeper.cases.models import Case, Tracing
from kinkeeper.decisions import actions
from kinkeeper.decisions.models import BestInterest, Decision, Option, Requirement, Separation
from kinkeeper.journal.models import Refusal
from kinkeeper.lib.periods import add_months
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from tests.conftest import Colleague, open_case, register
from tests.decisions.conftest import (
    DAY,
    agree,
    at,
    best,
    born,
    care,
    decided,
    decision,
    found_needed,
    kin,
    option,
    panel,
    weighed,
)
from tests.walk import state_of_the_house

MONTH = timedelta(days=30)


def refused(guard: str, deed: Callable[..., Any], *args: Any, **kwargs: Any) -> Refused:
    """The deed is refused by this guard, it is journaled, and nothing changed."""
    before, tried = state_of_the_house(), Refusal.objects.filter(guard=guard).count()
    with pytest.raises(Refused) as refusal:
        deed(*args, **kwargs)
    assert refusal.value.guard == guard, refusal.value.sentence
    assert Refusal.objects.filter(guard=guard).count() == tried + 1
    assert state_of_the_house() == before
    return refusal.value


# ---- G-BIA ---------------------------------------------------------------------------------------------------------------


@pytest.mark.guard("G-BIA", "fires", "passes")
@pytest.mark.parametrize(
    "changes, field",
    [
        ({"child_view": " "}, "child_view"),
        ({"child_view_by": ""}, "child_view_by"),
        ({"safety": ""}, "safety"),
        ({"options": [option(chosen=True)]}, "options"),
        ({"options": [option(), option("KIN_INF")]}, "options"),
        ({"options": [option(chosen=True), option("KIN_INF", chosen=True)]}, "options"),
        ({"second": None}, "second"),
    ],
)
def test_an_assessment_weighs_everything(
    amina: Colleague, carla: Colleague, noors_case: Case, changes: dict[str, Any], field: str
) -> None:
    case = at(noors_case, Case.State.BEST_INTEREST)
    said = weighed(second=carla.user)
    refusal = refused("G-BIA", actions.record_best_interest, amina.actor, case, **(said | changes))
    assert refusal.field == field
    actions.record_best_interest(amina.actor, case, **said)
    assert Case.objects.get(pk=case.pk).state == Case.State.GATEKEEPING


def test_two_workers_are_two_people(amina: Colleague, bruno: Colleague, noors_case: Case) -> None:
    case = at(noors_case, Case.State.BEST_INTEREST)
    refused("G-BIA", actions.record_best_interest, amina.actor, case, **weighed(second=amina.user))


def test_the_gate_waits_for_a_determination_that_is_required(dalia: Colleague, gate: Case) -> None:
    required = Requirement.objects.create(case=gate, trigger="against_parent", required_on=DAY)
    refused("G-BIA", actions.decide_alternative_care, dalia.actor, gate, **care(appeal_told_on=DAY))
    Requirement.objects.filter(pk=required.pk).update(met_on=DAY)
    assert actions.decide_alternative_care(dalia.actor, gate, **care(appeal_told_on=DAY)).pk


def test_nothing_is_decided_before_the_best_was_weighed(dalia: Colleague, gate: Case) -> None:
    Option.objects.all().delete()
    BestInterest.objects.all().delete()
    refused("G-BIA", actions.decide_alternative_care, dalia.actor, gate, **care())


@pytest.mark.parametrize("changes", [{"care_type": "ADOPT_PRE"}, {"abroad": True}])
def test_adoption_and_a_move_abroad_need_a_panel(dalia: Colleague, gate: Case, changes: dict[str, Any]) -> None:
    options = (option(chosen=True), option("ADOPT_PRE"))
    best(gate, *options)
    refused("G-BIA", actions.decide_alternative_care, dalia.actor, gate, **care(**changes))
    best(gate, *options, kind="determination")
    assert actions.decide_alternative_care(dalia.actor, gate, **care(**changes)).pk


@pytest.mark.parametrize("name", ["child_view", "child_view_weighed"])
def test_the_child_is_heard(dalia: Colleague, gate: Case, name: str) -> None:
    refusal = refused("G-BIA", actions.decide_alternative_care, dalia.actor, gate, **care(**{name: " "}))
    assert refusal.field == name


# ---- G-BIDPANEL ----------------------------------------------------------------------------------------------------------


@pytest.mark.guard("G-BIDPANEL", "fires", "passes")
@pytest.mark.parametrize(
    "members, words",
    [
        (panel()[:2], "at least 3"),
        ([*panel()[:2], {"name": " judge  LIM "}], "at least 3"),
        (panel({"name": "Ana", "conflict": "sister of the doctor"}), "Replace Ana"),
        (panel({"name": "amina haddad"}), "Replace Amina Haddad"),
    ],
)
def test_a_panel_is_large_enough_and_impartial(
    dalia: Colleague, noors_case: Case, members: list[dict[str, str]], words: str
) -> None:
    case = at(noors_case, Case.State.BEST_INTEREST)
    said = weighed(review_on=DAY + MONTH)
    refusal = refused("G-BIDPANEL", actions.record_determination, dalia.actor, case, panel=members, **said)
    assert words in str(refusal)
    row = actions.record_determination(dalia.actor, case, panel=panel({"name": "Ana"}), **said)
    assert [member.name for member in row.panel.all()] == ["Judge Lim", "Doctor Amir", "Teacher Sona", "Ana"]


# ---- G-NEC and G-POV -------------------------------------------------------------------------------------------------------

NEEDED: dict[str, Any] = {"tested_on": DAY, "grounds": ["VIOLENCE"], "needed": True, "conclusion": "Needed."}
TRIED = [{"what": "Counselling", "starts_on": date(2026, 1, 1), "ends_on": None, "result": "No change"}]
ASKED = [{"who": "Grandmother", "asked_on": DAY, "outcome": "Too ill"}]


@pytest.mark.guard("G-NEC", "fires", "passes")
def test_support_and_kin_come_first(amina: Colleague, noors_case: Case) -> None:
    test = actions.record_necessity
    assert refused("G-NEC", test, amina.actor, noors_case, **NEEDED, kin=ASKED).field == "supports"
    assert refused("G-NEC", test, amina.actor, noors_case, **NEEDED, supports=TRIED).field == "kin"
    nobody = [{**ASKED[0], "outcome": " "}]
    refused("G-NEC", test, amina.actor, noors_case, **NEEDED, supports=TRIED, kin=nobody)
    row = test(amina.actor, noors_case, **NEEDED, supports=TRIED, kin=ASKED)
    assert (row.supports.get().result, row.kin.get().outcome) == ("No change", "Too ill")


@pytest.mark.guard("G-NEC", "fires", "passes")
def test_an_emergency_in_words_is_enough(amina: Colleague, noors_case: Case) -> None:
    refused("G-NEC", actions.record_necessity, amina.actor, noors_case, **NEEDED, emergency=True)
    row = actions.record_necessity(amina.actor, noors_case, **NEEDED, emergency=True, emergency_words="Left alone.")
    assert (row.emergency, row.needed, row.poverty_only) == (True, True, False)


@pytest.mark.guard("G-POV", "fires", "passes")
def test_poverty_alone_is_no_ground(amina: Colleague, noors_case: Case) -> None:
    test = actions.record_necessity
    tried: dict[str, Any] = {"supports": TRIED, "kin": ASKED}
    poor = {**NEEDED, "grounds": ["LOW_INCOME", "POOR_HOUSING"]}
    refusal = refused("G-POV", test, amina.actor, noors_case, **poor, **tried)
    assert str(refusal) == "Poverty alone cannot justify care; choose family support."
    assert test(amina.actor, noors_case, **{**poor, "needed": False}).poverty_only
    assert not test(amina.actor, noors_case, **{**poor, "grounds": ["LOW_INCOME", "NEGLECT"]}, **tried).poverty_only


def test_care_needs_a_test_that_says_so(dalia: Colleague, gate: Case) -> None:
    found_needed(gate, needed=False, tested_on=DAY + timedelta(days=1))
    refused("G-NEC", actions.decide_alternative_care, dalia.actor, gate, **care())
    found_needed(gate, needed=True, tested_on=DAY + timedelta(days=2))
    refused("G-NEC", actions.decide_family_support, dalia.actor, gate, **decided())
    actions.decide_alternative_care(dalia.actor, gate, **care())
    assert Case.objects.get(pk=gate.pk).state == Case.State.PLANNING


def test_care_because_of_poverty_alone_is_refused(dalia: Colleague, gate: Case) -> None:
    found_needed(gate, needed=False, poverty_only=True, grounds=["LOW_INCOME"], tested_on=DAY + timedelta(days=1))
    refused("G-POV", actions.decide_alternative_care, dalia.actor, gate, **care())
    actions.decide_family_support(dalia.actor, gate, **decided())
    assert Case.objects.get(pk=gate.pk).state == Case.State.PLANNING


# ---- G-BIAFRESH and G-SUIT -------------------------------------------------------------------------------------------------


@pytest.mark.guard("G-BIAFRESH", "fires", "passes")
def test_what_was_weighed_long_ago_does_not_count(dalia: Colleague, gate: Case) -> None:
    late = DAY + timedelta(days=91)
    refused("G-BIAFRESH", actions.decide_alternative_care, dalia.actor, gate, **care(decided_on=late, starts_on=late))
    late = DAY + timedelta(days=90)
    assert actions.decide_alternative_care(dalia.actor, gate, **care(decided_on=late, starts_on=late)).pk


@pytest.mark.guard("G-SUIT", "fires", "passes")
@pytest.mark.parametrize(
    "options, legal",
    [
        ([option(chosen=True)], [option(chosen=True), option("KIN_INF")]),
        ([option("SGH", chosen=True), option("KIN_INF")], [option(chosen=True), option("SGH")]),
        ([option(licensed=False), option("KIN_INF")], [option(), option("KIN_INF", licensed=False)]),
    ],
)
def test_the_form_of_care_was_compared_and_may_be_used(
    dalia: Colleague, gate: Case, options: list[dict[str, Any]], legal: list[dict[str, Any]]
) -> None:
    best(gate, *options)
    refused("G-SUIT", actions.decide_alternative_care, dalia.actor, gate, **care())
    best(gate, *legal)
    assert actions.decide_alternative_care(dalia.actor, gate, **care()).pk


def test_a_residential_facility_comes_last(dalia: Colleague, gate: Case) -> None:
    res = option("RES", chosen=True)
    for options in ([res, option("SGH")], [res, option(tried=True), option("KIN_INF")]):
        best(gate, *options)
        refused("G-SUIT", actions.decide_alternative_care, dalia.actor, gate, **care(care_type="RES"))
    best(gate, res, option(tried=True), option("KIN_INF", tried=True))
    assert actions.decide_alternative_care(dalia.actor, gate, **care(care_type="RES")).pk


# ---- G-U3 ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def small(gate: Case) -> Case:
    """Noor at the gate, one day short of three, with a group home among the options."""
    birth = date(DAY.year - 3, DAY.month, DAY.day) + timedelta(days=1)
    Person.objects.filter(pk=gate.child_id).update(birth=birth.isoformat(), born_from=birth)
    best(gate, option("SGH", chosen=True), option(tried=True), option("KIN_INF", tried=True))
    return Case.objects.get(pk=gate.pk)


def test_nobody_under_three_lives_in_a_home_of_many(dalia: Colleague, small: Case) -> None:
    refused("G-U3", actions.decide_alternative_care, dalia.actor, small, **care(care_type="SGH"))
    assert actions.decide_alternative_care(dalia.actor, small, **care()).care_type == "FOSTER_ST"


def test_at_three_it_is_possible(dalia: Colleague, small: Case) -> None:
    day = DAY + timedelta(days=1)
    assert actions.decide_alternative_care(dalia.actor, small, **care(care_type="SGH", starts_on=day)).pk


def test_who_may_be_under_three_counts_as_small(dalia: Colleague, small: Case) -> None:
    Person.objects.filter(pk=small.child_id).update(birth="~2023", born_from=date(2023, 1, 1))
    refused("G-U3", actions.decide_alternative_care, dalia.actor, small, **care(care_type="SGH"))


@pytest.mark.guard("G-U3", "fires", "passes")
def test_the_exceptions_are_narrow(dalia: Colleague, small: Case) -> None:
    decide = actions.decide_alternative_care
    short = care(care_type="SGH", exception="short")
    refused("G-U3", decide, dalia.actor, small, **short)
    refused("G-U3", decide, dalia.actor, small, **short, return_on=DAY + timedelta(days=31))
    refused("G-U3", decide, dalia.actor, small, **care(care_type="SGH", exception="emergency"))
    refused("G-U3", decide, dalia.actor, small, **care(care_type="SGH", exception="sibling"))
    assert decide(dalia.actor, small, **short, return_on=DAY + timedelta(days=30)).exception == "short"


def test_an_emergency_that_is_recorded_is_an_exception(dalia: Colleague, small: Case) -> None:
    found_needed(small, emergency=True, emergency_words="Left in hospital", tested_on=DAY + timedelta(days=1))
    assert actions.decide_alternative_care(dalia.actor, small, **care(care_type="SGH", exception="emergency")).pk


def test_siblings_together_are_an_exception(amina: Colleague, dalia: Colleague, small: Case, village: Unit) -> None:
    sami = register(village, "Sami", "Saleh", born=born(9))
    open_case(sami, amina)
    kin(small.child, sami)
    row = actions.decide_alternative_care(
        dalia.actor, small, **care(care_type="SGH", exception="sibling", together=[sami])
    )
    assert row.together == [sami.code]


# ---- G-SIB -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def sami(village: Unit, amina: Colleague, gate: Case) -> Person:
    """Noor’s brother, whose own case is at work."""
    brother = register(village, "Sami", "Saleh", born=born(9))
    open_case(brother, amina)
    kin(gate.child, brother)
    return brother


@pytest.mark.guard("G-SIB", "fires", "passes")
def test_siblings_are_placed_together_or_it_is_said_why_not(dalia: Colleague, gate: Case, sami: Person) -> None:
    refusal = refused("G-SIB", actions.decide_alternative_care, dalia.actor, gate, **care())
    assert "Sami Saleh" in str(refusal)
    assert refusal.field == "together"
    assert actions.decide_alternative_care(dalia.actor, gate, **care(together=[sami])).together == [sami.code]


def apart(**changes: Any) -> dict[str, Any]:
    said = {"reason": "NEEDS", "words": "She needs a clinic.", "decided_by": "Panel", "contact": "Every Sunday"}
    return {**said, "decided_on": DAY, "review_on": add_months(DAY, 3), **changes}


def test_a_separation_answers_for_it_until_it_ends(dalia: Colleague, gate: Case, sami: Person) -> None:
    row = actions.separate_siblings(dalia.actor, sami, sibling=gate.child, **apart())
    ended = actions.end_separation(dalia.actor, row, ended_on=DAY)
    refused("G-SIB", actions.decide_alternative_care, dalia.actor, gate, **care())
    Separation.objects.filter(pk=ended.pk).update(ended_on=None)
    assert actions.decide_alternative_care(dalia.actor, gate, **care()).pk


def test_a_sibling_at_home_need_not_be_thought_of(dalia: Colleague, gate: Case, sami: Person) -> None:
    decision(Case.objects.get(child=sami), kind="family_support", care_type="")
    assert actions.decide_alternative_care(dalia.actor, gate, **care()).pk


def test_only_siblings_are_placed_together(dalia: Colleague, gate: Case, village: Unit) -> None:
    stranger = register(village, "Leo", "Other", born=born(9))
    refused("G-SIB", actions.decide_alternative_care, dalia.actor, gate, **care(together=[stranger]))


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"review_on": add_months(DAY, 3) + timedelta(days=1)}, "review_on"),
        ({"review_on": DAY}, "review_on"),
        ({"contact": " "}, "contact"),
        ({"words": ""}, "words"),
        ({"decided_by": ""}, "decided_by"),
    ],
)
def test_a_separation_says_all_that_it_must(
    dalia: Colleague, gate: Case, sami: Person, changes: dict[str, Any], field: str
) -> None:
    separate = actions.separate_siblings
    refusal = refused("G-SIB", separate, dalia.actor, gate.child, sibling=sami, **apart(**changes))
    assert refusal.field == field
    row = separate(dalia.actor, gate.child, sibling=sami, **apart())
    assert (row.child_id, row.sibling_id) == tuple(sorted((gate.child_id, sami.pk)))


def test_only_siblings_are_separated(dalia: Colleague, gate: Case, village: Unit) -> None:
    stranger = register(village, "Leo", "Other", born=born(9))
    refused("G-SIB", actions.separate_siblings, dalia.actor, gate.child, sibling=stranger, **apart())


# ---- G-EMER-ADOPT and G-XBORDER ------------------------------------------------------------------------------------------------


@pytest.mark.guard("G-EMER-ADOPT", "fires", "passes")
@pytest.mark.parametrize("care_type", ["ADOPT_PRE", "KAFALAH"])
def test_nothing_for_good_in_an_emergency(dalia: Colleague, for_good: Case, flood: Emergency, care_type: str) -> None:
    decide, said = actions.decide_alternative_care, care(care_type=care_type)
    refused("G-EMER-ADOPT", decide, dalia.actor, for_good, **said)
    Emergency.objects.update(ended_on=DAY)
    assert decide(dalia.actor, for_good, **said).pk


@pytest.mark.guard("G-EMER-ADOPT", "fires", "passes")
def test_nothing_for_good_while_the_family_is_looked_for(dalia: Colleague, for_good: Case) -> None:
    decide, said = actions.decide_alternative_care, care(care_type="ADOPT_PRE")
    Tracing.objects.create(case=for_good, looks_for="Mother", opened_on=DAY)
    refused("G-EMER-ADOPT", decide, dalia.actor, for_good, **said)
    Tracing.objects.update(ended_on=DAY, outcome="exhausted")
    assert decide(dalia.actor, for_good, **said).pk


def test_a_foster_family_is_possible_in_an_emergency(dalia: Colleague, for_good: Case, flood: Emergency) -> None:
    assert actions.decide_alternative_care(dalia.actor, for_good, **care()).pk


@pytest.mark.guard("G-XBORDER", "fires", "passes")
def test_nobody_crosses_a_border_in_an_emergency(dalia: Colleague, for_good: Case, flood: Emergency) -> None:
    decide, reason = actions.decide_alternative_care, {"abroad": True, "abroad_reason": "Surgery"}
    back = {"return_on": DAY + MONTH}
    refused("G-XBORDER", decide, dalia.actor, for_good, **care(**{**reason, "abroad_reason": " "}, **back))
    refused("G-XBORDER", decide, dalia.actor, for_good, **care(**reason))
    assert decide(dalia.actor, for_good, **care(**reason, **back)).abroad


def test_without_an_emergency_a_border_is_a_matter_of_the_panel(dalia: Colleague, for_good: Case) -> None:
    assert actions.decide_alternative_care(dalia.actor, for_good, **care(abroad=True)).abroad


# ---- G-CONSENT, G-APPEAL, G-TIME -----------------------------------------------------------------------------------------------


@pytest.mark.guard("G-CONSENT", "fires", "passes")
def test_from_ten_the_child_agrees_in_person(dalia: Colleague, gate: Case) -> None:
    decide = actions.decide_alternative_care
    Person.objects.filter(pk=gate.child_id).update(birth="2016-04-02", born_from=date(2016, 4, 2))
    refused("G-CONSENT", decide, dalia.actor, gate, **care())
    agree(gate.child)
    assert decide(dalia.actor, gate, **care()).pk


def test_the_day_before_ten_nobody_asks(dalia: Colleague, gate: Case) -> None:
    Person.objects.filter(pk=gate.child_id).update(birth="2016-04-04", born_from=date(2016, 4, 4))
    assert actions.decide_alternative_care(dalia.actor, gate, **care()).pk


@pytest.mark.parametrize("changes", [{"decided_by": "authority"}, {"dissent": "The mother"}])
def test_an_appeal_is_explained(dalia: Colleague, gate: Case, changes: dict[str, Any]) -> None:
    refused("G-APPEAL", actions.decide_alternative_care, dalia.actor, gate, **care(**changes))
    assert actions.decide_alternative_care(dalia.actor, gate, **care(**changes, appeal_told_on=DAY)).pk


@pytest.mark.parametrize("care_type, days", [("FOSTER_EMG", 30), ("TRANSIT", 14)])
def test_emergency_and_transit_care_end(dalia: Colleague, gate: Case, care_type: str, days: int) -> None:
    best(gate, option(care_type, chosen=True), option("KIN_INF"))
    decide, last = actions.decide_alternative_care, DAY + timedelta(days=days)
    refused("G-TIME", decide, dalia.actor, gate, **care(care_type=care_type))
    refused("G-TIME", decide, dalia.actor, gate, **care(care_type=care_type, ends_on=last + timedelta(days=1)))
    assert decide(dalia.actor, gate, **care(care_type=care_type, ends_on=last)).ends_on == last


# ---- G-EMERGENCY -----------------------------------------------------------------------------------------------------------------


def urgent(**changes: Any) -> dict[str, Any]:
    said = {"care_type": "FOSTER_EMG", "decided_on": DAY, "decided_by": "director", "authority": "Dario Rossi"}
    return {**said, "reasons": "Beaten tonight.", **changes}


@pytest.mark.guard("G-EMERGENCY", "fires", "passes")
@pytest.mark.parametrize(
    "changes, field",
    [
        ({"authority": " "}, "authority"),
        ({"decided_by": "panel"}, "decided_by"),
        ({"reasons": ""}, "reasons"),
        ({"care_type": "FOSTER_LT"}, "care_type"),
        ({"care_type": "RES"}, "care_type"),
    ],
)
def test_an_emergency_has_a_name_and_a_form_that_fits(
    dario: Colleague, noors_case: Case, changes: dict[str, Any], field: str
) -> None:
    refusal = refused("G-EMERGENCY", actions.authorise_emergency, dario.actor, noors_case, **urgent(**changes))
    assert refusal.field == field
    row = actions.authorise_emergency(dario.actor, noors_case, **urgent())
    assert (row.kind, row.starts_on, row.ends_on) == ("emergency", DAY, DAY + timedelta(days=30))
    assert Case.objects.get(pk=noors_case.pk).state == Case.State.ACTIVE


def test_a_supervisor_records_the_order_of_an_authority(dalia: Colleague, noors_case: Case) -> None:
    authorise = actions.authorise_emergency
    refused("G-EMERGENCY", authorise, dalia.actor, noors_case, **urgent())
    court = urgent(decided_by="authority", authority="Judge Lim", appeal_told_on=DAY, care_type="TRANSIT")
    assert authorise(dalia.actor, noors_case, **court).ends_on == DAY + timedelta(days=14)


def test_an_infant_goes_to_a_family_or_for_days_to_a_shelter(dario: Colleague, noors_case: Case) -> None:
    Person.objects.filter(pk=noors_case.child_id).update(birth="2026-03-30", born_from=date(2026, 3, 30))
    refused("G-U3", actions.authorise_emergency, dario.actor, noors_case, **urgent(care_type="RES"))
    assert actions.authorise_emergency(dario.actor, noors_case, **urgent(care_type="TRANSIT")).pk


def test_a_second_emergency_waits_for_the_weighing_of_the_first(
    dario: Colleague, amina: Colleague, carla: Colleague, noors_case: Case
) -> None:
    actions.authorise_emergency(dario.actor, noors_case, **urgent())
    refused("G-EMERGENCY", actions.authorise_emergency, dario.actor, noors_case, **urgent())
    actions.record_best_interest(amina.actor, noors_case, **weighed(second=carla.user, afterwards=True))
    assert actions.authorise_emergency(dario.actor, noors_case, **urgent()).pk


def test_within_the_72_hours_a_second_emergency_is_possible(dario: Colleague, noors_case: Case) -> None:
    day = dario.actor.today - timedelta(days=3)
    actions.authorise_emergency(dario.actor, noors_case, **urgent(decided_on=day))
    assert actions.authorise_emergency(dario.actor, noors_case, **urgent(decided_on=dario.actor.today)).pk
    assert Decision.objects.count() == 2
