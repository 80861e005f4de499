"""Provisioning by SCIM: the directory makes accounts without seats and closes them, and a closed one is out at once."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from kinkeeper.access.gate import actor_for
from kinkeeper.access.models import Association, User
from kinkeeper.entrance import actions
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.notices.actions import open_calendar_feed
from kinkeeper.site import environment
from tests.conftest import Colleague

TOKEN = "a token that is long enough for anybody to guess at"
TOM = {"userName": "Tom@Example.org", "externalId": "person-5", "name": {"givenName": "Tom", "familyName": "Hay"}}


class Talk:
    """What the directory says."""

    def __init__(self, token: str = TOKEN) -> None:
        self.client, self.headers = Client(enforce_csrf_checks=True), {"authorization": f"Bearer {token}"}

    def __call__(self, method: str, path: str = "", body: Any = None) -> tuple[int, Any]:
        answer = self.client.generic(
            method, f"/scim/v2/Users{path}", json.dumps(body), "application/scim+json", headers=self.headers
        )
        return answer.status_code, json.loads(answer.content) if answer.content else None


@pytest.fixture
def scim(settings: Any, association: Association) -> Talk:
    """The directory, which has the token."""
    settings.SCIM_TOKEN = TOKEN
    return Talk()


def test_an_account_is_made_without_password_and_without_seat(scim: Talk) -> None:
    status, told = scim("POST", "", TOM)
    tom = User.objects.get()
    assert (status, told["id"], told["userName"], told["active"]) == (201, tom.code, "tom@example.org", True)
    assert (tom.name, tom.external_source, tom.external_id) == ("Tom Hay", "directory", "person-5")
    assert not tom.has_usable_password()
    assert not actor_for(tom).seats
    entry = Entry.objects.get(act="entrance.provision_user")
    assert (entry.actor, entry.user) == ("machine:directory", None)


def test_an_account_is_made_once(scim: Talk, amina: Colleague) -> None:
    assert scim("POST", "", TOM)[0] == 201
    for body in (TOM, {**TOM, "userName": "other@example.org"}, {"userName": "amina@example.org", "displayName": "A"}):
        status, told = scim("POST", "", body)
        assert (status, told["scimType"]) == (409, "uniqueness")
    assert User.objects.count() == 2


@pytest.mark.parametrize(
    "how",
    [
        ("DELETE", None),
        ("PUT", {"userName": "amina@example.org", "displayName": "Amina Haddad", "active": False}),
        ("PATCH", {"Operations": [{"op": "replace", "path": "active", "value": False}]}),
        ("PATCH", {"Operations": [{"op": "Replace", "path": "active", "value": "False"}]}),
        ("PATCH", {"Operations": [{"op": "replace", "value": {"active": False}}]}),
    ],
)
def test_a_closed_account_is_out_at_once_with_sessions_and_secret_addresses(
    scim: Talk, amina: Colleague, how: tuple[str, Any]
) -> None:
    browser = amina.browser
    open_calendar_feed(amina.actor, amina.user, token="a-secret-address")
    assert browser.get("/my-devices/").status_code == 200
    assert Client().get("/calendar/a-secret-address.ics").status_code == 200
    assert scim(how[0], f"/{amina.user.code}", how[1])[0] in {200, 204}
    assert browser.get("/my-devices/").status_code == 302
    assert Client().get("/calendar/a-secret-address.ics").status_code == 404
    assert Entry.objects.get(act="access.suspend_user").actor == "machine:directory"
    status, told = scim("PATCH", f"/{amina.user.code}", {"Operations": [{"op": "replace", "value": {"active": True}}]})
    assert (status, told["active"]) == (200, True)
    assert amina.actor.seats


def test_name_and_address_follow_the_directory(scim: Talk, amina: Colleague, bruno: Colleague) -> None:
    new = {"userName": "amina.saleh@example.org", "displayName": "Amina Saleh", "externalId": "person-1"}
    assert scim("PUT", f"/{amina.user.code}", new)[0] == 200
    amina.user.refresh_from_db()
    assert (amina.user.email, amina.user.name, amina.user.external_id) == (
        "amina.saleh@example.org", "Amina Saleh", "person-1",
    )  # fmt: skip
    assert scim("PUT", f"/{amina.user.code}", {**new, "userName": "bruno@example.org"})[0] == 409
    assert Entry.objects.filter(act="entrance.describe_user").count() == 1


def test_accounts_are_listed_and_found(scim: Talk, amina: Colleague, bruno: Colleague) -> None:
    told = scim("GET", "?startIndex=2&count=1")[1]
    assert (told["totalResults"], told["itemsPerPage"], told["Resources"][0]["id"]) == (2, 1, bruno.user.code)
    found = scim("GET", '?filter=userName eq "AMINA@example.org"')[1]
    assert [one["id"] for one in found["Resources"]] == [amina.user.code]
    assert scim("GET", '?filter=externalId eq "nobody"')[1]["totalResults"] == 0
    assert scim("GET", f"/{amina.user.code}")[1]["userName"] == "amina@example.org"
    assert scim("GET", '?filter=password sw "a"')[1]["scimType"] == "invalidFilter"
    assert scim("GET", "/NOSUCH00")[0] == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_the_same_number_of_questions(
    scim: Talk, amina: Colleague, rows: int, django_assert_num_queries: Any
) -> None:
    for number in range(rows - 1):
        scim("POST", "", {"userName": f"tom{number}@example.org", "displayName": "Tom"})
    with django_assert_num_queries(11):
        assert scim("GET")[1]["totalResults"] == rows


@pytest.mark.parametrize(
    "body",
    [
        None, [], {}, {"userName": "no address", "displayName": "X"}, {"userName": "a@example.org"},
        {"userName": "a@example.org", "displayName": "x" * 201}, {"userName": "a@example.org", "displayName": "a\u0000b"},
        {"userName": "a@example.org", "displayName": "A", "externalId": ""}, {"userName": ["a"], "name": []},
    ],
)  # fmt: skip
def test_nonsense_is_refused_with_a_reason_and_makes_nothing(scim: Talk, body: Any) -> None:
    status, told = scim("POST", "", body)
    assert (status, bool(told["detail"])) == (400, True)
    assert not User.objects.exists()


def test_who_has_not_the_token_learns_nothing(scim: Talk, amina: Colleague, rosa: Colleague) -> None:
    for token in ("", "wrong", TOKEN[:-1], "ключ"):
        assert Talk(token.encode().decode("latin-1"))("GET", f"/{amina.user.code}")[0] == 401
    assert rosa.browser.get("/scim/v2/Users").status_code == 401
    assert rosa.browser.delete(f"/scim/v2/Users/{amina.user.code}").status_code == 401
    amina.user.refresh_from_db()
    assert amina.user.is_active


def test_guessing_the_token_makes_the_guesser_wait(scim: Talk) -> None:
    for _number in range(60):
        Talk("guess")("GET")
    assert scim("GET")[0] == 429


@pytest.mark.django_db
def test_without_a_token_there_is_no_such_address() -> None:
    for path in ("/scim/v2/Users", "/scim/v2/ServiceProviderConfig", "/scim/v2/Users/ABC"):
        assert Client().get(path, headers={"authorization": "Bearer "}).status_code == 404


def test_it_says_what_it_can_do(scim: Talk) -> None:
    told = scim.client.get("/scim/v2/ServiceProviderConfig", headers=scim.headers).json()
    assert (told["patch"]["supported"], told["bulk"]["supported"]) == (True, False)


def test_nobody_else_makes_or_describes_accounts_that_way(
    rosa: Colleague, amina: Colleague, association: Association
) -> None:
    with pytest.raises(Refused, match="Only the association’s directory"):
        actions.provision_user(rosa.actor, association, email="x@example.org", name="X")
    with pytest.raises(Refused, match="Only the association’s directory"):
        actions.describe_user(rosa.actor, amina.user, email="x@example.org", name="X")


def test_a_short_token_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINKEEPER_SCIM_TOKEN", "short")
    with pytest.raises(ImproperlyConfigured, match="at least 40"):
        environment.long_secret("KINKEEPER_SCIM_TOKEN")
