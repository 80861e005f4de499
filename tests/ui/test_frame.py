"""The frame: who sees which places, the language and direction of the page, the style without a line of inline code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.test import Client, override_settings

from kinkeeper.access.models import Unit
from tests.conftest import Colleague, hire


def places(browser: Client) -> list[str]:
    page = browser.get("/password/").content.decode()
    side = page[page.index('<nav class="side"') :]
    return re.findall(r'<a href="([^"]+)"', side[: side.index("</nav>")])


def test_everyone_sees_the_places_of_their_seats(amina: Colleague, rosa: Colleague, eve: Colleague) -> None:
    assert places(amina.browser)[:2] == ["/", "/caseload/"]
    assert "/administration/" not in places(amina.browser)
    assert "/administration/" in places(rosa.browser)
    assert "/caseload/" not in places(rosa.browser)
    assert "/search/" not in places(eve.browser)


def test_the_place_where_one_is_says_so(rosa: Colleague) -> None:
    page = rosa.browser.get("/administration/users/").content.decode()
    assert '<a href="/administration/" aria-current="page"' in page
    assert page.count("<h1") == 1
    assert '<a class="skip" href="#content">' in page


@override_settings(LANGUAGES=[("en", "English"), ("ar", "العربية")])
def test_a_right_to_left_page_is_dressed_for_it(amina: Colleague) -> None:
    browser = amina.browser
    browser.cookies["kinkeeper-language"] = "ar"
    page = browser.get("/password/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page
    assert "tabler.rtl.min" in page
    assert "tabler.min" not in page


def test_no_page_carries_inline_code_and_the_policy_forbids_it(rosa: Colleague, village: Unit) -> None:
    hire("Omar Peeters", ("caseworker", village))
    browser = rosa.browser
    for path in ("/administration/", "/administration/users/", "/administration/invitations/new/", "/openings/"):
        response = browser.get(path)
        page = response.content.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son[a-z]+=", page), path
        policy = response["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy


def test_headers_keep_pages_private_and_forms_postable(amina: Colleague) -> None:
    response = amina.browser.get("/password/")
    assert response["Cache-Control"] == "no-store"
    assert response["X-Frame-Options"] == "DENY"
    # With “no-referrer” a browser posts forms with “Origin: null”, and the check against forgery refuses them.
    assert response["Referrer-Policy"] == "same-origin"


@pytest.mark.asvs("3.5.1")
def test_a_form_posted_by_a_browser_passes_the_check_against_forgery(amina: Colleague) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(amina.user)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/password/").content.decode())
    assert token is not None
    data = {"csrfmiddlewaretoken": token[1], "language": "ru"}
    assert browser.post("/language/", data, headers={"Origin": "http://testserver"}).status_code == 302
    assert browser.post("/language/", data, headers={"Origin": "null"}).status_code == 403


@pytest.mark.parametrize("name", ["ui/kinkeeper.css", "ui/tokens.css"])
def test_the_style_is_written_for_both_directions(name: str) -> None:
    found = finders.find(name)
    assert isinstance(found, str)
    style = Path(found).read_text()
    physical = re.findall(r"[\s;{](?:margin|padding|border)-(?:left|right|top|bottom)\b|[;{]\s*(?:left|right):", style)
    assert physical == []
    if name != "ui/tokens.css":
        assert re.findall(r"#[0-9a-f]{3,8}\b(?![^{]*\{)", style) == []


def test_errors_are_told_kindly(amina: Colleague) -> None:
    browser = amina.browser
    browser.raise_request_exception = False
    assert "There is nothing here for you" in browser.get("/nowhere/").content.decode()
    assert settings.DEBUG is False
