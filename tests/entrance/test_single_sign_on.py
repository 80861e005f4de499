"""Single sign-on: the directory says who it is, an account must be there, and what is not signed for us opens nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
import requests
from allauth.socialaccount.models import SocialToken
from cryptography.hazmat.primitives.asymmetric import rsa
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from kinkeeper.access import sessions
from kinkeeper.access.models import User
from kinkeeper.entrance import actions, door
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.site import environment
from tests.conftest import Colleague
from tests.entrance.conftest import Guarded, code_of
from tests.entrance.directory import ACCESS, CLIENT, SECRET, Directory, serving


@pytest.fixture
def directory(settings: Any) -> Iterator[Directory]:
    """The association’s directory, in which Amina is signed in."""
    with serving() as it:
        settings.DIRECTORY = {
            "provider_id": "directory",
            "name": "Kin of the Rivers",
            "client_id": CLIENT,
            "secret": SECRET,
            "settings": {"server_url": it.address, "oauth_pkce_enabled": True},
        }
        settings.SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"APPS": [settings.DIRECTORY]}}
        it.person = {"sub": "person-17", "email": "Amina@example.org", "email_verified": True}
        yield it


def comes_through(client: Client, **wanted: str) -> Any:
    """Choose the directory on the sign-in page and follow it there and back, as a browser does."""
    away = client.post("/sign-in/directory/", wanted)
    assert away.status_code == 302
    back = requests.get(away["Location"], allow_redirects=False, timeout=10)
    return client.get(back.headers["Location"].removeprefix("http://testserver"))


def is_inside(client: Client) -> bool:
    return SESSION_KEY in client.session


def test_a_verified_address_opens_the_account_and_ties_it(directory: Directory, amina: Colleague) -> None:
    client = Client()
    assert "Sign in with Kin of the Rivers" in client.get("/sign-in/").content.decode()
    answer = comes_through(client, next="/password/")
    assert (answer.status_code, answer["Location"], is_inside(client)) == (302, "/password/", True)
    amina.user.refresh_from_db()
    assert (amina.user.external_source, amina.user.external_id) == ("directory", "person-17")
    assert Entry.objects.get(act="entrance.tie_to_directory").actor == "machine:directory"
    assert Entry.objects.filter(act="access.sign_in", user=amina.user).count() == 1


@pytest.mark.asvs("10.5.2")
def test_a_tied_account_is_found_by_its_key_whatever_the_address(directory: Directory, amina: Colleague) -> None:
    comes_through(Client())
    directory.person = {"sub": "person-17", "email": "new-name@example.org", "email_verified": True}
    client = Client()
    comes_through(client)
    assert client.session[SESSION_KEY] == str(amina.user.pk)
    assert Entry.objects.filter(act="entrance.tie_to_directory").count() == 1


@pytest.mark.asvs("10.5.2")
def test_an_address_that_went_to_somebody_else_opens_nothing(directory: Directory, amina: Colleague) -> None:
    comes_through(Client())
    directory.person = {"sub": "person-99", "email": "amina@example.org", "email_verified": True}
    client = Client()
    comes_through(client)
    assert not is_inside(client)


@pytest.mark.parametrize(
    "person",
    [
        {"sub": "person-17", "email": "amina@example.org", "email_verified": False},
        {"sub": "person-17", "email": "amina@example.org"},
        {"sub": "person-17", "email": "stranger@example.org", "email_verified": True},
        {"sub": "person-17"},
    ],
)
def test_no_account_is_made_and_an_unverified_address_opens_none(
    directory: Directory, amina: Colleague, person: dict[str, Any]
) -> None:
    directory.person = person
    client = Client()
    answer = comes_through(client)
    assert (answer["Location"], is_inside(client)) == ("/sign-in/", False)
    assert User.objects.count() == 1
    assert User.objects.get().external_id is None


def test_a_closed_account_stays_closed(directory: Directory, amina: Colleague) -> None:
    comes_through(Client())
    User.objects.update(is_active=False)
    client = Client()
    comes_through(client)
    assert not is_inside(client)


@pytest.mark.asvs("6.8.2", "9.1.1", "9.1.2", "9.1.3", "9.2.1", "9.2.3", "10.5.4")
@pytest.mark.parametrize(
    "fault",
    [
        "another key",
        "another audience",
        "another issuer",
        "too old",
        "not yet",
        "no subject",
        "unsigned",
        "signed with what both know",
        "a key brought along",
        "a key at its own address",
    ],
)
def test_what_is_not_signed_for_us_opens_nothing(directory: Directory, amina: Colleague, fault: str) -> None:
    if fault == "another key":
        directory.signs_with = rsa.generate_private_key(65537, 2048)
    if fault == "unsigned":
        directory.signs_how = "none"
    if fault == "signed with what both know":
        directory.signs_how = "HS256"
    if fault.startswith("a key"):
        thief = directory.signs_with = rsa.generate_private_key(65537, 2048)
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(thief.public_key()))
        directory.heads = {"jwk": public} if fault.endswith("along") else {"jku": f"{directory.address}/evil"}
    if fault == "no subject":
        del directory.person["sub"]
    lies: dict[str, dict[str, Any]] = {
        "another audience": {"aud": "somebody-else"},
        "another issuer": {"iss": "https://evil.example"},
        "too old": {"exp": int(time.time()) - 60},
        "not yet": {"nbf": int(time.time()) + 3600},
    }
    directory.says_instead = lies.get(fault, {})
    client = Client()
    answer = comes_through(client)
    assert (answer["Location"], is_inside(client)) == ("/sign-in/", False)
    assert "The directory did not let you in" in client.get("/sign-in/").content.decode()


@pytest.mark.asvs("7.6.2", "10.1.2", "10.2.1", "10.5.1")
def test_the_answer_to_another_browser_opens_nothing(directory: Directory, amina: Colleague) -> None:
    mine, other = Client(), Client()
    away = mine.post("/sign-in/directory/")
    back = requests.get(away["Location"], allow_redirects=False, timeout=10).headers["Location"]
    other.post("/sign-in/directory/")
    answer = other.get(back.removeprefix("http://testserver"))
    assert (answer["Location"], is_inside(other)) == ("/sign-in/", False)


@pytest.mark.asvs("6.3.4", "6.8.4")
def test_a_second_factor_of_ones_own_is_asked_for_unless_the_directory_asked(
    directory: Directory, dalia_with_app: Guarded
) -> None:
    directory.person = {"sub": "person-2", "email": "dalia@example.org", "email_verified": True}
    client = Client()
    assert comes_through(client)["Location"] == "/sign-in/second-factor/"
    client.post("/sign-in/second-factor/", {"code": code_of(dalia_with_app.secret)})
    assert is_inside(client)
    directory.person["amr"] = ["pwd", "mfa"]
    client = Client()
    assert comes_through(client)["Location"] == "/"
    assert client.session[sessions.FACTOR] == "directory"


@pytest.mark.asvs("16.5.2")
def test_a_directory_that_does_not_answer_leads_back_with_a_sentence(
    db: None, settings: Any, directory: Directory
) -> None:
    settings.DIRECTORY["settings"]["server_url"] = "http://127.0.0.1:9"
    client = Client()
    assert client.post("/sign-in/directory/")["Location"] == "/sign-in/"
    assert "does not answer" in client.get("/sign-in/").content.decode()


@pytest.mark.django_db
def test_without_a_directory_there_is_no_such_door() -> None:
    assert Client().post("/sign-in/directory/").status_code == 404
    assert Client().get("/sign-in/directory/callback/").status_code == 404
    assert "Sign in with the" not in Client().get("/sign-in/").content.decode()


def test_nobody_but_the_directory_ties_an_account(rosa: Colleague, amina: Colleague) -> None:
    with pytest.raises(Refused, match="Only the association’s directory"):
        actions.tie_to_directory(rosa.actor, amina.user, subject="x")
    tied = actions.tie_to_directory(door.the_directory(), amina.user, subject="x")
    with pytest.raises(Refused, match="belongs to somebody else"):
        actions.tie_to_directory(door.the_directory(), tied, subject="y")


def test_half_a_directory_and_one_without_https_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KINKEEPER_OIDC_SERVER", "https://id.example.org/realm/")
    with pytest.raises(ImproperlyConfigured, match="together"):
        environment.directory()
    monkeypatch.setenv("KINKEEPER_OIDC_CLIENT", "kinkeeper")
    monkeypatch.setenv("KINKEEPER_OIDC_SECRET", "secret")
    found = environment.directory()
    assert found is not None
    assert found["settings"] == {"server_url": "https://id.example.org/realm", "oauth_pkce_enabled": True}
    assert environment.origin_of("KINKEEPER_OIDC_SERVER") == ["https://id.example.org"]
    monkeypatch.setenv("KINKEEPER_OIDC_SERVER", "http://id.example.org")
    with pytest.raises(ImproperlyConfigured, match="https"):
        environment.directory()


@pytest.mark.asvs("10.5.3")
def test_a_directory_that_calls_itself_otherwise_is_another_one(directory: Directory, amina: Colleague) -> None:
    directory.calls_itself = f"{directory.address}/another"
    client = Client()
    assert client.post("/sign-in/directory/")["Location"] == "/sign-in/"
    assert not is_inside(client)


@pytest.mark.asvs("15.3.2")
def test_the_directory_sends_us_nowhere_else(directory: Directory, amina: Colleague) -> None:
    directory.sends_elsewhere = f"{directory.address}/about"
    client = Client()
    assert client.post("/sign-in/directory/")["Location"] == "/sign-in/"
    assert "does not answer" in client.get("/sign-in/").content.decode()


@pytest.mark.asvs("7.6.2", "9.2.2", "10.1.1")
def test_what_the_directory_gave_us_stays_with_us(directory: Directory, amina: Colleague) -> None:
    client = Client()
    answer = comes_through(client)
    assert is_inside(client)
    kept = (
        f"{dict(client.session.items())} {client.cookies} {answer.headers} {client.get('/password/').content.decode()}"
    )
    assert ACCESS not in kept
    assert "id_token" not in kept
    assert SocialToken.objects.count() == 0
    assert Client().get("/sign-in/directory/").status_code == 405
