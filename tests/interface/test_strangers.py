"""Every operation, called by those who must find nothing there: nobody’s token, a token that ended, a stranger’s seats.

The operations come from the OpenAPI document, so that a new one is walked without anybody thinking of it. Every sensitive
field of the world carries a canary, and none may come out; nothing may have changed afterwards.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Q
from django.http import HttpResponse
from django.test import Client

from kinkeeper.access import gate
from kinkeeper.access.actions import open_record, suspend_user
from kinkeeper.access.models import Role, Unit
from kinkeeper.cases.models import Case
from kinkeeper.homes.models import Home
from kinkeeper.interface.actions import revoke_token
from kinkeeper.interface.models import Token
from kinkeeper.people.models import Person
from tests import laws
from tests.carried import carried
from tests.conftest import Colleague, hire, open_case, put, register
from tests.interface.conftest import TODAY, Program, Story, another_child, program_of, settle, token_behind
from tests.interface.test_document import ALL, with_codes
from tests.interface.test_schemathesis import TRIED_ON
from tests.interface.test_tokens import let_in
from tests.interface.test_writing import house

CANARY = re.compile(r"QZ[a-z]+ZQ")  # no code of ours has small letters
Call = tuple[str, str, Any]


@pytest.fixture
def world(story: Story) -> Story:
    """Noor’s world, every sensitive word of it a canary."""
    put(Person.objects.get(pk=story.child.pk), name="QZnameZQ", sort_name="QZsortZQ", religion="QZreligionZQ")
    for rows, texts in (
        (story.child.names, {"given": "QZgivenZQ", "family": "QZfamilyZQ"}),
        (story.child.contact_points, {"value": "QZphoneZQ"}),
        (story.child.legal_statuses, {"authority": "QZcourtZQ"}),
        (Home.objects, {"name": "QZhomeZQ", "address": "QZstreetZQ"}),
        (story.family.households, {"name": "QZhouseZQ", "address": "QZlaneZQ"}),
        (type(story.family).objects, {"name": "QZkinZQ"}),
        (story.case.contacts, {"note": "QZnoteZQ", "child_said": "QZsaidZQ", "place": "QZplaceZQ"}),
        (type(story.placement).objects, {"mitigation": "QZbridgeZQ"}),
    ):
        for row in rows.all():
            put(row, **texts)
    return story


def calls(story: Story) -> Iterator[Call]:
    """Every operation as a call that would work for whoever may: the address on a record that is there, and its example."""
    codes = {**story.codes(), "newcomer": story.child.code}
    for method, path, told in ALL:
        at = path.removeprefix("/api/v1")
        if "{code}" in at:
            at = at.format(code=codes[TRIED_ON.get(at) or "case"])
        body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        yield method.upper(), at, _filled(body, codes)
        for asked in told.get("parameters", ()):
            # A list may be asked for what hangs on a record: that of a stranger’s unit, of a stranger’s child.
            if asked["in"] == "query" and asked["name"] in {"unit", "child"}:
                yield method.upper(), f"{at}?{asked['name']}={codes[asked['name']]}", None


def _filled(body: Any, codes: dict[str, str]) -> Any:
    if isinstance(body, dict):
        return {name: _filled(value, codes) for name, value in body.items()}
    return with_codes(body, codes) if isinstance(body, str) else body


def breaks(
    who: str, send: Callable[[Call], HttpResponse], story: Story, allowed: set[int], known: Iterable[str] = ()
) -> Iterator[str]:
    """Call everything as somebody; tells each status that is not allowed, each canary, each code and each change.

    `known` are the canaries and codes that somebody’s own seat shows.
    """
    before = house()
    marks = {code for name, code in story.codes().items() if name != "unit"} - set(known)
    for call in calls(story):
        answer, (method, path, _body) = send(call), call
        text = carried(answer)
        if answer.status_code not in allowed:
            yield f"{who}: {method} {path} is answered {answer.status_code}."
        yield from (f"{who}: {method} {path} tells {canary}." for canary in set(CANARY.findall(text)) - set(known))
        yield from (f"{who}: {method} {path} names {mark}." for mark in marks if mark in text and mark not in path)
        # Looking at every table takes its time: after each call that could change one, and once at the end.
        after = house() if method != "GET" else before
        if after != before:
            yield f"{who}: {method} {path} changed something."
            before = after
    if house() != before:
        yield f"{who}: reading changed something."


def by(program: Program) -> Callable[[Call], HttpResponse]:
    """Call with a token, and with a version where one is asked for."""

    def send(call: Call) -> HttpResponse:
        method, path, body = call
        return program.send(method, path, body, If_Match='"1"') if body is not None else program.send(method, path)

    return send


def by_session(browser: Client) -> Callable[[Call], HttpResponse]:
    """Call with a session alone."""

    def send(call: Call) -> HttpResponse:
        method, path, body = call
        headers = {"Idempotency-Key": "abcdefgh", "If-Match": '"1"'}
        answer: Any = browser.generic(method, f"/api/v1{path}", "" if body is None else "{}", headers=headers)
        return answer  # type: ignore[no-any-return]

    return send


def ended(colleague: Colleague, **changes: Any) -> Program:
    """A program of somebody who sees everything, whose token has ended in one way or another."""
    program = program_of(colleague)
    Token.objects.filter(pk=token_behind(program).pk).update(**changes)
    return program


def insider(unit: Unit) -> Colleague:
    """Somebody with every seat that reads cases in the unit."""
    return hire("Ilse Insider", (Role.CASEWORKER, unit), (Role.SUPERVISOR, unit), (Role.DIRECTOR, None))


def test_whoever_has_no_token_that_runs_is_told_nothing(world: Story, rosa: Colleague) -> None:
    ilse = insider(world.case.unit)
    closed = hire("Cleo Closed", (Role.SUPERVISOR, world.case.unit))
    of_closed = program_of(closed)
    closed.user.is_active = False
    closed.user.save()
    suspended = hire("Sam Suspended", (Role.SUPERVISOR, world.case.unit))
    of_suspended = program_of(suspended)
    suspend_user(rosa.actor, suspended.user)
    old, lost = let_in(rosa, world.case.unit), let_in(rosa, world.case.unit, role=Role.DIRECTOR)
    Token.objects.filter(pk=token_behind(old).pk).update(ends_on=TODAY - timedelta(days=1))
    revoke_token(rosa.actor, token_behind(lost))
    walkers = {
        "no token": by(Program("")),
        "an unknown token": by(Program("kk_unknown")),
        "an expired token": by(ended(ilse, ends_on=TODAY - timedelta(days=1))),
        "a revoked token": by(ended(ilse, revoked_at="2026-01-01T00:00:00Z")),
        "the token of a closed account": by(of_closed),
        "the token of a suspended account": by(of_suspended),
        "a device whose time is over": by(old),
        "a device that was lost": by(lost),
        "a session": by_session(ilse.browser),
        "a passer-by": by_session(Client()),
    }
    found = [each for who, send in walkers.items() for each in breaks(who, send, world, {401})]
    assert not found, "\n".join(found)


def seatless(colleague: Colleague) -> Program:
    """A program of somebody who never had a seat; no page makes such a token."""
    Token.objects.create(
        owner=colleague.user,
        name="Seatless",
        token_hash=Token.hash_of("secret-of-nobody"),
        may_write=True,
        ends_on=TODAY + timedelta(days=9),
    )
    return Program("secret-of-nobody")


def opened(story: Story, other_unit: Unit) -> Program:
    """A program of a worker of another unit who reads Noor’s page in an emergency: the program does not."""
    olga = hire("Olga Opened", (Role.CASEWORKER, other_unit))
    program = program_of(olga)
    open_record(olga.actor, record=story.child.code, reason="The hospital called, she is there alone.")
    return program


@pytest.mark.asvs("8.2.2", "8.3.1")
def test_strangers_find_nothing(
    world: Story, bruno: Colleague, eve: Colleague, rosa: Colleague, other_unit: Unit
) -> None:
    village = world.case.unit
    unseated = hire("Una Unseated", (Role.SUPERVISOR, village))
    of_unseated = program_of(unseated)
    unseated.user.seats.all().update(ends_on=date(2021, 1, 1))
    walkers = {
        "a stranger of another unit": program_of(bruno),
        "the supervisor of another unit": program_of(hire("Sofia Elsewhere", (Role.SUPERVISOR, other_unit))),
        "the director of another programme": program_of(hire("Olaf Director", (Role.DIRECTOR, other_unit.programme))),
        "somebody whose seat ended": of_unseated,
        "somebody seated nowhere": seatless(eve),
        "somebody who opened the record of Noor": opened(world, other_unit),
        "a monitoring officer": program_of(hire("Mila Monitor", (Role.MONITOR, None))),
        "an auditor": program_of(hire("Aldo Auditor", (Role.AUDITOR, None))),
        "an administrator": program_of(rosa),
        "a device of another unit": let_in(rosa, other_unit),
    }
    # Lists are empty, records are not there; a referral for a unit whose people one is not among is refused.
    found = [each for who, one in walkers.items() for each in breaks(who, by(one), world, {200, 404, 409, 412})]
    assert not found, "\n".join(found)
    for who, program in walkers.items():
        for method, path, body in calls(world):
            if "{code}" in path or path.count("/") > 1:
                assert program.send(method, path, body, **({"If_Match": '"1"'} if body else {})).status_code == 404, who


def test_a_colleague_of_the_same_unit_reads_the_homes_and_nothing_else(world: Story) -> None:
    program = program_of(hire("Carl Colleague", (Role.CASEWORKER, world.case.unit)))
    known = {"QZhomeZQ", "QZstreetZQ", world.home.code}
    assert list(breaks("a colleague", by(program), world, {200, 201, 403, 404, 409, 412}, known)) == [
        # Whoever works in a unit may take in what is told at its door.
        "a colleague: POST /referrals changed something."
    ]


def test_nested_id_from_other_parent(world: Story, bruno: Colleague, other_unit: Unit, amina: Colleague) -> None:
    """On one’s own record every code that a call names is one of a stranger: refused, nothing told, nothing changed."""
    program = program_of(hire("Sofia Elsewhere", (Role.SUPERVISOR, other_unit), (Role.CASEWORKER, other_unit)))
    child = register(other_unit, "Zara", "Own")
    own_case = open_case(child, bruno)
    home = Home.objects.create(unit=other_unit, name="Own home", kind=Home.Kind.FOSTER, capacity=2)
    own = settle(child, home, bruno.actor, other_unit).codes()
    # The last child has no care yet, so that nothing but the foreign home speaks against beginning it.
    newcomer = register(other_unit, "New", "Own")
    open_case(newcomer, bruno)
    own, foreign = {**own, "newcomer": newcomer.code}, world.codes()
    assert own["case"] == own_case.code
    tried, before = 0, house()
    for method, path, told in ALL:
        at = path.removeprefix("/api/v1")
        body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
        at = at.format(code=own[TRIED_ON.get(at) or "case"]) if "{code}" in at else at
        named = [name for name in foreign if f'"{{{name}}}"' in json.dumps(body)]
        for name in named:
            answer = program.send(method.upper(), at, _filled(body, {**own, name: foreign[name]}), If_Match='"1"')
            assert answer.status_code in {403, 404, 409, 412, 422}, (path, name, answer.content)
            assert not CANARY.findall(carried(answer)), (path, name)
            assert house() == before, (path, name)
            tried += 1
    assert tried >= 2
    # A list under one record holds nothing of another one’s: neither of strangers nor of one’s own.
    second = another_child(world, amina, "Second")
    reader = program_of(amina)
    for mine, other in ((world, second), (second, world)):
        text = carried(reader.get(f"/cases/{mine.case.code}/contacts"))
        assert mine.contact.code in text
        assert other.contact.code not in text


ALONG: dict[str, Any] = {"role": "administrator", "seats": [1], "unit_id": 1, "worker": "X", "owner": 1, "code": "X"}
ALONG |= {"id": 1, "pk": 1, "state": "closed", "is_active": True, "may_write": True, "by": 1, "case_id": 1}


def test_nothing_is_taken_that_was_not_asked_for(world: Story) -> None:
    """Mass assignment: a name that an operation does not know is refused, and nothing else of the call is done."""
    program = program_of(insider(world.case.unit))
    before = house()
    tried = 0
    for method, path, body in calls(world):
        for name, value in ALONG.items():
            if isinstance(body, dict) and name not in body:
                answer = program.send(method, path, {**body, name: value}, If_Match='"1"')
                assert answer.status_code == 422, (path, name, answer.content)
                tried += 1
    assert tried > 50
    assert house() == before


def test_a_token_that_only_reads_changes_nothing(world: Story) -> None:
    program = program_of(insider(world.case.unit), may_write=False)
    send = by(program)
    before = house()
    answers = {call[:2]: send(call).status_code for call in calls(world)}
    assert {code for (method, _path), code in answers.items() if method != "GET"} == {403}
    assert {code for (method, _path), code in answers.items() if method == "GET"} == {200}
    assert house() == before


def test_the_walk_hears_whoever_may_read(world: Story) -> None:
    """The same walk, as somebody who may: it must find the canaries, or it would find none anywhere."""
    found = set(breaks("an insider", by(program_of(insider(world.case.unit))), world, set()))
    heard = {canary for each in found for canary in CANARY.findall(each)}
    assert {"QZnameZQ", "QZphoneZQ", "QZstreetZQ", "QZnoteZQ", "QZlaneZQ", "QZbridgeZQ", "QZcourtZQ"} <= heard
    assert any("changed something" in each for each in found)


SCOPES: dict[Any, Any] = gate._scopes


def a_scope_that_shows_everything(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(SCOPES, Person, lambda actor: gate.EVERYTHING)


def a_scope_that_forgets_the_role(patch: pytest.MonkeyPatch) -> None:
    patch.setitem(SCOPES, Case, lambda actor: Q(pk__in=Case.objects.values("pk")))


def a_token_that_never_ends(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Token, "is_running", property(lambda token: True))


@pytest.mark.parametrize(
    "plant", [a_scope_that_shows_everything, a_scope_that_forgets_the_role, a_token_that_never_ends]
)
@pytest.mark.usefixtures("one_wall")
def test_planted_bugs_are_found(world: Story, bruno: Colleague, monkeypatch: pytest.MonkeyPatch, plant: Any) -> None:
    stranger = by(program_of(bruno))
    over = by(ended(insider(world.case.unit), revoked_at="2026-01-01T00:00:00Z"))
    plant(monkeypatch)
    found = [*breaks("a stranger", stranger, world, {200, 404, 409, 412}), *breaks("revoked", over, world, {401})]
    assert found, f"Nobody noticed {plant.__name__}."


# ---- the law ---------------------------------------------------------------------------------------------------------


def past_the_gate(text: str) -> list[str]:
    """Names in a module of the interface by which it would reach a table without asking the gate, or change one without an act."""
    forbidden = {"objects", "_base_manager", "_default_manager", "save", "delete", "bulk_create"}
    tree = ast.walk(ast.parse(text))
    return [node.attr for node in tree if isinstance(node, ast.Attribute) and node.attr in forbidden]


def test_operations_ask_the_gate_and_do_acts() -> None:
    house_of = [each for each in laws.modules() if each.room == "interface"]
    telling = {"api", "asked", "guide", "problems", "reading", "shapes", "views", "wording", "writing"}
    assert telling <= {each.part for each in house_of}
    assert {each.part: past_the_gate(each.text) for each in house_of if each.part in telling} == {
        part: [] for part in telling
    }
    assert past_the_gate("def read(request):\n    return Person.objects.all()\n") == ["objects"]
