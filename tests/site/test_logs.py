"""A log holds no word about anybody: a hostile name is sent through pages, errors and tracebacks, and looked for."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.db.models import QuerySet
from django.test import Client

from kinkeeper.site.logs import JsonLines
from tests.conftest import PASSWORD, Colleague

CANARY = 'Zebulon"\n{"level":"info"} <b>Q</b>'
SIGNS = ("Zebulon", "<b>Q")


class Caught:
    """Every record, once as it is written and once as a careless formatter would write it."""

    def __init__(self) -> None:
        self.written, self.careless = io.StringIO(), io.StringIO()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines as a machine reads them."""
        return [json.loads(line) for line in self.written.getvalue().splitlines()]


@pytest.fixture
def caught() -> Iterator[Caught]:
    """The log of this test."""
    both = Caught()
    handlers = []
    for stream, formatter in ((both.written, JsonLines()), (both.careless, logging.Formatter())):
        handler = logging.StreamHandler(stream)
        handler.setFormatter(formatter)
        logging.getLogger().addHandler(handler)
        handlers.append(handler)
    logging.getLogger("kinkeeper").setLevel(logging.INFO)
    yield both
    logging.getLogger("kinkeeper").setLevel(logging.WARNING)
    for handler in handlers:
        logging.getLogger().removeHandler(handler)


def is_clean(text: str) -> bool:
    return not any(sign in text for sign in SIGNS)


@pytest.mark.asvs("16.2.1", "16.2.2", "16.2.4", "16.4.1")
def test_a_request_is_one_line_without_anything_about_anybody(caught: Caught, amina: Colleague) -> None:
    response = amina.browser.get("/search/", {"q": CANARY})
    [line] = [line for line in caught.lines if line["logger"] == "kinkeeper.request"]
    assert sorted(line) == [
        "actor",
        "level",
        "logger",
        "message",
        "ms",
        "request_id",
        "status",
        "time",
        "view",
    ]
    assert (line["view"], line["status"], line["actor"]) == ("search", 200, f"user:{amina.user.code}")
    assert line["request_id"] == response["X-Request-Id"]
    assert line["time"].endswith("+00:00")
    assert is_clean(caught.written.getvalue())
    assert "q=" not in caught.written.getvalue()


@pytest.mark.asvs("16.2.5", "16.3.4", "16.4.1", "16.5.1")
def test_a_hostile_name_in_a_broken_page_reaches_no_log(
    caught: Caught, rosa: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(self: QuerySet[Any], **values: Any) -> None:
        # What a database says of a row that it refuses.
        raise IntegrityError(f"DETAIL: Failing row contains ({values})")

    client = Client(raise_request_exception=False)
    client.force_login(rosa.user)
    monkeypatch.setattr(QuerySet, "create", break_down)
    response = client.post(
        "/administration/programmes/new/", {"name": CANARY.replace("\n", " "), "kind": "youth", "version": 1}
    )
    assert response.status_code == 500
    number = response["X-Request-Id"]
    assert number in response.content.decode()
    # The careless formatter shows that the name was there to be written.
    assert "Zebulon" in caught.careless.getvalue()
    assert is_clean(caught.written.getvalue())
    [line] = [line for line in caught.lines if "exception" in line]
    assert (line["exception"][0], line["request_id"]) == ("IntegrityError", number)
    assert any("break_down" in place for place in line["trace"])
    assert [one["status"] for one in caught.lines if one["logger"] == "kinkeeper.request"] == [500]


@pytest.mark.parametrize("path", ["/people/Zebulon/", "/no/Zebulon/", "/sign-in/?next=/Zebulon/"])
def test_a_hostile_address_reaches_no_log(caught: Caught, amina: Colleague, path: str) -> None:
    amina.browser.get(path)
    assert caught.lines
    assert is_clean(caught.written.getvalue())


def test_what_others_write_is_written_as_a_pattern(caught: Caught) -> None:
    logging.getLogger("some.library").warning("Cannot store %s", CANARY)
    logging.getLogger("some.library").warning(CANARY)
    try:
        try:
            raise ValueError(CANARY)
        except ValueError as error:
            raise KeyError(CANARY) from error
    except KeyError:
        logging.getLogger("some.library").exception("It broke for %s", CANARY)
    logging.getLogger("kinkeeper.worker").warning("Job %s was taken over.", 7)
    assert is_clean(caught.written.getvalue())
    assert [line["message"] for line in caught.lines] == [
        "Cannot store %s",
        "",
        "It broke for %s",
        "Job 7 was taken over.",
    ]
    assert caught.lines[2]["exception"] == ["KeyError", "ValueError"]


@pytest.mark.asvs("16.2.3", "16.2.4")
def test_the_settings_use_this_formatter_alone() -> None:
    known: dict[str, Any] = settings.LOGGING
    assert {handler["formatter"] for handler in known["handlers"].values()} == {"lines"}
    assert known["formatters"]["lines"]["()"] == "kinkeeper.site.logs.JsonLines"
    assert logging.getLogger("django").handlers == []
    assert logging.getLogger("django.server").handlers == []


@pytest.mark.asvs("16.3.1")
def test_every_try_to_sign_in_is_a_line(caught: Caught, amina: Colleague) -> None:
    amina.user.set_password(PASSWORD)
    amina.user.save()
    client = Client()
    client.post("/sign-in/", {"email": "Zebulon@example.org", "password": "Zebulon"})
    client.post("/sign-in/passkey/", {"credential": "{}"})
    client.post("/sign-in/", {"email": amina.user.email, "password": PASSWORD})
    lines = [line for line in caught.lines if line["logger"] == "kinkeeper.entrance"]
    assert [(line["message"], line["actor"]) for line in lines] == [
        ("A password was wrong.", "nobody"),
        ("A passkey was wrong.", "nobody"),
        ("Signed in by password.", f"user:{amina.user.code}"),
    ]
    assert all(line["request_id"] for line in lines)
    assert is_clean(caught.written.getvalue())
    assert amina.user.email not in caught.written.getvalue()
