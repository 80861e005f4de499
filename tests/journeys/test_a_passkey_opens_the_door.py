"""A passkey from the first page to the last: made on a device, shown at the door, asked for again, taken away."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.conftest import Site, Visitor, _visitor

pytestmark = pytest.mark.journey

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_a_passkey_is_made_and_lets_in_without_a_password(chromium: Browser, site: Site) -> None:
    # Browsers offer passkeys to a name, not to a number: 127.0.0.1 has none.
    local = Site(site.address.replace("127.0.0.1", "localhost"), site.data, site.env)
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    visitor: Visitor = _visitor(context, local)
    page = visitor.page
    wire = context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    device = wire.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]

    visitor.signs_in("bruno")
    visitor.goes_to("/my-sign-in/")
    visitor.finds_no_barrier()
    visitor.takes_a_picture("my-sign-in-empty")
    page.get_by_role("link", name="Add a passkey").click()
    visitor.finds_no_barrier()
    visitor.takes_a_picture("add-passkey")
    page.get_by_label("What do you call this device?").fill("my telephone")
    page.get_by_role("button", name="Make a passkey").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    visitor.finds_no_barrier()
    visitor.takes_a_picture("recovery-codes")
    assert len(wire.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]) == 1
    visitor.goes_to("/my-sign-in/")
    expect(page.get_by_text("my telephone")).to_be_visible()
    visitor.finds_no_barrier()
    visitor.goes_to("/my-devices/")
    expect(page.get_by_text("this one")).to_be_visible()
    visitor.finds_no_barrier()
    visitor.takes_a_picture("my-devices")

    context.clear_cookies()
    visitor.goes_to("/sign-in/")
    visitor.finds_no_barrier()
    visitor.takes_a_picture("sign-in-with-passkey")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("h1")).to_contain_text("Bruno")

    context.clear_cookies()
    page.goto(local.address + "/sign-in/")
    page.locator("input[type=email]").fill("bruno@demo.example")
    page.locator("input[type=password]").fill("caseworker at work")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="One more step")).to_be_visible()
    visitor.finds_no_barrier()
    visitor.takes_a_picture("second-factor")
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.locator("h1")).to_contain_text("Bruno")

    visitor.goes_to("/my-sign-in/")
    page.get_by_role("link", name="Take away").click()
    visitor.finds_no_barrier()
    page.get_by_role("button", name="Take away").click()
    expect(page.get_by_text("No second factor yet")).to_be_visible()
    context.close()
