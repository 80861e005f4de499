"""Tries are counted in the database, so that every worker process counts the same; what rests tells nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import SESSION_KEY
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from kinkeeper.access import actions, limits
from kinkeeper.access.models import Association, Invitation
from kinkeeper.site.health import examine
from tests.conftest import PASSWORD, Colleague
from tests.entrance.conftest import with_password


@pytest.mark.asvs("6.3.1")
@pytest.mark.django_db
def test_what_is_counted_lies_in_the_database() -> None:
    cache.set("a-count", 3)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kinkeeper_cache WHERE cache_key LIKE %s", ["%a-count"])
        assert cursor.fetchone() == (1,)


@pytest.mark.asvs("2.4.1", "6.3.1")
def test_guessing_many_addresses_from_one_place_makes_that_place_wait(amina: Colleague) -> None:
    with_password(amina)
    client = Client()
    for number in range(60):
        client.post("/sign-in/", {"email": f"guess{number}@example.org", "password": "guess"})
    right = {"email": amina.user.email, "password": PASSWORD}
    assert "This did not work" in client.post("/sign-in/", right).content.decode()
    elsewhere = Client(REMOTE_ADDR="10.1.2.3")
    elsewhere.post("/sign-in/", right)
    assert SESSION_KEY in elsewhere.session
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        client.post("/sign-in/", right)
        assert SESSION_KEY in client.session


def test_guessing_links_makes_the_guesser_wait_and_a_right_link_reads_as_over(
    rosa: Colleague, association: Association
) -> None:
    actions.invite(
        rosa.actor, association, email="new@example.org", name="New", role="administrator", token="the-right-one"
    )
    client = Client()
    assert client.get("/welcome/the-right-one/").status_code == 200
    for number in range(15):
        assert client.get(f"/welcome/guess{number}/").status_code == 404
        assert client.get(f"/new-password/guess{number}/").status_code == 404
    assert client.get("/welcome/the-right-one/").status_code == 404
    assert Client(REMOTE_ADDR="10.1.2.3").get("/welcome/the-right-one/").status_code == 200
    assert Invitation.objects.get().accepted_at is None


def test_guessing_passkeys_makes_the_guesser_wait(amina: Colleague) -> None:
    client = Client()
    for _number in range(60):
        client.post("/sign-in/passkey/", {"credential": "{}"})
    assert limits.is_resting(client.get("/sign-in/").wsgi_request, "passkey")


def test_a_right_try_begins_the_count_anew(amina: Colleague) -> None:
    request = Client().get("/sign-in/").wsgi_request
    for _number in range(4):
        limits.note_wrong(request, "confirm", "7")
    limits.forget(request, "confirm", "7")
    for _number in range(4):
        limits.note_wrong(request, "confirm", "7")
    assert not limits.is_resting(request, "confirm", "7")
    limits.note_wrong(request, "confirm", "7")
    assert (limits.is_resting(request, "confirm", "7"), limits.is_resting(request, "confirm", "8")) == (True, False)


def test_the_check_remarks_on_an_installation_that_only_offers_factors(rosa: Colleague) -> None:
    assert any("KINKEEPER_SECOND_FACTOR" in one.remedy for one in examine())
