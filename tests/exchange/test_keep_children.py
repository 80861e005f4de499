"""Whole child records are kept as they are: the way in for what needs no judging, such as the demo."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinkeeper.access.models import Unit
from kinkeeper.exchange import actions, queries
from kinkeeper.homes.models import Home
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Person
from kinkeeper.placements.models import Placement
from kinkeeper.site.demo.histories import histories
from tests.conftest import Colleague


def test_what_is_kept_is_what_was_said(dalia: Colleague, village: Unit, tmp_path: Path) -> None:
    records = [plan.record for plan in histories(3, 30, 3)]
    actions.keep_children(dalia.actor, village, records=records)
    kept = list(queries.records_of_children(dalia.actor, [village]))
    assert [record.child for record in kept] == [record.child for record in records]
    assert [record.periods for record in kept] == [record.periods for record in records]
    assert [record.workers for record in kept] == [record.workers for record in records]
    assert kept == records
    assert Entry.objects.filter(act="exchange.keep_children").count() == 1


def test_a_home_that_is_known_is_taken(dalia: Colleague, village: Unit, okafors: Home) -> None:
    record = next(plan.record for plan in histories(3, 30, 3) if len(plan.record.episodes) == 1)
    first = record.episodes[0]
    actions.keep_children(dalia.actor, village, records=[record], homes={(record.child, first.started_on): okafors})
    assert Placement.objects.get().home == okafors
    assert Home.objects.count() == 1


def test_nobody_keeps_children_in_another_unit(dalia: Colleague, other_unit: Unit) -> None:
    with pytest.raises(Refused, match="supervisor or director"):
        actions.keep_children(dalia.actor, other_unit, records=[])
    assert Person.objects.count() == 0
