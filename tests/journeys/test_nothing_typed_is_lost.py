"""Nothing typed is lost: a reload, a dead connection, a session that ran out, a closed window, and nothing left behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys.conftest import Site, Visitor, _visitor

pytestmark = pytest.mark.journey

WORDS = "She showed me the beans on the window sill — «уже выросли!» — and laughed."
MORE = "Her brother is to come on Sunday."


@pytest.fixture
def writer(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """Somebody who writes where connections fail; whatever the browser says about those is expected."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    visitor = _visitor(context, site)
    yield visitor
    context.close()


def begins(visitor: Visitor, who: str = "amina", number: int = 0) -> str:
    """Sign in and open the form of a contact; each story takes a child of its own."""
    visitor.signs_in(who)
    visitor.goes_to("/caseload/")
    children = visitor.page.locator("main a[href^='/children/']").evaluate_all(
        "links => [...new Set(links.map(link => link.getAttribute('href')))]"
    )
    visitor.goes_to(children[number])
    form = visitor.page.get_by_role("link", name="Record a visit").first.get_attribute("href") or ""
    visitor.goes_to(form)
    return form


def says(page: Page, words: str) -> None:
    expect(page.locator("[data-draft-status]")).to_contain_text(words, timeout=8000)


def on_the_device(page: Page) -> dict[str, str]:
    """What lies in the browser’s storage under the name of drafts."""
    everything: dict[str, str] = page.evaluate("Object.fromEntries(Object.entries(localStorage))")
    return {name: value for name, value in everything.items() if name.startswith("kinkeeper-draft:")}


def on_the_server(page: Page, form: str) -> object:
    """The draft that the server holds for whoever is signed in."""
    case = form.split("/")[2]
    answer = page.request.get(
        page.url.split("/cases")[0] + f"/drafts/record_contact/{case}/", headers={"Accept": "application/json"}
    )
    return answer.json()["content"]


def goes_on(page: Page) -> None:
    expect(page.locator("[data-draft-found]")).to_be_visible()
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("[data-draft-found]")).to_be_hidden()


def note(page: Page) -> str:
    return page.locator("textarea[name=note]").input_value()


def test_a_reload_loses_nothing_and_a_draft_can_be_thrown_away(visitor: Visitor) -> None:
    begins(visitor)
    page = visitor.page
    page.locator("textarea[name=note]").fill(WORDS)
    page.locator("input[name=seen][value=alone]").check()
    says(page, "Saved as a draft at")
    assert on_the_device(page) == {}
    visitor.finds_no_barrier()
    page.reload()
    expect(page.locator("[data-draft-found]")).to_contain_text("You began this and did not finish it.")
    assert note(page) == ""
    visitor.finds_no_barrier()
    visitor.takes_a_picture("draft-found")
    goes_on(page)
    assert (note(page), page.locator("input[name=seen][value=alone]").is_checked()) == (WORDS, True)
    page.locator("textarea[name=note]").press_sequentially(MORE)
    page.reload()  # at once: the farewell and the device have it
    goes_on(page)
    assert note(page) == WORDS + MORE
    says(page, "Saved as a draft at")
    page.reload()
    page.get_by_role("button", name="Throw away").click()
    says(page, "Thrown away.")
    page.reload()
    page.wait_for_load_state("networkidle")
    expect(page.locator("[data-draft-found]")).to_be_hidden()
    assert (note(page), on_the_device(page)) == ("", {})


def writes_offline(visitor: Visitor) -> None:
    page = visitor.page
    page.locator("textarea[name=note]").fill(WORDS)
    says(page, "Saved as a draft at")
    page.context.set_offline(True)
    page.locator("textarea[name=note]").press_sequentially(MORE)
    says(page, "No connection: kept on this device.")


def is_unreadable(page: Page) -> None:
    kept = on_the_device(page)
    assert len(kept) == 1
    ((name, value),) = kept.items()
    assert re.fullmatch(r"kinkeeper-draft:[A-Za-z0-9+/]{43}=", name)
    assert sorted(json.loads(value)) == ["at", "iv", "sealed"]
    for word in ("beans", "Sunday", "выросли", "note", "record_contact"):
        assert word not in name + value
    key = page.evaluate("document.documentElement.outerHTML.includes('data-draft-drawer')")
    assert key is False


def test_a_dead_connection_and_a_session_that_ran_out_lose_nothing(writer: Visitor) -> None:
    form = begins(writer, number=1)
    context: BrowserContext = writer.page.context
    writes_offline(writer)
    is_unreadable(writer.page)
    # Handing it in without a connection keeps the page.
    writer.page.locator("input[name=seen][value=alone]").check()
    writer.page.get_by_role("button", name="Record it").click()
    says(writer.page, "No connection: not sent, but kept on this device.")
    assert (note(writer.page), writer.page.url.endswith(form)) == (WORDS + MORE, True)
    writer.takes_a_picture("draft-offline")
    writer.page.close()
    context.set_offline(False)
    context.clear_cookies()
    later = _visitor(context, writer.site)
    later.signs_in("amina")
    later.goes_to(form)
    goes_on(later.page)
    assert note(later.page) == WORDS + MORE
    says(later.page, "Saved as a draft at")
    assert on_the_device(later.page) == {}
    later.finds_no_barrier()
    # The session runs out while the page is open: the press of the button is not begun, and nothing goes.
    context.clear_cookies(name="kinkeeper")
    later.page.locator("textarea[name=child_said]").fill("I watered them.")
    later.page.get_by_role("button", name="Record it").click()
    says(later.page, "Signed out: kept on this device. Sign in again to go on.")
    is_unreadable(later.page)
    later.takes_a_picture("draft-signed-out")
    later.complaints.clear()  # the browser itself tells of each 401 and 403
    later.finds_no_barrier()
    later.page.locator("[data-draft-sign-in]").click()
    later.page.locator("input[type=email]").fill("amina@demo.example")
    later.page.locator("input[type=password]").fill("caseworker at work")
    later.page.locator("main button[type=submit]").click()
    later.page.wait_for_url(f"**{form}")
    goes_on(later.page)
    assert later.page.locator("textarea[name=child_said]").input_value() == "I watered them."
    says(later.page, "Saved as a draft at")
    # The deed is done, and no draft remains anywhere.
    later.page.get_by_role("button", name="Record it").click()
    later.page.wait_for_url("**/children/**")
    expect(later.page.get_by_text(MORE)).to_be_visible()
    assert on_the_device(later.page) == {}
    later.goes_to(form)
    assert on_the_server(later.page, form) is None
    expect(later.page.locator("[data-draft-found]")).to_be_hidden()
    assert on_the_device(later.page) == {}


def test_signing_in_again_elsewhere_is_enough(writer: Visitor) -> None:
    form = begins(writer, number=2)
    page, context = writer.page, writer.page.context
    context.clear_cookies()
    page.locator("textarea[name=note]").fill(WORDS)
    says(page, "Signed out")
    elsewhere = _visitor(context, writer.site)
    elsewhere.signs_in("amina")
    page.bring_to_front()
    page.locator("textarea[name=note]").press_sequentially(MORE)
    says(page, "Saved as a draft at")
    assert on_the_device(page) == {}
    assert on_the_server(page, form)["note"] == [WORDS + MORE]  # type: ignore[index]


def test_signing_out_leaves_nothing_on_the_device(writer: Visitor) -> None:
    form = begins(writer, number=3)
    page, context = writer.page, writer.page.context
    writes_offline(writer)
    page.close()
    context.set_offline(False)
    other = _visitor(context, writer.site)
    other.goes_to("/")
    is_unreadable(other.page)
    # Not the header alone: the form itself clears the device.
    other.page.route("**/sign-out/", lambda route: route.abort())
    other.page.locator("form[data-signs-out]").evaluate("form => form.requestSubmit()")
    other.page.wait_for_timeout(300)
    fresh = _visitor(context, writer.site)
    fresh.goes_to("/")
    assert on_the_device(fresh.page) == {}
    # Words that are not saved yet are saved before the session ends.
    fresh.goes_to(form)
    goes_on(fresh.page)
    fresh.page.locator("textarea[name=note]").fill("The last word.")
    fresh.page.locator("form[data-signs-out]").evaluate("form => form.requestSubmit()")
    fresh.page.wait_for_url("**/sign-in/**")
    assert on_the_device(fresh.page) == {}
    fresh.signs_in("amina")
    fresh.goes_to(form)
    goes_on(fresh.page)
    assert note(fresh.page) == "The last word."


def test_another_user_of_the_same_device_reads_nothing(writer: Visitor) -> None:
    form = begins(writer, number=4)
    context = writer.page.context
    writes_offline(writer)
    writer.page.close()
    context.set_offline(False)
    context.clear_cookies()
    other = _visitor(context, writer.site)
    other.signs_in("dalia")
    other.goes_to(form)
    other.page.wait_for_load_state("networkidle")
    expect(other.page.locator("[data-draft-found]")).to_be_hidden()
    assert note(other.page) == ""
    assert len(on_the_device(other.page)) == 1


def test_without_a_secure_context_the_page_says_that_nothing_is_kept(writer: Visitor) -> None:
    writer.page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', {value: undefined})")
    begins(writer, number=5)
    writer.page.context.set_offline(True)
    writer.page.locator("textarea[name=note]").fill(WORDS)
    says(writer.page, "Not kept: this browser keeps nothing without a secure connection.")
    assert on_the_device(writer.page) == {}
    writer.page.context.set_offline(False)
    says(writer.page, "Saved as a draft at")


def test_a_small_phone_and_a_page_from_right_to_left(phone: Visitor) -> None:
    form = begins(phone, number=6)
    phone.page.set_viewport_size({"width": 360, "height": 740})
    phone.page.locator("textarea[name=note]").fill(WORDS)
    says(phone.page, "Saved as a draft at")
    phone.goes_to(form)
    phone.finds_no_barrier()
    phone.takes_a_picture("draft-found-phone")
    phone.speaks("ar")
    phone.goes_to(form)
    expect(phone.page.locator("[data-draft-found]")).to_be_visible()
    phone.finds_no_barrier()
    phone.takes_a_picture("draft-found-arabic")
