"""Somebody mentioned is compared with records that are nearly alike, in any script and in any unit."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.intake.actions import Said, compare_person, compare_unseen_record, correct_mentioned, screen_in
from kinkeeper.intake.models import Comparison, Mentioned, Referral
from kinkeeper.intake.queries import candidates_of
from kinkeeper.journal.models import Entry
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Identifier, Person
from kinkeeper.people.queries import likely_duplicates_anywhere
from tests.conftest import Colleague, register
from tests.intake.conftest import TAKEN, recorded

JUDGED = {"verdict": "other", "reason": "Another mother, another street"}


def test_a_name_in_another_script_is_one_candidate(dalia: Colleague, dasha: Mentioned, recorded_dasha: Person) -> None:
    recorded(recorded_dasha.unit, "Даша", "Волкова", date(2009, 3, 2))
    recorded(recorded_dasha.unit, "Даша", "Соколова", date(2014, 3, 2))
    assert [found.person for found in candidates_of(dalia.actor, dasha)] == [recorded_dasha]


def test_the_same_number_is_a_candidate_whatever_the_name(amina: Colleague, dasha: Mentioned, village: Unit) -> None:
    other = register(village, "Maria", "Orlova", born=date(1999, 1, 1))
    Identifier.objects.create(person=other, scheme="birth_certificate", value="IV-AB 123")
    said = Said(given="Dasha", family="Volkova", scheme="birth_certificate", number="iv-ab 123")
    row = correct_mentioned(amina.actor, dasha, said=said)
    assert [found.likeness.code for found in candidates_of(amina.actor, row)] == [other.code]


def test_a_record_out_of_sight_is_told_by_unit_and_code_alone(
    amina: Colleague, dasha: Mentioned, other_unit: Unit
) -> None:
    hidden = recorded(other_unit, "Дарья", "Волкова", date(2014, 7, 1))
    recorded(other_unit, "Даша", "Волкова", date(2014, 7, 1))
    found = likely_duplicates_anywhere(amina.actor, ["Daria Volkova"], PartialDate(2014))
    assert [(one.code, one.unit, one.person) for one in found] == [(hidden.code, other_unit, None)]
    page = amina.browser.get(dasha.referral.get_absolute_url()).content.decode()
    assert "a record in the unit Hilltown, code" in page
    assert "ask its supervisor" in page
    assert "Волкова" not in page


def test_one_word_alone_is_nobody_unless_the_births_meet(amina: Colleague, other_unit: Unit) -> None:
    recorded(other_unit, "Olga", "Ivanova", date(1994, 1, 1))
    recorded(other_unit, "Olga", "Petrova", None)
    assert likely_duplicates_anywhere(amina.actor, ["Olga"], None) == []
    assert len(likely_duplicates_anywhere(amina.actor, ["Olga"], PartialDate(1994))) == 1


def test_a_comparison_is_stored_and_remembered(dalia: Colleague, dasha: Mentioned, recorded_dasha: Person) -> None:
    done = compare_person(dalia.actor, dasha, person=recorded_dasha, **JUDGED)
    stored = Comparison.objects.get()
    assert (stored, stored.verdict, stored.reason, stored.by) == (done, "other", JUDGED["reason"], dalia.user)
    entry = Entry.objects.get(act="intake.compare_person")
    assert (entry.subject_code, entry.facts) == (done.code, {"subject": dasha.code, "person": recorded_dasha.code})
    compare_person(dalia.actor, dasha, person=recorded_dasha, verdict="same", reason="Same birth certificate")
    assert Comparison.objects.get().verdict == "same"


def test_two_records_are_not_one_person(dalia: Colleague, dasha: Mentioned, recorded_dasha: Person) -> None:
    twice = recorded(recorded_dasha.unit, "Dasha", "Volkova", date(2014, 3, 2))
    compare_person(dalia.actor, dasha, person=recorded_dasha, verdict="same", reason="Her aunt said so")
    with pytest.raises(Refused, match="Correct that comparison first") as refused:
        compare_person(dalia.actor, dasha, person=twice, verdict="same", reason="Her aunt said so")
    assert (refused.value.guard, Comparison.objects.count()) == ("G-DUP", 1)
    compare_person(dalia.actor, dasha, person=twice, **JUDGED)
    assert Comparison.objects.count() == 2


def test_a_comparison_has_a_reason(dalia: Colleague, dasha: Mentioned, recorded_dasha: Person) -> None:
    with pytest.raises(Refused, match="how one can tell") as refused:
        compare_person(dalia.actor, dasha, person=recorded_dasha, verdict="other", reason=" ")
    assert (refused.value.guard, refused.value.field, Comparison.objects.count()) == ("G-REASON", "reason", 0)


def test_an_unseen_record_is_compared_by_asking(amina: Colleague, dasha: Mentioned, other_unit: Unit) -> None:
    hidden = recorded(other_unit, "Даша", "Волкова", date(2014, 7, 1))
    with pytest.raises(Unseen):
        compare_person(amina.actor, dasha, person=hidden, **JUDGED)
    stranger = recorded(other_unit, "Maria", "Orlova", date(2014, 7, 1))
    with pytest.raises(Unseen):
        compare_unseen_record(amina.actor, dasha, other=stranger.code, **JUDGED)
    compare_unseen_record(amina.actor, dasha, other=hidden.code, **JUDGED)
    assert (Comparison.objects.get().person, Comparison.objects.get().verdict) == (hidden, "other")


def test_after_screening_nobody_is_compared(dalia: Colleague, volkovas: Referral, dasha: Mentioned) -> None:
    screen_in(dalia.actor, volkovas, **TAKEN)
    someone = recorded(volkovas.unit, "Даша", "Волкова", date(2014, 7, 1))
    row = Mentioned.objects.get(pk=dasha.pk)
    with pytest.raises(Refused, match="screened already") as refused:
        compare_person(dalia.actor, row, person=someone, **JUDGED)
    assert (refused.value.guard, Comparison.objects.count()) == ("G-STEP", 0)
    answer = dalia.browser.get(reverse("compare_person", args=[row.code]))
    assert "Rule: G-STEP" in answer.content.decode()


def test_the_page_shows_both_side_by_side_and_compares(
    dalia: Colleague, dasha: Mentioned, recorded_dasha: Person
) -> None:
    address, browser = reverse("compare_person", args=[dasha.code]), dalia.browser
    page = browser.get(address).content.decode()
    assert all(words in page for words in ("Даша Волкова", "Dasha", "2 March 2014", "Riverside"))
    asked = {"version": 1, "other": recorded_dasha.code, "verdict": "same"}
    assert browser.post(address, asked).context["form"].errors.keys() == {"reason"}
    assert browser.post(address, {**asked, "reason": "Same mother"})["Location"] == dasha.referral.get_absolute_url()
    assert (Comparison.objects.get().person, Comparison.objects.get().verdict) == (recorded_dasha, "same")


def test_the_page_takes_the_answer_about_an_unseen_record(amina: Colleague, dasha: Mentioned, other_unit: Unit) -> None:
    hidden = recorded(other_unit, "Даша", "Волкова", date(2014, 7, 1))
    address, browser = reverse("compare_person", args=[dasha.code]), amina.browser
    page = browser.get(address).content.decode()
    assert "not shown to you" in page
    assert "Волкова" not in page
    assert "July 2014" not in page
    answer = browser.post(address, {"version": 1, "other": hidden.code, "verdict": "other", "reason": " "})
    assert Comparison.objects.count() == 0
    answer = browser.post(address, {"version": 1, "other": hidden.code, **JUDGED})
    assert (answer.status_code, Comparison.objects.get().person) == (302, hidden)


def test_where_nobody_is_alike_the_page_says_so(amina: Colleague, bruno: Colleague, dasha: Mentioned) -> None:
    address = reverse("compare_person", args=[dasha.code])
    assert "Nobody alike is on record" in amina.browser.get(address).content.decode()
    assert bruno.browser.get(address).status_code == 404
    assert amina.browser.get(f"{address}?with=NOBODY").status_code == 404
