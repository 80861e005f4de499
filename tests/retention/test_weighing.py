"""Weighing what may speak of others: from one thing to the next, and several things together."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils import timezone

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Unit
from kinkeeper.cases.models import Case, Contact
from kinkeeper.families.models import Kinship
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import Consent, Person
from kinkeeper.retention import queries, weighing
from kinkeeper.retention.actions import (
    collect,
    decide_alike,
    decide_redaction,
    prove_identity,
    receive_request,
    release_file,
)
from kinkeeper.retention.models import AccessRequest, Redaction
from tests.conftest import Colleague, register

TODAY = timezone.localdate()


@pytest.fixture
def mother(village: Unit, omar: Person) -> Person:
    """Salma, his mother."""
    person = register(village, "Salma", "Haddock")
    Kinship.objects.create(person=person, relative=omar, kind="parent")
    return person


@pytest.fixture
def collected(dalia: Colleague, amina: Colleague, omar: Person, mother: Person) -> AccessRequest:
    """Omar’s file with two visits that name his mother, one of them twice over, and one that only sounds like her."""
    for note, said in (("Salma was out.", ""), ("I met SALMA.", "Salma wants him back."), ("The Salmans came.", "")):
        Contact.objects.create(
            case=Case.objects.get(child=omar), happened_on=date(1985, 5, 5), seen="alone", note=note, child_said=said,
            by=amina.user,
        )  # fmt: skip
    asked = receive_request(dalia.actor, omar, asked_on=TODAY, asker="self")
    return collect(dalia.actor, prove_identity(dalia.actor, asked, proof="known"))


def thing(text: str) -> Redaction:
    """The thing that says this."""
    return next(row for row in Redaction.objects.order_by("pk") if row.text == text)


def test_one_decision_leads_to_the_next_undecided(dalia: Colleague, collected: AccessRequest) -> None:
    browser = dalia.browser
    items = list(queries.redactions(dalia.actor, collected))
    first, second = items[0], items[1]
    page = browser.get(first.get_absolute_url()).content.decode()
    assert f"0 of {len(items)} decided" in page
    assert 'data-key="1"' in page
    assert collected.get_absolute_url() in page
    answer = browser.post(
        first.get_absolute_url(), {"choice": "release", "reason": "R", "version": first.version}, follow=True
    )
    assert answer.redirect_chain[-1][0] == second.get_absolute_url()
    assert f"1 of {len(items)} decided" in answer.content.decode()
    for item in items[1:]:
        decide_redaction(dalia.actor, item, choice="release", reason="R")
    onward = browser.get(f"/retention/requests/{collected.code}/next/")
    assert onward["Location"] == collected.get_absolute_url()
    assert f"{len(items)} of {len(items)} decided" in browser.get(collected.get_absolute_url()).content.decode()


def test_what_was_left_for_later_comes_again_at_the_end(dalia: Colleague, collected: AccessRequest) -> None:
    items = list(queries.redactions(dalia.actor, collected))
    last = items[-1]
    assert queries.next_undecided(dalia.actor, collected, last.code) == items[0]
    decide_redaction(dalia.actor, items[0], choice="release", reason="R")
    assert queries.next_undecided(dalia.actor, collected, last.code) == items[1]
    for item in items[1:-1]:
        decide_redaction(dalia.actor, item, choice="release", reason="R")
    assert queries.next_undecided(dalia.actor, collected, items[0].code) == last
    assert queries.next_undecided(dalia.actor, collected, last.code) is None


def test_things_that_name_one_person_are_found_by_the_name_as_a_word(
    dalia: Colleague, collected: AccessRequest, mother: Person
) -> None:
    groups = {group.among: group for group in weighing.groups(dalia.actor, thing("Salma was out."))}
    named = groups[mother.code]
    texts = [row.text for row in named.items if not row.is_about_others]
    assert sorted(texts) == ["I met SALMA.", "Salma wants him back.", "Salma was out."]
    assert [row.table for row in named.items if row.is_about_others] == ["families.kinship"]
    assert weighing.RECORD not in groups
    assert mother.code not in {one.among for one in weighing.groups(dalia.actor, thing("The Salmans came."))}


def test_things_of_one_record_are_decided_together(dalia: Colleague, collected: AccessRequest) -> None:
    item = thing("I met SALMA.")
    group = weighing.group_of(dalia.actor, item, weighing.RECORD)
    assert group is not None
    assert [row.text for row in group.items] == ["I met SALMA.", "Salma wants him back."]
    rows = decide_alike(dalia.actor, item, among=weighing.RECORD, choice="black_out", reason=" Hers. ")
    assert [(row.choice, row.reason, row.decided_by) for row in rows] == [("black_out", "Hers.", dalia.user)] * 2
    assert Redaction.objects.exclude(choice="").count() == 2
    entries = Entry.objects.filter(act="retention.decide_alike")
    assert {entry.subject_code for entry in entries} == {row.code for row in rows}
    with pytest.raises(Refused, match="nothing left to decide together") as refused:
        decide_alike(
            dalia.actor, Redaction.objects.get(pk=item.pk), among=weighing.RECORD, choice="release", reason="R"
        )
    assert refused.value.guard == "G-STEP"


def test_what_is_decided_already_stays(dalia: Colleague, collected: AccessRequest, mother: Person) -> None:
    kept = decide_redaction(dalia.actor, thing("Salma wants him back."), choice="release", reason="Hers to say.")
    rows = decide_alike(dalia.actor, thing("Salma was out."), among=mother.code, choice="withhold", reason="R")
    assert kept.pk not in {row.pk for row in rows}
    assert Redaction.objects.get(pk=kept.pk).reason == "Hers to say."


def test_together_needs_a_choice_a_reason_and_a_seat(
    dalia: Colleague, amina: Colleague, karim: Colleague, bruno: Colleague, collected: AccessRequest, mother: Person
) -> None:
    item = thing("Salma was out.")
    for choice, reason in (("", "R"), ("release", " ")):
        with pytest.raises(Refused, match=r"Choose what|Say why"):
            decide_alike(dalia.actor, item, among=mother.code, choice=choice, reason=reason)
    for stranger in (amina, karim, bruno):
        with pytest.raises(Unseen):
            decide_alike(stranger.actor, item, among=mother.code, choice="release", reason="R")
    assert not Redaction.objects.exclude(choice="").exists()


def test_who_is_not_seen_is_not_named(
    dalia: Colleague, collected: AccessRequest, other_unit: Unit, omar: Person
) -> None:
    stranger = register(other_unit, "Zed", "Elsewhere")
    for purpose in ("SERVICES", "SHARING"):
        Consent.objects.create(
            person=stranger, purpose=purpose, answer="yes", by_child=False, given_by=omar, explained="Zed said so.",
            given_on=TODAY,
        )  # fmt: skip
    collect(dalia.actor, collected)
    item = next(row for row in Redaction.objects.filter(table="people.consent"))
    assert weighing.groups(dalia.actor, item) == []
    with pytest.raises(Refused, match="nothing left"):
        decide_alike(dalia.actor, item, among=stranger.code, choice="withhold", reason="R")


def test_the_page_of_several_says_how_many_and_shows_each(
    dalia: Colleague, bruno: Colleague, collected: AccessRequest, mother: Person
) -> None:
    item, browser = thing("Salma was out."), dalia.browser
    address = f"/retention/redactions/{item.code}/together/{mother.code}/"
    assert address in browser.get(item.get_absolute_url()).content.decode()
    page = browser.get(address).content.decode()
    assert "for all 4 undecided things that name Salma Haddock" in page
    assert "Salma wants him back." in page
    assert bruno.browser.get(address).status_code == 404
    answer = browser.post(address, {"choice": "black_out", "reason": "Hers", "version": item.version})
    assert answer.status_code == 302
    assert Redaction.objects.filter(choice="black_out").count() == 4
    gone = browser.post(address, {"choice": "release", "reason": "R", "version": item.version + 1})
    assert gone.status_code == 409
    assert "nothing left" in gone.content.decode()


def test_a_file_is_released_after_deciding_together_and_not_by_who_decided(
    dalia: Colleague, karim: Colleague, collected: AccessRequest, mother: Person
) -> None:
    decide_alike(dalia.actor, thing("Salma was out."), among=mother.code, choice="release", reason="R")
    for item in Redaction.objects.filter(choice=""):
        decide_redaction(dalia.actor, item, choice="release", reason="R")
    asked = AccessRequest.objects.get()
    with pytest.raises(Refused, match="Somebody else has to release"):
        release_file(dalia.actor, asked)
    released = release_file(karim.actor, asked)
    with pytest.raises(Refused, match="answered already"):
        decide_alike(dalia.actor, thing("Salma was out."), among=mother.code, choice="release", reason="R")
    assert released.state == "released"
