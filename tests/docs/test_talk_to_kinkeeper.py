"""The program of docs/guides/talk-to-kinkeeper.md does what the page says, against a server that answers over a line."""

from __future__ import annotations

import re
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from kinkeeper.access.models import User
from kinkeeper.cases.models import Case, Contact
from kinkeeper.homes.models import Home
from kinkeeper.interface import tasks
from kinkeeper.interface.models import Token
from tests.conftest import Colleague, hire
from tests.interface.conftest import TODAY, another_child, program_of, settle

PAGE = Path(__file__).resolve().parents[2] / "docs" / "guides" / "talk-to-kinkeeper.md"
pytestmark = pytest.mark.django_db(transaction=True)


def block(name: str) -> str:
    """A block of code of the page."""
    found = re.search(rf"<!-- {name} -->\n```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found, name
    return found[1]


@pytest.fixture
def page() -> dict[str, Any]:
    """The names that the program of the page defines."""
    names: dict[str, Any] = {"__name__": "visit"}
    exec(compile(block("client"), str(PAGE), "exec"), names)
    return names


@pytest.fixture
def house(page: dict[str, Any], live_server: Any, dalia: Colleague) -> Any:
    """The program, with Dalia’s token."""
    return page["Kinkeeper"](live_server.url, program_of(dalia).secret)


def test_it_lists_cases_and_writes_a_visit(
    page: dict[str, Any], live_server: Any, amina: Colleague, noors_case: Case, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {**page, "address": live_server.url, "token": program_of(amina).secret, "today": TODAY.isoformat()}
    exec(block("use"), words)
    contact = Contact.objects.get()
    assert (contact.case, contact.note) == (noors_case, "She showed me her drawings.")
    assert capsys.readouterr().out.split() == [noors_case.code, contact.code]


def test_it_reads_part_after_part(house: Any, noors_case: Case, noor: Any, okafors: Home, amina: Colleague) -> None:
    story = settle(noor, okafors, amina.actor, noors_case.unit)
    others = [another_child(story, amina, name) for name in ("Ilir", "Besa")]
    codes = [case["code"] for case in house.every("/cases", limit=1)]
    assert codes == [noors_case.code, *(other.case.code for other in others)]


def test_a_rule_of_the_house_is_told(page: dict[str, Any], house: Any, noors_case: Case) -> None:
    with pytest.raises(page["Refused"], match="G-TIME: This day is still to come") as no:
        house.write_visit(noors_case.code, "2199-01-01", "x")
    assert no.value.problem["field"] == "happened_on"
    assert not Contact.objects.exists()


def test_a_broken_line_writes_no_visit_twice(house: Any, noors_case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer is lost after the deed was done; the program asks again."""
    right, calls = urllib.request.urlopen, []

    def broken(request: Any, **more: Any) -> Any:
        answer = right(request, **more)
        calls.append(request)
        if len(calls) == 1:
            raise TimeoutError
        return answer

    monkeypatch.setattr(urllib.request, "urlopen", broken)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    code = house.write_visit(noors_case.code, TODAY.isoformat(), "x")
    assert (len(calls), Contact.objects.get().code) == (2, code)


def test_who_is_overtaken_looks_again(house: Any, okafors: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    right, calls = house.call, []

    def slow(method: str, *rest: Any, **more: Any) -> Any:
        calls.append(method)
        if method == "PATCH" and calls.count("PATCH") == 1:
            Home.objects.update(capacity=7, version=9)
        return right(method, *rest, **more)

    monkeypatch.setattr(house, "call", slow)
    assert house.add_a_place(okafors.code) == 8
    assert (calls, Home.objects.get().capacity) == (["GET", "PATCH", "GET", "PATCH"], 8)


def test_who_calls_too_often_waits(house: Any, noors_case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "CALLS_A_MINUTE", 1)
    waited: list[int] = []

    def sleep(seconds: int) -> None:
        waited.append(seconds)
        Token.objects.update(minute=None)

    monkeypatch.setattr(time, "sleep", sleep)
    assert house.running_cases() == house.running_cases() == [noors_case.code]
    assert len(waited) == 1
    assert 1 <= waited[0] <= 61


def test_a_token_that_ended_is_told(page: dict[str, Any], live_server: Any, db: None) -> None:
    hire("Somebody Else")
    User.objects.update(is_active=False)
    with pytest.raises(page["Refused"], match="token: "):
        page["Kinkeeper"](live_server.url, "kk_unknown").running_cases()
