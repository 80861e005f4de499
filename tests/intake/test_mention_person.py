"""Whom a referral speaks of is completed and corrected until it is screened."""

from __future__ import annotations

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen
from kinkeeper.intake.actions import Said, correct_mentioned, mention_person, screen_in
from kinkeeper.intake.models import Mentioned, Referral
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from tests.conftest import Colleague
from tests.intake.conftest import TAKEN, fresh


def test_somebody_is_added_and_remembered(amina: Colleague, volkovas: Referral) -> None:
    row = mention_person(amina.actor, volkovas, said=Said(part="other", given="Baba", family="Vera"))
    assert (row.referral, row.part, row.name) == (volkovas, "other", "Baba Vera")
    entry = Entry.objects.get(act="intake.mention_person")
    assert (entry.subject_code, entry.facts) == (row.code, {"subject": volkovas.code})


def test_what_was_said_is_corrected(amina: Colleague, dasha: Mentioned) -> None:
    correct_mentioned(amina.actor, dasha, said=Said(part="other", given="Darya", family="Volkova", number=" 12 3 "))
    stored = Mentioned.objects.get(pk=dasha.pk)
    assert (stored.part, stored.name, stored.birth, stored.number, stored.scheme) == (
        "other", "Darya Volkova", "", "12 3", "other",
    )  # fmt: skip


def test_after_screening_nothing_is_changed(amina: Colleague, volkovas: Referral, dasha: Mentioned) -> None:
    screen_in(amina.actor, volkovas, **TAKEN)
    with pytest.raises(Refused, match="screened already") as refused:
        mention_person(amina.actor, fresh(volkovas), said=Said(given="Vera"))
    assert (refused.value.guard, Mentioned.objects.count()) == ("G-STEP", 4)
    with pytest.raises(Refused, match="screened already"):
        correct_mentioned(amina.actor, Mentioned.objects.get(pk=dasha.pk), said=Said(given="Vera"))


def test_strangers_find_nothing(bruno: Colleague, volkovas: Referral, dasha: Mentioned) -> None:
    with pytest.raises(Unseen):
        mention_person(bruno.actor, volkovas, said=Said(given="Vera"))
    for name, code in (("mention_person", volkovas.code), ("correct_mentioned", dasha.code)):
        assert bruno.browser.get(reverse(name, args=[code])).status_code == 404


def test_the_pages_add_and_correct(amina: Colleague, volkovas: Referral, dasha: Mentioned) -> None:
    address = reverse("mention_person", args=[volkovas.code])
    assert amina.browser.get(address).status_code == 200
    assert amina.browser.post(address, {"version": 1, "part": "other", "descriptor": "A neighbour"}).status_code == 302
    address = reverse("correct_mentioned", args=[dasha.code])
    assert 'value="Dasha"' in amina.browser.get(address).content.decode()
    assert amina.browser.post(address, {"version": 1, "part": "child", "given": "Dashenka"}).status_code == 302
    answer = amina.browser.post(address, {"version": 2, "part": "child"})
    assert answer.status_code == 409
    assert "Rule: G-NAME" in answer.content.decode()
    assert [row.name for row in Mentioned.objects.all()][1::3] == ["Dashenka", "A neighbour"]
