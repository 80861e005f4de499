"""A case is offered to others: the sender stays responsible until acceptance, the receiver reads only what was chosen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen, seen
from kinkeeper.access.models import Unit
from kinkeeper.cases.actions import pass_on_case
from kinkeeper.cases.models import Assignment, Case, Contact
from kinkeeper.decisions.models import BestInterest
from kinkeeper.families.actions import move_family_to_unit
from kinkeeper.families.models import Family, Membership
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.journal.tasks import run_due_jobs
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.notices.models import Notice
from kinkeeper.people.actions import move_person_to_unit
from kinkeeper.people.models import Person
from kinkeeper.people.queries import people
from kinkeeper.placements.models import PeriodOfCare
from kinkeeper.sharing.actions import accept_transfer, decline_transfer, withdraw_transfer
from kinkeeper.sharing.duties import transfers_due
from kinkeeper.sharing.models import Transfer
from kinkeeper.sharing.queries import open_transfer_of, transfers_offered_to_me
from kinkeeper.sharing.sheet import digest_of, sheet_of
from tests.conftest import Colleague, open_case, register
from tests.sharing.conftest import DAY, TODAY, agree, offer, weigh

pytestmark = pytest.mark.usefixtures("weighed")


def state() -> tuple[str, list[str]]:
    return Case.objects.order_by("pk")[0].state, list(Transfer.objects.values_list("state", flat=True))


# ---- offering --------------------------------------------------------------------------------------------------------


def test_an_offer_leaves_the_sender_responsible(
    dalia: Colleague, amina: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit, meeting_on=TODAY + DAY)
    case = Case.objects.get()
    assert (case.state, case.closed_on, case.worker, case.unit_id) == (
        "transfer_pending",
        None,
        amina.user,
        noors_case.unit_id,
    )
    assert (row.unit_to, row.organisation, row.state, row.items) == (other_unit, "", "offered", ["code", "risk"])
    assert (row.offered_on, row.offered_by, row.meeting_on) == (TODAY, dalia.user, TODAY + DAY)
    assert row.sheet == [["Code of the child", [case.child.code]], ["Risk", ["not assessed"]]]
    assert open_transfer_of(amina.actor, case) == row
    assert "Hilltown" not in str(Entry.objects.get(act="sharing.offer_transfer").facts)


def test_only_the_supervisor_offers(amina: Colleague, bruno: Colleague, noors_case: Case, other_unit: Unit) -> None:
    with pytest.raises(Refused, match="Only a supervisor of this unit can offer"):
        offer(amina, noors_case, other_unit)
    with pytest.raises(Unseen):
        offer(bruno, noors_case, other_unit)
    assert state() == ("active", [])


@pytest.mark.parametrize("step", ["intake", "planning", "closing", "aftercare"])
def test_only_a_case_at_work_is_offered(dalia: Colleague, noors_case: Case, other_unit: Unit, step: str) -> None:
    Case.objects.update(state=step)
    noors_case.refresh_from_db()
    with pytest.raises(Refused, match="a plan is carried out") as refused:
        offer(dalia, noors_case, other_unit)
    assert (refused.value.guard, Transfer.objects.count()) == ("G-STEP", 0)


def test_a_case_under_review_is_offered_and_once_only(dalia: Colleague, noors_case: Case, other_unit: Unit) -> None:
    Case.objects.update(state="review")
    noors_case.refresh_from_db()
    offer(dalia, noors_case, other_unit)
    noors_case.refresh_from_db()
    with pytest.raises(Refused, match="offered already"):
        offer(dalia, noors_case)
    assert state() == ("transfer_pending", ["offered"])


@pytest.mark.guard("G-BIAFRESH", "fires", "answers_409")
def test_an_old_or_missing_best_interest_assessment_stops_it(
    dalia: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    BestInterest.objects.update(done_on=TODAY - 91 * DAY)
    with pytest.raises(Refused, match="too old") as refused:
        offer(dalia, noors_case, other_unit)
    assert refused.value.guard == "G-BIAFRESH"
    filled = {"version": noors_case.version, "unit_to": other_unit.code, "reason": "Moved", "basis": "legal_duty"}
    shown = digest_of(sheet_of(dalia.actor, noors_case, "TRANSFER", ["code"]))
    typed = {**filled, "items": ["code"], "shown": shown}
    answer = dalia.browser.post(f"/cases/{noors_case.code}/offer-transfer/", typed)
    assert (answer.status_code, "Rule: G-BIAFRESH" in answer.content.decode()) == (409, True)
    assert "too old" in answer.content.decode()
    BestInterest.objects.all().delete()
    with pytest.raises(Refused, match="Nobody has weighed yet"):
        offer(dalia, noors_case, other_unit)
    assert state() == ("active", [])
    assert set(Refusal.objects.values_list("guard", flat=True)) == {"G-BIAFRESH"}


@pytest.mark.guard("G-BIAFRESH", "passes")
def test_the_last_day_of_the_assessment_counts(dalia: Colleague, noors_case: Case, other_unit: Unit) -> None:
    BestInterest.objects.update(done_on=TODAY - 90 * DAY)
    assert offer(dalia, noors_case, other_unit).state == "offered"


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"items": []}, "G-SHARE", "items"),
        ({"basis": "vital_interest"}, "G-SHARE", "basis"),
        ({"basis": "consent"}, "G-CONSENT", "basis"),
        ({"reason": " "}, "G-REASON", "reason"),
        ({"organisation": "Both"}, "G-SHARE", "unit_to"),
        ({"unit_to": "NOSUCHUNIT"}, "G-SHARE", "unit_to"),
    ],
)
def test_what_is_offered_follows_the_rules_of_sharing(
    dalia: Colleague, noors_case: Case, other_unit: Unit, changes: dict[str, Any], guard: str, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        offer(dalia, noors_case, other_unit, **changes)
    assert (refused.value.guard, refused.value.field) == (guard, field)
    assert state() == ("active", [])


def test_inside_the_association_our_own_consent_counts_outside_it_does_not(
    dalia: Colleague, noors_case: Case, other_unit: Unit, mother: Person
) -> None:
    given = agree(noors_case.child, mother)
    with pytest.raises(Refused) as refused:
        offer(dalia, noors_case, basis="consent")
    assert refused.value.guard == "G-CONSENT"
    assert offer(dalia, noors_case, other_unit, basis="consent").consent in (given, *noors_case.child.consents.all())


# ---- what the receiver reads -----------------------------------------------------------------------------------------


def test_the_receiver_reads_only_what_was_chosen(
    dalia: Colleague, amina: Colleague, sofia: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    Contact.objects.create(case=noors_case, happened_on=TODAY, seen="alone", note="She told me a secret.")
    row = offer(dalia, noors_case, other_unit)
    child, browser = noors_case.child, sofia.browser
    page = browser.get(row.get_absolute_url())
    text = page.content.decode()
    assert page.status_code == 200
    assert child.code in text
    assert "The mother moved to Hilltown." in text
    assert "not assessed" in text
    assert child.name not in text
    assert "secret" not in text
    assert noors_case.code not in text
    assert browser.get(f"/children/{child.code}/").status_code == 404
    assert browser.get(f"/cases/{noors_case.code}/").status_code == 404
    assert not people(sofia.actor).exists()
    assert row.code in browser.get("/transfers/").content.decode()
    assert transfers_offered_to_me(sofia.actor) == [row]
    assert transfers_offered_to_me(amina.actor) == transfers_offered_to_me(dalia.actor) == []


def test_a_caseworker_of_the_receiver_does_not_see_the_offer(
    dalia: Colleague, bruno: Colleague, eve: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit)
    for stranger in (bruno, eve):
        for page in ("", "accept/", "decline/", "withdraw/"):
            assert stranger.browser.get(f"/transfers/{row.code}/{page}").status_code == 404
        with pytest.raises(Unseen):
            accept_transfer(stranger.actor, row, plan="adopted")


# ---- accepting -------------------------------------------------------------------------------------------------------


@pytest.mark.guard("G-ACCEPT", "passes")
def test_a_unit_accepts(
    dalia: Colleague, amina: Colleague, sofia: Colleague, bruno: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    child = noors_case.child
    period = PeriodOfCare.objects.create(child=child, started_on=date(2024, 2, 1))
    row = offer(dalia, noors_case, other_unit)
    row = accept_transfer(sofia.actor, row, worker=bruno.user, plan="reassessed")
    old = Case.objects.get(pk=noors_case.pk)
    assert (old.state, old.closed_on, old.close_reason, old.unit_id) == (
        "closed",
        TODAY,
        "passed_on",
        noors_case.unit_id,
    )
    new = Case.objects.get(closed_on=None)
    assert (new.child, new.unit, new.worker, new.state, new.opened_on) == (
        child,
        other_unit,
        bruno.user,
        "intake",
        TODAY,
    )
    assert (row.state, row.worker, row.plan, row.new_case, row.answered_by) == (
        "accepted",
        bruno.user,
        "reassessed",
        new,
        sofia.user,
    )
    history = list(Assignment.objects.order_by("pk").values_list("case", "worker", "ends_on"))
    assert history == [(old.pk, amina.user.pk, TODAY), (new.pk, bruno.user.pk, None)]
    assert Person.objects.get(pk=child.pk).unit == other_unit
    period.refresh_from_db()
    assert period.ended_on is None
    assert people(bruno.actor).filter(pk=child.pk).exists()
    assert people(sofia.actor).filter(pk=child.pk).exists()
    done = set(Entry.objects.values_list("act", "actor"))
    assert {("cases.pass_on_case", "machine:transfers"), ("people.move_person_to_unit", "machine:transfers")} <= done


def test_the_sender_keeps_a_stub_and_its_worker_nothing(
    dalia: Colleague, amina: Colleague, sofia: Colleague, bruno: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit)
    accept_transfer(sofia.actor, row, worker=bruno.user, plan="adopted")
    child = noors_case.child
    assert amina.browser.get(f"/children/{child.code}/").status_code == 404
    assert amina.browser.get(f"/cases/{noors_case.code}/").status_code == 404
    assert not people(amina.actor).filter(pk=child.pk).exists()
    assert not people(dalia.actor).filter(pk=child.pk).exists()
    stub = dalia.browser.get(f"/cases/{noors_case.code}/sharing/").content.decode()
    assert child.code in stub
    assert child.name not in stub
    assert row.code in dalia.browser.get("/transfers/").content.decode()
    assert seen(dalia.actor, Case).filter(pk=noors_case.pk).exists()
    assert "accepted" in dalia.browser.get(row.get_absolute_url()).content.decode()
    assert bruno.browser.get(f"/children/{child.code}/").status_code == 200


@pytest.mark.guard("G-ACCEPT", "fires", "answers_409")
def test_without_a_worker_nothing_is_accepted(
    dalia: Colleague, amina: Colleague, sofia: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit)
    form = {"version": row.version, "plan": "adopted"}
    answer = sofia.browser.post(f"/transfers/{row.code}/accept/", form)
    assert (answer.status_code, "G-ACCEPT" in answer.content.decode()) == (409, True)
    with pytest.raises(Refused, match="Name the worker of your unit") as refused:
        accept_transfer(sofia.actor, row, worker=sofia.user, plan="adopted")
    assert (refused.value.guard, refused.value.field) == ("G-ACCEPT", "worker")
    with pytest.raises(Unseen):
        accept_transfer(sofia.actor, row, worker=amina.user, plan="adopted")
    assert state() == ("transfer_pending", ["offered"])
    assert Person.objects.get(pk=noors_case.child_id).unit_id == noors_case.unit_id


def test_a_full_caseload_stops_it(
    dalia: Colleague, sofia: Colleague, bruno: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit)
    for number in range(25):
        open_case(register(other_unit, f"Child{number}", "Hill"), bruno)
    with pytest.raises(Refused, match="25 is the limit") as refused:
        accept_transfer(sofia.actor, row, worker=bruno.user, plan="adopted")
    assert refused.value.guard == "G-CASELOAD"
    assert state() == ("transfer_pending", ["offered"])
    assert Case.objects.filter(child=noors_case.child_id).count() == 1


def test_the_sender_cannot_accept_for_a_unit(
    dalia: Colleague, bruno: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit)
    with pytest.raises(Refused, match="Only a supervisor of the unit to which"):
        accept_transfer(dalia.actor, row, worker=bruno.user, plan="adopted")
    assert state() == ("transfer_pending", ["offered"])


def test_another_organisation_accepts_with_a_worker_and_evidence(dalia: Colleague, noors_case: Case) -> None:
    row = offer(dalia, noors_case)
    for missing, field in (({"evidence": "letter"}, "worker_there"), ({"worker_there": "Ms Berg"}, "evidence")):
        with pytest.raises(Refused) as refused:
            accept_transfer(dalia.actor, row, plan="adopted", **missing)  # type: ignore[arg-type]
        assert (refused.value.guard, refused.value.field) == ("G-ACCEPT", field)
    assert state() == ("transfer_pending", ["offered"])
    form = {"version": row.version, "plan": "adopted", "worker_there": "Ms Berg", "evidence": "Letter of today"}
    assert dalia.browser.post(f"/transfers/{row.code}/accept/", form).status_code == 302
    row.refresh_from_db()
    assert (row.state, row.worker_there, row.evidence, row.new_case) == ("accepted", "Ms Berg", "Letter of today", None)
    case = Case.objects.get()
    assert (case.state, case.closed_on, case.close_reason) == ("closed", TODAY, "passed_on")
    assert Person.objects.get(pk=case.child_id).unit_id == case.unit_id


def family_of(child: Person, *others: Person) -> Family:
    family = Family.objects.create(unit=child.unit, name="Saleh")
    for person in (child, *others):
        Membership.objects.create(family=family, person=person)
    return family


def test_the_family_goes_along(
    dalia: Colleague, sofia: Colleague, bruno: Colleague, noors_case: Case, other_unit: Unit, mother: Person
) -> None:
    family = family_of(noors_case.child, mother)
    accept_transfer(sofia.actor, offer(dalia, noors_case, other_unit), worker=bruno.user, plan="adopted")
    assert (Family.objects.get().unit, Person.objects.get(pk=mother.pk).unit) == (other_unit, other_unit)
    assert sofia.browser.get(family.get_absolute_url()).status_code == 200


def test_the_family_stays_where_another_child_of_it_stays(
    dalia: Colleague,
    amina: Colleague,
    sofia: Colleague,
    bruno: Colleague,
    noors_case: Case,
    other_unit: Unit,
    mother: Person,
) -> None:
    sami = register(noors_case.unit, "Sami", "Saleh", born=TODAY - 5 * 366 * DAY)
    open_case(sami, amina)
    family = family_of(noors_case.child, mother, sami)
    accept_transfer(sofia.actor, offer(dalia, noors_case, other_unit), worker=bruno.user, plan="adopted")
    stayed = {
        Family.objects.get().unit_id,
        *Person.objects.filter(pk__in=[mother.pk, sami.pk]).values_list("unit", flat=True),
    }
    assert stayed == {noors_case.unit_id}
    assert bruno.browser.get(family.get_absolute_url()).status_code == 200


# ---- declining, withdrawing, racing ----------------------------------------------------------------------------------


def test_after_a_no_the_receiver_sees_nothing(
    dalia: Colleague, sofia: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit)
    with pytest.raises(Refused, match="Say why"):
        decline_transfer(sofia.actor, row, reason=" ")
    form = {"version": row.version, "reason": "We have no place."}
    answer = sofia.browser.post(f"/transfers/{row.code}/decline/", form)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/transfers/")
    assert state() == ("active", ["declined"])
    row.refresh_from_db()
    assert (row.answer_reason, row.answered_by, row.answered_on) == ("We have no place.", sofia.user, TODAY)
    assert sofia.browser.get(row.get_absolute_url()).status_code == 404
    assert "We have no place." in dalia.browser.get(row.get_absolute_url()).content.decode()
    with pytest.raises(Refused, match="answered or withdrawn already") as refused:
        withdraw_transfer(dalia.actor, row, reason="late")
    assert refused.value.guard == "G-STEP"


def test_the_sender_withdraws(
    dalia: Colleague, amina: Colleague, sofia: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit)
    with pytest.raises(Refused, match="Only a supervisor of the sending unit"):
        withdraw_transfer(sofia.actor, row, reason="x")
    withdraw_transfer(dalia.actor, row, reason="The mother came back.")
    assert state() == ("active", ["withdrawn"])
    assert sofia.browser.get(row.get_absolute_url()).status_code == 404
    assert offer(dalia, Case.objects.get(), other_unit).state == "offered"


def test_of_two_answers_one_wins(
    dalia: Colleague, sofia: Colleague, bruno: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit)
    of_the_other = Transfer.objects.get()
    accept_transfer(sofia.actor, row, worker=bruno.user, plan="adopted")
    with pytest.raises(Stale):
        decline_transfer(sofia.actor, of_the_other, reason="No place")
    with pytest.raises(Stale):
        withdraw_transfer(dalia.actor, of_the_other, reason="No")
    assert state() == ("closed", ["accepted"])


def test_a_case_that_ended_meanwhile_is_not_taken_over(
    dalia: Colleague, sofia: Colleague, bruno: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit)
    Case.objects.update(state="deceased", closed_on=TODAY)
    with pytest.raises(Refused, match="ended meanwhile"):
        accept_transfer(sofia.actor, row, worker=bruno.user, plan="adopted")
    assert withdraw_transfer(dalia.actor, row, reason="The child has died.").state == "withdrawn"
    assert Case.objects.get().state == "deceased"


def test_nobody_passes_a_case_on_or_moves_a_record_by_hand(
    dalia: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    family = family_of(noors_case.child)
    with pytest.raises(Refused, match="by a transfer"):
        pass_on_case(dalia.actor, noors_case)
    with pytest.raises(Refused, match="when a transfer of the case is accepted"):
        move_person_to_unit(dalia.actor, noors_case.child, unit=noors_case.unit)
    with pytest.raises(Refused, match="when a transfer of the case is accepted"):
        move_family_to_unit(dalia.actor, family, unit=other_unit)
    assert Person.objects.get(pk=noors_case.child_id).unit_id == noors_case.unit_id


# ---- who is told, what is due ----------------------------------------------------------------------------------------


def told(colleague: Colleague) -> list[tuple[str, str]]:
    return list(Notice.objects.filter(to=colleague.user).order_by("pk").values_list("kind", "subject_code"))


def test_each_side_is_told(
    dalia: Colleague, amina: Colleague, sofia: Colleague, bruno: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit)
    run_due_jobs()
    assert told(sofia) == [("transfer_offered", row.code)]
    decline_transfer(sofia.actor, row, reason="No place")
    run_due_jobs()
    assert told(dalia) == told(amina) == [("transfer_declined", row.code)]
    again = offer(dalia, Case.objects.get(), other_unit)
    accept_transfer(sofia.actor, again, worker=bruno.user, plan="adopted")
    run_due_jobs()
    assert told(dalia)[1:] == told(amina)[1:] == [("transfer_accepted", again.code)]
    new = Case.objects.get(closed_on=None)
    assert told(bruno) == [("case_assigned", new.code)]
    assert told(sofia) == [("transfer_offered", row.code), ("transfer_offered", again.code)]
    assert noors_case.child.name not in " ".join(notice.sentence() for notice in Notice.objects.all())


def test_a_withdrawn_offer_is_told_without_a_way_to_it(
    dalia: Colleague, sofia: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit)
    withdraw_transfer(dalia.actor, row, reason="The mother came back.")
    run_due_jobs()
    assert told(sofia)[-1] == ("transfer_withdrawn", row.code)
    assert Notice.objects.get(kind="transfer_withdrawn").link == ""


def test_the_answer_is_due_and_names_no_child(
    dalia: Colleague, amina: Colleague, sofia: Colleague, noors_case: Case, other_unit: Unit
) -> None:
    row = offer(dalia, noors_case, other_unit)
    (duty,) = transfers_due(sofia.actor)
    assert (duty.deed, duty.code, duty.due_on) == ("transfer", row.code, TODAY + timedelta(days=14))
    assert (duty.child.name, duty.child.code) == (f"Transfer {row.code}", row.code)
    assert transfers_due(sofia.actor, TODAY) == transfers_due(dalia.actor) == transfers_due(amina.actor) == []
    decline_transfer(sofia.actor, row, reason="No place")
    outside = offer(dalia, Case.objects.get(), None)
    (duty,) = transfers_due(dalia.actor, among=[noors_case])
    assert (duty.code, duty.child) == (outside.code, noors_case.child)
    assert transfers_due(dalia.actor, among=[]) == transfers_due(sofia.actor) == []


@pytest.mark.parametrize("number", [1, 3])
def test_offers_are_asked_for_at_once(
    dalia: Colleague,
    amina: Colleague,
    sofia: Colleague,
    village: Unit,
    other_unit: Unit,
    number: int,
    django_assert_num_queries: Any,
) -> None:
    for n in range(number):
        case = open_case(register(village, f"Child{n}", "River"), amina)
        weigh(case, TODAY)
        offer(dalia, case, other_unit)
    actor = sofia.actor
    with django_assert_num_queries(2):
        assert len(transfers_due(actor)) == number
    with django_assert_num_queries(1):
        assert len(transfers_offered_to_me(actor)) == number


def test_the_page_offers_after_a_preview(dalia: Colleague, noors_case: Case, other_unit: Unit) -> None:
    page, browser = f"/cases/{noors_case.code}/offer-transfer/", dalia.browser
    assert other_unit.name in browser.get(page).content.decode()
    filled = {
        "version": noors_case.version,
        "unit_to": other_unit.code,
        "reason": "Moved",
        "items": ["code"],
        "basis": "legal_duty",
    }
    assert "This would be handed over" in browser.post(page, filled).content.decode()
    assert state() == ("active", [])
    shown = digest_of(sheet_of(dalia.actor, noors_case, "TRANSFER", ["code"]))
    assert browser.post(page, {**filled, "shown": shown}).status_code == 302
    assert state() == ("transfer_pending", ["offered"])
