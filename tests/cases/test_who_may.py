"""Who works on cases, seat by seat and step by step. No table is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q

from kinkeeper.access.gate import NOTHING, Actor, Verdict
from kinkeeper.access.models import Role, Unit
from kinkeeper.cases import policy
from kinkeeper.cases.models import Case, Task, Tracing
from kinkeeper.people.models import Person
from tests.seats import (
    ELSEWHERE,
    HERE,
    ME,
    OVERSEERS,
    SOMEBODY_ELSE,
    STEP,
    SUPERVISOR,
    TODAY,
    WORKERS,
    case,
    has_seats,
    refused,
    seated,
    system,
)

State = Case.State
OF_THE_CASE = "Only the worker of this case or a supervisor"


WORK: list[tuple[Callable[[Any, Any], Verdict], Callable[[Case], Any]]] = [
    (policy.may_record_contact, lambda case: case),
    (policy.may_assess_risk, lambda case: case),
    (policy.may_hold_conference, lambda case: case),
    (policy.may_add_task, lambda case: case),
    (policy.may_open_tracing, lambda case: case),
    (policy.may_finish_task, lambda case: Task(case=case)),
    (policy.may_drop_task, lambda case: Task(case=case)),
    (policy.may_end_tracing, lambda case: Tracing(case=case)),
]


@pytest.mark.parametrize("place", range(len(WORK)))
def test_work_is_done_by_the_worker_of_the_case_and_the_supervisor(place: int) -> None:
    judge, about = WORK[place]
    has_seats(lambda actor: judge(actor, about(case())), WORKERS, OF_THE_CASE)
    for worker in (SOMEBODY_ELSE, None):
        has_seats(lambda actor, worker=worker: judge(actor, about(case(worker=worker))), {Role.SUPERVISOR}, OF_THE_CASE)
    nobody = Actor("machine:x", seats=frozenset({(Role.CASEWORKER, HERE)}))
    assert not judge(nobody, about(case(worker=None)))


@pytest.mark.parametrize("place", range(5))
def test_a_closed_case_is_worked_on_no_more(place: int) -> None:
    judge, about = WORK[place]
    assert "This case is closed" in refused(judge(SUPERVISOR, about(case(closed_on=TODAY))))[1]


def test_what_is_finished_stays_finished() -> None:
    for done in (Task(case=case(), done_on=TODAY), Task(case=case(), dropped_on=TODAY)):
        for judge in (policy.may_finish_task, policy.may_drop_task):
            assert refused(judge(SUPERVISOR, done)) == (STEP, "This task is finished already.")
    over = refused(policy.may_end_tracing(SUPERVISOR, Tracing(case=case(), ended_on=TODAY)))
    assert over == (STEP, "This search has ended already.")


def test_children_are_taken_in_by_the_workers_of_the_unit() -> None:
    has_seats(lambda actor: policy.may_take_in_child(actor, Unit(pk=HERE)), WORKERS, "can take a child in")
    has_seats(lambda actor: policy.may_open_case(actor, Person(unit_id=HERE)), WORKERS, "can open a case")


def test_cases_are_assigned_and_opened_again_by_the_supervisor() -> None:
    closed = case(State.CLOSED, closed_on=TODAY)
    has_seats(lambda actor: policy.may_assign_worker(actor, case()), {Role.SUPERVISOR}, "can assign a case")
    has_seats(lambda actor: policy.may_reopen_case(actor, closed), {Role.SUPERVISOR}, "can open a case again")
    assert "This case is closed" in refused(policy.may_assign_worker(SUPERVISOR, closed))[1]
    assert "This case is open" in refused(policy.may_reopen_case(SUPERVISOR, case()))[1]
    for state in (State.DUPLICATE, State.DECEASED):
        assert refused(policy.may_reopen_case(SUPERVISOR, case(state, closed_on=TODAY)))[0] == STEP


def test_a_case_is_closed_early_by_the_supervisor() -> None:
    early = case(next(iter(sorted(Case.EARLY))))
    for role in set(Role.values) - {Role.SUPERVISOR}:
        assert "can close a case" in refused(policy.may_close_case(seated(role), early))[1]
    assert "can close a case" in refused(policy.may_close_case(seated(Role.SUPERVISOR, ELSEWHERE), early))[1]
    assert "already closed" in refused(policy.may_close_case(SUPERVISOR, case(closed_on=TODAY)))[1]
    for state in set(State.values) - set(Case.EARLY):
        assert refused(policy.may_close_case(SUPERVISOR, case(state)))[0] == STEP


def test_a_death_is_recorded_by_the_director_once() -> None:
    has_seats(lambda actor: policy.may_record_death(actor, case()), {Role.DIRECTOR}, "Only the director")
    for state, words in ((State.DECEASED, "recorded already"), (State.DUPLICATE, "is a duplicate")):
        said = refused(policy.may_record_death(seated(Role.DIRECTOR), case(state)))
        assert (said[0], words in said[1]) == (STEP, True)


def test_a_duplicate_is_marked_by_the_supervisor_once() -> None:
    closed = case(State.CLOSED, closed_on=TODAY)
    has_seats(lambda actor: policy.may_mark_duplicate(actor, closed), {Role.SUPERVISOR}, "as a duplicate")
    for state in (State.DECEASED, State.DUPLICATE):
        assert refused(policy.may_mark_duplicate(SUPERVISOR, case(state)))[0] == STEP


def test_cases_are_brought_in_by_those_who_oversee() -> None:
    has_seats(lambda actor: policy.may_bring_in_cases(actor, Unit(pk=HERE)), OVERSEERS, "many records at once")


def test_a_case_is_passed_on_by_the_system_while_it_is_offered() -> None:
    machine, offered = system(Role.SUPERVISOR), case(State.TRANSFER_PENDING)
    assert policy.may_pass_on_case(machine, offered)
    for actor in (SUPERVISOR, system(), system(Role.DIRECTOR)):
        assert "passed on by a transfer" in refused(policy.may_pass_on_case(actor, offered))[1]
    assert refused(policy.may_pass_on_case(machine, case())) == (STEP, "This case is not offered to anybody now.")


@pytest.mark.parametrize("role", Role.values)
def test_cases_are_seen_by_their_worker_and_those_who_oversee(role: str) -> None:
    mine = frozenset({HERE})
    overseen = Q(unit_id__in=mine if role in OVERSEERS else frozenset())
    own = Q(worker_id=ME, closed_on=None, unit_id__in=mine)
    works = role in {Role.CASEWORKER, Role.YOUTH_WORKER}
    assert policy.cases(seated(role)) == overseen | (own if works else NOTHING)
    machine = Actor("machine:x", seats=frozenset({(role, HERE)}))
    assert policy.cases(machine) == overseen | NOTHING
    for scope in (policy.people_of_my_caseload, policy.families_of_my_caseload):
        assert (scope(seated(role)) == NOTHING) is not works
        assert scope(machine) == NOTHING
