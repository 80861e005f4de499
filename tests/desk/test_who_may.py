"""Who takes a list of the caseload out of the house, seat by seat."""

from __future__ import annotations

import pytest

from kinkeeper.access.gate import Actor
from kinkeeper.access.models import Association, Role
from kinkeeper.desk import policy


@pytest.mark.parametrize("role", Role.values)
def test_a_list_is_taken_out_by_those_who_work_with_cases(role: str) -> None:
    works = role in {Role.CASEWORKER, Role.YOUTH_WORKER, Role.SUPERVISOR, Role.DIRECTOR}
    verdict = policy.may_download_caseload(Actor("user:X", 7, seats=frozenset({(role, 1)})), Association())
    assert bool(verdict) is works
    assert works or "take a list of them out" in verdict.sentence
