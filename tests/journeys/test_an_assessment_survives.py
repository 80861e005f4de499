"""An assessment survives a lost connection, a reload and a session that ran out, and is completed with all that was typed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Site, Visitor, _visitor
from tests.journeys.test_nothing_typed_is_lost import goes_on, on_the_device, says

pytestmark = pytest.mark.journey

FOUND = "Bread and tea in the morning; the neighbour cooks on Fridays — «вкусно!»."
MORE = " Nothing in the evening."
WISH = "I want to stay with my aunt."
# The referral and the registration have stories of their own: here a case is put at the step where they would leave it,
# without what another story began to write in it.
AT_THE_ASSESSMENT = """
import django
django.setup()
from kinkeeper.cases.models import Case
from kinkeeper.drafts.models import Draft
case = Case.objects.filter(worker__email="amina@demo.example", closed_on=None).order_by("-pk").first()
Case.objects.filter(pk=case.pk).update(state="assessment")
Draft.objects.filter(subject_code=case.code).delete()
print(case.code)
"""


@pytest.fixture
def assessor(chromium: Browser, site: Site) -> Iterator[Visitor]:
    """Somebody who assesses where connections fail; whatever the browser says about those is expected."""
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, locale="en-GB")
    yield _visitor(context, site)
    context.close()


@pytest.fixture
def form(site: Site) -> str:
    """The address of the form of a case that waits for its assessment."""
    env = {**site.env, "DJANGO_SETTINGS_MODULE": "kinkeeper.site.settings"}
    done = subprocess.run(
        [sys.executable, "-c", AT_THE_ASSESSMENT], env=env, check=True, capture_output=True, text=True
    )
    return f"/cases/{done.stdout.split()[-1]}/complete-assessment/"


def domains(page: Page) -> list[str]:
    """The codes of the domains on the form."""
    names = page.locator("textarea[name^=note_]").evaluate_all("fields => fields.map(field => field.name)")
    return [name.removeprefix("note_") for name in names]


def note(page: Page, domain: str) -> str:
    return page.locator(f"textarea[name=note_{domain}]").input_value()


def begins(page: Page) -> None:
    """The first half: the child was seen and asked, three domains are found."""
    page.locator("input[name=seen][value=alone]").check()
    page.locator("input[name=seen_on]").fill("2026-01-12")
    page.locator("textarea[name=sources]").fill("The child, the aunt, the school.")
    page.locator("textarea[name=child_view]").fill(WISH)
    page.locator("select[name=child_view_by]").select_option("talk")
    for domain in domains(page)[:3]:
        page.locator(f"input[name=rating_{domain}][value='3']").check()
        page.locator(f"textarea[name=note_{domain}]").fill(FOUND)
    page.locator("input[name=causes]").first.check()


def finishes(page: Page) -> None:
    """The second half."""
    for domain in domains(page)[3:]:
        page.locator(f"input[name=rating_{domain}][value='2']").check()
        page.locator(f"textarea[name=note_{domain}]").fill(f"Nothing to worry about in {domain}.")
    for name in ("strengths", "family_strengths", "risks", "conclusion"):
        page.locator(f"textarea[name={name}]").fill(f"The {name} in words.")
    page.locator("input[name=risk][value=medium]").check()
    for name in ("income_covers_basics", "caregiver_able"):
        if page.locator(f"input[name={name}]").count():
            page.locator(f"input[name={name}][value=yes]").check()


def test_half_an_assessment_comes_back_and_is_completed(assessor: Visitor, form: str) -> None:
    assessor.signs_in("amina")
    assessor.goes_to(form)
    page, context = assessor.page, assessor.page.context
    assessor.finds_no_barrier()
    begins(page)
    says(page, "Saved as a draft at")
    # The connection is lost while somebody writes, and the page with it.
    context.set_offline(True)
    third = domains(page)[2]
    page.locator(f"textarea[name=note_{third}]").press_sequentially(MORE)
    says(page, "No connection: kept on this device.")
    kept = on_the_device(page)
    assert len(kept) == 1
    assert "neighbour" not in str(kept)
    context.set_offline(False)
    assessor.goes_to(form)
    goes_on(page)
    assert note(page, third) == FOUND + MORE
    assert page.locator("textarea[name=child_view]").input_value() == WISH
    assert page.locator(f"input[name=rating_{third}][value='3']").is_checked()
    assert page.locator("input[name=causes]").first.is_checked()
    assessor.takes_a_picture("assessment-half")
    # The session runs out; handing in is not begun, and after signing in everything is back.
    finishes(page)
    says(page, "Saved as a draft at")
    context.clear_cookies(name="kinkeeper")
    page.locator("textarea[name=conclusion]").press_sequentially(" And more.")
    page.get_by_role("button", name="Record the assessment").click()
    says(page, "Signed out: kept on this device. Sign in again to go on.")
    page.locator("[data-draft-sign-in]").click()
    page.locator("input[type=email]").fill("amina@demo.example")
    page.locator("input[type=password]").fill("caseworker at work")
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"**{form}")
    goes_on(page)
    assert (note(page, third), page.locator("textarea[name=child_view]").input_value()) == (FOUND + MORE, WISH)
    assert page.locator("textarea[name=conclusion]").input_value() == "The conclusion in words. And more."
    page.get_by_role("button", name="Record the assessment").click()
    page.wait_for_url(lambda url: "complete-assessment" not in url)
    expect(page.locator("main")).to_contain_text("best interests")
    assert on_the_device(page) == {}
    page.locator("#assessments a").first.click()
    page.wait_for_url("**/assessments/**")
    for words in (FOUND + MORE, WISH, "The conclusion in words. And more."):
        expect(page.locator("main")).to_contain_text(words)
    assessor.complaints.clear()
    assessor.finds_no_barrier()
    assessor.takes_a_picture("assessment")


def test_a_blank_domain_is_shown_in_the_outline(assessor: Visitor, form: str) -> None:
    assessor.signs_in("amina")
    assessor.goes_to(form)
    page = assessor.page
    begins(page)
    page.get_by_role("button", name="Record the assessment").click()
    expect(page.locator(".error-summary")).to_be_visible()
    page.locator("input[name=risk][value=low]").check()
    page.get_by_role("button", name="Record the assessment").click()
    expect(page.locator(".guard-code")).to_contain_text("G-DOMAINS")
    expect(page.locator(".form-outline-wrong")).to_have_count(1)
    assessor.complaints.clear()
    assessor.finds_no_barrier()
    assessor.takes_a_picture("assessment-refused")
    page.set_viewport_size({"width": 360, "height": 740})
    assessor.complaints.clear()
    assessor.finds_no_barrier()
    assessor.takes_a_picture("assessment-phone")
    assessor.speaks("ar")
    assessor.goes_to(form)
    expect(page.locator("[data-draft-found]")).to_be_visible()
    assessor.complaints.clear()
    assessor.finds_no_barrier()
    assessor.takes_a_picture("assessment-arabic")
    page.set_viewport_size({"width": 1280, "height": 900})
    assessor.takes_a_picture("assessment-arabic-wide")
