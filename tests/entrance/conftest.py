"""Those of the cast who have a password, and what they have in their hands."""

from __future__ import annotations

import html
import re
import time
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client

from kinkeeper.access import factors
from tests.conftest import PASSWORD, Colleague
from tests.entrance.device import Telephone

LOCAL: dict[str, Any] = {"HTTP_HOST": "localhost"}


def code_of(secret: str, *, periods: int = 0) -> str:
    """What an app with this secret shows now, or some half minutes later."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30 + periods)))


def wishes_on(page: Any) -> str:
    """What a page asks a browser’s passkeys for."""
    found = re.search(r'data-wishes="([^"]+)"', page.content.decode())
    assert found, "The page asks for no passkey."
    return html.unescape(found.group(1))


@dataclass
class Guarded:
    """A colleague with a password and an app, whose secret the test knows."""

    who: Colleague
    secret: str
    codes: list[str]

    def knocks(self, client: Client, **more: str) -> Any:
        """Write the right password."""
        return client.post("/sign-in/", {"email": self.who.user.email, "password": PASSWORD, **more})


def with_password(colleague: Colleague) -> Colleague:
    """The colleague, who has chosen a password."""
    colleague.user.set_password(PASSWORD)
    colleague.user.save()
    return colleague


def with_app(colleague: Colleague) -> Guarded:
    """The colleague, who has set up an app, without going through a deed."""
    secret = factors.new_app_secret()
    with_password(colleague)
    factors.keep_app(colleague.user, secret)
    return Guarded(colleague, secret, factors.recovery_codes(colleague.user))


@pytest.fixture
def dalia_with_app(dalia: Colleague) -> Guarded:
    """Dalia, whose seat reaches far, with an app."""
    return with_app(dalia)


@pytest.fixture
def telephone() -> Telephone:
    """A telephone with a passkey to be made."""
    return Telephone()


def with_passkey(colleague: Colleague, telephone: Telephone) -> Client:
    """A signed-in browser of a colleague who has made a passkey on this telephone, through the page."""
    browser = Client(**LOCAL)
    browser.force_login(colleague.user)
    made = telephone.makes(wishes_on(browser.get("/my-sign-in/passkey/")))
    answer = browser.post("/my-sign-in/passkey/", {"name": "my telephone", "credential": made})
    assert "Keep these on paper" in answer.content.decode()
    return browser
