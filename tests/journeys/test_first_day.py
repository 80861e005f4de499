"""A caseworker’s first day with Kinkeeper: sign in, see what is due, read a child’s book, record a visit, move a child."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Visitor

pytestmark = pytest.mark.journey


def test_a_caseworker_sees_her_day_and_a_childs_story(visitor: Visitor) -> None:
    visitor.goes_to("/sign-in/")
    visitor.finds_no_barrier()
    visitor.signs_in("amina")
    expect(visitor.page.locator("h1")).to_contain_text("Amina")
    visitor.finds_no_barrier()
    visitor.takes_a_picture("my-day")
    visitor.goes_to("/caseload/")
    expect(visitor.page.locator("table tbody tr").first).to_be_visible()
    visitor.finds_no_barrier()
    visitor.takes_a_picture("caseload")
    visitor.opens_the_first("/children/")
    for chapter in ("My family", "Where I live and have lived", "My story", "Who looked"):
        expect(visitor.page.get_by_role("heading", name=chapter)).to_be_visible()
    expect(visitor.page.locator("svg[role=img]").first).to_be_visible()
    expect(visitor.page.get_by_text("Amina Haddad").first).to_be_visible()
    visitor.finds_no_barrier()
    visitor.takes_a_picture("child")


def test_every_page_of_the_desk_is_without_barriers(visitor: Visitor) -> None:
    visitor.signs_in("dalia")
    for path in ("/", "/caseload/", "/homes/", "/units/", "/search/?q=a", "/notices/", "/openings/", "/exchange/"):
        visitor.goes_to(path)
        visitor.finds_no_barrier()
    for start, list_page in (("/homes/", "/homes/"), ("/children/", "/caseload/")):
        visitor.goes_to(list_page)
        visitor.opens_the_first(start)
        visitor.finds_no_barrier()


def test_a_visit_is_recorded_and_stands_in_the_story(visitor: Visitor) -> None:
    visitor.signs_in("amina")
    visitor.goes_to("/caseload/")
    child = visitor.opens_the_first("/children/")
    visitor.page.get_by_role("link", name="Record a visit").first.click()
    visitor.finds_no_barrier()
    note = "We planted beans on the window sill and talked about school."
    visitor.page.locator("input[name=seen][value=alone], select[name=seen]").first.evaluate(
        "field => { if (field.tagName === 'SELECT') { field.value = 'alone' } else { field.click() } }"
    )
    visitor.page.locator("textarea[name=note]").fill(note)
    with visitor.page.expect_navigation():
        visitor.page.locator("main form button[type=submit], main form button:not([type])").last.click()
    visitor.goes_to(child)
    expect(visitor.page.get_by_text(note)).to_be_visible()


def test_a_child_is_moved_after_reading_it_once_more(visitor: Visitor) -> None:
    visitor.signs_in("dalia")
    visitor.goes_to("/caseload/")
    child = visitor.opens_the_first("/children/")
    page = visitor.page
    home = visitor.site.decides_on_a_home(child.strip("/").split("/")[1])
    visitor.goes_to(f"{child}move/")
    expect(page.get_by_text("Decisions in force:")).to_be_visible()
    visitor.finds_no_barrier()
    visitor.takes_a_picture("move")
    chosen = page.locator(f"select[name=home] option[value='{home}']")
    name = chosen.inner_text().split(" · ")[0]
    page.locator("select[name=home]").select_option(home)
    page.locator("select[name=care_type]").select_option("U6")
    page.locator("select[name=leave_reason]").select_option(index=1)
    expect(page.get_by_text("Nothing speaks against it.")).to_be_visible()
    page.get_by_role("button", name="Read it once more").click()
    expect(page.locator("#summary")).to_contain_text(name)
    with page.expect_navigation():
        page.get_by_role("button", name="Yes, move").click()
    visitor.goes_to(child)
    expect(page.get_by_role("heading", name="Where I live and have lived")).to_be_visible()
    expect(page.locator("main")).to_contain_text(name)


def test_a_name_is_found_in_another_script_and_with_a_slip(visitor: Visitor) -> None:
    visitor.signs_in("farida")
    visitor.goes_to("/caseload/")
    lines = visitor.page.locator("main a[href^='/children/']").first.inner_text().split("\n")
    full = next(line.strip() for line in lines if " " in line.strip())
    given, family = full.split()[0], full.split()[-1]
    visitor.goes_to(f"/search/?q={family}+{given}")
    expect(visitor.page.locator("main")).to_contain_text(full)
    slip = family[: len(family) // 2] + family[len(family) // 2 + 1 :]
    visitor.goes_to(f"/search/?q={given}+{slip}")
    expect(visitor.page.locator("main")).to_contain_text(full)


def test_the_keyboard_reaches_the_search(visitor: Visitor) -> None:
    visitor.signs_in("amina")
    visitor.page.keyboard.press("/")
    assert visitor.page.evaluate("document.activeElement.name") == "q"
    visitor.page.keyboard.type("000000")
    visitor.page.keyboard.press("Enter")
    visitor.page.wait_for_url("**/search/**")
    expect(visitor.page.get_by_text("Nothing found")).to_be_visible()
    visitor.finds_no_barrier()


def test_everything_fits_a_small_phone(phone: Visitor) -> None:
    phone.signs_in("amina")
    for path in ("/", "/caseload/", "/homes/", "/units/", "/search/?q=a"):
        phone.goes_to(path)
        phone.finds_no_barrier()
    phone.goes_to("/caseload/")
    child = phone.opens_the_first("/children/")
    phone.finds_no_barrier()
    phone.takes_a_picture("child-phone")
    phone.goes_to(f"{child}move/")
    phone.finds_no_barrier()


def test_pages_read_from_right_to_left(visitor: Visitor) -> None:
    visitor.signs_in("amina")
    visitor.speaks("ar")
    assert visitor.page.evaluate("document.documentElement.dir") == "rtl"
    for path in ("/", "/caseload/", "/homes/"):
        visitor.goes_to(path)
        visitor.finds_no_barrier()
    visitor.goes_to("/caseload/")
    visitor.opens_the_first("/children/")
    visitor.finds_no_barrier()
    visitor.takes_a_picture("child-rtl")
    visitor.speaks("en")


def test_russian_pages_in_the_dark(in_the_dark: Visitor) -> None:
    in_the_dark.signs_in("amina")
    in_the_dark.speaks("ru")
    expect(in_the_dark.page.get_by_role("link", name="Мой день")).to_be_visible()
    for path in ("/", "/caseload/"):
        in_the_dark.goes_to(path)
        in_the_dark.finds_no_barrier()
    in_the_dark.opens_the_first("/children/")
    expect(in_the_dark.page.get_by_role("heading", name="Моя история")).to_be_visible()
    in_the_dark.finds_no_barrier()
    in_the_dark.takes_a_picture("child-ru-dark")
    in_the_dark.speaks("en")


def test_other_roles_see_what_is_theirs_and_no_child(visitor: Visitor) -> None:
    visitor.signs_in("amina")
    visitor.goes_to("/caseload/")
    child = visitor.opens_the_first("/children/")
    visitor.page.context.clear_cookies()
    for who in ("bruno", "milan", "rosa", "jonas"):
        visitor.signs_in(who)
        visitor.finds_no_barrier()
        response = visitor.page.goto(visitor.site.address + child)
        assert response is not None
        assert response.status == 404
        visitor.page.context.clear_cookies()
