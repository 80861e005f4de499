"""Every address of the house, opened by somebody who may open all: the headers, the methods, and that looking changes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db.models import CharField, TextField
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import clear_url_caches
from django.urls import path as django_path

from kinkeeper.access.models import Unit
from kinkeeper.site import urls
from kinkeeper.site.checks import tables_of_the_house
from kinkeeper.site.middleware import INTERFACE, MORE_METHODS, OF_A_PAGE, WITHOUT_SIGN_IN
from tests.conftest import Colleague
from tests.laws import SOURCE, templates
from tests.walk import Address, addresses, state_of_the_house
from tests.world import the_insider, the_paths, the_world  # noqa: F401  # fixtures

SAMPLE = "BCDF2345"
EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
POLICY = ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'")
# Signing in and out, and choosing a language, are for a form of their own; whoever is asked once more may go on, too.
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


def faults(path: str, answer: HttpResponseBase) -> Iterator[str]:
    """What is missing in an answer, as sentences."""
    for name, wanted in EVERYWHERE.items():
        if wanted not in answer.headers.get(name, ""):
            yield f"{path} says {name}: {answer.headers.get(name)}."
    policy, kind = answer.headers.get("Content-Security-Policy", ""), answer.headers.get("Content-Type", "")
    sandboxed = policy == "sandbox; default-src 'none'"
    if "unsafe" in policy or not (sandboxed or all(rule in policy for rule in POLICY)):
        yield f"{path} has the policy “{policy}”."
    if "Access-Control-Allow-Origin" in answer.headers:
        yield f"{path} is open to pages of others."
    if kind.startswith("text/") and "charset=utf-8" not in kind:
        yield f"{path} does not say how its text is written: {kind}."
    if answer.status_code != 304 and isinstance(answer, HttpResponse) and answer.content and not kind:
        yield f"{path} does not say what it holds."
    yield from _faults_of_a_page(path, answer) if kind.startswith("text/html") else ()


def _faults_of_a_page(path: str, answer: HttpResponseBase) -> Iterator[str]:
    page = answer.content.decode() if isinstance(answer, HttpResponse) else ""
    if INLINE.search(page):
        yield f"{path} carries inline code."
    if re.search(r"""(?:src|href|action)\s*=\s*["'](?:https?:)?//""", page):
        yield f"{path} takes something from another server."
    whole = "<html" in page and answer.status_code == 200 and not answer.headers.get("Content-Disposition")
    if whole and 'class="side"' in page and 'action="/sign-out/"' not in page:
        yield f"{path} has no way out."


@pytest.mark.asvs(
    "3.4.2", "3.4.3", "3.4.4", "3.4.5", "3.4.6", "3.4.8", "3.5.3", "3.5.8", "3.7.1", "4.1.1", "7.4.4", "14.2.2",
    "14.2.3", "14.3.2",
)  # fmt: skip
def test_every_page_has_its_headers_and_looking_changes_nothing(
    insider: Colleague, paths: list[tuple[Address, str]]
) -> None:
    browser = insider.browser
    before = state_of_the_house()
    found: list[str] = []
    for address, path in paths:
        # What is looked through with every opening is an entry of its own; signing out is no page.
        if address.name != "sign_out":
            answer = browser.get(path)
            found += faults(path, answer)
            list(answer)  # a file is read to its end, and so closed
    assert not found, "\n".join(found[:40])
    changed = {table: rows for table, rows in state_of_the_house().items() if rows != before[table]}
    assert sorted(changed) == []


@pytest.mark.asvs("3.4.4", "13.4.1", "13.4.3", "13.4.5", "15.2.3")
@pytest.mark.django_db
def test_what_a_passer_by_is_answered() -> None:
    client = Client()
    found: list[str] = []
    for address in addresses():
        path = address.at(dict.fromkeys(address.keys, SAMPLE))
        found += [fault for fault in faults(path, client.get(path)) if address.name != "scim_user"]
    assert not found, "\n".join(found[:40])
    for path in ("/.git/config", "/.env", "/static/", "/static/ui/", "/admin/", "/ui/", "/keys/", "/../etc/passwd"):
        assert client.get(path).status_code == 404, path


@pytest.mark.asvs("4.1.4", "13.4.4")
@pytest.mark.django_db
def test_a_page_knows_its_methods_alone() -> None:
    client = Client()
    for address in addresses():
        path, known = address.at(dict.fromkeys(address.keys, SAMPLE)), OF_A_PAGE | MORE_METHODS.get(address.name, set())
        for method in {"PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "MOVE"} - known:
            assert client.generic(method, path).status_code == 405, f"{method} {path}"
    for path in ("cases/", "persons/", "openapi.json"):
        answer = client.generic("TRACE", f"{INTERFACE}{path}", headers={"X-Canary": "QZA11CE0ZQ"})
        assert (answer.status_code in {404, 405}, b"QZA11CE0ZQ" in answer.content) == (True, False)


@pytest.mark.asvs("3.5.1")
def test_no_form_is_taken_without_its_token(amina: Colleague) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(amina.user)
    for address in addresses():
        if not address.name.startswith("scim"):
            path = address.at(dict.fromkeys(address.keys, SAMPLE))
            answer = browser.post(path, {"version": "1"})
            assert answer.status_code == 403, f"{path}: {answer.status_code}"


@pytest.mark.asvs("15.3.7")
def test_what_stands_behind_the_question_mark_is_no_field_of_a_form(amina: Colleague) -> None:
    amina.user.set_password("a long enough password")
    amina.user.save()
    client = Client()
    address = "/sign-in/?email=amina@example.org&password=a+long+enough+password"
    assert client.post(address, {"email": "eve@example.org"}).status_code == 200
    assert "_auth_user_id" not in client.session
    twice = {"email": ["amina@example.org", "eve@example.org"], "password": "a long enough password"}
    client.post("/sign-in/", twice)
    assert "_auth_user_id" not in client.session


@pytest.mark.asvs("1.2.2", "14.2.1")
def test_an_address_holds_codes_and_no_words() -> None:
    assert {key for address in addresses() for key in address.keys} == {
        "among",
        "code",
        "deed",
        "factor",
        "subject",
        "token",
    }
    # What is typed never becomes an address: nothing that a column of words holds stands in a link, but links of our own.
    linked = re.compile(r"""(?:href|src|action|hx-get|hx-post)\s*=\s*["']\{\{\s*([^}|]+?)\s*[|}]""")
    values = {value for _room, _path, text in templates() for value in linked.findall(text)}
    found = {value.rpartition(".")[2] for value in values if "." in value}
    words = {
        field.name
        for model in tables_of_the_house()
        for field in model._meta.local_fields
        if isinstance(field, CharField | TextField)
    }
    assert "get_absolute_url" in found
    assert found & words <= {"link"}


@pytest.mark.asvs("3.2.2")
def test_own_scripts_put_text_in_as_text() -> None:
    scripts = [path for path in SOURCE.rglob("static/**/*.js") if "vendor" not in path.parts]
    assert len(scripts) >= 4
    dangerous = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\.src\s*=")
    assert {path.name: found for path in scripts if (found := dangerous.findall(path.read_text()))} == {}


def test_a_page_without_its_headers_is_found(monkeypatch: pytest.MonkeyPatch, eve: Colleague) -> None:
    def careless(request: Any) -> HttpResponse:
        answer = HttpResponse("<html><script>x()</script><img src='//evil.example/x'>", content_type="text/html")
        answer["Access-Control-Allow-Origin"], answer["Cache-Control"] = "*", "public"
        answer._csp_exempt = True  # type: ignore[attr-defined]
        return answer

    monkeypatch.setattr(urls, "urlpatterns", [*urls.urlpatterns, django_path("planted/", careless)])
    clear_url_caches()
    found = list(faults("/planted/", eve.browser.get("/planted/")))
    clear_url_caches()
    assert len(found) == 6, found


def test_a_page_that_changes_something_is_found(village: Unit) -> None:
    before = state_of_the_house()
    Unit.objects.update(name="Changed by looking")
    assert state_of_the_house() != before
    assert "my_day" not in WITHOUT_SIGN_IN
