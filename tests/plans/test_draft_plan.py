"""A plan is drafted at planning or at work, once, for a child or for a whole family; a draft is written goal by goal."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Family, Membership
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.money import Money
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from kinkeeper.plans import actions, queries
from kinkeeper.plans.models import Goal, GoalAction, Plan, PlannedContact
from tests.conftest import Colleague, open_case, register
from tests.plans.conftest import SOON, TODAY, add_goal, approve, at, complete


@pytest.fixture
def salehs(noor: Person, village: Unit) -> Family:
    """The family of Noor."""
    family = Family.objects.create(unit=village, name="Saleh")
    Membership.objects.create(family=family, person=noor)
    return family


def test_a_draft_begins(amina: Colleague, planning: Case) -> None:
    plan = actions.draft_plan(amina.actor, planning)
    stored = Plan.objects.get()
    assert (stored.case, stored.kind, stored.number, stored.state) == (planning, "child", 1, "draft")
    assert (stored.drafted_on, stored.drafted_by) == (TODAY, amina.user)
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code, entry.facts) == ("plans.draft_plan", plan.code, {"subject": planning.code})


def test_a_plan_waits_for_the_decision(amina: Colleague, noors_case: Case) -> None:
    case = at(noors_case, Case.State.GATEKEEPING)
    with pytest.raises(Refused, match="decided what this child needs") as refused:
        actions.draft_plan(amina.actor, case)
    assert (refused.value.guard, Plan.objects.count()) == ("G-STEP", 0)
    answer = amina.browser.post(f"/cases/{case.code}/draft-plan/", {"version": case.version, "kind": "child"})
    assert (answer.status_code, Plan.objects.count()) == (409, 0)
    assert "G-STEP" in answer.content.decode()
    assert Refusal.objects.filter(act="plans.draft_plan", guard="G-STEP").count() == 2


def test_one_draft_at_a_time(amina: Colleague, draft: Plan) -> None:
    with pytest.raises(Refused, match="Go on with it") as refused:
        actions.draft_plan(amina.actor, Case.objects.get(pk=draft.case_id))
    assert (refused.value.guard, Plan.objects.count()) == ("G-PLAN", 1)


def test_a_plan_in_force_has_versions_only(amina: Colleague, in_force: Plan) -> None:
    with pytest.raises(Refused, match="Draft its next version"):
        actions.draft_plan(amina.actor, Case.objects.get(pk=in_force.case_id))


def test_strangers_find_no_case(bruno: Colleague, planning: Case) -> None:
    with pytest.raises(Unseen):
        actions.draft_plan(bruno.actor, planning)
    assert bruno.browser.get(f"/cases/{planning.code}/draft-plan/").status_code == 404
    assert Plan.objects.count() == 0


def test_a_family_must_be_known(amina: Colleague, planning: Case) -> None:
    with pytest.raises(Refused, match="Record the family") as refused:
        actions.draft_plan(amina.actor, planning, kind=Plan.Kind.FAMILY)
    assert (refused.value.guard, refused.value.field) == ("G-PLAN", "kind")


def test_a_plan_of_the_family_holds_for_each_of_its_children(
    amina: Colleague, dalia: Colleague, planning: Case, salehs: Family, village: Unit
) -> None:
    sami, tara, far = (register(village, name, "Saleh") for name in ("Sami", "Tara", "Far"))
    for child in (sami, tara, far):
        Membership.objects.create(family=salehs, person=child)
    cases = [open_case(sami, amina, state="planning"), open_case(tara, amina), open_case(far, amina, state="intake")]
    plan = actions.draft_plan(amina.actor, planning, kind=Plan.Kind.FAMILY)
    with pytest.raises(Refused, match="family has a plan already"):
        actions.draft_plan(amina.actor, cases[0], kind=Plan.Kind.FAMILY)
    approve(dalia, complete(amina, plan))
    states = [Case.objects.get(pk=case.pk).state for case in (planning, *cases)]
    assert states == ["active", "active", "active", "intake"]
    held = [queries.plan_in_force(amina.actor, case) for case in (planning, *cases[:2])]
    assert held == [plan] * 3
    assert list(queries.goals_open(amina.actor, cases[1])) == list(Goal.objects.all())
    assert "Sami Saleh" in amina.browser.get(f"/plans/{plan.code}/").content.decode()


def test_the_worker_of_a_brother_reads_the_plan_of_the_family(
    amina: Colleague, planning: Case, salehs: Family, village: Unit
) -> None:
    from kinkeeper.access.models import Role
    from tests.conftest import hire

    carl = hire("Carl Colleague", (Role.CASEWORKER, village))
    sami = register(village, "Sami", "Saleh")
    Membership.objects.create(family=salehs, person=sami)
    own = actions.draft_plan(amina.actor, planning)
    assert not queries.plans(carl.actor).exists()
    actions.drop_plan(amina.actor, own)
    plan = actions.draft_plan(amina.actor, Case.objects.get(pk=planning.pk), kind=Plan.Kind.FAMILY)
    assert not queries.plans(carl.actor).exists()
    open_case(sami, carl)
    assert list(queries.plans(carl.actor)) == [plan]
    with pytest.raises(Refused, match="Only the worker of this case"):
        actions.drop_plan(carl.actor, plan)


# ---- what a draft holds ----------------------------------------------------------------------------------------------


def test_a_draft_is_described(amina: Colleague, draft: Plan) -> None:
    words = {"about_me": " I like water. ", "child_consulted": "Drawing", "parent_consulted": "Phone"}
    actions.describe_plan(amina.actor, draft, **words, permanency="REUNIFY", review_on=SOON)
    stored = Plan.objects.get()
    assert (stored.about_me, stored.permanency, stored.review_on) == ("I like water.", "REUNIFY", SOON)
    entry = Entry.objects.get(act="plans.describe_plan")
    assert entry.facts == {"review_on": SOON.isoformat()}


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"review_on": TODAY}, "G-PLAN", "review_on"),
        ({"review_on": TODAY + timedelta(days=200)}, "G-PLAN", "review_on"),
        ({"permanency": "MOON"}, "G-CODE", "permanency"),
    ],
)
def test_a_description_that_cannot_be(
    amina: Colleague, draft: Plan, changes: dict[str, Any], guard: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        actions.describe_plan(amina.actor, draft, about_me="x", **changes)
    assert (refused.value.guard, refused.value.field, Plan.objects.get().about_me) == (guard, field, "")


def test_a_goal_is_added_changed_and_taken_out(amina: Colleague, draft: Plan) -> None:
    goal = add_goal(amina, draft, high_risk=True, baseline=" Cannot swim ")
    assert (goal.domain, goal.words, goal.baseline, goal.high_risk) == ("PLAY", "I want to swim.", "Cannot swim", True)
    actions.change_goal(amina.actor, goal, domain="HEALTH", words="Healthy teeth", target_on=SOON)
    goal = Goal.objects.get()
    assert (goal.domain, goal.words, goal.high_risk, goal.baseline) == ("HEALTH", "Healthy teeth", False, "")
    actions.drop_goal(amina.actor, goal)
    assert (Goal.objects.count(), GoalAction.objects.count()) == (0, 0)
    assert Entry.objects.get(act="plans.drop_goal").subject_code == draft.code


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"domain": "MOON"}, "G-CODE", "domain"),
        ({"words": " "}, "G-PLAN", "words"),
        ({"target_on": TODAY}, "G-PLAN", "target_on"),
    ],
)
def test_a_goal_that_cannot_be(amina: Colleague, draft: Plan, changes: dict[str, Any], guard: str, field: str) -> None:
    facts: dict[str, Any] = {"domain": "PLAY", "words": "Swim", "target_on": SOON}
    with pytest.raises(Refused) as refused:
        actions.add_goal(amina.actor, draft, **(facts | changes))
    assert (refused.value.guard, refused.value.field, Goal.objects.count()) == (guard, field, 0)


def test_an_action_has_an_owner_a_day_and_a_cost(amina: Colleague, draft: Plan) -> None:
    goal = add_goal(amina, draft)
    cost = Money.parse("120.50 EUR")
    action = actions.add_action(amina.actor, goal, what=" Course ", owner=" Grace ", due_on=TODAY, cost=cost)
    assert (action.what, action.owner, action.due_on, action.cost) == ("Course", "Grace", TODAY, cost)
    goal = Goal.objects.get()
    for changes, field in (
        ({"owner": " "}, "owner"),
        ({"what": ""}, "what"),
        ({"due_on": TODAY - timedelta(1)}, "due_on"),
    ):
        facts: dict[str, Any] = {"what": "x", "owner": "y", "due_on": SOON}
        with pytest.raises(Refused) as refused:
            actions.add_action(amina.actor, goal, **(facts | changes))
        assert (refused.value.guard, refused.value.field) == ("G-PLAN", field)
    actions.drop_action(amina.actor, action)
    assert [one.what for one in GoalAction.objects.all()] == ["Find a swimming course"]


def test_contact_is_planned_and_taken_out(amina: Colleague, draft: Plan) -> None:
    contact = actions.plan_contact(
        amina.actor, draft, with_whom="Mother", how="phone", often="Sundays", supervised=True
    )
    stored = PlannedContact.objects.get()
    assert (stored.with_whom, stored.how, stored.often, stored.supervised) == ("Mother", "phone", "Sundays", True)
    with pytest.raises(Refused, match="how often"):
        actions.plan_contact(amina.actor, Plan.objects.get(), with_whom="Aunt", how="phone", often="")
    actions.drop_contact(amina.actor, contact)
    assert PlannedContact.objects.count() == 0


def test_a_draft_is_dropped_and_another_begun(amina: Colleague, draft: Plan, planning: Case) -> None:
    actions.drop_plan(amina.actor, draft)
    assert Plan.objects.get().state == "dropped"
    assert list(queries.plans_of(amina.actor, planning)) == []
    assert actions.draft_plan(amina.actor, planning).number == 1


# ---- pages -----------------------------------------------------------------------------------------------------------


def test_a_draft_is_written_on_its_page(amina: Colleague, planning: Case) -> None:
    browser = amina.browser
    made = browser.post(f"/cases/{planning.code}/draft-plan/", {"version": planning.version, "kind": "child"})
    plan = Plan.objects.get()
    assert made["Location"] == f"/plans/{plan.code}/"
    filled = {"version": plan.version, "domain": "PLAY", "words": "Swim", "target_on": SOON.isoformat()}
    assert browser.post(f"/plans/{plan.code}/add-goal/", filled).status_code == 302
    goal = Goal.objects.get()
    filled = {"version": goal.version, "what": "Course", "owner": "Grace", "due_on": SOON.isoformat(), "cost": "20 eur"}
    assert browser.post(f"/goals/{goal.code}/add-action/", filled).status_code == 302
    assert GoalAction.objects.get().cost == Money.parse("20 EUR")
    assert browser.post(f"/goals/{goal.code}/add-action/", filled | {"cost": "20 XXX"}).status_code == 200
    page = browser.get(f"/plans/{plan.code}/").content.decode()
    for words in ("Swim", "Course", "Grace", "20.00 EUR", "Before it can be approved", "G-PLAN"):
        assert words in page
    assert browser.post(f"/goals/{goal.code}/drop-goal/", {"version": goal.version}).status_code == 302
    assert Goal.objects.count() == 0


def test_a_refused_goal_answers_409(amina: Colleague, draft: Plan) -> None:
    filled = {"version": draft.version, "domain": "PLAY", "words": "Swim", "target_on": TODAY.isoformat()}
    answer = amina.browser.post(f"/plans/{draft.code}/add-goal/", filled)
    assert (answer.status_code, Goal.objects.count()) == (409, 0)
    assert "G-PLAN" in answer.content.decode()


def test_the_page_asks_the_same_for_one_goal_and_for_three(amina: Colleague, draft: Plan) -> None:
    browser, asked = amina.browser, []
    for more in (1, 2):
        for _ in range(more):
            add_goal(amina, draft)
        with CaptureQueriesContext(connection) as questions:
            assert browser.get(f"/plans/{draft.code}/").status_code == 200
        asked.append(len(questions))
    assert asked[0] == asked[1] <= 45
