"""A child has died: the director records it, the case ends, and what else must end is said."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.cases.actions import add_task, record_death, reopen_case
from kinkeeper.cases.duties import tasks_due, visits_due
from kinkeeper.cases.models import Assignment, Case, Death
from kinkeeper.journal.models import Entry, Refusal
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.actions import note_death
from kinkeeper.people.models import Person
from kinkeeper.people.policy import may_note_death
from tests.conftest import Colleague, open_case

JUNE = date(2024, 6, 3)
TODAY = date.today()


def death(who: Colleague, case: Case, **changes: Any) -> Death:
    words = {"cause": "illness", "told": "Her aunt, by Tess, the same day.", "investigation": "By the clinic."}
    return record_death(who.actor, Case.objects.get(pk=case.pk), **({"died_on": JUNE} | words | changes))


def test_a_death_ends_the_case_and_the_work_of_its_worker(tess: Colleague, noors_case: Case) -> None:
    row = death(tess, noors_case, support=" A memorial. ")
    case = Case.objects.get()
    assert (case.state, case.closed_on, case.close_reason) == ("deceased", JUNE, "died")
    assert case.child.died_on == JUNE
    assert Assignment.objects.get().ends_on == JUNE
    stored = Death.objects.get()
    assert (stored.case, stored.died_on, stored.cause, stored.by) == (case, JUNE, "illness", tess.user)
    assert (stored.told, stored.support) == ("Her aunt, by Tess, the same day.", "A memorial.")
    entry = Entry.objects.get(act="cases.record_death")
    assert (entry.user, entry.subject_code) == (tess.user, row.code)
    assert entry.facts == {"subject": case.code, "died_on": "2024-06-03"}
    assert Entry.objects.get(act="people.note_death").subject_code == case.child.code


def test_nothing_is_due_any_more(amina: Colleague, dalia: Colleague, tess: Colleague, noors_case: Case) -> None:
    add_task(amina.actor, noors_case, title="Call the clinic", due_on=TODAY)
    death(tess, noors_case)
    assert visits_due(dalia.actor) == tasks_due(dalia.actor) == []
    assert visits_due(amina.actor) == tasks_due(amina.actor) == []


def test_the_death_of_a_child_whose_case_is_closed_is_recorded_there(tess: Colleague, noors_case: Case) -> None:
    closed_on = date(2024, 2, 1)
    Case.objects.update(state="closed", closed_on=closed_on, close_reason="moved")
    death(tess, noors_case)
    case = Case.objects.get()
    assert (case.state, case.closed_on, case.close_reason) == ("deceased", closed_on, "moved")


def test_it_is_recorded_in_the_running_case(amina: Colleague, tess: Colleague, noors_case: Case) -> None:
    Case.objects.update(state="closed", closed_on=date(2024, 2, 1))
    open_case(noors_case.child, amina)
    with pytest.raises(Refused, match="Record it there") as refusal:
        death(tess, noors_case)
    assert (refusal.value.guard, Death.objects.count()) == ("G-OVERLAP", 0)


@pytest.mark.parametrize(
    "changes, guard, field",
    [
        ({"died_on": TODAY + timedelta(days=1)}, "G-TIME", "died_on"),
        ({"died_on": date(2001, 1, 1)}, "G-TIME", "died_on"),
        ({"died_on": date(2023, 12, 31)}, "G-TIME", "died_on"),
        ({"cause": "fate"}, "G-CODE", "cause"),
        ({"told": " "}, "G-REASON", "told"),
        ({"investigation": ""}, "G-REASON", "investigation"),
    ],
)
def test_a_refusal_changes_nothing(
    tess: Colleague, noors_case: Case, changes: dict[str, Any], guard: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        death(tess, noors_case, **changes)
    assert (refusal.value.guard, refusal.value.field) == (guard, field)
    assert (Death.objects.count(), Entry.objects.count(), Case.objects.get().state) == (0, 0, "active")
    assert Person.objects.get(pk=noors_case.child_id).died_on is None
    assert Assignment.objects.get().ends_on is None
    assert Refusal.objects.get().act == "cases.record_death"


def test_a_day_that_is_noted_already_is_kept(tess: Colleague, noors_case: Case) -> None:
    Person.objects.filter(pk=noors_case.child_id).update(died_on=date(2024, 6, 4))
    with pytest.raises(Refused, match="Another day is noted"):
        death(tess, noors_case)
    death(tess, noors_case, died_on=date(2024, 6, 4))
    assert Case.objects.get().state == "deceased"


def test_only_the_director_of_the_unit_records_it_once(
    amina: Colleague, dalia: Colleague, bruno: Colleague, tess: Colleague, noors_case: Case
) -> None:
    for who in (amina, dalia):
        with pytest.raises(Refused, match="Only the director of this unit") as refusal:
            death(who, noors_case)
        assert refusal.value.guard == "G-MAY"
    with pytest.raises(Unseen):
        death(bruno, noors_case)
    assert not Death.objects.exists()
    death(tess, noors_case)
    with pytest.raises(Refused, match="recorded already"):
        death(tess, noors_case)
    with pytest.raises(Refused, match="The case stays closed"):
        reopen_case(dalia.actor, Case.objects.get(), reopened_on=TODAY)


def test_a_duplicate_is_no_place_for_it(tess: Colleague, noors_case: Case) -> None:
    Case.objects.update(state="duplicate", closed_on=JUNE)
    with pytest.raises(Refused, match="in the case that was kept") as refusal:
        death(tess, noors_case)
    assert refusal.value.guard == "G-STEP"


def test_the_page_records_it_and_the_case_says_what_else_must_end(
    tess: Colleague, dalia: Colleague, noors_case: Case
) -> None:
    address, browser = f"/cases/{noors_case.code}/record-death/", tess.browser
    assert "end the placement" in browser.get(address).content.decode()
    typed = {"version": noors_case.version, "died_on": "2001-01-01", "cause": "illness", "told": "Her aunt."}
    typed |= {"investigation": "By the clinic."}
    refused = browser.post(address, typed)
    assert (refused.status_code, "Rule: G-TIME" in refused.content.decode()) == (409, True)
    assert browser.post(address, {**typed, "died_on": "2024-06-03"}).status_code == 302
    page = dalia.browser.get(noors_case.get_absolute_url()).content.decode()
    assert "end the placement" in page
    assert "By the clinic." in page
    # The words are written by the director and read by those whose seat reaches special facts.
    assert "By the clinic." not in browser.get(noors_case.get_absolute_url()).content.decode()


# ---- the person ------------------------------------------------------------------------------------------------------


def test_the_death_of_a_person_is_noted_once(amina: Colleague, bruno: Colleague, tess: Colleague, noor: Person) -> None:
    with pytest.raises(Unseen):
        note_death(bruno.actor, noor, died_on=JUNE)
    with pytest.raises(Refused) as refusal:
        note_death(amina.actor, noor, died_on=TODAY + timedelta(days=1))
    assert (refusal.value.guard, Person.objects.get(pk=noor.pk).died_on) == ("G-TIME", None)
    with pytest.raises(Refused):
        note_death(amina.actor, noor, died_on=date(2001, 1, 1))
    person = note_death(tess.actor, noor, died_on=JUNE)
    assert Person.objects.get(pk=noor.pk).died_on == JUNE
    assert may_note_death(amina.actor, person).guard == "G-STEP"
