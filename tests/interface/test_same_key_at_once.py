"""Several calls with one key at the same moment: one deed is done, and everybody gets its answer."""

from __future__ import annotations

import pytest

from kinkeeper.cases.models import Case, Contact
from kinkeeper.interface.models import KeptAnswer
from tests.conftest import Colleague
from tests.interface.conftest import TODAY, program_of
from tests.placements.test_races import a_real_database, race

__all__ = ["a_real_database"]

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]

VISIT = {"happened_on": TODAY.isoformat(), "seen": "alone"}


def test_of_calls_with_one_key_at_once_one_does_it(amina: Colleague, noors_case: Case) -> None:
    program, path = program_of(amina), f"/cases/{noors_case.code}/contacts"
    answers: list[tuple[int, bytes]] = []

    def call() -> object:
        answer = program.post(path, VISIT, key="visit-0001")
        answers.append((answer.status_code, answer.content))
        return answer

    race(*[call] * 4)
    assert ({status for status, _body in answers}, len({body for _status, body in answers})) == ({201}, 1)
    assert (len(answers), Contact.objects.count(), KeptAnswer.objects.count()) == (4, 1, 1)


def test_of_calls_with_keys_of_their_own_each_is_done(amina: Colleague, noors_case: Case) -> None:
    program, path = program_of(amina), f"/cases/{noors_case.code}/contacts"
    keys = [f"visit-000{number}" for number in range(4)]
    race(*[lambda key=key: program.post(path, VISIT, key=key) for key in keys])
    assert (Contact.objects.count(), KeptAnswer.objects.count()) == (4, 4)
