"""Who brings data in and takes it out, seat by seat and step by step. No table is asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Q

from kinkeeper.access.gate import Verdict
from kinkeeper.access.models import Association, Role, Unit
from kinkeeper.exchange import policy
from kinkeeper.exchange.models import Import, QuarantinedRow
from tests.seats import HERE, OVERSEERS, SUPERVISOR, has_seats, over_all, refused, seated

WORDS = "Only a supervisor or director of this unit can bring data in"
State, Waits = Import.State, QuarantinedRow.State


def brought(state: str = State.PREVIEWED, kind: str = Import.Format.SHEETS) -> Import:
    """An import into the unit."""
    return Import(unit_id=HERE, state=state, format=kind)


def row(state: str = Waits.WAITING) -> QuarantinedRow:
    """A row of it in quarantine."""
    return QuarantinedRow(of=brought(), state=state)


DEEDS: list[tuple[Callable[[Any, Any], Verdict], Any]] = [
    (policy.may_preview_import, Unit(pk=HERE)),
    (policy.may_preview_sheets, Unit(pk=HERE)),
    (policy.may_match_columns, brought()),
    (policy.may_tell_apart, brought()),
    (policy.may_begin_landing, brought()),
    (policy.may_keep_children, Unit(pk=HERE)),
    (policy.may_bring_in_reported_facts, Unit(pk=HERE)),
    (policy.may_land_children, brought(State.LANDING)),
    (policy.may_finish_landing, brought(State.LANDING)),
    (policy.may_abandon_import, brought()),
    (policy.may_mend_row, row()),
    (policy.may_set_row_aside, row()),
    (policy.may_export, Unit(pk=HERE)),
]


@pytest.mark.parametrize("place", range(len(DEEDS)))
def test_data_are_moved_by_those_who_oversee_the_unit(place: int) -> None:
    judge, subject = DEEDS[place]
    has_seats(lambda actor: judge(actor, subject), OVERSEERS, WORDS)


@pytest.mark.parametrize("role", Role.values)
def test_imports_and_sources_are_seen_by_those_who_oversee_the_unit(role: str) -> None:
    units = frozenset({HERE}) if role in OVERSEERS else frozenset()
    assert policy.imports(seated(role)) == policy.sheet_sources(seated(role)) == Q(unit_id__in=units)
    assert bool(policy.may_export_all(over_all(role), Association())) is (role == Role.DIRECTOR)
    assert "whole association" in refused(policy.may_export_all(seated(role), Association()))[1]


@pytest.mark.parametrize("state", State.values)
def test_an_import_asks_while_it_may_be_answered(state: str) -> None:
    for judge in (policy.may_match_columns, policy.may_tell_apart):
        assert bool(judge(SUPERVISOR, brought(state))) is (state in {State.PREVIEWED, State.FINISHED})
        assert "asks nothing any more" in refused(judge(SUPERVISOR, brought(state, Import.Format.SSDA903)))[1]
    assert bool(policy.may_begin_landing(SUPERVISOR, brought(state))) is (state != State.ABANDONED)


@pytest.mark.parametrize("state", Waits.values)
def test_a_row_is_mended_or_set_aside_while_it_waits(state: str) -> None:
    for judge in (policy.may_mend_row, policy.may_set_row_aside):
        assert bool(judge(SUPERVISOR, row(state))) is (state == Waits.WAITING)
