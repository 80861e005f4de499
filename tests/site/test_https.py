"""An installation behind HTTPS: its cookies, its redirects, and whom it believes about who is asking."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client, override_settings

from kinkeeper.site import settings as house
from tests.conftest import PASSWORD, Colleague

OF_HTTPS = (
    "HTTPS", "SESSION_COOKIE_SECURE", "SESSION_COOKIE_NAME", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE",
    "CSRF_COOKIE_SECURE", "CSRF_COOKIE_NAME", "CSRF_COOKIE_HTTPONLY", "CSRF_COOKIE_SAMESITE", "LANGUAGE_COOKIE_NAME",
    "MESSAGE_STORAGE", "SECURE_SSL_REDIRECT", "SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS",
    "SECURE_PROXY_SSL_HEADER", "ALLAUTH_TRUSTED_PROXY_COUNT",
)  # fmt: skip
FROM_OUTSIDE: dict[str, Any] = {"HTTP_X_FORWARDED_PROTO": "https", "HTTP_X_FORWARDED_FOR": "203.0.113.7"}


@pytest.fixture
def https(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[dict[str, Any]]:
    """The settings that `KINKEEPER_HTTPS=yes` makes, in force."""
    monkeypatch.setenv("KINKEEPER_HTTPS", "yes")
    monkeypatch.setenv("KINKEEPER_DATA", str(tmp_path))
    made = runpy.run_path(str(Path(house.__file__)))
    with override_settings(**{name: made[name] for name in OF_HTTPS}):
        yield made


@pytest.mark.asvs("3.3.1", "3.3.2", "3.3.3", "3.3.4")
def test_every_cookie_is_bound_to_host_and_https(https: dict[str, Any], amina: Colleague) -> None:
    amina.user.set_password(PASSWORD)
    amina.user.save()
    client = Client(**FROM_OUTSIDE)
    client.get("/sign-in/")
    client.post("/sign-in/passkey/", {"credential": "{}"})  # leaves a sentence for the next page
    client.post("/sign-in/", {"email": amina.user.email, "password": PASSWORD})
    assert client.get("/password/").status_code == 200
    assert sorted(client.cookies) == ["__Host-kinkeeper", "__Host-kinkeeper-csrf", "__Host-kinkeeper-language"]
    for name, cookie in client.cookies.items():
        told = (cookie["secure"], cookie["httponly"], cookie["path"], cookie["domain"])
        assert told == (True, True, "/", ""), name
        assert cookie["samesite"] in {"Lax", "Strict"}, name
        assert len(name) + len(cookie.value) < 4096


@pytest.mark.asvs("3.4.1", "12.2.1", "12.3.1")
def test_browsers_are_sent_to_https_and_told_to_stay(https: dict[str, Any]) -> None:
    answer = Client().get("/sign-in/?next=/password/")
    assert (answer.status_code, answer["Location"]) == (301, "https://testserver/sign-in/?next=/password/")
    told = Client(**FROM_OUTSIDE).get("/sign-in/")["Strict-Transport-Security"]
    assert told == f"max-age={2 * 365 * 24 * 3600}; includeSubDomains"


@pytest.mark.asvs("4.1.2")
@pytest.mark.parametrize("path", ["/api/v1/cases/", "/scim/v2/Users", "/calendar/a-secret.ics"])
def test_a_program_without_https_is_refused_and_not_sent_on(https: dict[str, Any], db: None, path: str) -> None:
    answer = Client().get(path, headers={"Authorization": "Bearer kk_secret"})
    assert (answer.status_code, "Location" in answer.headers) == (403, False)
    assert "HTTPS" in answer.json()["detail"]
    assert Client(**FROM_OUTSIDE).get(path).status_code in {401, 404}


@pytest.mark.asvs("4.1.3", "15.3.4")
def test_nobody_chooses_the_address_they_are_counted_by(https: dict[str, Any], amina: Colleague) -> None:
    """The web server in front adds the real address at the end; what stands before it came from outside."""
    amina.user.set_password(PASSWORD)
    amina.user.save()

    def sign_in(claimed: str, email: str, password: str) -> bool:
        known = {**FROM_OUTSIDE, "HTTP_X_FORWARDED_FOR": f"{claimed}, 203.0.113.7"}
        client = Client(**known)
        client.post("/sign-in/", {"email": email, "password": password})
        return "_auth_user_id" in client.session

    for number in range(60):
        sign_in(f"198.51.100.{number}", f"guess{number}@example.org", "guess")
    assert not sign_in("198.51.100.200", amina.user.email, PASSWORD)


@pytest.mark.asvs("4.1.3")
def test_without_a_web_server_in_front_nothing_that_is_claimed_counts(amina: Colleague) -> None:
    client = Client()
    assert client.get("/sign-in/", HTTP_X_FORWARDED_PROTO="https").wsgi_request.is_secure() is False
    from allauth.core.internal.httpkit import get_client_ip

    request = client.get("/sign-in/", HTTP_X_FORWARDED_FOR="198.51.100.1").wsgi_request
    assert get_client_ip(request) == "127.0.0.1"
