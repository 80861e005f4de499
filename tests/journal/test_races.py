"""Two deeds in the same moment put their links one after another: the chain never forks, and nobody’s news is lost."""

from __future__ import annotations

import threading

import pytest
from django.db import connections

from kinkeeper.access.models import Unit
from kinkeeper.journal.chain import Following
from kinkeeper.journal.models import Entry, History, Link
from kinkeeper.people.actions import describe_person
from kinkeeper.people.models import Person
from tests.conftest import Colleague, open_case, register
from tests.placements.test_races import a_real_database

__all__ = ["a_real_database"]

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

WORKERS, DEEDS = 4, 10


def test_parallel_deeds_do_not_fork_the_chain(amina: Colleague, village: Unit) -> None:
    people = [register(village, f"Child{number}", "Saleh") for number in range(WORKERS)]
    for person in people:
        open_case(person, amina)
    gate = threading.Barrier(WORKERS)
    faults: list[Exception] = []

    def work(person: Person) -> None:
        gate.wait()
        try:
            actor = amina.actor
            for number in range(DEEDS):
                row = Person.objects.get(pk=person.pk)
                describe_person(actor, row, birth=None, sex="F" if number % 2 else "M")
        except Exception as fault:  # noqa: BLE001  # a thread must hand every fault to the test
            faults.append(fault)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[person]) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert (Entry.objects.count(), History.objects.count()) == (WORKERS * DEEDS, WORKERS * DEEDS)
    assert list(Link.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 2 * WORKERS * DEEDS + 1))
    assert list(Following().faults()) == []
    # Each former state is answered for by a deed on its own row.
    owners = dict(Entry.objects.values_list("pk", "subject_id"))
    kept = dict(History.objects.values_list("pk", "row"))
    links = Link.objects.filter(kind="history").values_list("row", "deed")
    assert all(deed is not None and kept[row] == owners[deed] for row, deed in links)
