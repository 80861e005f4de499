"""Destroying the key of a child makes everything that was written about the child unreadable, for good."""

from __future__ import annotations

import pytest
from django.db import transaction

from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case, Contact
from kinkeeper.keys.fields import holder_of
from kinkeeper.keys.models import DataKey
from kinkeeper.keys.ring import Holder, destroy_key, keyring
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import ContactPoint, Person
from kinkeeper.sharing.models import Share
from tests.conftest import Colleague, open_case, register


def contact(case: Case, note: str) -> Contact:
    return Contact.objects.create(case=case, happened_on="2026-05-01", seen="alone", note=note)


def test_what_was_written_about_the_child_is_gone_and_nothing_else(
    amina: Colleague, village: Unit, noors_case: Case
) -> None:
    noor, sami = noors_case.child, open_case(register(village, "Sami", "Saleh"), amina)
    contact(noors_case, "Noor’s secret")
    contact(sami, "Sami’s words")
    ContactPoint.objects.create(person=noor, kind="address", value="Mill Lane 4")
    Share.objects.create(
        case=noors_case, recipient="X", purpose="CARE", shared_on="2026-01-01", sheet=[["Who", "Noor"]]
    )
    with keyring():
        assert [row.note for row in Contact.objects.order_by("pk")] == ["Noor’s secret", "Sami’s words"]
        row = destroy_key(holder_of(Contact.objects.filter(case=noors_case).get()))
        assert [row.note for row in Contact.objects.order_by("pk")] == ["(erased)", "Sami’s words"]
    assert (bytes(row.wrapped), row.erased_at is not None) == (b"", True)
    assert DataKey.objects.get(holder_code=noor.code).wrapped in (b"", memoryview(b""))
    assert ContactPoint.objects.get().value == "(erased)"
    assert Share.objects.get().sheet == []
    page = amina.browser.get(f"/cases/{noors_case.code}/")
    assert page.status_code == 200
    assert "secret" not in page.content.decode()


def test_pages_say_that_it_was_erased(amina: Colleague, noors_case: Case) -> None:
    contact(noors_case, "Noor’s secret")
    address = f"/children/{noors_case.child.code}/"
    assert "Noor’s secret" in amina.browser.get(address).content.decode()
    destroy_key(Holder("people.person", noors_case.child.code))
    page = amina.browser.get(address).content.decode()
    assert "(erased)" in page
    assert "secret" not in page


def test_saving_a_row_whose_text_was_erased_keeps_what_lies_there(noors_case: Case) -> None:
    pk = contact(noors_case, "Noor’s secret").pk
    before = Contact.objects.values_list("note", flat=True).get()
    destroy_key(Holder("people.person", noors_case.child.code))
    row = Contact.objects.get(pk=pk)
    assert row.note == "(erased)"
    row.seen = "with_others"
    row.save()
    assert Contact.objects.values_list("note", flat=True).get() == before


@pytest.mark.parametrize("had_a_key", [True, False])
def test_nothing_is_written_about_an_erased_child(noors_case: Case, had_a_key: bool) -> None:
    if had_a_key:
        contact(noors_case, "Noor’s secret")
    destroy_key(Holder("people.person", noors_case.child.code))
    with pytest.raises(Refused, match="has been erased") as refusal, transaction.atomic():
        contact(noors_case, "Once more")
    assert refusal.value.guard == "G-ERASED"
    assert contact(noors_case, "").note == ""


def test_an_erasure_that_was_undone_erased_nothing(noors_case: Case, noor: Person) -> None:
    contact(noors_case, "Noor’s secret")
    with keyring():
        with transaction.atomic():
            destroy_key(Holder("people.person", noor.code))
            assert Contact.objects.get().note == "(erased)"
            transaction.set_rollback(True)
        assert DataKey.objects.get(holder_code=noor.code).erased_at is None
    assert Contact.objects.get().note == "Noor’s secret"
