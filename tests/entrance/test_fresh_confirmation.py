"""Fresh confirmation: far-reaching deeds ask once more after five minutes, lose nothing, and no view of them forgets it."""

from __future__ import annotations

import ast
import html
import inspect
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from kinkeeper.access.fresh import ASKS
from kinkeeper.access.models import Invitation, Opening, Unit
from kinkeeper.journal.acts import acts
from kinkeeper.people.models import Person
from tests.conftest import PASSWORD, Colleague
from tests.entrance.conftest import LOCAL, code_of, wishes_on, with_app, with_passkey, with_password
from tests.entrance.device import Telephone

LATER = timedelta(minutes=6)
REASON = "The hospital called, she is there alone."


# ---- the law -------------------------------------------------------------------------------------------------------------


def views() -> Iterator[tuple[str, Any]]:
    """Every view of the house by the name of its address."""

    def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[tuple[str, Any]]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns)
            elif pattern.callback.__module__.startswith("kinkeeper."):
                yield str(pattern.name), pattern.callback

    yield from walk(get_resolver().url_patterns)


def deeds_of(view: Callable[..., Any]) -> set[str]:
    """The acts that a view does, itself or through functions of its own module."""
    inner = inspect.unwrap(view)
    module = inspect.getmodule(inner)
    assert module is not None
    return _deeds(module, inner.__name__, set())


def _deeds(module: ModuleType, name: str, been: set[str]) -> set[str]:
    function = inspect.unwrap(getattr(module, name))
    found: set[str] = set()
    for node in ast.walk(ast.parse(inspect.getsource(function))):
        # An act is called, or handed to the function that calls it.
        for part in [node.func, *node.args] if isinstance(node, ast.Call) else []:
            if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
                known = getattr(getattr(module, part.value.id, None), part.attr, None)
                found |= {act.name for act in acts.values() if act is known}
        if isinstance(node, ast.Name) and node.id not in been | {name} and inspect.isfunction(getattr(module, node.id, None)):  # fmt: skip
            found |= _deeds(module, node.id, been | {name}) if getattr(module, node.id).__module__ == module.__name__ else set()  # fmt: skip
    return found


def forgetful(found: Iterator[tuple[str, Any]]) -> list[str]:
    """Views of far-reaching deeds that ask neither for a confirmation nor for a machine’s token."""
    asks = ("asks_freshly", "shows_a_token")
    return [name for name, view in found if deeds_of(view) & ASKS and not any(getattr(view, one, 0) for one in asks)]


@pytest.mark.asvs("7.5.1", "7.5.3")
def test_every_view_of_a_far_reaching_deed_asks() -> None:
    assert forgetful(views()) == []


def test_a_view_that_forgets_is_found() -> None:
    planted = [(name, inspect.unwrap(view)) for name, view in views() if name in {"invite", "export"}]
    assert forgetful(iter(planted)) == ["invite", "export"]


@pytest.mark.asvs("7.5.3")
def test_every_deed_that_asks_has_a_view_and_no_export_role_or_opening_is_left_out() -> None:
    done = {name for _name, view in views() for name in deeds_of(view)}
    assert ASKS - done <= {"exchange.export_all"}  # by the command line alone
    reaching = re.compile(
        r"\.(export\w*|download\w*|\w*seat|invite|open_record|take_factors_away|let_back_in|restore_user)$"
    )
    assert {name for name in acts if reaching.search(name)} <= ASKS


# ---- asking --------------------------------------------------------------------------------------------------------------


def fields_of(page: str) -> dict[str, str]:
    """The hidden fields of the form in which the page asks."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def test_right_after_the_sign_in_nobody_is_asked(rosa: Colleague) -> None:
    assert "Is it you?" not in rosa.browser.get("/administration/invitations/new/").content.decode()


@pytest.mark.asvs("7.2.4", "7.5.3")
def test_after_five_minutes_the_page_is_asked_for_and_comes(rosa: Colleague) -> None:
    browser = with_password(rosa).browser
    before = browser.session.session_key
    with time_machine.travel(timezone.now() + LATER):
        page = browser.get("/administration/invitations/new/?from=here").content.decode()
        assert "Is it you?" in page
        answer = browser.post(
            "/administration/invitations/new/?from=here", {**fields_of(page), "confirming-password": PASSWORD}
        )
        assert (answer.status_code, answer["Location"]) == (302, "/administration/invitations/new/?from=here")
        assert browser.session.session_key != before
        assert "Is it you?" not in browser.get(answer["Location"]).content.decode()


def test_what_was_filled_in_is_kept_and_the_deed_goes_on(rosa: Colleague, village: Unit) -> None:
    browser = with_password(rosa).browser
    filled = {"name": "Tom “O” Reilly", "email": "tom@example.org", "role": "caseworker", "place": f"unit-{village.code}"}  # fmt: skip
    version = re.search(
        r'name="version" value="(\d+)"', browser.get("/administration/invitations/new/").content.decode()
    )
    assert version
    with time_machine.travel(timezone.now() + LATER):
        page = browser.post(
            "/administration/invitations/new/", {**filled, "version": version.group(1)}
        ).content.decode()
        assert "Is it you?" in page
        assert not Invitation.objects.exists()
        wrong = browser.post("/administration/invitations/new/", {**fields_of(page), "confirming-password": "no"})
        page = wrong.content.decode()
        assert "This is not right" in page
        done = browser.post("/administration/invitations/new/", {**fields_of(page), "confirming-password": PASSWORD})
    assert "/welcome/" in done.content.decode()
    assert Invitation.objects.get().name == "Tom “O” Reilly"


def test_somebody_with_a_factor_shows_the_factor_and_not_the_password(bruno: Colleague, noor: Person) -> None:
    guarded = with_app(bruno)
    browser = bruno.browser
    filled = {"record": noor.code, "reason": REASON}
    with time_machine.travel(timezone.now() + LATER):
        page = browser.post("/openings/new/", filled).content.decode()
        assert "confirming-password" not in page
        browser.post("/openings/new/", {**fields_of(page), "confirming-password": PASSWORD})
        assert not Opening.objects.exists()
        page = browser.post("/openings/new/", filled).content.decode()
        answer = browser.post("/openings/new/", {**fields_of(page), "confirming-code": code_of(guarded.secret)})
    assert (answer.status_code, Opening.objects.get().reason) == (302, REASON)


def test_a_passkey_confirms(bruno: Colleague, noor: Person, telephone: Telephone) -> None:
    browser: Client = with_passkey(bruno, telephone)
    with time_machine.travel(timezone.now() + LATER):
        answer = browser.post("/openings/new/", {"record": noor.code, "reason": REASON}, **LOCAL)
        shown = telephone.shows(wishes_on(answer))
        kept = fields_of(answer.content.decode())
        browser.post("/openings/new/", {**kept, "confirming-credential": shown}, **LOCAL)
    assert Opening.objects.count() == 1


def test_the_confirmation_cannot_be_guessed(rosa: Colleague) -> None:
    browser = with_password(rosa).browser
    with time_machine.travel(timezone.now() + LATER):
        asked = {"confirming-method": "GET"}
        for _number in range(5):
            browser.post("/administration/invitations/new/", {**asked, "confirming-password": "guess"})
        right = browser.post("/administration/invitations/new/", {**asked, "confirming-password": PASSWORD})
    assert "Too many tries" in right.content.decode()


def test_a_field_that_claims_a_confirmation_does_nothing(rosa: Colleague) -> None:
    browser = with_password(rosa).browser
    with time_machine.travel(timezone.now() + LATER):
        for claimed in ({"confirming-method": "POST"}, {"confirming-method": "GET"}, {"confirming-code": "123456"}):
            assert "Is it you?" in browser.post("/administration/invitations/new/", claimed).content.decode()


def test_whoever_has_neither_password_nor_factor_reads_what_to_do(rosa: Colleague) -> None:
    browser = rosa.browser
    with time_machine.travel(timezone.now() + LATER):
        page = browser.get("/administration/invitations/new/").content.decode()
        assert "Sign out and sign in again" in page
        assert "Is it you?" in browser.post("/administration/invitations/new/", {"confirming-method": "POST"}).content.decode()  # fmt: skip


@pytest.mark.parametrize("minutes", [4, 6])
def test_it_is_fresh_for_five_minutes(rosa: Colleague, minutes: int) -> None:
    browser = with_password(rosa).browser
    with time_machine.travel(timezone.now() + timedelta(minutes=minutes)):
        asked = "Is it you?" in browser.get("/administration/invitations/new/").content.decode()
    assert asked is (minutes > 5)
