"""Cases of another system are brought in as they were kept there."""

from __future__ import annotations

from datetime import date

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.cases import actions
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague, register

MAY, JUNE = date(2024, 5, 6), date(2024, 6, 3)


def test_cases_come_with_workers_and_contacts(dalia: Colleague, village: Unit) -> None:
    cases = [Case(child=register(village, f"Child {n}", "Old"), unit=village, opened_on=MAY) for n in range(3)]
    workers = [Assignment(case=case, worker_reference="SW1", starts_on=MAY) for case in cases]
    visits = [Contact(case=case, happened_on=JUNE, seen="alone") for case in cases]
    actions.bring_in_cases(dalia.actor, village, cases=cases, assignments=workers, contacts=visits)
    assert Case.objects.count() == Contact.objects.count() == 3
    assert set(Assignment.objects.values_list("case", "worker_reference")) == {(case.pk, "SW1") for case in cases}
    assert Entry.objects.filter(act="cases.bring_in_cases").count() == 3


def test_what_changed_is_written(dalia: Colleague, village: Unit, noors_case: Case) -> None:
    assignment = Assignment.objects.select_related("case").get(case=noors_case)
    actions.bring_in_cases(dalia.actor, village, changes=[(assignment, {"ends_on": JUNE})])
    assert Assignment.objects.get().ends_on == JUNE


def test_nothing_lands_in_another_unit(dalia: Colleague, village: Unit, other_unit: Unit, noors_case: Case) -> None:
    foreign = Case(child=register(other_unit, "Far", "Away"), unit=other_unit, opened_on=MAY)
    with pytest.raises(Unseen):
        actions.bring_in_cases(dalia.actor, village, cases=[foreign])
    elsewhere = Case.objects.create(child=register(other_unit, "Far", "Off"), unit=other_unit, opened_on=MAY)
    with pytest.raises(Unseen):
        actions.bring_in_cases(dalia.actor, village, contacts=[Contact(case=elsewhere, happened_on=JUNE, seen="alone")])
    assert not Contact.objects.exists()


def test_only_those_who_oversee_bring_in(amina: Colleague, village: Unit) -> None:
    with pytest.raises(Refused, match="bring in many records"):
        actions.bring_in_cases(amina.actor, village)
