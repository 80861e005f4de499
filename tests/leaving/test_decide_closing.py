"""A review decides that the work comes to its end: what each way of leaving must show, and what stands in the way."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen
from kinkeeper.cases.actions import close_case
from kinkeeper.cases.models import Case, Contact
from kinkeeper.decisions.models import BestInterest
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.leaving import actions, queries
from kinkeeper.leaving.models import Closing
from kinkeeper.lib.objections import objects_to
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import LegalStatus, Person
from kinkeeper.placements.models import Absence, Episode, PeriodOfCare, Placement
from kinkeeper.plans.models import Goal, Plan
from tests.conftest import Colleague
from tests.leaving.conftest import RETURN, TODAY, assess, on, weigh
from tests.walk import state_of_the_house


def decide(colleague: Colleague, case: Case, **changes: Any) -> Closing:
    return actions.decide_closing(colleague.actor, case, **(RETURN | changes))


def refused(colleague: Colleague, case: Case, **changes: Any) -> Refused:
    """The refusal, after which nothing has changed."""
    before = state_of_the_house()
    with pytest.raises(Refused) as refusal:
        decide(colleague, case, **changes)
    assert state_of_the_house() == before
    return refusal.value


def in_care(child: Person, home: Home, since: date) -> PeriodOfCare:
    period = PeriodOfCare.objects.create(child=child, started_on=since, need="NEGLECT")
    stay = Placement.objects.create(period=period, home=home, care_type="FOSTER_ST")
    status = LegalStatus.objects.create(person=child, status="VOLUNTARY", starts_on=since)
    Episode.objects.create(period=period, started_on=since, reason="S", placement=stay, legal_status=status)
    return period


def test_a_return_is_decided(dalia: Colleague, reviewed: Case) -> None:
    told = decide(dalia, reviewed)
    stored = Closing.objects.get()
    assert (stored.exit, stored.decided_on, stored.safety_plan, stored.by) == (
        "reunified", TODAY, "Noor calls her aunt.", dalia.user,
    )  # fmt: skip
    assert stored.best_interest == BestInterest.objects.get()
    assert Case.objects.get(pk=reviewed.pk).state == Case.State.CLOSING
    assert queries.closing_of(dalia.actor, told.case) == stored
    entry = Entry.objects.get(act="leaving.decide_closing")
    assert (entry.subject_code, entry.facts) == (
        told.code, {"subject": reviewed.code, "decided_on": TODAY.isoformat()},
    )  # fmt: skip


@pytest.mark.parametrize("state", [Case.State.ACTIVE, Case.State.PLANNING, Case.State.AFTERCARE])
def test_only_a_review_decides_it(dalia: Colleague, reviewed: Case, state: str) -> None:
    Case.objects.filter(pk=reviewed.pk).update(state=state)
    reviewed.refresh_from_db()
    assert refused(dalia, reviewed).guard == "G-STEP"


def test_the_worker_asks_the_supervisor(amina: Colleague, bruno: Colleague, reviewed: Case) -> None:
    refusal = refused(amina, reviewed)
    assert (refusal.guard, "supervisor" in str(refusal)) == ("G-MAY", True)
    with pytest.raises(Unseen):
        decide(bruno, reviewed)


@pytest.mark.parametrize(
    "field, guard",
    [
        ("reasons", "G-REASON"), ("child_view", "G-CLOSE"), ("causes_resolved", "G-CLOSE"),
        ("safety_plan", "G-CLOSE"), ("aftercare_plan", "G-CLOSE"),
    ],
)  # fmt: skip
def test_a_return_says_everything(dalia: Colleague, reviewed: Case, field: str, guard: str) -> None:
    refusal = refused(dalia, reviewed, **{field: " "})
    assert (refusal.guard, refusal.field) == (guard, field)


@pytest.mark.guard("G-BIAFRESH", "fires", "passes")
@pytest.mark.parametrize("days, fits", [(90, True), (91, False)])
def test_the_best_interest_assessment_is_fresh(dalia: Colleague, reviewed: Case, days: int, fits: bool) -> None:
    BestInterest.objects.update(done_on=TODAY - timedelta(days=days))
    if fits:
        assert decide(dalia, reviewed).best_interest is not None
    else:
        refusal = refused(dalia, reviewed)
        assert (refusal.guard, refusal.field) == ("G-BIAFRESH", "exit")
        assert "90 days" in str(refusal)


def test_one_that_comes_later_does_not_count(dalia: Colleague, reviewed: Case) -> None:
    assert refused(dalia, reviewed, decided_on=TODAY - timedelta(days=1)).guard == "G-BIAFRESH"


def test_a_family_may_withdraw_without_one(dalia: Colleague, volkovas: list[Case]) -> None:
    case = volkovas[0]
    assert decide(dalia, case, exit="withdrew").best_interest is None
    assert refused(dalia, volkovas[1], exit="passed_on").guard == "G-BIAFRESH"


@pytest.mark.guard("G-CLOSE", "fires", "passes")
def test_a_missing_child_is_looked_for(dalia: Colleague, reviewed: Case) -> None:
    away = Absence.objects.create(child=reviewed.child, kind=Absence.Kind.MISSING, started_on=date(2024, 6, 1))
    assert refused(dalia, reviewed).guard == "G-CLOSE"
    assert Refusal.objects.get().guard == "G-CLOSE"
    Absence.objects.filter(pk=away.pk).update(ended_on=date(2024, 6, 3))
    assert decide(dalia, reviewed).exit == "reunified"


def test_nor_is_a_case_closed_early_while_the_child_is_missing(dalia: Colleague, noors_case: Case) -> None:
    Case.objects.filter(pk=noors_case.pk).update(state=Case.State.INTAKE)
    case = Case.objects.get(pk=noors_case.pk)
    Absence.objects.create(child=case.child, kind=Absence.Kind.MISSING, started_on=date(2024, 6, 1))
    before = state_of_the_house()
    with pytest.raises(Refused, match="Nobody stops looking") as refusal:
        close_case(dalia.actor, case, closed_on=TODAY, close_reason="moved")
    assert (refusal.value.guard, state_of_the_house()) == ("G-CLOSE", before)
    Absence.objects.update(kind=Absence.Kind.SCHOOL)
    assert close_case(dalia.actor, case, closed_on=TODAY, close_reason="moved").state == "closed"


def test_a_child_at_boarding_school_is_not_missing(dalia: Colleague, reviewed: Case) -> None:
    Absence.objects.create(child=reviewed.child, kind=Absence.Kind.SCHOOL, started_on=date(2024, 6, 1))
    assert decide(dalia, reviewed).exit == "reunified"


@pytest.mark.guard("G-CLOSE", "fires", "passes")
@pytest.mark.parametrize(
    "state, high_risk, fits",
    [("open", True, False), ("partly", True, False), ("reached", True, True), ("open", False, True)],
)
def test_a_goal_of_safety_is_reached_first(
    dalia: Colleague, reviewed: Case, state: str, high_risk: bool, fits: bool
) -> None:
    plan = Plan.objects.create(
        case=reviewed, state="approved", drafted_on=TODAY, approved_on=TODAY, review_on=TODAY, drafted_by=dalia.user
    )
    Goal.objects.create(plan=plan, domain="PROTECTION", words="Safe", high_risk=high_risk, state=state, target_on=TODAY)
    if fits:
        assert decide(dalia, reviewed).exit == "reunified"
    else:
        assert refused(dalia, reviewed).guard == "G-CLOSE"


def test_an_upper_room_can_object(dalia: Colleague, reviewed: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    from kinkeeper.lib import objections

    monkeypatch.setattr(objections, "_objections", dict(objections._objections))
    objects_to("decide_closing")(lambda case: "A concern about this child is open.")
    assert (refused(dalia, reviewed).guard, str(refused(dalia, reviewed))) == (
        "G-CLOSE", "A concern about this child is open.",
    )  # fmt: skip


def test_care_ends_before_the_work_ends_elsewhere(dalia: Colleague, reviewed: Case, okafors: Home) -> None:
    in_care(reviewed.child, okafors, date(2024, 5, 6))
    refusal = refused(dalia, reviewed, exit="moved")
    assert (refusal.guard, refusal.field) == ("G-CLOSE", "exit")
    assert decide(dalia, reviewed).exit == "reunified"


def test_an_order_is_ended_by_name(dalia: Colleague, reviewed: Case) -> None:
    LegalStatus.objects.create(person=reviewed.child, status="FULL_CARE_ORDER", starts_on=date(2024, 5, 6))
    refusal = refused(dalia, reviewed)
    assert (refusal.guard, refusal.field) == ("G-CLOSE", "order_ended_by")
    assert decide(dalia, reviewed, order_ended_by="District court").order_ended_by == "District court"


def test_a_voluntary_agreement_is_no_order(dalia: Colleague, reviewed: Case) -> None:
    LegalStatus.objects.create(person=reviewed.child, status="VOLUNTARY", starts_on=date(2024, 5, 6))
    assert decide(dalia, reviewed).order_ended_by == ""
    assert Closing.objects.count() == 1


@pytest.mark.parametrize("ending", ["kin", "adopted", "kafalah"])
def test_an_order_to_others_is_given_by_name(dalia: Colleague, reviewed: Case, ending: str) -> None:
    assert refused(dalia, reviewed, exit=ending).field == "order_ended_by"
    assert decide(dalia, reviewed, exit=ending, order_ended_by="Family court").exit == ending


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"readiness": None}, "G-CLOSE", "readiness"),
        ({"readiness": 101}, "G-CLOSE", "readiness"),
        ({"readiness": 62}, "G-CLOSE", "readiness_override"),
        ({"readiness": 62, "readiness_override": "A mentor stays."}, "", ""),
        ({"readiness": 100}, "", ""),
    ],
)
def test_a_young_person_is_ready_or_it_is_said_why(
    dalia: Colleague, jasurs_case: Case, changes: dict[str, Any], guard: str, field: str
) -> None:
    weigh(jasurs_case)
    Case.objects.filter(pk=jasurs_case.pk).update(state=Case.State.REVIEW)
    jasurs_case.refresh_from_db()
    if guard:
        refusal = refused(dalia, jasurs_case, exit="independent", **changes)
        assert (refusal.guard, refusal.field) == (guard, field)
    else:
        assert decide(dalia, jasurs_case, exit="independent", **changes).readiness == changes["readiness"]


def test_a_small_child_does_not_live_alone(dalia: Colleague, reviewed: Case) -> None:
    assert refused(dalia, reviewed, exit="independent", readiness=100).guard == "G-AGE"
    assert refused(dalia, reviewed, exit="of_age", readiness=100).guard == "G-AGE"


def test_majority_without_readiness_needs_a_word(dalia: Colleague, jasurs_case: Case) -> None:
    weigh(jasurs_case)
    Case.objects.filter(pk=jasurs_case.pk).update(state=Case.State.REVIEW)
    jasurs_case.refresh_from_db()
    assert refused(dalia, jasurs_case, exit="of_age").field == "readiness_override"
    assert decide(dalia, jasurs_case, exit="of_age", readiness_override="He asked for it.").readiness is None


@pytest.mark.parametrize("ways, fits", [("call call visit", True), ("call call call", False), ("call visit", False)])
def test_contact_is_lost_after_three_attempts_by_two_ways(
    dalia: Colleague, reviewed: Case, ways: str, fits: bool
) -> None:
    Contact.objects.create(case=reviewed, kind="visit", happened_on=date(2024, 5, 1), seen="alone")
    for way in ways.split():
        Contact.objects.create(case=reviewed, kind=way, happened_on=date(2024, 6, 1), seen="not_seen")
    if fits:
        assert decide(dalia, reviewed, exit="lost").exit == "lost"
    else:
        assert (refused(dalia, reviewed, exit="lost").guard, Closing.objects.count()) == ("G-CLOSE", 0)


def test_attempts_before_the_last_contact_do_not_count(dalia: Colleague, reviewed: Case) -> None:
    for way in ("call", "call", "visit"):
        Contact.objects.create(case=reviewed, kind=way, happened_on=date(2024, 6, 1), seen="not_seen")
    Contact.objects.create(case=reviewed, kind="visit", happened_on=date(2024, 6, 9), seen="alone")
    assert refused(dalia, reviewed, exit="lost").guard == "G-CLOSE"


@pytest.mark.parametrize("ending", ["died", "mistake", "duplicate", "self_reliant", "nonsense"])
def test_other_endings_have_deeds_of_their_own(dalia: Colleague, reviewed: Case, ending: str) -> None:
    refusal = refused(dalia, reviewed, exit=ending)
    assert (refusal.guard, refusal.field) == ("G-CODE", "exit")


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(2020, 1, 1)])
def test_the_day_lies_in_the_case(dalia: Colleague, reviewed: Case, day: date) -> None:
    assert (refused(dalia, reviewed, decided_on=day).guard) == "G-TIME"


# ---- a family stands on its own feet (scenario 1) --------------------------------------------------------------------

JULY, NOVEMBER = date(2026, 7, 30), date(2026, 11, 5)
LEAVING: dict[str, Any] = {"exit": "self_reliant", "reasons": "They manage.", "child_view": "It is warm now."}


@pytest.mark.guard("G-EXIT", "fires", "passes")
def test_a_family_leaves_after_two_good_assessments(dalia: Colleague, volkovas: list[Case]) -> None:
    dasha, kirill, sonya = volkovas
    for case in volkovas:
        assess(case, JULY)
    early = on(dalia.actor, date(2026, 7, 31))
    with pytest.raises(Refused, match="Only one assessment of Dasha Volkova is good") as refusal:
        actions.decide_closing(early, dasha, decided_on=date(2026, 7, 31), also=[kirill, sonya], **LEAVING)
    assert (refusal.value.guard, refusal.value.field, Closing.objects.count()) == ("G-EXIT", "exit", 0)
    assert "30 October 2026" in str(refusal.value)
    for case in volkovas:
        assess(case, NOVEMBER)
    late = on(dalia.actor, date(2026, 11, 6))
    actions.decide_closing(late, dasha, decided_on=date(2026, 11, 6), also=[kirill, sonya], **LEAVING)
    assert Closing.objects.filter(exit="self_reliant").count() == 3
    assert {case.state for case in Case.objects.filter(family=dasha.family)} == {Case.State.CLOSING}
    assert Entry.objects.filter(act="leaving.decide_closing").count() == 3


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"rating": 3}, "does not do well"),
        ({"income_covers_basics": False}, "income"),
        ({"income_covers_basics": None}, "income"),
        ({"caregiver_able": False}, "carers"),
        ({}, ""),
    ],
)
def test_every_child_of_the_family_does_well(
    dalia: Colleague, volkovas: list[Case], changes: dict[str, Any], words: str
) -> None:
    for case in volkovas:
        assess(case, JULY)
    for case in volkovas[:2]:
        assess(case, NOVEMBER)
    assess(volkovas[2], NOVEMBER, **changes)
    lacks = queries.what_a_family_lacks(dalia.actor, volkovas[0], NOVEMBER)
    assert (words in " ".join(lacks), bool(lacks)) == (True, bool(words))


def test_a_domain_that_is_not_critical_may_be_poor(dalia: Colleague, volkovas: list[Case]) -> None:
    for case in volkovas:
        assess(case, JULY)
        assess(case, NOVEMBER).findings.create(domain="LIVELIHOOD", rating=4)
    assert queries.what_a_family_lacks(dalia.actor, volkovas[0], NOVEMBER) == []


def test_a_domain_that_was_not_rated_is_not_known_to_be_well(dalia: Colleague, volkovas: list[Case]) -> None:
    for case in volkovas:
        assess(case, JULY)
        assess(case, NOVEMBER).findings.filter(domain="FOOD").delete()
    assert len(queries.what_a_family_lacks(dalia.actor, volkovas[0], NOVEMBER)) == 3


@pytest.mark.parametrize("between, fits", [(date(2026, 8, 5), True), (date(2026, 8, 6), False)])
def test_the_assessments_lie_three_months_apart(
    dalia: Colleague, volkovas: list[Case], between: date, fits: bool
) -> None:
    for case in volkovas:
        assess(case, between)
        assess(case, NOVEMBER)
    assert (queries.what_a_family_lacks(dalia.actor, volkovas[0], NOVEMBER) == []) is fits


def test_no_child_left_the_family_unexplained(dalia: Colleague, volkovas: list[Case], okafors: Home) -> None:
    for case in volkovas:
        assess(case, JULY)
        assess(case, NOVEMBER)
    gone = in_care(volkovas[1].child, okafors, date(2026, 3, 1))
    assert queries.what_a_family_lacks(dalia.actor, volkovas[0], NOVEMBER) == []
    PeriodOfCare.objects.filter(pk=gone.pk).update(need="")
    assert queries.what_a_family_lacks(dalia.actor, volkovas[0], NOVEMBER) == [
        "Kirill Volkova has left the family, and nobody recorded why."
    ]


def test_only_the_family_leaves_together(dalia: Colleague, reviewed: Case, volkovas: list[Case]) -> None:
    refusal = refused(dalia, volkovas[0], exit="withdrew", also=[reviewed])
    assert (refusal.guard, refusal.field) == ("G-STEP", "also")


# ---- the page --------------------------------------------------------------------------------------------------------


@pytest.mark.guard("G-CLOSE", "answers_409")
def test_the_page_decides_or_says_why_not(dalia: Colleague, amina: Colleague, reviewed: Case) -> None:
    address, browser = reverse("decide_closing", args=[reviewed.code]), dalia.browser
    assert "Ask your supervisor" in amina.browser.get(address).content.decode()
    assert "still counts" in browser.get(address).content.decode()
    typed = {"version": reviewed.version, **RETURN, "decided_on": TODAY.isoformat(), "safety_plan": ""}
    before = state_of_the_house()
    answer = browser.post(address, typed)
    assert (answer.status_code, "Rule: G-CLOSE" in answer.content.decode()) == (409, True)
    assert state_of_the_house() == before
    done = browser.post(address, {**typed, "safety_plan": "Call the aunt."})
    assert (done.status_code, done["Location"]) == (302, reviewed.get_absolute_url())
    assert Closing.objects.get().safety_plan == "Call the aunt."


def test_the_page_of_a_family_says_what_is_lacking(dalia: Colleague, volkovas: list[Case]) -> None:
    page = dalia.browser.get(reverse("decide_closing", args=[volkovas[0].code])).content.decode()
    assert "Dasha Volkova has not been assessed yet." in page
    assert "Kirill Volkova" in page
    typed = {"version": 1, "exit": "withdrew", "decided_on": TODAY.isoformat(), "reasons": "x", "child_view": "y"}
    address = reverse("decide_closing", args=[volkovas[0].code])
    assert dalia.browser.post(address, {**typed, "also": [volkovas[1].code]}).status_code == 302
    assert Closing.objects.count() == 2


def test_a_family_is_not_asked_what_only_leaving_care_asks(
    dalia: Colleague, volkovas: list[Case], reviewed: Case
) -> None:
    of_care = dalia.browser.get(reverse("decide_closing", args=[reviewed.code])).content.decode()
    of_family = dalia.browser.get(reverse("decide_closing", args=[volkovas[0].code])).content.decode()
    for name in ("safety_plan", "causes_resolved", "readiness", "aftercare_plan"):
        assert (f'name="{name}"' in of_care, f'name="{name}"' in of_family) == (True, False)
    assert "No best-interest procedure is recent enough" not in of_family
