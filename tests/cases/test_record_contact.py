"""A visit is recorded, the risk is judged, and the next visit is due."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kinkeeper.access.gate import Unseen
from kinkeeper.access.models import Association, Unit
from kinkeeper.cases import actions, duties
from kinkeeper.cases.models import Case, Contact
from kinkeeper.journal.models import Entry
from kinkeeper.lib.refusals import Refused
from kinkeeper.people.models import LegalStatus, Person
from tests.conftest import Colleague, open_case, register

TODAY = date.today()
OPENED = date(2024, 1, 15)
MAY = date(2024, 5, 6)


def visit(colleague: Colleague, case: Case, **changes: Any) -> Contact:
    particulars: dict[str, Any] = {"kind": "visit", "happened_on": MAY, "seen": "alone"}
    return actions.record_contact(colleague.actor, case, **(particulars | changes))


def test_a_visit_is_kept_as_written(amina: Colleague, noors_case: Case) -> None:
    visit(amina, noors_case, place="At school", note=" We read a book. ", child_said="I like the river.")
    contact = Contact.objects.get()
    assert (contact.case, contact.kind, contact.happened_on, contact.seen) == (noors_case, "visit", MAY, "alone")
    assert (contact.note, contact.child_said, contact.by) == ("We read a book.", "I like the river.", amina.user)


def test_a_visit_says_how_the_home_is_and_what_follows(amina: Colleague, noors_case: Case) -> None:
    visit(
        amina,
        noors_case,
        purpose="unannounced",
        home_conditions=" Warm and clean. ",
        carer_needs="A bed for the baby.",
        next_steps="Ask the shop.",
    )
    contact = Contact.objects.get()
    assert (contact.purpose, contact.home_conditions) == ("unannounced", "Warm and clean.")
    assert (contact.carer_needs, contact.next_steps) == ("A bed for the baby.", "Ask the shop.")


def test_the_journal_keeps_no_words(amina: Colleague, noors_case: Case) -> None:
    contact = visit(amina, noors_case, note="Secret", child_said="Secret")
    entry = Entry.objects.get()
    assert (entry.act, entry.subject_code) == ("cases.record_contact", contact.code)
    assert entry.facts == {"subject": noors_case.code, "happened_on": "2024-05-06"}


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"happened_on": TODAY + timedelta(days=1)}, "happened_on"),
        ({"happened_on": date(2001, 1, 1)}, "happened_on"),
        ({"kind": "seance"}, "kind"),
        ({"seen": "perhaps"}, "seen"),
        ({"purpose": "curiosity"}, "purpose"),
    ],
)
def test_a_refusal_changes_nothing(amina: Colleague, noors_case: Case, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refusal:
        visit(amina, noors_case, **changes)
    assert refusal.value.field == field
    assert not Contact.objects.exists()
    assert not Entry.objects.exists()


def test_only_the_worker_and_the_supervisor_record(
    amina: Colleague, bruno: Colleague, dalia: Colleague, noors_case: Case
) -> None:
    with pytest.raises(Unseen):
        visit(bruno, noors_case)
    visit(dalia, noors_case)
    Case.objects.filter(pk=noors_case.pk).update(state=Case.State.PLANNING)
    noors_case.refresh_from_db()
    closed = actions.close_case(dalia.actor, noors_case, closed_on=TODAY, close_reason="x")
    with pytest.raises(Refused, match="This case is closed"):
        visit(dalia, closed)


def test_the_risk_is_judged(amina: Colleague, noors_case: Case) -> None:
    assert actions.assess_risk(amina.actor, noors_case, risk="high").risk == "high"
    assert Case.objects.get().risk == "high"
    with pytest.raises(Refused):
        actions.assess_risk(amina.actor, Case.objects.get(), risk="")


@pytest.mark.parametrize(
    "risk, due_on",
    [("high", date(2024, 1, 16)), ("medium", date(2024, 1, 18)), ("low", date(2024, 1, 22)), ("", date(2024, 1, 22))],
)
def test_the_first_visit_is_due_by_risk(amina: Colleague, noors_case: Case, risk: str, due_on: date) -> None:
    Case.objects.update(risk=risk)
    duty = duties.visits_due(amina.actor)[0]
    assert (duty.child, duty.kind, duty.due_on, duty.last_on) == (noors_case.child, "visit", due_on, None)
    assert (duty.deed, duty.code) == ("record_contact", noors_case.code)


@pytest.mark.parametrize(
    "risk, seen_on, due_on",
    [
        ("", date(2024, 3, 31), date(2024, 4, 30)),
        ("", date(2025, 1, 14), date(2025, 2, 14)),
        ("", date(2025, 1, 15), date(2025, 4, 15)),
        ("high", date(2025, 1, 15), date(2025, 2, 15)),
    ],
)
def test_the_next_visit_follows_the_pack(
    amina: Colleague, noors_case: Case, risk: str, seen_on: date, due_on: date
) -> None:
    Case.objects.update(risk=risk)
    visit(amina, Case.objects.get(), happened_on=seen_on)
    duty = duties.visits_due(amina.actor)[0]
    assert (duty.due_on, duty.last_on) == (due_on, seen_on)


def test_england_counts_in_weeks(amina: Colleague, noors_case: Case) -> None:
    Association.objects.update(pack="england")
    visit(amina, noors_case, happened_on=MAY)
    duty = duties.visits_due(amina.actor)[0]
    assert duty.due_on == MAY + timedelta(weeks=6)
    assert "regulation 28" in duty.source


def test_only_a_visit_in_which_the_child_was_seen_counts(amina: Colleague, noors_case: Case) -> None:
    visit(amina, noors_case, happened_on=MAY)
    visit(amina, noors_case, happened_on=MAY + timedelta(days=9), seen="not_seen")
    visit(amina, noors_case, happened_on=MAY + timedelta(days=9), kind="call")
    assert duties.visits_due(amina.actor)[0].last_on == MAY


def test_a_visit_without_the_child_does_not_satisfy_the_timer(amina: Colleague, noors_case: Case) -> None:
    before = duties.visits_due(amina.actor)
    visit(amina, noors_case, happened_on=date(2024, 1, 16), seen="not_seen")
    assert duties.visits_due(amina.actor) == before
    visit(amina, noors_case, happened_on=date(2024, 1, 16), seen="with_others")
    assert duties.visits_due(amina.actor)[0].last_on == date(2024, 1, 16)


def test_only_what_is_due_by_a_day(amina: Colleague, noors_case: Case) -> None:
    visit(amina, noors_case, happened_on=MAY)
    assert duties.visits_due(amina.actor, date(2024, 6, 5)) == []
    assert len(duties.visits_due(amina.actor, date(2024, 6, 6))) == 1


def test_strangers_have_no_duties_here(bruno: Colleague, eve: Colleague, noors_case: Case) -> None:
    assert duties.visits_due(bruno.actor) == duties.visits_due(eve.actor) == []


@pytest.mark.parametrize("number", [1, 3])
def test_questions_do_not_grow_with_cases(
    amina: Colleague, village: Unit, noor: Person, number: int, django_assert_num_queries: Any
) -> None:
    for place in range(number - 1):
        visit(amina, open_case(register(village, f"Child {place}", "Many"), amina))
    actor = amina.actor
    with django_assert_num_queries(3):
        assert len(duties.visits_due(actor)) == number


def under(child: Person, status: str, since: date) -> None:
    """A legal status of this child, without going through a deed."""
    LegalStatus.objects.create(person=child, status=status, starts_on=since)


def test_a_ward_of_a_guardian_in_russia_is_visited_on_the_days_of_the_decree(
    amina: Colleague, noors_case: Case
) -> None:
    Association.objects.update(pack="russia")
    under(noors_case.child, "OPEKA", date(2024, 2, 10))
    found = []
    for seen_on in (date(2024, 3, 10), date(2024, 5, 2), date(2024, 8, 14), date(2024, 11, 1)):
        visit(amina, noors_case, happened_on=seen_on)
        found.append(duties.visits_due(amina.actor)[0].due_on)
    assert found == [date(2024, 5, 10), date(2024, 8, 10), date(2024, 11, 10), date(2025, 2, 10)]
    assert "423" in duties.visits_due(amina.actor)[0].source


def test_the_visits_of_a_status_that_has_ended_are_those_of_every_case(amina: Colleague, noors_case: Case) -> None:
    Association.objects.update(pack="russia")
    under(noors_case.child, "OPEKA", date(2024, 2, 10))
    LegalStatus.objects.update(ends_on=date(2024, 3, 1))
    visit(amina, noors_case, happened_on=MAY)
    assert duties.visits_due(amina.actor)[0].due_on == date(2024, 6, 6)


def test_a_family_and_a_young_person_are_visited_by_their_own_schedules(amina: Colleague, noors_case: Case) -> None:
    for kind in Case.Kind.values:
        Case.objects.update(kind=kind)
        assert [duty.due_on for duty in duties.visits_due(amina.actor)] == [date(2024, 1, 22)]
