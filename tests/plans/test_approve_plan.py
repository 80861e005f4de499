"""A complete plan is put in force by the supervisor: each thing that is missing is refused with its rule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinkeeper.access.models import Association
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import Decision
from kinkeeper.journal.models import Entry
from kinkeeper.lib.periods import add_months
from kinkeeper.lib.refusals import Refused
from kinkeeper.plans import actions, queries
from kinkeeper.plans.models import Goal, GoalAction, Plan
from tests.conftest import Colleague
from tests.plans.conftest import SOON, TODAY, add_goal, approve, at, complete, into_care


def refuse(dalia: Colleague, plan: Plan, **changes: Any) -> Refused:
    """The refusal; nothing has changed, and the page answers 409 with the rule."""
    with pytest.raises(Refused) as refused:
        approve(dalia, plan, **changes)
    assert Plan.objects.get(pk=plan.pk).state == "draft"
    assert Case.objects.get(pk=plan.case_id).state == "planning"
    stored = Plan.objects.get(pk=plan.pk)
    filled = {"version": stored.version, "approved_on": TODAY.isoformat(), "copy_given_on": TODAY.isoformat()}
    filled |= {name: value.isoformat() if value else "" for name, value in changes.items()}
    answer = dalia.browser.post(f"/plans/{plan.code}/approve-plan/", filled)
    assert (answer.status_code, Plan.objects.get(pk=plan.pk).state) == (409, "draft")
    assert refused.value.guard in answer.content.decode()
    return refused.value


def test_a_complete_plan_comes_into_force(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    approve(dalia, complete(amina, draft))
    stored = Plan.objects.get()
    assert (stored.state, stored.approved_on, stored.approved_by) == ("approved", TODAY, dalia.user)
    assert stored.copy_given_on == TODAY
    assert Case.objects.get(pk=draft.case_id).state == "active"
    entry = Entry.objects.get(act="plans.approve_plan")
    assert entry.facts == {"approved_on": TODAY.isoformat(), "copy_given_on": TODAY.isoformat()}
    assert queries.plan_in_force(amina.actor, stored.case) == stored


def test_only_the_supervisor_approves(amina: Colleague, draft: Plan) -> None:
    complete(amina, draft)
    with pytest.raises(Refused, match="Ask your supervisor"):
        approve(amina, draft)
    assert "Ask your supervisor" in amina.browser.get(f"/plans/{draft.code}/approve-plan/").content.decode()


@pytest.mark.guard("G-PLAN", "fires", "answers_409")
def test_there_is_a_goal(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    complete(amina, draft)
    actions.drop_goal(amina.actor, Goal.objects.get())
    refused = refuse(dalia, draft)
    assert (refused.guard, refused.sentence) == ("G-PLAN", "Add at least one goal.")


def test_each_goal_has_an_action(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    complete(amina, draft)
    actions.drop_action(amina.actor, GoalAction.objects.get())
    assert "“Play, leisure and talents” has no action" in str(refuse(dalia, draft))


def test_each_action_has_an_owner(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    complete(amina, draft)
    GoalAction.objects.update(owner="")
    assert "who does it" in str(refuse(dalia, draft))


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"review_on": None}, "when the plan is reviewed"),
        ({"about_me": ""}, "the child’s own words"),
        ({"child_consulted": ""}, "how the child took part"),
        ({"parent_consulted": " "}, "how the parents took part"),
    ],
)
def test_nothing_is_forgotten(
    amina: Colleague, dalia: Colleague, draft: Plan, changes: dict[str, Any], words: str
) -> None:
    complete(amina, draft, **changes)
    refused = refuse(dalia, draft)
    assert (refused.guard, words in str(refused)) == ("G-PLAN", True)


def test_a_reason_stands_for_words(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    complete(amina, draft, about_me="", no_words_reason="A baby of three days")
    assert approve(dalia, draft).state == "approved"


def test_a_copy_is_given(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    complete(amina, draft)
    refused = refuse(dalia, draft, copy_given_on=None)
    assert (refused.guard, refused.field) == ("G-PLAN", "copy_given_on")


def test_a_day_to_come_is_no_day_of_approval(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    complete(amina, draft)
    assert refuse(dalia, draft, approved_on=TODAY + timedelta(days=1)).guard == "G-TIME"


@pytest.mark.guard("G-PLAN", "fires", "passes", "answers_409")
def test_a_review_five_months_ahead_is_too_late_for_a_child_in_care(
    amina: Colleague, dalia: Colleague, draft: Plan
) -> None:
    into_care(draft.case, Decision.Kind.EMERGENCY)
    five = add_months(TODAY, 5)
    filled = {"version": draft.version, "about_me": "x", "review_on": five.isoformat()}
    answer = amina.browser.post(f"/plans/{draft.code}/describe-plan/", filled)
    assert answer.status_code == 409
    assert "G-PLAN" in answer.content.decode()
    assert "paragraph 67" in answer.content.decode()
    complete(amina, draft, permanency="REUNIFY", no_contact_reason="Parents are not found yet")
    Plan.objects.update(review_on=five)
    assert "paragraph 67" in str(refuse(dalia, draft))
    Plan.objects.update(review_on=add_months(TODAY, 3))
    assert approve(dalia, draft).state == "approved"


def test_outside_care_a_review_may_wait_half_a_year(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    complete(amina, draft, review_on=add_months(TODAY, 6))
    assert approve(dalia, draft).state == "approved"


def test_an_approval_of_last_month_counts_from_then(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    complete(amina, draft, review_on=add_months(TODAY, 6))
    assert refuse(dalia, draft, approved_on=TODAY - timedelta(days=31)).field == "approved_on"


@pytest.mark.guard("G-PERMGOAL", "fires", "passes", "answers_409")
@pytest.mark.parametrize("kind", [Decision.Kind.ALTERNATIVE_CARE, Decision.Kind.EMERGENCY])
def test_a_child_in_care_has_a_lasting_goal(amina: Colleague, dalia: Colleague, draft: Plan, kind: str) -> None:
    into_care(draft.case, kind)
    complete(amina, draft, no_contact_reason="Parents are not found yet")
    assert refuse(dalia, draft).guard == "G-PERMGOAL"
    Plan.objects.update(permanency="KIN")
    assert approve(dalia, draft).state == "approved"


@pytest.mark.parametrize("changes", [{"kind": Decision.Kind.FAMILY_SUPPORT}, {"withdrawn_on": TODAY}])
def test_without_such_a_decision_no_lasting_goal_is_asked(
    amina: Colleague, dalia: Colleague, draft: Plan, changes: dict[str, Any]
) -> None:
    into_care(draft.case)
    Decision.objects.update(**changes)
    complete(amina, draft)
    assert approve(dalia, draft).state == "approved"


def test_a_child_in_care_stays_in_contact(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    into_care(draft.case)
    complete(amina, draft, permanency="KIN")
    assert "Plan the contact" in str(refuse(dalia, draft))
    actions.plan_contact(amina.actor, Plan.objects.get(), with_whom="Mother", how="face", often="weekly")
    assert approve(dalia, draft).state == "approved"


def test_a_plan_without_play_is_warned_about_and_not_blocked(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    complete(amina, draft)
    goal = Goal.objects.get()
    actions.change_goal(amina.actor, goal, domain="HEALTH", words="Teeth", target_on=SOON)
    page = dalia.browser.get(f"/plans/{draft.code}/approve-plan/").content.decode()
    assert "right to play" in page
    assert approve(dalia, draft).state == "approved"


def test_the_next_version_begins_as_a_copy_and_takes_the_place(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    reached = add_goal(amina, draft, "HEALTH")
    complete(amina, draft)
    actions.plan_contact(amina.actor, Plan.objects.get(), with_whom="Mother", how="face", often="weekly")
    old = approve(dalia, draft)
    Goal.objects.filter(pk=reached.pk).update(state="reached")
    new = actions.replace_plan(amina.actor, old)
    assert (new.number, new.replaces, new.state, new.about_me) == (2, old, "draft", "I like water.")
    assert (new.review_on, new.child_consulted) == (None, "")
    assert [goal.domain for goal in new.goals.all()] == ["PLAY"]
    assert [action.what for action in new.goals.get().actions.all()] == ["Find a swimming course"]
    assert [contact.with_whom for contact in new.contacts.all()] == ["Mother"]
    assert queries.plan_in_force(amina.actor, old.case) == old
    with pytest.raises(Refused, match="being drafted"):
        actions.replace_plan(amina.actor, Plan.objects.get(pk=old.pk))
    words = {"about_me": "I swim!", "child_consulted": "Talk", "parent_consulted": "Talk"}
    approve(dalia, actions.describe_plan(amina.actor, new, **words, review_on=SOON))
    states = dict(Plan.objects.values_list("number", "state"))
    assert states == {1: "replaced", 2: "approved"}
    assert Plan.objects.get(number=1).replaced_on == TODAY
    page = amina.browser.get(f"/plans/{old.code}/").content.decode()
    assert "Version 2" in page
    assert "replaced" in page


def test_a_young_person_grows_out_of_the_plan_of_a_child(amina: Colleague, in_force: Plan) -> None:
    with pytest.raises(Refused, match="stays one"):
        actions.replace_plan(amina.actor, in_force, kind=Plan.Kind.FAMILY)
    assert actions.replace_plan(amina.actor, in_force, kind=Plan.Kind.YOUTH).kind == "youth"


def test_a_plan_in_force_is_never_edited(amina: Colleague, in_force: Plan) -> None:
    goal = Goal.objects.get()
    action = GoalAction.objects.get()
    tries = [
        lambda: actions.describe_plan(amina.actor, in_force, about_me="x"),
        lambda: actions.add_goal(amina.actor, in_force, domain="PLAY", words="x", target_on=SOON),
        lambda: actions.change_goal(amina.actor, goal, domain="PLAY", words="x", target_on=SOON),
        lambda: actions.drop_goal(amina.actor, goal),
        lambda: actions.add_action(amina.actor, goal, what="x", owner="y", due_on=SOON),
        lambda: actions.drop_action(amina.actor, action),
        lambda: actions.plan_contact(amina.actor, in_force, with_whom="x", how="face", often="y"),
        lambda: actions.drop_plan(amina.actor, in_force),
    ]
    for attempt in tries:
        with pytest.raises(Refused, match="never changed") as refused:
            attempt()
        assert refused.value.guard == "G-STEP"
    answer = amina.browser.post(f"/goals/{goal.code}/drop-goal/", {"version": goal.version})
    assert (answer.status_code, Goal.objects.count()) == (409, 1)


def test_a_case_that_went_elsewhere_gets_no_plan(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    complete(amina, draft)
    at(draft.case, Case.State.BEST_INTEREST)
    with pytest.raises(Refused, match="another step"):
        approve(dalia, draft)


def test_an_action_is_done(amina: Colleague, in_force: Plan) -> None:
    action = GoalAction.objects.get()
    with pytest.raises(Refused) as refused:
        actions.finish_action(amina.actor, action, done_on=TODAY + timedelta(days=1))
    assert refused.value.guard == "G-TIME"
    filled = {"version": action.version, "done_on": TODAY.isoformat()}
    assert amina.browser.post(f"/actions/{action.code}/finish-action/", filled).status_code == 302
    assert GoalAction.objects.get().done_on == TODAY
    with pytest.raises(Refused, match="done already"):
        actions.finish_action(amina.actor, GoalAction.objects.get(), done_on=TODAY)


def test_an_action_of_a_draft_is_not_done(amina: Colleague, draft: Plan) -> None:
    add_goal(amina, draft)
    with pytest.raises(Refused, match="plan in force"):
        actions.finish_action(amina.actor, GoalAction.objects.get(), done_on=TODAY)


def test_the_volkovas_wait_for_their_review_half_a_year(amina: Colleague, dalia: Colleague, draft: Plan) -> None:
    """Scenario 1: prevention under the Russian pack, planned on 30 January, reviewed on 30 July."""
    Association.objects.update(pack="russia")
    Case.objects.update(kind=Case.Kind.FAMILY_STRENGTHENING)
    complete(amina, draft)
    for domain in ("FOOD", "HOME", "LIVELIHOOD"):
        add_goal(amina, draft, domain)
    Plan.objects.update(review_on=add_months(TODAY, 6))
    assert approve(dalia, draft).goals.count() == 4
