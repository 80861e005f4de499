"""What waits about records: the next step of each request, for whoever may do it, and erasures that wait for a second."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kinkeeper.cases.models import Case, Contact
from kinkeeper.desk.duties import unit_duties
from kinkeeper.lib.standing import standing
from kinkeeper.people.models import Person
from kinkeeper.retention import duties, queries
from kinkeeper.retention.actions import (
    collect,
    confirm_erasure,
    decide_redaction,
    propose_erasure,
    prove_identity,
    receive_request,
    release_file,
    set_hold,
)
from kinkeeper.retention.models import AccessRequest, Redaction
from tests.conftest import Colleague

TODAY = timezone.localdate()


def said(colleague: Colleague) -> list[str]:
    """What the colleague has to do about requests, as the page of the day asks for it: behind the second wall, too."""
    actor = colleague.actor
    with standing(actor):
        return [str(duty.words) for duty in duties.access_requests_due(actor)]


def test_each_step_of_a_request_waits_for_those_who_may_do_it(
    amina: Colleague, dalia: Colleague, karim: Colleague, bruno: Colleague, eve: Colleague, noor: Person,
    noors_case: Case, django_assert_num_queries,
) -> None:  # fmt: skip
    Contact.objects.create(case=noors_case, happened_on=TODAY, seen="alone", note="Her uncle called.", by=amina.user)
    asked = receive_request(amina.actor, noor, asked_on=TODAY, asker="self")
    assert (said(amina), said(dalia), said(karim)) == (["Prove who asks for the file"],) * 3
    assert (said(bruno), said(eve)) == ([], [])
    asked = prove_identity(amina.actor, asked, proof="known")
    assert (said(amina), said(dalia), said(karim)) == ([], ["Collect the file that was asked for"], [])
    asked = collect(dalia.actor, asked)
    assert (said(amina), said(dalia), said(karim)) == ([], ["1 thing of a file to weigh"], [])
    for item in queries.redactions(dalia.actor, asked):
        decide_redaction(dalia.actor, item, choice="release", reason="R")
    actor = karim.actor
    with django_assert_num_queries(2):
        found = duties.access_requests_due(actor)
    assert (said(amina), said(dalia)) == ([], [])
    due = AccessRequest.objects.get()
    assert [(one.code, one.due_on, one.child, str(one.words)) for one in found] == [
        (due.code, due.due_on, noor, "Release the file")
    ]
    release_file(karim.actor, due)
    assert said(karim) == []


def test_what_is_due_later_is_left_out_when_a_day_is_asked_for(dalia: Colleague, omar: Person) -> None:
    asked = receive_request(dalia.actor, omar, asked_on=TODAY, asker="self")
    assert duties.access_requests_due(dalia.actor, asked.due_on - timedelta(days=1)) == []
    assert len(duties.access_requests_due(dalia.actor, asked.due_on)) == 1


def test_whoever_proved_who_asks_is_not_asked_to_release(dalia: Colleague, karim: Colleague, omar: Person) -> None:
    asked = prove_identity(
        karim.actor, receive_request(dalia.actor, omar, asked_on=TODAY, asker="self"), proof="known"
    )  # fmt: skip
    asked = collect(dalia.actor, asked)
    for item in queries.redactions(dalia.actor, asked):
        decide_redaction(dalia.actor, item, choice="release", reason="R")
    assert Redaction.objects.count()
    assert (said(karim), said(dalia)) == ([], [])


def test_an_erasure_waits_for_the_second_and_not_for_the_first(
    amina: Colleague, dalia: Colleague, karim: Colleague, bruno: Colleague, omar: Person
) -> None:
    row = propose_erasure(dalia.actor, omar, reason="Over.")
    assert [(one.code, one.due_on) for one in duties.erasures_waiting(karim.actor)] == [(omar.code, TODAY)]
    for colleague in (amina, dalia, bruno):
        assert duties.erasures_waiting(colleague.actor) == []
    confirm_erasure(karim.actor, row, answer="Yes.")
    assert duties.erasures_waiting(karim.actor) == []


def test_it_is_on_the_desk_of_the_director_as_well(dalia: Colleague, karim: Colleague, omar: Person) -> None:
    propose_erasure(dalia.actor, omar, reason="Over.")
    receive_request(dalia.actor, omar, asked_on=TODAY, asker="self")
    assert {duty.deed for duty in unit_duties(karim.actor)} == {"access_request", "retention_of"}
    page = karim.browser.get(reverse("my_day")).content.decode()
    assert "Confirm or decline an erasure" in page
    assert reverse("retention_of", args=[omar.code]) in page
    assert "Prove who asks for the file" in page
    assert "Confirm or decline" not in dalia.browser.get(reverse("my_day")).content.decode()


@pytest.mark.parametrize("which", ["omar", "noor"])
def test_the_page_of_a_person_says_what_runs(
    amina: Colleague, dalia: Colleague, karim: Colleague, omar: Person, noor: Person, which: str
) -> None:
    person = {"omar": omar, "noor": noor}[which]
    set_hold(dalia.actor, person, reason="Inquiry", authority="Court")
    asked = receive_request(dalia.actor, person, asked_on=TODAY, asker="self")
    page = dalia.browser.get(person.get_absolute_url(), follow=True).content.decode()
    assert "Nothing of this person may be erased since" in page
    assert asked.get_absolute_url() in page
    assert "Inquiry" not in page
    if which == "noor":
        hers = amina.browser.get(person.get_absolute_url(), follow=True).content.decode()
        assert "Nothing of this person may be erased" not in hers
        assert asked.get_absolute_url() in hers


def test_the_page_of_a_person_says_that_one_confirmed_an_erasure(
    dalia: Colleague, karim: Colleague, omar: Person
) -> None:
    before = karim.browser.get(omar.get_absolute_url(), follow=True).content.decode()
    assert "shall be erased" not in before
    propose_erasure(dalia.actor, omar, reason="Over.")
    page = karim.browser.get(omar.get_absolute_url(), follow=True).content.decode()
    assert "Dalia Marku confirmed that this person shall be erased" in page


def test_a_file_in_which_nothing_speaks_of_others_can_be_released(
    dalia: Colleague, karim: Colleague, omar: Person
) -> None:
    Contact.objects.all().delete()
    asked = prove_identity(dalia.actor, receive_request(dalia.actor, omar, asked_on=TODAY, asker="self"), proof="known")
    asked = collect(dalia.actor, asked)
    assert (queries.undecided(dalia.actor, asked), said(karim)) == (0, ["Release the file"])
    assert release_file(karim.actor, asked).state == "released"
