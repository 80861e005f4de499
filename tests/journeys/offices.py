"""A real association in a browser for a story of the field: its pack, one unit, and the people who work there.

Stories have fixed days. The office is served under a clock of its own (libfaketime), which the story sets forward from day
to day, so that ages, limits, duties and "today" are those that are written in it.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Error, Page, Response

from tests.journeys.conftest import Site, Visitor, _free_port, _visitor, _wait_until_it_answers
from tests.journeys.tables import KINKEEPER, lay_tables
from tools.envelopes import for_installation

PATIENCE = 30_000  # milliseconds for a page
# Fill in one field as a person would: unfold what it is folded into, choose or type, and let the page hear of it. A field
# that is not shown, or a value that it does not take, throws.
FILL = """([name, value]) => {
    const all = [...document.querySelectorAll(`main [name="${CSS.escape(name)}"]`)].filter(e => e.type !== "hidden");
    if (!all.length) throw new Error(`There is no field ${name}`);
    for (let fold = all[0].closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const field = all[0], wanted = Array.isArray(value) ? value.map(String) : [String(value)];
    if (field.matches(":disabled") || field.closest("[inert]")) throw new Error(`${name} cannot be filled in`);
    const tells = () => { for (const kind of ["input", "change"]) field.dispatchEvent(new Event(kind, { bubbles: true })); };
    if (field.type === "radio" || field.type === "checkbox") {
        if (typeof value === "boolean") { if (field.checked !== value) field.click(); return; }
        for (const one of wanted) {
            const box = all.find(e => e.value === one);
            if (!box) throw new Error(`${name} offers no ${one}, only ${all.map(e => e.value)}`);
            if (!box.checked) box.click();
        }
        return;
    }
    if (!field.checkVisibility()) throw new Error(`${name} is not shown`);
    if (field.tagName === "SELECT") {
        const options = wanted.map(one => [...field.options].find(o => o.value === one || o.label.trim() === one));
        if (options.includes(undefined)) throw new Error(`${name} offers no ${wanted}, only ${[...field.options].map(o => o.value)}`);
        for (const option of field.options) option.selected = options.includes(option);
        return tells();
    }
    field.focus();
    field.value = String(value);
    if (field.value.replace(/\\s/g, "") !== String(value).replace(/\\s/g, "")) throw new Error(`${name} does not take ${value}`);
    tells();
}"""
# Whether every form of the page knows by now if it has something unfinished to offer.
DECIDED = "() => [...document.querySelectorAll('main form[data-draft]')].every(form => 'draftReady' in form.dataset)"
PASSWORD = "kind horses walk at night"
# Seats are given past the invitations, whose own story is told elsewhere: (sign-in, name, role, unit by number).
HIRE = """
import django, os, sys; django.setup()
from datetime import date
from kinkeeper.access.models import Seat, Unit, User
units = list(Unit.objects.order_by("pk"))
for line in sys.argv[1:]:
    who, name, role, place = line.split("|")
    user, made = User.objects.get_or_create(email=f"{who}@example.org", defaults={"name": name})
    user.set_password(os.environ["KINKEEPER_ADMIN_PASSWORD"]); user.save()
    unit = units[int(place)] if place else None
    Seat.objects.create(user=user, role=role, unit=unit, starts_on=date(2020, 1, 1))
"""


def _is_sent(response: Response) -> bool:
    """Whether this answers the form that was sent, not a draft that is kept or a page that asks meanwhile."""
    return response.request.method == "POST" and response.request.is_navigation_request()


@dataclass
class Office:
    """The served association."""

    site: Site
    chromium: Browser
    clock: Path

    def wakes_on(self, day: str, hour: str = "09:00:00") -> None:
        """Let the office’s clock show this day, e.g. 2026-01-12; it runs on from there, and only ever forward."""
        scratch = self.clock.with_suffix(".next")
        scratch.write_text(f"@{day} {hour}\n", encoding="ascii")
        scratch.replace(self.clock)

    @contextmanager
    def worker(self, who: str, **window: Any) -> Iterator[Clerk]:
        """Somebody of the office at a browser window, signed in."""
        size = window.pop("viewport", {"width": 1280, "height": 900})
        context = self.chromium.new_context(viewport=size, locale="en-GB", reduced_motion="reduce", **window)
        context.set_default_timeout(PATIENCE)
        visitor = _visitor(context, self.site)
        clerk = Clerk(visitor.page, self.site, visitor.complaints)
        clerk.goes("/sign-in/")
        clerk.page.locator("input[type=email]").fill(f"{who}@example.org")
        clerk.page.locator("input[type=password]").fill(PASSWORD)
        clerk.page.locator("main button[type=submit]").click()
        clerk.page.wait_for_url(lambda url: "sign-in" not in url, wait_until="domcontentloaded")
        try:
            yield clerk
        finally:
            context.close()

    def asks(self, code: str) -> str:
        """What a line of Python says inside the installation; for what no page shows, such as a count."""
        program = f"import django; django.setup()\n{code}"
        done = subprocess.run(
            [sys.executable, "-c", program], env=self.site.env, check=True, capture_output=True, text=True
        )
        return done.stdout.strip()


@dataclass
class Clerk:
    """A worker who fills in forms by the names of their fields, and reads what the pages answer."""

    page: Page
    site: Site
    complaints: list[str]

    def goes(self, path: str) -> None:
        """Open a page."""
        response = self.page.goto(self.site.address + path, wait_until="domcontentloaded")
        assert response is not None
        assert response.status == 200, f"{path} answered {response.status}: {self.reads()[:400]}"

    def reads(self) -> str:
        """The words of the page."""
        return self.page.locator("body").inner_text()

    def fills(self, fields: dict[str, Any]) -> None:
        """Fill in fields by name: text, a choice by its value, True or False for a box, a list for several boxes."""
        self.page.wait_for_function(DECIDED)
        offered = self.page.locator("main [data-draft-throw-away]")
        if offered.is_visible():
            # What was begun here and not finished is offered before anybody may write; this clerk begins anew.
            offered.click()
            offered.wait_for(state="hidden")
        for name, value in fields.items():
            try:
                self.page.evaluate(FILL, [name, value])
            except Error as error:
                raise AssertionError(f"{self.page.url}: {error}. Fields: {self.names()}") from error

    def names(self) -> list[str]:
        """The names of the fields on the page."""
        names: list[str] = self.page.locator("main [name]").evaluate_all("all => all.map(e => e.name)")
        return sorted(set(names))

    def does(self, path: str, fields: dict[str, Any]) -> None:
        """Open the page of a deed, fill it in, send it, and find it done (another page answers)."""
        status = self.sends(path, fields)
        assert status in {200, 302}, f"{path} answered {status}: {self._trouble()}"
        assert not self.page.locator(".error-summary").count(), self._trouble()

    def is_refused(self, path: str, fields: dict[str, Any], guard: str, words: str = "") -> None:
        """Do the same and find it refused with 409, by this guard, in these words."""
        status = self.sends(path, fields)
        text = self.page.locator(".error-summary").inner_text() if status == 409 else self._trouble()
        assert status == 409, f"{path} answered {status}, not 409: {text}"
        assert guard in text, text
        assert words in text, text

    def is_barred(self, path: str, guard: str, words: str = "") -> None:
        """Open the page of a deed that a rule forbids: it says so and offers no form; sent all the same, it answers 409."""
        self.goes(path)
        text = self.page.locator("main").inner_text()
        assert guard in text, text
        assert words in text, text
        assert not self.page.locator("main form.deed-form").count(), f"{path} is forbidden and offers its form."
        status = self.page.evaluate(
            """async () => (await fetch(location.href, {method: "POST", redirect: "manual", body: new URLSearchParams({
                csrfmiddlewaretoken: document.querySelector("[name=csrfmiddlewaretoken]").value})})).status"""
        )
        assert status == 409, f"{path}, sent although it is forbidden, answered {status}, not 409."
        self.complaints[:] = [told for told in self.complaints if "409" not in told]

    def sends(self, path: str, fields: dict[str, Any]) -> int:
        """Send the form of a page; the status that its POST was answered with."""
        if path:
            self.goes(path)
        self.fills(fields)
        form = self.page.locator("main form.deed-form, main form[method=post]").last
        with (
            self.page.expect_navigation(wait_until="domcontentloaded") as landing,
            self.page.expect_response(_is_sent) as waiting,
        ):
            form.locator("button[type=submit], button:not([type])").last.click()
        landed = landing.value.status
        assert landed in {200, 409}, f"{path} led to {self.page.url}, which answered {landed}: {self.reads()[:400]}"
        # The browser complains of every answer that is no success; a refusal is one that was wanted.
        self.complaints[:] = [told for told in self.complaints if "409" not in told]
        return waiting.value.status

    def finds_no_barrier(self) -> None:
        """Run axe over the page, and look for sideways scrolling and complaints of the browser."""
        Visitor(self.page, self.site, self.complaints).finds_no_barrier()

    def takes_a_picture(self, name: str) -> None:
        """Keep a picture of the page for people to look at."""
        Visitor(self.page, self.site, self.complaints).takes_a_picture(name)

    def _trouble(self) -> str:
        summary = self.page.locator(".error-summary")
        return summary.inner_text() if summary.count() else self.reads()[:600]

    def code_in(self, pattern: str) -> str:
        """The code in the first link of the page that matches, e.g. /cases/([A-Z0-9]{12})/."""
        links: list[str] = self.page.locator("a[href]").evaluate_all("all => all.map(e => e.getAttribute('href'))")
        found = next((match for link in [self.page.url, *links] if (match := re.search(pattern, link))), None)
        assert found is not None, f"No link like {pattern} on {self.page.url}: {links}"
        return found[1]


def _clock_of(folder: Path) -> tuple[Path, dict[str, str]]:
    """A file that says what time it is, and the settings under which programs believe it."""
    library = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"), None)
    if library is None:
        raise RuntimeError("Debian’s package faketime is missing; `make setup` installs it.")
    clock = folder.with_name(f"{folder.name}.clock")
    settings = {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "TZ": "UTC",
    }
    return clock, settings


@contextmanager
def office(
    folder: Path,
    chromium: Browser,
    pack: str,
    country: str,
    staff: list[str],
    units: list[str] | None = None,
    opens: str = "2026-01-01",
) -> Iterator[Office]:
    """An association that works by this pack, set up on this day by the command and served; staff as who|name|role|unit."""
    clock, settings = _clock_of(folder)
    env = {**os.environ, "KINKEEPER_DATA": str(folder), "KINKEEPER_ADMIN_PASSWORD": PASSWORD}
    env |= {"DJANGO_SETTINGS_MODULE": "kinkeeper.site.settings", "KINKEEPER_LANGUAGES": "en,ru,ar"}
    env["KINKEEPER_SECOND_FACTOR"] = "offered"  # whoever sets one up has a story of their own
    env["KINKEEPER_MAY_FORGET"] = "yes"
    env.pop("KINKEEPER_DATABASE_URL", None)
    env |= settings
    clock.write_text(f"@{opens} 08:00:00\n", encoding="ascii")
    setup: list[str | Path] = [KINKEEPER, "setup", "--name", "Kin of the Story", "--country", country, "--pack", pack]
    setup += ["--admin-name", "Rosa Admin", "--admin-email", "rosa@example.org"]
    for unit in units or ["family_strengthening:social_centre:Harbour"]:
        setup += ["--unit", unit]
    lay_tables(folder)
    for_installation(env)
    for command in (setup, [sys.executable, "-c", HIRE, *staff]):
        subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    port = _free_port()
    serve: list[str | Path] = [KINKEEPER, "serve", "--port", str(port), "--workers", "1"]
    server = subprocess.Popen(serve, env=env, start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_until_it_answers(f"{address}/sign-in/", server)
        yield Office(Site(address, folder, env), chromium, clock)
    finally:
        _stop(server)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Stop the server; one that a clock which jumps by months left waiting for ever is ended with all it started."""
    server.terminate()
    try:
        server.wait(timeout=10)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
