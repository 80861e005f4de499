"""Every page asks for a sign-in, except the short list in site/middleware.py; a page that forgets is found here."""

from __future__ import annotations

import pytest
from django.test import Client

from kinkeeper.site.middleware import WITHOUT_SIGN_IN
from tests.walk import addresses

SAMPLE = "BCDF2345"


def test_the_list_of_open_pages_is_this_one() -> None:
    """Whoever makes a page public has to say so here, too."""
    assert sorted(WITHOUT_SIGN_IN) == [
        "accept_invitation",
        "calendar_feed",
        "choose_language",
        "choose_new_password",
        "directory_callback",
        "gallery",
        "go_to_directory",
        "scim_about",
        "scim_user",
        "scim_users",
        "second_factor",
        "sign_in",
        "sign_in_with_passkey",
        "sign_out",
    ]


@pytest.mark.asvs("8.2.1")
@pytest.mark.django_db
def test_every_other_page_sends_to_the_sign_in_page() -> None:
    client = Client()
    asked = [address for address in addresses() if address.name not in WITHOUT_SIGN_IN]
    assert len(asked) > 15
    answers = {}
    for address in asked:
        response = client.get(address.at(dict.fromkeys(address.keys, SAMPLE)))
        answers[address.name] = (response.status_code, response.headers.get("Location", "").split("?")[0])
    assert {name: answer for name, answer in answers.items() if answer != (302, "/sign-in/")} == {}


@pytest.mark.django_db
def test_a_part_of_a_page_sends_the_whole_page_there() -> None:
    response = Client().get("/administration/", headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (401, "/sign-in/")


@pytest.mark.django_db
def test_an_address_that_does_not_exist_is_a_plain_404() -> None:
    response = Client().get("/no-such-page/")
    assert response.status_code == 404
    assert "There is nothing here for you" in response.content.decode()
