"""Schemathesis calls every operation with what the document allows and with what it forbids, and finds nothing.

Bounded and always the same: the same examples, without a store of earlier ones. What it must never see: an answer of the
kind 500, a status that is not declared, an answer of another shape or media type, wrong input that is taken, an operation
that answers without a token.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, settings
from schemathesis.config import SchemathesisConfig
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from kinkeeper.access.models import Role
from kinkeeper.interface import problems, queries, shapes, tasks
from kinkeeper.interface.api import NOBODY
from kinkeeper.interface.models import KeptAnswer
from tests.conftest import Colleague, hire
from tests.interface.conftest import Program, Story, program_of
from tests.interface.test_document import RECORD_OF, fresh

ALWAYS_THE_SAME = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
schema = schemathesis.openapi.from_wsgi(
    "/api/v1/openapi.json", get_wsgi_application(), config=SchemathesisConfig.from_dict({"seed": 1})
)
# What has the right shape may still be refused: by a rule of the house, a cursor of somebody else, a key of another call.
NOT_ASKED = [checks.positive_data_acceptance]
# Which record each operation is tried on, besides those that do not exist.
TRIED_ON = {
    "/persons/{code}": "child",
    "/families/{code}": "family",
    "/cases/{code}": "case",
    "/contacts/{code}": "contact",
    "/placements/{code}": "placement",
    "/periods-of-care/{code}": "period",
    **RECORD_OF,
}


@dataclass
class Rich:
    """A program with many seats, the codes of what it sees, and how often it was answered with what."""

    program: Program
    codes: dict[str, str]
    turn: Iterator[int] = field(default_factory=count)
    answered: Counter[int] = field(default_factory=Counter)

    def call(self, case: Any) -> None:
        """Make a call and let schemathesis judge the answer; of two calls one is tried on a record that is there."""
        KeptAnswer.objects.all().delete()
        place = TRIED_ON.get(case.path.removeprefix("/api/v1"))
        if next(self.turn) % 2 == 0:
            if place and case.path_parameters:
                case.path_parameters["code"] = self.codes[place]
            for name in {"unit", "home"} & (set(case.body) if isinstance(case.body, dict) else set()):
                # What is wrong on purpose stays wrong.
                if isinstance(case.body[name], str) and len(case.body[name]) <= 20:
                    case.body[name] = self.codes[name]
        sent = {"Authorization": f"Bearer {self.program.secret}"}
        self.answered[case.call_and_validate(headers=sent, excluded_checks=NOT_ASKED).status_code] += 1


@pytest.fixture
def rich(story: Story, amina: Colleague, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rich]:
    """Ilse’s program, which may call as often as it likes."""
    monkeypatch.setattr(tasks, "CALLS_A_MINUTE", 1_000_000)
    unit = story.case.unit
    ilse = hire("Ilse Insider", (Role.CASEWORKER, unit), (Role.SUPERVISOR, unit), (Role.DIRECTOR, None))
    found = Rich(program_of(ilse), fresh(story, amina))
    # The test holds one transaction over all calls; between two calls of a server the connection may be closed.
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield found
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)
    assert not found.answered or any(status != 404 for status in found.answered), "Nothing that is there was tried."


@pytest.mark.asvs("1.4.2", "2.2.1", "15.3.5")
@schema.parametrize()
@ALWAYS_THE_SAME
def test_nothing_is_found(case: Any, rich: Rich) -> None:
    rich.call(case)


def a_fault(*_all: object) -> None:
    raise ZeroDivisionError


def an_answer_of_another_shape(*_all: object) -> dict[str, Any]:
    return {"code": "x", "version": "many", "withheld": [], "name": 5}


def an_answer_that_is_not_declared(*_all: object) -> None:
    raise problems.Problem(418, "teapot", "Short and stout.")


@pytest.mark.parametrize("planted", [a_fault, an_answer_of_another_shape, an_answer_that_is_not_declared])
def test_a_planted_fault_is_found(rich: Rich, monkeypatch: pytest.MonkeyPatch, planted: Any) -> None:
    operation = schema["/api/v1/cases/{code}"]["GET"]
    code = {"code": rich.codes["case"]}
    rich.call(operation.Case(path_parameters=code))
    monkeypatch.setattr(shapes, "of_case", planted)
    with pytest.raises(FailureGroup):
        rich.call(operation.Case(path_parameters=code))


def test_an_operation_that_needs_no_token_is_found(rich: Rich, monkeypatch: pytest.MonkeyPatch) -> None:
    operation = schema["/api/v1/token"]["GET"]
    rich.call(operation.Case())
    known = queries.behind_the_secret(NOBODY, rich.program.secret)
    monkeypatch.setattr(queries, "behind_the_secret", lambda actor, secret: known)
    with pytest.raises(FailureGroup):
        rich.call(operation.Case())
