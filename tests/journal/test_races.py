"""Two deeds in the same moment put their links one after another: the chain never forks, and nobody’s news is lost."""

from __future__ import annotations

from functools import partial

import pytest

from kinkeeper.access.models import Unit
from kinkeeper.journal.chain import Following
from kinkeeper.journal.models import Entry, History, Link
from kinkeeper.people.actions import describe_person
from kinkeeper.people.models import Person
from tests.conftest import Colleague, open_case, register
from tests.placements.test_races import a_real_database, race

__all__ = ["a_real_database"]

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

WORKERS, DEEDS = 4, 10


def test_parallel_deeds_do_not_fork_the_chain(amina: Colleague, village: Unit) -> None:
    people = [register(village, f"Child{number}", "Saleh") for number in range(WORKERS)]
    for person in people:
        open_case(person, amina)

    def work(person: Person) -> None:
        actor = amina.actor
        for number in range(DEEDS):
            row = Person.objects.get(pk=person.pk)
            describe_person(actor, row, birth=None, sex="F" if number % 2 else "M")

    assert race(*[partial(work, person) for person in people]) == (WORKERS, [])
    assert (Entry.objects.count(), History.objects.count()) == (WORKERS * DEEDS, WORKERS * DEEDS)
    assert list(Link.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 2 * WORKERS * DEEDS + 1))
    assert list(Following().faults()) == []
    # Each former state is answered for by a deed on its own row.
    owners = dict(Entry.objects.values_list("pk", "subject_id"))
    kept = dict(History.objects.values_list("pk", "row"))
    links = Link.objects.filter(kind="history").values_list("row", "deed")
    assert all(deed is not None and kept[row] == owners[deed] for row, deed in links)
