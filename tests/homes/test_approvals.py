"""A home is approved, put on hold, and ends; who lives there is checked and trained; what runs out is told beforehand."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Role, Unit
from kinkeeper.homes import actions, duties, queries
from kinkeeper.homes.models import Approval, BackgroundCheck, Carer, Home, HouseMember, Training
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.lib.rows import write
from kinkeeper.people.models import Person
from tests.conftest import Colleague, hire, register

TODAY = date.today()
DAY = timedelta(days=1)
MAY, JUNE = date(2024, 5, 6), date(2024, 6, 3)


@pytest.fixture
def house(village: Unit) -> Home:
    """A home of which nothing is recorded yet but Emeka, who cares there."""
    home = Home.objects.create(unit=village, name="House Nine", kind=Home.Kind.FOSTER, capacity=3)
    Carer.objects.create(home=home, person=register(village, "Emeka", "Obi", born=date(1980, 1, 1)), starts_on=MAY)
    return home


@pytest.fixture
def emeka(house: Home) -> Person:
    """The carer of House Nine."""
    return Carer.objects.get(home=house).person


def approve(colleague: Colleague, home: Home, **changes: Any) -> Approval:
    particulars: dict[str, Any] = {"care_types": ["FOSTER_ST"], "starts_on": MAY, "authority": " Panel "}
    return actions.approve_home(colleague.actor, home, **(particulars | changes))


def test_a_home_is_approved(dalia: Colleague, house: Home) -> None:
    approve(
        dalia, house, care_types=["FOSTER_ST", "FOSTER_EMG"], ends_on=JUNE, capacity=2, age_from=0, age_to=6, sex="F"
    )
    stored = Approval.objects.get()
    assert (stored.home, stored.care_types, stored.starts_on, stored.ends_on) == (
        house, ["FOSTER_EMG", "FOSTER_ST"], MAY, JUNE,
    )  # fmt: skip
    assert (stored.authority, stored.capacity, stored.age_from, stored.age_to, stored.sex) == ("Panel", 2, 0, 6, "F")
    entry = Entry.objects.get(act="homes.approve_home")
    assert (entry.subject_code, entry.facts["starts_on"]) == (stored.code, "2024-05-06")


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"care_types": []}, "G-CARER", "care_types"),
        ({"care_types": ["CASTLE"]}, "G-CODE", "care_types"),
        ({"starts_on": TODAY + DAY}, "G-TIME", "starts_on"),
        ({"ends_on": MAY - DAY}, "G-TIME", "ends_on"),
        ({"authority": " "}, "G-NAME", "authority"),
        ({"age_from": 9, "age_to": 3}, "G-AGE", "age_to"),
        ({"sex": "?"}, "G-CODE", "sex"),
    ],
)
def test_a_refusal_approves_nothing(
    dalia: Colleague, house: Home, changes: dict[str, Any], guard: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        approve(dalia, house, **changes)
    assert (refusal.value.guard, refusal.value.field) == (guard, field)
    assert not Approval.objects.exists()


def test_only_a_supervisor_approves(amina: Colleague, bruno: Colleague, dalia: Colleague, house: Home) -> None:
    with pytest.raises(Refused, match="Only a supervisor"):
        approve(amina, house)
    with pytest.raises(Unseen):
        approve(bruno, house)
    write(house, closed_on=JUNE)
    with pytest.raises(Refused, match="This home is closed"):
        approve(dalia, house)
    assert not Approval.objects.exists()


def test_an_approval_is_put_on_hold_in_force_again_and_ends(dalia: Colleague, house: Home) -> None:
    approval = approve(dalia, house)
    with pytest.raises(Refused, match="not on hold"):
        actions.lift_suspension(dalia.actor, approval)
    with pytest.raises(Refused, match="Say why"):
        actions.suspend_approval(dalia.actor, approval, suspended_on=JUNE, suspended_why=" ")
    held = actions.suspend_approval(dalia.actor, approval, suspended_on=JUNE, suspended_why="An allegation.")
    assert queries.standing_of(dalia.actor, house).approval_for("FOSTER_ST") is None
    assert queries.standing_of(dalia.actor, house, JUNE - DAY).approval_for("FOSTER_ST") == approval
    with pytest.raises(Refused, match="on hold already"):
        actions.suspend_approval(dalia.actor, held, suspended_on=JUNE, suspended_why="Again")
    lifted = actions.lift_suspension(dalia.actor, held)
    assert (lifted.suspended_on, lifted.suspended_why) == (None, "")
    with pytest.raises(Refused, match="begins on 6 May 2024"):
        actions.end_approval(dalia.actor, lifted, ended_on=MAY - DAY)
    ended = actions.end_approval(dalia.actor, lifted, ended_on=JUNE)
    assert Approval.objects.get().ends_on == JUNE
    with pytest.raises(Refused, match="has ended"):
        actions.end_approval(dalia.actor, ended, ended_on=JUNE)


def test_who_else_lives_there_comes_and_goes(dalia: Colleague, amina: Colleague, village: Unit, house: Home) -> None:
    ada = register(village, "Ada", "Obi", born=date(1999, 1, 1))
    member = actions.add_house_member(dalia.actor, house, person=ada, starts_on=MAY)
    assert HouseMember.objects.get() == member
    with pytest.raises(Refused, match="lives here already"):
        actions.add_house_member(dalia.actor, house, person=ada, starts_on=JUNE)
    assert [one.person.name for one in queries.standing_of(amina.actor, house).unchecked] == ["Emeka Obi", "Ada Obi"]
    ended = actions.end_house_member(dalia.actor, member, ended_on=JUNE)
    assert [one.person.name for one in queries.standing_of(amina.actor, house).unchecked] == ["Emeka Obi"]
    with pytest.raises(Refused, match="no longer lives here"):
        actions.end_house_member(dalia.actor, ended, ended_on=JUNE)


def test_a_background_check_counts_as_long_as_the_pack_says(dalia: Colleague, house: Home, emeka: Person) -> None:
    check: dict[str, Any] = {"person": emeka, "issuer": "Police", "issued_on": JUNE, "result": "clear"}
    actions.record_background_check(dalia.actor, house, **check)
    stored = BackgroundCheck.objects.get()
    assert (stored.person, stored.issued_on, stored.ends_on, stored.result) == (emeka, JUNE, date(2027, 6, 3), "clear")
    assert "result" not in Entry.objects.get(act="homes.record_background_check").facts
    assert not queries.standing_of(dalia.actor, house, date(2027, 6, 2)).unchecked
    assert queries.standing_of(dalia.actor, house, date(2027, 6, 3)).unchecked
    actions.record_background_check(dalia.actor, house, **check | {"issued_on": JUNE + DAY, "result": "pending"})
    assert not queries.standing_of(dalia.actor, house).unchecked
    actions.record_background_check(dalia.actor, house, **check | {"issued_on": JUNE + DAY, "result": "concern"})
    assert queries.standing_of(dalia.actor, house).unchecked


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"issued_on": TODAY + DAY}, "G-TIME", "issued_on"),
        ({"ends_on": JUNE - DAY}, "G-TIME", "ends_on"),
        ({"issuer": " "}, "G-NAME", "issuer"),
        ({"result": "fine"}, "G-CODE", "result"),
    ],
)
def test_a_check_that_cannot_be_is_refused(
    dalia: Colleague, house: Home, emeka: Person, changes: dict[str, Any], guard: str, field: str
) -> None:
    check: dict[str, Any] = {"person": emeka, "issuer": "Police", "issued_on": JUNE, "result": "clear"} | changes
    with pytest.raises(Refused) as refusal:
        actions.record_background_check(dalia.actor, house, **check)
    assert (refusal.value.guard, refusal.value.field) == (guard, field)
    assert not BackgroundCheck.objects.exists()


def test_checks_and_trainings_are_of_those_who_live_there(dalia: Colleague, house: Home, noor: Person) -> None:
    with pytest.raises(Refused, match="neither cares nor lives"):
        actions.record_background_check(dalia.actor, house, person=noor, issuer="P", issued_on=JUNE, result="clear")
    with pytest.raises(Refused, match="neither cares nor lives"):
        actions.record_training(dalia.actor, house, person=noor, topic="First aid", done_on=JUNE)
    assert not Training.objects.exists()


def test_a_training_is_recorded_and_due_again(dalia: Colleague, house: Home, emeka: Person) -> None:
    actor = dalia.actor
    actions.record_training(
        actor, house, person=emeka, topic="First aid", hours=8, done_on=MAY, due_on=JUNE, mandatory=True
    )
    stored = Training.objects.get()
    assert (stored.topic, stored.hours, stored.done_on, stored.due_on) == ("First aid", 8, MAY, JUNE)
    assert queries.standing_of(actor, house).overdue == [stored]
    actions.record_training(actor, house, person=emeka, topic="First aid", done_on=JUNE)
    assert queries.standing_of(actor, house).overdue == []
    wrong: list[tuple[dict[str, Any], str]] = [({}, "Say when"), ({"done_on": JUNE, "due_on": MAY}, "only later")]
    for particulars, words in wrong:
        with pytest.raises(Refused, match=words):
            actions.record_training(actor, house, person=emeka, topic="Trauma", **particulars)


@pytest.mark.parametrize("number", [1, 3])
def test_supervisors_are_told_what_runs_out(
    amina: Colleague, dalia: Colleague, village: Unit, number: int, django_assert_num_queries: Any
) -> None:
    for n in range(number):
        home = Home.objects.create(unit=village, name=f"House {n}", kind=Home.Kind.FOSTER)
        carer = register(village, "Ada", f"Obi{n}", born=date(1990, 1, 1))
        Carer.objects.create(home=home, person=carer, starts_on=MAY)
        approve(dalia, home, ends_on=TODAY + 59 * DAY)
        approve(dalia, home, care_types=["SGH"], ends_on=TODAY + 61 * DAY)
        BackgroundCheck.objects.create(
            home=home, person=carer, issuer="P", issued_on=MAY, ends_on=TODAY + 20 * DAY, result="clear"
        )
        Training.objects.create(home=home, person=carer, topic="First aid", due_on=TODAY - DAY, mandatory=True)
    actor = dalia.actor
    with django_assert_num_queries(9):
        found = duties.home_facts_due(actor)
    mine = [(duty.deed, duty.days_left(TODAY)) for duty in found if duty.child.name == "House 0"]
    assert mine == [("record_training", -1), ("record_background_check", 20), ("approve_home", 59)]
    assert len(found) == 3 * number
    assert duties.home_facts_due(amina.actor) == []
    assert len(duties.home_facts_due(actor, TODAY)) == number
    assert duties.home_facts_due(actor, among=[]) == []


def test_an_approval_that_goes_on_in_another_is_not_told(dalia: Colleague, house: Home) -> None:
    approve(dalia, house, ends_on=TODAY + 10 * DAY)
    approve(dalia, house, starts_on=TODAY)
    assert [duty.deed for duty in duties.home_facts_due(dalia.actor)] == ["record_background_check"]


def test_everything_is_done_from_the_page_of_the_home(dalia: Colleague, house: Home, emeka: Person) -> None:
    browser = dalia.browser

    def send(name: str, row: Any, **typed: Any) -> None:
        address = reverse(name, args=[row.code])
        assert browser.get(address).status_code == 200
        done = browser.post(address, {"version": row.version, **typed})
        assert done.status_code == 302, done.context["form"].errors

    text = browser.get(house.get_absolute_url()).content.decode()
    assert "No approval of this home is in force." in text
    send("approve_home", house, care_types=["FOSTER_ST"], authority="Panel", starts_on="2024-05-06")
    typed = {"person": emeka.code, "issuer": "Police", "issued_on": "2025-01-01", "result": "clear"}
    send("record_background_check", house, **typed)
    text = browser.get(house.get_absolute_url()).content.decode()
    assert "Approved, everybody checked, no training overdue." in text
    send("record_training", house, person=emeka.code, topic="First aid", hours=4, due_on="2025-01-01", mandatory="on")
    assert (
        "“First aid” of Emeka Obi was due on 1 January 2025" in browser.get(house.get_absolute_url()).content.decode()
    )
    send("suspend_approval", Approval.objects.get(), suspended_on="2025-01-01", suspended_why="An allegation.")
    send("lift_suspension", Approval.objects.get())
    send("end_approval", Approval.objects.get(), ended_on="2025-02-01")
    refused = browser.post(
        reverse("approve_home", args=[house.code]),
        {
            "version": house.version,
            "care_types": ["FOSTER_ST"],
            "authority": "P",
            "starts_on": (TODAY + DAY).isoformat(),
        },
    )
    assert refused.status_code == 409
    assert "Rule: G-TIME" in refused.content.decode()
    address = f"{reverse('add_house_member', args=[house.code])}?q=grace"
    assert "Nobody was found" in browser.get(address).content.decode()


def test_a_house_member_is_found_and_moves_out_from_the_page(dalia: Colleague, village: Unit, house: Home) -> None:
    from kinkeeper.people.actions import register_person

    ada = register_person(dalia.actor, village, given="Ada", family="Obi")
    browser, address = dalia.browser, f"{reverse('add_house_member', args=[house.code])}?q=ada"
    assert browser.post(address, {"version": 1, "person": ada.code, "starts_on": "2024-05-06"}).status_code == 302
    member = HouseMember.objects.get(person=ada)
    address = reverse("end_house_member", args=[member.code])
    assert browser.post(address, {"version": 1, "ended_on": "2024-06-03"}).status_code == 302
    assert HouseMember.objects.get().ends_on == JUNE


def test_the_result_of_a_check_is_for_those_who_work_with_it(village: Unit, okafors: Home, amina: Colleague) -> None:
    director = hire("Irene Director", (Role.DIRECTOR, village))
    text = director.browser.get(okafors.get_absolute_url()).content.decode()
    assert "background check: not shown to your role" in text
    assert "checked" in amina.browser.get(okafors.get_absolute_url()).content.decode()


def test_a_child_with_a_case_who_lives_in_a_house_stays_unnamed_to_others(
    dalia: Colleague, village: Unit, house: Home, noor: Person
) -> None:
    actions.add_house_member(dalia.actor, house, person=noor, starts_on=MAY)
    colleague = hire("Carl Colleague", (Role.CASEWORKER, village))
    text = colleague.browser.get(house.get_absolute_url()).content.decode()
    assert ("Noor" in text, "somebody you do not see" in text) == (False, True)
    assert colleague.browser.get(noor.get_absolute_url()).status_code == 404
    assert "Noor Saleh" in dalia.browser.get(house.get_absolute_url()).content.decode()
