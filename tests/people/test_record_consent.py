"""An answer to a question of consent is recorded: whose it is, until when it counts, and who cannot give it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Role, Unit
from kinkeeper.families.models import Kinship
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.periods import add_months
from kinkeeper.lib.refusals import Refused
from kinkeeper.people import actions
from kinkeeper.people.duties import consents_expiring
from kinkeeper.people.models import Consent, Person
from kinkeeper.people.queries import missing_consent
from tests.conftest import Colleague, hire, register

TODAY = date.today()
YES: dict[str, Any] = {
    "purpose": "PHOTO", "answer": Consent.Answer.GIVEN, "given_on": TODAY, "explained": " With pictures. ",
}  # fmt: skip


def test_a_consent_of_a_parent_is_recorded_and_remembered(amina: Colleague, noor: Person, layla: Person) -> None:
    consent = actions.record_consent(
        amina.actor, noor, given_by=layla, recipient=" Red  Cross", data_scope="Name", language="ar",
        capacity_note="Understood well", **YES,
    )  # fmt: skip
    kept = Consent.objects.get()
    assert (kept.person, kept.purpose, kept.answer, kept.by_child, kept.given_by) == (
        noor, "PHOTO", "given", False, layla,
    )  # fmt: skip
    assert (kept.recipient, kept.data_scope, kept.language, kept.explained, kept.capacity_note) == (
        "Red Cross", "Name", "ar", "With pictures.", "Understood well",
    )  # fmt: skip
    assert (kept.given_on, kept.until, kept.withdrawn_on, kept.by) == (TODAY, add_months(TODAY, 12), None, amina.user)
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code, entry.unit_id) == ("people.record_consent", consent.code, noor.unit_id)
    assert entry.facts == {
        "subject": noor.code, "answer": "given", "given_on": TODAY.isoformat(), "given_by": layla.code,
    }  # fmt: skip


def test_the_childs_own_answer_is_a_row_of_its_own(amina: Colleague, noor: Person, layla: Person) -> None:
    actions.record_consent(amina.actor, noor, given_by=layla, **YES)
    own = actions.record_consent(amina.actor, noor, given_by=None, **{**YES, "answer": Consent.Answer.REFUSED})
    assert (own.by_child, own.given_by, own.answer, own.until) == (True, None, "refused", None)
    assert "best-interest decision" in missing_consent(amina.actor, noor, "PHOTO")


@pytest.mark.guard("G-CONSENT", "fires", "passes")
def test_a_mother_whose_responsibility_ended_cannot_consent(amina: Colleague, noor: Person, layla: Person) -> None:
    Kinship.objects.update(responsible_until=TODAY)
    with pytest.raises(Refused, match="Layla Saleh no longer has legal responsibility") as refused:
        actions.record_consent(amina.actor, noor, given_by=layla, **YES)
    assert (refused.value.guard, refused.value.field) == ("G-CONSENT", "given_by")
    assert (Consent.objects.count(), Entry.objects.count()) == (0, 0)
    assert Refusal.objects.get().guard == "G-CONSENT"
    yesterday = TODAY - timedelta(days=1)
    actions.record_consent(amina.actor, noor, given_by=layla, **{**YES, "given_on": yesterday})


def test_of_age_nobody_answers_for_them(amina: Colleague, noor: Person, layla: Person) -> None:
    born = TODAY - timedelta(days=366 * 18)
    Person.objects.filter(pk=noor.pk).update(birth=born.isoformat(), born_from=born)
    with pytest.raises(Refused, match="answers for themselves") as refused:
        actions.record_consent(amina.actor, Person.objects.get(pk=noor.pk), given_by=layla, **YES)
    assert refused.value.guard == "G-CONSENT"


@pytest.mark.parametrize(
    ("particulars", "guard", "field"),
    [
        ({"purpose": "DANCING"}, "G-CODE", "purpose"),
        ({"answer": "maybe"}, "G-CODE", "answer"),
        ({"given_on": TODAY + timedelta(days=1)}, "G-TIME", "given_on"),
        ({"given_on": date(1999, 1, 1)}, "G-TIME", "given_on"),
        ({"explained": " "}, "G-CONSENT", "explained"),
        ({"until": TODAY - timedelta(days=1)}, "G-TIME", "until"),
        ({"until": add_months(TODAY, 12) + timedelta(days=1)}, "G-CONSENT", "until"),
    ],
)
def test_what_cannot_be_is_refused(
    particulars: dict[str, Any], guard: str, field: str, amina: Colleague, noor: Person
) -> None:
    with pytest.raises(Refused) as refused:
        actions.record_consent(amina.actor, noor, given_by=None, **{**YES, **particulars})
    assert (refused.value.guard, refused.value.field, Consent.objects.count()) == (guard, field, 0)


def test_a_consent_may_count_for_less_or_just_as_long(amina: Colleague, noor: Person) -> None:
    for until in (TODAY, add_months(TODAY, 12)):
        assert actions.record_consent(amina.actor, noor, given_by=None, until=until, **YES).until == until


def test_others_record_nothing(bruno: Colleague, noor: Person, village: Unit) -> None:
    director = hire("Petra Director", (Role.DIRECTOR, village.programme))
    with pytest.raises(Unseen):
        actions.record_consent(bruno.actor, noor, given_by=None, **YES)
    with pytest.raises(Refused, match="Only workers of this person’s unit"):
        actions.record_consent(director.actor, noor, given_by=None, **YES)
    assert Consent.objects.count() == 0


def test_a_consent_that_runs_out_is_asked_for_again(
    amina: Colleague, dalia: Colleague, noor: Person, layla: Person, django_assert_num_queries: Any
) -> None:
    soon, later = TODAY + timedelta(days=30), TODAY + timedelta(days=31)
    actions.record_consent(amina.actor, noor, given_by=layla, until=later, **YES)
    actions.record_consent(amina.actor, noor, given_by=layla, until=soon, **{**YES, "purpose": "SHARING"})
    actions.record_consent(amina.actor, noor, given_by=None, until=soon, **YES)
    actor = dalia.actor
    with django_assert_num_queries(2):
        [duty] = consents_expiring(actor, among=[noor])
    assert (duty.child, duty.due_on, duty.last_on, duty.deed, duty.code) == (
        noor, soon, TODAY, "record_consent", noor.code,
    )  # fmt: skip
    assert len(consents_expiring(actor, later, among=[noor])) == 2
    assert consents_expiring(actor, among=[]) == []


# ---- withdrawing -----------------------------------------------------------------------------------------------------


def test_a_consent_is_withdrawn_and_remembered(amina: Colleague, noor: Person, photos_agreed: Consent) -> None:
    actions.withdraw_consent(amina.actor, photos_agreed, withdrawn_on=TODAY)
    assert Consent.objects.get().withdrawn_on == TODAY
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code) == ("people.withdraw_consent", photos_agreed.code)
    assert entry.facts == {"withdrawn_on": TODAY.isoformat()}
    assert "no longer agrees" in missing_consent(amina.actor, noor, "PHOTO")
    with pytest.raises(Refused, match="already been withdrawn"):
        actions.withdraw_consent(amina.actor, Consent.objects.get(), withdrawn_on=TODAY)


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date(2023, 12, 31)])
def test_it_is_not_withdrawn_before_it_was_given_or_tomorrow(
    day: date, amina: Colleague, photos_agreed: Consent
) -> None:
    with pytest.raises(Refused) as refused:
        actions.withdraw_consent(amina.actor, photos_agreed, withdrawn_on=day)
    assert (refused.value.guard, refused.value.field) == ("G-TIME", "withdrawn_on")
    assert Consent.objects.get().withdrawn_on is None


def test_a_no_is_not_withdrawn_and_strangers_withdraw_nothing(
    amina: Colleague, bruno: Colleague, photos_agreed: Consent
) -> None:
    with pytest.raises(Unseen):
        actions.withdraw_consent(bruno.actor, photos_agreed, withdrawn_on=TODAY)
    Consent.objects.update(answer=Consent.Answer.REFUSED)
    with pytest.raises(Refused, match="Record the new answer instead"):
        actions.withdraw_consent(amina.actor, Consent.objects.get(), withdrawn_on=TODAY)
    assert Consent.objects.get().withdrawn_on is None


# ---- the pages -------------------------------------------------------------------------------------------------------


def said(person: Person, **more: str) -> dict[str, str]:
    """The form of an answer as a browser sends it."""
    filled = {"version": str(person.version), "purpose": "PHOTO", "answer": "given", "explained": "With pictures."}
    return {**filled, "given_on": TODAY.isoformat(), **more}


def test_an_answer_is_recorded_on_its_page_and_stands_in_the_table(
    amina: Colleague, noor: Person, layla: Person
) -> None:
    page, browser = f"/people/{noor.code}/record-consent/", amina.browser
    form = browser.get(f"{page}?purpose=PHOTO").content.decode()
    assert "Noor Saleh, the own answer" in form
    assert layla.code in form
    assert '<option value="PHOTO" selected>' in form
    answer = browser.post(page, said(noor, given_by=layla.code))
    assert (answer.status_code, answer["Location"]) == (302, f"/people/{noor.code}/consents/")
    assert browser.post(page, said(noor, given_by="own", answer="refused")).status_code == 302
    assert sorted(Consent.objects.values_list("by_child", "answer")) == [(False, "given"), (True, "refused")]
    table = browser.get(f"/people/{noor.code}/consents/").content.decode()
    for words in ("Layla Saleh", "agreed", "refused", "missing", "With pictures.", "best-interest decision"):
        assert words in table
    assert Entry.objects.filter(act="people.record_consent").count() == 2


def test_that_an_adult_could_not_be_reached_is_recorded_but_never_of_the_child(
    amina: Colleague, noor: Person, layla: Person
) -> None:
    looked = {**YES, "answer": Consent.Answer.UNREACHED, "explained": "Two letters, five calls, the neighbours."}
    assert actions.record_consent(amina.actor, noor, given_by=layla, **looked).until is not None
    with pytest.raises(Refused, match="Only an adult can be recorded as not reached"):
        actions.record_consent(amina.actor, noor, given_by=None, **looked)
    assert Consent.objects.count() == 1
    page = amina.browser.get(f"/people/{noor.code}/consents/").content.decode()
    assert "could not be reached" in page


@pytest.mark.guard("G-CONSENT", "answers_409")
def test_a_refused_answer_keeps_its_page_and_stores_nothing(amina: Colleague, noor: Person, layla: Person) -> None:
    Kinship.objects.update(responsible_until=TODAY)
    answer = amina.browser.post(f"/people/{noor.code}/record-consent/", said(noor, given_by=layla.code))
    assert (answer.status_code, Consent.objects.count()) == (409, 0)
    assert "G-CONSENT" in answer.content.decode()
    assert "no longer has legal responsibility" in answer.content.decode()


def test_a_consent_is_withdrawn_on_its_page(amina: Colleague, noor: Person, photos_agreed: Consent) -> None:
    page = f"/consents/{photos_agreed.code}/withdraw/"
    assert "Layla Saleh" in amina.browser.get(page).content.decode()
    filled = {"version": "1", "withdrawn_on": TODAY.isoformat()}
    answer = amina.browser.post(page, filled)
    assert (answer.status_code, answer["Location"]) == (302, f"/people/{noor.code}/consents/")
    assert amina.browser.post(page, {**filled, "version": "2"}).status_code == 409
    assert "withdrawn on" in amina.browser.get(f"/people/{noor.code}/consents/").content.decode()


def test_strangers_find_no_page(bruno: Colleague, noor: Person, photos_agreed: Consent) -> None:
    for page in (f"/people/{noor.code}/consents/", f"/people/{noor.code}/record-consent/"):
        assert bruno.browser.get(page).status_code == 404
    assert bruno.browser.get(f"/consents/{photos_agreed.code}/withdraw/").status_code == 404


def test_whose_seat_does_not_reach_them_reads_no_special_words(
    noor: Person, village: Unit, photos_agreed: Consent
) -> None:
    director = hire("Petra Director", (Role.DIRECTOR, village.programme))
    page = director.browser.get(f"/people/{noor.code}/consents/").content.decode()
    assert "With pictures." not in page
    assert "not shown to your role" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_table_asks_the_same_number_of_questions(
    rows: int, amina: Colleague, village: Unit, noor: Person, layla: Person, django_assert_num_queries: Any
) -> None:
    for number in range(rows):
        actions.record_consent(amina.actor, noor, given_by=layla, **{**YES, "recipient": f"Office {number}"})
    browser = amina.browser
    browser.get(f"/people/{noor.code}/consents/")
    with django_assert_num_queries(13):
        browser.get(f"/people/{noor.code}/consents/")


def test_somebody_out_of_sight_stays_unnamed(amina: Colleague, noor: Person, other_unit: Unit) -> None:
    uncle = register(other_unit, "Hidden", "Uncle")
    Consent.objects.create(
        person=noor, given_by=uncle, by_child=False, purpose="PHOTO", answer="given", explained="X", given_on=TODAY
    )
    page = amina.browser.get(f"/people/{noor.code}/consents/").content.decode()
    assert "Hidden Uncle" not in page
    assert "somebody you do not see" in page
