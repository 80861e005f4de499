"""JSON that programs read differently, that never ends or is too deep: refused at each door that takes JSON, never a 500."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.test import Client

from kinkeeper.cases.models import Case, Contact
from kinkeeper.drafts.models import Draft
from kinkeeper.lib.strict_json import read_json
from tests.conftest import Colleague
from tests.interface.conftest import ROOT, Program

BODIES = {
    "deep lists": "[" * 200_000 + "]" * 200_000,
    "deep objects": '{"a":' * 200_000 + "1" + "}" * 200_000,
    "deep and never closed": '{"a":[' * 100_000,
    "rather deep": "[" * 60 + "]" * 60,
    "200 000 digits": '{"happened_on": ' + "9" * 200_000 + "}",
    "a number beyond all": '{"happened_on": 1e999}',
    "no number": '{"happened_on": NaN}',
    "endless": '{"happened_on": -Infinity}',
    "a name twice": '{"note": "one", "note": "two"}',
    "half a sign": '{"note": "\\ud800"}',
    "half a sign as a name": '{"\\udfff": 1}',
    "bytes that are no text": b'{"note": "\xff\xfe"}',
    "cut off": '{"note": "one',
    "more behind": '{"note": "one"} {"note": "two"}',
    "nothing": " ",
}


@pytest.mark.parametrize("name", BODIES)
def test_it_is_no_json_of_ours(name: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — whatever json says of it
        read_json(str(BODIES[name]))


def test_plain_json_is_read() -> None:
    assert read_json('{"a": [1, -2.5e3, "я", true, null]}') == {"a": [1, -2500.0, "я", True, None]}


@pytest.mark.asvs("1.4.2", "2.2.1")
@pytest.mark.parametrize("name", BODIES)
def test_the_interface_says_400_soon(aminas: Program, noors_case: Case, name: str) -> None:
    told = {"Authorization": f"Bearer {aminas.secret}", "Idempotency-Key": "a-key-of-this-call"}
    began = time.process_time()
    path = f"{ROOT}/cases/{noors_case.code}/contacts"
    answer = Client().generic("POST", path, BODIES[name], "application/json", headers=told)
    assert time.process_time() - began < 2
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), answer.content
    assert not Contact.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", [name for name, body in BODIES.items() if isinstance(body, str)])
def test_a_passkey_that_is_a_trap_opens_nothing_and_breaks_nothing(name: str) -> None:
    client = Client()
    answer = client.post("/sign-in/passkey/", {"credential": BODIES[name]})
    assert (answer.status_code, answer["Location"]) == (302, "/sign-in/")
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("name", BODIES)
def test_a_draft_that_is_a_trap_is_refused(amina: Colleague, noors_case: Case, name: str) -> None:
    path = f"/drafts/record_contact/{noors_case.code}/"
    answer = amina.browser.post(path, BODIES[name], content_type="application/json")
    assert answer.status_code in {400, 413}
    assert not Draft.objects.exists()


@pytest.mark.parametrize("name", BODIES)
def test_the_directory_is_told_400(settings: Any, association: object, name: str) -> None:
    settings.SCIM_TOKEN = "a token that is long enough for anybody to guess at"
    told = {"authorization": f"Bearer {settings.SCIM_TOKEN}"}
    answer = Client().generic("POST", "/scim/v2/Users", BODIES[name], "application/scim+json", headers=told)
    assert answer.status_code in {400, 413}


@pytest.mark.parametrize("value", ["\0", "a\0b", "a" + "\u0301" * 100_000, "\u202e\u2066" * 500, "9" * 200_000])
def test_a_field_of_a_page_takes_no_trap(amina: Colleague, noors_case: Case, value: str) -> None:
    path = f"/cases/{noors_case.code}/record-contact/"
    typed = {"version": noors_case.version, "happened_on": value, "seen": value, "place": value, "present": value}
    assert amina.browser.post(path, typed).status_code in {200, 409}
    assert amina.browser.get("/search/", {"q": value[:3_000]}).status_code == 200
    assert amina.browser.get("/children/A%00B/").status_code == 404
    assert not Contact.objects.exists()
