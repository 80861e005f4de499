"""Everybody who works here reads the pack with its sources; the administrator chooses it."""

from __future__ import annotations

from typing import Any

import pytest

from kinkeeper.access import actions
from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Association, pack_asked_once, pack_in_force
from kinkeeper.journal.models import Entry
from kinkeeper.lib.packs import load_pack, packs
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague


def test_the_administrator_chooses_a_pack_and_it_is_remembered(rosa: Colleague, association: Association) -> None:
    chosen = actions.choose_pack(rosa.actor, association, pack="kosovo")
    assert (chosen.pack, Association.objects.get().pack, pack_in_force().code) == ("kosovo", "kosovo", "kosovo")
    entry = Entry.objects.get(act="access.choose_pack")
    assert (entry.user, entry.subject_code) == (rosa.user, association.code)


def test_nobody_else_chooses(amina: Colleague, eve: Colleague, association: Association) -> None:
    with pytest.raises(Refused, match="Only an administrator") as refused:
        actions.choose_pack(amina.actor, association, pack="kosovo")
    assert refused.value.guard == "G-MAY"
    with pytest.raises(Unseen):
        actions.choose_pack(eve.actor, association, pack="kosovo")
    assert amina.browser.get("/pack/choose/").status_code == 404
    assert Association.objects.get().pack == "un"


@pytest.mark.parametrize("pack, guard", [("atlantis", "G-CODE"), ("un", "G-DOUBLE")])
def test_another_pack_that_there_is(rosa: Colleague, association: Association, pack: str, guard: str) -> None:
    with pytest.raises(Refused) as refused:
        actions.choose_pack(rosa.actor, association, pack=pack)
    assert (refused.value.guard, refused.value.field) == (guard, "pack")
    assert Association.objects.get().pack == "un"


@pytest.mark.parametrize("code", packs())
def test_the_page_shows_every_entry_with_its_source(amina: Colleague, code: str) -> None:
    Association.objects.update(pack=code)
    answer = amina.browser.get("/pack/")
    page, pack = answer.content.decode(), load_pack(code)
    assert answer.status_code == 200
    assert page.count('<th scope="row"><code>') == sum(1 for _entry in pack.entries())
    assert page.count("not verified</span>") == pack.not_verified()
    assert "values are not verified" not in page
    assert "Only an administrator" in page


def test_values_are_said_in_words(amina: Colleague) -> None:
    Association.objects.update(pack="england")
    page = amina.browser.get("/pack/").content.decode()
    for words in (
        "20 working days",
        "once within 20 working days; once within 3 months; every 6 months; counted from the last time",
        "every 6 weeks until 12 months have passed",
        "poverty, never the only ground",
        "on the basis of: consent, vital interest; consent TRACING; at most: code, name, birth, contact details, family",
        "Saturday, Sunday, GB-ENG",
    ):
        assert words in page


def test_the_administrator_sees_how_much_is_not_verified(rosa: Colleague) -> None:
    page = rosa.browser.get("/pack/").content.decode()
    assert "values are not verified" in page
    assert str(load_pack("un").not_verified()) in page
    assert 'href="/pack/choose/"' in page
    assert 'href="/pack/"' in rosa.browser.get("/administration/").content.decode()


def test_whoever_has_no_seat_finds_no_pack(eve: Colleague) -> None:
    assert eve.browser.get("/pack/").status_code == 404


def test_the_page_chooses(rosa: Colleague, association: Association) -> None:
    browser = rosa.browser
    assert "Uzbekistan" in browser.get("/pack/choose/").content.decode()
    again = browser.post("/pack/choose/", {"pack": "un", "version": association.version})
    assert (again.status_code, "G-DOUBLE" in again.content.decode()) == (409, True)
    assert Association.objects.get().pack == "un"
    done = browser.post("/pack/choose/", {"pack": "uzbekistan", "version": association.version})
    assert (done.status_code, done["Location"]) == (302, "/pack/")
    assert Association.objects.get().pack == "uzbekistan"
    assert "vasiylik" in browser.get("/pack/").content.decode()


def test_a_page_asks_once_and_hears_of_another_pack(
    rosa: Colleague, association: Association, django_assert_num_queries: Any
) -> None:
    with pack_asked_once(), django_assert_num_queries(1):
        assert (pack_in_force().code, pack_in_force().code) == ("un", "un")
    with pack_asked_once():
        pack_in_force()
        actions.choose_pack(rosa.actor, association, pack="kosovo")
        assert pack_in_force().code == "kosovo"
    with django_assert_num_queries(2):
        assert (pack_in_force().code, pack_in_force().code) == ("kosovo", "kosovo")
