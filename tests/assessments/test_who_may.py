"""Who assesses, and at which steps of a case. No table is asked."""

from __future__ import annotations

import pytest

from kinkeeper.access.models import Role
from kinkeeper.assessments import policy
from kinkeeper.cases.models import Case
from tests.seats import SOMEBODY_ELSE, STEP, SUPERVISOR, TODAY, case, has_seats, refused

State = Case.State
AT_WORK = {Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR}


def test_the_worker_of_the_case_and_a_supervisor_assess() -> None:
    for judge, state in ((policy.may_complete_assessment, State.ASSESSMENT), (policy.may_reassess, State.ACTIVE)):
        words = "Only the worker of this case or a supervisor"
        has_seats(lambda actor, judge=judge, state=state: judge(actor, case(state)), AT_WORK, words)
        others = lambda actor, judge=judge, state=state: judge(actor, case(state, SOMEBODY_ELSE))  # noqa: E731
        has_seats(others, {Role.SUPERVISOR}, words)


@pytest.mark.parametrize("state", State.values)
def test_each_assessment_has_its_steps(state: str) -> None:
    first = policy.may_complete_assessment(SUPERVISOR, case(state))
    again = policy.may_reassess(SUPERVISOR, case(state))
    assert bool(first) is (state == State.ASSESSMENT)
    assert bool(again) is (state not in {State.INTAKE, State.ASSESSMENT})
    words = "Register this case first" if state == State.INTAKE else "Assess again instead"
    assert first or (refused(first)[0], words in refused(first)[1]) == (STEP, True)
    assert again or (refused(again)[0], "Complete the first" in refused(again)[1]) == (STEP, True)
    for judge in (policy.may_complete_assessment, policy.may_reassess):
        closed = refused(judge(SUPERVISOR, case(state, closed_on=TODAY)))
        assert (closed[0], "This case is closed" in closed[1]) == (STEP, True)
