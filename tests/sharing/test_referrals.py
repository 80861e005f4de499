"""A child is sent to a partner: the answer, whether they went, what came of it; we stay responsible throughout."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.cases.models import Case
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.sharing.actions import answer_referral, record_attendance, record_feedback
from kinkeeper.sharing.duties import feedback_due, shares_ending
from kinkeeper.sharing.models import Partner, PartnerReferral, Share
from kinkeeper.sharing.sheet import digest_of, sheet_of
from tests.conftest import Colleague
from tests.sharing.conftest import DAY, TODAY, hand_over, refer


def test_a_referral_shares_what_the_partner_needs_and_nothing_changes_hands(
    amina: Colleague, noors_case: Case, clinic: Partner
) -> None:
    row = refer(amina, noors_case, clinic)
    assert (row.case, row.partner, row.state, row.service) == (noors_case, clinic, "sent", "speech therapy")
    assert (row.share.partner, row.share.purpose, row.share.items) == (clinic, "HEALTH", ["code", "needs"])
    case = Case.objects.get()
    assert (case.worker, case.unit_id, case.state) == (amina.user, noors_case.unit_id, "active")
    assert set(Entry.objects.values_list("act", flat=True)) == {"sharing.share", "sharing.refer_to_partner"}


@pytest.mark.parametrize(
    "changes, guard",
    [
        ({"items": ["code", "legal"]}, "G-SHARE"),
        ({"basis": "legal_duty"}, "G-SHARE"),
        ({"basis": "consent"}, "G-CONSENT"),
        ({"service": " "}, "G-SHARE"),
        ({"sent_on": TODAY + DAY}, "G-TIME"),
    ],
)
def test_a_refused_referral_leaves_no_share(
    amina: Colleague, noors_case: Case, clinic: Partner, changes: dict[str, Any], guard: str
) -> None:
    with pytest.raises(Refused) as refused:
        refer(amina, noors_case, clinic, **changes)
    assert (refused.value.guard, Share.objects.count(), PartnerReferral.objects.count()) == (guard, 0, 0)


def test_from_the_answer_to_the_feedback(amina: Colleague, noors_case: Case, clinic: Partner) -> None:
    row = refer(amina, noors_case, clinic, sent_on=TODAY - 5 * DAY)
    with pytest.raises(Refused, match="after the partner has accepted"):
        record_attendance(amina.actor, row, attended=True, attended_on=TODAY)
    row = answer_referral(amina.actor, row, accepted=True, answered_on=TODAY - 3 * DAY)
    assert (row.state, row.answered_on) == ("accepted", TODAY - 3 * DAY)
    row = record_attendance(amina.actor, row, attended=False, attended_on=TODAY - 2 * DAY)
    assert (row.state, row.attended_on) == ("missed", TODAY - 2 * DAY)
    row = record_attendance(amina.actor, row, attended=True, attended_on=TODAY)
    assert (row.state, row.attended_on) == ("attended", TODAY)
    row = record_feedback(
        amina.actor, row, feedback_on=TODAY, feedback=" Ten lessons agreed. ", child_opinion=" It was fun. "
    )
    stored = PartnerReferral.objects.get()
    assert (stored.state, stored.feedback, stored.child_opinion) == ("closed", "Ten lessons agreed.", "It was fun.")
    assert "lessons" not in str(list(Entry.objects.values_list("facts", flat=True)))
    with pytest.raises(Refused, match="This referral is closed"):
        record_feedback(amina.actor, stored, feedback_on=TODAY, feedback="More")


def test_a_day_before_it_was_sent_and_feedback_without_words_are_refused(
    amina: Colleague, noors_case: Case, clinic: Partner
) -> None:
    row = refer(amina, noors_case, clinic)
    with pytest.raises(Refused, match="It was sent on") as refused:
        answer_referral(amina.actor, row, accepted=True, answered_on=TODAY - DAY)
    assert (refused.value.guard, refused.value.field) == ("G-TIME", "answered_on")
    with pytest.raises(Refused, match="Say what came of it"):
        record_feedback(amina.actor, row, feedback_on=TODAY, feedback="  ")
    assert PartnerReferral.objects.get().state == "sent"


def test_of_two_answers_one_wins(amina: Colleague, dalia: Colleague, noors_case: Case, clinic: Partner) -> None:
    row = refer(amina, noors_case, clinic)
    old = PartnerReferral.objects.get()
    answer_referral(amina.actor, row, accepted=True, answered_on=TODAY)
    with pytest.raises(Stale):
        answer_referral(dalia.actor, old, accepted=False, answered_on=TODAY)
    assert PartnerReferral.objects.get().state == "accepted"


def test_a_declined_one_asks_for_another_partner(amina: Colleague, noors_case: Case, clinic: Partner) -> None:
    row = refer(amina, noors_case, clinic)
    row = answer_referral(amina.actor, row, accepted=False, answered_on=TODAY)
    with pytest.raises(Refused, match="another partner"):
        record_feedback(amina.actor, row, feedback_on=TODAY, feedback="No")
    assert "Send to another partner" in amina.browser.get(row.get_absolute_url()).content.decode()
    (duty,) = feedback_due(amina.actor)
    assert (duty.deed, duty.code, duty.due_on) == ("refer_to_partner", noors_case.code, TODAY)
    again = refer(amina, noors_case, clinic)
    assert "Send to another partner" not in amina.browser.get(row.get_absolute_url()).content.decode()
    assert [duty.code for duty in feedback_due(amina.actor)] == [again.code]


def test_feedback_is_due_after_the_time_of_the_pack(
    amina: Colleague, bruno: Colleague, noors_case: Case, clinic: Partner
) -> None:
    row = refer(amina, noors_case, clinic, sent_on=TODAY - 4 * DAY)
    (duty,) = feedback_due(amina.actor, among=[noors_case])
    assert (duty.child, duty.deed, duty.code) == (noors_case.child, "partner_referral", row.code)
    assert duty.due_on == TODAY + timedelta(days=10)
    assert feedback_due(amina.actor, TODAY) == []
    assert (feedback_due(bruno.actor), feedback_due(amina.actor, among=[])) == ([], [])
    record_feedback(amina.actor, row, feedback_on=TODAY, feedback="Done")
    assert feedback_due(amina.actor) == []


@pytest.mark.parametrize("number", [1, 3])
def test_duties_ask_the_same_however_many(
    amina: Colleague, noors_case: Case, clinic: Partner, number: int, django_assert_num_queries: Any
) -> None:
    for _n in range(number):
        refer(amina, noors_case, clinic, ends_on=TODAY + 5 * DAY)
    actor = amina.actor
    with django_assert_num_queries(2):
        assert len(feedback_due(actor)) == number
    with django_assert_num_queries(1):
        assert len(shares_ending(actor)) == number


def test_a_share_that_ends_is_to_be_taken_back(amina: Colleague, bruno: Colleague, noors_case: Case) -> None:
    hand_over(amina, noors_case)
    row = hand_over(amina, noors_case, ends_on=TODAY + 3 * DAY)
    (duty,) = shares_ending(amina.actor)
    assert (duty.deed, duty.code, duty.due_on) == ("shared", row.code, TODAY + 3 * DAY)
    assert (shares_ending(amina.actor, TODAY), shares_ending(bruno.actor)) == ([], [])


def test_strangers_find_no_referral(amina: Colleague, bruno: Colleague, noors_case: Case, clinic: Partner) -> None:
    row = refer(amina, noors_case, clinic)
    with pytest.raises(Unseen):
        answer_referral(bruno.actor, row, accepted=True, answered_on=TODAY)
    for page in ("", "answer/", "record-attendance/", "record-feedback/"):
        assert bruno.browser.get(f"/partner-referrals/{row.code}/{page}").status_code == 404
    assert bruno.browser.get(f"/cases/{noors_case.code}/refer-to-partner/").status_code == 404


def test_the_pages_send_and_answer(amina: Colleague, noors_case: Case, clinic: Partner) -> None:
    page, browser = f"/cases/{noors_case.code}/refer-to-partner/", amina.browser
    filled: dict[str, Any] = {
        "version": noors_case.version,
        "purpose": "HEALTH",
        "basis": "vital_interest",
        "items": ["code"],
        "partner": clinic.code,
        "service": "speech therapy",
        "channel": "letter",
        "sent_on": TODAY.isoformat(),
    }
    assert "This would be handed over" in browser.post(page, filled).content.decode()
    assert PartnerReferral.objects.count() == 0
    shown = digest_of(sheet_of(amina.actor, noors_case, "HEALTH", ["code"]))
    refused = browser.post(page, {**filled, "items": ["code", "plan"]})
    assert (refused.status_code, "G-SHARE" in refused.content.decode()) == (409, True)
    assert browser.post(page, {**filled, "shown": shown}).status_code == 302
    row = PartnerReferral.objects.get()
    at = f"/partner-referrals/{row.code}"
    late = {"version": 1, "attended": "yes", "attended_on": TODAY.isoformat()}
    assert browser.post(f"{at}/record-attendance/", late).status_code == 409
    answer = {"version": 1, "accepted": "yes", "answered_on": TODAY.isoformat()}
    assert browser.post(f"{at}/answer/", answer).status_code == 302
    assert browser.post(f"{at}/record-attendance/", {**late, "version": 2}).status_code == 302
    feedback = {"version": 3, "feedback_on": TODAY.isoformat(), "feedback": "Went well", "child_opinion": "Fine"}
    assert browser.post(f"{at}/record-feedback/", feedback).status_code == 302
    assert "Went well" in browser.get(f"{at}/").content.decode()
    assert Refusal.objects.filter(guard="G-STEP").count() == 1
