"""A referral is taken on: records, cases and one family for the people it speaks of, once it is known who they are."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen, seen
from kinkeeper.access.models import Role, Unit
from kinkeeper.cases.models import Assignment, Case
from kinkeeper.families.models import Family, Kinship, Membership
from kinkeeper.families.queries import siblings_of
from kinkeeper.intake.actions import Said, compare_person, compare_unseen_record, receive_referral, screen_in
from kinkeeper.intake.models import Mentioned, Referral
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.ages import PartialDate
from kinkeeper.lib.packs import load_pack
from kinkeeper.lib.refusals import Refused, Stale
from kinkeeper.people.models import Identifier, Person
from tests.conftest import Colleague, hire, open_case, register
from tests.intake.conftest import DASHA, TAKEN, TOLD, fresh, recorded


def nothing_began() -> bool:
    """Whether no record, case or family was made and the referral still waits."""
    waits = Referral.objects.get().state == "received"
    return waits and not Case.objects.exists() and not Family.objects.exists()


def test_a_family_is_taken_on_with_its_children_and_ties(amina: Colleague, village: Unit, volkovas: Referral) -> None:
    olga = Mentioned.objects.get(given="Olga")
    done = screen_in(amina.actor, volkovas, **TAKEN, responsible=[olga.code])
    today = amina.actor.today
    stored = fresh(volkovas)
    assert (stored, stored.state, stored.urgency, stored.screened_on) == (done, "screened_in", "medium", today)
    assert (stored.eligibility, stored.screened_by) == ("A family in our town", amina.user)
    family = Family.objects.get()
    assert family.name == "Volkova"
    cases = Case.objects.order_by("pk").values_list("child__name", "state", "kind", "risk", "worker", "unit", "family")
    common = ("intake", "family_strengthening", "medium", amina.user.pk, village.pk, family.pk)
    assert list(cases) == [(name, *common) for name in ("Dasha Volkova", "Kirill Volkov", "Sonya Volkova")]
    assert {case.opened_on for case in Case.objects.all()} == {today}
    assert Assignment.objects.filter(worker=amina.user, starts_on=today).count() == 3
    members = Membership.objects.filter(family=family).values_list("person__name", flat=True)
    assert sorted(members) == ["Dasha Volkova", "Kirill Volkov", "Olga Volkova", "Sonya Volkova"]
    parents = Kinship.objects.filter(kind="parent").values_list("person__name", "legally_responsible")
    assert list(parents) == [("Olga Volkova", True)] * 3
    dasha = Person.objects.get(name="Dasha Volkova")
    assert [sibling.person.name for sibling in siblings_of(amina.actor, dasha) if sibling.person] == [
        "Kirill Volkov", "Sonya Volkova",
    ]  # fmt: skip
    assert {row.person.name for row in Mentioned.objects.all() if row.person} == set(members)
    assert Mentioned.objects.filter(case__isnull=False, part="child").count() == 3
    entry = Entry.objects.get(act="intake.screen_in")
    assert (entry.subject_code, entry.user) == (volkovas.code, amina.user)
    assert "our town" not in str(entry.facts)


def test_a_supervisor_takes_on_without_becoming_the_worker(dalia: Colleague, volkovas: Referral) -> None:
    screen_in(dalia.actor, volkovas, **TAKEN)
    assert set(Case.objects.values_list("worker", flat=True)) == {None}


def test_children_of_several_families_stay_apart(amina: Colleague, volkovas: Referral) -> None:
    screen_in(amina.actor, volkovas, **TAKEN, one_family=False)
    assert (Case.objects.filter(family=None).count(), Family.objects.count(), Kinship.objects.count()) == (3, 0, 0)
    assert not Person.objects.filter(name="Olga Volkova").exists()


def test_a_child_without_a_name_keeps_its_words_and_its_number(amina: Colleague, village: Unit) -> None:
    newborn = Said(descriptor="Newborn girl, hospital 4", sex="F", scheme="other", number="H4-77")
    row = receive_referral(amina.actor, village, **{**TOLD, "spoken_of": (newborn,)})
    screen_in(amina.actor, row, **TAKEN)
    child = Case.objects.get().child
    assert (child.name, child.sex) == ("Newborn girl, hospital 4", "F")
    assert (Identifier.objects.get().person, Identifier.objects.get().value) == (child, "H4-77")


def test_an_estimated_age_is_taken_on_with_its_method(amina: Colleague, village: Unit) -> None:
    told = (Said(given="Karim", family="Saad", birth=PartialDate(2014, estimated=True), birth_by="visual"),)
    screen_in(amina.actor, receive_referral(amina.actor, village, **{**TOLD, "spoken_of": told}), **TAKEN)
    child = Case.objects.get().child
    assert (child.birth, child.birth_by) == ("~2014", "visual")


@pytest.mark.guard("G-SCREEN", "fires")
@pytest.mark.parametrize(
    ("changed", "words", "field"),
    [
        ({"urgency": ""}, "how great the risk is", "urgency"),
        ({"urgency": "high"}, "something is done at once", "first_action"),
        ({"eligibility": " "}, "why this is our task", "eligibility"),
    ],
)
def test_without_risk_action_or_ground_it_is_refused(
    amina: Colleague, volkovas: Referral, changed: dict[str, Any], words: str, field: str
) -> None:
    with pytest.raises(Refused, match=words) as refused:
        screen_in(amina.actor, volkovas, **{**TAKEN, **changed})
    assert (refused.value.guard, refused.value.field) == ("G-SCREEN", field)
    assert nothing_began()
    assert Refusal.objects.get().guard == "G-SCREEN"


@pytest.mark.guard("G-SCREEN", "passes")
def test_high_risk_with_an_action_is_taken_on(amina: Colleague, volkovas: Referral) -> None:
    screen_in(amina.actor, volkovas, **{**TAKEN, "urgency": "high"}, first_action="Heaters brought the same evening")
    assert (fresh(volkovas).first_action, Case.objects.filter(risk="high").count()) == (
        "Heaters brought the same evening", 3,
    )  # fmt: skip


def test_a_referral_without_a_child_is_not_taken_on(amina: Colleague, village: Unit) -> None:
    row = receive_referral(amina.actor, village, **{**TOLD, "spoken_of": ()})
    with pytest.raises(Refused, match="which child") as refused:
        screen_in(amina.actor, row, **TAKEN)
    assert refused.value.guard == "G-SCREEN"
    assert nothing_began()


@pytest.mark.guard("G-DUP", "fires", "passes")
def test_somebody_alike_is_compared_first(
    dalia: Colleague, volkovas: Referral, dasha: Mentioned, recorded_dasha: Person
) -> None:
    verdict = screen_in.verdict(dalia.actor, volkovas)
    assert verdict.guard == "G-DUP"
    assert "Somebody nearly like Dasha Volkova is recorded already" in str(verdict.sentence)
    with pytest.raises(Refused, match="Compare the two first") as refused:
        screen_in(dalia.actor, volkovas, **TAKEN)
    assert refused.value.guard == "G-DUP"
    assert nothing_began()
    compare_person(dalia.actor, dasha, person=recorded_dasha, verdict="other", reason="Another mother")
    screen_in(dalia.actor, volkovas, **TAKEN)
    assert Person.objects.filter(name__in=["Dasha Volkova", "Даша Волкова"]).count() == 2


def test_the_same_child_gets_a_case_and_no_second_record(
    dalia: Colleague, volkovas: Referral, dasha: Mentioned, recorded_dasha: Person
) -> None:
    home = Family.objects.create(unit=volkovas.unit, name="Волковы")
    Membership.objects.create(family=home, person=recorded_dasha)
    compare_person(dalia.actor, dasha, person=recorded_dasha, verdict="same", reason="Same mother")
    screen_in(dalia.actor, volkovas, **TAKEN)
    case = Case.objects.get(child=recorded_dasha)
    assert (case.state, case.family, Family.objects.count()) == ("intake", home, 1)
    assert not Person.objects.filter(name="Dasha Volkova").exists()
    assert Mentioned.objects.get(pk=dasha.pk).person == recorded_dasha
    assert Membership.objects.filter(family=home).count() == 4


def test_the_same_mother_is_tied_to_new_children(dalia: Colleague, volkovas: Referral) -> None:
    mother = recorded(volkovas.unit, "Ольга", "Волкова", date(1994, 5, 5))
    row = Mentioned.objects.get(given="Olga")
    compare_person(dalia.actor, row, person=mother, verdict="same", reason="She told us herself")
    screen_in(dalia.actor, volkovas, **TAKEN)
    assert Kinship.objects.filter(kind="parent", person=mother).count() == 3
    assert Mentioned.objects.get(pk=row.pk).person == mother


def test_a_child_with_a_running_case_is_refused_with_the_case(
    dalia: Colleague, amina: Colleague, volkovas: Referral, dasha: Mentioned, recorded_dasha: Person
) -> None:
    running = open_case(recorded_dasha, amina)
    compare_person(dalia.actor, dasha, person=recorded_dasha, verdict="same", reason="Same mother")
    with pytest.raises(Refused, match=running.code) as refused:
        screen_in(dalia.actor, volkovas, **TAKEN)
    assert refused.value.guard == "G-OVERLAP"
    assert (Case.objects.count(), fresh(volkovas).state) == (1, "received")
    Case.objects.update(state="closed", closed_on=date(2024, 6, 1))
    screen_in(dalia.actor, volkovas, **TAKEN)
    assert Case.objects.filter(child=recorded_dasha).count() == 2


def test_a_record_that_is_not_seen_is_taken_on_by_the_supervisor(
    amina: Colleague, dalia: Colleague, volkovas: Referral, dasha: Mentioned, recorded_dasha: Person
) -> None:
    judged = {"verdict": "same", "reason": "Dalia knows her"}
    compare_unseen_record(amina.actor, dasha, other=recorded_dasha.code, **judged)
    with pytest.raises(Refused, match="Let a supervisor of Riverside screen"):
        screen_in(amina.actor, volkovas, **TAKEN)
    assert nothing_began()
    screen_in(dalia.actor, volkovas, **TAKEN)
    assert Case.objects.filter(child=recorded_dasha).exists()


def test_a_record_of_another_unit_is_sent_on(
    amina: Colleague, volkovas: Referral, dasha: Mentioned, other_unit: Unit
) -> None:
    hidden = recorded(other_unit, "Даша", "Волкова", date(2014, 7, 1))
    compare_unseen_record(amina.actor, dasha, other=hidden.code, verdict="same", reason="Bruno confirmed it")
    with pytest.raises(Refused, match="is kept in Hilltown") as refused:
        screen_in(amina.actor, volkovas, **TAKEN)
    assert refused.value.guard == "G-UNIT"
    assert nothing_began()


def test_a_full_caseload_takes_nobody_on(amina: Colleague, village: Unit, volkovas: Referral) -> None:
    for number in range(load_pack("un").limit("caseload").value - 2):
        open_case(register(village, f"Child {number}", "Full"), amina)
    before = Case.objects.count()
    with pytest.raises(Refused, match="is the limit") as refused:
        screen_in(amina.actor, volkovas, **TAKEN)
    assert (refused.value.guard, Case.objects.count()) == ("G-CASELOAD", before)
    assert fresh(volkovas).state == "received"


def test_it_is_screened_once(amina: Colleague, volkovas: Referral) -> None:
    screen_in(amina.actor, volkovas, **TAKEN)
    with pytest.raises(Stale):
        screen_in(amina.actor, volkovas, **TAKEN)
    with pytest.raises(Refused, match="screened already") as refused:
        screen_in(amina.actor, fresh(volkovas), **TAKEN)
    assert (refused.value.guard, Case.objects.count()) == ("G-STEP", 3)


def test_strangers_find_nothing(bruno: Colleague, eve: Colleague, volkovas: Referral) -> None:
    for who in (bruno, eve):
        with pytest.raises(Unseen):
            screen_in(who.actor, volkovas, **TAKEN)
        assert who.browser.get(reverse("screen_in", args=[volkovas.code])).status_code == 404
    assert nothing_began()


@pytest.mark.guard("G-SCREEN", "answers_409")
def test_the_page_takes_a_referral_on(amina: Colleague, volkovas: Referral) -> None:
    address, browser = reverse("screen_in", args=[volkovas.code]), amina.browser
    assert "Who of the parents has legal responsibility" in browser.get(address).content.decode()
    typed = {"version": 1, "eligibility": "Our town", "kind": "care", "one_family": "on", "urgency": "high"}
    answer = browser.post(address, typed)
    assert answer.status_code == 409
    assert "Rule: G-SCREEN" in answer.content.decode()
    assert nothing_began()
    assert browser.post(address, {**typed, "first_action": "Went there"})["Location"] == volkovas.get_absolute_url()
    assert Case.objects.filter(kind="care").count() == 3


@pytest.mark.guard("G-DUP", "answers_409")
def test_the_page_says_why_it_is_blocked(dalia: Colleague, volkovas: Referral, recorded_dasha: Person) -> None:
    for address in (reverse("screen_in", args=[volkovas.code]), volkovas.get_absolute_url()):
        page = dalia.browser.get(address).content.decode()
        assert "Somebody nearly like Dasha Volkova is recorded already" in page
        assert "Rule: G-DUP" in page
    typed = {"version": 1, **TAKEN}
    answer = dalia.browser.post(reverse("screen_in", args=[volkovas.code]), typed)
    assert (answer.status_code, "Rule: G-DUP" in answer.content.decode()) == (409, True)
    assert nothing_began()


def test_the_worker_of_the_case_sees_the_referral(amina: Colleague, dalia: Colleague, village: Unit) -> None:
    row = receive_referral(dalia.actor, village, **{**TOLD, "spoken_of": (DASHA,)})
    screen_in(dalia.actor, row, **TAKEN)
    assert not seen(amina.actor, Referral).exists()
    Case.objects.update(worker=amina.user)
    assert seen(amina.actor, Referral).get() == row


def test_a_referral_is_seen_by_the_worker_of_its_case_while_that_runs(
    amina: Colleague, dalia: Colleague, village: Unit, volkovas: Referral
) -> None:
    worker = hire("Wim Worker", (Role.CASEWORKER, village))
    done = screen_in(dalia.actor, volkovas, **TAKEN)
    Case.objects.update(worker=worker.user)
    assert list(seen(worker.actor, Referral)) == [done]
    Case.objects.update(state=Case.State.CLOSED, closed_on=date.today(), close_reason="moved")
    assert not seen(worker.actor, Referral).exists()
