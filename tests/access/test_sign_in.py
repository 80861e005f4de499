"""Signing in: by address and password, slowly after five wrong ones, the same sentence whether or not there is an account."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.test import Client, override_settings
from django.utils import timezone

from kinkeeper.access.models import SignInFailure
from kinkeeper.journal.models import Entry
from kinkeeper.site import settings as house
from tests.conftest import PASSWORD, Colleague

NO = "This did not work. Check address and password"


@pytest.fixture
def amina_with_password(amina: Colleague) -> Colleague:
    """Amina, who has chosen a password."""
    amina.user.set_password(PASSWORD)
    amina.user.save()
    return amina


def test_the_right_password_lets_in_and_back_to_the_page_that_was_wanted(amina_with_password: Colleague) -> None:
    client = Client()
    response = client.post("/sign-in/", {"email": " Amina@Example.org ", "password": PASSWORD, "next": "/password/"})
    assert (response.status_code, response["Location"]) == (302, "/password/")
    assert client.get("/password/").status_code == 200
    assert client.cookies["kinkeeper-language"].value == "en"
    entry = Entry.objects.get(act="access.sign_in")
    assert (entry.user, entry.subject_code) == (amina_with_password.user, amina_with_password.user.code)


@pytest.mark.asvs("3.7.2")
def test_a_page_elsewhere_is_not_followed(amina_with_password: Colleague) -> None:
    response = Client().post(
        "/sign-in/", {"email": "amina@example.org", "password": PASSWORD, "next": "https://evil.example/"}
    )
    assert response["Location"] == "/"


@pytest.mark.asvs("6.3.8")
def test_a_wrong_password_and_an_unknown_address_read_the_same(amina_with_password: Colleague) -> None:
    client = Client()
    wrong = client.post("/sign-in/", {"email": "amina@example.org", "password": "not this one"})
    unknown = client.post("/sign-in/", {"email": "amina@example.com", "password": "not this one"})
    assert NO in wrong.content.decode()
    assert NO in unknown.content.decode()
    assert list(SignInFailure.objects.order_by("pk").values_list("address_hash", flat=True)) == [
        SignInFailure.hash_of("amina@example.org"),
        SignInFailure.hash_of("amina@example.com"),
    ]
    assert not Entry.objects.exists()


@pytest.mark.asvs("6.3.1")
def test_after_five_wrong_ones_the_right_one_has_to_wait(amina_with_password: Colleague) -> None:
    client = Client()
    for _number in range(5):
        client.post("/sign-in/", {"email": "Amina@example.org", "password": "guess"})
    response = client.post("/sign-in/", {"email": "amina@example.org", "password": PASSWORD})
    assert NO in response.content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        assert client.post("/sign-in/", {"email": "amina@example.org", "password": PASSWORD}).status_code == 302
    assert not SignInFailure.objects.exists()


def test_a_closed_account_stays_outside(amina_with_password: Colleague) -> None:
    amina_with_password.user.is_active = False
    amina_with_password.user.save()
    response = Client().post("/sign-in/", {"email": "amina@example.org", "password": PASSWORD})
    assert NO in response.content.decode()


@pytest.mark.asvs("14.3.1")
def test_signing_out_ends_the_session_and_clears_the_browser(amina: Colleague) -> None:
    browser = amina.browser
    response = browser.post("/sign-out/")
    assert (response.status_code, response["Clear-Site-Data"]) == (302, '"cache", "storage"')
    assert browser.get("/password/").status_code == 302
    assert browser.get("/sign-out/").status_code == 405


@pytest.mark.asvs("11.4.2")
def test_passwords_are_kept_with_argon2() -> None:
    """The suite puts a faster hash before it; what an installation does is in its settings."""
    with override_settings(PASSWORD_HASHERS=house.PASSWORD_HASHERS[-1:]):
        assert make_password(PASSWORD).startswith("argon2$argon2id$")
