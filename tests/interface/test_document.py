"""The OpenAPI document: whole, honest about every answer, with examples that work; and the page drawn from it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest
from django.test import Client

from kinkeeper.cases.models import Case
from kinkeeper.interface import guide
from kinkeeper.interface.api import api
from kinkeeper.interface.writing import A_DAY
from kinkeeper.journal.acts import acts
from tests.conftest import Colleague, approve, decide, open_case, register
from tests.interface.conftest import TODAY, Program, Story, told

READING = {"get"}
Operation = tuple[str, str, dict[str, Any]]


def document() -> dict[str, Any]:
    """The document as a program reads it."""
    answer = Client().get("/api/v1/openapi.json")
    assert (answer.status_code, answer["Content-Type"].split(";")[0]) == (200, "application/json")
    found: dict[str, Any] = json.loads(answer.content)
    return found


def operations() -> Iterator[Operation]:
    """Every operation as (method, path, what is said of it)."""
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method, told_of in methods.items():
            yield method, path, told_of


ALL = list(operations())
NAMES = [f"{method} {path}" for method, path, _told in ALL]
WRITING = [each for each in ALL if each[0] not in READING]


def shape(told_of: dict[str, Any], status: int) -> Any:
    """A validator of an answer of an operation."""
    content = told_of["responses"][str(status)]["content"]
    schema = next(iter(content.values()))["schema"]
    return jsonschema_rs.validator_for({**schema, "components": document()["components"]})


@pytest.mark.asvs("13.4.5")
@pytest.mark.django_db
def test_the_document_is_openapi_3_1_and_open_to_whoever_builds_a_program() -> None:
    found = document()
    assert (found["openapi"], found["info"]["title"]) == ("3.1.0", "Kinkeeper")
    assert found["components"]["securitySchemes"] == {"Bearer": {"type": "http", "scheme": "bearer"}}
    assert len(ALL) == 22


@pytest.mark.parametrize(("method", "path", "told_of"), ALL, ids=NAMES)
def test_every_operation_says_who_may_call_it_and_how_it_says_no(
    method: str, path: str, told_of: dict[str, Any]
) -> None:
    assert told_of["security"] == [{"Bearer": []}]
    assert told_of["x-who"].endswith(".")
    assert told_of["description"].strip().endswith(".")
    answers = {int(code) for code in told_of["responses"]}
    wanted = {401, 429}
    wanted |= {404} if "{code}" in path else set()
    wanted |= set() if method in READING else {400, 403, 404, 409, 412, 422}
    assert wanted <= answers
    for code in answers:
        media = set(told_of["responses"][str(code)]["content"])
        assert media == {"application/problem+json" if code >= 400 else "application/json"}
    assert "WWW-Authenticate" in told_of["responses"]["401"]["headers"]


@pytest.mark.parametrize(("method", "path", "told_of"), WRITING, ids=[f"{each[0]} {each[1]}" for each in WRITING])
def test_every_change_is_an_act_of_the_pages(method: str, path: str, told_of: dict[str, Any]) -> None:
    deeds = {name.split(".")[1] for name in acts}
    assert told_of["operationId"] in deeds
    assert told_of["x-scope"] == "write"
    headers = {each["name"]: each["required"] for each in told_of["parameters"] if each["in"] == "header"}
    assert headers["Idempotency-Key"]


# ---- the examples ----------------------------------------------------------------------------------------------------


def fresh(story: Story, amina: Colleague) -> dict[str, str]:
    """The codes that examples name; the child of a placement that begins lives nowhere yet, and its home has a place."""
    child = register(story.case.unit, "Mira", "Kolar")
    open_case(child, amina)
    decide(child, "FOSTER_ST")
    approve(story.home, "FOSTER_ST")
    return {**story.codes(), "newcomer": child.code}


def with_codes(text: str, codes: dict[str, str]) -> str:
    """An example with the codes of this world and the day of today."""
    for name, code in codes.items():
        text = text.replace(f"{{{name}}}", code)
    return text.replace(A_DAY, TODAY.isoformat())


RECORD_OF = {
    "/cases/{code}/contacts": "case",
    "/persons/{code}/contact-points": "child",
    "/persons/{code}/start-placement": "newcomer",
    "/periods-of-care/{code}/end": "period",
    "/homes/{code}": "home",
}


@pytest.mark.parametrize(("method", "path", "told_of"), ALL, ids=NAMES)
def test_its_example_works_and_is_answered_as_it_says(
    dalias: Program, story: Story, amina: Colleague, method: str, path: str, told_of: dict[str, Any]
) -> None:
    codes = fresh(story, amina)
    path = path.removeprefix("/api/v1")
    if method in READING:
        answer = dalias.get(with_codes(told_of["x-example-call"], codes))
        status = 200
    else:
        body = json.loads(
            with_codes(json.dumps(told_of["requestBody"]["content"]["application/json"]["example"]), codes)
        )
        at = path.format(code=codes[RECORD_OF[path]]) if "{code}" in path else path
        seen = {"If_Match": '"1"'} if "428" in told_of["responses"] else {}
        answer = dalias.send(method.upper(), at, body, **seen)
        status = next(int(code) for code in told_of["responses"] if int(code) < 400)
    assert answer.status_code == status, answer.content
    shape(told_of, status).validate(told(answer))
    if "items" in told(answer):
        assert told(answer)["items"], "An example that finds nothing shows nothing."


# ---- the page --------------------------------------------------------------------------------------------------------


def test_the_page_tells_every_operation(amina: Colleague) -> None:
    page = amina.browser.get("/api/").content.decode()
    for method, path, told_of in ALL:
        assert f"{method.upper()} {path}" in page
        assert f'id="{told_of["operationId"]}"' in page
    assert page.count("Bearer kk_…") == len(ALL)
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_fields_inside_parts_are_told_with_their_place() -> None:
    chapters = {chapter.id: chapter for chapter in guide.chapters(api.get_openapi_schema())}
    person = next(each for each in chapters["persons"].operations if each.id == "read_person")
    lines = {line.name: line for line in person.answer}
    assert (lines["names.given"].kind, lines["contact_points.code"].required) == ("string / null", True)
    referral = chapters["referrals"].operations[0]
    body = {line.name: line for line in referral.body}
    assert body["spoken_of.given"].kind == "string ≤ 100"
    assert '"phone"' in body["channel"].kind
    assert body["received_at"].kind == "date-time / null"
    assert (body["known"].required, body["urgency"].required) == (True, False)


def test_no_chapter_is_without_a_title() -> None:
    tags = {told_of["tags"][0] for _method, _path, told_of in ALL}
    assert tags == set(guide.TITLES)


def test_the_day_of_the_examples_has_passed(story: Story) -> None:
    assert TODAY.isoformat() >= A_DAY
    assert story.period.started_on <= TODAY - timedelta(days=1)
    assert Case.objects.count() == 1
