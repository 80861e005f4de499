"""Tasks are set, finished or dropped; open ones are due, by their owner or by whoever is the worker of the case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.cases import queries
from kinkeeper.cases.actions import add_task, assign_worker, drop_task, finish_task
from kinkeeper.cases.duties import tasks_due
from kinkeeper.cases.models import Case, Task
from kinkeeper.journal.models import Entry
from kinkeeper.keys.ring import keyring
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague, hire, open_case, register

TODAY = date.today()
SOON = TODAY + timedelta(days=5)


def task(worker: Colleague, case: Case, **changes: Any) -> Task:
    particulars: dict[str, Any] = {"title": "Ask for a school place", "due_on": SOON}
    return add_task(worker.actor, case, **(particulars | changes))


def test_a_task_is_kept_and_remembered(amina: Colleague, dalia: Colleague, noors_case: Case) -> None:
    row = task(amina, noors_case, title=" Call the clinic ", owner=dalia.user)
    stored = Task.objects.get()
    assert (stored.case, stored.title, stored.due_on, stored.owner) == (noors_case, "Call the clinic", SOON, dalia.user)
    assert (stored.done_on, stored.dropped_on) == (None, None)
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code) == ("cases.add_task", row.code)
    assert entry.facts == {"subject": noors_case.code, "due_on": SOON.isoformat(), "owner": dalia.user.code}


@pytest.mark.parametrize(
    "changes, guard, field",
    [({"title": " "}, "G-REASON", "title"), ({"due_on": TODAY - timedelta(days=1)}, "G-TIME", "due_on")],
)
def test_a_refusal_changes_nothing(
    amina: Colleague, noors_case: Case, changes: dict[str, Any], guard: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        task(amina, noors_case, **changes)
    assert (refusal.value.guard, refusal.value.field, Task.objects.count()) == (guard, field, 0)


def test_today_is_early_enough(amina: Colleague, noors_case: Case) -> None:
    assert task(amina, noors_case, due_on=TODAY).due_on == TODAY


def test_who_does_not_see_the_case_owns_no_task_of_it(amina: Colleague, dalia: Colleague, noors_case: Case) -> None:
    carl = hire("Carl Colleague", ("caseworker", noors_case.unit))
    with pytest.raises(Refused, match="does not see the case") as refusal:
        task(dalia, noors_case, owner=carl.user)
    assert (refusal.value.guard, Task.objects.count()) == ("G-SEAT", 0)


def test_the_tasks_of_a_worker_go_with_the_case(amina: Colleague, dalia: Colleague, noors_case: Case) -> None:
    row = task(amina, noors_case, owner=amina.user)
    hers = task(amina, noors_case, owner=dalia.user)
    assert (row.owner, list(queries.my_tasks(amina.actor)), list(queries.my_tasks(dalia.actor))) == (
        None,
        [row],
        [hers],
    )
    carl = hire("Carl Colleague", ("caseworker", noors_case.unit))
    assign_worker(dalia.actor, noors_case, worker=carl.user, starts_on=TODAY)
    assert list(queries.my_tasks(carl.actor)) == [row]
    assert list(queries.my_tasks(amina.actor)) == []


def test_a_task_is_finished_with_its_day(amina: Colleague, noors_case: Case) -> None:
    row = task(amina, noors_case)
    done = finish_task(amina.actor, row, done_on=TODAY, outcome=" A place in May. ")
    assert (done.done_on, done.outcome, done.dropped_on) == (TODAY, "A place in May.", None)
    assert Entry.objects.get(act="cases.finish_task").facts == {"done_on": TODAY.isoformat()}
    with pytest.raises(Refused, match="finished already") as refusal:
        drop_task(amina.actor, done, outcome="Twice")
    assert refusal.value.guard == "G-STEP"


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(2020, 1, 1)])
def test_a_task_is_not_finished_tomorrow_or_before_the_case(amina: Colleague, noors_case: Case, day: date) -> None:
    row = task(amina, noors_case)
    with pytest.raises(Refused) as refusal:
        finish_task(amina.actor, row, done_on=day)
    assert (refusal.value.guard, refusal.value.field) == ("G-TIME", "done_on")
    assert Task.objects.get().done_on is None


def test_a_task_is_dropped_with_a_reason(amina: Colleague, noors_case: Case) -> None:
    row = task(amina, noors_case)
    with pytest.raises(Refused) as refusal:
        drop_task(amina.actor, row, outcome=" ")
    assert (refusal.value.guard, refusal.value.field) == ("G-REASON", "outcome")
    dropped = drop_task(amina.actor, row, outcome="The school closed.")
    assert (dropped.dropped_on, dropped.done_on, dropped.outcome) == (TODAY, None, "The school closed.")
    assert Entry.objects.filter(act="cases.drop_task").count() == 1


def test_strangers_and_directors_set_and_finish_nothing(
    amina: Colleague, bruno: Colleague, tess: Colleague, noors_case: Case
) -> None:
    row = task(amina, noors_case)
    for deed in (lambda who: task(who, noors_case), lambda who: finish_task(who.actor, row, done_on=TODAY)):
        with pytest.raises(Unseen):
            deed(bruno)
        with pytest.raises(Refused, match="Only the worker of this case"):
            deed(tess)
    assert Task.objects.get().done_on is None


# ---- what is due -----------------------------------------------------------------------------------------------------


def test_open_tasks_are_due_soonest_first(amina: Colleague, noors_case: Case) -> None:
    later = task(amina, noors_case, due_on=SOON + timedelta(days=1))
    row = task(amina, noors_case)
    finish_task(amina.actor, task(amina, noors_case), done_on=TODAY)
    drop_task(amina.actor, task(amina, noors_case), outcome="Not needed.")
    first, second = tasks_due(amina.actor)
    assert (first.kind, first.child, first.due_on, first.deed, first.code) == (
        "task",
        noors_case.child,
        SOON,
        "finish_task",
        row.code,
    )
    assert (first.words, second.code) == ("Ask for a school place", later.code)
    assert [duty.code for duty in tasks_due(amina.actor, SOON)] == [row.code]
    Case.objects.update(state="closed", closed_on=TODAY)
    assert tasks_due(amina.actor) == []


def test_a_director_reads_that_there_is_a_task_and_a_stranger_nothing(
    amina: Colleague, tess: Colleague, bruno: Colleague, noors_case: Case
) -> None:
    task(amina, noors_case)
    assert [str(duty.words) for duty in tasks_due(tess.actor)] == ["Task"]
    assert tasks_due(bruno.actor) == []


@pytest.mark.parametrize("number", [1, 3])
def test_questions_do_not_grow_with_tasks(
    amina: Colleague, noors_case: Case, number: int, django_assert_num_queries: Any
) -> None:
    for place in range(number - 1):
        task(amina, open_case(register(noors_case.unit, f"Child {place}", "Many"), amina))
    task(amina, noors_case)
    actor, among = amina.actor, list(Case.objects.all())
    with keyring(), django_assert_num_queries(2):
        assert len(tasks_due(actor, among=among)) == number


# ---- the pages -------------------------------------------------------------------------------------------------------


def test_a_task_is_set_and_finished_on_its_pages(amina: Colleague, dalia: Colleague, noors_case: Case) -> None:
    address, browser, version = f"/cases/{noors_case.code}/add-task/", amina.browser, noors_case.version
    assert "Dalia Marku" in browser.get(address).content.decode()
    typed = {"version": version, "title": "Call the clinic", "due_on": SOON.isoformat(), "owner": dalia.user.code}
    assert browser.post(address, typed).status_code == 302
    row = Task.objects.get()
    case_page = browser.get(noors_case.get_absolute_url()).content.decode()
    assert f"/tasks/{row.code}/finish/" in case_page
    late = browser.post(address, {**typed, "due_on": "2024-05-06"})
    assert (late.status_code, "Rule: G-TIME" in late.content.decode()) == (409, True)
    assert "Call the clinic" in browser.get(f"/tasks/{row.code}/finish/").content.decode()
    done = {"version": row.version, "done_on": TODAY.isoformat(), "outcome": "She is well."}
    assert browser.post(f"/tasks/{row.code}/finish/", done).status_code == 302
    assert "She is well." in browser.get(noors_case.get_absolute_url()).content.decode()
    again = browser.post(f"/tasks/{row.code}/drop/", {"version": row.version + 1, "outcome": "x"})
    assert (again.status_code, "G-STEP" in again.content.decode()) == (409, True)


def test_a_task_is_dropped_on_its_page(amina: Colleague, noors_case: Case) -> None:
    row = task(amina, noors_case)
    typed = {"version": row.version, "outcome": "The school closed."}
    assert amina.browser.post(f"/tasks/{row.code}/drop/", typed).status_code == 302
    assert Task.objects.get().dropped_on == TODAY
