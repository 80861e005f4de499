"""A real installation and a real browser: the demo is made and served as a newcomer would, and Chromium walks through."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.journeys.tables import KINKEEPER, lay_tables

AXE = (Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js").read_text()
PICTURES = Path(__file__).resolve().parents[2] / "build" / "pictures"


# A child of the demo may live with one more foster family, and brothers and sisters may live apart.
DECIDE = """
import sys
from datetime import date
import django
django.setup()
from kinkeeper.access.gate import machine
from kinkeeper.cases.models import Case
from kinkeeper.decisions.models import Decision, Separation
from kinkeeper.families.queries import siblings_of
from kinkeeper.placements.queries import homes_to_choose, where_lives
from kinkeeper.people.models import Person
child, day = Person._base_manager.get(code=sys.argv[1]), date(2020, 1, 1)
actor = machine("journey", "supervisor", "caseworker")
case = Case._base_manager.get(child=child, closed_on=None)
Case._base_manager.filter(pk=case.pk).update(state="active")
known = dict(decided_by="panel", authority="Panel", reasons="Invented.")
Decision._base_manager.create(case=case, kind="alternative_care", care_type="U6", decided_on=day, starts_on=day, **known)
for sibling in siblings_of(actor, child):
    one, other = sorted((child.pk, sibling.person.pk))
    Separation._base_manager.create(child_id=one, sibling_id=other, reason="NEEDS", words="-", decided_by="Panel",
        decided_on=day, contact="weekly", review_on=date.today())
here = where_lives(actor, [child])[child.pk].home
fit = [one for one in homes_to_choose(actor, child)
    if one.standing.approval_for("U6") and not one.standing.missing and not one.is_full and one.home != here]
print(fit[0].home.code)
"""

ROLES = {
    "amina": "caseworker",
    "bruno": "caseworker",
    "dalia": "supervisor",
    "farida": "director",
    "milan": "monitor",
    "rosa": "administrator",
    "jonas": "auditor",
}


@dataclass(frozen=True)
class Site:
    """The served demo: where it is and what belongs to it."""

    address: str
    data: Path
    env: dict[str, str]

    def decides_on_a_home(self, child: str) -> str:
        """Let it be decided that a child of the demo may live with one foster family; returns the code of the home."""
        env = {**self.env, "DJANGO_SETTINGS_MODULE": "kinkeeper.site.settings"}
        told = subprocess.run(
            [sys.executable, "-c", DECIDE, child], env=env, check=True, capture_output=True, text=True
        )
        return told.stdout.strip()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(address: str, server: subprocess.Popen[bytes]) -> None:
    for _attempt in range(150):
        if server.poll() is not None:
            raise RuntimeError("The server stopped before it answered.")
        try:
            urllib.request.urlopen(address, timeout=2)
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("The server did not answer within 30 seconds.")


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A demo association of sixty children on SQLite, served with its worker."""
    data = tmp_path_factory.mktemp("kinkeeper")
    env = {**os.environ, "KINKEEPER_DATA": str(data), "KINKEEPER_LANGUAGES": "en,ru,ar", "KINKEEPER_MAY_FORGET": "yes"}
    for name in ("KINKEEPER_DATABASE_URL", "DJANGO_SETTINGS_MODULE"):
        env.pop(name, None)
    lay_tables(data)
    command = [str(KINKEEPER), "demo", "--children", "60", "--no-serve"]
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    port = _free_port()
    server = subprocess.Popen([KINKEEPER, "serve", "--port", str(port), "--workers", "1"], env=env)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(f"{address}/sign-in/", server)
        yield Site(address, data, env)
    finally:
        server.terminate()
        server.wait(timeout=20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Debian’s Chromium, without a screen."""
    path = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("No Chromium is installed; `make setup` installs it.")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-background-networking", "--disable-component-update"]
        browser = playwright.chromium.launch(executable_path=path, args=arguments)
        yield browser
        browser.close()


@dataclass
class Visitor:
    """Somebody at a browser window: signs in, looks, and insists on accessible pages without errors."""

    page: Page
    site: Site
    complaints: list[str]

    def goes_to(self, path: str) -> None:
        """Open a page of the site."""
        response = self.page.goto(self.site.address + path)
        assert response is not None
        assert response.status == 200, f"{path} answered {response.status}"

    def signs_in(self, who: str) -> None:
        """Sign in as one of the demo’s people, with the password that the command printed."""
        role = ROLES[who]
        self.goes_to("/sign-in/")
        self.page.locator("input[type=email]").fill(f"{who}@demo.example")
        self.page.locator("input[type=password]").fill(f"{role} at work")
        self.page.locator("main button[type=submit]").click()
        self.page.wait_for_url(lambda url: "sign-in" not in url, wait_until="domcontentloaded")

    def speaks(self, language: str) -> None:
        """Choose the language of the pages, as the menu does."""
        self.page.evaluate(
            """language => { const menu = document.querySelector(`button[name=language][value=${language}]`);
                menu.form.requestSubmit(menu); }""",
            language,
        )
        self.page.wait_for_function("language => document.documentElement.lang === language", arg=language)

    def opens_the_first(self, start: str) -> str:
        """Follow the first link of the main part whose address begins like this; returns where it led."""
        link = self.page.locator(f"main a[href^='{start}']").first
        address = link.get_attribute("href") or ""
        self.goes_to(address)
        return address

    def takes_a_picture(self, name: str) -> None:
        """Keep a picture of the page for people to look at."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=PICTURES / f"{name}.png", full_page=True)

    def finds_no_barrier(self) -> None:
        """Run axe over the page (WCAG 2.2 A and AA), look for sideways scrolling and broken promises of the policy."""
        # Played through the debugger, so that the page’s own policy need not allow it.
        self.page.evaluate(AXE)
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found: dict[str, Any] = self.page.evaluate(
            "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", rules
        )
        barriers = [
            f"{v['id']}: {v['help']} — " + "; ".join(node["html"][:160] for node in v["nodes"][:3])
            for v in found["violations"]
        ]
        assert not barriers, f"{self.page.url}\n" + "\n".join(barriers)
        width = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert width <= 0, f"{self.page.url} scrolls sideways by {width} px"
        assert not self.complaints, self.complaints


def _visitor(context: BrowserContext, site: Site) -> Visitor:
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type == "error" and "404" not in message.text else None
        ),
    )
    return Visitor(page, site, complaints)


@pytest.fixture
def visitor(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """Somebody at a desk."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    yield _visitor(context, site)
    context.close()


@pytest.fixture
def phone(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """Somebody with a small phone."""
    context = chromium.new_context(viewport={"width": 320, "height": 640}, locale="en-GB", has_touch=True)
    yield _visitor(context, site)
    context.close()


@pytest.fixture
def in_the_dark(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """Somebody whose screen is dark."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, color_scheme="dark")
    yield _visitor(context, site)
    context.close()
