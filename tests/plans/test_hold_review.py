"""A review is opened, perhaps postponed, and held: its minutes are complete, and its outcome takes the case along."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Association, pack_in_force
from kinkeeper.cases.models import Case
from kinkeeper.families.models import Kinship
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry, Look
from kinkeeper.lib.periods import add_months
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from kinkeeper.placements.actions import start_placement
from kinkeeper.plans import actions, queries
from kinkeeper.plans.models import Goal, Plan, Progress, Review, Wish
from tests.conftest import Colleague, register
from tests.plans.conftest import SOON, TODAY, add_goal, approve, at, complete, hold, into_care, minutes

Answered, Judged, Outcome = actions.Answered, actions.Judged, Review.Outcome


def state_of(review: Review) -> str:
    return Case.objects.get(child=review.child_id).state


def refuse(colleague: Colleague, review: Review, said: actions.Minutes, **changes: Any) -> Refused:
    """The refusal; nothing has changed."""
    with pytest.raises(Refused) as refused:
        hold(colleague, review, said, **changes)
    assert Review.objects.get(pk=review.pk).held_on is None
    assert (Wish.objects.count(), Progress.objects.count(), state_of(review)) == (0, 0, "review")
    return refused.value


# ---- opened ----------------------------------------------------------------------------------------------------------


def test_a_review_opens(amina: Colleague, in_force: Plan) -> None:
    case = Case.objects.get(pk=in_force.case_id)
    review = actions.open_review(amina.actor, case, kind="child_asked", opened_on=TODAY)
    stored = Review.objects.get()
    assert (stored.child, stored.case, stored.plan, stored.kind) == (case.child, case, in_force, "child_asked")
    assert (stored.opened_on, stored.due_on, stored.held_on) == (TODAY, SOON, None)
    assert state_of(review) == "review"
    assert queries.open_review_of(amina.actor, case) == review
    entry = Entry.objects.get(act="plans.open_review")
    assert entry.facts == {"subject": case.code, "opened_on": TODAY.isoformat()}
    with pytest.raises(Refused, match="open already") as refused:
        actions.open_review(amina.actor, Case.objects.get(pk=case.pk), kind="early", opened_on=TODAY)
    assert refused.value.guard == "G-REVIEW"


def test_only_what_is_carried_out_is_reviewed(amina: Colleague, planning: Case) -> None:
    with pytest.raises(Refused, match="carried out") as refused:
        actions.open_review(amina.actor, planning, kind="early", opened_on=TODAY)
    assert (refused.value.guard, Review.objects.count()) == ("G-STEP", 0)
    filled = {"version": planning.version, "kind": "early", "opened_on": TODAY.isoformat()}
    answer = amina.browser.post(f"/cases/{planning.code}/open-review/", filled)
    assert (answer.status_code, Review.objects.count()) == (409, 0)


def test_strangers_find_no_review(bruno: Colleague, opened: Review) -> None:
    with pytest.raises(Unseen):
        hold(bruno, opened, minutes())
    for page in ("", "hold-review/", "postpone-review/", "pdf/", "pdf/child/"):
        assert bruno.browser.get(f"/reviews/{opened.code}/{page}").status_code == 404


# ---- held ------------------------------------------------------------------------------------------------------------


def test_a_review_is_held_and_the_plan_goes_on(amina: Colleague, opened: Review, in_force: Plan) -> None:
    goal = Goal.objects.get()
    wishes = [Answered("A bicycle", "granted"), Answered("To sleep at Sami’s", "refused", "His house has no bed yet.")]
    said = minutes(in_force, wishes=wishes, progress={goal.code: Judged(2, "Swims!", "reached")})
    hold(amina, opened, said)
    stored = Review.objects.get()
    assert (stored.held_on, stored.outcome, stored.participation, stored.chair) == (
        TODAY,
        "continues",
        "SPOKE",
        "Dalia Marku",
    )
    assert (stored.still_needed, stored.still_suits, stored.next_on, stored.by) == (True, True, SOON, amina.user)
    assert [(wish.words, wish.answer, wish.reason) for wish in Wish.objects.all()] == [
        ("A bicycle", "granted", ""),
        ("To sleep at Sami’s", "refused", "His house has no bed yet."),
    ]
    progress = Progress.objects.get()
    assert (progress.goal, progress.rating, progress.note) == (goal, 2, "Swims!")
    assert Goal.objects.get().state == "reached"
    assert (state_of(opened), stored.in_time) == ("active", True)
    entry = Entry.objects.get(act="plans.hold_review")
    assert entry.facts == {"held_on": TODAY.isoformat(), "outcome": "continues", "next_on": SOON.isoformat()}
    with pytest.raises(Refused, match="never changed"):
        hold(amina, opened, said)


@pytest.mark.parametrize(
    "outcome, state",
    [("continues", "active"), ("change_plan", "planning"), ("move", "best_interest"), ("close", "review")],
)
def test_the_outcome_takes_the_case_along(
    amina: Colleague, opened: Review, in_force: Plan, outcome: str, state: str
) -> None:
    hold(amina, opened, minutes(in_force), outcome=outcome, next_on=None if outcome == "close" else SOON)
    assert state_of(opened) == state


def test_after_a_changed_plan_the_next_version_brings_the_case_back(
    amina: Colleague, dalia: Colleague, opened: Review, in_force: Plan
) -> None:
    hold(amina, opened, minutes(in_force), outcome="change_plan")
    new = actions.replace_plan(amina.actor, Plan.objects.get())
    words = {"about_me": "x", "child_consulted": "Talk", "parent_consulted": "Talk"}
    approve(dalia, actions.describe_plan(amina.actor, new, **words, review_on=SOON))
    assert state_of(opened) == "active"


def test_a_declined_transfer_does_not_lose_the_review(amina: Colleague, opened: Review, in_force: Plan) -> None:
    at(Case.objects.get(), Case.State.ACTIVE)
    hold(amina, opened, minutes(in_force), outcome="change_plan")
    assert state_of(opened) == "planning"


@pytest.mark.guard("G-REVIEW", "fires")
@pytest.mark.parametrize(
    "changes, guard, field, words",
    [
        ({"participation": ""}, "G-REVIEW", "participation", "how the child took part"),
        ({"participation": "YOUNG"}, "G-REVIEW", "participation", "fits the age"),
        ({"participation": "DANCED"}, "G-CODE", "participation", "no code"),
        ({"child_words": " "}, "G-REVIEW", "child_words", "what the child said"),
        ({"attendance": ""}, "G-REVIEW", "attendance", "who took part"),
        ({"chair": ""}, "G-REVIEW", "chair", "who chaired"),
        ({"summary": ""}, "G-REVIEW", "summary", "what was decided"),
        ({"still_needed": None}, "G-REVIEW", "still_needed", "still needed"),
        ({"still_suits": None}, "G-REVIEW", "still_suits", "still suits"),
        ({"wishes": [Answered("A dog", "refused", " ")]}, "G-REVIEW", "wish_1_reason", "right to the reason"),
        ({"wishes": [Answered("A dog", "later")]}, "G-REVIEW", "wish_1_reason", "right to the reason"),
        ({"wishes": [Answered("A dog", "granted"), Answered("x", "")]}, "G-REVIEW", "wish_2_answer", "no answer"),
        ({"wishes": [Answered("", "granted")]}, "G-REVIEW", "wish_1_words", "no words"),
    ],
)
def test_minutes_are_complete(
    amina: Colleague, opened: Review, in_force: Plan, changes: dict[str, Any], guard: str, field: str, words: str
) -> None:
    refused = refuse(amina, opened, minutes(in_force, **changes))
    assert (refused.guard, refused.field, words in str(refused)) == (guard, field, True)


@pytest.mark.guard("G-REVIEW", "passes")
@pytest.mark.parametrize("participation", ["SILENT", "ABSENT"])
def test_a_child_who_was_not_heard_has_no_words(
    amina: Colleague, opened: Review, in_force: Plan, participation: str
) -> None:
    hold(amina, opened, minutes(in_force, participation=participation, child_words=""))
    assert state_of(opened) == "active"


def test_a_goal_that_nobody_judged_is_named(amina: Colleague, opened: Review, in_force: Plan) -> None:
    goal = Goal.objects.get()
    refused = refuse(amina, opened, minutes(in_force, progress={}))
    assert (refused.guard, refused.field) == ("G-REVIEW", f"goal_{goal.code}_rating")
    assert "“Play, leisure and talents”" in str(refused)
    assert refuse(amina, opened, minutes(in_force, progress={goal.code: Judged(3)})).guard == "G-REVIEW"
    Goal.objects.update(state="reached")
    hold(amina, opened, minutes(in_force, progress={}))


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"held_on": TODAY + timedelta(days=1)}, "G-REVIEW", "held_on"),
        ({"outcome": ""}, "G-CODE", "outcome"),
        ({"next_on": None}, "G-REVIEW", "next_on"),
        ({"next_on": TODAY}, "G-REVIEW", "next_on"),
        ({"next_on": add_months(TODAY, 6) + timedelta(days=1)}, "G-REVIEW", "next_on"),
    ],
)
def test_days_that_cannot_be(
    amina: Colleague, opened: Review, in_force: Plan, changes: dict[str, Any], guard: str, field: str
) -> None:
    refused = refuse(amina, opened, minutes(in_force), **changes)
    assert (refused.guard, refused.field) == (guard, field)


def test_in_care_the_next_review_is_within_three_months(amina: Colleague, opened: Review, in_force: Plan) -> None:
    assert opened.case is not None
    into_care(opened.case)
    refused = refuse(amina, opened, minutes(in_force), next_on=add_months(TODAY, 3) + timedelta(days=1))
    assert (refused.guard, "paragraph 67" in str(refused)) == ("G-REVIEW", True)
    hold(amina, opened, minutes(in_force), next_on=add_months(TODAY, 3))


# ---- who chairs ------------------------------------------------------------------------------------------------------


@pytest.mark.guard("G-REVIEW", "fires", "passes")
@pytest.mark.parametrize("by_choice", [True, False])
def test_where_independence_is_asked_the_case_worker_does_not_chair(
    amina: Colleague, dalia: Colleague, opened: Review, in_force: Plan, by_choice: bool
) -> None:
    said = minutes(in_force, chair="" if by_choice else "amina  HADDAD", chaired_by=amina.user if by_choice else None)
    Association.objects.update(pack="england")
    said = minutes(in_force, participation="PN1", chair=said.chair, chaired_by=said.chaired_by)
    refused = refuse(amina, opened, said, next_on=SOON)
    assert (refused.guard, refused.field, "independent" in str(refused)) == ("G-REVIEW", "chair", True)
    hold(amina, opened, minutes(in_force, participation="PN1", chair="", chaired_by=dalia.user))
    assert Review.objects.get().chair == "Dalia Marku"


def test_elsewhere_the_case_worker_may_chair(amina: Colleague, opened: Review, in_force: Plan) -> None:
    hold(amina, opened, minutes(in_force, chair="", chaired_by=amina.user))
    assert Review.objects.get().chaired_by == amina.user


def test_the_supervisor_is_offered_as_chair(amina: Colleague, dalia: Colleague, opened: Review) -> None:
    page = amina.browser.get(f"/reviews/{opened.code}/hold-review/").content.decode()
    chairs = page.split('name="chaired_by"')[1].split("</select>")[0]
    assert (dalia.user.name in chairs, amina.user.name in chairs) == (True, True)


def test_a_parent_does_not_chair(amina: Colleague, opened: Review, in_force: Plan) -> None:
    mother = register(opened.child.unit, "Mona", "Saleh")
    Kinship.objects.create(person=mother, kind=Kinship.Kind.PARENT, relative=opened.child)
    assert "family" in str(refuse(amina, opened, minutes(in_force, chair="Mona Saleh")))


def test_a_carer_does_not_chair(amina: Colleague, opened: Review, in_force: Plan, okafors: Home) -> None:
    into_care(Case.objects.get())
    start_placement(
        amina.actor, Person.objects.get(pk=opened.child_id), home=okafors, care_type="FOSTER_ST", started_on=TODAY,
        legal_status_code="VOLUNTARY", need="NEGLECT",
    )  # fmt: skip
    assert "carer" in str(refuse(amina, opened, minutes(in_force, chair="Grace Okafor")))
    hold(amina, opened, minutes(in_force, chair="Gregor Okafor"))


# ---- postponed -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by_child, in_time", [(True, True), (False, False)])
def test_a_postponed_review_is_late_unless_the_child_asked(
    amina: Colleague, opened: Review, by_child: bool, in_time: bool
) -> None:
    filled = {"version": opened.version, "postponed_to": SOON.isoformat(), "reason": "Exams"}
    filled |= {"by_child": "on"} if by_child else {}
    assert amina.browser.post(f"/reviews/{opened.code}/postpone-review/", filled).status_code == 302
    stored = Review.objects.get()
    assert (stored.postponed_to, stored.postponed_reason, stored.postponed_by_child) == (SOON, "Exams", by_child)
    stored.due_on, stored.held_on = SOON - timedelta(days=5), SOON
    assert stored.in_time is in_time
    stored.held_on = SOON - timedelta(days=5)
    assert stored.in_time is True
    stored.held_on = SOON + timedelta(days=1)
    assert stored.in_time is False


def test_a_review_is_postponed_to_a_day_to_come_and_with_a_reason(amina: Colleague, opened: Review) -> None:
    for changes, guard in (({"postponed_to": TODAY}, "G-TIME"), ({"reason": " "}, "G-REASON")):
        facts: dict[str, Any] = {"postponed_to": SOON, "reason": "Exams"}
        with pytest.raises(Refused) as refused:
            actions.postpone_review(amina.actor, opened, **(facts | changes))
        assert refused.value.guard == guard
    assert Review.objects.get().postponed_to is None


# ---- the short way ---------------------------------------------------------------------------------------------------


def test_the_short_way_is_shut_where_goals_wait_for_a_word(amina: Colleague, in_force: Plan) -> None:
    child, case = Person.objects.get(pk=in_force.case.child_id), Case.objects.get()
    with pytest.raises(Refused, match="each of them is judged") as refused:
        actions.record_review(amina.actor, child, held_on=TODAY, participation="SPOKE")
    assert refused.value.guard == "G-REVIEW"
    page = amina.browser.get(f"/children/{child.code}/record-review/").content.decode()
    assert f"/cases/{case.code}/open-review/" in page
    review = actions.open_review(amina.actor, case, kind="early", opened_on=TODAY)
    with pytest.raises(Refused, match="Hold that one"):
        actions.record_review(amina.actor, child, held_on=TODAY, participation="SPOKE")
    page = amina.browser.get(f"/children/{child.code}/record-review/").content.decode()
    assert f"/reviews/{review.code}/hold-review/" in page


def test_the_short_way_names_the_next_day_within_the_limit(amina: Colleague, noor: Person, noors_case: Case) -> None:
    into_care(noors_case)
    facts: dict[str, Any] = {"held_on": TODAY, "participation": "SPOKE"}
    with pytest.raises(Refused) as refused:
        actions.record_review(amina.actor, noor, **facts, next_on=add_months(TODAY, 5))
    assert (refused.value.guard, refused.value.field) == ("G-REVIEW", "next_on")
    review = actions.record_review(amina.actor, noor, **facts, next_on=SOON)
    assert (review.case, review.next_on) == (noors_case, SOON)
    assert queries.review_named(amina.actor, noors_case) == SOON


# ---- pages -----------------------------------------------------------------------------------------------------------


def fill(review: Review, goal: Goal, **changes: Any) -> dict[str, Any]:
    """The form as a browser sends it."""
    filled: dict[str, Any] = {
        "version": review.version,
        "held_on": TODAY.isoformat(),
        "attendance": "Noor, Dalia",
        "chair": "Dalia Marku",
        "participation": "SPOKE",
        "child_words": "I want to stay.",
        "still_needed": "yes",
        "still_suits": "no",
        "summary": "Noor stays.",
        "outcome": "continues",
        "next_on": SOON.isoformat(),
        "wish_1_words": "A bicycle",
        "wish_1_answer": "granted",
        f"goal_{goal.code}_rating": "1",
        f"goal_{goal.code}_note": "Dives",
    }
    return filled | changes


def test_the_form_writes_a_review(amina: Colleague, opened: Review) -> None:
    goal, page = Goal.objects.get(), f"/reviews/{opened.code}/hold-review/"
    assert "I want to swim." in amina.browser.get(page).content.decode()
    assert amina.browser.post(page, fill(opened, goal))["Location"] == f"/reviews/{opened.code}/"
    stored = Review.objects.get()
    assert (stored.still_needed, stored.still_suits) == (True, False)
    assert (Wish.objects.get().words, Progress.objects.get().rating) == ("A bicycle", 1)
    shown = amina.browser.get(f"/reviews/{opened.code}/").content.decode()
    for words in ("I want to stay.", "A bicycle", "+1 · better", "Dives", "Dalia Marku", "in time"):
        assert words in shown
    assert Look.objects.get(page="review").subject_id == stored.pk


@pytest.mark.guard("G-REVIEW", "answers_409")
@pytest.mark.parametrize(
    "changes", [{"still_suits": ""}, {"participation": ""}, {"wish_1_answer": "refused"}, {"wish_2_reason": "because"}]
)
def test_a_refused_form_answers_409_and_keeps_nothing(
    amina: Colleague, opened: Review, changes: dict[str, Any]
) -> None:
    answer = amina.browser.post(f"/reviews/{opened.code}/hold-review/", fill(opened, Goal.objects.get(), **changes))
    assert (answer.status_code, Wish.objects.count(), Review.objects.get().held_on) == (409, 0, None)
    assert "Rule: G-REVIEW" in answer.content.decode()
    assert "I want to stay." in answer.content.decode()


def test_a_goal_left_out_of_the_form_answers_409(amina: Colleague, opened: Review) -> None:
    goal = Goal.objects.get()
    filled = fill(opened, goal) | {f"goal_{goal.code}_rating": ""}
    answer = amina.browser.post(f"/reviews/{opened.code}/hold-review/", filled)
    assert (answer.status_code, Progress.objects.count()) == (409, 0)


def test_noor_in_the_group_speaks_and_one_wish_is_refused_with_its_reason(
    amina: Colleague, dalia: Colleague, draft: Plan
) -> None:
    """Scenario 6: the Flemish pack; three wishes, two granted, one refused with its reason; the plan changes."""
    Association.objects.update(pack="flanders")
    into_care(draft.case)
    complete(amina, draft, permanency="REUNIFY", no_contact_reason="see the court order")
    add_goal(amina, draft, "PARTICIPATION")
    plan = approve(dalia, draft)
    review = actions.open_review(amina.actor, Case.objects.get(), kind="scheduled", opened_on=TODAY)
    spoke = next(code for code, way in pack_in_force().participation.items() if way.present and way.heard)
    wishes = [
        Answered("My own key", "granted"),
        Answered("Dance on Fridays", "granted"),
        Answered("No bedtime", "refused", "Sleep is needed before school."),
    ]
    late = add_months(TODAY, 3) + timedelta(days=1)
    said = minutes(plan, participation=spoke, wishes=wishes)
    assert refuse(amina, review, said, outcome="change_plan", next_on=late).guard == "G-REVIEW"
    hold(amina, review, said, outcome="change_plan", next_on=add_months(TODAY, 3))
    assert Wish.objects.filter(answer="granted").count() == 2
    assert state_of(review) == "planning"
