"""Accounts: closed at once, opened again, a new password, another language; and the pages that show them."""

from __future__ import annotations

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from kinkeeper.access import actions
from kinkeeper.access.models import Unit, User
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from tests.conftest import PASSWORD, Colleague, hire


def is_signed_in(browser: Client) -> bool:
    return browser.get("/password/").status_code == 200


def test_closing_an_account_signs_it_out_with_the_next_page(rosa: Colleague, amina: Colleague) -> None:
    phone, desk, other = amina.browser, amina.browser, rosa.browser
    assert is_signed_in(phone)
    assert is_signed_in(desk)
    actions.suspend_user(rosa.actor, amina.user)
    assert not is_signed_in(phone)
    assert not is_signed_in(desk)
    assert is_signed_in(other)
    assert Session.objects.count() == 1
    assert not amina.actor.seats
    assert Entry.objects.get(act="access.suspend_user").subject_code == amina.user.code


def test_an_account_opened_again_has_to_sign_in_anew(rosa: Colleague, amina: Colleague) -> None:
    phone = amina.browser
    closed = actions.suspend_user(rosa.actor, amina.user)
    opened = actions.restore_user(rosa.actor, closed)
    assert (opened.is_active, opened.version) == (True, 3)
    assert not is_signed_in(phone)
    assert amina.actor.seats


def test_where_no_second_factor_is_none_is_taken_away(rosa: Colleague, amina: Colleague) -> None:
    with pytest.raises(Refused, match="has no second factor"):
        actions.take_factors_away(rosa.actor, amina.user)
    assert not Entry.objects.filter(act="access.take_factors_away").exists()


def test_who_may_not_close_accounts(rosa: Colleague, dalia: Colleague, amina: Colleague) -> None:
    with pytest.raises(Refused, match="your own account"):
        actions.suspend_user(rosa.actor, rosa.user)
    with pytest.raises(Refused, match="Only an administrator"):
        actions.suspend_user(dalia.actor, amina.user)
    with pytest.raises(Refused, match="This account is open"):
        actions.restore_user(rosa.actor, amina.user)
    assert not User.objects.filter(is_active=False).exists()


@pytest.mark.asvs("6.2.2", "7.4.3")
def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(amina: Colleague) -> None:
    amina.user.set_password(PASSWORD)
    amina.user.save()
    here, elsewhere = amina.browser, amina.browser
    page = {"old": "wrong", "password": "quite another password", "version": "1"}
    assert "This is not your password" in here.post("/password/", page).content.decode()
    assert here.post("/password/", page | {"old": PASSWORD}).status_code == 302
    assert is_signed_in(here)
    assert not is_signed_in(elsewhere)
    assert Entry.objects.get(act="access.change_password").facts == {}
    assert User.objects.get(pk=amina.user.pk).check_password("quite another password")


def test_nobody_changes_the_password_or_the_language_of_another(rosa: Colleague, amina: Colleague) -> None:
    with pytest.raises(Refused, match="the person themselves changes"):
        actions.change_password(rosa.actor, amina.user, password="something else entirely")
    with pytest.raises(Refused, match="the person themselves chooses"):
        actions.choose_language(rosa.actor, amina.user, language="ru")
    amina.user.refresh_from_db()
    assert (amina.user.language, amina.user.version) == ("en", 1)


def test_a_language_is_kept_by_the_browser_and_by_the_account(amina: Colleague) -> None:
    browser = amina.browser
    response = browser.post("/language/", {"language": "ru", "next": "/password/"})
    assert (response["Location"], response.cookies["kinkeeper-language"].value) == ("/password/", "ru")
    assert User.objects.get(pk=amina.user.pk).language == "ru"
    page = browser.get("/password/")
    assert page["Content-Language"] == "ru"
    assert '<html lang="ru" dir="ltr">' in page.content.decode()
    browser.post("/language/", {"language": "xx"})
    assert User.objects.get(pk=amina.user.pk).language == "en"


@pytest.mark.parametrize("more", [1, 3, 12])
def test_the_list_of_people_asks_the_same_number_of_questions(
    rosa: Colleague, village: Unit, more: int, django_assert_num_queries: object
) -> None:
    for number in range(more):
        hire(f"Worker{number} Bee", ("caseworker", village), ("supervisor", village))
    browser = rosa.browser
    with django_assert_num_queries(10):  # type: ignore[operator]
        page = browser.get("/administration/users/").content.decode()
    assert page.count("Caseworker · Riverside") == more


def test_the_list_is_searched_and_split_into_open_and_closed(
    rosa: Colleague, amina: Colleague, bruno: Colleague
) -> None:
    browser = rosa.browser
    page = browser.get("/administration/users/?q=amina+had").content.decode()
    assert ("Amina Haddad" in page, "Bruno" in page) == (True, False)
    actions.suspend_user(rosa.actor, amina.user)
    assert "Amina Haddad" not in browser.get("/administration/users/").content.decode()
    assert "Amina Haddad" in browser.get("/administration/users/?state=closed").content.decode()


def test_the_administrators_pages_do_not_exist_for_others(dalia: Colleague, amina: Colleague) -> None:
    for path in ("", "users/", f"users/{amina.user.code}/", "invitations/", "invitations/new/", "programmes/new/"):
        assert dalia.browser.get(f"/administration/{path}").status_code == 404


def test_the_pages_close_and_restore(rosa: Colleague, amina: Colleague) -> None:
    browser, address = rosa.browser, f"/administration/users/{amina.user.code}/"
    assert browser.post(f"{address}close/", {"version": "1"}).status_code == 302
    page = browser.get(address).content.decode()
    assert "Open the account again" in page
    assert browser.post(f"{address}restore/", {"version": "2"}).status_code == 302
    assert User.objects.get(pk=amina.user.pk).is_active
